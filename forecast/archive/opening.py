"""The archive's file: made whole or not at all, brought up to date, locked while it changes, its errors in words."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from forecast.archive.schema import HEAD, MARK
from forecast.language import Text
from forecast.problem import Problem, Refused

NAME = "peakstaff.sqlite"
WAIT = 10.0  # seconds to wait for another process that is storing something
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
DAMAGE = Text("expected the archive of Peakstaff, this file is damaged or no archive")
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Busy(Refused):
    """Another process is changing the archive; nothing was stored."""


@dataclass(frozen=True)
class Archive:
    """The archive in the file `path`, which need not exist yet; `wait`: seconds to wait for another process."""

    path: Path
    wait: float = WAIT


@dataclass(frozen=True, eq=False)
class Transaction:
    """Changes of an archive that land together when its `with` ends, or not at all."""

    archive: Archive
    connection: Connection


def usual_path(environment: Mapping[str, str] | None = None) -> Path:
    """Where the archive is kept: in the folder PEAKSTAFF_DATA names, or in the user's data folder."""
    named = (os.environ if environment is None else environment).get("PEAKSTAFF_DATA")
    return (Path(named) if named else platformdirs.user_data_path("peakstaff")) / NAME


@contextmanager
def changing(place: Archive | Transaction) -> Iterator[Transaction]:
    """A transaction that may change the archive, the file being made when there is none.

    Within a transaction it is that one, which lands when its own `with` ends.

    Raises:
        Busy: another process holds the archive for longer than `wait`.
        Refused: the file is none of ours, from a newer version, damaged or cannot be written.
    """
    if isinstance(place, Transaction):
        yield place
        return
    with _in_words(place.path):
        try:
            _made(place)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise refused(place.path, Text("the archive cannot be used: {reason}", reason=reason)) from error
        with _connected(place.path, place.wait, "IMMEDIATE") as connection:
            _current(connection, place.path, may_upgrade=True)
            yield Transaction(place, connection)


@contextmanager
def reading(place: Archive | Transaction) -> Iterator[Transaction | None]:
    """A look at the archive as it stood at one moment; None where there is no file yet, and none is made."""
    if isinstance(place, Transaction):
        yield place
        return
    if not place.path.exists():
        yield None
        return
    with _in_words(place.path):
        with _connected(place.path, place.wait, "DEFERRED") as connection:
            old = not _current(connection, place.path, may_upgrade=False)
            if not old:
                yield Transaction(place, connection)
        if old:
            with changing(place) as transaction:
                yield transaction


def refused(path: Path, said: Text) -> Refused:
    """The refusal of the archive's file as a whole."""
    return Refused([Problem(str(path), "-", "-", said)])


@contextmanager
def _connected(path: Path, wait: float, mode: str) -> Iterator[Connection]:
    """A connection within a transaction: committed when the `with` ends well, rolled back otherwise."""
    engine = _engine(path, wait, mode)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _engine(path: Path, wait: float, mode: str) -> Engine:
    address = path.absolute().as_uri() + "?mode=rw"  # never make a file by opening it

    def connect() -> sqlite3.Connection:
        # isolation_level None: Python would else begin transactions of its own, later and weaker than ours
        raw = sqlite3.connect(address, timeout=wait, isolation_level=None, uri=True, check_same_thread=False)
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA synchronous = FULL")  # a change that was reported is not lost with the power
        return raw

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _current(connection: Connection, path: Path, may_upgrade: bool) -> bool:
    """Whether the tables are this version's, after bringing older ones up to date where that is allowed."""
    mark = connection.execute(text("PRAGMA application_id")).scalar_one()
    if mark != MARK:
        raise refused(path, Text("expected the archive of Peakstaff, this file is another program's"))
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found == HEAD:
        return True
    if found is not None and found > HEAD:
        said = Text(
            "this archive is of a newer version ({found}) than this program ({known}): install the newer version",
            found=str(found),
            known=HEAD,
        )
        raise refused(path, said)
    if may_upgrade:
        from forecast.archive.upgrade import known, upgrade

        if found is not None and found not in known():
            raise refused(path, DAMAGE)
        upgrade(connection)
    return may_upgrade


def _made(archive: Archive) -> None:
    """Makes the file, whole and for its owner only, unless it exists.

    It is made beside its place and then moved there, so that a process killed meanwhile, or two that make it at the
    same moment, leave no half archive behind.
    """
    path = archive.path
    if path.exists():
        if os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(0o600)
        return
    from forecast.archive.upgrade import upgrade

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".new", dir=path.parent)
    os.close(handle)
    new = Path(name)
    try:
        with sqlite3.connect(new, isolation_level=None) as raw:
            raw.execute(f"PRAGMA application_id = {MARK}")
            raw.execute("PRAGMA journal_mode = WAL")
        raw.close()
        with _connected(new, archive.wait, "IMMEDIATE") as connection:
            upgrade(connection)
        try:
            os.link(new, path)
        except FileExistsError:
            pass  # another process was faster: its file is as good
        except OSError:  # a file system without links
            if not path.exists():
                new.rename(path)
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Within it an error of the database is a refusal that says what to do."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        said = (error.orig or error) if isinstance(error, DBAPIError) else error
        code = getattr(said, "sqlite_errorcode", 0) & 0xFF
        if code in BUSY:
            busy = Text("another process is storing something: nothing was stored, try again")
            raise Busy([Problem(str(path), "-", "-", busy)]) from None
        if code in DAMAGED:
            raise refused(path, DAMAGE) from None
        raise refused(path, Text("the archive cannot be used: {reason}", reason=str(said))) from error
