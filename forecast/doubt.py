"""How unsure a queue's forecast is beyond what its backtest shows: a level that has just shifted, a festival never
seen, numbers that were filled in."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecast.backtest import Backtest
from forecast.history import DAY
from forecast.language import Text
from forecast.odd import filled
from forecast.peak import label, span, unseen
from forecast.recent import silence, surprise
from forecast.season import Season
from forecast.spread import PEAK, UNKNOWN, Spread, Z


@dataclass(frozen=True, eq=False)
class Doubt:
    """The spread of a queue's days, that of `unseen` days (a flag for each day ahead), and what is to be said."""

    spread: Spread
    unseen: np.ndarray
    last: pd.Timestamp  # known day of the queue
    said: tuple[Text, ...] = ()

    def of_days(self, expected: np.ndarray, peak: np.ndarray, days: pd.DatetimeIndex) -> np.ndarray:
        """Quantiles of the contacts of `days`, days x QUANTILES."""
        ahead = ((days - self.last) // DAY - 1).to_numpy(dtype=float)
        quantiles = self.spread.of_days(expected, peak, ahead)
        if self.unseen.any():
            wide = replace(self.spread, peak=at_least(self.spread.peak, UNKNOWN * PEAK))
            every = np.ones(len(days), dtype=bool)
            quantiles[self.unseen] = wide.of_days(expected, every, ahead)[self.unseen]
        return quantiles


def doubt_of(
    daily: pd.Series, season: Season, days: pd.DatetimeIndex, mean: np.ndarray, model: str, done: Backtest
) -> Doubt:
    """How unsure the forecast `mean` of `days` is, made by `model` for the queue that `daily` is named after."""
    queue, known = str(daily.name), daily.dropna()
    spread = done.spread(queue, model)
    said: list[Text] = []
    found = surprise(daily, season, model, deviation(spread.ordinary), days, mean)
    if found is not None:
        spread = replace(
            spread,
            ordinary=stretched(spread.ordinary, found.below, found.above),
            peak=stretched(spread.peak, found.below, found.above),
        )
        said += [found.text(queue)] if silence(daily) is None else []
    if filled(known):
        spread = replace(
            spread, ordinary=at_least(spread.ordinary, UNKNOWN), peak=at_least(spread.peak, UNKNOWN * PEAK)
        )
    flags = np.zeros(len(days), dtype=bool)
    for key, day in unseen(daily, season, days):
        first, last = span(key)
        for coming in (o.day for o in season.occasions if o.key == key):
            flags |= np.asarray((days >= coming + first * DAY) & (days <= coming + last * DAY))
        text = Text(
            "{queue}: the history has not seen {occasion} ({day}): its days are forecast without its rise, with wider "
            "bands",
            queue=queue,
            occasion=label(key),
            day=f"{day:%Y-%m-%d}",
        )
        said.append(text)
    return Doubt(spread, flags, pd.Timestamp(known.index[-1]), tuple(said))


def deviation(factors: np.ndarray) -> float:
    """The standard deviation of the log that a normal with the same 80% band has."""
    return float(np.log(factors[6] / factors[2]) / (Z[6] - Z[2]))


def stretched(factors: np.ndarray, below: float, above: float) -> np.ndarray:
    """Factors with an independent normal error of the log added: of `below` under the median, of `above` over it."""
    away = np.log(factors / factors[4])
    return np.asarray(factors[4] * np.exp(np.sign(Z) * np.hypot(away, Z * np.where(Z < 0, below, above))))


def at_least(factors: np.ndarray, deviation: float) -> np.ndarray:
    """Factors no nearer to the median than those of a normal error of the log."""
    away = np.log(factors / factors[4])
    return np.asarray(factors[4] * np.exp(np.sign(Z) * np.maximum(np.abs(away), np.abs(Z * deviation))))
