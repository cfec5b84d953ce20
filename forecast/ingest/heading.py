"""What a heading means: its plain form, its unit, the field it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from forecast import personal
from forecast.ingest import synonym
from forecast.ingest.synonym import words

LONGEST = 60  # characters; nothing longer is a heading
BRACKET = re.compile(r"[(\[{【〔<《「]([^()\[\]{}【】〔〕<>《》「」]*)[)\]}】〕>》」]")
NOISE = re.compile(r"[\s_\-–—.:·#'\"*`、。!?~]+")
SECONDS = {"秒": 1.0, "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0, "秒钟": 1.0, "单位秒": 1.0}
MINUTES = {
    "分钟": 60.0,
    "分": 60.0,
    "min": 60.0,
    "mins": 60.0,
    "minute": 60.0,
    "minutes": 60.0,
    "m": 60.0,
    "单位分钟": 60.0,
}
HOURS = {"小时": 3600.0, "h": 3600.0, "hr": 3600.0, "hrs": 3600.0, "hour": 3600.0, "hours": 3600.0, "时": 3600.0}
MILLI = {"毫秒": 0.001, "ms": 0.001, "msec": 0.001, "millis": 0.001, "milliseconds": 0.001}
UNITS: dict[str, float] = {**SECONDS, **MINUTES, **HOURS, **MILLI}
CLOCK = frozenset({"hhmmss", "hmmss", "mmss", "时分秒", "分秒", "hmm", "hhmm", "yyyymmdd", "时分"})
COUNTERS = words("个 通 次 件 单 人 人次 笔 条 calls contacts count")
PERCENT = frozenset({"%", "百分比", "percent", "pct", "百分数"})
HARMLESS = words(
    "人工 总 实际 总计 total actual count num 个 通 次 件 单 人 人次 calls contacts 北京时间 24小时制",
    "local localtime cst 通数 量 件数 次数 笔 条 all 5分 5分制 10分制 100分制 满分5分 半小时 30分钟",
    "15分钟 60分钟 30min 15min 60min 1小时 gmt+8 utc+8 全部 number no mean avg 平均 均值 1-5",
)
COUNTED = r"(?:接起|接听|应答|接通|回复|响应|处理|answered|handled|replied|接待)"
IN_TIME = re.compile(
    rf"(?:(?:calls|contacts)?{COUNTED}?(?:within|in|<=?|≤)?\d{{1,4}}(?:s|秒|sec|secs|seconds|分钟|分|min|minutes)(?:钟)?(?:内|之内|以内)?(?:人工)?"
    rf"{COUNTED}?(?:量|数|数量|次数|calls|contacts)?)"
)
RATE = re.compile(r".*(?:率|占比|比例|percent|rate|%)$")
CJK = re.compile(r"[㐀-鿿]+")


@dataclass(frozen=True)
class Meaning:
    """What a heading says: the field it names ('' none), the unit its numbers are in, and why it is not taken.

    `unit`: seconds of one unit of a duration, 0.01 of a percentage, None where the heading does not say.
    """

    field: str = ""
    unit: float | None = None
    personal: str = ""
    reason: str = ""


@lru_cache(maxsize=4096)
def plain(heading: str) -> str:
    """A heading without what does not matter: width, case, spaces, underscores, punctuation.

    >>> plain(" Avg_Handle Time "), plain("咨询量 （个）")
    ('avghandletime', '咨询量(个)')
    """
    return NOISE.sub("", unicodedata.normalize("NFKC", heading[: 4 * LONGEST]).casefold())


@lru_cache(maxsize=4096)
def meaning(heading: str) -> Meaning:
    """What the heading of a column of an interval table says."""
    return _meaning(heading, synonym.FIELDS, intervals=True)


@lru_cache(maxsize=4096)
def contact_meaning(heading: str) -> Meaning:
    """What the heading of a column of a contact log says."""
    return _meaning(heading, synonym.CONTACT, intervals=False)


def unit_of(heading: str) -> float | None:
    """The seconds a duration's heading says one unit is, None where it does not.

    >>> unit_of("平均处理时长（分钟）"), unit_of("aht_s"), unit_of("wait [ms]"), unit_of("等待")
    (60.0, 1.0, 0.001, None)
    """
    for content in BRACKET.findall(unicodedata.normalize("NFKC", heading[: 4 * LONGEST])):
        if plain(content) in UNITS:
            return UNITS[plain(content)]
    bare = _without_brackets(heading)
    for unit in sorted(UNITS, key=len, reverse=True):
        if bare.endswith(unit) and len(bare) > len(unit) and _is_duration(bare.removesuffix(unit).rstrip("/")):
            return UNITS[unit]
    return None


def is_unit(cell: str) -> bool:
    """Whether a cell says only a unit.

    >>> is_unit("(秒)"), is_unit("个"), is_unit("12")
    (True, True, False)
    """
    word = plain(cell).strip("()[]【】")
    return word in UNITS or word in CLOCK or word in PERCENT or word in COUNTERS or word in ("hh:mm:ss", "mm:ss", "%")


def contact_columns(cells: Sequence[str], columns: Mapping[str, str] | None = None) -> dict[str, int]:
    """Which column of a contact log is which field: arrival, arrival_date, arrival_time, queue, source, site, handle_s,
    answered, wait_s, resolved, rating -> position from 0. Empty where these are no headings of a contact log.

    `columns` (field -> heading), where given, decides for the fields it names. A field that two headings name equally
    well is left out (`contact_doubles` tells them).
    """
    found = _contact(cells, columns or {})
    return {field: places[0] for field, places in found.items() if len(places) == 1}


def contact_doubles(cells: Sequence[str], columns: Mapping[str, str] | None = None) -> dict[str, list[int]]:
    """The fields of a contact log that more than one heading names, with the positions of these."""
    return {field: places for field, places in _contact(cells, columns or {}).items() if len(places) > 1}


def is_contact_log(cells: Sequence[str], columns: Mapping[str, str] | None = None) -> bool:
    """Whether these are the headings of a table with one row a contact: arrivals, and no column of counts."""
    fixed = columns or {}
    if {"arrival", "arrival_date"} & set(fixed):
        return True
    if any(meaning(c).field in synonym.COUNTS and contact_meaning(c).field not in synonym.CONTACT_SIGNS for c in cells):
        return False
    found = _contact(cells, fixed)
    if not {"arrival", "arrival_date"} & set(found):
        return False
    if any(meaning(c).field in ("end", "time") for c in cells) and "arrival" not in _named(cells, "arrival"):
        return "wait_s" in found or "answered" in found or "handle_s" in found
    named = bool(_named(cells, "arrival"))
    ids = any(_bare(c) in synonym.CONTACT_ID for c in cells)
    return bool(set(found) & synonym.CONTACT_SIGNS) or (named and len(found) > 1) or (ids and bool(found)) or named


def _contact(cells: Sequence[str], fixed: Mapping[str, str]) -> dict[str, list[int]]:
    wanted = {plain(h): f for f, h in fixed.items()}
    found: dict[str, list[int]] = {}
    loose: list[int] = []
    dates: list[int] = []
    outcome: list[int] = []
    for at, cell in enumerate(cells):
        if plain(cell) in wanted:
            found.setdefault(wanted[plain(cell)], []).append(at)
            continue
        said = contact_meaning(cell)
        bare = _bare(cell)
        if said.personal:
            continue
        if said.field and said.field not in fixed:
            found.setdefault(said.field, []).append(at)
        elif bare in synonym.CONTACT_PLAIN:
            loose.append(at)
        elif bare in synonym.TIMES["date"]:
            dates.append(at)
        elif bare in synonym.CONTACT_OUTCOME:
            outcome.append(at)
        elif bare in synonym.LATER and "source" not in fixed:
            found.setdefault("later", []).append(at)
    _settle(found, loose, dates, outcome)
    return found


def _settle(found: dict[str, list[int]], loose: list[int], dates: list[int], outcome: list[int]) -> None:
    """Give headings that may mean several things the field that nothing clearer claims."""
    later = found.pop("later", [])
    if later and "source" not in found:
        found["source"] = later
    elif later and "site" not in found:
        found["site"] = later
    if "arrival" not in found:
        if not dates and "arrival_date" not in found and loose:
            found["arrival"] = loose
        else:
            if dates and "arrival_date" not in found:
                found["arrival_date"] = dates
            if loose and "arrival_time" not in found and "arrival_date" in found:
                found["arrival_time"] = loose
    elif len(found["arrival"]) == 1 and dates and "arrival_date" not in found and "arrival_time" not in found:
        found["arrival_date"] = dates  # a day beside "来电时间": the reader sees whether the time holds its own day
    if outcome and "answered" not in found:
        found["answered"] = outcome


def _named(cells: Sequence[str], field: str) -> list[str]:
    return [field for c in cells if contact_meaning(c).field == field]


def _meaning(heading: str, fields: Mapping[str, frozenset[str]], *, intervals: bool) -> Meaning:
    if len(heading) > 4 * LONGEST or not heading.strip():
        return Meaning()
    kind = personal.heading(heading)
    full = plain(heading)
    bare = _without_brackets(heading)
    inside = [plain(c) for c in BRACKET.findall(unicodedata.normalize("NFKC", heading))]
    unit = unit_of(heading)
    if unit is None and ("%" in full or any(c in PERCENT for c in inside)):
        unit = 0.01
    candidates = [full.translate(str.maketrans("", "", "()[]{}")), *([bare] if _harmless(inside) else [])]
    for name in candidates:
        for known in (name, _unitless(name), name.removesuffix("%")):
            field = _field(known, fields, intervals=intervals)
            if field:
                return Meaning(field, unit)
    if intervals:
        both = _bilingual(bare, fields)
        if both and _harmless(inside):
            return Meaning(both, unit)
    if kind:
        return Meaning(personal=kind)
    if bare in synonym.TALK or _unitless(bare) in synonym.TALK:
        return Meaning(reason="part", unit=unit)
    if bare in synonym.RATE or RATE.fullmatch(bare):
        return Meaning(reason="rate")
    return Meaning(reason="weekday") if bare in synonym.WEEKDAY else Meaning()


def _field(name: str, fields: Mapping[str, frozenset[str]], *, intervals: bool) -> str:
    for field, names in fields.items():
        if name in names:
            return field
    if intervals and IN_TIME.fullmatch(name) and re.search(COUNTED, name):
        return "in_time"
    return ""


def _bilingual(name: str, fields: Mapping[str, frozenset[str]]) -> str:
    """The field of a heading that says the same in Chinese and in English."""
    chinese = "".join(CJK.findall(name))
    english = CJK.sub("", name).strip("/()|")
    if not chinese or not english:
        return ""
    one, two = (_field(_unitless(w), fields, intervals=True) for w in (chinese, english))
    times = {"date", "time", "start"}
    return one if one == two or ({one, two} <= times and one) else ""


def _without_brackets(heading: str) -> str:
    text = unicodedata.normalize("NFKC", heading[: 4 * LONGEST])
    return plain(BRACKET.sub("", text)) or plain(text)


def _bare(heading: str) -> str:
    return _unitless(_without_brackets(heading))


def _harmless(inside: Sequence[str]) -> bool:
    return all(c in UNITS or c in CLOCK or c in PERCENT or c in HARMLESS or not c for c in inside)


def _is_duration(name: str) -> bool:
    return (
        any(name in names for names in synonym.DURATIONS.values())
        or name in synonym.TALK
        or name in synonym.CONTACT["handle_s"]
        or name in synonym.CONTACT["wait_s"]
    )


def _unitless(name: str) -> str:
    """A duration's plain heading without the unit at its end; any other as it is."""
    for unit in sorted(UNITS, key=len, reverse=True):
        rest = name.removesuffix(unit).rstrip("/")
        if rest != name and _is_duration(rest):
            return rest
    return name
