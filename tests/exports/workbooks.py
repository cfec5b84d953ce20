"""Excel workbooks: as tools write them, as people keep them, and with cells that hold no value."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import xlsxwriter
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from tests.exports.case import NAN, Shelf
from tests.exports.facts import EN, ZH, Fact, day, days, lines, rows, span, text
from tests.exports.zipped import HEAD, MAIN, SHEET, STRINGS, book, row_xml, sheet_xml, zipped

CASES = Shelf("workbook")
F = day()
D = days()
DAY = ["日期", "咨询量", "接待量", "放弃量", "平均处理时长(秒)"]
ONE = ["时间", *ZH[2:]]


def counts(fact: Fact) -> list[int]:
    """The four numbers."""
    return [fact.offered, fact.handled, fact.abandoned, fact.aht]


def typed(facts: list[Fact] = F) -> list[list[object]]:
    """Rows with a date cell, a label and numbers."""
    return [[datetime(f.start.year, f.start.month, f.start.day), span(f), *counts(f)] for f in facts]


def table(
    *lists: object, name: str | None = None, change: Callable[[Workbook, Worksheet], None] | None = None
) -> Callable[[], bytes]:
    """A workbook whose first sheet has these rows, then changed."""

    def fill(workbook: Workbook, sheet: Worksheet) -> None:
        if name:
            sheet.title = name
        for line in lists:
            sheet.append(list(line))  # type: ignore[call-overload]
        if change:
            change(workbook, sheet)

    return book(fill)


CASES.good("dates-and-labels", "时段报表.xlsx", table(ZH, *typed()), rows(F))
CASES.good("moments", "导出.xlsx", table(ONE, *[[f.start, *counts(f)] for f in F]), rows(F))
CASES.good("days", "日报.xlsx", table(DAY, *[[f.start, *counts(f)] for f in D]), rows(D))
CASES.good("date-cells", "日报.xlsx", table(DAY, *[[f.start.date(), *counts(f)] for f in D]), rows(D))
CASES.good(
    "time-cells", "时段报表.xlsx", table(ZH, *[[f.start.date(), f.start.time(), *counts(f)] for f in F]), rows(F)
)
CASES.good("all-text", "系统导出.xlsx", table(ZH, *lines(F)), rows(F), "every cell as text, numbers too")
CASES.good("english", "queue_interval.xlsx", table(EN, *typed()), rows(F))
CASES.good("sheet-name", "导出.xlsx", table(ZH, *typed(), name="时段明细"), rows(F))


def title(workbook: Workbook, sheet: Worksheet) -> None:
    """A merged title above."""
    sheet.insert_rows(1, 2)
    sheet["A1"] = "五芳斋客服中心话务日报"
    sheet["A2"] = "统计周期：2024-05-13 00:00 至 2024-05-13 23:59"
    sheet.merge_cells("A1:F1")
    sheet.merge_cells("A2:F2")


def merged_header(workbook: Workbook, sheet: Worksheet) -> None:
    """Two rows of headings, groups merged over their columns."""
    sheet.insert_rows(1)
    sheet["A1"], sheet["B1"], sheet["C1"], sheet["F1"] = "日期", "时段", "话务量", "时长"
    sheet["A2"], sheet["B2"] = None, None
    for area in ("A1:A2", "B1:B2", "C1:E1"):
        sheet.merge_cells(area)


def merged_dates(workbook: Workbook, sheet: Worksheet) -> None:
    """One merged date cell a day."""
    for first in (2, 2 + len(F)):
        sheet.merge_cells(start_row=first, end_row=first + len(F) - 1, start_column=1, end_column=1)


CASES.good("title", "日报.xlsx", table(ZH, *typed(), change=title), rows(F))
CASES.good("merged-header", "日报.xlsx", table(ZH, *typed(), change=merged_header), rows(F))
TWO_DAYS = [*F, *day("2024-05-14 09:00", seed=4)]
CASES.good(
    "merged-dates",
    "日报.xlsx",
    table(ZH, *typed(TWO_DAYS), change=merged_dates),
    rows(TWO_DAYS),
    "one merged date for a day's rows",
)


def total(workbook: Workbook, sheet: Worksheet) -> None:
    """A total in the last row, its label merged over two columns."""
    sheet.append(["合计", None, sum(f.offered for f in F), sum(f.handled for f in F), sum(f.abandoned for f in F), 300])
    sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=2)


CASES.good("total", "日报.xlsx", table(ZH, *typed(), change=total), rows(F))
CASES.good(
    "from-c4",
    "手工.xlsx",
    table([], [], [], *[[None, None, *line] for line in [ZH, *typed()]]),
    rows(F),
    "the table begins at C4",
)


def cover(workbook: Workbook, sheet: Worksheet) -> None:
    """The data on the second sheet, a cover first."""
    front = workbook.create_sheet("说明", 0)
    front["A1"], front["A3"], front["B3"] = "客服数据月报", "编制：", "运营部"


def hidden_first(workbook: Workbook, sheet: Worksheet) -> None:
    """A hidden sheet of codes first."""
    codes = workbook.create_sheet("字典", 0)
    codes.append(["代码", "含义"])
    codes.append(["1", "售前"])
    codes.sheet_state = "hidden"
    workbook.active = 1


CASES.good(
    "cover-sheet", "月报.xlsx", table(ZH, *typed(), name="数据", change=cover), rows(F), "the cover has no table"
)
CASES.good("hidden-sheet", "月报.xlsx", table(ZH, *typed(), change=hidden_first), rows(F))
CASES.good(
    "empty-sheets",
    "导出.xlsx",
    table(ZH, *typed(), change=lambda w, s: [w.create_sheet(n) for n in ("Sheet2", "Sheet3")] and None),
    rows(F),
)


def mac(workbook: Workbook, sheet: Worksheet) -> None:
    """Dates counted from 1904."""
    workbook.epoch = CALENDAR_MAC_1904


CASES.good(
    "from-1904",
    "mac.xlsx",
    table(DAY, *[[f.start, *counts(f)] for f in D], change=mac),
    rows(D),
    "four years wrong, if the flag is missed",
)


def serials(style: str) -> Callable[[Workbook, Worksheet], None]:
    """The first column shown in `style`."""

    def change(workbook: Workbook, sheet: Worksheet) -> None:
        for line in sheet.iter_rows(min_row=2, max_col=1):
            line[0].number_format = style

    return change


CASES.good(
    "shown-short",
    "日报.xlsx",
    table(DAY, *[[f.start, *counts(f)] for f in D], change=serials('m"月"d"日"')),
    rows(D),
    "shown as 5月13日, but a whole date",
)
CASES.good(
    "shown-american",
    "日报.xlsx",
    table(DAY, *[[f.start, *counts(f)] for f in days("2024-05-01", 12)], change=serials("mm-dd-yy")),
    rows(days("2024-05-01", 12)),
    "shown as 05-01-24, yet a real date: no doubt",
)


def blurred(workbook: Workbook, sheet: Worksheet) -> None:
    """Times as sums of 1/48, off by a hair."""
    step = 0.0
    for i, line in enumerate(sheet.iter_rows(min_row=2, max_col=1)):
        step = 45425.375 + sum([1 / 48] * i)
        line[0].value = step - 1e-9
        line[0].number_format = "yyyy/m/d h:mm"


CASES.good(
    "blurred-times",
    "公式拖出来的.xlsx",
    table(ONE, *[[0, *counts(f)] for f in F], change=blurred),
    rows(F),
    "9:59:59.9999 is 10:00",
)
CASES.good(
    "aht-as-time",
    "话务.xlsx",
    table(
        [*ZH[:5], "平均处理时长"],
        *[[*t[:5], time(0, f.aht // 60, f.aht % 60)] for t, f in zip(typed(), F, strict=True)],
    ),
    rows(F),
    "0:05:12 in a time cell is 312 seconds",
)
CASES.good(
    "aht-as-duration",
    "话务.xlsx",
    table([*ZH[:5], "平均处理时长"], *[[*t[:5], timedelta(seconds=f.aht)] for t, f in zip(typed(), F, strict=True)]),
    rows(F),
    "[h]:mm:ss",
)


def percent(workbook: Workbook, sheet: Worksheet) -> None:
    """The sixth column shown as a percentage."""
    for line in sheet.iter_rows(min_row=2, min_col=6, max_col=6):
        line[0].number_format = "0.0%"


CASES.good(
    "percent-cells",
    "日报.xlsx",
    table([*DAY, "满意度"], *[[f.start, *counts(f), 0.925] for f in D], change=percent),
    [f.row(more=(("satisfaction", 0.925),)) for f in D],
)


def formulas() -> bytes:
    """Formulas with their values, as Excel saves them."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        when = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ZH)
        for i, f in enumerate(F, 1):
            sheet.write_datetime(i, 0, f.start.replace(hour=0, minute=0), when)
            sheet.write_string(i, 1, span(f))
            sheet.write_formula(i, 2, f"=D{i + 1}+E{i + 1}", None, f.offered)
            sheet.write_row(i, 3, [f.handled, f.abandoned, f.aht])
        sheet.write_formula(len(F) + 1, 2, f"=SUM(C2:C{len(F) + 1})", None, sum(f.offered for f in F))
        sheet.write_string(len(F) + 1, 0, "合计")
    return out.getvalue()


