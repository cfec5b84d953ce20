"""What the planner accepted, done: the repaired history beside the untouched one, and a row for each value changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.event import Event
from forecast.history import History
from forecast.language import Text
from forecast.repair.proposal import KIND_LABELS, Evidence, Proposal

KEYS = ["queue", "source", "start"]
COLUMNS = ["start", "queue", "source", "column", "original", "repaired", "kind", "why", "key", "added"]
# Counts of contacts that were offered: none of them can be more than what is offered.
PARTS = ("handled", "abandoned", "resolved", "in_time", "replied", "rated")
SCALED = ("offered", *PARTS, "bot_deflected")


@dataclass(frozen=True)
class Stale:
    """An accepted proposal that could not be done, and why."""

    proposal: Proposal
    why: Text


@dataclass(frozen=True, eq=False)
class Repaired:
    """`history` repaired, and the `record` of it: one row per changed value, in the order of the changes.

    Columns of the record: start, queue, source, column (offered; other counts where they were scaled along, or had been
    more than what is offered now and are unknown), original and repaired (NaN unknown), kind, why (a Text), key (the
    proposal's), added (True: the row was missing and stands only in the repaired history). A value that was replaced
    and then scaled has two rows, the second starting from what the first left. `incidents` are days to be left out of
    learning, as the planner's events tell them. Of the `stale` proposals nothing was done.
    """

    history: History
    record: pd.DataFrame
    incidents: tuple[Event, ...]
    stale: tuple[Stale, ...]

    @property
    def original(self) -> History:
        """The history as it was, from the repaired one and the record."""
        table = self.history.table.copy()
        place = pd.MultiIndex.from_frame(table[KEYS])
        for column, rows in self.record.groupby("column", sort=False):
            first = rows.drop_duplicates(KEYS)
            values = table[str(column)].to_numpy(dtype=float, copy=True)
            values[place.get_indexer(pd.MultiIndex.from_frame(first[KEYS]))] = first["original"].to_numpy(dtype=float)
            table[str(column)] = values
        added = self.record.loc[self.record["added"].astype(bool), KEYS].drop_duplicates()
        if len(added):
            table = table[~place.isin(pd.MultiIndex.from_frame(added))].reset_index(drop=True)
        return History(table, self.history.interval)


def applied(history: History, accepted: Iterable[Proposal]) -> Repaired:
    """The history with the accepted proposals done; in what order they come, or how often, does not matter.

    Values are replaced first, then earlier levels scaled. A proposal whose values were corrected since it was made, or
    that would replace a value another replaces, is not done but named in `stale`. What is done already changes nothing.
    """
    evidence = Evidence(history)
    chosen = sorted({p.key: p for p in accepted}.values(), key=lambda p: (p.start, p.end, p.kind, p.key))
    told = history.table.set_index(KEYS)["offered"] if chosen else None
    standing: list[Proposal] = []
    incidents: list[Event] = []
    stale: list[Stale] = []
    taken: set[tuple[str, str, pd.Timestamp]] = set()
    for proposal in chosen:
        places = {(proposal.queue, change.source, change.start) for change in proposal.changes}
        replaces = proposal.action == "replace values"
        if not evidence.holds(proposal):
            if evidence.done(proposal) or (replaces and told is not None and _there(told, proposal)):
                continue
            stale.append(Stale(proposal, _corrected(proposal)))
        elif replaces and taken & places:
            stale.append(Stale(proposal, _overlapping(proposal)))
        elif proposal.action == "leave out of learning":
            incidents.append(proposal.event)
        else:
            standing.append(proposal)
            taken |= places if replaces else set()
    table, replaced = _replaced(history.table, [p for p in standing if p.action == "replace values"])
    table, scaled = _scaled(table, [p for p in standing if p.action == "scale earlier level"])
    record = pd.DataFrame([], columns=COLUMNS) if not replaced + scaled else pd.concat(replaced + scaled)
    record = record.reset_index(drop=True).astype({"added": bool, "original": float, "repaired": float})
    changed = History(table, history.interval) if len(record) else history
    return Repaired(changed, record, tuple(incidents), tuple(stale))


def _there(told: pd.Series, proposal: Proposal) -> bool:
    """Whether the proposed values stand in the history already."""
    where = [(proposal.queue, change.source, change.start) for change in proposal.changes]
    now = told.reindex(pd.MultiIndex.from_tuples(where, names=KEYS)).to_numpy(dtype=float)
    return bool(len(where)) and bool((now == [change.proposed for change in proposal.changes]).all())


def _replaced(table: pd.DataFrame, accepted: Sequence[Proposal]) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """The table with the values replaced, rows added where they were missing, and the record of it."""
    changes = [(p, change) for p in accepted for change in p.changes]
    if not changes:
        return table, []
    done = pd.DataFrame(
        {
            "start": pd.DatetimeIndex([c.start for _, c in changes]).as_unit("s"),
            "queue": [p.queue for p, _ in changes],
            "source": [c.source for _, c in changes],
            "column": "offered",
            "original": [c.original for _, c in changes],
            "repaired": [c.proposed for _, c in changes],
            "kind": [p.kind for p, _ in changes],
            "why": [p.why for p, _ in changes],
            "key": [p.key for p, _ in changes],
        }
    )
    place = pd.MultiIndex.from_frame(table[KEYS]).get_indexer(pd.MultiIndex.from_frame(done[KEYS]))
    done["added"] = place < 0
    table = table.copy()
    offered = table["offered"].to_numpy(dtype=float, copy=True)
    here = ~done["added"].to_numpy()
    offered[place[here]] = done.loc[here, "repaired"]
    table["offered"] = offered
    record = [done[COLUMNS]]
    for part in PARTS:
        if part not in table.columns:
            continue
        values = table[part].to_numpy(dtype=float, copy=True)
        now = np.full(len(done), np.nan)
        now[here] = values[place[here]]
        more = now > done["repaired"].to_numpy()
        if more.any():
            values[place[more]] = np.nan
            table[part] = values
            record.append(done[more].assign(column=part, original=now[more], repaired=np.nan)[COLUMNS])
    if not here.all():
        rows = done.loc[~here, KEYS].assign(offered=done.loc[~here, "repaired"])
        rows = rows.reindex(columns=table.columns)
        for name in table.columns.difference(KEYS):
            if table[name].dtype.kind != "f":  # a word, as a site: the one the source is known by
                known = table.drop_duplicates(["queue", "source"]).set_index(["queue", "source"])[name]
                rows[name] = known.reindex(pd.MultiIndex.from_frame(rows[["queue", "source"]])).to_numpy()
        rows = rows.astype({name: table[name].dtype for name in table.columns})
        table = pd.concat([table, rows], ignore_index=True)
    return table.sort_values(KEYS, ignore_index=True), record


def _scaled(table: pd.DataFrame, accepted: Sequence[Proposal]) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """The table with earlier levels scaled, and the record of it."""
    record = []
    table = table.copy() if accepted else table
    for proposal in accepted:
        earlier = ((table["queue"] == proposal.queue) & (table["start"] < proposal.start)).to_numpy()
        if proposal.source:
            earlier &= (table["source"] == proposal.source).to_numpy()
        for column in SCALED:
            if column not in table.columns:
                continue
            values = table[column].to_numpy(dtype=float, copy=True)
            now = np.where(earlier, np.round(values * (proposal.factor or 1.0)), values)
            changed = np.flatnonzero(earlier & np.isfinite(values) & (now != values))
            if not len(changed):
                continue
            table[column] = now
            rows = table.loc[changed, KEYS].assign(column=column, original=values[changed], repaired=now[changed])
            rows = rows.assign(kind=proposal.kind, key=proposal.key, added=False)
            rows["why"] = pd.Series([proposal.why] * len(rows), index=rows.index, dtype=object)
            record.append(rows[COLUMNS])
    return table, record


def _corrected(proposal: Proposal) -> Text:
    return Text(
        "{kind} of {queue} from {start}: the values it was made from have changed since; it was not applied",
        kind=KIND_LABELS[proposal.kind],
        queue=proposal.queue,
        start=f"{proposal.start:%Y-%m-%d %H:%M}",
    )


def _overlapping(proposal: Proposal) -> Text:
    return Text(
        "{kind} of {queue} from {start}: another accepted repair replaces some of its values; it was not applied",
        kind=KIND_LABELS[proposal.kind],
        queue=proposal.queue,
        start=f"{proposal.start:%Y-%m-%d %H:%M}",
    )
