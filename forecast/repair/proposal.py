"""What the planner is asked: one thing amiss in the history, why it is thought so, and what would stand there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from forecast.event import Event
from forecast.history import DAY, History
from forecast.language import Text

Kind = Literal["gap", "outage", "level_shift", "outlier", "stock_out", "not_delivered"]
KINDS: tuple[str, ...] = get_args(Kind)
KIND_LABELS: Mapping[str, Text] = {
    "gap": Text("gap"),
    "outage": Text("outage"),
    "level_shift": Text("level shift"),
    "outlier": Text("outlier"),
    "stock_out": Text("stock-out"),
    "not_delivered": Text("report not delivered"),
}
Action = Literal["replace values", "leave out of learning", "scale earlier level"]
ACTIONS: tuple[str, ...] = get_args(Action)
BESIDE = 28 * DAY  # days on either side of a level shift that are its evidence


class Change(NamedTuple):
    """One value: contacts offered by `source` in the interval at `start`, as told (NaN unknown) and as proposed."""

    start: pd.Timestamp
    source: str
    original: float
    proposed: float


@dataclass(frozen=True)
class Proposal:
    """A repair of `queue` from `start` up to, not including, `end`. `source` '' means all sources together.

    `original` and `proposed` are contacts in that range (NaN: nothing was told), `low` to `high` where nine of ten
    would lie. A level shift lasts from `start` to `end`; accepted, contacts before `start` are multiplied by `factor`.
    `confidence` (0 to 1) is how surely this is no chance. `evidence` is a digest of the values judged: when these are
    corrected the proposal no longer holds. `key` stays the same as long as range and evidence do.
    """

    key: str
    kind: Kind
    queue: str
    source: str
    start: pd.Timestamp
    end: pd.Timestamp
    original: float
    proposed: float
    low: float
    high: float
    why: Text
    action: Action
    confidence: float
    evidence: str
    changes: tuple[Change, ...] = ()
    factor: float | None = None
    outcome: str = ""  # digest of the same values once a level shift is accepted

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {self.kind}")
        if self.action not in ACTIONS:
            raise ValueError(f"action must be one of {', '.join(ACTIONS)}, got {self.action}")
        if not self.start < self.end:
            raise ValueError(f"end must be after start, got {self.start} to {self.end}")
        if self.action == "scale earlier level" and not (self.factor and 0 < self.factor < np.inf):
            raise ValueError(f"a level is scaled by a factor above 0, got {self.factor}")

    @property
    def effect(self) -> float:
        """Contacts by which what was told differs from what is proposed; NaN where nothing was told."""
        return self.original - self.proposed

    @property
    def last_day(self) -> pd.Timestamp:
        """The last day touched."""
        return (self.end - pd.Timedelta(seconds=1)).normalize()

    @property
    def event(self) -> Event:
        """The incident as the planner's events tell it: its days are left out of learning."""
        return Event(self.kind, "incident", self.start, self.last_day, self.queue, str(self.why))

    def as_dict(self) -> dict[str, Any]:
        """The proposal in plain values, for a store that keeps JSON; `of_dict` is its inverse."""
        plain = {name: getattr(self, name) for name in PLAIN}
        changes = [[f"{c.start:{CLOCK}}", c.source, _cell(c.original), _cell(c.proposed)] for c in self.changes]
        numbers = {name: _cell(getattr(self, name)) for name in NUMBERS}
        ends = {"start": f"{self.start:{CLOCK}}", "end": f"{self.end:{CLOCK}}"}
        return {**plain, **numbers, **ends, "why": _said(self.why), "changes": changes}

    @classmethod
    def of_dict(cls, told: Mapping[str, Any]) -> Proposal:
        """The proposal that `as_dict` told of. Raises ValueError or KeyError when it is none."""
        changes = tuple(
            Change(pd.Timestamp(start), source, _number(original), _number(proposed))
            for start, source, original, proposed in told["changes"]
        )
        rest: dict[str, Any] = {name: _number(told[name]) for name in NUMBERS}
        rest |= {name: pd.Timestamp(told[name]) for name in ("start", "end")}
        rest |= {name: told[name] for name in PLAIN}
        return cls(**rest, why=_heard(told["why"]), changes=changes)


CLOCK = "%Y-%m-%d %H:%M:%S"
PLAIN = ("key", "kind", "queue", "source", "action", "evidence", "factor", "outcome")
NUMBERS = ("original", "proposed", "low", "high", "confidence")


def key_of(kind: str, queue: str, source: str, start: pd.Timestamp, end: pd.Timestamp, evidence: str) -> str:
    """The name under which a decision is kept; a level shift has none of its end, which moves with every import."""
    until = "" if kind == "level_shift" else f"{end:{CLOCK}}"
    content = json.dumps([kind, queue, source, f"{start:{CLOCK}}", until, evidence], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def judged(kind: str, start: pd.Timestamp, end: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The range whose values are the evidence: the proposal's own, or up to four weeks on each side of a shift."""
    return (start - BESIDE, min(start + BESIDE, end)) if kind == "level_shift" else (start, end)


class Evidence:
    """Digests of the contacts offered in a history, asked by queue, source and range."""

    def __init__(self, history: History) -> None:
        told = history.table[["queue", "source", "start", "offered"]]
        self._series = {
            (str(queue), str(source)): (rows["start"].to_numpy().astype("datetime64[s]"), _values(rows["offered"]))
            for (queue, source), rows in told.groupby(["queue", "source"], sort=True, observed=True)
        }

    def digest(
        self,
        queue: str,
        source: str,
        start: pd.Timestamp,
        end: pd.Timestamp,
        scaled: tuple[pd.Timestamp, float] | None = None,
    ) -> str:
        """Digest of the contacts from `start` up to `end`; with `scaled`, as if before that time multiplied by that.

        Rows that are missing and rows that are empty count alike: unknown.
        """
        sha = hashlib.sha256()
        for (of, name), (starts, values) in self._series.items():
            if of != queue or source not in ("", name):
                continue
            at = slice(*np.searchsorted(starts, [np.datetime64(start, "s"), np.datetime64(end, "s")]))
            when, what = starts[at], values[at]
            if scaled is not None:
                what = np.where(when < np.datetime64(scaled[0], "s"), np.round(what * scaled[1]), what)
            known = np.isfinite(what)
            sha.update(name.encode() + b"|")
            sha.update(when[known].astype(np.int64).tobytes() + what[known].tobytes())
        return sha.hexdigest()[:16]

    def holds(self, proposal: Proposal) -> bool:
        """Whether the values that `proposal` was made from are still what they were."""
        return self._of(proposal) == proposal.evidence

    def done(self, proposal: Proposal) -> bool:
        """Whether the level that `proposal` would scale has been scaled already."""
        return bool(proposal.outcome) and self._of(proposal) == proposal.outcome

    def _of(self, proposal: Proposal) -> str:
        return self.digest(proposal.queue, proposal.source, *judged(proposal.kind, proposal.start, proposal.end))


def _values(offered: pd.Series) -> np.ndarray:
    return np.asarray(offered.to_numpy(dtype=float, na_value=np.nan))


def _cell(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _number(cell: float | None) -> float:
    return float("nan") if cell is None else float(cell)


def _said(text: Text) -> dict[str, Any]:
    values = {name: _said(v) if isinstance(v, Text) else v for name, v in text.values}
    return {"message": text.message, "values": values}


def _heard(told: Mapping[str, Any]) -> Text:
    values = {k: _heard(v) if isinstance(v, Mapping) else v for k, v in told["values"].items()}
    return Text(told["message"], **values)
