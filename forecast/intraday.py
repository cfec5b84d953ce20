"""Days to intervals: how a day's contacts spread over it.

A day's shares are those of its weekday, each weekday leaning on the others as far as they are alike. A day off, or one
next to it, is between its weekday and the day of the weekend it resembles; a day near a peak bends as days at that
distance bent before; both as far as such days were seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.occasion import FESTIVALS, SHOPPING
from forecast.season import Season

HALF = 60.0  # days in which what a day tells of the next is halved
RECENT = 8  # like days that tell how much days of one kind differ
REACH = 3.0  # days of distance over which peak days are alike
LASTING = 730.0  # days in which what a day off or a peak day tells is halved: they are few
ALIKE = 0.5  # what a day off like another day of the weekend tells; a day off of a day next to one
SIZE = 0.35  # difference of the logs of contacts over which days off are alike
FEW = 5.0
ENOUGH = 3.0  # contacts expected of a slot in which none came: it is closed, not quiet
FLAT = 7  # the class of a holiday's days off, beside the seven weekdays


@dataclass(frozen=True, eq=False)
class Profile:
    """`shares`: days x intervals, each row summing to 1.

    `phi` and `cv`: an interval's count given its day has the variance phi x mean + (cv x mean)^2.
    """

    shares: np.ndarray
    phi: float
    cv: float


def kinds(season: Season, days: pd.DatetimeIndex) -> np.ndarray:
    """The class of each day: the weekday it behaves like, or a holiday's day off."""
    return np.asarray(np.where(season.off(days), FLAT, season.weekdays(days)))


def profile(total: pd.Series, season: Season, days: pd.DatetimeIndex, expected: np.ndarray) -> Profile:
    """How each of `days` with its `expected` contacts spreads, from the queue's whole days, no incident nor closure.

    A slot in which nothing came though something was due is closed. Without any contact all slots are alike.
    """
    told, counts = by_day(total)
    queue = str(total.name or "")
    sound = np.isfinite(counts).all(axis=1) & (np.nan_to_num(counts).sum(axis=1) > 0)
    sound &= ~season.on(told, "incident", queue) & ~season.on(told, "closure", queue)
    slots = counts.shape[1]
    if not sound.any():
        return Profile(np.full((len(days), slots), 1.0 / slots), 1.0, 0.0)
    past, came = told[sound], counts[sound]
    size, age = came.sum(axis=1), (told[-1] - past).days.to_numpy(dtype=float)
    weekday, beside = season.weekdays(past), _beside(season, past)
    plain = beside < 0
    if not plain.any():
        plain = np.ones(len(past), dtype=bool)
    recent = np.concatenate([np.flatnonzero(plain & (weekday == k))[-RECENT:] for k in range(7)])
    firm = _firmness(came[recent], _means(came[recent], weekday[recent])[weekday[recent]])
    worth = 0.5 ** (age / HALF) * (firm + 1) / (size + firm)  # a day's contacts are not drawn one by one
    week = _week(came[plain], worth[plain], weekday[plain])
    shares = _near_peaks(
        week[season.weekdays(days)], days, season, past[plain], came[plain], week[weekday[plain]], queue
    )
    shares = _next_to_holidays(shares, days, expected, season, past, came, week, firm)
    return Profile(shares, *_dispersion(came[recent], week[weekday[recent]]))


def by_day(values: pd.Series) -> tuple[pd.DatetimeIndex, np.ndarray]:
    """The days, and the values as days x intervals."""
    index = pd.DatetimeIndex(values.index)
    days = index.normalize().unique()
    return days, values.to_numpy(dtype=float).reshape(len(days), -1)


def _beside(season: Season, days: pd.DatetimeIndex) -> np.ndarray:
    """The weekday that a day off, or one next to it, is like where that is not its own; else -1."""
    like = season.resembles(days)
    return np.asarray(np.where(like == season.weekdays(days), -1, like))


