"""One sheet -> rows: its columns read, its days filled down, its totals compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

import numpy as np
import pandas as pd

from forecast import personal
from forecast.ingest import synonym
from forecast.ingest.cell import Broken, Number, as_text, is_empty, number
from forecast.ingest.column import Column, measure, name, names, unknown_cells
from forecast.ingest.fault import Faults
from forecast.ingest.grid import Grid
from forecast.ingest.header import Header
from forecast.ingest.layout import REASONS, Block, Layout, layout
from forecast.ingest.margin import Body, Total, body
from forecast.ingest.points import NONE, Points, fill_down, points
from forecast.ingest.report import Part, Personal
from forecast.ingest.times import starts
from forecast.language import Text
from forecast.profile import Profile

SEEN = 500  # cells of a column that are looked at for customer data
MEASURES = (*synonym.COUNTS, *synonym.DURATIONS, *synonym.SHARES)


@dataclass(frozen=True)
class Rows:
    """A sheet's rows. `table`: start, until, queue, source, the measures told, and of each row its part, row, head."""

    table: pd.DataFrame
    report: Part
    clocked: bool
    ends: bool
    total: bool = False


def rows_of(grid: Grid, header: Header, profile: Profile | None, faults: Faults) -> Rows | None:
    """The rows of a sheet with a header; None where it has none. Problems go to `faults`."""
    columns = layout(grid, header, profile, faults)
    data = body(grid, header, columns, faults)
    columns = _without_customers(grid, header, columns, data)
    if not data.rows:
        if not faults:
            faults.add(grid.part, header.rows[-1] + 1, "-", Text("expected rows below the header, found none"))
        return None
    frames, filled, clocked, ends = [], 0, False, False
    for block in columns.blocks:
        if "offered" not in block.columns or not (set(block.columns) & set(synonym.TIMES) or block.at >= 0):
            continue
        read = _block(grid, header, block, data, profile, faults)
        if read is None:
            continue
        frame, count, by_clock, by_end = read
        frames.append(frame)
        filled = max(filled, count)
        clocked, ends = clocked or by_clock, ends or by_end
        _compare_totals(grid, header, block, data, frame, faults)
    if not frames:
        return None
    table = pd.concat(frames, ignore_index=True)
    return Rows(table, _report(grid, header, columns, data, filled, len(table)), clocked, ends)


def _column(grid: Grid, header: Header, at: int, data: Body) -> Column:
    rows = [grid.rows[n] for n in data.rows]
    whole = min(map(len, rows), default=0) > at
    cells = list(map(itemgetter(at), rows)) if whole else [row[at] if at < len(row) else "" for row in rows]
    return Column.of(grid.part, header.name(at), np.asarray(data.rows, dtype=np.int64) + 1, cells, header.means(at))


def _merged_down(grid: Grid, column: Column, at: int, data: Body) -> Column:
    """The column with the cells that a merge swallows filled from the one that shows."""
    if not any(c == at for _, c in grid.merged):
        return column
    cells = []
    for row in data.rows:
        shown = grid.merged.get((row, at))
        cells.append(grid.cell(*shown) if shown and shown[1] == at else grid.cell(row, at))
    return Column.of(column.part, column.heading, column.rows, cells, column.means)


