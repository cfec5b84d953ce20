"""What moves a day's contacts besides their level: the regressors every model with a calendar shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd

from forecast.analogue import Analogue, analogues
from forecast.event import RESPONDS, Event, Events
from forecast.occasion import FESTIVALS, SHOPPING
from forecast.season import DAY, Season

MONTH = (1, 4, 8, 12, 16, 20, 24, 28, 31)  # days of the month at which the response may bend
RUN = (-1, 0, 1, 2, 4, 8)  # days since the start of a run of days off
Block = tuple[str, list[str], np.ndarray]  # group, names, values
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, eq=False)
class Features:
    """Regressors of `values` (days x names), each of a `group` that shares one amount of shrinkage.

    `offset` is what the planner stated: the log of each day's sizes, to be added to the log of its contacts.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    values: np.ndarray
    offset: np.ndarray

    def beside(self, name: str, group: str, values: np.ndarray) -> Features:
        """These regressors and one more."""
        return Features((*self.names, name), (*self.groups, group), np.column_stack([self.values, values]), self.offset)

    def which(self, keep: np.ndarray) -> Features:
        """Only the regressors of `keep`."""
        names = tuple(n for n, k in zip(self.names, keep, strict=True) if k)
        groups = tuple(g for g, k in zip(self.groups, keep, strict=True) if k)
        return Features(names, groups, self.values[:, keep], self.offset)


def hats(x: np.ndarray, knots: tuple[int, ...]) -> np.ndarray:
    """Linear spline basis, len(x) x (knots - 2): one at its own knot, falling to zero at its neighbours.

    Zero at and beyond the outer knots, and where x is NaN: a response that starts and ends at nothing.

    >>> hats(np.array([-2.0, -1.0, 0.0, 5.0]), (-3, -1, 0, 5))
    array([[0.5, 0. ],
           [1. , 0. ],
           [0. , 1. ],
           [0. , 0. ]])
    """
    at = np.where(np.isnan(x), knots[0], x)
    return np.column_stack([np.interp(at, knots, np.eye(len(knots))[k]) for k in range(1, len(knots) - 1)])


def features(season: Season, days: pd.DatetimeIndex, queue: str) -> Features:
    """Every regressor of the calendar on consecutive `days`: weekday, month, festivals, days off, promotions."""
    touching = Events(season.events.touching(queue))
    own = any(event.queue for event in touching.all)
    return _features(replace(season, events=touching), days[0], days[-1], queue if own else "")


# queues that no event of their own touches share a calendar: it takes a third of the time of a fit
@lru_cache(maxsize=32)
def _features(season: Season, first: pd.Timestamp, last: pd.Timestamp, queue: str) -> Features:
    days = pd.date_range(first, last, unit="s")
    blocks: list[Block] = [_weekdays(season, days), _month(days)]
    alike = tuple(analogues(season, queue))
    for key, kind in (FESTIVALS | SHOPPING).items():
        if kind.knots:
            basis = hats(season.distance(key, days), kind.knots)
            for event, past in alike:
                if past.own is None and past.key == key:
                    basis = basis + hats(past.like(event, days), kind.knots)
            blocks.append(("festival", [f"{key}{k:+d}" for k in kind.knots[1:-1]], basis))
    blocks += _days_off(season, days)
    blocks += _events(season, days, queue)
    blocks += _comings(days, alike)
    names = [name for _, columns, _ in blocks for name in columns]
    groups = [group for group, columns, _ in blocks for _ in columns]
    values = np.column_stack([values for _, _, values in blocks])
    values.setflags(write=False)
    offset = sizes(season, days, queue)
    for event, past in alike:
        said = (event.size, past.own.size if past.own else None)
        offset += _inside(event, days) * np.log([s or 1.0 for s in said]).sum()
    return Features(tuple(names), tuple(groups), values, offset)


def _weekdays(season: Season, days: pd.DatetimeIndex) -> tuple[str, list[str], np.ndarray]:
    return "weekday", list(WEEKDAYS), (season.weekdays(days)[:, None] == np.arange(7)[None, :]).astype(float)


def _month(days: pd.DatetimeIndex) -> tuple[str, list[str], np.ndarray]:
    basis = hats(days.day.to_numpy(dtype=float), (0, *MONTH, 32))
    return "month", [f"month_day_{k}" for k in MONTH], basis


def _days_off(season: Season, days: pd.DatetimeIndex) -> list[Block]:
    """Runs of days off: what they have in common, then what each holiday has of its own, then make-up workdays."""
    made_up = days.isin(season.makeup_workdays).astype(float)[:, None]
    blocks = [("makeup", ["makeup_workday"], made_up)]
    position = np.arange(len(days))
    for country in season.countries:
        common: dict[str, np.ndarray] = {}
        own: dict[str, np.ndarray] = {}
        for run in season.days_off:
            first, last = (run.start - days[0]).days, (run.end - days[0]).days
            if run.country != country or last < -7 or first > len(days) + 7:
                continue
            since, until = position - first, last - position
            inside = (since >= 0) & (until >= 0)
            parts = {
                "before_2": since == -2,
                "eve": since == -1,
                "off": inside,
                "off_workday": inside & (days.day_of_week < 5),
                "first": inside & (since == 0) & (last > first),
                "last": inside & (until == 0) & (last > first),
                "long": inside & (last - first >= 3),
                "after": until == -1,
                "after_2": until == -2,
            }
            for part, flags in parts.items():
                common[part] = common.get(part, 0.0) + flags
            for part in ("eve", "last", "after"):
                own[f"{run.name}_{part}"] = own.get(f"{run.name}_{part}", 0.0) + parts[part]
            shape = hats(np.where(inside, since, np.nan).astype(float), (*RUN, 99))
            for k, knot in enumerate(RUN[1:]):
                own[f"{run.name}_{knot}"] = own.get(f"{run.name}_{knot}", 0.0) + shape[:, k]
        for one in season.observed:
            if one.country == country and days[0] <= one.day <= days[-1]:
                flags = (days == one.day).astype(float)
                common["observed"] = common.get("observed", 0.0) + flags
                own[f"{one.name}_observed"] = own.get(f"{one.name}_observed", 0.0) + flags
        for group, columns in (("off", common), ("holiday", own)):
            if columns:
                names = [f"{country}_{name}" for name in columns]
                blocks.append((group, names, np.column_stack(list(columns.values())).astype(float)))
    return blocks


