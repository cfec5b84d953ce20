"""Files -> values: a history and a list of events, or every problem by file, row and column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.event import KINDS, RESPONDS, Event, Events
from forecast.history import COLUMNS, DAY, History
from forecast.ingest.check import STEPS, coarser_days, commonest
from forecast.language import Text
from forecast.problem import Problem, Refused
from forecast.sheet import Sheet

NEEDED = ("start", "queue", "offered")
NUMBERS = (
    "offered",
    "handled",
    "abandoned",
    "aht_s",
    "first_response_s",
    "resolved",
    "satisfaction",
    "bot_deflected",
    "in_time",
    "replied",
    "rated",
)
KNOWN = (*NEEDED, "source", *NUMBERS[1:], "site")
EVENT_NEEDED = ("name", "kind", "start", "end")
EVENT_KNOWN = (*EVENT_NEEDED, "queue", "note", "size", "like")


def read_history(path: Path) -> History:
    """The history in a canonical CSV file (UTF-8 with or without mark, plain or .gz).

    Raises:
        Refused: every problem of the file.
    """
    sheet = Sheet(path, KNOWN, NEEDED)
    raw = sheet.rows
    table = pd.DataFrame({"start": sheet.dates("start"), "queue": sheet.words("queue")})
    table["source"] = sheet.words("source", optional=True)
    for column in NUMBERS:
        if column in raw:
            table[column] = sheet.numbers(column)
        elif column in COLUMNS:
            table[column] = np.nan
    if "site" in raw:
        table["site"] = sheet.words("site", optional=True)
    for part in ("handled", "abandoned"):
        sheet.wrong(part, table[part] > table["offered"], Text("expected at most the contacts offered"), raw.get(part))
    sheet.unique(table, ["start", "queue", "source"])
    sound = table[table["start"].notna() & (table["queue"] != "")]
    step = _interval(sheet, sound) if len(sound) else DAY
    sheet.close()
    order = [*COLUMNS, *(c for c in (*NUMBERS, "site") if c in raw and c not in COLUMNS)]
    return History(table.sort_values(["queue", "source", "start"], ignore_index=True)[order], step)


def joined(histories: Sequence[History], names: Sequence[str]) -> History:
    """Several files as one history: other queues, other sources or other months. `names` tell whose a problem is.

    Raises:
        Refused: another interval than the first file's, or an interval told twice.
    """
    step = histories[0].interval
    other = Text("expected rows {expected} apart as in {first}", expected=str(step), first=names[0])
    problems = [Problem(n, "-", "start", other) for h, n in zip(histories, names, strict=True) if h.interval != step]
    parts = [h.table.assign(file=n) for h, n in zip(histories, names, strict=True)]
    table = pd.concat(parts, ignore_index=True)
    keys = ["queue", "source", "start"]
    again = table.duplicated(keys)
    for name, rows in table[again].groupby("file", sort=False):
        key = rows.iloc[0]
        text = Text(
            "{count} intervals are in an earlier file too, the first {start} of {queue} {source}",
            count=len(rows),
            start=f"{key['start']:%Y-%m-%d %H:%M}",
            queue=key["queue"],
            source=key["source"],
        )
        problems.append(Problem(str(name), "-", "start", text))
    if problems:
        raise Refused(problems)
    return History(table.drop(columns="file").sort_values(keys, ignore_index=True), step)


def read_events(path: Path) -> Events:
    """The planner's events in a CSV file; an empty `end` means one day, an empty `queue` every queue.

    Raises:
        Refused: every problem of the file.
    """
    sheet = Sheet(path, EVENT_KNOWN, EVENT_NEEDED, may_be_empty=True)
    raw = sheet.rows
    names, start = sheet.words("name"), sheet.dates("start").dt.normalize()
    end = sheet.dates("end", optional=True).dt.normalize()
    end = end.where(raw["end"] != "", start)
    kinds = Text("expected one of {kinds}", kinds=", ".join(KINDS))
    sheet.wrong("kind", ~raw["kind"].isin(KINDS), kinds, raw["kind"])
    sheet.wrong("end", end < start, Text("expected a day not before the start"), raw["end"])
    size = sheet.numbers("size") if "size" in raw else pd.Series(np.nan, index=raw.index)
    sheet.wrong("size", size >= 1000, Text("expected a factor below 1000; 1.3 is 30% above ordinary"), raw.get("size"))
    like = sheet.words("like", optional=True)
    respond = Text("only a {kinds} can be like another", kinds=", ".join(RESPONDS))
    sheet.wrong("like", (like != "") & raw["kind"].isin(set(KINDS) - set(RESPONDS)), respond, raw["kind"])
    sheet.close()
    queue, note = sheet.words("queue", optional=True), sheet.words("note", optional=True)
    rows = zip(names, sheet.words("kind"), start, end, queue, note, size, like, raw.index, strict=True)
    return Events.of(
        Event(n, k, s, e, q, t, None if np.isnan(z) else float(z), a, int(r)) for n, k, s, e, q, t, z, a, r in rows
    )


def _interval(sheet: Sheet, table: pd.DataFrame) -> pd.Timedelta:
    """The step of the history; rows off its grid, and queues or days of another step, are problems."""
    ordered = table.sort_values(["queue", "source", "start"])
    series = ordered.groupby(["queue", "source"], sort=False)
    gap = series["start"].diff()
    gaps = gap.dropna()
    gaps = gaps[gaps > pd.Timedelta(0)]
    step = commonest(gaps)
    midnight = bool((ordered["start"] == ordered["start"].dt.normalize()).all())
    if midnight and (gaps.empty or DAY < step < 7 * DAY):
        return DAY  # days with gaps; that a queue is closed on some weekdays is for the history to see
    if midnight and step >= 7 * DAY:
        text = Text("expected a row a day at least, rows are {days} days apart", days=step.days)
        sheet.problems.append((int(ordered.index[0]), Problem(sheet.file, int(ordered.index[0]), "start", text)))
        return DAY
    if step not in STEPS:
        text = Text("expected rows a regular 5 minutes to one day apart, most are {step} apart", step=str(step))
        sheet.problems.append((int(ordered.index[0]), Problem(sheet.file, int(ordered.index[0]), "start", text)))
        return DAY
    expected = Text("expected a start on the grid of {minutes} minutes", minutes=int(step.total_seconds() // 60))
    since_midnight = ordered["start"] - ordered["start"].dt.normalize()
    off = since_midnight % step != pd.Timedelta(0)
    sheet.wrong("start", off, expected, sheet.rows["start"])
    mixed = coarser_days(ordered, step)
    coarser = Text(
        "mixed intervals: rows of this day are further apart than {minutes} minutes", minutes=expected.values[0][1]
    )
    sheet.wrong("start", mixed & ~off, coarser, sheet.rows["start"])
    return step
