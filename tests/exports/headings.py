"""Column names: the synonyms of real tools, titles above them, and names that say too little or too much."""

from __future__ import annotations

from tests.exports.case import NAN, Shelf
from tests.exports.facts import EN, ZH, daily, day, days, lines, only_offered, rows, text, usual, ymd

CASES = Shelf("heading")
F = day()
D = days()
DAYHEAD = ["咨询量", "接待量", "放弃量", "平均处理时长(秒)"]
TWO = [*day(queue="售前"), *day(queue="售后", seed=3)]


def with_queue(facts: list, heading: list[str]) -> bytes:
    """Date, label, queue, numbers."""
    return text([heading, *[[*c[:2], f.queue, *c[2:]] for c, f in zip(lines(facts), facts, strict=True)]])


CASES.good("zh-inquiry", "咨询.csv", usual(F, ["日期", "时段", "咨询量", "接待量", "放弃量", "平均处理时长"]), rows(F))
CASES.good(
    "zh-hotline",
    "技能组话务报表.csv",
    with_queue(TWO, ["日期", "时间段", "技能组", "呼入量", "接通量", "放弃量", "平均处理时长(秒)"]),
    rows(TWO),
)
CASES.good(
    "zh-hotline-fullwidth-unit",
    "热线.csv",
    with_queue(TWO, ["统计日期", "统计时段", "队列名称", "来电量", "接听量", "放弃数", "平均处理时间（秒）"]),
    rows(TWO),
)
CASES.good(
    "zh-chat-sessions",
    "会话报表.csv",
    text(
        [
            ["日期", "时段", "会话量", "接入会话量", "排队放弃量", "平均会话时长(秒)", "平均首次响应时长(秒)"],
            *[[*c, str(10 + i)] for i, c in enumerate(lines(F))],
        ]
    ),
    [f.row(more=(("first_response_s", 10 + i),)) for i, f in enumerate(F)],
)
CASES.good(
    "jd-daily",
    "京东咚咚日报.csv",
    text(
        [
            ["日期", "咨询量", "接待量", "30s应答率", "平均处理时长(秒)", "满意度"],
            *[[ymd(f.start), str(f.offered), str(f.handled), "95.20%", str(f.aht), "92.5%"] for f in D],
        ],
        encoding="gbk",
    ),
    [f.row(abandoned=None, more=(("satisfaction", 0.925),)) for f in D],
)
CASES.good(
    "en-acd",
    "queue_performance.csv",
    text(
        [
            [
                "Date",
                "Interval",
                "Queue Name",
                "Calls Offered",
                "Calls Answered",
                "Calls Abandoned",
                "Average Handle Time (s)",
            ],
            *[[*c[:2], f.queue, *c[2:]] for c, f in zip(lines(TWO), TWO, strict=True)],
        ]
    ),
    rows(TWO),
)
CASES.good(
    "amazon-connect",
    "HistoricalMetricsReport.csv",
    text(
        [
            [
                "Queue",
                "StartInterval",
                "EndInterval",
                "Contacts queued",
                "Contacts handled",
                "Contacts abandoned",
                "Average handle time",
            ],
            *[[f.queue, f"{f.start:%Y-%m-%dT%H:%M:%S}", f"{f.end:%Y-%m-%dT%H:%M:%S}", *f.numbers] for f in TWO],
        ]
    ),
    rows(TWO),
)
CASES.good(
    "canonical",
    "history.csv",
    text(
        [
            ["start", "queue", "source", "offered", "handled", "abandoned", "aht_s"],
            *[[f"{f.start:%Y-%m-%d %H:%M}", f.queue, "inhouse", *f.numbers] for f in TWO],
        ]
    ),
    rows(TWO, source="inhouse"),
)
CASES.good(
    "canonical-extra",
    "history.csv",
    text(
        [
            [
                "start",
                "queue",
                "offered",
                "handled",
                "abandoned",
                "aht_s",
                "first_response_s",
                "resolved",
                "satisfaction",
                "bot_deflected",
            ],
            *[[f"{f.start:%Y-%m-%d %H:%M}", f.queue, *f.numbers, "21.5", str(f.handled - 2), "4.6", "9"] for f in TWO],
        ]
    ),
    [
        f.row(
            more=(("first_response_s", 21.5), ("resolved", f.handled - 2), ("satisfaction", 4.6), ("bot_deflected", 9))
        )
        for f in TWO
    ],
)
CASES.good(
    "untidy", "Export.CSV", usual(F, [" date ", "INTERVAL", "Offered ", " HANDLED", "abandoned", "Aht (s)"]), rows(F)
)
CASES.good(
    "bilingual",
    "report.csv",
    usual(
        F, ["日期 Date", "时段 Interval", "咨询量 Offered", "接待量 Handled", "放弃量 Abandoned", "平均处理时长 AHT(s)"]
    ),
    rows(F),
)
CASES.good(
    "minutes",
    "日报.csv",
    text(
        [[*ZH[:5], "平均处理时长（分钟）"], *[[*c[:5], f"{f.aht / 60:.2f}"] for c, f in zip(lines(F), F, strict=True)]]
    ),
    [f.row(aht_s=float(f"{f.aht / 60:.2f}") * 60) for f in F],
    "minutes, says the heading",
)
CASES.good(
    "minutes-english",
    "report.csv",
    text([[*EN[:5], "AHT (min)"], *[[*c[:5], f"{f.aht / 60:.1f}"] for c, f in zip(lines(F), F, strict=True)]]),
    [f.row(aht_s=float(f"{f.aht / 60:.1f}") * 60) for f in F],
)
CASES.good(
    "more-columns",
    "运营日报.csv",
    text(
        [
            [
                "序号",
                "日期",
                "星期",
                "时段",
                "在线坐席",
                "咨询量",
                "接待量",
                "接通率",
                "放弃量",
                "平均处理时长(秒)",
                "备注",
            ],
            *[
                [str(i + 1), c[0], "周一", c[1], "12", c[2], c[3], "95.2%", c[4], c[5], "" if i else "系统升级"]
                for i, c in enumerate(lines(F))
            ],
        ]
    ),
    rows(F),
)
CASES.good(
    "orders-are-no-contacts",
    "店铺日报.csv",
    text(
        [
            ["日期", "访客数", "订单量", "销售额", *DAYHEAD],
            *[[c[0], "5210", "880", "70400.50", *c[1:]] for c in daily(D)],
        ]
    ),
    rows(D),
    "visitors, orders and sales are not contacts",
)
CASES.good(
    "permuted",
    "导出.csv",
    text([[ZH[i] for i in (5, 2, 4, 1, 3, 0)], *[[c[i] for i in (5, 2, 4, 1, 3, 0)] for c in lines(F)]]),
    rows(F),
)
CASES.good(
    "two-header-rows",
    "话务统计.csv",
    text(
        [
            ["日期", "时段", "话务量", "", "", "时长"],
            ["", "", "呼入量", "接通量", "放弃量", "平均处理时长(秒)"],
            *lines(F),
        ]
    ),
    rows(F),
)
CASES.good(
    "title",
    "五芳斋客服日报.csv",
    text(
        [
            ["五芳斋客服中心话务日报", "", "", "", "", ""],
            ["统计时间：2024-05-13 至 2024-05-13", "", "", "", "", ""],
            [""] * 6,
            ZH,
            *lines(F),
        ]
    ),
    rows(F),
)
CASES.good(
    "title-short-lines",
    "客服日报.csv",
    ("五芳斋客服中心话务日报\r\n导出人：运营部\r\n\r\n").encode() + usual(F),
    rows(F),
    "title lines without commas",
)
CASES.good(
    "avaya-title",
    "split_interval.csv",
    text(
        [
            ["Split/Skill Interval Report"],
            ["Date:", "2024-05-13"],
            ["Split/Skill:", "Presales"],
            [],
            ["Date", "Interval", "Offered", "Answered", "Abandoned", "Avg Handle Time (sec)"],
            *lines(F),
        ]
    ),
    rows(F),
)
CASES.good(
    "vendor",
    "两家外包.csv",
    text(
        [
            ["日期", "时段", "供应商", "业务组", *ZH[2:]],
            *[[*c[:2], v, "售前", *c[2:]] for v, s in (("甲方外包", 0), ("乙方外包", 5)) for c in lines(day(seed=s))],
        ]
    ),
    [*rows(F, queue="售前", source="甲方外包"), *rows(day(seed=5), queue="售前", source="乙方外包")],
)
CASES.good(
    "offered-only", "来电量.csv", text([["日期", "时段", "来电量"], *[c[:3] for c in lines(F)]]), only_offered(F)
)
CASES.good(
    "hour-column",
    "hourly.csv",
    text(
        [
            ["Date", "Hour", "Queue", "Offered"],
            *[[ymd(f.start), str(f.start.hour), "Chat", str(f.offered)] for f in day(count=12, minutes=60)],
        ]
    ),
    only_offered(day(count=12, minutes=60, queue="Chat")),
)
CASES.good(
    "start-end-columns",
    "导出.csv",
    text(
        [
            ["日期", "开始时间", "结束时间", *ZH[2:]],
            *[[ymd(f.start), f"{f.start:%H:%M}", f"{f.end:%H:%M}", *f.numbers] for f in F],
        ]
    ),
    rows(F),
)
CASES.good(
    "start-end-datetimes",
    "导出.csv",
    text(
        [
            ["开始时间", "结束时间", *ZH[2:]],
            *[[f"{f.start:%Y-%m-%d %H:%M:%S}", f"{f.end:%Y-%m-%d %H:%M:%S}", *f.numbers] for f in F],
        ]
    ),
    rows(F),
)
CASES.good(
    "promise-counts",
    "质量日报.csv",
    text([["日期", *DAYHEAD, "解决量", "评价量"], *[[*c, str(int(c[2]) - 3), "30"] for c in daily(days(count=10))]]),
    [f.row(more=(("resolved", f.handled - 3), ("rated", 30))) for f in days(count=10)],
    sure=False,
    why="the canonical names of 解决量 and 评价量 are this project's own",
)

