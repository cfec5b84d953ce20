"""The planner's hand on a range of a forecast: contacts set, added or multiplied, with a reason and an author.

Overrides are applied in the order they were made, each on what those before it left: a later `set` replaces whatever
stood, `times` multiply one another, `add` adds to what stands. The machine's mean stays beside, as `machine`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from forecast import personal
from forecast.forecast import LEVELS, MACHINE, Forecast
from forecast.history import DAY
from forecast.language import Text
from forecast.problem import Problem, Refused, shown
from forecast.sheet import LIMIT, RUNS

Kind = Literal["set", "times", "add"]
KINDS: tuple[str, ...] = get_args(Kind)
MOST = LIMIT - 1  # contacts a day
MOST_TIMES = 1000.0
LONGEST = 500  # characters of a reason
DIGITS = 6  # of an amount, as files have it
YEARS = (1990, 2199)
KEY = re.compile(r"\w[\w.]{0,39}")
GUARDED = re.compile(rf"'(?=[{re.escape(''.join(RUNS))}])")  # how a formula is written where spreadsheets read


@dataclass(frozen=True)
class Override:
    """A planner's word on the contacts of `queue` ('' for all together) from `start` up to, not including, `end`.

    `set`: the range has `amount` contacts a day; `add`: so many more a day, fewer where below 0; `times`: a factor.
    The number of a day is shared among its intervals, and among the queues, in the machine's proportion. A range that
    begins or ends within a day is of that day alone, unless it is a factor. `at` is wall time.

    Raises:
        Refused: every fault, by the name of its field.
    """

    key: str
    queue: str
    start: pd.Timestamp
    end: pd.Timestamp
    kind: str
    amount: float
    reason: str
    author: str
    at: pd.Timestamp

    def __post_init__(self) -> None:
        for name in ("reason", "author"):
            object.__setattr__(self, name, plain(getattr(self, name)))
        object.__setattr__(self, "amount", round(float(self.amount), DIGITS) + 0.0)
        for name in ("start", "end", "at"):
            object.__setattr__(self, name, pd.Timestamp(getattr(self, name)).as_unit("s"))
        found = [*signed_faults(self.key, self.reason, self.author), *self._faults()]
        if found:
            raise Refused(Problem("override", "-", column, text) for column, text in found)

    def _faults(self) -> Iterator[tuple[str, Text]]:
        if self.queue.startswith(RUNS) or not self.queue.isprintable() or self.queue != self.queue.strip():
            yield "queue", Text("expected a name that no spreadsheet would run as a formula")
        if self.kind not in KINDS:
            yield "kind", Text("expected one of {options}, came {came}", options=", ".join(KINDS), came=self.kind)
        whole = self.start == self.start.normalize() and self.end == self.end.normalize()
        if self.end <= self.start:
            yield "end", Text("expected an end that is not before the start")
        elif not whole and self.kind != "times" and self.end > self.start.normalize() + DAY:
            text = Text(
                "expected whole days, or hours of one day: a number a day of parts of days would say too little"
            )
            yield "end", text
        least = -MOST if self.kind == "add" else 0.0
        most = MOST_TIMES if self.kind == "times" else MOST
        if not least <= self.amount <= most:  # a NaN is not between them either
            bounds = {"low": f"{least:.0f}", "high": f"{most:.0f}", "came": shown(self.amount)}
            yield "amount", Text("expected a number from {low} to {high}, came {came}", **bounds)

    @property
    def days(self) -> str:
        """The range as files and readers have it: first and last day, or the moments where it is of hours."""
        first, last = self.limits
        return first if first == last else f"{first} – {last}"

    @property
    def limits(self) -> tuple[str, str]:
        """Start and end as files have them: a day is included whole, a moment is where the range ends."""
        if self.start == self.start.normalize() and self.end == self.end.normalize():
            return f"{self.start:%Y-%m-%d}", f"{self.end - DAY:%Y-%m-%d}"
        clock = "%Y-%m-%d %H:%M" if self.start.second == self.end.second == 0 else "%Y-%m-%d %H:%M:%S"
        return f"{self.start:{clock}}", f"{self.end:{clock}}"

    @property
    def said(self) -> Text:
        """What it does, by whom and why."""
        facts: dict[str, object] = {
            "queue": self.queue or Text("every queue"),
            "days": self.days,
            "amount": self.amount,
            "author": self.author,
            "reason": self.reason,
        }
        if self.kind == "set":
            return Text("{queue}, {days}: set to {amount:,.10g} a day by {author} ({reason})", **facts)
        if self.kind == "add":
            return Text("{queue}, {days}: {amount:+,.10g} a day by {author} ({reason})", **facts)
        return Text("{queue}, {days}: x {amount:.10g} by {author} ({reason})", **facts)

    def touches(self, table: pd.DataFrame) -> np.ndarray:
        """Which rows (start, queue) begin within the range."""
        inside = (table["start"] >= self.start) & (table["start"] < self.end)
        return np.asarray(inside & ((table["queue"] == self.queue) | (self.queue == "")), dtype=bool)


def plain(text: str) -> str:
    """`text` on one line, without the apostrophe that a file puts before what a spreadsheet would run.

    >>> plain("  live   stream "), plain("'=1+1"), plain("'s Gravenhage")
    ('live stream', '=1+1', "'s Gravenhage")
    """
    words = " ".join(text.split())
    return words[1:] if GUARDED.match(words) else words


def signed_faults(key: str, reason: str, author: str) -> Iterator[tuple[str, Text]]:
    """What is wrong with the key and the signature of an entry of a ledger, by field."""
    if not KEY.fullmatch(key):
        yield "key", Text("expected letters and digits, 40 at most, came {came}", came=shown(key))
    nothing = {"reason": Text("expected a reason, found none"), "author": Text("expected an author, found none")}
    for column, words in (("reason", reason), ("author", author)):
        if not words:
            yield column, nothing[column]
        elif len(words) > LONGEST or not words.isprintable():
            yield column, Text("expected one line of at most {most} characters", most=LONGEST)
    if author.startswith(RUNS):
        yield "author", Text("expected a name that no spreadsheet would run as a formula")
    if personal.content(reason):
        yield "reason", Text("a cell not repeated here: it looks like customer data")


def overridden(forecast: Forecast, overrides: Iterable[Override]) -> Forecast:
    """The forecast under `overrides`, in their order; the forecast itself where they change nothing of it.

    Its tables have `machine`, the mean before. Quantiles move in proportion to the mean; where nothing was expected,
    as wide as the queue's other days are. Days are the sums of their intervals. An override that names a queue or
    hours this forecast does not have is a warning, not an error: a ledger outlives the forecasts it was made for.
    """
    table = forecast.table
    stands = table["mean"].to_numpy(dtype=float)
    machine = table[MACHINE].to_numpy(dtype=float) if MACHINE in table else stands
    mean, said = stands.copy(), []
    for one in overrides:
        rows = one.touches(table)
        if rows.any():
            mean[rows] = _changed(one, table, rows, machine, mean)
            said.append(one.said)
        elif (doubt := _doubt(one, forecast)) is not None:
            said.append(doubt)
    if (mean == stands).all():
        return forecast if not said else replace(forecast, warnings=(*forecast.warnings, *said))
    by_day = None
    if forecast.by_day is not None:
        by_day = _moved(forecast.by_day, *_by_day(forecast.by_day, table, stands, mean))
    warnings = (*forecast.warnings, *said)
    return replace(forecast, table=_moved(table, stands, mean), by_day=by_day, warnings=warnings)


def _changed(
    one: Override, table: pd.DataFrame, rows: np.ndarray, machine: np.ndarray, stands: np.ndarray
) -> np.ndarray:
    """The means of the touched `rows` under one override."""
    if one.kind == "times":
        return np.asarray(stands[rows] * one.amount)
    day, _ = pd.factorize(table["start"][rows].dt.normalize())
    now = np.bincount(day, stands[rows])
    wanted = np.full_like(now, one.amount) if one.kind == "set" else np.maximum(now + one.amount, 0.0)
    # where nothing is expected, the queue's usual hours; where it never has any, evenly
    shares = _shares(day, machine[rows] if one.kind == "set" else stands[rows])
    for fallback in (machine[rows], _usual(table, machine)[rows], np.ones(len(day))):
        shares = np.where(np.isfinite(shares), shares, _shares(day, fallback))
    return np.asarray(wanted[day] * shares)


def _shares(day: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Each row's share of its day; NaN on days without any."""
    total = np.bincount(day, of)[day]
    return np.asarray(np.divide(of, total, out=np.full(len(of), np.nan), where=total > 0))


