"""How sure a forecast is: quantiles of its past errors, peak days apart from ordinary days, wider the further ahead.

The variance of a log error h days ahead is taken as v (1 + g h): what a day is off by itself, and a level that wanders.
g is the most probable on a grid, given the errors; days of one origin err together, so they count as few.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from forecast.forecast import QUANTILES

LEAST = 30  # errors below which a kind of day does not speak for itself
UNKNOWN = 0.35  # standard deviation of the log error where no backtest could be made
PEAK = 1.6  # how much wider a peak day is where too few were seen
GROWTH = (0.0, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15)  # of an error's variance a day further ahead
USUAL = 0.007  # growth believed before any error is seen, within a factor of e
EACH = 4.0  # errors that the days of one origin count for
FAR = 400.0  # days ahead beyond which nobody has measured: bands stay as wide
Z: np.ndarray = np.asarray(norm.ppf(QUANTILES))


@dataclass(frozen=True, eq=False)
class Spread:
    """Factors by which a day's contacts plus one may differ from the expected plus one, one for each of QUANTILES.

    They hold `middle` days ahead; `growth` is that of an error's variance a day, in units of the variance at 0.
    """

    ordinary: np.ndarray
    peak: np.ndarray
    growth: float = 0.0
    middle: float = 0.0

    def of_days(self, expected: np.ndarray, peak: np.ndarray, ahead: np.ndarray) -> np.ndarray:
        """Quantiles of the contacts of days `ahead` of the origin (0 the first day forecast), days x QUANTILES.

        Days where nothing is expected have nothing.
        """
        factors = np.where(peak[:, None], self.peak[None, :], self.ordinary[None, :])
        wider = np.sqrt((1 + self.growth * np.minimum(ahead, FAR)) / (1 + self.growth * self.middle))
        middle = factors[:, 4:5]
        factors = middle * (factors / middle) ** wider[:, None]
        quantiles = np.maximum((expected[:, None] + 1) * factors - 1, 0.0)
        return np.where(expected[:, None] > 0, quantiles, 0.0)


def spread(actual: np.ndarray, expected: np.ndarray, peak: np.ndarray, ahead: np.ndarray, origins: int) -> Spread:
    """The spread that the errors of a backtest show, each `ahead` days from its origin.

    `origins` errors of level were seen, however many days told them.

    Days where nothing was expected or known do not count. A kind of day with fewer than 30 errors takes the other's
    spread, widened; without any backtest a log error of 0.35 is assumed.
    """
    told = np.isfinite(actual) & np.isfinite(expected) & (expected > 0)
    error = np.log1p(actual[told]) - np.log1p(expected[told])
    high, lead = peak[told], np.minimum(ahead[told].astype(float), FAR)
    if len(error) < LEAST:
        return Spread(np.exp(Z * UNKNOWN), np.exp(Z * UNKNOWN * PEAK), USUAL)
    # Origins are few and days of one origin err together: the spread of the next origin is wider than that of the last.
    wider = np.sqrt(1 + 1 / max(origins, 1))
    ordinary = _factors(error[~high] if (~high).sum() >= LEAST else error, wider)
    peaks = _factors(error[high], wider) if high.sum() >= LEAST else np.exp(np.log(ordinary) * PEAK)
    return Spread(ordinary, peaks, _growth(error, high, lead, origins), float(lead.mean()))


def _growth(error: np.ndarray, high: np.ndarray, lead: np.ndarray, origins: int) -> float:
    """The most probable growth of the errors' variance a day."""
    size = np.empty_like(error)
    for kind in (high, ~high):
        if kind.any():
            away = error[kind] - np.median(error[kind])
            size[kind] = away / max(1.4826 * float(np.median(np.abs(away))), 1e-9)
    square = np.minimum(size**2, 9.0)  # a day far off says little of the others
    weight = min(1.0, EACH * max(origins, 1) / len(error))

    def belief(growth: float) -> float:
        shape = 1 + growth * lead
        likelihood = -0.5 * (len(error) * np.log(np.mean(square / shape) + 1e-12) + np.log(shape).sum())
        return float(weight * likelihood - 0.5 * np.log((growth + 0.002) / USUAL) ** 2)

    return max(GROWTH, key=belief)


def of_intervals(means: np.ndarray, factors: np.ndarray, phi: float, cv: float) -> np.ndarray:
    """Quantiles of interval counts, intervals x QUANTILES.

    Three things err: the day (`factors`, days' quantiles over their mean, a row an interval), the count given the day
    (variance `phi` x mean) and the interval's share of the day (variance (`cv` x mean)^2). On the scale of the square
    root, where a count's variance does not hang on its mean (Anscombe 1948), their squares add.
    """
    root = np.sqrt(means)[:, None]
    centre = root * np.sqrt(factors[:, 4:5])
    day = root * np.sqrt(factors) - centre
    within = Z[None, :] ** 2 * (phi + (cv * root) ** 2) / 4
    bent = np.sign(Z)[None, :] * np.sqrt(day**2 + within)
    quantiles = np.maximum(centre + bent, 0.0) ** 2
    # Few contacts often are none: the chance of it under a negative binomial of this mean and dispersion.
    many = np.maximum(phi + cv**2 * means, 1 + 1e-9)
    none = np.exp(-means * np.log(many) / (many - 1))
    quantiles[none[:, None] >= np.array(QUANTILES)[None, :]] = 0.0
    return np.asarray(quantiles)


def _factors(error: np.ndarray, wider: float) -> np.ndarray:
    """Smooth quantiles of log errors as factors: half empirical, half of a normal with their robust spread.

    Tails of few errors jump from one to the next; the normal half steadies them. Half of a past bias is expected again.
    """
    centre = float(np.median(error))
    empirical = np.quantile(error, QUANTILES, method="median_unbiased") - centre
    low, high = np.quantile(error, (0.1, 0.9), method="median_unbiased")
    normal = Z * (high - low) / (2 * norm.ppf(0.9))
    shape = 0.5 * (empirical + normal)
    return np.asarray(np.exp(np.maximum.accumulate(0.5 * centre + wider * shape)))
