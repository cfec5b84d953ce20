"""Sources refuse terms that contradict each other."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from staffing.source import Source
from tests.planning import source

LABEL = {"zh": "自有", "en": "Own"}
PAY = {"kind": "payroll", "wage_month_cny": 6500}
SEAT = {"kind": "seat", "seat_month_cny": 5200}


def test_own_people_take_five_weeks_and_a_vendor_two_unless_told() -> None:
    own = Source.model_validate({"label": LABEL, "kind": "inhouse", "contract": PAY})
    vendor = Source.model_validate({"label": LABEL, "kind": "vendor", "contract": SEAT})
    assert (own.lead_weeks, own.training_weeks) == (5, 2)
    assert (vendor.lead_weeks, vendor.training_weeks) == (2, 1)


def test_a_short_lead_time_given_alone_shortens_the_training() -> None:
    own = Source.model_validate({"label": LABEL, "kind": "inhouse", "contract": PAY, "lead_weeks": 1})
    assert own.training_weeks == 1


def test_no_queues_means_every_queue() -> None:
    assert source().serves("anything")
    assert not source(queues=("phone",)).serves("chat")


def test_productivity_rises_to_full() -> None:
    learner = source(learning=(0.7, 0.85))
    assert [learner.productivity(age) for age in range(4)] == [0.7, 0.85, 1.0, 1.0]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"min_share": 0.6, "max_share": 0.5}, "expected min_share of at most max_share 0.5, came 0.6"),
        ({"lead_weeks": 1, "training_weeks": 2}, "expected training_weeks of at most lead_weeks 1, came 2"),
        ({"staff": 9, "max_seats": 8}, "expected staff of at most max_seats 8, came 9"),
        ({"queues": ("a", "a")}, "expected every queue once, came a, a"),
        ({"contract": PAY}, "expected a contract of kind seat or contact for kind vendor, came payroll"),
        ({"learning": (0.7, 1.2)}, "less than or equal to 1"),
        ({"learning": (0.0,)}, "greater than 0"),
        ({"attrition_per_week": 1.0}, "less than 1"),
        ({"hours_per_week": 0}, "greater than 0"),
        ({"ramp": 3}, "Extra inputs are not permitted"),
    ],
)
def test_contradictions_are_said_with_what_was_expected_and_what_came(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        source("vendor", **changed)
