"""The models every other must beat: next Monday will be like the last Mondays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from forecast.model.features import sizes
from forecast.model.training import SMALL, closed, training
from forecast.season import Season

WEEKS = 4
MANY = 8
FEW = 4  # times as many weeks where few contacts come


def seasonal_naive(daily: pd.Series, season: Season, horizon: pd.DatetimeIndex) -> pd.Series:
    """The last day of the same weekday (Hyndman and Athanasopoulos, Forecasting, 2021, 5.2), times what was stated.

    No calendar: without incidents, closed days and stated sizes it is the seasonal naive of every public library.
    """
    return _like_weekdays(daily, season, horizon, 1, np.mean, apart=False)


def average(daily: pd.Series, season: Season, horizon: pd.DatetimeIndex) -> pd.Series:
    """The mean of the last eight days of the same weekday, times what was stated."""
    return _like_weekdays(daily, season, horizon, MANY, np.mean, apart=False)


def weekday_median(daily: pd.Series, season: Season, horizon: pd.DatetimeIndex) -> pd.Series:
    """The median of the last four days of the same weekday, away from peaks where there are such; no calendar
    but what the planner stated as a size."""
    return _like_weekdays(daily, season, horizon, WEEKS, np.median, apart=True)


def _like_weekdays(
    daily: pd.Series,
    season: Season,
    horizon: pd.DatetimeIndex,
    weeks: int,
    middle: Callable[[np.ndarray], np.floating],
    apart: bool,
) -> pd.Series:
    """The `middle` of the last `weeks` days that behave like each weekday; `apart`: of ordinary days where there are
    as many."""
    queue = str(daily.name or "")
    past = training(daily, season)
    teaches = np.isfinite(past.log)
    contacts = past.contacts if apart else past.contacts / np.exp(sizes(season, past.days, queue))
    positive = contacts[teaches & (contacts > 0)]
    if len(positive) and np.median(positive) < SMALL:
        middle, weeks = np.mean, FEW * weeks  # the median of a few contacts a day is often none
    weekday = season.weekdays(past.days)
    pools = [(teaches, 1)]
    if apart:
        pools.append((teaches & ~season.peaks(past.days, queue), weeks))
    level = np.full(7, float(np.median(contacts[teaches][-28:])) if teaches.any() else 0.0)
    for w in range(7):
        for pool, least in pools:
            recent = contacts[pool & (weekday == w)][-weeks:]
            if len(recent) >= least:
                level[w] = float(middle(recent))
    expected = level[season.weekdays(horizon)] * np.exp(sizes(season, horizon, queue))
    return pd.Series(np.where(closed(daily, season, horizon), 0.0, expected), index=horizon, name=daily.name)
