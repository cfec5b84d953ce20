"""Work that may wait, but not beyond its deadline: the flattest staffing that keeps every deadline.

Let A(t) be the work arrived by t. Work done, W(t), stays in the tube A(t - deadline) <= W(t) <= A(t). The shortest path
through the tube, a taut string, has the least peak and the least cost under every convex cost of the staffing at once
(Veinott 1971, "Least d-majorized network flows with inventory and statistical applications"; drawn by the funnel of
Lee and Preparata 1984, "Euclidean shortest paths in the presence of rectilinear barriers", in O(n)).

Work is counted in agent-intervals: what one agent does in one interval. The deadline's clock runs in opening hours:
work that arrives while the desk is closed is there, and its clock starts, at the next opening. Within an interval, work
arrives evenly.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.poisson import Floats
from staffing.search import Ints

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


def staffing(work: ArrayLike, is_open: ArrayLike, deadline: int, backlog: float = 0.0) -> DeferredWork:
    """The flattest whole agents that do all `work` within `deadline` open intervals of its arrival.

    work: agent-intervals arriving in each interval; backlog: agent-intervals waiting when the first interval opens, due
    a deadline later. All work due by the end is done; at most the last deadline's worth is left, none of it late.

    Raises:
        ValueError: negative or missing work, or a deadline below one interval.

    >>> staffing([4, 0, 0, 0], [True] * 4, deadline=3).agents.tolist()
    [1, 1, 1, 1]
    """
    load, opened = np.asarray(work, dtype=float), np.asarray(is_open, dtype=bool)
    if load.shape != opened.shape or load.ndim != 1:
        raise ValueError(f"is_open: expected one value for each of {load.shape} intervals, got {opened.shape}")
    if not (np.isfinite(load) & (load >= 0)).all():
        raise ValueError(f"work: expected 0 or more, got {load[~(np.isfinite(load) & (load >= 0))][0]}")
    if not (np.isfinite(backlog) and backlog >= 0):
        raise ValueError(f"backlog: expected 0 or more, got {backlog}")
    if deadline < 1:
        raise ValueError(f"deadline: expected 1 interval or more, got {deadline}")
    waiting, arriving = _by_opening(load, opened, backlog)
    bounds = tube(waiting, arriving, deadline)
    flattest = taut_string(bounds.least, bounds.most)
    agents, reached = _whole(flattest, bounds)
    in_time = _in_time(load, opened, backlog, bounds.most, reached, deadline)
    spread = np.zeros(load.shape, dtype=np.int64)
    done = np.zeros(load.shape)
    spread[opened], done[opened] = agents, np.diff(reached)
    return DeferredWork(spread, done, in_time, float(backlog + load.sum() - reached[-1]))


def tube(waiting: Floats, arriving: Floats, deadline: int) -> Tube:
    """Bounds for open intervals with `waiting` work at their start and `arriving` work during them."""
    most = np.concatenate([[0.0], np.cumsum(waiting + arriving)])
    least = np.zeros_like(most)
    # by the end of interval j: all that arrived by the end of j - deadline, and what waited when the next one opened
    settled = most[: max(len(most) - deadline, 0)]
    least[deadline:] = settled + waiting[: len(settled)]
    return Tube(least, most)


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


def _by_opening(work: Floats, opened: NDArray[np.bool_], backlog: float) -> tuple[Floats, Floats]:
    """Work waiting at the start of each open interval since it closed, and work arriving during it."""
    count = int(opened.sum())
    waiting = np.zeros(count + 1)
    np.add.at(waiting, _following(opened)[~opened], work[~opened])
    waiting = waiting[:count]
    if count:
        waiting[0] += backlog
    return waiting, work[opened]


def _following(opened: NDArray[np.bool_]) -> Ints:
    """Position among the open intervals of this one or, when closed, of the next."""
    return np.asarray(np.cumsum(opened, dtype=np.int64) - opened)


def _whole(flattest: Floats, bounds: Tube) -> tuple[Ints, Floats]:
    """Whole agents who are never behind `flattest`, and the work they get done by the end of each interval.

    Each straight stretch is worked with its rate rounded up, then down, so that the numbers change seldom. Where that
    would leave agents without work, the stretch is worked interval by interval, always with the fewest that suffice.
    """
    count = len(flattest) - 1
    agents = np.zeros(count, dtype=np.int64)
    reached = np.zeros(count + 1)
    rates = np.diff(flattest)
    bends = np.flatnonzero(np.abs(np.diff(rates)) > SLACK) + 1
    edges = [0, *bends.tolist(), count] if count else []
    for first, last in pairwise(edges):
        length, goal = last - first, flattest[last]
        shifts = max(int(np.ceil(goal - reached[first] - SLACK)), 0)
        few, more = divmod(shifts, length)
        plan = np.full(length, few, dtype=np.int64)
        plan[:more] += 1
        level = reached[first]
        for i, n in enumerate(plan):
            level = min(level + n, bounds.most[first + i + 1])
            reached[first + i + 1] = level
        behind = reached[first + 1 : last + 1] < flattest[first + 1 : last + 1] - SLACK
        if behind.any():
            level = reached[first]
            for i in range(length):
                plan[i] = max(int(np.ceil(flattest[first + i + 1] - level - SLACK)), 0)
                level = min(level + plan[i], bounds.most[first + i + 1])
                reached[first + i + 1] = level
        agents[first:last] = plan
    return agents, reached


def _in_time(
    work: Floats, opened: NDArray[np.bool_], backlog: float, most: Floats, reached: Floats, deadline: int
) -> Floats:
    """Share of each interval's work done by its deadline, first come first served."""
    due = _following(opened) + np.where(opened, deadline + 1, deadline)  # index into `reached`
    until = backlog + np.cumsum(work)
    known = due < len(reached)
    done = np.full(work.shape, np.nan)
    done[known] = reached[due[known]] - (until - work)[known]
    share = np.divide(done, work, out=np.ones_like(work), where=work > SLACK)
    # a share within rounding of 1 is 1
    share = np.where(np.abs(share - 1) < 1e-6, 1.0, np.clip(share, 0.0, 1.0))
    return np.where(known, share, np.nan)
