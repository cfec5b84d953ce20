"""What is wrong with an input, said so that it can be put right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from forecast.language import Language, Text

SHOWN = 200  # characters of a cell that an error may repeat


@dataclass(frozen=True)
class Problem:
    """One thing wrong at one place: `file:row:column: what was expected, what came`.

    `row` counts as a spreadsheet does, the header being row 1; "-" where there is none.
    """

    file: str
    row: int | str
    column: str
    text: Text

    def say(self, language: Language) -> str:
        """The problem as one line."""
        line = f"{self.file}:{self.row}:{self.column}: {self.text.say(language)}"
        return " ".join(line.split())

    def __str__(self) -> str:
        return self.say("en")


class Refused(ValueError):
    """Input that cannot be used: every problem found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@contextmanager
def found_in(file: str, stage: str) -> Iterator[None]:
    """Within it a problem of `stage`, which knows no files, is a problem of the user's `file`."""
    try:
        yield
    except Refused as refused:
        raise Refused(replace(p, file=file) if p.file == stage else p for p in refused.problems) from None


def shown(cell: object) -> str:
    """A cell as an error may show it: quoted, at most 200 characters of it.

    >>> shown("-3"), len(shown("9" * 999))
    ("'-3'", 203)
    """
    text = str(cell)
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "…")
