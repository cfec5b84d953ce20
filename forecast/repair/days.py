"""Whole days amiss: single outliers, runs of days as in a stock-out, and shifts of the level that stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtr

from forecast.history import DAY
from forecast.repair.expected import Expected
from forecast.repair.level import level
from forecast.repair.scan import SHIFT, Find, scan

BUSY = 15.0  # contacts a day below which a day cannot be told from chance
TYPED = 6.0  # times what was expected, from which several days are typing errors rather than a rush
SILENT = 0.15  # part of what was expected below which days are an outage
TOGETHER = 14  # days within which two shifts are one
APART = 4.0  # standard deviations of the count itself, chance included, that a find must be off
LASTS = 0.5  # memory of the noise from which it is worth asking whether that is noise
# Chosen to fit simulated queues, where about nine of ten proposals near the threshold were right.
TESTS = 400.0  # runs of days looked at in a year, as far as they differ
TAILS = 12.0  # degrees of freedom: real days stray further than a normal's


@dataclass(frozen=True)
class Run:
    """Days `first` to before `last` (positions) on which `seen` contacts came where `due` were expected."""

    first: int
    last: int
    seen: float
    due: float
    z: float

    @property
    def ratio(self) -> float:
        """What came as a multiple of what was expected."""
        return self.seen / max(self.due, 1e-9)


@dataclass(frozen=True)
class Shift:
    """From day `first` (a position) to before `last` the level is `factor` times that of the days before.

    `low` to `high`: where the factor lies in nine of ten such cases. `z`: standard deviations from no shift at all.
    """

    first: int
    last: int
    factor: float
    low: float
    high: float
    z: float


def amiss(expected: Expected) -> tuple[list[Run], list[Shift], Expected]:
    """Runs of days and shifts of the level, by time, and what to expect when these are not believed."""
    if expected.level is None:
        return [], [], expected
    offset = len(expected.grid.days) - len(expected.level.days)
    busy = np.nan_to_num(expected.contacts[offset:]) >= BUSY
    done = scan(expected.level, busy)
    if done.finds and expected.level.memory > LASTS:
        # What is amiss for weeks passes for noise that lasts, and then hides: learn again without what was found.
        told = pd.Series(expected.total[offset:], index=expected.level.days, name=expected.grid.queue)
        told[~expected.level.known] = np.nan
        again = level(told, expected.season, _rid(told, done.finds))
        if again is not None:
            done = scan(again, busy)
    after = expected.at(done.level)
    runs = _runs(after, [f for f in done.finds if not f.step], offset)
    return runs, _shifts(done.finds, offset, len(expected.grid.days)), after


def _rid(told: pd.Series, finds: Sequence[Find]) -> pd.Series:
    """The days rid of the finds: runs unknown, steps undone."""
    contacts = told.to_numpy(dtype=float, copy=True)
    for find in finds:
        contacts[find.first : find.last] *= np.exp(-find.effect) if find.step else np.nan
    return pd.Series(contacts, index=told.index, name=told.name)


def sureness(z: float) -> float:
    """How surely something `z` standard deviations off is no chance, given how many runs of days are looked at.

    >>> [round(sureness(z), 2) for z in (4.8, 6.0, 10.0)]
    [0.85, 0.98, 1.0]
    """
    return float(1 / (1 + TESTS * 2 * stdtr(TAILS, -abs(z))))


def _runs(expected: Expected, finds: Sequence[Find], offset: int) -> list[Run]:
    """Finds as runs; those that touch and lean to the same side are one."""
    grid, total = expected.grid, expected.total
    spans: list[list[float]] = []
    for find in sorted(finds, key=lambda f: f.first):
        first, last = find.first + offset, find.last + offset
        if spans and first - spans[-1][1] <= 1 and spans[-1][2] * find.z > 0 and _alike(spans[-1][3], find.effect):
            spans[-1][1] = last
            spans[-1][2] = max(spans[-1][2], find.z, key=abs)
        else:
            spans.append([first, last, find.z, find.effect])
    found = []
    for a, b, z, _ in spans:
        first, last = int(a), int(b)
        days = np.arange(first, last)
        mean, cov = expected.of_days(days)
        known = np.isfinite(total[days])
        seen, due = float(total[days][known].sum()), float(mean[known].sum())
        spread = np.sqrt(max(float((mean * known) @ cov @ (mean * known)), 0.0) + due)
        off = expected.season.off(grid.days[days]) | expected.season.off(grid.days[days] + DAY)
        if due <= 0 or abs(seen - due) < APART * spread * min(1.0, seen / due if seen > due else 1.0):
            continue
        if seen < due and off.all():  # few contacts on a day off are what a day off is
            continue
        found.append(Run(first, last, seen, due, z))
    return found


def _alike(one: float, other: float) -> bool:
    """Whether two effects may be one matter: a week's rush and its tail are, a tenfold day beside them is not."""
    return bool(abs(one - other) < np.log(3))


def _shifts(finds: Sequence[Find], offset: int, count: int) -> list[Shift]:
    """Each step up or down; a level that comes back is two."""
    found = []
    for find in finds:
        if not find.step:
            continue
        wide = abs(find.effect / find.z) * 1.6449
        first, last = find.first + offset, find.last + offset
        for begin, effect in ((first, find.effect), (last, -find.effect)):
            if begin < count:
                low, high = np.exp([effect - wide, effect + wide])
                found.append(Shift(begin, count, float(np.exp(effect)), float(low), float(high), find.z))
    found = _apart(sorted(found, key=lambda s: s.first))
    ends = [*(s.first for s in found[1:]), *([count] if found else [])]
    return [Shift(s.first, e, s.factor, s.low, s.high, s.z) for s, e in zip(found, ends, strict=True) if s.first < e]


def _apart(shifts: Sequence[Shift]) -> list[Shift]:
    """Shifts of which none follows another within two weeks: such are one, of both factors, or none at all."""
    found: list[Shift] = []
    for shift in shifts:
        if found and shift.first - found[-1].first < TOGETHER:
            other = found.pop()
            surer = max(other, shift, key=lambda s: abs(s.z))
            factors = (other.factor * shift.factor, other.low * shift.low, other.high * shift.high)
            shift = Shift(surer.first, shift.last, *factors, surer.z)
            if abs(np.log(shift.factor)) < SHIFT:
                continue
        found.append(shift)
    return found
