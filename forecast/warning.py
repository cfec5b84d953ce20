"""What a reader of a forecast should know before trusting it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from forecast.analogue import analogues
from forecast.backtest import YEAR, Backtest
from forecast.doubt import Doubt
from forecast.history import DAY, History
from forecast.language import Text
from forecast.model import NAIVE
from forecast.odd import oddities
from forecast.recent import amid, silence, silent
from forecast.season import Season

SHIFT = 1.3  # ratio of recent to former ordinary days that is more than chance


def warnings_of(
    history: History,
    season: Season,
    days: pd.DatetimeIndex,
    done: Backtest,
    models: Mapping[str, str],
    means: Mapping[str, np.ndarray],
    doubts: Mapping[str, Doubt],
) -> tuple[Text, ...]:
    """Each thing the forecast of `days` could not know or left out, queue by queue, then of the calendar.

    `models` names each queue's, `means` has its contacts expected on `days`, `doubts` how unsure they are.
    """
    daily = history.daily()
    said: list[Text] = []
    for queue in history.queues:
        said += _of_queue(
            daily[queue].dropna(), queue, season, done, models.get(queue, "") if means[queue].any() else ""
        )
        known = pd.DatetimeIndex(daily.index[daily[queue].notna()])
        unknown = int(daily[queue].loc[known[0] : known[-1]].isna().sum())
        if unknown:
            said.append(
                Text("{queue}: {count} days of the history are unknown and were left out", queue=queue, count=unknown)
            )
        if known[-1] < daily.index[-1]:
            text = Text(
                "{queue}: the last known day is {day}, {count} days before the end of the history: forecast as if it "
                "had gone on; if the queue is closed, say so as a closure in the events",
                queue=queue,
                day=f"{known[-1]:%Y-%m-%d}",
                count=(daily.index[-1] - known[-1]) // DAY,
            )
            said.append(text)
        said += [*doubts[queue].said, *silent(daily[queue], means[queue])]
        if silence(daily[queue]) is None:
            said += oddities(daily[queue], season, days, means[queue])
        said += amid(known[-1], season, queue)
        said += _of_analogues(known, queue, season, days, models.get(queue, ""))
    for event in season.events.all:
        facts = {"name": event.name, "start": event.start.strftime("%Y-%m-%d"), "end": f"{event.end:%Y-%m-%d}"}
        if event.kind == "incident" and event.start <= history.last and event.end >= history.first:
            said.append(Text("{name} ({start} to {end}) was an incident: its days were left out of training", **facts))
        if event.kind == "incident" and event.size is None and event.end >= days[0] and event.start <= days[-1]:
            said.append(Text("{name} ({start} to {end}) has no size: the forecast does not show it", **facts))
    said += [
        Text("the days off of {year} are not announced yet: the forecast goes by a rule", year=str(year))
        for year in season.provisional_years
        if days[0].year <= year <= days[-1].year
    ]
    said += season.collisions(days[0], days[-1])
    said += season.drifts(days[0], days[-1])
    talked = history.handle_time()
    if talked is not None:
        said += [
            Text("{queue}: the history has no handle time; it was taken from the other queues", queue=queue)
            for queue in history.queues
            if talked[queue].isna().all()
        ]
    return tuple(dict.fromkeys(said))


def _of_analogues(
    known: pd.DatetimeIndex, queue: str, season: Season, days: pd.DatetimeIndex, model: str
) -> list[Text]:
    """Events ahead that are like a past coming which this queue has not seen, or its model cannot show."""
    said = []
    for event, past in analogues(season, queue):
        if event.end < days[0] or event.start > days[-1]:
            continue
        facts = {"queue": queue, "name": event.name, "like": str(past)}
        if known.isin(pd.date_range(past.start, past.end)).sum() < 0.5 * ((past.end - past.start) // DAY + 1):
            text = Text(
                "{queue}: {name} is to be like {like}, which this queue has not seen: its rise is not in the forecast",
                **facts,
            )
            said.append(text)
        elif model in NAIVE:
            said.append(
                Text("{queue}: {name} is to be like {like}, which the naive model cannot show: take another", **facts)
            )
    return said


def _of_queue(known: pd.Series, queue: str, season: Season, done: Backtest, model: str) -> list[Text]:
    said = []
    if len(known) < YEAR:
        said.append(
            Text(
                "{queue}: {count} known days, less than a year: festivals not seen yet are forecast as ordinary days",
                queue=queue,
                count=len(known),
            )
        )
    if model and not done.speaks(queue, model):  # where nothing is expected there are no bands
        said.append(Text("{queue}: too little history to test a forecast: its bands are a wide guess", queue=queue))
    index = pd.DatetimeIndex(known.index)
    ordinary = known[~season.peaks(index, queue) & ~season.on(index, "incident", queue) & (known > 0).to_numpy()]
    if len(ordinary) >= 84:
        last, before = ordinary.iloc[-28:].median(), ordinary.iloc[-84:-28].median()
        ratio = float(last / before) if before > 0 else np.nan
        if ratio > SHIFT or ratio < 1 / SHIFT:
            text = Text(
                "{queue}: ordinary days of the last four weeks have {ratio:.2f} times the contacts of the eight before",
                queue=queue,
                ratio=ratio,
            )
            said.append(text)
    return said
