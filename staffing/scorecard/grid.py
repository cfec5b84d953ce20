"""A history cut for comparison: sources beside each other in the same day, queue and part of the day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.history import DAY, History
from forecast.language import Text
from forecast.problem import Problem, Refused
from forecast.season import Season
from staffing.scorecard.interval import Floats, Spread
from staffing.scorecard.measure import MEASURES, Measure
from staffing.scorecard.target import Scale

Codes = NDArray[np.int64]
PARTS = (8, 12, 18)  # hours at which the parts of a day begin: night, morning, afternoon, evening


@dataclass(frozen=True, eq=False)
class Tally:
    """One measure by source and slot: `known` rows that tell it, and the sums its value and spread follow from.

    `missing` counts rows with contacts that do not tell it; `stood_in` known rows whose weight is another column's
    because the measure's own is not told.
    """

    known: Floats
    missing: Floats
    stood_in: Floats
    spread: Spread

    @property
    def of(self) -> Floats:
        """Contacts behind the measure."""
        return self.spread.weight

    @property
    def total(self) -> Floats:
        """Contacts counted, or the sum of the means' contacts times their value."""
        return self.spread.total


@dataclass(frozen=True, eq=False)
class Grid:
    """Sources x slots. A slot is a day, a queue and a part of the day; a stratum holds the slots that are alike.

    Alike are slots of one week and queue, on a workday or a weekend or day off, on a peak day or an ordinary one, in
    the same part of the day. `contacts` is sources x slots, offered; `told` the rows that tell it, `rows` all rows.
    """

    sources: tuple[str, ...]
    queues: tuple[str, ...]
    days: pd.DatetimeIndex
    weeks: pd.DatetimeIndex
    day: Codes
    week: Codes
    queue: Codes
    stratum: Codes
    contacts: Floats
    told: Floats
    rows: Floats
    tallies: Mapping[str, Tally]

    @property
    def strata(self) -> int:
        """How many strata there are."""
        return int(self.stratum.max()) + 1


def grid_of(history: History, season: Season, scale: Scale) -> Grid:
    """The history's rows summed into slots.

    Raises:
        Refused: more contacts are counted than there were, or a satisfaction lies off the scale.
    """
    table = history.table
    _check(table, scale)
    source, sources = pd.factorize(table["source"], sort=True)
    queue, queues = pd.factorize(table["queue"], sort=True)
    start = table["start"].to_numpy().astype("datetime64[s]").astype(np.int64)
    number = start // 86400
    part = np.digitize(start % 86400 // 3600, PARTS) if history.interval < DAY else np.zeros(len(start), dtype=int)

    first = int(number.min())
    first -= (first + 3) % 7  # 1970-01-01 was a Thursday: weeks start on the Monday before
    key = ((number - first) * len(queues) + queue) * (len(PARTS) + 1) + part
    keys, slot = np.unique(key, return_inverse=True)
    day, rest = np.divmod(keys, len(queues) * (len(PARTS) + 1))
    in_queue, in_part = np.divmod(rest, len(PARTS) + 1)
    days = pd.DatetimeIndex((first + np.arange(int(day.max()) + 1)).astype("datetime64[D]").astype("datetime64[s]"))
    week = day // 7

    off = season.off(days) | (season.weekdays(days) >= 5)
    peak = np.stack([season.peaks(days, str(name)) for name in queues])
    alike = ((week * len(queues) + in_queue) * (len(PARTS) + 1) + in_part) * 4 + off[day] * 2 + peak[in_queue, day]
    _, stratum = np.unique(alike, return_inverse=True)

    cells = source * len(keys) + slot
    shape = (len(sources), len(keys))

    def summed(values: Floats) -> Floats:
        return np.bincount(cells, values, minlength=shape[0] * shape[1]).reshape(shape).astype(float)

    offered = table["offered"].to_numpy(dtype=float)
    known = np.isfinite(offered)
    tallies = {name: _tally(table, measure, summed) for name, measure in MEASURES.items()}
    return Grid(
        tuple(map(str, sources)),
        tuple(map(str, queues)),
        days,
        days[::7],
        day.astype(np.int64),
        week.astype(np.int64),
        in_queue.astype(np.int64),
        stratum.astype(np.int64),
        summed(np.where(known, offered, 0.0)),
        summed(known.astype(float)),
        summed(np.ones(len(table))),
        {name: tally for name, tally in tallies.items() if tally is not None},
    )


def _tally(table: pd.DataFrame, measure: Measure, summed: Callable[[Floats], Floats]) -> Tally | None:
    """The measure's sums; None if the history has not the columns for it, or no row tells them."""
    column = measure.count or measure.mean
    if column not in table.columns:
        return None
    columns = [table[c].to_numpy(dtype=float) for c in measure.of if c in table.columns]
    contacts, value = np.full(len(table), np.nan), table[column].to_numpy(dtype=float)
    for figures in columns:
        contacts = np.where(np.isnan(contacts), figures, contacts)
    own = columns[0] if measure.of[0] in table.columns and columns else np.full(len(table), np.nan)
    if measure.is_share:
        value = np.divide(value, contacts, out=np.where(contacts == 0, 0.0, np.nan), where=contacts > 0)
    else:
        value = np.where((contacts == 0) & np.isnan(value), 0.0, value)  # nobody to take the mean over
    known = np.isfinite(contacts) & np.isfinite(value)
    if not known.any():
        return None
    missing = ~known & (table["offered"].to_numpy(dtype=float) > 0) & (np.nan_to_num(contacts, nan=1.0) > 0)
    w, x = np.where(known, contacts, 0.0), np.where(known, value, 0.0)
    sums = (w, w * x, w**2, w**2 * x, w**2 * x**2, (w > 0).astype(float))
    stood_in = known & np.isnan(own) & (contacts > 0)
    return Tally(
        summed(known.astype(float)),
        summed(missing.astype(float)),
        summed(stood_in.astype(float)),
        Spread(*(summed(s) for s in sums)),
    )


def _check(table: pd.DataFrame, scale: Scale) -> None:
    problems = []
    for name, measure in MEASURES.items():
        if measure.is_share and measure.count in table.columns:
            over = table[measure.count] > table[measure.of[0]]
            if over.any():
                row = table[over].iloc[0]
                text = Text(
                    "expected at most the contacts {of}; {count} intervals have more, the first {start} of {queue} "
                    "{source}",
                    of=measure.of[0],
                    count=int(over.sum()),
                    start=f"{row['start']:%Y-%m-%d %H:%M}",
                    queue=row["queue"],
                    source=row["source"],
                )
                problems.append(Problem("history", "-", str(measure.count), text))
        if name == "satisfaction" and name in table.columns:
            off = table[name].notna() & ~table[name].between(scale.worst, scale.best)
            if off.any():
                text = Text(
                    "expected ratings from {worst} to {best}; {count} intervals lie outside, the first has {came}: "
                    "set satisfaction_scale",
                    worst=scale.worst,
                    best=scale.best,
                    count=int(off.sum()),
                    came=float(table.loc[off, name].iloc[0]),
                )
                problems.append(Problem("history", "-", name, text))
    if problems:
        raise Refused(problems)
