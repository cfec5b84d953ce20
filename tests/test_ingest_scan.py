"""Two looks at a sheet's XML, a fast one and an exact one, see the same; what the fast one cannot see it leaves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.ingest import exact, quick
from forecast.ingest.place import Cells
from forecast.problem import Refused

LENGTHS = np.array([10, 2000], dtype=np.int64)
CELLS = {
    "number": '<c r="{at}"><v>3</v></c>',
    "styled": '<c r="{at}" s="1" t="n"><v>0</v></c>',
    "text": '<c r="{at}" t="inlineStr"><is><t>日期</t></is></c>',
    "shared": '<c r="{at}" t="s"><v>1</v></c>',
    "empty": '<c r="{at}" s="2"/>',
    "formula": '<c r="{at}"><f>A1+1</f><v>4</v></c>',
    "zero": '<c r="{at}"><f>A1-1</f><v>0</v></c>',
    "word": '<c r="{at}" t="str"><f>A1&amp;""</f><v></v></c>',
    "uncalculated": '<c r="{at}"><f>A1</f></c>',
    "blank": '<c r="{at}"><f>A1</f><v></v></c>',
    "spaced": '<c r="{at}"><f>A1</f><v /></c>',
    "slashed": '<c r="{at}"><f t="shared" si="0"/><v/></c>',
    "error": '<c r="{at}" t="e"><v>#DIV/0!</v></c>',
    "failed": '<c r="{at}" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
}
BROKEN = dict.fromkeys(("uncalculated", "blank", "spaced", "slashed"), "formula")
BROKEN |= dict.fromkeys(("error", "failed"), "#DIV/0!")


def sheet(rows: list[list[str]], more: str = "") -> bytes:
    """The XML of a sheet with these kinds of cells."""
    text = ""
    for n, kinds in enumerate(rows, 1):
        cells = "".join(CELLS[k].format(at=f"{chr(65 + c)}{n}") for c, k in enumerate(kinds))
        text += f'<row r="{n}">{cells}</row>'
    return f'<?xml version="1.0"?><worksheet><sheetData>{text}</sheetData>{more}</worksheet>'.encode()


def exactly(xml: bytes) -> Cells:
    return exact.cells(xml, "f", LENGTHS, 10_000)


@given(st.lists(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=4), min_size=1, max_size=5))
def test_both_looks_see_the_same(rows: list[list[str]]):
    xml = sheet(rows, '<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>')
    fast = quick.cells(xml, LENGTHS, 0)
    assert fast == exactly(xml)
    assert fast is not None
    kinds = [(n, c, k) for n, row in enumerate(rows) for c, k in enumerate(row)]
    assert fast.count == sum(k != "empty" for _, _, k in kinds)
    assert fast.broken == {(n, c): BROKEN[k] for n, c, k in kinds if k in BROKEN}
    assert fast.zeros == [(n, c) for n, c, k in kinds if k == "zero"]
    assert fast.merges == ["A1:B2"]
    assert fast.text == 2000 * sum(k == "shared" for _, _, k in kinds)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="B2"', b"r='B2'"),
        (b'<c r="B2"', b'<c  r="B2"'),
        (b'<c r="B2"', b'<c\nr="B2"'),
        (b'r="B2"', b'r = "B2"'),
        (b'r="B2"', b'r="&#66;2"'),
        (b'<c r="B2">', b'<c s="1" r="B2">'),
        (b'<c r="B2"', b"<c"),
        (b"<row", b"<!-- <c/> --><row"),
        (b' t="e"', b' t="&#101;"'),
        (b' t="e"', b"\tt='e'"),
        (b' t="e"', b'\tt="e"'),
        (b"<v>3</v>", b"<v\n>3</v>"),
        (b"<f>A1</f>", b"<f\n>A1</f>"),
    ],
)
def test_an_unusual_spelling_changes_nothing(old: bytes, new: bytes):
    xml = sheet([["text", "text"], ["text", "number", "error", "uncalculated"]])
    assert old in xml
    plain, other = exactly(xml), xml.replace(old, new)
    assert exactly(other) == plain
    assert quick.cells(other, LENGTHS, 0) in (None, plain)


@pytest.mark.parametrize("place", ["XFE1", "A1048577", "A99999999999", "1A", "A0"])
def test_a_place_no_spreadsheet_has_is_refused_or_left_to_the_exact_look(place: str):
    xml = sheet([["number"]]).replace(b'r="A1"', f'r="{place}"'.encode())
    with pytest.raises(Refused):
        exactly(xml)
    fast = quick.cells(xml, LENGTHS, 0)
    assert fast is None or fast.rightmost[1] > 16_383 or fast.lowest[0] > 1_048_575 or fast.lowest[0] < 0


def test_a_cell_that_comes_twice_is_refused():
    xml = sheet([["number", "number"]]).replace(b'r="B1"', b'r="A1"')
    assert quick.cells(xml, LENGTHS, 0) is None
    with pytest.raises(Refused, match="twice"):
        exactly(xml)
