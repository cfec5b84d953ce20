"""Work that may wait: every deadline kept, nothing done before it arrives, and no lower peak possible."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from staffing import deadline

WORK = st.lists(st.one_of(st.just(0.0), st.floats(0, 30)), min_size=1, max_size=14)


@st.composite
def horizons(draw: st.DrawFn) -> tuple[NDArray[np.float64], NDArray[np.bool_], int, float]:
    work = np.array(draw(WORK))
    is_open = np.array(draw(st.lists(st.booleans(), min_size=len(work), max_size=len(work))))
    return work, is_open, draw(st.integers(1, 6)), draw(st.sampled_from([0.0, 0.0, 2.5, 40.0]))


def replayed(
    work: NDArray[np.float64], is_open: NDArray[np.bool_], agents: NDArray[np.int64], limit: int, backlog: float
) -> tuple[list[float], float]:
    """Work each interval's agents get done, oldest first, and the largest part done after its deadline.

    An own queue of parcels, each with the open intervals it has left: nothing of the module under test.
    """
    parcels = [[backlog / limit, due] for due in range(1, limit + 1)]  # due evenly over the first deadline
    done, late = [], 0.0
    for arriving, opened, capacity in zip(work, is_open, agents, strict=True):
        if not opened:
            parcels.append([arriving, limit])  # its clock starts at the next opening
            done.append(0.0)
            continue
        parcels.append([arriving, limit + 1])  # arrives until the interval's end, due that much later
        left = float(capacity)
        for parcel in parcels:
            part = min(left, parcel[0])
            parcel[0] -= part
            left -= part
        done.append(capacity - left)
        for parcel in parcels:
            parcel[1] -= 1
            if parcel[1] <= 0:
                late = max(late, parcel[0])
    return done, late


def least_peak(bounds: deadline.Tube) -> float:
    """The least peak of any staffing within the tube, by linear programming."""
    count = len(bounds.least) - 1
    total = np.tril(np.ones((count, count)))
    none = np.zeros((count, 1))
    rows = np.block([[total, none], [-total, none], [np.eye(count), -np.ones((count, 1))]])
    limits = np.concatenate([bounds.most[1:], -bounds.least[1:], np.zeros(count)])
    return float(linprog(np.eye(count + 1)[-1], rows, limits).fun)


@settings(deadline=None)
@given(horizons())
def test_no_deadline_is_broken_and_nothing_is_done_before_it_arrives(horizon):
    work, is_open, limit, backlog = horizon
    plan = deadline.staffing(work, is_open, limit, backlog)
    done, late = replayed(work, is_open, plan.agents, limit, backlog)
    assert late < 1e-6
    assert np.allclose(done, plan.done, atol=1e-6)
    assert np.all(plan.agents[~is_open] == 0)
    assert plan.left == pytest.approx(backlog + work.sum() - sum(done), abs=1e-6)
    known = ~np.isnan(plan.in_time)
    assert np.all(plan.in_time[known] == 1)


@settings(deadline=None)
@given(horizons())
def test_the_string_is_in_its_tube_and_no_staffing_has_a_lower_peak(horizon):
    work, is_open, limit, backlog = horizon
    bounds = deadline.tube(*deadline.by_opening(work, is_open), limit, backlog)
    assert np.all(bounds.least <= bounds.most)
    path = deadline.taut_string(bounds.least, bounds.most)
    assert np.all(bounds.least <= path + 1e-9)
    assert np.all(path <= bounds.most + 1e-9)
    assert path[-1] == bounds.least[-1]
    if is_open.any():
        assert np.diff(path).max() == pytest.approx(least_peak(bounds), abs=1e-6)
        plan = deadline.staffing(work, is_open, limit, backlog)
        assert plan.agents.max() <= np.ceil(np.diff(path).max() + 1e-9)


def test_the_string_costs_least_under_other_convex_costs_too():
    rng = np.random.default_rng(8)
    work = rng.exponential(5, 30)
    bounds = deadline.tube(np.zeros(30), work, 4)
    rates = np.diff(deadline.taut_string(bounds.least, bounds.most))
    for _ in range(2000):  # staffings in the tube that do as much
        share = rng.random(31)
        path = np.maximum.accumulate(bounds.least + share * (bounds.most - bounds.least))
        path[[0, -1]] = 0, bounds.least[-1]
        other = np.diff(np.minimum(path, bounds.least[-1]))
        assert (rates**2).sum() <= (other**2).sum() + 1e-9
        assert np.maximum(rates - 5, 0).sum() <= np.maximum(other - 5, 0).sum() + 1e-9


def test_a_morning_rush_is_spread_to_its_deadline():
    assert deadline.staffing([12, 0, 0, 0, 0, 0], [True] * 6, 3).agents.tolist() == [3, 3, 3, 3, 0, 0]


def test_work_that_arrives_at_night_is_done_from_the_next_opening_within_its_deadline():
    plan = deadline.staffing([0, 6, 0, 0, 0, 0], [True, False, False, True, True, True], 2)
    assert plan.agents.tolist() == [0, 0, 0, 3, 3, 0]  # closed intervals are not counted


def test_a_backlog_is_due_evenly_over_the_first_deadline():
    assert deadline.staffing([0, 0, 0, 0], [False, True, True, True], 2, backlog=4).agents.tolist() == [0, 2, 2, 0]
    # yesterday's oldest cannot wait for the quiet hours at the deadline's end
    assert deadline.staffing([6, 6, 0, 0, 0, 0], [True] * 6, 4, backlog=16).agents.tolist()[:2] == [5, 5]


@settings(deadline=None)
@given(horizons(), st.floats(0.3, 5.9), st.floats(0, 20), st.floats(0, 0.9))
def test_broken_deadlines_a_stock_and_handle_times_leave_every_deadline_kept(horizon, limit, ahead, handle):
    work, is_open, _limit, backlog = horizon
    plan = deadline.staffing(work, is_open, limit, backlog, ahead, 0.0)
    later = int(np.ceil(limit))
    _done, late = replayed(work, is_open, plan.agents, later, 0.0)
    assert late < 1e-6
    slower = deadline.staffing(work, is_open, limit, backlog, ahead, handle)
    assert slower.agents.sum() >= slower.done.sum() - 1e-6
    assert np.all(np.cumsum(slower.done) <= backlog + np.cumsum(work) + 1e-6)


def test_running_ahead_costs_no_hours_in_the_long_run_only_height():
    rng = np.random.default_rng(4)
    work = np.repeat(rng.exponential(4, 20), 20)
    plain = deadline.staffing(work, [True] * 400, 16)
    ahead = deadline.staffing(work, [True] * 400, 16, ahead=20)
    assert ahead.done.sum() == pytest.approx(plain.done.sum() + 20)
    assert ahead.agents.sum() < 1.01 * ahead.done.sum()
    assert np.all(np.cumsum(ahead.done) >= np.cumsum(plain.done) - 20)
    assert ahead.agents.max() >= plain.agents.max()


def test_a_ticket_cannot_be_divided_among_many_agents():
    # a hundred agents finish a hundred tickets no sooner than one ticket takes: euler's method on the same law
    def stepwise(agents: float, handle: float, waiting: float, arriving: float) -> float:
        done, steps = 0.0, 200_000
        for k in range(steps):
            done += min(agents, (waiting + arriving * k / steps - done) / handle) / steps
        return done

    for agents, handle, waiting, arriving in ((10, 0.4, 6, 0), (10, 0.4, 2, 3), (2, 0.5, 0.5, 9), (3, 0.3, 9, 1)):
        most = np.array([0.0, waiting + arriving])
        worked = deadline._worked(0.0, agents, most, waiting, handle)
        assert worked == pytest.approx(stepwise(agents, handle, waiting, arriving), abs=1e-3)


def test_work_due_within_the_interval_it_waits_for_is_not_left_to_its_end():
    plan = deadline.staffing([5, 0, 0], [False, True, True], 0.5)
    assert plan.agents.tolist() == [0, 10, 0]


def test_the_expected_line_is_the_recursion_of_lindley():
    rng = np.random.default_rng(5)
    come, capacity = rng.exponential(3, 50), rng.exponential(0.8, 50)
    done, waiting = deadline.replayed(come, np.full(50, 0.25), capacity, backlog=4)
    line = 4.0
    for i in range(50):
        line = max(line + come[i] - capacity[i] / 0.25, 0.0)
        assert waiting[i] == pytest.approx(line, abs=1e-9)
    assert done.sum() == pytest.approx((4 + come.sum() - line) * 0.25)


def test_steady_work_needs_steady_agents():
    plan = deadline.staffing(np.full(200, 3.0), np.ones(200, dtype=bool), 8)
    assert set(plan.agents[1:]) == {2, 3}  # a little less than 3, as the last deadline's worth may stay
    assert plan.left == pytest.approx(8 * 3, abs=1)


def test_rounding_to_whole_agents_costs_next_to_nothing_and_numbers_change_seldom():
    rng = np.random.default_rng(1)
    work = np.repeat(rng.exponential(4, 50), 20)
    plan = deadline.staffing(work, np.ones(1000, dtype=bool), 16)
    # rounding each interval up alone would cost some 500 agent-intervals, and change in every one
    assert plan.agents.sum() < 1.01 * plan.done.sum()
    assert np.count_nonzero(np.diff(plan.agents)) < 200


def test_what_is_not_due_before_the_end_may_be_left_and_nothing_else():
    plan = deadline.staffing([0, 0, 0, 5, 5], [True] * 5, 2)
    assert plan.agents.sum() == 0
    assert plan.left == 10
    assert np.isnan(plan.in_time[3:]).all()


def test_no_work_and_never_open_need_nobody():
    assert deadline.staffing([0, 0, 0], [True] * 3, 1).agents.tolist() == [0, 0, 0]
    closed = deadline.staffing([1, 2, 3], [False] * 3, 1)
    assert closed.agents.tolist() == [0, 0, 0]
    assert closed.left == 6
    assert deadline.staffing([], [], 1).agents.tolist() == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"work": [1, -2]}, "work.*-2"),
        ({"work": [1, np.nan]}, "work.*nan"),
        ({"is_open": [True]}, "is_open"),
        ({"deadline": 0}, "deadline.*0"),
        ({"deadline": np.nan}, "deadline.*nan"),
        ({"backlog": -1}, "backlog.*-1"),
        ({"ahead": -1}, "ahead.*-1"),
        ({"handle": -1}, "handle.*-1"),
    ],
)
def test_a_bad_argument_is_named_with_its_value(arguments, named: str):
    good = {"work": [1, 2], "is_open": [True, True], "deadline": 2}
    with pytest.raises(ValueError, match=named):
        deadline.staffing(**good | arguments)
