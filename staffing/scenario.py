"""A scenario: everything a plan depends on, and only what differs from the defaults in its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from forecast.blend import NAMES
from forecast.borrow import Borrow
from forecast.language import Text
from forecast.problem import Problem, Refused
from forecast.season import is_country
from staffing.live import Method
from staffing.queue import Label, Queue, terms
from staffing.requirement import Confidence
from staffing.settings import Table, Whole, checked, merged, read_toml
from staffing.shift import ShiftRules
from staffing.source import Source

HERE = Path(__file__).parent
SAMPLE = HERE / "sample" if (HERE / "sample").is_dir() else HERE.parent / "data"


class Levers(BaseModel):
    """What a planner moves first. Factors are 1 where nothing changes; an empty target keeps each queue's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    volume: float = Field(1.0, ge=0.1, le=10.0)
    """Contacts of every queue and day, as a factor."""
    promotion: float = Field(1.0, ge=0.1, le=10.0)
    """Contacts on the days of festivals and promotions, as a further factor."""
    handle_time: float = Field(1.0, ge=0.2, le=5.0)
    """Handle time of every contact, as a factor."""
    service_share: float | None = Field(None, gt=0.0, lt=1.0)
    """Share of contacts answered in time on voice and chat."""
    answer_within_s: float | None = Field(None, gt=0.0, le=3600.0)
    """Seconds within which voice and chat are answered."""
    chats_at_once: int | None = Field(None, ge=1, le=8)
    """Chats one agent holds at most, on every chat queue; each chat takes longer the more there are."""
    vendor_share: float | None = Field(None, ge=0.0, le=1.0)
    """Least share of each week's seats that the vendors fill."""


class Like(BaseModel):
    """Queues that a new one is like, and what share of their contacts it has."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    like: tuple[str, ...] = Field(min_length=1)
    share: float = Field(1.0, gt=0)


class Scenario(BaseModel):
    """What a plan is made from. An empty file is the base case: the sample seller as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Label = Label(zh="基准方案", en="Base case")
    history: Path = SAMPLE / "history.csv.gz"
    events: Path | None = None
    overrides: Path | None = None
    """Ledger of what the planner sets, adds or multiplies by hand."""
    targets: Path = SAMPLE / "targets.toml"
    """What sources are judged by on the scorecard."""
    queues: dict[str, Queue] = Field(default_factory=dict)
    sources: dict[str, Source] = Field(default_factory=dict, min_length=1)
    shift_rules: ShiftRules = ShiftRules()
    levers: Levers = Levers()
    countries: tuple[str, ...] = ("CN",)
    """Public calendars that matter, by ISO code; empty for none."""
    borrow: dict[str, Like] = Field(default_factory=dict)
    """Queues without a history of their own, forecast as others are."""
    horizon_days: int = Field(84, ge=14, le=366)
    """Days to forecast after the last day of the history."""
    model: str | None = None
    """Forecast model for every queue; by default each queue's backtest chooses."""
    origins: int = Field(8, ge=2, le=52)
    """Rolling origins of the backtest, one horizon apart."""
    confidence: Confidence = "expected"
    """Keep the promise on average over the days that may be ("expected"), on this share of them, or on the day exactly
    as forecast ("certain")."""
    method: Method = "analytic"
    """How the agents of voice and chat are found: "simulated" plays every day through, state by state."""
    shift_week: dt.date | None = None
    """Monday of the week to plan shifts for; by default the busiest."""
    example_terms: bool = Field(False, exclude=True)
    """Set on reading: sources and prices are the sample's although the history is not."""

    @model_validator(mode="after")
    def _known_names(self, _info: ValidationInfo) -> Scenario:
        if self.model is not None and self.model not in NAMES:
            options = ", ".join(NAMES)
            raise ValueError(Text("model: expected one of {options}, came {came}", options=options, came=self.model))
        for code in self.countries:
            if not is_country(code):
                raise ValueError(Text("countries: expected ISO codes such as CN, HK or US, came {came}", came=code))
        if isinstance(self.confidence, float) and not 0.5 <= self.confidence <= 0.99:
            raise ValueError(
                Text(
                    "confidence: expected 'expected', 'certain' or a share from 0.5 to 0.99, came {came}",
                    came=self.confidence,
                )
            )
        if self.shift_week is not None and self.shift_week.weekday() != 0:
            raise ValueError(Text("shift_week: expected a Monday, came {came}", came=self.shift_week.isoformat()))
        for name, source in self.sources.items():
            for queue in source.queues:
                if queue not in self.queues:
                    known = ", ".join(self.queues)
                    raise ValueError(
                        Text(
                            "sources.{source}.queues: expected names from {known}; came {came}",
                            source=name,
                            known=known,
                            came=queue,
                        )
                    )
        return self

    @property
    def borrows(self) -> tuple[Borrow, ...]:
        """The queues that borrow their forecast."""
        return tuple(Borrow(name, rule.like, rule.share) for name, rule in sorted(self.borrow.items()))

    def queues_of(self, names: Iterable[str]) -> dict[str, Queue]:
        """The terms of the queues `names`, and of those that follow others, under this scenario's levers.

        One not described has the terms of `default`.

        Raises:
            Refused: a queue is not described and there is no `queues.default`.
        """
        asked = list(names)
        causing = [name for name, queue in self.queues.items() if queue.follows and name not in asked]
        return {name: self._moved(queue) for name, queue in terms(self.queues, [*asked, *causing]).items()}

    def _moved(self, queue: Queue) -> Queue:
        if queue.channel == "ticket":
            return queue
        update: dict[str, object] = {}
        if self.levers.service_share is not None:
            update["share"] = self.levers.service_share
        if self.levers.answer_within_s is not None:
            update["answer_within_s"] = self.levers.answer_within_s
        if self.levers.chats_at_once is not None and queue.channel == "chat":
            update["concurrency"] = queue.worthwhile(self.levers.chats_at_once)
            update["measured_at"] = queue.measured_at or queue.concurrency
        return queue.model_copy(update=update)

    def staffed_sources(self) -> dict[str, Source]:
        """The sources under this scenario's levers."""
        share = self.levers.vendor_share
        if share is None:
            return dict(self.sources)
        return {
            name: s.model_copy(update={"max_share": min(s.max_share, 1.0 - share)}) if s.kind == "inhouse" else s
            for name, s in self.sources.items()
        }

    def with_levers(self, **changed: object) -> Scenario:
        """This scenario with some levers moved.

        Raises:
            pydantic.ValidationError: a lever is unknown or out of its bounds.
        """
        levers = Levers.model_validate(self.levers.model_dump() | changed)
        return self.model_copy(update={"levers": levers})


