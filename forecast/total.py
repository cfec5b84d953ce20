"""Queues together: all of them, a channel, a site. Their days add up, and their bands are those of the sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from forecast.backtest import Backtest
from forecast.forecast import LEVELS, Forecast
from forecast.history import DAY
from forecast.path import paths

ALL = "all"
MOST = 2000  # paths; fewer where queues and days are many
CELLS = 20_000_000  # paths x days x queues that are held at once


def totals(forecast: Forecast, done: Backtest, groups: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """start (a day), group, mean, p025 ... p975, sorted by (group, start), groups in their order.

    The mean of a group is the sum of its queues' means. Its quantiles are narrower than theirs summed as far as the
    queues erred apart in the past (`path.together`).

    Raises:
        ValueError: a group has a queue that the forecast has not.
    """
    days, queues = forecast.days, forecast.queues
    known = [q for q in queues if any(q in members for members in groups.values())]
    cells = len(days) // len(queues) * max(len(known), 1)
    narrow = replace(forecast, table=days[days["queue"].isin(known)].reset_index(drop=True), by_day=None, interval=DAY)
    found = paths(narrow, done, max(100, min(MOST, CELLS // cells))).summed(groups)
    out = found.table().rename(columns={"queue": "group"})
    mean = {name: days[days["queue"].isin(members)].groupby("start")["mean"].sum() for name, members in groups.items()}
    out["mean"] = pd.concat([mean[name] for name in groups]).to_numpy()
    return out[["start", "group", "mean", *LEVELS]]
