"""Requirements and shift plans on days that are not as forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.forecast import LEVELS, QUANTILES, Forecast
from staffing import proof, requirement
from staffing.queue import Queue
from staffing.uncertainty import uncertainty

HALF_HOUR = pd.Timedelta(minutes=30)
PHONE = Queue(patience_s=180, max_occupancy=1.0, shrinkage=0.2)
MAIL = Queue(channel="ticket", deadline_s=4 * 3600, share=0.95, opens="08:00", closes="22:00", max_occupancy=0.92)


def forecast(contacts: float, width: float, days: int = 7, queue: str = "phone") -> Forecast:
    """Half-hours of level days whose contacts are normal around the mean, with this relative standard deviation."""
    from scipy.special import ndtri

    starts = pd.date_range("2026-06-15", periods=48 * days, freq=HALF_HOUR)
    table = pd.DataFrame({"start": starts, "queue": queue, "mean": contacts})
    spread = np.maximum(1 + width * ndtri(np.array(QUANTILES)), 0)
    table[list(LEVELS)] = np.sqrt((contacts * spread) ** 2)[None, :].repeat(len(table), axis=0)
    return Forecast(table.assign(aht_s=300.0), HALF_HOUR)


def test_the_promise_holds_on_average_over_days_that_are_not_as_forecast():
    wide = forecast(600, 0.12)
    queues = {"phone": PHONE}
    level = {}
    for confidence in ("certain", "expected"):
        needed = requirement.agents(wide, queues, confidence=confidence)
        table = proof.of_requirement(needed, wide, queues, samples=300, seed=2).table.iloc[2:]
        level[confidence] = np.average(table["service_level"], weights=table["contacts"])
    assert level["expected"] == pytest.approx(0.80, abs=0.03)
    assert level["certain"] < 0.75  # staffed for the mean, as if tomorrow were known


@pytest.mark.parametrize("confidence", [0.75, 0.9])
def test_the_promise_is_kept_on_as_many_days_as_stated(confidence: float):
    wide = forecast(3000, 0.12, days=4)
    queues = {"phone": PHONE}
    needed = requirement.agents(wide, queues, confidence=confidence)
    kept = proof.of_requirement(needed, wide, queues, samples=400, seed=5).days["kept"].mean()
    assert kept == pytest.approx(confidence, abs=0.03)


def test_tickets_keep_their_deadlines_though_busy_days_follow_each_other():
    wide = forecast(60, 0.15, days=28, queue="mail")
    queues = {"mail": MAIL}
    level = {}
    for confidence in ("certain", "expected"):
        needed = requirement.agents(wide, queues, confidence=confidence)
        table = proof.of_requirement(needed, wide, queues, samples=40).table
        level[confidence] = np.average(table["service_level"], weights=table["contacts"])
    assert level["expected"] >= 0.95
    assert level["certain"] < 0.9  # the backlog is then a random walk


def test_the_people_of_a_shift_plan_are_replayed_as_many_as_shrinkage_leaves():
    sure = forecast(60, 0.0, days=1)
    queues = {"phone": PHONE}
    needed = requirement.agents(sure, queues)
    planned = needed.table[["start", "queue"]].assign(
        required=needed.table["scheduled"], planned=needed.table["scheduled"]
    )
    asked = proof.of_requirement(needed, sure, queues, samples=20).table
    given = proof.of_shifts(planned, needed, sure, queues, samples=20).table
    assert (given["agents"] >= asked["agents"]).all()
    missing = proof.of_shifts(planned.iloc[:24], needed, sure, queues, samples=20).table
    assert (missing["agents"].iloc[24:] == 0).all()
    assert missing["service_level"].iloc[24:].max() == 0


def test_days_are_drawn_as_wide_as_the_forecast_says_and_the_same_for_the_same_seed():
    wide = forecast(3000, 0.1, days=2)
    needed = requirement.agents(wide, {"phone": PHONE})
    drawn = proof.sampled(needed, wide, 4000, 3)["phone"]
    assert drawn.shape == (4000, 2)
    told = uncertainty(wide, "phone").at(np.array([0.1, 0.5, 0.9]))[0]
    assert np.quantile(drawn, [0.1, 0.5, 0.9]) == pytest.approx(told, abs=0.01)
    assert np.array_equal(drawn, proof.sampled(needed, wide, 4000, 3)["phone"])
    assert not np.array_equal(drawn, proof.sampled(needed, wide, 4000, 4)["phone"])
    with pytest.raises(ValueError, match="forecast: expected phone on 2026-06-16"):
        proof.sampled(needed, forecast(3000, 0.1, days=1), 5, 0)
