"""The files that become one history, and what is found when they are laid on one another."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from forecast.history import History
from forecast.language import Language, Text
from forecast.problem import Problem

Kind = Literal["overlap", "gap", "contradiction", "interval", "name"]
KINDS: tuple[str, ...] = get_args(Kind)
CLOCK = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, eq=False)
class Part:
    """One file's rows. `source` and `site` name whose they are where the rows do not say.

    `total`: the rows are sums over sources, such as headquarters keep; they are compared, never added.
    """

    name: str
    history: History
    source: str = ""
    site: str = ""
    total: bool = False

    @property
    def minutes(self) -> int:
        """Minutes from row to row."""
        return minutes(self.history.interval)


@dataclass(frozen=True)
class Finding:
    """One thing found from `start` up to, not including, `end`. `queue` or `source` '' is all of them.

    overlap: told by two files alike, kept once. gap: a source that usually tells contacts here told none; `expected`
    intervals, `found` of them told. contradiction: `column` is `expected` by the first of `files`, `found` in the
    second. interval: minutes from row to row. name: two names that differ in no more than their spelling.
    A contradiction that nothing decides is not `settled`.
    """

    kind: Kind
    queue: str
    source: str
    start: pd.Timestamp
    end: pd.Timestamp
    text: Text
    expected: float | None = None
    found: float | None = None
    column: str = ""
    files: tuple[str, ...] = ()
    settled: bool = True

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {self.kind}")

    @property
    def problem(self) -> Problem:
        """The finding as a problem of the last file it is of."""
        facts = {"queue": self.queue, "source": self.source, "start": f"{self.start:{CLOCK}}"}
        text = Text("{queue} {source} {start}: {what}", **facts, what=self.text)
        return Problem(self.files[-1] if self.files else "-", "-", self.column or "-", text)


@dataclass(frozen=True, eq=False)
class Consolidated:
    """One history with a `source` in every row, and what was found on the way to it."""

    history: History
    findings: tuple[Finding, ...]

    def table(self, language: Language = "en") -> pd.DataFrame:
        """The findings, one a row: kind, queue, source, start, end, column, expected, found, files, settled, text."""
        rows = [
            (f.kind, f.queue, f.source, f.start, f.end, f.column, f.expected, f.found, ", ".join(f.files), f.settled)
            for f in self.findings
        ]
        columns = ["kind", "queue", "source", "start", "end", "column", "expected", "found", "files", "settled"]
        table = pd.DataFrame(rows, columns=columns).astype({"expected": float, "found": float})
        return table.assign(text=[f.text.say(language) for f in self.findings])


@dataclass(frozen=True)
class Order:
    """The files by the place the planner gave them: the first named one wins a contradiction."""

    names: tuple[str, ...]
    prefer: tuple[str, ...]

    @property
    def rank(self) -> np.ndarray:
        """For each file its place in `prefer`, infinity where it is not named."""
        place: Mapping[str, int] = {name: at for at, name in enumerate(self.prefer)}
        return np.array([place.get(name, np.inf) for name in self.names], dtype=float)

    def best(self, *names: str) -> str | None:
        """The one of `names` that wins, None when the planner named none of them."""
        return next((name for name in self.prefer if name in names), None)


def minutes(step: pd.Timedelta) -> int:
    """Minutes of an interval."""
    return int(step.total_seconds() // 60)


def common(*steps: pd.Timedelta) -> pd.Timedelta:
    """The shortest interval that all of these fit into; each divides a day, so this does.

    >>> common(pd.Timedelta(minutes=20), pd.Timedelta(minutes=30))
    Timedelta('0 days 01:00:00')
    """
    return pd.Timedelta(seconds=math.lcm(*(int(s.total_seconds()) for s in steps)))


def number(value: float) -> str:
    """A figure as a sentence shows it.

    >>> number(1234567.0), number(274.65)
    ('1234567', '274.65')
    """
    return str(int(value)) if float(value).is_integer() else str(round(float(value), 6))
