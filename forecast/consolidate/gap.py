"""What a source did not tell though it usually does."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from forecast.consolidate.finding import CLOCK, Finding
from forecast.history import DAY, LATE, History
from forecast.language import Text
from forecast.measure import series


def gaps(history: History) -> list[Finding]:
    """Each run of intervals of which a source tells no contacts where its queue is usually open, by queue and source.

    A night or a Sunday, when it is always closed, neither makes a gap nor ends one. A source that told nothing for
    more than the last four weeks has left, which is one finding too.
    """
    found: list[Finding] = []
    ends = history.table.groupby("queue", observed=True)["start"].max().dt.normalize() + DAY
    for rows in series(history):
        found += _runs(rows, history.interval)
        found += _left(rows, ends[rows["queue"].iloc[0]], history.interval)
    return found


def _runs(rows: pd.DataFrame, step: pd.Timedelta) -> Iterator[Finding]:
    matters = rows[rows["told"] | rows["silent"]]
    silent = matters["silent"].to_numpy()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], silent.astype(int), [0]))))
    queue, source = str(rows["queue"].iloc[0]), str(rows["source"].iloc[0])
    starts = matters["start"].to_numpy()
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        start, end = pd.Timestamp(starts[first]), pd.Timestamp(starts[last - 1]) + step
        text = Text(
            "no contacts are told from {start} to {end}: {count} intervals in which they usually are",
            start=f"{start:{CLOCK}}",
            end=f"{end:{CLOCK}}",
            count=int(last - first),
        )
        yield Finding("gap", queue, source, start, end, text, float(last - first), 0.0)


def _left(rows: pd.DataFrame, end: pd.Timestamp, step: pd.Timedelta) -> Iterator[Finding]:
    after = pd.Timestamp(rows["start"].iloc[-1]) + step
    if end - after > LATE:
        text = Text("no row after {day}; it is taken to have left", day=f"{after - DAY:%Y-%m-%d}")
        queue, source = str(rows["queue"].iloc[0]), str(rows["source"].iloc[0])
        yield Finding("gap", queue, source, after, end, text)
