"""What was not told: rows or values that are missing where the queue was open, of one source or of all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.repair.expected import Expected
from forecast.repair.grid import Grid

LONGEST = 28  # days of the longest gap that is filled: more would be a history made up
NEAR = 56  # days around a gap that tell how steady a source's share is
TOLD = 0.3  # share of a day that must be told for it to speak for the rest
OWN = 0.08  # least standard deviation of the log of what is filled from the rest of the day


@dataclass(frozen=True)
class Hole:
    """Intervals `first` to before `last` (counted from the first day) of which `sources` did not tell.

    `alone`: others told meanwhile. `whole`: nothing at all was told of these days.
    """

    sources: tuple[int, ...]
    first: int
    last: int
    alone: bool
    whole: bool


@dataclass(frozen=True, eq=False)
class Fill:
    """Contacts of the `sources` x days x intervals at `days`, 0 outside the hole; `spread` of the log of their sum."""

    days: np.ndarray
    values: np.ndarray
    spread: float


def holes(grid: Grid) -> list[Hole]:
    """Every gap of up to four weeks, by time; gaps of the same intervals of all sources are one."""
    unknown = grid.unknown
    spans: dict[tuple[int, int], list[int]] = {}
    for at in range(len(grid.sources)):
        # What is closed neither breaks a gap nor belongs to it: a night between two missing days.
        matters = np.flatnonzero((unknown[at] | grid.told[at]).reshape(-1) & np.repeat(grid.alive[at], grid.slots))
        missing = unknown[at].reshape(-1)[matters]
        edges = np.flatnonzero(np.diff(np.concatenate(([0], missing.astype(int), [0]))))
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            spans.setdefault((int(matters[a]), int(matters[b - 1]) + 1), []).append(at)
    found = []
    for (first, last), sources in sorted(spans.items()):
        if last - first > LONGEST * grid.slots:
            continue
        days = np.arange(first // grid.slots, (last - 1) // grid.slots + 1)
        told = grid.told[:, days].reshape(len(grid.sources), -1)
        inside = np.zeros(told.shape[1], dtype=bool)
        inside[first - days[0] * grid.slots : last - days[0] * grid.slots] = True
        others = [at for at in range(len(grid.sources)) if at not in sources]
        alone = bool(told[others][:, inside].any()) if others else False
        whole = not told[list(sources)].any()
        found.append(Hole(tuple(sources), first, last, alone, whole))
    return found


def filled(expected: Expected, hole: Hole) -> Fill:
    """What the missing values may have been.

    From the other sources' contacts in these intervals and their usual shares where these told; else from what was told
    of the day and what the days around let expect, each as far as it is sure.
    """
    grid, share = expected.grid, expected.share
    days = np.arange(hole.first // grid.slots, (hole.last - 1) // grid.slots + 1)
    inside = np.zeros(grid.counts.shape[1:], dtype=bool)
    inside.reshape(-1)[hole.first : hole.last] = True
    sources = np.array(hole.sources)
    missing = grid.unknown[sources][:, days] & inside[days]
    expect, cov = expected.of_days(days)
    usual = share[sources][:, days] * expect[None, :, None] * missing
    scale, vary = np.ones(len(days)), np.diag(cov).copy()
    for i, day in enumerate(days):
        told = grid.told[:, day]
        if hole.alone:
            told = told & inside[day]
            told[sources] = False
        due = float(share[:, day][told].sum())
        if due < (TOLD * float(share[:, day][:, inside[day]].sum()) if hole.alone else TOLD) or expect[i] <= 0:
            continue
        seen = float(grid.counts[:, day][told].sum())
        spread = _steady(expected, hole, int(day)) if hole.alone else OWN
        own = spread**2 + 1 / max(seen, 1.0)
        weight = 1.0 if hole.alone else vary[i] / (vary[i] + own)
        scale[i] = np.exp(weight * np.log(max(seen, 0.5) / (due * expect[i])))
        vary[i] = own if hole.alone else vary[i] * own / (vary[i] + own)
    values = usual * scale[None, :, None]
    each = values.sum(axis=(0, 2))
    total = float(each.sum())
    # Days err together as the level does; what the rest of the day told is each day's own.
    kept = np.sqrt(vary / np.maximum(np.diag(cov), 1e-12))
    joint = cov * np.outer(kept, kept)
    variance = float(each @ joint @ each) / total**2 + 1 / total if total > 0 else 0.0
    return Fill(days, values, float(np.sqrt(variance)))


def _steady(expected: Expected, hole: Hole, day: int) -> float:
    """How much the log of the sources' part against the others' varies from day to day, in the weeks around."""
    grid = expected.grid
    near = np.arange(max(day - NEAR, 0), min(day + NEAR + 1, len(grid.days)))
    own = grid.counts[list(hole.sources)][:, near].sum(axis=(0, 2))
    others = grid.total[near].sum(axis=1) - own
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(own / others)
    ratio = ratio[np.isfinite(ratio)]
    if len(ratio) < 10:
        return 0.25
    return max(1.4826 * float(np.median(np.abs(ratio - np.median(ratio)))), OWN / 2)
