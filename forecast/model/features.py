"""What moves a day's contacts besides their level: the regressors every model with a calendar shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd

from forecast.event import Events
from forecast.occasion import FESTIVALS, SHOPPING
from forecast.season import DAY, Season

MONTH = (1, 4, 8, 12, 16, 20, 24, 28, 31)  # days of the month at which the response may bend
RUN = (-1, 0, 1, 2, 4, 8)  # days since the start of a run of days off
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
    blocks: list[tuple[str, list[str], np.ndarray]] = [_weekdays(season, days), _month(days)]
    for key, kind in (FESTIVALS | SHOPPING).items():
        if kind.knots:
            basis = hats(season.distance(key, days), kind.knots)
            blocks.append(("festival", [f"{key}{k:+d}" for k in kind.knots[1:-1]], basis))
    blocks += _days_off(season, days)
    blocks += _events(season, days, queue)
    names = [name for _, columns, _ in blocks for name in columns]
    groups = [group for group, columns, _ in blocks for _ in columns]
    values = np.column_stack([values for _, _, values in blocks])
    values.setflags(write=False)
    return Features(tuple(names), tuple(groups), values, sizes(season, days, queue))


def _weekdays(season: Season, days: pd.DatetimeIndex) -> tuple[str, list[str], np.ndarray]:
    return "weekday", list(WEEKDAYS), (season.weekdays(days)[:, None] == np.arange(7)[None, :]).astype(float)


def _month(days: pd.DatetimeIndex) -> tuple[str, list[str], np.ndarray]:
    basis = hats(days.day.to_numpy(dtype=float), (0, *MONTH, 32))
    return "month", [f"month_day_{k}" for k in MONTH], basis


def _days_off(season: Season, days: pd.DatetimeIndex) -> list[tuple[str, list[str], np.ndarray]]:
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


def _events(season: Season, days: pd.DatetimeIndex, queue: str) -> list[tuple[str, list[str], np.ndarray]]:
    """The planner's events: what all of a kind have in common, and what each name has of its own by day and phase."""
    common: dict[str, np.ndarray] = {}
    own: dict[str, np.ndarray] = {}
    position = np.arange(len(days), dtype=float)
    for event in season.events.touching(queue):
        if event.kind not in ("festival", "promotion", "campaign"):
            continue
        first, last = (event.start - days[0]) / DAY, (event.end - days[0]) / DAY
        if last < -15 or first > len(days) + 15:
            continue
        since, until = position - first, last - position
        inside = (since >= 0) & (until >= 0)
        parts = {
            "before": np.where(since < 0, np.clip(1 + (since + 1) / 7, 0, 1), 0.0),
            "eve": (since == -1).astype(float),
            "after": (until == -1).astype(float),
            "wake": np.where(until < 0, np.clip(1 + (until + 1) / 5, 0, 1), 0.0),
        }
        if event.size is None:
            share = since / max(last - first, 1.0)
            parts |= {
                "on": inside.astype(float),
                "first": (inside & (since == 0) & (last > first)).astype(float),
                "second": (inside & (since == 1) & (last > first + 1)).astype(float),
                "rise": np.where(inside & (last > first + 1), share - 0.5, 0.0),
                "last": (inside & (until == 0) & (last > first)).astype(float),
            }
        elif event.size > 0:
            parts["size"] = inside * np.log(event.size)  # how far off the planner's word has been
        if event.kind == "festival" and event.size is None:
            build_up = hats(np.where(since < 0, since, np.nan), (-35, -21, -14, -10, -7, -4, -2, 0))
            parts |= {f"build_up_{k}": build_up[:, i] for i, k in enumerate((-21, -14, -10, -7, -4, -2))}
        for part, values in parts.items():
            common[f"{event.kind}_{part}"] = common.get(f"{event.kind}_{part}", 0.0) + values
            own[f"{event.name}_{part}"] = own.get(f"{event.name}_{part}", 0.0) + values
    return [
        (group, list(columns), np.column_stack(list(columns.values())))
        for group, columns in (("promotion", common), ("own_promotion", own))
        if columns
    ]


def sizes(season: Season, days: pd.DatetimeIndex, queue: str) -> np.ndarray:
    """The log of what the planner said of each day's size; a stated 0 is told apart, as a closure."""
    offset = np.zeros(len(days))
    for event in season.events.touching(queue):
        if event.size is not None and event.size > 0 and event.kind != "closure":
            offset += np.where((days >= event.start) & (days <= event.end), np.log(event.size), 0.0)
    return offset
