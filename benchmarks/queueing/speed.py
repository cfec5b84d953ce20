"""Staffing solves a second on one core, and against other packages."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.queueing import peer
from benchmarks.queueing.page import Section, progress, table
from staffing import erlang
from staffing.poisson import Floats

SEED = 1
LEAST = {"C": 1_000_000, "A": 100_000}  # solves a second a core
MANY = {"C": 1_000_000, "A": 300_000}
PEERS = (("pyworkforce", "C", 1000), ("pyworkforce", "A", 12), ("erlanglib", "C", 12), ("call-center-tools", "C", 400))
INTRO = """Least agents for random loads of 0.5 to 500 erlang (uniform), on one core: process time of
`staffing.erlang.agents_for`, best of three. Shared: handle time 300 s, 80% in 20 s, patience 180 s. Mixed: handle time
60 to 900 s, 50 to 95% in 5 to 60 s, patience 30 to 1200 s, each question its own. Single calls pay for checking and
converting their arguments; arrays pay once."""
AGAINST = """The same questions (mixed, loads spread evenly over the range) put to other packages, in the same run and
in processes of their own; ours as single calls on those very questions, and in arrays as above. erlanglib and
call-center-tools have the formulas and no search: they are asked agent by agent from the load on. Answers are compared
with ours, and both with the service levels at 45 digits: an answer is right where it keeps the target and one agent
fewer does not."""


def section() -> Section:
    """Solves a second, and ratios to the peers."""
    rows, misses = [], []
    each: dict[str, float] = {}
    for model in ("C", "A"):
        for kind in ("shared", "mixed"):
            progress(f"  Erlang {model}, {kind}")
            asked = questions(model, MANY[model], mixed=kind == "mixed")
            seconds = best(lambda asked=asked: erlang.agents_for(*asked)) / MANY[model]  # type: ignore[misc]
            each[model] = seconds
            rows.append((f"Erlang {model}, array of {MANY[model]:,}, {kind}", *_pace(seconds), f"{LEAST[model]:,}"))
            if 1 / seconds < LEAST[model]:
                misses.append(f"Erlang {model}, {kind}: {1 / seconds:,.0f} solves a second")
        few = [tuple(map(float, row)) for row in zip(*questions(model, 2000, mixed=True), strict=True)]
        single = best(lambda few=few: [erlang.agents_for(*q) for q in few]) / len(few)  # type: ignore[misc]
        rows.append((f"Erlang {model}, single calls, mixed", *_pace(single), "-"))
    parts = [INTRO, table(("question", "solves a second", "µs each", "limit"), rows)]
    if peer.there():
        parts += [AGAINST, table(PEER_COLUMNS, [_against(*one, each[one[1]]) for one in PEERS])]
    else:
        parts.append("The peers' environment is not built (`make bench-peers`): no comparison in this run.")
    return Section("Speed", tuple(parts), tuple(misses))


PEER_COLUMNS = (
    "package",
    "questions",
    "µs each",
    "ours in arrays: times faster",
    "ours in single calls",
    "answers that differ (most, agents)",
    "theirs right",
    "ours right",
)


def questions(model: str, count: int, mixed: bool, even: bool = False) -> tuple[Floats, ...]:
    """rate, aht, within, target and patience, a column each."""
    rng = np.random.default_rng([SEED, count])
    load = np.linspace(0.5, 500, count) if even else rng.uniform(0.5, 500, count)
    ranges = ((60, 900), (5, 60), (0.5, 0.95), (30, 1200)) if mixed else ((300, 300), (20, 20), (0.8, 0.8), (180, 180))
    aht, within, target, patience = (rng.uniform(low, high, count) for low, high in ranges)
    return load / aht, aht, within, target, patience if model == "A" else np.full(count, np.inf)


def best(run: Callable[[], Any], rounds: int = 3) -> float:
    """Process seconds of the quickest of some runs, after one that warms up."""
    run()
    spent = [time.process_time()]
    for _ in range(rounds):
        run()
        spent.append(time.process_time())
    return min(after - before for before, after in pairwise(spent))


def _pace(seconds: float) -> tuple[str, str]:
    return f"{1 / seconds:,.0f}", f"{seconds * 1e6:.2f}" if seconds < 1e-5 else f"{seconds * 1e6:.0f}"


def _against(package: str, model: str, count: int, in_arrays: float) -> tuple[str, ...]:
    progress(f"  {package}, Erlang {model}")
    rate, aht, within, target, patience = columns = questions(model, count, mixed=True, even=True)
    asked = [peer.question(r, h, t, p, target=s) for r, h, t, s, p in zip(*(c.tolist() for c in columns), strict=True)]
    found = peer.solved(package, model, asked, rounds=3 if count > 100 else 1)
    name = f"{package} {found['version']}, Erlang {model} (Python {found['python']})"
    if "answers" not in found:
        return (name, "-", "no such model in this version", *["-"] * 5)
    single = best(lambda: [erlang.agents_for(*q) for q in zip(*(c.tolist() for c in columns), strict=True)]) / count
    theirs = found["seconds"] / count
    ours = erlang.agents_for(rate, aht, within, target, patience)
    other = np.array([-1 if n is None else n for n in found["answers"]])
    differ = np.flatnonzero(other != ours)
    checked = np.unique(np.concatenate([differ, np.arange(0, count, max(count // 40, 1))]))
    right = {}
    for who, agents in (("theirs", other[checked]), ("ours", ours[checked])):
        level = [levels(rate, aht, within, patience, agents - less, checked) for less in (0, 1)]
        right[who] = int(((agents >= 0) & (level[0] >= target[checked]) & (level[1] < target[checked])).sum())
    most = int(np.abs(other - ours)[differ].max(initial=0))
    return (
        name,
        str(count),
        f"{theirs * 1e6:,.0f}",
        f"{theirs / in_arrays:,.0f}",
        f"{theirs / single:,.0f}",
        f"{len(differ)} ({most})" if len(differ) else "0",
        f"{right['theirs']} of {len(checked)} checked",
        f"{right['ours']} of {len(checked)} checked",
    )


def levels(rate: Floats, aht: Floats, within: Floats, patience: Floats, agents: Any, which: Any) -> Floats:
    """Service levels of offered contacts with so many agents, to 45 digits."""
    values = zip(*(c[which].tolist() for c in (rate, aht, within, patience)), agents.tolist(), strict=True)
    return peer.digits([peer.question(r, h, t, p, agents=max(n, 0)) for r, h, t, p, n in values])["offered"]
