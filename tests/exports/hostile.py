"""Files that mean harm or are broken: each is read or refused in 5 s and 500 MB, whatever it holds."""

from __future__ import annotations

import gzip
import io
import re
import warnings
import zipfile
from collections.abc import Iterator

from tests.exports.case import Shelf
from tests.exports.facts import EN, ZH, daily, day, days, lines, rows, spoilt, text
from tests.exports.zipped import BOOK, BOOK_RELS, HEAD, MAIN, REL, SHEET, STRINGS, TYPES, row_xml, sheet_xml, zipped

CASES = Shelf("hostile")
F = day()
D = days()
TABLE = [ZH, *lines(F)]
DAY = ["日期", "咨询量", "接待量", "放弃量", "平均处理时长(秒)"]
GOOD = sheet_xml(TABLE)
MEGABYTE = 1 << 20


def cells_at(extra: str) -> str:
    """The ordinary sheet with more rows of XML after the last."""
    return sheet_xml(TABLE, more=extra)


def rows_bomb() -> Iterator[bytes]:
    """A sheet of 300,000 rows of the same fifty cells: 230 MB that compress to 1 MB."""
    yield (HEAD + f'<worksheet xmlns="{MAIN}"><sheetData>').encode() + row_xml(ZH, 1).encode()
    row = b"<row>" + b"<c><v>1</v></c>" * 50 + b"</row>"
    yield from (row * 1000 for _ in range(300))
    yield b"</sheetData></worksheet>"


def spaces_bomb() -> Iterator[bytes]:
    """A sheet with 300 MB of white space after its rows."""
    yield GOOD.replace("</worksheet>", "").encode()
    yield from (b" " * MEGABYTE for _ in range(300))
    yield b"</worksheet>"


def string_bomb() -> Iterator[bytes]:
    """A table of strings of which one is 300 MB long."""
    yield (HEAD + f'<sst xmlns="{MAIN}" count="1" uniqueCount="1"><si><t>').encode()
    yield from (b"A" * MEGABYTE for _ in range(300))
    yield b"</t></si></sst>"


def styled_rows() -> Iterator[bytes]:
    """The ordinary sheet, then a row element for every row Excel has, all empty but formatted."""
    head, tail = GOOD.split("</sheetData>")
    yield head.encode()
    for r in range(len(TABLE) + 1, 1_048_577, 1024):
        yield "".join(
            f'<row r="{i}" spans="1:6" ht="15" customHeight="1"/>' for i in range(r, min(r + 1024, 1_048_577))
        ).encode()
    yield ("</sheetData>" + tail).encode()


def entities() -> str:
    """A billion laughs: entities that unfold into one another."""
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    doc = f'<!DOCTYPE worksheet [<!ENTITY l0 "lol">{laughs}]>'
    return GOOD.replace("\n", "\n" + doc, 1).replace("<t>日期</t>", "<t>&l9;</t>", 1)


def outside() -> str:
    """An entity that reads a file of the machine."""
    doc = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return GOOD.replace("\n", "\n" + doc, 1).replace("<t>日期</t>", "<t>&x;</t>", 1)


def flipped(content: bytes, after: bytes = b"") -> bytes:
    """Some bytes changed in the middle, or soon after a name."""
    i = content.index(after) + len(after) + 200 if after else len(content) // 2
    return content[:i] + bytes(b ^ 0xFF for b in content[i : i + 8]) + content[i + 8 :]


def other_zip(names: dict[str, bytes]) -> bytes:
    """A zip archive that is no workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def swapped_digit() -> bytes:
    """A workbook kept uncompressed, one digit of whose first volume fell over: only the check sum tells."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ordinary)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as copy:
        for name in archive.namelist():
            copy.writestr(zipfile.ZipInfo(name), archive.read(name))
    return out.getvalue().replace(b'<c r="C2"><v>14</v></c>', b'<c r="C2"><v>94</v></c>')


def lying_size() -> bytes:
    """A workbook whose directory says that its sheet is 100 bytes long."""
    content = bytearray(zipped({SHEET: GOOD}))
    at = 0
    name = SHEET.encode()
    while (at := content.find(b"PK\x01\x02", at)) != -1:
        if content[at + 46 : at + 46 + len(name)] == name:
            content[at + 24 : at + 28] = (100).to_bytes(4, "little")
        at += 4
    return bytes(content)


def two_sheets(first: str, second: str) -> bytes:
    """A workbook of two sheets."""
    more = '<sheet name="Sheet2" sheetId="2" r:id="rId3"/></sheets>'
    path = f'<Relationship Id="rId3" Type="{REL}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>'
    return zipped(
        {
            "xl/workbook.xml": BOOK.replace("</sheets>", more),
            "xl/_rels/workbook.xml.rels": BOOK_RELS.replace("</Relationships>", path),
            SHEET: first,
            "xl/worksheets/sheet2.xml": second,
        }
    )


