"""Work that may wait, but not beyond its deadline: the flattest staffing that keeps every deadline.

Let A(t) be the work arrived by t. Work done, W(t), stays in the tube A(t - deadline) <= W(t) <= A(t). The shortest path
through the tube, a taut string, has the least peak and the least cost under every convex cost of the staffing at once
(Veinott 1971, "Least d-majorized network flows with inventory and statistical applications"; drawn by the funnel of
Lee and Preparata 1984, "Euclidean shortest paths in the presence of rectilinear barriers", in O(n)).

Work is counted in agent-intervals: what one agent does in one interval. The deadline's clock runs in opening hours:
work that arrives while the desk is closed is there, and its clock starts, at the next opening. Within an interval, work
arrives evenly. A backlog arrived evenly before the first opening, so it is due evenly over the first deadline: its
oldest at once, its youngest a whole deadline later.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.poisson import Floats
from staffing.search import Ints

ROOM = 0.6  # share of the deadline that running ahead may use up; the rest is for flattening
NONE = 0.05  # contacts that are as good as none, as an exponential's last are
SLACK = 1e-9  # agent-intervals that rounding may add or lose


@dataclass(frozen=True, eq=False)
class DeferredWork:
    """One row per interval, closed ones included: agents, and with them the work done and the share of it in time.

    in_time is the share of the work that arrived in the interval done within its deadline: 1 where none arrived, and
    NaN where the deadline lies beyond the last interval, so that nobody can tell.
    """

    agents: Ints
    done: Floats
    in_time: Floats
    left: float  # agent-intervals not yet done after the last interval, none of them due


@dataclass(frozen=True, eq=False)
class Tube:
    """Bounds on the work done by the end of each open interval, after a first point at 0."""

    least: Floats
    most: Floats


def staffing(
    work: ArrayLike,
    is_open: ArrayLike,
    deadline: float,
    backlog: float = 0.0,
    ahead: ArrayLike = 0.0,
    handle: ArrayLike = 0.0,
) -> DeferredWork:
    """The flattest whole agents that do all `work` within `deadline` open intervals of its arrival.

    work: agent-intervals arriving in each interval; deadline: open intervals, whole or not; backlog: agent-intervals
    waiting when the first interval opens, due evenly over the first deadline; ahead: agent-intervals, one for all or
    for each interval, by which the staffing runs ahead of the deadlines, within ROOM of what the arrivals allow;
    handle: intervals one contact takes, which no second agent makes shorter, 0 where work can be divided at will.
    All work due by the end is done; at most the last deadline's worth is left, none of it late.

    Raises:
        ValueError: negative or missing work, or a deadline that is not above 0.

    >>> staffing([4, 0, 0, 0], [True] * 4, deadline=3).agents.tolist()
    [1, 1, 1, 1]
    """
    load, opened = checked(work, is_open, deadline, backlog)
    lead = _column("ahead", np.broadcast_to(np.asarray(ahead, dtype=float), load.shape))
    each = _column("handle", np.broadcast_to(np.asarray(handle, dtype=float), load.shape))
    waiting, arriving = by_opening(load, opened)
    bounds = tube(waiting, arriving, deadline, backlog)
    within = _lifted(bounds, _soonest(bounds, waiting, each[opened]), lead[opened])
    flattest = taut_string(within.least, within.most)
    agents, reached = _whole(flattest, bounds, waiting, each[opened], lead[opened], deadline)
    kept = in_time(load, opened, backlog, reached, deadline)
    spread = np.zeros(load.shape, dtype=np.int64)
    done = np.zeros(load.shape)
    spread[opened], done[opened] = agents, np.diff(reached)
    return DeferredWork(spread, done, kept, float(backlog + load.sum() - reached[-1]))


def replayed(
    contacts: ArrayLike, handle: ArrayLike, capacity: ArrayLike, backlog: float = 0.0
) -> tuple[Floats, Floats]:
    """Work done in each interval, and contacts waiting at its end, were nothing random.

    handle: intervals a contact takes; capacity: agent-intervals, idle while nobody waits; backlog: contacts waiting.
    """
    come, each = np.asarray(contacts, dtype=float), np.asarray(handle, dtype=float)
    usual = float(np.average(each, weights=come)) if come.any() else float(each.mean()) if len(each) else 0.0
    waiting = backlog * usual
    known = np.concatenate([[0.0, waiting], waiting + np.cumsum(come * each)])
    done = np.zeros(come.shape)
    for i, (new, able) in enumerate(zip(come * each, np.asarray(capacity, dtype=float), strict=True)):
        done[i] = min(waiting + new, able)
        waiting += new - done[i]
    arrived = backlog + np.cumsum(come)
    finished = np.interp(np.cumsum(done), known, np.concatenate([[0.0, backlog], arrived]))
    return done, np.maximum(arrived - finished, 0.0)


def tube(waiting: Floats, arriving: Floats, deadline: float, backlog: float = 0.0) -> Tube:
    """Bounds for open intervals with `waiting` work at their start and `arriving` work during them.

    Never crossed: what is due has arrived. `backlog` has been waiting since before the first opening.
    """
    most = np.concatenate([[0.0], np.cumsum(waiting + arriving)])
    count = len(arriving)
    # by the end of interval j: all that arrived by j - deadline, and what waited when the desk opened at that moment
    settled = np.arange(count + 1) - deadline
    since = np.clip(np.floor(settled + SLACK), 0, max(count - 1, 0)).astype(np.int64)
    least = np.zeros_like(most)
    past = settled > -SLACK
    past[0] = False
    then = since[past]
    least[past] = most[then] + waiting[then] + np.maximum(settled[past] - then, 0.0) * arriving[then]
    # capacity is even within an interval: what waits for an opening is due by the last whole interval
    whole = int(deadline + SLACK)
    opening = np.flatnonzero(waiting[: max(count + 1 - whole, 0)] > 0)
    if whole:
        least[opening + whole] = most[opening] + waiting[opening]
    least = np.maximum.accumulate(least)
    carried = backlog * np.clip(np.arange(count + 1) / deadline, 0.0, 1.0)
    most += backlog
    return Tube(np.minimum(least + carried, most), most)


def taut_string(least: Floats, most: Floats) -> Floats:
    """The shortest path from (0, 0) within [least, most] to the last least, at every whole abscissa.

    Both bounds are non-decreasing from 0. Two hulls grow from the last fixed vertex, convex under `most` and concave
    over `least`; where a new point of one passes beyond the other, that other's first vertex is fixed.
    """
    end = len(least) - 1
    apex = (0, 0.0)
    path = [apex]
    upper: deque[tuple[int, float]] = deque()
    lower: deque[tuple[int, float]] = deque()
    for t in range(1, end + 1):
        ceiling = float(most[t]) if t < end else float(least[t])
        for hull, other, sign, height in ((upper, lower, 1, ceiling), (lower, upper, -1, float(least[t]))):
            point = (t, height)
            while hull and sign * _slope(hull[-1], point) <= sign * _slope(
                hull[-2] if len(hull) > 1 else apex, hull[-1]
            ):
                hull.pop()
            if not hull:
                while other and sign * _slope(apex, point) < sign * _slope(apex, other[0]):
                    apex = other.popleft()
                    path.append(apex)
            hull.append(point)
    if end:
        path.extend(lower)
    x, y = zip(*path, strict=True)
    return np.asarray(np.interp(np.arange(end + 1), x, y))


def _slope(start: tuple[int, float], end: tuple[int, float]) -> float:
    return (end[1] - start[1]) / (end[0] - start[0]) if end[0] > start[0] else np.inf


def checked(work: ArrayLike, is_open: ArrayLike, deadline: float, backlog: float) -> tuple[Floats, NDArray[np.bool_]]:
    load, opened = np.asarray(work, dtype=float), np.asarray(is_open, dtype=bool)
    if load.shape != opened.shape or load.ndim != 1:
        raise ValueError(f"is_open: expected one value for each of {load.shape} intervals, got {opened.shape}")
    _column("work", load)
    if not (np.isfinite(backlog) and backlog >= 0):
        raise ValueError(f"backlog: expected 0 or more, got {backlog}")
    if not (np.isfinite(deadline) and deadline > 0):
        raise ValueError(f"deadline: expected above 0 intervals, got {deadline}")
    return load, opened


def _soonest(bounds: Tube, waiting: Floats, handle: Floats) -> Floats:
    """Work done by the end of each interval with agents without number."""
    done = np.zeros_like(bounds.most)
    for i in range(len(handle)):
        done[i + 1] = _worked(done[i], np.inf, bounds.most[i : i + 2], waiting[i], handle[i])
    return done


def _column(name: str, values: Floats) -> Floats:
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        raise ValueError(f"{name}: expected 0 or more, got {values[wrong][0]}")
    return values


def _lifted(bounds: Tube, soonest: Floats, ahead: Floats) -> Tube:
    """The tube for work that runs `ahead` of its deadlines, as far as it can."""
    least = np.minimum(bounds.least, soonest)
    room = soonest - least
    raised = least.copy()
    raised[1:] += np.minimum(ahead, ROOM * room[1:])
    return Tube(np.minimum(np.maximum.accumulate(raised), soonest), soonest)


def by_opening(work: Floats, opened: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Work waiting at the start of each open interval since it closed, and work arriving during it."""
    count = int(opened.sum())
    waiting = np.zeros(count + 1)
    np.add.at(waiting, following(opened)[~opened], work[~opened])
    return waiting[:count], work[opened]


