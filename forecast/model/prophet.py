"""Prophet (Taylor and Letham 2018) with the shrunk calendar as regressors, since its own marks only the days off."""

from __future__ import annotations

import logging
import re
import warnings
from typing import Any

import numpy as np
import pandas as pd

from forecast.blas import one_thread
from forecast.model.features import features
from forecast.model.shrinkage import Design, design, effects, shrinkage, whitened
from forecast.model.training import TooFew, closed, training, unlogged
from forecast.season import Season

CHANGES_EVERY = 60  # days between possible changes of the trend
WIDE = 3.0  # prior standard deviation of an occasion's size, 1 being as the regression sees it
TINY = 0.005  # a response that never moves a day by half a percent is not worth a regressor
LEAST = 14  # days that teach, below which its trend is a guess


@one_thread()
def prophet(daily: pd.Series, season: Season, horizon: pd.DatetimeIndex) -> pd.Series:
    """Expected contacts on the days of `horizon`, from Prophet on the log of contacts.

    Raises TooFew when fewer than 14 days teach.
    """
    past = training(daily, season)
    n, taught = len(past.days), np.isfinite(past.log)
    zero = closed(daily, season, horizon)
    if zero.all():
        return pd.Series(0.0, index=horizon, name=daily.name)
    if taught.sum() < LEAST:
        raise TooFew(f"prophet: needs {LEAST} days with contacts, got {taught.sum()}")
    days = pd.date_range(past.days[0], max(horizon[-1], past.days[-1]), unit="s")
    calendar = features(season, days, str(daily.name or ""))
    columns = design(calendar, taught)
    at = np.flatnonzero(taught)
    y = past.log[at] - calendar.offset[at]
    centred = y - y.mean()
    prior = shrinkage(columns.values[at], centred, at, columns.groups)
    shapes = _shapes(columns, effects(*whitened(columns.values[at], centred, at, prior.rho), prior.ratio))
    model = _model(n)
    for name in shapes:
        # Wide for Prophet, which divides y by its largest value: the shapes are shrunk already, their size is its own.
        model.add_regressor(name, prior_scale=WIDE / (float(np.abs(centred).max()) or 1.0), standardize=False)
    table = shapes.assign(ds=days)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas calls inside Prophet
        model.fit(table.iloc[at].assign(y=centred))
        said = model.predict(table)["yhat"].to_numpy(dtype=float)
    fitted = said + y.mean() + calendar.offset
    ahead = (horizon - past.days[0]).days.to_numpy()
    contacts = unlogged(fitted[ahead], past, fitted[:n])
    return pd.Series(np.where(zero, 0.0, contacts), index=horizon, name=daily.name)


def _shapes(columns: Design, effect: np.ndarray) -> pd.DataFrame:
    """One regressor an occasion: the response to it by distance as the shrunk regression sees it.

    Prophet with a regressor for each distance took about three times as long to fit. The level and the trend are left
    to Prophet; weekdays and the terms of the year stay as they are.
    """
    response = columns.values * effect
    families: dict[str, list[int]] = {}
    for k, (name, group) in enumerate(zip(columns.names, columns.groups, strict=True)):
        if name == "constant" or group == "level":
            continue
        alone = group in ("loose", "yearly")
        named = group in ("festival", "holiday", "own_promotion", "coming")
        own = re.sub(r"([+-]\d+|_[a-z0-9]+)$", "", name) if named else str(group)
        families.setdefault(name if alone else own, []).append(k)
    kept = {name: response[:, at].sum(axis=1) for name, at in families.items()}
    size = {name: np.abs(values).max() for name, values in kept.items()}
    return pd.DataFrame({f"x{k:03d}": kept[name] for k, name in enumerate(kept) if size[name] > TINY})


def _model(days: int) -> Any:
    """An unfitted Prophet without uncertainty draws: bands come from the errors at rolling origins."""
    logging.getLogger("prophet.plot").setLevel(logging.CRITICAL)  # it complains of plotly on import
    from prophet import Prophet  # takes seconds to import

    quiet = logging.getLogger("cmdstanpy")
    if not quiet.handlers:  # else it gives itself one that prints
        quiet.addHandler(logging.NullHandler())
    for name in ("prophet", "cmdstanpy"):
        logging.getLogger(name).setLevel(logging.CRITICAL)

    return Prophet(
        growth="linear",
        weekly_seasonality=False,  # weekdays are regressors: a make-up Saturday is worked like a Friday
        daily_seasonality=False,
        yearly_seasonality=False,  # low yearly terms are regressors too, when there is more than a year
        n_changepoints=int(np.clip(days // CHANGES_EVERY, 1, 25)),
        changepoint_range=0.95,
        changepoint_prior_scale=0.05,
        uncertainty_samples=0,
    )
