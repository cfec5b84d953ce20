"""Days to half-hours and handle times."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.event import Event
from forecast.intraday import HandleTime, handle_time, kinds, profile
from forecast.season import season_of

INDEX = pd.date_range("2026-03-02", periods=48 * 70, freq="30min", unit="s")
SEASON = season_of(INDEX[0], INDEX[-1] + pd.Timedelta(days=60))
DAYS = INDEX[::48]
SHAPE = np.where((np.arange(48) >= 18) & (np.arange(48) < 44), 1 + np.sin((np.arange(48) - 18) / 4), 0.0)
SHAPE = SHAPE / SHAPE.sum()


def make_total(level: float = 2000.0, seed: int = 0) -> pd.Series:
    mean = np.repeat(level * np.where(DAYS.day_of_week < 5, 1.0, 0.6), 48) * np.tile(SHAPE, len(DAYS))
    return pd.Series(np.random.default_rng(seed).poisson(mean).astype(float), index=INDEX, name="chat")


def test_shares_of_every_class_sum_to_one_and_find_the_shape():
    found = profile(make_total(), SEASON)
    assert found.shares.sum(axis=1) == pytest.approx(1)
    assert (found.shares[:, :18] == 0).all()
    assert np.abs(found.shares - SHAPE).sum(axis=1).max() < 0.1


def test_a_poisson_queue_has_the_dispersion_of_one():
    found = profile(make_total(), SEASON)
    assert found.phi + found.cv**2 * 77 == pytest.approx(1.0, abs=0.15)  # at the mean of an open half-hour


def test_a_weekday_of_few_contacts_leans_on_all_days_together():
    truth = np.abs(SHAPE - profile(make_total(level=6), SEASON).shares[:5]).sum(axis=1).mean()
    counts = make_total(level=6).to_numpy().reshape(-1, 48)
    own = [counts[DAYS.day_of_week == k][-8:].sum(axis=0) for k in range(5)]
    alone = np.mean([np.abs(SHAPE - o / o.sum()).sum() for o in own])
    assert truth < 0.6 * alone


def test_days_under_an_incident_do_not_shape_the_profile():
    total = make_total()
    total["2026-05-04":"2026-05-10"] = np.where(np.arange(7 * 48) % 48 == 3, 5000.0, 0.0)
    incident = Event("停机", "incident", pd.Timestamp("2026-05-04"), pd.Timestamp("2026-05-10"))
    season = season_of(INDEX[0], INDEX[-1], events=[incident])
    assert (profile(total, season).shares[:, 3] == 0).all()
    assert profile(total, SEASON).shares[:7, 3].max() > 0.2


def test_make_up_workdays_take_the_profile_of_the_week_and_days_off_their_own():
    days = pd.DatetimeIndex(["2026-05-09", "2026-05-04", "2026-05-11"])  # made-up Saturday, day off, Monday
    assert kinds(SEASON, days).tolist() == [4, 7, 0]


def test_a_queue_without_any_contact_has_a_flat_profile():
    assert profile(make_total() * 0, SEASON).shares == pytest.approx(1 / 48)


def test_handle_time_finds_the_interval_and_the_load():
    total = make_total()
    by_day = total.to_numpy().reshape(-1, 48).sum(axis=1)
    seconds = (
        300
        * (np.repeat(by_day / np.median(by_day), 48) ** 0.3)
        * np.where(np.arange(48) >= 36, 1.2, 1.0).repeat(70).reshape(48, 70).T.ravel()
    )
    found = handle_time(pd.Series(np.where(total > 0, seconds, np.nan), index=INDEX), total)
    assert found is not None
    assert found.elasticity == pytest.approx(0.3, abs=0.03)
    assert found.seconds[40] / found.seconds[25] == pytest.approx(1.2, abs=0.03)
    assert found.of(np.array([2 * found.volume]))[0, 25] / found.seconds[25] == pytest.approx(2**0.3, rel=0.03)


def test_an_interval_seldom_told_leans_on_the_queues_mean():
    total, seconds = make_total(), pd.Series(np.nan, index=INDEX)
    seconds[total > 0] = 200.0
    seconds["2026-05-10 09:00"] = 2000.0
    found = handle_time(seconds, total)
    assert found is not None
    assert found.seconds[18] < 320
    assert found.seconds[3] == pytest.approx(200, rel=0.05)  # never told
    assert handle_time(seconds * np.nan, total) is None


def test_a_day_far_beyond_the_known_does_not_run_away():
    told = HandleTime(np.array([300.0]), 100.0, 0.5)
    assert told.of(np.array([1e9, 0.0]))[:, 0] == pytest.approx([300 * 10**0.5, 300])
