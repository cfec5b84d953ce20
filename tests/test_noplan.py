"""An answer without a plan says why and hands over the nearest."""

from __future__ import annotations

from forecast.language import Text
from staffing.noplan import NoPlan


def test_it_says_every_conflict_and_keeps_the_nearest_plan() -> None:
    none = NoPlan([Text("{queue}: lacks {n}", queue="phone", n=2), Text("hire sooner")], nearest="the plan")
    assert none.say("en") == str(none) == "phone: lacks 2\nhire sooner"
    assert none.nearest == "the plan"