CASES.good(
    "one-site",
    "嘉兴站点.csv",
    text([["日期", "时段", "站点", "技能组", *ZH[2:]], *[[*c[:2], "嘉兴", "售后", *c[2:]] for c in lines(F)]]),
    rows(F, queue="售后"),
)
CASES.good(
    "queue-english-group",
    "tickets.csv",
    text([["Date", "Group", "Tickets", "Handled"], *[[c[0], "Logistics", c[1], c[2]] for c in daily(D)]]),
    [f.row(abandoned=None, aht_s=NAN, queue="Logistics") for f in D],
    sure=False,
    why="Tickets and Group are Zendesk's words",
)

# debatable
CASES.good(
    "zendesk",
    "tickets_explore.csv",
    text(
        [
            ["Ticket created - Date", "Ticket created - Hour", "Ticket group", "Tickets"],
            *[[ymd(f.start), str(f.start.hour), "After-sales", str(f.offered)] for f in day(count=12, minutes=60)],
        ]
    ),
    only_offered(day(count=12, minutes=60, queue="After-sales")),
    sure=False,
    why="Zendesk's own names, a synonym list may lack them",
)
CASES.either(
    "genesys-ms",
    "Queue Performance.csv",
    text(
        [
            ["Interval Start", "Interval End", "Media Type", "Queue Name", "Offer", "Answer", "Abandon", "Avg Handle"],
            *[
                [
                    f"{f.start:%Y-%m-%d %H:%M}",
                    f"{f.end:%Y-%m-%d %H:%M}",
                    "voice",
                    f.queue,
                    *f.numbers[:3],
                    f"{f.aht}000",
                ]
                for f in TWO
            ],
        ]
    ),
    rows(TWO),
    "Genesys Cloud writes milliseconds and does not say so; 3 days of handle time a call cannot be",
    sure=False,
)
CASES.either(
    "milliseconds",
    "日报.csv",
    text([[*ZH[:5], "平均处理时长(毫秒)"], *[[*c[:5], c[5] + "000"] for c in lines(F)]]),
    rows(F),
    "milliseconds, says the heading: divide or refuse",
)
CASES.either(
    "total-not-mean",
    "日报.csv",
    text([[*ZH[:5], "总处理时长(秒)"], *[[*c[:5], str(f.aht * f.handled)] for c, f in zip(lines(F), F, strict=True)]]),
    [f.row(aht_s=(NAN, float(f.aht))) for f in F],
    "a total is not a mean: divide by the handled, leave unknown or refuse",
)
CASES.good(
    "talk-time",
    "话务.csv",
    usual(F, [*ZH[:5], "平均通话时长(秒)"]),
    [f.row(aht_s=(NAN, float(f.aht))) for f in F],
    sure=False,
    why="talk time is less than handle time where there is after-call work; many reports have only this",
)
CASES.either(
    "acd-calls",
    "vdn_report.csv",
    text(
        [
            ["Date", "Interval", "ACD Calls", "Aban Calls", "Avg ACD Time"],
            *[[*c[:2], c[3], c[4], c[5]] for c in lines(F)],
        ]
    ),
    [f.row(offered=(NAN, f.offered), aht_s=(NAN, float(f.aht))) for f in F],
    "Avaya: ACD calls are those answered, never those offered",
    sure=False,
)
CASES.good(
    "qianniu-people",
    "千牛客服数据.csv",
    text([["日期", "咨询人数", "接待人数", "平均响应时间(秒)"], *[[*c[:3], "35.2"] for c in daily(D)]], encoding="gbk"),
    [f.row(abandoned=None, aht_s=NAN) for f in D],
    sure=False,
    why="people who asked, not contacts; it is all that Qianniu gives",
)
CASES.either(
    "traditional",
    "時段報表.csv",
    usual(F, ["日期", "時段", "進線量", "接聽量", "放棄量", "平均處理時長(秒)"]),
    rows(F),
    "traditional characters from a Taiwan vendor",
    sure=False,
)
CASES.either(
    "wait-is-not-handle",
    "会话.csv",
    text([[*ZH[:5], "平均等待时长(秒)"], *[[*c[:5], "18"] for c in lines(F)]]),
    rows(F, aht_s=NAN),
    "waiting is not handling; reading the rest is right",
)

