"""A forecast as it stood when it was made, the machine's and the planner's, and both scored against what came."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from forecast.accuracy import bias, coverage, wape
from forecast.forecast import MACHINE, Forecast
from forecast.history import History
from forecast.table import check

NUMBERS = ("machine", "machine_p10", "machine_p90", "mean", "p10", "p90")
COLUMNS = ("start", "queue", *NUMBERS)
DIGITS = 3  # of contacts: less is noise of the arithmetic, and no other version
LEADS = ((1, 7), (8, 14), (15, 28))  # days ahead, and one more span beyond
COLUMNS_SCORED = ("queue", "lead", "who", "days", "wape", "bias", "cover80")
EVERY = ""  # the queue of a total row
WHO = {"machine": ("machine", "machine_p10", "machine_p90"), "planner": ("mean", "p10", "p90")}


@dataclass(frozen=True, eq=False)
class Version:
    """A forecast by day as it stood: one row per day and queue, sorted by (queue, start).

    `made`: when (UTC). `last`: the last day of the history it was made from, from which days ahead are counted. Columns
    of the table: start (a day after `last`), queue, machine with machine_p10 and machine_p90, then mean with p10 and
    p90 as the planner left them (contacts; the same as the machine's where no hand was laid on them).

    Raises:
        ValueError: a column is missing, a number unknown or negative, or a day is not after `last` or is told twice.
    """

    last: pd.Timestamp
    table: pd.DataFrame
    made: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        check(self.table, COLUMNS, "version", NUMBERS)
        table = self.table.loc[:, list(COLUMNS)].sort_values(["queue", "start"], ignore_index=True)
        table["start"] = table["start"].astype("datetime64[s]")
        table["queue"] = table["queue"].astype(str)
        table[list(NUMBERS)] = table[list(NUMBERS)].astype(float).round(DIGITS) + 0.0
        last = pd.Timestamp(self.last).normalize().as_unit("s")
        if table.empty or table["start"].min() <= last:
            raise ValueError(f"version: expected days after the history's last, {last:%Y-%m-%d}")
        if table[["queue", "start"]].duplicated().any():
            raise ValueError("version: a day of a queue is told twice")
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "last", last)
        object.__setattr__(self, "made", self.made.astimezone(UTC))

    @property
    def first(self) -> pd.Timestamp:
        """The first day forecast."""
        return pd.Timestamp(self.table["start"].min())

    @property
    def end(self) -> pd.Timestamp:
        """The last day forecast."""
        return pd.Timestamp(self.table["start"].max())

    @property
    def queues(self) -> tuple[str, ...]:
        """The queues, in order."""
        return tuple(map(str, pd.unique(self.table["queue"])))

    @property
    def by_hand(self) -> int:
        """On how many days of a queue the planner's number is another than the machine's."""
        return int((self.table["mean"] != self.table["machine"]).sum())

    @property
    def digest(self) -> str:
        """sha256 of the content, whenever it was made."""
        sha = hashlib.sha256(f"{self.last:%Y-%m-%d}|{len(self.table)}".encode())
        sha.update("\0".join(self.table["queue"]).encode())
        sha.update(self.table["start"].to_numpy().astype("<i8").tobytes())
        sha.update(self.table[list(NUMBERS)].to_numpy(dtype="<f8").tobytes())
        return sha.hexdigest()


def version_of(by_hand: Forecast, last: pd.Timestamp, machine: Forecast | None = None) -> Version:
    """The forecast `by_hand` as it stands now, from a history that ends on `last`, beside the `machine`'s own.

    Without `machine` no hand was laid on it.

    Raises:
        ValueError: the two forecasts are not of the same days and queues.
    """
    keys = ["queue", "start"]
    own = (machine or by_hand).days[[*keys, "mean", "p10", "p90"]]
    own = own.rename(columns={"mean": MACHINE, "p10": "machine_p10", "p90": "machine_p90"})
    table = by_hand.days[[*keys, "mean", "p10", "p90"]].merge(own, on=keys, how="outer")
    return Version(last, table)


def compared(versions: Iterable[Version], history: History) -> pd.DataFrame:
    """Every day of the versions beside what came: made, last, start, lead (days ahead), queue, came, then the numbers.

    `came` is NaN where the history does not know the day, or not yet. Of versions from a history that ends on the same
    day the latest stands, day by day. Sorted by (last, queue, start).
    """
    parts = [
        one.table.assign(made=pd.Timestamp(one.made).tz_localize(None), last=one.last)
        for one in sorted(versions, key=lambda version: version.made)
    ]
    head = ["made", "last", "start", "lead", "queue", "came", *NUMBERS]
    if not parts:
        return pd.DataFrame(columns=head)
    rows = pd.concat(parts, ignore_index=True).drop_duplicates(["last", "queue", "start"], keep="last")
    told = history.daily().rename_axis("start").reset_index()
    told = told.melt("start", var_name="queue", value_name="came")
    told["start"] = told["start"].astype("datetime64[s]")
    told["queue"] = told["queue"].astype(str)
    rows = rows.merge(told, on=["queue", "start"], how="left")
    rows["lead"] = (rows["start"] - rows["last"]).dt.days
    return rows.sort_values(["last", "queue", "start"], ignore_index=True)[head]


def scored(versions: Iterable[Version], history: History) -> pd.DataFrame:
    """How far the versions were from what came, a row per queue, lead and who.

    Columns: queue ('' for all), lead (a span of days ahead of the history's last), who ('machine'; 'planner' only where
    the two differ on some day scored), days, wape, bias (shares of what came; above 0 too much was expected) and
    cover80 (share of days inside the 80% band). A day counts once for each version that looked ahead to it; the total
    adds queues' days up, not their contacts, so that one queue's error does not hide another's. Days that are not
    known do not count.
    """
    rows = compared(versions, history)
    rows = rows[rows["came"].notna()]
    place = np.searchsorted([last for _, last in LEADS], rows["lead"].to_numpy(dtype=float))
    found: list[tuple[object, ...]] = []
    names = [*map(str, pd.unique(rows["queue"])), EVERY] if len(rows) else []
    for queue in names:
        for k, lead in enumerate(lead_names()):
            inside = rows[(place == k) & ((rows["queue"] == queue) | (queue == EVERY))]
            if inside.empty:
                continue
            touched = bool((inside["mean"] != inside["machine"]).any())
            asked = WHO if touched else ("machine",)
            found += [(queue, lead, who, len(inside), *_scores(inside, WHO[who])) for who in asked]
    return pd.DataFrame(found, columns=list(COLUMNS_SCORED))


def lead_names() -> list[str]:
    """The spans of days ahead.

    >>> lead_names()
    ['1-7', '8-14', '15-28', '29+']
    """
    return [*(f"{first}-{last}" for first, last in LEADS), f"{LEADS[-1][1] + 1}+"]


def first_due(versions: Sequence[Version], history: History) -> pd.Timestamp | None:
    """The first day forecast by any version that the history does not reach yet; None where there is none."""
    days = [one.table["start"][one.table["start"] > history.last].min() for one in versions]
    known = [pd.Timestamp(day) for day in days if pd.notna(day)]
    return min(known, default=None)


def _scores(rows: pd.DataFrame, columns: tuple[str, str, str]) -> tuple[float, float, float]:
    mean, low, high = (rows[column] for column in columns)
    return wape(rows["came"], mean), bias(rows["came"], mean), coverage(rows["came"], low, high)
