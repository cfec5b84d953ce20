"""Intervals in which next to nothing came though much was due, and single intervals that tower above all around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.history import DAY
from forecast.repair.expected import Expected

LEFT = 0.25  # most of what was due that may still come in an outage
DUE = 12.0  # contacts that must have been due in it
BRIEF = 3600.0  # seconds an outage lasts at least; two intervals at least, where a day has more than one
CHANCE = -13.0  # log of the chance of none, the intervals of a day varying as they do
TRICKLE = 0.05  # part of what was due that may come and still be as good as none; for more CHANCE must be less likely
UNLIKELY = -25.0
VARIES = 0.15  # least standard deviation of an interval's share
LONGEST = 28  # days from which a silent queue is closed
OFTEN = 3  # outages at the same time of day within four weeks that are opening hours
FLOOR = 0.6  # least part of what is expected of a day that is thought due, however little came
TYPED = 3.0  # times what is expected of a day, from which its level is no measure of what its intervals were due
OWN = 0.1  # standard deviation of the log of the level that a day's own intervals tell, chance apart
SPIKE = 5.0  # times its neighbours and what was due
TOWERS = 50.0  # contacts above what was due


@dataclass(frozen=True)
class Drop:
    """Intervals `first` to before `last` in which `seen` contacts came and `due` were to come; log of the chance.

    `source` is its number, -1 for all of them. `whole`: all that was open on these days.
    """

    source: int
    first: int
    last: int
    seen: float
    due: float
    chance: float
    whole: bool


def due(expected: Expected) -> np.ndarray:
    """Contacts due in each interval, days x intervals, at the level the day itself shows, outages and all.

    The level is the weighted median of its intervals against the profile, so that half a day's silence leaves it; and
    no less than 0.6 of what the other days let expect, so that a silent day is seen.
    """
    total = expected.grid.total
    profile = expected.profile
    if expected.grid.slots == 1:
        return np.asarray(np.nan_to_num(expected.contacts)[:, None] * (profile > 0))
    ratio = np.divide(total, profile, out=np.full_like(total, np.nan), where=profile > 0)
    order = np.argsort(ratio, axis=1)  # NaN last
    weight = np.take_along_axis(np.where(np.isfinite(ratio), profile, 0.0), order, axis=1)
    ranked = np.take_along_axis(ratio, order, axis=1)
    reached = np.cumsum(weight, axis=1)
    middle = (reached >= reached[:, -1:] / 2).argmax(axis=1)
    own = np.nan_to_num(ranked[np.arange(len(ranked)), middle])
    elsewhere = np.maximum(expected.contacts, 1.0)
    unknown = np.isneginf(expected.mean) | (own > TYPED * elsewhere)
    # A median of few contacts is coarse: what other days let expect steadies it.
    vary = expected.spread**2
    weight = vary / (vary + 2 / elsewhere + OWN**2)
    own = np.where(own > 0, np.exp(weight * np.log(np.maximum(own, 0.1)) + (1 - weight) * np.log(elsewhere)), 0.0)
    own = np.where(unknown, 0.0, np.maximum(own, FLOOR * elsewhere))
    return np.asarray(own[:, None] * profile)


def drops(expected: Expected, due_total: np.ndarray) -> list[Drop]:
    """Outages of the queue, then of single sources where the others did not make up for them; by time."""
    grid = expected.grid
    varies = _varies(grid.total, due_total)
    found = _of_series(expected, grid.total, due_total, varies, -1)
    if len(grid.sources) > 1:
        level = np.divide(due_total, expected.profile, out=np.zeros_like(due_total), where=expected.profile > 0)
        day = level.max(axis=1)
        for at in range(len(grid.sources)):
            counts = np.where(grid.told[at], grid.counts[at], np.nan)
            part = expected.share[at] * day[:, None]
            own = _of_series(expected, counts, part, max(varies, 0.3), at)
            found += [d for d in own if not _inside(d, found) and _felt(d, expected, due_total)]
    return sorted(found, key=lambda d: (d.first, d.source))


def spikes(expected: Expected, due_total: np.ndarray) -> list[Drop]:
    """Single intervals at least five times their neighbours and what was due: a typing error in one cell."""
    counts = expected.grid.total
    if counts.shape[1] < 12:
        return []
    padded = np.pad(np.nan_to_num(counts), ((0, 0), (1, 1)))
    beside = np.maximum(padded[:, :-2], padded[:, 2:])
    most = np.maximum(np.maximum(beside, due_total), 1.0)
    with np.errstate(invalid="ignore"):
        high = (counts > SPIKE * most) & (counts - due_total > TOWERS)
    declared = _declared(expected)
    return [
        Drop(-1, at, at + 1, float(counts.flat[at]), float(due_total.flat[at]), 4 * CHANCE, False)
        for at in map(int, np.flatnonzero(high))
        if not declared[at // counts.shape[1]]
    ]


def _of_series(expected: Expected, counts: np.ndarray, due_here: np.ndarray, varies: float, source: int) -> list[Drop]:
    slots = counts.shape[1]
    with np.errstate(invalid="ignore"):
        low = (counts <= LEFT * due_here) & (due_here >= 1.0)
    neutral = ~low & (due_here < 1.0) & (np.nan_to_num(counts) < 1.0)
    runs = np.flatnonzero(np.diff(np.concatenate(([0], (low | neutral).reshape(-1).astype(int), [0]))))
    flat, seen, wanted = low.reshape(-1), np.nan_to_num(counts).reshape(-1), due_here.reshape(-1)
    lasts = max(BRIEF / expected.grid.interval.total_seconds(), 2.0 if slots > 1 else 1.0)
    declared, off, works = _declared(expected), _off(expected), _works(expected)
    k = 1 / varies**2
    found = []
    for a, b in zip(runs[::2], runs[1::2], strict=True):
        inside = np.flatnonzero(flat[a:b])
        if len(inside) < lasts or wanted[a:b].sum() < DUE:
            continue
        first, last = int(a + inside[0]), int(a + inside[-1]) + 1
        days = np.arange(first // slots, (last - 1) // slots + 1)
        mine = slice(first, last)
        # A negative binomial's chance of none, and of the few that came in a Poisson's terms: an upper bound of it.
        chance = float(-(k * np.log1p(wanted[mine] / k)).sum())
        came = float(seen[mine].sum())
        chance += came * float(np.log(max(wanted[mine].sum() / max(came, 1.0), 1.0)) + 1) if came else 0.0
        beyond = CHANCE if came <= TRICKLE * wanted[mine].sum() else UNLIKELY
        if chance > beyond or declared[days].any() or len(days) > LONGEST:
            continue
        active = np.flatnonzero(due_here[days] >= 1.0) + days[0] * slots
        at_edge = bool(first <= active[0] or last > active[-1])
        if off[days].any() and (at_edge or not works):  # a day off may start late, end early or be none at all
            continue
        inside_all = bool(first <= active[0] and last > active[-1])
        found.append(Drop(source, first, last, came, float(wanted[mine].sum()), chance, inside_all))
    return [d for d in found if not _usual(d, found, slots)]


def _usual(drop: Drop, found: Sequence[Drop], slots: int) -> bool:
    """Whether the same time of day is silent again and again: hours of opening that changed, not an outage."""
    if drop.whole and slots == 1:
        return False
    like = [
        d
        for d in found
        if abs(d.first - drop.first) <= 28 * slots
        and abs(d.first % slots - drop.first % slots) <= 1
        and abs((d.last - d.first) - (drop.last - drop.first)) <= 2
    ]
    return len(like) >= OFTEN


def _inside(drop: Drop, found: Sequence[Drop]) -> bool:
    return any(d.source == -1 and d.first < drop.last and drop.first < d.last for d in found)


def _felt(drop: Drop, expected: Expected, due_total: np.ndarray) -> bool:
    """Whether the queue as a whole lacks what the source lacks: else others took its contacts, and none is lost."""
    here, total = slice(drop.first, drop.last), expected.grid.total
    if drop.whole:  # the day's own level lacks them too: only other days tell
        due_total = expected.contacts[:, None] * expected.profile
    seen, wanted = np.nan_to_num(total).reshape(-1)[here].sum(), due_total.reshape(-1)[here].sum()
    return bool(seen < wanted - 0.6 * (drop.due - drop.seen))


def _declared(expected: Expected) -> np.ndarray:
    """Days of which the planner has said that they were an incident or a closure."""
    days, queue = expected.grid.days, expected.grid.queue
    return np.asarray(expected.season.on(days, "incident", queue) | expected.season.on(days, "closure", queue))


def _off(expected: Expected) -> np.ndarray:
    """Days off and their eves: doors close early there."""
    days = expected.grid.days
    return np.asarray(expected.season.off(days) | expected.season.off(days + DAY))


def _works(expected: Expected) -> bool:
    """Whether days off have half of what other days have, at least: then they are days as others are."""
    total, off = expected.total, _off(expected)
    known = np.isfinite(total)
    if not (known & off).any() or not (known & ~off).any():
        return True
    least = min(
        float(np.median(total[known & d])) for d in (off, expected.season.off(expected.grid.days)) if (known & d).any()
    )
    return least >= 0.5 * float(np.median(total[known & ~off]))


def _varies(counts: np.ndarray, due_total: np.ndarray) -> float:
    """Standard deviation of an interval's share, beyond what chance does to its count."""
    some = np.isfinite(counts) & (due_total >= 5.0)
    if some.sum() < 50:
        return 2 * VARIES
    m = due_total[some]
    return max(float(np.sqrt(max(np.median(((counts[some] - m) ** 2 / 0.455 - m) / m**2), 0.0))), VARIES)
