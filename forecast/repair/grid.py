"""A queue laid out by source, day and interval of the day: what was told, what is unknown, when it was open."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecast.history import DAY, LATE, History
from forecast.intraday import kinds
from forecast.season import Season

BELIEF = 500.0  # contacts for which the profile of all days around stands beside that of the like days
KINDRED = 0.6  # part of the usual contacts a day that makes a day one of the many
SHUT = 8.0  # contacts due on eight like days in an interval in which most had none: it is shut on such days
BESIDES = 4  # like days looked at on each side to tell the profile of a day and the shares of its sources


@dataclass(frozen=True, eq=False)
class Grid:
    """`counts` is sources x days x intervals: contacts, NaN unknown, 0 closed or not yet (or no more) a source.

    `told`: a row with a number stood there. `alive`: sources x days on which the source should have told.
    """

    queue: str
    sources: tuple[str, ...]
    days: pd.DatetimeIndex
    interval: pd.Timedelta
    counts: np.ndarray
    told: np.ndarray
    alive: np.ndarray

    @property
    def slots(self) -> int:
        """Intervals in a day."""
        return int(self.counts.shape[2])

    @property
    def total(self) -> np.ndarray:
        """Contacts of all sources, days x intervals; NaN where one that should have told has not, and outside."""
        alive = np.asarray(self.alive.any(axis=0))
        return np.asarray(np.where(alive[:, None], self.counts.sum(axis=0), np.nan))

    @property
    def unknown(self) -> np.ndarray:
        """Sources x days x intervals that should have been told and were not."""
        return np.asarray(~np.isfinite(self.counts) & self.alive[:, :, None])

    def time(self, position: int) -> pd.Timestamp:
        """When the interval at `position` (counted from the first day's midnight) starts."""
        return pd.Timestamp(self.days[0] + position * self.interval)

    def with_total(self, total: np.ndarray) -> Grid:
        """The grid of one nameless source with these contacts: profiles and shares of a whole queue."""
        alive = np.isfinite(total).any(axis=1)[None, :]
        return replace(self, sources=("",), counts=total[None], told=np.isfinite(total)[None], alive=alive)


def grid(history: History, queue: str, season: Season) -> Grid:
    """The queue's grid. A day of which no source tells anything is closed, not unknown, where a closure is declared, or
    on a day off of a queue that seldom works on such."""
    rows = history.table[history.table["queue"] == queue]
    first = pd.Timestamp(rows["start"].min()).normalize()
    last = pd.Timestamp(rows["start"].max()).normalize()
    days = pd.date_range(first, last, freq="D", unit="s")
    per_day = history.per_day
    names = tuple(map(str, pd.unique(rows["source"])))
    shape = (len(names), len(days), per_day)
    counts, told, row, alive = np.zeros(shape), np.zeros(shape, bool), np.zeros(shape, bool), np.zeros(shape[:2], bool)
    for at, (_, own) in enumerate(rows.groupby("source", sort=False, observed=True)):
        placed = (
            History(own.reset_index(drop=True), history.interval).total().to_numpy(dtype=float).reshape(-1, per_day)
        )
        begin = int((pd.Timestamp(own["start"].min()).normalize() - first) / DAY)
        end = begin + len(placed)
        counts[at, begin:end] = placed
        position = ((own["start"].to_numpy() - first.to_numpy()) // history.interval.to_numpy()).astype(int)
        row[at].reshape(-1)[position] = True
        told[at].reshape(-1)[position] = own["offered"].notna().to_numpy()
        late = len(days) - end
        if 0 < late <= LATE / DAY:  # its report is late: what came then is unknown, in the intervals it was open
            usual = row[at, max(end - 28, begin) : end].mean(axis=0) >= 0.25
            counts[at, end:, usual] = np.nan
            end = len(days)
        alive[at, begin:end] = True
    spoke = np.asarray(row.any(axis=(0, 2)))
    off = season.off(days)
    closed = off if not off.any() or spoke[off].mean() < 0.5 else np.zeros(len(days), dtype=bool)
    silent = ~spoke & (closed | season.on(days, "closure", queue))
    counts[:, silent] = np.nan_to_num(counts[:, silent])
    return Grid(queue, names, days, history.interval, counts, told, alive)


def like_days(season: Season, days: pd.DatetimeIndex, sound: np.ndarray) -> np.ndarray:
    """For each day the positions of its eight nearest sound days of the same kind, itself left out; -1 where fewer."""
    kind = kinds(season, days)
    found = np.full((len(days), 2 * BESIDES), -1)
    for k in np.unique(kind):
        pool = np.flatnonzero(sound & (kind == k))
        if len(pool) < 3:
            pool = np.flatnonzero(sound)
        if not len(pool):
            continue
        of = np.flatnonzero(kind == k)
        left, right = np.searchsorted(pool, of, side="left"), np.searchsorted(pool, of, side="right")
        # Near the ends the other side makes up for what one side lacks, so that eight days speak wherever there are.
        before = np.minimum(np.maximum(BESIDES, 2 * BESIDES - (len(pool) - right)), left)
        step = np.arange(2 * BESIDES)[None, :]
        at = np.where(step < before[:, None], left[:, None] - 1 - step, right[:, None] + step - before[:, None])
        found[of] = np.where(at < len(pool), pool[np.minimum(at, len(pool) - 1)], -1)
    return found


def median_of(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """The median over each day's like days of `values` (days x anything); NaN where there are none."""
    taken = values[np.maximum(like, 0)].astype(float)
    taken[like < 0] = np.nan
    taken.sort(axis=1)  # NaN last: a tenth of the time that nanmedian takes
    count = np.isfinite(taken).sum(axis=1, keepdims=True)
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, taken.shape[1] - 1)
    middle = (np.take_along_axis(taken, low, axis=1) + np.take_along_axis(taken, high, axis=1)) / 2
    return np.asarray(np.where(count > 0, middle, np.nan)[:, 0])


def _around(total: np.ndarray) -> np.ndarray:
    """Means of `total` over the known days of the four weeks before and after each day."""
    known = np.isfinite(total)
    sums = np.pad(np.cumsum(np.where(known, total, 0.0), axis=0), ((1, 0), (0, 0)))
    counts = np.pad(np.cumsum(known, axis=0), ((1, 0), (0, 0)))
    day = np.arange(len(total))
    first, last = np.maximum(day - 28, 0), np.minimum(day + 29, len(total))
    return np.asarray((sums[last] - sums[first]) / np.maximum(counts[last] - counts[first], 1))


def profiles(total: np.ndarray, like: np.ndarray) -> np.ndarray:
    """The share of each interval in each day (days x intervals), from its like days' medians; rows add up to 1.

    The fewer contacts these days have, the more all days of the eight weeks around speak too.
    """
    sums = total.sum(axis=1, keepdims=True)
    shares = np.divide(total, sums, out=np.full_like(total, np.nan), where=np.nan_to_num(sums) > 0)
    middle = np.nan_to_num(median_of(shares, like))
    whole = middle.sum(axis=1, keepdims=True)
    middle = np.divide(middle, whole, out=np.zeros_like(middle), where=whole > 0)
    if total.shape[1] == 1:
        return np.asarray(middle)
    usual = 8 * np.nan_to_num(median_of(sums[:, 0], like))[:, None]
    around = _around(total)
    # Days of far fewer contacts, as Sundays of some, are days of another kind: the others have no say in them.
    kindred = usual > KINDRED * 8 * np.nanmedian(np.where(sums > 0, sums, np.nan)) if (sums > 0).any() else usual > 0
    around = np.where(kindred, np.nan_to_num(around), 0.0)
    pooled = around.sum(axis=1, keepdims=True)
    pooled = np.divide(around, pooled, out=middle.copy(), where=pooled > 0)
    # An interval in which the like days had nothing stays closed, however open other weekdays are.
    mixed = np.where(
        (middle == 0) & (pooled * usual > SHUT), 0.0, (usual * middle + BELIEF * pooled) / (usual + BELIEF)
    )
    whole = mixed.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(mixed, whole, out=np.zeros_like(mixed), where=whole > 0))
