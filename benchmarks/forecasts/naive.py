"""The naive peers: the same time of last week, and its mean over eight weeks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.forecasts.origin import Past, by_week
from benchmarks.forecasts.said import answer
from forecast.forecast import QUANTILES

MOST = 52  # weeks of residuals that draw the bands
FEW = 14  # residuals below which a lag takes the bands of the lag before


def last_week(past: Past) -> pd.DataFrame:
    """The same weekday of last week, interval by interval."""
    return _repeated(past, 1)


def eight_weeks(past: Past) -> pd.DataFrame:
    """The mean of the last eight same weekdays, interval by interval."""
    return _repeated(past, 8)


def _repeated(past: Past, count: int) -> pd.DataFrame:
    parts = [answer(past, "day", *_told(by_week(past.daily.to_numpy(dtype=float), 1), past.cut.days, count))]
    if past.per_day > 1:
        parts.append(answer(past, "interval", *_told(past.weeks, past.cut.days, count)))
    return pd.concat(parts, ignore_index=True)


def _told(weeks: np.ndarray, days: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and quantiles, day after day.

    The quantiles are those of what the same rule would have got wrong in the past, as many weeks ahead, over the root
    of what it said: by time of day, over all weekdays.
    """
    base = _mean(weeks[-count:])
    base = np.where(np.isfinite(base), base, np.nan_to_num(_mean(weeks)))
    root = np.sqrt(base + 1)
    dead = (np.nan_to_num(weeks[-8:]) == 0).all(axis=0)  # closed: its zeros say nothing of the other days
    means, quantiles, spread = [], [], np.zeros((len(QUANTILES), weeks.shape[2]))
    for ahead in range(1, -(-days // 7) + 1):
        rows = range(max(ahead + count - 1, len(weeks) - MOST), len(weeks))
        said = [_mean(weeks[r - ahead - count + 1 : r - ahead + 1]) for r in rows]
        if said:
            at = np.array(said)
            errors = np.where(dead, np.nan, (weeks[list(rows)] - at) / np.sqrt(at + 1)).reshape(-1, weeks.shape[2])
            enough = np.isfinite(errors).sum(axis=0) >= FEW
            spread[:, enough] = np.nanquantile(errors[:, enough], QUANTILES, axis=0)
        means.append(base)
        quantiles.append(base[..., None] + root[..., None] * spread.T[None, :, :])
    told = np.concatenate(means)[:days]
    bands = np.concatenate(quantiles)[:days]
    return told.ravel(), bands.reshape(-1, len(QUANTILES))


def _mean(weeks: np.ndarray) -> np.ndarray:
    """Mean over weeks of what is known; NaN where nothing is."""
    known = np.isfinite(weeks).sum(axis=0)
    return np.where(known > 0, np.nansum(weeks, axis=0) / np.maximum(known, 1), np.nan)
