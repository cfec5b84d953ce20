"""How far off the regression may be on each day by its own account: what it has seen of such days, and how far ahead.

h days after the last that taught, the log of a day's contacts is off with a variance of the noise's variance times

      (1 - rho^2h) / (1 - rho^2)   what the day before did not tell, carried on
    + x V x'                       effects of its regressors that few days have taught, V their covariance
    + r^2 h / STEP                 a level that goes on to wander, r its ratio to the noise
    + what no day has taught       its prior, as much as a day's noise at most; half of what was guessed in its place;
                                   and 0.2 on days of a festival that no year has told

(Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, eq. 2.9; the memory as in Hamilton, Time Series
Analysis, 1994, eq. 4.2.22). The backtest says by how much that account is wrong.
"""

from __future__ import annotations

import numpy as np

from forecast.model.features import Features
from forecast.model.shrinkage import START, STEP, Design, Shrinkage, covariance, whitened

GUESS = 0.5  # of what was believed of a day without any like it
CLIP = 4.0  # robust standard deviations beyond which a day says nothing of the noise
LEAST = 0.01
UNSEEN = 0.2  # standard deviation of the log of what days of a festival do that no year has told


def sizes(
    columns: Design,
    calendar: Features,
    at: np.ndarray,
    ahead: np.ndarray,
    prior: Shrinkage,
    residual: np.ndarray,
    guessed: np.ndarray,
) -> np.ndarray:
    """Standard deviation of the log error of the days `ahead`.

    `at` are the days that taught and `residual` what their logs were off by; `guessed` is the log by which each of the
    days `ahead` was believed to differ before any like it was seen.
    """
    wx, fresh = whitened(columns.values[at], residual, at, prior.rho)
    unsure = covariance(wx, prior.ratio)
    fitted = float(((wx @ unsure) * wx).sum())  # days that the effects took to fit themselves
    noise = _noise(fresh, len(at) - fitted)
    rows = columns.values[ahead]
    effects = ((rows @ unsure) * rows).sum(axis=1)
    far = np.maximum(ahead - at[-1], 1)
    day = (1 - prior.rho ** (2 * far)) / (1 - prior.rho**2)
    of_level = prior.ratio[columns.groups == "level"]
    wander = (float(of_level.max()) if len(of_level) else START["level"]) ** 2 * far / STEP
    new, festival = _untaught(columns, calendar, at, ahead, prior)
    guess = np.where(new > 0, (GUESS * guessed / noise) ** 2, 0.0) + (UNSEEN / noise) ** 2 * festival
    return np.asarray(noise * np.sqrt(day + effects + wander + np.minimum(new, 1.0) + guess))


def _noise(fresh: np.ndarray, free: float) -> float:
    """Standard deviation of what of each day the day before did not tell, of `free` days that were not fitted.

    It is itself the less sure the fewer they are: as much wider as Student's t is than a normal.
    """
    free = max(free, 3.0)
    most = CLIP * 1.4826 * float(np.median(np.abs(fresh)))
    return max(float(np.sqrt((np.clip(fresh, -most, most) ** 2).sum() / (free - 2))), LEAST)


def _untaught(
    columns: Design, calendar: Features, at: np.ndarray, ahead: np.ndarray, prior: Shrinkage
) -> tuple[np.ndarray, np.ndarray]:
    """Variance that regressors add which never were anything on a day that taught: that of their prior; and how far
    each day lies within days of a festival that no day has told of (1 within them)."""
    unseen = ~(calendar.values[at] != 0).any(axis=0)
    ratio = {str(g): float(prior.ratio[columns.groups == g].max()) for g in np.unique(columns.groups)}
    groups = np.array(calendar.groups)[unseen]
    of = np.array([ratio.get(str(g), START.get(str(g), 1.0)) for g in groups], dtype=float)
    squares = calendar.values[ahead][:, unseen] ** 2
    return (squares * of**2).sum(axis=1), np.minimum(squares[:, groups == "festival"].sum(axis=1), 1.0)
