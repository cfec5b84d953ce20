"""What a file holds, seen from its head: rows by interval or by contact, in which encoding, under which headings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from forecast.ingest import encoding, header, separated
from forecast.ingest.grid import Grid
from forecast.ingest.imported import opened
from forecast.problem import Refused
from forecast.profile import Profile

Kind = Literal["intervals", "contacts"]


@dataclass(frozen=True)
class Opening:
    """How a text file opens: encoding and separator ('' for a workbook), the sheet, the header's last row as a
    spreadsheet numbers it (rows before are no data), and the headings by column."""

    kind: Kind
    encoding: str
    separator: str
    sheet: str
    header_row: int
    headings: tuple[str, ...]


def opening(path: Path, profile: Profile | None = None) -> Opening:
    """How a file opens; of a text file only the first part is read, however long it is.

    Raises:
        Refused: neither text nor a workbook, or no header.
    """
    path = Path(path)
    if encoding.sort_of(path) == "text":
        grid, name, separator = head(path, profile)
        return _opening(grid, profile, name, separator)
    refused: Refused | None = None
    for grid in opened(path, profile).grids:
        try:
            return _opening(grid, profile, "", "")
        except Refused as none:
            refused = refused or none
    raise refused or Refused([])


def head(path: Path, profile: Profile | None = None) -> tuple[Grid, str, str]:
    """The first part of a text file, its encoding and its separator.

    Raises:
        Refused: text that cannot be read.
    """
    data = encoding.head_of(path)
    cut = len(data) == encoding.HEAD
    decoded = encoding.decode(data, str(path), cut=cut)
    separated.refuse_spoilt(decoded.text, str(path), profile)
    grid, separator = separated.grid_of(decoded.text, str(path), profile, whole=not cut)
    return grid, decoded.encoding, separator


def _opening(grid: Grid, profile: Profile | None, name: str, separator: str) -> Opening:
    found = header.locate(grid, profile)
    if found is None:
        raise Refused(header.missing(grid, profile))
    sort: Kind = "contacts" if found.shape == "contacts" else "intervals"
    return Opening(sort, name, separator, grid.sheet, found.first, found.headings[: found.width])


def kind(path: Path, profile: Profile | None = None) -> Kind:
    """Whether a file has one row an interval or one row a contact.

    Raises:
        Refused: neither text nor a workbook, or no header.
    """
    return opening(path, profile).kind
