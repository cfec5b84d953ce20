"""What a forecaster said of a group: its means and quantiles, and what that cost."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.forecasts.origin import Past
from forecast.forecast import LEVELS, QUANTILES
from forecast.table import check

COLUMNS = ("queue", "origin", "unit", "start", "mean", *LEVELS)
Z: np.ndarray = np.asarray(stats.norm.ppf(QUANTILES))


@dataclass(frozen=True, eq=False)
class Said:
    """The forecasts of one forecaster for a group.

    `table`: a row per queue, origin, unit (day or interval) and start, with the mean and quantiles. `seconds`: CPU
    seconds of all, imports aside. `failed`: series x origins where it gave up and last week stands in.
    """

    table: pd.DataFrame
    seconds: float
    failed: int = 0

    def __post_init__(self) -> None:
        check(self.table, COLUMNS, "said")


def joined(parts: Iterable[Said]) -> Said:
    """The parts as one."""
    parts = list(parts)
    table = pd.concat([p.table for p in parts], ignore_index=True)
    return Said(table, sum(p.seconds for p in parts), sum(p.failed for p in parts))


def answer(past: Past, unit: str, mean: np.ndarray, quantiles: np.ndarray) -> pd.DataFrame:
    """Rows of Said.table for the days or the intervals that were asked.

    No contacts are ever below 0, and none come at times of the week that had none for eight weeks: this is granted to
    every peer, some of which know nothing of opening hours.
    """
    closed = np.asarray(past.closed.all(axis=1) if unit == "day" else past.closed.ravel())
    starts = past.days if unit == "day" else past.starts
    table = pd.DataFrame({"queue": past.queue, "origin": past.cut.origin, "unit": unit, "start": starts})
    table["mean"] = np.where(closed, 0.0, np.maximum(mean, 0.0))
    ordered = np.maximum.accumulate(np.maximum(quantiles, 0.0), axis=1)
    table[[*LEVELS]] = np.where(closed[:, None], 0.0, ordered)
    return table


def counts(mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Quantiles of counts, len(mean) x levels: negative binomial, near Poisson where the variance is not above."""
    m = np.maximum(mean, 1e-9)[:, None]
    over = np.maximum(variance[:, None], m * (1 + 1e-6))
    size = m**2 / (over - m)
    return np.asarray(stats.nbinom.ppf(np.array(QUANTILES)[None, :], size, size / (size + m)), dtype=float)


def cpu() -> float:
    """CPU seconds of this process so far, and of the processes it started that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
