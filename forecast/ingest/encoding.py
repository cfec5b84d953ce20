"""Bytes -> text by a strict ladder, and what a file is by its content, whatever its name."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

from forecast.language import Text
from forecast.problem import Problem, Refused

MOST_BYTES = 200_000_000  # of text
SMALL = 5_000_000
HEAD = 1 << 18
# what a file is that we do not read, by how it begins
STRANGERS: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old"),
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PAR1", "Parquet"),
    (b"SQLite format 3\0", "SQLite"),
)
MARKUP = re.compile(rb"\s{0,200}<(?:!doctype|html|table|head|body|meta|\?xml|div|style)", re.IGNORECASE)
CANNOT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]")
SPOILT = re.compile("锟斤拷|烫烫烫|屯屯屯|锘�|锘縘|锘�")
FOREIGN = re.compile(r"[^\x00-\x7f]+")
LETTERED = re.compile("[A-Za-z][\u4e00-\u9fff][A-Za-z]")
CHINESE = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Decoded:
    """A text file's text and the name of its encoding."""

    text: str
    encoding: str


def is_workbook(head: bytes) -> bool:
    """Whether a file that begins so is a ZIP archive, as XLSX files are."""
    return head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def stop(file: str, text: Text, row: int | str = "-", column: str = "-") -> NoReturn:
    """Refuse the file for one reason."""
    raise Refused([Problem(file, row, column, text)])


def head_of(path: Path, size: int = HEAD) -> bytes:
    """The first bytes of a file, unpacked where it is gzip.

    Raises:
        Refused: there is no such file, or it cannot be read.
    """
    return _read(path, size)


