"""How many contacts each day should have had, told by all the other days; and which runs of days do not fit.

The log of a day's contacts is a Gaussian process: calendar effects shrunk as the regression model shrinks them, a level
that wanders, noise that remembers. With its precision matrix Q and the days' logs y, the days of a set B are foretold
by all others as y[B] - inv(Q[B,B]) (Q y)[B] (Rasmussen and Williams 2006, eq. 5.12, for blocks), and a pattern v, be it
a day, a run of days or a step, is as unlikely as z = v'Qy / sqrt(v'Qv) is far from 0 (Chen and Liu 1993).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from scipy.linalg import cholesky, solve, solve_triangular
from scipy.special import ndtri

from forecast.blas import one_thread
from forecast.model.features import features
from forecast.model.shrinkage import design, shrinkage
from forecast.model.training import told
from forecast.occasion import FESTIVALS, SHOPPING
from forecast.season import Season

LEAST = 42  # days that must be known before anything can be said of one of them
MOST = 2200  # days looked at: six years; the matrix of more takes too long
STIFF = 0.1  # most that the level may wander, in units of the noise: a freer one would swallow a shift
FREE = 0.3  # how far it may wander when asked whether a shift could be a drift
# Least prior of what each festival does near its peak. Shrinkage learns it from all of them, small ones and feet of
# great ones too: of a great festival seen once, most would seem amiss.
GREAT = 6.0
NEAR = 5  # days beyond a festival's peak days that count as near
FAR = 5.0  # standard deviations from its surroundings at which a day is pulled in before it teaches
NOISE = 0.03  # least noise of a day's log, beyond chance
CALM = 0.98  # share of days whose errors tell how wide the tails are


@dataclass(frozen=True, eq=False)
class Level:
    """`log` is log(1 + contacts) less what all days share, 0 where nothing is known; `precision` is Q, in 1 / log^2.

    Days that teach nothing, or were set aside, have rows and columns of zeros in Q: nothing is asked of them.
    """

    days: pd.DatetimeIndex
    log: np.ndarray
    centre: np.ndarray
    precision: np.ndarray
    whole: np.ndarray  # Q before any day was set aside
    known: np.ndarray
    memory: float  # what is left of one day's noise the day after
    wander: np.ndarray  # days x knots: how a level that is freer to wander would, a standard deviation each

    def without(self, days: np.ndarray) -> Level:
        """The level as the other days tell it: `days` (flags) are set aside."""
        at = np.flatnonzero(days & self.known)
        if not len(at):
            return self
        half = solve_triangular(cholesky(self.precision[np.ix_(at, at)], lower=True), self.precision[at], lower=True)
        taken = half.T @ half  # of one matrix with itself, so that it is symmetric to the last bit
        np.subtract(self.precision, taken, out=taken)
        taken[at] = 0.0
        taken[:, at] = 0.0
        return replace(self, precision=taken, known=self.known & ~days)

    def stepping(self, day: int) -> Level:
        """The level when it may step at `day`, by however much."""
        v = np.zeros(len(self.days))
        v[day:] = 1.0
        return replace(
            self,
            precision=_free(self.precision, v),
            whole=_free(self.whole, v),
        )

    def abrupt(self, v: np.ndarray) -> float:
        """How unlikely the pattern `v` is, in standard deviations, when the level may also rise or fall in weeks."""
        pulled = self.precision @ self.wander
        inner = np.eye(self.wander.shape[1]) + self.wander.T @ pulled
        pull = self.precision @ v
        pull = pull - pulled @ solve(inner, self.wander.T @ pull, assume_a="pos")
        weight = float(pull @ v)
        return float(pull @ self.log) / weight**0.5 if weight > 0 else 0.0

    def foretold(self, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and covariance of the logs of `days` (positions), from the days known; these are set aside together."""
        flags = ~self.known
        flags[days] = True
        at = np.flatnonzero(flags)
        where = np.searchsorted(at, days)
        block = self.whole[np.ix_(at, at)]
        pull = (self.whole @ self.log)[at]
        answer = solve(block, np.column_stack([pull, np.eye(len(at))[:, where]]), assume_a="pos")
        mean = self.log[days] - answer[where, 0] + self.centre[days]
        return np.asarray(mean), np.asarray(answer[where, 1:])

    def each(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of every day's log, each told by all the others that are known."""
        diagonal = np.diag(self.precision)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = self.log - np.where(diagonal > 0, (self.precision @ self.log) / diagonal, 0.0) + self.centre
            spread = np.sqrt(1 / diagonal)
        rest = np.flatnonzero(~self.known)
        if len(rest):
            mean[rest], cov = self.foretold(rest)
            spread[rest] = np.sqrt(np.diag(cov))
        return mean, spread


@one_thread()
def level(contacts: pd.Series, season: Season, learning: pd.Series | None = None) -> Level | None:
    """The level of a queue's days (contacts, NaN where unknown); None with fewer than 42 days to learn from.

    Days of declared incidents and closures teach nothing, nor do days of 0 in a queue that is seldom at 0. `learning`
    are the same days rid of what is amiss, when that is known: how noisy and how seasonal days are is learnt from them.
    """
    contacts = contacts.iloc[-MOST:]
    past = told(contacts, season)
    taught = np.isfinite(past.log)
    at = np.flatnonzero(taught)
    if len(at) < LEAST:
        return None
    calendar = features(season, past.days, str(contacts.name or ""))
    columns = design(calendar, taught)
    y = past.log[at] - calendar.offset[at]
    middle = float(np.median(y))
    clean = past if learning is None else told(learning.iloc[-MOST:], season)
    teaching = np.flatnonzero(np.isfinite(clean.log) & taught)
    wide = _chance(clean.contacts, np.isfinite(clean.log) & taught)
    x = columns.values / wide[:, None]
    steady = _steadied(clean.log[teaching] - calendar.offset[teaching] - middle) / wide[teaching]
    prior = shrinkage(x[teaching], steady, teaching, columns.groups)
    ratio = np.where(columns.groups == "level", np.minimum(prior.ratio, STIFF), prior.ratio)
    ratio = np.where([name in _great() for name in columns.names], np.maximum(ratio, GREAT), ratio)
    inverse = _precision(x * ratio, prior.rho)
    log = np.zeros(len(x))
    log[at] = (y - middle) / wide[at]
    every = np.ones(len(x), dtype=bool)
    made = Level(past.days, log, np.zeros(len(x)), inverse, inverse, every, prior.rho, x[:, :0]).without(~taught)
    mean, spread = made.each()
    scale = _scale((log - mean)[at] / spread[at])
    unit = 1 / (scale * wide)
    whole = inverse * unit * unit[:, None]
    precision = whole if taught.all() else made.precision * unit * unit[:, None]
    wander = scale * np.sqrt(FREE**2 - STIFF**2) * columns.values[:, columns.groups == "level"]
    return Level(past.days, log * wide, middle + calendar.offset, precision, whole, taught, prior.rho, wander)


@cache
def _great() -> frozenset[str]:
    """Names of the regressors near the peak of a great festival, as `features` names them."""
    return frozenset(
        f"{key}{knot:+d}"
        for key, kind in (FESTIVALS | SHOPPING).items()
        if kind.peak is not None
        for knot in kind.knots
        if kind.peak[0] - NEAR <= knot <= kind.peak[1] + NEAR
    )


def _precision(x: np.ndarray, rho: float) -> np.ndarray:
    """The inverse of x x' + R, R[i, j] = rho ** |i - j|, by Woodbury's identity: R's own inverse has three bands."""
    middle = np.full(len(x), 1 + rho**2)
    middle[[0, -1]] = 1.0
    pulled = middle[:, None] * x
    pulled[1:] -= rho * x[:-1]
    pulled[:-1] -= rho * x[1:]
    pulled /= 1 - rho**2
    lower = cholesky(np.eye(x.shape[1]) + x.T @ pulled, lower=True, overwrite_a=True, check_finite=False)
    half = solve_triangular(lower, pulled.T, lower=True, check_finite=False)
    inverse = half.T @ half  # of one matrix with itself, so that it is symmetric to the last bit
    np.negative(inverse, out=inverse)
    at = np.arange(len(x))
    inverse[at, at] += middle / (1 - rho**2)
    inverse[at[1:], at[:-1]] -= rho / (1 - rho**2)
    inverse[at[:-1], at[1:]] -= rho / (1 - rho**2)
    return np.asarray(inverse)


def _free(precision: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The precision when any multiple of `v` may have been added."""
    pull = precision @ v
    return np.asarray(precision - np.outer(pull, pull) / (v @ pull)) if v @ pull > 0 else precision


def _chance(contacts: np.ndarray, taught: np.ndarray) -> np.ndarray:
    """How noisy each day's log is against a busy day's: a count of few varies more, relative to itself."""
    usual = pd.Series(np.where(taught, contacts, np.nan)).rolling(29, center=True, min_periods=1).median()
    expected = np.maximum(usual.interpolate(limit_direction="both").to_numpy(dtype=float), 1.0)
    log = np.where(taught, np.log1p(np.where(taught, contacts, 0.0)), np.nan)
    step = pd.Series(log - np.log1p(expected)).diff(7).to_numpy() / np.sqrt(2)
    told = np.isfinite(step)
    seen = float(np.median(step[told] ** 2)) / 0.455 if told.any() else 0.0
    own = max(seen - float(np.median(1 / expected[taught])), NOISE**2)
    wide = np.sqrt(own + 1 / (1 + expected))
    return np.asarray(wide / np.median(wide[taught]))


def _steadied(y: np.ndarray) -> np.ndarray:
    """The logs with single days pulled in towards their surroundings, so that no typing error teaches the shrinkage."""
    series = pd.Series(y)
    usual = series.rolling(15, center=True, min_periods=4).median().to_numpy()
    away = y - usual
    spread = 1.4826 * float(np.median(np.abs(away))) + 1e-9
    return np.asarray(usual + np.clip(away, -FAR * spread, FAR * spread))


def _scale(z: np.ndarray) -> float:
    """How wide errors are, robustly, the larger of what their middle and their tails tell; 98% of them speak."""
    middle = float(np.median(np.abs(z))) / float(ndtri(0.75))
    tail = float(np.quantile(np.abs(z), CALM)) / float(ndtri(0.5 + CALM / 2))
    return max(middle, tail, 1e-6)
