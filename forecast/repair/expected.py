"""What a queue should have told: by day, by interval of the day, by source; and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from forecast.history import DAY
from forecast.repair.grid import Grid, like_days, median_of, profiles
from forecast.repair.level import Level, level
from forecast.season import Season

NINETY = 1.6449  # standard deviations on each side of the middle within which nine of ten lie
GUESS = 0.3  # standard deviation of the log of a day where there are too few days for a level
SURGE = 8.0  # days of so many times their like days are typing errors: they teach neither profile nor share


@dataclass(frozen=True, eq=False)
class Expected:
    """`mean` and `spread` of the log of 1 + contacts for each day, all other days told; -inf where it is closed.

    `profile`: days x intervals, rows adding up to 1. `share`: sources x days x intervals, the part of a day's contacts
    that each source has in each interval; adds up to 1 over sources and intervals.
    """

    grid: Grid
    season: Season
    level: Level | None
    mean: np.ndarray
    spread: np.ndarray
    profile: np.ndarray
    like: np.ndarray

    @cached_property
    def share(self) -> np.ndarray:
        """Sources x days x intervals: each part of the day's contacts that the source and the interval usually have."""
        return _shares(self.grid, self.like, self.profile)

    @property
    def total(self) -> np.ndarray:
        """Contacts of each day as told, NaN where a part is unknown."""
        return np.asarray(self.grid.total.sum(axis=1))

    @property
    def contacts(self) -> np.ndarray:
        """Contacts expected of each day."""
        return np.asarray(np.maximum(np.expm1(self.mean), 0.0))

    def without(self, days: np.ndarray) -> Expected:
        """The expectation when `days` (flags) are not to be trusted."""
        if self.level is None:
            return self
        offset = len(self.grid.days) - len(self.level.days)
        return self.at(self.level.without(days[offset:]))

    def at(self, level: Level) -> Expected:
        """The expectation of a level that has changed."""
        mean, spread = _of(level, len(self.grid.days))
        closed = np.isneginf(self.mean)
        return replace(self, level=level, mean=np.where(closed, -np.inf, mean), spread=spread)

    def of_days(self, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Contacts expected of `days` (positions) taken together, and the covariance of their logs."""
        offset = len(self.grid.days) - len(self.level.days) if self.level is not None else 0
        if self.level is None or (days < offset).any():
            return self.contacts[days], np.diag(self.spread[days] ** 2)
        mean, cov = self.level.foretold(days - offset)
        return np.where(np.isneginf(self.mean[days]), 0.0, np.maximum(np.expm1(mean), 0.0)), cov


def expected(grid: Grid, season: Season) -> Expected:
    """What each day of the grid should have told."""
    days = grid.days
    total = grid.total
    by_day = total.sum(axis=1)
    like = like_days(season, days, np.isfinite(by_day))
    usual = np.nan_to_num(median_of(by_day, like))
    teaching = total.copy()
    teaching[by_day > SURGE * np.maximum(usual, 1.0)] = np.nan
    profile = profiles(teaching, like)
    contacts = pd.Series(by_day, index=days, name=grid.queue)
    found = level(contacts, season)
    if found is None:
        mean, spread = np.log1p(usual), np.full(len(days), GUESS)
    else:
        mean, spread = _of(found, len(days))
    # A day is closed where its like days are: Sundays of an office, a holiday that is always at nothing.
    closed = (usual <= 0) | ~grid.alive.any(axis=0)
    return Expected(grid, season, found, np.where(closed, -np.inf, mean), spread, profile, like)


def _of(level: Level, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The level's mean and spread on all days; before the days looked at nothing is expected."""
    mean, spread = level.each()
    before = count - len(mean)
    return np.concatenate((np.full(before, -np.inf), mean)), np.concatenate((np.full(before, GUESS), spread))


def _shares(grid: Grid, like: np.ndarray, profile: np.ndarray) -> np.ndarray:
    if len(grid.sources) == 1:
        return profile[None]
    known = np.where(np.isfinite(grid.total).all(axis=1)[None, :, None], grid.counts, np.nan)
    whole = known.sum(axis=(0, 2))
    parts = np.empty_like(grid.counts)
    for at in range(len(grid.sources)):
        own = np.where(grid.alive[at][:, None], known[at], np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            part = own.sum(axis=1) / np.where(whole > 0, whole, np.nan)
        parts[at] = np.nan_to_num(median_of(part, like))[:, None] * profiles(own, like)
    parts *= grid.alive[:, :, None]
    added = parts.sum(axis=(0, 2))
    return np.asarray(np.divide(parts, added[None, :, None], out=np.zeros_like(parts), where=added[None, :, None] > 0))


def whole(values: np.ndarray) -> np.ndarray:
    """The values as whole contacts that add up to the rounded sum: the largest remainders are rounded up.

    >>> whole(np.array([0.2, 0.4, 1.6]))
    array([0., 0., 2.])
    """
    flat = values.reshape(-1)
    down = np.floor(flat)
    up = round(float(flat.sum())) - int(down.sum())
    order = np.argsort(-(flat - down), kind="stable")[:up]
    down[order] += 1
    return np.asarray(down.reshape(values.shape))


def positions(grid: Grid, start: pd.Timestamp, end: pd.Timestamp) -> np.ndarray:
    """Positions of the days that `start` to `end` (not included) touch."""
    first = int((start.normalize() - grid.days[0]) / DAY)
    last = int(-((grid.days[0] - end) // DAY))
    return np.arange(max(first, 0), min(last, len(grid.days)))
