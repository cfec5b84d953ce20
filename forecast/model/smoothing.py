"""Exponential smoothing with a damped trend (Gardner and McKenzie 1985) of the level, the calendar put back."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from forecast.blas import one_thread
from forecast.model.adjusted import adjusted
from forecast.season import Season

LEAST = 28  # days below which a trend is a guess
RECENT = 730  # days that may tell how fast the level moves


@one_thread()
def smoothing(daily: pd.Series, season: Season, horizon: pd.DatetimeIndex) -> pd.Series:
    """Expected contacts on the days of `horizon`, from statsmodels' exponential smoothing of the adjusted level."""
    found = adjusted(daily, season, horizon)
    if found is None:
        return pd.Series(0.0, index=horizon, name=daily.name)
    level = pd.Series(found.level).interpolate(limit_direction="both").to_numpy()[-RECENT:]
    steps = (horizon - daily.index[-1]).days.to_numpy()
    return found.contacts(_ahead(level, int(steps[-1]))[steps - 1], daily, horizon)


def _ahead(level: np.ndarray, steps: int) -> np.ndarray:
    from statsmodels.tsa.holtwinters import ExponentialSmoothing  # takes a second to import

    if len(level) < LEAST or np.ptp(level) < 1e-9:
        return np.full(steps, level[-LEAST:].mean())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it did not converge: what it has is scored like any other
        model = ExponentialSmoothing(level, trend="add", damped_trend=True, initialization_method="estimated")
        said = np.asarray(model.fit().forecast(steps))
    return said if np.isfinite(said).all() else np.full(steps, level[-LEAST:].mean())
