"""Ours beside the best single peer of each group, chosen in hindsight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.forecasts.ours import NAME

RATIOS = {"wape": "WAPE", "wape_peak": "WAPE, peak days", "wql": "weighted quantile loss"}


@dataclass(frozen=True)
class Ratio:
    """A measure of ours beside that of the best single peer of the group, known in hindsight."""

    ours: float
    peer: str
    best: float

    @property
    def value(self) -> float:
        """Ours over the best; below 1 ours is nearer."""
        return self.ours / self.best if self.best > 0 else float("nan")


def ratio(means: pd.DataFrame, measure: str) -> Ratio | None:
    """Ours over the best peer, from a row of means a method; None where there is nothing to measure it by."""
    column = means[measure].dropna()
    others = column.drop(NAME, errors="ignore")
    if NAME not in column.index or others.empty:
        return None
    return Ratio(float(column[NAME]), str(others.idxmin()), float(others.min()))


def geometric(ratios: Sequence[Ratio | None]) -> float:
    """The geometric mean of the ratios there are; NaN without any.

    >>> round(geometric([Ratio(0.1, "last week", 0.2), None, Ratio(0.4, "Prophet", 0.2)]), 9)
    1.0
    """
    values = np.array([r.value for r in ratios if r is not None and r.value > 0])
    return float(np.exp(np.log(values).mean())) if len(values) else float("nan")
