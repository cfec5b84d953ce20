"""The truth behind the files: what came in each interval, and how the usual tools write it down."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.exports.case import NAN, Row

ZH = ["日期", "时段", "咨询量", "接待量", "放弃量", "平均处理时长(秒)"]
EN = ["Date", "Interval", "Offered", "Handled", "Abandoned", "AHT (s)"]


@dataclass(frozen=True)
class Fact:
    """What came in the interval from `start`, `minutes` long."""

    start: datetime
    offered: int
    handled: int
    abandoned: int
    aht: int
    minutes: int = 30
    queue: str | None = None
    source: str | None = None

    @property
    def end(self) -> datetime:
        """The end of the interval."""
        return self.start + timedelta(minutes=self.minutes)

    def row(self, **change: object) -> Row:
        """The canonical row, some of it changed."""
        start = f"{self.start:%Y-%m-%d %H:%M}"
        row = Row(start, self.offered, self.handled, self.abandoned, self.aht, self.queue, self.source)
        return replace(row, **change)  # type: ignore[arg-type]

    @property
    def numbers(self) -> list[str]:
        """Offered, handled, abandoned and handle time as plain digits."""
        return [str(self.offered), str(self.handled), str(self.abandoned), str(self.aht)]


def day(
    first: str = "2024-05-13 09:00",
    count: int = 18,
    minutes: int = 30,
    seed: int = 0,
    scale: int = 1,
    queue: str | None = None,
    source: str | None = None,
) -> list[Fact]:
    """Facts of consecutive intervals from `first`; `seed` varies the numbers, `scale` their size."""
    start = datetime.fromisoformat(first)
    facts = []
    for i in range(count):
        offered = (14 + (i * 37 + seed * 11) % 29) * scale + (i * 13) % 7
        abandoned = (i * 7 + seed) % 4
        moment = start + timedelta(minutes=minutes * i)
        aht = 240 + (i * 53 + seed * 17) % 120
        facts.append(Fact(moment, offered, offered - abandoned, abandoned, aht, minutes, queue, source))
    return facts


def days(first: str = "2024-05-13", count: int = 14, seed: int = 0, scale: int = 20, **more: str | None) -> list[Fact]:
    """Facts of consecutive whole days."""
    return day(f"{first} 00:00", count, 1440, seed, scale, **more)


def rows(facts: Iterable[Fact], **change: object) -> list[Row]:
    """The canonical rows of facts."""
    return [f.row(**change) for f in facts]


def only_offered(facts: Iterable[Fact]) -> list[Row]:
    """The canonical rows of facts of which the file tells only the contacts offered."""
    return rows(facts, handled=NAN, abandoned=NAN, aht_s=NAN)


def span(fact: Fact, dash: str = "-", style: Callable[[datetime], str] = lambda t: f"{t:%H:%M}") -> str:
    """The interval as a label; midnight at its end is written 24:00."""
    end = style(fact.end)
    if (fact.end.hour, fact.end.minute) == (0, 0):
        end = end.replace("00:00", "24:00", 1)
    return f"{style(fact.start)}{dash}{end}"


def ymd(moment: datetime) -> str:
    """2024-05-13."""
    return f"{moment:%Y-%m-%d}"


def excel(moment: datetime) -> str:
    """2024/5/13, as Excel in China writes a date to CSV."""
    return f"{moment.year}/{moment.month}/{moment.day}"


def lines(facts: Iterable[Fact], date: Callable[[datetime], str] = ymd, dash: str = "-") -> list[list[str]]:
    """Facts as rows of cells: date, label, the four numbers."""
    return [[date(f.start), span(f, dash), *f.numbers] for f in facts]


def daily(facts: Iterable[Fact], date: Callable[[datetime], str] = ymd) -> list[list[str]]:
    """Facts of days as rows of cells: date, the four numbers."""
    return [[date(f.start), *f.numbers] for f in facts]


def text(
    table: Sequence[Sequence[str]],
    sep: str = ",",
    end: str = "\r\n",
    encoding: str = "utf-8",
    quote: int = csv.QUOTE_MINIMAL,
) -> bytes:
    """A table as a delimited file."""
    out = io.StringIO()
    csv.writer(out, delimiter=sep, lineterminator=end, quoting=quote).writerows(table)  # type: ignore[arg-type]
    return out.getvalue().encode(encoding)


def usual(facts: Iterable[Fact], heading: Sequence[str] = ZH, **more: object) -> bytes:
    """The most ordinary export: date, label, numbers."""
    return text([list(heading), *lines(facts)], **more)  # type: ignore[arg-type]


def spoilt(
    facts: Sequence[Fact], row: int, column: int, cell: str, heading: Sequence[str] = ZH, **more: object
) -> bytes:
    """The most ordinary export with one cell replaced; `row` as a spreadsheet counts, `column` from 0."""
    table = [list(heading), *lines(facts)]
    table[row - 1][column] = cell
    return text(table, **more)  # type: ignore[arg-type]
