"""A global peer: one gradient boosting over all series of a group, which answers in the peers' environment.

A row is a day of a series seen from an origin before it; what is told is the log of its contacts over the mean log of
the 28 days before the origin. Columns: days ahead, weekday, that mean over the last week and the last quarter, the same
weekdays of the last four weeks, the same weekday a year ago over its own month, which series, and every regressor of
our calendar, so that it knows the distance to each festival as ours does.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.forecasts.origin import Past
from benchmarks.forecasts.said import Said, answer
from benchmarks.forecasts.smoothing import PYTHON
from forecast.forecast import QUANTILES
from forecast.model.features import features
from forecast.season import season_of

SCRIPT = Path(__file__).with_name("peers") / "boost.py"
STEP = 14  # days between the origins that teach
LEVEL, LAST, LONG = 28, 7, 91  # days that tell a level
FIRST = 28  # days of a series before its first origin
YEAR = 364
HELD = 4  # origins whose rows tell how far off it is


def boosted(pasts: Sequence[Past], _jobs: int) -> Said:
    """The days of all pasts, one fit for all series of a cut."""
    of_cut = [list(one) for _, one in groupby(sorted(pasts, key=lambda p: p.cut.origin), key=lambda p: p.cut)]
    with tempfile.TemporaryDirectory() as folder:
        kept = [_ask(Path(folder) / f"{n}.npz", one) for n, one in enumerate(of_cut)]
        command = [str(PYTHON), "-W", "ignore", str(SCRIPT), folder]
        alone = os.environ | {"OMP_NUM_THREADS": "1"}  # threads that wait by spinning take longer on shared cores
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=alone)  # noqa: S603  our own script
        parts = []
        for n, (one, levels) in enumerate(zip(of_cut, kept, strict=True)):
            with np.load(Path(folder) / f"{n}.told.npz") as told:
                logs, errors = told["mean"].reshape(len(one), -1), told["errors"]
            bands = np.quantile(errors, QUANTILES)
            for past, log, level in zip(one, logs, levels, strict=True):
                mean = np.expm1(log + level)
                parts.append(answer(past, "day", mean, np.expm1((log + level)[:, None] + bands)))
    return Said(pd.concat(parts, ignore_index=True), json.loads(done.stdout)["seconds"])


def _ask(file: Path, pasts: Sequence[Past]) -> list[float]:
    """Write what teaches and what is asked of one cut; the level of each series at the origin."""
    rows, told, age, asked, levels = [], [], [], [], []
    for number, past in enumerate(pasts):
        days = pd.DatetimeIndex(past.known.append(past.days))
        countries = tuple(c for c in past.countries if c != "none")
        calendar = features(season_of(days[0], days[-1], countries), days, past.queue).values
        contacts = past.daily.to_numpy(dtype=float)
        log = np.append(
            np.where(contacts > 0, np.log1p(np.maximum(contacts, 0)), np.nan), np.full(past.cut.days, np.nan)
        )
        n = len(contacts)
        for back, origin in enumerate(range(n - STEP, FIRST, -STEP)):
            at = np.arange(origin, min(origin + past.cut.days, n))
            at = at[np.isfinite(log[at])]
            level = _level(log, origin, LEVEL)
            if len(at) and np.isfinite(level):
                rows.append(_columns(log, calendar, days, origin, at, number))
                told.append(log[at] - level)
                age.append(np.full(len(at), back))
        asked.append(_columns(log, calendar, days, n, np.arange(n, n + past.cut.days), number))
        levels.append(_level(log, n, LEVEL))
    x, back_ = np.vstack(rows), np.concatenate(age)
    held = back_ < min(HELD, (back_.max() + 1) // 2)
    np.savez(file, x=x, y=np.concatenate(told), held=held, asked=np.vstack(asked))
    return [level if np.isfinite(level) else 0.0 for level in levels]


def _level(log: np.ndarray, origin: int, days: int) -> float:
    known = log[max(origin - days, 0) : origin]
    known = known[np.isfinite(known)]
    return float(known.mean()) if len(known) else float("nan")


def _columns(
    log: np.ndarray, calendar: np.ndarray, days: pd.DatetimeIndex, origin: int, at: np.ndarray, number: int
) -> np.ndarray:
    level = _level(log, origin, LEVEL)
    back = origin - 1 - (origin - 1 - at) % 7  # the last same weekday before the origin
    weeks = [np.where(back - 7 * k >= 0, log[np.maximum(back - 7 * k, 0)], np.nan) for k in range(4)]
    ago = np.maximum(at - YEAR, 0)
    month = np.array([_level(log, int(k) + 1, LEVEL) for k in ago])
    year = np.where(at >= YEAR + LEVEL, log[ago] - month, np.nan)
    counts = np.isfinite(weeks).sum(axis=0)
    same = np.where(counts > 0, np.nansum(weeks, axis=0) / np.maximum(counts, 1) - level, np.nan)
    alike = (_level(log, origin, LAST) - level, level - _level(log, origin, LONG), float(number))
    own = [np.full(len(at), value) for value in alike]
    return np.column_stack([at - origin, days[at].day_of_week, same, year, *own, calendar[at]])
