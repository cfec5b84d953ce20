"""A queue's level: its days less what the calendar explains, for models that follow a level and know no calendar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.model.regression import fit
from forecast.model.training import closed, training
from forecast.season import Season

FAR = 3.0  # robust standard deviations beyond which a day is pulled in: one odd day is no new level


@dataclass(frozen=True, eq=False)
class Adjusted:
    """`level` is log(1 + contacts) less weekday, year, festivals, days off and events, NaN on days that teach nothing.

    `calendar` is the log of what the calendar adds on the days of the horizon, `smear` the factor from the exponential
    of a mean log to a mean.
    """

    level: np.ndarray
    calendar: np.ndarray
    smear: float
    closed: np.ndarray

    def contacts(self, log: np.ndarray, like: pd.Series, horizon: pd.DatetimeIndex) -> pd.Series:
        """Contacts on the days of `horizon` whose levels are `log`; `like` names the queue."""
        raw = np.maximum(np.expm1(np.clip(log + self.calendar, 0, 25)), 0.0) * self.smear
        return pd.Series(np.where(self.closed, 0.0, raw), index=horizon, name=like.name)


def adjusted(daily: pd.Series, season: Season, horizon: pd.DatetimeIndex) -> Adjusted | None:
    """The level that the regression leaves when its calendar is taken away; None where it could not be fitted."""
    found = fit(daily, season, horizon)
    if found is None:
        return None
    past = training(daily, season)
    explains = (found.design.groups != "level") & (np.array(found.design.names) != "constant")
    calendar = found.design.values[:, explains] @ found.effects[explains] + found.offset + found.rest
    level = past.log - calendar[: len(past.days)]
    middle = pd.Series(level).rolling(29, center=True, min_periods=5).median().bfill().ffill().to_numpy()
    away = level - middle
    spread = 1.4826 * float(np.nanmedian(np.abs(away))) + 1e-9
    ahead = (horizon - past.days[0]).days.to_numpy()
    steady = middle + np.clip(away, -FAR * spread, FAR * spread)
    return Adjusted(steady, calendar[ahead], found.smear, closed(daily, season, horizon))
