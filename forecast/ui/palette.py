"""Colours: one accent, and the same colour for the same queue or source on every page."""

from __future__ import annotations

from collections.abc import Iterable

ACCENT = "#2f6f57"
INK = "#1b2a24"
SOFT = "#5d6b65"
LINE = "#e3e8e5"
MARK = "#b7791f"
WARN = "#b0563f"
SOURCES = ("#2f6f57", "#d98e32", "#5b7db1", "#a85c7a", "#7a8b3c", "#6b6b6b")
QUEUES = ("#1f6f8b", "#c2623f", "#7d67a8", "#9a8a2f", "#4f8a6f", "#b06a8f")
GREENS = ("#f3f7f5", "#c9dfd5", "#8fbfa9", "#4f9177", "#2f6f57", "#163d2f")


def colours(names: Iterable[str], palette: tuple[str, ...]) -> dict[str, str]:
    """A colour for each name, in order; the palette starts again when it ends.

    >>> colours(["a", "b"], ("red", "green"))
    {'a': 'red', 'b': 'green'}
    """
    return {name: palette[place % len(palette)] for place, name in enumerate(names)}
