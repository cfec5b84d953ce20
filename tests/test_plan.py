"""The whole chain: levers move what they should, the parts agree, and nothing is shown that was not asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from staffing import plan as chain
from staffing import report, requirement
from staffing.noplan import NoPlan
from staffing.plan import Made, Result
from staffing.queue import Follow, Queue
from staffing.scenario import Scenario, load


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEAKSTAFF_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def scenario(seller: Path) -> Scenario:
    return load(seller / "s.toml")


@pytest.fixture(scope="module")
def made(scenario: Scenario, cache: None) -> Made:
    return chain.made(scenario, workers=1)


@pytest.fixture(scope="module")
def result(scenario: Scenario, made: Made) -> Result:
    return chain.staffed(scenario, made)


def test_twice_the_volume_is_twice_the_contacts_but_less_than_twice_the_agents(scenario, made, result):
    double = chain.staffed(scenario.with_levers(volume=1.5), made)
    assert double.forecast.table["mean"].sum() == pytest.approx(1.5 * result.forecast.table["mean"].sum())
    more, before = double.requirement.table["agents"].sum(), result.requirement.table["agents"].sum()
    assert before < more < 1.5 * before


def test_longer_handle_times_need_more_agents_for_the_same_contacts(scenario, made, result):
    slow = chain.staffed(scenario.with_levers(handle_time=1.2), made)
    assert slow.forecast.table["mean"].equals(result.forecast.table["mean"])
    assert slow.requirement.table["agents"].sum() > result.requirement.table["agents"].sum()


def test_a_stricter_promise_never_needs_fewer_agents(scenario, made, result):
    strict = chain.staffed(scenario.with_levers(service_share=0.95, answer_within_s=10), made)
    assert (strict.requirement.table["agents"] >= result.requirement.table["agents"]).all()


def test_the_promotion_lever_moves_peak_days_and_no_others(scenario, made):
    moved = chain.moved(made.forecast, made.season, scenario.with_levers(promotion=2.0).levers)
    days = pd.DatetimeIndex(made.forecast.table["start"].dt.normalize())
    ratio = moved.table["mean"] / made.forecast.table["mean"].where(made.forecast.table["mean"] > 0)
    peak = pd.Series(made.season.peaks(days), index=ratio.index)
    assert peak.any()
    assert ratio[peak].dropna().eq(2).all()
    assert ratio[~peak].dropna().eq(1).all()


def test_the_vendor_lever_gives_the_vendors_their_share(scenario, made):
    half = chain.staffed(scenario.with_levers(vendor_share=0.5), made)
    seats = half.season.table.pivot_table(index="week", columns="source", values="seats", aggfunc="sum")
    after = seats.iloc[1:]  # the vendor's lead time is a week
    assert (after["vendor"] >= 0.5 * after.sum(axis=1)).all()


def test_the_statement_the_season_plan_and_the_summary_tell_one_cost(result):
    told = chain.summary(result)
    assert told["net"] == pytest.approx(result.season.cost_cny, abs=0.005)
    assert told["gross"] == pytest.approx(told["net"] + told["vat"], abs=0.005)


def test_the_shifts_cover_every_interval_of_their_week(result):
    coverage = result.shifts.coverage
    assert (coverage["planned"] >= coverage["required"]).all()
    assert coverage["start"].min() == result.week
    required = result.requirement.table.set_index(["queue", "start"])["scheduled"]
    asked = coverage.set_index(["queue", "start"])["required"]
    assert (asked == required.reindex(asked.index).fillna(0)).all()


def test_the_busiest_week_is_the_one_with_most_seats_needed(result):
    need = result.season.needed.groupby("week")["seats"].sum()
    assert need[result.week] == need.max()


def test_another_week_can_be_asked_for_by_its_monday(scenario, made, result):
    weeks = sorted(result.season.needed["week"].unique())
    other = next(w for w in weeks if w != result.week)
    moved = chain.staffed(scenario.model_copy(update={"shift_week": other.date()}), made)
    assert moved.week == other


def test_planning_for_the_ninth_day_in_ten_needs_more_than_for_the_mean(scenario, made, result):
    safe = chain.staffed(scenario.model_copy(update={"confidence": 0.9}), made)
    assert safe.requirement.table["scheduled"].sum() > result.requirement.table["scheduled"].sum()


def test_what_cannot_be_staffed_says_which_week_lacks_what_and_shows_the_nearest_plan(scenario, made):
    with pytest.raises(NoPlan) as none:
        chain.staffed(scenario.with_levers(volume=9.0), made)
    assert none.value.conflicts
    assert none.value.nearest.missing["seats"].sum() > 0


def test_the_slow_half_is_worked_out_once(scenario, made, monkeypatch):
    monkeypatch.setattr(chain, "forecast_of", lambda *_args, **_more: pytest.fail("asked again"))
    again = chain.made(scenario)
    assert again.forecast.table.equals(made.forecast.table)


def test_a_changed_cell_of_the_history_is_a_changed_key(scenario, tmp_path):
    text = scenario.history.read_text()
    copy = tmp_path / "history.csv"
    copy.write_text(text)
    same = scenario.model_copy(update={"history": copy})
    assert chain.forecast_key(same) == chain.forecast_key(scenario)
    copy.write_text(text[:-5] + ("1" if text[-5] != "1" else "2") + text[-4:])
    assert chain.forecast_key(same) != chain.forecast_key(scenario)


def test_scenarios_side_by_side_are_a_row_each(scenario, made, result):
    dear = chain.staffed(scenario.with_levers(volume=1.2), made)
    table = chain.compared({"base": result, "more": dear})
    assert list(table["scenario"]) == ["base", "more"]
    assert table["net"].is_monotonic_increasing


def test_call_backs_that_follow_a_queue_reach_the_plan_and_its_report(scenario, made):
    cause = made.history.queues[0]
    back = Queue(channel="ticket", aht_s=100, deadline_s=86400, follows=Follow(queue=cause, share=0.1), fills=(cause,))
    more = chain.staffed(scenario.model_copy(update={"queues": {**scenario.queues, "back": back}}), made)
    caused = more.requirement.table.groupby("queue")["contacts"].sum()
    assert caused["back"] == pytest.approx(0.1 * more.forecast.table.query("queue == @cause")["mean"].sum(), rel=1e-6)
    promised = more.requirement.table.query("queue == 'back' and contacts > 0")["service_level"]
    assert promised.min() == pytest.approx(back.share)  # all of it on days as forecast, so much on those that may be
    assert "back" in report.files(more, "en")["report.html"].decode()


def test_more_chats_at_once_need_fewer_agents_though_each_takes_longer(scenario, made):
    chat = Queue(channel="chat", concurrency=3, patience_s=120, opens="09:00", closes="21:00")
    chatting = scenario.model_copy(update={"queues": {**scenario.queues, "calls": chat}})
    agents = []
    for held in (1, 3, 4):
        queues = chatting.with_levers(chats_at_once=held).queues_of(made.history.queues)
        table = requirement.agents(made.forecast, queues).table
        agents.append(table.loc[table["queue"] == "calls", "agents"].sum())
        assert queues["calls"].handle_times(300)[min(held, 3) - 1] == pytest.approx(300 if held > 1 else 200)
    assert agents[0] > agents[1] > agents[2]
