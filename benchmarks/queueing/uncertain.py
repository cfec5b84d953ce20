"""Days busier or calmer than forecast: how often the promise is kept, against how often it was to be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.queueing.page import Section, points, progress, table
from benchmarks.queueing.shapes import DAY, HALF_HOUR
from forecast.forecast import LEVELS, QUANTILES, Forecast
from staffing import requirement
from staffing.poisson import Floats
from staffing.queue import Queue
from staffing.requirement import Confidence
from staffing.simulate import replay

SEED = 4
AHT = 300.0
TARGET = 0.8
LIMIT = 0.03
DAYS = 2000
QUEUE = Queue(share=TARGET, answer_within_s=20, patience_s=180, opens="09:00", closes="17:00", shrinkage=0.0)
STATED: tuple[Confidence, ...] = ("certain", "expected", 0.5, 0.75, 0.8, 0.9, 0.95)
INTRO = f"""A day's contacts are its forecast times a gamma factor (mean 1, spread CV), Poisson within; open 09:00 to
17:00, flat, or shaped: half-hours from 0.4 to 1.8 times the mean with a rush at 11:00. The forecast's quantiles by day
are those of such counts. {DAYS:,} days are simulated for each answer, their factors drawn anew, not read off the
quantiles. A day is kept when its own service level reached 80%; half the 95% confidence interval of such a share is at
most {100 * 1.96 * np.sqrt(0.25 / DAYS):.1f} points. Pooled: share in time of all contacts of all days. In brackets:
agent-hours against "certain", which staffs for the mean."""
MEAN = "Staffed for the mean, and so that the promise holds in expectation (limit: pooled within 3 points of 80%):"
SHARE = """Staffed so that a stated share of days keeps the promise: share of days kept (limit: within 3 points, and on
the upper side what one whole agent is worth besides: 0.4 / (erlang x CV))."""


def section() -> Section:
    """Every desk, spread and shape by what was stated."""
    means, shares, misses, over = [], [], [], 0
    for load, shape, spread, stated in _cases():
        desk = f"{load:g} erlang, {shape}, CV {spread:.0%}"
        progress(f"  {desk}")
        found = _kept(forecast_of(load, shape, spread), spread, stated)
        base = found["certain"][0]
        hours = {confidence: f"{found[confidence][0] / base - 1:+.1%}" for confidence in stated}
        (_h, level, kept), (_g, pooled, well) = found["certain"], found["expected"]
        means.append((desk, f"{level:.1%}", f"{kept:.1%}", f"{pooled:.1%} ({hours['expected']})", f"{well:.1%}"))
        misses += [f"{desk}: pooled {points(pooled - TARGET)}"] if pooled < TARGET - LIMIT else []
        over += pooled > TARGET + LIMIT
        cells = []
        for confidence in STATED[2:]:
            if confidence not in found or not isinstance(confidence, float):
                cells.append("-")
                continue
            kept = found[confidence][2]
            cells.append(f"{kept:.1%} ({hours[confidence]})")
            off = kept - confidence
            if off < -LIMIT or (off > LIMIT + 0.4 / (load * spread)):
                misses.append(f"{desk}: kept {kept:.1%} where {confidence:.0%} was stated")
            over += off > LIMIT
        shares.append((desk, *cells))
    columns = ("desk", "certain: pooled", "certain: days kept", "expected: pooled", "expected: days kept")
    stated_columns = ("desk", *(f"{c:.0%}" for c in STATED[2:] if isinstance(c, float)))
    said = (
        f"In {over} answers of both tables whole agents, or their sum over the day, keep more than 3 points too much."
    )
    parts = (INTRO, MEAN, table(columns, means), SHARE, table(stated_columns, shares), said)
    return Section("Uncertain days", parts, tuple(misses))


def _kept(
    forecast: Forecast, spread: float, stated: tuple[Confidence, ...]
) -> dict[Confidence, tuple[float, float, float]]:
    """Agent-hours, pooled service level and share of days kept, by what was stated."""
    factors = _factors(spread)
    found: dict[Confidence, tuple[float, float, float]] = {}
    seen: dict[bytes, tuple[float, float, float]] = {}
    for confidence in stated:
        needed = requirement.agents(forecast, {"phone": QUEUE}, HALF_HOUR, confidence)
        agents = needed.table["agents"].to_numpy()
        if agents.tobytes() not in seen:
            day = replay(needed, {"phone": QUEUE}, samples=DAYS, factors={"phone": factors}).days.iloc[0]
            seen[agents.tobytes()] = float(agents.sum()) / 2, float(day["service_level"]), float(day["kept"])
        found[confidence] = seen[agents.tobytes()]
    return found


def _cases() -> Iterator[tuple[float, str, float, tuple[Confidence, ...]]]:
    for load in (5.0, 20.0, 100.0, 500.0):
        for spread in (0.05, 0.1, 0.2):
            for shape in ("flat", "shaped"):
                if load < 500:
                    yield load, shape, spread, STATED
                elif shape == "shaped":
                    yield load, shape, spread, STATED if spread == 0.1 else ("certain", "expected", 0.9)


def forecast_of(load: float, shape: str, spread: float) -> Forecast:
    """The forecast by half-hours, with the day's own quantiles."""
    starts = pd.date_range(DAY + pd.Timedelta(hours=9), periods=16, freq=HALF_HOUR)
    hour = 9 + np.arange(16) / 2
    profile = np.ones(16) if shape == "flat" else 0.4 + 1.5 * np.exp(-(((hour - 11) / 1.2) ** 2)) + 0.03 * (hour - 9)
    contacts = load / AHT * 1800 * profile / profile.mean()
    table_ = pd.DataFrame({"start": starts, "queue": "phone", "mean": contacts})
    for level, quantile in zip(LEVELS, _counts(contacts, spread), strict=True):
        table_[level] = quantile
    total = contacts.sum()
    by_day = pd.DataFrame({"start": [DAY], "queue": "phone", "mean": total})
    for level, quantile in zip(LEVELS, _counts(np.array([total]), spread), strict=True):
        by_day[level] = quantile
    return Forecast(table_.assign(aht_s=AHT), HALF_HOUR, by_day=by_day)


def _counts(mean: Floats, spread: float) -> Floats:
    """Quantiles of Poisson counts whose mean has a gamma factor."""
    shape = 1 / spread**2
    levels = np.array(QUANTILES)[:, None]
    return np.asarray(stats.nbinom.ppf(levels, shape, shape / (shape + mean)), dtype=float)


def _factors(spread: float) -> Floats:
    rng = np.random.default_rng([SEED, round(1000 * spread)])
    shape = 1 / spread**2
    return rng.gamma(shape, 1 / shape, (DAYS, 1))