def read(path: Path) -> Decoded:
    """The text of a file.

    Raises:
        Refused: it is not text, too long, damaged or in no encoding we know.
    """
    data = _read(path, MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        stop(str(path), Text("expected at most {most} MB of text", most=MOST_BYTES // 1_000_000))
    return decode(data, str(path))


def refuse_strangers(data: bytes, file: str) -> None:
    """Refuse what is no text by what it is."""
    for magic, name in STRANGERS:
        if data.startswith(magic):
            if name == "old":
                said = Text(
                    "expected CSV, TSV or XLSX; this is an old Excel file (.xls) or a workbook with a "
                    "password: save it as .xlsx without one"
                )
                stop(file, said)
            stop(file, Text("expected CSV, TSV or XLSX, this is a {kind} file", kind=name))
    if MARKUP.match(data[3:] if data.startswith(codecs.BOM_UTF8) else data):
        stop(
            file,
            Text(
                "expected CSV, TSV or XLSX; this is a web page or XML, whatever its name: open it in a "
                "spreadsheet and save it as .xlsx"
            ),
        )
    if data[:1] in (b"{", b"[") and data.rstrip()[-1:] in (b"}", b"]"):
        stop(file, Text("expected CSV, TSV or XLSX, this is a {kind} file", kind="JSON"))


def decode(data: bytes, file: str, cut: bool = False) -> Decoded:
    """Text by the ladder: byte order mark, UTF-8, UTF-16 by its NULs, GB18030. `cut`: the data ends anywhere.

    Raises:
        Refused: in no encoding of the ladder, or text that was spoilt by a wrong one before.
    """
    refuse_strangers(data, file)
    encoding = _encoding(data, file)
    skip = 3 if encoding == "utf-8-sig" else 2 if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else 0
    codec = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    try:
        text = codecs.getincrementaldecoder(codec)("strict").decode(data[skip:], final=not cut)
    except UnicodeDecodeError as error:
        if codec == "utf-8" and encoding != "utf-8-sig":
            return _gb18030(data, file, cut)
        row = data[: skip + error.start].count(b"\n") + 1
        stop(file, Text("expected {encoding} text, found bytes that are none", encoding=encoding), row)
    return Decoded(text.lstrip("\ufeff"), encoding)


def _gb18030(data: bytes, file: str, cut: bool) -> Decoded:
    try:
        text = codecs.getincrementaldecoder("gb18030")("strict").decode(data, final=not cut)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        stop(file, Text("expected UTF-8, UTF-16 or GB18030 text, found bytes that are none of them"), row)
    if LETTERED.search(text) and not re.search("[\u4e00-\u9fff]{2}", text):
        # é and the letter behind it are one character of GB18030 as well: words of Latin letters with one in between
        row = text[: LETTERED.search(text).start()].count("\n") + 1  # type: ignore[union-attr]
        stop(
            file,
            Text("expected UTF-8, UTF-16 or GB18030 text, this seems to be a Western encoding: save it as UTF-8"),
            row,
        )
    return Decoded(text, "gb18030")


def _encoding(data: bytes, file: str) -> str:
    """The encoding to try first."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) and data[:4] != b"\xff\xfe\x00\x00"[:4]:
        stop(file, Text("expected UTF-8, UTF-16 or GB18030 text, this is UTF-32"))
    if data.startswith(codecs.BOM_UTF32_LE) and len(data) % 4 == 0:
        stop(file, Text("expected UTF-8, UTF-16 or GB18030 text, this is UTF-32"))
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if data.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    head = data[:4096]
    if b"\0" in head:
        # Latin digits and separators leave a NUL in every second byte; Chinese text between them does not
        even, odd = head[::2].count(0), head[1::2].count(0)
        if odd > 4 * even and odd * 8 > len(head):
            return "utf-16-le"
        if even > 4 * odd and even * 8 > len(head):
            return "utf-16-be"
        stop(file, Text("expected text, found a NUL character"), head[: head.index(b"\0")].count(b"\n") + 1)
    return "utf-8"


def spoilt(text: str) -> tuple[str, Text] | None:
    """A piece of text that some program spoilt before it came to us, and what is said of it; None where all is well."""
    wrong = CANNOT.search(text) or SPOILT.search(text)
    if wrong and wrong.group() == "\0":
        return "\0", Text("expected text, found a NUL character")
    if wrong:
        said = Text("expected readable text, found a character that stands for lost ones: export the file again")
        return wrong.group(), said
    piece = next((p for p in _foreign(text) if was_something_else(p)), None)
    if piece is None:
        return None
    said = Text(
        "expected readable text, found text that was decoded wrongly before it was saved: export the file again"
    )
    return piece, said


def was_something_else(piece: str) -> bool:
    """Whether a piece of text is Chinese read with a wrong table: it turns back into Chinese without a byte left over.

    >>> [was_something_else(s) for s in ("æ\\x97¥æ\\x9c\\x9f", "鏃ユ湡", "ÈÕÆÚ", "日期", "café", "咨询量")]
    [True, True, True, False, False, False]
    """
    if len(piece) >= 3:
        for table in ("latin-1", "cp1252"):
            back = _back(piece, table, "utf-8")
            if back and CHINESE.search(back):
                return True
    if len(piece) >= 4 and all("\xa0" <= c <= "\xff" for c in piece):
        back = _back(piece, "latin-1", "gb18030")
        if back and len(CHINESE.findall(back)) * 2 == len(piece):
            return True
    if len(piece) >= 3 and CHINESE.search(piece):
        back = _back(piece, "gb18030", "utf-8")
        # three bytes a character: GB18030 text that by chance is UTF-8 as well is hardly longer than one character
        return bool(back and len(CHINESE.findall(back)) >= 2)
    return False


def _back(piece: str, table: str, meant: str) -> str:
    try:
        return piece.encode(table).decode(meant)
    except (UnicodeEncodeError, UnicodeDecodeError):
        return ""


def _foreign(text: str) -> list[str]:
    """The different stretches beyond ASCII, the first ones of a file; a wrong table spoils all of them."""
    pieces: dict[str, None] = {}
    for found in FOREIGN.finditer(text):
        pieces.setdefault(found.group()[:200])
        if len(pieces) >= 500:
            break
    return list(pieces)


def _read(path: Path, most: int) -> bytes:
    if not path.is_file():
        stop(str(path), Text("expected a file, there is none"))
    try:
        with path.open("rb") as file:
            head = file.read(2)
            if head != b"\x1f\x8b":
                return head + file.read(most - 2)
            file.seek(0)
            packed = path.stat().st_size
            with gzip.open(file) as unpacked:
                data = io.BytesIO()
                while chunk := unpacked.read(1 << 20):
                    data.write(chunk)
                    if data.tell() > most:
                        break
                    if data.tell() > max(20 * SMALL, 100 * packed) and most > HEAD:
                        stop(
                            str(path),
                            Text(
                                "expected a file that unpacks to what its size lets expect, this one grows without end"
                            ),
                        )
                return data.getvalue()[:most]
    except (EOFError, zlib.error, gzip.BadGzipFile):
        stop(str(path), Text("expected a whole gzip file, this one is damaged"))
    except OSError as error:
        stop(
            str(path), Text("expected a file that can be read: {reason}", reason=error.strerror or type(error).__name__)
        )


Sort = Literal["text", "workbook"]


def sort_of(path: Path) -> Sort:
    """Whether a file is a workbook or text.

    Raises:
        Refused: there is no such file.
    """
    return "workbook" if is_workbook(head_of(path, 8)) else "text"
