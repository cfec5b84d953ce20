"""The first rows of a file as they are and what we make of each column, for the import page; never refuses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from forecast import personal
from forecast.ingest import encoding, header, sniff
from forecast.ingest.cell import as_text
from forecast.ingest.fault import Faults
from forecast.ingest.grid import Grid
from forecast.ingest.heading import contact_columns, meaning
from forecast.ingest.imported import Book, logs_contacts, opened, read_book
from forecast.ingest.layout import layout
from forecast.language import Text
from forecast.problem import Problem, Refused
from forecast.profile import Profile

SHOWN = 20  # rows
WIDEST = 60  # columns
LONGEST = 80  # characters of a cell
HIDDEN = "•••"


@dataclass(frozen=True)
class Guess:
    """What we make of a column: its field, or why it is not taken, or whose data it is."""

    column: int
    heading: str
    field: str = ""
    reason: Text | None = None
    personal: str = ""


@dataclass(frozen=True)
class Preview:
    """The first rows of a file as text (people's data hidden), a guess for each column, the problems so far.

    `first`: the number of the first row in `rows`; `header_rows`: the numbers of the header's rows, none if none found.
    """

    file: str
    sheet: str
    sheets: tuple[str, ...]
    kind: str
    rows: tuple[tuple[str, ...], ...]
    header_rows: tuple[int, ...]
    guesses: tuple[Guess, ...]
    problems: tuple[Problem, ...]
    readable: bool
    count: int = 0

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading, each once."""
        return tuple(dict.fromkeys(g.heading for g in self.guesses if g.heading))

    @property
    def columns_found(self) -> dict[str, str]:
        """Field -> heading."""
        return {g.field: g.heading for g in reversed(self.guesses) if g.field and g.heading}


def preview(path: Path, profile: Profile | None = None) -> Preview:
    """What the import page shows of a file, also of one that cannot be read; of a log of contacts its beginning."""
    try:
        if encoding.sort_of(path) == "text" and logs_contacts(path, profile):
            grid, name, separator = sniff.head(path, profile)
            return _preview(Book("csv", (grid,), name, separator), str(path), profile, (), 0)
        book = opened(path, profile)
    except Refused as refused:
        return Preview(str(path), "", (), "", (), (), (), refused.problems, readable=False)
    problems: tuple[Problem, ...] = ()
    count = 0
    if any(h.shape == "contacts" for g in book.grids if (h := header.locate(g, profile)) is not None):
        return _preview(book, str(path), profile, (), 0)
    try:
        count = len(read_book(book, str(path), profile).history.table)
    except Refused as refused:
        problems = refused.problems
    return _preview(book, str(path), profile, problems, count)


def _preview(book: Book, file: str, profile: Profile | None, problems: tuple[Problem, ...], count: int) -> Preview:
    if not book.grids:
        return Preview(file, "", (), book.kind, (), (), (), problems, readable=False)
    headed = [(g, header.locate(g, profile)) for g in book.grids]
    grid, found = next(((g, h) for g, h in headed if h is not None), headed[0])
    guesses = _guesses(grid, found, profile)
    rows = _rows(grid, found, guesses)
    sheets = tuple(g.sheet for g in book.grids if g.sheet)
    numbers = tuple(r + 1 for r in found.rows) if found else ()
    return Preview(file, grid.sheet, sheets, book.kind, rows, numbers, guesses, problems, not problems, count)


def _guesses(grid: Grid, found: header.Header | None, profile: Profile | None) -> tuple[Guess, ...]:
    """A guess for each heading; without a header, for each cell of the row that comes nearest to one."""
    if found is None:
        row = max(grid.rows[: header.WITHIN], key=lambda r: header.known(r[:WIDEST], profile), default=())
        words = [as_text(c)[:LONGEST] for c in row[:WIDEST]]
        known = any(meaning(w).field or meaning(w).personal or meaning(w).reason for w in words)
        return tuple(_guess(n, w, header.field_of(w, profile)) for n, w in enumerate(words)) if known else ()
    if found.shape == "contacts":
        places = {at: f for f, at in contact_columns(found.headings, profile.columns if profile else None).items()}
        return tuple(_guess(n, h, places.get(n, "")) for n, h in enumerate(found.headings[:WIDEST]))
    columns = layout(grid, found, profile, Faults(grid.part))
    fields = {at: f for b in columns.blocks for f, at in b.columns.items()}
    return tuple(
        Guess(n, found.headings[n], fields.get(n, ""), columns.unused.get(n), columns.personal.get(n, ""))
        for n in range(min(found.width, WIDEST))
    )


def _guess(column: int, heading: str, field: str) -> Guess:
    said = meaning(heading)
    return Guess(column, heading, field, personal="" if field else said.personal)


def _rows(grid: Grid, found: header.Header | None, guesses: tuple[Guess, ...]) -> tuple[tuple[str, ...], ...]:
    """The first rows; below the header the columns of people's data are hidden, and such cells everywhere."""
    hidden = {g.column for g in guesses if g.personal}
    last = found.rows[-1] if found else -1
    for at in range(min(WIDEST, max((len(r) for r in grid.rows[:SHOWN]), default=0))):
        if personal.column(as_text(grid.cell(n, at)) for n in range(last + 1, min(len(grid.rows), last + 1 + 200))):
            hidden.add(at)
    rows = []
    for n, row in enumerate(grid.rows[: max(SHOWN, last + 11)]):
        words = []
        for at, cell in enumerate(row[:WIDEST]):
            word = as_text(cell)
            secret = (at in hidden and n > last) or personal.content(word)
            words.append(HIDDEN if secret and word else word[:LONGEST])
        rows.append(tuple(words))
    return tuple(rows)
