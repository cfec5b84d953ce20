"""A workbook looked at before any library parses it: what it is, how large it really is, what its cells hide."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from forecast.ingest import exact, quick
from forecast.ingest.archive import Parts, elements, names_of, relations_of, string_lengths
from forecast.ingest.encoding import SMALL, stop
from forecast.ingest.place import Cells, place_of
from forecast.language import Text

CELLS_SMALL, CELLS = 1_000_000, 6_000_000
UNUSUAL_SMALL = 300_000  # cells of a sheet that must be read with more care
MOST_BOX = 4_000_000  # cells of the rectangle around all cells of a small file
MOST_MERGED = 50_000
MOST_SHEETS = 300
MOST_TEXT = 150_000_000  # characters of all cells together
YES = ("1", "true")


@dataclass(frozen=True)
class Seen:
    """What a sheet's XML holds. Rows and columns from 0. `broken`: cells without a value -> an error or 'formula'."""

    name: str
    hidden: bool
    cells: int = 0
    broken: Mapping[tuple[int, int], str] = field(default_factory=dict)
    merged: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    hidden_rows: int = 0
    is_sheet: bool = True


@dataclass(frozen=True)
class Scan:
    """A workbook's sheets in order, and whether its days count from 1904."""

    sheets: tuple[Seen, ...]
    dates_1904: bool


def column_name(column: int) -> str:
    """A column's letters.

    >>> column_name(0), column_name(25), column_name(26), column_name(16383)
    ('A', 'Z', 'AA', 'XFD')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def scan(data: zipfile.ZipFile, file: str, size: int) -> Scan:
    """What the workbook holds; `size` is the file's in bytes.

    Raises:
        Refused: no XLSX, encrypted, damaged, or larger within than spreadsheets are.
    """
    names = names_of(data, file)
    parts = Parts(data, file, size)
    book = parts.read("xl/workbook.xml")
    relations = relations_of(parts, names)
    strings = string_lengths(parts, names)
    for name in names & {"xl/styles.xml"}:
        parts.read(name)
    zero_until_opened = any(a.get("fullCalcOnLoad") in YES for a in elements(book, "calcPr", file))
    found = elements(book, "sheet", file)
    if len(found) > MOST_SHEETS:
        stop(file, Text("expected at most {most} sheets, found {count}", most=MOST_SHEETS, count=len(found)))
    most = CELLS_SMALL if size < SMALL else CELLS
    sheets: list[Seen] = []
    cells, spent = 0, 0
    for attributes in found:
        title = attributes.get("name", "")
        target = relations.get(next((v for k, v in attributes.items() if k.endswith(":id")), ""), "")
        hidden = attributes.get("state", "visible") != "visible"
        if "worksheets/" not in target or target not in names:
            sheets.append(Seen(title, hidden, is_sheet=False))
            continue
        place = f"{file}[{title}]" if len(found) > 1 else file
        seen = _cells(parts.read(target), place, size, strings, MOST_TEXT // len(found))
        cells, spent = cells + seen.count, spent + seen.text
        if cells > most:
            stop(file, Text("expected at most {most} cells", most=most))
        if spent > MOST_TEXT:
            stop(file, Text("expected at most {most} MB of text in the cells", most=MOST_TEXT // 1_000_000))
        _refuse_far(seen, place, size)
        broken = dict(seen.broken)
        if zero_until_opened and seen.zeros and not seen.calculated:
            # a program that cannot calculate wrote 0 for each, to be calculated when the file is first opened
            broken.update(dict.fromkeys(seen.zeros, "formula"))
        sheets.append(Seen(title, hidden, seen.count, broken, _merged(seen, place), seen.hidden_rows))
    dates_1904 = any(a.get("date1904") in YES for a in elements(book, "workbookPr", file))
    return Scan(tuple(sheets), dates_1904)


def _cells(xml: bytes, file: str, size: int, strings: np.ndarray, least: int) -> Cells:
    """What one sheet's XML holds: fast where it is written as usual, else by a parser."""
    rough = xml.count(b"<c ") + xml.count(b":c ") + xml.count(b"<c>")
    most = CELLS_SMALL if size < SMALL else CELLS
    if rough > most:
        stop(file, Text("expected at most {most} cells", most=most))
    if xml.count(b"mergeCell ") > MOST_MERGED:
        stop(file, Text("expected at most {most} merged ranges", most=MOST_MERGED))
    found = quick.cells(xml, strings, least)
    if found is not None:
        return found
    if rough > UNUSUAL_SMALL and size < SMALL:
        stop(file, Text("expected at most {most} cells", most=UNUSUAL_SMALL))
    return exact.cells(xml, file, strings, UNUSUAL_SMALL if size < SMALL else CELLS)


def _refuse_far(seen: Cells, file: str, size: int) -> None:
    """Refuse a sheet whose cells are far apart: a stray cell makes a small file a huge table."""
    rows, columns = seen.lowest[0] + 1, seen.rightmost[1] + 1
    if rows > 1_048_576 or columns > 16_384:
        far = seen.lowest if rows > 1_048_576 else seen.rightmost
        stop(file, Text("expected cells up to XFD1048576, found {cell}", cell=_said(far)))
    box = rows * columns
    if box <= max(200_000, 20 * seen.count) and (box <= MOST_BOX or size >= SMALL):
        return
    text = Text(
        "expected cells near each other, found one far away in {cell}: "
        "delete it, and the empty rows and columns before",
        cell=_said(seen.lowest if rows >= 64 * columns else seen.rightmost),
    )
    stop(file, text)


def _said(place: tuple[int, int]) -> str:
    return f"{column_name(place[1])}{place[0] + 1}"


def _merged(seen: Cells, file: str) -> dict[tuple[int, int], tuple[int, int]]:
    """Each cell that a merge swallows -> the cell that shows, within the cells there are."""
    merged: dict[tuple[int, int], tuple[int, int]] = {}
    for text in seen.merges:
        first, end = _corners(text.split(":"))
        if first is None or end is None:
            continue
        bottom, right = min(end[0], seen.lowest[0]), min(end[1], seen.rightmost[1])
        if (bottom - first[0] + 1) * (right - first[1] + 1) + len(merged) > 10 * MOST_MERGED:
            stop(file, Text("expected at most {most} merged ranges", most=MOST_MERGED))
        for row in range(first[0], bottom + 1):
            for column in range(first[1], right + 1):
                if (row, column) != first:
                    merged[row, column] = first
    return merged


def _corners(texts: Sequence[str]) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    return (place_of(texts[0]), place_of(texts[1])) if len(texts) == 2 else (None, None)
