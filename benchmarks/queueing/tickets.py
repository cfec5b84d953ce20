"""Work that may wait: deadlines kept in simulation, hours against the pure workload, and the backlog at the end."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.queueing.page import Section, progress, table
from benchmarks.queueing.shapes import DAY, HALF_HOUR
from forecast.forecast import LEVELS, Forecast
from staffing import requirement
from staffing.poisson import Floats
from staffing.queue import Queue
from staffing.requirement import Requirement
from staffing.simulate import replay
from staffing.simulate.ticket import replay_tickets

SAMPLES = 100
LATE = 0.01
WEEKS = 2
DEADLINES = {"15 min": 900.0, "1 h": 3600.0, "4 h": 4 * 3600.0, "24 h": 24 * 3600.0, "48 h": 48 * 3600.0}
HOURS = {"around the clock": ("00:00", "24:00"), "09:00 to 18:00": ("09:00", "18:00")}
INTRO = f"""{WEEKS} weeks of half-hours with a daily hump, tickets of 6 minutes, agents busy 92% of their time at most,
a share of 99% promised. The deadline's clock runs in opening hours; work that comes while the desk is closed waits.
Planned with `requirement.agents`, then {SAMPLES} replays with Poisson arrivals and exponential handle times. Late:
share finished after their deadline, the backlog's included (begun after it at 15 minutes, which a handle time can
outlast by itself); of the backlog: the same of the backlog alone, whose oldest tickets are due at once. Workload: hours
of the plan beyond the handle time of what is done, at 92%. Left: tickets unfinished at the end, mean over replays,
against what arrives within a last deadline. Limits: none late in the plan, at most 1% in simulation, and less left than
a deadline's arrivals."""


def section() -> Section:
    """Deadlines by opening hours, volume and backlog; then idle time of a telephone queue filled."""
    rows, misses = [], []
    for name, deadline in DEADLINES.items():
        progress(f"  {name}")
        for hours, (opens, closes) in HOURS.items():
            for a_day, backlog in ((200, 0), (2000, 400)):
                case = f"{name}, {hours}, {a_day:,} a day" + (f", backlog {backlog}" if backlog else "")
                queue = _tickets(deadline, opens, closes, backlog)
                cells, late, plan, left, most = _one(queue, a_day)
                rows.append((case, *cells))
                misses += [f"{case}: {late:.2%} late"] if late > LATE else []
                misses += [f"{case}: {plan:.1%} of the plan's tickets in time"] if plan < 1 - 1e-4 else []
                misses += [f"{case}: {left:.0f} left"] if left > most else []
    text = table(("tickets", "in time in the plan", "late", "of the backlog", "hours", "workload", "left"), rows)
    filled, missed = _filled()
    return Section("Tickets", (INTRO, text, FILLED, filled), tuple(misses + missed))


FILLED = """Idle time of a telephone queue (2,000 calls a day, 80% in 20 s, at most 85% busy) filled with tickets: hours
of the ticket agents who are left, and of both queues together. "10% off": the same, every day's tickets and calls drawn
from a forecast with a spread of 10%, staffed in expectation and replayed on such days."""


def _tickets(deadline: float, opens: str, closes: str, backlog: float = 0, **more: object) -> Queue:
    terms = {"opens": opens, "closes": closes, "backlog": backlog, "aht_s": 360.0, "max_occupancy": 0.92, **more}
    return Queue.model_validate({"channel": "ticket", "share": 0.99, "deadline_s": deadline, "shrinkage": 0.0, **terms})


def _one(queue: Queue, a_day: float) -> tuple[tuple[str, ...], float, float, float, float]:
    forecast = forecast_of({"tickets": (a_day, queue.aht_s)})
    needed = requirement.agents(forecast, {"tickets": queue}, HALF_HOUR, "certain").table
    contacts = needed["contacts"].to_numpy()
    is_open = queue.open_at(pd.DatetimeIndex(needed["start"]), HALF_HOUR)
    agents, unit = needed["agents"].to_numpy(), HALF_HOUR.total_seconds()
    backlog = int(queue.backlog)
    short = queue.deadline_s < 6.5 * queue.aht_s
    done = replay_tickets(
        contacts,
        needed["aht_s"].to_numpy(),
        is_open,
        agents,
        queue.deadline_s,
        unit,
        max_occupancy=queue.max_occupancy,
        backlog=backlog,
        samples=SAMPLES,
        seed=5,
    )
    new = (done.late_begun if short else done.late).sum()
    late = float((new + done.carried_late.sum()) / (done.arrived.sum() + SAMPLES * backlog))
    carried = float(done.carried_late.mean() / backlog) if backlog else 0.0
    plan = float(np.average(needed["service_level"], weights=contacts))
    left, most = float(done.line[:, -1].mean()), _last(contacts, is_open, queue.deadline_s / unit)
    worked = float(contacts.sum()) + backlog - left
    hours, work = float(agents.sum()) / 2, worked * queue.aht_s / 3600 / queue.max_occupancy
    cells = (
        f"{plan:.2%}",
        f"{late:.2%}",
        f"{carried:.1%}" if backlog else "-",
        f"{hours:,.0f}",
        f"{hours / work - 1:+.1%}",
        f"{left:.0f} of {most:.0f}",
    )
    return cells, late, plan, left, most


