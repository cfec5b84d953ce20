"""Columns of dates, times and labels -> when each row's interval starts and ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.ingest.column import Column
from forecast.ingest.daytime import DAY_S
from forecast.ingest.fault import Faults
from forecast.ingest.points import NONE, Points
from forecast.language import Text
from forecast.profile import ZONE, Profile

NO_DAY_HERE = Text("expected a date, the cell is empty")
NO_TIME_HERE = Text("expected a time, the cell is empty")


@dataclass(frozen=True)
class Starts:
    """Seconds since 1970 (wall time) of each row's start and end, NONE where not known; rows that could not be read.

    `clocked`: whether there are times of day at all. `ends`: whether `start` still holds ends, to be moved a step back.
    """

    start: np.ndarray
    until: np.ndarray
    bad: np.ndarray
    clocked: bool
    ends: bool


def starts(
    columns: Mapping[str, Column], found: Mapping[str, Points], faults: Faults, profile: Profile | None
) -> Starts:
    """When each row's interval starts and ends; rows whose columns contradict each other are problems."""
    size = len(next(iter(found.values())).day)
    bad = np.logical_or.reduce([p.bad for p in found.values()])
    day = _agreed(columns, found, ("start", "date", "time"), "day", bad, faults, size)
    clock = _clock(columns, found, bad, faults, size)
    until = found["time"].until.copy() if "time" in found else np.full(size, NONE)
    for name in ("start", "date"):
        if name in found:
            until = np.where(until == NONE, found[name].until, until)
    only_end = "end" in found and not (clock != NONE).any() and (found["end"].clock != NONE).any()
    if only_end:
        day = np.where(day == NONE, found["end"].day, day)
        clock = found["end"].clock.copy()
    elif "end" in found:
        until = _until(columns, found["end"], day, clock, until, bad, faults)
    _empty(columns, found, day, clock, bad, faults)
    clocked = bool((clock != NONE).any())
    ends = only_end or (profile is not None and profile.labels == "end" and clocked and not (until != NONE).any())
    if clocked and not ends and (profile is None or profile.labels == ""):
        _doubtful_ends(columns, day, clock, until, bad, faults)
    bad |= day == NONE
    start = np.where(bad, NONE, day * DAY_S + np.where(clock == NONE, 0, clock))
    end = np.where(bad | (until == NONE), NONE, day * DAY_S + until)
    return Starts(*_local(found, start, end, bad, profile), bad, clocked, ends)


def _agreed(
    columns: Mapping[str, Column],
    found: Mapping[str, Points],
    names: Sequence[str],
    part: str,
    bad: np.ndarray,
    faults: Faults,
    size: int,
) -> np.ndarray:
    """The day (or time) that the columns name; where two name different ones the row is a problem."""
    result = np.full(size, NONE, dtype=np.int64)
    for name in names:
        if name not in found:
            continue
        values = getattr(found[name], part)
        against = (values != NONE) & (result != NONE) & (values != result) & ~bad
        if against.any():
            column = columns[name]
            text = (
                Text("expected the day that the other column of the row names")
                if part == "day"
                else Text("expected the time that the other column of the row names")
            )
            column.wrong_rows(faults, against, text)
            bad |= against
        result = np.where(result == NONE, values, result)
    return result


def _clock(
    columns: Mapping[str, Column], found: Mapping[str, Points], bad: np.ndarray, faults: Faults, size: int
) -> np.ndarray:
    """The time of day each row starts at."""
    names = [n for n in ("start", "time", "date") if n in found]
    # a day kept as "2026-06-01 00:00:00" beside a column of times says no time
    idle = {n for n in names if n != "time" and not (found[n].clock[found[n].clock != NONE] != 0).any()}
    others = [n for n in names if n not in idle and (found[n].clock != NONE).any()]
    used = others if others else names
    clock = _agreed(columns, found, used, "clock", bad, faults, size)
    if (clock != NONE).any() and used == others and len(others) == 1 and others[0] != "time":
        # a spreadsheet writes midnight as the day alone
        name = others[0]
        clock = np.where((clock == NONE) & (found[name].day != NONE), 0, clock)
    return clock


