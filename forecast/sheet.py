"""A CSV file being read: its cells as text, every problem with its row and column, and nothing guessed."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.language import Text
from forecast.problem import Problem, Refused, shown

MOST = 50  # problems told one by one
LIMIT = 1e9  # no queue has more contacts, no contact more seconds
DATE = r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2})?)?"
NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
RUNS = ("=", "+", "-", "@")  # a name that begins so would run as a formula in the spreadsheets made from it
SENTENCES = ("note", "reason")  # may begin as they like: they are guarded where they are written


class Sheet:
    """A CSV file being read: its cells as text, and the problems found so far."""

    def __init__(self, path: Path, known: Sequence[str], needed: Sequence[str], may_be_empty: bool = False) -> None:
        self.file = str(path)
        self.problems: list[tuple[int, Problem]] = []
        text = self._text(Path(path))
        self._check_shape(text, known, needed)
        # Text everywhere: a library that guesses types also guesses that "1,5" or "nan" is something. As categories
        # each different cell is looked at once, however often it comes.
        rows = pd.read_csv(
            io.StringIO(text),
            dtype="category",
            keep_default_na=False,
            skip_blank_lines=False,
            index_col=False,
            low_memory=False,
        )
        rows = rows.apply(_stripped).rename(columns=lambda c: str(c).strip().lower())
        rows.index = rows.index + 2
        self.rows = rows[_filled(rows)]
        if self.rows.empty and not may_be_empty:
            self._stop(Text("expected rows below the header, found none"), row=1)

    def dates(self, column: str, optional: bool = False) -> pd.Series:
        """The column as wall time; a cell that is none is a problem."""
        cells = self.rows[column]
        words = cells.cat.categories.to_series()
        good = words.str.fullmatch(DATE)
        times = pd.to_datetime(words.where(good), format="ISO8601", errors="coerce").astype("datetime64[s]")
        result = pd.Series(times.to_numpy()[cells.cat.codes], index=cells.index)
        wrong = result.isna() & ((cells != "") | (not optional))
        self.wrong(column, wrong, Text("expected a date such as 2026-06-01 or 2026-06-01 09:30"), cells)
        return result

    def numbers(self, column: str, signed: bool = False) -> pd.Series:
        """The column as numbers of 0 or more (`signed`: below 0 too), NaN where empty; anything else is a problem."""
        cells = self.rows[column]
        words = cells.cat.categories.to_series()
        number = pd.to_numeric(words.where(words.str.fullmatch(NUMBER)), errors="coerce").to_numpy(dtype=float)
        result = pd.Series(number[cells.cat.codes], index=cells.index)
        self.wrong(column, result.isna() & (cells != ""), Text("expected a number or nothing"), cells)
        if not signed:
            self.wrong(column, result < 0, Text("expected 0 or more"), cells)
        self.wrong(column, result.abs() >= LIMIT, Text("expected a number below a billion"), cells)
        return result

    def words(self, column: str, optional: bool = False) -> pd.Series:
        """The column as words ('' where the file has no such column); an empty cell is a problem unless `optional`."""
        if column not in self.rows:
            return pd.Series("", index=self.rows.index, dtype=str)
        cells = self.rows[column]
        if not optional:
            self.wrong(column, cells == "", Text("expected a name, found an empty cell"), None)
        if column not in SENTENCES:
            runs = cells.cat.categories.to_series().str.startswith(RUNS).to_numpy()[cells.cat.codes]
            formula = Text("expected a name that no spreadsheet would run as a formula")
            self.wrong(column, pd.Series(runs, index=cells.index), formula, cells)
        return cells.astype(str)

    def unique(self, table: pd.DataFrame, columns: list[str]) -> None:
        """Every row that repeats the key of an earlier one is a problem."""
        again = table.duplicated(columns) & table["start"].notna()
        if not again.any():
            return
        first = table.assign(row=table.index)[table.duplicated(columns, keep=False)].groupby(columns)["row"].min()
        for row in table.index[again][: MOST + 1]:
            key = tuple(table.loc[row, columns])
            text = Text("repeats start, queue and source of row {first}", first=int(first.loc[key]))
            self.problems.append((int(row), Problem(self.file, int(row), "start", text)))
        self.problems += [(int(r), Problem(self.file, int(r), "start", text)) for r in table.index[again][MOST + 1 :]]

    def wrong(self, column: str, where: pd.Series, text: Text, cells: pd.Series | None) -> None:
        """A problem for each row of `where`: what was expected, what came."""
        flags = where.to_numpy(dtype=bool, na_value=False)
        if not flags.any():
            return
        for row in where.index[flags]:
            said = text
            if cells is not None and len(self.problems) <= 20 * MOST:
                said = Text("{expected}, got {cell}", expected=text, cell=shown(cells.loc[row]))
            self.problems.append((int(row), Problem(self.file, int(row), column, said)))

    def close(self) -> None:
        """Raise Refused if there were problems: the first fifty by row, then how many more."""
        if not self.problems:
            return
        ordered = [p for _, p in sorted(self.problems, key=lambda pair: pair[0])]
        told = ordered[:MOST]
        if len(ordered) > MOST:
            more = Text("and {count} more problems", count=len(ordered) - MOST)
            told.append(Problem(self.file, "-", "-", more))
        raise Refused(told)

    def _stop(self, *texts: Text, row: int | str = "-", column: str = "-") -> None:
        raise Refused(Problem(self.file, row, column, text) for text in texts)

    def _text(self, path: Path) -> str:
        if not path.is_file():
            self._stop(Text("expected a file, there is none"))
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            try:
                data = gzip.decompress(data)
            except (OSError, EOFError, zlib.error):
                self._stop(Text("expected a whole gzip file, this one is damaged"))
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            row = data[: error.start].count(b"\n") + 1
            self._stop(Text("expected UTF-8 text, found the byte {byte}", byte=hex(data[error.start])), row=row)
        if "\0" in text:
            self._stop(Text("expected text, found a NUL character"), row=text[: text.index("\0")].count("\n") + 1)
        return text

    def _check_shape(self, text: str, known: Sequence[str], needed: Sequence[str]) -> None:
        """Refuse a header with missing, unknown or repeated columns, and rows of another width."""
        csv.field_size_limit(1 << 20)
        try:
            header, widths = _widths(text)
        except csv.Error as error:
            self._stop(Text("expected comma-separated values: {reason}", reason=str(error)))
        if not any(header):
            self._stop(
                Text("expected a header with the columns {columns}, found none", columns=", ".join(needed)), row=1
            )
        came = ", ".join(shown(c) for c in header[:30])
        for column in [c for c in needed if c not in header]:
            text_ = Text("this column is missing; the file has {came}", came=came)
            self.problems.append((1, Problem(self.file, 1, column, text_)))
        for column in dict.fromkeys(c for c in header if c not in known):
            text_ = Text("unknown column; expected {columns}", columns=", ".join(known))
            self.problems.append((1, Problem(self.file, 1, shown(column)[1:-1] or "-", text_)))
        for column in dict.fromkeys(c for c in header if header.count(c) > 1):
            self.problems.append((1, Problem(self.file, 1, column, Text("this column comes more than once"))))
        if self.problems:
            self.close()
        for at in np.flatnonzero((widths != len(header)) & (widths > 0)):
            text_ = Text("expected {expected} cells, found {count}", expected=len(header), count=int(widths[at]))
            self.problems.append((int(at) + 2, Problem(self.file, int(at) + 2, "-", text_)))
        self.close()  # cells stand under the wrong heads: nothing more can be said of such a file


def _widths(text: str) -> tuple[list[str], np.ndarray]:
    """The header, and the number of cells of every row below it (0: an empty line)."""
    if '"' in text:
        rows = csv.reader(io.StringIO(text), strict=True)
        header = next(rows, [])
        widths = np.fromiter(map(len, rows), dtype=np.int64)
    else:
        head, *lines = text.splitlines() or [""]
        header = head.split(",")
        widths = np.fromiter((line.count(",") + 1 if line else 0 for line in lines), dtype=np.int64)
    return [c.strip().lower() for c in header], widths


def _stripped(cells: pd.Series) -> pd.Series:
    """A column of categories without space around the words, and without unknowns."""
    words = cells.cat.categories.astype(str).str.strip()
    missing = len(words)  # where a line is empty pandas has no cell at all
    codes, values = pd.factorize(words.append(pd.Index([""])))
    own = cells.cat.codes.to_numpy()
    return pd.Series(pd.Categorical.from_codes(codes[np.where(own < 0, missing, own)], values), index=cells.index)


def _filled(rows: pd.DataFrame) -> np.ndarray:
    """Which rows hold anything; spreadsheets leave lines of bare commas behind."""
    return np.asarray(np.logical_or.reduce([(rows[column] != "").to_numpy(dtype=bool) for column in rows.columns]))
