"""A daily series made ready for a model on the log scale, and a model's logs made contacts again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecast.season import Season

CLASSES = 8  # like days looked back upon to tell whether such a day is closed
SMALL = 10.0  # contacts a day below which a 0 is chance rather than a closed door
CHANCE = 3.0  # contacts due on days of nothing from which on that is no chance: one in twenty
GONE = 28  # last known days of nothing after which every kind of day is closed
AROUND = 29  # days around a day that tell what is usual
HUGE = 6.0  # times these from which on a day may be a mistake
BEYOND = 3.0  # and times what the history's other great days had
GREAT = 10  # other days of a history that may be great
FAR = (4.0, 1.0)  # robust standard deviations, and log contacts, beyond which a day does not tell of the mean


class TooFew(ValueError):
    """Too few days teach for a model to say anything."""


@dataclass(frozen=True, eq=False)
class Training:
    """`log` is log(1 + contacts), NaN on days that teach nothing: unknown, closed, under an incident."""

    days: pd.DatetimeIndex
    contacts: np.ndarray
    log: np.ndarray


def training(daily: pd.Series, season: Season) -> Training:
    """The days of `daily` that teach a forecast, those of `told` less the `huge` ones. Raises as `told` does."""
    past = told(daily, season)
    return replace(past, log=np.where(huge(daily, season), np.nan, past.log))


def told(daily: pd.Series, season: Season) -> Training:
    """The days of `daily` as they were told, mistakes and all. Raises ValueError if the days are not consecutive."""
    days = pd.DatetimeIndex(daily.index)
    if len(days) > 1 and not (np.diff(days.to_numpy()) == np.timedelta64(1, "D")).all():
        raise ValueError("daily: every day needs a row, NaN where unknown")
    queue = str(daily.name or "")
    contacts = daily.to_numpy(dtype=float)
    teaches = np.isfinite(contacts) & ~season.on(days, "incident", queue) & ~season.on(days, "closure", queue)
    positive = contacts[teaches & (contacts > 0)]
    if len(positive) and np.median(positive) >= SMALL:
        teaches &= contacts > 0
    with np.errstate(invalid="ignore"):
        log = np.where(teaches, np.log1p(np.where(teaches, contacts, 0.0)), np.nan)
    return Training(days, contacts, log)


def huge(daily: pd.Series, season: Season) -> np.ndarray:
    """Which of the days dwarf the days around them as no other great day of the history does: mistakes, most likely.

    Days that an event of the planner's covers are never taken for such.
    """
    days, queue = pd.DatetimeIndex(daily.index), str(daily.name or "")
    some = daily[(daily > 0).to_numpy() & ~season.on(days, "incident", queue)]
    times = some / some.rolling(AROUND, center=True, min_periods=5).median()
    great = np.sort(times.dropna().to_numpy())
    if len(great) < GREAT:
        return np.zeros(len(days), dtype=bool)
    least = max(HUGE, BEYOND * float(great[-min(GREAT, len(great) // 5) - 1]))
    found = days.isin(times.index[(times > least) & (some > HUGE * HUGE)])
    for event in season.events.touching(queue):
        if event.kind != "incident":
            found &= ~np.asarray((days >= event.start) & (days <= event.end))
    return np.asarray(found)


def closed(daily: pd.Series, season: Season, horizon: pd.DatetimeIndex) -> np.ndarray:
    """Which days of `horizon` have no contacts: closures, and days whose like were 0 in most of the last eight.

    Where few come, only what cannot be chance is closed. A queue without any for four weeks is closed on every day.
    """
    days, queue = pd.DatetimeIndex(daily.index), str(daily.name or "")
    contacts = daily.to_numpy(dtype=float)
    known = np.isfinite(contacts) & ~season.on(days, "closure", queue)
    past = _like(season, days)
    positive = contacts[known & (contacts > 0)]
    few = len(positive) > 0 and np.median(positive) < SMALL
    usual = float(contacts[known][-365:].mean()) if few else np.inf  # contacts of a day
    zero: dict[int, bool] = {}
    for kind in np.unique(past[known]):
        recent = contacts[known & (past == kind)][-CLASSES:]
        most = (recent == 0).all() and usual * len(recent) >= CHANCE if few else (recent == 0).mean() > 0.5
        zero[int(kind)] = bool(most)
    last = contacts[known & ~season.on(days, "incident", queue)][-GONE:]
    if len(last) == GONE and (last == 0).all() and usual * GONE >= CHANCE:
        return np.ones(len(horizon), dtype=bool)
    plain = _like(season, horizon)
    never = [zero.get(int(k), zero.get(int(w), False)) for k, w in zip(plain, season.weekdays(horizon), strict=True)]
    nothing = np.array(never, dtype=bool) | season.on(horizon, "closure", queue)
    for event in season.events.touching(queue):
        if event.size == 0:
            nothing |= np.asarray((horizon >= event.start) & (horizon <= event.end))
    return np.asarray(nothing)


def unlogged(log: np.ndarray, past: Training, fitted: np.ndarray) -> np.ndarray:
    """Contacts from logs, raised by what the mean of past days exceeded what their logs said (Duan 1983)."""
    return np.asarray(np.maximum(np.expm1(np.clip(log, 0, 25)), 0.0) * smear(past, fitted))


def smear(past: Training, fitted: np.ndarray) -> float:
    """By how much the mean of past days exceeded what their logs said: Duan's factor, one odd day pulled in."""
    taught = np.isfinite(past.log)
    recent = np.flatnonzero(taught)[-365:]
    logs = np.clip(fitted[recent], 0, 25)
    said = np.expm1(logs).sum()
    away = past.log[recent] - logs
    far = max(FAR[0] * 1.4826 * float(np.median(np.abs(away))), FAR[1]) if len(recent) else 0.0
    came = np.minimum(past.contacts[recent], np.expm1(logs + far)).sum()
    return float(np.clip(came / said, 0.95, 1.5)) if said > 0 else 1.0


def _like(season: Season, days: pd.DatetimeIndex) -> np.ndarray:
    """Days that are alike get one number: the weekday they behave like, 7 more on days off, 14 more when made up."""
    return np.asarray(season.weekdays(days) + 7 * season.off(days) + 14 * days.isin(season.makeup_workdays))
