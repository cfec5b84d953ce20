"""A sheet as it is: rows of cells, where they are merged, before anything is read into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

EMPTY_ROW: Sequence[object] = ()
MOST_COLUMNS = 2_000  # a day of 5 minutes has 288


@dataclass(frozen=True)
class Grid:
    """Rows of cells, row 1 first. `part` names the file, or the sheet of a workbook, in problems.

    Text cells have no space around them, '' is empty. Cells of text files are text; those of workbooks are text,
    numbers, dates, times, durations or `Broken`. `merged` maps the cells (row, column, from 0) that a merge swallows to
    the cell that shows.
    """

    part: str
    rows: Sequence[Sequence[object]]
    sheet: str = ""
    merged: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    dates_1904: bool = False

    @property
    def typed(self) -> bool:
        """Whether cells have types, as those of a workbook do."""
        return bool(self.sheet)

    def cell(self, row: int, column: int) -> object:
        """The cell at a place from 0, '' beyond the end of its row."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""