def _events(season: Season, days: pd.DatetimeIndex, queue: str) -> list[Block]:
    """The planner's events: what all of a kind have in common, and what each name has of its own by day and phase.

    One that is like an earlier one moves the regressors of that, on its days.
    """
    common: dict[str, np.ndarray] = {}
    own: dict[str, np.ndarray] = {}
    alike = dict(analogues(season, queue))
    for event in season.events.touching(queue):
        if event.kind not in RESPONDS or event.end < days[0] - 15 * DAY or event.start > days[-1] + 16 * DAY:
            continue
        past = alike[event].own if event in alike else event
        parts = _course(event, days, past.size) if past is not None else {}
        if past is event:
            parts = _around(event, days) | parts
        elif past is None or past.name != event.name:  # what its like was off by, for the next of its name
            own[f"{event.name}_like"] = own.get(f"{event.name}_like", 0.0) + _inside(event, days)
        for part, values in parts.items():
            kind, name = (past.kind, past.name) if past is not None else ("", "")
            common[f"{kind}_{part}"] = common.get(f"{kind}_{part}", 0.0) + values
            own[f"{name}_{part}"] = own.get(f"{name}_{part}", 0.0) + values
    return [
        (group, list(columns), np.column_stack(list(columns.values())))
        for group, columns in (("promotion", common), ("own_promotion", own))
        if columns
    ]


def _around(event: Event, days: pd.DatetimeIndex) -> dict[str, np.ndarray]:
    """The days before and after an event."""
    since, until = _apart(event, days)
    parts = {
        "before": np.where(since < 0, np.clip(1 + (since + 1) / 7, 0, 1), 0.0),
        "eve": (since == -1).astype(float),
        "after": (until == -1).astype(float),
        "wake": np.where(until < 0, np.clip(1 + (until + 1) / 5, 0, 1), 0.0),
    }
    if event.kind == "festival" and event.size is None:
        build_up = hats(np.where(since < 0, since, np.nan), (-35, -21, -14, -10, -7, -4, -2, 0))
        parts |= {f"build_up_{k}": build_up[:, i] for i, k in enumerate((-21, -14, -10, -7, -4, -2))}
    return parts


def _course(event: Event, days: pd.DatetimeIndex, size: float | None) -> dict[str, np.ndarray]:
    """The days of an event by its phases; where a `size` was stated, how far off that has been."""
    since, until = _apart(event, days)
    inside = _inside(event, days) > 0
    if size is not None:
        return {"size": inside * np.log(size)} if size > 0 else {}
    length = len(event.days)
    return {
        "on": inside.astype(float),
        "first": (inside & (since == 0) & (length > 1)).astype(float),
        "second": (inside & (since == 1) & (length > 2)).astype(float),
        "rise": np.where(inside & (length > 2), since / max(length - 1, 1) - 0.5, 0.0),
        "last": (inside & (until == 0) & (length > 1)).astype(float),
    }


def _comings(days: pd.DatetimeIndex, alike: Sequence[tuple[Event, Analogue]]) -> list[Block]:
    """What each past coming that an event is like had of its own, besides what all its comings have in common."""
    columns: dict[str, np.ndarray] = {}
    for past in dict.fromkeys(past for _, past in alike):
        events = [event for event, other in alike if other == past]
        if past.own is not None:
            courses = [_course(event, days, past.own.size) for event in (past.own, *events)]
            parts = {f"_{part}": np.sum([course[part] for course in courses], axis=0) for part in courses[0]}
        else:
            knots = (FESTIVALS | SHOPPING)[past.key].knots
            apart = [((days - past.day) / DAY).to_numpy(dtype=float), *(past.like(event, days) for event in events)]
            basis = np.sum([hats(one, knots) for one in apart], axis=0)
            parts = {f"{k:+d}": basis[:, i] for i, k in enumerate(knots[1:-1])}
            on = (days >= past.start) & (days <= past.end)
            parts["_on"] = on + np.sum([_inside(event, days) for event in events], axis=0)
        columns |= {f"{past.key}@{past.day:%Y-%m-%d}{part}": values for part, values in parts.items()}
    return [("coming", list(columns), np.column_stack(list(columns.values())))] if columns else []


def _apart(event: Event, days: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """Days since the first and until the last day of an event."""
    position = np.arange(len(days), dtype=float)
    return position - (event.start - days[0]) / DAY, (event.end - days[0]) / DAY - position


def _inside(event: Event, days: pd.DatetimeIndex) -> np.ndarray:
    return np.asarray((days >= event.start) & (days <= event.end), dtype=float)


def sizes(season: Season, days: pd.DatetimeIndex, queue: str) -> np.ndarray:
    """The log of what the planner said of each day's size against an ordinary one; a stated 0 is told apart."""
    offset = np.zeros(len(days))
    for event in season.events.touching(queue):
        if event.size is not None and event.size > 0 and event.kind != "closure" and not event.like:
            offset += np.where((days >= event.start) & (days <= event.end), np.log(event.size), 0.0)
    return offset
