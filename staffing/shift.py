"""Shift: when one person's working day may begin, how long it lasts and when its meal falls."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from forecast.language import Text

DAY = 24 * 60  # minutes
MEAL_FROM = 6 * 60  # minutes of paid work from which a meal is due


class ShiftRules(BaseModel):
    """Which shifts may be worked.

    start_step_min: shifts start on this grid, counted from the queue's opening. hours: paid lengths; a shift of 6 paid
    hours or more has one unpaid meal of meal_min on top, lying between meal_after_h and meal_before_h after its start.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    start_step_min: Annotated[int, Field(ge=5, le=240)] = 30
    hours: Annotated[tuple[Annotated[float, Field(gt=0, le=12)], ...], Field(min_length=1)] = (8.0,)
    meal_min: Annotated[int, Field(ge=0, le=180)] = 60
    meal_after_h: Annotated[float, Field(ge=0, le=12)] = 3.0
    meal_before_h: Annotated[float, Field(ge=0, le=15)] = 6.0

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if len(set(self.hours)) < len(self.hours):
            raise ValueError(Text("expected every length of hours once, came {came}", came=str(self.hours)))
        if any(h * 60 != round(h * 60) for h in self.hours):
            raise ValueError(Text("expected hours of whole minutes, came {came}", came=str(self.hours)))
        window = round((self.meal_before_h - self.meal_after_h) * 60)
        if window < self.meal_min:
            raise ValueError(
                Text(
                    "expected meal_after_h to meal_before_h to hold a meal of {meal} minutes, came {window} minutes",
                    meal=self.meal_min,
                    window=window,
                )
            )
        long = [round(h * 60) for h in self.hours if h * 60 >= MEAL_FROM]
        if self.meal_min and long and self.meal_before_h * 60 > min(long) + self.meal_min:
            raise ValueError(
                Text(
                    "expected meal_before_h inside the shortest shift with a meal, {hours} h, came {came}",
                    hours=(min(long) + self.meal_min) / 60,
                    came=self.meal_before_h,
                )
            )
        return self


@dataclass(frozen=True)
class Shift:
    """One kind of shift; minutes from the midnight its day begins with, `end` may lie in the next day.

    meals: the starts its meal may have, empty without a meal; meal: the meal's length.
    """

    start: int
    paid: int
    meal: int
    meals: tuple[int, ...]

    @property
    def end(self) -> int:
        """Minute it ends: paid work and meal after its start."""
        return self.start + self.paid + self.meal

    @property
    def name(self) -> str:
        """Start and paid length.

        >>> Shift(570, 480, 60, (750,)).name, Shift(600, 270, 0, ()).name
        ('09:30+8h', '10:00+4.5h')
        """
        return f"{clock(self.start)}+{self.paid / 60:g}h"


def clock(minute: int) -> str:
    """A minute as a clock shows it; past midnight it begins again.

    >>> clock(570), clock(1500)
    ('09:30', '01:00')
    """
    return f"{minute % DAY // 60:02d}:{minute % 60:02d}"


def candidates(rules: ShiftRules, opens: int, closes: int, interval: int, overnight: bool = True) -> tuple[Shift, ...]:
    """Every shift for a queue open from minute `opens` to `closes` of each day, in order of start and length.

    They lie inside the opening hours; one longer than these may begin earlier or end later, with time left for other
    work. A queue that never closes also has shifts over midnight, unless `overnight` is False. `interval` is the
    requirement's, in minutes: starts and meals keep to its grid, since time that fills an interval only in part covers
    nothing.

    Raises:
        ValueError: the hours are empty or outside the day, or the interval does not divide the day.
    """
    if not 0 <= opens < closes <= DAY:
        raise ValueError(f"opens and closes must be minutes with 0 <= opens < closes <= 1440, got {opens} and {closes}")
    if interval <= 0 or DAY % interval or interval > 120:
        raise ValueError(f"interval must be minutes that divide the day, two hours at most, got {interval}")
    step = lcm(rules.start_step_min, interval)
    found: list[Shift] = []
    for hours in sorted(rules.hours):
        paid = round(hours * 60)
        meal = rules.meal_min if paid >= MEAL_FROM else 0
        span = paid + meal
        if overnight and (opens, closes) == (0, DAY):
            starts = set(range(0, DAY, step))
        else:
            first, last = sorted((opens, closes - span))
            first, last = max(first, 0), min(max(last, 0), max(DAY - span, 0))
            starts = {*range(min(first, last), last + 1, step), last}
        found.extend(Shift(start, paid, meal, _meals(rules, start, meal, interval)) for start in starts)
    return tuple(sorted(found, key=lambda s: (s.start, s.paid)))


def _meals(rules: ShiftRules, start: int, meal: int, interval: int) -> tuple[int, ...]:
    if not meal:
        return ()
    first = start + round(rules.meal_after_h * 60)
    last = start + round(rules.meal_before_h * 60) - meal
    return tuple(range(first, last + 1, interval))
