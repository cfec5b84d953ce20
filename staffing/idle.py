"""Work that may wait, done while agents of live channels would be idle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from staffing.deadline import checked, following
from staffing.poisson import Floats


@dataclass(frozen=True, eq=False)
class IdleTime:
    """Work done in others' idle time: how much of it in each interval, and what is left, by interval of arrival."""

    done: Floats
    left: Floats
    backlog: float  # what is left of the backlog


def filled(work: ArrayLike, is_open: ArrayLike, deadline: int, spare: ArrayLike, backlog: float = 0.0) -> IdleTime:
    """As much of the work as fits into `spare` agent-intervals of idle time, each usable in its own interval only.

    Whatever is due first is done first. An interval's work may be done from that interval until `deadline` open
    intervals later, so every piece of work fits a run of intervals, later runs ending later: a convex bipartite
    matching, in which giving each interval the fitting work that is due first does the most that can be done at all
    (Glover 1967, "Maximum matching in a convex bipartite graph": exchanging any other choice for it loses nothing).

    Raises:
        ValueError: negative or missing work or idle time, or a deadline below one interval.

    >>> filled([3, 0, 0], [True] * 3, 1, [1, 1, 1]).left.tolist()
    [1.0, 0.0, 0.0]
    """
    load, opened = checked(work, is_open, deadline, backlog)
    idle = np.asarray(spare, dtype=float)
    if idle.shape != load.shape or not (np.isfinite(idle) & (idle >= 0)).all():
        raise ValueError(f"spare: expected 0 or more for each of {load.shape} intervals, got {spare!r}")
    place = following(opened)
    left, done = load.copy(), np.zeros(load.shape)
    carried = np.full(deadline, backlog / deadline)  # due at the end of the first, second, ... open interval
    first = 0
    oldest = 0
    for i in np.flatnonzero(opened):
        capacity = float(idle[i])
        first = max(first, int(place[i]))
        while capacity > 0 and first < deadline:
            part = min(capacity, carried[first])
            carried[first] -= part
            capacity -= part
            if carried[first] > 0:
                break
            first += 1
        # due: an open interval's work a deadline after it, a closed one's a deadline after the next opening
        while oldest < i and place[oldest] + deadline - (not opened[oldest]) < place[i]:
            oldest += 1
        while capacity > 0 and oldest <= i:
            part = min(capacity, left[oldest])
            left[oldest] -= part
            capacity -= part
            if left[oldest] > 0:
                break
            oldest += 1
        done[i] = idle[i] - capacity
    return IdleTime(done, left, float(carried.sum()))
