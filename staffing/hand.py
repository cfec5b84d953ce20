"""The file of a planner's overrides: read, added to, applied to a forecast."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from threading import Lock

import pandas as pd

from forecast.forecast import Forecast
from forecast.ledger import Entry, Ledger, read_ledger
from forecast.override import Override, overridden
from forecast.profile import ZONE
from staffing import save

WRITING = Lock()  # sessions of one server are threads: none may read the ledger while another adds to it


def kept(file: Path) -> Ledger:
    """The ledger in `file`; an empty one where there is no such file yet. Raises Refused as `read_ledger` does."""
    return read_ledger(file) if file.exists() else Ledger()


def add(file: Path, entry: Entry, make_folder: bool = False) -> Ledger:
    """The ledger with `entry` at its end, which is in `file` from now on.

    An override whose key another entry took meanwhile, as two planners at once may, is given the next.

    Raises:
        Refused: the file has problems, the entry does not follow from it, or it cannot be written; it is as before.
    """
    with WRITING:
        before = kept(file)
        if isinstance(entry, Override) and entry.key in {one.key for one in before.entries}:
            entry = replace(entry, key=before.next_key)
        made = before.plus(entry)
        save.write_all(file.parent, {file.name: save.csv_bytes(made.table)}, make_folder)
    return made


def overruled(forecast: Forecast, file: Path | None) -> Forecast:
    """The forecast under what is in force in a ledger's file; itself without one. Raises Refused as `read_ledger`."""
    return forecast if file is None else overridden(forecast, read_ledger(file).in_force)


def digest(file: Path | None) -> str:
    """A digest of a ledger's file, the same wherever there is none."""
    return hashlib.sha256(file.read_bytes() if file is not None and file.is_file() else b"").hexdigest()


def now() -> pd.Timestamp:
    """Wall time, to the second, where files keep it."""
    return pd.Timestamp.now(ZONE).tz_localize(None).floor("s")
