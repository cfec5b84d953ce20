"""Problems found while a file is read: by row, each once, the first fifty told."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from forecast.language import Text
from forecast.personal import said
from forecast.problem import Problem, Refused

MOST = 50  # problems told one by one


def got(expected: Text, cell: object) -> Text:
    """What was expected, and what came; customer data is not repeated."""
    return Text("{expected}, got {cell}", expected=expected, cell=said(cell))


class Faults:
    """The problems of one file so far. `part` names the file, or the sheet of a workbook."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._told: dict[tuple[str, int, str, str], Problem] = {}
        self._more = 0

    def __bool__(self) -> bool:
        return bool(self._told)

    def add(self, part: str, row: int | str, column: str, text: Text) -> None:
        """One problem; a second of the same row and column and sentence is none."""
        at = row if isinstance(row, int) else 0
        problem = Problem(part, row, " ".join(column.split())[:60] or "-", text)
        if (part, at, column, text.message) in self._told:
            return
        if len(self._told) >= 40 * MOST:
            self._more += 1
            return
        self._told[(part, at, column, text.message)] = problem

    def each(self, part: str, rows: np.ndarray, column: str, text: Callable[[int], Text]) -> None:
        """A problem for every row number in `rows`; `text` says it for the n-th of them."""
        for n, row in enumerate(rows[: MOST + 1].tolist()):
            self.add(part, row, column, text(n))
        self._more += max(0, len(rows) - MOST - 1)

    def more(self, count: int) -> None:
        """As many further problems, not told one by one."""
        self._more += count

    def extend(self, problems: Iterable[Problem]) -> None:
        """Problems found elsewhere."""
        for p in problems:
            self.add(p.file, p.row, p.column, p.text)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The first fifty by sheet and row, then how many more."""
        parts: dict[str, int] = {}
        for part, *_ in self._told:
            parts.setdefault(part, len(parts))
        ordered = sorted(self._told.items(), key=lambda item: (parts[item[0][0]], item[0][1]))
        told = [p for _, p in ordered[:MOST]]
        more = len(ordered) - len(told) + self._more
        if more:
            told.append(Problem(self.file, "-", "-", Text("and {count} more problems", count=more)))
        return tuple(told)

    def close(self) -> None:
        """Raise Refused if there were problems."""
        if self._told:
            raise Refused(self.problems)
