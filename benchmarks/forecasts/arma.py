"""A statsmodels peer: regression on the log of contacts with weekdays, the year, holidays and ARMA(1, 1) errors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import holidays
import numpy as np
import pandas as pd

from benchmarks.forecasts.origin import Past
from benchmarks.forecasts.said import Z, answer
from forecast.season import CATEGORIES, LUNAR_COUNTRIES, OBSERVED, UNKEPT, season_of

YEARLY = 548  # days above which terms of the year are told apart
TERMS = 3


BINS = {"spring_festival": (-3, 7), "dragon_boat": (-3, 3), "mid_autumn": (-3, 3)}  # days around each, a column a day


def arma_around(past: Past) -> pd.DataFrame:
    """As `arma`, with a column for each day around the great lunar festivals."""
    return arma(past, BINS)


def arma(past: Past, bins: Mapping[str, tuple[int, int]] | None = None) -> pd.DataFrame:
    """Days from a regression with ARMA(1, 1) errors on log1p, fitted by maximum likelihood; quantiles are the model's.

    Its mean is the median, which the absolute error asks for. Weekdays that are closed are left out.
    """
    from statsmodels.tsa.arima.model import ARIMA  # takes a second to import

    days = pd.DatetimeIndex(past.known.append(past.days))
    n = len(past.daily)
    closed = np.isin(days.day_of_week, past.days[:7].day_of_week[np.all(past.closed, axis=1)[:7]])
    at = np.flatnonzero(~closed)
    x = np.column_stack([regressors(days, n, past.countries), *around(days, past.countries, bins or {})])[at]
    taught = at < n
    x = x[:, independent(x[taught & np.isfinite(np.append(past.daily, np.zeros(past.cut.days))[at])])]
    y = np.log1p(past.daily.to_numpy(dtype=float))[at[taught]]
    # Least squares with estimated weights comes to the same estimates as the state space, in a fifth of the time, but
    # bears no gap.
    method = "innovations_mle" if np.isfinite(y).all() else "statespace"
    fitted = ARIMA(y, x[taught], order=(1, 0, 1), trend="n").fit(method=method)
    ahead = fitted.get_forecast(int((~taught).sum()), exog=x[~taught])
    log, wide = np.zeros(past.cut.days), np.zeros(past.cut.days)
    log[at[~taught] - n], wide[at[~taught] - n] = ahead.predicted_mean, ahead.se_mean
    return answer(past, "day", np.expm1(log), np.expm1(log[:, None] + wide[:, None] * Z))


def regressors(days: pd.DatetimeIndex, told: int, countries: tuple[str, ...]) -> np.ndarray:
    """A column each for 1, the weekdays but one, the year's waves (long histories) and each holiday with its sides."""
    columns = [np.ones(len(days))]
    columns += [(days.day_of_week == k).astype(float) for k in range(1, 7)]
    if told > YEARLY:
        turn = 2 * np.pi * np.arange(len(days)) / 365.25
        columns += [wave(k * turn) for k in range(1, TERMS + 1) for wave in (np.sin, np.cos)]
    for country in countries:
        if country != "none":
            columns += list(marks(days, country).values())
    return np.column_stack(columns)


def around(days: pd.DatetimeIndex, countries: tuple[str, ...], bins: Mapping[str, tuple[int, int]]) -> list[np.ndarray]:
    """A column for each day of `bins` around a lunar festival of the countries."""
    if not set(countries) & set(LUNAR_COUNTRIES):
        return []
    season = season_of(days[0], days[-1], countries)
    apart = {key: season.distance(key, days) for key in bins}
    return [(apart[key] == k).astype(float) for key, (a, b) in bins.items() for k in range(a, b + 1)]


def marks(days: pd.DatetimeIndex, country: str) -> dict[str, np.ndarray]:
    """Dummies of the country's holidays by name, of the day before each and of the day after."""
    listed = public(days, country)
    found: dict[str, np.ndarray] = {}
    for day, names in listed.items():
        for shift, side in ((-1, " eve"), (0, ""), (1, " after")):
            place = (pd.Timestamp(day) - days[0]).days + shift
            beside = side and (pd.Timestamp(day) + pd.Timedelta(days=shift)).date() in listed
            if 0 <= place < len(days) and not beside:
                found.setdefault(f"{names}{side}", np.zeros(len(days)))[place] = 1.0
    return found


def public(days: pd.DatetimeIndex, country: str) -> dict[date, str]:
    """The names of the country's holidays by day, with the days that some keep, which ours knows too."""
    years = range(days[0].year, days[-1].year + 2)
    known = holidays.country_holidays(country).supported_categories
    some = () if country in UNKEPT else tuple(k for k in OBSERVED if k in known)
    categories = tuple(dict.fromkeys((*CATEGORIES.get(country, ("public",)), *some)))
    return dict(holidays.country_holidays(country, years=years, categories=categories).items())


def independent(x: np.ndarray) -> np.ndarray:
    """Which columns say something that those before them do not."""
    kept: list[int] = []
    basis = np.empty((len(x), 0))
    for k in range(x.shape[1]):
        rest = x[:, k] - basis @ (basis.T @ x[:, k])
        rest -= basis @ (basis.T @ rest)
        size = float(np.linalg.norm(rest))
        if size > 1e-6 * max(float(np.linalg.norm(x[:, k])), 1.0):
            kept.append(k)
            basis = np.column_stack([basis, rest / size])
    return np.array(kept, dtype=int)
