"""Replay: a requirement or a shift plan against sampled days, and whether the promise was kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from forecast.forecast import Forecast
from forecast.table import check
from staffing.deferred import BRIEF
from staffing.erlang import SLACK
from staffing.live import promise
from staffing.poisson import Floats
from staffing.queue import Queue, terms
from staffing.requirement import Requirement
from staffing.search import Ints
from staffing.simulate import live
from staffing.simulate.confidence import ratio, wilson
from staffing.simulate.ticket import replay_tickets

SHARES = ("promised", "service_level", "low", "high", "abandonment", "occupancy")
COLUMNS = ("start", "queue", "contacts", "agents", *SHARES, "mean_wait_s")
BY_DAY = ("date", "queue", "service_level", "kept", "low", "high")


@dataclass(frozen=True, eq=False)
class Replay:
    """What sampled days did to a plan.

    table: one row per interval and queue, sorted by (queue, start): contacts (mean a sampled day), agents at work,
    promised (the requirement's service_level), service_level of all sampled contacts that came in the interval as the
    queue counts it, with its 95% confidence interval low to high (1, 1, 1 where none came), abandonment, occupancy
    (busy share of the time of those at work or finishing after their shift), mean_wait_s until answered or gone. A
    ticket's service_level is the share finished within its deadline (begun, where that is shorter than 6.5 handle
    times), mean_wait_s the time until it is finished.
    days: one row per queue and date: service_level of the whole day over all samples, kept: share of the sampled days
    whose own service level reached the queue's share, with its 95% confidence interval low to high.
    """

    table: pd.DataFrame
    days: pd.DataFrame
    samples: int
    seed: int

    def __post_init__(self) -> None:
        check(self.table, COLUMNS, "replay", ("contacts", "agents", *SHARES, "mean_wait_s"))
        check(self.days, BY_DAY, "replay by day", BY_DAY[2:])


def replay(
    needed: Requirement,
    queues: Mapping[str, Queue],
    *,
    samples: int = 100,
    seed: int = 0,
    staffed: pd.DataFrame | None = None,
    forecast: Forecast | None = None,
    factors: Mapping[str, Floats] | None = None,
    workers: int = -1,
) -> Replay:
    """The contacts of `needed`, sampled `samples` times, met by its agents or those `staffed` (start, queue, agents).

    Each sample runs through all intervals of a queue, midnights included. A `forecast` finer than the planning interval
    gives the arrivals their shape within it. `factors` multiply the days' rates: for a queue, sample x day in the order
    of the days; a queue without any has every day as planned. The result is the same for any number of `workers`
    (threads; -1: one a core).

    Raises:
        Refused: a queue is not described and there is no `default`.
        ValueError: samples below 2, intervals missing in any of the tables, agents not whole, factors of another shape.
    """
    if samples < 2:
        raise ValueError(f"samples: expected 2 or more, one tells nothing of the spread; got {samples}")
    if seed < 0:
        raise ValueError(f"seed: expected 0 or more, got {seed}")
    if workers < -1 or workers == 0:
        raise ValueError(f"workers: expected -1, or 1 or more, got {workers}")
    described = terms(queues, map(str, pd.unique(needed.table["queue"])))
    found: dict[str, _Run] = {}
    parts = {str(key): rows for key, rows in needed.table.groupby("queue", sort=True)}
    in_order = sorted(parts, key=lambda name: bool(described[name].fills))  # idle time is known before it is filled
    with ThreadPoolExecutor(os.cpu_count() if workers < 0 else workers) as pool:
        for name in in_order:
            queue, plan = described[name], _whole(parts[name], needed.interval)
            if staffed is not None:
                plan = plan.assign(agents=np.where(plan["told"], _agents(name, plan, staffed), 0))
            daily = _factors(name, factors or {}, samples, plan)
            one = _one(name, queue, plan, needed.interval, forecast, daily, found, (seed, list(parts).index(name)))
            drawn = list(pool.map(one, range(samples)))
            found[name] = _Run(queue, plan, np.stack([d.counts for d in drawn]), [d.idle_s for d in drawn])
    tables = [_by_interval(parts[name], found[name]) for name in parts]
    days = [_by_day(parts[name]["queue"].iloc[0], found[name]) for name in parts]
    return Replay(_together(tables, COLUMNS), _together(days, BY_DAY), samples, seed)


def at_work(coverage: pd.DataFrame, queues: Mapping[str, Queue]) -> pd.DataFrame:
    """start, queue, agents: the whole agents at work of a shift plan's `coverage` (its `planned`) after shrinkage.

    Exact at the boundary, the other way round than `erlang.scheduled`: whoever schedules for n agents has n at work.

    Raises:
        Refused: a queue is not described and there is no `default`.

    >>> plan = pd.DataFrame({"start": [pd.Timestamp("2026-06-18 09:00")], "queue": ["phone"], "planned": [30.0]})
    >>> at_work(plan, {"phone": Queue(shrinkage=0.3)})["agents"].tolist()  # a bare floor(30 * 0.7) says 20
    [21]
    """
    names = coverage["queue"].astype(str)
    lost = {name: queue.shrinkage for name, queue in terms(queues, names.unique()).items()}
    present = coverage["planned"].to_numpy(dtype=float) * (1 - names.map(lost).to_numpy(dtype=float))
    agents = np.floor(present + 5e-10 + 1e-14 * present).astype(np.int64)
    return coverage[["start", "queue"]].assign(agents=agents)


@dataclass(frozen=True, eq=False)
class _Run:
    """What the samples of one queue came to: counts as sample x measure x interval, idle seconds by sample and step."""

    queue: Queue
    plan: pd.DataFrame
    counts: Floats
    idle_s: list[Floats]


def _whole(rows: pd.DataFrame, interval: pd.Timedelta) -> pd.DataFrame:
    """The rows with those between them, when nobody calls and nobody works; `told` are the requirement's own."""
    starts = pd.date_range(rows["start"].min(), rows["start"].max(), freq=interval, unit="s")
    plan = rows.set_index("start")[["contacts", "aht_s", "agents", "service_level"]].reindex(starts)
    told = plan["contacts"].notna()
    if told.sum() != len(rows):
        raise ValueError(f"needed: expected starts {interval} apart, got {rows['start'].iloc[1]}")
    plan = plan.assign(aht_s=plan["aht_s"].ffill(), told=told)
    return plan.fillna({"contacts": 0.0, "agents": 0, "service_level": 1.0}).astype({"agents": np.int64})


