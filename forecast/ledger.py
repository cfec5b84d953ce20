"""The ledger of a planner's overrides: rows are added and never taken away, an undo is a row too."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecast.history import DAY
from forecast.language import Text
from forecast.override import KINDS, YEARS, Override, plain, signed_faults
from forecast.problem import Problem, Refused
from forecast.sheet import Sheet

COLUMNS = ("key", "kind", "queue", "start", "end", "amount", "reason", "author", "at")
UNDO = "undo"
CLOCK = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Undo:
    """The override `key` is taken back: why, by whom and when.

    Raises:
        Refused: every fault, by the name of its field.
    """

    key: str
    reason: str
    author: str
    at: pd.Timestamp

    def __post_init__(self) -> None:
        for name in ("reason", "author"):
            object.__setattr__(self, name, plain(getattr(self, name)))
        object.__setattr__(self, "at", pd.Timestamp(self.at).as_unit("s"))
        found = list(signed_faults(self.key, self.reason, self.author))
        if found:
            raise Refused(Problem("override", "-", column, text) for column, text in found)


Entry = Override | Undo


@dataclass(frozen=True)
class Ledger:
    """Entries in the order they were made.

    Raises:
        Refused: a key given twice, or an undo of what is not in force, by row.
    """

    entries: tuple[Entry, ...] = ()

    def __post_init__(self) -> None:
        found = [Problem("ledger", place + 2, "key", text) for place, text in _out_of_order(self.entries)]
        if found:
            raise Refused(found)

    @property
    def in_force(self) -> tuple[Override, ...]:
        """The overrides that nobody took back, in their order."""
        undone = {one.key for one in self.entries if isinstance(one, Undo)}
        return tuple(one for one in self.entries if isinstance(one, Override) and one.key not in undone)

    @property
    def next_key(self) -> str:
        """A key that no entry has: the next number."""
        numbers = [int(one.key) for one in self.entries if one.key.isascii() and one.key.isdecimal()]
        return str(max(numbers, default=0) + 1)

    def plus(self, *entries: Entry) -> Ledger:
        """The ledger with more entries at its end. Raises Refused as the ledger does."""
        return Ledger((*self.entries, *entries))

    @property
    def table(self) -> pd.DataFrame:
        """One row an entry, as the file has it; `amount` is NaN for an undo."""
        return pd.DataFrame([_row(one) for one in self.entries], columns=list(COLUMNS))


def read_ledger(path: Path) -> Ledger:
    """The ledger in a CSV file.

    `start` and `end` are days, both included, or moments; a moment as `end` is where the range ends.

    Raises:
        Refused: every problem of the file.
    """
    sheet = Sheet(path, COLUMNS, tuple(c for c in COLUMNS if c != "queue"), may_be_empty=True)
    raw = sheet.rows
    kind = sheet.words("kind")
    undo = kind == UNDO
    options = Text("expected one of {kinds}", kinds=", ".join((*KINDS, UNDO)))
    sheet.wrong("kind", ~kind.isin((*KINDS, UNDO)) & (kind != ""), options, raw["kind"])
    for column in ("queue", "start", "end", "amount"):
        if column in raw:
            sheet.wrong(column, undo & (raw[column] != ""), Text("expected nothing in the row of an undo"), raw[column])
    amount = sheet.numbers("amount", signed=True)
    empty = Text("expected a number, found an empty cell")
    sheet.wrong("amount", ~undo & (raw["amount"] == ""), empty, None)
    start, end = _moment(sheet, "start", undo), _moment(sheet, "end", undo)
    end = end.where(raw["end"].astype(str).str.len() > len("2026-06-01"), end + DAY)
    rows = pd.DataFrame({"key": sheet.words("key"), "kind": kind, "queue": sheet.words("queue", optional=True)})
    rows = rows.assign(start=start, end=end, amount=amount, reason=raw["reason"].astype(str))
    rows = rows.assign(author=sheet.words("author"), at=sheet.dates("at"))
    amiss = {row for row, _ in sheet.problems}
    told = zip(map(int, rows.index), rows.to_dict("records"), strict=True)
    entries = {row: one for row, cells in told if row not in amiss and (one := _entry(sheet, row, cells))}
    if not sheet.problems:
        at = list(entries)
        found = _out_of_order(list(entries.values()))
        sheet.problems += [(at[place], Problem(sheet.file, at[place], "key", text)) for place, text in found]
    sheet.close()
    return Ledger(tuple(entries.values()))


def _moment(sheet: Sheet, column: str, undo: pd.Series) -> pd.Series:
    """A column of days or moments, NaT in the rows of undos; one far from our time is a slip of the pen."""
    found = sheet.dates(column, optional=True)
    missing = ~undo & (sheet.rows[column] == "")
    sheet.wrong(column, missing, Text("expected a date such as 2026-06-01 or 2026-06-01 09:30"), sheet.rows[column])
    strange = found.notna() & ~found.dt.year.between(*YEARS)
    text = Text("expected a year from {first} to {last}", first=YEARS[0], last=YEARS[1])
    sheet.wrong(column, strange, text, sheet.rows[column])
    return found.mask(strange)


def _entry(sheet: Sheet, row: int, cells: Mapping[Hashable, Any]) -> Entry | None:
    """One row as an entry; None where its problems are noted."""
    signed = {name: cells[name] for name in ("key", "reason", "author", "at")}
    try:
        if cells["kind"] == UNDO:
            return Undo(**signed)
        return Override(**signed, **{name: cells[name] for name in ("queue", "start", "end", "kind", "amount")})
    except Refused as refused:
        sheet.problems += [(row, replace(p, file=sheet.file, row=row)) for p in refused.problems]
        return None


def _row(one: Entry) -> tuple[object, ...]:
    signed = (one.reason, one.author, f"{one.at:{CLOCK}}")
    if isinstance(one, Undo):
        return (one.key, UNDO, "", "", "", np.nan, *signed)
    return (one.key, one.kind, one.queue, *one.limits, one.amount, *signed)


def _out_of_order(entries: Sequence[Entry]) -> Iterator[tuple[int, Text]]:
    """Places of entries that repeat a key or take back what is not in force."""
    known: dict[str, bool] = {}
    for place, one in enumerate(entries):
        if isinstance(one, Override):
            if one.key in known:
                yield place, Text("expected a key of its own, {key} is an earlier row's", key=one.key)
            known[one.key] = True
        elif not known.get(one.key, False):
            yield place, Text("expected the key of an override in force, came {key}", key=one.key)
        else:
            known[one.key] = False
