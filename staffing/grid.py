"""Grid: where a week's shifts and meals lie in time, and the cover of its needs as one sparse integer programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from staffing.shift import DAY, Shift

Floats = NDArray[np.float64]
EPS = 1e-6


@dataclass(frozen=True)
class Team:
    """What one source may put on one queue in the week: `seats`, the people who sit in them, paid hours, CNY an hour.

    Seats count full work; where some of the `people` are beginners, there are more of them than seats.
    """

    source: str
    seats: float
    people: int
    hours: float
    rate: float


@dataclass(frozen=True, eq=False)
class Grid:
    """Where shifts and meals lie in time.

    starts: minutes from the first midnight; need: agents per interval; shifts: (day, shift); on[t, j]: shift j fills
    interval t; meals: (j, start minute); off[t, k]: meal k touches interval t.
    """

    starts: NDArray[np.int64]
    need: Floats
    shifts: Sequence[tuple[int, Shift]]
    on: sparse.csc_array
    meals: Sequence[tuple[int, int]]
    off: sparse.csc_array


def grid(starts: NDArray[np.int64], need: Floats, interval: int, shifts: Sequence[Shift], days: Sequence[int]) -> Grid:
    """The grid of `shifts` repeated on `days`; those that meet no need are left out."""
    pairs = [(day, shift) for day in days for shift in shifts]
    begin = np.array([day * DAY + s.start for day, s in pairs], dtype=np.int64)
    end = np.array([day * DAY + s.end for day, s in pairs], dtype=np.int64)
    ends = starts + interval
    on = (begin[None, :] <= starts[:, None]) & (ends[:, None] <= end[None, :])
    useful = np.flatnonzero((on & (need > 0)[:, None]).any(axis=0))
    pairs, on = [pairs[j] for j in useful], on[:, useful]
    meals = [(j, day * DAY + at) for j, (day, s) in enumerate(pairs) for at in s.meals]
    at = np.array([m for _, m in meals], dtype=np.int64)
    length = np.array([pairs[j][1].meal for j, _ in meals], dtype=np.int64)
    off = (at[None, :] < ends[:, None]) & (starts[:, None] < (at + length)[None, :])
    # a meal takes away only what its shift gives: an interval it fills in part was never counted
    off &= on[:, [j for j, _ in meals]] if meals else off
    return Grid(starts, need, pairs, _sparse(on), meals, _sparse(off))


def _sparse(mask: NDArray[np.bool_]) -> sparse.csc_array:
    return sparse.csc_array(mask.astype(np.float64))


@dataclass(frozen=True, eq=False)
class Programme:
    """A cover as a matrix: columns x team by team, then b, then shortfalls if any are allowed; first rows the cover."""

    cost: Floats
    rows: sparse.csc_array
    lower: Floats
    upper: Floats


def programme(grid: Grid, teams: Sequence[Team], shortfall: bool = False) -> Programme:
    """The least-cost cover of `grid` by `teams`; with `shortfall` intervals may lack agents, at a prohibitive price.

    Rows: cover of each interval, meals of each shift, then team by team its people of each day and its week's hours.
    """
    j, k, t, x = len(grid.shifts), len(grid.meals), len(grid.need), len(teams)
    paid = np.array([s.paid / 60 for _, s in grid.shifts])
    starts = np.array([day for day, _ in grid.shifts])
    days = sorted(set(starts.tolist()))
    by_day = _sparse(starts[None, :] == np.array(days)[:, None])
    eaters = sparse.diags_array(np.array([float(bool(s.meals)) for _, s in grid.shifts]))
    eaten = sparse.csc_array((np.ones(k), ([m for m, _ in grid.meals], np.arange(k))), shape=(j, k))
    each = sparse.eye_array(x)
    extra = [sparse.eye_array(t)] if shortfall else []
    blocks: list[list[Any]] = [
        [sparse.hstack([grid.on] * x), -1 * grid.off, *extra],
        [sparse.hstack([-1 * eaters] * x), eaten, *[None for _ in extra]],
        [sparse.kron(each, by_day), *[None, *[None for _ in extra]]],
        [sparse.kron(each, sparse.csr_array(paid[None, :])), *[None, *[None for _ in extra]]],
    ]
    seats = np.repeat([team.seats for team in teams], len(days))
    hours = np.array([_whole_shifts(team.hours, set(paid.tolist())) for team in teams])
    cost = np.concatenate([*(team.rate * paid for team in teams), np.zeros(k)])
    if shortfall:
        cost = np.concatenate([cost, np.full(t, 10 * max(1.0, float(cost.max(initial=0.0))))])
    return Programme(
        cost,
        sparse.csc_array(sparse.block_array(blocks, format="csc")),
        np.concatenate([grid.need, np.zeros(j + len(seats) + x)]),
        np.concatenate([np.full(t, np.inf), np.zeros(j), seats, hours]),
    )


def _whole_shifts(hours: float, lengths: set[float]) -> float:
    """The hours that whole shifts can use, where all are equally long: the tighter limit makes the tighter bound."""
    if len(lengths) > 1 or not np.isfinite(hours):
        return hours
    (length,) = lengths
    return floor(hours / length + EPS) * length
