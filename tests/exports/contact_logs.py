"""Contact logs: one row a contact, small ones; added up to half-hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.exports.case import NAN, Row, Shelf
from tests.exports.facts import text

CASES = Shelf("log")


@dataclass(frozen=True)
class Contact:
    """One contact: when it came, to whom, how long it took, whether it was answered, how long it waited."""

    start: datetime
    queue: str
    handle: int
    answered: bool
    wait: int


def contacts(count: int = 48, first: str = "2024-05-13 09:02:10", apart: int = 311) -> list[Contact]:
    """Contacts about five minutes apart, one in six unanswered, to two queues in turn."""
    start = datetime.fromisoformat(first)
    return [
        Contact(
            start + timedelta(seconds=apart * i),
            ("售前", "售后")[i % 2],
            0 if i % 6 == 4 else 120 + i * 37 % 300,
            i % 6 != 4,
            i * 13 % 50,
        )
        for i in range(count)
    ]


def by_half_hour(log: list[Contact], queue: bool = True) -> list[Row]:
    """The contacts added up."""
    groups: dict[tuple[datetime, str | None], list[Contact]] = {}
    for c in log:
        half = c.start.replace(minute=c.start.minute // 30 * 30, second=0)
        groups.setdefault((half, c.queue if queue else None), []).append(c)
    told = []
    for (half, name), some in groups.items():
        done = [c.handle for c in some if c.answered]
        told.append(
            Row(
                f"{half:%Y-%m-%d %H:%M}",
                len(some),
                len(done),
                len(some) - len(done),
                sum(done) / len(done) if done else NAN,
                name,
            )
        )
    return told


C = contacts()
R = by_half_hour(C)
HEAD = ["会话开始时间", "技能组", "处理时长(秒)", "是否接通", "等待时长(秒)"]


def log(
    yes: str = "是",
    no: str = "否",
    heading: list[str] = HEAD,
    some: list[Contact] = C,
    blank: bool = False,
    **more: object,
) -> bytes:
    """A log with its answered column in words; `blank` leaves the handle time of the unanswered empty."""
    return text(
        [
            heading,
            *[
                [
                    f"{c.start:%Y-%m-%d %H:%M:%S}",
                    c.queue,
                    "" if blank and not c.answered else str(c.handle),
                    yes if c.answered else no,
                    str(c.wait),
                ]
                for c in some
            ],
        ],
        **more,  # type: ignore[arg-type]
    )


def log_with(row: int, column: int, cell: str) -> bytes:
    """The log with one cell replaced."""
    table = [
        HEAD,
        *[
            [f"{c.start:%Y-%m-%d %H:%M:%S}", c.queue, str(c.handle), "是" if c.answered else "否", str(c.wait)]
            for c in C
        ],
    ]
    table[row - 1][column] = cell
    return text(table)


CASES.good("zh", "会话明细.csv", log(), R, zeros=True)
CASES.good("zh-gbk-blank", "会话明细.csv", log(blank=True, encoding="gbk"), R, zeros=True)
CASES.good("en", "calls.csv", log("yes", "no", ["arrival", "queue", "handle_s", "answered", "wait_s"]), R, zeros=True)
CASES.good(
    "en-true-false",
    "calls.csv",
    log("True", "False", ["Arrival time", "Queue", "Handle time (s)", "Answered", "Wait (s)"]),
    R,
    zeros=True,
)
CASES.good(
    "one-zero", "calls.csv", log("1", "0", ["arrival", "queue", "handle_s", "answered", "wait_s"]), R, zeros=True
)
CASES.good(
    "y-n-tab",
    "calls.tsv",
    log("Y", "N", ["arrival", "queue", "handle_s", "answered", "wait_s"], sep="\t"),
    R,
    zeros=True,
)
CASES.good(
    "status",
    "通话记录.csv",
    log("已接听", "排队放弃", ["呼叫时间", "技能组", "处理时长(秒)", "通话状态", "排队时长(秒)"]),
    R,
    zeros=True,
)
CASES.good(
    "status-missed",
    "通话记录.csv",
    log("已接通", "未接通", ["来电时间", "队列", "处理时长(秒)", "接听状态", "等待时长(秒)"]),
    R,
    zeros=True,
)
CASES.good(
    "status-english",
    "calls.csv",
    log("Answered", "Abandoned", ["Start time", "Queue", "Handle time (s)", "Status", "Wait time (s)"]),
    R,
    zeros=True,
)
CASES.good(
    "no-queue",
    "会话明细.csv",
    text(
        [
            HEAD[:1] + HEAD[2:],
            *[[f"{c.start:%Y/%m/%d %H:%M:%S}", str(c.handle), "是" if c.answered else "否", str(c.wait)] for c in C],
        ]
    ),
    by_half_hour(C, queue=False),
    zeros=True,
)
clocks = [
    [
        f"{c.start:%Y-%m-%d %H:%M:%S}",
        c.queue,
        f"{c.handle // 3600:02d}:{c.handle // 60 % 60:02d}:{c.handle % 60:02d}",
        "是" if c.answered else "否",
        f"00:00:{c.wait:02d}",
    ]
    for c in C
]
CASES.good(
    "clock-durations",
    "会话明细.csv",
    text([["会话开始时间", "技能组", "处理时长", "是否接通", "等待时长"], *clocks]),
    R,
    zeros=True,
)
CASES.good(
    "over-midnight",
    "夜间.csv",
    log(some=contacts(30, "2024-05-13 22:50:00")),
    by_half_hour(contacts(30, "2024-05-13 22:50:00")),
    "counted where they came",
    zeros=True,
)
CASES.good(
    "same-second",
    "会话明细.csv",
    log(some=[*C, *C[:6]]),
    by_half_hour([*C, *C[:6]]),
    "two contacts may come in one second",
    zeros=True,
)
CASES.good("newest-first", "会话明细.csv", log(some=C[::-1]), R, zeros=True)
PHONES = [f"139{20240513 + 7919 * i:08d}" for i in range(len(C))]
CASES.good(
    "customer-data",
    "会话明细.csv",
    text(
        [
            ["会话ID", "客户手机号", "买家昵称", "订单编号", *HEAD],
            *[
                [f"S{1000 + i}", PHONES[i], f"小可爱{i}", f"2134567890123{i:05d}", *line]
                for i, line in enumerate(
                    csv_line
                    for csv_line in [
                        [
                            f"{c.start:%Y-%m-%d %H:%M:%S}",
                            c.queue,
                            str(c.handle),
                            "是" if c.answered else "否",
                            str(c.wait),
                        ]
                        for c in C
                    ]
                )
            ],
        ]
    ),
    R,
    zeros=True,
    secrets=(*PHONES, "小可爱"),
)
CASES.good(
    "order-time-beside",
    "会话明细.csv",
    text(
        [
            ["下单时间", *HEAD],
            *[
                [
                    f"{c.start - timedelta(days=3):%Y-%m-%d %H:%M:%S}",
                    f"{c.start:%Y-%m-%d %H:%M:%S}",
                    c.queue,
                    str(c.handle),
                    "是" if c.answered else "否",
                    str(c.wait),
                ]
                for c in C
            ],
        ]
    ),
    R,
    "the time of the order is not that of the contact",
    zeros=True,
)
CASES.good(
    "resolved-rating",
    "会话明细.csv",
    text(
        [
            [*HEAD, "是否解决", "满意度"],
            *[
                [
                    f"{c.start:%Y-%m-%d %H:%M:%S}",
                    c.queue,
                    str(c.handle),
                    "是" if c.answered else "否",
                    str(c.wait),
                    "是" if c.answered else "否",
                    "5" if c.answered else "",
                ]
                for c in C
            ],
        ]
    ),
    [
        Row(
            r.start,
            r.offered,
            r.handled,
            r.abandoned,
            r.aht_s,
            r.queue,
            more=(("resolved", r.handled), ("satisfaction", 5.0 if r.handled else NAN)),
        )
        for r in R
    ],
    zeros=True,
)
CASES.either(
    "start-answer-end",
    "话单.csv",
    text(
        [
            ["来电时间", "技能组", "接听时间", "挂机时间"],
            *[
                [
                    f"{c.start:%Y-%m-%d %H:%M:%S}",
                    c.queue,
                    f"{c.start + timedelta(seconds=c.wait):%Y-%m-%d %H:%M:%S}" if c.answered else "",
                    f"{c.start + timedelta(seconds=c.wait + c.handle):%Y-%m-%d %H:%M:%S}",
                ]
                for c in C
            ],
        ]
    ),
    R,
    "answered where there is a time of answering; handled from then to the end",
    sure=False,
    zeros=True,
)
CASES.either(
    "arrivals-only",
    "会话明细.csv",
    text(
        [
            ["会话ID", "会话开始时间", "技能组"],
            *[[f"S{i}", f"{c.start:%Y-%m-%d %H:%M:%S}", c.queue] for i, c in enumerate(C)],
        ]
    ),
    [Row(r.start, r.offered, None, None, NAN, r.queue) for r in R],
    "only when they came: counts are certain, the rest unknown",
    sure=False,
    zeros=True,
)

# refused
CASES.bad("negative-handle", "会话明细.csv", log_with(9, 2, "-30"), [(9, HEAD[2])], "less than no time")
CASES.bad("text-handle", "会话明细.csv", log_with(9, 2, "很久"), [(9, HEAD[2])], "a word")
CASES.bad("nan-handle", "会话明细.csv", log_with(9, 2, "NaN"), [(9, HEAD[2])], "not a number")
CASES.bad("infinite-wait", "会话明细.csv", log_with(9, 4, "inf"), [(9, HEAD[4])], "for ever")
CASES.bad("impossible-arrival", "会话明细.csv", log_with(9, 0, "2024-02-30 09:10:00"), [(9, HEAD[0])], "no such day")
CASES.bad("blank-arrival", "会话明细.csv", log_with(9, 0, ""), [(9, HEAD[0])], "when did it come?")
CASES.bad("maybe-answered", "会话明细.csv", log_with(9, 3, "也许"), [(9, HEAD[3])], "neither yes nor no")
CASES.bad("blank-answered", "会话明细.csv", log_with(9, 3, ""), [(9, HEAD[3])], "answered or not?", sure=False)
CASES.bad(
    "ambiguous-arrival",
    "calls.csv",
    text(
        [
            ["arrival", "queue", "handle_s", "answered"],
            *[[f"05/06/2024 {c.start:%H:%M:%S}", c.queue, str(c.handle), "yes" if c.answered else "no"] for c in C],
        ]
    ),
    [(2, "arrival")],
    "5 June or 6 May",
)
CASES.bad("cut", "会话明细.csv", log()[:-22], [(49, None)], "the last row is cut off")
CASES.bad(
    "same-contact-twice",
    "会话明细.csv",
    text(
        [
            ["会话ID", *HEAD],
            *[
                [
                    f"S{i if i != 9 else 8}",
                    f"{c.start:%Y-%m-%d %H:%M:%S}",
                    c.queue,
                    str(c.handle),
                    "是" if c.answered else "否",
                    str(c.wait),
                ]
                for i, c in enumerate([*C[:9], C[8], *C[9:]])
            ],
        ]
    ),
    [(11, None), (10, None)],
    "one contact's number and row twice",
    sure=False,
)
