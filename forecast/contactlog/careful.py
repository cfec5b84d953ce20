"""Every cell of a log by the rules of reading, chunk by chunk: finds each problem, or adds the contacts up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter

import numpy as np
import pandas as pd

from forecast.contactlog.arrival import Arrivals, Doubtful, order_of
from forecast.contactlog.plan import DURATIONS, NAMES, Plan
from forecast.contactlog.tally import KEYS, promised, sums
from forecast.contactlog.words import ANSWERED, RESOLVED, truth, unsaid
from forecast.ingest import synonym
from forecast.ingest.cell import (
    COMMA,
    EITHER,
    POINT,
    Broken,
    Number,
    as_text,
    broken,
    duration,
    is_unknown,
    number,
    share,
    style_of,
)
from forecast.ingest.column import Column, names
from forecast.ingest.fault import Faults
from forecast.ingest.heading import contact_meaning, plain
from forecast.language import Text

CHUNK = 100_000  # rows
DAY_S = 86_400.0
LONGEST_NOTE = 40  # skipped rows told one by one

Record = tuple[int, Sequence[object]]  # a row as a spreadsheet numbers it, its cells


@dataclass
class Read:
    """What a table added up to so far."""

    parts: pd.DataFrame | None = None
    rows: int = 0
    skipped: list[tuple[int, Text]] = field(default_factory=list)
    filled: dict[int, int] = field(default_factory=dict)


def read(records: Iterator[Record], again: Iterable[Record], plan: Plan, faults: Faults, typed: bool) -> Read:
    """The sums of a table's contacts; problems are added to `faults`. `again` gives the same rows once more."""
    try:
        return _read(records, plan, faults, typed, "")
    except Doubtful:
        order = order_of(((row, cells) for row, cells in again if row > plan.header_row), plan, faults)
    return _read(iter(again), plan, faults, typed, order) if order else Read()


def _read(records: Iterator[Record], plan: Plan, faults: Faults, typed: bool, order: str) -> Read:
    result = Read()
    lines = _data((r for r in records if r[0] > plan.header_row), plan, faults, result, typed)
    arrivals = Arrivals(plan, faults, order)
    styles: dict[str, set[str]] = {}
    seen: list[np.ndarray] = []
    numbers: list[np.ndarray] = []
    while chunk := list(islice(lines, CHUNK)):
        rows = np.array([r for r, _ in chunk], dtype=np.int64)
        cells = [c for _, c in chunk]
        result.rows += len(rows)
        for at in plan.personal:
            count = sum(at < len(c) and not is_unknown(c[at]) for c in cells)
            result.filled[at] = result.filled.get(at, 0) + count
        columns = {n: _column(plan, n, at, rows, cells) for n, at in plan.places.items()}
        table = _values(columns, arrivals, plan, faults, styles)
        if plan.identity is not None:
            seen.append(_hashes(cells, [plan.identity, *plan.places.values()], typed))
            numbers.append(rows)
        if not faults:
            part = _added(table, plan)
            both = part if result.parts is None else pd.concat([result.parts, part])
            result.parts = both.groupby(list(KEYS), as_index=False, sort=False).sum()
    if seen and not faults:
        _refuse_repeats(np.concatenate(seen), np.concatenate(numbers), plan, faults)
    return result


def _column(plan: Plan, name: str, at: int, rows: np.ndarray, cells: Sequence[Sequence[object]]) -> Column:
    return Column.of(plan.part, plan.headings[at] or name, rows, [c[at] if at < len(c) else "" for c in cells])


