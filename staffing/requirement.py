"""From contacts expected to agents needed, interval by interval."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from forecast.forecast import Forecast
from forecast.language import Text
from forecast.problem import Problem, Refused
from forecast.table import check
from staffing import deferred, erlang, live
from staffing.follow import followed
from staffing.live import Arrivals, Days, Method, Service
from staffing.poisson import Floats
from staffing.queue import Queue, terms
from staffing.uncertainty import Uncertainty, certain, uncertainty

Confidence = float | Literal["expected", "certain"]
NUMBERS = ("contacts", "aht_s", "load_erlang", "agents", "scheduled", "service_level", "occupancy", "abandonment")
DAY = pd.Timedelta(days=1)
NEARLY_ALL = 0.995  # of tickets due within the interval they came in
WORTH_SAYING = 0.005  # share of a queue's contacts outside its hours that is no rounding of the profile


@dataclass(frozen=True, eq=False)
class Requirement:
    """Agents needed. One row per interval and queue, sorted by (queue, start).

    Columns: start, queue, contacts (those an agent may answer: none in a live channel's closed hours), aht_s,
    load_erlang (contacts x aht_s / interval), agents (busy or waiting for work), scheduled (with shrinkage), and, at
    that number of agents, service_level, occupancy and abandonment as expected shares; without contacts 1, 0 and 0. A
    ticket's service_level is the share of the work arriving in the interval that is done by its deadline.
    """

    table: pd.DataFrame
    interval: pd.Timedelta
    warnings: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        check(self.table, ("start", "queue", *NUMBERS), "requirement", NUMBERS)


@dataclass(frozen=True, eq=False)
class _Part:
    """One queue of a requirement in the making."""

    name: str
    queue: Queue
    coming: Arrivals
    asked: Floats  # contacts by planning interval, closed hours included
    told: NDArray[np.bool_]  # whether the forecast says anything of the interval
    may_be: Uncertainty

    @property
    def waits(self) -> bool:
        """Whether its work may wait beyond the interval it came in."""
        return self.queue.channel == "ticket"

    def days(self, share: float | None) -> Days:
        """The days to staff for: all that may be, or the one that a `share` of them stays below."""
        factors, weights = self.may_be.likely() if share is None else (self.may_be.by_lot(share), np.ones(1))
        return Days(factors[self.coming.day], weights)


def agents(
    forecast: Forecast,
    queues: Mapping[str, Queue],
    interval: pd.Timedelta | None = None,
    confidence: Confidence = "expected",
    method: Method = "analytic",
) -> Requirement:
    """The agents that keep every queue's promise, by planning `interval` (by default the forecast's own).

    The forecast may be finer than that; its shape within the interval is used. confidence: "expected" keeps the promise
    on average over the days that may be; a share, such as 0.9, on so many days; "certain" on the day as forecast.
    Voice and chat by `staffing.live`, by `method`; tickets by `staffing.deferred`. Queues that follow others are added.

    Raises:
        Refused: the forecast is daily, or a queue is not described and there is no `default`.
        ValueError: an interval that is no multiple of the forecast's within a day, or a confidence that is no share.
    """
    share = None if confidence in ("expected", "certain") else confidence
    if share is not None and not (isinstance(share, float) and 0 < share < 1):
        raise ValueError(f"confidence: expected 'expected', 'certain' or a share between 0 and 1, got {share!r}")
    if method not in get_args(Method):
        raise ValueError(f"method: expected one of {', '.join(get_args(Method))}, got {method!r}")
    _refuse_daily(forecast)
    planned = interval or forecast.interval
    _refuse_starts(forecast)
    if planned % forecast.interval != pd.Timedelta(0) or DAY % planned != pd.Timedelta(0):
        raise ValueError(f"interval: expected a multiple of {forecast.interval} within a day, got {planned}")
    caused = followed(forecast, queues)
    _refuse_fills(queues, caused.queues)
    parts = [
        _part(caused, name, queue, planned, confidence == "certain")
        for name, queue in terms(queues, caused.queues).items()
    ]
    now = [part for part in parts if not part.waits]
    with ThreadPoolExecutor() as pool:  # machine code lets other threads run
        served = dict(zip((p.name for p in now), pool.map(lambda p: _live(p, share, method), now), strict=True))
    tables = [
        _live_rows(p, served[p.name]) if p.name in served else _deferred(p, share, method, parts, served) for p in parts
    ]
    table = pd.concat(tables, ignore_index=True).sort_values(["queue", "start"], ignore_index=True)
    table["queue"] = table["queue"].astype(caused.table["queue"].dtype)
    warnings = [text for part in parts for text in _said(part)]
    return Requirement(table[["start", "queue", *NUMBERS]], planned, tuple(warnings))


def _part(forecast: Forecast, name: str, queue: Queue, interval: pd.Timedelta, sure: bool) -> _Part:
    rows = with_handle_times(forecast, name, queue)
    coming = live.arrivals(rows, queue, forecast.interval, interval)
    place = coming.starts.get_indexer(pd.DatetimeIndex(rows["start"].dt.floor(interval)))
    asked = np.bincount(place, rows["mean"].to_numpy(dtype=float), len(coming.starts)).astype(float)
    known = np.bincount(place, minlength=len(coming.starts)) > 0
    return _Part(name, queue, coming, asked, known, certain(forecast, name) if sure else uncertainty(forecast, name))


def with_handle_times(forecast: Forecast, name: str, queue: Queue) -> pd.DataFrame:
    """The forecast's rows of one queue, with the queue's own handle time where the forecast has none."""
    rows = forecast.table[forecast.table["queue"] == name]
    told = rows["aht_s"] if "aht_s" in rows.columns else pd.Series(0.0, rows.index)
    return rows.assign(aht_s=told.where(told > 0, queue.aht_s))  # an interval without contacts has none


def _live(part: _Part, share: float | None, method: Method) -> Service:
    found = live.least(part.coming, part.queue, part.days(share), method)
    if share is None:
        return found
    return live.service(part.coming, part.queue, part.days(None), found.agents, method)  # as expected, not on that day


def _live_rows(part: _Part, found: Service) -> pd.DataFrame:
    columns = {
        "contacts": part.coming.contacts,
        "agents": found.agents,
        "scheduled": erlang.scheduled(found.agents, part.queue.shrinkage),
        "service_level": found.service_level,
        "occupancy": found.occupancy,
        "abandonment": found.abandonment,
    }
    return _rows(part, pd.DataFrame(columns))


def _as_calls(queue: Queue) -> Queue:
    """A ticket queue as one of calls that nobody hangs up on, nearly all of which are begun by the deadline."""
    share = max(queue.share, NEARLY_ALL)
    return queue.model_copy(
        update={"channel": "voice", "answer_within_s": queue.deadline_s, "patience_s": None, "share": share}
    )


def _deferred(
    part: _Part, share: float | None, method: Method, parts: list[_Part], served: Mapping[str, Service]
) -> pd.DataFrame:
    coming = part.coming
    kept = part.queue.share if share is None else share
    busier = _drift(part, kept)
    interval = pd.Timedelta(seconds=float(coming.lengths.sum()))
    spare, swing = np.zeros(len(coming.starts)), np.zeros(len(coming.starts))
    for other in parts:
        if other.name in part.queue.fills and other.name in served:
            service = served[other.name]
            idle = np.maximum(other.queue.max_occupancy - service.occupancy, 0.0) * service.agents
            walk = 2 * service.occupancy * service.agents * other.coming.aht / interval.total_seconds()
            for total, values in ((spare, idle), (swing, walk)):
                total += pd.Series(values, other.coming.starts).reindex(coming.starts, fill_value=0.0).to_numpy()
    asked, enough = part.asked * busier, None
    if part.queue.deadline_s < interval.total_seconds():
        enough = _live(replace(part, queue=_as_calls(part.queue)), share, method).agents
    found = deferred.agents(coming.starts, asked, coming.aht, coming.opened, part.queue, interval, spare, swing, enough)
    # of days as forecast all is done in time; of those that may be, the share that the drift was made for
    level = found["service_level"] * (kept if np.ptp(part.may_be.factors) > 0 else 1.0)
    return _rows(part, found.assign(contacts=part.asked, service_level=level.where(part.asked > 0, 1.0)))


def _drift(part: _Part, kept: float) -> Floats:
    """Contacts to staff deferred work for, relative to the forecast, so that a share `kept` of it is in time.

    What a busy day leaves waits into the next: staffed for the mean, the backlog is a random walk. With a drift d a day
    against a day's variance v it exceeds the deadline's work b (in days' work) with a chance of exp(-2 d b / v), the
    diffusion form of Lundberg's inequality. Never more than it takes to keep up on so many days, each by itself.
    """
    coming, queue = part.coming, part.queue
    factors, weights = part.may_be.likely()
    mean = factors @ weights
    variance = (factors - mean[:, None]) ** 2 @ weights
    open_s = np.bincount(coming.day, coming.opened, len(mean)) * float(coming.lengths.sum())
    room = queue.deadline_s / max(float(open_s[open_s > 0].mean()) if open_s.any() else 86400.0, 1.0)
    drift = variance * -np.log(1 - kept) / (2 * room)
    most = np.maximum(part.may_be.at(kept)[:, 0], mean)
    asked: Floats = np.bincount(coming.day, part.asked, len(mean)).astype(np.float64)
    if room >= 1:  # a busy day alone leaves nothing late
        return np.asarray(np.minimum(mean + drift, most)[coming.day])
    chance = _against_chance(part, kept, mean, asked * room)
    return np.asarray(np.minimum(np.maximum(mean + drift, chance), np.maximum(most, chance))[coming.day])


def _against_chance(part: _Part, kept: float, mean: Floats, window: Floats) -> Floats:
    """Contacts to staff for, relative to the forecast, so that chance makes no more than 1 - `kept` late over the days.

    On a busier day the margin against chance is smaller: `deferred.margin`'s inflation is less by the day's factor.
    window: contacts of each day within one deadline.
    """
    z = np.linspace(-3.5, 3.5, 71)
    weights = np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()
    factors = part.may_be.at(ndtr(z))
    inflation, stock = (v[:, None] for v in deferred.margin(window, part.queue.max_occupancy))
    low, high = mean, np.maximum(factors[:, -1], mean)
    for _ in range(20):
        tried = (low + high) / 2
        left = np.maximum(tried[:, None] * inflation / np.maximum(factors, 1e-9), 1.0)
        late = (np.exp(-(1 - 1 / left) * stock) / left) @ weights
        low, high = np.where(late > 1 - kept, tried, low), np.where(late > 1 - kept, high, tried)
    return np.asarray(np.where(np.ptp(factors, axis=1) > 0, high, mean))


def _rows(part: _Part, columns: pd.DataFrame) -> pd.DataFrame:
    seconds = float(part.coming.lengths.sum())
    aht = part.coming.aht
    load = columns["contacts"] * aht / seconds
    return columns.assign(start=part.coming.starts, queue=part.name, aht_s=aht, load_erlang=load)[part.told]


def _refuse_starts(forecast: Forecast) -> None:
    starts = forecast.table["start"]
    if starts.empty:
        raise ValueError("forecast: expected an interval at least, got none")
    if starts.dt.tz is not None:
        raise ValueError(f"forecast: expected starts of local time without a zone, got {starts.iloc[0]}")
    off = starts != starts.dt.floor(forecast.interval)
    if off.any():
        raise ValueError(
            f"forecast: expected starts on whole intervals of {forecast.interval}, got {starts[off].iloc[0]}"
        )


def _refuse_daily(forecast: Forecast) -> None:
    if forecast.interval >= DAY:
        text = Text(
            "expected a forecast by 15, 30 or 60 minutes, came one by the day; make it with --interval 30min",
        )
        raise Refused([Problem("forecast", "-", "start", text)])


def _refuse_fills(queues: Mapping[str, Queue], names: tuple[str, ...]) -> None:
    known = sorted(name for name in names if name in queues and queues[name].channel != "ticket")
    expected = ", ".join(known)
    problems, taken = [], dict[str, str]()
    for name in names:
        for other in queues[name].fills if name in queues else ():
            text = None
            if other not in known:
                text = Text(
                    "expected voice or chat queues of the forecast ({names}), came {came}", names=expected, came=other
                )
            elif other in taken:
                text = Text("the idle time of {other} is filled by {taken} already", other=other, taken=taken[other])
            if text is not None:
                problems.append(Problem("queues", "-", f"{name}.fills", text))
            taken.setdefault(other, name)
    if problems:
        raise Refused(problems)


def _said(part: _Part) -> list[Text]:
    outside = float(part.asked[~part.coming.opened].sum())
    if not part.coming.opened.any() and outside > 0:
        return [Text("{queue}: never open in this horizon, no agents are planned", queue=part.name)]
    if part.queue.channel != "ticket" and outside > WORTH_SAYING * float(part.asked.sum()):
        share = f"{outside / float(part.asked.sum()):.1%}"
        return [
            Text(
                "{queue}: {share} of its contacts are expected outside its opening hours and get no agents; "
                "check opens, closes and open_days",
                queue=part.name,
                share=share,
            )
        ]
    return []
