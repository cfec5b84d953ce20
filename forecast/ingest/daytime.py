"""Times of day and intervals within a day, as people write them."""

from __future__ import annotations

import re

from forecast.language import Text

DAY_S = 86_400


NO_TIME = Text("expected a time of day such as 09:30, or an interval such as 09:00-09:30")


REVERSED = Text("expected an interval that ends after it starts")


MORNING, EVENING = (
    ("上午", "早上", "凌晨", "am", "a.m.", "清晨"),
    ("下午", "晚上", "pm", "p.m.", "中午", "傍晚", "晚间"),
)


HALF = r"(上午|早上|凌晨|清晨|下午|晚上|中午|傍晚|晚间|am|pm|a\.m\.|p\.m\.)?"


POINT = re.compile(
    HALF + r" ?(\d{1,2})(?:(:)(\d{1,2})(?::(\d{1,2})(?:\.\d{1,9})?)?"
    r"|点(?:(半)|(?:(\d{1,2})分?)?)整?"
    r"|时(?:(\d{1,2})分(?:(\d{1,2})秒)?)?|()) ?" + HALF
)


PACKED_POINT = re.compile(r"([01]\d|2[0-4])([0-5]\d)")


BETWEEN = re.compile(r" ?(?:--?|~|–|—+|−|‐|‑|〜|∼|至|到|\bto\b) ?")


HALF_OPEN = re.compile(r"\[(\d{1,2}:\d{2}(?::\d{2})?), ?(\d{1,2}:\d{2}(?::\d{2})?)\)")


def seconds_of(hour: int, minute: int, second: int) -> int | None:
    total = hour * 3600 + minute * 60 + second
    return total if minute < 60 and second < 60 and total <= DAY_S else None


def point_of(text: str) -> int | None:
    """Seconds after midnight of a time of day with its minutes or its hour word; None where it is none."""
    packed = PACKED_POINT.fullmatch(text)
    if packed:
        return seconds_of(int(packed.group(1)), int(packed.group(2)), 0)
    found = POINT.fullmatch(text)
    if not found:
        return None
    before, hour, colon, minute, second, half, clock, minutes, seconds, _, after = found.groups()
    if before and after:
        return None
    if colon and len(minute) != 2:
        return None
    total = seconds_of(int(hour), 30 if half else int(minute or clock or minutes or 0), int(second or seconds or 0))
    part = before or after
    if total is None or not part:
        return total if total is not None and (colon or "点" in text or "时" in text) else None
    return _half(total, part)


def _half(total: int, part: str) -> int | None:
    """A time said with its half of the day: 12 in the morning is midnight, 12 in the afternoon is noon."""
    if part in MORNING:
        return total - 43_200 if 43_200 <= total < 46_800 and part != "早上" else total if total < 43_200 else None
    if part in ("晚上", "晚间", "傍晚") and 43_200 <= total < 46_800:
        return None  # twelve at night may be either midnight
    if part == "中午" and 10_800 <= total < 36_000:
        return None
    if part == "中午" and total >= 36_000:
        return total
    return total + 43_200 if total < 43_200 else total


def _after(start: int, end: int, part: str) -> int:
    """The end of an interval whose half of the day only its start says: 下午12:30-1:00."""
    readings = [e for e in (end, _half(end, part), DAY_S if end == 43_200 else None) if e is not None and e > start]
    return min(readings, default=end)


def span(text: str) -> tuple[int, int | None] | Text | None:
    """A time of day, or the start and end of an interval."""
    if bracketed := HALF_OPEN.fullmatch(text):
        text = f"{bracketed.group(1)}-{bracketed.group(2)}"
    point = point_of(text)
    if point is not None:
        return point, None
    cut = BETWEEN.search(text)
    if not cut:
        return None
    if cut.end() == len(text):
        point = point_of(text[: cut.start()])  # 09:00- : the end was left off
        return None if point is None else (point, None)
    first, second = text[: cut.start()].strip(), text[cut.end() :].strip()
    start, end = point_of(first), point_of(second)
    if start is None and end is not None and re.fullmatch(r"\d{1,2}", first) and re.search("[点时]", second):
        start = int(first) * 3600 if int(first) <= 24 else None  # 9-10点
    if start is None and end is None and re.fullmatch(r"\d{1,2}", first) and re.fullmatch(r"\d{1,2}", second):
        start, end = int(first) * 3600, int(second) * 3600  # 9-10: hours
    if start is None or end is None:
        return None
    part = next((p for p in (*MORNING, *EVENING) if first.startswith(p)), "")
    if part and POINT.fullmatch(second) and not any(p in second for p in (*MORNING, *EVENING)):
        end = _after(start, end, part)
    if end % 60 == 59:
        end += 1  # 09:00:00-09:29:59
    if end == 0:
        end = DAY_S
    if start > DAY_S or end > DAY_S:
        return NO_TIME
    return (start, end) if start < end else REVERSED
