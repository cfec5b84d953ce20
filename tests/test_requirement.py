"""Contacts to agents, for each channel, with hours, shrinkage and warnings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from forecast.forecast import LEVELS, Forecast
from forecast.problem import Refused
from staffing import chat, erlang, requirement
from staffing.queue import Follow, Queue
from staffing.simulate import replay

HALF_HOUR = pd.Timedelta(minutes=30)
VOICE = Queue(patience_s=120, max_occupancy=1.0)
CHAT = Queue(channel="chat", concurrency=3, patience_s=120, answer_within_s=30, max_occupancy=1.0)
TICKET = Queue(channel="ticket", deadline_s=4 * 3600, max_occupancy=1.0, shrinkage=0.0)


def make_forecast(
    contacts: dict[str, list[float]], aht: float | None = 300.0, interval: pd.Timedelta = HALF_HOUR
) -> Forecast:
    """A forecast from Monday 2026-06-15 on; its quantiles are 0.7 to 1.5 times the mean."""
    parts = []
    for name, values in contacts.items():
        mean = np.asarray(values, dtype=float)
        table = pd.DataFrame({"start": pd.date_range("2026-06-15", periods=len(mean), freq=interval), "queue": name})
        table["mean"] = mean
        for place, level in enumerate(LEVELS):
            table[level] = mean * (0.7 + 0.1 * place)
        if aht is not None:
            table["aht_s"] = aht
        parts.append(table)
    return Forecast(pd.concat(parts, ignore_index=True).sort_values(["queue", "start"], ignore_index=True), interval)


def day(*values: float) -> list[float]:
    """Half-hours of a day with the same contacts in stretches of equal length."""
    return np.repeat(values, 48 // len(values)).tolist()


def settled(table: pd.DataFrame) -> pd.DataFrame:
    """The rows at least two hours after the rate last changed: by then the desk is in its steady state."""
    same = table["contacts"].diff().fillna(1) == 0
    return table[same.rolling(4).sum().eq(4)]


def test_a_telephone_queue_that_has_settled_has_the_agents_of_erlang_a_and_its_service_at_that_number():
    forecast = make_forecast({"phone": day(0, 20, 300, 60)})
    table = settled(requirement.agents(forecast, {"phone": VOICE}, confidence="certain").table)
    rate = table["contacts"].to_numpy() / 1800
    agents = erlang.agents_for(rate, 300, 20, 0.8, 120)
    assert len(table) > 30
    assert table["agents"].tolist() == agents.tolist()
    assert np.allclose(table["service_level"], erlang.service_level(rate, 300, agents, 20, 120), atol=1e-3)
    assert np.allclose(table["abandonment"], erlang.abandonment(rate, 300, agents, 120), atol=1e-3)
    assert np.allclose(table["occupancy"], erlang.occupancy(rate, 300, agents, 120), atol=1e-3)
    assert table["scheduled"].tolist() == erlang.scheduled(agents, VOICE.shrinkage).tolist()
    assert np.allclose(table["load_erlang"], rate * 300)
    assert (table["service_level"] >= 0.8).all()


def test_without_patience_it_is_erlang_c():
    forecast = make_forecast({"phone": day(100)}, aht=180)
    last = requirement.agents(forecast, {"phone": Queue()}, confidence="certain").table.iloc[-1]
    assert last["agents"] == 14
    assert last["service_level"] == pytest.approx(0.8883500191794669, abs=0.01)  # one fewer does now and then
    assert last["abandonment"] == 0


def test_a_chat_queue_that_has_settled_has_the_agents_of_its_chain():
    forecast = make_forecast({"chat": day(5, 72, 200)}, aht=720)
    table = settled(requirement.agents(forecast, {"chat": CHAT}, confidence="certain").table)
    rate = table["contacts"].to_numpy() / 1800
    aht = np.array(CHAT.handle_times(720))
    agents = chat.agents_for(rate, aht, 30, 0.8, 120)
    assert table["agents"].tolist() == agents.tolist()
    assert np.allclose(table["service_level"], chat.service_level(rate, aht, agents, 30, 120), atol=2e-3)
    assert np.allclose(table["occupancy"], chat.occupancy(rate, aht, agents, 120), atol=2e-3)


def test_more_chats_at_once_need_fewer_agents():
    forecast = make_forecast({"chat": [300.0]})
    counts = []
    for held in (1, 2, 3, 4):
        # the same customers: a single chat takes 240 s, the export shows it at full concurrency
        queue = CHAT.model_copy(update={"concurrency": held})
        told = make_forecast({"chat": [300.0]}, aht=240 * (1 + 0.25 * (held - 1)))
        counts.append(int(requirement.agents(told, {"chat": queue}).table.loc[0, "agents"]))
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]
    assert len(forecast.table) == 1


def test_tickets_fill_the_trough_up_to_their_deadline_and_none_is_late():
    work = day(0, 0, 40, 0, 0, 0) * 7
    table = requirement.agents(make_forecast({"tickets": work}, aht=900), {"tickets": TICKET}, None, "certain").table
    assert table["agents"].max() <= 15  # 8 half-hours of 20 erlang spread over 16 less five handle times: 14.5
    assert (table["service_level"] == 1).all()
    assert table["agents"].sum() * 0.5 == pytest.approx(7 * 8 * 40 * 900 / 3600, rel=0.12)
    assert (table["abandonment"] == 0).all()
    assert ((table["occupancy"] >= 0) & (table["occupancy"] <= 1)).all()


def test_the_last_tickets_of_the_horizon_do_not_look_free():
    # one day alone, and a deadline longer than what is left of it: the day is staffed as if days like it followed
    steady = requirement.agents(make_forecast({"tickets": day(60)}, aht=600), {"tickets": TICKET}).table
    assert steady["agents"].iloc[-8:].min() >= 18  # 20 erlang all day
    assert steady["agents"].sum() >= 0.9 * 20 * 48


def test_the_occupancy_cap_leaves_ticket_agents_their_share_of_pause():
    queue = TICKET.model_copy(update={"max_occupancy": 0.8})
    table = requirement.agents(make_forecast({"tickets": day(60) * 7}, aht=600), {"tickets": queue}).table
    assert table["occupancy"].max() <= 0.8 + 1e-9
    assert table["agents"].iloc[100:200].min() >= 24  # 20 erlang at 80%


def test_tickets_due_sooner_than_an_interval_ends_have_the_agents_that_keep_all_but_few_of_them_in_time():
    queue = Queue(channel="ticket", deadline_s=900, share=0.95, max_occupancy=1)
    table = requirement.agents(make_forecast({"tickets": day(30)}), {"tickets": queue}, confidence="certain").table
    few, many = (erlang.agents_for(30 / 1800, 300, 900, share) for share in (0.99, 0.9999))
    assert few <= table["agents"].iloc[-1] <= many


def test_tickets_that_fill_idle_time_need_fewer_agents_of_their_own_and_none_is_counted_twice():
    forecast = make_forecast({"mail": day(12), "phone": day(60), "post": day(4)})
    phone = VOICE.model_copy(update={"max_occupancy": 0.9})
    alone = {"phone": phone, "mail": TICKET, "post": TICKET}
    filling = alone | {"mail": TICKET.model_copy(update={"fills": ("phone",)})}
    apart, together = (requirement.agents(forecast, q).table.groupby("queue")["agents"].sum() for q in (alone, filling))
    assert together["phone"] == apart["phone"]
    assert together["mail"] < 0.7 * apart["mail"]
    both = filling | {"post": TICKET.model_copy(update={"fills": ("phone", "mail", "fax")})}
    with pytest.raises(Refused) as refused:
        requirement.agents(forecast, both)
    assert [(p.column, str(p.text)[:40]) for p in refused.value.problems] == [
        ("post.fills", "the idle time of phone is filled by mail"),
        ("post.fills", "expected voice or chat queues of the for"),
        ("post.fills", "expected voice or chat queues of the for"),
    ]


def test_busy_days_leave_no_more_tickets_late_than_promised():
    mean = 8 * (0.05 + np.exp(-(((np.arange(48) / 2 - 14) / 4) ** 2)))
    forecast = make_forecast({"mail": list(mean) * 14}, aht=360.0)
    z = np.array([-1.96, -1.645, -1.282, -0.674, 0, 0.674, 1.282, 1.645, 1.96])
    for level, wide in zip(LEVELS, z, strict=True):
        forecast.table[level] = forecast.table["mean"] * (1 + 0.1 * wide)
    queues = {"mail": TICKET.model_copy(update={"share": 0.99, "max_occupancy": 0.92})}
    needed = requirement.agents(forecast, queues)
    factors = {"mail": np.random.default_rng(5).gamma(100, 0.01, (40, 14))}
    seen = replay(needed, queues, samples=40, factors=factors).table
    assert 1 - np.average(seen["service_level"], weights=seen["contacts"]) <= 0.01


def test_call_backs_follow_the_contacts_that_cause_them():
    forecast = make_forecast({"phone": day(0, 100) * 2})
    follows = Follow(queue="phone", share=0.25, after_s=86400)
    queues = {"phone": VOICE, "back": TICKET.model_copy(update={"follows": follows})}
    table = requirement.agents(forecast, queues).table
    back = table[table["queue"] == "back"]
    assert back["contacts"].tolist() == pytest.approx([0.0] * 24 + [25.0] * 24 + [0.0] * 24 + [25.0] * 24)
    assert back["agents"].sum() > 0


def test_nobody_works_while_a_queue_is_closed():
    hours = {"opens": "09:00", "closes": "21:00"}
    queues = {
        "phone": VOICE.model_copy(update={"opens": 540, "closes": 1260}),
        "tickets": Queue(channel="ticket", **hours),
    }
    needed = requirement.agents(make_forecast({"phone": day(10), "tickets": day(10)}), queues)
    closed = (needed.table["start"].dt.hour < 9) | (needed.table["start"].dt.hour >= 21)
    assert (needed.table.loc[closed, ["agents", "scheduled"]] == 0).all(axis=None)
    phone = needed.table[needed.table["queue"] == "phone"]
    assert phone["contacts"].sum() == 10 * 24  # what nobody answers is no contact
    tickets = needed.table[needed.table["queue"] == "tickets"]
    assert tickets["contacts"].sum() == 10 * 48  # what waits is
    assert [str(text) for text in needed.warnings] == [
        "phone: 50.0% of its contacts are expected outside its opening hours and get no agents; "
        "check opens, closes and open_days"
    ]


def test_a_trickle_outside_the_hours_is_not_worth_a_warning():
    contacts = [0.01] * 18 + [10.0] * 30
    queue = VOICE.model_copy(update={"opens": 540})
    assert requirement.agents(make_forecast({"phone": contacts}), {"phone": queue}).warnings == ()


def test_a_queue_that_never_opens_is_said_so():
    queue = TICKET.model_copy(update={"open_days": (7,)})
    needed = requirement.agents(make_forecast({"tickets": day(5)}), {"tickets": queue})
    assert needed.table["agents"].sum() == 0
    assert (needed.table["service_level"] == 0).all()
    assert "never open" in str(needed.warnings[0])


def test_no_contacts_need_nobody_and_nothing_is_not_a_number():
    queues = {"phone": VOICE, "chat": CHAT, "tickets": TICKET}
    table = requirement.agents(make_forecast({name: day(0) for name in queues}), queues).table
    assert table["agents"].sum() == 0
    assert (table["service_level"] == 1).all()
    assert not table.isna().any(axis=None)


def test_the_surer_a_plan_is_to_be_the_more_agents_it_has():
    forecast = make_forecast({"phone": day(100), "tickets": day(50)})
    queues = {"phone": VOICE, "tickets": TICKET}
    plans = [requirement.agents(forecast, queues, confidence=c).table for c in ("certain", "expected", 0.8, 0.9, 0.975)]
    assert all(np.allclose(plan["contacts"], plans[0]["contacts"]) for plan in plans)  # what comes is as expected
    phone = [plan.loc[plan["queue"] == "phone", "agents"].sum() for plan in plans]
    assert phone == sorted(set(phone))
    assert plans[3].loc[plans[3]["queue"] == "tickets", "agents"].sum() > plans[0]["agents"][48:].sum()
    for wrong in (0.0, 1.0):
        with pytest.raises(ValueError, match=f"confidence.*{wrong}"):
            requirement.agents(forecast, queues, confidence=wrong)


def test_rows_are_sorted_by_queue_and_start_and_hold_whole_agents():
    table = requirement.agents(make_forecast({"b": day(9, 3), "a": day(5)}), {"default": VOICE}).table
    assert table[["queue", "start"]].apply(tuple, axis=1).is_monotonic_increasing
    assert list(table.columns) == ["start", "queue", *requirement.NUMBERS]
    assert table["agents"].dtype == table["scheduled"].dtype == np.int64


def test_a_forecast_without_handle_times_uses_those_of_the_queue():
    queue = VOICE.model_copy(update={"aht_s": 500.0})
    bare = requirement.agents(make_forecast({"phone": [50.0]}, aht=None), {"phone": queue}).table
    told = requirement.agents(make_forecast({"phone": [50.0]}, aht=500), {"phone": VOICE}).table
    assert bare.loc[0, "agents"] == told.loc[0, "agents"]
    unknown = requirement.agents(make_forecast({"phone": [50.0]}, aht=0), {"phone": queue}).table
    assert unknown.loc[0, "aht_s"] == 500


def test_every_queue_that_is_not_described_is_named_unless_there_is_a_default():
    forecast = make_forecast({"phone": [1.0], "chat": [1.0], "mail": [1.0]})
    with pytest.raises(Refused) as refused:
        requirement.agents(forecast, {"phone": VOICE})
    assert [problem.column for problem in refused.value.problems] == ["chat", "mail"]
    assert "add [queues.chat]" in str(refused.value)
    assert len(requirement.agents(forecast, {"phone": VOICE, "default": VOICE}).table) == 3


def test_a_daily_forecast_is_refused_with_the_cure():
    with pytest.raises(Refused, match="--interval 30min"):
        requirement.agents(make_forecast({"phone": [1.0, 2.0]}, interval=pd.Timedelta(days=1)), {"phone": VOICE})


@pytest.mark.parametrize("minutes", [15, 60])
def test_other_intervals_keep_the_rate(minutes: int):
    interval = pd.Timedelta(minutes=minutes)
    forecast = make_forecast({"phone": [10.0 * minutes] * 24}, interval=interval)
    table = requirement.agents(forecast, {"phone": VOICE}, confidence="certain").table
    assert table["agents"].iloc[-1] == erlang.agents_for(10 / 60, 300, 20, 0.8, 120)


def test_a_forecast_finer_than_the_plan_lends_it_its_shape():
    flat = make_forecast({"phone": [100.0] * 288}, interval=pd.Timedelta(minutes=5))
    spiky = make_forecast({"phone": [500.0, 20.0, 20.0, 20.0, 20.0, 20.0] * 48}, interval=pd.Timedelta(minutes=5))
    flat, spiky = (requirement.agents(f, {"phone": VOICE}, HALF_HOUR, "certain").table for f in (flat, spiky))
    assert np.allclose(flat["contacts"], spiky["contacts"])
    assert len(spiky) == 48
    assert (spiky["agents"] > flat["agents"] * 1.2).all()
    with pytest.raises(ValueError, match="interval: expected a multiple of 0 days 00:30:00 within a day"):
        requirement.agents(make_forecast({"phone": day(5)}), {"phone": VOICE}, pd.Timedelta(minutes=45))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"confidence": 1}, "confidence: expected 'expected', 'certain' or a share between 0 and 1, got 1"),
        ({"confidence": "often"}, "confidence: .* got 'often'"),
        ({"confidence": float("nan")}, "confidence: .* got nan"),
        ({"method": "magic"}, "method: expected one of analytic, simulated, got 'magic'"),
        ({"interval": pd.Timedelta(minutes=15)}, "interval: expected a multiple of 0 days 00:30:00"),
    ],
)
def test_what_cannot_be_asked_for_is_named(asked: dict[str, Any], said: str):
    with pytest.raises(ValueError, match=said):
        requirement.agents(make_forecast({"phone": day(5)}), {"phone": VOICE}, **asked)


def test_a_forecast_off_the_clock_is_refused():
    forecast = make_forecast({"phone": day(5)})
    moved = forecast.table.assign(start=forecast.table["start"] + pd.Timedelta(minutes=7))
    zoned = forecast.table.assign(start=forecast.table["start"].dt.tz_localize("Asia/Shanghai"))
    for table, said in (
        (moved, "whole intervals of 0 days 00:30:00, got 2026-06-15 00:07:00"),
        (zoned, "without a zone"),
        (forecast.table.iloc[:0], "got none"),
    ):
        with pytest.raises(ValueError, match=said):
            requirement.agents(Forecast(table, HALF_HOUR), {"phone": VOICE})


def test_the_forecast_is_left_as_it_was():
    forecast = make_forecast({"phone": day(3), "tickets": day(2)})
    before = forecast.table.copy()
    requirement.agents(forecast, {"phone": VOICE, "tickets": TICKET})
    pd.testing.assert_frame_equal(forecast.table, before)
