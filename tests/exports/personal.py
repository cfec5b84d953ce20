"""Customer data beside the counts: dropped, whatever the heading says."""

from __future__ import annotations

from tests.exports.case import Shelf
from tests.exports.facts import EN, ZH, day, lines, rows, text

CASES = Shelf("personal")
F = day()
PHONES = [f"138{12345678 + 7919 * i:08d}" for i in range(len(F))]
IDS = [f"33040219850{1 + i % 9}15{1000 + 37 * i:04d}"[:17] + "X" for i in range(len(F))]
NAMES = ["王小明", "李芳", "张伟强", "陈静"]
ORDERS = [f"21{3456789012345678 + 7919 * i:016d}" for i in range(len(F))]


def beside(heading: str, cells: list[str], heads: list[str] = ZH, **more: object) -> bytes:
    """The ordinary file with one further column."""
    return text([[*heads, heading], *[[*c, cells[i % len(cells)]] for i, c in enumerate(lines(F))]], **more)  # type: ignore[arg-type]


CASES.good("phone", "导出.csv", beside("手机号", PHONES), rows(F), secrets=tuple(PHONES))
CASES.good(
    "phone-masked",
    "导出.csv",
    beside("客户电话", [p[:3] + "****" + p[7:] for p in PHONES]),
    rows(F),
    secrets=(PHONES[0][:3] + "****",),
)
CASES.good("identity", "导出.csv", beside("身份证号", IDS), rows(F), secrets=tuple(IDS))
CASES.good(
    "nickname",
    "千牛导出.csv",
    beside("买家昵称", [f"tb{88231 + i}小可爱" for i in range(9)], encoding="gbk"),
    rows(F),
    secrets=("小可爱",),
)
CASES.good(
    "address", "导出.csv", beside("收货地址", ["浙江省嘉兴市南湖区中山东路88号2幢301室"]), rows(F), secrets=("嘉兴市",)
)
CASES.good("order", "导出.csv", beside("订单编号", ORDERS), rows(F), secrets=tuple(ORDERS))
CASES.good("name", "导出.csv", beside("客户姓名", NAMES), rows(F), secrets=tuple(NAMES))
CASES.good(
    "email-english",
    "export.csv",
    beside("Customer email", [f"user{i}@example.com" for i in range(9)], EN),
    rows(F),
    secrets=("@example.com",),
)
CASES.good(
    "phone-under-remark",
    "导出.csv",
    beside("备注", [f"回电{p}" for p in PHONES]),
    rows(F),
    "the heading is harmless, the cells are not",
    secrets=tuple(PHONES),
)
CASES.good("phone-under-column7", "export.csv", beside("Column7", PHONES, EN), rows(F), secrets=tuple(PHONES))
CASES.either(
    "phone-as-queue",
    "导出.csv",
    text([["日期", "时段", "技能组", *ZH[2:]], *[[*c[:2], PHONES[i], *c[2:]] for i, c in enumerate(lines(F))]]),
    rows(F),
    "phone numbers under 技能组: the columns have shifted; they may not become queues",
    sure=False,
    secrets=tuple(PHONES),
)
