"""Workbooks put together by hand, part by part, so that each can be wrong in just one way."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import IO

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
TYPES = (
    HEAD + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{OFFICE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{OFFICE}.worksheet+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{OFFICE}.sharedStrings+xml"/>'
    "</Types>"
)
RELS = (
    HEAD + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
BOOK = (
    HEAD
    + f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets>'
    + '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
BOOK_RELS = (
    HEAD + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
NO_STRINGS = HEAD + f'<sst xmlns="{MAIN}" count="0" uniqueCount="0"/>'
Part = str | bytes | Iterable[bytes]


def zipped(parts: dict[str, Part]) -> bytes:
    """A workbook of `parts` over the least that a workbook needs; a part given as pieces is written piece by piece."""
    whole: dict[str, Part] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELS,
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": BOOK_RELS,
        STRINGS: NO_STRINGS,
        **parts,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in whole.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as file:
                compress(file, part)
    return out.getvalue()


def compress(file: IO[bytes], part: Part) -> None:
    """Write a part."""
    if isinstance(part, str | bytes):
        file.write(part.encode() if isinstance(part, str) else part)
        return
    for piece in part:
        file.write(piece)


def cell(value: str, column: int, row: int) -> str:
    """One cell: a number as such, anything else as an inline string."""
    at = f"{get_column_letter(column)}{row}"
    try:
        float(value)
    except ValueError:
        return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{at}"><v>{value}</v></c>'


def row_xml(values: Sequence[str], row: int) -> str:
    """One row."""
    return f'<row r="{row}">' + "".join(cell(v, i, row) for i, v in enumerate(values, 1)) + "</row>"


def sheet_xml(table: Sequence[Sequence[str]], dimension: str | None = None, more: str = "") -> str:
    """A sheet of `table`, with the dimension it claims and further rows as XML."""
    claim = f'<dimension ref="{dimension}"/>' if dimension else ""
    body = "".join(row_xml(values, i) for i, values in enumerate(table, 1))
    return HEAD + f'<worksheet xmlns="{MAIN}">{claim}<sheetData>{body}{more}</sheetData></worksheet>'


def book(fill: Callable[[Workbook, Worksheet], None]) -> Callable[[], bytes]:
    """A workbook made by openpyxl when it is asked for: `fill` gets the book and its first sheet."""

    def make() -> bytes:
        workbook = Workbook()
        sheet = workbook.active
        assert isinstance(sheet, Worksheet)
        fill(workbook, sheet)
        out = io.BytesIO()
        workbook.save(out)
        return out.getvalue()

    return make
