"""Pictures and tables of the browser app, made from tables without a browser."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from forecast.language import Text
from forecast.ui import chart as days_chart
from forecast.ui import echart, palette, table
from forecast.ui.reader import Reader
from staffing.scenario import Levers, Scenario, load, to_toml
from staffing.ui import ask, chart, curve, gantt
from staffing.ui.season import decisions
from staffing.ui.view import said, seats_by_source

EN, ZH = Reader("en", {"phone": "Phone", "a": "Vendor A", "b": "Vendor B"}), Reader("zh", {"phone": "电话"})
WEEKS = pd.DatetimeIndex(pd.date_range("2026-06-01", periods=3, freq="7D"))


def plain_json(option: Any) -> Any:
    """The option as the browser gets it: frames apart, nothing but JSON."""
    without = {k: v for k, v in option.items() if k != "dataset"}
    return json.loads(json.dumps(without, allow_nan=False))


def seats(*, a: list[int], b: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"a": a, "b": b}, index=WEEKS)


def expected_days(count: int = 4) -> pd.DataFrame:
    index = pd.date_range("2026-06-01", periods=count, name="day")
    mean = np.linspace(100, 200, count)
    columns = {"mean": mean, "p025": mean * 0.5, "p10": mean * 0.7, "p25": mean * 0.9}
    return pd.DataFrame({**columns, "p75": mean * 1.1, "p90": mean * 1.3, "p975": mean * 1.6}, index=index)


def test_bars_stack_to_the_seats_and_the_line_is_the_need():
    option = chart.seats(
        seats(a=[3, 4, 5], b=[1, 0, 2]), pd.Series([4.0, 4.5, 6.0], index=WEEKS), {"a": "#1", "b": "#2"}, EN
    )
    bars = [s for s in option["series"] if s["type"] == "bar"]
    assert [sum(column) for column in zip(*(s["data"] for s in bars), strict=True)] == [4, 4, 7]
    assert len({s["stack"] for s in bars}) == 1
    assert option["series"][-1]["data"] == [4.0, 4.5, 6.0]
    assert option["xAxis"]["data"] == ["2026-06-01", "2026-06-08", "2026-06-15"]
    assert plain_json(option)["legend"]["data"] == ["Vendor A", "Vendor B", "seats needed"]


def test_a_source_keeps_its_colour_whatever_stands_beside_it():
    inks = palette.colours(["a", "b"], palette.SOURCES)
    both = chart.stack(seats(a=[1, 1, 1], b=[1, 1, 1]), inks, EN)
    alone = chart.stack(seats(a=[1, 1, 1], b=[1, 1, 1])[["b"]], inks, EN)
    assert both["series"][1]["itemStyle"]["color"] == alone["series"][0]["itemStyle"]["color"] == palette.SOURCES[1]


def test_a_fan_widens_from_the_fifty_to_the_ninety_five_percent_band():
    past = pd.Series([90.0, np.nan], index=pd.date_range("2026-05-30", periods=2))
    option = days_chart.fan(past, expected_days(), [], EN)
    rows = option["dataset"]["source"]
    assert list(rows["at"])[:3] == ["2026-05-30", "2026-05-31", "2026-06-01"]
    future = rows.iloc[2:]
    widths = [future[f"{low}_width"] for low in ("p025", "p10", "p25")]
    assert (widths[0] > widths[1]).all()
    assert (widths[1] > widths[2]).all()
    # a band's two series stack to its upper edge
    assert np.allclose(future["p10"] + future["p10_width"], expected_days()["p90"], atol=0.11)
    assert rows["mean"].iloc[:2].isna().all()
    assert future["past"].isna().all()
    plain_json(option)


def test_a_fans_tooltip_says_the_figures_of_its_day():
    past = pd.Series([1234.0], index=pd.date_range("2026-05-31", periods=1))
    english = days_chart.fan(past, expected_days(1), [], EN)["dataset"]["source"]["tip"]
    assert list(english) == ["came: 1,234", "expected: 100, 80% between 70 and 130"]
    chinese = days_chart.fan(past, expected_days(1), [], ZH)["dataset"]["source"]["tip"]
    assert not set("abcdefghijklmnopqrstuvwxyz") & set("".join(chinese))


def test_a_fan_keeps_a_dashed_line_of_the_machines_number_where_a_hand_was_laid_on_it():
    past = pd.Series([90.0], index=pd.date_range("2026-05-31", periods=1))
    days = expected_days(6)  # 100, 120, ... 200
    same = days_chart.fan(past, days.assign(machine=days["mean"]), [], EN)
    assert "machine" not in same["dataset"]["source"]
    option = days_chart.fan(past, days.assign(machine=[100.0, 120.0, 60.0, 160.0, 180.0, 200.0]), [], EN)
    rows = option["dataset"]["source"]
    assert list(rows["machine"].iloc[1:].dropna()) == [120.0, 60.0, 160.0]  # joined to the mean on either side
    assert option["series"][-1]["lineStyle"]["type"] == "dashed"
    assert option["legend"]["data"][-1] == option["series"][-1]["name"] == "without the planner's hand"
    assert rows["tip"].iloc[3].endswith("<br>without the planner's hand: 60")
    assert "hand" not in rows["tip"].iloc[2]
    plain_json(option)


def test_an_unknown_day_is_a_gap_and_not_zero():
    daily = pd.DataFrame({"phone": [5.0, np.nan, 7.0]}, index=pd.date_range("2026-01-01", periods=3))
    option = days_chart.by_day(daily, {"phone": "#1"}, [], EN)
    assert option["series"][0]["data"] == [5.0, None, 7.0]
    assert option["series"][0]["connectNulls"] is False


def test_a_long_history_opens_on_its_last_months_and_a_short_one_whole():
    def begin(count: int) -> float:
        daily = pd.DataFrame({"phone": np.ones(count)}, index=pd.date_range("2022-01-01", periods=count))
        return float(days_chart.by_day(daily, {"phone": "#1"}, [], EN)["dataZoom"][0]["start"])

    assert begin(100) == 0
    assert begin(1500) == pytest.approx(100 * (1 - 456 / 1500))


def test_occasions_are_cut_to_the_days_shown():
    shown = [f"2026-06-{day:02d}" for day in range(10, 20)]
    span = echart.Mark("618", pd.Timestamp("2026-06-01"), pd.Timestamp("2026-06-20"))
    festival = echart.Mark("Dragon Boat", pd.Timestamp("2026-06-19"), pd.Timestamp("2026-06-19"))
    gone = echart.Mark("May Day", pd.Timestamp("2026-05-01"), pd.Timestamp("2026-05-05"))
    option = echart.marks([span, festival, gone], shown)
    assert option["markArea"]["data"] == [[{"xAxis": "2026-06-10", "name": "618"}, {"xAxis": "2026-06-19"}]]
    assert [line["name"] for line in option["markLine"]["data"]] == ["Dragon Boat"]
    assert echart.marks([span], []) == {}


def half_hours(scheduled: list[int]) -> pd.DataFrame:
    starts = pd.date_range("2026-06-01 09:00", periods=len(scheduled), freq="30min")
    return pd.DataFrame({"start": starts, "scheduled": scheduled})


def test_a_heatmap_places_every_interval_that_needs_somebody():
    two_days = pd.concat(
        [half_hours([0, 3, 5]), half_hours([2, 0, 1]).assign(start=lambda d: d["start"] + pd.Timedelta("1D"))]
    )
    option = chart.heatmap(two_days, EN)
    assert option["xAxis"]["data"] == ["09:00", "09:30", "10:00"]
    assert option["yAxis"]["data"] == ["06-01 Mon", "06-02 Tue"]
    assert sorted(option["series"][0]["data"]) == [[0, 1, 2], [1, 0, 3], [2, 0, 5], [2, 1, 1]]
    assert option["visualMap"][0]["max"] == 5
    plain_json(option)


def test_a_heatmap_frames_the_interval_shown_and_a_cell_is_a_place_in_its_rows():
    rows = half_hours([0, 3, 5])
    chosen = rows["start"][2]
    option = chart.heatmap(rows, EN, chosen)
    assert option["series"][1]["data"] == [[1, 0, 5]]
    place = option["series"][0]["data"].index(option["series"][1]["data"][0])
    assert chart.cells(rows)["start"].iloc[place] == chosen
    assert chart.heatmap(rows, EN, rows["start"][0])["series"][1]["data"] == []  # nobody is needed then
    assert option["visualMap"][0]["seriesIndex"] == 0  # the frame has no colour of its own


def test_a_heatmap_of_a_closed_week_is_empty_and_still_drawn():
    option = chart.heatmap(half_hours([0, 0]), EN)
    assert option["series"][0]["data"] == []
    plain_json(option)


def test_the_curve_marks_the_agents_planned_and_the_target():
    told = {"agents": [9, 10, 11], "service_level": [0.7, 0.82, 0.9], "occupancy": [0.95, 0.86, 0.78]}
    option = curve.buys(pd.DataFrame(told), 10, 0.8, EN)
    assert [s["data"] for s in option["series"]] == [[70.0, 82.0, 90.0], [95.0, 86.0, 78.0]]
    assert [m.get("xAxis", m.get("yAxis")) for m in option["series"][0]["markLine"]["data"]] == ["10", 80.0]
    assert len(curve.buys(pd.DataFrame(told), 40, 0.8, EN)["series"][0]["markLine"]["data"]) == 1


def test_cost_has_an_axis_of_its_own_and_only_where_there_is_a_price():
    told = pd.DataFrame({"agents": [9, 10], "service_level": [0.7, 0.8], "kept": [0.4, 0.6], "cost": [180.0, 200.5]})
    option = curve.buys(told, 10, 0.8, EN)
    assert option["series"][-1]["data"] == [180.0, 200.5]
    assert (option["series"][-1]["yAxisIndex"], len(option["yAxis"])) == (1, 2)
    assert option["yAxis"][0]["max"] == 100
    assert option["yAxis"][1]["max"] is None
    assert plain_json(option)["legend"]["data"] == ["in time", "days kept", "cost, right axis"]
    free = curve.buys(told.drop(columns="cost"), 10, 0.8, EN)
    assert isinstance(free["yAxis"], dict)


def test_the_band_of_a_simulation_stacks_to_its_upper_end_and_the_axis_holds_its_lower():
    rows = half_hours([1, 1]).assign(
        promised=[0.86, 0.9], service_level=[0.84, 0.88], low=[0.71, 0.8], high=[0.9, 0.93]
    )
    option = curve.kept(rows, 0.8, EN)
    table_ = option["dataset"]["source"]
    assert np.allclose(table_["low"] + table_["width"], [90, 93])
    assert option["yAxis"]["min"] == 70
    assert table_["tip"][0] == "promised 86.0%, simulated 84.0% (71.0% to 90.0%)"
    assert option["series"][2]["markLine"]["data"][0]["yAxis"] == 80.0
    plain_json(option)


def test_shares_of_cross_trained_people_stand_as_far_apart_as_they_are():
    told = pd.DataFrame({"cross_trained": [0.0, 0.1, 1.0], "agent_hours": [100.0, 90.04, 88.0]})
    option = curve.shared(told, EN)
    assert option["series"][0]["data"] == [[0.0, 100.0], [10.0, 90.0], [100.0, 88.0]]
    assert (option["xAxis"]["type"], option["xAxis"]["max"]) == ("value", 100)
    plain_json(option)


def test_coverage_draws_what_is_required_over_what_is_on_duty():
    rows = half_hours([1, 2]).assign(required=[3, 4], planned=[3.0, 5.5])
    option = chart.coverage(rows, EN)
    assert {s["name"]: s["data"] for s in option["series"]} == {"on duty": [3.0, 6.0], "required": [3.0, 4.0]}


@pytest.mark.parametrize(("highest", "top"), [(7, 7.0), (99, 100.0), (101, 150.0), (0, 1.0), (1_234_567, 1_500_000.0)])
def test_pictures_side_by_side_share_an_axis_that_holds_both(highest: int, top: float):
    assert chart.shared_top(seats(a=[1, 0, 0], b=[0, 0, 0]), seats(a=[highest, 0, 0], b=[0, 0, 0])) in (
        top,
        max(top, 1.0),
    )


def one_shift(start: str, end: str, breaks: str, agents: int = 4) -> pd.DataFrame:
    times = {"start": [pd.Timestamp(start)], "end": [pd.Timestamp(end)]}
    return pd.DataFrame({"source": ["a"], **times, "breaks": [breaks], "agents": [agents]})


def test_a_shift_is_drawn_as_work_meal_and_work():
    drawn = gantt.bars(one_shift("2026-06-01 09:00", "2026-06-01 18:00", "13:00-14:00"), EN)
    assert list(drawn["what"]) == ["work", "meal", "work"]
    assert [f"{t:%H:%M}" for t in drawn["begin"]] == ["09:00", "13:00", "14:00"]
    assert drawn["end"].iloc[-1] == pd.Timestamp("2026-06-01 18:00")


def test_a_meal_after_midnight_lies_in_the_next_day():
    drawn = gantt.bars(one_shift("2026-06-01 22:00", "2026-06-02 07:00", "01:30-02:30"), EN)
    assert drawn.loc[drawn["what"] == "meal", "begin"].tolist() == [pd.Timestamp("2026-06-02 01:30")]
    assert (drawn["end"] > drawn["begin"]).all()


def test_a_shift_without_a_meal_is_one_bar_and_the_chart_has_a_row_each():
    shifts = pd.concat(
        [one_shift("2026-06-01 09:00", "2026-06-01 13:00", ""), one_shift("2026-06-01 10:00", "2026-06-01 14:00", "")]
    )
    assert len(gantt.bars(shifts, EN)) == 2
    spec = gantt.gantt(shifts, {"a": "#2f6f57"}, EN).to_dict()
    assert spec["height"] == 3 * gantt.ROW + gantt.FRAME
    assert "Vendor A" in json.dumps(spec)


def test_a_table_escapes_what_a_user_named_and_stresses_one_row():
    frame = pd.DataFrame({"name": ["<script>", "b"], "n": [1000, 2]})
    said_ = table.html(frame, {"name": "Name", "n": "Count"}, {"n": EN.number}, strong=1)
    assert "<script>" not in said_
    assert "&lt;script&gt;" in said_
    assert "1,000" in said_
    assert said_.count("class=strong") == 1


def test_sentences_and_cards_escape_their_words():
    assert "<b>" not in table.sentences(["<b>"]).replace("<b>", "", 0)
    assert "&lt;i&gt;" in table.cards([("<i>", "1", "x")])


@pytest.mark.parametrize(
    ("value", "money", "signed"),
    [
        (1234567.891, "¥1,234,567.89", "+1,234,568"),
        (-5.0, "−¥5.00", "−5"),
        (0.0, "¥0.00", "0"),
        (-0.001, "¥0.00", "0"),
        (math.nan, "–", "–"),
    ],
)
def test_figures_have_their_sign_their_thousands_and_a_dash_where_unknown(value: float, money: str, signed: str):
    assert (EN.money(value), EN.signed(value)) == (money, signed)


def test_a_date_has_its_weekday_in_the_readers_language():
    day = pd.Timestamp("2026-06-19")
    assert EN.weekday(day) == "2026-06-19 Fri"
    assert ZH.weekday(day).startswith("2026-06-19 ")
    assert ZH.weekday(day) != EN.weekday(day)


def test_a_sentence_of_the_plan_names_queues_by_their_labels():
    assert said(Text("{queue}: never open in this horizon, no agents are planned", queue="phone"), EN).startswith(
        "Phone: "
    )


def moved(base: Scenario, **at: ask.Position) -> Scenario:
    return ask.changed(base, ask.positions(base) | at)


def test_levers_left_alone_change_nothing_even_between_two_positions():
    base = load(None).with_levers(volume=1.2345, service_share=0.833).model_copy(update={"confidence": 0.833})
    assert moved(base) == base


def test_a_moved_lever_says_what_the_slider_says():
    base = load(None).with_levers(handle_time=1.04)
    found = moved(base, volume=-20, answer_within_s="45", vendor_share=30, chats_at_once="5", confidence="90")
    levers = Levers(volume=0.8, handle_time=1.04, answer_within_s=45, vendor_share=0.3, chats_at_once=5)
    assert (found.levers, found.confidence) == (levers, 0.9)
    assert "confidence = 0.9" in to_toml(found)
    assert "chats_at_once = 5" in to_toml(found)


def test_a_target_put_back_to_each_queues_own_is_empty_again():
    base = load(None).with_levers(service_share=0.9, chats_at_once=2).model_copy(update={"confidence": 0.9})
    found = moved(base, service_share=ask.OWN, chats_at_once=ask.OWN, confidence="certain")
    assert (found.levers, found.confidence) == (Levers(), "certain")


@pytest.mark.parametrize(
    ("lever", "at", "ends", "inside"),
    [("service_share", "83", ("own", "98"), "83"), ("confidence", "60", ("expected", "certain"), "60")],
)
def test_a_scenarios_own_figure_is_among_the_choices(lever: str, at: str, ends: tuple[str, str], inside: str):
    options = ask.choices(lever, at)
    assert (options[0], options[-1]) == ends
    assert inside in options
    assert len(set(options)) == len(options)


def season(rows: list[tuple[str, str, str, int, int]]) -> pd.DataFrame:
    columns = ["week", "source", "queue", "seats", "hires"]
    return pd.DataFrame(rows, columns=columns).assign(week=lambda d: pd.to_datetime(d["week"]))


def test_a_decision_comes_before_its_training_and_that_before_the_work():
    sources = load(None).sources
    due = decisions(season([("2026-05-04", "inhouse", "", 0, 6), ("2026-05-11", "vendor_a", "", 0, 2)]), sources)
    first = due.iloc[0]
    assert (first["source"], first["number"]) == ("inhouse", 6)
    lead, training = sources["inhouse"].lead_weeks, sources["inhouse"].training_weeks
    assert first["works"] - first["decide"] == pd.Timedelta(weeks=lead)
    assert first["works"] - first["trains"] == pd.Timedelta(weeks=training)
    assert (due["full"] >= due["works"]).all()


def test_weeks_in_which_nobody_is_hired_are_no_decisions():
    assert decisions(season([("2026-05-04", "inhouse", "phone", 5, 0)]), load(None).sources).empty


def test_seats_of_a_source_without_any_are_zero_and_in_the_scenarios_order():
    table_ = season([("2026-05-04", "b", "phone", 5, 0), ("2026-05-04", "b", "", 0, 1), ("2026-05-11", "b", "", 0, 0)])
    wide = seats_by_source(table_, {"a": None, "b": None})
    assert list(wide.columns) == ["a", "b"]
    assert wide.to_numpy().tolist() == [[0, 5], [0, 0]]


def test_on_a_phone_a_name_that_would_lie_on_a_later_one_is_left_out_and_its_mark_stays():
    shown = echart.days(pd.date_range("2026-03-01", "2026-07-31"))
    may = echart.Mark("May Day", pd.Timestamp("2026-05-01"), pd.Timestamp("2026-05-05"))
    brand = echart.Mark("Brand day", pd.Timestamp("2026-05-08"), pd.Timestamp("2026-05-09"))
    early = echart.Mark("Queen's day", pd.Timestamp("2026-03-07"), pd.Timestamp("2026-03-09"))
    lines = [
        echart.Mark(name, day, day)
        for name, day in (("launch", may.start), ("Dragon Boat", pd.Timestamp("2026-06-19")))
    ]
    whole = echart.marks([early, may, brand, *lines], shown)
    narrow = echart.uncrowded(whole, shown)
    assert [a["name"] for a, _ in narrow["markArea"]["data"]] == ["Queen's day", "", "Brand day"]
    assert [a["xAxis"] for a, _ in narrow["markArea"]["data"]] == [a["xAxis"] for a, _ in whole["markArea"]["data"]]
    assert [line["name"] for line in narrow["markLine"]["data"]] == ["launch", "Dragon Boat"]
    assert [a["name"] for a, _ in echart.uncrowded(whole, shown, 2000)["markArea"]["data"]] == [
        "Queen's day",
        "May Day",
        "Brand day",
    ]