def _last(contacts: Floats, is_open: NDArray[np.bool_], deadline: float) -> float:
    """What arrives within the last deadline, counted in open intervals."""
    before = np.cumsum(is_open[::-1])
    return float(contacts[::-1][before <= max(deadline, 1)].sum())


def _filled() -> tuple[str, list[str]]:
    rows, misses = [], []
    phone = Queue(patience_s=180, max_occupancy=0.85, opens="09:00", closes="21:00", shrinkage=0.0)
    for name in ("1 h", "4 h", "24 h", "48 h"):
        progress(f"  {name}, in idle time")
        for off in (0.0, 0.1):
            forecast = forecast_of({"phone": (2000, 300.0), "tickets": (400, 360.0)}, off)
            apart = {"phone": phone, "tickets": _tickets(DEADLINES[name], "09:00", "21:00")}
            filling = {"phone": phone, "tickets": _tickets(DEADLINES[name], "09:00", "21:00", fills=("phone",))}
            hours, late = [], []
            for queues in (apart, filling):
                needed = requirement.agents(forecast, queues, HALF_HOUR, "expected" if off else "certain")
                hours.append(needed.table.groupby("queue", observed=True)["agents"].sum() / 2)
                late.append(_late(needed, queues, forecast, off))
            case = f"{name}" + (", 10% off" if off else "")
            rows.append(
                (
                    case,
                    f"{hours[0]['tickets']:,.0f}",
                    f"{hours[1]['tickets']:,.0f}",
                    f"{hours[1].sum() / hours[0].sum() - 1:+.1%}",
                    f"{late[0]:.2%}",
                    f"{late[1]:.2%}",
                )
            )
            for how, share in zip(("apart", "in idle time"), late, strict=True):
                misses += [f"{case}, {how}: {share:.2%} late"] if share > LATE else []
    columns = ("deadline", "ticket hours apart", "idle time filled", "both queues", "late apart", "late, filled")
    return table(columns, rows), misses


def _late(needed: Requirement, queues: dict[str, Queue], forecast: Forecast, off: float) -> float:
    rng = np.random.default_rng(6)
    count = 7 * WEEKS
    factors = {name: rng.gamma(1 / off**2, off**2, (SAMPLES, count)) for name in queues} if off else None
    seen = replay(needed, queues, samples=SAMPLES, forecast=forecast, factors=factors).table
    tickets = seen[seen["queue"] == "tickets"]
    return 1 - float(np.average(tickets["service_level"], weights=tickets["contacts"]))


def forecast_of(queues: dict[str, tuple[float, float]], off: float = 0.0) -> Forecast:
    """Contacts a day and handle time by queue, as a forecast by half-hours whose days are `off` by so much."""
    parts = []
    hour = np.arange(48) / 2 + 0.25
    profile = 0.05 + np.exp(-(((hour - 14) / 4) ** 2))
    z = np.array([-1.96, -1.645, -1.282, -0.674, 0, 0.674, 1.282, 1.645, 1.96])
    for name, (a_day, aht) in sorted(queues.items()):
        mean = np.tile(a_day * profile / profile.sum(), 7 * WEEKS)
        rows = pd.DataFrame({"start": pd.date_range(DAY, periods=len(mean), freq=HALF_HOUR), "queue": name})
        rows = rows.assign(mean=mean, aht_s=aht)
        for level, wide in zip(LEVELS, z, strict=True):
            rows[level] = mean * (1 + off * wide)
        parts.append(rows)
    days = pd.concat(parts).groupby(["queue", pd.Grouper(key="start", freq="D")])[["mean", *LEVELS]].sum()
    return Forecast(pd.concat(parts, ignore_index=True), HALF_HOUR, by_day=days.reset_index() if off else None)
