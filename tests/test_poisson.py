"""Sums of Poisson terms, against exact fractions and plain sums."""

from __future__ import annotations

from fractions import Fraction
from math import exp, fsum, lgamma, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.poisson import above, below, log_rise, log_term


def exact_below(n: int, x: Fraction) -> Fraction:
    total = term = Fraction(1)
    for k in range(n):
        term *= Fraction(n - k) / x
        total += term
    return total


def plain_above(s: float, x: float, terms: int) -> tuple[float, float]:
    """log of the sum, and the mean step."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(x) - np.log(s + np.arange(1, terms + 1)))])
    weights = np.exp(logs - logs.max())
    total = fsum(weights)
    return log(total) + float(logs.max()), fsum(weights * np.arange(terms + 1)) / total


@pytest.mark.parametrize("n", [0, 1, 2, 15, 16, 17, 40, 120])
@pytest.mark.parametrize("x", ["1/1000", "1/2", "3", "16", "39", "119", "260", "5000"])
def test_the_sum_below_equals_exact_fractions(n: int, x: str):
    expected = exact_below(n, Fraction(x))
    if expected < 10**300:
        assert below(np.array([float(n)]), np.array([float(Fraction(x))]))[0] == pytest.approx(
            float(expected), rel=3e-13
        )


@pytest.mark.parametrize(
    ("s", "x"), [(0.0, 2.0), (0.3, 0.001), (5.5, 2.0), (30.0, 29.0), (800.0, 700.0), (250.0, 400.0)]
)
@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_the_sum_above_and_its_mean_step_equal_plain_sums(s: float, x: float, scale: float):
    total, steps = plain_above(s * scale, x * scale, 400_000 if x > s else 60_000)
    log_sum, mean = above(np.array([s * scale]), np.array([x * scale]))
    assert log_sum[0] == pytest.approx(total, rel=1e-11, abs=1e-12)
    assert mean[0] == pytest.approx(steps, rel=1e-10)


def test_seven_deviations_out_at_a_million_terms_nothing_is_lost():
    # scipy's gammainc stops its series after 2,000 terms here and is wrong in the sixth digit
    s, x = 1_472_239.3, 1_463_636.5
    total, steps = plain_above(s, x, 20_000)
    log_sum, mean = above(np.array([s]), np.array([x]))
    assert log_sum[0] == pytest.approx(total, rel=1e-12)
    assert mean[0] == pytest.approx(steps, rel=1e-11)
    back = np.exp(np.cumsum(np.log(x - np.arange(20_000)) - log(s)))  # from x downward, relative to s > x
    assert below(np.array([x]), np.array([s]))[0] == pytest.approx(1 + fsum(back), rel=1e-11)


@settings(deadline=None)
@given(st.floats(0, 1e7), st.floats(1e-3, 1e7))
def test_a_term_agrees_with_its_logarithms(s: float, x: float):
    plain = s * log(x) - x - lgamma(s + 1)
    assert log_term(np.array([s]), np.array([x]))[0] == pytest.approx(plain, rel=1e-9, abs=1e-6)


@settings(deadline=None)
@given(st.floats(0, 1e5), st.integers(1, 500), st.floats(1e-3, 1e5))
def test_a_rise_is_the_product_of_its_steps(s: float, steps: int, x: float):
    plain = fsum(log((s + j) / x) for j in range(1, steps + 1))
    assert log_rise(np.array([s]), np.array([float(steps)]), np.array([x]))[0] == pytest.approx(
        plain, rel=1e-11, abs=1e-9
    )


@settings(deadline=None)
@given(st.floats(0, 1e8), st.floats(1e-6, 1e8))
def test_no_sum_is_ever_not_a_number(s: float, x: float):
    log_sum, steps = above(np.array([s]), np.array([x]))
    assert below(np.array([s]), np.array([x]))[0] >= 1 - 1e-12
    assert log_sum[0] >= -1e-12
    assert 0 <= steps[0] <= max(x, 1e-300) * (1 + 1e-12)


def test_the_sum_too_large_for_a_float_is_infinite():
    assert below(np.array([400.0]), np.array([0.01]))[0] == np.inf
    assert above(np.array([1.0]), np.array([5000.0]))[0][0] == pytest.approx(5000 - log(5000), rel=1e-12)
    assert exp(above(np.array([0.0]), np.array([3.0]))[0][0]) == pytest.approx(exp(3))
