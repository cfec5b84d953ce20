"""Character sets: the ones tools write, and the damage done on the way."""

from __future__ import annotations

import codecs

from tests.exports.case import Shelf
from tests.exports.facts import EN, daily, day, days, lines, rows, text, usual

CASES = Shelf("encoding")
F = day()
QUEUED = ["日期", "时段", "技能组", "呼入量", "接通量", "放弃量", "平均处理时长(秒)"]
HEAD = ["date", "interval", "queue", "offered", "handled", "abandoned", "aht_s"]


def queued(queue: str, heading: list[str] = QUEUED, **more: object) -> bytes:
    """An export with a queue's name in every row."""
    return text([heading, *[[*c[:2], queue, *c[2:]] for c in lines(F)]], **more)  # type: ignore[arg-type]


CASES.good("utf8", "话务日报.csv", usual(F, end="\n"), rows(F))
CASES.good("utf8-bom", "话务日报.csv", codecs.BOM_UTF8 + usual(F), rows(F))
CASES.good("gbk", "咨询时段统计_20240513.csv", usual(F, encoding="gbk"), rows(F))
CASES.good("gb18030-rare", "导出.csv", queued("售后·𠮷祥组", encoding="gb18030"), rows(F, queue="售后·𠮷祥组"))
CASES.good("utf16-tab", "unicode文本.txt", codecs.BOM_UTF16_LE + usual(F, sep="\t", encoding="utf-16-le"), rows(F))
CASES.good("utf16-be", "report.csv", codecs.BOM_UTF16_BE + usual(F, encoding="utf-16-be"), rows(F))
CASES.good("ascii", "interval_report.csv", usual(F, EN), rows(F))
CASES.good(
    "gbk-liantong",
    "联通.csv",
    queued("联通", encoding="gbk"),
    rows(F, queue="联通"),
    "the bytes of 联通 in GBK look like UTF-8 to careless tools",
)
CASES.good("bom-quoted", "导出.csv", codecs.BOM_UTF8 + usual(F, quote=1), rows(F))
CASES.good(
    "bom-english",
    "daily.csv",
    codecs.BOM_UTF8 + text([["date", "offered", "handled", "abandoned", "aht_s"], *daily(days())]),
    rows(days()),
)
CASES.good("gbk-few", "两行.csv", usual(F[:2], encoding="gbk"), rows(F[:2]), "too short for a guesser by frequency")
CASES.good(
    "gbk-two-queues",
    "技能组.csv",
    text([QUEUED, *[[*c[:2], q, *c[2:]] for q in ("售前咨询", "投诉") for c in lines(F)]], encoding="gbk"),
    [*rows(F, queue="售前咨询"), *rows(F, queue="投诉")],
)
CASES.good(
    "utf16-no-bom",
    "report.txt",
    usual(F, sep="\t", encoding="utf-16-le"),
    rows(F),
    sure=False,
    why="UTF-16 without its mark is rare; refusing is defensible",
)
CASES.good(
    "double-bom",
    "合并.csv",
    codecs.BOM_UTF8 * 2 + usual(F),
    rows(F),
    sure=False,
    why="a script added a second mark; the text is plain",
)
CASES.either(
    "big5",
    "時段報表.csv",
    queued(
        "售後服務",
        encoding="big5",
        heading=["日期", "時段", "技能組", "呼入量", "接通量", "放棄量", "平均處理時長(秒)"],
    ),
    rows(F, queue="售後服務"),
    "Big5 is not promised; read right or refuse, never as other characters",
)
CASES.either(
    "cp1252",
    "rapport.csv",
    queued("Réclamation", HEAD, encoding="cp1252"),
    rows(F, queue="Réclamation"),
    "é and the letter after it are also one GB18030 character",
    sure=False,
)
CASES.either(
    "cp1252-dash",
    "interval.csv",
    text([EN, *lines(F, dash="–")], encoding="cp1252"),
    rows(F),
    "an en dash in Windows-1252 is neither UTF-8 nor GB18030",
    sure=False,
)

# refused
CASES.bad(
    "mojibake-all",
    "乱码.csv",
    usual(F).decode().encode().decode("gbk", "replace").encode(),
    why="UTF-8 was read as GBK and saved: no heading is legible",
)
CASES.bad(
    "mojibake-queue",
    "export.csv",
    queued("投诉".encode().decode("cp1252"), HEAD),
    [(2, "queue")],
    "UTF-8 was read as Windows-1252: æŠ•è¯‰",
)
CASES.bad(
    "mojibake-gbk-in-latin",
    "export.csv",
    queued("售后客服".encode("gbk").decode("latin-1"), HEAD),
    [(2, "queue")],
    "GBK was read as Latin-1: ÊÛºó¿Í·þ",
)
CASES.bad("replacement", "export.csv", queued("��前��组", HEAD), [(2, "queue")], "U+FFFD: characters were lost")
CASES.bad(
    "kunjinkao", "export.csv", queued("锟斤拷锟斤拷", HEAD), [(2, "queue")], "U+FFFD read as GBK: characters were lost"
)
CASES.bad(
    "question-marks",
    "export.csv",
    text([HEAD, *[[*c[:2], "??", *c[2:]] for _ in (1, 2) for c in lines(F)]]),
    [(None, None)],
    "two queues' names were lost; their rows now repeat each other",
)
CASES.bad(
    "cut-in-a-character",
    "导出.csv",
    text([QUEUED[:2] + QUEUED[3:] + ["技能组"], *[[*c, "售前咨询"] for c in lines(F)]])[:-4],
    [(19, None), (None, None)],
    "the file ends inside a character",
)
CASES.bad(
    "two-encodings",
    "合并.csv",
    queued("售前") + b"".join(queued("售后客服", encoding="gbk").splitlines(True)[1:]),
    why="GBK rows were appended to a UTF-8 file",
)
CASES.bad(
    "nul", "export.csv", usual(F[:9], EN) + b"\0" * 300, why="zeros where rows should be: a disk or a transfer failed"
)
CASES.bad(
    "half-utf16",
    "export.csv",
    codecs.BOM_UTF16_LE + usual(F, encoding="utf-16-le")[:-3],
    why="half a UTF-16 unit at the end",
)
CASES.bad(
    "mojibake-headings",
    "gbk当latin.csv",
    usual(F, encoding="gbk").decode("latin-1").encode(),
    why="ÈÕÆÚ instead of 日期",
)
