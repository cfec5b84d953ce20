"""Days to half-hours and handle times."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.event import Event
from forecast.handling import HandleTime, handle_time
from forecast.intraday import kinds, profile
from forecast.season import Season, season_of

INDEX = pd.date_range("2026-03-02", periods=48 * 70, freq="30min", unit="s")
SEASON = season_of(INDEX[0], INDEX[-1] + pd.Timedelta(days=60))
DAYS = INDEX[::48]
KIND = kinds(SEASON, DAYS)
SHAPE = np.where((np.arange(48) >= 18) & (np.arange(48) < 44), 1 + np.sin((np.arange(48) - 18) / 4), 0.0)
SHAPE = SHAPE / SHAPE.sum()


def make_total(level: float = 2000.0, seed: int = 0) -> pd.Series:
    mean = np.repeat(level * np.where(DAYS.day_of_week < 5, 1.0, 0.6), 48) * np.tile(SHAPE, len(DAYS))
    return pd.Series(np.random.default_rng(seed).poisson(mean).astype(float), index=INDEX, name="chat")


AHEAD = pd.date_range(DAYS[-1] + pd.Timedelta(days=1), periods=28, unit="s")
LEVEL = np.full(28, 2000.0)


def test_shares_of_every_day_sum_to_one_and_find_the_shape():
    found = profile(make_total(), SEASON, AHEAD, LEVEL)
    assert found.shares.shape == (28, 48)
    assert found.shares.sum(axis=1) == pytest.approx(1)
    assert (found.shares[:, :18] == 0).all()
    assert np.abs(found.shares - SHAPE).sum(axis=1).max() < 0.1


def test_a_poisson_queue_has_the_dispersion_of_one():
    found = profile(make_total(), SEASON, AHEAD, LEVEL)
    assert found.phi + found.cv**2 * 77 == pytest.approx(1.0, abs=0.15)  # at the mean of an open half-hour


def test_a_weekday_of_few_contacts_leans_on_all_days_together():
    found = profile(make_total(level=6), SEASON, AHEAD[:5], LEVEL[:5]).shares
    counts = make_total(level=6).to_numpy().reshape(-1, 48)
    own = [counts[DAYS.day_of_week == k][-8:].sum(axis=0) for k in range(5)]
    alone = np.mean([np.abs(SHAPE - o / o.sum()).sum() for o in own])
    assert np.abs(SHAPE - found).sum(axis=1).mean() < 0.6 * alone


def test_a_weekday_unlike_the_others_keeps_its_own_shape():
    counts = make_total().to_numpy().reshape(-1, 48).copy()
    monday = DAYS.day_of_week == 0
    counts[monday] = np.roll(counts[monday], 4, axis=1)
    total = pd.Series(counts.ravel(), index=INDEX, name="chat")
    found = profile(total, SEASON, AHEAD, LEVEL).shares[AHEAD.day_of_week == 0]
    assert np.abs(found - np.roll(SHAPE, 4)).sum(axis=1).max() < 0.12


def test_days_under_an_incident_do_not_shape_the_profile():
    total = make_total()
    total["2026-05-04":"2026-05-10"] = np.where(np.arange(7 * 48) % 48 == 3, 5000.0, 0.0)
    incident = Event("停机", "incident", pd.Timestamp("2026-05-04"), pd.Timestamp("2026-05-10"))
    season = season_of(INDEX[0], INDEX[-1] + pd.Timedelta(days=60), events=[incident])
    assert (profile(total, season, AHEAD, LEVEL).shares[:, 3] == 0).all()
    assert profile(total, SEASON, AHEAD, LEVEL).shares[:, 3].max() > 0.1


def israel() -> tuple[pd.Series, Season]:
    """A bank: workdays from 9 to 18, Fridays from 8 to 12, closed on Saturdays, from January on."""
    days = pd.date_range("1999-01-01", "1999-05-19", unit="s")
    slot = np.arange(48)
    work = np.where((slot >= 18) & (slot < 36), 1.0, 0.0)
    friday = np.where((slot >= 16) & (slot < 24), 1.0, 0.0)
    season = season_of(days[0], pd.Timestamp("1999-06-30"), ("IL",))
    like = np.where(season.resembles(days) >= 0, season.resembles(days), season.weekdays(days))
    mean = np.stack([friday * 60 if k == 4 else work * 80 if k != 5 else work * 2 for k in like])
    index = pd.date_range(days[0], periods=48 * len(days), freq="30min", unit="s")
    return pd.Series(np.random.default_rng(2).poisson(mean.ravel()).astype(float), index=index, name="bank"), season


def test_the_eve_of_a_holiday_takes_the_shape_of_eves_before():
    total, season = israel()
    eve = pd.DatetimeIndex(["1999-05-20"])  # a Thursday, of Shavuot; that of Pesach was a Wednesday
    found = profile(total, season, eve, np.array([480.0])).shares[0]
    assert found[16:24].sum() > 0.8
    workday = profile(total, season, pd.DatetimeIndex(["1999-05-27"]), np.array([1440.0])).shares[0]
    assert workday[16:18].sum() < 0.02


def test_an_eve_never_seen_is_between_its_weekday_and_the_day_it_is_like():
    total, season = israel()
    before = total[:"1999-03-20"]
    eve = pd.DatetimeIndex(["1999-03-31"])
    found = profile(before, season, eve, np.array([480.0])).shares[0]
    assert 0.4 < found[16:24].sum() < 0.95


def test_a_day_near_a_peak_bends_as_days_at_that_distance_bent_before():
    days = pd.date_range("2024-01-01", "2025-05-10", unit="s")
    season = season_of(days[0], pd.Timestamp("2025-07-30"))
    late = np.where(np.arange(48) >= 36, 2.5, 1.0)
    near = season.distance("dragon_boat", days)
    mean = np.where(((near >= -7) & (near <= 0))[:, None], SHAPE * late, SHAPE)
    mean = 3000 * mean / mean.sum(axis=1, keepdims=True)
    index = pd.date_range(days[0], periods=48 * len(days), freq="30min", unit="s")
    total = pd.Series(np.random.default_rng(1).poisson(mean.ravel()).astype(float), index=index, name="chat")
    ahead = pd.DatetimeIndex(["2025-05-20", "2025-05-29"])  # Dragon Boat is on 31 May
    found = profile(total, season, ahead, np.array([3000.0, 3000.0])).shares[:, 36:].sum(axis=1)
    truth = (SHAPE * late)[36:].sum() / (SHAPE * late).sum()
    usual = SHAPE[36:].sum()
    assert truth - found[1] < 0.5 * (truth - usual)  # seen once: most of the way
    assert abs(found[0] - usual) < 0.2 * (truth - usual)


def test_make_up_workdays_take_the_profile_of_the_week_and_days_off_their_own():
    days = pd.DatetimeIndex(["2026-05-09", "2026-05-04", "2026-05-11"])  # made-up Saturday, day off, Monday
    assert kinds(SEASON, days).tolist() == [4, 7, 0]


def test_a_queue_without_any_contact_has_a_flat_profile():
    assert profile(make_total() * 0, SEASON, AHEAD, LEVEL).shares == pytest.approx(1 / 48)


@given(st.integers(0, 2**32 - 1), st.integers(7, 40), st.floats(0.1, 50))
@settings(max_examples=25, deadline=None)
def test_shares_are_shares_whatever_came(seed, days, level):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.gamma(0.3, level, size=(days, 48))).astype(float)
    counts[rng.random((days, 48)) < 0.02] = np.nan
    total = pd.Series(counts.ravel(), index=INDEX[: 48 * days], name="chat")
    expected = rng.gamma(1.0, 100.0, 28)
    found = profile(total, SEASON, AHEAD, expected)
    assert np.isfinite(found.shares).all()
    assert (found.shares >= 0).all()
    assert found.shares.sum(axis=1) == pytest.approx(1)
    assert found.phi > 0
    assert found.cv >= 0


def test_handle_time_finds_the_interval_and_the_load():
    total = make_total()
    by_day = total.to_numpy().reshape(-1, 48).sum(axis=1)
    seconds = (
        300
        * (np.repeat(by_day / np.median(by_day), 48) ** 0.3)
        * np.where(np.arange(48) >= 36, 1.2, 1.0).repeat(70).reshape(48, 70).T.ravel()
    )
    found = handle_time(pd.Series(np.where(total > 0, seconds, np.nan), index=INDEX), total, KIND)
    assert found is not None
    assert found.elasticity == pytest.approx(0.3, abs=0.03)
    assert found.seconds[40] / found.seconds[25] == pytest.approx(1.2, abs=0.03)
    assert found.of(np.array([2 * found.volume]), np.array([2]))[0, 25] / found.seconds[25] == pytest.approx(
        2**0.3, rel=0.03
    )


def test_an_interval_seldom_told_leans_on_the_queues_mean():
    total, seconds = make_total(), pd.Series(np.nan, index=INDEX)
    seconds[total > 0] = 200.0
    seconds["2026-05-10 09:00"] = 2000.0
    found = handle_time(seconds, total, KIND)
    assert found is not None
    assert found.seconds[18] < 320
    assert found.seconds[3] == pytest.approx(200, rel=0.05)  # never told
    assert handle_time(seconds * np.nan, total, KIND) is None


def test_a_day_far_beyond_the_known_does_not_run_away():
    told = HandleTime(np.array([300.0]), np.ones(8), 100.0, 0.5)
    assert told.of(np.array([1e9, 0.0]), np.array([0, 7]))[:, 0] == pytest.approx([300 * 10**0.5, 300])


def test_mondays_and_days_off_that_take_longer_are_expected_to():
    total = make_total()
    days = total.to_numpy().reshape(-1, 48)
    long = np.where(DAYS.day_of_week == 0, 1.2, np.where(SEASON.off(DAYS), 1.4, 1.0))
    seconds = np.where(days > 0, 300 * long[:, None], np.nan).ravel()
    found = handle_time(pd.Series(seconds, index=INDEX), total, KIND)
    assert found is not None
    monday, tuesday, off = found.of(np.full(3, found.volume), np.array([0, 1, 7]))[:, 25]
    assert monday / tuesday == pytest.approx(1.2, abs=0.04)
    assert off / tuesday == pytest.approx(1.4, abs=0.08)
