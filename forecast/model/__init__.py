"""Models of a queue's days: one a file, one signature. The naive ones first; every other must beat them in a backtest.

A model takes a queue's days (contacts, NaN unknown, named after the queue), the season they and the horizon lie in,
and the days to forecast; it returns the contacts to expect on each, all finite and non-negative.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from forecast.model.components import components
from forecast.model.naive import average, seasonal_naive, weekday_median
from forecast.model.prophet import prophet
from forecast.model.regression import regression, sized
from forecast.model.smoothing import smoothing
from forecast.season import Season

Model = Callable[[pd.Series, Season, pd.DatetimeIndex], pd.Series]
MODELS: dict[str, Model] = {  # from simple to elaborate
    "seasonal_naive": seasonal_naive,
    "average": average,
    "weekday_median": weekday_median,
    "smoothing": smoothing,
    "components": components,
    "regression": regression,
    "prophet": prophet,
}
# models that also say how sure they are: the standard deviation of the log of each day
SIZED: dict[str, Callable[[pd.Series, Season, pd.DatetimeIndex], tuple[pd.Series, np.ndarray]]] = {"regression": sized}
USUAL = "regression"  # what another must be shown to beat
SIMPLE = "weekday_median"  # where nothing can be shown
RACED = (SIMPLE, USUAL, "prophet")  # unless others are named: docs/forecasting.md has what the rest gain and cost
NAIVE = frozenset({"seasonal_naive", "average", SIMPLE})  # they know no occasion
SLOW = frozenset({"prophet"})  # several times as long as the others: tried on few origins before on all


def said(model: str, days: pd.Series, season: Season, horizon: pd.DatetimeIndex) -> tuple[pd.Series, np.ndarray]:
    """What a model expects, and the standard deviation of each day's log by its own word, NaN where it says nothing."""
    if model in SIZED:
        return SIZED[model](days, season, horizon)
    return MODELS[model](days, season, horizon), np.full(len(horizon), np.nan)


__all__ = ["MODELS", "NAIVE", "RACED", "SIMPLE", "SIZED", "SLOW", "USUAL", "Model", "said"]
