"""Cells of arrival -> seconds of local wall time; every style of date the rules know, nothing guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from forecast.contactlog.plan import Plan
from forecast.ingest.cell import is_empty
from forecast.ingest.clock import DAY_S, FIRST, LAST, NO_DATE, NO_DAY, NO_TIME, Moment, moment
from forecast.ingest.column import Column
from forecast.ingest.fault import Faults, got
from forecast.language import Text

NONE = -(1 << 60)
EMPTY = Text("expected when the contact came, the cell is empty")
NO_CLOCK = Text("expected a day with a time of day, such as 2026-06-01 09:05")
A_MOMENT = Text("expected a moment, found an interval")
PLAIN = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d", re.ASCII)
HALF_OFFSET = re.compile(r".{16}[+-]\d\d")  # 2026-06-01 09:00+08: an offset, or half an interval


class Doubtful(Exception):
    """A date such as 01/06/2026 was met: the whole column must say which of the two is the day."""


class Arrivals:
    """Reads the arrivals of one table, part after part. `order`: what comes first in 01/06/2026, '' not known."""

    def __init__(self, plan: Plan, faults: Faults, order: str) -> None:
        self._plan = plan
        self._faults = faults
        self._order = plan.profile.date_order or order
        self._offset: bool | None = None

    def seconds(self, columns: Mapping[str, Column]) -> np.ndarray:
        """Seconds since 1970 of each row's arrival, 0 where it is a problem."""
        if "arrival" in columns:
            day, clock, offset = self._points(columns["arrival"], "arrival")
        else:
            day, clock, offset = self._points(columns["arrival_date"], "arrival_date")
            if "arrival_time" in columns:
                _, clock, offset = self._points(columns["arrival_time"], "arrival_time")
        bad = (day == NONE) | (clock == NONE)
        start = np.where(bad, 0, day * DAY_S + clock)
        told = ~bad & (offset != NONE)
        if told.any():
            utc = pd.to_datetime(start[told] - offset[told], unit="s", utc=True)
            local = utc.tz_convert(self._plan.zone).tz_localize(None)
            start[told] = local.to_numpy().astype("datetime64[s]").astype(np.int64)
        return np.asarray(start)

    def _points(self, column: Column, role: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Days, seconds of the day and offsets of a column; NONE where not told."""
        plain = _plain(column.cells) if role == "arrival" and not self._offset else None
        if plain is not None:
            self._offset = False
            seconds = plain[column.codes]
            return seconds // DAY_S, seconds % DAY_S, np.full(len(seconds), NONE)
        whole_days = self._plan.step == DAY_S or (role == "arrival_date" and self._plan.has("arrival_time"))
        found: list[Moment | None] = []
        wrong: dict[int, Text] = {}
        blank = []
        for n, cell in enumerate(column.cells):
            read = None if is_empty(cell) else self._moment(cell, role, whole_days)
            if read is None:
                blank.append(n)
            if isinstance(read, Text):
                wrong[n] = read
            found.append(read if isinstance(read, Moment) else None)
        column.wrong(self._faults, wrong)
        if blank:
            column.wrong_rows(self._faults, np.isin(column.codes, blank), EMPTY, quote=False)
        self._refuse_mixed(column, found)

        def take(values: Sequence[int | None]) -> np.ndarray:
            return np.asarray(np.array([NONE if v is None else v for v in values], dtype=np.int64)[column.codes])

        clocks = [None if m is None else 0 if m.clock is None and whole_days else m.clock for m in found]
        days, offsets = [m.day if m else None for m in found], [m.offset if m else None for m in found]
        return take(days), take(clocks), take(offsets)

    def _moment(self, cell: object, role: str, whole_days: bool) -> Moment | Text:
        if isinstance(cell, str) and HALF_OFFSET.fullmatch(cell):
            return NO_DATE
        read = moment(cell)
        if isinstance(read, Text):
            return read
        if read.bare is not None:
            return NO_TIME if role == "arrival_time" else NO_DATE
        if read.until is not None:
            return A_MOMENT
        if read.order:
            if not self._order:
                raise Doubtful
            day = {"day": read.day, "month": read.turned}.get(self._order)
            if day is None:
                return NO_DATE if self._order == "year" else NO_DAY
            read = Moment(day, read.clock, offset=read.offset)
        if role == "arrival_time":
            return NO_TIME if read.clock is None else read
        if read.day is None:
            return NO_DATE
        return NO_CLOCK if read.clock is None and not whole_days else read

    def _refuse_mixed(self, column: Column, found: Sequence[Moment | None]) -> None:
        for n, one in enumerate(found):
            if one is None or one.clock is None:
                continue
            told = one.offset is not None
            if self._offset is None:
                self._offset = told
            elif told != self._offset:
                text = Text("expected an offset from UTC in all rows or in none")
                self._faults.add(column.part, column.first(n), column.heading, got(text, column.cells[n]))
                return


def _plain(cells: Sequence[object]) -> np.ndarray | None:
    """Seconds since 1970 of cells that all are plain moments such as 2026-06-01 09:05:10; None where one is not."""
    if not all(isinstance(c, str) and PLAIN.fullmatch(c) for c in cells):
        return None
    try:
        moments = np.array(cells, dtype="datetime64[s]")
    except ValueError:
        return None  # no day of the calendar, or 24:00
    if moments.min() < np.datetime64(f"{FIRST}-01-01") or moments.max() >= np.datetime64(f"{LAST + 1}-01-01"):
        return None
    return moments.astype(np.int64)


def order_of(records: Iterable[tuple[int, Sequence[object]]], plan: Plan, faults: Faults) -> str:
    """What comes first in the dates of the whole table, 'day' or 'month'; '' with a problem where it does not say."""
    at = plan.places.get("arrival", plan.places.get("arrival_date", -1))
    heading = plan.headings[at]
    firsts: dict[str, tuple[int, object]] = {}
    known: dict[str, str] = {}
    for row, cells in records:
        cell = cells[at] if at < len(cells) else ""
        if is_empty(cell):
            continue
        key = str(cell)[:10]
        order = known.get(key)
        if order is None:
            read = moment(cell)
            order = read.order if isinstance(read, Moment) else ""
            if isinstance(read, Moment) and read.typed and read.day is not None:
                order = "typed"
            if len(known) < 100_000:
                known[key] = order
        if order and order not in firsts:
            firsts[order] = (row, cell)
    if "typed" in firsts:
        text = Text(
            "expected dates of one kind: some are dates of the spreadsheet, which may have turned "
            "day and month, some are text; a profile must say date_order"
        )
        row, cell = next(v for k, v in firsts.items() if k != "typed")
        faults.add(plan.part, row, heading, got(text, cell))
        return ""
    if "day" in firsts and "month" in firsts:
        for order in ("day", "month"):
            text = Text(
                "dates contradict each other: here only the {part} can come first, elsewhere only the other",
                part=Text("day") if order == "day" else Text("month"),
            )
            faults.add(plan.part, firsts[order][0], heading, got(text, firsts[order][1]))
        return ""
    if "day" in firsts or "month" in firsts:
        return "day" if "day" in firsts else "month"
    text = Text('ambiguous dates: day or month first? Say date_order = "day" or "month" in a profile')
    faults.add(plan.part, firsts["either"][0], heading, got(text, firsts["either"][1]))
    return ""