def _block(
    grid: Grid, header: Header, block: Block, data: Body, profile: Profile | None, faults: Faults
) -> tuple[pd.DataFrame, int, bool, bool] | None:
    """The rows of one block, how many days were filled down, whether there are times, whether these are ends."""
    column = {f: _column(grid, header, at, data) for f, at in block.columns.items()}
    keys = (*synonym.TIMES, *synonym.NAMES)
    column |= {f: _merged_down(grid, column[f], at, data) for f, at in block.columns.items() if f in keys}
    for field in [f for f in column if f not in keys]:
        _refuse_merged(grid, column[field], block.columns[field], data, faults)
    size = len(data.rows)
    who = {
        f: _names(column[f], f, profile, faults) if f in column else _constant(f, block, profile, size)
        for f in synonym.NAMES
    }
    times = {f: column[f] for f in synonym.TIMES if f in column}
    if block.at >= 0:
        field = "time" if header.shape == "times" else "date"
        head = header.cells[block.at]
        times[field] = Column.of(grid.part, header.name(block.at), column["offered"].rows, [head] * size)
    found = {f: points(c, f, faults, profile, grid.dates_1904) for f, c in times.items()}
    filled = _filled(found, times, who)
    when = starts(times, found, faults, profile)
    frame = pd.DataFrame({"start": _seconds(when.start), "until": _seconds(when.until), **who})
    others = [unknown_cells(column[f]) for f in MEASURES if f in column and f != "offered"]
    silent = np.logical_and.reduce(others) if others else np.zeros(size, dtype=bool)
    for field in MEASURES:
        if field in column:
            frame[field] = measure(column[field], field, faults, profile, silent)
            frame[f"head_{field}"] = column[field].heading
    frame["part"], frame["row"] = grid.part, column["offered"].rows
    frame["head"] = next((times[f].heading for f in ("start", "time", "date", "end") if f in times), "-")
    return frame[~when.bad].reset_index(drop=True), filled, when.clocked, when.ends


def _seconds(values: np.ndarray) -> np.ndarray:
    result = values.copy()
    result[values == NONE] = np.iinfo(np.int64).min  # NaT
    return result.astype("datetime64[s]")


def _names(column: Column, field: str, profile: Profile | None, faults: Faults) -> np.ndarray:
    mapped = {} if profile is None else {"queue": profile.queues, "source": profile.sources}.get(field, {})
    if profile is not None and field in ("source", "site") and getattr(profile, field):
        return _repeated(getattr(profile, field), len(column.rows))
    return names(column, faults, {name(k): v for k, v in mapped.items()})


def _constant(field: str, block: Block, profile: Profile | None, size: int) -> np.ndarray:
    told = getattr(profile, field) if profile is not None else ""
    if field == "queue":
        if block.queue and profile is not None:
            told = profile.queues.get(block.queue, block.queue)
        told = told if block.queue and profile is not None else block.queue or told or "all"
    elif field == "source" and block.source:
        told = told or (profile.sources if profile is not None else {}).get(block.source, block.source)
    return _repeated(told, size)


def _repeated(text: str, size: int) -> np.ndarray:
    values = np.empty(size, dtype=object)
    values[:] = text
    return values


def _filled(found: dict[str, Points], times: dict[str, Column], who: dict[str, np.ndarray]) -> int:
    """Fill blank days down where the times below a day go on rising; how many."""
    name_ = next((f for f in ("date", "start") if f in found and (found[f].day != NONE).any()), "")
    clock = next((found[f].clock for f in ("time", "start") if f in found and f != name_), None)
    if not name_ or clock is None or not found[name_].blank.any():
        return 0
    groups = np.asarray([f"{q}\0{s}" for q, s in zip(who["queue"], who["source"], strict=True)], dtype=object)
    found[name_], filled = fill_down(found[name_], groups, clock)
    return int(filled.sum())


def _refuse_merged(grid: Grid, column: Column, at: int, data: Body, faults: Faults) -> None:
    """A measure merged over several rows says nothing of each."""
    if not grid.merged:
        return
    for row in data.rows:
        shown = grid.merged.get((row, at))
        if shown is not None and not is_empty(grid.cell(*shown)):
            faults.add(
                grid.part, row + 1, column.heading, Text("expected a cell of its own, this one is merged with another")
            )


def _without_customers(grid: Grid, header: Header, columns: Layout, data: Body) -> Layout:
    """The layout with the columns whose cells are customer data, whatever their heading."""
    found = {}
    for at in columns.unused:
        seen = [as_text(grid.cell(n, at)) for n in data.rows[:SEEN]]
        kind = personal.column(seen)
        if kind:
            found[at] = kind
    if not found:
        return columns
    unused = {at: why for at, why in columns.unused.items() if at not in found}
    return replace(columns, unused=unused, personal={**columns.personal, **found})


