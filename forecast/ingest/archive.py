"""A workbook's archive: what it is by its parts, each read within what the whole may unpack to."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import PurePosixPath
from xml.parsers import expat

import numpy as np

from forecast.ingest.encoding import stop
from forecast.language import Text

MOST_ENTRIES = 5_000
# bytes that the XML parts may unpack to: as spreadsheets' own files do, and no more
LEAST_BUDGET, RATIO = 30_000_000, 25
MOST_BUDGET = 1_500_000_000
MOST_INDEX = 4_000_000  # bytes of a part that only names others
LONGEST_TEXT = 40_000  # characters; spreadsheets stop at 32,767
STRING_ENDS = re.compile(rb"</si>|<si/>")


DAMAGED = Text("expected a whole workbook, this one is damaged or cut off")


class Parts:
    """Parts of the archive, read within what the whole may unpack to."""

    def __init__(self, data: zipfile.ZipFile, file: str, size: int) -> None:
        self.data, self.file = data, file
        self.left = min(max(LEAST_BUDGET, RATIO * size), MOST_BUDGET)

    def read(self, name: str) -> bytes:
        """The whole of a part; refused where it is larger than its archive lets expect, damaged, or has entities."""
        told = self.data.getinfo(name).file_size
        if told > self.left:
            self._too_large()
        pieces, got = [], 0
        try:
            with self.data.open(name) as part:
                while piece := part.read(1 << 20):
                    got += len(piece)
                    if got > self.left:
                        self._too_large()
                    pieces.append(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
            stop(
                self.file,
                Text(
                    "expected a whole workbook, this one is damaged or cut off: its part {part} cannot be read",
                    part=name[:80],
                ),
            )
        if got != told:
            stop(
                self.file,
                Text(
                    "expected a whole workbook, this one is damaged or cut off: its part {part} cannot be read",
                    part=name[:80],
                ),
            )
        self.left -= got
        xml = b"".join(pieces)
        head = xml[:200].lower()
        if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head or (b"encoding=" in head and b"utf-8" not in head):
            stop(
                self.file, Text("expected a workbook in UTF-8, its part {part} is in another encoding", part=name[:80])
            )
        if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
            self.entity(name)
        return xml

    def entity(self, name: str) -> None:
        """Refuse a part that declares entities: no spreadsheet program writes them, only attackers do."""
        stop(
            self.file,
            Text(
                "expected a workbook of a spreadsheet program; its part {part} declares a document type", part=name[:80]
            ),
        )

    def _too_large(self) -> None:
        stop(
            self.file, Text("expected a workbook that unpacks to what its size lets expect, this one grows without end")
        )


def names_of(data: zipfile.ZipFile, file: str) -> set[str]:
    """The names of the archive's parts; an archive that is no XLSX is refused by what it is."""
    entries = data.infolist()
    if len(entries) > MOST_ENTRIES:
        stop(file, Text("expected a workbook, this archive has {count} entries", count=len(entries)))
    names = {e.filename for e in entries}
    if len(names) != len(entries):
        stop(file, Text("expected a workbook, this archive has two entries of one name"))
    if any(e.flag_bits & 1 for e in entries):
        stop(file, Text("expected a workbook without a password"))
    for sign, kind in (
        ("xl/workbook.bin", "XLSB"),
        ("content.xml", "ODS"),
        ("word/document.xml", "Word"),
        ("ppt/presentation.xml", "PowerPoint"),
        ("Index/Document.iwa", "Numbers"),
    ):
        if sign in names:
            stop(file, Text("expected CSV, TSV or XLSX, this is a {kind} file: save it as .xlsx", kind=kind))
    if "xl/workbook.xml" not in names:
        stop(file, Text("expected CSV, TSV or XLSX, this is a ZIP archive: unpack it first"))
    return names


def elements(xml: bytes, wanted: str, file: str) -> list[dict[str, str]]:
    """The attributes of every element of that name, whatever its prefix; a small part only.

    Raises:
        Refused: no XML, or a long one.
    """
    if len(xml) > MOST_INDEX:
        stop(file, DAMAGED)
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rsplit(":", 1)[-1] == wanted:
            found.append(attributes)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        stop(file, DAMAGED)
    return found


def relations_of(parts: Parts, names: set[str]) -> dict[str, str]:
    """Relation id -> the part it names."""
    where = "xl/_rels/workbook.xml.rels"
    if where not in names:
        return {}
    found = elements(parts.read(where), "Relationship", parts.file)
    return {a.get("Id", ""): _target(a.get("Target", "")) for a in found}


def _target(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def string_lengths(parts: Parts, names: set[str]) -> np.ndarray:
    """The lengths of the shared strings, in bytes of XML; one length for all, the longest possible, where they are
    written in an unusual way."""
    name = next((n for n in names if n.lower() == "xl/sharedstrings.xml"), "")
    if not name:
        return np.zeros(0, dtype=np.int64)
    xml = parts.read(name)
    ends = np.array([m.start() for m in STRING_ENDS.finditer(xml)], dtype=np.int64)
    begun = xml.count(b"<si>") + xml.count(b"<si ") + xml.count(b"<si/>")
    if len(ends) != begun or b"<!" in xml or not begun:
        return np.array([len(xml)], dtype=np.int64)
    lengths = np.diff(ends, prepend=0)
    if lengths.max() > 8 * LONGEST_TEXT:
        stop(parts.file, Text("expected cells of at most {most} characters", most=LONGEST_TEXT))
    return lengths
