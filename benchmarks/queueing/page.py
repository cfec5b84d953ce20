"""A page of the documentation in the making: sections of text and tables, as Markdown."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True)
class Section:
    """A heading, and under it paragraphs and tables in order; `misses` are the limits that this run did not meet."""

    title: str
    parts: tuple[str, ...]
    misses: tuple[str, ...] = ()

    def markdown(self) -> str:
        """The section as Markdown."""
        missed = ["Missed limits:\n\n" + "\n".join(f"- {miss}" for miss in self.misses)] if self.misses else []
        return "\n\n".join([f"## {self.title}", *self.parts, *missed]) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table: the first column is text, the others are numbers."""
    lines = ["| " + " | ".join(columns) + " |", "| --- |" + " ---: |" * (len(columns) - 1)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def machine() -> str:
    """What the figures were measured on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "pandas", "numba"))
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {packages}"


def progress(text: str) -> None:
    """Say on standard error what is going on."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@contextmanager
def timed(text: str) -> Iterator[None]:
    """Say what begins, and how long it took."""
    begun = time.perf_counter()
    progress(f"{text} ...")
    yield
    progress(f"{text}: {time.perf_counter() - begun:.0f} s")


def points(share: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    return f"{100 * share:+.1f}"
