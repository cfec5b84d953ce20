"""Occasions that come again every year: festivals that move with the moon, shopping festivals with their phases."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pandas as pd
from lunar_python import Lunar

from forecast.language import Text

# Where the response to a festival may bend, in days from it: denser near the day; 0 at and beyond both ends.
LONG = (-45, -35, -28, -21, -17, -14, -10, -7, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 14, 21, 28)
BROAD = (-38, -28, -21, -17, -14, -10, -7, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 7, 10, 14, 21)
BRIEF = (-6, -3, -2, -1, 0, 1, 2, 3, 5)
MID_YEAR = (-32, -25, -20, -18, -17, -16, -14, -10, -7, -4, -3, -2, -1, 0, 1, 2, 3, 5, 8, 12, 20)
WOMEN = (-15, -12, -10, -8, -7, -5, -3, -2, -1, 0, 1, 2, 4, 8)
ELEVEN = (-29, -24, -22, -21, -18, -14, -12, -11, -10, -8, -4, -3, -2, -1, 0, 1, 2, 3, 5, 8, 12, 20)


PRE_SALE, LAUNCH, LULL = Text("pre-sale"), Text("launch"), Text("lull")
PEAK, AFTER_SALES = Text("peak"), Text("after-sales")


@dataclass(frozen=True)
class Phase:
    """A part of a shopping festival: its first and last day relative to the day itself."""

    label: Text
    first: int
    last: int


@dataclass(frozen=True)
class Kind:
    """A recurring occasion: month and day (of the lunar year where `lunar`), its knots, its span, its peak days.

    `span` and `peak` are first and last day relative to the day itself. `phases` are as platforms have announced them
    of late years; a year that is different is told as events of one's own.
    """

    label: Text
    month: int
    day: int
    lunar: bool
    knots: tuple[int, ...]
    span: tuple[int, int] = (0, 0)
    peak: tuple[int, int] | None = None
    phases: tuple[Phase, ...] = ()


FESTIVALS = {
    "spring_festival": Kind(Text("Spring Festival"), 1, 1, True, LONG, peak=(-7, 7)),
    "lantern": Kind(Text("Lantern Festival"), 1, 15, True, BRIEF),
    "dragon_boat": Kind(Text("Dragon Boat Festival"), 5, 5, True, BROAD, peak=(-14, 1)),
    "qixi": Kind(Text("Qixi Festival"), 7, 7, True, BRIEF),
    "mid_autumn": Kind(Text("Mid-Autumn Festival"), 8, 15, True, BROAD, peak=(-10, 1)),
}
SHOPPING = {
    "38": Kind(
        Text("38 Festival"),
        3,
        8,
        False,
        WOMEN,
        span=(-7, 0),
        peak=(-2, 0),
        phases=(Phase(PRE_SALE, -12, -8), Phase(PEAK, -7, 0), Phase(AFTER_SALES, 1, 7)),
    ),
    "618": Kind(
        Text("618"),
        6,
        18,
        False,
        MID_YEAR,
        span=(-17, 2),
        peak=(-17, 2),
        phases=(
            Phase(PRE_SALE, -25, -19),
            Phase(LAUNCH, -18, -15),
            Phase(LULL, -14, -4),
            Phase(PEAK, -3, 0),
            Phase(AFTER_SALES, 1, 10),
        ),
    ),
    "double_11": Kind(
        Text("Double 11"),
        11,
        11,
        False,
        ELEVEN,
        span=(-22, 0),
        peak=(-22, 1),
        phases=(
            Phase(PRE_SALE, -28, -12),
            Phase(LAUNCH, -11, -8),
            Phase(LULL, -7, -2),
            Phase(PEAK, -1, 0),
            Phase(AFTER_SALES, 1, 10),
        ),
    ),
    "double_12": Kind(
        Text("Double 12"),
        12,
        12,
        False,
        BRIEF,
        span=(-2, 0),
        peak=(-1, 1),
        phases=(Phase(PEAK, -2, 0), Phase(AFTER_SALES, 1, 5)),
    ),
    # Bought before Spring Festival: its days are told from that festival, so its response is that festival's build-up.
    "new_year_goods": Kind(Text("New-Year goods season"), 1, 1, True, (), span=(-28, -7)),
}


@dataclass(frozen=True)
class Occasion:
    """One coming of a recurring occasion: its day, and the first and last day of its span."""

    key: str
    day: pd.Timestamp
    start: pd.Timestamp
    end: pd.Timestamp


@cache
def lunar_day(year: int, month: int, day: int) -> pd.Timestamp:
    """The day in the solar calendar of a day in the lunar year that begins in `year`.

    >>> lunar_day(2026, 5, 5).strftime("%Y-%m-%d")  # Dragon Boat Festival
    '2026-06-19'
    """
    solar = Lunar.fromYmd(year, month, day).getSolar()
    return pd.Timestamp(solar.getYear(), solar.getMonth(), solar.getDay())
