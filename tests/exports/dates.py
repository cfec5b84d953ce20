"""Dates and times of day as tools and people write them, and those no one can be sure of."""

from __future__ import annotations

from datetime import datetime

from tests.exports.case import Shelf
from tests.exports.facts import EN, ZH, Fact, daily, day, days, excel, lines, rows, spoilt, text, usual, ymd

CASES = Shelf("date")
F = day()
D = days()
DAY = ["日期", "咨询量", "接待量", "放弃量", "平均处理时长(秒)"]
DAY_EN = ["Date", "Offered", "Handled", "Abandoned", "AHT (s)"]
ONE = ["时间", *ZH[2:]]


def moments(style: str, facts: list[Fact] = F, heading: list[str] = ONE) -> bytes:
    """One column with date and time together, in strftime's `style`."""
    return text([heading, *[[f.start.strftime(style), *f.numbers] for f in facts]])


def by_day(write: object, facts: list[Fact] = D, heading: list[str] = DAY) -> bytes:
    """A day a row."""
    return text([heading, *daily(facts, write)])  # type: ignore[arg-type]


CASES.good(
    "excel-unpadded",
    "导出.csv",
    text([ZH, *[[excel(f.start), f"{f.start.hour}:{f.start:%M}", *f.numbers] for f in F]]),
    rows(F),
)
CASES.good(
    "excel-moment",
    "导出.csv",
    text([ONE, *[[f"{excel(f.start)} {f.start.hour}:{f.start:%M}", *f.numbers] for f in F]]),
    rows(F),
)
CASES.good("seconds", "导出.csv", moments("%Y-%m-%d %H:%M:%S"), rows(F))
CASES.good("milliseconds", "导出.csv", moments("%Y-%m-%d %H:%M:%S.000"), rows(F))
CASES.good("iso-t", "export.csv", moments("%Y-%m-%dT%H:%M:%S", heading=["start", *EN[2:]]), rows(F))
CASES.good(
    "iso-own-zone",
    "export.csv",
    moments("%Y-%m-%dT%H:%M:%S+08:00", heading=["start", *EN[2:]]),
    rows(F),
    "Shanghai's own offset",
)
CASES.good(
    "compact",
    "ctqueue.txt",
    text([["date", "period", *EN[2:]], *[[f"{f.start:%Y%m%d}", f"{f.start:%H%M}", *f.numbers] for f in F]], sep="|"),
    rows(F),
)
CASES.good("compact-days", "导出.csv", by_day(lambda t: f"{t:%Y%m%d}"), rows(D))
CASES.good("chinese-days", "日报.csv", by_day(lambda t: f"{t.year}年{t.month}月{t.day}日"), rows(D))
CASES.good(
    "chinese-moment",
    "导出.csv",
    text([ONE, *[[f"{t.year}年{t.month:02d}月{t.day:02d}日 {t:%H:%M}", *f.numbers] for f in F for t in [f.start]]]),
    rows(F),
)
CASES.good(
    "chinese-hours",
    "导出.csv",
    text(
        [
            ["日期", "小时", *ZH[2:]],
            *[
                [f"2024年{f.start.month}月{f.start.day}日", f"{f.start.hour}时", *f.numbers]
                for f in day(count=13, minutes=60)
            ],
        ]
    ),
    rows(day(count=13, minutes=60)),
)
WEEK = "一二三四五六日"
CASES.good("weekday-after", "日报.csv", by_day(lambda t: f"{t:%Y-%m-%d} 周{WEEK[t.weekday()]}"), rows(D))
CASES.good(
    "weekday-in-brackets", "日报.csv", by_day(lambda t: f"{t.year}/{t.month}/{t.day}(星期{WEEK[t.weekday()]})"), rows(D)
)
CASES.good(
    "weekday-english",
    "daily.csv",
    by_day(lambda t: t.strftime("%a %Y-%m-%d"), heading=DAY_EN),
    rows(D),
    sure=False,
    why="an unusual order",
)
CASES.good("dots-year-first", "日报.csv", by_day(lambda t: f"{t:%Y.%m.%d}"), rows(D))
CASES.good(
    "german",
    "bericht.csv",
    by_day(lambda t: f"{t:%d.%m.%Y}", heading=DAY_EN),
    rows(D),
    "13.05.2024 to 26.05.2024: one reading only",
)
CASES.good(
    "british",
    "daily.csv",
    by_day(lambda t: f"{t:%d/%m/%Y}", heading=DAY_EN),
    rows(D),
    "13/05/2024 to 26/05/2024: one reading only",
)
CASES.good(
    "american",
    "daily.csv",
    by_day(lambda t: f"{t.month}/{t.day}/{t.year}", heading=DAY_EN),
    rows(D),
    "5/13/2024 to 5/26/2024: one reading only",
)
CASES.good(
    "american-settled",
    "daily.csv",
    by_day(lambda t: f"{t.month}/{t.day}/{t.year}", days("2024-05-06", 14), DAY_EN),
    rows(days("2024-05-06", 14)),
    sure=False,
    why="5/6/2024 alone has two readings, the column as a whole (to 5/19/2024) only one",
)
CASES.good("month-names", "daily.csv", by_day(lambda t: t.strftime("%d-%b-%Y"), heading=DAY_EN), rows(D))
CASES.good("month-names-us", "daily.csv", by_day(lambda t: t.strftime("%b %d, %Y"), heading=DAY_EN), rows(D))
CASES.good(
    "noon-midnight",
    "hourly.csv",
    moments("%Y-%m-%d %I:%M %p", day("2024-05-13 00:00", 24, 60), ["Start time", *EN[2:]]),
    rows(day("2024-05-13 00:00", 24, 60)),
    "12:00 AM is midnight",
)
CASES.good(
    "morning-afternoon",
    "导出.csv",
    text(
        [
            ONE,
            *[
                [f"{ymd(t)} {'上午' if t.hour < 12 else '下午'}{(t.hour - 1) % 12 + 1}:{t:%M}", *f.numbers]
                for f in F
                for t in [f.start]
            ],
        ]
    ),
    rows(F),
)
CASES.good(
    "fullwidth-dates",
    "手工.csv",
    by_day(lambda t: f"{t:%Y-%m-%d}".translate(str.maketrans("0123456789-", "０１２３４５６７８９－"))),
    rows(D),
)
CASES.good(
    "fullwidth-times",
    "手工.csv",
    text(
        [
            ZH,
            *[
                [
                    ymd(f.start),
                    f"{f.start:%H:%M}".translate(str.maketrans("0123456789:", "０１２３４５６７８９：")),
                    *f.numbers,
                ]
                for f in F
            ],
        ]
    ),
    rows(F),
)
CASES.good("leap-day", "二月.csv", by_day(ymd, days("2024-02-20", 14)), rows(days("2024-02-20", 14)))
CASES.good("new-year", "跨年.csv", by_day(excel, days("2023-12-25", 14)), rows(days("2023-12-25", 14)))
CASES.good("newest-first", "日报.csv", by_day(ymd, D[::-1]), rows(D))
CASES.good(
    "mixed-but-plain",
    "手工.csv",
    text([DAY, *daily(D[:7]), *daily(D[7:], excel)]),
    rows(D),
    "2024-05-13 and 2024/5/20 each have one reading",
)
CASES.good(
    "two-days-of-intervals",
    "导出.csv",
    usual([*F, *day("2024-05-14 09:00", seed=4)]),
    [*rows(F), *rows(day("2024-05-14 09:00", seed=4))],
)
CASES.good(
    "unpadded-single-digits",
    "日报.csv",
    by_day(excel, days("2024-01-01", 9)),
    rows(days("2024-01-01", 9)),
    "2024/1/2: the year first leaves no doubt in China",
)

