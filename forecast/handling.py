"""How long a contact takes: by interval of the day, weekday, on days off, and with the load of the day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.intraday import by_day

LEVEL = 56  # days that tell the level and the shape over the day
HALF = 28.0  # days in which what a day tells of the level is halved
TALKS = 60.0  # contacts for which the queue's mean stands beside an interval's own
WEEKDAY = 400.0  # contacts for which all days stand beside a weekday's or the days off's own
MOST_ELASTIC = 0.5
YEARS = 730  # days that tell of days off and of the load


@dataclass(frozen=True, eq=False)
class HandleTime:
    """`seconds` an interval of the day; times a factor of the weekday, or of days off (the eighth of `factors`); a day
    with r times `volume` contacts takes r ** `elasticity` as long.
    """

    seconds: np.ndarray
    factors: np.ndarray
    volume: float
    elasticity: float

    def of(self, expected: np.ndarray, kind: np.ndarray) -> np.ndarray:
        """Handle time, days x intervals, on days of `expected` contacts and `kind` (`intraday.kinds`)."""
        ratio = np.clip(np.where(expected > 0, expected, self.volume) / self.volume, 0.2, 10.0)
        return np.asarray(self.seconds[None, :] * (self.factors[kind] * ratio**self.elasticity)[:, None])


def handle_time(seconds: pd.Series, total: pd.Series, kind: np.ndarray) -> HandleTime | None:
    """The queue's handle time; None if none was told. `kind` is each day's (`intraday.kinds`).

    Intervals of the last 56 days are weighted by contacts, late ones more, and shrunk to their mean. The elasticity is
    the slope of the log of a day's handle time on the log of its contacts over two years, both against the median of
    the weeks around, from 0 to 0.5; a weekday's factor is what is left, shrunk to 1.
    """
    days, times = by_day(seconds)
    _, counts = by_day(total)
    weight = np.where(np.isfinite(times) & np.isfinite(counts), counts, 0.0)
    times = np.nan_to_num(times)
    told = np.flatnonzero(weight.sum(axis=1) > 0)
    if not len(told):
        return None
    near = told[told > told[-1] - LEVEL]
    late = weight[near] * 0.5 ** ((told[-1] - near) / HALF)[:, None]
    mean = float((late * times[near]).sum() / late.sum())
    slot = ((late * times[near]).sum(axis=0) + TALKS * mean) / (late.sum(axis=0) + TALKS)
    by = np.full(len(days), np.nan)
    by[told] = (weight[told] * times[told]).sum(axis=1) / weight[told].sum(axis=1)
    volume = np.where(np.isfinite(by), counts.sum(axis=1), np.nan)
    elasticity = _elasticity(by[-YEARS:], volume[-YEARS:])
    usual = max(float(np.nanmedian(volume[near])), 1e-9)
    # what a day took beside what its slots and its load tell, against the weeks around it
    slots = (weight[told] * slot).sum(axis=1) / weight[told].sum(axis=1)
    load = np.clip(volume[told] / usual, 0.2, 10.0) ** elasticity
    left = pd.Series(np.log(by[told] / (slots * load)))
    left = left - left.rolling(29, center=True, min_periods=5).median().fillna(float(left.median()))
    recent = told > told[-1] - YEARS
    factors = np.array(
        [_factor(left[recent & (kind[told] == k)], volume[told][recent & (kind[told] == k)]) for k in range(8)]
    )
    return HandleTime(slot, factors, usual, elasticity)


def _factor(left: pd.Series, contacts: np.ndarray) -> float:
    known = float(contacts.sum())
    return float(np.exp((left * contacts).sum() / (known + WEEKDAY))) if known > 0 else 1.0


def _elasticity(seconds: np.ndarray, volume: np.ndarray) -> float:
    told = np.isfinite(seconds) & np.isfinite(volume) & (volume > 0)
    if told.sum() < 28:
        return 0.0
    both = np.where(told[:, None], np.column_stack([seconds, volume]), np.nan)
    logs = pd.DataFrame(np.log(both), columns=["seconds", "volume"])
    away = (logs - logs.rolling(121, center=True, min_periods=28).median()).dropna()
    spread = float((away["volume"] ** 2).sum())
    if len(away) < 28 or spread < 1e-6:
        return 0.0
    return float(np.clip((away["volume"] * away["seconds"]).sum() / spread, 0.0, MOST_ELASTIC))
