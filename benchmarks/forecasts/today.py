"""The rest of a day from its contacts so far: the forecast as it was, the rule of three, and our update."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from benchmarks.forecasts.group import Group
from benchmarks.forecasts.origin import Past
from benchmarks.forecasts.said import Said
from forecast.forecast import LEVELS, Forecast
from forecast.history import DAY, History
from forecast.update import updated

HOURS = (10, 12, 15)  # o'clock, what the day's contacts are known up to
DAYS = 7  # from an origin on
BEFORE, THREE, UPDATED = "forecast", "rule of three", "update"


def today(group: Group, asked: Sequence[Past], said: Said) -> pd.DataFrame:
    """A row per hour: the error of the rest of the day over its contacts, by BEFORE, THREE and UPDATED; the share of
    its intervals inside the 80% band before (`band`) and after (`narrowed`).

    `said` has days and intervals. Days that are not known whole, or had no contacts, do not count.
    """
    came, interval = group.history.total(), group.history.interval
    by_unit = dict(tuple(said.table.groupby("unit")))
    rows = []
    for past in asked:
        of = {unit: _of(part, past) for unit, part in by_unit.items()}
        for day in past.days[:DAYS]:
            told, days = (_day(of[unit], day) for unit in ("interval", "day"))
            counts = came[past.queue].reindex(pd.DatetimeIndex(told["start"])).to_numpy(dtype=float)
            if np.isfinite(counts).all() and counts.sum() > 0 and told["mean"].sum() > 0:
                forecast = Forecast(told, interval, by_day=days)
                rows += [{"hour": hour} | _errors(forecast, counts, day + pd.Timedelta(hours=hour)) for hour in HOURS]
    sums = pd.DataFrame(rows).groupby("hour").sum()
    shares = sums[[BEFORE, THREE, UPDATED]].div(sums["contacts"], axis=0)
    return shares.join(sums[["band", "narrowed"]].div(sums["intervals"], axis=0))


def _of(part: pd.DataFrame, past: Past) -> pd.DataFrame:
    mine = (part["queue"] == past.queue) & (part["origin"] == past.cut.origin)
    return part.loc[mine, ["start", "queue", "mean", *LEVELS]]


def _day(part: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    return part[(part["start"] >= day) & (part["start"] < day + DAY)].reset_index(drop=True)


def _errors(forecast: Forecast, came: np.ndarray, moment: pd.Timestamp) -> dict[str, float]:
    """Absolute errors summed over the intervals from `moment` on, and how many are inside the bands."""
    before = forecast.table
    over = (before["start"] < moment).to_numpy()
    due = before["mean"].to_numpy()[over].sum()
    pace = came[over].sum() / due if due > 0 else 1.0
    after = updated(forecast, _so_far(before[over], came[over], forecast.interval)).table
    left = came[~over]
    means = {BEFORE: before["mean"], THREE: before["mean"] * pace, UPDATED: after["mean"]}
    errors = {name: float(np.abs(mean.to_numpy()[~over] - left).sum()) for name, mean in means.items()}
    inside = {
        name: float(((left >= table["p10"].to_numpy()[~over]) & (left <= table["p90"].to_numpy()[~over])).sum())
        for name, table in (("band", before), ("narrowed", after))
    }
    return errors | inside | {"contacts": float(left.sum()), "intervals": float(len(left))}


def _so_far(rows: pd.DataFrame, came: np.ndarray, interval: pd.Timedelta) -> History:
    table = rows[["queue", "start"]].assign(source="", offered=came, handled=np.nan, abandoned=np.nan, aht_s=np.nan)
    return History(table[["queue", "source", "start", "offered", "handled", "abandoned", "aht_s"]], interval)
