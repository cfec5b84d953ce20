"""A queue's terms: defaults, hours, levels, and what is refused in which words."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from forecast.language import Text
from staffing import erlang
from staffing.queue import Label, Queue

HALF_HOUR = pd.Timedelta(minutes=30)
WEEK = pd.date_range("2026-06-15", periods=7 * 48, freq=HALF_HOUR)  # a Monday


def opened(queue: Queue, starts: pd.DatetimeIndex = WEEK, interval: pd.Timedelta = HALF_HOUR) -> list[str]:
    return [f"{t:%a %H:%M}" for t in starts[queue.open_at(starts, interval)]]


def test_an_empty_block_is_a_telephone_queue_open_day_and_night():
    queue = Queue()
    assert (queue.channel, queue.share, queue.answer_within_s, queue.patience_s) == ("voice", 0.8, 20, None)
    assert queue.open_at(WEEK, HALF_HOUR).all()


def test_a_queue_is_open_from_its_opening_to_its_closing_on_its_days():
    times = opened(Queue(opens="09:00", closes="10:30", open_days=[1, 3]))
    assert times == ["Mon 09:00", "Mon 09:30", "Mon 10:00", "Wed 09:00", "Wed 09:30", "Wed 10:00"]


def test_hours_past_midnight_belong_to_the_day_they_opened_on():
    times = opened(Queue(opens="23:00", closes="01:00", open_days=[7]))
    assert times == ["Mon 00:00", "Mon 00:30", "Sun 23:00", "Sun 23:30"]  # Monday's are of the Sunday before
    night = Queue(opens="22:00", closes="06:00")
    assert len(opened(night)) == 7 * 16


def test_an_interval_the_queue_is_open_for_in_part_counts_as_open():
    day = pd.date_range("2026-06-15", periods=24, freq="1h")
    assert opened(Queue(opens="09:45", closes="11:15"), day, pd.Timedelta(hours=1)) == [
        "Mon 09:00",
        "Mon 10:00",
        "Mon 11:00",
    ]


def test_midnight_may_be_written_as_the_end_of_the_day():
    assert opened(Queue(opens="23:00", closes="24:00", open_days=[1])) == ["Mon 23:00", "Mon 23:30"]
    assert opened(Queue(opens="23:00", closes="00:00", open_days=[1])) == ["Mon 23:00", "Mon 23:30"]


def test_a_queue_survives_the_way_to_a_file_and_back():
    queue = Queue(channel="chat", concurrency=3, opens="09:00", closes="24:00", label=Label(zh="聊天", en="Chat"))
    written = queue.model_dump(mode="json")
    assert (written["opens"], written["closes"]) == ("09:00", "24:00")
    assert Queue.model_validate(written) == queue
    assert Queue.model_validate(queue.model_dump()) == queue


def test_a_label_speaks_both_languages():
    assert [Label(zh="电话", en="Phone").say(language) for language in ("zh", "en")] == ["电话", "Phone"]


def test_the_measured_handle_time_is_that_of_a_full_agent():
    queue = Queue(channel="chat", concurrency=3, chat_slowdown=0.25)
    assert queue.handle_times(600) == pytest.approx((400, 500, 600))
    own = Queue(channel="chat", concurrency=3, aht_by_level=(1, 1.1, 1.6))
    assert own.handle_times(480) == pytest.approx((300, 330, 480))
    assert Queue().handle_times(300) == (300,)


@pytest.mark.parametrize(
    ("block", "place", "words"),
    [
        ({"opens": "25:00"}, "opens", "00:00 to 24:00, came '25:00'"),
        ({"opens": "9am"}, "opens", "came '9am'"),
        ({"closes": "24:30"}, "closes", "came '24:30'"),
        ({"opens": "09:00", "closes": "09:00"}, "", "came 09:00 and 09:00"),
        ({"opens": "24:00", "closes": "06:00"}, "", "came 24:00 and 06:00"),
        ({"open_days": [0, 1]}, "", "1 (Monday) to 7 (Sunday), came [0, 1]"),
        ({"open_days": [1, 1]}, "", "came [1, 1]"),
        ({"open_days": []}, "", "came []"),
        ({"concurrency": 3}, "", "expected 1 on voice, only chats are held together; came 3"),
        ({"channel": "chat", "concurrency": 2, "aht_by_level": (1.0,)}, "", "expected 2 values"),
        ({"channel": "chat", "concurrency": 2, "aht_by_level": (0.9, 1.0)}, "", "the first 1"),
        # two chats of 2.1 each are finished later than one after the other
        ({"channel": "chat", "concurrency": 2, "aht_by_level": (1.0, 2.1)}, "", "holding 2 chats would finish fewer"),
        ({"channel": "chat", "concurrency": 3, "chat_slowdown": 1.2}, "", "expected at most 1"),
    ],
)
def test_terms_that_do_not_agree_are_refused_in_both_languages_words(block: dict[str, Any], place: str, words: str):
    with pytest.raises(ValidationError) as refused:
        Queue.model_validate(block)
    (error,) = refused.value.errors()
    assert ".".join(map(str, error["loc"])) == place
    text = error["ctx"]["error"].args[0]
    assert isinstance(text, Text)
    assert words in str(text)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("share", 1.0),  # of everybody, always: no number of agents can
        ("share", 80),  # a percentage
        ("answer_within_s", 0),
        ("patience_s", 0),
        ("aht_s", float("inf")),
        ("concurrency", 9),
        ("deadline_s", -1),
        ("max_occupancy", 1.01),
        ("shrinkage", 1.0),
        ("counted_of", "all"),
        ("channel", "fax"),
        ("patience", 120),  # an unknown key: it is patience_s
    ],
)
def test_a_value_out_of_bounds_or_an_unknown_key_is_refused_with_its_place(key: str, value: object):
    with pytest.raises(ValidationError) as refused:
        Queue.model_validate({key: value})
    assert refused.value.errors()[0]["loc"] == (key,)


def test_every_wrong_key_is_told_at_once():
    with pytest.raises(ValidationError) as refused:
        Queue.model_validate({"share": 2, "aht_s": 0, "colour": "red"})
    assert {error["loc"] for error in refused.value.errors()} == {("share",), ("aht_s",), ("colour",)}


def test_shrinkage_by_component_adds_up_exactly_and_replaces_the_single_number():
    parts = {"breaks": 0.1, "training": 0.05, "meetings": 0.05, "absence": 0.1}
    queue = Queue.model_validate({"shrinkage_by": parts})
    assert queue.shrinkage == 0.3  # 0.1 + 0.05 + 0.05 + 0.1 is 0.30000000000000004 in floats
    assert erlang.scheduled(21, queue.shrinkage) == 30
    again = Queue.model_validate(queue.model_dump(exclude_none=True))
    assert again == queue


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ({"breaks": 0.6, "absence": 0.4}, "add up to less than 1, came 1.0"),
        ({"holiday": 0.1}, "holiday"),
        ({"breaks": -0.1}, "breaks"),
        ({"breaks": 1.0}, "breaks"),
    ],
)
def test_shrinkage_that_leaves_nobody_or_has_no_such_part_is_refused(shares: dict[str, float], said: str):
    with pytest.raises(ValidationError, match=said):
        Queue.model_validate({"shrinkage_by": shares})


def test_two_numbers_for_one_shrinkage_are_refused():
    with pytest.raises(ValidationError, match=r"expected 0.1, the sum of shrinkage_by.*came 0.2"):
        Queue.model_validate({"shrinkage": 0.2, "shrinkage_by": {"breaks": 0.1}})


def test_a_chat_takes_longer_the_more_are_held_beyond_those_it_was_measured_with():
    three = Queue(channel="chat", concurrency=3, chat_slowdown=0.5)
    four = three.model_copy(update={"concurrency": 4, "measured_at": 3})
    assert three.handle_times(600) == (300, 450, 600)
    assert four.handle_times(600) == (300, 450, 600, 750)
    told = Queue(channel="chat", concurrency=2, aht_by_level=(1.0, 1.4))
    assert told.model_copy(update={"concurrency": 3, "measured_at": 2}).handle_times(700) == pytest.approx(
        (500, 700, 900)
    )
    assert told.worthwhile(6) == 6
    assert Queue(channel="chat", aht_by_level=(1.0,)).model_copy(update={"chat_slowdown": 2.0}).worthwhile(3) == 3
    assert Queue(channel="chat", chat_slowdown=1.5).worthwhile(4) == 1
