"""Forecasts as they stood, kept to be judged by what comes: each content once."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
from sqlalchemy import insert, select, update

from forecast.archive.opening import Archive, Transaction, changing, reading
from forecast.archive.rows import packed, unpacked
from forecast.archive.schema import versions as table_of
from forecast.version import Version

CLOCK = "%Y-%m-%d"


def add_version(place: Archive | Transaction, version: Version) -> bool:
    """Keeps a version; whether its content is new.

    One that is known already is not kept twice: where others from the same history stood since, it is from now on the
    latest again.
    """
    digest = version.digest
    last = f"{version.last:{CLOCK}}"
    newest = (
        select(table_of.c.content).where(table_of.c.last == last).order_by(table_of.c.at.desc(), table_of.c.id.desc())
    )
    with reading(place) as transaction:  # to look takes no lock, and nearly always nothing is to be changed
        if transaction is not None and transaction.connection.execute(newest.limit(1)).scalar() == digest:
            return False
    with changing(place) as transaction:
        at = version.made.isoformat(timespec="microseconds")
        again = update(table_of).where(table_of.c.content == digest).values(at=at)
        if transaction.connection.execute(again).rowcount:
            return False
        row = {"at": at, "content": digest, "last": last, "rows": packed(version.table)}
        transaction.connection.execute(insert(table_of).values(row))
        return True


def versions(place: Archive | Transaction) -> tuple[Version, ...]:
    """The versions, in the order they were made (or last made again)."""
    with reading(place) as transaction:
        if transaction is None:
            return ()
        query = select(table_of).order_by(table_of.c.at, table_of.c.id)
        return tuple(
            Version(pd.Timestamp(row.last), unpacked(row.rows), datetime.fromisoformat(row.at))
            for row in transaction.connection.execute(query)
        )
