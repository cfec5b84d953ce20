"""From contacts expected to agents needed, interval by interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from forecast.forecast import LEVELS, Forecast
from forecast.language import Text
from forecast.problem import Problem, Refused
from forecast.table import check
from staffing import chat, deadline, erlang
from staffing.poisson import Floats
from staffing.queue import Queue, terms

NUMBERS = ("contacts", "aht_s", "load_erlang", "agents", "scheduled", "service_level", "occupancy", "abandonment")
WORTH_SAYING = 0.005  # share of a queue's contacts outside its hours that is no rounding of the profile
WEEK = pd.Timedelta(days=7)


@dataclass(frozen=True, eq=False)
class Requirement:
    """Agents needed. One row per interval and queue, sorted by (queue, start).

    Columns: start, queue, contacts (those an agent may answer: none in a live channel's closed hours), aht_s,
    load_erlang (contacts x aht_s / interval), agents (busy or waiting for work), scheduled (with shrinkage), and, at
    that number of agents, service_level, occupancy and abandonment as shares; without contacts 1, 0 and 0. A ticket's
    service_level is the share of the work arriving in the interval that is done by its deadline.
    """

    table: pd.DataFrame
    interval: pd.Timedelta
    warnings: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        check(self.table, ("start", "queue", *NUMBERS), "requirement", NUMBERS)


def agents(forecast: Forecast, queues: Mapping[str, Queue], quantile: str = "mean") -> Requirement:
    """The agents that keep every queue's promise for the contacts of the forecast's column `quantile`.

    Voice is Erlang C, or Erlang A with a patience; chat the chain of `staffing.chat`; tickets the flattest staffing
    that keeps every deadline over the horizon, or Erlang C where the deadline is shorter than an interval.

    Raises:
        Refused: the forecast is daily, or a queue is not described and there is no `default`.
        ValueError: the forecast has no such quantile.
    """
    if quantile not in ("mean", *LEVELS):
        raise ValueError(f"quantile: expected one of mean, {', '.join(LEVELS)}, got {quantile!r}")
    _refuse_daily(forecast)
    described = terms(queues, forecast.queues)
    parts, warnings = [], []
    for name, rows in forecast.table.groupby("queue", sort=True):
        queue = described[str(name)]
        starts = pd.DatetimeIndex(rows["start"])
        asked = rows[quantile].to_numpy(dtype=float)
        told = rows["aht_s"].to_numpy(dtype=float) if "aht_s" in rows.columns else np.zeros(len(rows))
        aht = np.where(told > 0, told, queue.aht_s)  # an interval without contacts has no handle time
        is_open = queue.open_at(starts, forecast.interval)
        if queue.channel == "ticket" and queue.deadline_s >= forecast.interval.total_seconds():
            contacts = asked
            columns = _deferred(starts, asked, aht, is_open, queue, forecast.interval)
        else:
            contacts = np.where(is_open, asked, 0.0)
            columns = _live(contacts, aht, queue, forecast.interval)
        warnings += _said(str(name), queue, asked, is_open)
        load = contacts * aht / forecast.interval.total_seconds()
        known = {"start": starts, "queue": name, "contacts": contacts, "aht_s": aht, "load_erlang": load}
        parts.append(pd.DataFrame(known | columns))
    table = pd.concat(parts, ignore_index=True)
    table["queue"] = table["queue"].astype(forecast.table["queue"].dtype)
    return Requirement(table[["start", "queue", *NUMBERS]], forecast.interval, tuple(warnings))


def what_each_agent_buys(rate: float, aht: float, queue: Queue, agents: ArrayLike) -> pd.DataFrame:
    """The service with each number of `agents`: agents, service_level, abandonment, occupancy, mean_wait (seconds).

    One row per number. `rate` in contacts per second, `aht` as in a forecast; tickets count as in time when begun
    within their deadline, the queue being worked as it comes.
    """
    _shape, (rates, handle, n) = erlang.flat(rate=rate, aht=aht, agents=agents)
    return pd.DataFrame({"agents": n.astype(np.int64)} | _service(rates, handle, n, queue))


def _refuse_daily(forecast: Forecast) -> None:
    if forecast.interval >= pd.Timedelta(days=1):
        text = Text(
            "expected a forecast by 15, 30 or 60 minutes, came one by the day; make it with --interval 30min",
        )
        raise Refused([Problem("forecast", "-", "start", text)])


def _live(contacts: Floats, aht: Floats, queue: Queue, interval: pd.Timedelta) -> dict[str, Any]:
    """Agents by interval for contacts that are answered as they come, each interval in its steady state."""
    seconds = interval.total_seconds()
    different, back = np.unique(np.stack([contacts, aht]), axis=1, return_inverse=True)
    rate, handle = different[0] / seconds, different[1]
    within, patience = _promise(queue)
    target = (within, queue.share, patience, queue.counted_of, queue.max_occupancy)
    if queue.channel == "chat":
        needed = chat.agents_for(rate, _levels(handle, queue), *target)
    else:
        needed = erlang.agents_for(rate, handle, *target)
    columns = {"agents": needed, "scheduled": erlang.scheduled(needed, queue.shrinkage)}
    columns |= _service(rate, handle, needed, queue)
    del columns["mean_wait"]
    return {name: values[back.ravel()] for name, values in columns.items()}


def _service(rate: Floats, aht: Floats, n: ArrayLike, queue: Queue) -> dict[str, Any]:
    within, patience = _promise(queue)
    some = rate > 0
    r, h, count = rate[some], aht[some], np.asarray(n, dtype=float)[some]
    patient = np.full(r.shape, patience)
    desk = (
        chat.line(r, _levels(h, queue), count, patient)
        if queue.channel == "chat"
        else erlang.line(r, h, count, patient)
    )
    measures = {
        "service_level": (1.0, desk.within(within / h, queue.counted_of)),
        "abandonment": (0.0, desk.abandonment),
        "occupancy": (0.0, desk.occupancy),
        "mean_wait": (0.0, desk.mean_wait * h),  # a chat's last level takes `aht` too
    }
    columns = {}
    for name, (idle, values) in measures.items():
        columns[name] = np.full(rate.shape, idle)
        columns[name][some] = values
    return columns


def _promise(queue: Queue) -> tuple[float, float]:
    """Seconds within which to answer, and mean patience: nobody hangs up on a ticket."""
    if queue.channel == "ticket":
        return queue.deadline_s, np.inf
    return queue.answer_within_s, queue.patience_s or np.inf


def _levels(aht: Floats, queue: Queue) -> Floats:
    return np.multiply.outer(aht, queue.handle_times(1.0))


def _deferred(
    starts: pd.DatetimeIndex,
    contacts: Floats,
    aht: Floats,
    is_open: NDArray[np.bool_],
    queue: Queue,
    interval: pd.Timedelta,
) -> dict[str, Any]:
    """Agents by interval for work that may wait until its deadline.

    The horizon's last days go on as they were until every deadline in it has passed: otherwise the work of the last
    hours would look free. Deadlines are rounded down to whole intervals.
    """
    within = int(queue.deadline_s / interval.total_seconds() + 1e-9)
    work = contacts * aht / interval.total_seconds() / queue.max_occupancy
    more = _continuation(starts, is_open, within, interval)
    plan = deadline.staffing(np.append(work, work[more]), np.append(is_open, is_open[more]), within)
    count = len(work)
    needed, done = plan.agents[:count], plan.done[:count]
    busy = np.divide(done * queue.max_occupancy, needed, out=np.zeros(count), where=needed > 0)
    return {
        "agents": needed,
        "scheduled": erlang.scheduled(needed, queue.shrinkage),
        # never open, never done
        "service_level": np.where(contacts > 0, np.nan_to_num(plan.in_time[:count], nan=0.0), 1.0),
        "occupancy": busy,
        "abandonment": np.zeros(count),
    }


def _continuation(
    starts: pd.DatetimeIndex, is_open: NDArray[np.bool_], within: int, interval: pd.Timedelta
) -> NDArray[np.int64]:
    """Positions of the intervals to repeat after the last: those of its last week, or all where it is shorter.

    They span twice the deadline in open intervals, so that the string is not pulled down inside the horizon.
    """
    if not is_open.any():
        return np.zeros(0, dtype=np.int64)
    count = len(starts)
    period = min(count, int(WEEK / interval))
    last = np.arange(count - period, count)
    opened = int(is_open[last].sum())
    if opened == 0:
        last = np.arange(count)
        opened = int(is_open.sum())
    return np.asarray(np.tile(last, -(-2 * within // opened)))


def _said(name: str, queue: Queue, asked: Floats, is_open: NDArray[np.bool_]) -> list[Text]:
    outside = float(asked[~is_open].sum())
    if not is_open.any() and outside > 0:
        return [Text("{queue}: never open in this horizon, no agents are planned", queue=name)]
    if queue.channel != "ticket" and outside > WORTH_SAYING * float(asked.sum()):
        share = f"{outside / float(asked.sum()):.1%}"
        return [
            Text(
                "{queue}: {share} of its contacts are expected outside its opening hours and get no agents; "
                "check opens, closes and open_days",
                queue=name,
                share=share,
            )
        ]
    return []
