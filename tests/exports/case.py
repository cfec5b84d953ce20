"""One export as a planner might receive it, and what a careful analyst would say it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

NAN = float("nan")
Value = float | tuple[float, ...] | None
"""A number; NAN: must be unknown; a tuple: any one of these; None: not checked."""


@dataclass(frozen=True)
class Row:
    """One canonical row. `queue` and `source` are None where the file does not say (not checked)."""

    start: str
    offered: Value
    handled: Value = NAN
    abandoned: Value = NAN
    aht_s: Value = NAN
    queue: str | None = None
    source: str | None = None
    more: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True)
class Place:
    """Where a problem may be named: `row` as a spreadsheet counts, `column` by its heading; None: anywhere."""

    row: int | None = None
    column: str | None = None


ANYWHERE = (Place(),)


@dataclass(frozen=True)
class Case:
    """A file and its verdict.

    `rows`: what must be read; `places`: where a refusal must point (one of them, or every one of them with `every`).
    Both given: either answer is right, anything else is wrong. `sure` is False where careful people may differ,
    and `why` says why. `hostile` files are read in a process of their own, whose memory is measured.
    `secrets` are customer data that may not appear in the result. `zeros`: further rows without contacts may be added.
    """

    name: str
    filename: str
    make: Callable[[], bytes]
    rows: tuple[Row, ...] | None
    places: tuple[Place, ...] = ()
    why: str = ""
    sure: bool = True
    every: bool = False
    hostile: bool = False
    secrets: tuple[str, ...] = ()
    zeros: bool = False

    @cached_property
    def content(self) -> bytes:
        """The file's bytes."""
        return self.make()


def made(content: bytes | Callable[[], bytes]) -> Callable[[], bytes]:
    """Content that is given, or made when it is asked for."""
    return content if callable(content) else lambda: content


class Shelf(list[Case]):
    """The cases of one theme, in the order they are added."""

    def __init__(self, theme: str) -> None:
        super().__init__()
        self.theme = theme

    def good(
        self,
        name: str,
        filename: str,
        content: bytes | Callable[[], bytes],
        rows: object,
        why: str = "",
        **more: object,
    ) -> None:
        """Add a file that must be read as `rows`."""
        self.append(Case(f"{self.theme}-{name}", filename, made(content), tuple(rows), (), why, **more))  # type: ignore

    def bad(
        self,
        name: str,
        filename: str,
        content: bytes | Callable[[], bytes],
        places: object = ANYWHERE,
        why: str = "",
        **more: object,
    ) -> None:
        """Add a file that must be refused, naming one of `places`."""
        places = tuple(p if isinstance(p, Place) else Place(*p) for p in places)  # type: ignore
        self.append(Case(f"{self.theme}-{name}", filename, made(content), None, places, why, **more))  # type: ignore

    def either(
        self,
        name: str,
        filename: str,
        content: bytes | Callable[[], bytes],
        rows: object,
        why: str,
        places: object = ANYWHERE,
        sure: bool = True,
        **more: object,
    ) -> None:
        """Add a file that may be refused, but if it is read, then as `rows`."""
        places = tuple(p if isinstance(p, Place) else Place(*p) for p in places)  # type: ignore
        self.append(
            Case(f"{self.theme}-{name}", filename, made(content), tuple(rows), places, why, sure, **more)  # type: ignore
        )
