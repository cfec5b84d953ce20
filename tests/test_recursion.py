"""Least agents by recursion: the exact formulas' answer wherever it gives one."""

from __future__ import annotations

import numpy as np
import pytest

from staffing import erlang
from staffing.recursion import ANSWERED, OFFERED, VIRTUAL, least_agents

COUNTED = {"offered": OFFERED, "answered": ANSWERED, "virtual": VIRTUAL}


@pytest.mark.parametrize("of", COUNTED)
@pytest.mark.parametrize("patient", [True, False])
def test_the_recursion_and_the_exact_formulas_ask_for_the_same_agents(of: str, patient: bool):
    rng = np.random.default_rng(11)
    count = 3000
    load = np.sort(10 ** rng.uniform(-6, 3.5, count))
    within, target = rng.choice([0.0, 0.01, 0.07, 0.5, 10.0], count), rng.uniform(0.01, 0.999, count)
    patience = np.full(count, np.inf) if patient else 10 ** rng.uniform(-5.5, 4, count)
    most = rng.choice([1.0, 0.9, 0.5], count)
    found = least_agents(COUNTED[of], load, within, target, patience, most)
    exact = erlang._exactly(of, load, np.ones(count), within, target, patience, most)
    sure = found >= 0
    assert sure.mean() > 0.9  # the rest is left to the exact formulas
    np.testing.assert_array_equal(found[sure], exact[sure])


def test_an_answer_that_hangs_on_the_last_digits_is_left_to_the_exact_formulas():
    level = erlang.service_level(10.0, 1.0, 14, 0.1)  # 14 agents keep exactly this
    ask = [np.array([v]) for v in (10.0, 0.1, level, np.inf)]
    assert least_agents(OFFERED, *ask, np.ones(1))[0] == -1
    assert erlang.agents_for(10.0, 1.0, 0.1, level) == 14
    assert erlang.agents_for(10.0, 1.0, 0.1, np.nextafter(level, 1) + 1e-11) == 15


def test_the_order_of_the_questions_changes_no_answer():
    rng = np.random.default_rng(3)
    load = rng.uniform(0.5, 500, 400)
    for patience in (np.inf, 180.0):
        together = erlang.agents_for(load / 300, 300, 20, 0.8, patience)
        apart = [erlang.agents_for(a / 300, 300, 20, 0.8, patience) for a in load]
        assert together.tolist() == apart
