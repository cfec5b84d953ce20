"""A column of dates or times -> what it says row by row, its doubtful cells read as the whole column lets them be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.ingest.cell import is_empty
from forecast.ingest.clock import NO_DATE, NO_DAY, Moment, moment
from forecast.ingest.column import Column
from forecast.ingest.daytime import DAY_S, NO_TIME
from forecast.ingest.fault import Faults, got
from forecast.language import Text
from forecast.profile import Profile

NONE = -(1 << 60)


SERIALS = (32_874, 73_415)  # 1990 to 2100 as a spreadsheet counts days


SERIAL_EPOCH = 25_569  # its 1970-01-01


SHIFT_1904 = 1_462


@dataclass(frozen=True)
class Points:
    """What a column says row by row, NONE where nothing: days since 1970, seconds after midnight, offsets from UTC."""

    day: np.ndarray
    clock: np.ndarray
    until: np.ndarray
    offset: np.ndarray
    bad: np.ndarray
    blank: np.ndarray


def points(column: Column, role: str, faults: Faults, profile: Profile | None, dates_1904: bool = False) -> Points:
    """What a column says; cells that say nothing readable are problems (empty ones are not, here)."""
    moments: list[Moment | None] = []
    wrong: dict[int, Text] = {}
    for n, cell in enumerate(column.cells):
        found = None if is_empty(cell) else moment(cell)
        if isinstance(found, Text):
            wrong[n] = found
            found = None
        moments.append(found)
    moments = _bare(column, moments, wrong, role, dates_1904)
    moments = _ordered(column, moments, wrong, faults, profile)
    column.wrong(faults, wrong)
    _mixed_offsets(column, moments, faults)
    blank = np.array([is_empty(c) for c in column.cells], dtype=bool)
    bad = np.array(
        [n in wrong or (m is None and not b) for n, (m, b) in enumerate(zip(moments, blank, strict=True))], dtype=bool
    )

    def take(values: Sequence[int | None]) -> np.ndarray:
        distinct = np.asarray([NONE if v is None else v for v in values], dtype=np.int64)
        return np.asarray(distinct[column.codes])

    return Points(
        take([m.day if m else None for m in moments]),
        take([m.clock if m else None for m in moments]),
        take([m.until if m else None for m in moments]),
        take([m.offset if m else None for m in moments]),
        bad[column.codes],
        blank[column.codes],
    )


def _bare(
    column: Column, moments: list[Moment | None], wrong: dict[int, Text], role: str, dates_1904: bool
) -> list[Moment | None]:
    """Numbers alone, read as the whole column lets them be: hours of a day, serials of days, parts of a day."""
    bare = {n: m.bare for n, m in enumerate(moments) if m is not None and m.bare is not None}
    if not bare:
        return moments
    others = any(m is not None and m.bare is None for m in moments)
    values = list(bare.values())
    shift = SHIFT_1904 if dates_1904 else 0
    if role in ("date", "start", "end") and not others and all(SERIALS[0] <= v + shift < SERIALS[1] for v in values):
        return [m if m is None or m.bare is None else _serial(m.bare + shift) for m in moments]
    whole = all(v.is_integer() for v in values)
    if role == "time" and not others and whole and all(0 <= v <= 24 for v in values):
        return [m if m is None or m.bare is None else Moment(clock=int(m.bare) * 3600) for m in moments]
    fractions = all(isinstance(column.cells[n], float | int) and 0 <= v <= 1 for n, v in bare.items())
    if role != "date" and fractions and not whole:
        return [m if m is None or m.bare is None else Moment(clock=round(m.bare * DAY_S), typed=True) for m in moments]
    for n in bare:
        wrong[n] = NO_TIME if role == "time" else NO_DATE
    return [None if n in bare else m for n, m in enumerate(moments)]


def _serial(value: float) -> Moment:
    """A day and time as spreadsheets count them."""
    seconds = round((value - SERIAL_EPOCH) * DAY_S)
    whole = value.is_integer()
    return Moment(seconds // DAY_S, None if whole else seconds % DAY_S, typed=True)


def _ordered(
    column: Column, moments: list[Moment | None], wrong: dict[int, Text], faults: Faults, profile: Profile | None
) -> list[Moment | None]:
    """Dates such as 01/06/2026 in the order that the profile says or the column as a whole leaves."""
    doubtful = {n: m for n, m in enumerate(moments) if m is not None and m.order}
    if not doubtful:
        return moments
    told = profile.date_order if profile is not None else ""
    orders = {m.order for m in doubtful.values()} - {"either"}
    turned = any(m is not None and m.typed and m.day is not None for m in moments)
    if turned and told == "":
        text = Text(
            "expected dates of one kind: some are dates of the spreadsheet, which may have turned "
            "day and month, some are text; a profile must say date_order"
        )
        first = min(doubtful, key=column.first)
        faults.add(column.part, column.first(first), column.heading, got(text, column.cells[first]))
        return [None if n in doubtful else m for n, m in enumerate(moments)]
    if not told and len(orders) == 2:
        for order in ("day", "month"):
            first = next(n for n, m in doubtful.items() if m.order == order)
            text = Text(
                "dates contradict each other: here only the {part} can come first, elsewhere only the other",
                part=Text("day") if order == "day" else Text("month"),
            )
            faults.add(column.part, column.first(first), column.heading, got(text, column.cells[first]))
        return [None if n in doubtful else m for n, m in enumerate(moments)]
    if not told and not orders:
        text = Text('ambiguous dates: day or month first? Say date_order = "day" or "month" in a profile')
        first = min(doubtful, key=column.first)
        faults.add(column.part, column.first(first), column.heading, got(text, column.cells[first]))
        return [None if n in doubtful else m for n, m in enumerate(moments)]
    order = told or orders.pop()
    result = list(moments)
    for n, found in doubtful.items():
        day = found.day if order == "day" else found.turned if order == "month" else None
        if day is None:
            wrong[n] = NO_DATE if order == "year" else NO_DAY
            result[n] = None
        else:
            result[n] = Moment(day, found.clock, found.until, offset=found.offset)
    return result


def _mixed_offsets(column: Column, moments: Sequence[Moment | None], faults: Faults) -> None:
    timed = {n: m for n, m in enumerate(moments) if m is not None and m.clock is not None}
    with_offset = [n for n, m in timed.items() if m.offset is not None]
    if with_offset and len(with_offset) < len(timed):
        first = next(n for n in timed if n not in with_offset)
        text = Text("expected an offset from UTC as in the other rows")
        faults.add(column.part, column.first(first), column.heading, got(text, column.cells[first]))


def fill_down(found: Points, groups: np.ndarray, clock: np.ndarray) -> tuple[Points, np.ndarray]:
    """Days of blank cells below a day, as long as the times of each group (queue, source) go on rising; which rows."""
    day = found.day.copy()
    filled = np.zeros(len(day), dtype=bool)
    told = pd.Series(list(zip(groups[~found.blank], found.day[~found.blank], strict=True)))
    if told.duplicated().any():
        return found, filled  # a day that is written in two rows is not one that stands for those below
    last: dict[object, int] = {}
    current = NONE
    for at in range(len(day)):
        if not found.blank[at]:
            current = int(day[at])
            last = {groups[at]: int(clock[at])}
            continue
        if current == NONE or clock[at] == NONE or clock[at] <= last.get(groups[at], NONE):
            current = NONE
            continue
        last[groups[at]] = int(clock[at])
        day[at] = current
        filled[at] = True
    return Points(day, found.clock, found.until, found.offset, found.bad, found.blank & ~filled), filled
