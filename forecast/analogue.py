"""An event that is to be like a past occasion: which coming of it is meant, and which of its days each day is like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecast.event import RESPONDS, Event, Events
from forecast.language import LANGUAGES, Text
from forecast.occasion import FESTIVALS, SHOPPING, Kind
from forecast.problem import Problem, Refused, shown
from forecast.season import DAY, Season, season_of

KINDS = FESTIVALS | SHOPPING
DATED = re.compile(r"(.+?)\s+(\d{4}(?:-\d{2}-\d{2})?)")


@dataclass(frozen=True)
class Analogue:
    """One past coming, of an occasion by its key or of an event of the planner's own by its name.

    `start` and `end` are the days an event can be like, `day` the occasion's day, which names it with its name.
    """

    name: str
    day: pd.Timestamp
    start: pd.Timestamp
    end: pd.Timestamp
    own: Event | None = None

    @property
    def key(self) -> str:
        """The name its regressors go by: the New-Year goods season is the build-up to Spring Festival."""
        kind = KINDS.get(self.name) if self.own is None else None
        if kind is None or kind.knots:
            return self.name
        return next(k for k, o in KINDS.items() if o.knots and (o.month, o.day, o.lunar) == _anchor(kind))

    def __str__(self) -> str:
        return f"{self.name} {self.day:%Y-%m-%d}"

    def like(self, event: Event, days: pd.DatetimeIndex) -> np.ndarray:
        """For each of `days` the day of this coming it is like, counted from its own; NaN outside `event`."""
        window = ((self.start - self.day) // DAY, (self.end - self.day) // DAY)
        apart = np.full(len(days), np.nan)
        at = (days - event.start) // DAY
        inside = (at >= 0) & (at < len(event.days))
        apart[inside] = phases(len(event.days), window)[at[inside]]
        return apart


def phases(days: int, window: tuple[int, int]) -> np.ndarray:
    """Which day of an occasion, counted from its own, each of the `days` of an event is like.

    The first is like the first of the occasion's `window`, the last like its last, and the day in the same proportion
    of the event like the occasion's own day, which a short event keeps before anything else; days between go evenly.

    >>> phases(4, (-2, 1)), phases(5, (-17, 2)), phases(1, (-17, 2))
    (array([-2., -1.,  0.,  1.]), array([-17.  , -12.75,  -8.5 ,  -4.25,   0.  ]), array([0.]))
    """
    first, last = window
    points = {0: first, days - 1: last}
    if first <= 0 <= last:
        points[round(-first * (days - 1) / max(last - first, 1))] = 0
    x = sorted(points)
    return np.interp(np.arange(days), x, [points[k] for k in x])


def analogues(season: Season, queue: str) -> Iterator[tuple[Event, Analogue]]:
    """Each event of `queue` that is like a past coming, with that coming. Events must have been `resolved`."""
    for event in season.events.touching(queue):
        if event.like:
            name, day = event.like.rsplit(" ", 1)
            own = [e for e in _own(event, season.events) if e.name == name and f"{e.start:%Y-%m-%d}" == day]
            yield event, _of_event(own[0]) if own else _of_kind(name, pd.Timestamp(day))


def resolved(
    events: Events | Iterable[Event] | None, first: pd.Timestamp, last: pd.Timestamp, countries: Sequence[str]
) -> Events:
    """The events, each `like` with the name and the day of the coming it means, which lies inside `first` to `last`.

    Raises:
        Refused: an unknown occasion, one that never happened inside the history, or not in that year; each by its row.
    """
    season = season_of(first, last, countries, events)
    if not any(event.like for event in season.events.all):
        return season.events
    happened = [_of_kind(o.key, o.day) for o in season.occasions]
    problems: list[Problem] = []
    out = []
    for event in season.events.all:
        if not event.like:
            out.append(event)
            continue
        own = [_of_event(e) for e in _own(event, season.events)]
        past = [a for a in (*own, *happened) if first <= a.start and a.end <= last and a.end < event.start]
        found = _meant(event.like, past)
        if found is None:
            problems.append(Problem("events", event.row or "-", "like", _refusal(event, past, first, last)))
        else:
            out.append(replace(event, like=str(found)))
    if problems:
        raise Refused(problems)
    return Events.of(out)


def _meant(like: str, past: list[Analogue]) -> Analogue | None:
    """The coming that was named: the planner's own events before occasions, the last of those that fit."""
    dated = DATED.fullmatch(like.strip())
    for name, when in ((like, ""), (dated[1], dated[2]) if dated else (like, "")):
        for mine in (True, False):
            fits = [
                a
                for a in past
                if (a.own is not None) == mine and _plain(name) in _names(a) and f"{a.day:%Y-%m-%d}".startswith(when)
            ]
            if fits:
                return max(fits, key=lambda a: a.day)
    return None


def _names(coming: Analogue) -> set[str]:
    """Every name a coming may be called by."""
    if coming.own is not None:
        return {_plain(coming.name)}
    label = KINDS[coming.name].label
    return {_plain(n) for n in (coming.name, *(label.say(language) for language in LANGUAGES))}


def _plain(name: str) -> str:
    return re.sub(r"[\s_]+", "", name).casefold()


def _own(event: Event, events: Events) -> list[Event]:
    """Earlier events of the planner's own that `event` can be like: of a queue it touches, not themselves like one."""
    return [
        e
        for e in events.all
        if e.kind in RESPONDS and not e.like and e.end < event.start and (not e.queue or e.queue == event.queue)
    ]


def _of_event(event: Event) -> Analogue:
    return Analogue(event.name, event.start, event.start, event.end, event)


def _of_kind(key: str, day: pd.Timestamp) -> Analogue:
    first, last = _window(KINDS[key])
    return Analogue(key, day, day + first * DAY, day + last * DAY)


def _window(kind: Kind) -> tuple[int, int]:
    """The days of an occasion that an event can be like: its span, else its peak days, else where its response lies."""
    if kind.span != (0, 0):
        return kind.span
    return kind.peak or (kind.knots[1], kind.knots[-2])


def _anchor(kind: Kind) -> tuple[int, int, bool]:
    return kind.month, kind.day, kind.lunar


def _refusal(event: Event, past: list[Analogue], first: pd.Timestamp, last: pd.Timestamp) -> Text:
    """What was expected: the comings that the history knows, by name with their years."""
    dated = DATED.fullmatch(event.like.strip())
    names = {_plain(event.like), _plain(dated[1]) if dated else ""}
    same = [a for a in past if names & _names(a)]
    years: dict[str, list[str]] = {}
    for coming in sorted(same or past, key=lambda a: a.day):
        years.setdefault(coming.name, []).append(f"{coming.day:%Y}")
    known = ", ".join(f"{name} {'/'.join(dict.fromkeys(each))}" for name, each in years.items()) or "-"
    return Text(
        "expected a past occasion that lies inside the history ({first} to {last}); known are {known}; got {cell}",
        first=f"{first:%Y-%m-%d}",
        last=f"{last:%Y-%m-%d}",
        known=known,
        cell=shown(event.like),
    )
