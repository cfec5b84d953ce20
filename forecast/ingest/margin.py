"""Which rows below a header are data: totals, footnotes, repeated headers and blank rows are not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from forecast.ingest import synonym
from forecast.ingest.cell import Number, as_text, is_empty, number
from forecast.ingest.clock import Moment, moment
from forecast.ingest.fault import Faults
from forecast.ingest.grid import EMPTY_ROW, Grid
from forecast.ingest.header import Header
from forecast.ingest.heading import plain
from forecast.ingest.layout import Layout
from forecast.language import Text

# how footnotes begin
NOTES = (
    "注|备注|说明|附注|导出|制表|数据来源|统计口径|来源|报表|打印|审核|填表|口径|声明|以上|数据|版权|生成|制单|查询|筛选|更新",
    "截至|截止|温馨提示|提示|第\\s?\\d+\\s?页|共\\s?\\d+\\s?[页条]",
    "note|source|exported|generated|printed|report|page|created|run\\s|prepared|confidential|copyright|©|data\\s",
    "filter|legend|disclaimer|end\\sof|records?\\b",
)
NOTE = re.compile(rf"[*※#\s]{{0,3}}(?:{'|'.join(NOTES)})")
SAYS_TOTAL = re.compile("合|总|计|汇|均|最|峰|全天|total|sum|av|mean|max|min|peak|overall|ＴＯＴＡＬ", re.IGNORECASE)
NAMED = "subtotal of"  # and a name: a total only where nothing else names the row's queue or time
LEAD = 4  # cells at the beginning of a row that may say it is a total
OTHERS = re.compile("[,;\t|，]")
BLANK = Text("blank")
TITLE = Text("a title above the header")
TOTAL = Text("a total")
AVERAGE = Text("an average")
FOOTNOTE = Text("a footnote")
REPEATED = Text("the header again")
REPEATED_TITLE = Text("the title again")


@dataclass(frozen=True)
class Total:
    """A row that sums others: its row from 0, whether only a part of them, and how many data rows stand above it."""

    row: int
    partial: bool
    above: int


@dataclass(frozen=True)
class Body:
    """A sheet's data rows, counted from 0, and the rows that are none: (row as a spreadsheet numbers it, why)."""

    rows: Sequence[int]
    skipped: tuple[tuple[int, Text], ...]
    totals: tuple[Total, ...]


def total_word(cell: object) -> str:
    """The plain word by which a cell says that its row is a total, '' where it does not.

    >>> total_word("合计："), total_word("Grand Total"), total_word("2026-06-01 小计"), total_word("总部")
    ('合计', 'grandtotal', '小计', '')
    """
    if not isinstance(cell, str) or not 0 < len(cell) <= 40 or (cell[0].isdigit() and cell[-1].isdigit()):
        return ""
    if not SAYS_TOTAL.search(cell):
        return ""
    word = plain(cell).strip("()[]|/")
    if word in synonym.TOTAL:
        return word
    for end in ("合计", "总计", "小计", "汇总", "均值", "平均", "subtotal", "total"):
        if word.endswith(end) and isinstance(moment(word.removesuffix(end)), Moment):
            return end
    for end in ("小计", "合计", "总计"):
        if word.endswith(end) or (word.startswith(end) and not word.removeprefix(end).strip("()/:0123456789条行天日")):
            return end
    if re.fullmatch(r"合计/平均|合计平均|总计/平均|total/average|totals?/averages?|total\(?\d*\)?", word):
        return "合计"
    if re.search(r"\stotals?:?$", cell, re.IGNORECASE):  # EN Total
        return NAMED
    return "subtotal" if word.endswith("subtotal") or word.startswith("subtotal") else ""


def body(grid: Grid, header: Header, layout: Layout, faults: Faults) -> Body:
    """The data rows; text among them, and rows of another width than the header, are problems."""
    above = [grid.rows[n] for n in range(header.rows[0])]
    skipped = [(n + 1, TITLE) for n, row in enumerate(above) if not _blank(row)]
    filled = [n for n in range(header.first, len(grid.rows)) if grid.rows[n] is not EMPTY_ROW]
    last = _last(grid, header, layout, filled)
    heads = {_whole(grid.rows[n]) for n in header.rows}
    titles = {_whole(row) for row in above if not _blank(row)}
    starts = {cells[0] for cells in (*heads, *titles) if cells}
    offered = [b.columns["offered"] for b in layout.blocks if "offered" in b.columns]
    lead = _lead(header, layout)
    says = _totals_by_cell([grid.rows[n] for n in filled], lead)
    rows: list[int] = []
    totals: list[Total] = []
    for at in filled:
        row = grid.rows[at]
        if _blank(row):
            continue
        word = _word(row, lead, says) if says else ""
        if word:
            average = word in synonym.AVERAGE
            skipped.append((at + 1, AVERAGE if average else TOTAL))
            if not average:
                totals.append(Total(at, word in (*synonym.SUBTOTAL, NAMED), len(rows)))
        elif row[0] in starts and _whole(row) in heads:
            skipped.append((at + 1, REPEATED))
        elif row[0] in starts and (_whole(row) in titles or (_again(grid, at, heads) and not _counts(row, offered))):
            skipped.append((at + 1, REPEATED_TITLE))
        elif at > last:
            skipped.append((at + 1, FOOTNOTE))
        else:
            rows.append(at)
    _check_shape(grid, header, rows, faults)
    return Body(rows, tuple(sorted(skipped, key=lambda s: s[0])), tuple(totals))


