"""The pace of a chat desk by chats present: against the whole chain solved densely, limits and laws."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from staffing import evenly, levels

SHAPES = [(1.0, 1.2), (1.0, 1.1875, 1.5), (1.0, 2.0, 3.0), (1.0, 2 / 3, 0.5), (1.0, 1.1, 1.3, 1.6)]


def dense(load: float, shape: tuple[float, ...], agents: int, patience: float) -> list[float]:
    """Mean pace by chats present from the stationary equations of agents named one by one, with 60 places to wait."""
    top = len(shape)
    desks = [tuple(sorted(d)) for d in itertools.product(range(top + 1), repeat=agents)]
    states = [(d, 0) for d in sorted(set(desks))] + [((top,) * agents, j) for j in range(1, 61)]
    at = {state: i for i, state in enumerate(states)}
    flow = np.zeros((len(states), len(states)))
    out = np.zeros(len(states))
    for (desk, waiting), i in at.items():
        if desk[0] < top:
            flow[i, at[tuple(sorted((desk[0] + 1, *desk[1:]))), 0]] += load
        elif waiting < 60:
            flow[i, at[desk, waiting + 1]] += load
        for a, held in enumerate(desk):
            if held:
                pace = held / shape[held - 1]
                out[i] += pace
                left = tuple(sorted((*desk[:a], held - 1, *desk[a + 1 :])))
                flow[i, at[(desk, waiting - 1) if waiting else (left, 0)]] += pace
        if waiting:
            flow[i, at[desk, waiting - 1]] += waiting / patience
    balance = (flow - np.diag(flow.sum(axis=1))).T
    balance[0] = 1
    share = np.linalg.solve(balance, np.eye(len(states))[0])
    present = np.array([sum(desk) if not waiting else -1 for desk, waiting in states])
    return [
        float(share[present == k] @ out[present == k] / share[present == k].sum()) for k in range(1, agents * top + 1)
    ]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("agents", [2, 3, 4])
@pytest.mark.parametrize("staffed", [0.4, 0.9, 1.6])
def test_the_pace_is_that_of_the_whole_chain_whatever_the_patience(
    shape: tuple[float, ...], agents: int, staffed: float
):
    load = staffed * agents * len(shape) / shape[-1]
    found = levels.exact(load, shape, agents)
    for patience in (0.1, 1.0):
        assert found == pytest.approx(dense(load, shape, agents, patience), rel=5e-9)


def test_where_nothing_depends_on_the_spread_the_pace_is_the_even_one():
    for shape, agents in (((1.0,), 7), ((1.0, 1.3, 1.7), 1), ((1.0, 1.0, 1.0), 12)):  # calls, one agent, no slowing
        assert levels.exact(5.0, shape, agents) == pytest.approx(levels.even(np.array(shape), agents), rel=1e-12)
    assert levels.even(np.array([1.0, 1.25]), 2) == pytest.approx([1.0, 2.0, 2.6, 3.2])


def test_an_uneven_spread_finishes_less_where_each_chat_more_adds_less_and_more_where_it_adds_more():
    for shape, sign in (((1.0, 1.1875, 1.5), -1), ((1.0, 2 / 3, 0.5), 1)):
        gap = levels.exact(20.0, shape, 15) / levels.even(np.array(shape), 15) - 1
        assert np.all(sign * gap >= -1e-9)
        assert np.max(np.abs(gap)) > 1e-3


def test_a_first_chat_and_a_full_desk_leave_nothing_to_spread():
    pace = levels.exact(30.0, (1.0, 1.2, 1.5), 20)
    assert (pace[0], pace[-1]) == pytest.approx((1.0, 20 * 3 / 1.5), rel=1e-12)


def test_the_largest_desk_solves_and_its_pace_rises_with_the_chats_present():
    pace = levels.exact(0.9 * 40 * 4 / 1.6, (1.0, 1.1, 1.3, 1.6), 40)
    assert len(pace) == 160
    assert np.all(np.diff(pace) > 0)


@pytest.mark.parametrize("agents", [2, 9, 25])
def test_interpolated_weights_are_those_of_the_chain_solved(agents: int):
    rng = np.random.default_rng(8)
    shape = np.tile(SHAPES[1], (12, 1))
    load = np.exp(rng.uniform(np.log(0.5), np.log(1.5), 12)) * agents * 2
    count = np.full(12, agents)
    solved = levels.below_full_solved(load, shape, count)
    even = evenly.below_full(load, shape, count.astype(float))
    found = levels.below_full(load, shape, count.astype(float))
    assert np.all(np.abs(found - solved) < 2e-3 * np.abs(even - solved))


def test_a_larger_desk_than_any_tabulated_is_corrected_in_proportion():
    load, shape, agents = np.array([75.0, 95.0, 105.0]), np.tile([1.0, 1.2], (3, 1)), np.full(3, 60)
    solved = levels.below_full_solved(load, shape, agents)
    even = evenly.below_full(load, shape, agents.astype(float))
    found = levels.below_full(load, shape, agents.astype(float))
    assert np.all(np.abs(found - solved) < 0.25 * np.abs(even - solved))


def test_paces_are_the_solved_ones_and_go_on_beyond_them():
    for agents in (1, 2, 12):
        solved = levels.exact(1.7 * agents, SHAPES[1], agents)
        assert levels.paces(1.7 * agents, SHAPES[1], agents) == pytest.approx(solved, rel=1e-5)
    even = levels.even(np.array([1.0, 1.2]), 45)
    beyond = levels.paces(1.5 * 45, (1.0, 1.2), 45)
    assert np.all(beyond <= even * (1 + 1e-9))
    assert np.max(1 - beyond / even) > 1e-4
    huge = levels.paces(1000.0, (1.0, 1.2), levels.SCALED + 1)
    assert huge == pytest.approx(levels.even(np.array([1.0, 1.2]), levels.SCALED + 1))


def test_no_load_is_too_small_or_too_large():
    for load in (0.0, 1e-300, 1e300):
        assert np.all(np.isfinite(levels.paces(load, SHAPES[1], 6)))
    weight = levels.below_full(np.array([1e-300, 1e300]), np.tile(SHAPES[1], (2, 1)), np.array([6.0, 6.0]))
    assert weight.tolist() == [np.inf, 1.0]
