"""Text -> a grid: which separator, the records as a spreadsheet counts them, nothing guessed."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from forecast.ingest import header
from forecast.ingest.cell import INVISIBLE
from forecast.ingest.encoding import spoilt, stop
from forecast.ingest.grid import EMPTY_ROW, MOST_COLUMNS, Grid
from forecast.language import Text
from forecast.profile import Profile

SEPARATORS = (",", "\t", ";", "|", "，")
GUARD = re.compile(r'^="([^"]*)"$')  # ="0912" keeps a spreadsheet from making a number of it
DECLARED = re.compile('\\ufeff?"?sep=(.)"?[\r\n]*')
SAMPLE = 200  # records by which the separator is found
INVISIBLE_CELL = re.compile("[" + "".join(map(chr, INVISIBLE)) + "]")
MOST_ROWS = 6_000_000
LONGEST_CELL = 1 << 17


def grid_of(text: str, file: str, profile: Profile | None = None, whole: bool = True) -> tuple[Grid, str]:
    """The records of a text and its separator. `whole` False: the text may end anywhere.

    Raises:
        Refused: an unbalanced quote, a cell or a record beyond measure, no rows.
    """
    lead = DECLARED.match(text[:20])
    if not text.strip():
        stop(file, Text("expected a header and rows, the file is empty"))
    separator = lead.group(1) if lead else _separator(text, profile)
    rows: list[Sequence[object]] = []
    if INVISIBLE_CELL.search(text):
        text = text.translate(INVISIBLE)
    guarded = '="' in text
    if lead:
        rows.append(EMPTY_ROW)
        text = text[lead.end() :]
    quoted = '"' in text
    reader = _reader(text, separator, strict=whole)
    try:
        for record in reader:
            if len(record) > MOST_COLUMNS and any(record[MOST_COLUMNS:]):
                more = Text("expected at most {most} columns, found {count}", most=MOST_COLUMNS, count=len(record))
                stop(file, more, len(rows) + 1)
            cells = [c.strip() for c in record]
            if guarded:
                cells = [GUARD.sub(r"\1", c) for c in cells]
            rows.append(cells if any(cells) else EMPTY_ROW)
            if len(rows) > MOST_ROWS:
                stop(file, Text("expected at most {most} rows", most=MOST_ROWS))
            if len(rows) == header.WITHIN + 2 and whole:
                header.refuse_headless(Grid(file, rows), profile)
    except csv.Error as error:
        _refuse(error, file, rows, quoted)
    return Grid(file, rows), separator


def _refuse(error: csv.Error, file: str, rows: Sequence[object], quoted: bool) -> None:
    said = str(error)
    at = len(rows) + 1
    if "field larger" in said:
        stop(file, Text("expected cells of at most {most} characters", most=LONGEST_CELL), at)
    if "unexpected end" in said:
        stop(file, Text("a quotation mark opened in this row is never closed; the file may be cut off"), at)
    if quoted:
        stop(
            file, Text("expected a separator after a closing quotation mark; a mark within a cell is written twice"), at
        )
    stop(file, Text("expected separated values, this row is none"), at)


def refuse_spoilt(text: str, file: str, profile: Profile | None = None) -> None:
    """Refuse text that was spoilt before it came to us, with its row and column."""
    found = spoilt(text)
    if found is None:
        return
    piece, said = found
    rows: list[list[str]] = []
    with suppress(csv.Error):
        for record in _reader(text, _separator(text, profile), strict=False):
            rows.append(record)
            at = next((n for n, cell in enumerate(record) if piece in cell), None)
            if at is not None:
                head = header.locate(Grid(file, rows), profile)
                stop(file, said, len(rows), head.name(at) if head and head.rows[-1] + 1 < len(rows) else "-")
    stop(file, said)


def _reader(text: str, separator: str, strict: bool) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    # newline='' keeps CR, LF and CR LF as they are for the reader, which ends a record at any of them
    return csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, strict=strict, skipinitialspace=separator != "\t"
    )


def _separator(text: str, profile: Profile | None) -> str:
    """The separator under which a header is recognised best; then the one most rows agree on."""
    best, ranked = ",", (-1, -1.0, -1)
    for separator in SEPARATORS:
        if separator not in text:
            continue
        rank = _rank(text, separator, profile)
        if rank > ranked:
            best, ranked = separator, rank
    return best


def _rank(text: str, separator: str, profile: Profile | None) -> tuple[int, float, int]:
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(
            [c.strip() for c in record[:MOST_COLUMNS]]
            for record in islice(_reader(text, separator, strict=False), SAMPLE)
        )
    filled = [r for r in rows if any(r)]
    if not filled:
        return (-1, -1.0, -1)
    known = max((header.known(r, profile) for r in filled[: header.WITHIN] if len(r) > 1), default=0)
    width, times = Counter(len(r) for r in filled).most_common(1)[0]
    return (known, times / len(filled) if width > 1 else 0.0, width)
