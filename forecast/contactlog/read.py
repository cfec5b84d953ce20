"""A contact log -> its history by interval, and the report of what was taken."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from forecast.contactlog import careful, source, tally
from forecast.contactlog.plan import MOST_COMPARED, Plan, plan
from forecast.history import DAY, History
from forecast.ingest import encoding, header, separated
from forecast.ingest.cell import INVISIBLE
from forecast.ingest.encoding import spoilt
from forecast.ingest.fault import Faults
from forecast.ingest.grid import EMPTY_ROW, Grid
from forecast.ingest.imported import opened
from forecast.ingest.report import Part, Personal, Report
from forecast.language import Text
from forecast.personal import content
from forecast.problem import Problem, Refused
from forecast.profile import RUNS, Profile

HALF_HOUR = pd.Timedelta(minutes=30)


def read(
    path: Path,
    columns: Mapping[str, int] | None = None,
    interval: pd.Timedelta | None = None,
    profile: Profile | None = None,
    promise_s: Mapping[str, float] | None = None,
) -> tuple[History, Report]:
    """Contacts by interval, queue and source, and the report: what was taken of the file and what not.

    `columns` (field -> position from 0) says which column is what; without it headings do. `interval` divides a day; it
    is the profile's, else half an hour. `promise_s` (queue -> seconds, before the profile's) counts `in_time`. A
    contact is answered as the file says, else where it has a handle time. Intervals without contacts between a queue's
    first and last hold 0.

    Raises:
        Refused: every problem of the file.
        ValueError: the interval does not divide a day.
    """
    path = Path(path)
    step = interval or (pd.Timedelta(minutes=profile.interval) if profile and profile.interval else HALF_HOUR)
    if step <= pd.Timedelta(0) or DAY % step != pd.Timedelta(0) or step % pd.Timedelta(seconds=1) != pd.Timedelta(0):
        raise ValueError(f"interval must be whole seconds and divide a day, got {step}")
    settings = (int(step.total_seconds()), profile, columns, promise_s)
    return (_workbook if encoding.sort_of(path) == "workbook" else _text)(path, *settings)


def _text(
    path: Path,
    step: int,
    profile: Profile | None,
    columns: Mapping[str, int] | None,
    promise_s: Mapping[str, float] | None,
) -> tuple[History, Report]:
    data = encoding.head_of(path)
    cut = len(data) == encoding.HEAD
    decoded = encoding.decode(data, str(path), cut=cut)
    separated.refuse_spoilt(decoded.text, str(path), profile)
    grid, separator = separated.grid_of(decoded.text, str(path), profile, whole=not cut)
    found = _header(grid, profile, columns)
    sample = grid.rows[found.first : -1 if cut else None]
    logged = plan(grid.part, found.headings[: found.width], found.first, sample, step, profile, columns, promise_s)
    notes: list[Text] = []
    faults = Faults(str(path))
    with source.folder() as inside:
        encoded = decoded.encoding
        result = None
        if _plain(decoded.text, sample, found):
            from forecast.contactlog import fast  # DuckDB is loaded only where a log is read

            copy = _copied(path, encoded, inside)
            if copy is not None:
                texts = [[str(c) for c in r] for r in sample if len(r)]
                result = fast.read(copy, separator, len(texts[0]), logged, texts, inside)
    if result is not None and _named_plainly(result[0], logged):
        done = careful.Read(result[0], result[1])
        exact = False
    else:
        done, encoded = _carefully(path, encoded, separator, logged, faults)
        exact = True
    faults.close()
    history = _history([(done, logged)], notes)
    if not exact and logged.identity is not None and path.stat().st_size > MOST_COMPARED:
        notes.append(Text("the file is long: contacts were not compared by their number to find one told twice"))
    part = _part(logged, grid.sheet, done, notes, exact)
    return history, Report(str(path), "csv", encoded, separator, (part,))


def _header(grid: Grid, profile: Profile | None, columns: Mapping[str, int] | None) -> header.Header:
    found = header.locate(grid, profile)
    if found is None or (found.shape != "contacts" and columns is None):
        if found is None:
            raise Refused(header.missing(grid, profile))
        text = Text("expected one row a contact, this table has one row an interval: import it as a history")
        raise Refused([Problem(grid.part, found.first, "-", text)])
    return found


def _plain(text: str, sample: Sequence[Sequence[object]], found: header.Header) -> bool:
    """Whether a file opens as plainly as DuckDB wants it: rows of one width, line ends that a line's end is."""
    widths = {len(r) for r in sample if len(r)}
    skip = found.first
    lines = text.split("\n", skip)
    return (
        len(widths) == 1
        and min(widths) >= found.width
        and "\n" in text
        and len(lines) > skip
        and all(line.count('"') % 2 == 0 for line in lines[:skip])
        and "\r" not in text.replace("\r\n", "")
    )


def _copied(path: Path, encoded: str, inside: Path) -> Path | None:
    try:
        return source.plain(path.resolve(), encoded, inside)
    except UnicodeDecodeError:
        return None


def _named_plainly(parts: pd.DataFrame, logged: Plan) -> bool:
    """Whether all names are such as the careful reader takes."""
    for key in ("queue", "source", "site"):
        if key not in logged.places:
            continue
        words = pd.unique(parts[key])
        if len(words) > tally.MOST_ROWS or spoilt("\n".join(words)):
            return False
        if any(
            not w.strip() or content(w) or w.lstrip().startswith(RUNS) or not w.strip().isprintable() for w in words
        ):
            return False
    return True


