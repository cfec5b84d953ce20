"""Chat: the chain against reference values, chains solved one by one, a simulation of agents, limits and laws."""

from __future__ import annotations

import heapq
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from forecast.language import Text
from staffing import chat, erlang, evenly, levels
from staffing.waiting import Line

AHT = np.array([480.0, 570.0, 720.0])


def simulated(rate: float, aht: list[float], agents: int, within: float, patience: float, chats: int) -> float:
    """Share of the chats offered that an agent takes in time: agents one by one, the next chat to who holds fewest."""
    rng = np.random.default_rng(20)
    levels = len(aht)
    held = np.zeros(agents, dtype=int)
    pace = np.array([0.0, *((k + 1) / h for k, h in enumerate(aht))])
    line: list[tuple[float, float]] = []  # arrival, when the customer gives up
    in_time = offered = 0
    now, arrival = 0.0, rng.exponential(1 / rate)
    while offered < chats:
        working = pace[held]
        total = working.sum()
        done = now + rng.exponential(1 / total) if total else math.inf
        if arrival <= done:
            now = arrival
            arrival = now + rng.exponential(1 / rate)
            offered += 1
            free = int(held.argmin())
            if held[free] < levels:
                held[free] += 1
                in_time += 1
            else:
                heapq.heappush(line, (now, now + rng.exponential(patience)))
            continue
        now = done
        agent = int(rng.choice(agents, p=working / total))
        held[agent] -= 1
        while line:
            came, gives_up = heapq.heappop(line)
            if gives_up > now:
                held[agent] += 1
                in_time += now - came <= within
                break
    return in_time / offered


def solved(rate: float, aht: NDArray[np.float64], agents: int, patience: float) -> Line:
    """The line behind a chain solved for this very question, its states added up one by one."""
    weight = 1.0
    for pace in levels.exact(rate * aht[0], tuple((aht / aht[0]).tolist()), agents) / aht[0]:
        weight = 1 + weight * pace / rate
    full = aht[-1]
    line = (rate * full, agents * len(aht), weight, patience / full)
    return Line.behind(*(np.array([float(v)]) for v in line))


def test_the_chain_equals_every_reference_value(shared: Path):
    reference = json.loads((shared / "reference" / "erlang.json").read_text(encoding="utf-8"))
    for row in reference["chat"]:
        aht, patience = np.array(row["aht_min"]) * 60, row["patience_min"] * 60
        rate, agents, exact = row["lam_per_min"] / 60, row["agents"], row["exact"]
        level = chat.service_level(rate, aht, agents, row["T_min"] * 60, patience)
        gone = chat.abandonment(rate, aht, agents, patience)
        assert level == pytest.approx(exact["sl_offered"], abs=2e-6), row
        assert gone == pytest.approx(exact["p_abandon"], abs=2e-6), row
        assert chat.mean_wait(rate, aht, agents, patience) == pytest.approx(exact["asa_all"] * 60, abs=1e-3), row
        # chats held are the chats finished, times the time each takes
        finished = row["lam_per_min"] * (1 - exact["p_abandon"])
        took = chat.mean_handle_time(rate, aht, agents, patience) / 60
        assert took == pytest.approx(exact["mean_chats"] / finished, rel=1e-4), row
    for row in reference["chat_required_agents"]:
        aht = np.array(row["aht_min"]) * 60
        found = chat.agents_for(
            row["lam_per_min"] / 60, aht, row["T_min"] * 60, row["target"], row["patience_min"] * 60
        )
        assert found == row["exact_agents"], row


