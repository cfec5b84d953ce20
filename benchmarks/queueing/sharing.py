"""What queues gain by sharing agents, in hours, and one interval proved by simulation."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from benchmarks.queueing.page import Section, progress, table
from benchmarks.queueing.shapes import DAY, HALF_HOUR
from forecast.forecast import LEVELS, Forecast
from staffing import mix, pool, requirement, skill
from staffing.queue import Queue
from staffing.skill import Group

SHARES = (0.0, 0.1, 0.2, 1.0)
INTRO = """Voice queues of one day, busy at different hours, 80% in 20 s, patience 180 s; 60, 25 and 10 erlang at their
busiest, handle times 300, 240 and 420 s. Agent-hours when every set of queues has the people its pooled need asks for
(`staffing.pool`, `staffing.skill.cross_training`), each half-hour in steady state; relative to separate teams."""
PROVED = """The half-hour in which most people are needed: the cheapest mix by the covering conditions, where one who
serves every queue costs 10% more, and the mix that `staffing.mix.proved` reaches in simulation."""


def section() -> Section:
    """Two and three queues."""
    rows, proofs = [], []
    for count in (2, 3):
        progress(f"  {count} queues")
        forecast, queues = _queues(count)
        needed = requirement.agents(forecast, queues, HALF_HOUR, "certain")
        together = pool.pooled(needed, queues)
        gains = skill.cross_training(together, SHARES)
        hours, reached = gains["agent_hours"].to_numpy(), gains["of_gain"].to_numpy()
        cells = [f"{spent:,.1f} ({spent / hours[0] - 1:+.1%})" for spent in hours]
        rows.append((str(count), *cells, f"{reached[1]:.0%}", f"{reached[2]:.0%}"))
        proofs.append(_proof(needed, together, queues))
    columns = (
        "queues",
        "apart",
        "10% serve all",
        "20% serve all",
        "all serve all",
        "of the gain, 10%",
        "of the gain, 20%",
    )
    heads = ("queues", "covering mix", "proved mix", "lowest level - target, points", "s")
    return Section("Pooling and skills", (INTRO, table(columns, rows), PROVED, table(heads, proofs)))


def _proof(needed: requirement.Requirement, together: pool.PooledNeed, queues: dict[str, Queue]) -> tuple[str, ...]:
    start = together.starts[int(together.agents[:, -1].argmax())]
    groups = {name: Group(frozenset({name})) for name in queues}
    groups["all"] = Group(frozenset(queues), cost=1.1)
    begun = time.perf_counter()
    found = mix.proved(needed, start, queues, groups)
    took = time.perf_counter() - begun
    said = [
        ", ".join(f"{g} {n}" for g, n in zip(found.agents["group"], found.agents[column], strict=True))
        for column in ("covering", "agents")
    ]
    level = found.service.queues
    margin = float((level["service_level"] - level["target"]).to_numpy().min())
    return str(len(queues)), *said, f"{100 * margin:+.1f}", f"{took:.1f}"


def _queues(count: int) -> tuple[Forecast, dict[str, Queue]]:
    hour = np.arange(48) / 2 + 0.25
    parts, queues = [], {}
    terms = (("orders", 60, 11, 300.0), ("refunds", 25, 16, 240.0), ("repairs", 10, 20, 420.0))
    for name, load, busiest, aht in terms[:count]:
        mean = load / aht * 1800 * np.exp(-(((hour - busiest) / 4) ** 2))
        mean[(hour < 8) | (hour > 22)] = 0
        rows = pd.DataFrame({"start": pd.date_range(DAY, periods=48, freq=HALF_HOUR), "queue": name})
        parts.append(rows.assign(mean=mean, aht_s=aht, **dict.fromkeys(LEVELS, mean)))
        queues[name] = Queue(patience_s=180, opens="08:00", closes="22:00", shrinkage=0.0)
    return Forecast(pd.concat(parts, ignore_index=True), HALF_HOUR), queues
