"""Days whose year's days off are not announced yet, marked in every table that is handed over."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.season import Season

COLUMN = "provisional"


def marked(table: pd.DataFrame, years: Collection[int], at: str = "start", days: int = 1) -> pd.DataFrame:
    """The table with `provisional` last: 1 where the `days` from `at` on touch `years`, whose days off are by rule.

    A table without any such day stays as it is.
    """
    first = pd.DatetimeIndex(pd.to_datetime(table[at]))
    rule = np.isin(first.year, list(years)) | np.isin((first + pd.Timedelta(days=days - 1)).year, list(years))
    return table.assign(**{COLUMN: rule.astype(int)}) if rule.any() else table


def told(path: Path) -> tuple[int, ...]:
    """The years of the days that a stage's CSV file, as we write it, has marked; none where it has no such column."""
    table = pd.read_csv(path, usecols=lambda column: column in ("start", COLUMN))
    if COLUMN not in table.columns:
        return ()
    return tuple(sorted(set(pd.DatetimeIndex(pd.to_datetime(table.loc[table[COLUMN] == 1, "start"])).year)))


def years(season: Season, days: pd.Series) -> tuple[int, ...]:
    """The years among `days` whose days off are not announced yet."""
    told = set(pd.DatetimeIndex(days).year.unique())
    return tuple(year for year in season.provisional_years if year in told)
