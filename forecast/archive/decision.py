"""What the planner decided about proposed repairs: kept beside the rows, which stay as they came."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal, cast, get_args

import pandas as pd
from sqlalchemy import Row, func, insert, select

from forecast.archive.opening import Archive, Transaction, changing, reading, refused
from forecast.archive.schema import decisions as table_of
from forecast.language import Text

Verdict = Literal["accepted", "rejected", "withdrawn"]
VERDICTS: tuple[str, ...] = get_args(Verdict)
CLOCK = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Decision:
    """A proposal (`key`, its kind, queue, source and range up to `end`) accepted or rejected `by` someone, when (UTC).

    `values` is what the proposal held then, in plain JSON values, so that it can be told why a value was repaired.
    """

    key: str
    kind: str
    queue: str
    source: str
    start: pd.Timestamp
    end: pd.Timestamp
    decision: Verdict
    by: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    values: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", self.at.astimezone(UTC).replace(microsecond=0))
        if not self.key:
            raise ValueError("a decision needs the key of its proposal")
        if self.decision not in VERDICTS:
            raise ValueError(f"decision must be one of {', '.join(VERDICTS)}, got {self.decision}")
        if self.end < self.start:
            raise ValueError(f"end must not be before start, got {self.start} to {self.end}")


def decide(place: Archive | Transaction, *made: Decision) -> None:
    """Keeps decisions, all of them or none; a later one on the same proposal holds, the earlier stay on record."""
    rows = [
        {
            "key": d.key,
            "kind": d.kind,
            "queue": d.queue,
            "source": d.source,
            "start": f"{d.start:{CLOCK}}",
            "end": f"{d.end:{CLOCK}}",
            "decision": d.decision,
            "by": d.by,
            "at": d.at.isoformat(),
            "values": json.dumps(d.values, ensure_ascii=False, allow_nan=False),
        }
        for d in made
    ]
    if rows:
        with changing(place) as transaction:
            transaction.connection.execute(insert(table_of), rows)


def withdraw(place: Archive | Transaction, key: str, by: str, at: datetime | None = None) -> None:
    """Takes a decision back: the proposal is open again. Raises Refused when nothing was decided of it."""
    with changing(place) as transaction:
        found = {d.key: d for d in decisions(transaction)}
        if key not in found:
            path = transaction.archive.path
            raise refused(path, Text("nothing was decided on the proposal {key}", key=key))
        decide(transaction, replace(found[key], decision="withdrawn", by=by, at=at or datetime.now(UTC)))


def decisions(place: Archive | Transaction, every: bool = False) -> tuple[Decision, ...]:
    """The decisions that hold, in the order they were made; with `every` also those replaced or withdrawn."""
    with reading(place) as transaction:
        if transaction is None:
            return ()
        query = select(table_of).order_by(table_of.c.id)
        if not every:
            newest = select(func.max(table_of.c.id)).group_by(table_of.c.key)
            query = query.where(table_of.c.id.in_(newest), table_of.c.decision != "withdrawn")
        return tuple(map(_decision, transaction.connection.execute(query)))


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        key=row.key,
        kind=row.kind,
        queue=row.queue,
        source=row.source,
        start=pd.Timestamp(row.start),
        end=pd.Timestamp(row.end),
        decision=cast(Verdict, row.decision),
        by=row.by,
        at=datetime.fromisoformat(row.at),
        values=json.loads(row.values),
    )
