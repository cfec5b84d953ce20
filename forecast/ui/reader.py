"""The one who reads: sentences, figures and dates as that reader knows them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from forecast.language import Language, Text

NOTHING = "–"
WEEKDAYS = (Text("Mon"), Text("Tue"), Text("Wed"), Text("Thu"), Text("Fri"), Text("Sat"), Text("Sun"))
MARKDOWN = re.compile(r"([\\`*_\[\]<>~$:|#])")


@dataclass(frozen=True)
class Reader:
    """Says messages in `language`, and names as `labels` has them.

    >>> t = Reader("en", {"phone": "Phone"})
    >>> t("{count} days", count=3), t.number(1234.4), t.money(1234.5), t.name("phone")
    ('3 days', '1,234', '¥1,234.50', 'Phone')
    """

    language: Language
    labels: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, message: str, **values: object) -> str:
        """The message in the reader's language."""
        return Text(message, **values).say(self.language)

    def say(self, text: Text) -> str:
        """The sentence in the reader's language."""
        return text.say(self.language)

    def name(self, key: str) -> str:
        """A queue or source as the reader knows it."""
        return self.labels.get(key, key)

    def number(self, value: float, digits: int = 0) -> str:
        """A figure with thousands separated; a dash where it is unknown."""
        return f"{value:,.{digits}f}" if math.isfinite(value) else NOTHING

    def signed(self, value: float, digits: int = 0) -> str:
        """A figure with its sign; 0 has none."""
        if not math.isfinite(value):
            return NOTHING
        rounded = round(value, digits)
        return f"{rounded:+,.{digits}f}".replace("-", "−") if rounded else f"{0:.{digits}f}"

    def percent(self, share: float, digits: int = 0) -> str:
        """A share as a percentage."""
        return f"{share:.{digits}%}" if math.isfinite(share) else NOTHING

    def money(self, cny: float, digits: int = 2) -> str:
        """An amount in CNY."""
        if not math.isfinite(cny):
            return NOTHING
        return f"{'−' if round(cny, digits) < 0 else ''}¥{abs(cny):,.{digits}f}"

    def date(self, day: pd.Timestamp) -> str:
        """A day."""
        return f"{pd.Timestamp(day):%Y-%m-%d}"

    def weekday(self, day: pd.Timestamp) -> str:
        """A day with its weekday."""
        return f"{pd.Timestamp(day):%Y-%m-%d} {self.say(WEEKDAYS[pd.Timestamp(day).weekday()])}"


def plain(text: str) -> str:
    """`text` for a place that reads Markdown, so that a user's label stays what it is.

    >>> plain("*A* [x]")
    '\\\\*A\\\\* \\\\[x\\\\]'
    """
    return MARKDOWN.sub(r"\\\1", text)
