"""Prophet as its guide tells to use it: default settings and the countries' holidays; days spread by a profile."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd

from benchmarks.forecasts.origin import WEEKS, Past
from benchmarks.forecasts.said import answer, counts
from forecast.forecast import QUANTILES

SEED = 7


def prophet(past: Past) -> pd.DataFrame:
    """Days from Prophet, quantiles from its own draws; intervals are those days by the profile of eight weeks."""
    for name in ("prophet", "prophet.plot", "cmdstanpy"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    from prophet import Prophet
    from prophet.make_holidays import make_holidays_df

    countries = [c for c in past.countries if c != "none"]
    # add_country_holidays takes one country, a second replaces it: the others' holidays come from the same function.
    years = list(range(past.daily.index[0].year, past.days[-1].year + 1))
    others = []
    for country in countries[1:]:
        table = make_holidays_df(years, country)
        others.append(table.assign(holiday=f"{country}: " + table["holiday"]))
    model = Prophet(holidays=pd.concat(others, ignore_index=True) if others else None)
    if countries:
        model.add_country_holidays(countries[0])
    np.random.seed(SEED)  # noqa: NPY002  Prophet draws from the global generator
    model.fit(pd.DataFrame({"ds": past.daily.index, "y": past.daily.to_numpy(dtype=float)}), seed=SEED)
    ahead = pd.DataFrame({"ds": past.days})
    mean = np.maximum(model.predict(ahead)["yhat"].to_numpy(dtype=float), 0.0)
    draws = np.maximum(model.predictive_samples(ahead)["yhat"], 0.0)
    parts = [answer(past, "day", mean, np.quantile(draws, QUANTILES, axis=1).T)]
    if past.per_day > 1:
        parts.append(spread(past, mean, draws.var(axis=1)))
    return pd.concat(parts, ignore_index=True)


def spread(past: Past, mean: np.ndarray, variance: np.ndarray) -> pd.DataFrame:
    """Intervals of days with this mean and variance.

    A weekday's shares are those of its last eight weeks; an interval's variance is its part of the day's and, given the
    day, the dispersion of those weeks times its mean.
    """
    recent = np.where(np.isfinite(past.weeks).all(axis=2, keepdims=True), past.weeks, np.nan)[-WEEKS:]
    sums = np.nansum(recent, axis=0)
    pooled = sums.sum(axis=0) / max(sums.sum(), 1.0)
    whole = sums.sum(axis=1, keepdims=True)
    shares = np.where(whole > 0, sums / np.maximum(whole, 1.0), pooled)
    said = np.nansum(recent, axis=2, keepdims=True) * shares
    some = np.isfinite(recent) & (said > 0.5)
    phi = max(float(np.mean((recent[some] - said[some]) ** 2 / said[some])), 1.0) if some.any() else 1.0
    share = shares[np.arange(past.cut.days) % 7]
    flat = (mean[:, None] * share).ravel()
    wide = (share**2 * variance[:, None]).ravel() + phi * flat
    return answer(past, "interval", flat, counts(flat, wide))
