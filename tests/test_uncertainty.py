"""Days busier or calmer than forecast: their factors, the days that stand for them, and the chance that is no part."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import ndtri

from forecast.forecast import LEVELS, QUANTILES, Forecast
from staffing import erlang
from staffing.poisson import Floats
from staffing.uncertainty import Uncertainty, certain, uncertainty

DAY = pd.Timedelta(days=1)


def told(mean: Floats, quantiles: Floats, interval: str = "30min") -> pd.DataFrame:
    rows = pd.DataFrame({"start": pd.date_range("2026-06-15", periods=len(mean), freq=interval), "queue": "phone"})
    return rows.assign(mean=mean, **dict(zip(LEVELS, quantiles.T, strict=True)))


def gamma_days(variation: float, days: int = 1) -> tuple[Uncertainty, object]:
    law = stats.gamma(1 / variation**2, scale=variation**2)
    dates = pd.date_range("2026-06-15", periods=days, freq="D")
    return Uncertainty(dates, np.tile(law.ppf(QUANTILES), (days, 1)), np.full(days, 1e9)), law


def test_the_share_of_days_below_a_factor_is_the_one_asked_for_at_every_quantile():
    known, law = gamma_days(0.2, days=3)
    assert known.at(np.array(QUANTILES)) == pytest.approx(known.factors)
    assert known.at(0.9).shape == (3, 1)
    between = np.array([0.03, 0.07, 0.2, 0.4, 0.6, 0.85, 0.96])
    assert known.at(between)[0] == pytest.approx(law.ppf(between), abs=0.004)
    beyond = known.at(np.array([1e-9, 0.001, 0.01, 0.99, 0.999]))[0]
    assert (np.diff(beyond) > 0).all()
    assert (beyond >= 0).all()


@pytest.mark.parametrize("variation", [0.05, 0.15, 0.3])
def test_the_days_that_stand_for_all_have_their_mean_and_their_spread(variation: float):
    factors, weights = gamma_days(variation)[0].likely()
    assert weights.sum() == pytest.approx(1)
    mean = (factors[0] * weights).sum()
    assert mean == pytest.approx(1, abs=2e-3)
    assert np.sqrt((weights * (factors[0] - mean) ** 2).sum()) == pytest.approx(variation, rel=0.03)


@pytest.mark.parametrize(("load", "variation"), [(5, 0.05), (5, 0.3), (50, 0.05), (50, 0.15), (50, 0.3), (500, 0.05)])
def test_a_promise_in_expectation_is_that_of_very_many_days(load: float, variation: float):
    known, _law = gamma_days(variation)
    agents = erlang.agents_for(load * (1 + variation) / 300, 300, 20, 0.8, 180)
    every = known.at((np.arange(4000) + 0.5) / 4000)[0]
    few, weights = known.likely()

    def promised(factors: Floats, weight: Floats) -> float:
        level = erlang.service_level(load * factors / 300, 300, agents, 20, 180)
        return float((weight * factors * level).sum() / (weight * factors).sum())

    assert promised(few[0], weights) == pytest.approx(promised(every, np.ones(4000)), abs=2e-3)


def test_more_days_than_a_float_can_tell_shares_of_are_finite():
    factors, weights = gamma_days(0.2)[0].likely(201)
    assert np.isfinite(factors).all()
    assert (factors * weights).sum() == pytest.approx(1, abs=2e-3)


def test_days_drawn_have_the_quantiles_they_are_drawn_from_and_are_drawn_apart():
    known, _law = gamma_days(0.2, days=3)
    drawn = known.sampled(np.random.default_rng(1), 4000)
    assert drawn.shape == (4000, 3)
    assert np.quantile(drawn, QUANTILES, axis=0) == pytest.approx(known.factors.T, abs=0.03)
    assert np.abs(np.corrcoef(drawn.T)[np.triu_indices(3, 1)]).max() < 0.05
    assert np.array_equal(drawn, known.sampled(np.random.default_rng(1), 4000))


@pytest.mark.parametrize("variation", [0.1, 0.2, 0.3])
@pytest.mark.parametrize("mean", [50, 500, 5000])
def test_what_is_left_of_quantiles_of_counts_are_the_quantiles_of_the_rate(mean: int, variation: float):
    law = stats.gamma(1 / variation**2, scale=variation**2)
    rng = np.random.default_rng(0)
    counts = rng.poisson(mean * law.rvs(200_000, random_state=rng))
    rows = told(np.array([float(mean)]), np.quantile(counts, QUANTILES)[None])
    found = uncertainty(Forecast(rows, pd.Timedelta(minutes=30)), "phone").factors[0]
    assert found == pytest.approx(law.ppf(QUANTILES), abs=0.03)


@pytest.mark.parametrize("mean", [2.0, 5.0, 20.0, 300.0])
def test_counts_that_vary_by_chance_alone_leave_almost_nothing_uncertain(mean: float):
    # whole numbers are narrower than the law of large numbers says: a fifth of a day's contacts once looked uncertain
    rows = told(np.full(48, mean), np.tile(stats.poisson(mean).ppf(QUANTILES), (48, 1)))
    factors = uncertainty(Forecast(rows, pd.Timedelta(minutes=30)), "phone").factors[0]
    chance = np.ptp(stats.poisson(mean).ppf(QUANTILES)) / mean
    assert np.ptp(factors) < 0.3 * chance


def test_narrow_quantiles_are_taken_as_they_are():
    mean = np.array([100.0, 300.0])
    rows = told(mean, mean[:, None] * (1 + 0.01 * ndtri(QUANTILES)))
    found = uncertainty(Forecast(rows, pd.Timedelta(minutes=30)), "phone")
    assert found.factors[0] == pytest.approx(1 + 0.01 * ndtri(QUANTILES))


def test_a_days_own_quantiles_come_before_those_of_its_intervals():
    mean = np.full(96, 100.0)
    wide = told(mean, mean[:, None] * (1 + 0.4 * ndtri(QUANTILES).clip(-2, 2)))
    days = told(np.full(2, 4800.0), 4800 * (1 + np.outer([0.05, 0.1], ndtri(QUANTILES))), "D")
    found = uncertainty(Forecast(wide, pd.Timedelta(minutes=30), by_day=days), "phone")
    assert found.days.tolist() == list(pd.date_range("2026-06-15", periods=2))
    assert found.factors[:, -1] == pytest.approx([1.1, 1.2], abs=0.01)
    assert found.factors[:, 4] == pytest.approx([1, 1])


def test_a_day_without_contacts_has_no_factors_but_1():
    mean = np.append(np.full(48, 100.0), np.zeros(48))
    found = uncertainty(
        Forecast(told(mean, mean[:, None] * (1 + 0.3 * ndtri(QUANTILES))), pd.Timedelta(minutes=30)), "phone"
    )
    assert (found.factors[1] == 1).all()
    assert np.isfinite(found.factors).all()


def test_a_certain_day_is_one_day():
    forecast = Forecast(told(np.full(96, 9.0), np.full((96, 9), 9.0)), pd.Timedelta(minutes=30))
    factors, weights = certain(forecast, "phone").likely()
    assert factors.tolist() == [[1.0], [1.0]]
    assert weights.tolist() == [1.0]


def test_the_chance_of_a_day_counts_where_contacts_are_few_and_not_where_they_are_many():
    flat = np.ones((2, len(QUANTILES)))
    both = Uncertainty(pd.date_range("2026-06-15", periods=2), flat, np.array([100.0, 1e8]))
    few, many = both.by_lot(0.9)[:, 0]
    assert few == pytest.approx((1 + stats.norm.ppf(0.9) / np.sqrt(200)) ** 2)
    assert many == pytest.approx(1, abs=1e-3)
    assert both.by_lot(0.1)[0, 0] < 1 < few
    assert both.by_lot(0.5).tolist() == [[1.0], [1.0]]
    wide, _law = gamma_days(0.1)
    assert wide.by_lot(0.9)[0, 0] == pytest.approx(wide.at(0.9)[0, 0], rel=1e-4)
