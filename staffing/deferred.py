"""Agents for work that may wait: tickets, e-mail, call-backs.

`staffing.deadline` finds the flattest staffing for work that flows as expected. Real arrivals are a Poisson process and
handle times vary (exponentially, say), so that staffing needs a margin, and this is the least that does. A contact that
arrives at t is late if for some s < t the work arrived since s exceeds the capacity from s to its deadline. Let the
capacity be that of a flowing plan for arrivals inflated by a factor f, which runs ahead of its deadlines by a stock of
x agent-seconds. Then it is late only if, for some s, arrivals since s exceed f times their expectation by x. Counted in
contacts expected instead of hours, whatever the day's shape, that excess is a random walk with drift: by
Cramér and Lundberg it ever exceeds x with a chance of exp(-(1 - 1/f) x / handle time) / f. So a stock of
(RARE - log f) f / (f - 1) contacts' work keeps lateness rare. Pauses inflate by 1 / max_occupancy anyway, and then a
stock of some fifty contacts suffices, however large the queue; a stock costs no hours, only some flattening. Where the
deadline's window expects too few contacts for the stock, f grows until it fits. In a steady state that is Erlang C's
P(wait > deadline).

Idle time of live agents is a walk too: a desk with a agents busy, h at a time, is busy with a variance of 2 a h in the
long run, as the work that arrives there has. By what share that adds to the variance of the contacts' own work, by
that share the stock grows.

A contact's own handle time cannot be divided among agents: plans keep TAIL handle times back from the deadline. Where a
deadline is shorter than BRIEF handle times, some contacts outlast it however many agents there are; there the deadline
is that of beginning.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import wrightomega

from staffing import deadline, erlang, idle
from staffing.poisson import Floats
from staffing.queue import Queue

WEEK = pd.Timedelta(days=7)
RARE = 6.0  # exp(-RARE) is 0.25%: it leaves room for what the walk does not see, such as whole tickets
LEAST = 1.02  # inflation where agents are promised no pauses: less would take most of the flattening
TAIL = 5.0  # handle times: one contact in 150 takes longer
BRIEF = 6.5  # handle times


def agents(
    starts: pd.DatetimeIndex,
    contacts: Floats,
    aht: Floats,
    is_open: NDArray[np.bool_],
    queue: Queue,
    interval: pd.Timedelta,
    spare: ArrayLike | None = None,
    swing: ArrayLike | None = None,
    enough: ArrayLike | None = None,
) -> pd.DataFrame:
    """One row per interval: agents, scheduled, service_level, occupancy, abandonment (0) and backlog.

    contacts are those expected, in closed hours too, where they wait. spare: agent-intervals that live queues leave
    idle, net of their own pauses; work that fits is done there, what is due first, and `agents` are for the rest.
    swing: the variance that each interval adds to the sum of `spare`, agent-intervals squared: twice the agents busy
    there times the intervals that one contact takes them; 0 where idle time comes as sure as a roster.
    enough: agents who answer an interval's contacts in time where nothing waits from before, so that no more are
    needed there: as calls are staffed, for deadlines shorter than the interval.
    service_level is the share of the interval's contacts in time, occupancy the busy share of `agents` (live agents'
    idle time is used first), backlog the contacts waiting at the interval's end: all as expected. The backlog at the
    end is at most what arrives within a deadline.

    The horizon's last days go on as they were until every deadline in it has passed: otherwise the work of the last
    hours would look free.

    Raises:
        ValueError: `spare` or `swing` has not one number of 0 or more for each interval.
    """
    free, unsure = (_checked(name, given, len(contacts)) for name, given in (("spare", spare), ("swing", swing)))
    parts = max(int(np.ceil(interval.total_seconds() / queue.deadline_s - deadline.SLACK)), 1)
    if parts > 1:  # the deadline is shorter than the interval: planned by its parts, staffed for the busiest
        fine = interval / parts
        starts = pd.DatetimeIndex(np.add.outer(starts.to_numpy(), fine.to_numpy() * np.arange(parts)).ravel())
        contacts, aht, is_open = np.repeat(contacts / parts, parts), np.repeat(aht, parts), np.repeat(is_open, parts)
        free, unsure, interval = np.repeat(free, parts), np.repeat(unsure * parts, parts), fine
    # idle time that is too uncertain may cost more than it saves: then less of it, or none, is counted on
    shares = (1.0, 0.5, 0.0) if free.any() and unsure.any() else (1.0,)
    plans = (_plan(starts, contacts, aht, is_open, queue, interval, free * q, unsure * q**2) for q in shares)
    fewest = min(plans, key=lambda plan: int(plan["agents"].sum()))
    plan = _joined(fewest, contacts, parts) if parts > 1 else fewest
    if enough is not None:
        plan = _eased(plan, np.asarray(enough), is_open[::parts], queue)
    return plan.assign(scheduled=erlang.scheduled(plan["agents"].to_numpy(), queue.shrinkage))


def _joined(plan: pd.DataFrame, contacts: Floats, parts: int) -> pd.DataFrame:
    """A plan by parts of intervals as one by intervals: the most agents of any part, so a share of them is idle."""
    wide = {name: plan[name].to_numpy().reshape(-1, parts) for name in plan}
    agents = wide["agents"].max(axis=1)
    busy = (wide["occupancy"] * wide["agents"]).mean(axis=1)
    come = contacts.reshape(-1, parts)
    late = ((1 - wide["service_level"]) * come).sum(axis=1)
    columns = {
        "agents": agents,
        "service_level": 1 - np.divide(late, come.sum(axis=1), out=np.zeros(len(agents)), where=come.sum(axis=1) > 0),
        "occupancy": np.divide(busy, agents, out=np.zeros(len(agents)), where=agents > 0),
        "abandonment": np.zeros(len(agents)),
        "backlog": wide["backlog"][:, -1],
    }
    return pd.DataFrame(columns)


def _eased(plan: pd.DataFrame, enough: NDArray[np.int64], is_open: NDArray[np.bool_], queue: Queue) -> pd.DataFrame:
    """The plan with `enough` agents where no contacts wait since the desk was closed, or since before the plan."""
    waits = np.append(queue.backlog > 0, plan["backlog"].to_numpy()[:-1] > 0) & ~np.append(False, is_open[:-1])
    agents = plan["agents"].to_numpy()
    fewer = np.where(waits | np.append(False, waits[:-1]), agents, np.minimum(agents, enough))
    busy = np.divide(plan["occupancy"] * agents, fewer, out=np.zeros(len(fewer)), where=fewer > 0)
    return plan.assign(agents=fewer, occupancy=np.minimum(busy, queue.max_occupancy))


def _plan(
    starts: pd.DatetimeIndex,
    contacts: Floats,
    aht: Floats,
    is_open: NDArray[np.bool_],
    queue: Queue,
    interval: pd.Timedelta,
    spare: Floats,
    swing: Floats,
) -> pd.DataFrame:
    """The plan that counts on all of `spare`; no deadline is shorter than `interval`."""
    count, unit = len(contacts), interval.total_seconds()
    limit = queue.deadline_s / unit
    whole = np.append(np.arange(count), _continuation(starts, is_open, limit, interval))
    come, handle, opened = contacts[whole], aht[whole] / unit, is_open[whole]
    free, unsure = np.where(opened, spare[whole], 0.0), swing[whole]
    usual = float(np.average(handle, weights=come)) if come.any() else queue.aht_s / unit
    sooner = limit - TAIL * usual if limit >= BRIEF * usual else limit
    if sooner < 1 <= limit:  # within one interval agents cannot be fewer at its end: half of that time will do
        sooner = (1 + sooner) / 2
    if free.any() and unsure.any() and sooner >= 1:
        taken = idle.filled(come * handle / queue.max_occupancy, opened, int(sooner), free).done
        unsure = unsure * np.divide(taken, free, out=np.zeros(len(whole)), where=free > 0) ** 2
    inflation, stock = _margin(come, handle, opened, limit, queue, unsure)
    work, carried = come * handle * inflation, queue.backlog * usual * inflation[0]
    if free.any() and sooner >= 1:
        rest = idle.filled(work, opened, int(sooner), free, carried)
        work, carried = rest.left, rest.backlog
    needed = deadline.staffing(work, opened, sooner, carried, stock * handle, handle).agents
    capacity = needed * queue.max_occupancy + free
    done, waiting = deadline.replayed(come, handle, capacity, queue.backlog)
    reached = np.append(0.0, np.cumsum(done[opened]))
    until = limit if limit >= BRIEF * usual else limit + usual  # begun by the deadline, done a handle time later
    kept = deadline.in_time(come * handle, opened, queue.backlog * usual, reached, until)
    busy = np.divide(np.maximum(done - free, 0.0), needed, out=np.zeros(len(whole)), where=needed > 0)
    columns = {
        "agents": needed,
        "service_level": np.where(come > 0, np.nan_to_num(kept, nan=0.0), 1.0),  # never open, never done
        "occupancy": np.minimum(busy, queue.max_occupancy),
        "abandonment": np.zeros(len(whole)),
        "backlog": waiting,
    }
    return pd.DataFrame(columns).iloc[:count]


def _margin(
    contacts: Floats, handle: Floats, opened: NDArray[np.bool_], limit: float, queue: Queue, swing: Floats
) -> tuple[Floats, Floats]:
    """The inflation of each interval's work, and the stock in contacts by which to run ahead of the deadlines.

    The contacts of a deadline's window are those around the interval or, where they are fewer, those rather after it.
    """
    clock = np.append(0.0, np.cumsum(opened))  # open intervals before each
    last = np.searchsorted(clock, np.arange(clock[-1] + 1), side="right") - 1

    def within(values: Floats, since: float, before: float = 0.0) -> Floats:
        arrived = np.append(0.0, np.cumsum(values))[last]  # by the start of each open interval, what waited included
        arrived[1:] += before
        first = np.clip(clock[:-1] + 0.5 - since, 0.0, max(clock[-1] - limit, 0.0))
        among = np.interp([first, first + limit], np.arange(len(arrived)), arrived)
        return np.asarray(among[1] - among[0])

    window = np.minimum(*(within(contacts, limit / part, queue.backlog) for part in (2, 4)))
    own = within(2 * contacts * handle**2, limit / 2)
    wilder = 1 + np.divide(within(swing * opened, limit / 2), own, out=np.zeros(len(own)), where=own > 0)
    inflation, stock = margin(window, queue.max_occupancy, wilder)
    grown = np.minimum((clock[:-1] + 1) / limit, 1.0)  # chance has had no more time than since the beginning
    return inflation, stock * grown


def margin(window: ArrayLike, max_occupancy: float = 1.0, wilder: ArrayLike = 1.0) -> tuple[Floats, Floats]:
    """The inflation f, and the stock in contacts, that keep lateness rare where a deadline sees `window` contacts.

    wilder: the variance there is, relative to that of Poisson arrivals and exponential handle times.
    """
    fits = np.maximum(deadline.ROOM * np.asarray(window, dtype=float) / np.asarray(wilder, dtype=float), deadline.SLACK)
    fitting = wrightomega(RARE + fits + np.log(fits)) / fits  # (f - 1) fits = RARE - log f
    inflation = np.maximum(np.maximum(LEAST, 1 / max_occupancy), fitting)
    return inflation, np.asarray((RARE - np.log(inflation)) * inflation / (inflation - 1) * wilder)


def _checked(name: str, given: ArrayLike | None, count: int) -> Floats:
    values = np.zeros(count) if given is None else np.asarray(given, dtype=float)
    if values.shape != (count,) or not (np.isfinite(values) & (values >= 0)).all():
        raise ValueError(f"{name}: expected 0 or more for each of {count} intervals, got {given!r}")
    return values


def _continuation(
    starts: pd.DatetimeIndex, is_open: NDArray[np.bool_], limit: float, interval: pd.Timedelta
) -> NDArray[np.int64]:
    """Positions of the intervals to repeat after the last: those of its last week, or all where it is shorter.

    They span twice the deadline in open intervals, so that the string is not pulled down inside the horizon.
    """
    if not is_open.any():
        return np.zeros(0, dtype=np.int64)
    last = np.arange(max(len(starts) - int(WEEK / interval), 0), len(starts))
    if not is_open[last].any():
        last = np.arange(len(starts))
    return np.asarray(np.tile(last, int(np.ceil(2 * limit / is_open[last].sum()))))
