"""Pooled needs, skills counted once, cheapest mixes and the gain of cross-training."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.problem import Refused
from staffing import chat, erlang
from staffing.noplan import NoPlan
from staffing.pool import PooledNeed, pooled, subsets
from staffing.queue import Queue
from staffing.requirement import NUMBERS, Requirement
from staffing.skill import Group, cross_training, mixes, uncovered

HALF_HOUR = pd.Timedelta(minutes=30)
VOICE = Queue(patience_s=120, max_occupancy=1.0)
START = pd.Timestamp("2026-06-15 09:00")


def make_requirement(loads: dict[str, list[float]], aht: dict[str, float] | float = 300.0) -> Requirement:
    """Half-hours from `START` on with these erlangs by queue."""
    parts = []
    for queue, load in loads.items():
        handle = aht[queue] if isinstance(aht, dict) else aht
        part = pd.DataFrame({"start": pd.date_range(START, periods=len(load), freq=HALF_HOUR), "queue": queue})
        part[list(NUMBERS)] = 0.0
        part["contacts"] = np.asarray(load) * HALF_HOUR.total_seconds() / handle
        part["aht_s"], part["load_erlang"] = handle, load
        parts.append(part)
    return Requirement(pd.concat(parts, ignore_index=True), HALF_HOUR)


def need_of(agents: dict[tuple[str, ...], int], starts: int = 1) -> PooledNeed:
    """The same need in every interval, set by hand."""
    names = tuple(sorted({name for queues in agents for name in queues}))
    sets = subsets(names)
    table = pd.DataFrame(
        {
            "start": pd.date_range(START, periods=starts, freq=HALF_HOUR).repeat(len(sets)),
            "queues": pd.Series(sets * starts, dtype=object),
            "agents": [agents[queues] for queues in sets] * starts,
            "load_erlang": 0.0,
        }
    )
    return PooledNeed(table, names, HALF_HOUR)


def by_set(need: PooledNeed) -> dict[tuple[str, ...], int]:
    return dict(zip(need.table["queues"], need.table["agents"], strict=True))


# --- pooled need


def test_a_queue_alone_needs_what_erlang_says():
    loads = [0.0, 0.3, 4.0, 20.0, 250.0]
    need = pooled(make_requirement({"phone": loads}), {"phone": VOICE})
    rates = np.array(loads) / 300
    assert need.table["agents"].tolist() == erlang.agents_for(rates, 300, 20, 0.8, 120).tolist()
    assert need.table["load_erlang"].tolist() == pytest.approx(loads)


def test_identical_queues_together_need_what_erlang_says_of_their_sum():
    needed = make_requirement({"a": [3.0, 0.0], "b": [5.0, 7.0], "c": [8.0, 2.0]})
    need = pooled(needed, {"a": VOICE, "b": VOICE, "c": VOICE})
    rows = need.table.set_index(["start", "queues"])
    second = START + HALF_HOUR
    for start, loads in ((START, {"a": 3.0, "b": 5.0, "c": 8.0}), (second, {"a": 0.0, "b": 7.0, "c": 2.0})):
        for queues in subsets(("a", "b", "c")):
            load = sum(loads[name] for name in queues)
            expected = erlang.agents_for(load / 300, 300, 20, 0.8, 120)
            assert rows.loc[(start, queues), "agents"] == expected, (start, queues)
            assert rows.loc[(start, queues), "load_erlang"] == pytest.approx(load)


def test_chats_of_one_concurrency_together_need_what_their_chain_says_of_the_sum():
    queue = Queue(channel="chat", concurrency=3, patience_s=150, answer_within_s=30, max_occupancy=0.9)
    need = pooled(
        make_requirement({"presale": [9.0], "aftersale": [6.0]}, aht=480), {"presale": queue, "aftersale": queue}
    )
    expected = chat.agents_for(15 / 480, queue.handle_times(480), 30, 0.8, 150, max_occupancy=0.9)
    assert by_set(need)["aftersale", "presale"] == expected


def test_the_common_line_has_the_mean_handle_time_and_keeps_the_strictest_promise_of_those_who_call():
    quick, slow = VOICE, Queue(patience_s=240, max_occupancy=0.85, share=0.9, answer_within_s=20)
    needed = make_requirement({"quick": [10.0, 10.0], "slow": [10.0, 0.0]}, aht={"quick": 200.0, "slow": 600.0})
    need = pooled(needed, {"quick": quick, "slow": slow}).agents[:, 2]
    # 10 / 200 + 10 / 600 contacts a second, three quick ones to one slow one; hang-ups a second 3/4 / 120 + 1/4 / 240
    expected = erlang.agents_for(4 / 60, 300, 20, 0.9, 1 / (0.75 / 120 + 0.25 / 240), max_occupancy=0.85)
    assert need.tolist() == [expected, erlang.agents_for(10 / 200, 200, 20, 0.8, 120)]


def test_a_patient_queue_is_not_dragged_into_the_line_of_an_urgent_one():
    # an answer within the hour needs little more than its load; in a line of 15 s it would need much more
    urgent, patient = Queue(share=0.95, answer_within_s=15), Queue(share=0.8, answer_within_s=3600)
    need = by_set(pooled(make_requirement({"u": [1.0], "p": [60.0]}), {"u": urgent, "p": patient}))
    assert need["p", "u"] == need["p",] + need["u",]
    assert need["p", "u"] < erlang.agents_for(61 / 300, 300, 15, 0.95, max_occupancy=0.9)


LOADS = st.just(0.0) | st.floats(1e-6, 80)
QUEUES = st.builds(
    Queue,
    share=st.floats(0.5, 0.95),
    answer_within_s=st.floats(1, 600),
    patience_s=st.none() | st.floats(20, 1000),
    max_occupancy=st.floats(0.6, 1.0),
    counted_of=st.sampled_from(["offered", "answered", "virtual"]),
)


@settings(max_examples=40)
@given(st.lists(st.tuples(QUEUES, LOADS, st.floats(60, 900)), min_size=2, max_size=4))
def test_sharing_agents_never_needs_more_than_keeping_them_apart(drawn: list[tuple[Queue, float, float]]):
    names = [f"q{i}" for i in range(len(drawn))]
    aht = {name: handle for name, (_, _, handle) in zip(names, drawn, strict=True)}
    needed = make_requirement({n: [load] for n, (_, load, _) in zip(names, drawn, strict=True)}, aht=aht)
    need = by_set(pooled(needed, {name: queue for name, (queue, _, _) in zip(names, drawn, strict=True)}))
    for one, other in itertools.product(need, need):
        if not set(one) & set(other):
            assert need[tuple(sorted({*one, *other}))] <= need[one] + need[other]


def test_queues_that_cannot_share_agents_are_refused_by_name():
    needed = make_requirement({"a": [1.0], "b": [1.0]})
    chats = Queue(channel="chat", concurrency=2)
    for queue, said in (
        (chats, "b.channel: expected voice, the channel of a, to share its agents; came chat"),
        (Queue(channel="ticket"), "b.channel: expected voice or chat"),
    ):
        with pytest.raises(Refused, match=said):
            pooled(needed, {"a": VOICE, "b": queue})
    with pytest.raises(Refused, match=r"b\.concurrency: expected 2, the concurrency of a"):
        pooled(needed, {"a": chats, "b": chats.model_copy(update={"concurrency": 3})})
    with pytest.raises(ValueError, match="none of c"):
        pooled(needed, {"a": VOICE, "c": VOICE})
    with pytest.raises(ValueError, match="queues: expected 1 to 6, got 7"):
        pooled(needed, {str(i): VOICE for i in range(7)})


# --- skills counted once


def test_a_flexible_agent_is_not_counted_twice():
    load = next(x for x in np.arange(1, 5, 0.1) if erlang.agents_for(x / 300, 300, 20, 0.8, 120) == 5)
    need = pooled(make_requirement({"a": [load], "b": [load]}), {"a": VOICE, "b": VOICE})
    assert [by_set(need)[name,] for name in "ab"] == [5, 5]
    both = {"both": Group(frozenset("ab"), most=5)}
    there = pd.DataFrame({"start": [START], "group": ["both"], "agents": [5]})
    broken = uncovered(need, both, there)
    assert broken["queues"].tolist() == [("a", "b")]
    assert broken["present"].tolist() == [5]
    assert 6 < broken["needed"].iloc[0] <= 10
    with pytest.raises(NoPlan, match=r"a, b: \d+ agents are needed from 2026-06-15 09:00, .* are 5, each counted once"):
        mixes(need, both)


def test_a_set_is_covered_by_everybody_who_serves_any_of_it():
    need = need_of({("a",): 3, ("b",): 2, ("a", "b"): 4}, starts=3)
    groups = {"a": Group(frozenset("a")), "b": Group(frozenset("b")), "ab": Group(frozenset("ab"))}
    first, second, third = need.starts
    there = pd.DataFrame(
        [(first, "a", 2), (first, "b", 1), (first, "ab", 1), (second, "a", 4), (second, "ab", 1)],
        columns=["start", "group", "agents"],
    )
    broken = uncovered(need, groups, there)
    assert broken.drop(columns="start").to_numpy().tolist() == [
        [("b",), 2, 1],  # at the second only one serves b
        [("a",), 3, 0],  # and at the third nobody is there
        [("b",), 2, 0],
        [("a", "b"), 4, 0],
    ]
    assert broken["start"].tolist() == [second, third, third, third]
    with pytest.raises(ValueError, match="got c"):
        uncovered(need, groups, there.assign(group="c"))


def three_queue_needs() -> st.SearchStrategy[dict[tuple[str, ...], int]]:
    return st.tuples(*[st.integers(0, 6)] * 7).map(lambda drawn: dict(zip(subsets("abc"), drawn, strict=True)))


GROUPS = st.lists(
    st.tuples(st.sets(st.sampled_from("abc"), min_size=1), st.integers(4, 12), st.integers(0, 2), st.integers(2, 5)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60)
@given(three_queue_needs(), GROUPS)
def test_the_cheapest_mix_is_the_one_that_trying_all_finds(
    agents: dict[tuple[str, ...], int], drawn: list[tuple[set[str], int, int, int]]
):
    groups = {f"g{i}": Group(frozenset(s), cost / 4, few, many) for i, (s, cost, few, many) in enumerate(drawn)}

    def covers(mix: tuple[int, ...]) -> bool:
        there = list(zip(mix, groups.values(), strict=True))
        return all(sum(n for n, g in there if g.skills & set(s)) >= need for s, need in agents.items())

    every = itertools.product(*(range(g.least, g.most + 1) for g in groups.values()))
    costs = [sum(n * g.cost for n, g in zip(mix, groups.values(), strict=True)) for mix in every if covers(mix)]
    need = need_of(agents)
    if not costs:
        with pytest.raises(NoPlan) as refused:
            mixes(need, groups)
        # the nearest plan lacks only what nobody could provide
        lacking = uncovered(need, groups, refused.value.nearest)
        all_there = pd.DataFrame({"start": START, "group": list(groups), "agents": [g.most for g in groups.values()]})
        assert lacking.equals(uncovered(need, groups, all_there))
        return
    found = mixes(need, groups)
    cost = sum(groups[row.group].cost * row.agents for row in found.itertuples())
    assert cost == pytest.approx(min(costs))
    assert uncovered(need, groups, found).empty


def test_a_mix_with_fractions_in_its_relaxation_is_whole_and_least():
    # two of three queues each need one: half a person of every pair-group would do, whole people take two
    agents = {s: min(len(s), 2) if len(s) > 1 else 1 for s in subsets("abc")}
    pairs = {s: Group(frozenset(s)) for s in ("ab", "bc", "ac")}
    assert mixes(need_of(agents), pairs)["agents"].sum() == 2


def test_the_same_people_all_day_cover_its_every_interval():
    needed = make_requirement({"a": [5.0, 20.0], "b": [20.0, 5.0]})
    need = pooled(needed, {"a": VOICE, "b": VOICE})
    groups = {"a": Group(frozenset("a")), "b": Group(frozenset("b")), "ab": Group(frozenset("ab"), 1.1)}
    table = mixes(need, groups, per="day")
    assert uncovered(need, groups, table).empty
    wide = table.pivot_table(index="start", columns="group", values="agents")
    assert (wide.iloc[0] == wide.iloc[1]).all()
    cost = {name: group.cost for name, group in groups.items()}
    apart = mixes(need, groups)
    assert (table["agents"] * table["group"].map(cost)).sum() > (apart["agents"] * apart["group"].map(cost)).sum()
    # enough for the busiest pair, and no more than the busiest of each
    most = need.agents.max(axis=0)
    assert wide.iloc[0].sum() >= most[2]
    assert wide.iloc[0].sum() <= most[0] + most[1]


# --- the gain


def test_the_gain_grows_with_the_share_and_ends_at_one_common_team():
    need = pooled(make_requirement({"a": [20.0, 3.0], "b": [15.0, 2.0], "c": [4.0, 8.0]}), dict.fromkeys("abc", VOICE))
    curve = cross_training(need)
    assert curve["agent_hours"].is_monotonic_decreasing
    assert curve["agent_hours"].iloc[0] == need.agents[:, [0, 1, 3]].sum() / 2
    assert curve["agent_hours"].iloc[-1] == need.agents[:, 6].sum() / 2
    assert curve["of_gain"].iloc[[0, -1]].tolist() == [0, 1]
    assert curve["saved"].iloc[-1] == 1 - curve["agent_hours"].iloc[-1] / curve["agent_hours"].iloc[0]


@settings(max_examples=30)
@given(st.lists(LOADS.map(lambda load: load / 6), min_size=3, max_size=3), st.sampled_from([0.0, 0.1, 0.25, 0.4, 1.0]))
def test_the_fewest_people_for_a_share_are_those_that_trying_all_finds(loads: list[float], share: float):
    need = pooled(make_requirement({n: [x] for n, x in zip("abc", loads, strict=True)}), dict.fromkeys("abc", VOICE))
    agents = by_set(need)
    fewest = 10**9
    for mix in itertools.product(*(range(agents[name,] + 1) for name in "abc")):
        single = dict(zip("abc", mix, strict=True))
        flexible = max(max(n - sum(single[name] for name in s) for s, n in agents.items()), 0)
        total = flexible + sum(mix)
        if flexible <= share * total + 1e-9:
            fewest = min(fewest, total)
    assert cross_training(need, (share,))["agent_hours"].tolist() == [fewest / 2]


def test_a_few_cross_trained_people_bring_most_of_the_gain():
    curve = cross_training(
        pooled(make_requirement({"phone": [20.0], "hotline": [15.0]}), {"phone": VOICE, "hotline": VOICE})
    ).set_index("cross_trained")
    assert (curve["agent_hours"] * 2).tolist() == [39, 37, 37, 37, 37, 37]  # 22 + 17 apart, 37 of 35 erlang together
    assert curve.loc[0.2, "of_gain"] == 1
    with pytest.raises(ValueError, match=r"shares: expected 0 to 1, got 1\.5"):
        cross_training(need_of({("a",): 1}), (1.5,))


def test_without_contacts_nobody_is_needed_and_nothing_saved():
    curve = cross_training(pooled(make_requirement({"a": [0.0], "b": [0.0]}), {"a": VOICE, "b": VOICE}))
    assert (curve[["agent_hours", "saved"]] == 0).all(axis=None)
    assert (curve["of_gain"] == 1).all()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"skills": frozenset()}, "skills: expected one queue or more"),
        ({"cost": 0.0}, "cost: expected above 0, got 0.0"),
        ({"cost": float("inf")}, "cost: expected above 0, got inf"),
        ({"least": 3, "most": 2}, "expected 0 <= least <= most, got 3 and 2"),
        ({"least": -1}, "got -1"),
    ],
)
def test_a_group_that_cannot_be_is_refused(wrong: dict[str, object], said: str):
    with pytest.raises(ValueError, match=said):
        Group(**{"skills": frozenset("a"), **wrong})  # type: ignore[arg-type]
