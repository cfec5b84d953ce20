"""Interval labels: how a half-hour is written, and intervals that cannot be."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.exports.case import Shelf
from tests.exports.facts import EN, ZH, day, days, lines, rows, span, spoilt, text, ymd

CASES = Shelf("label")
F = day()
NIGHT = day("2024-05-13 20:00", 8)
WHEN = ["时间段", *ZH[2:]]


def labelled(write: object, facts: list = F, heading: list[str] = ZH) -> bytes:
    """Date, label as `write` makes it, numbers."""
    return text([heading, *[[ymd(f.start), write(f), *f.numbers] for f in facts]])  # type: ignore[operator]


def clock(moment: datetime) -> str:
    """A twelve-hour clock without its half of the day: 9:00, 12:30, 1:00."""
    return f"{(moment.hour - 1) % 12 + 1}:{moment:%M}"


def wide(label: str) -> str:
    """Full-width digits and colons."""
    return label.translate(str.maketrans("0123456789:-", "０１２３４５６７８９：－"))


CASES.good("until-24", "时段.csv", labelled(span, NIGHT), rows(NIGHT), "23:30-24:00")
CASES.good(
    "until-0",
    "时段.csv",
    labelled(lambda f: f"{f.start:%H:%M}-{f.end:%H:%M}", NIGHT),
    rows(NIGHT),
    "23:30-00:00 ends at midnight",
)
CASES.good(
    "until-23-59",
    "时段.csv",
    labelled(lambda f: span(f).replace("24:00", "23:59"), NIGHT),
    rows(NIGHT),
    "23:30-23:59 is the last half-hour",
)
CASES.good(
    "whole-day-round", "全天.csv", labelled(span, day("2024-05-13 00:00", 48)), rows(day("2024-05-13 00:00", 48))
)
CASES.good("tilde-unpadded", "时段.csv", labelled(lambda f: span(f, "~", lambda t: f"{t.hour}:{t:%M}")), rows(F))
CASES.good("fullwidth-tilde", "时段.csv", labelled(lambda f: span(f, "～")), rows(F))
CASES.good("em-dash", "时段.csv", labelled(lambda f: span(f, "—")), rows(F))
CASES.good("double-em-dash", "时段.csv", labelled(lambda f: span(f, "——")), rows(F))
CASES.good("en-dash", "interval.csv", labelled(lambda f: span(f, "–"), heading=EN), rows(F))
CASES.good("spaced", "interval.csv", labelled(lambda f: span(f, " - "), heading=EN), rows(F))
CASES.good("zhi", "时段.csv", labelled(lambda f: span(f, "至")), rows(F))
CASES.good("to", "interval.csv", labelled(lambda f: span(f, " to "), heading=EN), rows(F))
CASES.good("fullwidth", "手工.csv", labelled(lambda f: wide(span(f))), rows(F))
CASES.good("seconds", "时段.csv", labelled(lambda f: span(f, "-", lambda t: f"{t:%H:%M:%S}")), rows(F))
CASES.good(
    "inclusive-minutes",
    "时段.csv",
    labelled(lambda f: f"{f.start:%H:%M}-{f.end - timedelta(minutes=1):%H:%M}"),
    rows(F),
    "09:00-09:29",
)
CASES.good(
    "inclusive-seconds",
    "时段.csv",
    labelled(lambda f: f"{f.start:%H:%M:%S}-{f.end - timedelta(seconds=1):%H:%M:%S}"),
    rows(F),
    "09:00:00-09:29:59",
)
CASES.good(
    "no-colons",
    "interval.csv",
    labelled(lambda f: span(f, "-", lambda t: f"{t:%H%M}"), heading=EN),
    rows(F),
    "0900-0930",
)
CASES.good("quarters", "十五分钟.csv", labelled(span, day(count=36, minutes=15)), rows(day(count=36, minutes=15)))
CASES.good("hours", "小时.csv", labelled(span, day(count=12, minutes=60)), rows(day(count=12, minutes=60)))
CASES.good(
    "hours-dian",
    "小时.csv",
    labelled(lambda f: f"{f.start.hour}点-{f.end.hour}点", day(count=12, minutes=60)),
    rows(day(count=12, minutes=60)),
)
CASES.good(
    "hours-shi",
    "小时.csv",
    labelled(lambda f: f"{f.start.hour}时-{f.end.hour}时", day(count=12, minutes=60)),
    rows(day(count=12, minutes=60)),
)
CASES.good(
    "bare-hours",
    "小时.csv",
    labelled(lambda f: f"{f.start.hour}-{f.end.hour}", day(count=12, minutes=60)),
    rows(day(count=12, minutes=60)),
    sure=False,
    why="9-10 under 时段: an hour, though Excel would make it 10 September",
)
CASES.good("start-only", "时段.csv", labelled(lambda f: f"{f.start:%H:%M}"), rows(F))
CASES.good(
    "start-only-open-end",
    "时段.csv",
    labelled(lambda f: f"{f.start:%H:%M}-"),
    rows(F),
    sure=False,
    why="an end that was left off",
)
CASES.good(
    "whole-moments",
    "导出.csv",
    text([WHEN, *[[f"{f.start:%Y-%m-%d %H:%M} - {f.end:%Y-%m-%d %H:%M}", *f.numbers] for f in NIGHT]]),
    rows(NIGHT),
)
CASES.good(
    "moment-and-end",
    "导出.csv",
    text([WHEN, *[[f"{ymd(f.start)} {span(f, '~')}", *f.numbers] for f in NIGHT]]),
    rows(NIGHT),
)
CASES.good(
    "lunch-break",
    "时段.csv",
    labelled(span, [f for f in F if f.start.hour != 12]),
    rows([f for f in F if f.start.hour != 12]),
    "no rows from 12 to 13: closed, or unknown; not an error",
)
CASES.good(
    "half-day-words",
    "时段.csv",
    labelled(lambda f: f"{'上午' if f.start.hour < 12 else '下午'}{clock(f.start)}-{clock(f.end)}"),
    rows(F),
    sure=False,
    why="上午11:30-12:00, 下午12:00-12:30: clear to people",
)
CASES.good("am-pm", "interval.csv", labelled(lambda f: f"{f.start:%I:%M %p}-{f.end:%I:%M %p}", heading=EN), rows(F))
CASES.good(
    "day-as-interval",
    "日报.csv",
    text([ZH, *[[ymd(f.start), "00:00-24:00", *f.numbers] for f in days()]]),
    rows(days()),
)
CASES.good(
    "over-two-days",
    "夜班.csv",
    labelled(span, day("2024-05-13 22:00", 8)),
    rows(day("2024-05-13 22:00", 8)),
    "the date changes at midnight, as the clock does",
)
CASES.good("one-interval", "一行.csv", labelled(span, F[:1]), rows(F[:1]), "the label tells how long it is")
CASES.good(
    "end-columns-24",
    "导出.csv",
    text(
        [
            ["日期", "开始时间", "结束时间", *ZH[2:]],
            *[[ymd(f.start), f"{f.start:%H:%M}", span(f).split("-")[1], *f.numbers] for f in NIGHT],
        ]
    ),
    rows(NIGHT),
)

# debatable
D14 = ["2024-05-13", "2024-05-14", "2024-05-15"]
GRID = [day(f"{d} 09:00", 18, seed=i) for i, d in enumerate(D14)]
CASES.either(
    "dates-across",
    "咨询量_横排.csv",
    text([["时段", *D14], *[[span(g[0]), *[str(f.offered) for f in g]] for g in zip(*GRID, strict=True)]]),
    [f.row(handled=None, abandoned=None, aht_s=None) for g in GRID for f in g],
    "intervals down, dates across: read all or refuse",
)
CASES.either(
    "hours-across",
    "咨询量_横排.csv",
    text(
        [
            ["日期", *[str(h) for h in range(9, 21)]],
            *[[d, *[str(20 + h + i) for h in range(9, 21)]] for i, d in enumerate(D14)],
        ]
    ),
    [
        f.row(offered=20 + f.start.hour + i, handled=None, abandoned=None, aht_s=None)
        for i, d in enumerate(D14)
        for f in day(f"{d} 09:00", 12, 60)
    ],
    "hours across without a word of what is counted",
    sure=False,
)
CASES.either(
    "stamped-at-end",
    "时段.csv",
    labelled(lambda f: span(f).split("-")[1], NIGHT),
    rows(NIGHT),
    "20:30 to 24:00: a last stamp of 24:00 says the stamps are ends",
    sure=False,
)
CASES.either(
    "slot-numbers",
    "时段.csv",
    labelled(lambda f: str(f.start.hour * 2 + f.start.minute // 30 + 1), day("2024-05-13 00:00", 48)),
    rows(day("2024-05-13 00:00", 48)),
    "slots 1 to 48 of a day",
    sure=False,
)
CASES.either(
    "decimal-times",
    "手工.csv",
    labelled(lambda f: f"{f.start.hour}.{f.start.minute:02d}"),
    rows(F),
    "9.30 typed for 9:30; Excel would make it 9.3",
    sure=False,
)


# refused
def swapped(label: str, row: int = 8) -> bytes:
    """The ordinary file with one label replaced."""
    return spoilt(F, row, 1, label)


def tell(row: int) -> list[tuple[int, str | None]]:
    """Where a bad label may be named."""
    return [(row, "时段"), (row, "日期")]


for name, label, why in (
    ("reversed", "12:30-12:00", "ends before it begins"),
    ("no-length", "12:00-12:00", "has no length"),
    ("hour-25", "12:00-25:00", "no such time"),
    ("minute-75", "12:00-12:75", "no such time"),
    ("start-after-24", "24:30-25:00", "no such time"),
    ("word", "午休", "a word, not an interval, with numbers beside it"),
    ("shift", "早班", "a shift, not an interval"),
    ("missing-start", "-12:30", "no start"),
    ("excel-date", "9月10日", "Excel turned 9-10 into a date"),
    ("blank", "", "no label beside a date and numbers"),
):
    CASES.bad(name, "时段.csv", swapped(label), tell(8), why)
CASES.bad(
    "overlap",
    "时段.csv",
    labelled(lambda f: f"{f.start:%H:%M}-{f.start + timedelta(hours=1):%H:%M}"),
    [(3, None), (2, None)],
    "09:00-10:00, then 09:30-10:30",
)
CASES.bad(
    "half-hours-and-hours",
    "时段.csv",
    text([ZH, *lines(F[:6]), *lines(day(count=3, minutes=60))]),
    [(8, None), (2, None), (3, None)],
    "half-hours and the hours they make up: everything twice",
)
CASES.bad(
    "uneven",
    "时段.csv",
    text([ZH, *lines(F[:6]), ["2024-05-13", "12:00-18:00", "210", "200", "10", "280"]]),
    [(8, None)],
    "one interval is six hours long",
    sure=True,
)
CASES.bad(
    "shifts",
    "班次.csv",
    text(
        [["日期", "班次", *ZH[2:]], *[[d, s, "120", "115", "5", "280"] for d in D14 for s in ("早班", "中班", "晚班")]]
    ),
    why="shifts without times",
)
CASES.bad(
    "seven-minutes",
    "时段.csv",
    labelled(span, day(count=12, minutes=7)),
    [(2, None), (3, None), (None, None)],
    "7 minutes do not divide a day",
)
CASES.bad(
    "repeated",
    "时段.csv",
    text([ZH, *lines(F[:9]), ["2024-05-13", "10:00-10:30", "33", "30", "3", "300"], *lines(F[9:])]),
    [(11, None), (4, None)],
    "10:00 twice, with other numbers",
)
CASES.bad(
    "repeated-same", "时段.csv", text([ZH, *lines(F), *lines(F)]), [(20, None), (2, None)], "the block was pasted twice"
)
CASES.bad(
    "repeated-other-writing",
    "时段.csv",
    text([ZH, *lines(F), ["2024/5/13", "9:00-9:30", "31", "30", "1", "299"]]),
    [(20, None), (2, None)],
    "9:00 is 09:00",
)
CASES.bad(
    "end-columns-reversed",
    "导出.csv",
    text(
        [
            ["日期", "开始时间", "结束时间", *ZH[2:]],
            *[[ymd(f.start), f"{f.end:%H:%M}", f"{f.start:%H:%M}", *f.numbers] for f in F],
        ]
    ),
    [(2, "开始时间"), (2, "结束时间"), (2, "日期")],
    "every interval ends before it begins",
)
CASES.bad(
    "off-the-clock",
    "时段.csv",
    labelled(span, day("2024-05-13 09:10", 12)),
    [(2, None), (None, None)],
    "half-hours from ten past",
    sure=False,
)
