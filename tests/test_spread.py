"""Bands drawn from past errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast.accuracy import coverage
from forecast.spread import UNKNOWN, Z, of_intervals, spread

errors = arrays(float, st.integers(0, 90), elements=st.floats(-3, 3))


@given(errors, st.floats(0, 5000))
def test_quantiles_never_cross_and_are_never_negative(log_errors, expected):
    said = np.full(len(log_errors), 100.0)
    found = spread(said * np.exp(log_errors), said, np.arange(len(said)) % 3 == 0, np.arange(len(said)), origins=4)
    bands = found.of_days(np.array([expected, expected]), np.array([True, False]), np.array([3, 900]))
    assert (np.diff(bands, axis=1) >= 0).all()
    assert (bands >= 0).all()
    assert np.isfinite(bands).all()


@given(
    arrays(float, 5, elements=st.floats(0, 3000)),
    arrays(float, 9, elements=st.floats(0.01, 5)).map(np.sort),
    st.floats(0.1, 10),
    st.floats(0, 1),
)
def test_quantiles_of_intervals_never_cross_and_are_never_negative(means, factors, phi, cv):
    bands = of_intervals(means, np.tile(factors, (5, 1)), phi, cv)
    assert (np.diff(bands, axis=1) >= -1e-9).all()
    assert (bands >= 0).all()
    assert (bands[means == 0] == 0).all()


def test_bands_hold_as_many_new_days_as_they_say():
    rng = np.random.default_rng(0)
    said = np.full(4000, 200.0)
    past, new = (said * np.exp(rng.standard_t(5, 4000) * 0.15) for _ in range(2))
    calm, ahead = np.zeros(4000, dtype=bool), np.tile(np.arange(80), 50)
    bands = spread(past, said, calm, ahead, origins=50).of_days(said, calm, ahead)
    assert coverage(new, bands[:, 2], bands[:, 6]) == pytest.approx(0.8, abs=0.03)
    assert coverage(new, bands[:, 0], bands[:, 8]) == pytest.approx(0.95, abs=0.03)


def test_peak_days_have_their_own_band():
    rng = np.random.default_rng(1)
    said, peak = np.full(600, 200.0), np.arange(600) < 100
    came = said * np.exp(rng.normal(size=600) * np.where(peak, 0.4, 0.1))
    found = spread(came, said, peak, np.zeros(600), origins=8)
    assert found.peak[8] > 2.5 * found.ordinary[8]


def test_without_a_backtest_the_band_is_a_wide_guess():
    nothing = np.array([])
    found = spread(nothing, nothing, nothing.astype(bool), nothing, origins=0)
    assert found.ordinary == pytest.approx(Z * UNKNOWN)
    assert found.peak[8] > found.ordinary[8]


def test_few_origins_widen_the_band():
    rng = np.random.default_rng(2)
    said, calm = np.full(300, 100.0), np.zeros(300, dtype=bool)
    came = said * np.exp(rng.normal(size=300) * 0.2)
    ahead = np.zeros(300)
    assert spread(came, said, calm, ahead, 1).ordinary[8] > spread(came, said, calm, ahead, 8).ordinary[8]


def test_bands_widen_as_the_errors_of_levels_that_wander_do():
    rng = np.random.default_rng(4)
    origins, length = 30, 60
    wander = np.cumsum(rng.normal(size=(origins, length)) * 0.05, axis=1) + rng.normal(size=(origins, length)) * 0.1
    said, calm = np.full(origins * length, 500.0), np.zeros(origins * length, dtype=bool)
    ahead = np.tile(np.arange(length), origins)
    came = said * np.exp(wander.ravel())
    bands = spread(came, said, calm, ahead, origins).of_days(said, calm, ahead)
    for near in (ahead < 15, ahead >= 45):
        assert coverage(came[near], bands[near, 2], bands[near, 6]) == pytest.approx(0.8, abs=0.08)
    assert bands[-1, 8] - bands[-1, 0] > 1.5 * (bands[0, 8] - bands[0, 0])


def test_bands_hardly_widen_where_days_err_each_for_itself():
    rng = np.random.default_rng(5)
    said, calm, ahead = np.full(1800, 500.0), np.zeros(1800, dtype=bool), np.tile(np.arange(60), 30)
    bands = spread(said * np.exp(rng.normal(size=1800) * 0.1), said, calm, ahead, 30).of_days(said, calm, ahead)
    assert bands[59, 8] - bands[59, 0] < 1.25 * (bands[0, 8] - bands[0, 0])


def test_counts_alone_spread_like_a_poisson_law():
    rng = np.random.default_rng(3)
    for mean in (1.5, 6.0, 40.0):
        came = rng.poisson(mean, 20000)
        bands = of_intervals(np.array([mean]), np.ones((1, 9)), 1.0, 0.0)[0]
        assert coverage(came, bands[0], bands[8]) == pytest.approx(0.95, abs=0.04)


def test_a_model_that_says_which_days_are_unsure_is_believed_of_one_day_against_another():
    rng = np.random.default_rng(6)
    said, calm, ahead = np.full(2000, 500.0), np.zeros(2000, dtype=bool), np.tile(np.arange(40), 50)
    size = np.where(np.arange(2000) % 5 == 0, 0.4, 0.1)
    came, new = (said * np.exp(rng.normal(size=2000) * size) for _ in range(2))
    bands = spread(came, said, calm, ahead, 50, size).of_days(said, calm, ahead, size)
    for kind in (size > 0.2, size < 0.2):
        assert coverage(new[kind], bands[kind, 2], bands[kind, 6]) == pytest.approx(0.8, abs=0.04)


def test_a_model_that_is_too_sure_of_itself_is_corrected_by_its_past():
    rng = np.random.default_rng(7)
    said, calm, ahead = np.full(4000, 500.0), np.zeros(4000, dtype=bool), np.tile(np.arange(80), 50)
    came, size = said * np.exp(rng.normal(size=4000) * 0.3), np.full(4000, 0.15)
    bands = spread(came, said, calm, ahead, 50, size).of_days(said, calm, ahead, size)
    assert coverage(came, bands[:, 2], bands[:, 6]) == pytest.approx(0.8, abs=0.03)


def test_without_any_error_a_model_has_its_own_word_and_peak_days_are_wider():
    nothing = np.array([])
    found = spread(nothing, nothing, nothing.astype(bool), nothing, 0, nothing)
    bands = found.of_days(np.full(2, 1e6), np.array([False, True]), np.zeros(2), np.full(2, 0.2))
    assert np.log(bands[0] / 1e6) == pytest.approx(0.2 * Z, abs=1e-5)
    assert bands[1, 8] > bands[0, 8]