# refused
CASES.bad(
    "two-volumes",
    "合并.csv",
    text(
        [
            ["日期", "时段", "咨询量", "呼入量", "接待量"],
            *[[c[0], c[1], c[2], str(int(c[2]) + 40), c[3]] for c in lines(F)],
        ]
    ),
    [(1, "咨询量"), (1, "呼入量"), (1, None)],
    "both mean contacts offered and they differ",
    sure=False,
)
CASES.bad(
    "same-heading-twice",
    "合并.csv",
    text([["日期", "时段", "咨询量", "咨询量"], *[[c[0], c[1], c[2], str(int(c[2]) + 7)] for c in lines(F)]]),
    [(1, "咨询量"), (None, "咨询量")],
    "which of the two is right?",
)
CASES.bad(
    "no-time",
    "汇总.csv",
    text([["队列", "咨询量"], *[[f"队列{i}", str(20 + i)] for i in range(12)]]),
    why="no column tells when",
)
CASES.bad(
    "no-volume",
    "坐席.csv",
    text([["日期", "时段", "在线坐席", "签入人数"], *[[*c[:2], "12", "14"] for c in lines(F)]]),
    why="no column tells how many contacts",
)
CASES.bad(
    "rates-only",
    "接通率.csv",
    text([["日期", "时段", "接通率", "20秒接通率", "满意度"], *[[*c[:2], "95.1%", "88.0%", "96%"] for c in lines(F)]]),
    why="rates without counts",
)
CASES.bad("no-headings", "导出.csv", text(lines(F)), [(1, None), (None, None)], "no headings at all")
CASES.bad(
    "unknown-headings",
    "导出.csv",
    usual(F, ["字段1", "字段2", "字段3", "字段4", "字段5", "字段6"]),
    why="headings that mean nothing",
)
CASES.bad(
    "typo-in-volume",
    "导出.csv",
    usual(F, ["日期", "时段", "资讯良", "接待两", "放气量", "平均处里时长"]),
    why="misspelt by hand: nothing is surely the volume",
)
CASES.bad(
    "empty-heading",
    "导出.csv",
    usual(F, ["日期", "时段", "", "接待量", "放弃量", "平均处理时长(秒)"]),
    [(1, None), (None, None)],
    "the volume has no heading; the handled alone cannot stand for it",
    sure=False,
)
CASES.bad(
    "per-agent",
    "客服个人报表.csv",
    text(
        [
            ["日期", "时段", "客服工号", "接待量", "咨询量"],
            *[[*c[:2], a, c[3], c[2]] for a in ("A001", "A002", "A003") for c in lines(F[:8])],
        ]
    ),
    sure=False,
    why="one row an agent and interval; adding them up may be right, keeping one is wrong",
)
CASES.bad(
    "pivot-of-weeks",
    "周报.csv",
    text([["周次", "咨询量"], *[[f"第{w}周", str(900 + w)] for w in range(18, 30)]]),
    why="weeks are coarser than a day",
    sure=True,
)
CASES.bad(
    "months",
    "月报.csv",
    text([["月份", "咨询量"], *[[f"2024-{m:02d}", str(9000 + m)] for m in range(1, 11)]]),
    why="months are coarser than a day",
)
