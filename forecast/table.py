"""The check every stage's table passes: its columns, their kinds, their order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

KEYS = ("start", "week", "queue", "source", "date")


def check(table: pd.DataFrame, columns: Sequence[str], name: str, non_negative: Sequence[str] = ()) -> None:
    """Pass a table that has `columns`, whole keys and no infinity; `non_negative` columns hold numbers >= 0.

    Raises:
        ValueError: naming the stage, the column and the first row at fault.
    """
    missing = [c for c in columns if c not in table.columns]
    if missing:
        raise ValueError(f"{name}: columns {', '.join(missing)} are missing")
    for column in KEYS:
        if column in table.columns and table[column].isna().any():
            raise ValueError(f"{name}: {column} is empty in row {int(np.argmax(table[column].isna()))}")
    for column in non_negative:
        values = table[column].to_numpy(dtype=float)
        wrong = ~(np.isfinite(values) & (values >= 0))
        if wrong.any():
            row = int(np.argmax(wrong))
            raise ValueError(f"{name}: {column} must be a number of 0 or more, got {values[row]} in row {row}")
