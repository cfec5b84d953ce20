"""A long text file as UTF-8 that DuckDB may read: itself, or a copy in a folder that goes when the work is done."""

from __future__ import annotations

import codecs
import gzip
import io
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from forecast.ingest.encoding import stop
from forecast.language import Text

MOST_BYTES = 20_000_000_000  # of text, unpacked
SMALL = 100_000_000
CHUNK = 1 << 20
PATTERN = "*?[]{}"  # signs that would make a file's name a pattern of names


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of our own, removed at the end whatever happens."""
    with TemporaryDirectory(prefix="peakstaff-") as name:
        yield Path(name)


def plain(path: Path, encoding: str, inside: Path) -> Path:
    """The file itself where it is UTF-8 and not packed, else a copy of it inside the folder.

    Raises:
        Refused: damaged, without end, or in another encoding than it began with.
    """
    if encoding in ("utf-8", "utf-8-sig") and not is_packed(path):
        return _linked(path, inside) if any(c in str(path) for c in PATTERN) else path
    copy = inside / "log.csv"
    with text(path, encoding) as source, copy.open("w", encoding="utf-8", newline="") as target:
        while chunk := source.read(CHUNK):
            target.write(chunk)
    return copy


def _linked(path: Path, inside: Path) -> Path:
    """The file under a name that is no pattern."""
    link = inside / "log.csv"
    try:
        link.symlink_to(path)
    except OSError:  # not every system lets everyone make links
        shutil.copyfile(path, link)
    return link


def is_packed(path: Path) -> bool:
    """Whether a file is gzip."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


@contextmanager
def text(path: Path, encoding: str) -> Iterator[IO[str]]:
    """The file's text, as it is read; line ends stay as they are.

    Raises:
        Refused: where bytes are met that are none of the encoding, the packing is damaged or grows without end.
    """
    codec = {"utf-8": "utf-8-sig"}.get(encoding, encoding)
    try:
        with path.open("rb") as file:
            raw: IO[bytes] = _Bounded(path, file) if is_packed(path) else file  # type: ignore[assignment]
            if codec in ("utf-16-le", "utf-16-be"):
                mark = raw.read(2)
                if mark not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
                    raw.seek(0)
            yield io.TextIOWrapper(raw, encoding=codec, errors="strict", newline="")
    except (EOFError, zlib.error, gzip.BadGzipFile):
        stop(str(path), Text("expected a whole gzip file, this one is damaged"))


class _Bounded(gzip.GzipFile):
    """A gzip file that is refused once it is larger than any honest file of its size."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        super().__init__(fileobj=file, mode="rb")
        self._path = path
        self._most = min(MOST_BYTES, max(SMALL, 100 * path.stat().st_size))

    def _check(self) -> None:
        if self.tell() > self._most:
            text = Text("expected a file that unpacks to what its size lets expect, this one grows without end")
            stop(str(self._path), text)

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(CHUNK if size is None or size < 0 else size)
        self._check()
        return data

    def read1(self, size: int = -1) -> bytes:
        data = super().read1(size)
        self._check()
        return data
