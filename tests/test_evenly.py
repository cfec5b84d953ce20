"""Chats spread evenly: the closed form against adding up every state, and its limits."""

from __future__ import annotations

import numpy as np
import pytest

from staffing import evenly
from staffing.poisson import below


def plain(rate: float, aht: list[float], agents: int) -> float:
    """Weight of the states up to the full one, relative to it, by adding them up one by one."""
    pace = [0.0, *((k + 1) / h for k, h in enumerate(aht)), 0.0]
    total = 1.0
    for k in range(1, agents * len(aht) + 1):
        low, more = divmod(k, agents)
        total = 1 + total * (more * pace[low + 1] + (agents - more) * pace[low]) / rate
    return total


@pytest.mark.parametrize("agents", [1, 2, 5, 40])
@pytest.mark.parametrize("staffed", [0.3, 0.8, 0.95, 1.0, 1.3, 3.0])
@pytest.mark.parametrize(
    "aht",
    [
        [300.0],
        [300.0, 330.0, 400.0],
        [300.0, 599.0, 890.0, 1186.0],  # hardly worth holding more
        [300.0, 600.0, 900.0],  # not at all: the pace is flat
        [300.0, 600.0 * (1 - 1e-8), 900.0 * (1 - 2e-8)],  # and nearly so
        [300.0, 200.0, 150.0, 150.0],  # faster with more
    ],
)
def test_the_closed_form_equals_adding_up_every_state(agents: int, staffed: float, aht: list[float]):
    rate = staffed * agents * len(aht) / aht[-1]
    found = evenly.below_full(np.array([rate]), np.array([aht]), np.array([float(agents)]))
    assert found == pytest.approx(plain(rate, aht, agents), rel=1e-9)


def test_one_chat_at_a_time_is_erlangs_formula_and_nobody_at_the_desk_has_one_state():
    rate, agents = np.array([0.1, 5.0, 300.0]), np.array([35.0, 1400.5, 0.0])
    found = evenly.below_full(rate, np.full((3, 1), 300.0), agents)
    assert found.tolist() == [*below(agents[:2], 300 * rate[:2]), 1.0]


def test_a_desk_of_a_hundred_thousand_agents_is_a_formula_too():
    rate, agents = 1e5 * 3 / 720, 1e5 + 300.0
    found = evenly.below_full(np.array([rate]), np.array([[480.0, 570.0, 720.0]]), np.array([agents]))
    assert found == pytest.approx(plain(rate, [480.0, 570.0, 720.0], int(agents)), rel=1e-8)
