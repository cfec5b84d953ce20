"""How much to believe each group of regressors: empirical Bayes on a linear model with a wandering level.

log contacts[t] = level + trend + yearly[t] + regressors[t] b + u[t],  u[t] = rho u[t-1] + e[t],  e ~ N(0, s^2)
b[j] ~ N(0, (s r[group(j)])^2).  The ratios r and rho maximise the marginal likelihood, s profiled out
(Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, eq. 2.30 in its weight-space form).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular

from forecast.model.features import Features

STEP = 42  # days between the knots of the level
YEAR = 365.25
SEASONED = 1.2  # years from which on last year tells of this one
HARMONICS = 4  # of the year: a bend of six weeks
LOOSE = 30.0  # prior of what is always needed, in units of the noise
RATIOS = (0.05, 0.15, 0.4, 1.0, 2.5, 6.0)
LEVEL_RATIOS = (0.05, 0.1, 0.2, 0.4, 0.7)  # a freer level swallows the foot of a festival and ends too high
START = {"level": 0.2, "yearly": 0.4, "month": 0.15}
RHOS = (0.0, 0.25, 0.45, 0.65, 0.8)


Moments = tuple[np.ndarray, np.ndarray, float, int]  # x'x, x'y, y'y of whitened rows, and how many rows


@dataclass(frozen=True, eq=False)
class Design:
    """Columns of the level and of every regressor on training days followed by horizon days, by group."""

    values: np.ndarray
    names: tuple[str, ...]
    groups: np.ndarray


@dataclass(frozen=True, eq=False)
class Shrinkage:
    """Prior standard deviation of each column in units of the noise, and the noise's memory from day to day."""

    ratio: np.ndarray
    rho: float


def design(features: Features, taught: np.ndarray) -> Design:
    """The regressors that vary on taught days, and a level: constant, trend, yearly terms, a wander of 42-day steps.

    `taught` covers the training days only; `features` go on into the horizon, where the level stays as it ended.
    """
    n, length = len(taught), len(features.values)
    t = np.arange(length, dtype=float)
    blocks = [("loose", np.ones((length, 1)), ["constant"])]
    steps = np.arange(n - 1, STEP, -STEP, dtype=float)[::-1]
    if len(steps):
        wander = np.clip((t[:, None] - (steps[None, :] - STEP)) / STEP, 0.0, 1.0)
        blocks.append(("level", wander, [f"level_{int(s)}" for s in steps]))
    if n >= SEASONED * YEAR:
        angle = 2 * np.pi * t[:, None] / YEAR * np.arange(1, HARMONICS + 1)[None, :]
        yearly = np.hstack([np.sin(angle), np.cos(angle)])
        blocks.append(("yearly", yearly, [f"yearly_{k}" for k in range(2 * HARMONICS)]))
    if n >= YEAR:
        blocks.append(("level", (np.minimum(t, n + 90.0) / YEAR)[:, None], ["trend"]))
    told = features.values[:n][taught]
    used = features.which((told != 0).any(axis=0)) if len(told) else features
    groups = [g for g, _, names in blocks for _ in names] + ["loose" if g == "weekday" else g for g in used.groups]
    names = [name for _, _, names in blocks for name in names] + list(used.names)
    values = np.hstack([*(b for _, b, _ in blocks), used.values])
    return Design(values, tuple(names), np.array(groups))


