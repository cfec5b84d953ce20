"""Vendors' profiles by name; every text a profile ever had is kept, so that an import can be read again as it was."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import UTC, datetime

from sqlalchemy import func, insert, select

from forecast.archive.opening import Archive, Transaction, changing, reading
from forecast.archive.schema import profiles as table_of
from forecast.language import Text
from forecast.problem import Problem, Refused


def save_profile(place: Archive | Transaction, name: str, toml: str, at: datetime | None = None) -> str:
    """Keeps the profile `name` as `toml` from now on; its digest. The same text twice is kept once.

    Raises:
        Refused: no name, or a text that is no TOML.
    """
    if not name.strip():
        raise Refused([Problem("profile", "-", "name", Text("expected a name, found an empty cell"))])
    try:
        tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        said = Text("expected TOML, came: {reason}", reason=str(error))
        raise Refused([Problem(name, "-", "-", said)]) from None
    digest = hashlib.sha256(toml.encode()).hexdigest()
    with changing(place) as transaction:
        if profiles(transaction).get(name) != toml:
            _write(transaction, name, toml, digest, at)
    return digest


def remove_profile(place: Archive | Transaction, name: str, at: datetime | None = None) -> None:
    """Takes the profile out of the list. Raises Refused when there is none of that name."""
    with changing(place) as transaction:
        if name not in profiles(transaction):
            raise Refused([Problem(name, "-", "-", Text("there is no profile of this name"))])
        _write(transaction, name, None, "", at)


def profiles(place: Archive | Transaction) -> dict[str, str]:
    """The profiles as they are now: name to TOML text, by name."""
    with reading(place) as transaction:
        if transaction is None:
            return {}
        newest = select(func.max(table_of.c.id)).group_by(table_of.c.name)
        query = select(table_of.c.name, table_of.c.toml).where(table_of.c.id.in_(newest), table_of.c.toml.is_not(None))
        found = {row.name: row.toml for row in transaction.connection.execute(query)}
    return dict(sorted(found.items()))


def profile_of(place: Archive | Transaction, digest: str) -> str | None:
    """The text of the profile an import was read by, changed since or not; None when it was never kept."""
    with reading(place) as transaction:
        if transaction is None or not digest:
            return None
        query = select(table_of.c.toml).where(table_of.c.digest == digest).limit(1)
        return transaction.connection.execute(query).scalar()


def _write(transaction: Transaction, name: str, toml: str | None, digest: str, at: datetime | None) -> None:
    when = (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    row = {"name": name, "toml": toml, "digest": digest, "at": when}
    transaction.connection.execute(insert(table_of).values(row))