def _means(counts: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """Shares of each weekday, all days of it together; of a weekday never seen those of all."""
    sums = np.stack([counts[kind == k].sum(axis=0) for k in range(7)])
    sums[sums.sum(axis=1) == 0] = counts.sum(axis=0)
    return np.asarray(sums / sums.sum(axis=1, keepdims=True))


def _firmness(counts: np.ndarray, shares: np.ndarray, most: float = 0.9) -> float:
    """How many contacts' worth days of one kind hold on to their shares: the sum of the parameters of a
    Dirichlet-multinomial, by moments (Mosimann 1962): chi-square over its freedom is (n + A) / (1 + A).

    Days more misfit than the share `most` of them count as that: a day of its own kind says nothing of the others.
    """
    size = counts.sum(axis=1)
    mean = size[:, None] * shares
    told = mean > 0.3
    misfit = np.where(told, (counts - mean) ** 2 / np.where(told, mean, 1.0), 0.0).sum(axis=1)
    over = misfit / np.maximum(told.sum(axis=1) - 1, 1) - 1
    over = np.minimum(over, np.quantile(over, most))
    return float(np.clip((size - 1).sum() / max(over.sum(), 1e-9), 20.0, 1e5))


def _week(counts: np.ndarray, worth: np.ndarray, weekday: np.ndarray) -> np.ndarray:
    """Shares of each weekday, 7 x slots: a mean over weekdays, each weighted by one over how far it may be off.

    How far another weekday's shares are from the true ones of this is its own noise and the squared distance of the
    two beyond both's noise, in units of the shares.
    """
    each = [(worth[weekday == k] * counts[weekday == k].sum(axis=1)).sum() for k in range(7)]
    known = np.array(each)
    sums = np.stack([worth[weekday == k] @ counts[weekday == k] for k in range(7)])
    pooled = sums.sum(axis=0) / sums.sum()
    own = np.divide(sums, known[:, None], out=np.tile(pooled, (7, 1)), where=known[:, None] > 0)
    noise = np.divide(1.0, known, out=np.full(7, np.inf), where=known > 0)
    week = np.empty_like(own)
    free = max(counts.shape[1] - 1, 1)
    for k in range(7):
        apart = np.zeros(7)
        if known[k] > 0:
            middle = (own[k] * known[k] + own * known[:, None]) / (known[k] + known)[:, None]
            told = middle * (known[k] + known)[:, None] > 1
            square = np.where(told, (own[k] - own) ** 2 / np.where(told, middle, 1.0), 0.0).sum(axis=1)
            both = noise[k] + noise
            beyond = square / np.maximum(told.sum(axis=1) - 1, 1) - both
            apart = np.where(np.isfinite(both), np.maximum(beyond, 0.0) + both * np.sqrt(2 / free), np.inf)
            apart[k] = 0.0
        weight = 1.0 / (noise + apart)
        week[k] = weight @ own / weight.sum() if weight.sum() > 0 else pooled
        week[k][(sums[k] == 0) & (pooled * counts[weekday == k].sum() > ENOUGH)] = 0.0
    return np.asarray(week / week.sum(axis=1, keepdims=True))


def _next_to_holidays(
    shares: np.ndarray,
    days: pd.DatetimeIndex,
    expected: np.ndarray,
    season: Season,
    past: pd.DatetimeIndex,
    counts: np.ndarray,
    week: np.ndarray,
    firm: float,
) -> np.ndarray:
    """`shares` with those of days off and days next to them: half their weekday's, half those of the day they are
    like, and such days of the past, as firmly as these were alike."""
    like, seen = _beside(season, days), _beside(season, past)
    at, weekday, off = np.flatnonzero(seen >= 0), season.weekdays(days), season.off(days)
    held = firm
    if len(at):
        believed = 0.5 * (week[season.weekdays(past)[at]] + week[seen[at]])
        held = min(_firmness(counts[at], believed), firm)
        size = counts[at].sum(axis=1)
        lasting = 0.5 ** ((past[-1] - past[at]).days.to_numpy() / LASTING) * (held + 1) / (size + held)
    out = shares.copy()
    for i in np.flatnonzero(like >= 0):
        mixed = held * 0.5 * (week[weekday[i]] + week[like[i]])
        if len(at):
            alike = np.where(seen[at] == like[i], 1.0, ALIKE) * np.where(season.off(past[at]) == off[i], 1.0, ALIKE)
            apart = np.log((size + FEW) / (expected[i] + FEW))  # a half day off spreads unlike a whole one
            mixed = mixed + (alike * np.exp(-0.5 * (apart / SIZE) ** 2) * lasting) @ counts[at]
        out[i] = mixed / mixed.sum()
    return out


def _near_peaks(
    shares: np.ndarray,
    days: pd.DatetimeIndex,
    season: Season,
    past: pd.DatetimeIndex,
    counts: np.ndarray,
    usual: np.ndarray,
    queue: str,
) -> np.ndarray:
    """`shares` with those of peak days bent as past peak days were bent from their `usual` shares: first as all of
    them were, then as those of the same occasion at a like distance."""
    near = np.flatnonzero(season.peaks(days, queue))
    at = np.flatnonzero(season.peaks(past, queue))
    if not (len(near) and len(at)):
        return shares
    came, lasting = counts[at], 0.5 ** ((past[-1] - past[at]).days.to_numpy() / LASTING)
    firm = _firmness(came, usual[at], 1.0)
    worth = lasting * (firm + 1) / (came.sum(axis=1) + firm)
    both = _bent(np.vstack([shares[near], usual[at]]), came, usual[at], np.tile(worth, (len(near) + len(at), 1)), firm)
    gap = _distances(season, days[near])[:, None, :] - _distances(season, past[at])[None, :, :]
    kernel = np.where(np.isfinite(gap), np.exp(-0.5 * (gap / REACH) ** 2), 0.0).max(axis=2)
    firm = _firmness(came, both[len(near) :], 1.0)
    worth = lasting * (firm + 1) / (came.sum(axis=1) + firm)
    out = shares.copy()
    out[near] = _bent(both[: len(near)], came, both[len(near) :], kernel * worth, firm)
    return out


def _bent(shares: np.ndarray, counts: np.ndarray, usual: np.ndarray, weight: np.ndarray, firm: float) -> np.ndarray:
    """`shares`, each times what came of past days over what was usual of them, weighted; `firm` contacts stand by."""
    came, due = weight @ counts, (weight * counts.sum(axis=1)) @ usual
    bent = shares * (came + firm * shares) / np.maximum(due + firm * shares, 1e-12)
    return np.asarray(bent / bent.sum(axis=1, keepdims=True))


def _distances(season: Season, days: pd.DatetimeIndex) -> np.ndarray:
    """Days from the nearest coming of each festival and shopping festival; NaN where none is within its peak."""
    columns = []
    for key, kind in (FESTIVALS | SHOPPING).items():
        apart = season.distance(key, days)
        low, high = kind.peak or (1, 0)
        columns.append(np.where((apart >= low) & (apart <= high), apart, np.nan))
    return np.column_stack(columns)


def _dispersion(counts: np.ndarray, shares: np.ndarray) -> tuple[float, float]:
    """phi and cv of the days `counts` by their `shares`, by least squares of squared error over mean on [1, mean]."""
    mean = counts.sum(axis=1, keepdims=True) * shares
    some = mean > 0.5
    if some.sum() < 50:
        return 1.0, 0.0
    m = mean[some]
    # The profile was drawn from these very days: each has lent it an eighth of its own error.
    square = (counts[some] - m) ** 2 * RECENT / (RECENT - 1)
    square = np.minimum(square, np.quantile(square / m, 0.995) * m)
    design = np.column_stack([np.ones_like(m), m])
    weight = 1.0 / (1.0 + 0.1 * m)
    (phi, slope), *_ = np.linalg.lstsq(design * weight[:, None], square / m * weight, rcond=None)
    if slope <= 0:
        return float(max(np.average(square / m, weights=weight), 0.1)), 0.0
    if phi < 0.1:
        return 0.1, float(np.sqrt(max(((square / m - 0.1) * weight**2 * m).sum() / ((m * weight) ** 2).sum(), 0.0)))
    return float(phi), float(np.sqrt(slope))
