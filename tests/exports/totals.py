"""Rows that are no intervals: totals, averages, notes, page breaks, and tables stacked on one another."""

from __future__ import annotations

from collections.abc import Sequence

from tests.exports.case import Shelf
from tests.exports.facts import EN, ZH, Fact, daily, day, days, lines, rows, text

CASES = Shelf("total")
F = day()
D = days()
DAY = ["日期", "咨询量", "接待量", "放弃量", "平均处理时长(秒)"]


def total(facts: Sequence[Fact], *label: str) -> list[str]:
    """A total row under `label`."""
    sums = [sum(getattr(f, name) for f in facts) for name in ("offered", "handled", "abandoned")]
    mean = round(sum(f.aht * f.handled for f in facts) / sums[1])
    return [*label, *map(str, sums), str(mean)]


for name, label in (
    ("heji", "合计"),
    ("zongji", "总计"),
    ("spaced", "合  计"),
    ("colon", "合计："),
    ("huizong", "汇总"),
    ("total", "Total"),
    ("grand-total", "Grand Total"),
    ("total-caps", "TOTAL:"),
):
    heading = EN if label.isascii() else ZH
    CASES.good(name, "导出.csv", text([heading, *lines(F), total(F, label, "")]), rows(F), f"{label} is no interval")
CASES.good("in-label-column", "导出.csv", text([ZH, *lines(F), total(F, "2024-05-13", "合计")]), rows(F))
CASES.good(
    "first-row",
    "京东日报.csv",
    text([DAY, total(D, "汇总"), *daily(D)], encoding="gbk"),
    rows(D),
    "JD puts the total first",
)
TWO_DAYS = [day(), day("2024-05-14 09:00", seed=4)]
CASES.good(
    "subtotals",
    "导出.csv",
    text(
        [
            ZH,
            *[c for d in TWO_DAYS for c in (*lines(d), total(d, f"{d[0].start:%Y-%m-%d}", "小计"))],
            total([*TWO_DAYS[0], *TWO_DAYS[1]], "总计", ""),
        ]
    ),
    [*rows(TWO_DAYS[0]), *rows(TWO_DAYS[1])],
)
CASES.good(
    "subtotal-with-date",
    "导出.csv",
    text([ZH, *[c for d in TWO_DAYS for c in (*lines(d), total(d, f"{d[0].start:%Y-%m-%d} 小计", ""))]]),
    [*rows(TWO_DAYS[0]), *rows(TWO_DAYS[1])],
)
CASES.good(
    "average",
    "日报.csv",
    text([DAY, *daily(D), total(D, "合计"), ["平均", "27.4", "26.1", "1.3", "288"]]),
    rows(D),
    "the averages are no day either",
)
CASES.good(
    "average-english",
    "daily.csv",
    text([["Date", *EN[2:]], *daily(D), ["Average", "27.4", "26.1", "1.3", "288"]]),
    rows(D),
)
CASES.good(
    "max-min",
    "日报.csv",
    text([DAY, *daily(D), ["最大值", "42", "40", "3", "355"], ["最小值", "14", "13", "0", "240"]]),
    rows(D),
    sure=False,
    why="最大值 and 最小值 are plain to people",
)
CASES.good(
    "half-day-subtotals",
    "导出.csv",
    text(
        [
            ZH,
            *lines(F[:6]),
            total(F[:6], "2024-05-13", "上午小计"),
            *lines(F[6:]),
            total(F[6:], "2024-05-13", "下午小计"),
            total(F, "2024-05-13", "全天合计"),
        ]
    ),
    rows(F),
)
CASES.good(
    "notes-below",
    "日报.csv",
    text(
        [
            DAY,
            *daily(D),
            total(D, "合计"),
            [""] * 5,
            ["注：放弃量含IVR放弃", "", "", "", ""],
            ["制表人：张三", "", "审核：李四", "", ""],
        ]
    ),
    rows(D),
)
CASES.good(
    "note-short-line", "日报.csv", text([DAY, *daily(D)]) + "\r\n数据来源：呼叫平台，仅供内部使用\r\n".encode(), rows(D)
)
CASES.good(
    "page-breaks",
    "打印导出.csv",
    text([ZH, *lines(F[:9]), ZH, *lines(F[9:])]),
    rows(F),
    "the headings again on the next page",
)
CASES.good(
    "page-breaks-with-titles",
    "打印导出.csv",
    text(
        [
            ["话务日报", "", "", "", "", "第1页"],
            ZH,
            *lines(F[:9]),
            [""] * 6,
            ["话务日报", "", "", "", "", "第2页"],
            ZH,
            *lines(F[9:]),
        ]
    ),
    rows(F),
)
CASES.good(
    "total-column",
    "导出.csv",
    text(
        [
            ["日期", "时段", "咨询量", "接待量", "放弃量", "合计时长(秒)", "平均处理时长(秒)"],
            *[[*c[:5], "9999", c[5]] for c in lines(F)],
        ]
    ),
    rows(F),
    "a column of sums beside",
)

