"""Days to intervals: how a day's contacts spread over it, and how long each takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.season import Season

LOOK_BACK = 8  # like days that tell the profile of the next: the average of eight is hard to beat (Taylor 2008)
OFF = 7  # the class of a holiday's days off, beside the seven weekdays
SUNDAY = 6
BELIEF = 150.0  # contacts for which the profile of all days stands beside a weekday's own
TALKS = 60.0  # contacts for which the queue's mean handle time stands beside an interval's own
MOST_ELASTIC = 0.5
ENOUGH = 3.0  # contacts expected of a slot in which none came: it is closed, not quiet


@dataclass(frozen=True, eq=False)
class Profile:
    """`shares`: classes (Monday to Sunday, days off) x intervals, each row summing to 1.

    `phi` and `cv`: an interval's count given its day has the variance phi x mean + (cv x mean)^2.
    """

    shares: np.ndarray
    phi: float
    cv: float


@dataclass(frozen=True, eq=False)
class HandleTime:
    """`seconds` an interval of the day; a day with r times `volume` contacts takes r ** `elasticity` as long."""

    seconds: np.ndarray
    volume: float
    elasticity: float

    def of(self, expected: np.ndarray) -> np.ndarray:
        """Handle time, days x intervals, on days of `expected` contacts."""
        ratio = np.clip(np.where(expected > 0, expected, self.volume) / self.volume, 0.2, 10.0)
        return np.asarray(self.seconds[None, :] * (ratio**self.elasticity)[:, None])


def kinds(season: Season, days: pd.DatetimeIndex) -> np.ndarray:
    """The class of each day: the weekday it behaves like, or a holiday's day off."""
    return np.asarray(np.where(season.off(days), OFF, season.weekdays(days)))


def profile(total: pd.Series, season: Season) -> Profile:
    """How the queue's days spread, from the last eight whole days of each class, away from incidents and closures.

    A class is steadied by the profile of all its days together, the more the fewer its contacts; days off of which few
    were seen lean on Sundays. A slot in which nothing came though something was due is closed.
    """
    days, counts = _by_day(total)
    queue = str(total.name or "")
    sound = np.isfinite(counts).all(axis=1) & (np.nan_to_num(counts).sum(axis=1) > 0)
    sound &= ~season.on(days, "incident", queue) & ~season.on(days, "closure", queue)
    slots = counts.shape[1]
    if not sound.any():
        return Profile(np.full((8, slots), 1.0 / slots), 1.0, 0.0)
    kind = kinds(season, days)
    recent = [np.flatnonzero(sound & (kind == k))[-LOOK_BACK:] for k in range(8)]
    week = np.concatenate(recent[:OFF]) if any(map(len, recent[:OFF])) else recent[OFF]
    pooled = counts[week].sum(axis=0) / counts[week].sum()
    shares = np.empty((8, slots))
    for k in range(8):
        lean = shares[SUNDAY] if k == OFF else pooled
        own = counts[recent[k]].sum(axis=0)
        belief = BELIEF * (4 if k == OFF else 1)
        mixed = own + belief * lean
        mixed[(own == 0) & (lean * own.sum() > ENOUGH)] = 0.0
        shares[k] = mixed / mixed.sum()
    return Profile(shares, *_dispersion(counts, kind, recent, shares))


def handle_time(seconds: pd.Series, total: pd.Series) -> HandleTime | None:
    """The queue's handle time by interval of the day over the last 56 days told; None if none was.

    Intervals are weighted by contacts and shrunk to the queue's mean. The elasticity is the slope of the log of a day's
    handle time on the log of its contacts over two years, both against the median of the weeks around; from 0 to 0.5.
    """
    days, times = _by_day(seconds)
    _, counts = _by_day(total)
    weight = np.where(np.isfinite(times) & np.isfinite(counts), counts, 0.0)
    times = np.nan_to_num(times)
    told = np.flatnonzero(weight.sum(axis=1) > 0)
    if not len(told):
        return None
    near = told[told > told[-1] - 56]
    mean = float((weight[near] * times[near]).sum() / weight[near].sum())
    slot = ((weight[near] * times[near]).sum(axis=0) + TALKS * mean) / (weight[near].sum(axis=0) + TALKS)
    by_day = np.full(len(days), np.nan)
    by_day[told] = (weight[told] * times[told]).sum(axis=1) / weight[told].sum(axis=1)
    volume = np.where(np.isfinite(by_day), counts.sum(axis=1), np.nan)
    return HandleTime(slot, max(float(np.nanmedian(volume[near])), 1e-9), _elasticity(by_day[-730:], volume[-730:]))


def _elasticity(seconds: np.ndarray, volume: np.ndarray) -> float:
    told = np.isfinite(seconds) & np.isfinite(volume) & (volume > 0)
    if told.sum() < 28:
        return 0.0
    both = np.where(told[:, None], np.column_stack([seconds, volume]), np.nan)
    logs = pd.DataFrame(np.log(both), columns=["seconds", "volume"])
    away = (logs - logs.rolling(121, center=True, min_periods=28).median()).dropna()
    spread = float((away["volume"] ** 2).sum())
    if len(away) < 28 or spread < 1e-6:
        return 0.0
    return float(np.clip((away["volume"] * away["seconds"]).sum() / spread, 0.0, MOST_ELASTIC))


def _by_day(values: pd.Series) -> tuple[pd.DatetimeIndex, np.ndarray]:
    """The days, and the values as days x intervals."""
    index = pd.DatetimeIndex(values.index)
    days = index.normalize().unique()
    return days, values.to_numpy(dtype=float).reshape(len(days), -1)


def _dispersion(
    counts: np.ndarray, kind: np.ndarray, recent: list[np.ndarray], shares: np.ndarray
) -> tuple[float, float]:
    """phi and cv from the recent days, by least squares of squared error over mean on [1, mean]."""
    at = np.concatenate(recent[:OFF]) if any(map(len, recent[:OFF])) else recent[OFF]  # days off are too unlike
    mean = counts[at].sum(axis=1, keepdims=True) * shares[kind[at]]
    some = mean > 0.5
    if some.sum() < 50:
        return 1.0, 0.0
    m = mean[some]
    # The profile was drawn from these very days: each has lent it an eighth of its own error.
    square = (counts[at][some] - m) ** 2 * LOOK_BACK / (LOOK_BACK - 1)
    square = np.minimum(square, np.quantile(square / m, 0.995) * m)
    design = np.column_stack([np.ones_like(m), m])
    weight = 1.0 / (1.0 + 0.1 * m)
    (phi, slope), *_ = np.linalg.lstsq(design * weight[:, None], square / m * weight, rcond=None)
    if slope <= 0:
        return float(max(np.average(square / m, weights=weight), 0.1)), 0.0
    if phi < 0.1:
        return 0.1, float(np.sqrt(max(((square / m - 0.1) * weight**2 * m).sum() / ((m * weight) ** 2).sum(), 0.0)))
    return float(phi), float(np.sqrt(slope))
