"""What a day off is expected to be before any like it was seen: halfway to the day of the weekend it resembles."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecast.model.training import Training
from forecast.season import Season

BELIEF = 0.5  # how far towards the weekend; what is seen of days off corrects it
WEEKS = 3  # around a day, that tell its level
YEAR = 365


def rest(past: Training, season: Season, days: pd.DatetimeIndex) -> np.ndarray:
    """The log by which each of `days` is expected to differ from its own weekday for being a day off or next to one.

    0 where the day is an ordinary one. A bank holiday on a Monday is like a Sunday, the day after it like a Monday.
    """
    week = _week(past, season)
    like = season.resembles(days)
    own = season.weekdays(days)
    return np.asarray(np.where(like >= 0, BELIEF * (week[like] - week[own]), 0.0))


def _week(past: Training, season: Season) -> np.ndarray:
    """Log of each weekday against its level on ordinary days of the last year; of one never seen open, the least."""
    logs = pd.Series(past.log, index=past.days).iloc[-YEAR:]
    level = logs.rolling(7 * WEEKS, center=True, min_periods=4).median()
    away = (logs - level)[(season.resembles(pd.DatetimeIndex(logs.index)) < 0)].dropna()
    if away.empty:
        return np.zeros(7)
    found = away.groupby(season.weekdays(pd.DatetimeIndex(away.index))).median()
    return found.reindex(range(7)).fillna(found.min()).to_numpy(dtype=float)
