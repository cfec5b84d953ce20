"""How good a forecast was: the formulas, and the scores of a series from an origin."""

from __future__ import annotations

import numpy as np

from forecast.accuracy import NAN, bias, coverage, wape
from forecast.forecast import LEVELS, QUANTILES

BANDS = {"80": ("p10", "p90"), "95": ("p025", "p975")}
MEASURES = (
    "wape",
    "wape_peak",
    "wql",
    "cover80",
    "cover80_peak",
    "cover95",
    "cover95_peak",
    "bias",
    "bias_peak",
)


def wql(actual: np.ndarray, quantiles: np.ndarray) -> float:
    """Weighted quantile loss: twice the sum of pinball losses over the sum of what came, mean over the nine levels.

    `quantiles` is a row for each of `actual`, a column for each level. NaN where nothing came.

    >>> wql(np.array([100.0]), np.full((1, 9), 90.0))  # every level is told 90: mean of 2 x level x 10 / 100
    0.1
    """
    if quantiles.shape != (len(actual), len(QUANTILES)):
        raise ValueError(f"quantiles must be {len(actual)} x {len(QUANTILES)}, got {quantiles.shape}")
    known = np.isfinite(actual) & np.isfinite(quantiles).all(axis=1)
    a, q, level = actual[known, None], quantiles[known], np.array(QUANTILES)[None, :]
    if not a.sum() > 0:
        return NAN
    loss = np.maximum(level * (a - q), (level - 1) * (a - q)).sum(axis=0)
    return float((2 * loss / a.sum()).mean())


def scores(
    actual: np.ndarray, mean: np.ndarray, quantiles: np.ndarray, peak: np.ndarray, closed: np.ndarray
) -> dict[str, float]:
    """MEASURES of one series from one origin, NaN where there is nothing to measure.

    Pairs with an unknown actual do not count. Times that were closed before and told 0 again do not count for coverage,
    where they would be right for nothing.
    """
    found = {"wape": wape(actual, mean), "wape_peak": wape(actual[peak], mean[peak]), "wql": wql(actual, quantiles)}
    told = ~(closed & (actual == 0))
    for name, (low, high) in BANDS.items():
        lo, hi = quantiles[:, LEVELS.index(low)], quantiles[:, LEVELS.index(high)]
        for kind, which in (("", told), ("_peak", told & peak)):
            found[f"cover{name}{kind}"] = coverage(actual[which], lo[which], hi[which])
    found |= {"bias": bias(actual, mean), "bias_peak": bias(actual[peak], mean[peak])}
    return found
