"""The least number that is enough."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.search import LIMIT, least, least_by_load

NUMBERS = st.lists(st.integers(0, 10**9), min_size=1, max_size=30)


@settings(deadline=None)
@given(NUMBERS, st.integers(-5, 10**9), st.integers(0, 10**6))
def test_every_answer_is_found_wherever_the_search_starts(answers: list[int], guess: int, step: int):
    wanted = np.array(answers)
    start = np.full(len(wanted), guess)
    found = least(lambda i, n: n >= wanted[i], start, np.full(len(wanted), step))
    assert found.tolist() == answers


@settings(deadline=None)
@given(NUMBERS)
def test_a_wrong_order_by_load_costs_time_but_not_the_answer(answers: list[int]):
    wanted = np.array(answers)
    load = np.arange(len(answers), 0, -1).astype(float)
    assert least_by_load(lambda i, n: n >= wanted[i], load, np.zeros(len(wanted), dtype=np.int64)).tolist() == answers


def test_many_questions_take_few_rounds():
    load = np.linspace(1, 1000, 5000)
    wanted = np.ceil(load + np.sqrt(load)).astype(np.int64)
    asked = []
    least_by_load(lambda i, n: (asked.append(len(i)), n >= wanted[i])[1], load, load.astype(np.int64))
    assert sum(asked) < 4 * len(load)


def test_a_question_nothing_answers_is_an_error_and_not_a_loop():
    with pytest.raises(ValueError, match="is enough"):
        least(lambda i, n: n > LIMIT, np.array([5]), np.array([1]))
