"""Spiky days: hours and service by interval of both methods and of plain formulas, against a simulated minimum."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.queueing.page import Section, points, progress, table
from benchmarks.queueing.shapes import GIVEN, HALF_HOUR, PeakDay, days
from staffing import erlang, live, requirement
from staffing.live import Arrivals, Days, Method
from staffing.poisson import Floats
from staffing.requirement import Requirement
from staffing.search import Ints
from staffing.simulate import replay

TARGET = 0.8
NEARLY = 0.003  # so much below it an interval still counts as kept in the minimum
CLEARLY = 0.005  # beyond the replay's own chance
REACH = 3  # half-hours that one agent is felt in
DOUBT = 0.006  # by so much the forward equations may misjudge one agent
UNDER, OVER = -0.02, 0.06  # limits of the simulated method, points
UNDER_ANALYTIC = -0.05
HOURS = 0.01
SAMPLES = 4000
MANY = 20_000  # contacts, from where a day is
FEWER = 2500  # samples
ROUGH = 500
INTRO = """Forecasts by the minute, certain; planned by half-hours with `requirement.agents`; 80% of the offered calls
within 20 s, handle time 300 s and patience 180 s unless said otherwise. Every staffing is replayed on sampled days
(`staffing.simulate.replay`). The least hours: starting from the simulated method's staffing, half-hours below 79.7% get
an agent more, and then every half-hour loses an agent as long as all levels stay at 79.7% in the replay. Erlang C and
Erlang A: each half-hour's mean rate in steady state.

Worst: lowest half-hour against the 80%, in points. Above: highest half-hour; to spare: the highest of those above +6.0
that keep 80.5% with one agent fewer in the replay. "+-": half the confidence interval of the least known half-hour.
Limits: analytic, no half-hour below -5.0 and hours within 1% of the
least; simulated, between -2.0 and +6.0 (above only where one fewer breaks the promise) and at most 1% more hours."""
METHODS: tuple[Method, ...] = ("analytic", "simulated")


@dataclass(frozen=True, eq=False)
class Outcome:
    """One method on one day: agents by half-hour, their simulated level, and the milliseconds it took."""

    agents: Ints
    level: Floats
    busy: Floats  # contacts expected
    took: float
    width: float  # half the confidence interval of the levels, at most

    @property
    def hours(self) -> float:
        """Agent-hours of the day."""
        return float(self.agents.sum()) / 2


def section(shared: Path) -> Section:
    """A table of every day, and a summary by method."""
    rows, misses, all_days = [], [], list(days(shared))
    told: dict[str, list[tuple[float, float, float]]] = {}
    for day in all_days:
        progress(f"  {day.name}")
        least, found, spare = _one(day)
        for method, outcome in found.items():
            more = outcome.hours / least - 1
            worst, most = outcome.level.min() - TARGET, outcome.level.max() - TARGET
            told.setdefault(method, []).append((more, worst, spare if method == "simulated" else np.nan))
            high = points(spare) if method == "simulated" and spare > 0 else "-"
            took = f"{outcome.took:,.0f}" if outcome.took else "-"
            hours = (f"{outcome.hours:,.1f}", f"{more:+.2%}")
            rows.append(
                (day.name, method, *hours, points(worst), points(most), high, f"{100 * outcome.width:.1f}", took)
            )
            misses += _missed(day.name, method, more, worst, spare)
    columns = ("day", "method", "hours", "against the least", "worst", "above", "to spare", "+-", "ms")
    parts = [INTRO]
    if len(all_days) and not all_days[0].name.startswith("given"):
        parts.append(f"The given shape: skipped, no `{GIVEN}` in the reference folder.")
    parts += [_summary(told), table(columns, rows)]
    return Section("Peak days", tuple(parts), tuple(misses))


def _summary(told: dict[str, list[tuple[float, float, float]]]) -> str:
    rows = []
    for method, values in told.items():
        more, worst = np.array(values)[:, 0], np.array(values)[:, 1]
        rows.append((method, f"{more.min():+.2%}", f"{more.max():+.2%}", points(worst.min()), points(np.median(worst))))
    columns = ("method, over all days", "hours, least", "hours, most", "worst half-hour", "median worst half-hour")
    return table(columns, rows)


def _missed(name: str, method: str, more: float, worst: float, spare: float) -> list[str]:
    said = []
    if method == "analytic":
        said += [f"{name}, analytic: {points(worst)} points"] if worst < UNDER_ANALYTIC else []
        said += [f"{name}, analytic: hours {more:+.2%}"] if abs(more) > HOURS else []
    if method == "simulated":
        said += [f"{name}, simulated: {points(worst)} points"] if worst < UNDER else []
        said += [f"{name}, simulated: {points(spare)} points with one agent to spare"] if spare > OVER else []
        said += [f"{name}, simulated: hours {more:+.2%}"] if more > HOURS else []
    return said


def _one(day: PeakDay) -> tuple[float, dict[str, Outcome], float]:
    """The least hours, each method's outcome, and the highest level where one agent fewer would do (0: nowhere)."""
    forecast, queues = day.forecast, {"phone": day.queue}
    found: dict[str, Outcome] = {}
    for method in METHODS:
        requirement.agents(forecast, queues, HALF_HOUR, "certain", method)  # warm
        begun = time.perf_counter()
        needed = requirement.agents(forecast, queues, HALF_HOUR, "certain", method)
        took = 1000 * (time.perf_counter() - begun)
        agents = needed.table["agents"].to_numpy()
        level, width = seen(day, needed, agents)
        found[method] = Outcome(agents, level, needed.table["contacts"].to_numpy(), took, width)
    rate = needed.table["contacts"].to_numpy() / HALF_HOUR.total_seconds()
    for name, patience in (("Erlang C", np.inf), ("Erlang A", day.patience)):
        agents = erlang.agents_for(rate, day.aht, 20, TARGET, patience)
        level, width = seen(day, needed, agents, ROUGH)
        found[name] = Outcome(agents, level, rate * 1800, 0.0, width)
    least, spare = least_hours(day, needed, found["simulated"])
    return least, found, spare


