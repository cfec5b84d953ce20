"""Where cells stand, and what a sheet's XML says of them before it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True)
class Cells:
    """What a sheet's XML holds. Places are (row, column) from 0; (-1, -1) where there are no cells.

    `count`: cells with something in them; `lowest`, `rightmost`: the one in the last row, in the last column; `broken`:
    cells without a value -> an error or 'formula'; `zeros`, `calculated`: formulas whose value is 0, and how many have
    another; `merges` as written; `text`: bytes of the cells' shared strings, 0 where surely few.
    """

    count: int = 0
    lowest: tuple[int, int] = (-1, -1)
    rightmost: tuple[int, int] = (-1, -1)
    broken: Mapping[tuple[int, int], str] = field(default_factory=dict)
    zeros: Sequence[tuple[int, int]] = ()
    calculated: int = 0
    merges: Sequence[str] = ()
    hidden_rows: int = 0
    text: int = 0


def column_of(letters: bytes) -> int:
    """A column's position from 0.

    >>> column_of(b"XFD")
    16383
    """
    value = 0
    for letter in letters:
        value = value * 26 + letter - 64
    return value - 1


def place_of(text: str) -> tuple[int, int] | None:
    """The row and column of a place such as B3, from 0; None for what is none.

    >>> place_of("B3"), place_of("3B")
    ((2, 1), None)
    """
    found = PLACE.fullmatch(text)
    return (int(found.group(2)) - 1, column_of(found.group(1).encode())) if found else None