def _data(records: Iterator[Record], plan: Plan, faults: Faults, result: Read, typed: bool) -> Iterator[Record]:
    """The rows that are contacts: no blank rows, repeated headers, totals or footnotes; rows cut short are problems."""
    width = len(plan.headings)
    arrival = plan.places.get("arrival", plan.places.get("arrival_date", 0))
    held: list[Record] = []
    for row, cells in records:
        size = len(cells)
        first = cells[arrival] if size > arrival and (size == width or typed) else ""
        if first and (not isinstance(first, str) or first[0].isdigit()):
            if held:
                yield from _held(held)
            yield row, cells
            continue
        filled = [n for n, c in enumerate(cells) if not (c is None or c == "")]
        if not filled:
            continue
        words = [as_text(c) for c in cells]
        if tuple(words[:width]) == plan.headings:
            _skip(result, row, Text("the header again"))
        elif any(plain(words[n]) in synonym.TOTAL for n in filled[:2] if words[n] and not words[n][0].isdigit()):
            _skip(result, row, Text("a total"))
        elif len(filled) == 1 and not words[filled[0]][0].isdigit():
            held.append((row, cells))
        elif filled[-1] >= width:
            text = Text("expected {width} cells as in the header, found {count}", width=width, count=filled[-1] + 1)
            faults.add(plan.part, row, "-", text)
        elif size < width and not typed:
            text = Text(
                "expected {width} cells as in the header, found {count}; the file may be cut off",
                width=width,
                count=size,
            )
            faults.add(plan.part, row, "-", text)
        else:
            yield from _held(held)
            yield row, cells
    for row, _ in held:
        _skip(result, row, Text("a note below the data"))


def _held(held: list[Record]) -> Iterator[Record]:
    """Rows with one text cell that turn out to be in the middle: they are no notes, so they are read as contacts."""
    yield from held
    held.clear()


def _skip(result: Read, row: int, text: Text) -> None:
    if len(result.skipped) < LONGEST_NOTE:
        result.skipped.append((row, text))


def _values(
    columns: dict[str, Column], arrivals: Arrivals, plan: Plan, faults: Faults, styles: dict[str, set[str]]
) -> pd.DataFrame:
    """A row a contact: second of arrival, names, thousandths of seconds, yes and no as 1 and 0; NaN unknown."""
    table = pd.DataFrame({"at": arrivals.seconds(columns)})
    for name in NAMES:
        table[name] = names(columns[name], faults, {}) if name in columns else ""
    for name in DURATIONS:
        table[name] = _durations(columns[name], plan, name, faults, styles) if name in columns else np.nan
    table["rating"] = _ratings(columns["rating"], faults, styles) if "rating" in columns else np.nan
    table["resolved"] = _truths(columns["resolved"], RESOLVED, faults, True) if "resolved" in columns else np.nan
    if "answered" in columns:
        table["answered"] = _truths(columns["answered"], ANSWERED, faults, False)
    else:
        table["answered"] = (table["handle_s"] > 0).astype(float)
    return table


def _style(column: Column, name: str, known: Sequence[Number], faults: Faults, styles: dict[str, set[str]]) -> str:
    """How the column writes decimals; where a later part of it does otherwise than an earlier, a problem."""
    before = styles.setdefault(name, set())
    was = COMMA if COMMA in before and POINT not in before else POINT
    now = {n.style for n in known}
    both = before | now
    decided = COMMA if COMMA in both else POINT
    if (COMMA in both and POINT in both) or (was != decided and EITHER in before):
        text = Text("this column writes decimals with commas here and with points elsewhere")
        faults.add(column.part, int(column.rows[0]) if len(column.rows) else "-", column.heading, text)
    before |= now
    return style_of(known) if decided == POINT and COMMA not in now else decided


def _known(column: Column) -> dict[int, Number]:
    found = ((n, number(c)) for n, c in enumerate(column.cells) if not is_unknown(c))
    return {n: f for n, f in found if isinstance(f, Number)}


def _durations(column: Column, plan: Plan, name: str, faults: Faults, styles: dict[str, set[str]]) -> np.ndarray:
    style = _style(column, name, list(_known(column).values()), faults, styles)
    colon = "hm" if any(w in plain(column.heading) for w in ("(hhmm)", "(hmm)", "(时分)")) else "ms"
    values, wrong = [np.nan] * len(column.cells), {}
    for n, cell in enumerate(column.cells):
        if is_unknown(cell):
            continue
        found = duration(cell, plan.units[name], POINT if style == EITHER else style, colon)
        if isinstance(found, float) and found > DAY_S:
            found = Text("expected at most a day, in seconds {most}", most=int(DAY_S))
        if isinstance(found, Text):
            wrong[n] = found
        else:
            values[n] = found
    column.wrong(faults, wrong)
    return column.values(values)


