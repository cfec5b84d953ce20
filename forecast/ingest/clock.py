"""A cell -> a moment: a day, a time of day, an interval's label, or what was expected."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from forecast.ingest.cell import WIDE, Broken, Cell, broken, is_empty
from forecast.ingest.daytime import BETWEEN, PACKED_POINT, REVERSED, point_of, seconds_of, span
from forecast.ingest.daytime import DAY_S as DAY_S
from forecast.ingest.daytime import NO_TIME as NO_TIME
from forecast.language import Text

LONGEST = 64  # characters; no time is longer
FIRST, LAST = 1990, 2100  # years that a history may be of
EPOCH = date(1970, 1, 1).toordinal()

NO_DATE = Text("expected a date such as 2026-06-01 or 2026-06-01 09:30")
NO_YEAR = Text("expected a date with its year, such as 2026-06-01")
SHORT_YEAR = Text("expected a year of four digits, such as 2026-06-01")
FAR_YEAR = Text("expected a year from 1990 to 2100")
NO_DAY = Text("expected a day that the calendar has")
WRONG_WEEKDAY = Text("expected a weekday that fits its date")
SPAN_OF_DAYS = Text("expected a day or an interval within a day, found a span of days")

MONTHS = {
    m: n + 1 for n, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
}
LONG_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|" + "|".join(LONG_MONTHS) + r")"
WEEKDAY = re.compile(
    r"\(?(?:(?:星期|周|礼拜)([一二三四五六日天])|\b(mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?\b\.?)\)?,?"
)
MAYBE_WEEKDAY = re.compile("[周期拜]|mon|tue|wed|thu|fri|sat|sun")
WEEKDAYS = {
    **{c: n for n, c in enumerate("一二三四五六日")},
    "天": 6,
    "mon": 0,
    "tue": 1,
    "tues": 1,
    "wed": 2,
    "thu": 3,
    "thur": 3,
    "thurs": 3,
    "fri": 4,
    "sat": 5,
    "sun": 6,
}
YEAR_FIRST = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日?)(?!\d)")
PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?(?!\d)")
COMMON = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日)"
    r"(?:[ T]?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?)?",
    re.ASCII,
)
DAY_MONTH = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")
NAMED_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/ .]?" + MONTH + r"\.?[-/ ,]{0,2}(\d{2,4})(?!\d)")
NAMED_MONTH = re.compile(MONTH + r"\.?[- ]?(\d{1,2})(?:st|nd|rd|th)?,? ?(\d{4})(?!\d)")
SHORT = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}(?!\d)|\d{2}年\d{1,2}月\d{1,2}日?")
YEARLESS = re.compile(r"\d{1,2}(?:[-/]|月)\d{1,2}日?(?!\d|[-/])")
OFFSET = re.compile(r"(?<=\d) ?(?:z|(?:utc|gmt)?([+-])(\d{2}):?(\d{2})|(?:utc|gmt)([+-])(\d{1,2}))$")
TO_THE_SECOND = re.compile(r"\d{1,2}:\d{2}:\d{2}(?:\.\d{1,9})?")
HOUR = re.compile(r"[01]\d|2[0-4]")  # 2026-06-01 09
NUMBER = re.compile(r"\d{1,5}(?:\.\d{1,15})?")


@dataclass(frozen=True)
class Moment:
    """What a cell says of time. Days count from 1970-01-01; times are seconds after midnight, up to 86400.

    `day`: None where the cell has none. `turned`: the same figures with day and month the other way round, where both
    are days of the calendar or only this one is; `order`: 'day' or 'month' where the cell leaves only one of the two,
    'either' where it leaves both. `until`: the end of an interval. `offset`: seconds ahead of UTC, where it says so.
    `bare`: a number alone, which may be an hour or the serial of a day.
    """

    day: int | None = None
    clock: int | None = None
    until: int | None = None
    turned: int | None = None
    order: str = ""
    offset: int | None = None
    bare: float | None = None
    typed: bool = False


def moment(cell: Cell) -> Moment | Text:
    """What a cell says of time, or what was expected.

    >>> moment("2026年6月1日 09:00-09:30")
    Moment(day=20605, clock=32400, until=34200, turned=None, order='', offset=None, bare=None, typed=False)
    """
    if isinstance(cell, str):
        return _iso(cell) or _common(cell) or _text(cell)
    if isinstance(cell, Broken):
        return broken(cell)
    if isinstance(cell, bool) or is_empty(cell):
        return NO_DATE
    if isinstance(cell, int | float):
        return _figure(float(cell))
    return _typed(cell)


def _iso(text: str) -> Moment | None:
    """The commonest forms, fast."""
    size = len(text)
    if size not in (10, 16, 19) or text[4:5] != "-" or not text.isascii() or (size > 10 and text[10] not in " T"):
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not FIRST <= when.year <= LAST or when.tzinfo is not None:  # 2026-06-01 09:00+02 has 19 characters too
        return None
    return Moment(when.toordinal() - EPOCH, None if size == 10 else when.hour * 3600 + when.minute * 60 + when.second)


def _common(text: str) -> Moment | None:
    """The forms with the year first and figures only, fast too; None for others and for what is wrong with them."""
    found = COMMON.fullmatch(text)
    if not found:
        return None
    year, _, month, day, zh_month, zh_day, hour, minute, second = found.groups()
    if hour is not None and text[found.start(7) - 1].isdigit():
        return None  # 2026-06-0112:00
    at = _day(int(year), int(month or zh_month), int(day or zh_day)) if FIRST <= int(year) <= LAST else None
    if at is None or hour is None:
        return None if at is None else Moment(at)
    clock = seconds_of(int(hour), int(minute), int(second or 0))
    return None if clock is None else Moment(at, clock)


def _figure(value: float) -> Moment | Text:
    if value != value or not 0 <= value < 1e9:
        return NO_DATE
    if value.is_integer() and 19_900_101 <= value <= 21_001_231:
        return _text(str(int(value)))
    return Moment(bare=value) if value < 100_000 else NO_DATE


def _typed(cell: Cell) -> Moment | Text:
    """A cell that the workbook itself calls a date, a time or a duration."""
    if isinstance(cell, datetime):
        whole = cell + timedelta(microseconds=500_000) if cell.microsecond else cell
        clock = whole.hour * 3600 + whole.minute * 60 + whole.second
        if whole.year < 1905:
            # times of day without a day are stored as fractions of the first days of 1900; midnight after is day one
            return Moment(clock=clock, typed=True)
        if not FIRST <= whole.year <= LAST:
            return FAR_YEAR
        return Moment(whole.toordinal() - EPOCH, clock, typed=True)
    if isinstance(cell, date):
        if cell in (date(1900, 1, 1), date(1899, 12, 31), date(1904, 1, 2)):
            return Moment(clock=DAY_S, typed=True)
        if cell in (date(1899, 12, 30), date(1904, 1, 1)):
            return Moment(clock=0, typed=True)
        return Moment(cell.toordinal() - EPOCH, typed=True) if FIRST <= cell.year <= LAST else FAR_YEAR
    if isinstance(cell, time):
        return Moment(
            clock=cell.hour * 3600 + cell.minute * 60 + cell.second + (cell.microsecond >= 500_000), typed=True
        )
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        return Moment(clock=seconds, typed=True) if 0 <= seconds <= DAY_S else NO_TIME
    return NO_DATE


def _text(cell: str) -> Moment | Text:
    if len(cell) > 4 * LONGEST:
        return NO_DATE
    text = " ".join(cell.translate(WIDE).casefold().split()).removeprefix("'").strip()
    if not 0 < len(text) <= LONGEST:
        return NO_DATE
    weekday, text = _weekday(text)
    if not text:
        return NO_DATE
    offset, text = _offset(text)
    head = _date(text)
    if isinstance(head, Text):
        return head
    if head is None:
        if SHORT.match(text):
            return SHORT_YEAR
        if YEARLESS.match(text) and not span(text):
            return NO_YEAR
        if NUMBER.fullmatch(text) and not (len(text) == 4 and PACKED_POINT.fullmatch(text)):
            return Moment(bare=float(text))
        times = span(text)
        if times is None:
            return NO_TIME if re.search(r"\d[:点时]", text) else NO_DATE
        return times if isinstance(times, Text) else Moment(clock=times[0], until=times[1], offset=offset)
    found, rest = head
    if offset is not None and not rest:
        return NO_DATE  # 2026-06-01+08 has no time to move
    # where day and month may be turned, the weekday tells which it is
    fitting = found if weekday is None else _fitting(found, weekday)
    return WRONG_WEEKDAY if fitting is None else _with_time(replace(fitting, offset=offset), rest)


def _with_time(found: Moment, rest: str) -> Moment | Text:
    """A date and what stands behind it: nothing, a time, or an interval (whose end may repeat the date)."""
    if found.clock is not None:
        return found if not rest else NO_DATE
    if not rest:
        return found
    if HOUR.fullmatch(rest):
        return replace(found, clock=int(rest) * 3600)
    times = span(rest)
    if times is None:
        parts = _halves(rest)
        if len(parts) == 2:
            return _two(found, parts[0].strip(), parts[1].strip())
        return NO_DATE
    return times if isinstance(times, Text) else replace(found, clock=times[0], until=times[1])


def _halves(rest: str) -> list[str]:
    """`09:00 - 2026-06-01 09:30` cut at the first mark that stands between two times."""
    cut = BETWEEN.search(rest)
    return [rest[: cut.start()], rest[cut.end() :]] if cut else [rest]


def _two(found: Moment, first: str, second: str) -> Moment | Text:
    """An interval written with two dates."""
    head = _date(second)
    if head is None or isinstance(head, Text):
        return NO_DATE
    other, rest = head
    if not first and not rest:
        return SPAN_OF_DAYS
    start, end = point_of(first), point_of(rest)
    if start is None or end is None or other.order != found.order or other.day is None or found.day is None:
        return NO_DATE
    until = end + (other.day - found.day) * DAY_S
    if not start < until:
        return REVERSED
    if until > DAY_S:
        return SPAN_OF_DAYS
    return replace(found, clock=start, until=until)


def _weekday(text: str) -> tuple[int | None, str]:
    found = WEEKDAY.search(text) if MAYBE_WEEKDAY.search(text) else None
    if not found:
        return None, text
    said = WEEKDAYS[found.group(1) or found.group(2)]
    return said, " ".join((text[: found.start()] + " " + text[found.end() :]).replace("()", " ").split()).strip(", ")


def _fitting(found: Moment, weekday: int) -> Moment | None:
    """The moment whose day is that weekday; None where neither reading is."""
    days = [d for d in (found.day, found.turned) if d is not None and (d + 3) % 7 == weekday]
    if len(days) == 1:
        if found.order == "either":
            return replace(found, order="day" if days[0] == found.day else "month")
        return found
    return found if days else None


def _offset(text: str) -> tuple[int | None, str]:
    found = (
        OFFSET.search(text)
        if text[-1:] == "z" or text[-6:-5] in "+-" or "+" in text or "utc" in text or "gmt" in text
        else None
    )
    if not found or ":" not in text[: found.start()] or text[: found.start()].count(":") > 2:
        return None, text
    clock = text[: found.start()].rsplit(" ", 1)[-1].rsplit("t", 1)[-1]
    if found.group(1) == "-" and not TO_THE_SECOND.fullmatch(clock) and not re.search("utc|gmt", found.group()):
        return None, text  # 09:00-09:30 is an interval
    sign, hours, minutes = found.group(1) or found.group(4), found.group(2) or found.group(5), found.group(3)
    seconds = (int(hours or 0) * 3600 + int(minutes or 0) * 60) * (-1 if sign == "-" else 1)
    return seconds, text[: found.start()].strip()


def _day(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).toordinal() - EPOCH
    except ValueError:
        return None


def _date(text: str) -> tuple[Moment, str] | Text | None:
    """The date a text begins with and what stands behind it; None where it begins with none."""
    found = YEAR_FIRST.match(text)
    if found:
        year, month, day = (
            int(found.group(1)),
            int(found.group(3) or found.group(5)),
            int(found.group(4) or found.group(6)),
        )
        return _made(year, month, day, text[found.end() :])
    found = PACKED.match(text)
    if found:
        made = _made(int(found.group(1)), int(found.group(2)), int(found.group(3)), text[found.end() :])
        if isinstance(made, Text) or found.group(4) is None:
            return made
        clock = seconds_of(int(found.group(4)), int(found.group(5)), int(found.group(6) or 0))
        return NO_TIME if clock is None else (replace(made[0], clock=clock), made[1])
    found = DAY_MONTH.match(text)
    if found:
        return _either(int(found.group(1)), int(found.group(3)), int(found.group(4)), text[found.end() :])
    found = NAMED_DAY.match(text)
    if found:
        if len(found.group(3)) != 4:
            return SHORT_YEAR
        return _made(int(found.group(3)), MONTHS[found.group(2)[:3]], int(found.group(1)), text[found.end() :])
    found = NAMED_MONTH.match(text)
    if found:
        return _made(int(found.group(3)), MONTHS[found.group(1)[:3]], int(found.group(2)), text[found.end() :])
    return None


def _rest(text: str) -> str:
    return text.strip().removeprefix("t").removeprefix(",").strip()


def _made(year: int, month: int, day: int, rest: str) -> tuple[Moment, str] | Text:
    if not FIRST <= year <= LAST:
        return FAR_YEAR
    at = _day(year, month, day)
    return NO_DAY if at is None else (Moment(at), _rest(rest))


def _either(a: int, b: int, year: int, rest: str) -> tuple[Moment, str] | Text:
    if not FIRST <= year <= LAST:
        return FAR_YEAR
    day_first, month_first = _day(year, b, a), _day(year, a, b)
    if day_first is None and month_first is None:
        return NO_DAY
    if a == b:
        return Moment(day_first), _rest(rest)
    order = "day" if month_first is None else "month" if day_first is None else "either"
    return Moment(day_first, turned=month_first, order=order), _rest(rest)
