"""What the planner knows of the calendar: promotions, campaigns, incidents, closures, festivals of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

import pandas as pd

Kind = Literal["festival", "promotion", "campaign", "incident", "closure"]
KINDS: tuple[str, ...] = get_args(Kind)
RESPONDS = ("festival", "promotion", "campaign")  # kinds whose days teach how customers answer


@dataclass(frozen=True)
class Event:
    """Something on days `start` to `end`, both included. `queue` '' touches every queue.

    Events that share a name are one event that recurs. `size` is the planner's word on volume: 1.3 is 30% above
    ordinary. `like` names a past occasion or event ("618 2025") that its days are like, by phase; `size` is then the
    multiple of that. `row` is where a file told of it, 0 where none did.
    """

    name: str
    kind: str
    start: pd.Timestamp
    end: pd.Timestamp
    queue: str = ""
    note: str = ""
    size: float | None = None
    like: str = ""
    row: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", pd.Timestamp(self.start).normalize())
        object.__setattr__(self, "end", pd.Timestamp(self.end).normalize())
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {self.kind}")
        if self.end < self.start:
            raise ValueError(f"end must not be before start, got {self.start:%Y-%m-%d} to {self.end:%Y-%m-%d}")
        if self.size is not None and not 0 <= self.size < 1000:
            raise ValueError(f"size must be from 0 to 1000, got {self.size}")
        if self.like and self.kind not in RESPONDS:
            raise ValueError(f"like needs a kind of {', '.join(RESPONDS)}, got {self.kind}")

    @property
    def days(self) -> pd.DatetimeIndex:
        """Every day of the event."""
        return pd.date_range(self.start, self.end, freq="D")


@dataclass(frozen=True)
class Events:
    """The planner's events, by start."""

    all: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "all", tuple(sorted(self.all, key=lambda e: (e.start, e.name, e.queue, e.end))))

    @classmethod
    def of(cls, events: Iterable[Event]) -> Events:
        """The events, by start."""
        return cls(tuple(events))

    def touching(self, queue: str) -> tuple[Event, ...]:
        """The events that touch `queue`."""
        return tuple(e for e in self.all if e.queue in ("", queue))

    @property
    def table(self) -> pd.DataFrame:
        """name, kind, start, end, queue, note, size, like: one row an event."""
        rows = [(e.name, e.kind, e.start, e.end, e.queue, e.note, e.size, e.like) for e in self.all]
        return pd.DataFrame(rows, columns=["name", "kind", "start", "end", "queue", "note", "size", "like"])
