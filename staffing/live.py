"""Agents for contacts that are answered as they come: voice and chat, interval by interval over the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, log
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffing import levels, moving, transient
from staffing.poisson import Floats
from staffing.queue import Queue
from staffing.search import Ints
from staffing.waiting import Of

Method = Literal["analytic", "simulated"]
BRISK = pd.Timedelta(minutes=5)  # pieces so short are looked at once, longer ones
PARTS = (0.04, 0.08, 0.12, 0.16, 0.2, 0.2, 0.2)  # in parts: contacts settle to a new rate within a handle time or two
BUSY = round(log(0.9) / levels.STEP)  # the load at which chats spread as they do on the desks that are planned
NOBODY: Ints = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Arrivals:
    """Contacts of one live queue by planning interval, every interval of the horizon in order, closed ones included.

    rates: interval x piece, contacts a second; lengths: seconds of each piece; aht: seconds; opened: whether anybody
    answers; day: the number of each interval's day.
    """

    starts: pd.DatetimeIndex
    rates: Floats
    lengths: Floats
    aht: Floats
    opened: NDArray[np.bool_]
    day: Ints

    @property
    def contacts(self) -> Floats:
        """Contacts expected in each interval."""
        return np.asarray(self.rates @ self.lengths)


@dataclass(frozen=True, eq=False)
class Days:
    """Days that may be: factors of the contacts of each interval, interval x case, and the weight of each case."""

    factors: Floats
    weights: Floats


@dataclass(frozen=True, eq=False)
class Service:
    """One value per interval: agents, and the shares in time, hung up and busy that they give."""

    agents: Ints
    service_level: Floats
    abandonment: Floats
    occupancy: Floats


def arrivals(rows: pd.DataFrame, queue: Queue, fine: pd.Timedelta, interval: pd.Timedelta) -> Arrivals:
    """The arrivals of one queue's forecast `rows` (start, mean, aht_s) of length `fine`, by planning `interval`.

    Contacts outside the opening hours are left out. An interval's handle time is that of its contacts.
    """
    told = pd.DatetimeIndex(rows["start"])
    first, last = told.min().floor(interval), told.max().floor(interval)
    starts = pd.date_range(first, last, freq=interval, unit="s")
    pieces = interval // fine
    mean, aht = np.zeros((2, len(starts) * pieces))
    at = np.asarray((told - first) // fine, dtype=np.int64)
    mean[at] = np.where(queue.open_at(told, fine), rows["mean"].to_numpy(dtype=float), 0.0)
    aht[at] = rows["aht_s"].to_numpy(dtype=float)
    mean, aht = mean.reshape(-1, pieces), aht.reshape(-1, pieces)
    known = (aht > 0).sum(axis=1)
    plain = np.divide(aht.sum(axis=1), known, out=np.full(len(starts), queue.aht_s), where=known > 0)
    total = mean.sum(axis=1)
    handle = np.divide((mean * aht).sum(axis=1), total, out=plain, where=total > 0)
    seconds = fine.total_seconds()
    parts = np.array(PARTS if fine > BRISK else (1.0,))
    days = starts.normalize()
    return Arrivals(
        starts,
        np.repeat(mean / seconds, len(parts), axis=1),
        np.tile(parts * seconds, pieces),
        handle,
        queue.open_at(starts, interval),
        np.asarray(days.unique().get_indexer(days), dtype=np.int64),
    )


def least(coming: Arrivals, queue: Queue, days: Days, method: Method = "analytic") -> Service:
    """The least agents of each interval that keep the queue's promise on those days together, and their service.

    The desk is empty when the horizon and when each opening begins. "simulated" plays the days through, state by
    state; "analytic" follows the contacts present only, in a hundredth of the time.
    """
    found = _staffed(coming, queue, days, NOBODY)
    if method == "simulated":
        found = _played(coming, queue, days, NOBODY, found.agents)
    return found


def service(coming: Arrivals, queue: Queue, days: Days, agents: Ints, method: Method = "analytic") -> Service:
    """The service that given agents yield on those days."""
    if method == "simulated":
        return _played(coming, queue, days, agents, agents)
    return _staffed(coming, queue, days, agents)


def _staffed(coming: Arrivals, queue: Queue, days: Days, given: Ints) -> Service:
    return _service(moving.staff(*_terms(coming, queue, days), given))


def _played(coming: Arrivals, queue: Queue, days: Days, given: Ints, guess: Ints) -> Service:
    return _service(transient.staff(*_terms(coming, queue, days), given, guess))


def _terms(
    coming: Arrivals, queue: Queue, days: Days
) -> tuple[Floats, Floats, Floats, Ints, Floats, Floats, float, float, int, float, float, Floats, Floats]:
    shape = np.array(queue.handle_times(1.0))
    busiest = float((coming.contacts * coming.aht * days.factors.max(axis=1)).max(initial=0.0) / coming.lengths.sum())
    size = min(levels.largest(len(shape)), ceil(1.5 * busiest / len(shape)) + 10) if len(shape) > 1 else 0
    return (
        coming.rates,
        coming.lengths,
        coming.aht,
        coming.opened.astype(np.int64),
        shape,
        unevenness(tuple(shape / shape[0]), size),
        *promise(queue),
        queue.share,
        queue.max_occupancy,
        days.factors,
        days.weights,
    )


def promise(queue: Queue) -> tuple[float, float, int]:
    """Seconds within which to answer, mean patience, and what is counted."""
    return queue.answer_within_s, queue.patience_s or np.inf, get_args(Of).index(queue.counted_of)


@lru_cache(maxsize=32)
def unevenness(shape: tuple[float, ...], size: int) -> Floats:
    """Pace that desks of 0, 1, ... `size` agents lose to chats spread unevenly, by chats present: a row a desk."""
    table = np.zeros((size + 1, size * len(shape) + 1))
    for agents in range(2, size + 1):
        table[agents, : agents * len(shape) + 1] = levels.shortfall(BUSY, shape, agents)
    return table


def _service(found: tuple[Ints, Floats]) -> Service:
    agents, shares = found
    return Service(agents, shares[:, 0], shares[:, 1], shares[:, 2])
