"""Scores, against their definitions and by their properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.accuracy import bias, coverage, mase, pinball, wape

counts = st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 1e5)), min_size=1, max_size=40)


@given(counts)
def test_wape_is_never_below_the_bias_and_zero_only_for_the_truth(pairs):
    actual, expected = map(np.array, zip(*pairs, strict=True))
    if actual.sum() > 1e-3:
        assert wape(actual, expected) >= abs(bias(actual, expected)) - 1e-9
        assert wape(actual, actual) == 0


@given(counts, st.floats(0.1, 10))
def test_wape_does_not_hang_on_the_unit(pairs, unit):
    actual, expected = map(np.array, zip(*pairs, strict=True))
    if actual.sum() > 1e-3:
        assert wape(unit * actual, unit * expected) == pytest.approx(wape(actual, expected), rel=1e-9)


@given(st.lists(st.floats(0, 1000), min_size=3, max_size=60), st.sampled_from([0.1, 0.5, 0.9]))
def test_no_constant_beats_the_empirical_quantile_in_pinball_loss(values, level):
    best = np.quantile(values, level, method="inverted_cdf")
    others = [pinball(values, np.full(len(values), q), level) for q in values]
    assert pinball(values, np.full(len(values), best), level) <= min(others) + 1e-9


def test_naive_forecasts_of_a_steady_climb_have_a_mase_of_one():
    past = np.arange(70.0)
    assert mase([70, 71], [63, 64], past) == 1.0


def test_unknown_days_do_not_count_and_nothing_known_scores_nothing():
    assert wape([10, np.nan], [9, 5]) == pytest.approx(0.1)
    assert coverage([1, np.nan, 3], [0, 0, 4], [2, 2, 5]) == 0.5
    assert all(np.isnan(f([np.nan], [1.0])) for f in (wape, bias))
    assert np.isnan(wape([0, 0], [1, 1]))


def test_lengths_and_levels_are_checked():
    with pytest.raises(ValueError, match="one length"):
        wape([1, 2], [1])
    with pytest.raises(ValueError, match="level must be between 0 and 1, got 1"):
        pinball([1], [1], 1.5)
