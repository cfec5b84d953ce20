"""Erlang's formulas: published values, reference values, exact fractions, limits, laws, and peers' errors."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from staffing import erlang

EXACT = 1e-9
LOADS = st.floats(-6, 5).map(lambda e: 10.0**e)
TIMES = st.floats(-1, 4).map(lambda e: 10.0**e)
PATIENCES = st.floats(-3, 8).map(lambda e: 10.0**e)


def reference(shared: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((shared / "reference" / "erlang.json").read_text(encoding="utf-8"))[name]
    return rows


def rate(row: dict[str, Any]) -> float:
    return float(row["calls_per_30min"]) / 1800


def near(value: str) -> Any:
    return pytest.approx(float(value), rel=EXACT)


# --- reference values computed with 60 digits


def test_erlang_b_equals_every_reference_value(shared: Path):
    for row in reference(shared, "erlang_b"):
        assert erlang.erlang_b(float(row["a"]), row["n"]) == near(row["blocking"]), row
    for row in reference(shared, "erlang_b_real_servers"):
        assert erlang.erlang_b(float(row["a"]), float(row["n_real"])) == near(row["blocking"]), row


def test_erlang_c_equals_every_reference_value(shared: Path):
    for row in reference(shared, "erlang_c"):
        desk = (rate(row), row["aht_s"], row["agents"])
        assert erlang.erlang_c(rate(row) * row["aht_s"], row["agents"]) == near(row["p_wait"]), row
        assert erlang.service_level(*desk, row["threshold_s"]) == near(row["sl"]), row
        assert erlang.mean_wait(*desk) == near(row["asa"]), row
        assert erlang.occupancy(*desk) == near(row["occ"]), row


def test_erlang_c_headcounts_equal_every_reference_value(shared: Path):
    for row in reference(shared, "erlang_c_required_agents"):
        found = erlang.agents_for(rate(row), row["aht_s"], row["threshold_s"], float(row["target_sl"]))
        assert found == row["agents"], row


def test_erlang_a_equals_every_reference_value(shared: Path):
    for row in reference(shared, "erlang_a"):
        patience = float(row["patience_s"])
        desk = (rate(row), row["aht_s"], row["agents"])
        for of in ("offered", "answered", "virtual"):
            level = erlang.service_level(*desk, row["threshold_s"], patience, of)
            assert level == near(row[f"sl_{of}"]), (row, of)
        assert erlang.abandonment(*desk, patience) == near(row["p_ab"]), row
        assert erlang.mean_wait(*desk, patience) == near(row["asa_all"]), row
        assert erlang.occupancy(*desk, patience) == near(row["occ"]), row


def test_erlang_a_headcounts_equal_every_reference_value(shared: Path):
    for row in reference(shared, "erlang_a_required_agents"):
        for of in ("offered", "answered", "virtual"):
            found = erlang.agents_for(
                rate(row), row["aht_s"], row["threshold_s"], float(row["target_sl"]), row["patience_s"], of
            )
            assert found == row[f"agents_sl_{of}"], (row, of)


# --- published values


@pytest.mark.parametrize(("lines", "load"), [(5, 1.361), (10, 4.461), (15, 8.108), (20, 12.03), (100, 84.06)])
def test_one_percent_blocking_is_where_the_erlang_b_tables_put_it(lines: int, load: float):
    # Erlang B tables, 1% column, as printed in any teletraffic handbook; 15 lines: erlang.com calculator manual
    assert erlang.erlang_b(load, lines) == pytest.approx(0.01, abs=2e-5)


def test_the_standard_example_of_call_centre_helper():
    # 100 calls of 180 s in half an hour, 80% in 20 s: 14 agents, 88.8%, occupancy 71.4%; pyworkforce prints the digits
    assert erlang.agents_for(100 / 1800, 180, 20, 0.8) == 14
    assert erlang.erlang_c(10, 14) == pytest.approx(0.1741319335950498, rel=1e-12)
    assert erlang.service_level(100 / 1800, 180, 14, 20) == pytest.approx(0.8883500191794669, rel=1e-12)
    assert erlang.occupancy(100 / 1800, 180, 14) == pytest.approx(0.7142857142857143, rel=1e-12)
    assert erlang.scheduled(14, 0.30) == 20


def test_the_impatient_customers_of_garnett_mandelbaum_and_reiman():
    # "Designing a call center with impatient customers" (2002): 50 agents, 48 calls a minute of 1 minute, patience 2
    assert erlang.mean_wait(48 / 60, 60, 50) == pytest.approx(20.8, abs=0.05)
    assert erlang.occupancy(48 / 60, 60, 50) == pytest.approx(0.96)
    assert erlang.mean_wait(48 / 60, 60, 50, 120) == pytest.approx(3.7, abs=0.05)
    assert erlang.abandonment(48 / 60, 60, 50, 120) == pytest.approx(0.031, abs=5e-4)
    assert erlang.occupancy(48 / 60, 60, 50, 120) == pytest.approx(0.93, abs=5e-3)
    assert erlang.service_level(48 / 60, 60, 50, 58.1) == pytest.approx(0.90, abs=1e-3)  # 90th percentile


# --- oracles


@pytest.mark.parametrize("agents", [0, 1, 3, 10, 37])
@pytest.mark.parametrize("load", ["1/100", "9/10", "3", "10", "200"])
def test_erlang_b_and_c_equal_exact_fractions(agents: int, load: str):
    a = Fraction(load)
    blocked = Fraction(1)
    for n in range(1, agents + 1):
        blocked = a * blocked / (n + a * blocked)
    assert erlang.erlang_b(float(a), agents) == pytest.approx(float(blocked), rel=1e-13)
    waits = Fraction(1) if agents <= a else agents * blocked / (agents - a * (1 - blocked))
    assert erlang.erlang_c(float(a), agents) == pytest.approx(float(waits), rel=1e-12)


@pytest.mark.parametrize("agents", [0, 1, 7, 10, 13, 30])
@pytest.mark.parametrize("patience", [5.0, 60.0, 900.0])
def test_erlang_a_equals_its_birth_death_chain_and_wait_density(agents: int, patience: float):
    arrivals, aht, within = 10 / 180, 180.0, 20.0
    out = [min(k, agents) / aht + max(k - agents, 0) / patience for k in range(1, 3000)]
    log_weights = np.concatenate([[0.0], np.cumsum(np.log(arrivals) - np.log(out))])
    states = np.exp(log_weights - log_weights.max())
    states /= states.sum()
    line = np.maximum(np.arange(3000) - agents, 0)
    gone = float((states * line).sum()) / patience / arrivals
    assert erlang.abandonment(arrivals, aht, agents, patience) == pytest.approx(gone, rel=1e-10)

    def density(v: float) -> float:  # of the wait of a patient customer, its constant left out
        return math.exp(arrivals * patience * -math.expm1(-v / patience) - agents / aht * v)

    if agents:
        ends = [0.0, within, 400.0, 4000.0, 40000.0]
        whole = sum(quad(density, *pair, epsabs=0)[0] for pair in pairwise(ends))
        soon = quad(lambda v: density(v) * math.exp(-v / patience), 0, within, epsabs=0)[0]
        waits = float(states[agents:].sum())
        expected = 1 - waits + waits * soon / whole
        assert erlang.service_level(arrivals, aht, agents, within, patience) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("load", [1e-6, 0.01, 0.5, 0.99])
def test_one_agent_is_the_closed_form_of_one_server(load: float):
    # M/M/1: wait probability a, P(W <= t) = 1 - a e^(-(1-a) t/h), mean wait a h / (1-a)
    aht, within = 240.0, 30.0
    assert erlang.erlang_c(load, 1) == pytest.approx(load, rel=1e-12)
    expected = 1 - load * math.exp(-(1 - load) * within / aht)
    assert erlang.service_level(load / aht, aht, 1, within) == pytest.approx(expected, rel=1e-12)
    assert erlang.mean_wait(load / aht, aht, 1) == pytest.approx(load * aht / (1 - load), rel=1e-12)


def test_the_least_agents_are_those_a_plain_search_finds():
    rng = np.random.default_rng(5)
    for _ in range(60):
        arrivals, patience = 10 ** rng.uniform(-5, -0.5), float(rng.choice([30.0, 200.0, np.inf]))
        within, target, most = (
            float(rng.choice([0, 10, 60])),
            float(rng.uniform(0.05, 0.99)),
            float(rng.choice([0.7, 1])),
        )
        n = 0
        while (
            erlang.service_level(arrivals, 300, n, within, patience) < target
            or erlang.occupancy(arrivals, 300, n, patience) > most
        ):
            n += 1
        assert erlang.agents_for(arrivals, 300, within, target, patience, max_occupancy=most) == n


# --- limits and laws


@settings(deadline=None)
@given(LOADS, st.floats(0.01, 3.0), TIMES)
def test_endless_patience_is_the_limit_of_long_patience(load: float, above: float, within: float):
    agents = math.ceil(load + above * math.sqrt(load))
    assume(agents > load)
    slack = (agents - load) / load  # patience must be long against the time the line takes to drain
    patient = erlang.service_level(load / 300, 300, agents, within)
    nearly = erlang.service_level(load / 300, 300, agents, within, 1e13 / min(slack, 1))
    assert nearly == pytest.approx(patient, abs=1e-6)


@settings(deadline=None)
@given(LOADS, TIMES, PATIENCES, st.floats(0, 2))
def test_what_waits_is_what_littles_law_says(load: float, aht: float, patience: float, staffed: float):
    # contacts waiting = rate x mean wait, and each of them hangs up at the rate 1 / patience
    desk = (load / aht, aht, round(load * staffed))
    waiting = desk[0] * erlang.mean_wait(*desk, patience)
    gone = erlang.abandonment(*desk, patience)
    assert gone * desk[0] == pytest.approx(waiting / patience, rel=1e-9)
    # every contact is answered or gone: the busy agents are the load that stays
    assert erlang.occupancy(*desk, patience) * desk[2] == pytest.approx(
        load * (1 - gone) if desk[2] else 0.0, rel=1e-9, abs=1e-12 * desk[2]
    )


@settings(deadline=None)
@given(LOADS, st.floats(0, 3), TIMES, st.one_of(PATIENCES, st.just(math.inf)))
def test_one_more_agent_is_never_worse(load: float, staffed: float, within: float, patience: float):
    agents = np.arange(3) + round(load * staffed)
    for of in ("offered", "virtual"):
        assert np.all(np.diff(erlang.service_level(load / 300, 300, agents, within, patience, of)) >= -1e-12)
    assert np.all(np.diff(erlang.occupancy(load / 300, 300, agents, patience)) <= 1e-12)
    assert np.all(np.diff(erlang.abandonment(load / 300, 300, agents, patience)) <= 1e-12)
    waits = erlang.mean_wait(load / 300, 300, agents, patience)
    assert np.all((waits[1:] <= waits[:-1] * (1 + 1e-9)) | (waits[1:] < 1e-9))


@settings(deadline=None)
@given(LOADS, st.floats(0, 5), TIMES, st.floats(0, 1e5), st.one_of(PATIENCES, st.just(math.inf)))
def test_every_share_is_a_share_and_nothing_is_ever_not_a_number(
    load: float, staffed: float, aht: float, within: float, patience: float
):
    desk = (load / aht, aht, round(load * staffed + staffed))
    shares = [erlang.service_level(*desk, within, patience, of) for of in ("offered", "answered", "virtual")]
    shares += [erlang.abandonment(*desk, patience), erlang.occupancy(*desk, patience)]
    shares += [erlang.erlang_b(load, desk[2]), erlang.erlang_c(load, desk[2])]
    assert all(0 <= share <= 1 for share in shares), shares
    assert erlang.mean_wait(*desk, patience) >= 0


@settings(deadline=None)
@given(LOADS, st.floats(0.01, 0.999), st.floats(0, 600), st.one_of(PATIENCES, st.just(math.inf)), st.floats(0.3, 1))
def test_the_least_agents_keep_the_promise_and_one_fewer_breaks_it(
    load: float, target: float, within: float, patience: float, most: float
):
    def kept(agents: int) -> bool:
        level = erlang.service_level(load / 300, 300, agents, within, patience)
        busy = erlang.occupancy(load / 300, 300, agents, patience)
        return bool(level >= target - 1e-11 and busy <= most * (1 + 1e-8))

    agents = erlang.agents_for(load / 300, 300, within, target, patience, max_occupancy=most)
    assert kept(agents)
    tighter = (erlang.SLACK, erlang.FULL)
    if agents:
        level = erlang.service_level(load / 300, 300, agents - 1, within, patience)
        busy = erlang.occupancy(load / 300, 300, agents - 1, patience)
        assert level < target - tighter[0] or busy > most * (1 + tighter[1])


def test_a_service_level_counts_what_it_is_told_to_count():
    # 1,000 erlang, patience 180 s, 80% in 20 s: three definitions, three headcounts
    count = {of: erlang.agents_for(1000 / 300, 300, 20, 0.8, 180, of) for of in ("offered", "answered", "virtual")}
    assert count == {"offered": 936, "answered": 927, "virtual": 929}
    assert erlang.agents_for(1000 / 300, 300, 20, 0.8) == 1015


def test_an_occupancy_cap_met_exactly_costs_no_further_agent():
    assert erlang.agents_for(54 / 1800, 300, 3600, 0.01, max_occupancy=0.9) == 10  # 9 erlang, 10 agents at 90%


# --- errors measured in peers, absent here


@pytest.mark.parametrize(
    ("agents", "shrinkage", "expected"), [(21, 0.30, 30), (7, 0.30, 10), (9, 0.10, 10), (0, 0.5, 0)]
)
def test_agents_to_schedule_are_exact_at_the_boundary(agents: int, shrinkage: float, expected: int):
    assert erlang.scheduled(agents, shrinkage) == expected  # a float ceil gives 31 for the first


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 99))
def test_agents_to_schedule_equal_whole_number_arithmetic(agents: int, percent: int):
    assert erlang.scheduled(agents, percent / 100) == -(-agents * 100 // (100 - percent))


def test_a_desk_whose_customers_hang_up_may_be_staffed_below_its_load():
    assert erlang.agents_for(500 / 300, 300, 20, 0.8, 180) == 475  # a search from the load upward says 500


def test_a_large_desk_loses_no_service_level_to_underflow():
    level = erlang.service_level(5000 / 300, 300, 5050, 20)
    assert level == pytest.approx(0.986865801481772514, rel=1e-12)  # e^-5000 is 0 in a float


def test_a_long_line_is_not_cut_at_500_places():
    # 60 digits: p_wait, and a line of 206 contacts on average whose tail passes 1,000
    assert erlang.erlang_c(100_000, 100_200) == pytest.approx(0.412608041019611316, rel=1e-11)
    waiting = 52 / 52 * 50 / 300 * erlang.mean_wait(50 / 300, 300, 52, 100_000)
    assert waiting == pytest.approx(16.1826798275927573680956, rel=1e-11)


def test_no_volume_needs_nobody_and_keeps_every_promise():
    assert erlang.agents_for(0, 300, 20, 0.8) == 0
    assert erlang.agents_for(0, 300, 20, 0.8, 180) == 0
    for agents in (0, 5):
        for patience in (180.0, math.inf):
            assert erlang.service_level(0, 300, agents, 20, patience) == 1
            assert erlang.mean_wait(0, 300, agents, patience) == 0
            assert erlang.occupancy(0, 300, agents, patience) == 0
            assert erlang.abandonment(0, 300, agents, patience) == 0


def test_a_desk_that_cannot_keep_up_with_patient_customers_says_so():
    for agents in (0, 9, 10):
        assert erlang.erlang_c(10, agents) == 1
        assert erlang.service_level(10 / 300, 300, agents, 20) == 0
        assert erlang.mean_wait(10 / 300, 300, agents) == math.inf
        assert erlang.occupancy(10 / 300, 300, agents) == 1
        assert erlang.abandonment(10 / 300, 300, agents, math.inf) == 0


def test_nobody_at_the_desk_loses_every_customer():
    assert erlang.abandonment(0.1, 300, 0, 60) == 1
    assert erlang.mean_wait(0.1, 300, 0, 60) == pytest.approx(60)
    assert [erlang.service_level(0.1, 300, 0, 20, 60, of) for of in ("offered", "answered", "virtual")] == [0, 0, 0]


# --- shapes and bad arguments


def test_scalars_give_numbers_and_arrays_give_arrays_that_broadcast():
    assert type(erlang.service_level(0.1, 300, 40, 20)) is float
    assert type(erlang.agents_for(0.1, 300, 20, 0.8)) is int
    assert type(erlang.scheduled(3, 0.1)) is int
    found = erlang.agents_for(np.array([[0.1], [0.2]]), [200, 300, 400], 20, 0.8, [180, math.inf, 60])
    assert found.shape == (2, 3)
    assert found.dtype == np.int64
    assert found[1, 2] == erlang.agents_for(0.2, 400, 20, 0.8, 60)
    assert erlang.erlang_b([], 3).shape == (0,)
    assert erlang.agents_for(np.zeros((0,)), 300, 20, 0.8).shape == (0,)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"rate": -1}, "rate.*-1"),
        ({"rate": math.nan}, "rate.*nan"),
        ({"rate": [0.1, math.inf]}, "rate.*inf"),
        ({"aht": 0}, "aht.*0"),
        ({"within": -5}, "within.*-5"),
        ({"target": 1}, "target.*1"),
        ({"target": 0}, "target.*0"),
        ({"target": 80}, "target.*80"),  # a percentage
        ({"patience": 0}, "patience.*0"),
        ({"patience": math.nan}, "patience.*nan"),
        ({"max_occupancy": 1.1}, "max_occupancy.*1.1"),
        ({"of": "all"}, "of.*'all'"),
    ],
)
def test_a_bad_argument_is_named_with_its_value(arguments: dict[str, Any], named: str):
    good: dict[str, Any] = {"rate": 0.1, "aht": 300, "within": 20, "target": 0.8}
    with pytest.raises(ValueError, match=named):
        erlang.agents_for(**good | arguments)


def test_bad_agents_load_and_shrinkage_are_named_too():
    with pytest.raises(ValueError, match=r"agents.*-1"):
        erlang.erlang_b(3, -1)
    with pytest.raises(ValueError, match=r"load.*nan"):
        erlang.erlang_c(math.nan, 3)
    with pytest.raises(ValueError, match=r"shrinkage.*1"):
        erlang.scheduled(3, 1)


# --- hostile arguments


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rate": -1}, "rate: expected 0 or more, got -1.0"),
        ({"rate": [0.1, math.nan]}, "rate: expected 0 or more, got nan"),
        ({"rate": [[1, 2], [3]]}, "rate: expected a number, or an array of numbers with rows of one length, got"),
        ({"rate": "many"}, "rate: expected a number, or an array of numbers"),
        ({"rate": [1, 2], "aht": [1, 2, 3]}, "rate: expected shapes that broadcast, got rate \\(2,\\), aht \\(3,\\)"),
        ({"aht": 0}, "aht: expected above 0, got 0.0"),
        ({"aht": math.inf}, "aht: expected above 0, got inf"),
        ({"within": -5}, "within: expected 0 or more, got -5.0"),
        ({"target": 1}, "target: expected between 0 and 1, got 1.0"),
        ({"target": 0}, "target: expected between 0 and 1, got 0.0"),
        ({"patience": 0}, "patience: expected above 0, inf for no hanging up, got 0.0"),
        ({"max_occupancy": 1.01}, "max_occupancy: expected above 0 and at most 1, got 1.01"),
        ({"of": "all"}, "of: expected one of offered, answered, virtual, got 'all'"),
    ],
)
def test_a_wrong_argument_is_named_with_its_value(changed: dict[str, Any], said: str):
    right = {"rate": 0.1, "aht": 300, "within": 20, "target": 0.8, "patience": 180}
    with pytest.raises(ValueError, match=said):
        erlang.agents_for(**(right | changed))


def test_every_stage_is_there_when_its_name_is_called():
    import staffing

    assert staffing.erlang is erlang
    for name in staffing.__all__:
        assert getattr(staffing, name).__name__ == f"staffing.{name}"
    with pytest.raises(AttributeError, match="no attribute 'erlangs'"):
        _ = staffing.erlangs
