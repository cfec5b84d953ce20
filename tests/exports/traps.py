"""Files that a clever reader reads wrongly: columns that are nearly the volume, rows that are nearly totals."""

from __future__ import annotations

from datetime import time, timedelta

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.exports.case import NAN, Shelf
from tests.exports.facts import EN, ZH, daily, day, days, lines, rows, span, text, usual, ymd
from tests.exports.workbooks import table, typed

CASES = Shelf("trap")
F = day()
D = days()
DAY = ["日期", "咨询量", "接待量", "放弃量", "平均处理时长(秒)"]
QUEUED = ["日期", "时段", "技能组", *ZH[2:]]


def queued(*queues: str) -> bytes:
    """Every queue's rows, one queue after the other."""
    return text([QUEUED, *[[*c[:2], q, *c[2:]] for q in queues for c in lines(F)]])


# rows that look like totals, comments or headings
CASES.good(
    "queue-total-care",
    "queues.csv",
    queued("Total Care", "Logistics"),
    [*rows(F, queue="Total Care"), *rows(F, queue="Logistics")],
    "Total Care is a product, not a total",
)
CASES.good(
    "queue-zongtai",
    "技能组.csv",
    queued("总台", "售后"),
    [*rows(F, queue="总台"), *rows(F, queue="售后")],
    "总台 is the switchboard",
)
CASES.good(
    "queue-all-orders",
    "技能组.csv",
    queued("全部订单咨询", "售后"),
    [*rows(F, queue="全部订单咨询"), *rows(F, queue="售后")],
    "a queue whose name begins with 全部",
)
CASES.good(
    "queue-hash",
    "技能组.csv",
    text([["技能组", *ZH], *[["#1专线", *c] for c in lines(F)]]),
    rows(F, queue="#1专线"),
    "a row may begin with # and be data",
)
CASES.good(
    "queue-number",
    "技能组.csv",
    queued("8001", "8002"),
    [*rows(F, queue="8001"), *rows(F, queue="8002")],
    "queues have numbers at Avaya",
)
CASES.good("queue-leading-zero", "技能组.csv", queued("0571"), rows(F, queue="0571"), "0571 is not 571")
CASES.good(
    "key-value-title",
    "导出.csv",
    text([["日期", "2024-05-13 ~ 2024-05-13", "技能组", "全部", "导出人", "运营"], [""] * 6, ZH, *lines(F)]),
    rows(F),
    "the filter above the table looks like headings",
)
CASES.good(
    "english-under-chinese",
    "导出.csv",
    text([ZH, EN, *lines(F)]),
    rows(F),
    sure=False,
    why="headings in two languages, one below the other",
)
CASES.good(
    "units-row",
    "导出.csv",
    text([[*ZH[:5], "平均处理时长"], ["", "", "个", "个", "个", "秒"], *lines(F)]),
    rows(F),
    sure=False,
    why="a row of units below the headings",
)

