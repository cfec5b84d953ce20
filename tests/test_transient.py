"""A desk played through state by state: against integrated equations, steady states, brute force and drawn contacts."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from staffing import chat, erlang, levels, transient
from staffing.poisson import Floats
from staffing.search import Ints
from staffing.simulate import live as drawn
from staffing.waiting import Of

CALL = np.ones(1)
CHATS = np.array([1, 1.25, 1.5]) / 1.5
NOBODY = np.zeros(0, np.int64)


def played(
    rates: Floats,
    agents: Ints,
    *,
    seconds: float = 1800.0,
    aht: float = 300.0,
    shape: Floats = CALL,
    within: float = 20.0,
    patience: float = 120.0,
    of: Of = "offered",
    target: float = 0.8,
    cap: float = 1.0,
    factors: Floats | None = None,
    weights: Floats | None = None,
    search: bool = False,
) -> tuple[Ints, Floats]:
    """Rates interval x piece; chats are spread evenly over the agents, as if each table of shortfalls were 0."""
    rates = rates.reshape(len(rates), -1)
    count, pieces = rates.shape
    size = 40 if len(shape) > 1 else 0
    days = np.ones((count, 1)) if factors is None else factors
    return transient.staff(
        rates, np.full(pieces, seconds / pieces), np.full(count, aht), np.ones(count, np.int64), shape,
        np.zeros((size + 1, size * len(shape) + 1)), within, patience, get_args(Of).index(of), target, cap, days,
        np.ones(1) if weights is None else weights, NOBODY if search else agents, agents,
    )  # fmt: skip


def integrated(rates: Floats, agents: list[int], shape: Floats, patience: float, within: float) -> list[float]:
    """Share of virtual customers in time: states by an ODE solver, and so the waits."""
    size = 90
    states, out = np.eye(size)[0], []
    for rate, n in zip(rates, agents, strict=True):
        slots = n * len(shape)
        pace = levels.even(shape, n) / 300
        death = np.append(0, np.append(pace, pace[-1] + np.arange(1, size - slots) / patience)[: size - 1])
        chain = np.zeros((size, size))
        for k in range(size - 1):
            chain[k, k + 1], chain[k + 1, k] = rate, death[k + 1]
        chain -= np.diag(chain.sum(axis=1))
        line = np.zeros((size, size))  # a customer at each place moves up until it is served; absorbed at 0
        for place in range(1, size):
            line[place, place - 1] = pace[-1] + (place - 1) / patience
        line -= np.diag(line.sum(axis=1))
        done = solve_ivp(lambda _t, y, m=line: m @ y, (0, within), np.eye(size)[0], rtol=1e-9, atol=1e-12).y[:, -1]
        seen = done[np.maximum(np.arange(size) + 1 - slots, 0)]
        times = np.linspace(0, 1800, 361)
        run = solve_ivp(
            lambda _t, y, m=chain: y @ m, (0, 1800), states, t_eval=times, method="LSODA", rtol=1e-8, atol=1e-11
        ).y
        out.append(float(np.trapezoid(seen @ run, times) / 1800))
        states = run[:, -1]
    return out


@pytest.mark.parametrize("patience", [60.0, 600.0, np.inf])
@pytest.mark.parametrize("shape", [CALL, CHATS], ids=["calls", "chats"])
def test_a_desk_that_only_grows_does_what_its_forward_equations_say(shape: Floats, patience: float):
    rates, agents = np.array([0.01, 0.03, 0.035]), [4, 9, 11] if len(shape) == 1 else [2, 5, 5]
    service = played(rates, np.array(agents), shape=shape, patience=patience, of="virtual")[1]
    wanted = integrated(rates, agents, shape, patience, 20)
    assert service[:, 0] == pytest.approx(wanted, abs=2e-3)


@pytest.mark.parametrize("of", get_args(Of))
@pytest.mark.parametrize(("load", "agents", "patience"), [(0.01, 1, 60), (5, 4, 90), (8, 10, np.inf), (60, 55, 15)])
def test_at_a_constant_rate_it_settles_to_erlangs_formulas(of: Of, load: float, agents: int, patience: float):
    service = played(np.full(12, load / 300), np.full(12, agents), patience=patience, of=of)[1][-1]
    desk = (load / 300, 300, agents)
    assert service[0] == pytest.approx(erlang.service_level(*desk, 20, patience, of), abs=1e-5)
    assert service[1] == pytest.approx(erlang.abandonment(*desk, patience), abs=1e-5)
    assert service[2] == pytest.approx(erlang.occupancy(*desk, patience), abs=1e-5)


def test_a_chat_desk_settles_to_its_own_formula_but_for_unevenness():
    service = played(np.full(12, 0.06), np.full(12, 7), shape=CHATS, aht=600)[1][-1]
    assert service[0] == pytest.approx(chat.service_level(0.06, 600 * CHATS, 7, 20, 120), abs=0.01)


@pytest.mark.parametrize("seed", range(8))
def test_the_agents_found_are_the_least_that_keep_the_promise(seed: int):
    rng = np.random.default_rng(seed)
    rates = rng.lognormal(-5, 0.8, (5, 2))
    terms = {
        "patience": float(rng.choice([60.0, 300.0, np.inf])),
        "shape": CHATS if seed % 3 == 0 else CALL,
        "cap": float(rng.choice([0.8, 1.0])),
        "factors": np.tile(np.exp([-0.2, 0.0, 0.2]), (5, 1)),
        "weights": np.array([0.25, 0.5, 0.25]),
        "of": ("offered", "virtual")[seed % 2],
    }
    agents, service = played(rates, rng.integers(1, 9, 5), search=True, **terms)
    assert (service[:, 0] >= 0.8 - 1e-9).all()
    assert (service[:, 2] <= terms["cap"] + 1e-9).all()
    for i in range(5):
        fewer = agents.copy()
        fewer[i] -= 1
        got = played(rates, fewer, **terms)[1][i]
        assert got[0] < 0.8 or got[2] > terms["cap"]


# agents fall by half while those who leave finish what they hold, nobody is there, and all come back
@pytest.mark.parametrize("of", get_args(Of))
@pytest.mark.parametrize("shape", [CALL, CHATS], ids=["calls", "chats"])
def test_it_agrees_with_contacts_drawn_one_by_one_where_staffing_falls_and_rises(shape: Floats, of: Of):
    rates = np.array([0.05, 0.08, 0.02, 0.02, 0.0, 0.06, 0.03])
    agents = np.array([18, 28, 9, 9, 0, 20, 12]) // (1 if len(shape) == 1 else 2)
    service = played(rates, agents, shape=shape, patience=90, of=of)[1]
    desk = drawn.Desk(agents, np.tile(300 * shape, (7, 1)), 1800.0, 90.0, 20.0)
    counts = sum(drawn.sample(desk, rates, np.random.default_rng(seed)).counts for seed in range(1500))
    hits = counts[drawn.PATIENT_WITHIN if of == "virtual" else drawn.WITHIN]
    base = counts[drawn.ANSWERED if of == "answered" else drawn.OFFERED]
    some = rates > 0
    assert service[some, 0] == pytest.approx(hits[some] / base[some], abs=0.04)
    gone = counts[drawn.ABANDONED, some] / counts[drawn.OFFERED, some]
    assert service[some, 1] == pytest.approx(gone, abs=0.03)


def test_where_nobody_hangs_up_an_overloaded_desk_builds_up_a_line_and_works_it_off():
    service = played(np.array([0.1] * 4 + [0.0] + [0.02] * 12), np.full(17, 20), patience=np.inf)[1]
    assert service[1:4, 0].max() < 0.01  # 30 erlang for 20 agents
    assert service[:, 0].min() >= 0
    assert service[-1, 0] == pytest.approx(1, abs=1e-4)
    assert (service[:, 1] == 0).all()
    assert service[1:4, 2] == pytest.approx(1, abs=1e-3)


def test_chances_of_days_are_averaged_by_their_contacts():
    day = [played(np.full(4, 0.03 * f), np.full(4, 10)) for f in (0.8, 1.2)]
    both = played(np.full(4, 0.03), np.full(4, 10), factors=np.tile([0.8, 1.2], (4, 1)), weights=np.array([0.25, 0.75]))
    share = 0.25 * 0.8 / (0.25 * 0.8 + 0.75 * 1.2)
    wanted = share * day[0][1][:, :2] + (1 - share) * day[1][1][:, :2]
    assert both[1][:, :2] == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("patience", [0.1, 1.0, 1e7])
def test_the_shortest_and_longest_patience_neither_hangs_nor_breaks(patience: float):
    service = played(np.full(5, 0.02), np.full(5, 9), patience=patience)[1]
    assert service[-1, 0] == pytest.approx(erlang.service_level(0.02, 300, 9, 20, patience), abs=2e-3)
