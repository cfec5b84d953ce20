"""How a history ends: the last days against what was expected of them, silence, an occasion that still goes on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from forecast.language import Text
from forecast.model import MODELS, USUAL
from forecast.occasion import FESTIVALS, SHOPPING
from forecast.season import DAY, Season

LAST = 7  # days that are held against what was expected of them
TOLD = 4  # of these at least
LEAST = 14  # known days before them, below which nothing was expected
DUE = 5.0  # contacts a day below which one week tells nothing
CLEAR = (np.log(1.25), 0.5)  # log shifts: no smaller one is said, a larger one always is
SURE = 2.0  # standard deviations of a day's error that a shift between these must exceed
MOST = np.log(5.0)  # log shift that bands reach for, however far off the last days were
AHEAD = 14  # days of the forecast that show whether it follows
REACH = float(ndtri(0.9))  # the 80% band reaches as far as the last days, and as far as the days before
SILENT = 3  # days without contacts that are worth a word
LONG = 28  # after the only day that ever had any
YEAR = 365
APART = {"incident", "closure"}  # events that no customer answers to
SLOW = frozenset({"prophet", "boosted", "blend"})  # too slow to fit once more: the usual model tells in their place


@dataclass(frozen=True)
class Surprise:
    """The last `days` days came in at exp(`shift`) times what was expected of them.

    `followed` is the share of the shift that the forecast has taken on, from 0 to 1.
    """

    days: int
    shift: float
    followed: float

    @property
    def below(self) -> float:
        """Standard deviation of the log to add below the median, so that the 80% band reaches the lower level."""
        return self._doubt(self.followed if self.shift > 0 else 1 - self.followed)

    @property
    def above(self) -> float:
        """Standard deviation of the log to add above the median, so that the 80% band reaches the higher level."""
        return self._doubt(1 - self.followed if self.shift > 0 else self.followed)

    def _doubt(self, left: float) -> float:
        return float(min(abs(self.shift), MOST) * left / REACH)

    def text(self, queue: str) -> Text:
        """The surprise in words."""
        times = float(np.exp(self.shift))
        facts = {"queue": queue, "days": self.days, "share": f"{self.followed:.0%}"}
        if times > 1:
            return Text(
                "{queue}: the last {days} days came in {percent} above what was expected of them; the forecast follows "
                "{share} of that, and its bands are wider",
                percent=f"{times - 1:.0%}",
                **facts,
            )
        return Text(
            "{queue}: the last {days} days came in {percent} below what was expected of them; the forecast follows "
            "{share} of that, and its bands are wider",
            percent=f"{1 - times:.0%}",
            **facts,
        )


def surprise(
    daily: pd.Series, season: Season, model: str, error: float, days: pd.DatetimeIndex, mean: np.ndarray
) -> Surprise | None:
    """What the last known week was off by, told by `model` as it would have forecast it and the `days` to come.

    `error` is the standard deviation of a day's log error, `mean` the forecast of `days`. None where the week was
    about as expected, or too little is known to say. Incidents and closures do not count.
    """
    queue, known = str(daily.name or ""), daily.dropna()
    if known.empty:
        return None
    origin = known.index[-1] - (LAST - 1) * DAY
    past = daily[daily.index < origin]
    if past.notna().sum() < LEAST:
        return None
    horizon = pd.date_range(origin, days[: max(AHEAD, 1)][-1], unit="s")
    expected = MODELS[USUAL if model in SLOW else model](past, season.as_known_before(origin), horizon)
    week = known[known.index >= origin]
    at = pd.DatetimeIndex(week.index)
    due = expected.reindex(at).to_numpy(dtype=float)
    counts = (due > 0) & ~season.on(at, "incident", queue) & ~season.on(at, "closure", queue)
    if counts.sum() < TOLD or np.median(due[counts]) < DUE:
        return None
    shift = float(np.median(np.log1p(week.to_numpy()[counts]) - np.log1p(due[counts])))
    if abs(shift) < np.clip(SURE * error, *CLEAR):
        return None
    return Surprise(LAST, shift, _followed(shift, expected.reindex(days[:AHEAD]).to_numpy(dtype=float), mean[:AHEAD]))


def _followed(shift: float, before: np.ndarray, now: np.ndarray) -> float:
    """The share of a shift by which the forecast differs from the one made before it."""
    both = (before > 0) & np.isfinite(before)
    if not both.any():
        return 1.0
    moved = float(np.median(np.log1p(now[both]) - np.log1p(before[both])))
    return float(np.clip(moved / shift, 0.0, 1.0))


def silence(daily: pd.Series) -> tuple[pd.Timestamp, int] | None:
    """The last day with contacts, and the known days without any since: more than ever in the year before it.

    None where the last days had contacts, were closed as usual, or no day ever had any.
    """
    known = daily.dropna()
    some = np.flatnonzero(known.to_numpy() > 0)
    if not len(some):
        return None
    run = len(known) - 1 - int(some[-1])
    recent = some[some >= some[-1] - YEAR]
    # where one day alone had any, it was silent before as well
    usual = int(np.diff(recent).max()) - 1 if len(recent) > 1 else LONG
    return (pd.Timestamp(known.index[some[-1]]), run) if run >= SILENT and run > usual else None


def silent(daily: pd.Series, mean: np.ndarray) -> list[Text]:
    """Silence in words: whether the forecast takes it for a closed door."""
    found = silence(daily)
    if found is None:
        return []
    facts = {"queue": str(daily.name or ""), "day": f"{found[0]:%Y-%m-%d}", "count": found[1]}
    if (mean == 0).all():
        return [
            Text(
                "{queue}: no contacts since {day} ({count} days): forecast as closed; if it opens again, its forecast "
                "wants a history without these days",
                **facts,
            )
        ]
    return [
        Text(
            "{queue}: no contacts since {day} ({count} days): they are expected back; if the queue is closed, say so "
            "as a closure in the events",
            **facts,
        )
    ]


def amid(last: pd.Timestamp, season: Season, queue: str) -> list[Text]:
    """Each festival, promotion or campaign that had begun and was not over on the `last` known day."""
    spans = []
    for occasion in season.occasions:
        kind = (FESTIVALS | SHOPPING)[occasion.key]
        if kind.peak is not None:
            spans.append((kind.label, occasion.day + kind.peak[0] * DAY, occasion.day + kind.peak[1] * DAY))
    own = (e for e in season.events.touching(queue) if e.kind not in APART)
    spans += [(Text("{name}", name=e.name), e.start, e.end) for e in own]
    return [
        Text(
            "{queue}: the history ends on {last}, amid {name} ({start} to {end}): its size this time is only partly "
            "seen",
            queue=queue,
            last=f"{last:%Y-%m-%d}",
            name=name,
            start=f"{start:%Y-%m-%d}",
            end=f"{end:%Y-%m-%d}",
        )
        for name, start, end in spans
        if start <= last < end
    ]
