"""What an import took and what it did not, for people and for machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from forecast.language import Language, Text


@dataclass(frozen=True)
class Personal:
    """A column that held a person's data: dropped. `cells`: how many of its cells were filled."""

    heading: str
    kind: str
    cells: int


@dataclass(frozen=True)
class Part:
    """One sheet, or the only table of a text file. `columns`: heading -> field, or why it is not taken."""

    name: str
    header_rows: tuple[int, ...]
    headings: tuple[str, ...]
    columns: Mapping[str, str | Text]
    personal: tuple[Personal, ...] = ()
    skipped: tuple[tuple[int, Text], ...] = ()
    filled_dates: int = 0
    rows: int = 0
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Report:
    """What was read of a file and how; `encoding` and `separator` are '' for a workbook."""

    file: str
    kind: Literal["csv", "xlsx"]
    encoding: str
    separator: str
    parts: tuple[Part, ...]
    unread: tuple[tuple[str, Text], ...] = ()
    notes: tuple[Text, ...] = ()

    @property
    def sheets(self) -> tuple[str, ...]:
        """The sheets that were read."""
        return tuple(p.name for p in self.parts if p.name)

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading, sheet by sheet, each once."""
        return tuple(dict.fromkeys(h for p in self.parts for h in p.headings))

    @property
    def columns_found(self) -> dict[str, str]:
        """Field -> heading."""
        return {f: h.rsplit("|", 1)[-1] for p in self.parts for h, f in p.columns.items() if isinstance(f, str)}

    @property
    def personal(self) -> tuple[Personal, ...]:
        """The columns of people's data, dropped."""
        return tuple(found for p in self.parts for found in p.personal)

    @property
    def skipped(self) -> int:
        """Rows that are no data: titles, totals, footnotes, repeated headers."""
        return sum(len(p.skipped) for p in self.parts)

    def as_json(self, language: Language = "en") -> dict[str, Any]:
        """The report as plain values."""
        return {
            "file": self.file,
            "kind": self.kind,
            "encoding": self.encoding,
            "separator": self.separator,
            "sheets": [_part(p, language) for p in self.parts],
            "not_read": [{"sheet": s, "reason": t.say(language)} for s, t in self.unread],
            "notes": [t.say(language) for t in self.notes],
        }


def _said(sentence: str) -> Text:
    return Text("{sentence}", sentence=sentence)


def _part(part: Part, language: Language) -> dict[str, Any]:
    return {
        "sheet": part.name,
        "header_rows": list(part.header_rows),
        "columns": {h: f for h, f in part.columns.items() if isinstance(f, str)},
        "not_taken": {h: f.say(language) for h, f in part.columns.items() if isinstance(f, Text)},
        "personal": [{"heading": p.heading, "kind": p.kind, "cells": p.cells} for p in part.personal],
        "skipped": [{"row": r, "reason": t.say(language)} for r, t in part.skipped],
        "filled_dates": part.filled_dates,
        "rows": part.rows,
        "notes": [t.say(language) for t in part.notes],
    }
