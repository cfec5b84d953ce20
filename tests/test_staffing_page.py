"""What the staffing page says: why a number, what the next agent buys, and where a simulation shows less."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.forecast import LEVELS, Forecast
from forecast.ui.reader import Reader
from staffing import explain, requirement
from staffing.queue import Queue
from staffing.requirement import Confidence
from staffing.ui import buys, pooling, proof, why
from staffing.ui.requirement import cell
from tests.planning import source

EN, ZH = Reader("en", {"phone": "Phone"}), Reader("zh")
HALF_HOUR = pd.Timedelta(minutes=30)
NINE = pd.Timestamp("2026-06-15 09:00")
PHONE = Queue(patience_s=180, max_occupancy=1.0, shrinkage=0.2)
CHAT = Queue(channel="chat", concurrency=3, answer_within_s=60, max_occupancy=0.85, patience_s=180)
MAIL = Queue(channel="ticket", deadline_s=4 * 3600, share=0.95, fills=("phone",), shrinkage=0)


def reason(contacts: float, queue: Queue, width: float = 0.0, confidence: Confidence = "expected") -> explain.Reason:
    starts = pd.date_range("2026-06-15", periods=24, freq=HALF_HOUR)
    names = ["phone", "q"] if queue.fills else ["q"]
    table = pd.concat([pd.DataFrame({"start": starts, "queue": n, "mean": contacts}) for n in names], ignore_index=True)
    for place, level in enumerate(LEVELS):
        table[level] = contacts * (1 + width * (place - 4) / 4)
    told, queues = Forecast(table.assign(aht_s=300.0), HALF_HOUR), {"q": queue, "phone": PHONE}
    needed = requirement.agents(told, queues, confidence=confidence)
    return explain.reason(explain.queued(needed, told, queues, "q", confidence), NINE)


def words(
    contacts: float, queue: Queue, width: float = 0.0, confidence: Confidence = "expected", t: Reader = EN
) -> str:
    return "\n".join(why.words(reason(contacts, queue, width, confidence), queue, HALF_HOUR, confidence, t))


def test_the_words_tell_the_way_from_the_load_to_the_agents_scheduled():
    found = reason(300, PHONE, 0.3)
    said = why.words(found, PHONE, HALF_HOUR, "expected", EN)
    assert said[0].startswith("300.0 contacts in 30 minutes, 300 s each, make a load of 50.0 erlang")
    assert said[1] == (
        f"Promised: 80% of all contacts answered within 20 s. At a steady rate that takes {found.steady}."
    )
    assert f"{found.agents}, {found.safety} of them for safety" in said[-3]
    fewer = found.curve.set_index("agents").loc[found.agents - 1, "service_level"]
    assert said[-2] == f"The promise binds: with one agent fewer {fewer:.1%} would be in time."
    assert said[-1].startswith("20% of paid time is lost (absence, training, meetings)")
    assert f"{found.scheduled} are scheduled so that {found.agents} are at work" in said[-1]
    assert len(said) <= 6


@pytest.mark.parametrize(
    ("queue", "width", "confidence", "expected"),
    [
        (PHONE, 0.3, 0.75, "The promise binds: one agent fewer would keep it on "),
        (PHONE, 0.3, 0.9, "The promise binds: one agent fewer would keep it on not quite 90% of days"),
        (PHONE, 0.0, "certain", "The day is taken as forecast"),
        (CHAT, 0.0, "expected", "The cap on occupancy binds: one agent fewer would be busy "),
        (CHAT, 0.3, 0.9, "The cap on occupancy binds: on that day one agent fewer would be busy more than 85%"),
        (CHAT, 0.3, 0.9, "To keep it on 90% of days it is staffed for 1.1"),
        (PHONE.model_copy(update={"counted_of": "answered"}), 0.0, "expected", "80% of the contacts answered answered"),
    ],
)
def test_the_words_name_what_binds(queue: Queue, width: float, confidence: Confidence, expected: str):
    assert expected in words(300, queue, width, confidence)


def test_the_words_of_tickets_speak_of_their_deadline_and_of_no_answer():
    said = words(60, MAIL, 0.2)
    assert "95% done within 4 opening hours" in said
    assert "Agents of Phone work on tickets while they would be idle" in said
    assert "Busy days may follow each other" in said
    assert "answered" not in said
    assert "paid time" not in said  # nothing is lost
    assert "Busy days" not in words(60, MAIL, 0.2, "certain")


def test_an_interval_without_contacts_and_one_of_a_single_agent_say_so():
    assert words(0, PHONE) == "No contacts are expected in this interval."
    assert "One agent is the fewest there can be." in words(0.2, PHONE)


def test_shrinkage_is_told_by_what_takes_it_where_the_queue_says():
    told = {"breaks": 0.05, "training": 0.02, "meetings": 0.0, "absence": 0.08}
    queue = Queue.model_validate({"shrinkage_by": told})
    assert why.lost(queue, EN) == "breaks 5.0%, training 2.0%, absence 8.0%"
    assert "15.0% of paid time is lost (breaks 5.0%" in words(100, queue)


def test_chinese_words_hold_no_english_ones():
    for queue in (PHONE, CHAT, MAIL.model_copy(update={"fills": ()})):
        for confidence in ("expected", "certain", 0.9):
            said = words(100, queue, 0.2, confidence, ZH)
            assert not [c for c in said if c.isascii() and c.isalpha()], said


def curve() -> pd.DataFrame:
    columns = {"service_level": [0.7, 0.8, 0.86], "abandonment": [0.1, 0.06, 0.03], "occupancy": [0.9, 0.85, 0.8]}
    return pd.DataFrame({"agents": [9, 10, 11], **columns, "kept": [0.3, 0.5, 0.7]})


def test_cost_is_the_hours_scheduled_at_the_mean_price():
    told = buys.priced(curve(), 0.2, 40.0, HALF_HOUR)
    assert told["cost"].tolist() == [12 * 20.0, 13 * 20.0, 14 * 20.0]
    assert "cost" not in buys.priced(curve(), 0.2, float("nan"), HALF_HOUR)


def test_an_hours_price_is_the_mean_over_the_sources_and_unknown_without_any():
    monthly, by_contact = source(), source(contract={"kind": "contact", "contact_cny": 2.0})
    rows = pd.DataFrame({"scheduled": [10, 10], "contacts": [60.0, 40.0]})
    hourly = 5000 * 12 / 365 * 7 / 40
    assert buys.mean_hour_cny([monthly], rows, HALF_HOUR) == pytest.approx(hourly)
    assert buys.mean_hour_cny([monthly, by_contact], rows, HALF_HOUR) == pytest.approx((hourly + 2.0 * 10) / 2)
    assert np.isnan(buys.mean_hour_cny([], rows, HALF_HOUR))


def test_one_agent_more_and_one_fewer_are_told_with_what_changes():
    more, fewer = buys.steps(buys.priced(curve(), 0.2, 40.0, HALF_HOUR), 10, EN)
    assert more == (
        "One agent more, 11 at work: in time 86.0% (+6.0 points); promise kept on 70% of days (now 50%); busy 80.0%; "
        "¥20.00 more in this interval."
    )
    assert fewer.startswith("One agent fewer, 9 at work: in time 70.0% (−10.0 points)")
    assert "¥20.00 less" in fewer
    assert len(buys.steps(curve(), 11, EN)) == 1  # the curve ends
    assert "kept" not in buys.steps(curve().drop(columns="kept"), 10, EN)[0]


def replayed(level: list[float], promised: float = 0.8, half: float = 0.02, days: int = 1) -> pd.DataFrame:
    starts = [NINE + pd.Timedelta(days=i % days) + HALF_HOUR * (i // days) for i in range(len(level))]
    table = pd.DataFrame({"start": starts, "contacts": 50.0, "promised": promised, "service_level": level})
    return table.assign(low=table["service_level"] - half, high=table["service_level"] + half)


def test_the_whole_weeks_interval_narrows_with_days_and_not_with_intervals():
    middle, low, high = proof.overall(replayed([0.8] * 20))
    assert (middle, low, high) == pytest.approx((0.8, 0.78, 0.82))
    _middle, low, high = proof.overall(replayed([0.8] * 20, days=4))
    assert (high - low) / 2 == pytest.approx(0.01)


def test_intervals_outside_are_listed_the_worst_first_and_those_inside_are_not():
    found = proof.outside(replayed([0.8, 0.7, 0.9, 0.75, 0.81]))
    assert found["points"].tolist() == pytest.approx([-10, -5, 10])


@pytest.mark.parametrize(
    ("promised", "said"), [(0.9, "less than promised"), (0.7, "more than promised"), (0.8, "agrees with the promise")]
)
def test_the_verdict_is_plain(promised: float, said: str):
    rows = replayed([0.8, 0.79], promised)
    lines = proof.verdict(proof.outside(rows), *proof.overall(rows), promised, 0.62, "expected", EN)
    assert said in lines[0]
    assert "62% of the sampled days keep it" in lines[1]
    assert (len(lines) == 3) == (promised == 0.9)


def test_queues_that_share_agents_are_live_alike_and_busy():
    queues = {"a": PHONE, "b": PHONE, "c": CHAT, "m": MAIL, "idle": PHONE}
    rows = pd.DataFrame({"queue": ["a", "b", "c", "m", "idle"], "contacts": [5.0, 5.0, 5.0, 5.0, 0.0]})
    assert pooling.together(queues, "a", rows) == ("a", "b")
    assert pooling.together(queues, "c", rows) == ("c",)
    assert pooling.together(queues, "m", rows) == ("m",)
    assert pooling.together(queues, "idle", rows) == ()


def test_a_click_on_the_cell_clicked_before_comes_as_none_and_is_that_cell():
    assert cell([], None) is None
    assert cell([{"series_index": 1, "data_indices": [0]}], 4) == 4
