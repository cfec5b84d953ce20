"""A group measured: every forecaster's scores, series by series and origin by origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.forecasts import ours, peer
from benchmarks.forecasts.group import Group
from benchmarks.forecasts.origin import Cut, Past, cuts, pasts, taught
from benchmarks.forecasts.peak import peaks, windows
from benchmarks.forecasts.said import Said
from benchmarks.forecasts.score import MEASURES, scores
from benchmarks.forecasts.today import today
from benchmarks.queueing.page import timed
from forecast.accuracy import wape
from forecast.forecast import LEVELS
from forecast.season import season_of

KEYS = ("unit", "method", "queue", "origin")


@dataclass(frozen=True, eq=False)
class Measured:
    """`scores`: a row per unit (day, interval), method, queue and origin with MEASURES; a column more for each window.

    `seconds`: CPU seconds by method; `failed`: forecasts given up by method; `made`: forecasts of ours by model;
    `today`: the table of `today.today` where intervals are shorter than a day.
    """

    group: Group
    cuts: tuple[Cut, ...]
    scores: pd.DataFrame
    windows: tuple[str, ...]
    seconds: Mapping[str, float]
    failed: Mapping[str, int]
    made: Mapping[str, int]
    today: pd.DataFrame | None = None

    @property
    def pairs(self) -> int:
        """Series x origins."""
        return len(self.scores[["queue", "origin"]].drop_duplicates())

    def means(self, unit: str = "day") -> pd.DataFrame:
        """method x (MEASURES and windows): means over series and origins, where there was something to measure."""
        rows = self.scores[self.scores["unit"] == unit]
        columns = [*MEASURES, *(self.windows if unit == "day" else ())]
        return rows.groupby("method", sort=False)[columns].mean()


def measured(group: Group, jobs: int = 2, model: str | None = None, names: Sequence[str] | None = None) -> Measured:
    """Ours (with `model` instead of its own choice) and the peers, all or those of `names`, on the group.

    Raises:
        ValueError: no series of the group is long enough.
        Refused: our forecast refuses the history.
    """
    history, settings = group.history, group.settings
    found = [(cut, taught(history, cut)) for cut in cuts(history.first, history.last, group.horizon, settings.origins)]
    kept = [(cut, queues) for cut, queues in found if queues]
    if not kept:
        raise ValueError("no series has enough days to learn from and to forecast")
    asked = [past for cut, queues in kept for past in pasts(history, cut, queues, settings.countries)]
    with timed(f"  {ours.NAME}"):
        told, made = ours.ours(group, kept, model, jobs)
    said = {ours.NAME: told}
    for one in peer.peers():
        if (group.finer or not one.finer) and (names is None or one.name in names):
            with timed(f"  {one.name}"):
                said[one.name] = one.ask(asked, jobs)
    seconds = {name: s.seconds for name, s in said.items()}
    failed = {name: s.failed for name, s in said.items()}
    table, around = scored(group, asked, said)
    begun = today(group, asked, told) if group.finer else None
    return Measured(group, tuple(cut for cut, _ in kept), table, around, seconds, failed, made, begun)


def scored(group: Group, asked: Sequence[Past], said: Mapping[str, Said]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Measured.scores and the names of its windows."""
    season = season_of(group.history.first, group.history.last, group.settings.countries)
    actual = {"day": group.history.daily(), "interval": group.history.total()}
    rows, names = [], tuple(windows(season, asked[0].days))
    for method, one in said.items():
        parts = dict(tuple(one.table.groupby(["unit", "queue", "origin"], sort=False)))
        for past in asked:
            peak, around = peaks(season, past.days), windows(season, past.days)
            for unit, starts in (("day", past.days), ("interval", past.starts)):
                part = parts.get((unit, past.queue, past.cut.origin))
                if part is None:
                    if unit == "day" or (group.finer and method == ours.NAME):
                        raise ValueError(f"{method} says nothing of {past.queue} from {past.cut.origin:%Y-%m-%d}")
                    continue
                at = part.set_index("start").reindex(starts)
                came = actual[unit][past.queue].reindex(starts).to_numpy(dtype=float)
                mean, quantiles = at["mean"].to_numpy(dtype=float), at[list(LEVELS)].to_numpy(dtype=float)
                if not np.isfinite(mean).all():
                    raise ValueError(f"{method} leaves out days of {past.queue} from {past.cut.origin:%Y-%m-%d}")
                each = 1 if unit == "day" else past.per_day
                closed = np.asarray(past.closed.all(axis=1) if unit == "day" else past.closed.ravel())
                values = scores(came, mean, quantiles, np.repeat(peak, each), closed)
                if unit == "day":
                    values |= {name: wape(came[inside], mean[inside]) for name, inside in around.items()}
                rows.append(dict(zip(KEYS, (unit, method, past.queue, past.cut.origin), strict=True)) | values)
    return pd.DataFrame(rows), names
