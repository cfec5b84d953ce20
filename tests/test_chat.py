"""Chat: the chain against reference values, a plain sum, a simulation of agents, limits and laws."""

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

from staffing import chat, erlang

AHT = np.array([480.0, 570.0, 720.0])


def plain(rate: float, aht: list[float], agents: int, patience: float) -> tuple[float, float]:
    """Share that waits and share that hangs up, by adding up every state one by one."""
    levels = len(aht)
    pace = [0.0, *((k + 1) / h for k, h in enumerate(aht))]
    states = range(1, agents * levels + 1)
    out = [
        (k % agents) * pace[min(k // agents + 1, levels)] + (agents - k % agents) * pace[k // agents] for k in states
    ]
    line = 4000
    out += [out[-1] + j / patience for j in range(1, line)]
    logs = np.concatenate([[0.0], np.cumsum(np.log(rate) - np.log(out))])
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    behind = weights[agents * levels :]
    return float(behind.sum()), float((behind * np.arange(line)).sum()) / patience / rate


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


def test_the_chain_equals_every_reference_value(shared: Path):
    reference = json.loads((shared / "reference" / "erlang.json").read_text(encoding="utf-8"))
    for row in reference["chat"]:
        aht, patience = np.array(row["aht_min"]) * 60, row["patience_min"] * 60
        desk = (row["lam_per_min"] / 60, aht, row["agents"])
        expected = row["balanced_birth_death_approx"]
        level = chat.service_level(*desk, row["T_min"] * 60, patience)
        assert level == pytest.approx(expected["sl_offered"], rel=1e-9), row
        assert chat.abandonment(*desk, patience) == pytest.approx(expected["p_abandon"], rel=1e-9), row
        assert level == pytest.approx(row["exact"]["sl_offered"], abs=0.006)  # of the chain of single agents
    for row in reference["chat_required_agents"]:
        aht = np.array(row["aht_min"]) * 60
        found = chat.agents_for(
            row["lam_per_min"] / 60, aht, row["T_min"] * 60, row["target"], row["patience_min"] * 60
        )
        assert found == row["balanced"] == row["exact_agents"], row


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
    assert chat.service_level(rate, aht, agents, 30, 120) == pytest.approx(shown, abs=0.012)


@pytest.mark.parametrize("agents", [1, 2, 5, 40])
@pytest.mark.parametrize("staffed", [0.3, 0.8, 0.95, 1.0, 1.3, 3.0])
@pytest.mark.parametrize(
    "aht",
    [
        [300.0],
        [300.0, 330.0, 400.0],
        [300.0, 599.0, 890.0, 1186.0],  # hardly worth holding more
        [300.0, 600.0, 900.0],  # not at all: the pace is flat
        [300.0, 600.0 * (1 - 1e-8), 900.0 * (1 - 2e-8)],  # and nearly so
        [300.0, 200.0, 150.0, 150.0],  # faster with more
    ],
)
def test_the_chain_equals_adding_up_every_state(agents: int, staffed: float, aht: list[float]):
    rate = staffed * agents * len(aht) / aht[-1]
    waits, gone = plain(rate, aht, agents, 150.0)
    assert chat.abandonment(rate, aht, agents, 150.0) == pytest.approx(gone, rel=1e-9)
    assert 1 - chat.service_level(rate, aht, agents, 0, 150.0) == pytest.approx(waits, rel=1e-9, abs=1e-13)


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
    st.one_of(st.floats(0.1, 1e6), st.just(math.inf)),
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
