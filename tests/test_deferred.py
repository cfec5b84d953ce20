"""Agents for work that may wait: kept promises in simulation, few hours, hours used where they are free."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.stats import poisson

from staffing import deferred, idle
from staffing.queue import Queue
from staffing.simulate.ticket import Tickets, replay_tickets

HOUR = 3600.0
WORK = st.one_of(st.just(0.0), st.floats(0.01, 20))


def make_queue(
    deadline_h: float, aht: float = 420, hours: tuple[str, str] = ("00:00", "24:00"), **more: object
) -> Queue:
    terms = {"channel": "ticket", "deadline_s": deadline_h * HOUR, "aht_s": aht, "shrinkage": 0.0, "max_occupancy": 0.9}
    return Queue.model_validate(terms | {"opens": hours[0], "closes": hours[1]} | more)


def day(kind: str, per_day: int = 48) -> NDArray[np.float64]:
    """A day's arrivals, 1 an interval on average."""
    hour = (np.arange(per_day) + 0.5) / per_day * 24
    shapes = {
        "flat": np.ones(per_day),
        "peaked": 0.08 + np.exp(-(((hour - 11) / 2) ** 2)) + 0.9 * np.exp(-(((hour - 20) / 2) ** 2)),
        "promotion": np.where((hour >= 10) & (hour < 14), 6.0, 1.0),
    }
    return shapes[kind] / shapes[kind].mean()


class Case:
    """A queue with expected contacts: its plan, and the plan replayed."""

    def __init__(
        self, queue: Queue, contacts: NDArray[np.float64], minutes: int = 30, spare: object = None, swing: object = None
    ) -> None:
        interval = pd.Timedelta(minutes=minutes)
        starts = pd.date_range("2026-06-15", periods=len(contacts), freq=interval)
        self.queue, self.contacts, self.seconds = queue, contacts, minutes * 60
        self.aht = np.full(len(contacts), queue.aht_s)
        self.is_open = queue.open_at(starts, interval)
        self.plan = deferred.agents(starts, contacts, self.aht, self.is_open, queue, interval, spare, swing)
        self.agents = self.plan["agents"].to_numpy()

    def replay(self, samples: int = 20, spare: object = None) -> Tickets:
        return replay_tickets(
            self.contacts,
            self.aht,
            self.is_open,
            self.agents,
            self.queue.deadline_s,
            self.seconds,
            spare=spare,
            max_occupancy=self.queue.max_occupancy,
            backlog=int(self.queue.backlog),
            samples=samples,
        )

    def over(self) -> float:
        """Hours beyond the pure workload of what is done."""
        work = self.contacts.sum() * self.queue.aht_s / self.seconds
        waiting = self.plan["backlog"].iloc[-1] * self.queue.aht_s / self.seconds
        return float(self.agents.sum() / (work - waiting) - 1)


CASES = [
    # deadline h, aht, contacts a half-hour, shape, hours, most hours beyond the workload
    (1, 120, 15, "peaked", ("00:00", "24:00"), 0.7),
    (1, 420, 60, "flat", ("09:00", "21:00"), 0.22),
    (1, 420, 15, "promotion", ("08:00", "22:00"), 0.45),
    (4, 420, 4, "peaked", ("00:00", "24:00"), 0.5),
    (4, 1200, 15, "promotion", ("09:00", "21:00"), 0.16),
    (4, 420, 60, "promotion", ("00:00", "24:00"), 0.13),
    (4, 1200, 1, "flat", ("08:00", "22:00"), 1.1),
    (24, 420, 1, "peaked", ("00:00", "24:00"), 0.4),
    (24, 420, 60, "promotion", ("09:00", "21:00"), 0.13),
    (48, 1200, 4, "promotion", ("09:00", "21:00"), 0.13),
    (48, 120, 200, "peaked", ("00:00", "24:00"), 0.13),
]


@pytest.mark.parametrize(("deadline_h", "aht", "volume", "kind", "hours", "most"), CASES)
def test_at_most_one_in_a_hundred_is_late_in_simulation_for_few_hours(
    deadline_h: float, aht: float, volume: float, kind: str, hours: tuple[str, str], most: float
):
    case = Case(make_queue(deadline_h, aht, hours), np.tile(day(kind), 8) * volume)
    run = case.replay(10 if volume < 100 else 4)
    assert run.late.sum() <= 0.01 * run.arrived.sum()
    assert (case.plan["service_level"] == 1).all()
    assert case.over() <= most


@pytest.mark.parametrize(("aht", "volume"), [(60, 10), (120, 100), (420, 10), (900, 100)])
def test_a_deadline_of_a_single_interval_is_kept_too(aht: float, volume: float):
    case = Case(make_queue(0.25, aht, ("08:00", "22:00")), np.tile(day("promotion", 96), 4) * volume, minutes=15)
    run = case.replay(10)
    assert run.late_begun.sum() <= 0.01 * run.arrived.sum()
    if aht <= 120:  # longer ones outlast a quarter of an hour however many agents there are
        assert run.late.sum() <= 0.01 * run.arrived.sum()


