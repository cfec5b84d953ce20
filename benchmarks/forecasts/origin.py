"""Where the past is cut off: the days forecasts are made from, and what each may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from forecast.history import DAY, History

YEAR = 365
LEAST_TRAINING = 21  # days
LEAST_HORIZON = 7
FEW = 4  # origins below which they step closer than the horizon
WEEKS = 8  # weeks without any contact after which a time of the week is closed


@dataclass(frozen=True)
class Cut:
    """The first day forecast, and how many."""

    origin: pd.Timestamp
    days: int


@dataclass(frozen=True, eq=False)
class Past:
    """What a forecaster may see of a series, up to the day before `cut.origin`, and what it is asked.

    `total` and `daily`: contacts by interval and by day without a gap in the index, NaN unknown.
    """

    queue: str
    total: pd.Series
    daily: pd.Series
    cut: Cut
    countries: tuple[str, ...]

    @property
    def per_day(self) -> int:
        """Intervals in a day."""
        return len(self.total) // len(self.daily)

    @property
    def known(self) -> pd.DatetimeIndex:
        """The days before the origin."""
        return pd.DatetimeIndex(self.daily.index)

    @property
    def days(self) -> pd.DatetimeIndex:
        """The days to forecast."""
        return pd.date_range(self.cut.origin, periods=self.cut.days, freq="D", unit="s")

    @property
    def starts(self) -> pd.DatetimeIndex:
        """The intervals to forecast."""
        periods = self.cut.days * self.per_day
        return pd.date_range(self.cut.origin, periods=periods, freq=DAY / self.per_day, unit="s")

    @cached_property
    def weeks(self) -> np.ndarray:
        """Contacts as weeks x 7 x intervals of the day; the last week ends where the forecast begins."""
        return by_week(self.total.to_numpy(dtype=float), self.per_day)

    @cached_property
    def closed(self) -> np.ndarray:
        """Which intervals (days to forecast x intervals of the day) were told 0 in each of the last weeks."""
        recent = self.weeks[-WEEKS:]
        never = np.isfinite(recent).any(axis=0) & (np.nan_to_num(recent) == 0).all(axis=0)
        return np.asarray(never[np.arange(self.cut.days) % 7])


def by_week(values: np.ndarray, per_day: int) -> np.ndarray:
    """Values as weeks x 7 x `per_day`, unknown before the first; the last week ends with the last value."""
    lead = -len(values) % (7 * per_day)
    return np.concatenate([np.full(lead, np.nan), values]).reshape(-1, 7, per_day)


def cuts(first: pd.Timestamp, last: pd.Timestamp, horizon_days: int, origins: int) -> list[Cut]:
    """Up to `origins` cuts of a history of the days `first` to `last`, latest first.

    They step back by the horizon from the end while a year, or half of a shorter history, remains to learn from. A
    short history gets closer or shorter ones, a very short one none.
    """
    told = (last - first) // DAY + 1
    training = least(told)
    horizon = horizon_days
    if told - training < 2 * horizon:  # two short forecasts tell more than one whole one
        horizon = max(LEAST_HORIZON, min(horizon_days, (told - training) // 3))
    room = told - training - horizon
    if room < 0:
        return []
    step = horizon if room // horizon + 1 >= FEW else max(1, room // (FEW - 1))
    count = min(origins, room // step + 1)
    return [Cut(last + DAY - (horizon + k * step) * DAY, horizon) for k in range(count)]


def least(told: int) -> int:
    """Days to learn from, of so many days told."""
    return max(LEAST_TRAINING, min(YEAR, told // 2))


def taught(history: History, cut: Cut) -> tuple[str, ...]:
    """The queues that have enough days before the cut, and a known day with contacts after it."""
    daily = history.daily()
    after = (daily.index >= cut.origin) & (daily.index < cut.origin + cut.days * DAY)
    found = []
    for queue in history.queues:
        known = daily[queue].dropna()
        before = int((known.index < cut.origin).sum())
        if (
            before >= least(len(known))
            and known[known.index < cut.origin].gt(0).any()
            and daily[queue][after].gt(0).any()
        ):
            found.append(queue)
    return tuple(found)


def before(history: History, cut: Cut, queues: Sequence[str]) -> History:
    """The rows of these queues from before the cut."""
    table = history.table
    kept = (table["start"] < cut.origin) & table["queue"].isin(list(queues))
    return History(table[kept].reset_index(drop=True), history.interval)


def pasts(history: History, cut: Cut, queues: Sequence[str], countries: tuple[str, ...]) -> list[Past]:
    """A past for each of these queues, from rows before the cut only: nothing later can reach it."""
    known = before(history, cut, queues)
    total, daily = known.total(), known.daily()
    out = []
    for queue in known.queues:
        told = daily[queue].dropna()
        days = pd.date_range(told.index[0], cut.origin, freq="D", inclusive="left", unit="s")
        starts = pd.date_range(days[0], cut.origin, freq=history.interval, inclusive="left", unit="s")
        out.append(Past(queue, total[queue].reindex(starts), daily[queue].reindex(days), cut, countries))
    return out
