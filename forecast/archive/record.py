"""Imports: kept as they came, laid on one another to the history, undone and done again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any, Literal, cast

import pandas as pd
from sqlalchemy import Row, insert, select, update

from forecast.archive.change import Change, difference, merged
from forecast.archive.opening import Archive, Transaction, changing, reading, refused
from forecast.archive.rows import content, empty, fit, packed, unpacked
from forecast.archive.schema import contents
from forecast.archive.schema import imports as table_of
from forecast.history import History
from forecast.language import Text
from forecast.listed import listed
from forecast.measure import KEYS
from forecast.problem import Problem, Refused

Status = Literal["active", "undone"]
CLOCK = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Import:
    """One import: when (UTC), of which file (its sha256), read by which profile (digest, '' none), with its report.

    `content` is a digest of the rows: the same file read by another profile may have another. `rows` were kept, of
    which `added` were new, `corrected` changed what was known and `unchanged` did neither when they came. An import
    that is undone keeps its rows.
    """

    number: int
    at: datetime
    file: str
    sha256: str
    profile: str
    content: str
    interval: pd.Timedelta
    first: pd.Timestamp
    last: pd.Timestamp
    rows: int
    added: int
    corrected: int
    unchanged: int
    status: Status
    report: Mapping[str, Any]


def add(
    place: Archive | Transaction,
    rows: History,
    report: Mapping[str, Any],
    sha256: str,
    *,
    file: str,
    profile: str = "",
    at: datetime | None = None,
) -> Change:
    """Keeps an import's rows; what it adds to the history and what it corrects.

    Each value known to it holds from now on; its unknown values hide nothing that was known. Rows that are those of an
    active import already change nothing, whatever their file was called. `file` is kept without its folders.

    Raises:
        Refused: the archive keeps another interval, or a corrected row would contradict itself.
        Busy: another process holds the archive.
        ValueError: columns that no history has, a report that is no JSON, a sha256 that is none.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError("archive: expected a sha256 of 64 hexadecimal digits")
    told = json.dumps(report, ensure_ascii=False, allow_nan=False)
    name = PurePath(file.replace("\\", "/")).name or "-"
    history = fit(rows)
    digest, blob = content(history), packed(history.table)  # before the archive is locked: others need not wait
    when = (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    with changing(place) as transaction:
        change = _change(transaction, history, digest, name)
        if change.number is None and change.nothing and _same(transaction, digest) is not None:
            return change
        counts = _counts(change)
        row = {
            "at": when,
            "file": name,
            "sha256": sha256,
            "profile": profile,
            "content": digest,
            "interval_s": int(history.interval.total_seconds()),
            "first": f"{history.table['start'].min():{CLOCK}}",
            "last": f"{history.table['start'].max():{CLOCK}}",
            "rows": len(history.table),
            "status": "active",
            "report": told,
            **counts,
        }
        number = transaction.connection.execute(insert(table_of).values(row).returning(table_of.c.id)).scalar_one()
        transaction.connection.execute(insert(contents).values(import_id=number, rows=blob))
    said = Text(
        "import {number}: {added} rows added, {corrected} corrected, {unchanged} as they were", number=number, **counts
    )
    return replace(change, number=number, said=said)


def looked(place: Archive | Transaction, rows: History, *, file: str) -> Change:
    """What `add` would do with these rows; nothing is stored.

    Raises:
        Refused: as `add`.
    """
    history = fit(rows)
    with reading(place) as transaction:
        if transaction is None:
            return _told(history.table, *_none(), 0)
        return _change(transaction, history, content(history), file)


def _change(transaction: Transaction, history: History, digest: str, name: str) -> Change:
    """What the rows would change, before they are stored."""
    same = _same(transaction, digest)
    if same is not None:
        return _unchanged(history.table, same)
    _one_interval(transaction, history.interval, name)
    before = _state(transaction, history)
    after = merged([before, history.table]) if len(before) else history.table
    added, corrected, removed = difference(history.table, before, after)
    _sound(name, corrected, after)
    touched = len(corrected[list(KEYS)].drop_duplicates())
    return _told(added, corrected, removed, len(history.table) - len(added) - touched)


def _told(added: pd.DataFrame, corrected: pd.DataFrame, removed: pd.DataFrame, unchanged: int) -> Change:
    touched = len(corrected[list(KEYS)].drop_duplicates())
    facts = {"added": len(added), "corrected": touched, "unchanged": unchanged}
    said = Text("{added} rows would be new, {corrected} corrected, {unchanged} stay as they are", **facts)
    return Change(None, added, corrected, removed, unchanged, said)


def _counts(change: Change) -> dict[str, int]:
    touched = len(change.corrected[list(KEYS)].drop_duplicates())
    return {"added": len(change.added), "corrected": touched, "unchanged": change.unchanged}


def undo(place: Archive | Transaction, number: int) -> Change:
    """Takes an import out of the history; its rows are kept, and `redo` puts them back.

    Raises:
        Refused: there is no such import, or rows that would then hold contradict themselves.
    """
    return _turned(place, number, "undone")


def redo(place: Archive | Transaction, number: int) -> Change:
    """Puts an undone import back where it was: before the imports that came after it.

    Raises:
        Refused: there is no such import, another interval is kept by now, or rows would contradict themselves.
    """
    return _turned(place, number, "active")


def imports(place: Archive | Transaction) -> tuple[Import, ...]:
    """Every import, undone ones too, in the order they came."""
    with reading(place) as transaction:
        if transaction is None:
            return ()
        return tuple(map(_import, transaction.connection.execute(select(table_of).order_by(table_of.c.id))))


def original(place: Archive | Transaction, number: int) -> History:
    """The rows of one import as they came. Raises Refused when there is none of that number."""
    with reading(place) as transaction:
        if transaction is not None:
            columns = select(table_of.c.interval_s, contents.c.rows).join_from(table_of, contents)
            row = transaction.connection.execute(columns.where(table_of.c.id == number)).one_or_none()
            if row is not None:
                return History(unpacked(row.rows), pd.Timedelta(seconds=row.interval_s))
    raise _absent(place, number)


def history(place: Archive | Transaction) -> History | None:
    """What the active imports tell together, a later one's known values holding; None when there is none."""
    with reading(place) as transaction:
        if transaction is None:
            return None
        columns = select(table_of.c.interval_s, contents.c.rows).join_from(table_of, contents)
        active = columns.where(table_of.c.status == "active").order_by(table_of.c.id)
        found = transaction.connection.execute(active).all()
    if not found:
        return None
    return History(merged([unpacked(r.rows) for r in found]), pd.Timedelta(seconds=found[0].interval_s))


def _turned(place: Archive | Transaction, number: int, status: Status) -> Change:
    with changing(place) as transaction:
        row = transaction.connection.execute(select(table_of).where(table_of.c.id == number)).one_or_none()
        if row is None:
            raise _absent(place, number)
        own = original(transaction, number)
        if row.status == status:
            if status == "undone":
                said = Text("import {number} was undone already; nothing changed", number=number)
            else:
                said = Text("import {number} is in the history already; nothing changed", number=number)
            return Change(None, empty(), *_none(), len(own.table), said)
        if status == "active":
            _one_interval(transaction, own.interval, row.file)
        before = _state(transaction, own)
        transaction.connection.execute(update(table_of).where(table_of.c.id == number).values(status=status))
        after = _state(transaction, own)
        added, corrected, removed = difference(own.table, before, after)
        _sound(row.file, corrected, after)
    touched = len(corrected[list(KEYS)].drop_duplicates())
    facts = {"number": number, "corrected": touched}
    if status == "undone":
        said = Text(
            "import {number} undone: {removed} rows removed, {corrected} as they were before it",
            removed=len(removed),
            **facts,
        )
    else:
        said = Text("import {number} done again: {added} rows added, {corrected} corrected", added=len(added), **facts)
    return Change(number, added, corrected, removed, len(own.table) - len(added) - len(removed) - touched, said)


def _state(transaction: Transaction, about: History) -> pd.DataFrame:
    """What the active imports tell of the times of `about`: those of other weeks need not be read."""
    first, last = about.table["start"].min(), about.table["start"].max()
    columns = select(contents.c.rows).join_from(table_of, contents).where(table_of.c.status == "active")
    near = columns.where(table_of.c.first <= f"{last:{CLOCK}}", table_of.c.last >= f"{first:{CLOCK}}")
    found = transaction.connection.execute(near.order_by(table_of.c.id)).scalars().all()
    return merged([unpacked(data) for data in found]) if found else empty()


def _same(transaction: Transaction, digest: str) -> Row[Any] | None:
    query = select(table_of).where(table_of.c.content == digest, table_of.c.status == "active")
    return transaction.connection.execute(query.order_by(table_of.c.id).limit(1)).one_or_none()


def _unchanged(table: pd.DataFrame, same: Row[Any]) -> Change:
    said = Text(
        "these rows are import {number} already ({file}, {day}): nothing was stored and nothing changed",
        number=same.id,
        file=same.file,
        day=str(same._mapping["at"])[:10],
    )
    return Change(None, empty(), *_none(), len(table), said)


def _none() -> tuple[pd.DataFrame, pd.DataFrame]:
    """No corrected values and no removed rows."""
    nothing = difference(empty(), empty(), empty())
    return nothing[1], nothing[2]


def _one_interval(transaction: Transaction, interval: pd.Timedelta, file: str) -> None:
    query = select(table_of).where(table_of.c.status == "active").order_by(table_of.c.id).limit(1)
    kept = transaction.connection.execute(query).one_or_none()
    if kept is not None and kept.interval_s != int(interval.total_seconds()):
        said = Text(
            "expected rows {kept} minutes apart as in import {number} ({first}), these are {minutes}; "
            "bring them to one interval, or undo the other imports",
            kept=kept.interval_s // 60,
            number=kept.id,
            first=kept.file,
            minutes=int(interval.total_seconds()) // 60,
        )
        raise Refused([Problem(file, "-", "start", said)])


def _sound(file: str, corrected: pd.DataFrame, after: pd.DataFrame) -> None:
    """Refuses values of several imports that together say more were handled, or gave up, than came."""
    parted = corrected["column"].isin(("offered", "handled", "abandoned"))
    rows = corrected.loc[parted, list(KEYS)].drop_duplicates().merge(after, on=list(KEYS))
    problems = []
    for part in ("handled", "abandoned"):
        wrong = rows[rows[part] > rows["offered"]] if part in rows else rows[:0]
        for queue, source, start, offered, value in wrong[[*KEYS, "offered", part]].itertuples(index=False):
            said = Text(
                "{queue} {source} {start}: {offered} contacts offered would stand beside {value} {column} of another "
                "import; import both columns together, or undo the other import",
                queue=queue,
                source=source,
                start=f"{start:%Y-%m-%d %H:%M}",
                offered=f"{offered:g}",
                value=f"{value:g}",
                column=part,
            )
            problems.append(Problem(file, "-", part, said))
    if problems:
        raise Refused(listed(problems, file))


def _absent(place: Archive | Transaction, number: int) -> Refused:
    path = place.archive.path if isinstance(place, Transaction) else place.path
    return refused(path, Text("there is no import {number}", number=number))


def _import(row: Row[Any]) -> Import:
    return Import(
        number=row.id,
        at=datetime.fromisoformat(row.at),
        file=row.file,
        sha256=row.sha256,
        profile=row.profile,
        content=row.content,
        interval=pd.Timedelta(seconds=row.interval_s),
        first=pd.Timestamp(row.first),
        last=pd.Timestamp(row.last),
        rows=row.rows,
        added=row.added,
        corrected=row.corrected,
        unchanged=row.unchanged,
        status=cast(Status, row.status),
        report=json.loads(row.report),
    )
