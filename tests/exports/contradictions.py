"""Files whose cells are each well and together impossible."""

from __future__ import annotations

from tests.exports.case import NAN, Shelf
from tests.exports.facts import EN, ZH, daily, day, days, lines, rows, spoilt, text

CASES = Shelf("contradiction")
F = day()
D = days()
DAY = ["日期", "咨询量", "接待量", "放弃量", "平均处理时长(秒)"]
QUEUED = ["日期", "时段", "技能组", *ZH[2:]]


def changed(row: int, offered: str, handled: str, abandoned: str, aht: str = "280") -> bytes:
    """The ordinary file with one row's numbers replaced."""
    return text(
        [ZH, *[[*c[:2], offered, handled, abandoned, aht] if i == row - 2 else c for i, c in enumerate(lines(F))]]
    )


NUMBERS = ("咨询量", "接待量", "放弃量")
AT_8 = [(8, c) for c in NUMBERS]
CASES.bad("abandoned-above-offered", "导出.csv", changed(8, "20", "", "25", ""), AT_8, "more hung up than came")
CASES.bad(
    "handled-above-offered",
    "导出.csv",
    changed(8, "20", "25", "0"),
    AT_8,
    "more were handled than came; some systems count the handled where they end, so it can happen",
    sure=False,
)
CASES.bad(
    "both-above-offered", "导出.csv", changed(8, "20", "15", "10"), AT_8, "15 and 10 are more than 20", sure=False
)
CASES.bad("handled-of-none", "导出.csv", changed(8, "0", "5", "0"), AT_8, "5 handled of none; as above", sure=False)
CASES.bad(
    "abandoned-everywhere",
    "export.csv",
    text([EN, *[[*c[:2], c[4], c[3], c[2], c[5]] for c in lines(F)]]),
    [(2, None)],
    "the headings are swapped: every row impossible",
)
CASES.good(
    "some-neither",
    "导出.csv",
    changed(8, "20", "15", "3"),
    [f.row(offered=20, handled=15, abandoned=3, aht_s=280) if i == 6 else f.row() for i, f in enumerate(F)],
    "two were passed on elsewhere: handled and abandoned need not add up",
)
CASES.good(
    "handled-only-some",
    "导出.csv",
    changed(8, "20", "", "3", ""),
    [f.row(offered=20, handled=NAN, abandoned=3, aht_s=NAN) if i == 6 else f.row() for i, f in enumerate(F)],
    sure=False,
    why="handled is unknown, not 17; filling it in is a guess that some would make",
)
CASES.bad(
    "queue-trailing-space",
    "导出.csv",
    text([QUEUED, *[[*c[:2], q, *c[2:]] for q in ("售前", "售前 ") for c in lines(F)]]),
    [(20, None), (2, None)],
    "the same queue twice, once with a space",
)
CASES.bad(
    "queue-fullwidth",
    "导出.csv",
    text([QUEUED, *[[*c[:2], q, *c[2:]] for q in ("VIP组", "ＶＩＰ组") for c in lines(F)]]),
    [(20, None), (2, None)],
    "the same queue twice, once in full width",
    sure=False,
)
CASES.good(
    "two-queues",
    "导出.csv",
    text([QUEUED, *[[*c[:2], q, *c[2:]] for c in lines(F) for q in ("售前", "售后")]]),
    [*rows(F, queue="售前"), *rows(F, queue="售后")],
    "one interval, two queues: no repetition",
)
CASES.good(
    "two-vendors",
    "导出.csv",
    text([["日期", "时段", "服务商", *ZH[2:]], *[[*c[:2], v, *c[2:]] for c in lines(F) for v in ("甲外包", "乙外包")]]),
    [*rows(F, source="甲外包"), *rows(F, source="乙外包")],
)
CASES.bad(
    "blank-queue",
    "导出.csv",
    text([QUEUED, *[[*c[:2], "" if i == 5 else "售前", *c[2:]] for i, c in enumerate(lines(F))]]),
    [(7, "技能组")],
    "whose contacts are these?",
    sure=False,
)
CASES.bad(
    "satisfaction-above-all",
    "日报.csv",
    text([[*DAY, "满意度"], *[[*c, "105.0%" if i == 4 else "95.0%"] for i, c in enumerate(daily(D))]]),
    [(6, "满意度")],
    "105% satisfied",
)
CASES.bad(
    "negative-satisfaction",
    "日报.csv",
    text([[*DAY, "满意度"], *[[*c, "-4.5" if i == 4 else "4.5"] for i, c in enumerate(daily(D))]]),
    [(6, "满意度")],
    "less than no stars",
)
CASES.bad(
    "resolved-above-offered",
    "日报.csv",
    text([[*DAY, "解决量"], *[[*c, "9000" if i == 4 else "5"] for i, c in enumerate(daily(D))]]),
    [(6, None)],
    "more solved than came",
    sure=False,
)
CASES.bad(
    "same-day-twice",
    "日报.csv",
    text([DAY, *daily(D), *daily(days("2024-05-26", 1, seed=9))]),
    [(16, None), (15, None)],
    "26 May twice, with other numbers",
)
CASES.bad(
    "handle-time-of-days",
    "日报.csv",
    spoilt(F, 8, 5, "31200000"),
    [(8, ZH[5])],
    "361 days a contact: a wrong unit",
    sure=False,
)
CASES.bad(
    "day-and-intervals",
    "导出.csv",
    text([ZH, *lines(F), ["2024-05-13", "00:00-24:00", "500", "480", "20", "290"]]),
    [(20, None)],
    "the day beside its own half-hours",
)
CASES.good(
    "all-zero-day",
    "春节.csv",
    text([DAY, *[[c[0], "0", "0", "0", ""] if i in (5, 6) else c for i, c in enumerate(daily(D))]]),
    [f.row(offered=0, handled=0, abandoned=0, aht_s=NAN) if i in (5, 6) else f.row() for i, f in enumerate(D)],
    "closed for the festival",
)
CASES.good("one-day", "单日.csv", text([DAY, *daily(D[:1])]), rows(D[:1]), "a single day")
CASES.good(
    "missing-day",
    "日报.csv",
    text([DAY, *daily([*D[:5], *D[6:]])]),
    rows([*D[:5], *D[6:]]),
    "a day without a row is no error",
)
