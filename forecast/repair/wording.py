"""Why a repair is proposed, in words and figures."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecast.language import Text
from forecast.repair.days import Run, Shift
from forecast.repair.outage import Drop

NO_WORDS = ""  # a name: the catalogue would take the literal for its own header
NOTHING = Text(NO_WORDS)


def also(first: Text, second: Text) -> Text:
    """Two sentences as one text."""
    return Text("{first} {second}", first=first, second=second) if second.message else first


def of_gap(span: Text, source: str, alone: bool, whole: bool, due: float, low: float, high: float) -> Text:
    """What was not told, and what was due."""
    facts = {"span": span, "expected": number(due), "low": number(low), "high": number(high)}
    if alone and whole:
        return Text(
            "{source} told nothing of {span}, while the others did; by its usual share of their contacts "
            "{expected} were due ({low} to {high})",
            source=source or "-",
            **facts,
        )
    if alone:
        return Text(
            "{source} did not tell of {span}, while the others did; by its usual share of their contacts "
            "{expected} were due ({low} to {high})",
            source=source or "-",
            **facts,
        )
    if whole:
        return Text(
            "nothing was told of {span}, when the queue should have been open; by weekday, season and the days around "
            "{expected} contacts were due ({low} to {high})",
            **facts,
        )
    return Text(
        "{span} is missing though the queue was open; by the rest of the day and the days around {expected} contacts "
        "were due ({low} to {high})",
        **facts,
    )


def of_drop(span: Text, source: str, drop: Drop, due: float) -> Text:
    """What hardly came, against what was due. `due` is what is proposed in its place."""
    odds = round(-drop.chance / np.log(10))
    facts = {"span": span, "seen": number(drop.seen), "expected": number(due), "odds": min(odds, 999)}
    if source:
        return Text(
            "{source} had {seen} contacts in {span} where {expected} were due, and the others did not have the "
            "missing ones: by chance it would be less than 1 in 10^{odds}",
            source=source,
            **facts,
        )
    return Text(
        "{seen} contacts came in {span} where {expected} were due at the level of the day: by chance it would be less "
        "than 1 in 10^{odds}",
        **facts,
    )


def of_spike(span: Text, drop: Drop) -> Text:
    """A single interval that towers."""
    return Text(
        "{seen} contacts in {span}, {times} times the {expected} due, and at least five times the intervals before "
        "and after: as when a figure is mistyped",
        span=span,
        seen=number(drop.seen),
        expected=number(drop.due),
        times=f"{drop.seen / max(drop.due, 1.0):.1f}",
    )


def of_run(span: Text, run: Run, low: float, high: float, source: str) -> Text:
    """A day or days off what the others let expect."""
    facts = {
        "span": span,
        "seen": number(run.seen),
        "expected": number(run.due),
        "low": number(low),
        "high": number(high),
        "times": f"{run.ratio:.2f}",
        "off": f"{abs(run.z):.1f}",
    }
    said = Text(
        "{seen} contacts came in {span}; by weekday, season, festivals and the days around {expected} were expected "
        "({low} to {high} in nine of ten cases): {times} times that, {off} standard deviations off",
        **facts,
    )
    if source:
        return also(said, Text("(only {source} is off, the others are as expected)", source=source))
    return said


def of_shift(day: pd.Timestamp, shift: Shift, weeks: int) -> Text:
    """A level that stays."""
    return Text(
        "since {day} the level is {factor} times that before ({low} to {high}), season and festivals allowed for; "
        "it has lasted {weeks} weeks, {off} standard deviations from no change",
        day=f"{day:%Y-%m-%d}",
        factor=f"{shift.factor:.2f}",
        low=f"{shift.low:.2f}",
        high=f"{shift.high:.2f}",
        weeks=weeks,
        off=f"{abs(shift.z):.1f}",
    )


def rebound(seen: float, due: float) -> Text:
    """Contacts that came back later the same day."""
    return Text(
        "(later the same day {seen} came where {expected} were due: {percent} more, contacts that came back)",
        seen=number(seen),
        expected=number(due),
        percent=percent(seen / due - 1),
    )


def elsewhere(queue: str, seen: float, due: float) -> Text:
    """What another queue had meanwhile."""
    facts = {"queue": queue, "seen": number(seen), "expected": number(due), "percent": percent(abs(seen / due - 1))}
    if seen > due:
        return Text("(meanwhile {queue} had {seen} contacts where {expected} were due, {percent} more)", **facts)
    return Text("(meanwhile {queue} had {seen} contacts where {expected} were due, {percent} fewer)", **facts)


def span_of(start: pd.Timestamp, end: pd.Timestamp) -> Text:
    """A range as a reader says it: whole days by date, else with the clock; `end` is not included."""
    day = pd.Timedelta(days=1)
    if start == start.normalize() and end == end.normalize():
        first, last = f"{start:%Y-%m-%d}", f"{end - day:%Y-%m-%d}"
        return Text("{day}", day=first) if first == last else Text("{start} to {end}", start=first, end=last)
    until = f"{end:%H:%M}" if end.normalize() == start.normalize() else f"{end:%Y-%m-%d %H:%M}"
    return Text("{start} to {end}", start=f"{start:%Y-%m-%d %H:%M}", end=until)


def number(value: float) -> str:
    """Whole contacts, thousands apart."""
    return f"{value:,.0f}"


def percent(value: float) -> str:
    """A share in whole percent."""
    return f"{value:.0%}"
