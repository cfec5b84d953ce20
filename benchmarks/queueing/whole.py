"""How long a season's requirement takes."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from benchmarks.queueing.page import Section, progress, table
from benchmarks.queueing.shapes import DAY, HALF_HOUR
from forecast.forecast import LEVELS, QUANTILES, Forecast
from staffing import requirement
from staffing.live import Method
from staffing.queue import Queue
from staffing.requirement import Confidence

DAYS = 84
PEAK = 50  # day of the peak
INTRO = f"""Two chat queues, one on the phone and one of tickets over {DAYS} days of half-hours, ordinary days of 900,
700, 250 and 320 contacts with a festival peak of five times that; days uncertain by 15%. Wall time of
`requirement.agents` from forecast to agents, two threads at most; the first time includes the chains of the chat desks,
which are kept for later ones."""


def section() -> Section:
    """Seconds by confidence and method."""
    season = forecast_of(range(DAYS))
    week = forecast_of(range(PEAK - 3, PEAK + 4))
    cases: list[tuple[str, Forecast, Confidence, Method]] = [
        (f"{DAYS} days, certain", season, "certain", "analytic"),
        (f"{DAYS} days, expected", season, "expected", "analytic"),
        (f"{DAYS} days, 90%", season, 0.9, "analytic"),
        ("peak week, certain, simulated", week, "certain", "simulated"),
        ("peak week, expected, simulated", week, "expected", "simulated"),
    ]
    rows = []
    for name, forecast, confidence, method in cases:
        progress(f"  {name}")
        spent = []
        for _ in range(2):
            begun = time.perf_counter()
            needed = requirement.agents(forecast, QUEUES, None, confidence, method).table
            spent.append(time.perf_counter() - begun)
        hours = float(needed["agents"].sum()) / 2
        most = int(needed["agents"].max())
        rows.append((name, f"{len(needed):,}", str(most), f"{hours:,.0f}", *(f"{s:.2f}" for s in spent)))
    columns = ("requirement", "rows", "most agents", "agent-hours", "s, first time", "s, again")
    return Section("A whole season", (INTRO, table(columns, rows)))


CHAT = {"channel": "chat", "concurrency": 3, "opens": "09:00", "max_occupancy": 0.88}
QUEUES = {
    "aftersale": Queue.model_validate(CHAT | {"answer_within_s": 60, "patience_s": 240}),
    "phone": Queue(patience_s=120, opens="09:00", closes="21:00", max_occupancy=0.85),
    "presale": Queue.model_validate(CHAT | {"share": 0.85, "answer_within_s": 30, "patience_s": 150}),
    "tickets": Queue(channel="ticket", share=0.95, opens="08:00", closes="22:00", max_occupancy=0.92),
}
TERMS = {"aftersale": (700, 480.0), "phone": (250, 260.0), "presale": (900, 480.0), "tickets": (320, 420.0)}


def forecast_of(days: range) -> Forecast:
    """The season, or some days of it, by half-hours with the days' own quantiles."""
    number = np.array(days)
    busy = 1 + 4 * np.exp(-(((number - PEAK) / 6.0) ** 2))
    hour = np.arange(48) / 2 + 0.25
    profile = np.where(
        (hour > 9) & (hour < 24), np.exp(-(((hour - 11) / 2) ** 2)) + np.exp(-(((hour - 19) / 3) ** 2)), 0
    )
    wide = np.clip(1 + 0.15 * np.interp(QUANTILES, (0.025, 0.16, 0.5, 0.84, 0.975), (-1.96, -1, 0, 1, 1.96)), 0, None)
    first = DAY + pd.Timedelta(days=days.start)
    parts, whole = [], []
    for name, (a_day, aht) in TERMS.items():
        mean = np.outer(a_day * busy, profile / profile.sum()).ravel()
        rows = pd.DataFrame({"start": pd.date_range(first, periods=len(mean), freq=HALF_HOUR), "queue": name})
        parts.append(rows.assign(mean=mean, aht_s=aht, **dict(zip(LEVELS, np.outer(wide, mean), strict=True))))
        by_day = pd.DataFrame({"start": pd.date_range(first, periods=len(days), freq="D"), "queue": name})
        levels = np.outer(wide, a_day * busy)
        whole.append(by_day.assign(mean=a_day * busy, **dict(zip(LEVELS, levels, strict=True))))
    return Forecast(pd.concat(parts, ignore_index=True), HALF_HOUR, by_day=pd.concat(whole, ignore_index=True))
