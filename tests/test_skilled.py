"""Simulated agents of several skills: exact chains, Erlang's formulas, and mixes that keep their promises."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.problem import Refused
from staffing import erlang
from staffing.mix import ProvedMix, proved
from staffing.noplan import NoPlan
from staffing.pool import pooled
from staffing.queue import Queue
from staffing.requirement import NUMBERS, Requirement
from staffing.simulate.skilled import SkilledService, service
from staffing.skill import Group, uncovered

HALF_HOUR = pd.Timedelta(minutes=30)
START = pd.Timestamp("2026-06-15 10:00")
VOICE = Queue(patience_s=120, max_occupancy=1.0)
PHONE, HOTLINE, BOTH = (
    Group(frozenset({"phone"})),
    Group(frozenset({"hotline"})),
    Group(frozenset({"hotline", "phone"}), 1.1),
)


def make_requirement(loads: dict[str, float], aht: float = 300.0) -> Requirement:
    """One half-hour with these erlangs by queue."""
    table = pd.DataFrame({"start": START, "queue": list(loads)})
    table[list(NUMBERS)] = 0.0
    table["load_erlang"] = list(loads.values())
    table["contacts"], table["aht_s"] = table["load_erlang"] * HALF_HOUR.total_seconds() / aht, aht
    return Requirement(table, HALF_HOUR)


NEEDED = make_requirement({"phone": 20.0, "hotline": 15.0})
QUEUES = {"phone": VOICE, "hotline": VOICE}


def check_near(found: SkilledService, column: str, expected: float, queue: str, within: float = 0.006) -> None:
    assert found.queues.set_index("queue").loc[queue, column] == pytest.approx(expected, abs=within), (queue, column)


def totals(made: ProvedMix) -> tuple[int, int]:
    return int(made.agents["covering"].sum()), int(made.agents["agents"].sum())


# --- exact formulas


@pytest.mark.parametrize(("load", "agents", "patience"), [(20.0, 22, 120.0), (20.0, 15, 60.0), (3.0, 5, None)])
def test_one_group_before_one_queue_is_erlang(load: float, agents: int, patience: float | None):
    queue = Queue(patience_s=patience)
    found = service(make_requirement({"q": load}), START, {"q": queue}, {"g": Group(frozenset("q"))}, {"g": agents})
    desk = (load / 300, 300, agents)
    check_near(found, "service_level", erlang.service_level(*desk, 20, patience or np.inf), "q", 0.008)
    check_near(found, "abandonment", erlang.abandonment(*desk, patience or np.inf), "q")
    busy = erlang.occupancy(*desk, patience or np.inf)
    assert found.groups.loc[0, "occupancy"] == pytest.approx(busy, abs=0.006)
    assert found.queues.loc[0, "busy"] == pytest.approx(busy * agents, abs=0.006 * agents)


def test_the_share_may_be_counted_of_the_answered():
    queue = Queue(patience_s=60, counted_of="answered")
    found = service(make_requirement({"q": 20.0}), START, {"q": queue}, {"g": Group(frozenset("q"))}, {"g": 17})
    check_near(found, "service_level", erlang.service_level(20 / 300, 300, 17, 20, 60, "answered"), "q", 0.01)


def test_a_team_that_can_do_everything_is_erlang_on_the_sum():
    found = service(NEEDED, START, QUEUES, {"both": BOTH}, {"both": 36})
    for queue in QUEUES:
        check_near(found, "service_level", erlang.service_level(35 / 300, 300, 36, 20, 120), queue, 0.012)
        check_near(found, "abandonment", erlang.abandonment(35 / 300, 300, 36, 120), queue)
    assert found.groups.loc[0, "occupancy"] == pytest.approx(erlang.occupancy(35 / 300, 300, 36, 120), abs=0.006)


def test_separate_teams_are_two_desks_of_erlang():
    found = service(NEEDED, START, QUEUES, {"a": PHONE, "b": HOTLINE}, {"a": 21, "b": 18})
    for queue, load, agents in (("phone", 20, 21), ("hotline", 15, 18)):
        check_near(found, "service_level", erlang.service_level(load / 300, 300, agents, 20, 120), queue, 0.012)
        check_near(found, "abandonment", erlang.abandonment(load / 300, 300, agents, 120), queue)


def exact(
    rates: tuple[float, float], done: tuple[float, float], gone: tuple[float, float], longest: int
) -> tuple[list[float], list[float], list[float]]:
    """One agent for queue 0, one for both, lines of at most `longest`: answered at once, gone and busy, solved.

    A state is (specialist busy, what the versatile one works on or -1, the queues of those in line, by arrival).
    """
    index: dict[tuple[int, int, tuple[int, ...]], int] = {(0, -1, ()): 0}
    moves: list[tuple[int, int, float]] = []
    states = [(0, -1, ())]

    def go(at: int, to: tuple[int, int, tuple[int, ...]], rate: float) -> None:
        if to not in index:
            index[to] = len(index)
            states.append(to)
        moves.append((at, index[to], rate))

    for at, (one, two, line) in enumerate(states):  # grows while it is read
        for queue, rate in enumerate(rates):
            if queue == 0 and not one:
                go(at, (1, two, line), rate)
            elif two < 0:
                go(at, (one, queue, line), rate)
            elif len(line) < longest:
                go(at, (one, two, (*line, queue)), rate)
        if one:
            if 0 in line:
                i = line.index(0)
                go(at, (1, two, line[:i] + line[i + 1 :]), done[0])
            else:
                go(at, (0, two, line), done[0])
        if two >= 0:
            go(at, (one, line[0], line[1:]) if line else (one, -1, ()), done[two])
        for i, queue in enumerate(line):
            go(at, (one, two, line[:i] + line[i + 1 :]), gone[queue])
    flow = np.zeros((len(states), len(states)))
    for at, to, rate in moves:
        flow[to, at] += rate
        flow[at, at] -= rate
    share = np.linalg.lstsq(np.vstack([flow, np.ones(len(states))]), np.eye(len(states) + 1)[-1], rcond=None)[0]

    def mean(value: object) -> float:
        return float(sum(p * value(*state) for p, state in zip(share, states, strict=True)))  # type: ignore[operator]

    at_once = [mean(lambda one, two, line: not one or two < 0), mean(lambda one, two, line: two < 0)]
    lost = [mean(lambda one, two, line, q=q: line.count(q)) * gone[q] / rates[q] for q in (0, 1)]
    return at_once, lost, [mean(lambda one, two, line: one), mean(lambda one, two, line: two >= 0)]


def test_a_specialist_and_a_versatile_agent_are_their_exact_chain():
    rates, handle, patience = (1 / 200, 1 / 400), (300.0, 180.0), (90.0, 120.0)
    done, gone = (1 / handle[0], 1 / handle[1]), (1 / patience[0], 1 / patience[1])
    at_once, lost, busy = exact(rates, done, gone, longest=7)
    table = make_requirement({"x": 1.0, "y": 1.0}).table.assign(contacts=[9.0, 4.5], aht_s=handle)
    queues = {n: Queue(patience_s=p, answer_within_s=1e-9) for n, p in zip("xy", patience, strict=True)}
    # the versatile one is listed first: whose turn it is follows from the skills
    groups = {"both": Group(frozenset("xy")), "x only": Group(frozenset("x"))}
    found = service(Requirement(table, HALF_HOUR), START, queues, groups, {"x only": 1, "both": 1}, contacts=50_000)
    for place, queue in enumerate("xy"):
        check_near(found, "service_level", at_once[place], queue, 0.004)
        check_near(found, "abandonment", lost[place], queue, 0.004)
    assert found.groups["occupancy"].tolist() == pytest.approx(busy[::-1], abs=0.004)


def test_the_interval_of_confidence_holds_the_exact_share_about_as_often_as_it_says():
    truth = erlang.service_level(4 / 300, 300, 5, 20, 120)
    desk = (make_requirement({"q": 4.0}), START, {"q": VOICE}, {"g": Group(frozenset("q"))}, {"g": 5})
    inside = 0
    for seed in range(200):
        row = service(*desk, seed=seed, samples=10, contacts=500).queues.loc[0]
        inside += row["low"] <= truth <= row["high"]
    assert 178 <= inside <= 199  # 190 expected, give or take four standard deviations


def test_a_line_without_end_is_simulated_and_a_queue_without_contacts_keeps_its_promise():
    queue = Queue(patience_s=None)
    needed = make_requirement({"q": 20.0, "still": 0.0})
    found = service(needed, START, {"q": queue, "still": queue}, {"g": Group(frozenset("q"))}, {"g": 10}, samples=2)
    assert found.queues.set_index("queue").loc["q", "service_level"] < 0.01
    assert found.groups.loc[0, "occupancy"] == pytest.approx(1, abs=1e-3)
    assert found.queues.set_index("queue").loc["still", ["service_level", "low", "high"]].tolist() == [1, 1, 1]
    assert found.failing["queue"].tolist() == ["q"]


def test_nobody_there_loses_everybody():
    found = service(NEEDED, START, QUEUES, {"a": PHONE}, {"a": 30}, samples=2)
    rows = found.queues.set_index("queue")
    assert rows.loc["hotline", ["service_level", "abandonment", "busy"]].tolist() == [0, 1, 0]
    assert rows.loc["phone", "service_level"] > 0.95


# --- simulate and cut


def test_separate_teams_need_no_proof_beyond_erlang():
    made = proved(NEEDED, START, QUEUES, {"a": PHONE, "b": HOTLINE})
    assert made.agents["agents"].tolist() == [22, 17]
    assert totals(made) == (39, 39)


def test_a_covering_mix_that_breaks_a_promise_grows_until_it_keeps_all():
    groups = {"phone": PHONE, "hotline": HOTLINE, "both": BOTH}
    made = proved(NEEDED, START, QUEUES, groups)
    covering = dict(zip(made.agents["group"], made.agents["covering"], strict=True))
    assert len(service(NEEDED, START, QUEUES, groups, covering).failing) > 0  # the conditions are not sufficient
    assert len(made.service.failing) == 0
    present = made.agents.assign(start=START)[["start", "group", "agents"]]
    assert uncovered(pooled(NEEDED, QUEUES), groups, present).empty
    # between one common team and separate ones, and cheaper than either
    assert totals(made)[0] == 37
    assert 37 <= totals(made)[1] <= 38
    assert (made.agents["agents"] * made.agents["cost"]).sum() < 39 < 1.1 * 37


def test_the_same_seed_proves_the_same_mix():
    groups = {"phone": PHONE, "both": BOTH}
    first, again = (proved(NEEDED, START, QUEUES, groups, seed=3, contacts=2000) for _ in range(2))
    pd.testing.assert_frame_equal(first.agents, again.agents)
    pd.testing.assert_frame_equal(first.service.queues, again.service.queues)
    other = service(NEEDED, START, QUEUES, groups, dict(first.agents[["group", "agents"]].to_numpy()), seed=4)
    assert not other.queues["service_level"].equals(first.service.queues["service_level"])


def test_people_who_may_not_be_more_are_no_plan():
    groups = {"phone": Group(PHONE.skills, most=20), "hotline": HOTLINE, "both": Group(BOTH.skills, most=2)}
    with pytest.raises(NoPlan, match=r"phone: .* of its contacts are answered in time where 80\.0% are") as told:
        proved(NEEDED, START, QUEUES, groups)
    nearest = told.value.nearest
    assert isinstance(nearest, ProvedMix)
    assert nearest.service.failing["queue"].tolist() == ["phone"]
    assert (nearest.agents["agents"] <= [20, 10_000, 2]).all()
    with pytest.raises(NoPlan, match="phone: 22 agents are needed"):
        proved(NEEDED, START, QUEUES, {"phone": Group(PHONE.skills, most=20), "hotline": HOTLINE})
    with pytest.raises(TimeoutError, match="steps: 1 simulations"):
        proved(NEEDED, START, QUEUES, {"phone": PHONE, "hotline": HOTLINE, "both": BOTH}, steps=1)


def test_what_cannot_be_simulated_is_refused_by_name():
    groups, there = {"both": BOTH}, {"both": 40}
    with pytest.raises(Refused, match=r"phone\.channel: expected voice"):
        service(NEEDED, START, QUEUES | {"phone": Queue(channel="chat", concurrency=2)}, groups, there)
    with pytest.raises(Refused, match=r"hotline\.counted_of: expected offered or answered"):
        proved(NEEDED, START, QUEUES | {"hotline": Queue(counted_of="virtual")}, groups)
    with pytest.raises(ValueError, match="got none of hotline, phone"):
        service(NEEDED, START + HALF_HOUR, QUEUES, groups, there)
    with pytest.raises(ValueError, match="samples: expected 2 or more, got 1"):
        service(NEEDED, START, QUEUES, groups, there, samples=1)
    with pytest.raises(ValueError, match="agents: expected 0 or more"):
        service(NEEDED, START, QUEUES, groups, {"both": -1})
