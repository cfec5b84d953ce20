"""A sheet's XML by a parser: for sheets that are not written as spreadsheet programs do. Slower, and misses nothing."""

from __future__ import annotations

from xml.parsers import expat

import numpy as np

from forecast.ingest.archive import DAMAGED
from forecast.ingest.encoding import stop
from forecast.ingest.place import Cells, place_of
from forecast.language import Text

LONGEST_VALUE = 100  # characters of a value that matter here


class _Sheet:
    """What has been seen of the sheet so far."""

    def __init__(self, file: str, strings: np.ndarray, most: int) -> None:
        self.file, self.strings, self.most = file, strings, most
        self.row, self.column = -1, -1
        self.count, self.hidden, self.text, self.calculated = 0, 0, 0, 0
        self.lowest, self.rightmost = (-1, -1), (-1, -1)
        self.broken: dict[tuple[int, int], str] = {}
        self.zeros: list[tuple[int, int]] = []
        self.merges: list[str] = []
        self.places: set[tuple[int, int]] = set()
        self.kind, self.value, self.inside = "", "", ""
        self.filled = self.formula = self.has_value = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = name.rsplit(":", 1)[-1]
        if name == "row":
            self._row(attributes)
        elif name == "c":
            self._cell(attributes)
        elif name in ("v", "is", "f"):
            self.filled = True
            self.inside = name
            self.formula = self.formula or name == "f"
        elif name == "mergeCell":
            self.merges.append(attributes.get("ref", "")[:40])

    def said(self, text: str) -> None:
        """Characters of an element."""
        if self.inside == "v" and len(self.value) < LONGEST_VALUE:
            self.value += text

    def end(self, name: str) -> None:
        """An element ends."""
        name = name.rsplit(":", 1)[-1]
        if name in ("v", "is", "f"):
            self.has_value = self.has_value or name == "v"
            self.inside = ""
        elif name == "c" and self.filled:
            self._done()

    def _row(self, attributes: dict[str, str]) -> None:
        told = attributes.get("r", "")
        if told and not (told.isascii() and told.isdigit() and 0 < int(told[:9]) <= 1_048_576 and len(told) < 9):
            stop(self.file, Text("expected cells up to XFD1048576, found {cell}", cell=told[:20]))
        self.row = int(told) - 1 if told else self.row + 1
        self.column = -1
        self.hidden += attributes.get("hidden", "") in ("1", "true")

    def _cell(self, attributes: dict[str, str]) -> None:
        told = attributes.get("r", "")
        place = place_of(told.upper()) if told else (max(self.row, 0), self.column + 1)
        if place is None or place[0] < 0 or place[0] >= 1_048_576 or place[1] >= 16_384:
            stop(self.file, Text("expected cells up to XFD1048576, found {cell}", cell=told[:20]))
        self.row, self.column = place
        self.kind, self.value = attributes.get("t", ""), ""
        self.filled = self.formula = self.has_value = False

    def _done(self) -> None:
        at = (self.row, self.column)
        self.filled = False
        self.count += 1
        if self.count > self.most:
            stop(self.file, Text("expected at most {most} cells", most=self.most))
        if at in self.places:
            stop(self.file, Text("expected every cell once, found the one in row {row} twice", row=self.row + 1))
        self.places.add(at)
        self.lowest = max(self.lowest, at)
        if at[1] > self.rightmost[1]:
            self.rightmost = at
        value = self.value.strip()
        if self.kind == "e":
            self.broken[at] = value[:20] or "#ERROR"
        elif self.formula and not value and not (self.has_value and self.kind == "str"):
            self.broken[at] = "formula"
        elif self.formula and value == "0":
            self.zeros.append(at)
        elif self.formula:
            self.calculated += 1
        elif self.kind == "s" and len(self.strings):
            at_string = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else len(self.strings)
            self.text += int(self.strings[min(at_string, len(self.strings) - 1)])


def cells(xml: bytes, file: str, strings: np.ndarray, most: int) -> Cells:
    """What the sheet holds; `strings` are the lengths of the shared strings.

    Raises:
        Refused: no XML, more than `most` cells, a place no spreadsheet has, a cell that comes twice.
    """
    sheet = _Sheet(file, strings, most)
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = sheet.start, sheet.end
    parser.CharacterDataHandler = sheet.said
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        stop(file, DAMAGED)
    return Cells(
        sheet.count,
        sheet.lowest,
        sheet.rightmost,
        sheet.broken,
        sheet.zeros,
        sheet.calculated,
        sheet.merges,
        sheet.hidden,
        sheet.text,
    )
