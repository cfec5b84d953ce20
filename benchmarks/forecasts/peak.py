"""The days that are hard: public holidays with their eves, and the days around lunar festivals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecast.history import DAY
from forecast.season import Season

AROUND = {  # first and last day relative to the festival
    "dragon_boat": ("Dragon Boat ±3", -3, 3),
    "mid_autumn": ("Mid-Autumn ±3", -3, 3),
    "spring_festival": ("Spring Festival -3..+7", -3, 7),
}


def windows(season: Season, days: pd.DatetimeIndex) -> dict[str, np.ndarray]:
    """Which of `days` lie around each lunar festival, by the window's name; empty where the calendar has none."""
    found: dict[str, np.ndarray] = {}
    for occasion in season.occasions:
        if occasion.key in AROUND:
            name, first, last = AROUND[occasion.key]
            inside = np.asarray((days >= occasion.day + first * DAY) & (days <= occasion.day + last * DAY))
            found[name] = found.get(name, np.zeros(len(days), dtype=bool)) | inside
    return {name: found[name] for name, _, _ in AROUND.values() if name in found}


def peaks(season: Season, days: pd.DatetimeIndex) -> np.ndarray:
    """Which of `days` are peak days: days off of a public holiday, its eve, or around a lunar festival."""
    peak = np.zeros(len(days), dtype=bool)
    for run in season.days_off:
        peak |= np.asarray((days >= run.start - DAY) & (days <= run.end))
    for inside in windows(season, days).values():
        peak |= inside
    return peak
