"""Unobserved components (Harvey 1989): a level that wanders and an error that remembers, the calendar put back."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from forecast.blas import one_thread
from forecast.model.adjusted import adjusted
from forecast.season import Season

LEAST = 28
RECENT = 365
ROUNDS = 50  # of the likelihood's climb


@one_thread()
def components(daily: pd.Series, season: Season, horizon: pd.DatetimeIndex) -> pd.Series:
    """Expected contacts on the days of `horizon`, from statsmodels' structural model of the adjusted level."""
    found = adjusted(daily, season, horizon)
    if found is None:
        return pd.Series(0.0, index=horizon, name=daily.name)
    level = found.level[-RECENT:]
    steps = (horizon - daily.index[-1]).days.to_numpy()
    return found.contacts(_ahead(level, int(steps[-1]))[steps - 1], daily, horizon)


def _ahead(level: np.ndarray, steps: int) -> np.ndarray:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    usual = float(np.nanmean(level[-LEAST:])) if np.isfinite(level[-LEAST:]).any() else float(np.nanmean(level))
    if np.isfinite(level).sum() < LEAST or np.nanmax(level) - np.nanmin(level) < 1e-9:
        return np.full(steps, usual)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = UnobservedComponents(level, "llevel", autoregressive=1)
        said = np.asarray(model.fit(disp=0, maxiter=ROUNDS).forecast(steps))
    return said if np.isfinite(said).all() else np.full(steps, usual)
