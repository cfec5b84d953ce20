"""How far a day may be from its forecast, as factors of its contacts: what a promise has to allow for.

The quantiles of a forecast tell how many contacts may come. Part of their width is the chance of who calls when, which
the queueing formulas count already; the rest is that the whole day is busier or calmer than expected. A day's intervals
are taken to rise and fall together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri, pdtrik

from forecast.forecast import LEVELS, QUANTILES, Forecast
from staffing.poisson import Floats

NODES = 9  # days that stand for all that may be
WHOLE = 0.9  # of the spread of counts: quantiles of counts are whole numbers, and so now and then narrower
Z: Floats = ndtri(np.array(QUANTILES))
MIDDLE = QUANTILES.index(0.5)


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Factors of each day's contacts, day x QUANTILES; `days` are their dates. All 1 where nothing is uncertain.

    contacts: those expected of each day.
    """

    days: pd.DatetimeIndex
    factors: Floats
    contacts: Floats

    def at(self, share: float | Floats) -> Floats:
        """The factors that so many days stay below: day x 1, or day x share."""
        return self._at(np.atleast_1d(ndtri(share)))

    def by_lot(self, share: float) -> Floats:
        """The factors that so many days stay below in what they ask of the desk, the chance of a single day included.

        The work of a day's calls has twice the variance of their number where handle times are exponential.
        """
        rate, middle = np.sqrt(self.at(share)[:, 0]), np.sqrt(self.factors[:, MIDDLE])
        own = ndtri(share) ** 2 / (2 * np.maximum(self.contacts, 1.0))
        wide = np.sign(ndtri(share)) * np.sqrt((rate - middle) ** 2 + own)
        return np.asarray(np.maximum(middle + wide, 0.0)[:, None] ** 2)

    def _at(self, z: Floats) -> Floats:
        place = np.clip(np.searchsorted(Z, z) - 1, 0, len(Z) - 2)
        slope = (self.factors[:, place + 1] - self.factors[:, place]) / (Z[place + 1] - Z[place])
        return np.asarray(np.maximum(self.factors[:, place] + slope * (z - Z[place]), 0.0))

    def likely(self, count: int = NODES) -> tuple[Floats, Floats]:
        """Days that stand for all that may be: their factors, day x `count`, and each one's weight (Gauss, Hermite)."""
        if np.ptp(self.factors) == 0:
            return self.factors[:, :1], np.ones(1)
        z, weights = np.polynomial.hermite_e.hermegauss(count)
        return self._at(z), weights / weights.sum()

    def sampled(self, rng: np.random.Generator, samples: int) -> Floats:
        """Factors of days drawn by lot, sample x day, each day for itself."""
        share = rng.random((samples, len(self.days)))
        return np.stack([self.at(row).diagonal() for row in share])


def uncertainty(forecast: Forecast, queue: str) -> Uncertainty:
    """How far the days of one queue may be from its forecast.

    Taken from the days' own quantiles where the forecast has them, else from the intervals' quantiles, weighted by
    their contacts. Quantiles narrower than the counts of a Poisson process can be are quantiles of the rate itself.
    """
    own = forecast.by_day if forecast.by_day is not None else forecast.table
    rows = own[own["queue"] == queue]
    mean = rows["mean"].to_numpy(dtype=float)
    quantiles = rows[list(LEVELS)].to_numpy(dtype=float)
    day = pd.DatetimeIndex(rows["start"].dt.normalize())
    days = day.unique()
    wide = np.sqrt(quantiles) - np.sqrt(quantiles[:, [MIDDLE]])
    # of a count's square root: whatever its mean (Anscombe 1948), but for the whole numbers that few contacts can be
    few = np.sqrt(np.maximum(np.nan_to_num(np.ceil(pdtrik(QUANTILES, np.maximum(mean, 1e-3)[:, None]))), 0.0))
    chance = np.maximum(np.abs(Z) / 2, np.abs(few - few[:, [MIDDLE]]))
    some = mean > 0
    width = (wide[some, -1] - wide[some, 0]) / 2
    counts = bool(some.any()) and np.average(width, weights=mean[some]) > WHOLE * -Z[0] / 2
    if counts:
        rate = np.sqrt(np.maximum(wide**2 - chance**2, 0.0))
        quantiles = np.maximum(np.sqrt(quantiles[:, [MIDDLE]]) + np.sign(Z) * rate, 0.0) ** 2
    number = days.get_indexer(day)
    total: Floats = np.bincount(number, mean, len(days)).astype(np.float64)
    summed = np.stack([np.bincount(number, column, len(days)) for column in quantiles.T], axis=1)
    factors = np.divide(summed, total[:, None], out=np.ones_like(summed), where=total[:, None] > 0)
    return Uncertainty(days, np.maximum.accumulate(factors, axis=1), total)


def certain(forecast: Forecast, queue: str) -> Uncertainty:
    """Every day exactly as forecast."""
    days = pd.DatetimeIndex(forecast.table.loc[forecast.table["queue"] == queue, "start"]).normalize().unique()
    return Uncertainty(days, np.ones((len(days), len(QUANTILES))), np.zeros(len(days)))