def _usual(table: pd.DataFrame, machine: np.ndarray) -> np.ndarray:
    """What the machine expects of each row's queue at that time of day, on average over the forecast."""
    clock = table["start"] - table["start"].dt.normalize()
    groups = pd.Series(machine, index=table.index).groupby([table["queue"], clock], observed=True)
    return np.asarray(groups.transform("mean"), dtype=float)


def _by_day(days: pd.DataFrame, table: pd.DataFrame, before: np.ndarray, after: np.ndarray) -> list[np.ndarray]:
    """The sums of the intervals on each of `days`, before and after."""
    keys = [table["queue"].astype(str), table["start"].dt.normalize()]
    index = pd.MultiIndex.from_arrays([days["queue"].astype(str), days["start"]])
    sums = (pd.Series(mean, index=table.index).groupby(keys).sum() for mean in (before, after))
    return [one.reindex(index, fill_value=0.0).to_numpy(dtype=float) for one in sums]


def _moved(table: pd.DataFrame, before: np.ndarray, after: np.ndarray) -> pd.DataFrame:
    """A table whose rows have gone from `before` to `after`; a row that has not keeps its very figures."""
    out = table.copy()
    if MACHINE not in out:
        out[MACHINE] = out["mean"]
    changed = after != before
    ratio = np.divide(after, before, out=np.ones_like(after), where=changed & (before > 0))
    columns = ["mean", *LEVELS]
    out[columns] = out[columns].mul(ratio, axis=0)
    opened = changed & (before <= 0)  # nothing was expected: no spread of its own to keep
    if opened.any():
        spread = table.groupby("queue", observed=True)[columns].transform("sum")
        spread = spread.div(spread["mean"].where(spread["mean"] > 0), axis=0).fillna(1.0)
        out.loc[opened, columns] = spread.loc[opened].mul(after[opened], axis=0)
    return out


def _doubt(one: Override, forecast: Forecast) -> Text | None:
    """Why an override changes nothing here, where that may surprise."""
    if one.queue and one.queue not in forecast.queues:
        return Text("override {key} changes nothing: the forecast has no queue {queue}", key=one.key, queue=one.queue)
    first, last = forecast.table["start"].min(), forecast.table["start"].max()
    if one.end <= first or one.start > last:
        return None  # of another season
    return Text("override {key} changes nothing: no interval of the forecast begins in its range", key=one.key)