CASES.good("formulas-with-values", "手工.xlsx", formulas, rows(F))


def rich() -> bytes:
    """Headings of several fonts, strings kept in the shared table."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("日报")
        red = workbook.add_format({"font_color": "red"})
        bold = workbook.add_format({"bold": True})
        for i, name in enumerate(ZH):
            if i == 5:
                sheet.write_rich_string(0, i, bold, "平均处理", red, "时长", "(秒)")
            else:
                sheet.write_string(0, i, name)
        for i, line in enumerate(lines(F), 1):
            sheet.write_row(i, 0, [*line[:2], *map(int, line[2:])])
        sheet.autofilter(0, 0, len(F), 5)
        sheet.freeze_panes(1, 0)
        sheet.write_comment(3, 2, "含重复进线")
    return out.getvalue()


CASES.good("rich-strings", "日报.xlsx", rich, rows(F))
CASES.good(
    "no-dimension",
    "流式导出.xlsx",
    zipped({SHEET: sheet_xml([ZH, *lines(F)])}),
    rows(F),
    "a streaming writer leaves the dimension out",
)
bare = (
    HEAD
    + f'<worksheet xmlns="{MAIN}"><sheetData>'
    + "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{v}</t></is></c>' for v in line) + "</row>"
        for line in [ZH, *lines(F)]
    )
    + "</sheetData></worksheet>"
)
CASES.good(
    "no-references",
    "流式导出.xlsx",
    zipped({SHEET: bare}),
    rows(F),
    "cells and rows without references count from the left and the top",
)
CASES.good("named-xls", "导出.xls", table(ZH, *typed()), rows(F), "a workbook with the old ending", sure=False)
CASES.good("named-csv", "导出.csv", table(ZH, *typed()), rows(F), "a workbook named .csv", sure=False)
CASES.good(
    "named-xlsm",
    "带宏.xlsm",
    table(ZH, *typed()),
    rows(F),
    sure=False,
    why="the ending of a workbook with macros; the issue names XLSX",
)
CASES.good(
    "csv-named-xlsx",
    "导出.xlsx",
    text([ZH, *lines(F)], encoding="gbk"),
    rows(F),
    sure=False,
    why="text named .xlsx: plain from its first bytes, or a refusal that says so",
)


def styled(workbook: Workbook, sheet: Worksheet) -> None:
    """Empty rows with a format below."""
    for r in range(len(F) + 2, len(F) + 400):
        sheet.cell(r, 1).number_format = "yyyy-mm-dd"
        sheet.cell(r, 6).number_format = "0"


CASES.good("styled-empty-rows", "手工.xlsx", table(ZH, *typed(), change=styled), rows(F))
CASES.good(
    "hidden-column",
    "手工.xlsx",
    table(
        [*ZH, "手机号"],
        *[[*t, "13812345678"] for t in typed()],
        change=lambda w, s: setattr(s.column_dimensions["G"], "hidden", True),
    ),
    rows(F),
    secrets=("13812345678",),
)
CASES.good(
    "blank-cells",
    "日报.xlsx",
    table(DAY, *[[f.start, *counts(f)[:3], None if i == 4 else f.aht] for i, f in enumerate(D)]),
    [f.row(aht_s=NAN) if i == 4 else f.row() for i, f in enumerate(D)],
)
QUEUED = ["日期", "时段", "技能组", *ZH[2:]]
CASES.good(
    "merged-queues",
    "分组.xlsx",
    table(
        QUEUED,
        *[[*t[:2], q if i == 0 else None, *t[2:]] for q in ("售前", "售后") for i, t in enumerate(typed())],
        change=lambda w, s: [s.merge_cells(f"C{a}:C{a + 17}") for a in (2, 20)] and None,
    ),
    [*rows(F, queue="售前"), *rows(F, queue="售后")],
)
CASES.good(
    "contact-log",
    "会话明细.xlsx",
    table(
        ["会话开始时间", "技能组", "处理时长(秒)", "是否接通"],
        *[
            [f.start + timedelta(seconds=61 * k), "售前", 200 + 10 * k, "否" if k == 3 else "是"]
            for f in F
            for k in range(4)
        ],
    ),
    [f.row(offered=4, handled=3, abandoned=1, aht_s=210.0, queue="售前") for f in F],
    zeros=True,
)

# debatable
CASES.good(
    "filtered-rows",
    "筛选.xlsx",
    table(
        ZH, *typed(), change=lambda w, s: [setattr(s.row_dimensions[r], "hidden", True) for r in range(5, 12)] and None
    ),
    rows(F),
    sure=False,
    why="rows hidden by a filter are still data; a warning would be kind",
)


def second(name: str, facts: list[Fact]) -> Callable[[Workbook, Worksheet], None]:
    """A second sheet of the same shape."""

    def change(workbook: Workbook, sheet: Worksheet) -> None:
        other = workbook.create_sheet(name)
        for line in [ZH, *typed(facts)]:
            other.append(list(line))

    return change


CASES.either(
    "sheet-a-queue",
    "分组.xlsx",
    table(ZH, *typed(), name="售前", change=second("售后", day(seed=3))),
    [*rows(F, queue="售前"), *rows(day(seed=3), queue="售后")],
    "a sheet a queue: both or neither, never the first alone",
)
CASES.either(
    "sheet-a-day",
    "两天.xlsx",
    table(ZH, *typed(), name="0513", change=second("0514", day("2024-05-14 09:00", seed=4))),
    rows(TWO_DAYS),
    "a sheet a day: both or neither, never the first alone",
)
CASES.either(
    "serials-shown-as-numbers",
    "日报.xlsx",
    table(DAY, *[[(f.start - datetime(1899, 12, 30)).days, *counts(f)] for f in D]),
    rows(D),
    "45425 without a date format under 日期",
    sure=False,
)
CASES.bad(
    "merged-numbers",
    "手工.xlsx",
    table(ZH, *typed(), change=lambda w, s: s.merge_cells("C5:C6")),
    [(5, "咨询量"), (6, "咨询量")],
    "one volume for two half-hours: which part is whose?",
    sure=False,
)


# refused
def put(cell: str, value: object, style: str | None = None) -> Callable[[], bytes]:
    """The ordinary workbook with one cell replaced."""

    def change(workbook: Workbook, sheet: Worksheet) -> None:
        sheet[cell] = value  # type: ignore[assignment]
        if style:
            sheet[cell].number_format = style

    return table(ZH, *typed(), change=change)


AT = [(8, "咨询量")]
CASES.bad(
    "formula-without-value",
    "脚本生成.xlsx",
    put("C8", "=D8+E8"),
    AT,
    "a script wrote the formula; Excel never computed it",
)
CASES.bad(
    "formulas-without-values",
    "脚本生成.xlsx",
    table(ZH, *[[*t[:2], f"=D{i}+E{i}", *t[3:]] for i, t in enumerate(typed(), 2)]),
    [(2, "咨询量")],
    "all of them",
)
CASES.bad("error-na", "手工.xlsx", put("C8", "#N/A"), AT, "VLOOKUP found nothing")
CASES.bad("error-div", "手工.xlsx", put("F8", "#DIV/0!"), [(8, ZH[5])], "divided by nothing")
CASES.bad("boolean", "手工.xlsx", put("C8", True), AT, "a yes, not a count")
CASES.bad(
    "number-as-date", "手工.xlsx", put("C8", date(1900, 2, 9)), AT, "a count shown as a date by mistake: 40 or a date?"
)
CASES.bad(
    "date-as-text-ambiguous",
    "手工.xlsx",
    table(ZH, *[["05/06/2024", *t[1:]] for t in typed()]),
    [(2, "日期"), (2, "时段")],
    "text, not a date; two readings",
)
CASES.bad("text-number", "手工.xlsx", put("C8", "约40"), AT, "a guess")
CASES.bad("negative", "手工.xlsx", put("C8", -4), AT, "fewer than none")
CASES.bad("negative-date", "手工.xlsx", put("A8", -45425, "yyyy-mm-dd"), [(8, "日期"), (8, "时段")], "before all dates")
CASES.bad(
    "date-too-large", "手工.xlsx", put("A8", 99999999, "yyyy-mm-dd"), [(8, "日期"), (8, "时段")], "after all dates"
)
CASES.bad(
    "below-a-title",
    "手工.xlsx",
    table(["客服日报"], [], ZH, *[t if i != 5 else [*t[:2], "坏", *t[3:]] for i, t in enumerate(typed())]),
    [(9, "咨询量")],
    "rows are counted as the spreadsheet does",
)
CASES.bad(
    "from-c4-bad",
    "手工.xlsx",
    table(
        [],
        [],
        [],
        *[
            [None, None, *line]
            for line in [ZH, *[t if i != 5 else [*t[:2], "坏", *t[3:]] for i, t in enumerate(typed())]]
        ],
    ),
    [(10, "咨询量")],
    "also where the table begins at C4",
)
CASES.bad("empty", "空.xlsx", table(), why="no cells")
CASES.bad("headings-only", "空.xlsx", table(ZH), why="no rows")
CASES.bad("repeated", "手工.xlsx", table(ZH, *typed(), typed()[3]), [(20, None), (5, None)], "10:30 twice")
CASES.bad(
    "time-27",
    "手工.xlsx",
    table(
        ZH,
        *[
            [t[0], timedelta(hours=27) if i == 6 else f.start.time(), *t[2:]]
            for i, (t, f) in enumerate(zip(typed(), F, strict=True))
        ],
    ),
    [(8, "时段"), (8, "日期")],
    "27:00 in a cell of hours",
)
CASES.bad(
    "nul-shared-string",
    "导出.xlsx",
    zipped(
        {
            STRINGS: HEAD + f'<sst xmlns="{MAIN}" count="1" uniqueCount="1"><si><t>日期</t></si></sst>',
            SHEET: sheet_xml(
                [],
                more='<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>7</v></c></row>'
                + row_xml(["2024-05-13", "20"], 2),
            ),
        }
    ),
    why="a string that the table does not have",
)
