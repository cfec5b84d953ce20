"""A vendor's profile: what the planner said once about the vendor's exports, applied from then on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tomli_w
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from forecast.language import Text
from forecast.problem import Problem, Refused, shown

Value = TypeVar("Value")
ZONE = "Asia/Shanghai"
FIELDS = (
    "date", "time", "start", "end", "queue", "source", "site", "offered", "handled", "abandoned", "aht_s",
    "first_response_s", "resolved", "satisfaction", "bot_deflected", "in_time", "replied", "rated",
    "arrival", "arrival_date", "arrival_time", "handle_s", "answered", "wait_s", "rating",
)  # fmt: skip
DURATIONS = ("aht_s", "first_response_s", "handle_s", "wait_s")
STEPS = (5, 10, 15, 20, 30, 60, 1440)
MOST_BYTES = 1_000_000
RUNS = ("=", "+", "-", "@", "\t")  # a name that begins so would run as a formula in the spreadsheets made from it


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("expected a time zone such as Asia/Shanghai") from error
    return name


def _name(name: str) -> str:
    if name != " ".join(name.split()) or name.startswith(RUNS):
        raise ValueError("expected a name without space around it that no spreadsheet would run as a formula")
    return name


def _fields(columns: Mapping[str, str]) -> Mapping[str, str]:
    unknown = [f for f in columns if f not in FIELDS]
    if unknown:
        raise ValueError(f"expected fields among {', '.join(FIELDS)}, got {unknown[0]!r}")
    return dict(sorted(columns.items(), key=lambda item: FIELDS.index(item[0])))


def _ordered(names: Mapping[str, Value]) -> Mapping[str, Value]:
    return dict(sorted(names.items()))


Name = Annotated[str, Field(max_length=200), AfterValidator(_name)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Heading = Annotated[str, Field(max_length=200, min_length=1)]


class Profile(BaseModel):
    """What is known of one vendor's exports; an empty profile says nothing, and columns are found by their headings.

    `columns`: field -> heading. `ignore`: headings not to take. `queues`, `sources`: name in the file -> our name.
    `date_order`: what comes first in 01/06/2026. `labels`: what a time alone stands for, its interval's start or end.
    `interval`: minutes (1440 a day). `units`: field -> the unit of its plain numbers. `headings`: every heading the
    file had when the profile was made, so that a changed header is noticed. `promises`: queue, by our name -> seconds
    within which contacts are to be answered; a log of contacts counts those that were.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)

    title: Annotated[str, Field(max_length=200)] = ""
    source: Name = ""
    queue: Name = ""
    site: Name = ""
    sheet: Annotated[str, Field(max_length=200)] = ""
    header_rows: tuple[Annotated[int, Field(ge=1, le=100)], ...] = ()
    date_order: Literal["", "year", "day", "month"] = ""
    labels: Literal["", "start", "end"] = ""
    interval: Literal[0, 5, 10, 15, 20, 30, 60, 1440] = 0
    zone: Annotated[str, AfterValidator(_zone)] = ZONE
    ignore: tuple[Heading, ...] = ()
    headings: tuple[Heading, ...] = ()
    columns: Annotated[Mapping[str, Heading], AfterValidator(_fields)] = Field(default_factory=dict)
    units: Annotated[Mapping[str, Literal["ms", "s", "min", "h"]], AfterValidator(_fields)] = Field(
        default_factory=dict
    )
    queues: Annotated[Mapping[str, Name], AfterValidator(_ordered)] = Field(default_factory=dict)
    sources: Annotated[Mapping[str, Name], AfterValidator(_ordered)] = Field(default_factory=dict)
    promises: Annotated[Mapping[str, Seconds], AfterValidator(_ordered)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Profile:
        for field in self.units:
            if field not in DURATIONS:
                raise ValueError(f"units: expected one of {', '.join(DURATIONS)}, got {field!r}")
        both = set(self.columns.values()) & set(self.ignore)
        if both:
            raise ValueError(f"ignore: {sorted(both)[0]!r} is also in columns")
        if len(set(self.columns.values())) != len(self.columns):
            raise ValueError("columns: a heading is given to two fields")
        return self

    def toml(self) -> str:
        """The profile as TOML: only what differs from an empty one, always the same bytes."""
        return tomli_w.dumps(_plain(self.model_dump(exclude_defaults=True)), multiline_strings=False)

    @classmethod
    def of(cls, read: Read, **settings: Any) -> Profile:
        """The profile that reads files like the one just read or previewed; `settings` are its other keys."""
        columns = {f: h for f, h in read.columns_found.items() if f in FIELDS}
        unused = [h for h in read.headings if h not in columns.values()]
        return cls(**{"columns": columns, "ignore": unused, "headings": read.headings, **settings})


class Read(Protocol):
    """What a profile is made from: a report or a preview."""

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading of the file."""

    @property
    def columns_found(self) -> dict[str, str]:
        """Field -> heading."""


def read_profile(path: Path) -> Profile:
    """The profile in a TOML file.

    Raises:
        Refused: no such file, no TOML, or keys and values that are none of a profile's, each named.
    """
    file = str(path)
    if not path.is_file():
        raise Refused([Problem(file, "-", "-", Text("expected a file, there is none"))])
    if path.stat().st_size > MOST_BYTES:
        raise Refused(
            [Problem(file, "-", "-", Text("expected a profile of at most {most} kB", most=MOST_BYTES // 1000))]
        )
    try:
        said = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused([Problem(file, "-", "-", Text("expected UTF-8 text"))]) from None
    return parsed(said, file)


def parsed(said: str, file: str = "profile") -> Profile:
    """The profile that a TOML text says.

    Raises:
        Refused: no TOML, or keys and values that are none of a profile's, each named.
    """
    try:
        values = tomllib.loads(said)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        text = Text("expected TOML: {reason}", reason=str(error)[:200])
        raise Refused([Problem(file, "-", "-", text)]) from None
    try:
        return Profile(**values)
    except ValidationError as error:
        raise Refused(_problems(error, file)) from None


def _problems(error: ValidationError, file: str) -> Iterable[Problem]:
    for found in error.errors(include_url=False):
        place = ".".join(str(p) for p in found["loc"]) or "-"
        if found["type"] == "extra_forbidden":
            text = Text("unknown key; expected one of {keys}", keys=", ".join(Profile.model_fields))
        else:
            reason = found["msg"].removeprefix("Value error, ")
            text = Text("expected {reason}, got {cell}", reason=reason, cell=shown(found["input"]))
            if found["type"] == "value_error" and not found["loc"]:
                text = Text("{reason}", reason=reason)
        yield Problem(file, "-", place[:60], text)


def _plain(value: Any) -> Any:
    """The value with lists for tuples and plain dicts, as TOML wants it."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, tuple | list) else value