def _one(
    name: str,
    queue: Queue,
    plan: pd.DataFrame,
    interval: pd.Timedelta,
    forecast: Forecast | None,
    daily: Floats | None,
    found: Mapping[str, _Run],
    seed: tuple[int, int],
) -> Callable[[int], live.Sample]:
    """One sample of a queue, by its number."""
    starts = pd.DatetimeIndex(plan.index)
    day = pd.factorize(starts.normalize())[0]
    unit = interval.total_seconds()
    if queue.channel == "ticket":
        return partial(_tickets, queue, plan, unit, day, daily, [found[other] for other in queue.fills], seed)
    agents, contacts, aht = (plan[column].to_numpy() for column in ("agents", "contacts", "aht_s"))
    within, patience, _of = promise(queue)
    levels = np.multiply.outer(aht.astype(float), queue.handle_times(1.0))
    desk = live.Desk(agents, levels, unit, patience, within)
    rates = _rates(name, plan, contacts.astype(float), interval, forecast)
    return partial(_contacts, desk, rates, np.repeat(day, len(rates) // len(day)), daily, seed)


def _contacts(
    desk: live.Desk, rates: Floats, day: Ints, daily: Floats | None, seed: tuple[int, int], number: int
) -> live.Sample:
    rng = np.random.default_rng(np.random.SeedSequence([*seed, number]))
    return live.sample(desk, rates if daily is None else rates * daily[number, day], rng)


def _tickets(
    queue: Queue,
    plan: pd.DataFrame,
    unit: float,
    day: Ints,
    daily: Floats | None,
    filled: list[_Run],
    seed: tuple[int, int],
    number: int,
) -> live.Sample:
    contacts = plan["contacts"].to_numpy() * (1.0 if daily is None else daily[number, day])
    agents, aht = plan["agents"].to_numpy(), plan["aht_s"].to_numpy()
    is_open = queue.open_at(pd.DatetimeIndex(plan.index), pd.Timedelta(seconds=unit))
    spare = np.zeros(len(plan))
    for run in filled:
        idle = run.idle_s[number].reshape(len(run.plan), -1).sum(axis=1) / unit
        idle -= (1 - run.queue.max_occupancy) * run.plan["agents"].to_numpy()  # the pauses they are promised
        spare += pd.Series(np.maximum(idle, 0.0), run.plan.index).reindex(plan.index, fill_value=0.0).to_numpy()
    own = int(np.random.SeedSequence([*seed, number]).generate_state(1)[0])
    done = replay_tickets(
        contacts,
        aht,
        is_open,
        agents,
        queue.deadline_s,
        unit,
        spare=spare,
        max_occupancy=queue.max_occupancy,
        backlog=round(queue.backlog),
        samples=1,
        seed=own,
    )
    # a contact that takes longer than its deadline whoever does it is in time where it is begun in time
    late = done.late_begun if queue.deadline_s < BRIEF * float(np.average(aht)) else done.late
    counts = np.zeros((live.MEASURES, len(plan)))
    counts[live.OFFERED] = counts[live.ANSWERED] = done.arrived[0]
    counts[live.WITHIN] = counts[live.PATIENT_WITHIN] = (done.arrived - late)[0]
    counts[live.WAIT_S], counts[live.BUSY_S] = done.waited[0], done.busy[0]
    counts[live.STAFFED_S] = agents * unit
    return live.Sample(counts, np.zeros(len(plan)))


def _told(table: pd.DataFrame, name: str, starts: pd.DatetimeIndex, column: str, what: str) -> Floats:
    """`column` of one queue at `starts`."""
    rows = table[table["queue"] == name]
    values = rows.set_index("start")[column].reindex(starts).to_numpy(dtype=float)
    if np.isnan(values).any():
        raise ValueError(f"{what}: expected {column} of {name} at {starts[np.isnan(values)][0]}, got none")
    return values


def _agents(name: str, plan: pd.DataFrame, staffed: pd.DataFrame) -> Ints:
    agents = np.zeros(len(plan))
    agents[plan["told"]] = _told(staffed, name, pd.DatetimeIndex(plan.index[plan["told"]]), "agents", "staffed")
    wrong = (agents < 0) | (agents != np.floor(agents))
    if wrong.any():
        raise ValueError(f"agents: expected whole numbers of 0 or more, got {agents[wrong][0]} for {name}")
    return agents.astype(np.int64)


def _rates(
    name: str, plan: pd.DataFrame, contacts: Floats, interval: pd.Timedelta, forecast: Forecast | None
) -> Floats:
    """Contacts per second, by step of the forecast where it is finer than the planning interval."""
    if forecast is None or forecast.interval >= interval:
        return contacts / interval.total_seconds()
    steps, rest = divmod(interval, forecast.interval)
    if rest:
        raise ValueError(f"forecast: expected intervals that divide {interval}, got {forecast.interval}")
    fine = pd.date_range(plan.index[0], periods=len(plan) * steps, freq=forecast.interval)
    rows = forecast.table[forecast.table["queue"] == name].set_index("start")["mean"]
    shape = rows.reindex(fine, fill_value=0.0).to_numpy(dtype=float).reshape(-1, steps)
    whole = shape.sum(axis=1)
    unknown = (whole <= 0) & (contacts > 0)
    if unknown.any():
        raise ValueError(f"forecast: expected contacts of {name} from {plan.index[unknown][0]}, got none")
    share = np.divide(shape, whole[:, None], out=np.full_like(shape, 1 / steps), where=whole[:, None] > 0)
    return np.asarray((contacts[:, None] * share).ravel() / forecast.interval.total_seconds())


def _factors(name: str, factors: Mapping[str, Floats], samples: int, plan: pd.DataFrame) -> Floats | None:
    """Sample x day, days that the requirement does not tell of included."""
    if name not in factors:
        return None
    daily = np.asarray(factors[name], dtype=float)
    told = plan["told"].groupby(pd.DatetimeIndex(plan.index).normalize()).any().to_numpy()
    if daily.shape != (samples, told.sum()):
        raise ValueError(f"factors: expected {samples} samples x {told.sum()} days for {name}, got {daily.shape}")
    every = np.ones((samples, len(told)))
    every[:, told] = daily
    return every


def _hits(counts: Floats, queue: Queue) -> tuple[Floats, Floats]:
    """Contacts that count as answered in time, and those they are a share of; counts has its measures in axis 1."""
    if queue.counted_of == "virtual":
        return counts[:, live.PATIENT_WITHIN], counts[:, live.OFFERED]
    return counts[:, live.WITHIN], counts[:, live.ANSWERED if queue.counted_of == "answered" else live.OFFERED]


def _by_interval(rows: pd.DataFrame, run: _Run) -> pd.DataFrame:
    """The rows of Replay.table."""
    plan, counts = run.plan[run.plan["told"]], run.counts[:, :, run.plan["told"].to_numpy()]
    total = counts.sum(axis=0)
    offered = total[live.OFFERED]
    promised = plan["service_level"].to_numpy()
    table = {"start": rows["start"].to_numpy(), "queue": rows["queue"].array}
    table |= {"contacts": offered / len(counts), "agents": plan["agents"].to_numpy(), "promised": promised}
    table |= {
        column: np.where(offered > 0, share, 1.0)
        for column, share in zip(("service_level", "low", "high"), ratio(*_hits(counts, run.queue)), strict=True)
    }
    present = total[live.STAFFED_S] + total[live.OVERRUN_S]
    table["abandonment"] = _share(total[live.ABANDONED], offered)
    table["occupancy"] = np.minimum(_share(total[live.BUSY_S], present), 1.0)
    table["mean_wait_s"] = _share(total[live.WAIT_S], offered)
    return pd.DataFrame(table)


def _by_day(key: object, run: _Run) -> pd.DataFrame:
    """The rows of Replay.days."""
    told = run.plan["told"].to_numpy()
    day, dates = pd.factorize(pd.DatetimeIndex(run.plan.index[told]).normalize())
    counts = np.add.reduceat(run.counts[:, :, told], np.flatnonzero(np.diff(day, prepend=-1)), axis=2)
    hits, base = _hits(counts, run.queue)
    offered = counts[:, live.OFFERED]
    own = np.where(offered > 0, _share(hits, base), 1.0)
    kept = (own >= run.queue.share - SLACK).mean(axis=0)
    low, high = wilson(kept, np.full(kept.shape, len(counts)))
    level = np.where(offered.sum(axis=0) > 0, _share(hits.sum(axis=0), base.sum(axis=0)), 1.0)
    return pd.DataFrame({"date": dates, "queue": key, "service_level": level, "kept": kept, "low": low, "high": high})


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _together(parts: list[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True)[list(columns)] if parts else pd.DataFrame(columns=list(columns))
