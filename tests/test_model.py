"""Every model on days whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal

from forecast.accuracy import wape
from forecast.event import Event
from forecast.model import MODELS
from forecast.model.features import features, hats
from forecast.model.regression import regression
from forecast.model.shrinkage import Shrinkage, _evidence, _evidences, _moments, design, effects, shrinkage, whitened
from forecast.season import Season, season_of

WEEK = np.array([1.2, 1.1, 1.0, 1.0, 0.95, 0.7, 0.6])


def make_days(
    first: str = "2023-01-01", days: int = 1100, level: float = 400.0, seed: int = 0, queue: str = "chat"
) -> pd.Series:
    """Contacts with a week and a Dragon Boat festival that draws five times as many."""
    index = pd.date_range(first, periods=days, unit="s")
    season = season_of(index[0], index[-1])
    near = np.nan_to_num(season.distance("dragon_boat", index), nan=99.0)
    peak = 1 + 4 * np.exp(-0.5 * ((near + 6) / 4) ** 2)
    mean = level * WEEK[index.day_of_week] * peak
    return pd.Series(np.random.default_rng(seed).poisson(mean).astype(float), index=index, name=queue)


def ahead(
    days: pd.Series, cut: str, length: int = 56, events: list[Event] | None = None
) -> tuple[pd.Series, Season, pd.DatetimeIndex]:
    past = days[days.index < cut]
    horizon = pd.date_range(cut, periods=length, unit="s")
    return past, season_of(days.index[0], horizon[-1], events=events), horizon


@pytest.mark.parametrize("model", ["regression", "prophet"])
def test_a_moving_festival_is_met_on_its_new_day(model):
    days = make_days()
    past, season, horizon = ahead(days, "2025-04-20")  # Dragon Boat on 31 May 2025; 10 June and 22 June before
    expected = MODELS[model](past, season, horizon)
    truth = days[horizon]
    naive = MODELS["seasonal_naive"](past, season, horizon)
    assert wape(truth, expected) < 0.12 < 0.3 < wape(truth, naive)
    assert abs((expected.idxmax() - pd.Timestamp("2025-05-25")).days) <= 4


def test_the_seasonal_naive_repeats_the_last_week_as_every_library_has_it():
    past, season, horizon = ahead(make_days(days=120), "2023-04-20", 21)
    repeated = np.tile(past.to_numpy()[-7:], 3)
    season = season_of(season.start, season.end, ())
    assert MODELS["seasonal_naive"](past, season, horizon).to_numpy() == pytest.approx(repeated)
    weeks = past.to_numpy()[-56:].reshape(8, 7).mean(axis=0)
    assert MODELS["average"](past, season, horizon).to_numpy() == pytest.approx(np.tile(weeks, 3))


@pytest.mark.parametrize("model", ["smoothing", "components"])
def test_a_level_that_rose_is_followed_and_one_odd_day_is_not(model):
    index = pd.date_range("2024-01-01", periods=240, unit="s")
    season = season_of(index[0], index[-1] + pd.Timedelta(days=14), ())
    horizon = pd.date_range(index[-1] + pd.Timedelta(days=1), periods=14, unit="s")
    level = np.where(np.arange(240) < 180, 400.0, 600.0)
    days = pd.Series(np.random.default_rng(3).poisson(level).astype(float), index=index, name="chat")
    assert MODELS[model](days, season, horizon).mean() == pytest.approx(600, rel=0.05)
    days.iloc[-1] = 3000.0
    assert MODELS[model](days, season, horizon).mean() == pytest.approx(600, rel=0.15)


@pytest.mark.parametrize("model", list(MODELS))
class TestEveryModel:
    def test_tells_every_day_finite_and_not_below_zero(self, model):
        past, season, horizon = ahead(make_days(days=200), "2023-06-01", 84)
        past.iloc[50:60] = np.nan
        expected = MODELS[model](past, season, horizon)
        assert expected.index.equals(horizon)
        assert expected.name == "chat"
        assert (np.isfinite(expected) & (expected >= 0)).all()

    def test_never_opens_a_closed_day(self, model):
        days = make_days(days=200)
        days[days.index.day_of_week == 6] = 0.0
        shut = Event("盘点", "closure", pd.Timestamp("2023-06-07"), pd.Timestamp("2023-06-08"))
        past, season, horizon = ahead(days, "2023-06-01", 21, [shut])
        expected = MODELS[model](past, season, horizon)
        assert (expected[horizon.day_of_week == 6] == 0).all()
        assert (expected["2023-06-07":"2023-06-08"] == 0).all()
        assert (expected[horizon.day_of_week == 1] > 0).all()
        assert expected["2023-06-13"] == pytest.approx(days["2023-04-04":"2023-05-30"][::7].mean(), rel=0.4)

    def test_does_what_the_planner_states_as_a_size(self, model):
        days = make_days(days=200)
        double = Event("直播", "campaign", pd.Timestamp("2023-06-05"), pd.Timestamp("2023-06-05"), "", "", 2.0)
        past, plain, horizon = ahead(days, "2023-06-01", 14)
        _, stated, _ = ahead(days, "2023-06-01", 14, [double])
        ratio = MODELS[model](past, stated, horizon) / MODELS[model](past, plain, horizon)
        assert ratio["2023-06-05"] == pytest.approx(2.0, rel=0.02)
        # the days before it are in the training already and teach what comes before a campaign
        assert ratio.drop(pd.Timestamp("2023-06-05")).to_numpy() == pytest.approx(1.0, rel=0.03)

    def test_does_not_learn_from_an_incident(self, model):
        days = make_days(days=151)
        hurt = days.copy()
        hurt["2023-05-15":"2023-05-28"] *= 8
        event = Event("断货", "incident", pd.Timestamp("2023-05-15"), pd.Timestamp("2023-05-28"))
        past, season, horizon = ahead(hurt, "2023-06-01", 7, [event])
        calm = MODELS[model](days[past.index], season, horizon)
        assert MODELS[model](past, season, horizon).to_numpy() == pytest.approx(calm.to_numpy(), rel=1e-6)

    def test_expects_nothing_where_nothing_ever_came(self, model):
        days = make_days(days=100) * 0.0
        past, season, horizon = ahead(days, "2023-04-01", 14)
        assert (MODELS[model](past, season, horizon) == 0).all()

    def test_copes_with_a_queue_of_a_few_contacts_a_day(self, model):
        past, season, horizon = ahead(make_days(days=200, level=1.5), "2023-05-01", 28)
        ordinary = past["2023-03-01":].mean()
        assert MODELS[model](past, season, horizon).mean() == pytest.approx(ordinary, rel=0.5)


def test_regression_follows_a_recurring_promotion_to_its_next_day():
    days = make_days(days=500)
    events = [
        Event("品牌日", "promotion", pd.Timestamp(d), pd.Timestamp(d))
        for d in ("2023-08-15", "2023-12-20", "2024-03-19", "2024-05-08")
    ]
    for event in events[:3]:
        days[event.start] *= 2.5
    past, season, horizon = ahead(days, "2024-04-20", 28, events)
    expected = regression(past, season, horizon)
    assert expected["2024-05-08"] / expected["2024-05-15"] == pytest.approx(2.5, rel=0.2)


def test_regression_follows_the_level_of_the_last_weeks():
    days = make_days(days=400)
    days.iloc[-90:] *= 1.5
    past, season, horizon = ahead(days, "2024-02-01", 28)
    assert regression(past, season, horizon).mean() / days["2023-09-01":"2023-10-15"].mean() > 1.25


def test_hats_sum_to_one_between_the_inner_knots_and_vanish_outside():
    basis = hats(np.arange(-9.0, 9.0), (-7, -3, 0, 2, 6))
    inside = (np.arange(-9, 9) >= -3) & (np.arange(-9, 9) <= 2)
    assert basis[inside].sum(axis=1) == pytest.approx(1)
    assert (basis[[0, 1, 2, -1, -2, -3]] == 0).all()
    assert (basis >= 0).all()


def test_the_evidence_is_the_gaussian_density_with_its_noise_profiled_out():
    rng = np.random.default_rng(3)
    x, ratio = rng.normal(size=(12, 4)), np.array([0.3, 1.0, 2.0, 5.0])
    y = rng.normal(size=12)
    shape = np.eye(12) + (x * ratio**2) @ x.T
    noise = y @ np.linalg.solve(shape, y) / 12
    density = multivariate_normal(np.zeros(12), noise * shape).logpdf(y)
    ours = _evidence((x.T @ x, x.T @ y, float(y @ y), 12), ratio)
    assert ours == pytest.approx(density + 6 * np.log(2 * np.pi) + 6)


def test_statsmodels_and_the_normal_equations_find_the_same_effects():
    rng = np.random.default_rng(4)
    x, y, days = rng.normal(size=(60, 5)), rng.normal(size=60), np.r_[0:30, 35:65]
    prior = Shrinkage(np.array([0.1, 0.5, 1.0, 3.0, 30.0]), 0.4)
    wx, wy = whitened(x, y, days, prior.rho)
    direct = np.linalg.solve(wx.T @ wx + np.diag(prior.ratio**-2.0), wx.T @ wy)
    assert effects(wx, wy, prior.ratio) == pytest.approx(direct)


def test_the_evidence_of_many_ratios_of_a_group_is_that_of_each_alone():
    rng = np.random.default_rng(7)
    x, y, days = rng.normal(size=(60, 6)), rng.normal(size=60), np.r_[0:20, 23:40, 41:64]
    group, tried = np.array([False, True, False, True, True, False]), (0.1, 0.7, 3.0)
    for rho in (0.0, 0.45):
        wx, wy = whitened(x, y, days, rho)
        moment = _moments(x, y, days)(rho)
        assert moment[0] == pytest.approx(wx.T @ wx)
        assert moment[1] == pytest.approx(wx.T @ wy)
        assert moment[2] == pytest.approx(wy @ wy)
        plain = (wx.T @ wx, wx.T @ wy, float(wy @ wy), 60)
        ratio = np.array([0.5, 9.0, 30.0, 9.0, 9.0, 2.0])
        alone = [_evidence(plain, np.where(group, one, ratio)) for one in tried]
        assert _evidences(moment, ratio, group, tried) == pytest.approx(alone)


def test_whitening_removes_the_memory_and_keeps_the_scale():
    rng = np.random.default_rng(5)
    noise = np.zeros(4000)
    for t in range(1, 4000):
        noise[t] = 0.6 * noise[t - 1] + rng.normal()
    _, white = whitened(np.ones((4000, 1)), noise, np.arange(4000), 0.6)
    assert np.corrcoef(white[1:], white[:-1])[0, 1] == pytest.approx(0, abs=0.05)
    assert white.std() == pytest.approx(1, rel=0.05)


def test_a_group_that_does_nothing_is_shrunk_more_than_one_that_matters():
    rng = np.random.default_rng(6)
    x = rng.normal(size=(300, 20))
    y = x[:, :10] @ rng.normal(size=10) * 2 + rng.normal(size=300)
    found = shrinkage(x, y, np.arange(300), np.array(["matters"] * 10 + ["nothing"] * 10))
    assert found.ratio[0] >= 1 > 0.2 > found.ratio[-1]


def test_the_level_stays_as_it_ended():
    index = pd.date_range("2024-01-01", periods=200, unit="s")
    columns = design(features(season_of(index[0], index[-1]), index, "a"), np.ones(150, dtype=bool))
    level = columns.values[:, columns.groups == "level"]
    assert (level[150:] == level[149]).all()


@pytest.mark.parametrize(("since", "low", "high"), [("2003-02-18", 250, 700), ("2003-01-02", 750, 1100)])
def test_a_holiday_never_seen_is_expected_towards_the_weekend_unless_others_were_like_any_day(since, low, high):
    days = pd.date_range(since, "2003-05-25", unit="s")  # Presidents' Day was 17 February, King's 20 January
    week = np.array([1000, 1000, 1000, 1000, 1000, 400, 200], dtype=float)
    noise = np.random.default_rng(3).normal(0, 0.02, len(days))
    daily = pd.Series(week[days.day_of_week] * np.exp(noise), index=days, name="a")
    season = season_of(days[0], pd.Timestamp("2003-06-08"), ("US",))
    expected = regression(daily, season, pd.date_range("2003-05-26", "2003-06-02", unit="s"))
    assert low < expected["2003-05-26"] < high  # Memorial Day, a Monday
    assert expected["2003-06-02"] == pytest.approx(1000, rel=0.1)