# columns that are nearly another
CASES.either(
    "forecast-beside-actual",
    "排班表.csv",
    text(
        [
            ["日期", "时段", "预测咨询量", "实际咨询量", "接待量", "放弃量", "平均处理时长(秒)"],
            *[[*c[:2], "99", *c[2:]] for c in lines(F)],
        ]
    ),
    rows(F),
    "the forecast is not what came",
)
CASES.either(
    "actual-beside-forecast",
    "plan.csv",
    text(
        [
            ["Date", "Interval", "Forecast Offered", "Actual Offered", "Handled"],
            *[[*c[:2], "99", *c[2:4]] for c in lines(F)],
        ]
    ),
    rows(F, abandoned=None, aht_s=NAN),
    "the forecast is not what came",
)
CASES.either(
    "last-year-beside",
    "日报.csv",
    text([["日期", "去年同期咨询量", *DAY[1:]], *[[c[0], "999", *c[1:]] for c in daily(D)]]),
    rows(D),
    "last year's volume is not this year's",
)
CASES.bad(
    "forecast-only",
    "预测.csv",
    text([["日期", "时段", "预测咨询量"], *[c[:3] for c in lines(F)]]),
    why="a forecast is no history",
    sure=False,
)
CASES.good(
    "ivr-abandons",
    "话务.csv",
    text([[*ZH, "IVR放弃量"], *[[*c, "50"] for c in lines(F)]]),
    rows(F),
    "those who hang up in the IVR never reached the queue",
)
CASES.good(
    "in-time-is-not-handled",
    "话务.csv",
    text(
        [
            ["日期", "时段", "呼入量", "20秒内接通量", "接通量", "放弃量", "平均处理时长(秒)"],
            *[[*c[:3], "1", *c[3:]] for c in lines(F)],
        ]
    ),
    rows(F),
    "answered within 20 s are some of the answered",
)
CASES.good(
    "outbound-beside",
    "话务.csv",
    text(
        [
            ["日期", "时段", "外呼量", "外呼接通量", "呼入量", "接通量", "放弃量", "平均处理时长(秒)"],
            *[[*c[:2], "70", "60", *c[2:]] for c in lines(F)],
        ]
    ),
    rows(F),
    "calls made are not calls that came",
)
CASES.good(
    "maximum-beside",
    "话务.csv",
    text([[*ZH[:5], "最大处理时长(秒)", "平均处理时长(秒)"], *[[*c[:5], "1800", c[5]] for c in lines(F)]]),
    rows(F),
    "the longest is not the mean",
)
CASES.good(
    "bot-beside",
    "会话.csv",
    text([["日期", "时段", "机器人会话量", *ZH[2:]], *[[*c[:2], "300", *c[2:]] for c in lines(F)]]),
    rows(F),
    "what the bot took did not reach the queue",
)
CASES.good(
    "response-is-not-handle",
    "会话.csv",
    text([[*ZH[:5], "平均响应时长(秒)"], *[[*c[:5], "22"] for c in lines(F)]]),
    rows(F, aht_s=NAN),
    "time to respond is not time to handle",
    sure=True,
)
CASES.good(
    "abandon-rate-beside",
    "话务.csv",
    text(
        [
            ["日期", "时段", "咨询量", "接待量", "放弃率", "放弃量", "平均处理时长(秒)"],
            *[[*c[:4], "4.3%", *c[4:]] for c in lines(F)],
        ]
    ),
    rows(F),
    "a rate is not a count",
)
CASES.good(
    "rate-only-abandon",
    "话务.csv",
    text([["日期", "时段", "咨询量", "接待量", "放弃率"], *[[*c[:4], "4.3%"] for c in lines(F)]]),
    rows(F, abandoned=None, aht_s=NAN),
    "no abandoned count, only a rate",
)
CASES.good(
    "export-time-beside",
    "导出.csv",
    text([[*ZH, "导出时间"], *[[*c, "2024-06-01 08:00:00"] for c in lines(F)]]),
    rows(F),
    "when it was exported is not when they came",
)
CASES.good(
    "update-time-first",
    "导出.csv",
    text([["更新时间", *ZH], *[["2024-06-01 08:00:00", *c] for c in lines(F)]]),
    rows(F),
    "when it was updated is not when they came",
)
CASES.good(
    "end-before-start",
    "导出.csv",
    text(
        [
            ["日期", "结束时间", "开始时间", *ZH[2:]],
            *[[ymd(f.start), f"{f.end:%H:%M}", f"{f.start:%H:%M}", *f.numbers] for f in F],
        ]
    ),
    rows(F),
    "the end's column first",
)
CASES.good(
    "date-twice",
    "导出.csv",
    text(
        [
            ["日期", "开始时间", "结束时间", *ZH[2:]],
            *[[ymd(f.start), f"{f.start:%Y-%m-%d %H:%M:%S}", f"{f.end:%Y-%m-%d %H:%M:%S}", *f.numbers] for f in F],
        ]
    ),
    rows(F),
    "the date stands in the times too",
)
CASES.good(
    "date-with-midnight",
    "导出.csv",
    text([ZH, *lines(F, lambda t: f"{t:%Y-%m-%d} 00:00:00")]),
    rows(F),
    "a database writes a date with its midnight",
)
CASES.either(
    "channel-tells-apart",
    "渠道.csv",
    text(
        [
            ["日期", "时段", "渠道", *ZH[2:]],
            *[[*c[:2], q, *c[2:]] for q, s in (("电话", 0), ("在线", 3)) for c in lines(day(seed=s))],
        ]
    ),
    [*rows(F, queue="电话"), *rows(day(seed=3), queue="在线")],
    "only the channel tells the rows apart",
    sure=False,
)

