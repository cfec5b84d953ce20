"""Days that may come, drawn together: errors go on from day to day and from queue to queue, so sums are as unsure
as they are.

A day's quantiles say how unsure that day is, not whether tomorrow will err the same way. Past errors say that: each
is turned into the normal score it had within its own day's band; scores z of queue q, h days ahead, are normal with

    corr(z[q, h], z[r, k]) = queues[q, r] (level + wave memory^|h - k| + own [h = k]),   level + wave + own = 1,

a Gaussian copula (Nelsen, An Introduction to Copulas, 2006, ch. 2) whose margins are the forecast's own bands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.backtest import Backtest, sizes
from forecast.forecast import LEVELS, QUANTILES, Forecast
from forecast.spread import Z

FURTHEST = 3.0  # normal scores beyond which no past error has told anything: paths end there
LAGS = 28  # days apart whose errors are compared
BELIEF = 60.0  # pairs of days for which the usual correlation of two queues stands beside their own
GRID = np.linspace(0.0, 1.0, 11)
MEMORIES = (0.3, 0.5, 0.7, 0.85, 0.95)


@dataclass(frozen=True, eq=False)
class Together:
    """How errors go together: `level`, `wave` and `memory` over days, `queues` a correlation matrix of the queues."""

    level: float
    wave: float
    memory: float
    queues: np.ndarray

    def over(self, days: int) -> np.ndarray:
        """The correlation of errors over `days` days, days x days."""
        apart = np.abs(np.subtract.outer(np.arange(days), np.arange(days)))
        matrix = self.level + self.wave * self.memory**apart
        np.fill_diagonal(matrix, 1.0)
        return np.asarray(matrix)


@dataclass(frozen=True, eq=False)
class Paths:
    """`contacts`: paths x days x queues, each path as likely as the next."""

    days: pd.DatetimeIndex
    queues: tuple[str, ...]
    contacts: np.ndarray

    def __post_init__(self) -> None:
        if self.contacts.shape[1:] != (len(self.days), len(self.queues)):
            shape = (len(self.days), len(self.queues))
            raise ValueError(f"contacts must be paths x {shape}, got {self.contacts.shape}")
        if not (np.isfinite(self.contacts).all() and (self.contacts >= 0).all()):
            raise ValueError("contacts must be finite and 0 or more")

    def summed(self, groups: Mapping[str, Sequence[str]]) -> Paths:
        """Paths of groups of queues: sites, channels, the total. Raises ValueError for a queue that is not here."""
        for name, members in groups.items():
            strange = [q for q in members if q not in self.queues]
            if strange:
                raise ValueError(f"{name}: queues must be of {', '.join(self.queues)}, got {', '.join(strange)}")
        at = {q: k for k, q in enumerate(self.queues)}
        parts = [self.contacts[:, :, [at[q] for q in members]].sum(axis=2) for members in groups.values()]
        return Paths(self.days, tuple(groups), np.stack(parts, axis=2))

    def weekly(self) -> Paths:
        """The same paths by week, each named after its Monday; the first and last week may be parts of one."""
        monday = self.days - pd.to_timedelta(self.days.day_of_week, unit="D")
        weeks = monday.unique()
        sums = [self.contacts[:, monday == week].sum(axis=1) for week in weeks]
        return Paths(pd.DatetimeIndex(weeks), self.queues, np.stack(sums, axis=1))

    def table(self) -> pd.DataFrame:
        """start, queue, mean, p025 ... p975 over the paths, sorted by (queue, start)."""
        quantiles = np.quantile(self.contacts, QUANTILES, axis=0)
        parts = []
        for k, queue in enumerate(self.queues):
            part = pd.DataFrame({"start": self.days, "queue": queue, "mean": self.contacts[:, :, k].mean(axis=0)})
            part[list(LEVELS)] = quantiles[:, :, k].T
            parts.append(part)
        return pd.concat(parts, ignore_index=True)


def paths(forecast: Forecast, done: Backtest, count: int = 1000, seed: int = 0) -> Paths:
    """`count` paths of the forecast's days, all queues together; the same seed gives the same paths.

    A day's quantiles over the paths are its band; in between they run as straight lines in the logs of contacts
    over normal scores. Raises ValueError for less than one path.
    """
    if count < 1:
        raise ValueError(f"count must be 1 or more, got {count}")
    table, queues = forecast.days, forecast.queues
    days = pd.DatetimeIndex(table.loc[table["queue"] == queues[0], "start"])
    bands = np.log1p(table[list(LEVELS)].to_numpy(dtype=float)).reshape(len(queues), len(days), len(LEVELS))
    how = together(done, {q: forecast.models.get(q, "") for q in queues})
    over, across = np.linalg.cholesky(how.over(len(days)) + 1e-9 * np.eye(len(days))), _root(how.queues)
    draws = np.random.default_rng(seed).standard_normal((count, len(days), len(queues)))
    scores = np.clip(np.tensordot(draws, over, (1, 1)).transpose(0, 2, 1) @ across.T, -FURTHEST, FURTHEST)
    contacts = np.empty_like(scores)
    for q in range(len(queues)):
        for h in range(len(days)):
            contacts[:, h, q] = np.expm1(_line(scores[:, h, q], Z, bands[q, h]))
    return Paths(days, queues, np.maximum(contacts, 0.0))


def together(done: Backtest, models: Mapping[str, str]) -> Together:
    """How the past errors of each queue's model went together, over days and queues; what is usual where none tell."""
    scores = {queue: _scores(done, queue, model) for queue, model in models.items()}
    wide = pd.concat([s.rename(q) for q, s in scores.items()], axis=1).sort_index()
    level, wave, memory = _over_days(wide)
    return Together(level, wave, memory, _across(wide.to_numpy(dtype=float)))


