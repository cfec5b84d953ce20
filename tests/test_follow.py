"""Contacts that other contacts cause: how many, when, and what cannot follow what."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.forecast import LEVELS, Forecast
from forecast.problem import Refused
from staffing.follow import followed
from staffing.queue import Follow, Queue

HALF_HOUR = pd.Timedelta(minutes=30)
PHONE = Queue()


def make_forecast(mean: np.ndarray, interval: pd.Timedelta = HALF_HOUR, by_day: bool = True) -> Forecast:
    def rows(values: np.ndarray, step: pd.Timedelta) -> pd.DataFrame:
        start = pd.date_range("2026-06-15", periods=len(values), freq=step)
        quantiles = {level: values * (0.6 + 0.1 * place) for place, level in enumerate(LEVELS)}
        return pd.DataFrame({"start": start, "queue": "phone", "mean": values} | quantiles)

    per_day = int(pd.Timedelta(days=1) / interval)
    days = rows(mean.reshape(-1, per_day).sum(axis=1), pd.Timedelta(days=1)) if by_day else None
    return Forecast(rows(mean, interval).assign(aht_s=260.0), interval, {"phone": "naive"}, by_day=days)


def following(queue: str = "phone", share: float = 0.1, after_s: float = 86400, aht_s: float = 180.0) -> Queue:
    return Queue(channel="ticket", aht_s=aht_s, follows=Follow(queue=queue, share=share, after_s=after_s))


def of(forecast: Forecast, name: str) -> pd.DataFrame:
    return forecast.table[forecast.table["queue"] == name].reset_index(drop=True)


def test_each_contact_causes_its_share_a_day_later():
    mean = np.random.default_rng(1).exponential(50, 14 * 48)
    out = followed(make_forecast(mean), {"phone": PHONE, "callback": following()})
    phone, back = of(out, "phone"), of(out, "callback")
    assert np.allclose(back["mean"][48:], 0.1 * mean[:-48])
    for level in LEVELS:
        assert np.allclose(back[level][48:], 0.1 * phone[level][:-48])
    assert (back["aht_s"] == 180).all()
    assert (phone["aht_s"] == 260).all()
    assert out.queues == ("callback", "phone")
    assert out.models["callback"] == "follows phone"


def test_the_first_day_is_that_weekday_of_the_first_week():
    mean = np.arange(14 * 48, dtype=float)
    back = of(followed(make_forecast(mean), {"callback": following()}), "callback")
    # caused on the Sunday before the horizon: as on its first Sunday
    assert np.allclose(back["mean"][:48], 0.1 * mean[6 * 48 : 7 * 48])


def test_days_own_quantiles_are_shifted_too():
    mean = np.random.default_rng(2).exponential(50, 14 * 48)
    forecast = make_forecast(mean)
    out = followed(forecast, {"callback": following(after_s=2 * 86400)})
    days = out.days[out.days["queue"] == "callback"]
    assert np.allclose(days["p90"].to_numpy()[2:], 0.1 * forecast.days["p90"].to_numpy()[:-2])


def test_a_delay_is_rounded_to_intervals_and_none_is_no_shift():
    mean = np.random.default_rng(3).exponential(50, 7 * 48)
    for after, shift in ((0, 0), (800, 0), (1000, 1), (3600, 2)):
        back = of(followed(make_forecast(mean), {"callback": following(after_s=after)}), "callback")
        assert np.allclose(back["mean"][shift:], 0.1 * mean[: len(mean) - shift])


@pytest.mark.parametrize("after_s", [86400, 40 * 86400])
def test_a_horizon_shorter_than_the_delay_still_has_call_backs(after_s: float):
    mean = np.random.default_rng(4).exponential(50, 48) + 1
    back = of(followed(make_forecast(mean, by_day=False), {"callback": following(after_s=after_s)}), "callback")
    assert len(back) == 48
    assert (back["mean"] > 0).all()


def test_a_follower_may_follow_a_follower():
    mean = np.random.default_rng(5).exponential(50, 14 * 48)
    queues = {"second": following("first", 0.5, 3600), "first": following("phone", 0.1, 3600)}
    second = of(followed(make_forecast(mean), queues), "second")
    assert np.allclose(second["mean"][4:], 0.05 * mean[:-4])


def test_without_followers_the_forecast_is_the_same():
    forecast = make_forecast(np.ones(48))
    assert followed(forecast, {"phone": PHONE}) is forecast


def test_rows_the_forecast_has_for_a_follower_are_replaced():
    mean = np.random.default_rng(6).exponential(50, 14 * 48)
    queues = {"callback": following()}
    once = followed(make_forecast(mean), queues)
    pd.testing.assert_frame_equal(followed(once, queues).table, once.table)


@pytest.mark.parametrize(
    ("queues", "words"),
    [
        ({"callback": following("fax")}, "callback.follows.queue: expected a queue that the forecast has (phone)"),
        ({"a": following("b"), "b": following("a")}, "in a circle: a, b, a"),
        ({"a": following("a")}, "in a circle: a, a"),
        ({"a": following("b"), "b": following("c"), "c": following("b")}, "in a circle: a, b, c, b"),
    ],
)
def test_an_unknown_queue_and_a_circle_are_refused(queues: dict[str, Queue], words: str):
    with pytest.raises(Refused) as refused:
        followed(make_forecast(np.ones(48)), queues)
    assert words in str(refused.value)
    assert len(refused.value.problems) == len(queues)


@pytest.mark.parametrize("terms", [{"backlog": 3}, {"fills": ("phone",)}, {"follows": {"queue": "a", "share": 0.1}}])
@pytest.mark.parametrize("channel", ["voice", "chat"])
def test_only_tickets_may_wait(channel: str, terms: dict[str, object]):
    with pytest.raises(ValueError, match="only tickets may wait"):
        Queue.model_validate({"channel": channel} | terms)
    assert Queue.model_validate({"channel": "ticket"} | terms).channel == "ticket"
