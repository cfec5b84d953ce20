"""What in a queue's days cannot teach what it should: nothing at all, a long gap, one huge day, filled-in numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecast.language import Text
from forecast.model.training import huge
from forecast.season import DAY, Season

GAP = 14  # unknown days in a row that are worth a word
SAME = 28  # known days in a row with one and the same count
LEAST = 6  # contacts a day below which the same number every day is no wonder
RECENT = 56  # days in which an exception is worth a word


def oddities(daily: pd.Series, season: Season, days: pd.DatetimeIndex, mean: np.ndarray) -> list[Text]:
    """Each of them in words, for a queue that is forecast as `mean` on `days`."""
    known = daily.dropna()
    queue = str(daily.name or "")
    if not (known > 0).any():
        return [
            Text(
                "{queue}: no contacts in the whole history: none are expected, and nothing tells how many there could "
                "be",
                queue=queue,
            )
        ]
    said = _gap(daily, queue) + _huge(known, season, queue) + _exceptions(known, season, days, mean, queue)
    if filled(known):
        said.append(
            Text(
                "{queue}: every known day of the last {days} has {count:.6g} contacts: they look filled in rather than "
                "counted, and the bands are a wide guess",
                queue=queue,
                days=SAME,
                count=float(known[known > 0].iloc[-1]),
            )
        )
    return said


def filled(known: pd.Series) -> bool:
    """Whether the last 28 days with contacts all have the same number, and more than a few of them."""
    last = known[known > 0].iloc[-SAME:]
    return len(last) == SAME and last.iloc[0] >= LEAST and bool((last == last.iloc[0]).all())


def _gap(daily: pd.Series, queue: str) -> list[Text]:
    """The longest run of unknown days between known ones."""
    known = pd.DatetimeIndex(daily.index[daily.notna()])
    apart = np.diff(known.to_numpy()) // DAY.to_numpy() - 1
    if not len(apart) or apart.max() < GAP:
        return []
    at = int(apart.argmax())
    text = Text(
        "{queue}: nothing is known from {first} to {last} ({count} days): what came then has taught nothing",
        queue=queue,
        first=f"{known[at] + DAY:%Y-%m-%d}",
        last=f"{known[at + 1] - DAY:%Y-%m-%d}",
        count=int(apart[at]),
    )
    return [text]


def _huge(known: pd.Series, season: Season, queue: str) -> list[Text]:
    """Days too great to be learned from, the greatest by name."""
    days = known[huge(known, season)]
    if days.empty:
        return []
    text = Text(
        "{queue}: {day} has {count:.10g} contacts, many times those of the days around it, and was left out of "
        "training ({days} such days in all); if it was real, name it as an event, else correct it",
        queue=queue,
        day=f"{days.idxmax():%Y-%m-%d}",
        count=float(days.max()),
        days=len(days),
    )
    return [text]


def _exceptions(known: pd.Series, season: Season, days: pd.DatetimeIndex, mean: np.ndarray, queue: str) -> list[Text]:
    """Recent days with contacts on weekdays that the forecast has closed throughout."""
    plain = ~season.off(days) & ~season.on(days, "closure", queue)
    weekday = season.weekdays(days)
    closed = [k for k in range(7) if (plain & (weekday == k)).any() and (mean[plain & (weekday == k)] == 0).all()]
    last = known[known.index > known.index[-1] - RECENT * DAY]
    at = pd.DatetimeIndex(last.index)
    count = int(((last > 0).to_numpy() & np.isin(season.weekdays(at), closed)).sum())
    if not count:
        return []
    text = Text(
        "{queue}: contacts came on {count} of the last {days} days on weekdays that are forecast as closed: they are "
        "taken for exceptions",
        queue=queue,
        count=count,
        days=RECENT,
    )
    return [text]
