"""The model every other must beat: next Monday will be like the last Mondays."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecast.model.features import sizes
from forecast.model.training import closed, training
from forecast.season import Season

WEEKS = 4


def seasonal_naive(daily: pd.Series, season: Season, horizon: pd.DatetimeIndex) -> pd.Series:
    """The median of the last four days of the same weekday, away from peaks where there are such; no calendar
    but what the planner stated as a size."""
    past = training(daily, season)
    teaches = np.isfinite(past.log)
    weekday = season.weekdays(past.days)
    ordinary = teaches & ~season.peaks(past.days, str(daily.name or ""))
    anything = float(np.median(past.contacts[teaches][-28:])) if teaches.any() else 0.0
    level = np.full(7, anything)
    for w in range(7):
        for pool in (teaches, ordinary):
            recent = past.contacts[pool & (weekday == w)][-WEEKS:]
            if len(recent) >= (1 if pool is teaches else WEEKS):
                level[w] = float(np.median(recent))
    expected = level[season.weekdays(horizon)] * np.exp(sizes(season, horizon, str(daily.name or "")))
    return pd.Series(np.where(closed(daily, season, horizon), 0.0, expected), index=horizon, name=daily.name)
