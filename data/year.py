"""What the calendar does to the invented seller's volumes: a factor per day, queue by queue. All of it is synthetic."""

from __future__ import annotations

from dataclasses import dataclass

import holidays
import numpy as np
import pandas as pd
from lunar_python import Lunar
from seller import (
    BRAND_DAY_EXCESS,
    BRAND_DAYS,
    COLLISION_BONUS,
    FIRST_DAY,
    LAST_DAY,
    OUTAGE,
    SHOPPING_FESTIVALS,
    STOCK_OUT,
    Curve,
    Queue,
)

HOURS = np.arange(48) / 2  # of the day, one per half-hour


def lunar(year: int, month: int, day: int) -> pd.Timestamp:
    """The solar date of a day of the lunar calendar."""
    return pd.Timestamp(Lunar.fromYmd(year, month, day).getSolar().toYmd())


def by_distance(
    days: pd.DatetimeIndex, festivals: list[pd.Timestamp], curve: Curve, strength: np.ndarray
) -> np.ndarray:
    """A factor per day, from the curve around each festival; `strength` stretches the logarithm of each season."""
    at, factor = np.array(list(curve), dtype=float), np.log(np.array(list(curve.values())))
    total = np.zeros(len(days))
    for festival, stretch in zip(festivals, strength, strict=True):
        distance = (days - festival).days.to_numpy(dtype=float)
        total += stretch * np.interp(distance, at, factor, left=0.0, right=0.0)
    return np.exp(total)


def shopping_excess(days: pd.DatetimeIndex, festival: str) -> np.ndarray:
    """Pre-sale excess of a shopping festival per day."""
    table = SHOPPING_FESTIVALS[festival]
    return np.array([table.get((day.month, day.day), 0.0) for day in days])


def later(excess: np.ndarray, lag: int) -> np.ndarray:
    """The excess as it arrives `lag` days after the orders, spread over as many days."""
    if lag == 0:
        return excess
    spread = np.exp(-0.5 * ((np.arange(2 * lag + 3) - lag) / (0.6 * lag)) ** 2)
    return np.convolve(excess, spread / spread.sum() * 1.4)[: len(excess)]


def weekday_factor(days: pd.DatetimeIndex, week: tuple[float, ...]) -> np.ndarray:
    """Factor by weekday; days off follow the Sunday, make-up workdays the Friday."""
    calendar = holidays.country_holidays("CN", years=range(FIRST_DAY.year, LAST_DAY.year + 1))
    kind = np.array(days.day_of_week)
    for at, day in enumerate(days):
        if day.date() in calendar:
            kind[at] = 6
        elif day.date() in calendar.weekend_workdays:
            kind[at] = 4
    return np.array(week)[kind]


def brand_day_excess(days: pd.DatetimeIndex) -> np.ndarray:
    """Pre-sale excess of the seller's own brand days."""
    excess = np.zeros(len(days))
    for start in BRAND_DAYS:
        first = (pd.Timestamp(start) - FIRST_DAY).days
        excess[first : first + len(BRAND_DAY_EXCESS)] += BRAND_DAY_EXCESS
    return excess


def stock_out_factor(days: pd.DatetimeIndex, size: float) -> np.ndarray:
    """Chasers build up over two days, stay while goods are short, and fade in the four days after."""
    since = (days - STOCK_OUT[0]).days.to_numpy(dtype=float)
    length = (STOCK_OUT[1] - STOCK_OUT[0]).days
    weight = np.interp(since, [-1, 0, 1, length, length + 5], [0, 0.6, 1, 1, 0], left=0.0, right=0.0)
    return 1 + (size - 1) * weight


@dataclass(frozen=True, eq=False)
class Season:
    """What the calendar does, per day: the pre-sale excesses and the years' festival strengths."""

    days: pd.DatetimeIndex
    dragon_boat: list[pd.Timestamp]
    mid_autumn: list[pd.Timestamp]
    spring: list[pd.Timestamp]
    strength: np.ndarray  # festival kind x year
    six18: np.ndarray
    others: np.ndarray  # Double 11, Double 12
    brand: np.ndarray


def make_season(days: pd.DatetimeIndex, rng: np.random.Generator) -> Season:
    """The calendar of the history, and of the year around it, whose build-ups reach in."""
    years = range(FIRST_DAY.year, LAST_DAY.year + 1)
    return Season(
        days=days,
        dragon_boat=[lunar(year, 5, 5) for year in years],
        mid_autumn=[lunar(year, 8, 15) for year in years],
        spring=[lunar(year, 1, 1) for year in years],
        strength=np.round(rng.normal(1.0, 0.03, size=(3, len(years))), 4),
        six18=shopping_excess(days, "618"),
        others=shopping_excess(days, "double_11") + shopping_excess(days, "double_12"),
        brand=brand_day_excess(days),
    )


def event_factor(queue: Queue, season: Season) -> np.ndarray:
    """Festivals, sales and brand days together, per day; the stock-out is apart since nobody staffed for it."""
    festivals = [
        by_distance(season.days, season.dragon_boat, queue.dragon_boat, season.strength[0]),
        by_distance(season.days, season.mid_autumn, queue.mid_autumn, season.strength[1]),
        by_distance(season.days, season.spring, queue.spring, season.strength[2]),
    ]
    dips = np.prod([np.minimum(factor, 1) for factor in festivals], axis=0)
    excess = sum(np.maximum(factor, 1) - 1 for factor in festivals)
    six18 = queue.shopping * later(season.six18, queue.lag)
    sales = queue.shopping * later(season.others + season.brand, queue.lag)
    collision = COLLISION_BONUS * np.minimum(np.maximum(festivals[0], 1) - 1, six18)
    return dips * (1 + excess + six18 + sales + collision)


def outage_factor(name: str, days: pd.DatetimeIndex) -> np.ndarray:
    """Day x half-hour: chats stand still, callers take over, and the chats come back in the evening."""
    factor = np.ones((len(days), 48))
    day = (OUTAGE[0].normalize() - FIRST_DAY).days
    begin, end = OUTAGE[0].hour, OUTAGE[1].hour
    down = (begin <= HOURS) & (end > HOURS)
    after = end <= HOURS
    if name.endswith("_chat"):
        factor[day, down] = 0.0
        factor[day, after] = 1 + 1.3 * np.exp(-(HOURS[after] - end) / 2)
        factor[day + 1] = 1.12
    elif name == "phone":
        factor[day, down] = 2.1
    return factor