def test_headcounts_are_those_of_chains_solved_one_by_one():
    rng = np.random.default_rng(11)
    shapes = [[480, 570, 720], [480, 720], [480, 800, 1200], [300, 200, 150], [600, 660, 780, 960]]
    for _ in range(120):
        aht = np.array(shapes[rng.integers(len(shapes))], dtype=float) * rng.uniform(0.5, 2)
        agents = int(rng.integers(1, 24 if len(aht) < 4 else 10))
        rate = rng.uniform(0.6, 1.2) * agents * len(aht) / aht[-1]
        patience, most = float(rng.choice([60, 300, np.inf])), float(rng.choice([0.85, 1.0]))
        within, target = float(rng.choice([0, 30, 120])), float(rng.choice([0.5, 0.8, 0.95]))
        found = chat.agents_for(rate, aht, within, target, patience, max_occupancy=most)

        def kept(
            n: int,
            desk: tuple[float, NDArray[np.float64]] = (rate, aht),
            promise: tuple[float, float, float, float] = (within, target, patience, most),
        ) -> bool:
            line = solved(*desk, n, promise[2])
            level = line.within(np.array([promise[0] / desk[1][-1]]), "offered")
            return bool(level[0] >= promise[1] and line.occupancy[0] <= promise[3])

        assert kept(found)
        assert not kept(found - 1)


@pytest.mark.parametrize("per_minute", [0.811, 1.977, 3.289])
def test_near_a_target_even_chats_would_be_an_agent_short(per_minute: float):
    aht = np.array([480.0, 800.0, 1200.0])
    rate, needed = per_minute / 60, chat.agents_for(per_minute / 60, aht, 30, 0.8, 120)
    fewer = np.array([needed - 1.0])
    lower = evenly.below_full(np.array([rate]), aht[None], fewer)
    even = Line.behind(rate * aht[-1:], fewer * 3, lower, 120 / aht[-1:]).within(30 / aht[-1:], "offered")
    assert even >= 0.8
    assert chat.service_level(rate, aht, needed - 1, 30, 120) < 0.798


def test_a_rate_on_the_very_edge_is_decided_by_the_chain_itself():
    low, high = 0.5 * 9 * 3 / 720, 1.5 * 9 * 3 / 720  # the rate at which nine agents just keep the promise
    for _ in range(45):
        middle = (low + high) / 2
        kept = solved(middle, AHT, 9, 120).within(np.array([30 / 720]), "offered")[0] >= 0.8
        low, high = (middle, high) if kept else (low, middle)
    assert chat.agents_for(low * (1 - 1e-7), AHT, 30, 0.8, 120) == 9
    assert chat.agents_for(high * (1 + 1e-7), AHT, 30, 0.8, 120) == 10


def test_dividing_by_a_concurrency_factor_is_far_off():
    # 2.4 chats a minute: the chain says 10; Erlang C says 15 with 12-minute chats divided by 2.5, and 24 with 8-minute
    # chats, a third of which is 8
    rate = 2.4 / 60
    assert chat.agents_for(rate, AHT, 30, 0.8, 120) == 10
    assert erlang.agents_for(rate, 720 / 2.5, 30, 0.8) == 15
    assert erlang.agents_for(rate, 480, 30, 0.8) / 3 == 8


@pytest.mark.parametrize(
    ("rate", "aht", "agents"), [(1.2 / 60, [480.0, 570.0, 720.0], 5), (2.5 / 60, [300.0, 500.0], 8)]
)
def test_the_chain_is_what_a_simulation_of_agents_shows(rate: float, aht: list[float], agents: int):
    shown = simulated(rate, aht, agents, 30, 120, chats=60_000)
    assert chat.service_level(rate, aht, agents, 30, 120) == pytest.approx(shown, abs=0.008)


@settings(deadline=None)
@given(st.floats(1e-6, 1e4), st.floats(0.01, 2), st.one_of(st.floats(0.1, 1e6), st.just(math.inf)))
def test_one_chat_at_a_time_is_a_telephone_desk(load: float, staffed: float, patience: float):
    desk = (load / 300, 300, math.ceil(load * staffed))
    alike = (load / 300, [300], desk[2])
    assert chat.service_level(*alike, 20, patience) == erlang.service_level(*desk, 20, patience)
    assert chat.abandonment(*alike, patience) == erlang.abandonment(*desk, patience)
    assert chat.mean_wait(*alike, patience) == erlang.mean_wait(*desk, patience)
    assert chat.occupancy(*alike, patience) == erlang.occupancy(*desk, patience)


def test_chats_that_do_not_slow_each_other_are_as_many_desks():
    # three chats at once of 300 s each: 3 n telephone agents
    assert chat.service_level(0.1, [300.0] * 3, 11, 20, 90) == pytest.approx(
        erlang.service_level(0.1, 300, 33, 20, 90), rel=1e-12
    )


