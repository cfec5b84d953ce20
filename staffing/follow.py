"""Contacts that other contacts cause: call-backs after service, the tickets that chats leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from forecast.forecast import Forecast, counts
from forecast.language import Text
from forecast.problem import Problem, Refused
from staffing.queue import Follow, Queue

DAY = pd.Timedelta(days=1)
WEEK = pd.Timedelta(days=7)


def followed(forecast: Forecast, queues: Mapping[str, Queue]) -> Forecast:
    """The forecast with the rows of every queue that follows another: its share of those contacts, `after_s` later.

    Delays are rounded to whole intervals (by day: to whole days); a follower may follow a follower. What comes due
    after the horizon is not in it; its first hours, caused before it, are as those of the same weekday and hour in
    the first week that tells them, or as the forecast's beginning where it is shorter than that. Shares and quantiles
    are those of the queue followed: a share's own randomness is left to staffing. Rows that the forecast already has
    for such a queue are replaced.

    Raises:
        Refused: the queue followed is not in the forecast, or follows this one, in a circle.
    """
    following = {name: queue.follows for name, queue in queues.items() if queue.follows is not None}
    if not following:
        return forecast
    given = set(forecast.queues) - set(following)
    problems = [p for name, rule in following.items() if (p := _problem(name, rule, following, given)) is not None]
    if problems:
        raise Refused(problems)
    table = forecast.table[forecast.table["queue"].isin(given)].astype({"queue": object})
    days = forecast.days[forecast.days["queue"].isin(given)].astype({"queue": object})
    waiting = dict(following)
    while waiting:
        name = next(n for n, rule in waiting.items() if rule.queue not in waiting)
        rule = waiting.pop(name)
        caused = _caused(table, name, rule, forecast.interval)
        if "aht_s" in table.columns:
            caused["aht_s"] = queues[name].aht_s
        table = pd.concat([table, caused], ignore_index=True)
        if forecast.by_day is not None:
            days = pd.concat([days, _caused(days, name, rule, DAY)], ignore_index=True)
    kind = forecast.table["queue"].dtype
    table, days = (t.sort_values(["queue", "start"], ignore_index=True) for t in (table, days))
    if not isinstance(kind, pd.CategoricalDtype):
        table, days = (t.astype({"queue": kind}) for t in (table, days))
    models = {**forecast.models, **{name: f"follows {rule.queue}" for name, rule in following.items()}}
    return replace(forecast, table=table, by_day=None if forecast.by_day is None else days, models=models)


def _caused(table: pd.DataFrame, name: str, rule: Follow, interval: pd.Timedelta) -> pd.DataFrame:
    cause = table[table["queue"] == rule.queue]
    columns = list(counts(table))
    values = cause[columns].to_numpy(dtype=float) * rule.share
    later = round(rule.after_s / interval.total_seconds())
    count, week = len(values), round(WEEK / interval)
    source = np.arange(count) - later
    before = source < 0
    source[before] += -(source[before] // week) * week
    source = np.where(source < count, source, np.arange(count) % week % count)
    out = pd.DataFrame(values[source], columns=columns)
    out.insert(0, "start", cause["start"].to_numpy())
    out.insert(1, "queue", name)
    return out


def _problem(name: str, rule: Follow, following: Mapping[str, Follow], given: set[str]) -> Problem | None:
    column = f"{name}.follows.queue"
    seen = [name]
    while rule.queue in following:
        if rule.queue in seen:
            circle = ", ".join([*seen, rule.queue])
            return Problem("queues", "-", column, Text("queues follow each other in a circle: {circle}", circle=circle))
        seen.append(rule.queue)
        rule = following[rule.queue]
    if rule.queue in given:
        return None
    text = Text(
        "expected a queue that the forecast has ({names}), came {came}",
        names=", ".join(sorted(given)),
        came=repr(rule.queue),
    )
    return Problem("queues", "-", column, text)
