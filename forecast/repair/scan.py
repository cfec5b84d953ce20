"""Runs of days that do not fit, found one after the other: the most unlikely first, then again without it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecast.repair.level import Level

UNLIKELY = 4.8  # standard deviations: in a queue-year of clean days about one in a thousand runs is called amiss
SHIFTED = 4.2  # a step of a quarter is rarer by chance than a run: there are fewer to choose from
LARGE = 0.22  # least effect on the log of a day or run (25%)
SHIFT = 0.2  # least effect on the log of a level shift (22%): slow drifts look like smaller ones
LASTING = 25  # days from which a run is a level shift: four weeks, of which a few days may look ordinary
LONGEST = 200  # days of the longest run looked for; what lasts longer is a step that stays
APART = 45  # days between two finds of one round, which then do not touch each other
SUDDEN = 3.0  # standard deviations of a shift when the level might as well have drifted in some weeks
BESIDE = 5  # days by which a run that begins and ends beside another is the same
TURNS = 12
SURE = 0.05  # least precision of an effect; below it the calendar itself could be the effect


@dataclass(frozen=True)
class Find:
    """Days `first` to before `last`, off by `effect` on the log, `z` standard deviations; a step reaches to the end."""

    first: int
    last: int
    effect: float
    z: float
    step: bool


@dataclass(frozen=True, eq=False)
class Scan:
    """What was found, and the level as the days left tell it."""

    finds: tuple[Find, ...]
    level: Level


def scan(level: Level, busy: np.ndarray) -> Scan:
    """Every run of days and every step of the level beyond chance. `busy` flags days of enough contacts to tell."""
    found: list[Find] = []
    drifts: set[tuple[int, int]] = set()
    for _ in range(TURNS):
        taken = 0
        for find in _best(level, busy, drifts):
            # Days of one festival speak for those of another year: what seemed amiss there may have been this.
            still = _again(level, find)
            if (taken and not _beyond(still)) or (find.step and not _sudden(level, find, drifts)):
                continue
            found.append(still)
            level = set_aside(level, still)
            taken += 1
        if not taken:
            break
    return Scan(tuple(found), level)


def set_aside(level: Level, find: Find) -> Level:
    """The level without what was found: its days unknown, or free to step where the level shifted."""
    if find.step:
        level = level.stepping(find.first)
        return level.stepping(find.last) if find.last < len(level.days) else level
    flags = np.zeros(len(level.days), dtype=bool)
    flags[find.first : find.last] = True
    return level.without(flags)


def _again(level: Level, find: Find) -> Find:
    """The find as the level now stands."""
    rows = level.precision[find.first : find.last]
    force, weight = float((rows @ level.log).sum()), float(rows[:, find.first : find.last].sum())
    if weight <= SURE:
        return replace(find, effect=0.0, z=0.0)
    return replace(find, effect=force / weight, z=force / np.sqrt(weight))


def _sudden(level: Level, find: Find, drifts: set[tuple[int, int]]) -> bool:
    """Whether the level stepped rather than drifted; what drifted is noted, with all that begins or ends beside it."""
    v = np.zeros(len(level.days))
    v[find.first : find.last] = 1.0
    sudden = abs(level.abrupt(v)) > SUDDEN
    if not sudden:
        drifts.add((find.first, find.last))
    return sudden


def _beyond(find: Find) -> bool:
    beyond, least = (SHIFTED, SHIFT) if find.step else (UNLIKELY, LARGE)
    return abs(find.z) > beyond and abs(find.effect) > least


def _best(level: Level, busy: np.ndarray, drifts: set[tuple[int, int]]) -> list[Find]:
    """The most unlikely runs of all that are apart from each other."""
    n, q = len(level.days), level.precision
    pull = np.concatenate(([0.0], np.cumsum(q @ level.log)))
    seen = level.known & busy
    finds: list[Find] = []
    # The sum of Q over the block of a run of `length` days: that of the run a day shorter, and its last row and column.
    edge, block = np.zeros(n + 1), np.zeros(n + 1)
    for length in range(1, min(LONGEST, n - LASTING) + 1):
        first = np.arange(n - length + 1)
        last = first + length
        edge = edge[1:] + np.diagonal(q, length - 1)
        block = block[:-1] + 2 * edge - np.diagonal(q)[last - 1]
        finds += _beyond_chance(first, last, pull[last] - pull[first], block, seen)
    right = np.triu(q, 1).sum(axis=1)
    suffix = np.cumsum((2 * right + np.diagonal(q))[::-1])[::-1]
    first = np.arange(LASTING, n - LASTING + 1)
    finds += _beyond_chance(first, np.full(len(first), n), pull[n] - pull[first], suffix[first], seen)
    finds = [f for f in finds if not f.step or not any(_near(f, d) for d in drifts)]
    finds.sort(key=lambda f: (-abs(f.z), f.first))
    chosen: list[Find] = []
    for find in finds:
        if all(find.first > c.last + APART or c.first > find.last + APART for c in chosen):
            chosen.append(find)
    return chosen


def _near(find: Find, drift: tuple[int, int]) -> bool:
    return abs(find.first - drift[0]) <= BESIDE and abs(find.last - drift[1]) <= BESIDE


def _beyond_chance(
    first: np.ndarray, last: np.ndarray, force: np.ndarray, weight: np.ndarray, seen: np.ndarray
) -> list[Find]:
    """Of the runs from `first` to before `last` those that are beyond chance: v'Qy is `force`, v'Qv is `weight`.

    The first and the last day of a run must count themselves, or it could as well be shorter.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        z, effect = force / np.sqrt(weight), force / weight
    lasting = last - first >= LASTING
    step = lasting & (first >= LASTING) & ((last == len(seen)) | (last <= len(seen) - LASTING))
    beyond, least = np.where(lasting, SHIFTED, UNLIKELY), np.where(lasting, SHIFT, LARGE)
    sound = (weight > SURE) & (step | ~lasting) & seen[first] & seen[last - 1]
    good = np.flatnonzero(sound & (np.abs(z) > beyond) & (np.abs(effect) > least))
    if len(good) > 20:
        good = good[np.argsort(-np.abs(z[good]), kind="stable")[:20]]
    return [Find(int(first[i]), int(last[i]), float(effect[i]), float(z[i]), bool(step[i])) for i in good]
