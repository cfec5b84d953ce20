"""A cell -> a number or a duration; nothing guessed, NaN never returned."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from forecast.ingest.synonym import EMPTY
from forecast.language import Text

Cell = object  # str | float | int | bool | date | datetime | time | timedelta | Broken
LONGEST = 48  # characters; no number is longer
LIMIT = 1e9  # no queue has more contacts, no contact more seconds


@dataclass(frozen=True)
class Broken:
    """A cell of a workbook without a value: an error such as #DIV/0!, or a formula never calculated."""

    what: str

    def __str__(self) -> str:
        return self.what


# full-width signs and figures to plain ones; other look-alikes (²) are no figures
# and the invisible characters that web pages leave in copies
WIDE: dict[int, str | None] = {
    **dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)),
    0x3000: " ",
    0xA0: " ",
    0x2236: ":",
    **{n: chr(n - 0xFEE0) for n in range(0xFF01, 0xFF5F)},
}
INVISIBLE = {n: None for n, c in WIDE.items() if c is None}
FORMULA = "formula"
NUMBER = re.compile(r"([+-]?)((?:\d[\d,. ]*|[.,]\d+))(?:e([+-]?\d{1,5}))?(%?)", re.ASCII)
SUFFIX = re.compile(r"([^a-z一-鿿]*?)([a-z一-鿿]{1,8})")
COUNTERS = frozenset(
    [
        "个",
        "通",
        "次",
        "件",
        "人",
        "单",
        "条",
        "笔",
        "人次",
        "位",
        "例",
        "宗",
        "calls",
        "call",
        "contacts",
        "chats",
        "pcs",
    ]
)
POINT, COMMA, EITHER, NEITHER = "point", "comma", "either", "neither"
COLON = re.compile(r"(\d{1,5}):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?")
PARTS = re.compile(
    r"(?:(\d{1,6})(?:小时|时|hours|hour|hrs|hr|h))?"
    r"(?:(\d{1,6})(?:分钟|分|minutes|minute|mins|min|m|'))?"
    r"(?:(\d{1,7}(?:\.\d{1,6})?)(?:秒钟|秒|seconds|second|secs|sec|s|\"))?"
)
UNITS = {
    "ms": 0.001,
    "毫秒": 0.001,
    "s": 1,
    "sec": 1,
    "secs": 1,
    "second": 1,
    "seconds": 1,
    "秒": 1,
    "秒钟": 1,
    "min": 60,
    "mins": 60,
    "minute": 60,
    "minutes": 60,
    "m": 60,
    "分": 60,
    "分钟": 60,
    "h": 3600,
    "hr": 3600,
    "hrs": 3600,
    "hour": 3600,
    "hours": 3600,
    "小时": 3600,
}

NO_NUMBER = Text("expected a number or nothing")
NO_COUNT = Text("expected a whole number of contacts or nothing")
NEGATIVE = Text("expected 0 or more")
TOO_LARGE = Text("expected a number below a billion")
NO_DURATION = Text("expected a duration such as 275, 4:35 or 00:04:35, or nothing")
NO_SHARE = Text("expected a percentage from 0% to 100%")
NOT_CALCULATED = Text("expected a value; this formula was never calculated: open the file in a spreadsheet and save it")
IN_ERROR = Text("expected a value, the cell holds an error")


@dataclass(frozen=True)
class Number:
    """What a cell may be as a number: `point` reads commas as thousands, `comma` as decimals; NaN is no number there.

    `style`: which of the two the cell shows ('either' where both are possible, 'neither' where both are the same).
    `unit`: '' , '%', or the word behind the number.
    """

    point: float
    comma: float
    style: str
    unit: str = ""


def as_text(cell: Cell) -> str:
    """A cell as a person sees it."""
    if isinstance(cell, str):
        return cell.strip() if cell.isascii() else cell.translate(INVISIBLE).strip()
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    return str(cell)


def narrow(text: str) -> str:
    """Text with half-width figures, without space around it or the mark that makes a spreadsheet keep it as text."""
    if not text.isascii():
        text = text[: 4 * LONGEST].translate(WIDE)
    return text.strip().removeprefix("'").strip().casefold()


