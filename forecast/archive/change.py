"""What a change of the archive does to the history it tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.language import Text
from forecast.measure import KEYS, NUMBERS, arranged, ordered

CORRECTED = ("start", "queue", "source", "column", "old", "new")


@dataclass(frozen=True, eq=False)
class Change:
    """What import `number` (None: nothing was stored) did to the history.

    `added` and `removed` are rows; `corrected` has a row for each value: start, queue, source, column, old, new (NaN
    unknown, '' no site); `unchanged` counts the rows of the import that make no difference. `said` tells it in words.
    """

    number: int | None
    added: pd.DataFrame
    corrected: pd.DataFrame
    removed: pd.DataFrame
    unchanged: int
    said: Text

    @property
    def nothing(self) -> bool:
        """Whether the history is what it was before."""
        return not (len(self.added) or len(self.corrected) or len(self.removed))


def merged(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The tables laid on one another, value by value: the known values of a later one hold."""
    if len(tables) == 1:
        return arranged(tables[0])
    rows = pd.concat(tables, ignore_index=True)
    again = rows.duplicated(list(KEYS), keep=False)
    if not again.any():
        return ordered(rows)
    both = rows[again]
    if "site" in both:
        both = both.assign(site=both["site"].astype(object).where(both["site"].fillna("") != "", None))
    last = both.groupby(list(KEYS), sort=False, as_index=False).last()
    return ordered(pd.concat([rows[~again], last[rows.columns]], ignore_index=True))


def difference(keys: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, ...]:
    """Rows of `keys` that are in `after` only, values that differ, and rows that are in `before` only."""
    old, new = _beside(keys, before), _beside(keys, after)
    was, is_ = old.pop("there").to_numpy(dtype=bool), new.pop("there").to_numpy(dtype=bool)
    parts = [keys.loc[:, list(KEYS)].iloc[:0].assign(column="", old=None, new=None)]
    for name in (*NUMBERS, "site"):
        if name not in old and name not in new:
            continue
        one, two = _values(old, name), _values(new, name)
        same = (one == two) | (np.isnan(one) & np.isnan(two)) if name != "site" else one == two
        at = was & is_ & ~same
        if at.any():
            values = {"column": name, "old": one[at].astype(object), "new": two[at].astype(object)}
            parts.append(keys.loc[at, list(KEYS)].assign(**values))
    corrected = pd.concat(parts[1:] or parts).sort_values([*KEYS, "column"], ignore_index=True)[list(CORRECTED)]
    return new[is_ & ~was].reset_index(drop=True), corrected, old[was & ~is_].reset_index(drop=True)


def _beside(keys: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The rows of `table` in the order of `keys`; `there` where there is one."""
    if table.empty:
        return keys[list(KEYS)].assign(there=False)
    beside = keys[list(KEYS)].merge(table.assign(there=True), on=list(KEYS), how="left")
    return beside.assign(there=beside["there"].notna())[[*(c for c in table.columns), "there"]]


def _values(table: pd.DataFrame, name: str) -> np.ndarray:
    if name == "site":
        if name not in table:
            return np.full(len(table), "", dtype=object)
        return np.asarray(table[name].astype(object).where(table[name].notna(), "").to_numpy(dtype=object))
    if name not in table:
        return np.full(len(table), np.nan)
    return np.asarray(table[name].to_numpy(dtype=float, na_value=np.nan))
