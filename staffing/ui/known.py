"""What the pages look into again and again: worked out once for a plan, then shared by every session."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from staffing import chat, explain, pool, proof, skill
from staffing.chat import Concurrency
from staffing.explain import Queued, Reason
from staffing.plan import Result
from staffing.queue import Queue
from staffing.requirement import Requirement
from staffing.simulate import Replay
from staffing.ui.view import Need

DAY, WEEK = pd.Timedelta(days=1), pd.Timedelta(days=7)
OPEN_S = 12 * 3600.0  # a day's opening hours, about
LEVELS = 6  # chats at once to compare, at least


def reason(need: Need, queue: str, start: pd.Timestamp) -> Reason:
    """Why the interval from `start` has its agents."""
    return _reason(need.key, queue, start, need)


def replayed(need: Need, week: pd.Timestamp) -> Replay:
    """The requirement of all queues in the week from `week`, on sampled days."""
    return _replayed(need.key, week, need)


def shifts_replayed(key: str, result: Result) -> Replay:
    """A plan's shifts on sampled days of their week."""
    return _shifts_replayed(key, result)


def concurrency(queue: Queue, contacts: float, aht: float, interval: pd.Timedelta) -> Concurrency:
    """What one interval's chats take with 1, 2, ... of them at once, in the steady state of the day as forecast."""
    levels = max(LEVELS, queue.concurrency)
    wide = queue.model_copy(update={"concurrency": levels, "measured_at": queue.measured_at or queue.concurrency})
    return _concurrency(queue.model_dump_json(), contacts / interval.total_seconds(), wide.handle_times(aht), queue)


def pooling(need: Need, week: pd.Timestamp, queues: tuple[str, ...]) -> pd.DataFrame:
    """What cross-training buys these queues in a week, as `skill.cross_training` tells it."""
    return _pooling(need.key, week, queues, need)


def week_of(needed: Requirement, week: pd.Timestamp) -> Requirement:
    """The requirement of the week from `week`."""
    rows = needed.table[needed.table["start"].between(week, week + WEEK, inclusive="left")]
    return Requirement(rows.reset_index(drop=True), needed.interval)


@st.cache_resource(show_spinner=False, max_entries=100)
def _queued(key: str, queue: str, _need: Need) -> Queued:
    return explain.queued(_need.requirement, _need.forecast, _need.queues, queue, _need.scenario.confidence)


@st.cache_resource(show_spinner=False, max_entries=1000)
def _reason(key: str, queue: str, start: pd.Timestamp, _need: Need) -> Reason:
    return explain.reason(_queued(key, queue, _need), start, _need.scenario.method)


@st.cache_resource(show_spinner=False, max_entries=40)
def _replayed(key: str, week: pd.Timestamp, _need: Need) -> Replay:
    # what waits comes from days before and is done on days after
    waits = max((q.deadline_s for q in _need.queues.values() if q.channel == "ticket"), default=0.0)
    margin = DAY * (1 + int(waits // OPEN_S))
    table = _need.requirement.table
    near = table[table["start"].between(week - margin, week + WEEK + margin, inclusive="left")]
    wide = Requirement(near.reset_index(drop=True), _need.requirement.interval)
    found = proof.of_requirement(wide, _need.forecast, _need.queues)
    inside = found.table["start"].between(week, week + WEEK, inclusive="left")
    dates = found.days["date"].between(week, week + WEEK, inclusive="left")
    return replace(found, table=found.table[inside], days=found.days[dates])


@st.cache_resource(show_spinner=False, max_entries=40)
def _shifts_replayed(key: str, _result: Result) -> Replay:
    needed = week_of(_result.requirement, _result.week)
    return proof.of_shifts(_result.shifts.coverage, needed, _result.forecast, _result.queues)


@st.cache_resource(show_spinner=False, max_entries=1000)
def _concurrency(key: str, rate: float, aht: tuple[float, ...], _queue: Queue) -> Concurrency:
    return chat.concurrency_choices(
        rate,
        aht,
        _queue.answer_within_s,
        _queue.share,
        _queue.patience_s or float("inf"),
        _queue.counted_of,
        _queue.max_occupancy,
    )


@st.cache_resource(show_spinner=False, max_entries=100)
def _pooling(key: str, week: pd.Timestamp, queues: tuple[str, ...], _need: Need) -> pd.DataFrame:
    part = week_of(_need.requirement, week)
    return skill.cross_training(pool.pooled(part, {name: _need.queues[name] for name in queues}))
