"""How past forecasts erred: by how far ahead they looked, by day, and by the distance to an occasion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecast.accuracy import bias, wape
from forecast.backtest import Backtest

LEADS = ((1, 7), (8, 14), (15, 28), (29, 56))  # days ahead, 1 the first day forecast
REACH = 28  # days from an occasion that are still told from it


def lead_names(longest: int) -> list[str]:
    """The spans of LEADS, and one more for what lies beyond, as far as `longest` days.

    >>> lead_names(20), lead_names(84)
    (['1-7', '8-14', '15-28'], ['1-7', '8-14', '15-28', '29-56', '57+'])
    """
    names = [f"{first}-{last}" for first, last in LEADS if first <= longest]
    return [*names, f"{LEADS[-1][1] + 1}+"] if longest > LEADS[-1][1] else names


def by_lead(done: Backtest) -> pd.DataFrame:
    """A row per queue, model, lead (a span of days ahead) and kind of day ('all', 'peak'): days, wape, bias.

    Errors of all origins together; a kind of day that never came has no row.
    """
    rows = []
    told = residuals(done)
    names = lead_names(int(told["ahead"].max()) if len(told) else 0)
    place = np.searchsorted([last for _, last in LEADS], told["ahead"].to_numpy(dtype=float))
    for (queue, model), one in told.groupby(["queue", "model"], sort=False):
        for k, lead in enumerate(names):
            inside = one[place[one.index] == k]
            for kind, days in (("all", inside), ("peak", inside[inside["peak"].astype(bool)])):
                if len(days):
                    actual, expected = days["actual"], days["expected"]
                    rows.append((queue, model, lead, kind, len(days), wape(actual, expected), bias(actual, expected)))
    return pd.DataFrame(rows, columns=["queue", "model", "lead", "kind", "days", "wape", "bias"])


def with_leads(done: Backtest) -> pd.DataFrame:
    """The leaderboard with the WAPE by span of days ahead beside it: `wape_1-7`, `wape_peak_1-7` and so on."""
    board, told = done.leaderboard(), by_lead(done)
    for kind, name in (("all", "wape"), ("peak", "wape_peak")):
        wide = told[told["kind"] == kind].pivot_table(
            index=["queue", "model"], columns="lead", values="wape", sort=False
        )
        board = board.join(wide.add_prefix(f"{name}_"), on=["queue", "model"])
    return board


def residuals(done: Backtest) -> pd.DataFrame:
    """The backtest's errors with `ahead` (1 the first day forecast) and `error`, what came over what was expected.

    An error is a share of what was expected; days of which either is unknown, or nothing was expected, are left out.
    """
    told = done.errors
    actual, expected = told["actual"].to_numpy(dtype=float), told["expected"].to_numpy(dtype=float)
    keep = np.isfinite(actual) & np.isfinite(expected) & (expected > 0)
    told = told[keep].reset_index(drop=True)
    ahead = (pd.to_datetime(told["day"]) - pd.to_datetime(told["origin"])).dt.days + 1
    out: pd.DataFrame = told.assign(ahead=ahead, error=actual[keep] / expected[keep] - 1)
    return out


def by_distance(told: pd.DataFrame, days: Sequence[pd.Timestamp]) -> pd.DataFrame:
    """Rows of `residuals` near any of `days`, with `distance` from it and its `year`, by year and distance."""
    anchors = np.array([np.datetime64(day, "D") for day in days], dtype="datetime64[D]")
    if not len(anchors) or told.empty:
        return told.iloc[:0].assign(distance=0, year="")
    apart = (told["day"].to_numpy().astype("datetime64[D]")[:, None] - anchors[None, :]).astype(int)
    nearest = np.abs(apart).argmin(axis=1)
    distance = apart[np.arange(len(told)), nearest]
    found: pd.DataFrame = told.assign(distance=distance, year=anchors[nearest].astype("datetime64[Y]").astype(str))
    near: pd.DataFrame = found[np.abs(distance) <= REACH]
    return near.sort_values(["year", "distance"], ignore_index=True)
