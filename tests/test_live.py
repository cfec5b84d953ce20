"""A forecast's rows as the arrivals of planning intervals, and the agents that live queues need."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing import live
from staffing.live import Arrivals, Days
from staffing.queue import Queue

ALWAYS = Queue(patience_s=120, max_occupancy=1.0)


def rows(mean: list[float], minutes: int, aht: float | list[float] = 300.0, start: str = "2026-06-15") -> pd.DataFrame:
    starts = pd.date_range(start, periods=len(mean), freq=f"{minutes}min")
    return pd.DataFrame({"start": starts, "mean": np.asarray(mean, dtype=float), "aht_s": aht})


def arrivals(table: pd.DataFrame, fine: int, plan: int, queue: Queue = ALWAYS) -> Arrivals:
    return live.arrivals(table, queue, pd.Timedelta(minutes=fine), pd.Timedelta(minutes=plan))


def certainly(coming: Arrivals) -> Days:
    return Days(np.ones((len(coming.starts), 1)), np.ones(1))


@settings(max_examples=80)
@given(
    lengths=st.sampled_from([(1, 15), (1, 30), (5, 15), (5, 60), (15, 15), (15, 30), (30, 30), (30, 60), (60, 60)]),
    mean=st.lists(st.floats(0, 1e4), min_size=1, max_size=200),
    left_out=st.integers(0, 7),
)
def test_contacts_and_work_add_up_whatever_the_intervals_and_the_gaps(
    lengths: tuple[int, int], mean: list[float], left_out: int
):
    fine, plan = lengths
    table = rows(mean, fine, aht=list(100.0 + np.arange(len(mean)) % 7))
    table = table[(np.arange(len(table)) % 8 != left_out) | (np.arange(len(table)) == 0)]
    coming = arrivals(table, fine, plan)
    assert coming.lengths.sum() == pytest.approx(plan * 60)
    assert (np.diff(coming.starts) == np.timedelta64(plan, "m")).all()
    by_interval = (
        table.groupby(table["start"].dt.floor(f"{plan}min"))["mean"].sum().reindex(coming.starts, fill_value=0)
    )
    assert coming.contacts == pytest.approx(by_interval.to_numpy(), rel=1e-9, abs=1e-9)
    work = (coming.contacts * coming.aht).sum()
    assert work == pytest.approx((table["mean"] * table["aht_s"]).sum(), rel=1e-9, abs=1e-9)
    assert (coming.aht > 0).all()


def test_minutes_keep_their_shape_and_half_hours_are_looked_at_in_parts():
    minutes = arrivals(rows(list(range(60)), 1), 1, 30)
    assert minutes.rates.shape == (2, 30)
    assert minutes.rates.ravel() * 60 == pytest.approx(np.arange(60))
    hours = arrivals(rows([60.0, 120.0], 30), 30, 60)
    assert hours.rates.shape == (1, 2 * len(live.PARTS))
    assert (hours.rates[0, : len(live.PARTS)] == 60 / 1800).all()
    assert (hours.rates[0, len(live.PARTS) :] == 120 / 1800).all()


def test_an_intervals_handle_time_is_that_of_its_contacts():
    coming = arrivals(rows([10, 30, 0, 0, 0, 0], 15, aht=[100, 200, 300, 500, 0, 0]), 15, 30)
    assert coming.aht.tolist() == [175, 400, ALWAYS.aht_s]


def test_a_forecast_that_begins_within_an_interval_leaves_its_first_part_empty():
    coming = arrivals(rows([6.0, 6.0], 15, start="2026-06-15 09:15"), 15, 30)
    assert coming.starts.tolist() == list(pd.date_range("2026-06-15 09:00", periods=2, freq="30min"))
    assert coming.contacts == pytest.approx([6, 6])
    assert coming.rates[0, 0] == 0


def test_contacts_of_closed_hours_are_left_out_and_each_interval_knows_its_day():
    queue = Queue(opens="09:00", closes="21:00")
    table = rows([2.0] * 96, 30)
    coming = arrivals(table[(table["start"].dt.hour >= 8) & (table["start"].dt.hour < 22)], 30, 30, queue)
    open_hours = (coming.starts.hour >= 9) & (coming.starts.hour < 21)
    assert coming.opened.tolist() == open_hours.tolist()
    assert (coming.contacts == np.where(open_hours, 2.0, 0.0)).all()
    assert coming.day.tolist() == (coming.starts.day - 15).tolist()


@pytest.mark.parametrize("method", ["analytic", "simulated"])
@pytest.mark.parametrize("channel", ["voice", "chat"])
def test_the_service_of_the_least_agents_is_that_of_those_agents_given(method: live.Method, channel: str):
    queue = Queue(channel=channel, concurrency=3 if channel == "chat" else 1, patience_s=90, opens="08:00")
    coming = arrivals(rows([30.0 * (1 + h % 5) for h in range(24)], 60), 60, 60, queue)
    days = Days(np.tile([0.8, 1.0, 1.2], (24, 1)), np.array([0.2, 0.6, 0.2]))
    least = live.least(coming, queue, days, method)
    same = live.service(coming, queue, days, least.agents, method)
    assert np.array_equal(least.service_level, same.service_level)
    assert np.array_equal(least.occupancy, same.occupancy)
    assert (least.service_level >= 0.8 - 1e-9).all()
    assert (least.occupancy <= 0.9 + 1e-9).all()
    assert (least.agents[:8] == 0).all()
    assert (least.agents[8:] > 0).all()


def test_both_methods_agree_within_a_few_agents_on_an_ordinary_day():
    hours = np.arange(48) / 2
    for queue in (ALWAYS, Queue(patience_s=None), Queue(channel="chat", concurrency=3, patience_s=120)):
        load = 5 + 120 * np.exp(-(((hours - 13) / 4) ** 2))
        coming = arrivals(rows(list(load), 30), 30, 30, queue)
        analytic, played = (live.least(coming, queue, certainly(coming), m).agents for m in ("analytic", "simulated"))
        assert analytic.sum() == pytest.approx(played.sum(), rel=0.03)
        assert np.abs(analytic - played).max() <= 2


def test_one_interval_alone_and_no_contacts_at_all_are_plans_too():
    for mean in ([40.0], [0.0], [0.001]):
        coming = arrivals(rows(mean, 30), 30, 30)
        for method in ("analytic", "simulated"):
            least = live.least(coming, ALWAYS, certainly(coming), method)
            assert (least.agents[0] > 0) == (mean[0] > 0)
            assert least.service_level[0] >= 0.8