def following(opened: NDArray[np.bool_]) -> Ints:
    """Position among the open intervals of this one or, when closed, of the next."""
    return np.asarray(np.cumsum(opened, dtype=np.int64) - opened)


def _whole(
    flattest: Floats, bounds: Tube, waiting: Floats, handle: Floats, ahead: Floats, deadline: float
) -> tuple[Ints, Floats]:
    """Whole agents who keep up with `flattest`, and the work they get done by the end of each interval.

    Each straight stretch is worked with its rate rounded up, then down, so that the numbers change seldom. Where that
    would leave agents without work, the stretch is worked interval by interval, always with the fewest that suffice,
    and a lone agent comes only once it is due: with the capacity idle since a deadline ago counted, until then the
    work is no less ahead of its deadlines than `ahead`.
    """
    count = len(flattest) - 1
    agents = np.zeros(count, dtype=np.int64)
    reached = np.zeros(count + 1)
    idle = np.zeros(count + 1)  # agent-intervals without work since the beginning

    def work_on(i: int, n: int) -> None:
        if waiting[i] > 0 and deadline < 1:  # due within the very interval
            n = max(n, int(np.ceil((bounds.most[i] + waiting[i] - reached[i]) / deadline - SLACK)))
        agents[i] = n
        reached[i + 1] = _worked(reached[i], float(n), bounds.most[i : i + 2], waiting[i], handle[i])
        idle[i + 1] = idle[i] + n - (reached[i + 1] - reached[i])

    def may_wait(i: int) -> bool:
        past = max(i + 1 - deadline, 0.0)
        whole = int(past)
        then = idle[whole] + (past - whole) * (idle[min(whole + 1, i)] - idle[whole])
        spared = min(idle[i] - then - ahead[i], 0.0)
        return bool(
            flattest[min(i + 2, count)] - reached[i] <= 1 and reached[i] + spared >= bounds.least[i + 1] - SLACK
        )

    bends = np.flatnonzero(np.abs(np.diff(flattest, 2)) > SLACK) + 1
    for first, last in pairwise([0, *bends.tolist(), count] if count else []):
        few, more = divmod(max(int(np.ceil(flattest[last] - reached[first] - SLACK)), 0), last - first)
        for i in range(first, last):
            work_on(i, few + (i - first < more))
        if (reached[first + 1 : last + 1] < flattest[first + 1 : last + 1] - SLACK).any():
            for i in range(first, last):
                n = max(int(np.ceil(flattest[i + 1] - reached[i] - max(SLACK, NONE * handle[i]))), 0)
                work_on(i, 0 if n == 1 and may_wait(i) else n)
    return agents, reached


