"""The planner's hand: overrides of a forecast, and the machine's number beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast import adjust
from forecast.forecast import LEVELS, Forecast
from forecast.override import Override, overridden
from forecast.problem import Refused
from staffing.follow import followed
from staffing.queue import Follow, Queue
from staffing.save import csv_bytes

MONDAY = pd.Timestamp("2026-06-01")
SHAPE = {"chat": (0.0, 10.0, 30.0, 20.0), "phone": (0.0, 40.0, 40.0, 0.0)}  # by quarter of a day


def make_forecast(days: int = 4, closed: int | None = None) -> Forecast:
    """Two queues by six hours, every day alike; chat expects nothing on the day number `closed`."""
    parts, whole = [], []
    for queue, shape in SHAPE.items():
        starts = pd.date_range(MONDAY, periods=4 * days, freq="6h", unit="s")
        mean = np.tile(shape, days)
        if closed is not None and queue == "chat":
            mean[4 * closed : 4 * closed + 4] = 0.0
        table = pd.DataFrame({"start": starts, "queue": queue, "mean": mean})
        table[list(LEVELS)] = np.outer(mean, np.linspace(0.5, 1.5, 9))
        parts.append(table.assign(aht_s=300.0))
        day = pd.DataFrame({"start": starts[::4], "queue": queue, "mean": mean.reshape(days, 4).sum(axis=1)})
        day[list(LEVELS)] = np.outer(day["mean"], np.linspace(0.8, 1.2, 9))
        whole.append(day)
    tables = (pd.concat(part, ignore_index=True) for part in (parts, whole))
    return Forecast(next(tables), pd.Timedelta(hours=6), {"chat": "regression"}, by_day=next(tables))


def make_override(kind: str = "times", amount: float = 1.5, **changed: Any) -> Override:
    usual = {"key": "1", "queue": "chat", "start": MONDAY, "end": MONDAY + pd.Timedelta(days=1)}
    signed = {"reason": "直播", "author": "李", "at": pd.Timestamp("2026-05-20 09:00")}
    return Override(**(usual | signed | {"kind": kind, "amount": amount} | changed))


def by_day(forecast: Forecast, queue: str = "chat", column: str = "mean") -> list[float]:
    return forecast.days.loc[forecast.days["queue"] == queue, column].round(9).tolist()


def same(one: Forecast, other: Forecast) -> bool:
    """Whether two forecasts are written with the same bytes, by interval and by day."""
    return csv_bytes(one.table) == csv_bytes(other.table) and csv_bytes(one.days) == csv_bytes(other.days)


def test_a_factor_touches_its_queue_and_days_and_the_machines_number_stays_beside():
    before = make_forecast()
    after = overridden(before, [make_override("times", 1.5)])
    assert by_day(after) == [90, 60, 60, 60]
    assert by_day(after, column="machine") == [60] * 4
    assert by_day(after, "phone") == [80] * 4
    assert after.table["machine"].tolist() == before.table["mean"].tolist()
    assert str(after.warnings[-1]) == "chat, 2026-06-01: x 1.5 by 李 (直播)"
    assert "machine" not in before.table  # the given forecast stays as it was


def test_a_number_set_is_that_of_each_day_in_the_machines_shape():
    after = overridden(make_forecast(), [make_override("set", 120, end=MONDAY + pd.Timedelta(days=2))])
    assert by_day(after) == [120, 120, 60, 60]
    assert after.table["mean"].iloc[:4].tolist() == [0, 20, 60, 40]


def test_a_number_for_hours_is_that_of_those_hours_together():
    noon, evening = MONDAY + pd.Timedelta(hours=12), MONDAY + pd.Timedelta(hours=24)
    after = overridden(make_forecast(), [make_override("set", 100, start=noon, end=evening)])
    assert after.table["mean"].iloc[:4].tolist() == [0, 10, 60, 40]
    assert by_day(after)[0] == 110


def test_contacts_are_added_in_proportion_and_taken_away_down_to_none():
    assert overridden(make_forecast(), [make_override("add", 30)]).table["mean"].iloc[:4].tolist() == [0, 15, 45, 30]
    assert by_day(overridden(make_forecast(), [make_override("add", -45)])) == [15, 60, 60, 60]
    assert by_day(overridden(make_forecast(), [make_override("add", -500)])) == [0, 60, 60, 60]


def test_a_number_for_every_queue_is_shared_among_them_as_the_machine_has_it():
    after = overridden(make_forecast(), [make_override("set", 280, queue="")])
    assert by_day(after)[0] == pytest.approx(120)
    assert by_day(after, "phone")[0] == pytest.approx(160)


def test_quantiles_move_in_proportion():
    before = make_forecast()
    after = overridden(before, [make_override("set", 120)])
    for one, other in ((before.table, after.table), (before.days, after.days)):
        first = other["start"].dt.normalize().eq(MONDAY) & other["queue"].eq("chat") & other["mean"].gt(0)
        for level in LEVELS:
            relative = one.loc[first, level] / one.loc[first, "mean"]
            assert (other.loc[first, level] / other.loc[first, "mean"]).tolist() == pytest.approx(relative.tolist())


def test_where_nothing_is_expected_a_number_takes_the_queues_usual_hours_and_spread():
    after = overridden(make_forecast(closed=0), [make_override("set", 120)])
    rows = after.table.iloc[:4]
    assert rows["mean"].tolist() == pytest.approx([0, 20, 60, 40])
    assert (rows["p90"] / rows["mean"]).iloc[1:].tolist() == pytest.approx([1.25] * 3)
    assert rows["machine"].tolist() == [0] * 4
    assert by_day(after, column="p975")[0] == pytest.approx(120 * 1.2)
    never = replace(make_forecast(), table=make_forecast().table.assign(**dict.fromkeys(("mean", *LEVELS), 0.0)))
    assert overridden(never, [make_override("set", 40)]).table["mean"].iloc[:4].tolist() == [10] * 4


def test_factors_multiply_and_a_later_number_replaces_what_stood():
    twice = [make_override("times", 1.5), make_override("times", 2.0, key="2")]
    assert by_day(overridden(make_forecast(), twice))[0] == 180
    assert by_day(overridden(make_forecast(), [*twice, make_override("set", 50, key="3")]))[0] == 50
    assert by_day(overridden(make_forecast(), [make_override("set", 50), twice[1]]))[0] == 100
    two = [make_override("set", 50), make_override("set", 70, key="2")]
    assert by_day(overridden(make_forecast(), two))[0] == 70
    assert by_day(overridden(make_forecast(), two[::-1]))[0] == 50


def test_a_number_set_does_not_hang_on_what_was_said_of_some_hours_before():
    noon = MONDAY + pd.Timedelta(hours=12)
    hours = make_override("times", 5.0, start=noon, end=noon + pd.Timedelta(hours=6))
    later = make_override("set", 90, key="2")
    assert same(overridden(make_forecast(), [hours, later]), overridden(make_forecast(), [later]))


def test_overriding_again_keeps_the_machines_own_number():
    one, other = make_override("times", 1.5), make_override("set", 50, key="2", queue="phone")
    assert same(overridden(overridden(make_forecast(), [one]), [other]), overridden(make_forecast(), [one, other]))


def test_no_override_and_a_factor_of_one_leave_the_same_bytes():
    before = make_forecast()
    assert overridden(before, ()) is before
    assert same(overridden(before, [make_override("times", 1.0)]), before)
    assert same(overridden(before, [make_override("add", 0.0)]), before)


def test_what_a_forecast_does_not_hold_is_a_warning_where_it_may_surprise():
    before = make_forecast()
    for one, said in (
        (make_override(queue="fax"), "override 1 changes nothing: the forecast has no queue fax"),
        (
            make_override(start=MONDAY + pd.Timedelta(hours=7), end=MONDAY + pd.Timedelta(hours=9)),
            "override 1 changes nothing: no interval of the forecast begins in its range",
        ),
    ):
        after = overridden(before, [one])
        assert same(after, before)
        assert [str(text) for text in after.warnings] == [said]
    last_year = make_override(start=pd.Timestamp("2025-06-01"), end=pd.Timestamp("2025-06-02"))
    assert overridden(before, [last_year]) is before


def test_the_machines_number_goes_along_through_levers_followers_and_longer_intervals():
    after = overridden(make_forecast(), [make_override("times", 2.0)])
    assert by_day(adjust.scale(after, 1.5), column="machine") == [90] * 4
    assert by_day(adjust.scale(after, 1.5)) == [180, 90, 90, 90]
    longer = after.coarser(pd.Timedelta(hours=12))
    assert longer.table["machine"].iloc[:2].tolist() == [10, 50]
    queues = {
        "chat": Queue(),
        "phone": Queue(),
        "mail": Queue(channel="ticket", follows=Follow(queue="chat", share=0.5)),
    }
    assert by_day(followed(after, queues), "mail", "machine") == [30] * 4
    assert by_day(followed(after, queues), "mail")[0] == 60


@pytest.mark.parametrize(
    ("changed", "column", "said"),
    [
        ({"amount": float("nan")}, "amount", "expected a number from 0 to 1000, came 'nan'"),
        ({"amount": float("inf")}, "amount", "expected a number from 0 to 1000"),
        ({"amount": -0.5}, "amount", "expected a number from 0 to 1000"),
        ({"kind": "set", "amount": -1}, "amount", "expected a number from 0 to"),
        ({"kind": "add", "amount": -1e12}, "amount", "expected a number from -999999999"),
        ({"kind": "double"}, "kind", "expected one of set, times, add, came double"),
        ({"reason": "  "}, "reason", "expected a reason, found none"),
        ({"reason": "x" * 501}, "reason", "expected one line of at most 500 characters"),
        ({"reason": "a\u202eb"}, "reason", "expected one line"),
        # customer data goes nowhere, not even into the refusal
        ({"reason": "客户 13812345678 投诉"}, "reason", "looks like customer data"),
        ({"author": ""}, "author", "expected an author, found none"),
        ({"author": "=cmd()"}, "author", "no spreadsheet would run"),
        ({"queue": "@chat"}, "queue", "no spreadsheet would run"),
        ({"key": "-"}, "key", "expected letters and digits"),
        ({"end": MONDAY}, "end", "expected an end that is not before the start"),
        (
            {"kind": "set", "start": MONDAY + pd.Timedelta(hours=6), "end": MONDAY + pd.Timedelta(days=3)},
            "end",
            "hours",
        ),
    ],
)
def test_a_fault_is_named_by_its_field(changed: dict[str, Any], column: str, said: str):
    with pytest.raises(Refused) as refused:
        make_override(**changed)
    assert [p.column for p in refused.value.problems] == [column]
    assert said in str(refused.value)
    assert "13812345678" not in str(refused.value)


def test_every_fault_is_told_at_once():
    with pytest.raises(Refused) as refused:
        make_override(reason="", author="", amount=-1)
    assert {p.column for p in refused.value.problems} == {"reason", "author", "amount"}


KINDS = st.one_of(
    st.tuples(st.just("times"), st.floats(0, 10)),
    st.tuples(st.just("set"), st.floats(0, 1e6)),
    st.tuples(st.just("add"), st.floats(-1e3, 1e6)),
)
HOURS = st.integers(0, 24 * 5).map(lambda h: MONDAY + pd.Timedelta(hours=h))


@st.composite
def overrides(draw: st.DrawFn) -> list[Override]:
    found = []
    for key in range(draw(st.integers(0, 5))):
        kind, amount = draw(KINDS)
        first = draw(st.integers(0, 4))
        start = MONDAY + pd.Timedelta(days=first)
        end = start + pd.Timedelta(days=draw(st.integers(1, 4)))
        if draw(st.booleans()):
            start, end = start + pd.Timedelta(hours=draw(st.integers(0, 11))), start + pd.Timedelta(hours=12)
        queue = draw(st.sampled_from(["", "chat", "phone"]))
        found.append(make_override(kind, amount, key=str(key + 1), start=start, end=end, queue=queue))
    return found


@given(overrides(), st.sampled_from([None, 0, 2]))
def test_whatever_is_overridden_a_forecast_stays_one(found: list[Override], closed: int | None):
    before = make_forecast(closed=closed)
    after = overridden(before, found)  # checks itself: never negative, quantiles never cross
    sums = after.table.groupby(["queue", after.table["start"].dt.normalize()])["mean"].sum()
    assert by_day(after) == pytest.approx(sums["chat"].tolist(), abs=1e-6)
    assert by_day(after, "phone") == pytest.approx(sums["phone"].tolist(), abs=1e-6)
    if "machine" in after.table:
        assert after.table["machine"].tolist() == before.table["mean"].tolist()
        assert after.days["machine"].tolist() == before.days["mean"].tolist()
    touched = np.logical_or.reduce([one.touches(before.table) for one in found] or [np.zeros(len(before.table), bool)])
    pd.testing.assert_frame_equal(
        after.table.loc[~touched, before.table.columns], before.table[~touched], check_exact=True
    )


@given(overrides(), HOURS)
def test_a_later_number_for_a_day_is_that_days_number_whatever_came_before(found: list[Override], moment: pd.Timestamp):
    day = min(moment.normalize(), MONDAY + pd.Timedelta(days=3))
    last = make_override("set", 77, key="last", start=day, end=day + pd.Timedelta(days=1))
    place = (day - MONDAY).days
    assert by_day(overridden(make_forecast(), [*found, last]))[place] == pytest.approx(77)
