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

# Times the band of a model that speaks for itself, on days of a great festival the queue has not seen: on 135 such days
# of border crossings the 80% band then held 68% of them instead of 41%, the quantile loss was 13% less.
UNSEEN = 1.5


@dataclass(frozen=True, eq=False)
class Doubt:
    """How wide a queue's bands are, and what is to be said of it.

    `below` and `above` are standard deviations of the log that the last days add on either side of the median, `least`
    is that of each day ahead which no evidence undercuts, `size` what the model says of each, `times` how much wider
    its band is than that.
    """

    spread: Spread
    least: np.ndarray
    last: pd.Timestamp  # known day of the queue
    size: np.ndarray | None = None
    times: np.ndarray | float = 1.0
    below: float = 0.0
    above: float = 0.0
    said: tuple[Text, ...] = ()

    def of_days(self, expected: np.ndarray, peak: np.ndarray, days: pd.DatetimeIndex) -> np.ndarray:
        """Quantiles of the contacts of `days`, days x QUANTILES."""
        ahead = ((days - self.last) // DAY - 1).to_numpy(dtype=float)
        logs = np.log1p(self.spread.of_days(expected, peak, ahead, self.size))
        middle = logs[:, 4:5]
        away = np.hypot((logs - middle) * np.reshape(self.times, (-1, 1)), Z * np.where(Z < 0, self.below, self.above))
        away = np.sign(Z) * np.maximum(away, np.abs(Z) * self.least[:, None])
        quantiles = np.maximum(np.expm1(middle + away), 0.0)
        return np.asarray(np.where(expected[:, None] > 0, quantiles, 0.0))


def doubt_of(
    daily: pd.Series,
    season: Season,
    days: pd.DatetimeIndex,
    mean: np.ndarray,
    model: str,
    done: Backtest,
    size: np.ndarray | None = None,
) -> Doubt:
    """How unsure the forecast `mean` of `days` is, made by `model` for the queue that `daily` is named after.

    `size` is the standard deviation of each day's log by the model's own word.
    """
    queue, known = str(daily.name), daily.dropna()
    plain = Doubt(done.spread(queue, model), np.zeros(len(days)), pd.Timestamp(known.index[-1]), size)
    said: list[Text] = []
    found = surprise(daily, season, model, _error(plain, mean, season.peaks(days, queue), days), days, mean)
    if found is not None and silence(daily) is None:
        said.append(found.text(queue))
    peak = season.peaks(days, queue)
    # a fit to a few days, or to one number, takes itself for exact
    guess = filled(known) or not done.speaks(queue, model)
    least = np.where(peak, UNKNOWN * PEAK, UNKNOWN) if guess else np.zeros(len(days))
    times = np.ones(len(days))
    for key, day in unseen(daily, season, days):
        first, last = span(key)
        for coming in (o.day for o in season.occasions if o.key == key):
            near = (days >= coming + first * DAY) & (days <= coming + last * DAY)
            if size is None:
                least = np.where(near, UNKNOWN * PEAK, least)
            else:
                times = np.where(near, UNSEEN, times)
        text = Text(
            "{queue}: the history has not seen {occasion} ({day}): its days are forecast without its rise, with wider "
            "bands",
            queue=queue,
            occasion=label(key),
            day=f"{day:%Y-%m-%d}",
        )
        said.append(text)
    below, above = (found.below, found.above) if found is not None else (0.0, 0.0)
    return replace(plain, least=least, times=times, below=below, above=above, said=tuple(said))


def _error(plain: Doubt, mean: np.ndarray, peak: np.ndarray, days: pd.DatetimeIndex) -> float:
    """The standard deviation of the log error of an ordinary day."""
    logs = np.log1p(plain.of_days(np.maximum(mean, 1.0), peak & False, days)[:, [2, 6]])
    return float(np.median(logs[:, 1] - logs[:, 0]) / (Z[6] - Z[2]))
