"""Festivals, promotions and the planner's events, as marks on a picture of days and as a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from forecast.language import Text
from forecast.occasion import FESTIVALS, SHOPPING
from forecast.season import DAY, DaysOff, Season
from forecast.ui.echart import Mark
from forecast.ui.reader import Reader

KINDS = {
    "festival": Text("festival"),
    "promotion": Text("promotion"),
    "campaign": Text("campaign"),
    "incident": Text("incident"),
    "closure": Text("closure"),
}


def marks_of(season: Season, t: Reader, queue: str = "") -> list[Mark]:
    """The great festivals, the shopping festivals and the events that touch `queue` ('' for all), by day."""
    found = []
    for occasion in season.occasions:
        kind = (FESTIVALS | SHOPPING)[occasion.key]
        if kind.peak is not None:
            found.append(Mark(t.say(kind.label), occasion.start, occasion.end))
    events = season.events.touching(queue) if queue else season.events.all
    found += [Mark(event.name, event.start, event.end, event.kind in ("incident", "closure")) for event in events]
    provisional = season.provisional_years
    found += [
        Mark(t("days off, not announced yet"), run.start, run.end)
        for run in season.days_off
        if is_rule(run, provisional)
    ]
    return sorted(found, key=lambda mark: (mark.start, mark.end))


def is_rule(run: DaysOff, provisional: Sequence[int]) -> bool:
    """Whether a run of days off in China follows a rule, its year not being announced."""
    return run.country == "CN" and (run.start.year in provisional or run.end.year in provisional)


def listed(season: Season, first: pd.Timestamp, last: pd.Timestamp, t: Reader) -> pd.DataFrame:
    """start, end, name, kind of what lies on the days `first` to `last`."""
    rows = []
    for occasion in season.occasions:
        kind = (FESTIVALS | SHOPPING)[occasion.key]
        said = KINDS["festival"] if occasion.key in FESTIVALS else KINDS["promotion"]
        if not kind.phases:
            rows.append((occasion.start, occasion.end, t.say(kind.label), t.say(said)))
        for phase in kind.phases:
            name = f"{t.say(kind.label)} · {t.say(phase.label)}"
            rows.append((occasion.day + phase.first * DAY, occasion.day + phase.last * DAY, name, t.say(said)))
    rows += [(e.start, e.end, e.name, t.say(KINDS[e.kind])) for e in season.events.all]
    several = len(season.countries) > 1
    for run in season.days_off:
        name = t("Days off in {country}", country=run.country) if several else t("Days off")
        rule = is_rule(run, season.provisional_years)
        rows.append((run.start, run.end, name, t("not announced yet") if rule else t("days off")))
    table = pd.DataFrame(rows, columns=["start", "end", "name", "kind"])
    inside = (table["start"] <= last) & (table["end"] >= first)
    return table[inside].sort_values(["start", "end", "name"], ignore_index=True)
