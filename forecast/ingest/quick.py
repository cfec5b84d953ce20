"""A sheet's XML as spreadsheet programs write it, looked at fast; anything unusual is left to `exact`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import repeat

import numpy as np

from forecast.ingest.place import Cells, column_of, place_of

PIECE = 1 << 22
LETTERS, DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789"
# what no spreadsheet program writes, and what the patterns below would not see through
UNUSUAL = (
    *(b"<!", b"='", b'="&', b":c ", b":c>", b":row "),
    *(sign for space in (b" ", b"\n", b"\t", b"\r") for sign in (b"=" + space, space + b"=")),
    *(tag + space for space in (b"\n", b"\t", b"\r") for tag in (b"<c", b"<f", b"<v")),
)
CELL = re.compile(rb"""<c r="([A-Z]{1,3}\d{1,7})\"""")
FILLED_CELL = re.compile(rb"""<c r="([A-Z]{1,3}\d{1,7})"[^<>]{0,300}(?<!/)>""")
EMPTY_CELL = re.compile(rb"""<c r="[A-Z]{1,3}\d{1,7}"[^<>]{0,300}(?<=/)>""")
FORMULA = re.compile(
    rb"""<c r="([A-Z]{1,3}\d{1,7})"([^<>]{0,300})>\s{0,20}"""
    rb"<f\b(?:[^<>]{0,300}/>|[^<>]{0,300}>[^<]{0,40000}</f>)\s{0,20}"
    rb"(<v>([^<]{0,40000})<|<v\s?/>)?"
)
ERROR = re.compile(
    rb"""<c r="([A-Z]{1,3}\d{1,7})"[^<>]{0,300}? t="e"[^<>]{0,300}?>"""
    rb"(?:<f[^<>]{0,300}/>|<f[^<>]{0,300}>[^<]{0,40000}</f>)?(?:<v>([^<]{0,20}))?"
)
MERGED = re.compile(rb"""<mergeCell [^<>]{0,100}?\bref="([A-Z0-9:]{1,30})\"""")
SHARED = re.compile(rb"""<c [^<>]{0,300}?\bt="s"[^<>]{0,300}?>\s{0,20}<v>(\d{1,9})<""")
HIDDEN_ROW = re.compile(rb"""<row [^<>]{0,300}?\bhidden="(?:1|true)\"""")


def cells(xml: bytes, strings: np.ndarray, least: int) -> Cells | None:
    """What the sheet holds, None where it is not written as usual.

    `strings` are the lengths of the shared strings; they are added up where they could come to `least` bytes.
    """
    if any(sign in xml for sign in UNUSUAL) or xml.count(b"<?") > 1 or xml.count(b"<v ") != xml.count(b"<v />"):
        return None
    count, below, lowest, rightmost, tags = 0, -1, b"", (-1, b""), 0
    for piece in _pieces(xml):
        closed = b"/>" in piece  # tags without content, among which may be cells
        found = (FILLED_CELL if closed else CELL).findall(piece)
        count += len(found)
        tags += len(found) + (len(EMPTY_CELL.findall(piece)) if closed else 0)
        if not found:
            continue
        rows = sorted(map(int, set(map(bytes.lstrip, found, repeat(LETTERS)))))
        if rows[0] <= below or len(set(found)) != len(found):
            return None  # rows in no order, or a cell twice
        below = rows[-1]
        lowest = next(f for f in reversed(found) if f.lstrip(LETTERS) == b"%d" % below)
        for letters in set(map(bytes.rstrip, found, repeat(DIGITS))):
            if (at := column_of(letters)) > rightmost[0]:
                rightmost = (at, next(f for f in found if f.rstrip(DIGITS) == letters))
    if tags != xml.count(b"<c ") + xml.count(b"<c>"):
        return None
    broken = _errors(xml)
    formulas = _formulas(xml, {} if broken is None else broken)
    merges = [m.decode() for m in MERGED.findall(xml)] if b"<mergeCell " in xml else []
    if broken is None or formulas is None or len(merges) != xml.count(b"<mergeCell "):
        return None
    zeros, calculated = formulas
    hidden = len(HIDDEN_ROW.findall(xml)) if b"hidden" in xml else 0
    text = _text(xml, strings, least)
    return Cells(count, _place(lowest), _place(rightmost[1]), broken, zeros, calculated, merges, hidden, text)


def _place(text: bytes) -> tuple[int, int]:
    return place_of(text.decode()) or (-1, -1)


def _pieces(xml: bytes) -> Iterator[bytes]:
    """The XML in pieces that end between two rows, or at least two tags."""
    at = 0
    while at < len(xml):
        end = at + PIECE
        if end < len(xml):
            cut = xml.rfind(b"<row", at + 1, end)
            cut = cut if cut > at else xml.rfind(b"<", at + 1, end)
            end = cut if cut > at else end
        yield xml[at:end]
        at = end


def _errors(xml: bytes) -> dict[tuple[int, int], str] | None:
    told = xml.count(b't="e"')
    found = {_place(at): what.decode() or "#ERROR" for at, what in ERROR.findall(xml)} if told else {}
    return found if len(found) == told else None


def _formulas(xml: bytes, broken: dict[tuple[int, int], str]) -> tuple[list[tuple[int, int]], int] | None:
    """Formulas whose value is 0, and how many have another; those without any are added to `broken`."""
    told = xml.count(b"<f>") + xml.count(b"<f ") + xml.count(b"<f/>")
    if not told:
        return [], 0
    zeros: list[tuple[int, int]] = []
    calculated = seen = 0
    for found in FORMULA.finditer(xml):
        seen += 1
        at = _place(found.group(1))
        value = found.group(4)
        if at in broken:
            continue
        if value is None or (not value.strip() and b'"str"' not in found.group(2)):
            broken[at] = "formula"
        elif value.strip() == b"0":
            zeros.append(at)
        else:
            calculated += 1
    return (zeros, calculated) if seen == told else None


def _text(xml: bytes, strings: np.ndarray, least: int) -> int:
    """Bytes that the shared strings of the cells come to once every cell has its own; 0 where surely few."""
    if not len(strings) or xml.count(b"<v>") * int(strings.max()) < least:
        return 0
    used = np.array([int(n) for n in SHARED.findall(xml)], dtype=np.int64)
    return int(strings[np.minimum(used, len(strings) - 1)].sum())
