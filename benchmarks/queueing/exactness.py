"""How exact the formulas are: against published reference values, and against 45 digits on random questions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np

from benchmarks.queueing import peer
from benchmarks.queueing.page import Section, progress, table
from staffing import chat, erlang
from staffing.poisson import Floats
from staffing.waiting import Of

EXACT = 1e-9
SEED = 2
RANDOM = 200
TARGETS = 100
UNDERFLOW = 1e-290  # below this a share is no float any more
REFERENCE = "Worst relative difference to values computed with 60 digits, and headcounts that are equal."
SWEEP = f"""Random questions put to an independent way of calculating (the virtual wait's density integrated with 45
digits; `benchmarks/queueing/peers/digits.py`): 1e-6 to 1e5 erlang, handle times 10 s to an hour, patience 1 ms to 1e7 s
or infinite, answers within 0 to 300 s; a fifth each with one agent, with 30 to 95% of the load, with up to twice the
load, and the rest within a few standard deviations of it. Relative error; limit {EXACT:.0e}."""


def section(shared: Path) -> Section:
    """Both comparisons; each is skipped, and says so, where its other side is not there."""
    parts, misses = [], []
    reference = shared / "reference" / "erlang.json"
    if reference.exists():
        rows = against_reference(json.loads(reference.read_text(encoding="utf-8")))
        parts += [REFERENCE, table(("formula", "values", "worst difference"), [row[:3] for row in rows])]
        misses += [f"{name}: {worst}" for name, _count, worst, kept in rows if not kept]
    else:
        parts.append("Reference values: skipped, no `reference/erlang.json` in the reference folder.")
    if peer.there():
        text, missed = against_digits()
        parts += [SWEEP, text]
        misses += missed
    else:
        parts.append("45 digits: skipped, the peers' environment is not built (`make bench-peers`).")
    return Section("Exactness", tuple(parts), tuple(misses))


def against_reference(known: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Formula, number of values, worst difference, and whether that is within the limit."""
    a, c = known["erlang_a"], known["erlang_c"]
    ca, cc = _desk(a), _desk(c)
    load = [r * h for r, h in zip(*cc[:2], strict=True)]
    b = known["erlang_b"] + [row | {"n": row["n_real"]} for row in known["erlang_b_real_servers"]]
    within, patience = _column(a, "threshold_s"), _column(a, "patience_s")
    pairs = [
        ("erlang_b", erlang.erlang_b(_column(b, "a"), _column(b, "n")), _column(b, "blocking")),
        ("erlang_c", erlang.erlang_c(load, cc[2]), _column(c, "p_wait")),
        ("service_level, infinite patience", erlang.service_level(*cc, _column(c, "threshold_s")), _column(c, "sl")),
        ("mean_wait, infinite patience", erlang.mean_wait(*cc), _column(c, "asa")),
        ("occupancy, infinite patience", erlang.occupancy(*cc), _column(c, "occ")),
        *(
            (f"service_level of {of}", erlang.service_level(*ca, within, patience, of), _column(a, f"sl_{of}"))
            for of in get_args(Of)
        ),
        ("abandonment", erlang.abandonment(*ca, patience), _column(a, "p_ab")),
        ("mean_wait", erlang.mean_wait(*ca, patience), _column(a, "asa_all")),
        ("occupancy", erlang.occupancy(*ca, patience), _column(a, "occ")),
    ]
    rows = [
        (name, str(len(ours)), f"{_worst(ours, exact):.0e}", _worst(ours, exact) <= EXACT)
        for name, ours, exact in pairs
    ]
    return [*rows, *_headcounts(known), *_chats(known)]


