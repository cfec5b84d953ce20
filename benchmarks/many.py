"""How long a forecast of many queues takes: the sample's days, each queue many times over with noise of its own.

    python -m benchmarks.many [QUEUES]

The whole of `forecast.predict` by day for 56 days, with its backtest, on all cores.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from forecast import predict
from forecast.history import DAY, History
from forecast.ingest import read_events, read_history

SAMPLE = Path(__file__).parents[1] / "data"
NOISE = 0.1  # standard deviation of a day's log


def copies(history: History, count: int) -> History:
    """So many queues by day, in turn from those of `history`."""
    daily, rng = history.daily(), np.random.default_rng(0)
    parts = []
    for number in range(count):
        days = daily.iloc[:, number % daily.shape[1]]
        offered = rng.poisson(np.nan_to_num(days.to_numpy()) * rng.lognormal(0, NOISE, len(days))).astype(float)
        parts.append(pd.DataFrame({"start": days.index, "queue": f"q{number:04d}", "offered": offered}))
    table = pd.concat(parts, ignore_index=True).assign(source="", handled=np.nan, abandoned=np.nan, aht_s=np.nan)
    return History(table, DAY)


def main(count: int) -> None:
    """Print the seconds of all, of one, and which models were chosen."""
    history, events = copies(read_history(SAMPLE / "history.csv.gz"), count), read_events(SAMPLE / "events.csv")
    begun = time.perf_counter()
    made = predict(history, 56, events=events)
    took = time.perf_counter() - begun
    models = pd.Series(dict(made.models)).value_counts().to_dict()
    sys.stdout.write(f"{count} queues, {os.cpu_count()} cores: {took:.0f} s, {took / count:.2f} s each; {models}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
