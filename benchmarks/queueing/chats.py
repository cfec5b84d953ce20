"""Chat desks against the exact chain of their agents, and what dividing by a concurrency gives instead."""

from __future__ import annotations

import numpy as np
from scipy.integrate import quad

from benchmarks.queueing.page import Section, progress, table
from staffing import chat, erlang, levels
from staffing.poisson import Floats

SEED = 3
QUESTIONS = 320
MOST = 40  # agents
LIMIT = 0.01
INTRO = f"""{QUESTIONS} random desks of up to {MOST} agents with 2 to 4 chats each: a single chat takes 200 to 900 s,
each further chat held lengthens it by 5 to 30%, 60 to 95% within 10 to 90 s, patience 60 to 600 s. The exact chain is
that of the agents one by one (`staffing.levels.exact`), the wait behind it integrated numerically. Service levels are
compared at the headcount found and with one agent fewer; a headcount is right where the exact chain keeps the target
with it and not with one fewer. Limit: one point, and every headcount equal."""
SHORT = """What is usual instead, on the same desks: headcounts relative to the exact chain's."""


def section() -> Section:
    """Service levels, headcounts, and the usual short cuts."""
    rng = np.random.default_rng(SEED)
    gaps: list[float] = []
    found: list[int] = []
    equal, cuts = 0, []
    while len(found) < QUESTIONS:
        rate, aht, within, target, patience = _question(rng)
        agents = chat.agents_for(rate, aht, within, target, patience)
        if not 2 <= agents <= MOST:
            continue
        ours = [chat.service_level(rate, aht, n, within, patience) for n in (agents, agents - 1)]
        exact = [exact_level(rate, aht, n, within, patience) for n in (agents, agents - 1)]
        gaps += [abs(o - e) for o, e in zip(ours, exact, strict=True)]
        equal += exact[0] >= target > exact[1]
        found.append(agents)
        held = len(aht)
        cuts.append(
            (
                erlang.agents_for(rate, aht[-1] / held, within, target),
                erlang.agents_for(rate, aht[0] / held, within, target),
                -(-erlang.agents_for(rate, aht[-1], within, target, patience) // held),
            )
        )
        if len(found) % 80 == 0:
            progress(f"  {len(found)} of {QUESTIONS}")
    rows = [
        ("service level, worst difference, points", f"{100 * max(gaps):.5f}"),
        ("service level, mean difference, points", f"{100 * float(np.mean(gaps)):.6f}"),
        ("headcounts equal to the exact chain's", f"{equal} of {QUESTIONS}"),
        ("agents, median and most", f"{int(np.median(found))}, {max(found)}"),
    ]
    names = (
        "Erlang C, handle time at full concurrency / chats held",
        "Erlang C, a single chat's handle time / chats held",
        "Erlang A for the slots, agents = slots / chats held",
    )
    off = np.array(cuts) / np.array(found)[:, None] - 1
    worse = [
        (name, f"{o.min():+.0%}", f"{o.max():+.0%}", f"{np.abs(o).mean():.0%}", f"{(o == 0).mean():.0%}")
        for name, o in zip(names, off.T, strict=True)
    ]
    misses = [] if max(gaps) <= LIMIT else [f"service level {100 * max(gaps):.2f} points off"]
    misses += [] if equal == QUESTIONS else [f"{QUESTIONS - equal} headcounts differ"]
    parts = (
        INTRO,
        table(("measure", "value"), rows),
        SHORT,
        table(("short cut", "least", "most", "mean size of the error", "right"), worse),
    )
    return Section("Chat", parts, tuple(misses))


def exact_level(rate: float, aht: Floats, agents: int, within: float, patience: float) -> float:
    """Share answered in time, from the exact chain's pace and the virtual wait's density (Baccelli, Hebuterne 1981)."""
    if agents == 0:
        return 0.0
    pace = levels.exact(rate * aht[0], tuple((aht / aht[0]).tolist()), agents) / aht[0]
    below = 1.0  # weight of the states with a free slot, relative to the last of them
    for leaving in pace[:-1]:
        below = 1 + below * leaving / rate
    full = float(pace[-1])

    def density(wait: float, stays: float) -> float:
        return float(np.exp(rate * patience * -np.expm1(-wait / patience) - full * wait - stays * wait / patience))

    answered = quad(density, 0, within, args=(1,), epsabs=0, epsrel=1e-11)[0]
    crest = patience * np.log(max(rate / full, 1.0))  # beyond it the density falls at least as `full`'s does
    waits = quad(density, 0, crest, args=(0,), epsabs=0, epsrel=1e-11)[0] if crest else 0.0
    at = crest
    while density(at, 0) > 1e-14 * density(crest, 0):
        waits += quad(density, at, at + patience / 4, args=(0,), epsabs=0, epsrel=1e-11)[0]
        at += patience / 4
    return float((below + rate * answered) / (below + rate * waits))


def _question(rng: np.random.Generator) -> tuple[float, Floats, float, float, float]:
    held = int(rng.integers(2, 5))
    single = rng.uniform(200, 900)
    aht: Floats = single * np.cumprod(np.r_[1.0, rng.uniform(1.05, 1.3, held - 1)]).astype(np.float64)
    rate = float(rng.uniform(1, 38)) * held / aht[-1]
    return float(rate), aht, float(rng.uniform(10, 90)), float(rng.uniform(0.6, 0.95)), float(rng.uniform(60, 600))
