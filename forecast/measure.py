"""What a row of a history measures: which columns are counts, which are means and of what, and how rows become one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from forecast.history import DAY, LATE, History

KEYS = ("queue", "source", "start")
COUNTS = ("offered", "handled", "abandoned", "resolved", "bot_deflected", "in_time", "replied", "rated")
# A mean is of the contacts in the first of these columns that is known in its row.
MEANS = {
    "aht_s": ("handled", "offered"),
    "first_response_s": ("replied", "handled", "offered"),
    "satisfaction": ("rated", "handled", "offered"),
}
ORDER = (
    *("start", "queue", "source", "offered", "handled", "abandoned", "aht_s", "first_response_s", "resolved"),
    *("satisfaction", "bot_deflected", "in_time", "replied", "rated", "site"),
)
NUMBERS = tuple(c for c in ORDER if c in COUNTS or c in MEANS)
WEEK = 7 * DAY
ALWAYS = ("start", "queue", "source", "offered", "handled", "abandoned", "aht_s")


def ordered(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a history by queue, source and start, with its columns `arranged`."""
    return arranged(table).sort_values(list(KEYS), ignore_index=True, kind="stable")


def arranged(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a history with its columns in their usual order; a column that tells nothing at all is left out."""
    told = [c for c in ORDER if c in ALWAYS or (c in table and _tells(table[c]))]
    rows = table.reindex(columns=told)
    if "site" in rows:
        rows["site"] = rows["site"].astype(object).where(rows["site"].notna(), "").astype(str)
    return rows


def added(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """One row for each of `keys`: a count is unknown where one of its parts is, a mean is over the parts that tell it.

    A row that is closed or empty of contacts weighs nothing in a mean. `site` is that of the first row.
    """
    counts = [c for c in COUNTS if c in table]
    work = table[[*keys, *counts]].copy()
    means = [c for c in MEANS if c in table]
    for name in means:
        weight = weight_of(table, name)
        work[f"{name}|sum"] = (table[name] * weight).fillna(0.0)
        work[f"{name}|of"] = weight.where(table[name].notna(), 0.0)
    for name in counts:
        work[f"{name}|gap"] = work[name].isna()
    if "site" in table:
        work["site"] = table["site"]
    groups = work.groupby(list(keys), sort=True, observed=True)
    sums = groups[[c for c in work.columns if c not in keys and c != "site"]].sum()
    result = pd.DataFrame(index=sums.index)
    for name in counts:
        result[name] = sums[name].where(sums[f"{name}|gap"] == 0)
    for name in means:
        of = sums[f"{name}|of"]
        result[name] = sums[f"{name}|sum"] / of.where(of > 0)
    if "site" in table:
        result["site"] = groups["site"].first()
    return result.reset_index()


def weight_of(table: pd.DataFrame, mean: str) -> pd.Series:
    """Contacts of each row that its `mean` is of; 0 where they are unknown."""
    weight = pd.Series(np.nan, index=table.index)
    for name in MEANS[mean]:
        if name in table:
            weight = weight.fillna(table[name])
    return weight.fillna(0.0)


def series(history: History) -> Iterator[pd.DataFrame]:
    """For each queue and source every interval from its first day on, by time: what it told and what it did not.

    Beside the history's columns: `told` (there is a row) and `silent` (contacts unknown where the source usually
    tells them). Outside the opening hours of the queue contacts are 0. After a source's last day come the days up to
    the queue's last when its report is late; none when it has left (four weeks, as in `History.total`).
    """
    ends = history.table.groupby("queue", observed=True)["start"].max().dt.normalize() + DAY
    for (queue, source), rows in history.table.groupby(["queue", "source"], sort=False, observed=True):
        yield _complete(rows.reset_index(drop=True), str(queue), str(source), history.interval, ends[queue])


def coarser(history: History, interval: pd.Timedelta) -> History:
    """The history by a longer interval; one of which a part is unknown or was not told is unknown.

    Raises:
        ValueError: `interval` is no multiple of the history's that divides a day.
    """
    if interval == history.interval:
        return history
    if (
        interval < history.interval
        or interval % history.interval != pd.Timedelta(0)
        or DAY % interval != pd.Timedelta(0)
    ):
        raise ValueError(f"interval must be a multiple of the history's {history.interval} up to a day, got {interval}")
    parts = []
    for rows in series(history):
        start = rows["start"].dt.floor(interval)
        matters = (rows["told"] | rows["silent"]).groupby(start).transform("any")
        parts.append(added(rows.assign(start=start)[matters], KEYS))
    return History(ordered(pd.concat(parts, ignore_index=True)), interval)


def _complete(rows: pd.DataFrame, queue: str, source: str, step: pd.Timedelta, end: pd.Timestamp) -> pd.DataFrame:
    placed = History(rows, step).total()
    index = pd.DatetimeIndex(placed.index)
    values = placed.to_numpy(dtype=float)[:, 0]
    position = ((rows["start"].to_numpy() - index[0].to_numpy()) // step.to_numpy()).astype(int)
    told = np.zeros(len(index), dtype=bool)
    told[position] = True
    left = index[-1] + step
    if left < end <= left + LATE:
        late = pd.date_range(left, end, freq=step, inclusive="left")
        values = np.concatenate((values, np.where(_usual(told, index, late, step), np.nan, 0.0)))
        told = np.concatenate((told, np.zeros(len(late), dtype=bool)))
        index = pd.DatetimeIndex(index.append(late))
    out = {"start": index.to_numpy().astype("datetime64[s]")}
    for name in (c for c in NUMBERS if c in rows):
        column = np.where(np.isnan(values), np.nan, 0.0) if name in COUNTS else np.full(len(index), np.nan)
        column[position] = rows[name].to_numpy(dtype=float, na_value=np.nan)
        out[name] = column
    whole = pd.DataFrame(out).assign(queue=queue, source=source, told=told, silent=np.isnan(values))
    if "site" in rows:
        site = pd.Series(index=range(len(index)), dtype=object)
        site.iloc[position] = rows["site"].astype(object).to_numpy()
        whole["site"] = site.ffill().bfill().fillna("").astype(str)  # a source that moved was where it last told
    return whole


def _usual(told: np.ndarray, index: pd.DatetimeIndex, late: pd.DatetimeIndex, step: pd.Timedelta) -> np.ndarray:
    """Whether the source told the slot of the week of each `late` interval in half of its last four weeks or more."""
    slots = int(WEEK / step)
    recent = index >= index[-1] + step - LATE
    slot = (((index - index[0].normalize()) // step).to_numpy() % slots)[recent]
    seen, whole = np.zeros(slots), np.zeros(slots)
    np.add.at(seen, slot, told[recent])
    np.add.at(whole, slot, 1)
    share = np.divide(seen, whole, out=np.zeros(slots), where=whole > 0)
    if not whole.all():  # less than a week of it is known: the other weekdays may be as these are
        share[whole == 0] = 1.0
    ahead = ((late - index[0].normalize()) // step).to_numpy() % slots
    return np.asarray(share[ahead] >= 0.5)


def _tells(column: pd.Series) -> bool:
    known = column.fillna("") != "" if column.name == "site" else column.notna()
    return bool(known.any())