def _worked(done: float, agents: float, most: Floats, waiting: float, handle: float) -> float:
    """Work done by the end of an interval by `agents` of whom no more are busy than there are tickets.

    With exponential handle times, work left falls at the rate agents, or left / handle once that is less.
    """
    arriving = float(most[1] - most[0] - waiting)
    left = float(most[0] + waiting) - done
    if handle <= SLACK:
        return min(done + agents, float(most[1]))
    full, least = agents * handle, arriving * handle
    time = 1.0
    if left >= full:
        busy = (left - full) / (agents - arriving) if agents > arriving else 1.0
        if busy >= 1:
            return done + agents
        left, time = full, 1 - busy
    elif arriving > agents:
        slack = handle * log((least - left) / (least - full))
        if slack < 1:
            return float(most[1]) - (full + (arriving - agents) * (1 - slack))
    return float(most[1]) - (least + (left - least) * exp(-time / handle))


def in_time(work: Floats, opened: NDArray[np.bool_], backlog: float, reached: Floats, deadline: float) -> Floats:
    """Share of each interval's work done by its deadline, first come first served; as `DeferredWork.in_time`.

    reached: work done by the start of the first open interval and by the end of each, the backlog's included.
    """
    due = following(opened) + opened + deadline  # in open intervals
    until = backlog + np.cumsum(work)
    known = due < len(reached) - 1 + SLACK
    done = np.full(work.shape, np.nan)
    by_then = np.interp(due[known], np.arange(len(reached)), reached)
    done[known] = by_then - (until - work)[known]
    share = np.divide(done, work, out=np.ones_like(work), where=work > SLACK)
    # a share within rounding of 1 is 1
    share = np.where(np.abs(share - 1) < 1e-6, 1.0, np.clip(share, 0.0, 1.0))
    return np.where(known, share, np.nan)
