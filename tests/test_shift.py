"""Candidate shifts keep to the opening hours and the meal's window."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from staffing.shift import DAY, ShiftRules, candidates


def test_a_day_from_nine_to_midnight_has_thirteen_starts() -> None:
    found = candidates(ShiftRules(), 540, 1440, 30)
    assert [s.name for s in (found[0], found[-1])] == ["09:00+8h", "15:00+8h"]
    assert len(found) == 13
    assert found[0].meals == (720, 750, 780, 810, 840)  # 12:00 to 14:00, done by 15:00


def test_short_shifts_have_no_meal() -> None:
    (short, *_) = candidates(ShiftRules(hours=(4.0,)), 540, 1440, 30)
    assert (short.meals, short.meal, short.end - short.start) == ((), 0, 240)


def test_only_a_queue_that_never_closes_has_shifts_over_midnight() -> None:
    assert max(s.end for s in candidates(ShiftRules(), 480, 1440, 30)) == DAY
    assert max(s.end for s in candidates(ShiftRules(), 0, 1440, 30)) > DAY
    assert max(s.end for s in candidates(ShiftRules(), 0, 1440, 30, overnight=False)) == DAY


def test_opening_hours_shorter_than_a_shift_still_have_one() -> None:
    for shift in candidates(ShiftRules(), 960, 1440, 30):  # 16:00-24:00, a shift lasts nine hours
        assert shift.start <= 960
        assert shift.end >= 1440


@given(
    st.integers(0, 46),
    st.integers(1, 48),
    st.sampled_from([15, 30, 60]),
    st.sampled_from([(8.0,), (4.0, 8.0), (10.0,)]),
)
def test_meals_lie_in_their_window_and_shifts_in_the_hours(
    a: int, b: int, interval: int, hours: tuple[float, ...]
) -> None:
    opens, closes = min(a, b) // 2 * 60, (max(a, b) // 2 + 1) * 60
    if closes > DAY:
        closes = DAY
    if opens >= closes:
        return
    rules = ShiftRules(hours=hours)
    found = candidates(rules, opens, closes, interval, overnight=False)
    assert {s.paid for s in found} == {round(h * 60) for h in hours}
    for s in found:
        assert 0 <= s.start < s.end <= DAY
        assert (opens <= s.start and s.end <= closes) or s.end - s.start > closes - opens
        for meal in s.meals:
            assert s.start + 180 <= meal
            assert meal + s.meal <= s.start + 360


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": ()},
        {"hours": (13.0,)},
        {"hours": (8.0, 8.0)},
        {"hours": (7.999,)},  # no whole minutes
        {"meal_after_h": 5.5},  # half an hour cannot hold a meal of one
        {"hours": (6.0,), "meal_before_h": 7.5},  # the meal would end after the shift
        {"start_step_min": 0},
        {"meal_minutes": 30},  # unknown key
    ],
)
def test_rules_that_no_shift_can_keep_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ShiftRules.model_validate(wrong)


@pytest.mark.parametrize(
    ("opens", "closes", "interval"), [(540, 540, 30), (-1, 600, 30), (0, 1500, 30), (0, 600, 1440)]
)
def test_hours_or_intervals_that_are_none_are_refused(opens: int, closes: int, interval: int) -> None:
    with pytest.raises(ValueError, match="must be minutes"):
        candidates(ShiftRules(), opens, closes, interval)
