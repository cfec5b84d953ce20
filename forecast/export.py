"""Any export, of either kind: a row an interval, or a row a contact."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast import ingest
from forecast.history import History
from forecast.language import Language, Text
from forecast.problem import Problem, Refused
from forecast.profile import Profile


@dataclass(frozen=True, eq=False)
class Export:
    """What a file tells: its contacts by interval, what was taken of it and what not, and the digest of its bytes."""

    history: History
    report: Mapping[str, Any]
    personal: tuple[str, ...]
    notes: tuple[Text, ...]
    sha256: str


def read(path: Path, profile: Profile | None = None, language: Language = "en") -> Export:
    """The contacts in a file. The report's sentences are in `language`.

    Raises:
        Refused: every problem of the file.
    """
    found = ingest.read(path, profile)
    kinds = tuple(p.heading for p in found.report.personal)
    notes = (*found.report.notes, *(text for part in found.report.parts for text in part.notes))
    return Export(found.history, found.report.as_json(language), kinds, notes, _digest(path))


def refuse_nobodys(histories: Mapping[str, History]) -> None:
    """Refuse files that do not say who handled the contacts: kept together, one vendor's would correct another's."""
    text = Text("expected to know whose contacts these are: the file names no source; name it, or use a profile")
    wrong = [name for name, one in histories.items() if (one.table["source"] == "").any()]
    if wrong:
        raise Refused(Problem(name, "-", "source", text) for name in wrong)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