# debatable
CASES.either(
    "utc",
    "export.csv",
    moments("%Y-%m-%dT%H:%M:%SZ", heading=["start", *EN[2:]]),
    rows(day("2024-05-13 17:00")),
    "UTC: eight hours later in Shanghai, or a refusal; not the clock as written",
    sure=False,
)
CASES.either(
    "serial-numbers",
    "导出.csv",
    text([DAY, *[[str((f.start - datetime(1899, 12, 30)).days), *f.numbers] for f in D]]),
    rows(D),
    "45425 is Excel's number of 2024-05-13; nothing else it could be, but nothing says so",
    sure=False,
)
CASES.either(
    "two-digit-year",
    "日报.csv",
    by_day(lambda t: f"{t:%y-%m-%d}"),
    rows(D),
    "24-05-13 to 24-05-26: most would read 2024",
    sure=False,
)
CASES.either(
    "date-once-a-day",
    "导出.csv",
    text([ZH, *[[c[0] if i % 18 == 0 else "", *c[1:]] for i, c in enumerate(lines([*F, *day("2024-05-14 09:00")]))]]),
    [*rows(F), *rows(day("2024-05-14 09:00"))],
    "the date only in each day's first row: merged cells, saved as CSV",
    sure=False,
)
CASES.either(
    "no-year-title-has-it",
    "日报.csv",
    text([["2024年5月客服日报"], DAY, *daily(D, lambda t: f"{t.month}月{t.day}日")]),
    rows(D),
    "the year stands only in the title",
    sure=False,
)
CASES.either(
    "date-in-title",
    "日报.csv",
    text([["日期：2024-05-13"], ZH[1:], *[c[1:] for c in lines(F)]]),
    rows(F),
    "the date stands only in the title",
    sure=False,
)
CASES.either(
    "day-first-by-sequence",
    "daily.csv",
    by_day(lambda t: f"{t:%d/%m/%Y}", days("2024-05-01", 12), DAY_EN),
    rows(days("2024-05-01", 12)),
    "01/05 to 12/05: twelve consecutive days or the first of twelve months",
    sure=False,
)

