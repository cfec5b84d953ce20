"""How far a forecast was from what came: pure formulas. Pairs with an unknown on either side do not count."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

NAN = float("nan")


def wape(actual: ArrayLike, expected: ArrayLike) -> float:
    """Sum of absolute errors over the sum of what came; NaN where nothing came.

    >>> wape([100, 0, 50], [90, 5, 50])
    0.1
    """
    a, e = _known(actual, expected)
    total = np.abs(a).sum()
    return float(np.abs(a - e).sum() / total) if total > 0 else NAN


def bias(actual: ArrayLike, expected: ArrayLike) -> float:
    """Sum of expected less actual over the sum of what came: above 0 too much was expected.

    >>> bias([100, 100], [110, 100])
    0.05
    """
    a, e = _known(actual, expected)
    total = np.abs(a).sum()
    return float((e - a).sum() / total) if total > 0 else NAN


def mase(actual: ArrayLike, expected: ArrayLike, past: ArrayLike, season: int = 7) -> float:
    """Mean absolute error over that of last season's value within the past (Hyndman and Koehler 2006).

    >>> mase([10, 12], [11, 11], past=[1, 2, 3, 4], season=1)
    1.0
    """
    a, e = _known(actual, expected)
    told = np.asarray(past, dtype=float)
    steps = np.abs(told[season:] - told[:-season])
    steps = steps[np.isfinite(steps)]
    if not len(a) or not len(steps) or steps.mean() == 0:
        return NAN
    return float(np.abs(a - e).mean() / steps.mean())


def pinball(actual: ArrayLike, quantile: ArrayLike, level: float) -> float:
    """Mean quantile loss: least where `quantile` is not exceeded with probability `level` (Koenker and Bassett 1978).

    >>> pinball([10, 10], [8, 12], level=0.9)
    1.0
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level}")
    a, q = _known(actual, quantile)
    return float(np.maximum(level * (a - q), (level - 1) * (a - q)).mean()) if len(a) else NAN


def coverage(actual: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Share of what came that lay between `low` and `high`, both included.

    >>> coverage([1, 2, 3, 9], [0, 2, 4, 0], [2, 2, 5, 9])
    0.75
    """
    a, lo = np.broadcast_arrays(np.asarray(actual, dtype=float), np.asarray(low, dtype=float))
    hi = np.broadcast_to(np.asarray(high, dtype=float), a.shape)
    known = np.isfinite(a) & np.isfinite(lo) & np.isfinite(hi)
    return float(((a >= lo) & (a <= hi))[known].mean()) if known.any() else NAN


def _known(actual: ArrayLike, other: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.asarray(actual, dtype=float), np.asarray(other, dtype=float)
    if a.shape != b.shape:
        raise ValueError(f"actual and expected must have one length, got {a.shape} and {b.shape}")
    known = np.isfinite(a) & np.isfinite(b)
    return a[known], b[known]
