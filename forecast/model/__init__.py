"""Models of a queue's days: one a file, one signature. The naive ones first; every other must beat them in a backtest.

A model takes a queue's days (contacts, NaN unknown, named after the queue), the season they and the horizon lie in,
and the days to forecast; it returns the contacts to expect on each, all finite and non-negative. A pooled model takes
all queues at once, a column each, and returns as many.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from forecast.model.boosted import LEAST as BOOSTED_LEAST
from forecast.model.boosted import alone, boosted
from forecast.model.components import components
from forecast.model.naive import average, seasonal_naive, weekday_median
from forecast.model.prophet import LEAST as PROPHET_LEAST
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
    "boosted": alone,
}
Pooled = Callable[[pd.DataFrame, Season, pd.DatetimeIndex], pd.DataFrame]
POOLED: dict[str, Pooled] = {"boosted": boosted}  # of these `MODELS` has what a queue tells by itself
# models that also say how sure they are: the standard deviation of the log of each day
SIZED: dict[str, Callable[[pd.Series, Season, pd.DatetimeIndex], tuple[pd.Series, np.ndarray]]] = {"regression": sized}
USUAL = "regression"  # what another must be shown to beat
SIMPLE = "weekday_median"  # where nothing can be shown
RACED = (SIMPLE, USUAL, "prophet")  # unless others are named: docs/real-data.md has what the rest gain
NAIVE = frozenset({"seasonal_naive", "average", SIMPLE})  # they know no occasion
LEAST = {
    "prophet": PROPHET_LEAST,
    "boosted": BOOSTED_LEAST,
}  # known days with contacts below which a model says nothing
SLOW = frozenset({"prophet"})  # several times as long as the others: tried on few origins before on all


def batches(model: str, queues: Sequence[str]) -> list[tuple[str, ...]]:
    """The queues that `model` takes in one go: all of them when it is pooled, else each by itself."""
    return [tuple(queues)] if model in POOLED else [(queue,) for queue in queues]


def said(
    model: str, daily: pd.DataFrame, queues: Sequence[str], season: Season, horizon: pd.DatetimeIndex
) -> dict[str, tuple[pd.Series, np.ndarray]]:
    """What a model expects of each of `queues`, and the standard deviation of each day's log, NaN where it has none.

    `daily` has a column a queue; those of other queues teach a pooled model too.
    """
    if model in POOLED:
        whole = POOLED[model](daily.loc[:, daily.gt(0).any() | daily.columns.isin(queues)], season, horizon)
        return {queue: (whole[queue], np.full(len(horizon), np.nan)) for queue in queues}
    if model in SIZED:
        return {queue: SIZED[model](daily[queue], season, horizon) for queue in queues}
    return {queue: (MODELS[model](daily[queue], season, horizon), np.full(len(horizon), np.nan)) for queue in queues}


__all__ = [
    "LEAST",
    "MODELS",
    "NAIVE",
    "POOLED",
    "RACED",
    "SIMPLE",
    "SIZED",
    "SLOW",
    "USUAL",
    "Model",
    "batches",
    "said",
]
