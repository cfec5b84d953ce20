"""XLSX -> grids: scanned first, then read by python-calamine."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import python_calamine as calamine

from forecast.ingest import header
from forecast.ingest.cell import Broken, as_text
from forecast.ingest.encoding import stop
from forecast.ingest.grid import EMPTY_ROW, Grid
from forecast.ingest.imported import Book
from forecast.ingest.scan import Scan, Seen, scan
from forecast.language import Text
from forecast.profile import Profile

MOST_BYTES = 200_000_000


def opened(path: Path, profile: Profile | None = None) -> Book:
    """The visible sheets of a workbook, or the one the profile names.

    Raises:
        Refused: damaged, hostile, or not the workbook it seems.
    """
    file = str(path)
    size = path.stat().st_size
    if size > MOST_BYTES:
        stop(file, Text("expected a workbook of at most {most} MB", most=MOST_BYTES // 1_000_000))
    try:
        with zipfile.ZipFile(path) as data:
            seen = scan(data, file, size)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError, OSError, EOFError) as error:
        if not isinstance(error, zipfile.BadZipFile | zipfile.LargeZipFile | NotImplementedError | OSError | EOFError):
            raise
        stop(file, Text("expected a whole workbook, this one is damaged or cut off"))
    return _sheets(path, seen, profile)


def _sheets(path: Path, seen: Scan, profile: Profile | None) -> Book:
    file = str(path)
    wanted = profile.sheet if profile is not None else ""
    sheets = [s for s in seen.sheets if s.is_sheet]
    if wanted and wanted not in [s.name for s in sheets]:
        came = ", ".join(s.name[:40] for s in sheets[:20])
        stop(file, Text("expected a sheet named {sheet}, the workbook has {came}", sheet=wanted, came=came))
    taken = [s for s in sheets if (s.name == wanted if wanted else not s.hidden)]
    unread = [
        (s.name, Text("a hidden sheet") if not wanted else Text("another sheet than the profile's"))
        for s in sheets
        if s not in taken
    ]
    unread += [(s.name, Text("no table, a chart or the like")) for s in seen.sheets if not s.is_sheet]
    grids = []
    book = _calamine(path, file)
    for sheet in taken:
        part = f"{file}[{sheet.name}]" if len(sheets) > 1 else file
        grids.append(_grid(book, sheet, part, seen.dates_1904))
    if not any(header.locate(g, profile) for g in grids):
        hidden = [s for s in sheets if s.hidden and s not in taken]
        for sheet in hidden:
            if header.locate(_grid(book, sheet, file, seen.dates_1904), profile):
                text = Text(
                    "the data is in the hidden sheet {sheet}: unhide it, or name it in a profile", sheet=sheet.name[:40]
                )
                stop(file, text)
    return Book("xlsx", tuple(grids), unread=tuple(unread))


def _calamine(path: Path, file: str) -> calamine.CalamineWorkbook:
    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    except BaseException as error:
        _refuse(error, file)
        raise


def _refuse(error: BaseException, file: str) -> None:
    """Refuse a workbook that the library cannot read; its panics are no Exceptions."""
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        stop(file, Text("expected a whole workbook, this one is damaged or cut off"))


def _grid(book: calamine.CalamineWorkbook, seen: Seen, part: str, dates_1904: bool) -> Grid:
    """The cells of a sheet, those without a value as `Broken`."""
    rows: list[list[object]] = []
    if seen.cells:
        try:
            cells = book.get_sheet_by_name(seen.name).to_python(skip_empty_area=False)
            rows = [[(c.strip() if c.isascii() else as_text(c)) if type(c) is str else c for c in row] for row in cells]
        except BaseException as error:
            _refuse(error, part)
            raise
    for (row, column), what in seen.broken.items():
        while len(rows) <= row:
            rows.append([])
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = Broken(what)
    return Grid(
        part,
        [EMPTY_ROW if row.count("") == len(row) else row for row in rows],
        seen.name,
        seen.merged,
        dates_1904,
    )