def levels(day: PeakDay, needed: Requirement, agents: Ints) -> Floats:
    """The simulated service level of each half-hour with so many agents."""
    return seen(day, needed, agents)[0]


def seen(day: PeakDay, needed: Requirement, agents: Ints, samples: int = SAMPLES) -> tuple[Floats, float]:
    """The simulated level of each half-hour, and half the confidence interval of the least known."""
    few = FEWER if day.contacts.sum() > MANY else SAMPLES
    staffed = needed.table[["start", "queue"]].assign(agents=agents)
    queues = {"phone": day.queue}
    found = replay(needed, queues, samples=min(samples, few), staffed=staffed, forecast=day.forecast).table
    return found["service_level"].to_numpy(), float((found["high"] - found["low"]).max()) / 2


def least_hours(day: PeakDay, needed: Requirement, start: Outcome) -> tuple[float, float]:
    """Hours from which no half-hour can lose an agent, and how far above the target one could, at the start.

    The forward equations say what one agent fewer would do; a replay decides wherever they leave a doubt.
    """
    forecast = day.forecast
    coming = live.arrivals(
        requirement.with_handle_times(forecast, "phone", day.queue), day.queue, forecast.interval, HALF_HOUR
    )
    agents, level = start.agents.copy(), start.level
    while (short := (level < TARGET - NEARLY) & (start.busy > 0)).any():
        agents = agents + short
        level = levels(day, needed, agents)
    tried, spare, above = agents == 0, 0.0, start.level > TARGET + OVER
    while True:
        guess = level + _with_one_fewer(coming, day, agents)
        places = np.flatnonzero(~tried & (guess > TARGET - NEARLY - DOUBT))
        if not len(places):
            return float(agents.sum()) / 2, spare
        apart = _apart(places[np.argsort(-guess[places], kind="stable")])
        fewer = agents.copy()
        fewer[apart] -= 1
        then = levels(day, needed, fewer)
        for i in apart:
            if above[i] and agents[i] == start.agents[i] and then[i] >= TARGET + CLEARLY:
                spare = max(spare, float(start.level[i]) - TARGET)
            if (then[i : i + REACH] >= TARGET - NEARLY).all():
                agents[i] -= 1
                level = np.append(level[:i], np.append(then[i : i + REACH], level[i + REACH :]))
            else:
                tried[i] = True


def _with_one_fewer(coming: Arrivals, day: PeakDay, agents: Ints) -> Floats:
    """What one agent fewer takes from each half-hour's level, by the forward equations."""
    certain = Days(np.ones((len(agents), 1)), np.ones(1))

    def level(n: Ints) -> Floats:
        return live.service(coming, day.queue, certain, n, "simulated").service_level

    now, change = level(agents), np.zeros(len(agents))
    for first in range(3):
        fewer = agents.copy()
        fewer[first::3] = np.maximum(fewer[first::3] - 1, 0)
        change[first::3] = (level(fewer) - now)[first::3]
    return change


def _apart(places: Ints) -> list[int]:
    """Those that can be tried together: what one does reaches no other."""
    kept: list[int] = []
    for i in places.tolist():
        if all(abs(i - other) >= REACH for other in kept):
            kept.append(i)
    return kept