@settings(deadline=None)
@given(
    st.floats(-6, 5).map(lambda e: 10.0**e),
    st.lists(st.floats(0, 1), min_size=0, max_size=7),
    st.floats(0, 2),
    st.floats(0, 600),
    st.one_of(st.floats(-3, 7).map(lambda e: 10.0**e), st.just(math.inf)),
)
def test_nothing_is_ever_not_a_number_and_more_agents_are_never_worse(
    load: float, gains: list[float], staffed: float, within: float, patience: float
):
    pace = np.cumsum([1.0, *gains]) / 300  # what an agent finishes with 1, 2, ... chats
    aht = np.arange(1, len(pace) + 1) / pace
    rate = load / 300
    agents = np.arange(2) + math.ceil(staffed * rate / pace[-1])
    level = chat.service_level(rate, aht, agents, within, patience)
    assert np.all((level >= 0) & (level <= 1))
    assert level[1] >= level[0] - 1e-9
    gone, busy = chat.abandonment(rate, aht, agents, patience), chat.occupancy(rate, aht, agents, patience)
    assert gone[1] <= gone[0] + 1e-9
    # not so the occupancy of a hopeless desk: more agents bring more slots, and fewer customers hang up
    assert np.all((gone >= 0) & (gone <= 1) & (busy >= 0) & (busy <= 1))
    assert np.all(chat.mean_wait(rate, aht, agents, patience) >= 0)


def test_the_least_agents_are_those_a_plain_search_finds():
    rng = np.random.default_rng(3)
    for _ in range(40):
        rate, most = 10 ** rng.uniform(-4, -1), float(rng.choice([0.8, 1.0]))
        patience = float(rng.choice([60, np.inf]))
        n = 0
        while chat.service_level(rate, AHT, n, 30, patience) < 0.85 or chat.occupancy(rate, AHT, n, patience) > most:
            n += 1
        assert chat.agents_for(rate, AHT, 30, 0.85, patience, max_occupancy=most) == n


def test_a_huge_desk_neither_overflows_nor_takes_long():
    agents = chat.agents_for(1e5 / 240, AHT, 30, 0.8, 120)
    assert chat.service_level(1e5 / 240, AHT, agents, 30, 120) >= 0.8
    assert chat.service_level(1e5 / 240, AHT, agents - 1, 30, 120) < 0.8


def test_shapes_broadcast_and_each_rate_may_have_its_own_handle_times():
    one = chat.agents_for(np.array([0.01, 0.02, 0.0]), AHT, 30, 0.8, 120)
    own = chat.agents_for(np.array([0.01, 0.02, 0.0]), np.stack([AHT, AHT * 2, AHT]), 30, 0.8, 120)
    assert one.shape == own.shape == (3,)
    assert own[0] == one[0]
    assert own[1] == chat.agents_for(0.02, AHT * 2, 30, 0.8, 120)
    assert one[2] == own[2] == 0
    assert type(chat.agents_for(0.01, AHT, 30, 0.8)) is int
    assert chat.service_level(0.0, AHT, 0, 30) == 1.0


@pytest.mark.parametrize(("aht", "agents"), [(AHT, 38), (AHT, 498), (np.linspace(600, 1300, 8), 10)])
def test_one_more_agent_is_never_worse_where_solved_desks_end_and_corrections_do(aht: NDArray[np.float64], agents: int):
    for staffed in (0.85, 1.0, 1.2):
        rate = staffed * agents * len(aht) / aht[-1]
        level = chat.service_level(rate, aht, agents + np.arange(5), 30, 120)
        assert np.all(np.diff(level) >= 0)
        assert np.all(np.diff(level) > 0) or level[0] > 1 - 1e-12


