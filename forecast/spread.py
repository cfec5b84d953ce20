"""How sure a forecast is: quantiles of its past errors, peak days apart from ordinary days.

A model that says of each day how far off it may be (`model.unsure`) is taken at its word in what it says of one day
against another; its past errors over what it said tell by how much it is wrong on the whole and what their tails are.

Of a model that says nothing the variance of a log error h days ahead is taken as v (1 + g h): what a day is off by
itself, and a level that wanders. g is the most probable on a grid, given the errors; days of one origin err together,
so they count as few. A past bias is not expected again: on real series it hardly ever was.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from forecast.forecast import QUANTILES

LEAST = 30  # errors below which a kind of day does not speak for itself
UNKNOWN = 0.35  # standard deviation of the log error where no backtest could be made
PEAK = 1.6  # how much wider a peak day is where too few were seen
GROWTH = (0.0, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15)  # of an error's variance a day further ahead
USUAL = 0.007  # growth believed before any error is seen, within a factor of e
EACH = 4.0  # errors that the days of one origin count for
BELIEF = 200.0  # errors for which a model's own word stands, as normal, beside what its errors were like
PEAK_WIDER = 1.25  # than its word, of a peak day before any error is seen
PEAK_BELIEF = 300.0  # errors on peak days for which that stands
TOLD = 10  # errors below which they tell nothing
FAR = 400.0  # days ahead beyond which nobody has measured: bands stay as wide
Z: np.ndarray = np.asarray(ndtri(QUANTILES))


@dataclass(frozen=True, eq=False)
class Spread:
    """Logs of the factors by which a day's contacts plus one may differ from the expected plus one, one for each of
    QUANTILES, over the size its model says of the day (1 where it says nothing).

    They hold `middle` days ahead; `growth` is that of an error's variance a day, in units of the variance at 0.
    """

    ordinary: np.ndarray
    peak: np.ndarray
    growth: float = 0.0
    middle: float = 0.0

    def of_days(
        self, expected: np.ndarray, peak: np.ndarray, ahead: np.ndarray, size: np.ndarray | None = None
    ) -> np.ndarray:
        """Quantiles of the contacts of days `ahead` of the origin (0 the first day forecast), days x QUANTILES.

        `size` as the spread was made with. Days where nothing is expected have nothing.
        """
        logs = np.where(peak[:, None], self.peak[None, :], self.ordinary[None, :])
        wider = np.sqrt((1 + self.growth * np.minimum(ahead, FAR)) / (1 + self.growth * self.middle))
        wider = wider if size is None else wider * size
        quantiles = np.maximum((expected[:, None] + 1) * np.exp(logs * wider[:, None]) - 1, 0.0)
        return np.where(expected[:, None] > 0, quantiles, 0.0)


def spread(
    actual: np.ndarray,
    expected: np.ndarray,
    peak: np.ndarray,
    ahead: np.ndarray,
    origins: int,
    size: np.ndarray | None = None,
) -> Spread:
    """The spread that the errors of a backtest show, each `ahead` days from its origin.

    `size` is the standard deviation of each day's log as the model says, None where it says nothing. `origins` errors
    of level were seen, however many days told them.

    Days where nothing was expected or known do not count. A kind of day with few errors takes the other's spread,
    widened; a model that says nothing and has no backtest is assumed to have a log error of 0.35.
    """
    told = np.isfinite(actual) & np.isfinite(expected) & (expected > 0)
    error, high = np.log1p(actual[told]) - np.log1p(expected[told]), peak[told]
    if size is not None:
        return _at_its_word(error / size[told], high)
    lead = np.minimum(ahead[told].astype(float), FAR)
    if len(error) < LEAST:
        return Spread(Z * UNKNOWN, Z * UNKNOWN * PEAK, USUAL)
    # Origins are few and days of one origin err together: the spread of the next origin is wider than that of the last.
    wider = np.sqrt(1 + 1 / max(origins, 1))
    ordinary = wider * _shape(error[~high] if (~high).sum() >= LEAST else error)
    peaks = wider * _shape(error[high]) if high.sum() >= LEAST else ordinary * PEAK
    return Spread(ordinary, peaks, _growth(error, high, lead, origins), float(lead.mean()))


def _at_its_word(error: np.ndarray, high: np.ndarray) -> Spread:
    """The spread of errors over what the model said of their days."""
    shape, wider = Z, float(np.log(PEAK_WIDER))
    if len(error) >= TOLD:
        trust = BELIEF / (len(error) + BELIEF)
        shape = trust * Z + (1 - trust) * _shape(error)
    if high.sum() >= TOLD:
        trust = PEAK_BELIEF / (high.sum() + PEAK_BELIEF)
        wider = trust * wider + (1 - trust) * float(np.log(_size(error[high]) / _size(error)))
    return Spread(shape, shape * np.exp(wider))


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


def _shape(error: np.ndarray) -> np.ndarray:
    """Smooth quantiles of errors about their median: half empirical, half of a normal with their robust spread.

    Tails of few errors jump from one to the next; the normal half steadies them.
    """
    empirical = np.quantile(error, QUANTILES, method="median_unbiased") - np.median(error)
    return np.maximum.accumulate(0.5 * (empirical + Z * _size(error)))


def _size(error: np.ndarray) -> float:
    """Robust standard deviation of errors, never 0."""
    low, high = np.quantile(error, (0.1, 0.9), method="median_unbiased")
    return max(float(high - low) / (2 * float(ndtri(0.9))), 1e-6)