def _compare_totals(grid: Grid, header: Header, block: Block, data: Body, frame: pd.DataFrame, faults: Faults) -> None:
    """A total that is not the sum of its rows is a problem: rows are missing, or counted twice.

    What a subtotal sums is known where the contacts offered since the one before add up to it.
    """
    sums = {f: _sums(frame, f, data) for f in synonym.COUNTS if f in block.columns and f in frame}
    told = {f: {t.row: _figure(grid.cell(t.row, block.columns[f])) for t in data.totals} for f in sums}
    parts = [t for t in data.totals if t.partial and not np.isnan(told["offered"][t.row])]
    known = [t for t in parts if _same(told["offered"][t.row], sums["offered"][0][t.row])]
    if len(known) < len(parts) and len(known) >= max(2, len(parts) - 1):
        odd = next(t for t in parts if t not in known)
        _off(grid, header, block, odd, "offered", sums["offered"][0][odd.row], told["offered"][odd.row], faults)
    for field in sums:
        sections, whole = sums[field]
        for total in known if field != "offered" else []:
            value = told[field][total.row]
            if not np.isnan(value) and not _same(value, sections[total.row]):
                _off(grid, header, block, total, field, sections[total.row], value, faults)
        grand = [(t, v) for t in data.totals if not t.partial and not np.isnan(v := told[field][t.row])]
        fits = [t for t, v in grand if _same(v, whole) or _same(v, sections[t.row])]
        if grand and grand[-1][0] not in fits and (len(grand) == 1 or len(fits) >= len(grand) - 1):
            _off(grid, header, block, grand[-1][0], field, whole, grand[-1][1], faults)


def _sums(frame: pd.DataFrame, field: str, data: Body) -> tuple[dict[int, float], float]:
    """What a column's rows add up to: by total, those since the total before; and all of them."""
    values = pd.Series(frame[field].to_numpy(), index=frame["row"].to_numpy()).fillna(0.0)
    sections: dict[int, float] = {}
    before = 0
    for total in data.totals:
        section = values[[r + 1 for r in data.rows[before : total.above] if r + 1 in values.index]]
        sections[total.row] = float(section.sum())
        before = total.above
    return sections, float(values.sum())


def _off(
    grid: Grid, header: Header, block: Block, total: Total, field: str, found: float, told: float, faults: Faults
) -> None:
    text = Text(
        "the rows add up to {sum}, the total says {total}: rows are missing or counted twice",
        sum=f"{found:g}",
        total=f"{told:g}",
    )
    faults.add(grid.part, total.row + 1, header.name(block.columns[field]), text)


def _figure(cell: object) -> float:
    if isinstance(cell, Broken) or is_empty(cell):
        return float("nan")
    found = number(cell)
    return found.point if isinstance(found, Number) else float("nan")


def _same(one: float, other: float) -> bool:
    return abs(one - other) < 0.5


def _report(grid: Grid, header: Header, columns: Layout, data: Body, filled: int, count: int) -> Part:
    """What was taken of the sheet."""
    taken: dict[str, str | Text] = {}
    for block in columns.blocks:
        for field, at in sorted(block.columns.items(), key=lambda item: item[1]):
            if at != block.at:
                taken[header.name(at)] = field
    if columns.blocks and columns.blocks[0].at >= 0:
        taken |= {header.name(b.at): "offered" for b in columns.blocks}
    for at, why in sorted(columns.unused.items()):
        heading = header.name(at)
        if heading == "-" and not any(not is_empty(grid.cell(n, at)) for n in data.rows):
            continue
        taken.setdefault(heading if heading != "-" else f"({at + 1})", why)
    dropped = tuple(
        Personal(header.name(at), kind, sum(not is_empty(grid.cell(n, at)) for n in data.rows))
        for at, kind in sorted(columns.personal.items())
    )
    headings = tuple(dict.fromkeys(h for h in header.headings if h))
    return Part(
        grid.sheet,
        tuple(r + 1 for r in header.rows),
        headings,
        taken,
        dropped,
        data.skipped,
        filled,
        count,
        columns.notes,
    )


def unknown(columns: Layout) -> Sequence[int]:
    """The columns nothing is known of."""
    return [at for at, why in columns.unused.items() if why == REASONS["unknown"]]
