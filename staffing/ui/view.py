"""What every page is given: the reader, the scenario and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from forecast.forecast import Forecast
from forecast.language import Language, Text
from forecast.ui import palette
from forecast.ui.reader import Reader
from staffing.noplan import NoPlan
from staffing.plan import Made, Result
from staffing.queue import Queue
from staffing.requirement import Requirement
from staffing.scenario import Scenario

NAMED = ("queue", "source")  # figures of a sentence that are names of the scenario's
Outcome = Result | NoPlan  # type: ignore[type-arg]  # the nearest plan may be of either stage


def reader(language: Language, *scenarios: Scenario) -> Reader:
    """A reader who knows the scenarios' queues and sources by their labels."""
    labels: dict[str, str] = {}
    for scenario in scenarios:
        named = {name: queue.label for name, queue in scenario.queues.items()}
        named |= {name: source.label for name, source in scenario.sources.items()}
        labels |= {name: label.say(language) if label else name for name, label in named.items()}
    return Reader(language, labels)


def queue_colours(made: Made) -> Mapping[str, str]:
    """A colour for each queue."""
    return palette.colours(dict.fromkeys((*made.history.queues, *made.forecast.queues)), palette.QUEUES)


def source_colours(scenario: Scenario) -> Mapping[str, str]:
    """A colour for each source."""
    return palette.colours(scenario.sources, palette.SOURCES)


@dataclass(frozen=True, eq=False)
class View:
    """One page's worth: a scenario, its slow half and its outcome, for a reader."""

    t: Reader
    scenario: Scenario
    made: Made
    outcome: Outcome


@dataclass(frozen=True, eq=False)
class Need:
    """What customers ask for under the levers, and the agents it takes: there even where no plan can meet it.

    key: a digest of all that it depends on.
    """

    key: str
    scenario: Scenario
    forecast: Forecast
    queues: Mapping[str, Queue]
    requirement: Requirement


def said(text: Text, t: Reader) -> str:
    """A sentence of the plan with queues and sources by their labels."""
    values = {n: t.name(v) if n in NAMED and isinstance(v, str) else v for n, v in text.values}
    return t.say(Text(text.message, **values))


def seats_by_source(season: pd.DataFrame, sources: Mapping[str, object]) -> pd.DataFrame:
    """Seats on queues, week x source, in the order of `sources`."""
    rows = season[season["queue"] != ""]
    table = rows.pivot_table(index="week", columns="source", values="seats", aggfunc="sum", fill_value=0)
    weeks = pd.DatetimeIndex(sorted(season["week"].unique()), name="week")
    return table.reindex(index=weeks, columns=list(sources), fill_value=0)
