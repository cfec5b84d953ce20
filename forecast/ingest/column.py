"""A column of cells -> values: each different cell is read once, every cell that cannot be is a problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time

import numpy as np
import pandas as pd

from forecast.ingest import synonym
from forecast.ingest.cell import (
    COMMA,
    EITHER,
    POINT,
    WIDE,
    Broken,
    Number,
    as_text,
    broken,
    count,
    duration,
    is_empty,
    is_unknown,
    number,
    share,
    style_of,
)
from forecast.ingest.fault import Faults, got
from forecast.ingest.heading import meaning, plain
from forecast.language import Text
from forecast.personal import content
from forecast.profile import RUNS, Profile

LONGEST_NAME = 200
UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
RATES = ("率", "rate", "percent", "%")
LONGEST_MEAN = 3600.0  # seconds; a mean handle time of hours and whole minutes was typed as minutes and seconds
SHORTEST_MEAN = 10.0  # seconds; a mean handle time below it is in minutes, or nobody handled anything


@dataclass(frozen=True)
class Column:
    """The cells of one column in the data rows, each different one once; `codes` tells which stands in which row.

    `rows` as a spreadsheet numbers them; `means` is the heading with its unit, without a group's title.
    """

    part: str
    heading: str
    rows: np.ndarray
    codes: np.ndarray
    cells: Sequence[object]
    means: str

    @classmethod
    def of(cls, part: str, heading: str, rows: np.ndarray, cells: Sequence[object], means: str = "") -> Column:
        """The column, each different cell kept once."""
        said = means or heading.rsplit("|", 1)[-1]
        types = set(map(type, cells))
        if types == {str}:
            found, words = pd.factorize(np.asarray(cells, dtype=object))
            return cls(part, heading, rows, found, list(words), said)
        if types == {float}:
            found, figures = pd.factorize(np.asarray(cells, dtype=float), use_na_sentinel=False)
            return cls(part, heading, rows, found, figures.tolist(), said)
        places: dict[object, int] = {}
        if len(types & {int, float, bool}) > 1:  # 1, 1.0 and TRUE are one key
            codes = [places.setdefault((type(c), c), len(places)) for c in cells]
            distinct = [key[1] for key in places]  # type: ignore[index]
        else:
            codes = [places.setdefault(c, len(places)) for c in cells]
            distinct = list(places)
        return cls(part, heading, rows, np.asarray(codes, dtype=np.int64), distinct, said)

    def wrong(self, faults: Faults, found: Mapping[int, Text]) -> None:
        """A problem for every row whose cell is among `found`: position of the cell -> what was expected."""
        if not found:
            return
        bad = np.zeros(len(self.cells), dtype=bool)
        bad[list(found)] = True
        places = np.flatnonzero(bad[self.codes])
        cells = self.codes[places]
        faults.each(
            self.part, self.rows[places], self.heading, lambda n: _said(found[int(cells[n])], self.cells[int(cells[n])])
        )

    def wrong_rows(self, faults: Faults, where: np.ndarray, text: Text, quote: bool = True) -> None:
        """A problem for every row of the mask `where`."""
        places = np.flatnonzero(where)
        cells = self.codes[places]
        faults.each(
            self.part,
            self.rows[places],
            self.heading,
            lambda n: got(text, as_text(self.cells[int(cells[n])])) if quote else text,
        )

    def first(self, cell: int) -> int:
        """The row of the first cell that is the n-th different one."""
        return int(self.rows[int(np.argmax(self.codes == cell))])

    def values(self, values: Sequence[float]) -> np.ndarray:
        """One value a row, from one a different cell."""
        return np.asarray(values, dtype=float)[self.codes] if len(self.cells) else np.zeros(0)


def _said(expected: Text, cell: object) -> Text:
    if isinstance(cell, Broken) and cell.what == "formula":
        return expected
    return got(expected, cell)


def unknown_cells(column: Column) -> np.ndarray:
    """Which rows' cells are empty or say that nothing is known."""
    return np.asarray(np.array([is_unknown(c) for c in column.cells], dtype=bool)[column.codes])