def _until(
    columns: Mapping[str, Column],
    end: Points,
    day: np.ndarray,
    clock: np.ndarray,
    until: np.ndarray,
    bad: np.ndarray,
    faults: Faults,
) -> np.ndarray:
    """The end of each row's interval, in seconds after its day's midnight."""
    bad |= end.bad
    days = np.where((end.day != NONE) & (day != NONE), end.day - day, 0)
    told = (end.clock != NONE) | (end.day != NONE)
    clocked = (clock != NONE).any()
    value = np.where(end.clock == NONE, DAY_S if not clocked else 0, end.clock)
    value = np.where((end.day == NONE) & (value == 0), DAY_S, value) + days * DAY_S
    if not clocked:
        value = np.where((days == 1) & (end.clock == NONE), DAY_S, value)  # 2026-06-01 to 2026-06-02
    value = np.where(value % 60 == 59, value + 1, value)  # 09:00:00 to 09:29:59
    first = np.where(clock == NONE, 0, clock)
    reversed_ = told & ~bad & (day != NONE) & (value <= first)
    columns["end"].wrong_rows(faults, reversed_, Text("expected an end after the start"))
    far = told & ~bad & ~reversed_ & (day != NONE) & (value > DAY_S)
    columns["end"].wrong_rows(faults, far, Text("expected an end on the day of the start, or its midnight"))
    against = told & ~bad & (until != NONE) & (until != value)
    columns["end"].wrong_rows(faults, against, Text("expected the time that the other column of the row names"))
    bad |= reversed_ | far | against
    return np.where(told & (until == NONE), value, until)


def _empty(
    columns: Mapping[str, Column],
    found: Mapping[str, Points],
    day: np.ndarray,
    clock: np.ndarray,
    bad: np.ndarray,
    faults: Faults,
) -> None:
    """Rows without a day, or without a time where others have one, are problems."""
    dayless = (day == NONE) & ~bad
    name = next((n for n in ("date", "start", "time", "end") if n in found and (found[n].day != NONE).any()), "")
    if dayless.any():
        if name:
            columns[name].wrong_rows(faults, dayless, NO_DAY_HERE, quote=False)
        else:
            first = columns[next(iter(found))]
            text = Text("times of day without a date: no column names the day (日期, date)")
            faults.add(first.part, int(first.rows[0]) if len(first.rows) else "-", first.heading, text)
    timeless = (clock == NONE) & ~bad & ~dayless
    if timeless.any() and (clock[~bad & ~dayless] != NONE).any():
        name = next(n for n in ("start", "time", "end", "date") if n in found)
        columns[name].wrong_rows(faults, timeless, NO_TIME_HERE, quote=False)
        bad |= timeless
    elif timeless.any() and "time" in found and found["time"].blank.any():
        columns["time"].wrong_rows(faults, timeless, NO_TIME_HERE, quote=False)
        bad |= timeless
    bad |= dayless


def _doubtful_ends(
    columns: Mapping[str, Column],
    day: np.ndarray,
    clock: np.ndarray,
    until: np.ndarray,
    bad: np.ndarray,
    faults: Faults,
) -> None:
    """Times alone that run 00:30 ... 24:00 may be starts or ends of their intervals."""
    alone = (clock != NONE) & (until == NONE) & ~bad
    if not (clock[alone] == DAY_S).any() or (clock[alone] == 0).any():
        return
    name = next((n for n in ("time", "start", "date", "end") if n in columns), "")
    if name:
        at = int(np.argmax(alone & (clock == DAY_S)))
        text = Text(
            "times up to 24:00 and none at 00:00: do they start or end their intervals? Say labels = "
            '"start" or "end" in a profile'
        )
        column = columns[name]
        faults.add(column.part, int(column.rows[at]), column.heading, text)


def _local(
    found: Mapping[str, Points], start: np.ndarray, until: np.ndarray, bad: np.ndarray, profile: Profile | None
) -> tuple[np.ndarray, np.ndarray]:
    """Wall time of the profile's zone where the cells name their offset from UTC."""
    offset = np.full(len(start), NONE, dtype=np.int64)
    for points_ in found.values():
        offset = np.where(offset == NONE, points_.offset, offset)
    told = (offset != NONE) & ~bad
    if not told.any():
        return start, until
    zone = profile.zone if profile is not None else ZONE
    moved = start.copy()
    utc = pd.to_datetime(start[told] - offset[told], unit="s", utc=True)
    moved[told] = utc.tz_convert(zone).tz_localize(None).to_numpy().astype("datetime64[s]").astype(np.int64)
    return moved, np.where(told & (until != NONE), until + moved - start, until)
