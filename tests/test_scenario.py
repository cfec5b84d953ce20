"""Scenarios: only what differs is stored, what is unknown is refused, one value never changes another."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from forecast.problem import Refused
from staffing.scenario import SAMPLE, load, named, to_toml


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", named())
def test_each_named_scenario_of_the_sample_differs_from_the_base_and_can_be_read(name: str):
    scenario = load(named()[name])
    assert scenario != load()
    assert scenario.title != load().title


def test_a_scenario_changes_only_what_it_says(tmp_path: Path):
    changed = load(write(tmp_path / "a.toml", "[sources.vendor_a]\nmax_seats = 7\nstaff = 7\n"))
    base = load()
    assert changed.sources["vendor_a"].max_seats == 7
    assert changed.sources["vendor_a"].contract == base.sources["vendor_a"].contract
    assert changed.sources["vendor_b"] == base.sources["vendor_b"]
    assert changed.queues == base.queues


def test_a_scenario_builds_on_another_and_paths_stay_beside_the_file_that_names_them(tmp_path: Path):
    (tmp_path / "below").mkdir()
    write(tmp_path / "below" / "a.toml", 'history = "mine.csv"\n[levers]\nvolume = 2\nhandle_time = 1.1\n')
    top = load(write(tmp_path / "b.toml", 'based_on = "below/a.toml"\n[levers]\nvolume = 3\n'))
    assert (top.levers.volume, top.levers.handle_time) == (3.0, 1.1)
    assert top.history == tmp_path / "below" / "mine.csv"


def test_two_scenarios_that_build_on_each_other_are_refused(tmp_path: Path):
    write(tmp_path / "a.toml", 'based_on = "b.toml"')
    write(tmp_path / "b.toml", 'based_on = "a.toml"')
    with pytest.raises(Refused, match="circle"):
        load(tmp_path / "a.toml")


def test_a_scenario_written_out_reads_back_as_itself(tmp_path: Path):
    whole = load().with_levers(volume=1.25, service_share=0.9)
    again = load(write(tmp_path / "whole.toml", to_toml(whole)))
    assert again == whole
    assert to_toml(again) == to_toml(whole)


def test_moving_a_lever_leaves_the_scenario_it_was_moved_on_alone():
    base = load()
    moved = base.with_levers(volume=2.0)
    assert (base.levers.volume, moved.levers.volume) == (1.0, 2.0)


def test_a_lever_cannot_be_moved_out_of_its_bounds():
    with pytest.raises(ValidationError):
        load().with_levers(volume=-1)
    with pytest.raises(ValidationError):
        load().with_levers(volum=1)


def test_the_service_levers_reach_chats_and_calls_but_not_tickets():
    queues = load().with_levers(service_share=0.95, answer_within_s=15).queues_of(["phone", "tickets"])
    assert (queues["phone"].share, queues["phone"].answer_within_s) == (0.95, 15)
    assert queues["tickets"] == load().queues_of(["tickets"])["tickets"]


def test_the_vendor_lever_caps_what_is_done_in_house():
    sources = load().with_levers(vendor_share=0.4).staffed_sources()
    assert sources["inhouse"].max_share == pytest.approx(0.6)
    assert sources["vendor_a"] == load().sources["vendor_a"]


def test_a_queue_not_described_takes_the_default_terms_under_its_own_name():
    queue = load().queues_of(["hotline"])["hotline"]
    assert queue.share == load().queues["default"].share
    assert queue.label is None  # shown by the name it has in the history


def test_a_queue_not_described_is_refused_with_the_cure_where_there_is_no_default(tmp_path: Path):
    write(tmp_path / "queues.toml", '[queues.calls]\nchannel = "voice"\n')
    scenario = load(write(tmp_path / "s.toml", 'queues = "queues.toml"\n'))
    with pytest.raises(Refused, match=r"add \[queues.mail\]"):
        scenario.queues_of(["calls", "mail"])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("colour = 'red'", "colour"),  # no such key
        ("[queues.phone]\nshare = 1.5", "queues.phone.share"),  # a share above one
        ("[queues.phone]\nconcurrency = 3", "queues.phone"),  # calls are not held together
        ("[sources.vendor_a]\nmin_share = 0.9", "sources.vendor_a"),  # least above most
        ("[sources.vendor_a.contract]\nseat_month_cny = -5", "sources.vendor_a.contract.seat_month_cny"),
        ("[sources.new]\nkind = 'vendor'", "sources.new.contract"),  # no contract
        ("[sources.vendor_a]\nqueues = ['fax']", "-"),  # a queue nobody described
        ("model = 'oracle'", "-"),  # no such model
        ("shift_week = 2026-06-16", "-"),  # a Tuesday
        ("confidence = 0.3", "-"),  # fewer days than not
        ("horizon_days = 5", "horizon_days"),  # less than the two weeks a plan needs
    ],
)
def test_a_wrong_scenario_is_refused_at_its_place(text: str, place: str, tmp_path: Path):
    with pytest.raises(Refused) as refused:
        load(write(tmp_path / "s.toml", text))
    assert place in {p.column for p in refused.value.problems}


def test_with_ones_own_history_the_samples_events_do_not_count(tmp_path: Path):
    own = load(write(tmp_path / "s.toml", 'history = "h.csv"\n'))
    assert own.events is None
    assert own.example_terms
    assert load().events == SAMPLE / "events.csv"
    assert not load().example_terms