def _scores(done: Backtest, queue: str, model: str) -> pd.Series:
    """Normal score of each past day within its own band, by (origin, day)."""
    rows = done.errors_of(queue, model)
    rows = rows[np.isfinite(rows["actual"].to_numpy(dtype=float)) & (rows["expected"] > 0)]
    index = pd.MultiIndex.from_arrays([rows["origin"], rows["day"]], names=["origin", "day"])
    if rows.empty:
        return pd.Series(dtype=float, index=index)
    ahead = ((rows["day"] - rows["origin"]) / pd.Timedelta(days=1)).to_numpy()
    expected, peak = rows["expected"].to_numpy(dtype=float), rows["peak"].to_numpy(bool)
    bands = done.spread(queue, model).of_days(expected, peak, ahead, sizes(rows))
    actual = np.log1p(rows["actual"].to_numpy(dtype=float))
    at = np.array([_line(actual[k : k + 1], np.log1p(bands[k]), Z)[0] for k in range(len(rows))])
    return pd.Series(np.clip(at, -FURTHEST, FURTHEST), index=index)


def _over_days(wide: pd.DataFrame) -> tuple[float, float, float]:
    """level, wave and memory, least squares on the mean products of scores some days apart, weighted by pairs."""
    found, pairs = np.zeros(LAGS), np.zeros(LAGS)
    for _, one in wide.groupby(level="origin"):
        origin = one.droplevel("origin")
        values = origin.reindex(pd.date_range(origin.index[0], origin.index[-1])).to_numpy(dtype=float)
        for lag in range(1, min(LAGS, len(values) - 1) + 1):
            product = values[lag:] * values[:-lag]
            found[lag - 1] += np.nansum(product)
            pairs[lag - 1] += np.isfinite(product).sum()
    lags = np.flatnonzero(pairs > 0)
    if not len(lags):
        return 0.2, 0.4, 0.7  # what the errors of real series are like: half of an error is the next day's too
    mean = found[lags] / pairs[lags]

    def misfit(shape: tuple[float, float, float]) -> float:
        level, wave, memory = shape
        return float((pairs[lags] * (mean - level - wave * memory ** (lags + 1.0)) ** 2).sum())

    shapes = [(a, b, m) for a in GRID[:-1] for b in GRID if a + b <= 0.95 for m in MEMORIES]
    level, wave, memory = min(shapes, key=misfit)
    return float(level), float(wave), memory


def _across(scores: np.ndarray) -> np.ndarray:
    """Correlation of the queues' scores, each pair leaning on the mean of all pairs, the more the fewer its days."""
    count = scores.shape[1]
    known = np.isfinite(scores)
    plain = np.where(known, scores, 0.0)
    pairs = (known[:, :, None] & known[:, None, :]).sum(axis=0).astype(float)
    size = np.sqrt(np.maximum((plain**2).sum(axis=0) / np.maximum(known.sum(axis=0), 1), 1e-9))
    product = plain.T @ plain / np.maximum(pairs, 1) / np.outer(size, size)
    others = ~np.eye(count, dtype=bool)
    usual = float((product * pairs)[others].sum() / pairs[others].sum()) if pairs[others].sum() else 0.3
    leant = (product * pairs + usual * BELIEF) / (pairs + BELIEF)
    np.fill_diagonal(leant, 1.0)
    return np.asarray(np.clip(leant, -0.99, 1.0))


def _root(correlation: np.ndarray) -> np.ndarray:
    """A root of a correlation matrix near to this one: eigenvalues below 0 are dropped, the diagonal is 1 again."""
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(root / np.sqrt((root**2).sum(axis=1, keepdims=True)))


def _line(x: np.ndarray, at: np.ndarray, y: np.ndarray) -> np.ndarray:
    """y over `at` in straight lines, going on beyond both ends as between the two points next to each."""
    inside = np.interp(x, at, y)
    low = (y[1] - y[0]) / max(at[1] - at[0], 1e-9)
    high = (y[-1] - y[-2]) / max(at[-1] - at[-2], 1e-9)
    under, over = np.minimum(x - at[0], 0.0), np.maximum(x - at[-1], 0.0)
    return np.asarray(inside + low * under + high * over)
