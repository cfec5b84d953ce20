"""What happened: contacts by interval, queue and source, and what the gaps between the rows mean."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from forecast.table import check

DAY = pd.Timedelta(days=1)
COLUMNS = ("queue", "source", "start", "offered", "handled", "abandoned", "aht_s")
LATE = pd.Timedelta(days=28)  # a source silent for longer has left; before that its report is late
WEEKS = 9  # weeks around a missing row that tell whether the queue was open in that slot


@dataclass(frozen=True, eq=False)
class History:
    """Contacts that came. One row per interval, queue and source, sorted by (queue, source, start).

    Columns: start (local wall time), queue, source ('' when the file has none), offered (contacts; NaN unknown,
    0 closed or none), handled, abandoned, aht_s (seconds; NaN unknown), then whatever else the file told.
    """

    table: pd.DataFrame
    interval: pd.Timedelta

    def __post_init__(self) -> None:
        check(self.table, COLUMNS, "history")
        if self.table.empty:
            raise ValueError("history: no rows")
        if self.interval <= pd.Timedelta(0) or DAY % self.interval != pd.Timedelta(0):
            raise ValueError(f"history: interval must divide a day, got {self.interval}")
        keys = self.table[["queue", "source", "start"]]
        if keys.duplicated().any():
            raise ValueError(
                f"history: row {int(np.argmax(keys.duplicated()))} repeats a start of its queue and source"
            )
        if not self.table.index.equals(pd.RangeIndex(len(self.table))) or not _sorted(keys):
            ordered = self.table.sort_values(["queue", "source", "start"], ignore_index=True)
            object.__setattr__(self, "table", ordered)

    @property
    def queues(self) -> tuple[str, ...]:
        """The queues, in order."""
        return tuple(map(str, pd.unique(self.table["queue"])))

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources, in order."""
        return tuple(sorted(map(str, pd.unique(self.table["source"]))))

    @property
    def per_day(self) -> int:
        """Intervals in a day."""
        return int(DAY / self.interval)

    @property
    def first(self) -> pd.Timestamp:
        """The first day told of."""
        return pd.Timestamp(self.table["start"].min()).normalize()

    @property
    def last(self) -> pd.Timestamp:
        """The last day told of."""
        return pd.Timestamp(self.table["start"].max()).normalize()

    def total(self) -> pd.DataFrame:
        """Contacts offered, start x queue, summed over sources, on a complete index of whole days.

        A missing row is 0 where the queue is closed in that weekday and time of day (seen in fewer than half of the
        weeks around), else NaN. NaN as well before a queue's first day, after its last, and where any source that
        should have told has not. A source that joins later, or left more than four weeks before the end, adds 0.
        """
        return self._total.copy()

    def daily(self) -> pd.DataFrame:
        """Contacts offered, day x queue; NaN where any interval of the day is unknown."""
        return self._daily.copy()

    def handle_time(self) -> pd.DataFrame | None:
        """Mean handle time in seconds, start x queue, over sources weighted by contacts; None if nobody told any."""
        told = self.table
        weight = told["handled"].fillna(told["offered"]).to_numpy(dtype=float)
        seconds = told["aht_s"].to_numpy(dtype=float)
        known = np.isfinite(seconds) & np.isfinite(weight) & (weight > 0) & (seconds > 0)
        if not known.any():
            return None
        index = self._total.index
        row = ((told["start"].to_numpy() - index[0].to_numpy()) // self.interval.to_numpy()).astype(int)[known]
        column = pd.Categorical(told["queue"], categories=self.queues).codes[known]
        shape = (len(index), len(self.queues))
        work, contacts = np.zeros(shape), np.zeros(shape)
        np.add.at(work, (row, column), (seconds * weight)[known])
        np.add.at(contacts, (row, column), weight[known])
        mean = np.divide(work, contacts, out=np.full(shape, np.nan), where=contacts > 0)
        return pd.DataFrame(mean, index=index, columns=self._total.columns)

    def before(self, day: pd.Timestamp) -> History:
        """The history as it stood at the start of `day`. Raises ValueError if nothing had happened yet."""
        return History(self.table[self.table["start"] < day].reset_index(drop=True), self.interval)

    def coarser(self, interval: pd.Timedelta) -> History:
        """The same contacts by a longer interval; a longer interval of which a part is unknown is unknown.

        Raises:
            ValueError: the history tells nothing that fine, or the intervals do not fit.
        """
        if interval == self.interval:
            return self
        if interval < self.interval or interval % self.interval != pd.Timedelta(0) or DAY % interval != pd.Timedelta(0):
            raise ValueError(
                f"interval must be a multiple of the history's {self.interval} up to a day, got {interval}"
            )
        table = self.table[list(COLUMNS)].assign(start=self.table["start"].dt.floor(interval))
        contacts = table["handled"].fillna(table["offered"])
        table["seconds"] = table["aht_s"] * contacts
        table["weight"] = contacts.where(table["aht_s"].notna())
        table["gap"] = table["offered"].isna()
        keys = ["queue", "source", "start"]
        groups = table.groupby(keys, as_index=False)
        sums = groups[["offered", "handled", "abandoned", "seconds", "weight", "gap"]].sum(min_count=1)
        sums.loc[sums["gap"] > 0, ["offered", "handled", "abandoned"]] = np.nan
        sums["aht_s"] = sums["seconds"] / sums["weight"].where(sums["weight"] > 0)
        return History(sums[list(COLUMNS)], interval)

    def only(self, queue: str) -> History:
        """The history of one queue."""
        return History(self.table[self.table["queue"] == queue].reset_index(drop=True), self.interval)

    @property
    def digest(self) -> str:
        """sha256 of the content: the key a cache may use."""
        sha = hashlib.sha256(f"{self.interval.value}|{','.join(self.table.columns)}".encode())
        sha.update(pd.util.hash_pandas_object(self.table, index=False).to_numpy().tobytes())
        return sha.hexdigest()

    @cached_property
    def _daily(self) -> pd.DataFrame:
        table = self._total
        if self.per_day == 1:
            return table
        days = table.to_numpy().reshape(-1, self.per_day, table.shape[1]).sum(axis=1)
        return pd.DataFrame(days, index=table.index[:: self.per_day].rename("day"), columns=table.columns)

    @cached_property
    def _total(self) -> pd.DataFrame:
        index = pd.date_range(self.first, self.last + DAY, freq=self.interval, inclusive="left", name="start")
        columns = {}
        for queue, rows in self.table.groupby("queue", sort=False, observed=True):
            parts = [
                _placed(source["start"], source["offered"], index, self.per_day)
                for _, source in rows.groupby("source", sort=False, observed=True)
            ]
            end = max(last for _, _, last in parts)
            sums = np.zeros(len(index))
            told = np.zeros(len(index), dtype=bool)
            for values, first, last in parts:
                stay = end if (end - last) * self.interval <= LATE else last  # a late report is unknown, not 0
                sums[first:stay] += values[first:stay]
                told[first:stay] = True
            columns[str(queue)] = np.where(told, sums, np.nan)
        return pd.DataFrame(columns, index=index).rename_axis(columns="queue")


def _sorted(keys: pd.DataFrame) -> bool:
    """Whether rows are in the order of (queue, source, start)."""
    codes = [pd.factorize(keys[c], sort=True)[0].astype(np.int64) for c in ("queue", "source")]
    start = keys["start"].to_numpy().astype("datetime64[s]").astype(np.int64)
    order = np.lexsort((start, codes[1], codes[0]))
    return bool((order == np.arange(len(order))).all())


def _placed(start: pd.Series, offered: pd.Series, index: pd.DatetimeIndex, per_day: int) -> tuple[np.ndarray, int, int]:
    """One source's contacts on the whole index, and the positions of its first and past-the-last whole day."""
    step = index[1] - index[0] if len(index) > 1 else DAY
    position = ((start.to_numpy() - index[0].to_numpy()) // step.to_numpy()).astype(int)
    values = np.full(len(index), np.nan)
    values[position] = offered.to_numpy(dtype=float)
    seen = np.zeros(len(index), dtype=bool)
    seen[position] = True
    first = position.min() // per_day * per_day
    last = (position.max() // per_day + 1) * per_day
    values[~seen & ~_open(seen, index, per_day)] = 0.0
    return values, int(first), int(last)


def _open(seen: np.ndarray, index: pd.DatetimeIndex, per_day: int) -> np.ndarray:
    """Whether a row was to be expected: its slot of the week is told in at least half of the weeks around."""
    week = 7 * per_day
    lead = index[0].weekday() * per_day
    weeks = -(-(lead + len(seen)) // week)
    grid = np.full(weeks * week, np.nan)
    grid[lead : lead + len(seen)] = seen
    table = pd.DataFrame(grid.reshape(weeks, week))
    # A week without any row tells nothing about opening hours, and the weeks around it are the next that tell: a long
    # gap's own edges, told in part, must not be all that is asked.
    told = table[(table.fillna(0) != 0).any(axis=1)]
    share = told.rolling(WEEKS, center=True, min_periods=1).mean().reindex(table.index).ffill().bfill().fillna(0.0)
    return np.asarray((share.to_numpy() >= 0.5).reshape(-1)[lead : lead + len(seen)])
