"""Why an interval has its agents: each step of the number, and what the next agent would buy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.forecast import LEVELS, Forecast
from staffing import erlang, explain, requirement
from staffing.queue import Queue
from staffing.requirement import Confidence

HALF_HOUR = pd.Timedelta(minutes=30)
NINE = pd.Timestamp("2026-06-15 09:00")
PHONE = Queue(patience_s=180, max_occupancy=1.0)


def forecast(contacts: list[float], width: float = 0.0) -> Forecast:
    """Half-hours from midnight; quantiles up to `width` apart from the mean."""
    table = pd.DataFrame(
        {"start": pd.date_range("2026-06-15", periods=len(contacts), freq=HALF_HOUR), "queue": "phone"}
    )
    table["mean"] = contacts
    for place, level in enumerate(LEVELS):
        table[level] = table["mean"] * (1 + width * (place - 4) / 4)
    return Forecast(table.assign(aht_s=300.0), HALF_HOUR)


def why(
    told: Forecast, queue: Queue, confidence: Confidence = "expected", start: pd.Timestamp = NINE
) -> explain.Reason:
    queues = {"phone": queue}
    needed = requirement.agents(told, queues, confidence=confidence)
    return explain.reason(explain.queued(needed, told, queues, "phone", confidence), start)


def test_a_calm_and_certain_interval_has_the_agents_of_its_steady_state_and_no_safety():
    found = why(forecast([300.0] * 24), PHONE)
    assert found.steady == found.certain == found.agents == erlang.agents_for(300 / 1800, 300, 20, 0.8, 180)
    assert (found.safety, found.rule, found.factor) == (0, "service", 1.0)
    assert found.load_erlang == pytest.approx(50)


def test_a_rising_load_needs_fewer_than_its_steady_state_and_an_uncertain_day_more():
    rising = [0.0] * 18 + [900.0] * 6  # nobody is there when the rush begins
    assert why(forecast(rising), PHONE).agents < why(forecast(rising), PHONE).steady
    wide = why(forecast([900.0] * 24, 0.3), PHONE, 0.9)
    assert wide.safety == wide.agents - wide.certain > 5
    assert wide.factor == pytest.approx(1.15, abs=0.02)


def test_the_rule_that_binds_is_the_one_that_an_agent_fewer_breaks():
    assert why(forecast([3000.0] * 24), PHONE.model_copy(update={"max_occupancy": 0.85})).rule == "occupancy"
    assert why(forecast([30.0] * 24), PHONE.model_copy(update={"max_occupancy": 0.95})).rule == "service"
    assert why(forecast([0.0] * 24), PHONE).rule == "arrivals"
    mail = Queue(channel="ticket", deadline_s=4 * 3600)
    found = why(forecast([30.0] * 24), mail)
    assert found.rule == "deadline"
    assert found.curve.empty


def test_the_curve_passes_through_the_plan_and_every_agent_buys_more():
    found = why(forecast([900.0] * 24, 0.3), PHONE)
    curve = found.curve.set_index("agents")
    here = curve.loc[found.agents]
    assert here["service_level"] == pytest.approx(found.service_level, abs=2e-3)
    assert here["occupancy"] == pytest.approx(found.occupancy, abs=2e-3)
    assert curve["service_level"].is_monotonic_increasing
    assert curve["kept"].is_monotonic_increasing
    assert curve["occupancy"].is_monotonic_decreasing
    assert curve.loc[found.agents - 1, "service_level"] < 0.8 <= here["service_level"]
    assert 0.3 < here["kept"] < 0.8  # on average is not on every day
    sure = why(forecast([900.0] * 24), PHONE).curve
    assert set(sure["kept"]) == {0.0, 1.0}


def test_a_start_that_begins_no_interval_is_named():
    with pytest.raises(ValueError, match="start: expected the beginning of an interval, got 2026-06-15 09:10"):
        why(forecast([5.0] * 24), PHONE, start=NINE + pd.Timedelta(minutes=10))


def test_the_numbers_shown_lie_around_the_plan():
    assert explain.around(0).tolist() == [1, 2, 3]
    assert np.diff(explain.around(100)).tolist() == [1] * (len(explain.around(100)) - 1)