def _check_shape(grid: Grid, header: Header, rows: list[int], faults: Faults) -> None:
    """Refuse rows of another width, and rows that hold only text; `rows` keeps the others."""
    width, kept = header.width, []
    for at in rows:
        row = grid.rows[at]
        size = len(row)
        if size == width and size - row.count("") > 1:
            kept.append(at)
        elif size > width and _size(row) > width:
            if grid.typed:
                text = Text(
                    "expected cells below the {expected} headings only, found one in column {count}",
                    expected=width,
                    count=_size(row),
                )
            else:
                text = Text(
                    "expected {expected} cells, found {count}; a number with thousands separators needs "
                    "quotation marks",
                    expected=width,
                    count=_size(row),
                )
            faults.add(grid.part, at + 1, "-", text)
        elif size < width and not grid.typed:
            faults.add(
                grid.part,
                at + 1,
                "-",
                Text("expected {expected} cells, found {count}; the file may be cut off", expected=width, count=size),
            )
        elif _only_text(row):
            faults.add(
                grid.part,
                at + 1,
                "-",
                Text("expected data, found a row with only a text; such rows are notes, which may follow the data"),
            )
        else:
            kept.append(at)
    rows[:] = kept


def _size(row: Sequence[object]) -> int:
    """Cells up to the last that is filled."""
    return max((n + 1 for n, c in enumerate(row) if not is_empty(c)), default=0)


def _whole(row: Sequence[object]) -> tuple[object, ...]:
    """A row without the empty cells at its end."""
    return tuple(row[: _size(row)])


def _blank(row: Sequence[object]) -> bool:
    return row.count("") == len(row)


def _filled(row: Sequence[object]) -> list[object]:
    return [c for c in row if not is_empty(c)]


def _only_text(row: Sequence[object]) -> bool:
    """Whether a row holds one cell, and that a text that is neither number nor time."""
    if len(row) - row.count("") != 1:
        return False
    first = _filled(row)[0]
    if not isinstance(first, str):
        return False
    if isinstance(number(first), Number) or isinstance(moment(first), Moment):
        return False
    pieces = OTHERS.split(first[:200])  # a whole row with another separator is no note
    return not (len(pieces) > 2 and isinstance(moment(pieces[0].strip()), Moment))


def _last(grid: Grid, header: Header, layout: Layout, filled: Sequence[int]) -> int:
    """The last row that is data: what stands below are footnotes and totals."""
    offered = [b.columns["offered"] for b in layout.blocks if "offered" in b.columns]
    lead = _lead(header, layout)
    for at in reversed(filled):
        row = grid.rows[at]
        if _blank(row) or _only_text(row) or _is_note(row, offered):
            continue
        if _word(
            row, lead, {c: w for n in lead if n < len(row) and isinstance(c := row[n], str) and (w := total_word(c))}
        ):
            continue
        return at
    return header.first - 1


def _is_note(row: Sequence[object], offered: Sequence[int]) -> bool:
    """Whether a row begins as a footnote does and has no count."""
    first = as_text(_filled(row)[0])
    if not NOTE.match(unicodedata.normalize("NFKC", first[:100]).casefold()):
        return False
    return not _counts(row, offered)


def _counts(row: Sequence[object], offered: Sequence[int]) -> bool:
    return any(n < len(row) and isinstance(number(row[n]), Number) for n in offered)


def _again(grid: Grid, at: int, heads: set[tuple[object, ...]]) -> bool:
    """Whether one of the next rows is the header again: the row is the title of a printed page."""
    return any(_whole(r) in heads for r in grid.rows[at + 1 : at + 4])


def _lead(header: Header, layout: Layout) -> list[int]:
    """The columns whose text may say that a row is a total: times, names, and what stands before the counts."""
    measures = {c for b in layout.blocks for f, c in b.columns.items() if f not in (*synonym.TIMES, *synonym.NAMES)}
    first = min(measures, default=LEAD)
    keys = {c for b in layout.blocks for f, c in b.columns.items() if f in (*synonym.TIMES, *synonym.NAMES)}
    return sorted(keys | set(range(min(first, LEAD))) - measures)


def _totals_by_cell(rows: Sequence[Sequence[object]], lead: Sequence[int]) -> dict[str, str]:
    """The cells of the leading columns that say total, each with its word."""
    cells: set[object] = set()
    for n in lead:
        cells |= {row[n] for row in rows if n < len(row)}
    return {str(c): word for c in cells if (word := total_word(c))}


def _word(row: Sequence[object], lead: Sequence[int], says: dict[str, str]) -> str:
    told = [n for n in lead if n < len(row) and not is_empty(row[n])]
    for n in told:
        if isinstance(row[n], str) and row[n] in says and (says[str(row[n])] != NAMED or len(told) == 1):
            return says[str(row[n])]
    return ""