def _carefully(path: Path, encoded: str, separator: str, logged: Plan, faults: Faults) -> tuple[careful.Read, str]:
    """The careful reading, in the encoding the file began with, or in GB18030 where it began as ASCII only."""
    for codec in (encoded, "gb18030") if encoded == "utf-8" else (encoded,):
        records = _Records(path, codec, separator)
        try:
            return careful.read(iter(records), records, logged, faults, False), codec
        except UnicodeDecodeError:
            continue
        except (EOFError, zlib.error, gzip.BadGzipFile):
            encoding.stop(str(path), Text("expected a whole gzip file, this one is damaged"))
    row = sum(1 for _ in _readable(path, encoded, separator)) + 1
    text = Text("expected {encoding} text, found bytes that are none", encoding=encoded)
    raise Refused([Problem(str(path), row, "-", text)])


def _readable(path: Path, encoded: str, separator: str) -> Iterator[careful.Record]:
    try:
        yield from _Records(path, encoded, separator)
    except UnicodeDecodeError:
        return


class _Records:
    """A text file's records with their numbers as a spreadsheet counts, read anew at each iteration."""

    def __init__(self, path: Path, encoded: str, separator: str) -> None:
        self._path, self._encoded, self._separator = path, encoded, separator

    def __iter__(self) -> Iterator[careful.Record]:
        file, row = str(self._path), 0
        csv.field_size_limit(separated.LONGEST_CELL)
        with source.text(self._path, self._encoded) as lines:
            reader = csv.reader(
                (_clean(line) for line in lines),
                delimiter=self._separator,
                strict=True,
                skipinitialspace=self._separator != "\t",
            )
            try:
                for record in reader:
                    row += 1
                    cells = tuple(map(str.strip, record))  # a tuple of text is nothing to a garbage collector
                    yield row, cells if any(cells) else EMPTY_ROW
            except csv.Error as error:
                said = str(error)
                text = Text(
                    "expected a separator after a closing quotation mark; a mark within a cell is written twice"
                )
                if "unexpected end" in said:
                    text = Text("a quotation mark opened in this row is never closed; the file may be cut off")
                if "field larger" in said:
                    text = Text("expected cells of at most {most} characters", most=separated.LONGEST_CELL)
                encoding.stop(file, text, row + 1)


def _clean(line: str) -> str:
    return line.translate(INVISIBLE) if not line.isascii() and separated.INVISIBLE_CELL.search(line) else line


def _workbook(
    path: Path,
    step: int,
    profile: Profile | None,
    columns: Mapping[str, int] | None,
    promise_s: Mapping[str, float] | None,
) -> tuple[History, Report]:
    book = opened(path, profile)
    unread = list(book.unread)
    faults = Faults(str(path))
    done: list[tuple[careful.Read, Plan]] = []
    parts: list[tuple[Plan, str, careful.Read]] = []
    missing: list[Problem] = []
    for grid in book.grids:
        found = header.locate(grid, profile)
        if found is None or (found.shape != "contacts" and columns is None):
            unread.append((grid.sheet, Text("no header of a contact log was recognised")))
            missing += header.missing(grid, profile) if found is None else []
            continue
        rows = grid.rows
        head, below = found.headings[: found.width], rows[found.first :]
        logged = plan(grid.part, head, found.first, below, step, profile, columns, promise_s)
        records = list(_numbered(rows))
        result = careful.read(iter(records), records, logged, faults, True)
        done.append((result, logged))
        parts.append((logged, grid.sheet, result))
    if not parts:
        raise Refused(missing or [Problem(str(path), "-", "-", Text("expected a sheet with a header and rows"))])
    faults.close()
    notes: list[Text] = []
    history = _history(done, notes)
    told = tuple(_part(p, s, r, notes if n == 0 else [], True) for n, (p, s, r) in enumerate(parts))
    return history, Report(str(path), "xlsx", "", "", told, tuple(unread))


def _numbered(rows: Iterable[Sequence[object]]) -> Iterator[careful.Record]:
    return ((n, cells) for n, cells in enumerate(rows, 1))


def _history(done: Sequence[tuple[careful.Read, Plan]], notes: list[Text]) -> History:
    """The history of all sheets together."""
    told = [(r.parts, p) for r, p in done if r.parts is not None and len(r.parts)]
    if not told:
        raise Refused([Problem(done[0][1].part, "-", "-", Text("expected rows below the header, found none"))])
    first = told[0][1]
    if any(set(p.places) != set(first.places) for _, p in told):
        text = Text("expected the same columns in every sheet")
        raise Refused([Problem(p.part, p.header_row, "-", text) for _, p in told[1:]])
    return tally.history(pd.concat([t for t, _ in told], ignore_index=True), first, notes)


def _part(logged: Plan, sheet: str, done: careful.Read, notes: list[Text], exact: bool) -> Part:
    taken: dict[str, str | Text] = {}
    fields = {at: name for name, at in logged.places.items()}
    for at, heading in enumerate(logged.headings):
        if not heading or at in logged.personal:
            continue
        taken[heading] = fields.get(at) or Text("not needed")
    said = list(notes)
    if not logged.answers:
        said.append(Text("the log does not say which contacts were answered: they are counted as offered only"))
    elif "answered" not in logged.places:
        text = Text("the log does not say which contacts were answered: those with a handle time count as answered")
        said.append(text)
    if not exact and logged.personal:
        said.append(Text("cells of people's data were not read: as many as rows are reported, empty ones too"))
    told = tuple(
        Personal(logged.headings[at], kind, done.filled.get(at, 0) if exact else done.rows)
        for at, kind in logged.personal.items()
    )
    return Part(
        sheet, (logged.header_row,), logged.headings, taken, told, tuple(done.skipped), 0, done.rows, tuple(said)
    )
