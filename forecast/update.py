"""The rest of today from the contacts so far: what was expected of the day, corrected by how it has begun.

The day's contacts are lognormal around the forecast, as unsure as its band says; the contacts so far are their share
of the day, as unsure as shares and chance are, and tell the part a of its surprise. With s^2 the variance of the day's
log, v that of the log of the contacts so far given the day, and r the log of what came over what was expected of the
same intervals, the rest of the day is expected exp(w r) times as large, w = a s^2 / (s^2 + v), with s^2 (1 - a w) left
(Gelman et al., Bayesian Data Analysis, 2013, eq. 2.10; updating within the day as in Shen and Huang, Interday
forecasting and intraday updating of call center arrivals, 2008). a and the firmness of shares were measured on two
public call centres and the sample's queues; docs/forecasting.md has what comes of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import ndtri

from forecast.forecast import LEVELS, Forecast
from forecast.history import History
from forecast.language import Text
from forecast.problem import Problem, Refused

FIRM = 400.0  # contacts' worth by which days hold on to their shares
ALIKE = 0.85  # part of what a day's hours have in common that its first hours tell
OWN = 0.45  # part of an interval's variance above chance that is its day's, where no band of the day is told
LEAST = 0.02  # standard deviation of a day's log below which no forecast is believed
SIDE = float(ndtri(0.9))


@dataclass(frozen=True)
class Learned:
    """What the contacts so far say of a queue's day: the log by which the rest is more, and the variance that is left
    over that there was."""

    shift: float
    left: float


def updated(forecast: Forecast, so_far: History) -> Forecast:
    """`forecast` with what came put in its place, and what is left of each queue's last day told revised.

    Intervals that were told have what came as mean and every quantile. Later days stay as they are: what a day begins
    with says little of the next that a new forecast would not say better. Queues of which nothing is told stay too.
    Contacts before the forecast's first interval are left out.

    Raises:
        Refused: contacts of a queue or an interval that the forecast does not hold, or by longer intervals than its.
    """
    came = _came(forecast, so_far)
    if came.empty:
        return forecast
    table = forecast.table.copy()
    columns = ["mean", *LEVELS]
    values = table[columns].to_numpy(dtype=float, copy=True)
    day = table["start"].dt.normalize().to_numpy()
    told = came.reindex(pd.MultiIndex.from_frame(table[["queue", "start"]])).to_numpy(dtype=float)
    by_day = forecast.by_day.copy() if forecast.by_day is not None else None
    said = []
    for queue in came.index.get_level_values("queue").unique():
        of_queue = (table["queue"] == queue).to_numpy()
        known = of_queue & np.isfinite(told)
        today = day[known].max()
        on_day = of_queue & (day == today)
        spread = _spread(forecast, str(queue), pd.Timestamp(today), values[on_day])
        learned = _learned(told[on_day & known], values[on_day & known, 0], values[on_day, 0].sum(), spread)
        rest = on_day & ~known
        within = _within(values[rest], spread)
        values[rest] = _revised(
            values[rest], learned, np.sqrt((within + learned.left * spread**2) / (within + spread**2))
        )
        values[known] = told[known][:, None]
        if by_day is not None:
            by_day = _days(by_day, str(queue), table["start"], values, of_queue, known, learned)
        moment = table.loc[known, "start"].max() + forecast.interval
        facts = {
            "queue": queue,
            "moment": f"{moment:%Y-%m-%d %H:%M}",
            "percent": f"{100 * np.expm1(learned.shift):+.0f}",
        }
        said.append(
            Text(
                "{queue}: after the contacts up to {moment} the rest of the day is expected to differ by {percent}%",
                **facts,
            )
        )
    table[columns] = values
    return replace(forecast, table=table, by_day=by_day, warnings=(*forecast.warnings, *said))


def _came(forecast: Forecast, so_far: History) -> pd.Series:
    """What came by (queue, start) of the forecast's intervals, whole intervals only."""
    rows = so_far.table[so_far.table["start"] >= forecast.table["start"].min()]
    if so_far.interval > forecast.interval and len(rows["start"].unique()) > 1:
        text = Text("expected intervals of at most {minutes} minutes, as the forecast's", minutes=_minutes(forecast))
        raise Refused([Problem("so far", "-", "start", text)])
    start = rows["start"].dt.floor(forecast.interval)
    parts = max(int(forecast.interval / so_far.interval), 1)
    by_source = rows.assign(slot=start).groupby(["queue", "source", "slot"])["offered"]
    whole = by_source.agg(lambda v: v.sum(skipna=False)).where(by_source.size() >= parts)
    sums: pd.Series = whole.groupby(level=["queue", "slot"]).agg(lambda v: v.sum(skipna=False)).dropna()
    sums.index = sums.index.set_names(["queue", "start"])
    held = pd.MultiIndex.from_frame(forecast.table[["queue", "start"]])
    problems = [
        Problem("so far", "-", "queue", Text("expected a queue of the forecast, found {queue}", queue=q))
        for q in sums.index.get_level_values("queue").unique()
        if q not in forecast.queues
    ]
    ours = sums[sums.index.get_level_values("queue").isin(forecast.queues)]
    strange = ours.index[~ours.index.isin(held)]
    if len(strange):
        first, last = forecast.table["start"].min(), forecast.table["start"].max()
        text = Text(
            "expected intervals of the forecast ({first} to {last}), found {start}",
            first=f"{first:%Y-%m-%d %H:%M}",
            last=f"{last:%Y-%m-%d %H:%M}",
            start=f"{strange[0][1]:%Y-%m-%d %H:%M}",
        )
        problems.append(Problem("so far", "-", "start", text))
    if problems:
        raise Refused(problems)
    return sums