# refused
CASES.bad(
    "ambiguous-slash",
    "export.csv",
    text([EN, *lines(F, lambda t: "05/06/2024")]),
    [(2, "Date"), (2, "Interval")],
    "5 June or 6 May",
)
CASES.bad(
    "ambiguous-dash",
    "导出.csv",
    text([ZH, *lines(F, lambda t: "05-06-2024")]),
    [(2, "日期"), (2, "时段")],
    "5 June or 6 May",
)
CASES.bad(
    "ambiguous-moment",
    "export.csv",
    text([["Start time", *EN[2:]], *[[f"04/05/2024 {f.start:%H:%M}", *f.numbers] for f in F]]),
    [(2, "Start time")],
    "4 May or 5 April",
)
CASES.bad(
    "ambiguous-two-digits",
    "导出.csv",
    text([ZH, *lines(F, lambda t: "05/06/07")]),
    [(2, "日期"), (2, "时段")],
    "three readings",
)
CASES.bad(
    "both-orders",
    "拼接.csv",
    text([DAY_EN, *daily(D[:3], lambda t: f"{t:%d/%m/%Y}"), *daily(D[3:6], lambda t: f"{t:%m/%d/%Y}")]),
    [(5, "Date"), (2, "Date"), (None, "Date")],
    "13/05/2024, then 05/16/2024: two vendors' habits in one column",
)
for name, row, cell, why in (
    ("february-30", 9, "2024-02-30", "no such day"),
    ("month-13", 5, "2024-13-05", "no such month"),
    ("no-leap-year", 7, "2023-02-29", "2023 was no leap year"),
    ("day-0", 3, "2024-05-00", "no such day"),
    ("june-31", 19, "2024/6/31", "no such day"),
    ("word", 4, "昨天", "a word, not a date"),
    ("hashes", 8, "########", "Excel shows # where the column was too narrow; someone copied it"),
    ("excel-zero", 6, "1900/1/0", "Excel's zero as a date"),
    ("letter-o", 12, "2O24-05-13", "the letter O for a zero"),
    ("five-digit-year", 10, "20224-05-13", "a slip of the finger"),
    ("nan", 6, "NaN", "not a date"),
    ("nat", 6, "NaT", "not a date"),
):
    CASES.bad(name, "导出.csv", spoilt(F, row, 0, cell), [(row, "日期"), (row, "时段")], why)
CASES.bad(
    "blank-among-dates",
    "导出.csv",
    spoilt(F, 11, 0, ""),
    [(11, "日期"), (11, "时段")],
    "every row has its date but this one; the rows around it leave little doubt",
    sure=False,
)
CASES.bad(
    "two-bad-dates",
    "导出.csv",
    text([ZH, *[[*(["2024-02-30"] if i in (2, 9) else [c[0]]), *c[1:]] for i, c in enumerate(lines(F))]]),
    [(4, "日期"), (11, "日期")],
    "both are named, not only the first",
    every=True,
)
CASES.bad(
    "far-year",
    "导出.csv",
    spoilt(F, 9, 0, "2204-05-13"),
    [(9, None)],
    "180 years later: a slip of the finger",
    sure=False,
)
CASES.bad(
    "wrong-weekday",
    "日报.csv",
    by_day(lambda t: f"{t:%Y-%m-%d} 周二"),
    [(2, "日期")],
    "2024-05-13 was a Monday; all rows say Tuesday",
    sure=False,
)
CASES.bad(
    "no-year", "日报.csv", by_day(lambda t: f"{t.month}月{t.day}日"), [(2, "日期"), (None, "日期")], "no year anywhere"
)
CASES.bad("no-date", "导出.csv", text([ZH[1:], *[c[1:] for c in lines(F)]]), why="times of day without any date")
CASES.bad(
    "epoch-garbage",
    "导出.csv",
    text([ONE, *[["1.71556E+12", *f.numbers] for f in F]]),
    [(2, "时间")],
    "Excel rounded the time stamps to one and the same number",
)
