"""Numbers as cells hold them: grouped, full-width, with units, unknown, and what is no number at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.exports.case import NAN, Row, Shelf, Value
from tests.exports.facts import EN, ZH, Fact, daily, day, days, lines, rows, spoilt, text

CASES = Shelf("number")
F = day()
D = days(scale=90)
DAY = ["日期", "咨询量", "接待量", "放弃量", "平均处理时长(秒)"]
FULL = str.maketrans("0123456789,.", "０１２３４５６７８９，．")


def written(write: Callable[[str], str], facts: Sequence[Fact] = tuple(D), only: int | None = None) -> bytes:
    """Days with every number (or the one in column `only`) as `write` puts it."""
    return text(
        [
            DAY,
            *[[c if i == 0 or (only and i != only) else write(c) for i, c in enumerate(line)] for line in daily(facts)],
        ]
    )


def with_cell(row: int, column: int, cell: str, value: Value, **more: object) -> tuple[bytes, list[Row]]:
    """The ordinary file with one cell replaced, and its rows."""
    name = ("", "", "offered", "handled", "abandoned", "aht_s")[column]
    expected = [f.row(**{name: value}) if i == row - 2 else f.row() for i, f in enumerate(F)]
    return spoilt(F, row, column, cell, **more), expected  # type: ignore[arg-type]


def grouped(cell: str, comma: str = ",") -> str:
    """Thousands apart."""
    return f"{int(cell):,}".replace(",", comma)


CASES.good("grouped", "日报.csv", written(grouped), rows(D))
CASES.good("fullwidth", "手工.csv", written(lambda c: c.translate(FULL)), rows(D))
CASES.good("fullwidth-grouped", "手工.csv", written(lambda c: grouped(c).translate(FULL)), rows(D))
CASES.good("spaces", "日报.csv", written(lambda c: f"  {c} "), rows(D))
CASES.good("nbsp", "日报.csv", written(lambda c: f"\u00a0{c}\u3000"), rows(D), "no-break and full-width spaces around")
CASES.good("point-zero", "日报.csv", written(lambda c: f"{c}.0"), rows(D), "pandas wrote whole numbers as floats")
CASES.good("two-decimals", "日报.csv", written(lambda c: f"{c}.00"), rows(D))
CASES.good("aht-decimals", "日报.csv", written(lambda c: f"{c}.37", only=4), [f.row(aht_s=f.aht + 0.37) for f in D])
CASES.good(
    "clock",
    "日报.csv",
    written(lambda c: f"{int(c) // 3600:02d}:{int(c) // 60 % 60:02d}:{int(c) % 60:02d}", only=4),
    rows(D),
    "00:05:12 is 312 seconds",
)
CASES.good(
    "clock-short",
    "日报.csv",
    text(
        [
            [*DAY[:4], "平均处理时长(分:秒)"],
            *[[*c[:4], f"{int(c[4]) // 60:02d}:{int(c[4]) % 60:02d}"] for c in daily(D)],
        ]
    ),
    rows(D),
    "05:12 under (分:秒)",
)
CASES.good(
    "aht-words",
    "日报.csv",
    written(lambda c: f"{int(c) // 60}分{int(c) % 60}秒", only=4),
    rows(D),
    sure=False,
    why="5分12秒 is plain to people; a strict reader may call it text",
)
CASES.good(
    "aht-seconds-unit",
    "日报.csv",
    written(lambda c: f"{c}秒", only=4),
    rows(D),
    sure=False,
    why="312秒: a unit a person reads without thinking",
)
CASES.good("aht-s-unit", "日报.csv", written(lambda c: f"{c}s", only=4), rows(D), sure=False, why="312s")
CASES.good("blank-is-unknown", "导出.csv", *with_cell(7, 5, "", NAN))
CASES.good(
    "blank-volume",
    "导出.csv",
    text([ZH, *[[*c[:2], "", "", "", ""] if i == 5 else c for i, c in enumerate(lines(F))]]),
    [f.row(offered=NAN, handled=NAN, abandoned=NAN, aht_s=NAN) if i == 5 else f.row() for i, f in enumerate(F)],
    "an outage: unknown, not 0",
)
CASES.good(
    "zero-is-closed",
    "导出.csv",
    text([ZH, *[[*c[:2], "0", "0", "0", "0"] if i == 5 else c for i, c in enumerate(lines(F))]]),
    [f.row(offered=0, handled=0, abandoned=0, aht_s=(0.0, NAN)) if i == 5 else f.row() for i, f in enumerate(F)],
    "closed: 0 contacts; the mean of none is unknown or 0",
)
CASES.good(
    "all-zero-row-blank-aht",
    "导出.csv",
    text([ZH, *[[*c[:2], "0", "0", "0", ""] if i == 5 else c for i, c in enumerate(lines(F))]]),
    [f.row(offered=0, handled=0, abandoned=0, aht_s=NAN) if i == 5 else f.row() for i, f in enumerate(F)],
)
CASES.good(
    "satisfaction-percent",
    "日报.csv",
    text([[*DAY, "满意度"], *[[*c, f"{90 + i % 9}.5%"] for i, c in enumerate(daily(D))]]),
    [f.row(more=(("satisfaction", (90.5 + i % 9) / 100),)) for i, f in enumerate(D)],
    "a percentage is a share",
)
CASES.good(
    "satisfaction-stars",
    "日报.csv",
    text([[*DAY, "满意度"], *[[*c, f"4.{i % 10}"] for i, c in enumerate(daily(D))]]),
    [f.row(more=(("satisfaction", float(f"4.{i % 10}")),)) for i, f in enumerate(D)],
    "stars keep their scale",
)
CASES.good(
    "dashes",
    "导出.csv",
    text([ZH, *[[*c[:2], "0", "0", "0", "--"] if i in (3, 9) else c for i, c in enumerate(lines(F))]]),
    [f.row(offered=0, handled=0, abandoned=0, aht_s=NAN) if i in (3, 9) else f.row() for i, f in enumerate(F)],
    sure=False,
    why="-- where nothing was handled is how most tools write unknown; strictly it is text among numbers",
)
CASES.good(
    "slash",
    "导出.csv",
    text([ZH, *[[*c[:2], "0", "0", "0", "/"] if i in (3, 9) else c for i, c in enumerate(lines(F))]]),
    [f.row(offered=0, handled=0, abandoned=0, aht_s=NAN) if i in (3, 9) else f.row() for i, f in enumerate(F)],
    sure=False,
    why="as with --",
)

# debatable
for name, cell, value, why in (
    ("na-volume", "N/A", NAN, "unknown, or text among numbers"),
    ("null-volume", "null", NAN, "unknown, or text among numbers"),
    ("scientific", "1.2E+01", 12.0, "Excel writes so; exact here"),
    ("apostrophe", "'21", 21.0, "Excel's mark for text"),
    ("plus", "+21", 21.0, "a plus changes nothing"),
    ("unit-person", "21人", 21.0, "a unit"),
    ("unit-call", "21通", 21.0, "a unit"),
    ("wan", "1.2万", 12000.0, "Chinese ten-thousands"),
    ("half-contact", "21.5", 21.5, "a count is whole, unless contacts were shared out"),
    ("arabic-indic", "٢١", 21.0, "digits of another script"),
):
    content, expected = with_cell(9, 2, cell, value)
    expected[7] = Row(expected[7].start, value, None, None, None)
    content = text([ZH, *[[*c[:2], cell, "", "", ""] if i == 7 else c for i, c in enumerate(lines(F))]])
    CASES.either(name, "手工.csv", content, expected, why, [(9, "咨询量")], sure=False)

# refused
for name, column, cell, why in (
    ("negative", 2, "-5", "fewer than none"),
    ("unicode-minus", 2, "−5", "fewer than none"),
    ("fullwidth-minus", 2, "－５", "fewer than none"),
    ("accounting", 2, "(21)", "accountants write -21 so"),
    ("negative-abandoned", 4, "-1", "fewer than none"),
    ("negative-aht", 5, "-240", "less than no time"),
    ("nan", 2, "NaN", "not a number"),
    ("nan-aht", 5, "nan", "not a number"),
    ("infinity", 2, "inf", "no count"),
    ("infinity-aht", 5, "Infinity", "no time"),
    ("infinity-sign", 2, "∞", "no count"),
    ("overflow", 2, "1e999", "no count; becomes infinite in a computer"),
    ("about", 2, "约120", "a guess"),
    ("question", 2, "120?", "a doubt"),
    ("letter-o", 2, "12O", "the letter O for a zero"),
    ("letter-l", 2, "l2", "the letter l for a one"),
    ("python-underscore", 2, "1_0", "Python would read 10"),
    ("hex", 2, "0x1F", "a computer's number"),
    ("true", 2, "TRUE", "a yes, not a count"),
    ("word", 2, "故障", "a word"),
    ("note-beside", 2, "45（含重复）", "a number and a remark"),
    ("two-numbers", 2, "45/3", "two numbers"),
    ("range", 2, "40-50", "a range"),
    ("broken-groups", 2, "1,2,3", "groups are three digits"),
    ("half-group", 2, "1,23", "groups are three digits; a decimal comma of a count cannot be"),
    ("superscript", 2, "12²", "a footnote mark"),
    ("excel-na", 2, "#N/A", "a formula failed"),
    ("excel-ref", 2, "#REF!", "a formula failed"),
    ("excel-div-aht", 5, "#DIV/0!", "a formula failed"),
    ("excel-date", 2, "1月20日", "Excel turned 1-20 into a date"),
    ("money", 2, "￥120", "money, not contacts"),
    ("formula", 2, "=SUM(C2:C8)", "a formula, not its value"),
    ("percent-volume", 2, "95%", "a share, not a count"),
    ("aht-word", 5, "五分钟", "a word"),
):
    CASES.bad(name, "导出.csv", spoilt(F, 9, column, cell), [(9, ZH[column])], why)
CASES.bad("huge", "导出.csv", spoilt(F, 9, 2, "9" * 40), [(9, "咨询量")], "forty nines: no queue is that long")
CASES.bad(
    "european-groups",
    "日报.csv",
    written(lambda c: grouped(c, "."), only=1),
    [(2, "咨询量")],
    "1.234 contacts: thousands, or a fraction of one",
)
CASES.bad(
    "all-of-them",
    "导出.csv",
    text(
        [
            EN,
            *[
                [*c[:2], "x" if i == 2 else c[2], "-3" if i == 5 else c[3], c[4], "NaN" if i == 8 else c[5]]
                for i, c in enumerate(lines(F))
            ],
        ]
    ),
    [(4, "Offered"), (7, "Handled"), (10, "AHT (s)")],
    "three faults, all named",
    every=True,
)
CASES.bad("in-the-last-row", "导出.csv", spoilt(F, 19, 2, "abc"), [(19, "咨询量")], "also the last row is read")
CASES.bad(
    "below-a-title",
    "导出.csv",
    text([["客服日报"], [], ZH, *[[*c[:2], "三十" if i == 4 else c[2], *c[3:]] for i, c in enumerate(lines(F))]]),
    [(8, "咨询量")],
    "rows are counted as the spreadsheet does, title included",
)
