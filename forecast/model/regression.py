"""Regression on the log of contacts with shrunk calendar effects, a wandering level and errors that remember."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.blas import one_thread
from forecast.model.features import features
from forecast.model.rest import rest
from forecast.model.shrinkage import Design, design, shrinkage, solver, whitened
from forecast.model.training import closed, smear, training, unlogged
from forecast.model.unsure import sizes
from forecast.season import Season

ROUNDS = 3  # of down-weighting days that fit nothing
HUBER = 2.5  # standard deviations beyond which a day counts for less


@dataclass(frozen=True, eq=False)
class Fit:
    """A forecast and the logs it is made of.

    log(1 + contacts / smear) of a day is centre + its row of `design` times `effects` + offset + rest + carried, on the
    days of the history and of the horizon; `offset` is what the planner stated, `rest` what a day off was believed to
    be before any was seen, `carried` what the last day was off by, fading. `contacts` are those of the horizon, 0 on
    closed days, `size` the standard deviations of their logs by the model's own account.
    """

    days: pd.DatetimeIndex
    design: Design
    effects: np.ndarray
    centre: float
    offset: np.ndarray
    rest: np.ndarray
    carried: np.ndarray
    smear: float
    contacts: pd.Series
    size: np.ndarray


def regression(daily: pd.Series, season: Season, horizon: pd.DatetimeIndex) -> pd.Series:
    """Expected contacts on the days of `horizon`: mixed estimation (Theil and Goldberger 1961) with AR(1) errors.

    Days far off (Huber 1964) are pulled in.
    """
    return sized(daily, season, horizon)[0]


def sized(daily: pd.Series, season: Season, horizon: pd.DatetimeIndex) -> tuple[pd.Series, np.ndarray]:
    """`regression`, and the standard deviation of the log of each day by its own account."""
    found = fit(daily, season, horizon)
    if found is None:
        return pd.Series(0.0, index=horizon, name=daily.name), np.ones(len(horizon))
    return found.contacts, found.size


@one_thread()
def fit(daily: pd.Series, season: Season, horizon: pd.DatetimeIndex) -> Fit | None:
    """The regression with its effects; None where nothing teaches or every day is closed."""
    past = training(daily, season)
    n, taught = len(past.days), np.isfinite(past.log)
    zero = closed(daily, season, horizon)
    if zero.all() or not taught.any():
        return None
    days = pd.date_range(past.days[0], max(horizon[-1], past.days[-1]), unit="s")
    calendar = features(season, days, str(daily.name or ""))
    like = rest(past, season, days)
    known = calendar.beside("as_weekend", "off", like)
    columns = design(known, taught)
    at = np.flatnonzero(taught)
    offset = calendar.offset + like
    x, y = columns.values[at], past.log[at] - offset[at]
    centre = y.mean()
    clean = y - centre
    prior = shrinkage(x, clean, at, columns.groups)
    solve = solver(whitened(x, clean, at, prior.rho)[0], prior.ratio)

    def found_in(y: np.ndarray) -> np.ndarray:
        return solve(whitened(x[:, :0], y, at, prior.rho)[1])

    for _ in range(ROUNDS):
        said = x @ found_in(clean)
        residual = y - centre - said
        spread = 1.4826 * np.median(np.abs(residual)) + 1e-9
        clean = said + np.clip(residual, -HUBER * spread, HUBER * spread)
    found = found_in(clean)
    fitted = centre + columns.values @ found + offset
    last = np.clip(y[-1] - fitted[at[-1]] + offset[at[-1]], -HUBER * spread, HUBER * spread)
    ahead = (horizon - past.days[0]).days.to_numpy()
    carried = np.zeros(len(days))
    carried[ahead] = last * prior.rho ** (ahead - at[-1])
    contacts = unlogged(fitted[ahead] + carried[ahead], past, fitted[:n])
    expected = pd.Series(np.where(zero, 0.0, contacts), index=horizon, name=daily.name)
    size = sizes(columns, known, at, ahead, prior, y - centre - x @ found, like[ahead])
    raised = smear(past, fitted[:n])
    return Fit(days, columns, found, float(centre), calendar.offset, like, carried, raised, expected, size)
