"""Translates every loop to machine code, so that the first plan does not wait for it: `python -m staffing.warm`."""

from __future__ import annotations

import pandas as pd

from forecast.forecast import LEVELS, Forecast
from staffing import proof, requirement
from staffing.queue import Queue

QUEUES = {
    "chat": Queue(channel="chat", concurrency=2, patience_s=60),
    "mail": Queue(channel="ticket", fills=("phone",)),
    "phone": Queue(patience_s=60),
}


def main() -> None:
    """Plan and replay an hour of each kind of queue."""
    hour = pd.date_range("2026-01-05 10:00", periods=2, freq="30min")
    table = pd.concat([pd.DataFrame({"start": hour, "queue": name, "mean": 5.0}) for name in QUEUES], ignore_index=True)
    for place, level in enumerate(LEVELS):
        table[level] = 3.0 + place / 2
    forecast = Forecast(table.assign(aht_s=300.0), pd.Timedelta(minutes=30))
    for method in ("analytic", "simulated"):
        needed = requirement.agents(forecast, QUEUES, method=method)
    proof.replayed(needed, QUEUES, forecast, samples=2)


if __name__ == "__main__":
    main()