def part_twice(second: str) -> bytes:
    """A workbook that holds its sheet twice, the other one last."""
    out = io.BytesIO(ordinary)
    with warnings.catch_warnings(), zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # zipfile warns of the second name
        archive.writestr(zipfile.ZipInfo(SHEET), second, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def other_path(sheet: str) -> bytes:
    """A workbook whose sheet lies where other tools do not put it."""
    moved = BOOK_RELS.replace("worksheets/sheet1.xml", "daten/Tabelle.bin")
    kinds = TYPES.replace("/xl/worksheets/sheet1.xml", "/xl/daten/Tabelle.bin")
    return zipped({"[Content_Types].xml": kinds, "xl/_rels/workbook.xml.rels": moved, "xl/daten/Tabelle.bin": sheet})


def backwards() -> str:
    """The ordinary sheet with its rows from the last to the first."""
    body = "".join(row_xml(values, i) for i, values in reversed(list(enumerate(TABLE, 1))))
    return HEAD + f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'


def ods_bomb() -> bytes:
    """An OpenDocument sheet that repeats one cell over all rows and columns."""
    table = (
        '<table:table table:name="Sheet1"><table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1">'
        "<text:p>1</text:p></table:table-cell></table:table-row></table:table>"
    )
    names = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    content = f"{HEAD}<office:document-content{names}>{body}</office:document-content>"
    return other_zip({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()})


ordinary = zipped({SHEET: GOOD})
H = {"hostile": True}

# bombs
CASES.bad(
    "rows-bomb",
    "导出.xlsx",
    lambda: zipped({SHEET: rows_bomb()}),
    why="fifteen million cells, 230 MB, in a small file",
    **H,
)
CASES.either(
    "spaces-bomb",
    "导出.xlsx",
    lambda: zipped({SHEET: spaces_bomb()}),
    rows(F),
    "300 MB of nothing after good rows",
    **H,
)
CASES.bad(
    "string-bomb",
    "导出.xlsx",
    lambda: zipped(
        {STRINGS: string_bomb(), SHEET: GOOD.replace('t="inlineStr"><is><t>日期</t></is>', 't="s"><v>0</v>')}
    ),
    why="one string of 300 MB",
    **H,
)
CASES.either(
    "styled-million",
    "整列设格式.xlsx",
    lambda: zipped({SHEET: styled_rows()}),
    rows(F),
    "people format whole columns: every row exists and is empty",
    **H,
)
CASES.bad("laughs", "导出.xlsx", zipped({SHEET: entities()}), why="entities that unfold to 3 GB", **H)
CASES.bad(
    "outside-entity",
    "导出.xlsx",
    zipped({SHEET: outside()}),
    why="an entity that reads another file",
    secrets=("root:",),
    **H,
)
CASES.bad(
    "gzip-bomb",
    "history.csv.gz",
    lambda: gzip.compress(b"0" * (20 * MEGABYTE), mtime=0) * 30,
    why="600 MB of zeros in 600 kB",
    **H,
)
CASES.bad("gzip-cut", "history.csv.gz", gzip.compress(text(TABLE), mtime=0)[:-30], why="the end is missing", **H)
CASES.bad("gzip-flipped", "history.csv.gz", flipped(gzip.compress(text(TABLE), mtime=0)), why="a bit fell over", **H)
CASES.bad("zip-in-zip", "导出.xlsx", other_zip({"导出.xlsx": ordinary}), why="a workbook inside a zip", **H)

# far cells, false dimensions
CASES.either(
    "far-cell",
    "导出.xlsx",
    zipped({SHEET: cells_at('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')}),
    rows(F),
    "one stray cell in the last corner",
    **H,
)
CASES.either(
    "far-cell-in-a-title",
    "导出.xlsx",
    zipped({SHEET: cells_at('<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>备注</t></is></c></row>')}),
    rows(F),
    "one stray remark a million rows below",
    **H,
)
CASES.either(
    "far-column",
    "导出.xlsx",
    zipped({SHEET: GOOD.replace("</row>", '<c r="XFD1"><v>7</v></c></row>', 1)}),
    rows(F),
    "a stray heading in the last column",
    **H,
)
CASES.bad(
    "far-data-row",
    "导出.xlsx",
    zipped({SHEET: cells_at(row_xml(["2024-05-13", "19:00-19:30", "x", "1", "0", "200"], 1048576))}),
    [(1048576, "咨询量"), (None, None)],
    "the last row of the sheet holds a bad count",
    **H,
)
CASES.good(
    "dimension-too-small",
    "导出.xlsx",
    zipped({SHEET: sheet_xml(TABLE, "A1:B3")}),
    rows(F),
    "says three rows; has nineteen",
    **H,
)
CASES.good(
    "dimension-one-cell",
    "导出.xlsx",
    zipped({SHEET: sheet_xml(TABLE, "A1")}),
    rows(F),
    "says one cell, as some writers always do",
    **H,
)
CASES.good(
    "dimension-too-large",
    "导出.xlsx",
    zipped({SHEET: sheet_xml(TABLE, "A1:XFD1048576")}),
    rows(F),
    "says all the cells there are",
    **H,
)
CASES.either(
    "dimension-nonsense", "导出.xlsx", zipped({SHEET: sheet_xml(TABLE, "ZZZZ9:A0")}), rows(F), "says nothing", **H
)
CASES.bad(
    "row-number-beyond",
    "导出.xlsx",
    zipped({SHEET: cells_at('<row r="4000000000"><c r="A4000000000"><v>1</v></c></row>')}),
    why="no sheet has that row",
    sure=False,
    **H,
)
CASES.bad(
    "column-beyond",
    "导出.xlsx",
    zipped({SHEET: GOOD.replace('r="C5"', 'r="ZZZZZZ5"')}),
    why="no sheet has that column",
    **H,
)
CASES.bad(
    "same-cell-twice",
    "导出.xlsx",
    zipped(
        {
            SHEET: GOOD.replace("</row>", '<c r="C2"><v>999</v></c></row>', 2).replace(
                '<c r="C2"><v>999</v></c></row>', "</row>", 1
            )
        }
    ),
    why="C2 twice, with two numbers",
    sure=False,
    **H,
)

FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
CASES.either(
    "far-both-ways",
    "导出.xlsx",
    zipped(
        {
            SHEET: cells_at(
                '<row r="30"><c r="XFD30"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>'
            )
        }
    ),
    rows(F),
    "one stray cell far to the right, one far below: together seventeen thousand million cells",
    **H,
)
CASES.either(
    "sparse-box",
    "导出.xlsx",
    zipped(
        {SHEET: cells_at('<row r="30"><c r="ZX30"><v>1</v></c></row><row r="60000"><c r="A60000"><v>1</v></c></row>')}
    ),
    rows(F),
    "the box around two stray cells holds 42 million",
    **H,
)
CASES.either(
    "far-cell-other-quotes",
    "导出.xlsx",
    zipped({SHEET: cells_at(FAR.replace('"', "'"))}),
    rows(F),
    "attributes in single quotes",
    **H,
)
CASES.either(
    "far-cell-spelt-out",
    "导出.xlsx",
    zipped({SHEET: cells_at(FAR.replace('"XFD', '"&#88;FD').replace('r="1048576"', 'r="&#49;048576"'))}),
    rows(F),
    "attributes with character references",
    **H,
)
CASES.either(
    "far-cell-spaced",
    "导出.xlsx",
    zipped({SHEET: cells_at(FAR.replace(' r="', "\n  r \t=\n '").replace('">', "'\n>"))}),
    rows(F),
    "attributes with white space around",
    **H,
)
PREFIXED = re.sub(r"<(/?)(?=[a-z])", r"<\1x:", cells_at(FAR)[len(HEAD) :]).replace("xmlns=", "xmlns:x=")
CASES.either("far-cell-prefixed", "导出.xlsx", zipped({SHEET: HEAD + PREFIXED}), rows(F), "elements with a prefix", **H)
CASES.either(
    "far-cell-utf16",
    "导出.xlsx",
    zipped({SHEET: cells_at(FAR).replace("UTF-8", "UTF-16").encode("utf-16")}),
    rows(F),
    "the sheet's XML in UTF-16",
    **H,
)
CASES.either(
    "far-cell-second-sheet",
    "导出.xlsx",
    two_sheets(GOOD, sheet_xml([], more=FAR)),
    rows(F),
    "the stray cell on a sheet that nobody needs",
    **H,
)
CASES.either(
    "far-cell-other-path", "导出.xlsx", other_path(cells_at(FAR)), rows(F), "the sheet under another path", **H
)
CASES.bad(
    "column-just-beyond",
    "导出.xlsx",
    zipped({SHEET: GOOD.replace("</row>", '<c r="XFE1"><v>7</v></c></row>', 1)}),
    why="one column more than Excel has",
    sure=False,
    **H,
)
CASES.either(
    "rows-out-of-order",
    "导出.xlsx",
    zipped({SHEET: backwards()}),
    rows(F),
    "rows in the sheet's XML from the last to the first",
    **H,
)
CASES.bad(
    "ods-repeated",
    "导出.xlsx",
    ods_bomb,
    why="an OpenDocument sheet of one cell repeated seventeen thousand million times",
    **H,
)

MERGED = "</sheetData><mergeCells>{}</mergeCells>"
CASES.either(
    "merge-of-everything",
    "导出.xlsx",
    zipped({SHEET: GOOD.replace("</sheetData>", MERGED.format('<mergeCell ref="G1:XFD1048576"/>'))}),
    rows(F),
    "one merged area over all the empty cells of the sheet",
    **H,
)
CASES.bad(
    "merge-of-the-table",
    "导出.xlsx",
    zipped({SHEET: GOOD.replace("</sheetData>", MERGED.format('<mergeCell ref="A2:XFD1048576"/>'))}),
    why="one merged area over the data: its cells' values would all be one; only a refusal, or the rows as they are",
    sure=False,
    **H,
)
CASES.either(
    "many-merges",
    "导出.xlsx",
    zipped(
        {
            SHEET: GOOD.replace(
                "</sheetData>",
                MERGED.format("".join(f'<mergeCell ref="H{i}:XFD{i + 9}"/>' for i in range(1, 300_000, 10))),
            )
        }
    ),
    rows(F),
    "thirty thousand merged areas of 160,000 cells each, all empty",
    **H,
)
CASES.either(
    "part-twice",
    "导出.xlsx",
    part_twice(cells_at(FAR)),
    rows(F),
    "the sheet is in the archive twice: a checker may look at one, a reader at the other",
    **H,
)
CASES.bad(
    "part-twice-other-numbers",
    "导出.xlsx",
    part_twice(GOOD.replace("<v>14</v>", "<v>77</v>")),
    why="the sheet is in the archive twice, with other numbers: nobody can say which is meant",
    **H,
)
CASES.either(
    "part-in-capitals",
    "导出.xlsx",
    zipped({"XL/Worksheets/SHEET1.xml": cells_at(FAR)}),
    rows(F),
    "names differ by their capitals, which some readers ignore",
    **H,
)

# broken workbooks
CASES.bad("cut", "导出.xlsx", ordinary[: len(ordinary) // 2], why="half the download", **H)
CASES.bad("cut-tail", "导出.xlsx", ordinary[:-40], why="the directory's end is missing", **H)
CASES.bad("flipped", "导出.xlsx", flipped(ordinary, SHEET.encode()), why="the sheet's check sum is wrong", **H)
CASES.bad(
    "checksum",
    "导出.xlsx",
    swapped_digit,
    why="a digit fell over; only the check sum tells",
    **H,
)
CASES.bad(
    "not-closed",
    "导出.xlsx",
    zipped({SHEET: GOOD[: GOOD.rindex("<row")]}),
    why="the sheet's XML stops; its rows may not be all",
    **H,
)
CASES.bad(
    "not-closed-in-a-row", "导出.xlsx", zipped({SHEET: GOOD[:-150]}), why="the sheet's XML stops inside a row", **H
)
CASES.bad(
    "no-workbook",
    "导出.xlsx",
    other_zip({"xl/worksheets/sheet1.xml": GOOD.encode()}),
    why="a sheet without a book",
    **H,
)
CASES.bad(
    "no-sheet-part",
    "导出.xlsx",
    other_zip({"xl/workbook.xml": BOOK.encode(), "xl/_rels/workbook.xml.rels": BOOK_RELS.encode()}),
    why="the book names a sheet that is not there",
    **H,
)
CASES.bad(
    "locked",
    "导出.xlsx",
    bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\x5a" * 4096,
    why="protected with a password",
    **H,
)
CASES.bad("bare-zip", "导出.xlsx", other_zip({"readme.txt": b"hello"}), why="a zip archive, no workbook", **H)
CASES.bad("empty-zip", "导出.xlsx", b"PK\x05\x06" + b"\0" * 18, why="an empty archive", **H)
CASES.either("lying-size", "导出.xlsx", lying_size, rows(F), "the directory lies about the sheet's size", **H)
CASES.either(
    "climbing-names",
    "导出.xlsx",
    zipped({SHEET: GOOD, "../../../../tmp/evil.txt": b"x"}),
    rows(F),
    "a part that would climb out of its folder",
    **H,
)

# other things under a table's name
CASES.bad(
    "png", "截图.csv", bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(range(256)) * 8, why="a picture", **H
)
CASES.bad(
    "pdf",
    "日报.xlsx",
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" * 20,
    why="a document",
    **H,
)
CASES.bad("noise", "导出.csv", bytes((i * i * 31 + i * 7 + (i >> 3)) % 256 for i in range(20_000)), why="noise", **H)

# text meant to wear a reader out
CASES.bad("long-line", "导出.csv", b"a" * (5 * MEGABYTE), why="one word of 5 MB", **H)
CASES.bad(
    "many-columns",
    "导出.csv",
    lambda: b",".join(b"c%d" % i for i in range(200_000)) + b"\n" + b",".join(b"1" for _ in range(200_000)),
    why="200,000 headings",
    **H,
)
CASES.bad("quotes", "导出.csv", b'"' * (3 * MEGABYTE + 1), why="three million quotes", **H)
CASES.either(
    "blank-lines",
    "导出.csv",
    text(TABLE) + b"\r\n" * MEGABYTE,
    rows(F),
    "a million empty lines after good rows",
    **H,
)
CASES.either(
    "commas",
    "导出.csv",
    text(TABLE) + b",,,,,\r\n" * 300_000,
    rows(F),
    "300,000 empty rows after good rows, as a sloppy save leaves",
    **H,
)
CASES.bad("long-number", "导出.csv", spoilt(F, 9, 2, "9" * 100_000), [(9, "咨询量")], "a number of 100,000 digits", **H)
CASES.bad(
    "long-date",
    "导出.csv",
    spoilt(F, 9, 0, "2024-05-" + "1" * 100_000),
    [(9, "日期"), (9, "时段")],
    "a date of 100,000 digits",
    **H,
)
CASES.bad(
    "long-label",
    "导出.csv",
    spoilt(F, 9, 1, "09:00" + " " * 100_000 + "x"),
    [(9, "时段"), (9, "日期")],
    "white space to make a pattern search back and forth",
    **H,
)
CASES.bad(
    "long-digits-label",
    "导出.csv",
    spoilt(F, 9, 1, "0" * 60_000 + ":-"),
    [(9, "时段"), (9, "日期")],
    "zeros to make a pattern search back and forth",
    **H,
)
CASES.bad(
    "long-spaces-number",
    "导出.csv",
    spoilt(F, 9, 2, "1" + " " * 100_000 + "x"),
    [(9, "咨询量")],
    "white space to make a pattern search back and forth",
    **H,
)
CASES.bad(
    "long-commas-number",
    "导出.csv",
    spoilt(F, 9, 2, "1" + ",000" * 30_000 + "x"),
    [(9, "咨询量")],
    "groups to make a pattern search back and forth",
    **H,
)
CASES.bad(
    "long-heading",
    "导出.csv",
    text([[*ZH[:2], "咨" * 300_000, *ZH[3:5]], *[c[:5] for c in lines(F)]]),
    why="a heading of 300,000 characters",
    sure=False,
    **H,
)
CASES.bad(
    "everything-wrong",
    "导出.csv",
    text([EN, *[[c] * 6 for c in (f"x{i}" for i in range(60_000))]]),
    [(2, None)],
    "360,000 errors; the first fifty and how many more",
    **H,
)
CASES.bad(
    "year-9999",
    "导出.csv",
    text([DAY, *daily(D[:3]), ["9999-12-31", "20", "19", "1", "280"]]),
    [(5, "日期"), (None, None)],
    "a day nine thousand years away makes no history of a million days",
    **H,
)
CASES.bad(
    "year-1",
    "导出.csv",
    text([DAY, ["0001-01-01", "20", "19", "1", "280"], *daily(D[:3])]),
    [(2, "日期"), (None, None)],
    "a day two thousand years ago",
    **H,
)
CASES.bad(
    "formula-queue",
    "导出.csv",
    text([["日期", "时段", "技能组", *ZH[2:]], *[[*c[:2], "=cmd|' /C calc'!A0", *c[2:]] for c in lines(F)]]),
    [(2, "技能组")],
    "a formula for the next person's Excel",
    sure=False,
    **H,
)
CASES.bad(
    "control-characters",
    "导出.csv",
    text([["日期", "时段", "技能组", *ZH[2:]], *[[*c[:2], "售前\x1b[2J\x07", *c[2:]] for c in lines(F)]]),
    [(2, None)],
    "characters that would command a terminal",
    sure=False,
    **H,
)
CASES.bad(
    "many-in-the-log",
    "会话明细.csv",
    text([["arrival", "queue", "handle_s", "answered"], *[["x", "q", "y", "z"]] * 60_000]),
    [(2, "arrival"), (None, None)],
    "180,000 errors in a contact log",
    **H,
)
