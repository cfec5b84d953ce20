"""A file -> its history and the report of what was taken, or every problem at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from forecast.history import COLUMNS, History
from forecast.ingest import check, encoding, header, separated, table
from forecast.ingest.fault import Faults
from forecast.ingest.grid import Grid
from forecast.ingest.report import Report
from forecast.language import Text
from forecast.problem import Problem, Refused
from forecast.profile import Profile

OPTIONAL = ("first_response_s", "resolved", "satisfaction", "bot_deflected", "in_time", "replied", "rated", "site")
CONTACTS = Text("this table has one row a contact, not one an interval: import it as a contact log")


@dataclass(frozen=True, eq=False)
class Imported:
    """A file's history and what was taken of it."""

    history: History
    report: Report


@dataclass(frozen=True)
class Book:
    """A file's sheets, before anything is read into them; a text file has one."""

    kind: Literal["csv", "xlsx"]
    grids: tuple[Grid, ...]
    encoding: str = ""
    separator: str = ""
    unread: tuple[tuple[str, Text], ...] = ()


def opened(path: Path, profile: Profile | None = None) -> Book:
    """The sheets of a file.

    Raises:
        Refused: neither text nor a workbook, or a hostile one.
    """
    path = Path(path)
    if encoding.sort_of(path) == "workbook":
        from forecast.ingest import workbook

        return workbook.opened(path, profile)
    decoded = encoding.read(path)
    separated.refuse_spoilt(decoded.text, str(path), profile)
    grid, separator = separated.grid_of(decoded.text, str(path), profile)
    return Book("csv", (grid,), decoded.encoding, separator)


def read(path: Path, profile: Profile | None = None) -> Imported:
    """The history in any export with a row an interval (or day) or a row a contact, and the report of what was taken.

    Raises:
        Refused: every problem of the file.
    """
    path = Path(path)
    if encoding.sort_of(path) == "text" and logs_contacts(path, profile):
        return _contacts(path, profile)
    book = opened(path, profile)
    shapes = {head.shape for grid in book.grids if (head := header.locate(grid, profile)) is not None}
    if shapes == {"contacts"}:
        return _contacts(path, profile)
    return read_book(book, str(path), profile)


def logs_contacts(path: Path, profile: Profile | None) -> bool:
    """Whether a text file begins as a log of contacts, which may be longer than what is read of intervals."""
    from forecast.ingest.sniff import kind

    try:
        return kind(path, profile) == "contacts"
    except Refused:
        return False  # whatever is wrong with it is told with its place when all of it is read


def _contacts(path: Path, profile: Profile | None) -> Imported:
    """A file with one row a contact, by the module that adds them up."""
    from forecast import contactlog

    return Imported(*contactlog.read(path, profile=profile))


def read_book(book: Book, file: str, profile: Profile | None) -> Imported:
    """The history in an opened file."""
    faults = Faults(file)
    read_, unread = [], list(book.unread)
    headed = [(g, header.locate(g, profile)) for g in book.grids]
    if not any(h for _, h in headed):
        for grid, _ in headed:
            faults.extend(header.missing(grid, profile))
        if not headed:
            faults.add(file, "-", "-", Text("expected a sheet with a header and rows, found none"))
        faults.close()
    for grid, head in headed:
        if head is None:
            if any(len(r) for r in grid.rows):
                unread.append((grid.sheet, Text("no header with a time and a count of contacts was recognised")))
            else:
                unread.append((grid.sheet, Text("the sheet is empty")))
            continue
        if head.shape == "contacts":
            faults.add(grid.part, head.rows[-1] + 1, "-", CONTACTS)
            continue
        rows = table.rows_of(grid, head, profile, faults)
        if rows is not None:
            read_.append(rows)
    notes: list[Text] = []
    history = _history(read_, profile, faults, notes)
    faults.close()
    if history is None:
        raise Refused([Problem(file, "-", "-", Text("expected rows below the header, found none"))])
    notes += _notes(history)
    report = Report(
        file, book.kind, book.encoding, book.separator, tuple(r.report for r in read_), tuple(unread), tuple(notes)
    )
    return Imported(history, report)


def _history(read_: list[table.Rows], profile: Profile | None, faults: Faults, notes: list[Text]) -> History | None:
    """All sheets' rows as one history; rows told twice and intervals that do not fit are problems."""
    filled = [r for r in read_ if len(r.table)]
    if not filled:
        return None
    whole = pd.concat([r.table for r in filled], ignore_index=True)
    clocked = any(r.clocked for r in filled)
    step = check.step_of(whole, clocked, profile.interval if profile is not None else 0, faults)
    if step is not None:
        if any(r.ends for r in filled):
            whole["start"] = whole["start"] - step
        check.grid(whole, step, faults)
    check.repeats(whole, faults)
    check.parts(whole, faults)
    check.sums(whole, faults)
    if faults or step is None:
        return None
    whole, dropped = check.without_totals(whole)
    if dropped:
        notes.append(
            Text("the queue {queue} is the sum of the others in every interval: a total, not taken", queue=dropped)
        )
    for column in COLUMNS:
        if column not in whole:
            whole[column] = np.nan
    optional = [c for c in OPTIONAL if c in whole and (c != "site" or (whole["site"] != "").any())]
    for column in ("queue", "source", *(c for c in optional if c == "site")):
        whole[column] = whole[column].astype(str)
    ordered = whole.sort_values(["queue", "source", "start"], ignore_index=True, kind="stable")
    result = ordered[[*COLUMNS, *optional]].copy()
    result["start"] = result["start"].astype("datetime64[s]")
    return History(result, step)


def _notes(history: History) -> list[Text]:
    unknown = int(history.table["offered"].isna().sum())
    return [Text("{count} intervals have no contacts offered: unknown, not 0", count=unknown)] if unknown else []
