"""Days whose year's days off are not announced yet, marked in every table that is handed over."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecast.season import Season

COLUMN = "provisional"


def marked(table: pd.DataFrame, season: Season, at: str = "start") -> pd.DataFrame:
    """The table with `provisional` last: 1 where the year of its day `at` has only days off by rule, else 0.

    A table without any such day stays as it is.
    """
    rule = np.isin(pd.DatetimeIndex(table[at]).year, season.provisional_years)
    return table.assign(**{COLUMN: rule.astype(int)}) if rule.any() else table


def years(season: Season, days: pd.Series) -> tuple[int, ...]:
    """The years among `days` whose days off are not announced yet."""
    told = set(pd.DatetimeIndex(days).year.unique())
    return tuple(year for year in season.provisional_years if year in told)
