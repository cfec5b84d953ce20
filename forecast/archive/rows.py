"""The rows of an import as they are kept: compressed, whole, and known by their content."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pandas as pd

from forecast.history import History
from forecast.measure import ALWAYS, NUMBERS, ORDER, arranged


def fit(history: History) -> History:
    """The history as it may be kept: its columns in order, in their kinds; one that tells nothing is left out.

    Raises:
        ValueError: a column that no history has (it might hold a customer's data), or a number below 0 or infinite.
    """
    strange = [c for c in history.table.columns if c not in ORDER]
    if strange:
        raise ValueError(f"archive: expected the columns of a history only, got {', '.join(map(str, strange))}")
    table = arranged(history.table)
    for name in NUMBERS:
        if name in table:
            values = table[name].to_numpy(dtype=float, na_value=np.nan)
            if (values < 0).any() or np.isinf(values).any():
                raise ValueError(f"archive: {name} must be 0 or more, or unknown")
            table[name] = values
    for name in ("queue", "source", *(["site"] if "site" in table else [])):
        table[name] = table[name].astype(str)
    table["start"] = table["start"].astype("datetime64[s]")
    return History(table, history.interval)


def packed(table: pd.DataFrame) -> bytes:
    """The rows as an Arrow file, compressed."""
    file = io.BytesIO()
    table.to_feather(file, compression="zstd")
    return file.getvalue()


def unpacked(data: bytes) -> pd.DataFrame:
    """The rows that `packed` made into `data`."""
    table = pd.read_feather(io.BytesIO(data), use_threads=False)
    table["start"] = table["start"].astype("datetime64[s]")
    for name in ("queue", "source", "site"):
        if name in table:
            table[name] = table[name].astype(str)
    return table


def content(history: History) -> str:
    """sha256 of the interval and the rows of a history made `fit`: the same for the same content, in any file."""
    table = history.table
    sha = hashlib.sha256(f"{int(history.interval.total_seconds())}|{','.join(table.columns)}|{len(table)}".encode())
    sha.update(table["start"].to_numpy().astype("datetime64[s]").astype("<i8").tobytes())
    for name in table.columns:
        if name in NUMBERS:
            values = table[name].to_numpy(dtype="<f8")
            values = np.where(np.isnan(values), np.nan, values + 0.0)  # one kind of unknown, one kind of nothing
            sha.update(values.tobytes())
        elif name != "start":
            codes, names = pd.factorize(table[name])
            sha.update("\0".join(map(str, names)).encode() + b"\0\0" + codes.astype("<i8").tobytes())
    return sha.hexdigest()


def empty() -> pd.DataFrame:
    """No rows, with the columns every history has."""
    kinds = {"start": "datetime64[s]", "queue": "str", "source": "str"}
    return pd.DataFrame({c: pd.Series(dtype=kinds.get(c, "float64")) for c in ALWAYS})