def whitened(x: np.ndarray, y: np.ndarray, days: np.ndarray, rho: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows less `rho` times the row of the day before, where that day is there (Cochrane and Orcutt 1949)."""
    if rho == 0:
        return x, y
    follows = np.concatenate(([False], np.diff(days) == 1))
    before = np.concatenate(([0], np.arange(len(days) - 1)))
    scale = np.where(follows, 1.0, np.sqrt(1 - rho**2))
    back = np.where(follows, rho, 0.0)
    return scale[:, None] * x - back[:, None] * x[before], scale * y - back * y[before]


def shrinkage(x: np.ndarray, y: np.ndarray, days: np.ndarray, groups: np.ndarray) -> Shrinkage:
    """The shrinkage of the greatest marginal likelihood: each group in turn over its grid, then among its neighbours.

    `days` numbers the rows' days; the memory rho is chosen after each round.
    """
    free = [str(g) for g in dict.fromkeys(groups) if g != "loose"]
    grids = {g: LEVEL_RATIOS if g == "level" else RATIOS for g in free}
    at = {g: grids[g].index(START.get(g, 1.0)) for g in free}
    column = np.array([free.index(g) + 1 if g != "loose" else 0 for g in groups], dtype=int)
    moment = cache(_moments(x, y, days))

    def ratios() -> np.ndarray:
        return np.asarray(np.array([LOOSE, *(grids[g][at[g]] for g in free)])[column])

    rho = 0.45
    for reach in (len(RATIOS), 1):
        for number, g in enumerate(free, start=1):
            near = range(max(at[g] - reach, 0), min(at[g] + reach + 1, len(grids[g])))
            tried = [grids[g][k] for k in near]
            told = _evidences(moment(rho), ratios(), column == number, tried)
            at[g] = near[int(np.argmax(told + [_belief(g, r) for r in tried]))]
        said = ratios()
        rho = max(RHOS, key=lambda r: _evidence(moment(r), said))
    return Shrinkage(ratios(), rho)


def _belief(group: str, ratio: float) -> float:
    """Log of a wide prior on a group's ratio: with little data a group is neither dropped nor set free."""
    return float(-0.5 * (np.log(ratio / START.get(group, 1.0)) / 1.5) ** 2)


def effects(x: np.ndarray, y: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """The most probable effects of the columns of `x` under a prior of `ratio` times the noise."""
    return solver(x, ratio)(y)


def solver(x: np.ndarray, ratio: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """`effects` for any y: what hangs on `x` alone is done once."""
    inner = (x.T @ x) * ratio[:, None] * ratio[None, :]
    inner[np.diag_indices_from(inner)] += 1.0
    factor = cho_factor(inner, overwrite_a=True)
    return lambda y: np.asarray(ratio * cho_solve(factor, ratio * (x.T @ y)))


def covariance(x: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """The covariance of `effects`, given what was seen, in units of the noise's variance."""
    inner = (x.T @ x) * ratio[:, None] * ratio[None, :]
    inner[np.diag_indices_from(inner)] += 1.0
    return np.asarray(ratio[:, None] * cho_solve(cho_factor(inner, overwrite_a=True), np.diag(ratio)))


def _moments(x: np.ndarray, y: np.ndarray, days: np.ndarray) -> Callable[[float], Moments]:
    """The moments of `whitened` rows by rho, from products of the rows with themselves and with those before."""
    rows = np.column_stack([x, y])
    follows = np.concatenate(([False], np.diff(days) == 1))
    first, last = rows[~follows], rows[~np.concatenate((follows[1:], [False]))]
    whole, across = rows.T @ rows, rows[follows].T @ rows[np.flatnonzero(follows) - 1]
    alone, final, both = first.T @ first, last.T @ last, across + across.T

    def moment(rho: float) -> Moments:
        product = whole - rho * both + rho**2 * (whole - final - alone)
        return product[:-1, :-1], product[:-1, -1], float(product[-1, -1]), len(y)

    return moment


def _evidence(moment: Moments, ratio: np.ndarray) -> float:
    """Log marginal likelihood up to a constant, the noise profiled out."""
    return float(_evidences(moment, ratio, np.zeros(len(ratio), dtype=bool), (1.0,))[0])


def _evidences(moment: Moments, ratio: np.ndarray, group: np.ndarray, tried: Sequence[float]) -> np.ndarray:
    """`_evidence` with each of the ratios `tried` for the columns of `group`, the others' as they are.

    The others are factored once; what they leave of the group is seen along its own axes, where every ratio is a
    sum over eigenvalues.
    """
    gram, cross, square, n = moment
    rest = np.flatnonzero(~group)
    own = ratio[rest]
    inner = gram[np.ix_(rest, rest)] * own[:, None] * own[None, :]
    inner[np.diag_indices_from(inner)] += 1.0
    lower = cholesky(inner, lower=True, overwrite_a=True, check_finite=False)
    beside = np.column_stack([cross[rest], gram[np.ix_(rest, np.flatnonzero(group))]]) * own[:, None]
    half = solve_triangular(lower, beside, lower=True, check_finite=False)
    shared = half.T @ half
    left = gram[np.ix_(group, group)] - shared[1:, 1:]
    size, axes = np.linalg.eigh((left + left.T) / 2)
    size, along = np.maximum(size, 0.0), (axes.T @ (cross[group] - shared[1:, 0])) ** 2
    wide = np.asarray(tried)[:, None] ** 2
    missed = square - shared[0, 0] - (wide * along / (1 + wide * size)).sum(axis=1)
    missed = np.maximum(missed, 1e-9 * max(square, 1e-12))
    factors = np.log(np.diag(lower)).sum() + 0.5 * np.log1p(wide * size).sum(axis=1)
    return np.asarray(-0.5 * n * np.log(missed / n) - factors)