def is_unknown(cell: Cell) -> bool:
    """Whether a cell is empty, or a dash that says so."""
    return cell is None or (isinstance(cell, str) and (not cell.strip() or cell.strip().casefold() in EMPTY))


def is_empty(cell: Cell) -> bool:
    """Whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and (not cell or cell.isspace()))


def number(cell: Cell) -> Number | Text:
    """What a cell is as a number, or what was expected.

    >>> number("１，234")
    Number(point=1234.0, comma=1.234, style='either', unit='')
    >>> number("12个")
    Number(point=12.0, comma=12.0, style='neither', unit='个')
    """
    if isinstance(cell, Broken):
        return broken(cell)
    if isinstance(cell, bool | date | time | timedelta):
        return NO_NUMBER
    if isinstance(cell, int | float):
        return Number(float(cell), float(cell), NEITHER) if math.isfinite(cell) else NO_NUMBER
    text = str(cell)
    if text.isascii() and text.isdigit() and len(text) < 16:
        return Number(float(text), float(text), NEITHER)
    text = narrow(text)
    if not 0 < len(text) <= LONGEST:
        return NO_NUMBER
    unit = ""
    if text[-1].isalpha() and not (text[-1] == "e" or text.endswith("nan") or text.endswith("inf")):
        worded = SUFFIX.fullmatch(text)
        if worded is None:
            return NO_NUMBER
        text, unit = worded.group(1).strip(), worded.group(2)
    found = NUMBER.fullmatch(text)
    if found is None:
        return NO_NUMBER
    sign, body, exponent, percent = found.groups()
    if (percent and unit) or (exponent and not str(cell).isascii()):  # no program writes １ｅ３
        return NO_NUMBER
    return _scaled(_read(body.strip()), sign, exponent, percent or unit)


def _scaled(read: tuple[float, float, str] | None, sign: str, exponent: str | None, unit: str) -> Number | Text:
    if read is None:
        return NO_NUMBER
    factor = (-1.0 if sign == "-" else 1.0) * (0.01 if unit == "%" else 1.0)
    if exponent is not None:
        if not -300 <= int(exponent) <= 300:
            return NO_NUMBER
        factor *= 10.0 ** int(exponent)
    point, comma = (round(v * factor, 12) if unit == "%" else v * factor for v in read[:2])
    if math.isinf(point) or math.isinf(comma):
        return NO_NUMBER
    return Number(point, comma, read[2], unit)


def _read(body: str) -> tuple[float, float, str] | None:
    """The digits of a number by both conventions, and which of them it shows."""
    if " " in body:
        if not re.fullmatch(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?", body):
            return None
        body = body.replace(" ", "")
        value = float(body.replace(",", "."))
        return value, value, COMMA if "," in body else POINT if "." in body else NEITHER
    commas, points = body.count(","), body.count(".")
    if not commas and not points:
        return float(body), float(body), NEITHER
    if commas and points:
        if re.fullmatch(r"\d{1,3}(?:,\d{3})+\.\d+", body):
            return float(body.replace(",", "")), math.nan, POINT
        if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+", body):
            return math.nan, float(body.replace(".", "").replace(",", ".")), COMMA
        return None
    if commas:
        return _one_mark(body, ",")
    turned = _one_mark(body.replace(".", ","), ",")
    return None if turned is None else (turned[1], turned[0], {COMMA: POINT, POINT: COMMA}.get(turned[2], turned[2]))


def _one_mark(body: str, mark: str) -> tuple[float, float, str] | None:
    """A number with only commas: (as thousands, as a decimal, which it shows)."""
    groups = bool(re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+", body))
    decimal = body.count(mark) == 1 and body[-1] != mark
    if not groups and not decimal:
        return None
    thousand = float(body.replace(mark, "")) if groups else math.nan
    fraction = float(body.replace(mark, ".")) if decimal else math.nan
    return thousand, fraction, EITHER if groups and decimal else POINT if groups else COMMA


def broken(cell: Broken) -> Text:
    """What is said of a cell of a workbook that has no value."""
    return NOT_CALCULATED if cell.what == FORMULA else IN_ERROR


def style_of(numbers: Sequence[Number]) -> str:
    """How a column writes decimals, by its cells: POINT, COMMA, or EITHER (in conflict)."""
    styles = {n.style for n in numbers}
    if POINT in styles and COMMA in styles:
        return EITHER
    return COMMA if COMMA in styles else POINT


def count(found: Number, style: str = POINT) -> float | Text:
    """A number as a count of contacts: whole, 0 or more, below a billion."""
    value = found.comma if style == COMMA else found.point
    if found.unit and found.unit not in COUNTERS:
        return NO_COUNT
    fault = _range(value)
    if fault:
        return fault
    return value if value.is_integer() else NO_COUNT


def share(found: Number, style: str, scale: float | None) -> float | Text:
    """A number as a rating or a share; `scale` 0.01 where the heading says that plain numbers are percentages."""
    value = found.comma if style == COMMA else found.point
    if found.unit and found.unit not in ("%", "分", "星"):
        return NO_NUMBER
    if found.unit != "%" and scale is not None:
        value = round(value * scale, 12)
    fault = _range(value)
    if fault:
        return fault
    return NO_SHARE if (found.unit == "%" or scale is not None) and value > 1 + 1e-9 else value


def _range(value: float) -> Text | None:
    if math.isnan(value):
        return NO_NUMBER
    if value < 0:
        return NEGATIVE
    return TOO_LARGE if value >= LIMIT else None


def duration(cell: Cell, unit: float = 1.0, style: str = POINT, colon: str = "ms") -> float | Text:
    """Seconds. A plain number counts `unit` seconds; `4:35` is minutes and seconds, or hours where `colon` is 'hm'.

    >>> [duration(c) for c in ("275", "4分35秒", "00:04:35", "4:35", "4.5min")]
    [275.0, 275.0, 275.0, 275.0, 270.0]
    """
    if isinstance(cell, Broken):
        return broken(cell)
    if isinstance(cell, timedelta):
        seconds = cell.total_seconds()
        return _range(seconds) or seconds
    if isinstance(cell, datetime):
        return NO_DURATION
    if isinstance(cell, time):
        return cell.hour * 3600.0 + cell.minute * 60.0 + cell.second + cell.microsecond / 1e6
    if isinstance(cell, bool | date):
        return NO_DURATION
    plain = number(cell)
    if isinstance(plain, Number):
        factor = UNITS.get(plain.unit, unit if not plain.unit else None)
        if factor is None:
            return NO_DURATION
        value = (plain.comma if style == COMMA else plain.point) * factor
        fault = NO_DURATION if math.isnan(value) else _range(value)
        return fault or round(value, 9)
    return _worded(narrow(str(cell)), colon)


def _worded(text: str, colon: str) -> float | Text:
    """Seconds of `4:35`, `00:04:35`, `4分35秒`, `1h5m`."""
    text = text.replace(" ", "")
    if not 0 < len(text) <= LONGEST:
        return NO_DURATION
    if text.startswith("-"):
        return NEGATIVE if isinstance(_worded(text[1:], colon), float) else NO_DURATION
    clock = COLON.fullmatch(text)
    if clock:
        first, second, third, fraction = clock.groups()
        if third is None:
            return int(first) * 3600.0 + int(second) * 60.0 if colon == "hm" else int(first) * 60.0 + int(second)
        return int(first) * 3600.0 + int(second) * 60.0 + int(third) + float(f"0.{fraction or 0}")
    parts = PARTS.fullmatch(text)
    if parts is None:
        return NO_DURATION
    hours, minutes, seconds = (float(p or 0) for p in parts.groups())
    if (parts.group(2) and seconds >= 60) or (parts.group(1) and minutes >= 60):
        return NO_DURATION
    total = hours * 3600 + minutes * 60 + seconds
    return _range(total) or total