def test_where_agents_are_promised_no_pauses_the_margin_is_the_stock_alone():
    case = Case(make_queue(4, 420, max_occupancy=1.0), np.tile(day("peaked"), 8) * 100)
    run = case.replay(5)
    assert run.late.sum() <= 0.01 * run.arrived.sum()
    assert case.over() < 0.04


@pytest.mark.parametrize(("deadline_h", "volume"), [(4, 10), (24, 60)])
def test_agents_are_no_busier_than_promised_and_their_time_is_accounted_for(deadline_h: float, volume: float):
    case = Case(make_queue(deadline_h, 420), np.tile(day("promotion"), 8) * volume)
    run = case.replay(40)
    planned, agents = case.plan["occupancy"].to_numpy(), case.agents
    assert planned.max() <= 0.9 + 1e-9
    busy = run.busy.mean(axis=0)
    blocks = slice(48, 7 * 48)
    hours = lambda values: values[blocks].reshape(-1, 12).sum(axis=1)  # noqa: E731
    assert np.allclose(hours(busy), hours(planned * agents * 1800), atol=0.08 * hours(agents * 1800).max())
    assert busy.sum() / (agents.sum() * 1800) <= 0.91  # a line longer than planned is worked off without pauses
    line = run.line.mean(axis=0)
    assert np.corrcoef(line[blocks], case.plan["backlog"][blocks])[0, 1] > 0.8


@pytest.mark.parametrize("deadline_h", [1, 4, 24, 48])
@pytest.mark.parametrize("hours", [("00:00", "24:00"), ("09:00", "21:00")])
def test_the_backlog_at_the_end_is_at_most_one_deadlines_arrivals(deadline_h: float, hours: tuple[str, str]):
    for days in (2, 5):
        case = Case(make_queue(deadline_h, 420, hours), np.tile(day("peaked"), days) * 20)
        opened = np.flatnonzero(case.is_open)[-int(2 * deadline_h) :]
        first = opened[0] if len(opened) == 2 * deadline_h else 0
        first -= int(np.argmax(case.is_open[:first][::-1])) if first else 0  # and the night before it
        assert case.plan["backlog"].iloc[-1] <= case.contacts[first:].sum() + 1e-6


def test_yesterdays_backlog_is_worked_off_in_time():
    queue = make_queue(4, 420, backlog=200)
    case, without = Case(queue, np.tile(day("flat"), 3) * 20), Case(make_queue(4, 420), np.tile(day("flat"), 3) * 20)
    extra = case.agents.sum() - without.agents.sum()
    assert 0.6 * 200 * 420 / 1800 <= extra <= 1.25 * 200 * 420 / 1800  # some of it takes what was idle anyway
    assert case.agents[:8].sum() - without.agents[:8].sum() > 0.5 * extra
    assert case.agents.max() <= 12
    run = case.replay(30)
    assert run.carried_late.sum() <= 0.06 * 200 * 30  # the oldest are due within minutes of the beginning
    assert run.late.sum() <= 0.01 * run.arrived.sum()


