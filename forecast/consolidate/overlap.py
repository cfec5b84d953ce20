"""Intervals of one queue and source that two files tell: alike, or not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from forecast.consolidate.finding import Finding, Order, number
from forecast.language import Text
from forecast.measure import KEYS, NUMBERS

ALIKE = 1e-9  # relative difference that is a matter of how a number was stored, not of what it says


def once(rows: pd.DataFrame, order: Order, step: pd.Timedelta) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows with each interval once, and what the files agree and disagree about.

    `rows` has `file`, its place among the order's names. What one file knows and another does not is taken from the
    one that does. Where they disagree the whole row is the preferred file's, for a mixture may be no file's truth.
    """
    again = rows.duplicated(list(KEYS), keep=False)
    if not again.any():
        return rows, []
    both = rows[again].sort_values([*KEYS, "file"], ignore_index=True)
    group = both.groupby(list(KEYS), sort=False, observed=True).ngroup()
    different = {name: _different(both, group, name) for name in (*NUMBERS, "site") if name in both}
    contrary = np.logical_or.reduce(list(different.values()))
    party = np.logical_or.reduce([where & both[name].notna().to_numpy() for name, where in different.items()])
    rank = both["file"].map(pd.Series(order.rank)).where(party, np.inf)
    place = rank.sort_values(kind="stable").index  # by rank, then by file
    best = both["file"].loc[place].groupby(group.loc[place]).first()
    winner = group.map(best)
    kept = both[~contrary | (both["file"] == winner)]
    merged = kept.groupby(list(KEYS), sort=False, as_index=False, observed=True).first()
    decided = np.isfinite(rank.groupby(group).transform("min").to_numpy(dtype=float))
    findings = list(_agreed(both[~contrary], order, step))
    for name, where in different.items():
        said = both.assign(winner=winner, decided=decided, group=group)[where]
        findings += _contradictions(said, name, order, step)
    return pd.concat([rows[~again], merged[rows.columns]], ignore_index=True), findings


def _different(both: pd.DataFrame, group: pd.Series, name: str) -> np.ndarray:
    """Rows of those intervals for which files tell different values of this column."""
    if name == "site":
        codes = pd.Series(pd.factorize(both[name])[0], index=both.index).astype(float).where(both[name].notna())
        groups = codes.groupby(group)
        return np.asarray((groups.transform("max") > groups.transform("min")).to_numpy())
    groups = both[name].groupby(group)
    most, least = groups.transform("max").to_numpy(dtype=float), groups.transform("min").to_numpy(dtype=float)
    return np.asarray(most - least > ALIKE * np.maximum(np.abs(most), 1.0))


def _agreed(rows: pd.DataFrame, order: Order, step: pd.Timedelta) -> Iterator[Finding]:
    if rows.empty:
        return
    files = rows.groupby(list(KEYS), sort=False, observed=True)["file"].agg(["first", "last"]).reset_index()
    keys = ["queue", "source", "first", "last"]
    spans = files.groupby(keys, observed=True)["start"].agg(["min", "max", "size"]).reset_index()
    for queue, source, first, other, start, end, count in spans.itertuples(index=False):
        names = (order.names[int(first)], order.names[int(other)])
        text = Text(
            "{count} intervals are told by {first} and {other} alike; they are counted once",
            count=int(count),
            first=names[0],
            other=names[1],
        )
        span = (pd.Timestamp(start), pd.Timestamp(end) + step)
        yield Finding("overlap", str(queue), str(source), *span, text, float(count), float(count), files=names)


def _contradictions(rows: pd.DataFrame, name: str, order: Order, step: pd.Timedelta) -> Iterator[Finding]:
    """One finding for each interval of which this column is told in two ways: the first and what differs from it."""
    told = rows[rows[name].notna()]
    if told.empty:
        return
    first = told.groupby("group", sort=False).first()
    value = told["group"].map(first[name])
    if name == "site":
        other = told[told[name] != value].groupby("group", sort=False).first()
    else:
        apart = (told[name] - value).abs() > ALIKE * np.maximum(value.abs(), 1.0)
        other = told[apart].groupby("group", sort=False).first()
    pairs = first.join(other[[name, "file"]].add_suffix("|other"), how="inner")
    columns = ["queue", "source", "start", name, f"{name}|other", "file", "file|other", "winner", "decided"]
    for queue, source, start, one, two, file, late, winner, decided in pairs[columns].itertuples(index=False):
        names = (order.names[int(file)], order.names[int(late)])
        values = (str(one), str(two)) if name == "site" else (number(one), number(two))
        facts = {"first": names[0], "expected": values[0], "other": names[1], "found": values[1], "column": name}
        if decided:
            text = Text(
                "{first} tells {expected} {column}, {other} tells {found}; {kept} was kept",
                **facts,
                kept=order.names[int(winner)],
            )
        else:
            text = Text(
                "{first} tells {expected} {column}, {other} tells {found}; say which file is to be preferred", **facts
            )
        when = pd.Timestamp(start)
        yield Finding(
            "contradiction",
            str(queue),
            str(source),
            when,
            when + step,
            text,
            expected=None if name == "site" else float(one),
            found=None if name == "site" else float(two),
            column=name,
            files=names,
            settled=bool(decided),
        )
