"""Sums that headquarters keep, beside what the sources tell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from forecast.consolidate.finding import Finding, Order, Part, common, number
from forecast.history import History
from forecast.language import Text
from forecast.measure import added, coarser, series

EVERY = "all"  # the queue of a file that tells none: its sums are over queues too
COMPARED = ("offered", "handled", "abandoned")
SAME = 0.5  # contacts


def compared(history: History, part: Part, files: tuple[str, ...], order: Order) -> list[Finding]:
    """Where the totals of `part` are not what the sources of `history` (from `files`) add up to.

    They are compared by the longer of the two intervals, and only where both are known. A difference is decided when a
    file of the sources is preferred to the totals; totals that are preferred cannot be divided among the sources.
    """
    step = common(history.interval, part.history.interval)
    told = coarser(part.history, step).table
    sums = _sums(history, step)
    if set(told["queue"]) == {EVERY} and EVERY not in history.queues:
        sums = added(sums.assign(queue=EVERY), ("queue", "start"))
    if told.duplicated(["queue", "start"]).any():  # totals by source: whose they are does not matter to the sum
        told = added(told, ("queue", "start"))
    beside = told.merge(sums, on=["queue", "start"], how="left", suffixes=("", "|sum"), indicator=True)
    return [*_differences(beside, part, files, order, step), *_alone(beside, part, step)]


def _sums(history: History, step: pd.Timedelta) -> pd.DataFrame:
    """Contacts of all sources together by queue and `step`; unknown where a source that should have told has not."""
    parts = []
    for rows in series(history):
        known = rows[["queue", "start", *COMPARED]].assign(start=rows["start"].dt.floor(step))
        parts.append(added(known, ("queue", "start")))
    return added(pd.concat(parts, ignore_index=True), ("queue", "start"))


def _differences(
    beside: pd.DataFrame, part: Part, files: tuple[str, ...], order: Order, step: pd.Timedelta
) -> Iterator[Finding]:
    winner = order.best(part.name, *files)
    settled = winner is not None and winner != part.name
    for name in COMPARED:
        wrong = beside[(beside[name] - beside[f"{name}|sum"]).abs() > SAME]
        for queue, start, total, found in wrong[["queue", "start", name, f"{name}|sum"]].itertuples(index=False):
            facts = {"column": name, "total": part.name, "expected": number(total), "found": number(found)}
            if settled:
                text = Text(
                    "{total} tells a total of {expected} {column}, the sources add up to {found}; theirs were kept",
                    **facts,
                )
            elif winner == part.name:
                text = Text(
                    "{total} tells a total of {expected} {column}, the sources add up to {found}; a total cannot be "
                    "divided among sources, so prefer one of their files or correct them",
                    **facts,
                )
            else:
                text = Text(
                    "{total} tells a total of {expected} {column}, the sources add up to {found}; "
                    "prefer a file of the sources or correct them",
                    **facts,
                )
            when, named = pd.Timestamp(start), (*files, part.name)
            amounts = (float(total), float(found))
            yield Finding("contradiction", str(queue), "", when, when + step, text, *amounts, name, named, settled)


def _alone(beside: pd.DataFrame, part: Part, step: pd.Timedelta) -> Iterator[Finding]:
    """Runs of intervals that the totals know and no source tells anything of."""
    for queue, rows in beside.sort_values("start").groupby("queue", observed=True):
        alone = ((rows["_merge"] == "left_only") & (rows["offered"] > 0)).to_numpy()
        starts, offered = rows["start"].to_numpy(), rows["offered"].to_numpy(dtype=float)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], alone.astype(int), [0]))))
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            text = Text(
                "{total} tells {count} contacts in {intervals} intervals of which no source tells anything",
                total=part.name,
                count=number(float(offered[first:last].sum())),
                intervals=int(last - first),
            )
            start, end = pd.Timestamp(starts[first]), pd.Timestamp(starts[last - 1]) + step
            yield Finding("gap", str(queue), "", start, end, text, float(last - first), 0.0, files=(part.name,))