@pytest.mark.parametrize(("volume", "max_occupancy"), [(5, 0.9), (40, 0.9), (5, 1.0), (40, 1.0)])
def test_idle_time_of_live_agents_saves_agents_and_keeps_the_promise_though_it_is_random(
    volume: float, max_occupancy: float
):
    contacts = np.tile(day("peaked"), 8) * volume
    # a live desk: 12 agents by day, 3 by night, its idle agents minute by minute from a birth-death chain
    staffed = np.where((np.arange(len(contacts)) % 48 >= 16) & (np.arange(len(contacts)) % 48 < 44), 12, 3)
    seen = np.arange(60)
    mean = np.array([np.maximum(n - seen, 0) @ poisson.pmf(seen, 0.75 * n) for n in staffed])
    rng = np.random.default_rng(8)
    steps = np.zeros(len(contacts) * 30)
    busy = 9
    for k in range(len(steps)):
        n = int(staffed[k // 30])
        busy = rng.binomial(busy, np.exp(-60 / 300)) + rng.poisson(0.75 * n * (1 - np.exp(-60 / 300)))
        steps[k] = max(n - busy, 0)
    assert steps.mean() == pytest.approx(mean.mean(), rel=0.1)
    queue, swing = make_queue(4, 420, max_occupancy=max_occupancy), 2 * (staffed - mean) * 300 / 1800
    alone, helped = Case(queue, contacts), Case(queue, contacts, spare=mean, swing=swing)
    saved = alone.agents.sum() - helped.agents.sum()
    least = 0.95 if max_occupancy < 1 else 0.9  # without pauses, a part goes to what chance does to idle time
    assert saved >= least * min(mean.sum(), alone.agents.sum())
    run = helped.replay(20, steps)
    assert run.late.sum() <= 0.01 * run.arrived.sum()


def test_idle_time_too_uncertain_to_count_on_never_costs_agents():
    contacts = np.tile(day("peaked"), 8) * 4
    alone = Case(make_queue(1, 420), contacts)
    wild = Case(make_queue(1, 420), contacts, spare=np.full(len(contacts), 1.0), swing=np.full(len(contacts), 20.0))
    assert wild.agents.sum() <= alone.agents.sum()
    assert wild.replay(5).late.sum() <= 0.01 * alone.contacts.sum() * 5


@pytest.mark.parametrize("hours", [("00:00", "24:00"), ("09:00", "18:00")])
def test_a_deadline_shorter_than_the_interval_counts_what_waited_for_the_opening(hours: tuple[str, str]):
    contacts = np.tile(day("flat"), 5) * 10
    waiting = Case(make_queue(0.25, 300, hours, backlog=100), contacts)
    run = waiting.replay(20)
    assert run.late_begun.sum() <= 0.01 * run.arrived.sum()
    assert waiting.agents[waiting.is_open][0] * 900 >= 0.9 * 100 * 300  # all of it within a quarter of an hour
    assert np.average(waiting.plan["service_level"], weights=contacts) > 0.999


@st.composite
def idle_hours(draw: st.DrawFn) -> tuple[NDArray[np.float64], NDArray[np.bool_], int, NDArray[np.float64], float]:
    count = draw(st.integers(1, 9))
    work, spare = (np.array(draw(st.lists(WORK, min_size=count, max_size=count))) for _ in range(2))
    is_open = np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    return work, is_open, draw(st.integers(1, 4)), spare, draw(st.sampled_from([0.0, 3.0, 25.0]))


@settings(deadline=None)
@given(idle_hours())
def test_no_use_of_idle_time_gets_more_work_done(case):
    work, is_open, limit, spare, backlog = case
    used = idle.filled(work, is_open, limit, spare, backlog)
    # every piece of work, the open intervals it may be done in, and a linear programme that assigns it
    position = np.cumsum(is_open) - is_open
    pieces = [(backlog / limit, range(0, due)) for due in range(1, limit + 1)]
    for i, amount in enumerate(work):
        pieces.append((amount, range(position[i], position[i] + limit + bool(is_open[i]))))
    places = np.flatnonzero(is_open)
    pairs = [(k, p) for k, (_amount, window) in enumerate(pieces) for p in window if p < len(places)]
    best = 0.0
    if pairs:
        rows = np.zeros((len(pieces) + len(places), len(pairs)))
        for column, (k, p) in enumerate(pairs):
            rows[k, column] = rows[len(pieces) + p, column] = 1
        limits = [amount for amount, _window in pieces] + spare[places].tolist()
        best = -linprog(-np.ones(len(pairs)), rows, limits).fun
    assert used.done.sum() == pytest.approx(best, abs=1e-6)
    assert used.done.sum() + used.left.sum() + used.backlog == pytest.approx(work.sum() + backlog)
    assert np.all(used.done <= np.where(is_open, spare, 0) + 1e-9)
    assert np.all((used.left >= 0) & (used.left <= work))


def test_a_small_queue_is_worked_in_blocks_not_all_day():
    case = Case(make_queue(24, 300), np.full(7 * 48, 0.5))  # two hours of work a day
    assert case.agents.max() == 1
    assert case.agents.sum() <= 2.0 * 7 * 48 * 0.5 * 300 / 1800


def test_closed_hours_have_nobody_and_never_open_is_never_done():
    case = Case(make_queue(4, 420, ("09:00", "21:00")), np.tile(day("flat"), 3) * 5)
    assert (case.agents[~case.is_open] == 0).all()
    never = Case(make_queue(4, open_days=[7], backlog=5), np.tile(day("flat"), 2) * 5)
    assert never.agents.sum() == 0
    assert (never.plan["service_level"] == 0).all()
    assert never.plan["backlog"].iloc[-1] == pytest.approx(5 + 2 * 48 * 5)


def test_a_backlog_without_new_contacts_is_worked_off_and_nothing_else():
    case = Case(make_queue(4, 420, backlog=200), np.zeros(96))
    assert 200 * 420 / 1800 <= case.agents.sum() <= 1.2 * 200 * 420 / 1800 / 0.9
    assert case.agents[8:].sum() <= 3  # those still with an agent
    assert case.plan["backlog"].iloc[-1] == pytest.approx(0, abs=1e-6)


def test_no_contacts_need_nobody():
    plan = Case(make_queue(4), np.zeros(48)).plan
    assert plan["agents"].sum() == 0
    assert (plan["service_level"] == 1).all()
    assert (plan["occupancy"] == 0).all()
    assert not plan.isna().any(axis=None)


@pytest.mark.parametrize("name", ["spare", "swing"])
@pytest.mark.parametrize("values", [[1.0], np.full(48, -1.0), np.full(48, np.nan)])
def test_idle_time_that_is_none_is_refused(name: str, values: object):
    with pytest.raises(ValueError, match=name):
        Case(make_queue(4), np.zeros(48), **{name: values})