# times
NIGHT = day("2024-05-13 20:00", 16)
gap = lines(NIGHT)
gap[8] = ["", *gap[8][1:]]
CASES.bad(
    "blank-date-after-midnight",
    "夜班.csv",
    text([ZH, *gap]),
    [(10, "日期"), (10, "时段")],
    "filled down from above it would be a day too early",
)
CASES.bad(
    "weekly-ranges",
    "周报.csv",
    text(
        [
            ["日期", *DAY[1:]],
            *[[f"{ymd(f.start)}~{ymd(f.start + timedelta(days=6))}", *f.numbers] for f in days(count=5)],
        ]
    ),
    [(2, "日期"), (None, None)],
    "a week a row: not the volume of its Monday",
)
CASES.bad(
    "day-of-month",
    "五月.csv",
    text([DAY, *[[str(13 + i), *c[1:]] for i, c in enumerate(daily(D))]]),
    [(2, "日期"), (None, None)],
    "13 to 26 of which month?",
)
CASES.bad(
    "date-against-label",
    "导出.csv",
    text([ZH, *[[f"2024-05-13 {f.start + timedelta(hours=3):%H:%M}", span(f), *f.numbers] for f in F]]),
    [(2, None)],
    "12:00 in one cell, 09:00-09:30 in the other",
    sure=False,
)
CASES.either(
    "hours-for-minutes",
    "话务.xlsx",
    table(
        [*ZH[:5], "平均处理时长"], *[[*t[:5], time(f.aht // 60, f.aht % 60)] for t, f in zip(typed(), F, strict=True)]
    ),
    rows(F),
    "4:12 typed into Excel is 4 hours 12; nobody talks so long",
    sure=False,
)

# numbers
CASES.good(
    "grouped-decimals",
    "日报.csv",
    text([DAY, *[[*c[:4], f"1,{c[4]}.5"] for c in daily(D)]]),
    [f.row(aht_s=1000 + f.aht + 0.5) for f in D],
    "1,240.5 seconds: a group and a decimal point",
)
CASES.either(
    "decimal-comma-quoted",
    "日报.csv",
    text([DAY, *[[*c[:4], c[4] + ",5"] for c in daily(D)]]),
    [f.row(aht_s=f.aht + 0.5) for f in D],
    "240,5 is never 2405",
)
CASES.either(
    "swiss-groups",
    "日报.csv",
    text([DAY, *[[c[0], f"{int(c[1]):,}".replace(",", "'"), *c[2:]] for c in daily(days(scale=90))]]),
    rows(days(scale=90)),
    "1'260",
    sure=False,
)
CASES.either(
    "spaced-groups",
    "日报.csv",
    text([DAY, *[[c[0], f"{int(c[1]):,}".replace(",", "\u00a0"), *c[2:]] for c in daily(days(scale=90))]]),
    rows(days(scale=90)),
    "1 260 with a no-break space",
    sure=False,
)
CASES.good(
    "leading-zeros",
    "固定宽度.csv",
    text([ZH, *[[*c[:2], *[n.zfill(6) for n in c[2:]]] for c in lines(F)]]),
    rows(F),
    "000014 is 14",
)
CASES.good(
    "percent-fullwidth",
    "日报.csv",
    text([[*DAY, "满意度"], *[[*c, "92.5％"] for c in daily(D)]]),
    [f.row(more=(("satisfaction", 0.925),)) for f in D],
    sure=False,
    why="a full-width percent sign",
)
CASES.good(
    "percent-in-heading",
    "日报.csv",
    text([[*DAY, "满意度(%)"], *[[*c, "92.5"] for c in daily(D)]]),
    [f.row(more=(("satisfaction", 0.925),)) for f in D],
    sure=False,
    why="percent, says the heading",
)
CASES.good(
    "zero-width",
    "网页复制.csv",
    usual(F, [*ZH[:2], "咨询量\u200b", *ZH[3:]]),
    rows(F),
    sure=False,
    why="an invisible space, copied from a web page",
)

# the form of the file
CASES.good(
    "lone-quote",
    "导出.csv",
    usual(F, [*ZH[:5], "平均处理时长(秒)"])
    .replace(b"\r\n", ',5"屏\r\n'.encode())
    .replace(',5"屏'.encode(), ",备注".encode(), 1),
    rows(F),
    "an inch mark inside a remark is no quotation",
)
CASES.good(
    "commas-in-tabs",
    "导出.txt",
    (
        "\t".join([*ZH, "备注"])
        + "\r\n"
        + "".join("\t".join([*c, "高峰,加班,换班,延时,补岗,支援,顶班"]) + "\r\n" for c in lines(F))
    ).encode(),
    rows(F),
    "more commas than tabs, yet tabs separate",
)
CASES.good(
    "semicolons-in-commas",
    "导出.csv",
    text([[*ZH, "备注"], *[[*c, "a;b;c;d;e;f;g;h;i"] for c in lines(F)]]),
    rows(F),
    "more semicolons than commas, yet commas separate",
)
NOTED = [[*ZH, "备注"], *[[*c, "第一行\n第二行\n第三行" if i == 2 else ""] for i, c in enumerate(lines(F))]]
CASES.good("note-over-lines", "导出.csv", text(NOTED), rows(F), "a remark of three lines")
WRONG = [list(c) for c in NOTED]
WRONG[9][2] = "x"
CASES.bad(
    "row-after-a-long-note",
    "导出.csv",
    text(WRONG),
    [(10, "咨询量")],
    "rows are counted as a spreadsheet does, not as lines of text",
)
CASES.bad(
    "row-after-blank-lines",
    "导出.csv",
    b"\r\n\r\n" + text([c[:6] for c in WRONG[:5]]) + b"\r\n" + text([c[:6] for c in WRONG[5:]]),
    [(13, "咨询量")],
    "blank lines count",
)
LONG = lines(day("2024-03-01 00:00", 48 * 60))
LONG[2500][2] = "x"
CASES.bad(
    "late-in-a-long-file",
    "两个月.csv",
    text([ZH, *LONG]),
    [(2502, "咨询量")],
    "the 2,502nd row, not only the first thousand",
)
CASES.good(
    "old-text-in-a-sum",
    "手工.xlsx",
    table(ZH, *[[*t[:2], str(t[2]) if i % 3 == 0 else t[2], *t[3:]] for i, t in enumerate(typed())]),
    rows(F),
    "every third count is stored as text",
)
CASES.either(
    "float-noise",
    "公式.xlsx",
    table(ZH, *[[*t[:2], t[2] + 1e-12, *t[3:]] for t in typed()]),
    rows(F),
    "sums of shares: 14.000000000001",
    sure=False,
)


def with_old(workbook: Workbook, sheet: Worksheet) -> None:
    """A hidden sheet of the same shape with other numbers."""
    old = workbook.create_sheet("旧数据")
    for line in [ZH, *typed(day(seed=7))]:
        old.append(list(line))
    old.sheet_state = "hidden"


# rows that may not vanish in silence
SECOND = day("2024-05-14 09:00", seed=4)
BOTH = [*rows(F), *rows(SECOND)]
CASES.either(
    "data-after-total",
    "两天.csv",
    text([ZH, *lines(F), ["合计", "", "561", "532", "29", "303"], [""] * 6, *lines(SECOND)]),
    BOTH,
    "the next day below the total: both or neither",
)
CASES.either(
    "data-after-note",
    "两天.csv",
    text([ZH, *lines(F), ["以下为补录数据", "", "", "", "", ""], *lines(SECOND)]),
    BOTH,
    "more data below a remark: both or neither",
)
CASES.either(
    "other-table-below",
    "日报.csv",
    text(
        [
            ZH,
            *lines(F),
            [""] * 6,
            ["客服工号", "接待量", "满意度", "", "", ""],
            ["A001", "120", "95%", "", "", ""],
            ["A002", "98", "93%", "", "", ""],
        ]
    ),
    rows(F),
    "a table of agents below: left out or refused, never mixed in",
)
CASES.bad("cut-after-date", "导出.csv", usual(F) + b"2024-05-14", [(20, None)], "the last row is cut after its date")
CASES.bad(
    "date-alone-in-the-middle",
    "导出.csv",
    text([ZH, *lines(F[:9]), ["2024-05-13", "13:30-14:00"], *lines(F[10:])]),
    [(11, None)],
    "a row that stops after its label",
    sure=False,
)
CASES.bad(
    "separators-lost",
    "导出.csv",
    text([ZH, *lines(F[:9]), [" ".join(lines(F)[9])], *lines(F[10:])]),
    [(11, None)],
    "a row whose commas became spaces may not be dropped as a remark",
)
CASES.bad(
    "separators-fullwidth-in-one-row",
    "导出.csv",
    text([ZH, *lines(F[:9]), ["，".join(lines(F)[9])], *lines(F[10:])]),
    [(11, None)],
    "one row typed with Chinese commas may not be dropped as a remark",
)
CASES.good(
    "total-in-a-remark",
    "导出.csv",
    text([[*ZH, "备注"], *[[*c, "合计含补录" if i == 4 else ""] for i, c in enumerate(lines(F))]]),
    rows(F),
    "合计 in a remark makes no total",
)
CASES.good(
    "average-in-label-column",
    "导出.csv",
    text([ZH, *lines(F), ["2024-05-13", "平均", "31", "29.6", "1.6", "303"]]),
    rows(F),
    "平均 under the labels",
)
CASES.bad(
    "hash-before-data",
    "导出.csv",
    text([ZH, *[["#" + c[0], *c[1:]] if i == 6 else c for i, c in enumerate(lines(F))]]),
    [(8, "日期"), (8, "时段"), (8, None)],
    "a row struck out with #: data or not?",
    sure=False,
)

# more times
CASES.good(
    "midnight-as-a-day",
    "导出.xlsx",
    table(
        ["日期", "开始时间", "结束时间", *ZH[2:]],
        *[
            [
                f.start.replace(hour=0, minute=0),
                f.start.time(),
                timedelta(hours=f.end.hour or 24, minutes=f.end.minute),
                f.offered,
                f.handled,
                f.abandoned,
                f.aht,
            ]
            for f in NIGHT[:8]
        ],
    ),
    rows(NIGHT[:8]),
    "24:00 in a cell of hours is a whole day",
)
CASES.bad(
    "label-became-date",
    "手工.xlsx",
    table(
        ZH,
        *[
            [t[0], f.start.replace(month=9, day=10, hour=0, minute=0) if i == 6 else t[1], *t[2:]]
            for i, (t, f) in enumerate(zip(typed(), F, strict=True))
        ],
    ),
    [(8, "时段"), (8, "日期")],
    "9-10 typed into Excel became 10 September",
)
CASES.bad(
    "month-names-no-year",
    "daily.csv",
    text([["Date", *EN[2:]], *daily(D, lambda t: t.strftime("%d-%b"))]),
    [(2, "Date"), (None, "Date")],
    "13-May of which year?",
)
CASES.good(
    "day-first-dashes",
    "daily.csv",
    text([["Date", *EN[2:]], *daily(D, lambda t: t.strftime("%d-%m-%Y"))]),
    rows(D),
    "13-05-2024 to 26-05-2024: one reading only",
)
CASES.good(
    "american-moment",
    "export.csv",
    text([["Start Time", *EN[2:]], *[[f.start.strftime("%m/%d/%Y %I:%M:%S %p"), *f.numbers] for f in F]]),
    rows(F),
    "05/13/2024 09:00:00 AM",
)
CASES.bad(
    "afternoon-13",
    "hourly.csv",
    text(
        [
            ["Start Time", *EN[2:]],
            *[[f"2024-05-13 {f.start:%H:%M} {'PM' if f.start.hour < 12 else 'AM'}", *f.numbers] for f in F],
        ]
    ),
    [(8, "Start Time"), (None, "Start Time")],
    "13:00 AM: no such time",
    sure=False,
)
CASES.good(
    "clock-in-heading",
    "日报.csv",
    text(
        [
            [*DAY[:4], "平均处理时长(时:分:秒)"],
            *[[*c[:4], f"00:{int(c[4]) // 60:02d}:{int(c[4]) % 60:02d}"] for c in daily(D)],
        ]
    ),
    rows(D),
    "00:04:12 under (时:分:秒)",
)
CASES.either(
    "minute-marks",
    "日报.csv",
    text([[*DAY[:4], "平均处理时长"], *[[*c[:4], f"{int(c[4]) // 60}'{int(c[4]) % 60:02d}\""] for c in daily(D)]]),
    rows(D),
    "4'12\" is four minutes twelve",
    sure=False,
)
CASES.either(
    "minutes-in-cells",
    "日报.csv",
    text([[*DAY[:4], "平均处理时长"], *[[*c[:4], f"{int(c[4]) / 60:.2f}分钟"] for c in daily(D)]]),
    [f.row(aht_s=float(f"{f.aht / 60:.2f}") * 60) for f in D],
    "4.20分钟 is never 4.2 seconds",
)
CASES.either(
    "minutes-and-clock",
    "日报.csv",
    text([[*DAY[:4], "平均处理时长(分钟)"], *[[*c[:4], f"{int(c[4]) // 60}:{int(c[4]) % 60:02d}"] for c in daily(D)]]),
    rows(D),
    "4:12 under (分钟) is four minutes twelve, never four hours",
    sure=False,
)
CASES.either(
    "aht-in-hours",
    "日报.csv",
    text([[*DAY[:4], "平均处理时长(小时)"], *[[*c[:4], f"{int(c[4]) / 3600:.4f}"] for c in daily(D)]]),
    [f.row(aht_s=float(f"{f.aht / 3600:.4f}") * 3600) for f in D],
    "hours, says the heading: multiply or refuse, never 0.07 seconds",
)
CASES.either(
    "volume-in-ten-thousands",
    "日报.csv",
    text([["日期", "咨询量(万)"], *[[c[0], f"{int(c[1]) / 10000:.4f}"] for c in daily(D)]]),
    [f.row(handled=NAN, abandoned=NAN, aht_s=NAN) for f in D],
    "ten-thousands, says the heading: multiply or refuse, never 0.028 contacts",
)
CASES.either(
    "volume-in-thousands",
    "daily.csv",
    text([["Date", "Offered (k)"], *[[c[0], f"{int(c[1]) / 1000:.3f}"] for c in daily(D)]]),
    [f.row(handled=NAN, abandoned=NAN, aht_s=NAN) for f in D],
    "thousands, says the heading",
    sure=False,
)
CASES.bad(
    "share-of-volume",
    "日报.csv",
    text([["日期", "咨询量占比"], *[[c[0], "7.1%"] for c in daily(D)]]),
    why="a share of the volume is no volume",
)
CASES.good(
    "hidden-old-table",
    "月报.xlsx",
    table(ZH, *typed(), change=with_old),
    rows(F),
    sure=False,
    why="a hidden sheet holds an old version of the same day",
)
