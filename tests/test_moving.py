"""A moving desk: its steady states, searches and days, against formulas, brute force and the full chain."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing import chat, erlang, levels, moving, settled, transient
from staffing.live import PARTS, unevenness
from staffing.poisson import Floats, above
from staffing.search import Ints
from staffing.waiting import Of

AHT = 300.0
CALL = np.ones(1)
CHATS = np.array([1, 1.25, 1.5]) / 1.5
NOBODY = np.zeros(0, np.int64)
DAY = 0.02 + np.exp(-(((np.arange(48) / 2 - 11) / 2.5) ** 2)) + 0.8 * np.exp(-(((np.arange(48) / 2 - 20) / 1.5) ** 2))
JUMPS = np.random.default_rng(3).lognormal(0, 0.6, 48)


def terms(rates: Floats, **changed: Any) -> list[Any]:
    """The arguments of `moving.staff` but the last, all else usual: rates in erlang, interval x piece.

    Rates of whole intervals are looked at in parts, as half-hours of a forecast are.
    """
    count = len(rates)
    lengths = np.array(PARTS) * 1800 if rates.ndim == 1 else np.full(rates.shape[1], 1800 / rates.shape[1])
    rates = np.tile(rates[:, None], len(PARTS)) if rates.ndim == 1 else rates
    usual: dict[str, Any] = {
        "rates": rates / AHT, "lengths": lengths, "aht": np.full(count, AHT),
        "opened": np.ones(count, np.int64), "shape": CALL, "shortfall": np.zeros((1, 1)), "within": 20.0,
        "patience": 180.0, "of": 0, "target": 0.8, "cap": 1.0, "factors": np.ones((count, 1)), "weights": np.ones(1),
    }  # fmt: skip
    assert not set(changed) - set(usual)
    return list((usual | changed).values())


def staffed(rates: Floats, **changed: Any) -> tuple[Ints, Floats]:
    return moving.staff(*terms(rates, **changed), NOBODY)


# --- the steady state of a desk


@pytest.mark.parametrize("of", get_args(Of))
@pytest.mark.parametrize("load", [1e-6, 0.1, 1.0, 5.0, 500.0, 2e4, 1e5])
def test_a_steady_state_is_that_of_erlangs_formulas_from_tiny_to_huge(load: float, of: Of):
    for agents in {0, 1, int(load * 0.1), int(load * 0.5), int(load * 0.99), int(load + 1), int(load * 1.1) + 1}:
        for patience in (1e-3, 1.0, 30.0, 300.0, 1e5, 1e7, np.inf):
            if patience == np.inf and agents <= load:
                continue
            paces = settled.departures(agents, CALL, np.zeros((1, 1)), AHT)
            for within in (1.0, 600.0):
                desk = (load / AHT, AHT, agents)
                number = get_args(Of).index(of)
                mean, level, gone = settled.in_steady_state(load / AHT, paces, within, patience, number)
                counted = "offered" if of == "answered" else of
                assert level == pytest.approx(erlang.service_level(*desk, within, patience, counted), abs=1e-7)
                assert gone == pytest.approx(erlang.abandonment(*desk, patience), abs=1e-8)
                there = erlang.occupancy(*desk, patience) * agents + load / AHT * erlang.mean_wait(*desk, patience)
                assert mean == pytest.approx(there, rel=1e-7)


def test_a_chat_desk_in_steady_state_is_that_of_its_formula():
    shape = tuple(CHATS / CHATS[0])
    for agents, chats in ((3, 7.0), (12, 30.0), (30, 80.0)):
        lost = np.zeros((agents + 1, 3 * agents + 1))
        lost[agents] = levels.shortfall(int(np.log(chats / 3 / agents) / levels.STEP), shape, agents)
        paces = settled.departures(agents, CHATS, lost, AHT)
        level = settled.in_steady_state(chats / AHT, paces, 20, 120, 0)[1]
        assert level == pytest.approx(chat.service_level(chats / AHT, AHT * CHATS, agents, 20, 120), abs=1e-3)


@settings(max_examples=300)
@given(
    load=st.floats(-3, 3.5).map(lambda e: 10.0**e),
    spread=st.floats(-3, 3),
    patience=st.sampled_from([0.1, 5.0, 60.0, 600.0, 1e5, 1e7, np.inf]),
    factor=st.floats(0.01, 100),
)
def test_the_rate_that_holds_so_many_contacts_is_found_from_any_guess(
    load: float, spread: float, patience: float, factor: float
):
    agents = max(int(load + spread * np.sqrt(load)), 0)
    if patience == np.inf and agents <= load:
        return
    paces = settled.departures(agents, CALL, np.zeros((1, 1)), AHT)
    mean = settled.in_steady_state(load / AHT, paces, 20, patience, 0)[0]
    rate = settled.steady(mean, load / AHT * factor, paces, 20, patience, 0)[0]
    found = settled.in_steady_state(rate, paces, 20, patience, 0)[0]
    assert found == pytest.approx(mean, abs=2 * settled.NEAR * np.sqrt(mean + 1))


def test_long_sums_by_strides_are_those_of_the_incomplete_gamma_function():
    for s in (1e5, 3e6, 5e7):
        for x in s + np.sqrt(s) * np.array([-40, -5, -1, 0, 1, 5, 20]):
            total, mean = settled.beyond(s, x)
            log_total, steps = above(np.array([s]), np.array([x]))
            assert np.log(total) == pytest.approx(log_total[0], abs=1e-10)
            assert mean == pytest.approx(steps[0], rel=1e-9)


# --- intervals that have settled


@settings(max_examples=100)
@given(
    load=st.floats(-2, 3).map(lambda e: 10.0**e),
    patience=st.sampled_from([1.0, 5.0, 20.0, 60.0, 180.0, 600.0]),
    of=st.sampled_from(get_args(Of)),
    within=st.sampled_from([1.0, 20.0, 60.0, 300.0]),
    target=st.sampled_from([0.05, 0.5, 0.8, 0.9, 0.99]),
    cap=st.sampled_from([0.85, 1.0]),
    pieces=st.sampled_from([1, 3, 30]),
)
def test_at_a_constant_rate_it_ends_at_the_agents_of_erlangs_formula_however_short_the_patience(
    load: float, patience: float, of: Of, within: float, target: float, cap: float, pieces: int
):
    agents, service = staffed(
        np.full((24, pieces), load),
        patience=patience, of=get_args(Of).index(of), within=within, target=target, cap=cap,
    )  # fmt: skip
    desk = (load / AHT, AHT)
    level = erlang.service_level(*desk, int(agents[-1]), within, patience, of)
    if np.ptp(agents[-12:]) == 0:  # not where one fewer does now and then
        assert service[-1, 0] == pytest.approx(level, abs=2e-3)
    wanted = erlang.agents_for(*desk, within, target, patience, of, cap)
    sure = erlang.service_level(*desk, [max(wanted - 1, 0), wanted], within, patience, of) - target
    if abs(sure).min() > 5e-3 and cap == 1.0:
        assert agents[-1] == wanted
    assert abs(agents[-1] - wanted) <= 1


def test_without_patience_agents_end_within_one_of_erlang_c_and_never_below_the_load_for_long():
    for load in (0.5, 8.0, 90.0):
        agents = staffed(np.full((48, 6), load), patience=np.inf)[0]
        assert abs(agents[-10:].mean() - erlang.agents_for(load / AHT, AHT, 20, 0.8)) <= 1
        assert agents[-10:].mean() > load


@pytest.mark.parametrize("load", [1e-6, 0.001 * AHT / 1800, 1e5])
@pytest.mark.parametrize("patience", [1e-3, 60.0, 1e7, np.inf])
def test_tiny_and_huge_volumes_neither_hang_nor_break(load: float, patience: float):
    agents, service = staffed(np.full((3, 1), load), patience=patience)
    assert np.isfinite(service).all()
    assert (service[:, 0] >= 0.8 - 1e-9).all()
    assert (agents >= 1).all()
    assert agents.max() <= 1.1 * load + 5


# --- the search


def test_the_agents_found_are_the_first_that_are_enough_counting_from_none():
    rng = np.random.default_rng(0)
    for trial in range(60):
        chats = trial % 3 == 0
        rates = 10 ** rng.uniform(-2, 1.2) * rng.lognormal(0, rng.choice([0, 0.5, 1.5]), (6, 3))
        rates *= rng.random((6, 1)) > 0.1
        call = terms(
            rates,
            opened=(rng.random(6) > 0.1).astype(np.int64),
            shape=CHATS if chats else CALL,
            shortfall=unevenness(tuple(CHATS / CHATS[0]), 12) if chats else np.zeros((1, 1)),
            patience=float(rng.choice([5.0, 60.0, 180.0, np.inf])),
            of=int(rng.choice([0, 2])),
            target=float(rng.choice([0.3, 0.8, 0.95])),
            cap=float(rng.choice([0.85, 1.0])),
            factors=np.exp(rng.normal(0, 0.2, (6, 1)) * np.linspace(-1, 1, 5)),
            weights=np.full(5, 0.2),
        )
        target, cap = call[9], call[10]
        agents, service = moving.staff(*call, NOBODY)
        assert np.isfinite(service).all()
        for i in np.flatnonzero(call[3] * rates.sum(axis=1)):
            for n in range(agents[i] + 3):
                tried = agents.copy()
                tried[i] = n
                got = moving.staff(*call, tried)[1][i]
                assert (got[0] >= target - 1e-9 and got[2] <= cap + 1e-9) == (n >= agents[i]), (trial, i, n)


def test_given_the_agents_it_found_the_service_is_the_same():
    agents, service = staffed(40 * DAY, patience=90.0)
    again, same = moving.staff(*terms(40 * DAY, patience=90.0), agents)
    assert again.tolist() == agents.tolist()
    assert np.array_equal(service, same)


def test_a_higher_target_a_lower_cap_and_more_contacts_never_need_fewer_agents_in_all():
    for load in (3, 60):
        by_target = [staffed(load * DAY, target=t)[0].sum() for t in (0.5, 0.8, 0.9, 0.99)]
        by_cap = [staffed(load * DAY, cap=c)[0].sum() for c in (1.0, 0.9, 0.8, 0.6)]
        by_load = [staffed(x * load * DAY)[0].sum() for x in (0.5, 1.0, 1.1, 2.0)]
        for rising in (by_target, by_cap, by_load):
            assert rising == sorted(rising)


def test_the_occupancy_cap_holds_in_every_interval():
    _agents, service = staffed(40 * DAY, cap=0.7)
    assert service[:, 2].max() <= 0.7 + 1e-9


def test_without_contacts_and_where_it_is_closed_nobody_is_needed_and_nobody_waits():
    load = 20 * DAY
    load[5:8] = 0
    opened = np.ones(48, np.int64)
    opened[20:24] = 0
    agents, service = staffed(load, opened=opened)
    idle = (load == 0) | (opened == 0)
    assert (agents[idle] == 0).all()
    assert (service[idle] == [1, 0, 0]).all()
    assert (agents[~idle] > 0).all()


def test_with_nobody_there_everyone_hangs_up_or_waits_for_ever():
    for patience, gone in ((60.0, 1.0), (np.inf, 0.0)):
        service = moving.staff(*terms(np.full(4, 5.0), patience=patience), np.zeros(4, np.int64))[1]
        assert service[:, 0].tolist() == [0, 0, 0, 0]
        assert service[-1].tolist() == [0, gone, 0]


# --- days that move, against the chain played through


@pytest.mark.parametrize(
    ("shape", "load", "aht", "patience", "of", "off", "worst"),
    [
        (DAY, 80, 300.0, 60.0, 0, 0.02, 0.09),  # a short patience once made the contacts swing: 32 points off
        (DAY, 80, 300.0, np.inf, 0, 0.02, 0.09),
        (DAY, 8, 180.0, 180.0, 2, 0.01, 0.05),
        (JUMPS, 40, 300.0, 120.0, 1, 0.02, 0.12),
        (JUMPS, 40, 900.0, 180.0, 0, 0.05, 0.13),  # those who leave finish long calls: once 80 points off
    ],
)
def test_half_hours_are_close_to_the_chain_played_through(
    shape: Floats, load: float, aht: float, patience: float, of: int, off: float, worst: float
):
    call = terms(load * shape, aht=np.full(48, aht), patience=patience, of=of)
    agents, service = moving.staff(*call, NOBODY)
    exact = transient.staff(*call, agents, agents)[1]
    error = np.abs(service[:, 0] - exact[:, 0])
    assert np.average(error, weights=shape) < off
    assert error.max() < worst
    assert np.average(exact[:, 0], weights=shape) > 0.76


def test_minutes_are_closer_still_and_never_promise_much_more_than_is_kept():
    minutes = np.interp(np.arange(1440) / 30, np.arange(48), 80 * DAY).reshape(48, 30)
    for patience in (60.0, 180.0):
        call = terms(minutes, patience=patience)
        agents, service = moving.staff(*call, NOBODY)
        more = service[:, 0] - transient.staff(*call, agents, agents)[1][:, 0]
        assert np.average(np.abs(more), weights=minutes.sum(axis=1)) < 0.006
        assert more.max() < 0.02
        assert more.min() > -0.12  # where staffing falls late in the evening


def test_calls_that_ended_within_an_interval_hold_nobody_back_in_the_next():
    # a rush that is over before the half-hour is: those who leave at its end are idle by then
    minutes = 90 * np.exp(-np.maximum(np.arange(90) - 30, 0) / 8) + 8
    given = np.array([108, 108, 13])
    asked = terms(minutes.reshape(3, 30), patience=600.0)
    fluid = moving.staff(*asked, given)[1]
    chain = transient.staff(*asked, given, given)[1]
    assert np.abs(fluid[:, 0] - chain[:, 0]).max() < 0.03
    assert chain[2, 0] > 0.7
