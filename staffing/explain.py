"""Why an interval has the agents it has: the load, what more agents would buy, and what each rule adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Literal

import numpy as np
import pandas as pd

from forecast.forecast import Forecast
from staffing import live, requirement
from staffing.follow import followed
from staffing.live import Arrivals, Days, Method, Service
from staffing.poisson import Floats
from staffing.queue import Queue
from staffing.requirement import Confidence, Requirement
from staffing.search import Ints
from staffing.uncertainty import Uncertainty, certain, uncertainty

Rule = Literal["service", "occupancy", "arrivals", "deadline"]
DAYS = np.linspace(0.005, 0.995, 100)  # shares of days at which a promise is looked at
LEAD = pd.Timedelta(hours=6)  # of what came before; contacts do not stay longer


@dataclass(frozen=True, eq=False)
class Reason:
    """The agents of one interval and where they come from.

    steady: agents in the steady state of its contacts, the day as forecast; certain: with what earlier intervals leave
    behind and the shape within it; agents: with the days that may be; so safety = agents - certain. rule: what one
    agent fewer would break: the promise of service, the occupancy, a ticket's deadline, or nothing (no arrivals).
    factor: contacts of the day staffed for, relative to the forecast. curve: service by number of agents, as of
    `what_agents_buy`; empty for work that may wait.
    """

    start: pd.Timestamp
    contacts: float
    aht_s: float
    load_erlang: float
    steady: int
    certain: int
    agents: int
    scheduled: int
    rule: Rule
    factor: float
    service_level: float
    occupancy: float
    abandonment: float
    curve: pd.DataFrame

    @property
    def safety(self) -> int:
        """Agents that uncertainty adds."""
        return self.agents - self.certain


@dataclass(frozen=True, eq=False)
class Queued:
    """One queue of a requirement with all that its agents were found from."""

    queue: Queue
    rows: pd.DataFrame
    coming: Arrivals
    may_be: Uncertainty
    share: float | None
    sure: bool

    def days(self) -> Days:
        """The days staffed for."""
        if self.share is not None:
            return Days(self.may_be.at(self.share)[self.coming.day], np.ones(1))
        factors, weights = self.may_be.likely()
        return Days(factors[self.coming.day], weights)


def queued(
    needed: Requirement, forecast: Forecast, queues: Mapping[str, Queue], name: str, confidence: Confidence = "expected"
) -> Queued:
    """One queue of a requirement that `requirement.agents` made of this forecast and these queues."""
    caused = followed(forecast, queues)
    queue = queues[name]
    rows = requirement.with_handle_times(caused, name, queue)
    coming = live.arrivals(rows, queue, caused.interval, needed.interval)
    sure = confidence == "certain"
    share = confidence if isinstance(confidence, float) else None
    may_be = certain(caused, name) if sure else uncertainty(caused, name)
    return Queued(queue, needed.table[needed.table["queue"] == name], coming, may_be, share, sure)


def reason(asked: Queued, start: pd.Timestamp, method: Method = "analytic") -> Reason:
    """Why the interval from `start` has its agents.

    Raises:
        ValueError: no interval begins then.
    """
    found = asked.rows[asked.rows["start"] == start]
    if found.empty:
        raise ValueError(f"start: expected the beginning of an interval, got {start}")
    row = found.iloc[0]
    queue, interval = asked.queue, asked.coming.lengths.sum()
    count = int(row["agents"])
    steady = sure = count
    rule: Rule = "deadline"
    curve = pd.DataFrame()
    if queue.channel != "ticket":
        one = _around(asked, start)
        steady = _steady(float(row["contacts"]) / interval, float(row["aht_s"]), queue)
        plain = Days(np.ones((len(one.coming.starts), 1)), np.ones(1))
        last = len(one.coming.starts) - 1
        sure = count if asked.sure else int(live.least(one.coming, queue, plain, method).agents[last])
        curve = what_agents_buy(asked, start, around(count), method)
        rule = _rule(asked, start, count, float(row["contacts"]), method)
    return Reason(
        start,
        float(row["contacts"]),
        float(row["aht_s"]),
        float(row["load_erlang"]),
        steady,
        sure,
        count,
        int(row["scheduled"]),
        rule,
        1.0 if asked.share is None else float(asked.may_be.at(asked.share)[_day(asked, start), 0]),
        float(row["service_level"]),
        float(row["occupancy"]),
        float(row["abandonment"]),
        curve,
    )


def what_agents_buy(asked: Queued, start: pd.Timestamp, agents: Ints, method: Method = "analytic") -> pd.DataFrame:
    """The interval's service with each number of `agents`, earlier intervals staffed as they are.

    Columns: agents, service_level, abandonment, occupancy (as expected over the days that may be) and kept (share of
    those days whose service level in this interval reaches the queue's share).
    """
    one = _around(asked, start)
    last = len(one.coming.starts) - 1
    planned = _planned(asked, one)
    factors, weights = asked.may_be.likely()
    expected = Days(factors[one.coming.day], weights)
    shares = asked.may_be.at(DAYS)[one.coming.day]
    rows = []
    for count in agents.tolist():
        given = np.append(planned[:last], count)
        found = live.service(one.coming, asked.queue, expected, given, method)
        kept = _kept(one.coming, asked.queue, shares, given, last)
        rows.append((count, *(float(v[last]) for v in (found.service_level, found.abandonment, found.occupancy)), kept))
    return pd.DataFrame(rows, columns=["agents", "service_level", "abandonment", "occupancy", "kept"])


def around(agents: int) -> Ints:
    """Numbers of agents to show beside the one planned.

    >>> around(10)
    array([ 6,  7,  8,  9, 10, 11, 12, 13, 14, 15])
    """
    return np.arange(max(1, floor(agents * 0.88) - 2), ceil(agents * 1.12) + 4)


def _kept(coming: Arrivals, queue: Queue, factors: Floats, given: Ints, last: int) -> float:
    """Share of days that keep the promise in the last interval: the busiest day that does, by halving."""

    def keeps(day: int) -> bool:
        found: Service = live.service(coming, queue, Days(factors[:, [day]], np.ones(1)), given)
        return bool(found.service_level[last] >= queue.share)

    low, high = -1, factors.shape[1]
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if keeps(middle) else (low, middle)
    if low < 0:
        return 0.0
    return 1.0 if high == factors.shape[1] else float((DAYS[low] + DAYS[high]) / 2)


def _rule(asked: Queued, start: pd.Timestamp, agents: int, contacts: float, method: Method) -> Rule:
    """What one agent fewer would break, on the days staffed for."""
    if contacts <= 0 or agents == 0:
        return "arrivals"
    one = _around(asked, start)
    last = len(one.coming.starts) - 1
    given = np.append(_planned(asked, one)[:last], agents - 1)
    fewer = live.service(one.coming, asked.queue, one.days(), given, method)
    return "occupancy" if fewer.service_level[last] >= asked.queue.share else "service"


def _planned(asked: Queued, one: Queued) -> Ints:
    """Agents of the intervals of `one`, a part of the queue."""
    told = asked.rows.set_index("start")["agents"].reindex(one.coming.starts, fill_value=0)
    return told.to_numpy(dtype=np.int64)


def _steady(rate: float, aht: float, queue: Queue) -> int:
    """Agents in the steady state of one rate."""
    seconds = aht * 60.0  # by then no trace of the beginning is left
    calm = Arrivals(
        pd.DatetimeIndex([pd.Timestamp(0)] * 2),
        np.full((2, 1), rate),
        np.array([seconds]),
        np.full(2, aht),
        np.ones(2, dtype=bool),
        np.zeros(2, dtype=np.int64),
    )
    return int(live.least(calm, queue, Days(np.ones((2, 1)), np.ones(1))).agents[-1])


def _day(asked: Queued, start: pd.Timestamp) -> int:
    return int(asked.coming.day[asked.coming.starts.get_loc(start)])


def _around(asked: Queued, start: pd.Timestamp) -> Queued:
    """The queue from some hours before `start` to that interval's end."""
    coming = asked.coming
    inside = (coming.starts <= start) & (coming.starts >= start - LEAD)
    part = replace(
        coming,
        starts=coming.starts[inside],
        rates=coming.rates[inside],
        aht=coming.aht[inside],
        opened=coming.opened[inside],
        day=coming.day[inside],
    )
    return replace(asked, coming=part)