def counts(column: Column, faults: Faults, needed: np.ndarray | None = None) -> np.ndarray:
    """Contacts, NaN where unknown. In the rows `needed` a dash is no answer."""
    if needed is not None:
        dashes = np.array([is_unknown(c) and not is_empty(c) for c in column.cells], dtype=bool)[column.codes]
        column.wrong_rows(faults, dashes & needed, Text("expected a number or an empty cell"))
    known, found = _numbers(column)
    return _values(column, faults, known, found, lambda n, style: count(n, style))


def shares(column: Column, faults: Faults) -> np.ndarray:
    """Ratings on the file's own scale; percentages as shares of 1."""
    known, found = _numbers(column)
    scale = 0.01 if meaning(column.means).unit == 0.01 else None
    name = plain(column.means)
    if (
        scale is None
        and name.endswith(RATES)
        and max((n.point for n in known.values() if not n.unit), default=0.0) > 1.0
    ):
        scale = 0.01  # a rate above 1 can only be a percentage
    if (
        scale is not None
        and not any(n.unit for n in known.values())
        and max((n.point for n in known.values()), default=0.0) <= 1.0
        and _typed(column)
    ):
        scale = None  # a spreadsheet keeps 95% as 0.95
    units = {n.unit == "%" for n in known.values() if n.point != 0}
    if len(units) > 1 and scale is None:
        rest = {
            n: Text("expected a percentage as in the other rows")
            for n, v in known.items()
            if v.unit != "%" and v.point != 0
        }
        column.wrong(faults, rest)
    return _values(column, faults, known, found, lambda n, style: share(n, style, scale))


def durations(column: Column, faults: Faults, field: str, profile: Profile | None) -> np.ndarray:
    """Seconds, NaN where unknown."""
    heading = column.means
    told = profile.units.get(field) if profile is not None else None
    unit = UNITS[told] if told else meaning(heading).unit
    colon = "hm" if any(w in plain(heading) for w in ("(hhmm)", "(hmm)", "(时分)")) else "ms"
    known = {n: v for n, c in enumerate(column.cells) if not is_unknown(c) and isinstance(v := number(c), Number)}
    style = _style(column, faults, known)
    values = [np.nan] * len(column.cells)
    wrong: dict[int, Text] = {}
    for n, cell in enumerate(column.cells):
        if is_unknown(cell):
            continue
        value = duration(cell, 1.0 if unit is None else unit, style, colon)
        if isinstance(value, Text):
            wrong[n] = value
        else:
            values[n] = value
    column.wrong(faults, wrong)
    if field == "aht_s":
        wrong = {n: Text("expected a mean handle time below a day") for n, v in enumerate(values) if v > 86_400}
        column.wrong(faults, wrong)
    seconds = column.values(values)
    typed = [c for c in column.cells if isinstance(c, time)]
    if (
        field == "aht_s"
        and typed
        and not any(c.second for c in typed)
        and told is None
        and _median(seconds) > LONGEST_MEAN
    ):
        text = Text(
            "expected a mean handle time in minutes and seconds; as the spreadsheet keeps them these "
            "are hours and minutes: say so in a profile, or write 0:04:35"
        )
        faults.add(column.part, int(column.rows[int(np.argmax(seconds > LONGEST_MEAN))]), column.heading, text)
    plainly = (
        bool(known)
        and all(not v.unit for v in known.values())
        and len(known) == sum(not is_unknown(c) for c in column.cells)
    )
    unsaid = field == "aht_s" and unit is None and plainly and not wrong and not _says_seconds(heading)
    if unsaid and 0 < _median(seconds) < SHORTEST_MEAN:
        text = Text(
            "expected a unit: the mean handle times are below {least}, seconds or minutes? Say so in "
            "the heading or a profile",
            least=SHORTEST_MEAN,
        )
        faults.add(column.part, int(column.rows[int(np.argmax(seconds > 0))]), column.heading, text)
    return seconds


def _median(seconds: np.ndarray) -> float:
    positive = seconds[seconds > 0]
    return float(np.median(positive)) if len(positive) else 0.0