# debatable
CASES.either(
    "change-on-week",
    "日报.csv",
    text([DAY, *daily(D), total(D, "合计"), ["环比", "+12.0%", "+11.5%", "-2.0%", "+1.1%"]]),
    rows(D),
    "环比 compares with the period before",
    sure=False,
)
CASES.either(
    "unlabelled",
    "日报.csv",
    text([DAY, *daily(D), total(D, "")]),
    rows(D),
    "sums without a label; as a day they would double everything",
)
CASES.either(
    "queue-of-all",
    "技能组.csv",
    text(
        [
            ["日期", "时段", "技能组", *ZH[2:]],
            *[[c[0], c[1], q, *c[2:]] for q, s in (("售前", 0), ("售后", 3)) for c in lines(day(seed=s))],
            *[
                [a[0], a[1], "合计", *[str(int(x) + int(y)) for x, y in zip(a[2:5], b[2:5], strict=True)], a[5]]
                for a, b in zip(lines(day()), lines(day(seed=3)), strict=True)
            ],
        ]
    ),
    [*rows(F, queue="售前"), *rows(day(seed=3), queue="售后")],
    "a queue called 合计 is the others' sum; as a queue it doubles everything",
)
CASES.either(
    "queue-of-all-english",
    "queues.csv",
    text(
        [
            ["Date", "Interval", "Queue", *EN[2:]],
            *[[c[0], c[1], q, *c[2:]] for q, s in (("Presales", 0), ("After-sales", 3)) for c in lines(day(seed=s))],
            *[
                [a[0], a[1], "All", *[str(int(x) + int(y)) for x, y in zip(a[2:5], b[2:5], strict=True)], a[5]]
                for a, b in zip(lines(day()), lines(day(seed=3)), strict=True)
            ],
        ]
    ),
    [*rows(F, queue="Presales"), *rows(day(seed=3), queue="After-sales")],
    "All is the others' sum; a queue could be called so",
    sure=False,
)
CASES.either(
    "stacked",
    "分组日报.csv",
    text(
        [
            ["售前咨询", "", "", "", "", ""],
            ZH,
            *lines(F),
            total(F, "合计", ""),
            [""] * 6,
            ["售后", "", "", "", "", ""],
            ZH,
            *lines(day(seed=3)),
            total(day(seed=3), "合计", ""),
        ]
    ),
    [*rows(F, queue="售前咨询"), *rows(day(seed=3), queue="售后")],
    "two tables, one below the other: both or neither",
)
CASES.either(
    "side-by-side",
    "对比.csv",
    text(
        [
            ["售前", *[""] * 4, "", "售后", *[""] * 4],
            [*DAY, "", *DAY],
            *[[*a, "", *b] for a, b in zip(daily(D), daily(days(seed=3)), strict=True)],
        ]
    ),
    [*rows(D, queue="售前"), *rows(days(seed=3), queue="售后")],
    "two tables, side by side: both or neither",
)
wrong = total(D, "合计")
wrong[1] = str(int(wrong[1]) + 400)
CASES.either(
    "wrong-total",
    "日报.csv",
    text([DAY, *daily(D), wrong]),
    rows(D),
    "the total is 400 more than its rows: rows may be missing; a warning or a refusal",
    sure=False,
)
CASES.either(
    "day-total-blank-label",
    "导出.csv",
    text([ZH, *[c for d in TWO_DAYS for c in (*lines(d), total(d, f"{d[0].start:%Y-%m-%d}", ""))]]),
    [*rows(TWO_DAYS[0]), *rows(TWO_DAYS[1])],
    "a day's sum with a date and no label",
)

# refused
CASES.bad("only-totals", "汇总.csv", text([ZH, total(F, "合计", "")]), why="nothing but a total")
CASES.bad(
    "bad-cell-above-total",
    "日报.csv",
    text([DAY, *daily(D)[:5], ["2024-05-18", "二十", "19", "1", "280"], total(D, "合计")]),
    [(7, "咨询量")],
    "a total below does not excuse text above",
)
CASES.bad(
    "text-row-in-the-middle",
    "日报.csv",
    text([DAY, *daily(D[:7]), ["系统故障", "30", "28", "2", "300"], *daily(D[7:])]),
    [(9, "日期")],
    "numbers under a remark instead of a date: not a total",
)
