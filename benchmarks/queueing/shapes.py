"""Days on the phone by minute: the shape of a spiky day, and forecasts that are certain of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.forecast import LEVELS, Forecast
from staffing.poisson import Floats
from staffing.queue import Queue

DAY = pd.Timestamp("2026-06-15")
MINUTE = pd.Timedelta(minutes=1)
HALF_HOUR = pd.Timedelta(minutes=30)
GIVEN = "reference/peak_day.csv"


@dataclass(frozen=True, eq=False)
class PeakDay:
    """A day's contacts by minute, how long they take and how patient customers are."""

    name: str
    contacts: Floats
    aht: float = 300.0
    patience: float = 180.0

    @property
    def queue(self) -> Queue:
        """80% of those offered within 20 seconds."""
        return Queue(share=0.8, answer_within_s=20, patience_s=self.patience, max_occupancy=1.0, shrinkage=0.0)

    @property
    def forecast(self) -> Forecast:
        """The day by the minute, certain."""
        return certainly(self.contacts, self.aht, MINUTE)


def certainly(contacts: Floats, aht: float, interval: pd.Timedelta, queue: str = "phone") -> Forecast:
    """A forecast whose quantiles are its mean."""
    table = pd.DataFrame({"start": pd.date_range(DAY, periods=len(contacts), freq=interval), "queue": queue})
    table["mean"] = contacts
    for level in LEVELS:
        table[level] = contacts
    return Forecast(table.assign(aht_s=aht), interval)


def days(shared: Path) -> Iterator[PeakDay]:
    """The given day at two sizes, where it is there, and made ones."""
    if (shared / GIVEN).exists():
        share = pd.read_csv(shared / GIVEN)["share_of_day"].to_numpy(dtype=float)
        for total in (7000, 56000):
            yield PeakDay(f"given shape, {total:,}", share * total)
    yield from MADE


def made(
    name: str,
    total: float,
    spikes: tuple[tuple[float, float, float, float], ...],
    aht: float = 300.0,
    patience: float = 180.0,
) -> PeakDay:
    """A day on a daytime hump with `spikes`: (hour, times the day's mean rate, minutes to rise, minutes to decay)."""
    minute = np.arange(1440) + 0.5
    rate = 0.15 + 1.4 * np.exp(-(((minute / 60 - 15) / 5.5) ** 2))
    for hour, size, rise, decay in spikes:
        since = minute - 60 * hour
        rate += size * np.exp(np.where(since < 0, since / rise, -since / decay))
    return PeakDay(name, total * rate / rate.sum(), aht, patience)


MADE = (
    made("midnight launch, slow decay", 7000, ((0, 4, 0.1, 60),)),
    made("midnight launch, sharp", 7000, ((0, 9, 0.1, 12),)),
    made("10:00 bump", 5000, ((10, 2, 20, 40),)),
    made("10:00 mail-out", 6000, ((10, 5, 1, 15),)),
    made("20:00 flash sale, x8", 7000, ((20, 8, 1, 20),)),
    made("20:00 flash sale, x15, brief", 7000, ((20, 15, 0.5, 6),)),
    made("20:10 sale, within the half-hour", 7000, ((20.17, 8, 0.5, 10),)),
    made("rise and fall over hours", 7000, ((20, 3, 120, 60),)),
    made("20:00 sale, calls of 2 minutes", 7000, ((20, 6, 1, 20),), aht=120.0),
    made("20:00 sale, calls of 10 minutes", 5000, ((20, 6, 1, 20),), aht=600.0),
    made("20:00 sale, patience 1 minute", 7000, ((20, 6, 1, 20),), patience=60.0),
    made("20:00 sale, patience 10 minutes", 7000, ((20, 6, 1, 20),), patience=600.0),
    made("small desk, 20:00 sale", 1200, ((20, 6, 1, 20),)),
)
