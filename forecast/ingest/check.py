"""Whole tables checked: rows told twice, intervals that overlap or have another step, parts larger than the whole."""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd

from forecast.history import DAY
from forecast.ingest.fault import Faults, got
from forecast.language import Text

STEPS = tuple(pd.Timedelta(minutes=m) for m in (5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440))
IMPORTED = tuple(s for s in STEPS if s <= pd.Timedelta(hours=1) or s == DAY)
ALL = frozenset({"all", "全部", "所有", "总体", "overall", "全部队列", "所有队列", "all queues", "全渠道", "全业务"})
PARTS = ("handled", "abandoned", "resolved", "replied", "in_time")


def commonest(gaps: pd.Series) -> pd.Timedelta:
    """The commonest gap; the smaller one of two as common. A day when there is none."""
    counts = gaps.value_counts()
    if counts.empty:
        return DAY
    return pd.Timedelta(min(counts.index[counts == counts.max()]))


def coarser_days(ordered: pd.DataFrame, step: pd.Timedelta) -> pd.Series:
    """First rows of days told in a coarser step than the file: a day's sum at midnight, hours among half-hours."""
    if step == DAY:
        return pd.Series(False, index=ordered.index)
    day = ordered["start"].dt.normalize()
    keys = [ordered["queue"], ordered["source"], day]
    groups = ordered.groupby(keys, sort=False)["start"]
    count = groups.transform("size")
    least = ordered.groupby(keys, sort=False)["start"].diff().groupby(keys, sort=False).transform("min")
    usual = count.groupby([ordered["queue"], ordered["source"]], sort=False).transform("median")
    alone = (count == 1) & (ordered["start"] == day) & (usual != 1)
    sparse = (count >= 4) & (least >= 2 * step) & (count <= DAY / step / 2)
    series = [ordered["queue"], ordered["source"]]
    daily = (count == 1) & (ordered["start"] == day) & (usual == 1) & (DAY / step > 1)
    whole = daily & (daily.groupby(series, sort=False).transform("sum") > 1)  # a queue told by the day only
    first = ~ordered.assign(day=day).duplicated(["queue", "source", "day"])
    return cast("pd.Series[bool]", (alone | sparse | whole) & first)


def step_of(table: pd.DataFrame, clocked: bool, told: int, faults: Faults) -> pd.Timedelta | None:
    """The step of the rows: what the profile told (minutes, 0 nothing), the labels' length, or the commonest gap; None
    where that is none.

    `table`: start, until (NaT unknown), queue, source, part, row, head.
    """
    ordered = table.sort_values(["queue", "source", "start"], kind="stable")
    gap = ordered.groupby(["queue", "source"], sort=False)["start"].diff()
    gaps = gap[gap > pd.Timedelta(0)]
    lengths = (ordered["until"] - ordered["start"]).dropna()
    first = ordered.iloc[0]
    if told:
        step = pd.Timedelta(minutes=told)
    elif len(lengths) and clocked:
        step = commonest(lengths)
        if step not in IMPORTED and step + pd.Timedelta(minutes=1) in IMPORTED:
            step += pd.Timedelta(minutes=1)  # 09:00-09:29
    elif not clocked:
        step = DAY
        if len(gaps) and gaps.min() >= 7 * DAY:
            text = Text("expected a row a day at least, rows are {days} days apart", days=commonest(gaps).days)
            _add(first, text, faults)
    elif gaps.empty:
        text = Text("one time alone tells no interval: say the interval's minutes in a profile")
        if (ordered["start"] == ordered["start"].dt.normalize()).all():
            return DAY
        _add(first, text, faults)
        return None
    else:
        step = commonest(gaps)
        midnight = bool((ordered["start"] == ordered["start"].dt.normalize()).all())
        if midnight and DAY <= step < 7 * DAY:
            return DAY
    if step not in IMPORTED:
        text = Text(
            "expected intervals of 5, 10, 15, 20, 30 or 60 minutes, or days; most are {step} long", step=str(step)
        )
        _add(first, text, faults)
        return None
    return step


def _add(row: pd.Series, text: Text, faults: Faults) -> None:
    """A problem of the whole table, told at its first row; rows that could not be read may be its only cause."""
    if not faults:
        faults.add(row["part"], int(row["row"]), row["head"], text)


