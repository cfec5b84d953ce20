"""What a log's headings and first rows say: which column is what, in which unit, in which style of dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from forecast import personal
from forecast.ingest import synonym
from forecast.ingest.cell import as_text, is_empty
from forecast.ingest.clock import Moment, moment
from forecast.ingest.column import UNITS
from forecast.ingest.heading import contact_columns, contact_doubles, contact_meaning, plain
from forecast.language import Text
from forecast.problem import Problem, Refused
from forecast.profile import ZONE, Profile

TIMES = ("arrival", "arrival_date", "arrival_time")
DURATIONS = ("handle_s", "wait_s")
NAMES = ("queue", "source", "site")
ENDS = frozenset(
    [
        *(
            "接听时间",
            "接通时间",
            "应答时间",
            "接起时间",
            "挂机时间",
            "挂断时间",
            "结束时间",
            "会话结束时间",
            "通话结束时间",
        ),
        *("answertime", "answeredat", "answeredtime", "endtime", "endedat", "hanguptime", "callend", "callendtime"),
    ]
)
MOST_COMPARED = 200_000_000  # bytes; to compare the numbers of more contacts takes too long
SEEN = 200  # rows in which customer data and times are looked for


@dataclass(frozen=True)
class Plan:
    """How a table is read. `places`: field -> position; `units`: seconds of one unit; `said`: fields with a unit told.

    `personal`: position -> kind of people's data there; `step`: seconds of an interval.
    """

    part: str
    headings: tuple[str, ...]
    header_row: int
    places: Mapping[str, int]
    units: Mapping[str, float]
    said: frozenset[str]
    personal: Mapping[int, str]
    step: int
    profile: Profile = field(default_factory=Profile)
    promises: Mapping[str, float] = field(default_factory=dict)
    identity: int | None = None

    @property
    def zone(self) -> str:
        """The zone of wall times that say how far from UTC they are."""
        return self.profile.zone or ZONE

    def heading(self, name: str) -> str:
        """The heading of a field's column."""
        return self.headings[self.places[name]]

    def has(self, *names: str) -> bool:
        """Whether the log has one of these columns."""
        return any(n in self.places for n in names)

    @property
    def answers(self) -> bool:
        """Whether the log tells which contacts were answered."""
        return self.has("answered", "handle_s")


def plan(
    part: str,
    headings: Sequence[str],
    header_row: int,
    sample: Sequence[Sequence[object]],
    step: int,
    profile: Profile | None,
    columns: Mapping[str, int] | None,
    promises: Mapping[str, float] | None,
) -> Plan:
    """How the table below these headings is read; `columns`, where given, says which column is what.

    Raises:
        Refused: two columns for one field, or none that says when the contacts came.
    """
    said = profile or Profile()
    ignored = {plain(h) for h in said.ignore}
    words = ["" if plain(h) in ignored else h for h in headings]
    if columns is None:
        places = dict(contact_columns(words, said.columns))
        doubles = contact_doubles(words, said.columns)
        if doubles:
            raise Refused(_double(part, header_row, headings, f, at) for f, at in doubles.items())
    else:
        places = dict(columns)
    places = _times(places, sample)
    if not {"arrival", "arrival_date"} & set(places):
        text = Text("no column says when the contacts came (来电时间, 会话开始时间, arrival, created at)")
        raise Refused([Problem(part, header_row, "-", text)])
    units, told = _units(places, headings, said)
    found = {n: k for n, h in enumerate(headings) if n not in places.values() and (k := _kind(n, h, sample))}
    _refuse_ends(part, header_row, headings, words, places)
    ids = [n for n, h in enumerate(headings) if plain(h) in synonym.CONTACT_ID]
    return Plan(
        part,
        tuple(headings),
        header_row,
        places,
        units,
        told,
        found,
        step,
        said,
        {**said.promises, **(promises or {})},
        ids[0] if len(ids) == 1 else None,
    )


def _refuse_ends(part: str, row: int, headings: Sequence[str], words: Sequence[str], places: Mapping[str, int]) -> None:
    """Refuse a log that tells by moments of answer or end what it does not tell by a handle time or a word."""
    if "answered" in places or "handle_s" in places:
        return
    text = Text(
        "this column may tell which contacts were answered and how long they took, but only as a moment: add a column "
        "of handle time (处理时长) or of the answer (是否接通), or ignore this one in a profile to count arrivals only"
    )
    wrong = [n for n, w in enumerate(words) if plain(w) in ENDS]
    if wrong:
        raise Refused(Problem(part, row, headings[n], text) for n in wrong)


def _double(part: str, row: int, headings: Sequence[str], name: str, places: Sequence[int]) -> Problem:
    text = Text(
        "two columns for {field}: {headings}; say in a profile which one to read",
        field=name,
        headings=", ".join(headings[n] for n in places),
    )
    return Problem(part, row, headings[places[1]] or "-", text)


def _times(places: Mapping[str, int], sample: Sequence[Sequence[object]]) -> dict[str, int]:
    """The columns of the arrival: one that tells day and time, else a day and a time."""
    result = dict(places)
    if "arrival" in result:
        first = next((m for r in sample if (m := _moment(r, result["arrival"])) is not None), None)
        if first is not None and first.day is None and first.clock is not None and "arrival_date" in result:
            result["arrival_time"] = result.pop("arrival")
        else:
            result.pop("arrival_date", None)
            result.pop("arrival_time", None)
    elif "arrival_date" in result and "arrival_time" in result:
        first = next((m for r in sample if (m := _moment(r, result["arrival_time"])) is not None), None)
        if first is not None and (first.day is not None or first.turned is not None):
            result["arrival"] = result.pop("arrival_time")
            result.pop("arrival_date")
    return result


def _moment(row: Sequence[object], at: int) -> Moment | None:
    cell = row[at] if at < len(row) else ""
    found = None if is_empty(cell) else moment(cell)
    return found if isinstance(found, Moment) else None


def _units(
    places: Mapping[str, int], headings: Sequence[str], profile: Profile
) -> tuple[dict[str, float], frozenset[str]]:
    units: dict[str, float] = {}
    told = set()
    for name in DURATIONS:
        if name not in places:
            continue
        heading = headings[places[name]]
        unit = UNITS[profile.units[name]] if name in profile.units else contact_meaning(heading).unit
        if unit is not None or plain(heading).endswith(("s", "秒")):
            told.add(name)
        units[name] = 1.0 if unit is None else unit
    return units, frozenset(told)


def _kind(at: int, heading: str, sample: Sequence[Sequence[object]]) -> str:
    """The kind of people's data in a column, by its heading or its first cells."""
    return personal.heading(heading) or personal.column(as_text(r[at]) for r in sample[:SEEN] if at < len(r))
