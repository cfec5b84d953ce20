"""Tickets replayed: laws of queues, exact formulas in the steady state, and every second accounted for."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from staffing import erlang
from staffing.simulate.ticket import Tickets, replay_tickets

HOUR = 3600.0


def steady(contacts: float, aht: float, agents: float, intervals: int = 2000, **more: object) -> Tickets:
    even = np.ones(intervals)
    terms = {"deadline_s": HOUR, "interval_s": 1800.0, "samples": 5} | more
    return replay_tickets(contacts * even, aht * even, even > 0, agents * even, **terms)


def share(of: NDArray[np.int64], run: Tickets) -> float:
    return float(of.sum() / run.arrived.sum())


@pytest.mark.parametrize(("contacts", "aht", "agents"), [(30, 300, 6), (60, 120, 5), (4, 300, 1), (100, 600, 36)])
def test_in_the_steady_state_waits_and_lateness_are_those_of_erlang_c(contacts: float, aht: float, agents: int):
    run = steady(contacts, aht, agents, deadline_s=600.0, step_s=30.0, intervals=4000)
    wait = run.waited.sum() / run.arrived.sum() - aht
    rate = contacts / 1800
    assert wait == pytest.approx(erlang.mean_wait(rate, aht, agents), rel=0.08, abs=0.03 * aht)
    late = 1 - erlang.service_level(rate, aht, agents, 600)
    assert share(run.late_begun, run) == pytest.approx(late, rel=0.1, abs=0.005)
    assert run.busy.sum() / (run.busy.size * agents * 1800) == pytest.approx(contacts * aht / 1800 / agents, rel=0.02)


def test_with_endless_agents_only_handle_times_are_late():
    run = steady(40, 600, 200)
    assert share(run.late_begun, run) == 0
    assert share(run.late, run) == pytest.approx(np.exp(-6), rel=0.15)  # of an exponential time, beyond six means
    assert run.waited.sum() / run.arrived.sum() == pytest.approx(600, rel=0.02)


def test_nobody_at_work_makes_everything_due_late_and_leaves_everything_in_line():
    run = steady(5, 300, 0, intervals=10)
    assert (run.late[:, :8] == run.arrived[:, :8]).all()
    assert (run.late[:, 8:] <= run.arrived[:, 8:]).all()
    assert (run.late[:, 9] == 0).all()  # due after the end: nobody can tell
    assert (run.line == run.arrived.cumsum(axis=1)).all()
    assert run.busy.sum() == 0


def test_no_agent_works_more_than_the_time_there_is_and_no_work_is_lost():
    rng = np.random.default_rng(3)
    agents = rng.integers(0, 5, 300).astype(float)
    run = replay_tickets(np.full(300, 6.0), np.full(300, 500.0), np.ones(300), agents, HOUR, 1800, samples=20)
    assert (run.busy <= agents * 1800 + 1e-6).all()
    tickets = run.arrived.sum() - run.line[:, -1].sum()
    assert run.busy.sum() == pytest.approx(tickets * 500, rel=0.03)


def test_littles_law_holds_whatever_the_agents_do():
    rng = np.random.default_rng(4)
    agents = rng.integers(1, 5, 400).astype(float)
    run = replay_tickets(np.full(400, 6.0), np.full(400, 400.0), np.ones(400), agents, HOUR, 1800, samples=20)
    in_system = run.line.mean()  # seen at interval ends
    assert in_system * 400 * 1800 * 20 == pytest.approx(run.waited.sum(), rel=0.05)


def test_the_clock_stands_still_while_the_desk_is_closed():
    is_open = np.tile(np.repeat([False, True, False], [18, 24, 6]), 40)
    contacts = np.where(is_open, 0.0, 1.0)  # by night only, all waiting at nine
    agents = np.where(is_open, 6.0, 0.0)
    run = replay_tickets(contacts, np.full(len(is_open), 300.0), is_open, agents, 2 * HOUR, 1800, samples=20)
    assert share(run.late, run) < 0.001  # 24 tickets among 6 agents take 20 minutes
    assert (run.busy[:, ~is_open] == 0).all()
    assert share(run.late, run) <= share(run.late_begun, run) + 0.001
    rushed = replay_tickets(contacts, np.full(len(is_open), 300.0), is_open, agents / 6, HOUR, 1800, samples=20)
    assert share(rushed.late, rushed) > 0.3  # one agent takes two hours


def test_idle_time_counts_as_agents_and_may_come_step_by_step():
    whole = steady(12, 300, 3, 500)
    halves = steady(12, 300, 2, 500, spare=np.ones(500))
    stepped = steady(12, 300, 2, 500, spare=np.ones(500 * 30))
    assert (whole.line == halves.line).all()
    assert (halves.line == stepped.line).all()
    flickering = steady(12, 300, 2, 500, spare=np.tile([2.0, 0.0], 500 * 15))
    assert flickering.busy.sum() == pytest.approx(whole.busy.sum(), rel=0.01)
    assert flickering.waited.sum() == pytest.approx(whole.waited.sum(), rel=0.25)


def test_pauses_are_taken_while_the_line_is_as_planned_and_not_while_it_is_longer():
    contacts = np.tile(np.repeat([60.0, 0.0], 24), 20)  # twelve hours' arrivals, worked round the clock
    agents = np.full(len(contacts), 6.0)
    aht = np.full(len(contacts), 300.0)
    run = replay_tickets(contacts, aht, np.ones(len(aht)), agents, 24 * HOUR, 1800, max_occupancy=0.9, samples=20)
    busy = run.busy.mean(axis=0) / (6 * 1800)
    day = busy[48:912].reshape(-1, 24).mean(axis=1)  # half-days
    assert day.max() <= 0.9 + 0.03  # some days bring more than expected
    assert (day[::2] > 0.88).all()
    hurried = replay_tickets(contacts, aht, np.ones(len(aht)), agents, 24 * HOUR, 1800, samples=20)
    assert hurried.waited.sum() < 0.9 * run.waited.sum()


def test_a_backlog_is_worked_first_and_late_where_nobody_works():
    run = steady(2, 300, 0, intervals=10, backlog=50)
    assert (run.carried_late == 50).all()
    assert (run.line[:, 0] == 50 + run.arrived[:, 0]).all()
    worked = steady(2, 300, 12, intervals=10, backlog=50)
    assert (worked.line[:, 2] < 20).all()
    assert worked.carried_late.mean() < 5  # the oldest are due at once


def test_a_sample_is_the_same_whatever_the_number_of_samples():
    few, many = steady(5, 300, 1, 100, samples=2), steady(5, 300, 1, 100, samples=6)
    for name in ("arrived", "late", "late_begun", "waited", "line", "busy"):
        assert (getattr(few, name) == getattr(many, name)[:2]).all()
    other = steady(5, 300, 1, 100, samples=2, seed=9)
    assert (few.arrived != other.arrived).any()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"contacts": [1, -2]}, "contacts.*-2"),
        ({"contacts": [1, np.nan]}, "contacts.*nan"),
        ({"contacts": [1]}, r"contacts.*\(1,\)"),
        ({"aht": [300, np.inf]}, "aht.*inf"),
        ({"agents": [1, -1]}, "agents.*-1"),
        ({"deadline_s": 0}, "deadline_s.*0"),
        ({"interval_s": -1}, "interval_s.*-1"),
        ({"step_s": 0}, "step_s.*0"),
        ({"step_s": 7}, "step_s.*7"),
        ({"spare": [1, 2, 3]}, "spare"),
        ({"spare": [1, -1]}, "spare"),
        ({"max_occupancy": 0}, "max_occupancy.*0"),
        ({"max_occupancy": 1.1}, "max_occupancy.*1.1"),
        ({"backlog": -1}, "backlog.*-1"),
        ({"samples": 0}, "samples.*0"),
    ],
)
def test_a_bad_argument_is_named_with_its_value(arguments: dict[str, object], named: str):
    good = {
        "contacts": [1, 2],
        "aht": [300, 300],
        "is_open": [True, True],
        "agents": [1, 1],
        "deadline_s": HOUR,
        "interval_s": 1800,
    }
    with pytest.raises(ValueError, match=named):
        replay_tickets(**good | arguments)


def test_nothing_to_do_is_nothing_done():
    run = steady(0, 300, 2, 5)
    assert run.arrived.sum() == run.late.sum() == run.line.sum() == 0
    empty = replay_tickets([], [], [], [], HOUR, 1800, samples=2)
    assert empty.arrived.shape == (2, 0)