def test_paces_are_the_death_rates_of_the_chain():
    rate, agents, patience = 2.4 / 60, 10, 120.0
    out = np.append(chat.paces(rate, AHT, agents), chat.paces(rate, AHT, agents)[-1] + np.arange(1, 400) / patience)
    weight = np.cumprod(np.append(1.0, rate / out))
    waits = weight[agents * 3 :].sum() / weight.sum()
    assert len(out) == 30 + 399
    assert 1 - chat.service_level(rate, AHT, agents, 0, patience) == pytest.approx(waits, rel=1e-9)


def test_a_chat_takes_as_long_as_its_agents_other_chats_make_it():
    assert chat.mean_handle_time(1e-9, AHT, 5) == pytest.approx(480)  # alone
    assert chat.mean_handle_time(1.0, AHT, 5, 60) == pytest.approx(720, rel=1e-3)  # always three at once
    assert chat.mean_handle_time(0.1, [300.0] * 3, 15, 60) == pytest.approx(300)
    assert chat.mean_handle_time(0.0, AHT, 5) == chat.mean_handle_time(0.1, AHT, 0, 60) == 480


def test_more_chats_at_once_need_fewer_agents_and_take_longer():
    rate, promise = 2.4 / 60, (30, 0.8, 120)
    choices = chat.concurrency_choices(rate, [480, 570, 720, 930], *promise)
    table = choices.table
    assert choices.warnings == ()
    assert table["levels"].tolist() == [1, 2, 3, 4]
    assert table["agents"].tolist()[0] == erlang.agents_for(rate, 480, *promise)
    assert table["agents"].tolist()[2] == chat.agents_for(rate, AHT, *promise)
    assert np.all(np.diff(table["agents"]) < 0)
    assert np.all(np.diff(table["mean_handle_time"]) > 0)
    assert np.all(table["service_level"] >= 0.8)
    for row in table.to_dict("records"):
        own = [480, 570, 720, 930][: row["levels"]]
        assert row["mean_wait"] == chat.mean_wait(rate, own, row["agents"], 120)
        # handle time is over the chats that stay: chats held fit the slots
        assert rate * (1 - row["abandonment"]) * row["mean_handle_time"] < row["agents"] * row["levels"]


def test_holding_more_than_pays_is_left_out_and_said():
    choices = chat.concurrency_choices(0.02, [480, 570, 900, 1000], 30, 0.8, 120)
    assert choices.table["levels"].tolist() == [1, 2]
    assert choices.warnings == (
        Text(
            "an agent holding {more} chats finishes fewer than one holding {held}: at most {held} at once are compared",
            more=3,
            held=2,
        ),
    )
    with pytest.raises(ValueError, match=r"target.*1.5"):
        chat.concurrency_choices(0.02, [480, 570], 30, 1.5)


def test_a_desk_that_cannot_keep_up_with_patient_customers_says_so():
    assert chat.service_level(0.1, AHT, 5, 30) == 0  # five agents finish at most 5 x 3 / 720 a second
    assert chat.mean_wait(0.1, AHT, 5) == math.inf
    assert chat.occupancy(0.1, AHT, 5) == 1


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"aht": [300, 700]}, "holding 2 chats of 700 s finishes fewer than one holding 1 of 300 s"),
        ({"aht": [[300, 400], [300, 601]]}, "holding 2 chats of 601 s"),
        ({"aht": [300, 0]}, "aht.*0"),
        ({"aht": [300, math.nan]}, "aht.*nan"),
        ({"aht": 300}, "aht.*300"),
        ({"aht": []}, "aht"),
        ({"rate": -0.1}, "rate.*-0.1"),
        ({"target": 1}, "target.*1"),
        ({"patience": 0}, "patience.*0"),
        ({"of": "served"}, "of.*served"),
    ],
)
def test_a_bad_argument_is_named_with_its_value(arguments: dict[str, Any], named: str):
    good: dict[str, Any] = {"rate": [0.1, 0.2], "aht": AHT, "within": 20, "target": 0.8}
    with pytest.raises(ValueError, match=named):
        chat.agents_for(**good | arguments)


@pytest.mark.parametrize("aht", [[[200, 300], [400]], "long", None])
def test_handle_times_that_are_no_table_of_numbers_are_named(aht: Any):
    with pytest.raises(ValueError, match=r"^aht: expected"):
        chat.agents_for(0.1, aht, 20, 0.8)