def grid(table: pd.DataFrame, step: pd.Timedelta, faults: Faults) -> None:
    """Rows off the grid of the step, labels of another length, days told in a coarser step are problems."""
    minutes = int(step.total_seconds() // 60)
    length = table["until"] - table["start"]
    inclusive = bool((length.dropna() == step - pd.Timedelta(minutes=1)).all())
    minute = pd.Timedelta(minutes=1)
    to_midnight = (length == step - minute) & (
        table["until"].dt.normalize() != (table["until"] + minute).dt.normalize()
    )
    other = length.notna() & (length != step) & ~inclusive & ~to_midnight  # 23:30-23:59 is the last half-hour
    _each(table, other, faults, Text("expected an interval of {minutes} minutes as in the other rows", minutes=minutes))
    since = table["start"] - table["start"].dt.normalize()
    off = (since % step != pd.Timedelta(0)) & ~other
    _each(table, off, faults, Text("expected a start on the grid of {minutes} minutes", minutes=minutes))
    ordered = table[~(off | other)].sort_values(["queue", "source", "start"], kind="stable")
    if len(ordered):
        mixed = coarser_days(ordered[["start", "queue", "source"]], step)
        text = Text("mixed intervals: rows of this day are further apart than {minutes} minutes", minutes=minutes)
        _each(ordered, mixed & ordered["until"].isna(), faults, text)


def repeats(table: pd.DataFrame, faults: Faults) -> None:
    """Rows that repeat the start, queue and source of an earlier row are problems."""
    keys = ["start", "queue", "source"]
    again = table.duplicated(keys)
    if not again.any():
        return
    first = table[~again].set_index(keys)[["part", "row"]]
    rows = table[again]
    for at, (_, row) in enumerate(rows.iterrows()):
        if at > 50:
            break
        part, number = first.loc[tuple(row[keys])]
        if part == row["part"]:
            text = Text("repeats start, queue and source of row {first}", first=int(number))
        else:
            text = Text(
                "repeats start, queue and source of row {first} in {part}",
                first=int(number),
                part=str(part).rsplit("/", 1)[-1],
            )
        faults.add(row["part"], int(row["row"]), row["head"], text)
    if len(rows) > 51:
        faults.more(len(rows) - 51)


def parts(table: pd.DataFrame, faults: Faults) -> None:
    """Parts of the contacts offered that are more than these are problems."""
    for name in PARTS:
        if name in table:
            wrong = table[table[name] > table["offered"]]
            _told(wrong, name, faults, Text("expected at most the contacts offered"))


def _told(wrong: pd.DataFrame, name: str, faults: Faults, text: Text) -> None:
    """A problem for each row, at its column of `name`."""
    for (part, head), rows in wrong.groupby(["part", f"head_{name}"], sort=False):
        values = [f"{v:g}" for v in rows[name]]

        def said(n: int, values: list[str] = values) -> Text:
            return got(text, values[n])

        faults.each(str(part), rows["row"].to_numpy(), str(head), said)


def sums(table: pd.DataFrame, faults: Faults) -> None:
    """Rows whose parts together are more than the contacts offered are problems."""
    if "handled" in table and "abandoned" in table:
        wrong = table[
            (table["handled"] + table["abandoned"] > table["offered"])
            & (table[["handled", "abandoned"]].max(axis=1) <= table["offered"])
        ]
        text = Text("handled and abandoned together are more than the contacts offered")
        _told(wrong, "abandoned", faults, text)


def without_totals(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The rows without those of a queue that is called "all" and always is the sum of the others; its name."""
    for queue in pd.unique(table["queue"]):
        if str(queue).casefold() not in ALL:
            continue
        whole, rest = table[table["queue"] == queue], table[table["queue"] != queue]
        if rest["queue"].nunique() < 2:
            continue
        keys = ["source", "start"]
        one = whole.set_index(keys)["offered"].sort_index()
        other = rest.groupby(keys)["offered"].sum().reindex(one.index)
        if one.index.is_unique and (one - other).abs().max() < 0.5 and other.notna().all():
            return rest.reset_index(drop=True), str(queue)
    return table, ""


def _each(table: pd.DataFrame, where: pd.Series, faults: Faults, text: Text) -> None:
    wrong = table[where.to_numpy(dtype=bool)]
    if wrong.empty:
        return
    for (part, head), rows in wrong.groupby(["part", "head"], sort=False):
        starts = list(rows["start"].dt.strftime("%Y-%m-%d %H:%M"))

        def said(n: int, starts: list[str] = starts) -> Text:
            return got(text, starts[n])

        faults.each(str(part), rows["row"].to_numpy(dtype=np.int64), str(head), said)
