"""What is expected: contacts by interval and queue, with how sure that is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from forecast.language import Text
from forecast.table import check

QUANTILES = (0.025, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.975)
LEVELS = ("p025", "p05", "p10", "p25", "p50", "p75", "p90", "p95", "p975")
MACHINE = "machine"  # the mean before the planner's hand


@dataclass(frozen=True, eq=False)
class Forecast:
    """Contacts to come. One row per interval and queue, sorted by (queue, start).

    Columns: start, queue, mean, p025 ... p975 (contacts) and, where the history told any, aht_s (seconds); where a
    planner's hand has changed it, machine (the mean before).
    The mean of a day is the sum of its intervals' means. Quantiles are each interval's own: they do not add up, so
    `by_day` (start a day, queue, mean, quantiles) holds the days' own where intervals are shorter.
    """

    table: pd.DataFrame
    interval: pd.Timedelta
    models: Mapping[str, str] = field(default_factory=dict)  # queue -> the model that made it
    warnings: tuple[Text, ...] = ()
    by_day: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        numbers = (*counts(self.table), *(("aht_s",) if "aht_s" in self.table.columns else ()))
        check(self.table, ("start", "queue", *numbers), "forecast", numbers)
        _uncrossed(self.table)
        if self.by_day is not None:
            numbers = counts(self.by_day)
            check(self.by_day, ("start", "queue", *numbers), "forecast by day", numbers)
            _uncrossed(self.by_day)
        if self.table[["queue", "start"]].duplicated().any():
            raise ValueError("forecast: an interval of a queue is told twice")
        if not self.table.index.equals(pd.RangeIndex(len(self.table))):
            ordered = self.table.sort_values(["queue", "start"], ignore_index=True)
            object.__setattr__(self, "table", ordered)

    @property
    def queues(self) -> tuple[str, ...]:
        """The queues, in order."""
        return tuple(map(str, pd.unique(self.table["queue"])))

    @property
    def days(self) -> pd.DataFrame:
        """start (a day), queue, mean, p025 ... p975 (and machine) by day, as sorted as the table.

        Without days' own quantiles those of the intervals are summed, which is the widest a day can be.
        """
        if self.by_day is not None:
            return self.by_day
        dated = self.table.assign(start=self.table["start"].dt.normalize())
        columns = list(counts(dated))
        return dated.groupby(["queue", "start"], as_index=False)[columns].sum()[["start", "queue", *columns]]

    def coarser(self, interval: pd.Timedelta) -> Forecast:
        """The same forecast by longer intervals: contacts add up, handle times are averaged by contacts.

        Quantiles are summed as well, which is the widest they can be.

        Raises:
            ValueError: `interval` is not a multiple of the forecast's within a day.
        """
        if interval == self.interval:
            return self
        if interval % self.interval != pd.Timedelta(0) or pd.Timedelta(days=1) % interval != pd.Timedelta(0):
            raise ValueError(f"interval must be a multiple of {self.interval} within a day, got {interval}")
        columns = counts(self.table)
        table = self.table.assign(start=self.table["start"].dt.floor(interval))
        if "aht_s" in table.columns:
            table["work"] = table["aht_s"] * table["mean"]
            table["plain"] = table["aht_s"]
        groups = table.groupby(["queue", "start"], as_index=False)
        out = groups[[c for c in (*columns, "work") if c in table.columns]].sum()
        if "aht_s" in table.columns:
            plain = groups["plain"].mean()["plain"]  # where nothing is expected, every interval counts alike
            out["aht_s"] = (out["work"] / out["mean"].where(out["mean"] > 0)).fillna(plain)
        names = ["start", "queue", *columns, *(["aht_s"] if "aht_s" in out.columns else [])]
        return replace(self, table=out[names], interval=interval)

    @property
    def digest(self) -> str:
        """sha256 of the content: the key a cache may use."""
        sha = hashlib.sha256(f"{self.interval.value}|{','.join(self.table.columns)}".encode())
        sha.update(pd.util.hash_pandas_object(self.table, index=False).to_numpy().tobytes())
        return sha.hexdigest()


def counts(table: pd.DataFrame) -> tuple[str, ...]:
    """The columns of a forecast's table that hold contacts: they add up, and are scaled together."""
    return ("mean", *LEVELS, *((MACHINE,) if MACHINE in table.columns else ()))


def _uncrossed(table: pd.DataFrame) -> None:
    crossed = (np.diff(table[list(LEVELS)].to_numpy(dtype=float), axis=1) < -1e-9).any(axis=1)
    if crossed.any():
        raise ValueError(f"forecast: quantiles cross in row {int(np.argmax(crossed))}")