def _ratings(column: Column, faults: Faults, styles: dict[str, set[str]]) -> np.ndarray:
    known = _known(column)
    style = _style(column, "rating", list(known.values()), faults, styles)
    scale = 0.01 if contact_meaning(column.heading).unit == 0.01 else None
    values, wrong = [np.nan] * len(column.cells), {}
    for n, cell in enumerate(column.cells):
        if is_unknown(cell) or (isinstance(cell, str) and unsaid(cell)):
            continue
        read_ = known.get(n) or number(cell)
        found = read_ if isinstance(read_, Text) else share(read_, POINT if style == EITHER else style, scale)
        if isinstance(found, float) and found > 100:
            found = Text("expected a rating of at most 100")
        if isinstance(found, Text):
            wrong[n] = found
        else:
            values[n] = found
    column.wrong(faults, wrong)
    return column.values(values)


def _truths(column: Column, words: dict[str, bool], faults: Faults, may_lack: bool) -> np.ndarray:
    values, wrong, empty = [np.nan] * len(column.cells), {}, []
    for n, cell in enumerate(column.cells):
        if may_lack and (cell is None or (isinstance(cell, str) and unsaid(cell))):
            continue
        if is_unknown(cell) and not as_text(cell or ""):
            empty.append(n)
            continue
        said = None if isinstance(cell, Broken) else truth(cell, words)
        if isinstance(cell, Broken):
            wrong[n] = broken(cell)
        elif said is None:
            wrong[n] = Text("expected yes or no (是, 否, yes, no, 1, 0 and the like)")
        else:
            values[n] = float(said)
    column.wrong(faults, wrong)
    if empty:
        text = Text("expected whether the contact was answered, the cell is empty")
        column.wrong_rows(faults, np.isin(column.codes, empty), text, quote=False)
    return column.values(values)


def _added(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The sums of a chunk by interval and names."""
    yes = (table["answered"] == 1) & plan.answers
    result = pd.DataFrame({"slot": table["at"] // plan.step, **{n: table[n] for n in NAMES}})
    thousandths = {n: (table[n] * 1000).round() for n in (*DURATIONS, "rating")}
    for name, short in (("handle_s", "handle"), ("wait_s", "wait")):
        told = yes & table[name].notna()
        result[f"{short}_ms"] = thousandths[name].where(told, 0).astype(np.int64)
        result[f"{short}_n"] = told.astype(np.int64)
    result["offered"] = 1
    result["yes"] = yes.astype(np.int64)
    result["resolved"] = table["resolved"].fillna(0).astype(np.int64)
    result["resolved_n"] = table["resolved"].notna().astype(np.int64)
    result["rating_m"] = thousandths["rating"].fillna(0).astype(np.int64)
    result["rated"] = table["rating"].notna().astype(np.int64)
    result["idle"] = (~yes & (table["handle_s"] > 0)).astype(np.int64) if plan.has("answered") else 0
    for n, seconds in enumerate(promised(plan)):
        result[f"in_{n}"] = (yes & (table["wait_s"] <= seconds)).astype(np.int64)
    return result.groupby(list(KEYS), as_index=False, sort=False)[list(sums(plan))].sum()


def _hashes(cells: Sequence[Sequence[object]], places: Sequence[int], typed: bool) -> np.ndarray:
    """A number for each row's contact, 0 where the row names none: the same only where all these cells are the same.

    The first of `places` is that of the contact's name; `typed`: cells are as a workbook has them, not tidy text.
    """
    pick, most = itemgetter(*places), max(places)
    rows = [c if len(c) > most else [*c, *[""] * (most + 1 - len(c))] for c in cells]
    keys = ["\x1f".join(map(as_text, pick(c)) if typed else pick(c)) for c in rows]
    named = np.array([not k.startswith("\x1f") for k in keys])
    found = pd.util.hash_array(np.array(keys, dtype=object), categorize=False)
    return np.where(named, found, np.uint64(0))


def _refuse_repeats(found: np.ndarray, rows: np.ndarray, plan: Plan, faults: Faults) -> None:
    """A problem for every contact that is in the file twice, all its cells alike."""
    order = np.argsort(found, kind="stable")
    same = np.flatnonzero((found[order][1:] == found[order][:-1]) & (found[order][1:] != 0)) + 1
    pairs = sorted((int(rows[order[n]]), int(rows[order[n - 1]])) for n in same[: 40 * 50].tolist())
    column = plan.headings[plan.identity] if plan.identity is not None else "-"
    for row, first in pairs:
        faults.add(plan.part, row, column, Text("this contact is in row {first} already", first=first))
    faults.more(max(0, len(same) - len(pairs)))