def _minutes(forecast: Forecast) -> str:
    return f"{forecast.interval / pd.Timedelta(minutes=1):g}"


def _spread(forecast: Forecast, queue: str, day: pd.Timestamp, values: np.ndarray) -> float:
    """Standard deviation of the log of a day's contacts, by its own band; without one by its busiest intervals'."""
    if forecast.by_day is not None:
        days = forecast.by_day
        row = days[(days["queue"] == queue) & (days["start"] == day)].iloc[0]
        return max(_half(row["p10"], row["p90"]), LEAST)
    mean = values[:, 0]
    busy = mean >= np.quantile(mean, 0.75) if mean.max() > 0 else np.zeros(len(mean), dtype=bool)
    if not busy.any():
        return LEAST
    low, high = values[busy, 1 + LEVELS.index("p10")], values[busy, 1 + LEVELS.index("p90")]
    wide = np.array([_half(a, b) for a, b in zip(low, high, strict=True)]) ** 2 - 1.0 / np.maximum(mean[busy], 1.0)
    return max(float(np.sqrt(OWN * max(np.median(wide), 0.0))), LEAST)


def _half(low: float, high: float) -> float:
    return float(np.log1p(high) - np.log1p(low)) / (2 * SIDE)


def _learned(came: np.ndarray, expected: np.ndarray, whole: float, spread: float) -> Learned:
    """From the contacts that came, those expected of the same intervals, and those expected of the whole day."""
    due = float(expected.sum())
    if due <= 0 or whole <= 0:
        return Learned(0.0, 1.0)
    share = min(due / whole, 1.0)
    noise = 1.0 / (due + 1.0) + (1.0 - share) / (share * (FIRM + 1.0))
    weight = ALIKE * spread**2 / (spread**2 + noise)
    return Learned(weight * float(np.log1p(came.sum()) - np.log1p(due)), 1.0 - ALIKE * weight)


def _within(values: np.ndarray, spread: float) -> np.ndarray:
    """Variance of each interval's log that is not the day's."""
    low, high = values[:, 1 + LEVELS.index("p10")], values[:, 1 + LEVELS.index("p90")]
    wide = (np.log1p(high) - np.log1p(low)) / (2 * SIDE)
    return np.asarray(np.maximum(wide**2 - spread**2, 0.0))


def _revised(values: np.ndarray, learned: Learned, narrower: np.ndarray) -> np.ndarray:
    """Mean and quantiles shifted, the quantiles drawn towards the median by `narrower` (0 to 1)."""
    middle = values[:, [1 + LEVELS.index("p50")]]
    out = values.copy()
    out[:, 1:] = middle + (values[:, 1:] - middle) * np.minimum(narrower, 1.0)[:, None]
    return np.asarray(out * np.exp(learned.shift))


def _days(
    by_day: pd.DataFrame,
    queue: str,
    starts: pd.Series,
    values: np.ndarray,
    of_queue: np.ndarray,
    known: np.ndarray,
    learned: Learned,
) -> pd.DataFrame:
    """The days of a queue, each what came of it plus the rest, which is as unsure as its share of the day was."""
    days = starts.dt.normalize()
    mean = pd.Series(np.where(of_queue, values[:, 0], 0.0)).groupby(days.to_numpy()).sum()
    sure = pd.Series(np.where(known, values[:, 0], 0.0)).groupby(days.to_numpy()).sum()
    full = pd.Series(known[of_queue]).groupby(days[of_queue].to_numpy()).mean()
    rows = by_day["queue"] == queue
    at = by_day.loc[rows, "start"]
    before = by_day.loc[rows, ["mean", *LEVELS]].to_numpy(dtype=float)
    now, came = mean.reindex(at).to_numpy(), sure.reindex(at).to_numpy()
    partly = ((full.reindex(at) > 0) & (full.reindex(at) < 1)).to_numpy()
    shape = np.divide(before, before[:, [0]], out=np.ones_like(before), where=before[:, [0]] > 0)
    narrower = np.where(partly, np.sqrt(max(learned.left, 0.0)), 1.0)[:, None]
    middle = shape[:, [1 + LEVELS.index("p50")]]
    shape[:, 1:] = middle + (shape[:, 1:] - middle) * narrower
    after = came[:, None] + (now - came)[:, None] * shape
    after[:, 0] = now
    out = by_day.copy()
    out.loc[rows, ["mean", *LEVELS]] = after
    return out
