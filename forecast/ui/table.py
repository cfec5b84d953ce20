"""Tables as HTML: every cell escaped, every word in the page's language, wide ones scroll inside their own box."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import pandas as pd

Format = Callable[[Any], str]


def html(
    table: pd.DataFrame,
    headings: Mapping[str, str],
    formats: Mapping[str, Format],
    height: int | None = None,
    strong: int | None = None,
) -> str:
    """The columns named in `headings`, in that order; figures, the columns with a format, to the right, dates apart.

    height: most pixels before the body scrolls; strong: the row (by position) to stress, such as a total.

    >>> html(pd.DataFrame({"n": [1234]}), {"n": "Count"}, {"n": "{:,}".format}).count("1,234")
    1
    """
    right = {c for c in formats if not pd.api.types.is_datetime64_any_dtype(table[c])}
    head = "".join(_cell("th", c in right, escape(said)) for c, said in headings.items())
    rows = []
    for place, row in enumerate(table[list(headings)].itertuples(index=False)):
        cells = "".join(
            _cell("td", c in right, escape(formats[c](v) if c in formats else str(v)))
            for c, v in zip(headings, row, strict=True)
        )
        rows.append(f"<tr{' class=strong' if place == strong else ''}>{cells}</tr>")
    box = f' style="max-height:{height}px"' if height else ""
    inside = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<div class="ps-scroll" tabindex="0"{box}><table>{inside}</table></div>'


def _cell(tag: str, figure: bool, content: str) -> str:
    return f"<{tag}{' class=n' if figure else ''}>{content}</{tag}>"


def sentences(lines: list[str], kind: str = "plain") -> str:
    """Sentences one below the other; kind: plain, warn or bad.

    >>> sentences(["<b>"])
    '<ul class="ps-list ps-plain"><li>&lt;b&gt;</li></ul>'
    """
    return f'<ul class="ps-list ps-{kind}">' + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def cards(figures: list[tuple[str, str, str]]) -> str:
    """Key figures: what, how much, and a word on it.

    >>> cards([("Seats", "120", "week of 2026-06-08")]).count("120")
    1
    """
    one = '<div class="ps-card"><span>{}</span><b>{}</b><span>{}</span></div>'
    return f'<div class="ps-cards">{"".join(one.format(*map(escape, figure)) for figure in figures)}</div>'


def lead(line: str) -> str:
    """The sentence a page begins with.

    >>> lead("A")
    '<p class="ps-lead">A</p>'
    """
    return f'<p class="ps-lead">{escape(line)}</p>'


def note(line: str) -> str:
    """A sentence in small print.

    >>> note("A")
    '<p class="ps-note">A</p>'
    """
    return f'<p class="ps-note">{escape(line)}</p>'