def _headcounts(known: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    rows = []
    c, a = known["erlang_c_required_agents"], known["erlang_a_required_agents"]
    asked: list[tuple[str, list[dict[str, Any]], Floats, Of, str]] = [
        ("agents_for, infinite patience", c, np.full(len(c), np.inf), "offered", "agents")
    ]
    asked += [(f"agents_for, of {of}", a, _column(a, "patience_s"), of, f"agents_sl_{of}") for of in get_args(Of)]
    for name, table_, patience, of, column in asked:
        rate, aht = _column(table_, "calls_per_30min") / 1800, _column(table_, "aht_s")
        found = erlang.agents_for(rate, aht, _column(table_, "threshold_s"), _column(table_, "target_sl"), patience, of)
        equal = int((found == _column(table_, column)).sum())
        rows.append((name, str(len(found)), f"{equal} of {len(found)} equal", equal == len(found)))
    return rows


def _chats(known: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    gaps = []
    least = [row for row in known["chat"] if row["route"] == "least"]
    for row in least:
        desk = (row["lam_per_min"] / 60, np.multiply(row["aht_min"], 60), row["agents"])
        level = chat.service_level(*desk, row["T_min"] * 60, row["patience_min"] * 60)
        gaps.append(abs(level - row["exact"]["sl_offered"]))
    heads = [
        chat.agents_for(
            r["lam_per_min"] / 60, np.multiply(r["aht_min"], 60), r["T_min"] * 60, r["target"], r["patience_min"] * 60
        )
        == r["exact_agents"]
        for r in known["chat_required_agents"]
    ]
    return [
        ("chat.service_level, exact chain", str(len(gaps)), f"{100 * max(gaps):.1e} points", max(gaps) <= 0.01),
        ("chat.agents_for, exact chain", str(len(heads)), f"{sum(heads)} of {len(heads)} equal", all(heads)),
    ]


def against_digits() -> tuple[str, list[str]]:
    """The table of the random questions, and the misses with their inputs."""
    rng = np.random.default_rng(SEED)
    progress(f"  {RANDOM} random questions")
    rate, aht, agents, within, patience = _questions(rng, RANDOM)
    exact = peer.digits(_asked(rate, aht, agents, within, patience))
    ours = {of: erlang.service_level(rate, aht, agents, within, patience, of) for of in get_args(Of)}
    ours["abandonment"] = erlang.abandonment(rate, aht, agents, patience)
    ours["mean_wait"] = erlang.mean_wait(rate, aht, agents, patience)
    ours["occupancy"] = erlang.occupancy(rate, aht, agents, patience)
    rows, misses = [], []
    for name, values in ours.items():
        gap = _relative(values, exact[name])
        label = f"service_level of {name}" if name in get_args(Of) else name
        rows.append((label, str(RANDOM), f"{np.median(gap):.0e}", f"{gap.max():.0e}"))
        for i in np.flatnonzero(gap > EXACT):
            at = f"rate {rate[i]!r}, aht {aht[i]!r}, agents {agents[i]}, within {within[i]!r}, patience {patience[i]!r}"
            misses.append(f"{label}: {gap[i]:.1e} at {at}")
    progress(f"  {TARGETS} random headcounts")
    rate, aht, _agents, within, patience = _questions(rng, TARGETS)
    target = rng.uniform(0.05, 0.99, TARGETS)
    found = erlang.agents_for(rate, aht, within, target, patience)
    level, less = (
        peer.digits(_asked(rate, aht, n, within, patience))["offered"] for n in (found, np.maximum(found - 1, 0))
    )
    right = (level >= target) & (less < target)
    rows.append(("agents_for", str(TARGETS), "-", f"{int(right.sum())} of {TARGETS} right"))
    misses += [f"agents_for: {found[i]} at rate {rate[i]!r}, aht {aht[i]!r}" for i in np.flatnonzero(~right)]
    return table(("formula", "questions", "median error", "worst error"), rows), misses


def _questions(rng: np.random.Generator, count: int) -> tuple[Floats, ...]:
    load = 10 ** rng.uniform(-6, 5, count)
    aht = 10 ** rng.uniform(1, 3.6, count)
    within = np.where(rng.random(count) < 0.1, 0.0, 10 ** rng.uniform(0, 2.5, count))
    patience = np.where(rng.random(count) < 0.1, np.inf, 10 ** rng.uniform(-3, 7, count))
    kind = np.arange(count) % 5
    some = np.select(
        [kind == 0, kind == 1, kind == 2],
        [np.ones(count), load * rng.uniform(0.3, 0.95, count), load * rng.uniform(1, 2, count)],
        load + rng.uniform(-2, 3, count) * np.sqrt(load),
    )
    return load / aht, aht, np.maximum(np.ceil(some), 1).astype(np.int64), within, patience


def _asked(rate: Floats, aht: Floats, agents: Any, within: Floats, patience: Floats) -> list[peer.Question]:
    columns = (c.tolist() for c in (rate, aht, within, patience, agents))
    return [peer.question(r, h, t, p, agents=n) for r, h, t, p, n in zip(*columns, strict=True)]


def _desk(rows: list[dict[str, Any]]) -> tuple[Floats, Floats, Floats]:
    return _column(rows, "calls_per_30min") / 1800, _column(rows, "aht_s"), _column(rows, "agents")


def _column(rows: list[dict[str, Any]], name: str) -> Floats:
    return np.array([float(row[name]) for row in rows])


def _worst(ours: Floats, exact: Floats) -> float:
    return float(_relative(ours, exact).max())


def _relative(ours: Floats, exact: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.abs(ours / exact - 1)
    return np.where((ours == exact) | (np.maximum(np.abs(ours), np.abs(exact)) < UNDERFLOW), 0.0, gap)
