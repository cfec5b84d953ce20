"""How sure a figure is: intervals of shares, means, slopes. Pure formulas over arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

Floats = NDArray[np.float64]
SURE = 0.95


def z_of(sure: float = SURE) -> float:
    """Standard deviations to either side that hold `sure` of a normal distribution.

    >>> round(z_of(0.95), 3)
    1.96
    """
    return float(ndtri(0.5 + sure / 2))


def t_of(freedom: ArrayLike, sure: float = SURE) -> Floats:
    """The same for Student's t; NaN where there is no freedom."""
    df = np.asarray(freedom, dtype=float)
    return np.where(df >= 1, stdtrit(np.maximum(df, 1), 0.5 + sure / 2), np.nan)


def wilson(count: ArrayLike, of: ArrayLike, sure: float = SURE) -> tuple[Floats, Floats]:
    """Wilson's score interval of a share `count` / `of`; NaN where `of` is 0.

    Newcombe (1998), table I: 81 of 263 is 0.2553 to 0.3662.

    >>> [round(float(end), 4) for end in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    x, n = np.asarray(count, dtype=float), np.asarray(of, dtype=float)
    some = np.where(n > 0, n, np.nan)
    z = z_of(sure)
    share = x / some
    middle = (share + z**2 / (2 * some)) / (1 + z**2 / some)
    half = z / (1 + z**2 / some) * np.sqrt(share * (1 - share) / some + z**2 / (4 * some**2))
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


@dataclass(frozen=True, eq=False)
class Spread:
    """Sums over intervals from which a weighted mean and its spread follow; arrays of one shape.

    weight: sum of w; total: of w x; weight2, total2, square2: of w^2, w^2 x, w^2 x^2; intervals: how many had w > 0.
    """

    weight: Floats
    total: Floats
    weight2: Floats
    total2: Floats
    square2: Floats
    intervals: Floats

    @property
    def mean(self) -> Floats:
        """The weighted mean; NaN where there is no weight."""
        return ratio(self.total, self.weight)

    @property
    def error(self) -> Floats:
        """The mean's standard error by the spread between intervals; NaN below two intervals.

        A ratio's: sqrt(m / (m - 1) sum w^2 (x - mean)^2) / sum w. With equal weights it is s / sqrt(m).
        """
        m, mean = self.intervals, self.mean
        squares = self.square2 - 2 * mean * self.total2 + mean**2 * self.weight2
        variance = np.maximum(squares, 0) * ratio(m, m - 1)
        return np.where(m >= 2, np.sqrt(variance) / np.where(self.weight > 0, self.weight, np.nan), np.nan)

    def interval(self, sure: float = SURE) -> tuple[Floats, Floats]:
        """The mean's interval; NaN below two intervals."""
        half = t_of(self.intervals - 1, sure) * self.error
        return self.mean - half, self.mean + half


@dataclass(frozen=True, eq=False)
class Slope:
    """Change a week over the weeks up to each, with its interval, and how many weeks it rests on."""

    slope: Floats
    low: Floats
    high: Floats
    weeks: Floats


def slopes(values: Floats, weights: Floats, window: int, least: int, sure: float = SURE) -> Slope:
    """Weighted least-squares slopes over the last `window` weeks up to each week, along the last axis.

    A week that is NaN or has no weight is left out; below `least` weeks (3 at least) the slope is NaN.
    """
    known = np.isfinite(values) & (weights > 0)
    w = _windows(np.where(known, weights, 0.0), window)
    y = _windows(np.where(known, values, 0.0), window)
    x = np.arange(window, dtype=float)
    count = (w > 0).sum(axis=-1).astype(float)
    total = w.sum(axis=-1)
    middle, level = ratio((w * x).sum(axis=-1), total), ratio((w * y).sum(axis=-1), total)
    dx = x - middle[..., None]
    sxx = (w * dx**2).sum(axis=-1)
    slope = ratio((w * dx * (y - level[..., None])).sum(axis=-1), sxx)
    slope = np.where(np.abs(slope) < 1e-12 * np.abs(level), 0.0, slope)  # what adding in another order may change
    left = y - level[..., None] - slope[..., None] * dx
    free = count - 2
    error = np.sqrt(ratio((w * left**2).sum(axis=-1), np.maximum(free, 0) * sxx))
    enough = count >= max(least, 3)
    slope = np.where(enough, slope, np.nan)
    half = t_of(free, sure) * error
    return Slope(slope, np.where(enough, slope - half, np.nan), np.where(enough, slope + half, np.nan), count)


def ratio(top: Floats, bottom: Floats) -> Floats:
    """top / bottom, NaN where bottom is 0 or unknown."""
    shape = np.broadcast_shapes(np.shape(top), np.shape(bottom))
    out: Floats = np.divide(top, bottom, out=np.full(shape, np.nan), where=np.broadcast_to(bottom, shape) != 0)
    return out


def _windows(values: Floats, window: int) -> Floats:
    before = np.zeros((*values.shape[:-1], window - 1))
    return np.lib.stride_tricks.sliding_window_view(np.concatenate([before, values], axis=-1), window, axis=-1)