def load(path: Path | None = None) -> Scenario:
    """The scenario of a TOML file laid over the defaults; without a file, the base case.

    Raises:
        Refused: every unknown key and wrong value, by name.
    """
    file = str(path) if path else "scenario"
    own = _own(path, ()) if path else {}
    values = merged(_defaults(), own)
    if isinstance(own.get("queues"), Whole) and "sources" not in own:
        # the sample's sources are assigned to the sample's queues; other queues are open to each of them
        for source in values["sources"].values():
            source["queues"] = [q for q in source.get("queues", ()) if q in values["queues"]]
    sample_history = "history" not in own
    if sample_history and "events" not in own:
        values["events"] = SAMPLE / "events.csv"
    values["example_terms"] = not sample_history and "sources" not in own
    return checked(Scenario, values, file)


def to_toml(scenario: Scenario) -> str:
    """The whole scenario, defaults included, as TOML that `load` reads back to the same value."""
    return tomli_w.dumps(_plain(scenario.model_dump(mode="json", exclude_none=True)))


def named() -> dict[str, Path]:
    """The scenarios that come with the sample, by file name."""
    return {path.stem: path for path in sorted((SAMPLE / "scenarios").glob("*.toml"))}


def _defaults() -> Table:
    return {
        "queues": read_toml(SAMPLE / "queues.toml")["queues"],
        "sources": read_toml(SAMPLE / "sources.toml")["sources"],
    }


def _own(path: Path, above: tuple[Path, ...]) -> Table:
    """The file's own values over those of the scenario it builds on; paths in it are beside it."""
    here = path.resolve()
    if here in above:
        raise Refused([Problem(str(path), "-", "based_on", Text("expected another scenario, came a circle"))])
    values = read_toml(path)
    for key in ("history", "events", "overrides", "targets"):
        if isinstance(values.get(key), str):
            values[key] = path.parent / values[key]
    for key in ("queues", "sources"):  # a file's name, or the tables themselves
        if isinstance(values.get(key), str):
            other = path.parent / values[key]
            values[key] = Whole(_section(read_toml(other), key, other))
    base = values.pop("based_on", None)
    if base is None:
        return values
    return merged(_own(path.parent / str(base), (*above, here)), values)


def _section(table: Table, key: str, path: Path) -> Any:
    if set(table) != {key}:
        wrong = ", ".join(sorted(set(table) - {key})) or "-"
        raise Refused([Problem(str(path), "-", wrong, Text("expected only [{key}.NAME] tables", key=key))])
    return table[key]


def _plain(value: Any) -> Any:
    """JSON-like values as TOML can hold them."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return value
