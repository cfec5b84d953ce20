"""A statsmodels peer for intervals: Poisson regression on weekday by interval, with the level of the last weeks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.forecasts.arma import public
from benchmarks.forecasts.origin import Past
from benchmarks.forecasts.said import Z, answer, counts

LEVEL = 28  # days whose mean is a day's level
MOST = 26 * 7  # days that teach


def poisson(past: Past) -> pd.DataFrame:
    """Intervals and days from a Poisson GLM: weekday x interval dummies, holiday and eve, log of the level as offset.

    The level is the mean of the 28 days before; it stays as it was at the origin. An interval's variance is the
    GLM's dispersion times its mean, and what the days err besides; days err as they did in the past.
    """
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    per_day = past.per_day
    known = past.daily.rolling(LEVEL, min_periods=7).mean().ffill()
    level = known.shift(1).to_numpy(dtype=float)[-MOST:]
    values = past.total.to_numpy(dtype=float).reshape(-1, per_day)[-MOST:]
    days = past.known[-MOST:]
    closed = np.zeros((7, per_day), dtype=bool)
    closed[past.days[:7].day_of_week] = np.resize(past.closed, (7, per_day)) if past.cut.days < 7 else past.closed[:7]
    place = np.where(closed, -1, np.cumsum(~closed).reshape(closed.shape) - 1)
    slot = place[days.day_of_week]
    taught = np.isfinite(values) & (level[:, None] > 0) & (slot >= 0)
    taught &= np.isin(slot, np.unique(slot[taught & (values > 0)]))  # a slot of zeros has no finite effect
    used = np.unique(slot[taught])
    off = _off(days, past.countries)
    beside = off[:, off[taught.any(axis=1)].any(axis=0)]
    row = np.nonzero(taught)[0]
    x = np.zeros((taught.sum(), len(used) + beside.shape[1]))
    x[np.arange(len(x)), np.searchsorted(used, slot[taught])] = 1.0
    x[:, len(used) :] = beside[row]
    fitted = GLM(values[taught], x, family=Poisson(), offset=np.log(level[row])).fit()
    effect = np.full(place.max() + 2, -np.inf)  # the last one is that of the closed slots
    effect[used] = fitted.params[: len(used)]
    side = np.zeros(off.shape[1])
    side[off[taught.any(axis=1)].any(axis=0)] = fitted.params[len(used) :]
    ahead = np.exp(effect[place[past.days.day_of_week]] + (_off(past.days, past.countries) @ side)[:, None])
    mean = ahead * float(known.iloc[-1])
    phi = max(float(fitted.pearson_chi2 / fitted.df_resid), 1.0)
    wide = _days_err(values, np.where(slot >= 0, effect[slot], -np.inf) + (off @ side)[:, None], level)
    total = mean.sum(axis=1)
    by_day = answer(past, "day", total, total[:, None] * np.exp(wide * Z[None, :]))
    flat = mean.ravel()
    return pd.concat([by_day, answer(past, "interval", flat, counts(flat, phi * flat + (wide * flat) ** 2))])


def _days_err(values: np.ndarray, log: np.ndarray, level: np.ndarray) -> float:
    """Standard deviation of the log of days over what the fit says of them, steadied against single days."""
    said = np.exp(log).sum(axis=1) * level
    whole = values.sum(axis=1)
    some = np.isfinite(whole) & np.isfinite(said) & (whole > 0) & (said > 0)
    low, high = np.quantile(np.log(whole[some] / said[some]), (0.1, 0.9))
    return float((high - low) / (2 * Z[6]))


def _off(days: pd.DatetimeIndex, countries: tuple[str, ...]) -> np.ndarray:
    """Two columns: a public holiday, and the day before one."""
    listed = {d for c in countries if c != "none" for d in public(days, c)}
    tomorrow = days + pd.Timedelta(days=1)
    here = [d.date() in listed for d in days]
    eve = [d.date() in listed and not h for d, h in zip(tomorrow, here, strict=True)]
    return np.column_stack([here, eve]).astype(float)