def _says_seconds(heading: str) -> bool:
    return plain(heading).endswith(("s", "秒"))


def names(column: Column, faults: Faults, mapped: Mapping[str, str]) -> np.ndarray:
    """Names, trimmed; an empty cell, a formula or customer data is a problem."""
    wrong: dict[int, Text] = {}
    values: list[str] = []
    for n, cell in enumerate(column.cells):
        text = name(as_text(cell))
        values.append(mapped.get(text, text))
        if isinstance(cell, Broken):
            wrong[n] = broken(cell)
        elif is_empty(cell):
            wrong[n] = Text("expected a name, found an empty cell")
        elif content(as_text(cell)):
            wrong[n] = Text("expected a name")
        elif values[-1].startswith(RUNS) or as_text(cell).lstrip(" ").startswith("\t"):
            wrong[n] = Text("expected a name that no spreadsheet would run as a formula")
        elif len(text) > LONGEST_NAME:
            wrong[n] = Text("expected a name of at most {most} characters", most=LONGEST_NAME)
        elif not text.isprintable():
            wrong[n] = Text("expected a name of printable characters")
    _tell_names(column, faults, wrong)
    return np.asarray(values, dtype=object)[column.codes] if values else np.zeros(0, dtype=object)


def _tell_names(column: Column, faults: Faults, wrong: dict[int, Text]) -> None:
    """The problems of names, an empty cell without a quotation of it."""
    empty = {n: t for n, t in wrong.items() if is_empty(column.cells[n])}
    column.wrong(faults, {n: t for n, t in wrong.items() if n not in empty})
    for n, text in empty.items():
        faults.each(column.part, column.rows[column.codes == n], column.heading, lambda _, t=text: t)  # type: ignore[misc]


def name(text: str) -> str:
    """A name as we keep it: single spaces, full-width letters and figures half-width.

    >>> name(" ＶＩＰ　 售前 ")
    'VIP 售前'
    """
    if not text.isascii():
        text = text.translate(WIDE)
    return " ".join(text.split())


def _typed(column: Column) -> bool:
    return any(isinstance(c, float | int) for c in column.cells)


def _numbers(column: Column) -> tuple[dict[int, Number], dict[int, Text]]:
    """The cells that are numbers, and what is wrong with the others."""
    known: dict[int, Number] = {}
    wrong: dict[int, Text] = {}
    for n, cell in enumerate(column.cells):
        if is_unknown(cell):
            continue
        found = number(cell)
        if isinstance(found, Text):
            wrong[n] = found
        else:
            known[n] = found
    return known, wrong


def _style(column: Column, faults: Faults, known: Mapping[int, Number]) -> str:
    """How the column writes decimals; in conflict, the first cell of each kind is a problem."""
    style = style_of(list(known.values()))
    if style != EITHER:
        return style
    text = Text("this column writes decimals with commas here and with points elsewhere")
    for kind in (POINT, COMMA):
        first = next(n for n, v in known.items() if v.style == kind)
        faults.add(column.part, column.first(first), column.heading, got(text, column.cells[first]))
    return POINT


def _values(
    column: Column,
    faults: Faults,
    known: Mapping[int, Number],
    wrong: Mapping[int, Text],
    read: Callable[[Number, str], float | Text],
) -> np.ndarray:
    style = _style(column, faults, known)
    values = [np.nan] * len(column.cells)
    bad = dict(wrong)
    for n, found in known.items():
        value = read(found, style)
        if isinstance(value, Text):
            bad[n] = value
        else:
            values[n] = value
    column.wrong(faults, bad)
    return column.values(values)


def measure(column: Column, field: str, faults: Faults, profile: Profile | None, silent: np.ndarray) -> np.ndarray:
    """The column's values as its field wants them; in `silent` rows all other measures say that nothing is known."""
    if field in synonym.COUNTS:
        return counts(column, faults, needed=~silent if field == "offered" else None)
    if field in synonym.DURATIONS:
        return durations(column, faults, field, profile)
    return shares(column, faults)
