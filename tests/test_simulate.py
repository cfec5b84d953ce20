"""Sampled days: exact formulas in steady state, other simulations where nothing is, laws, and promises."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import ciw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.forecast import LEVELS, Forecast
from forecast.problem import Refused
from staffing import chat, erlang, requirement
from staffing.queue import Queue
from staffing.requirement import Requirement
from staffing.simulate import Replay, at_work, live, replay
from staffing.simulate.live import (
    ABANDONED,
    ANSWERED,
    BUSY_S,
    HELD_S,
    OFFERED,
    OVERRUN_S,
    PATIENT_WITHIN,
    STAFFED_S,
    WAIT_S,
    WITHIN,
)

HALF_HOUR = pd.Timedelta(minutes=30)
VOICE = Queue(patience_s=120, max_occupancy=1.0)
FAR = 4.0  # standard errors: one comparison in 16,000 is farther off by chance


def desk(agents: Sequence[int], aht: Any, patience: float, within: float, interval: float = 1800.0) -> live.Desk:
    levels = np.asarray(aht, dtype=float)
    rows = np.tile(np.atleast_1d(levels), (len(agents), 1)) if levels.ndim < 2 else levels
    return live.Desk(np.array(agents), rows, interval, patience, within)


def runs(at: live.Desk, rates: Sequence[float], count: int, seed: int = 1) -> np.ndarray[Any, Any]:
    """run x measure x interval."""
    children = np.random.SeedSequence(seed).spawn(count)
    return np.stack(
        [live.sample(at, np.asarray(rates, dtype=float), np.random.default_rng(c)).counts for c in children]
    )


def far_off(hits: Any, base: Any, expected: float) -> float:
    """Standard errors between a ratio of sums over runs and its expected value."""
    residual = hits - expected * base
    return abs(float(residual.mean() / (residual.std(ddof=1) / math.sqrt(len(residual)))))


def plan(
    contacts: Sequence[float],
    agents: Sequence[int],
    aht: float = 300.0,
    queue: str = "phone",
    start: str = "2026-06-15",
    interval: pd.Timedelta = HALF_HOUR,
) -> pd.DataFrame:
    table = pd.DataFrame({"start": pd.date_range(start, periods=len(contacts), freq=interval), "queue": queue})
    table["contacts"], table["aht_s"], table["agents"] = np.asarray(contacts, dtype=float), aht, np.asarray(agents)
    return table.assign(load_erlang=0.0, scheduled=0, service_level=0.8, occupancy=0.0, abandonment=0.0)


def needed(*plans: pd.DataFrame) -> Requirement:
    return Requirement(pd.concat(plans, ignore_index=True), HALF_HOUR)


# --- steady state


@pytest.mark.parametrize(
    ("rate", "aht", "agents", "patience"),
    [
        (100 / 1800, 180, 14, math.inf),
        (0.4 / 60, 60, 1, math.inf),
        (48 / 60, 60, 50, 120),
        (0.1, 300, 25, 180),  # a sixth more load than agents
        (0.02, 200, 2, 15),
        (0.5, 200, 115, 600),
    ],
)
def test_a_telephone_desk_settles_to_erlangs_formulas(rate: float, aht: float, agents: int, patience: float):
    # 20 hours to settle, 20 to count
    counts = runs(desk([agents] * 20, aht, patience, 20, 7200.0), [rate] * 20, 150)[:, :, 10:].sum(axis=2)
    offered, answered = counts[:, OFFERED], counts[:, ANSWERED]
    truth = {of: erlang.service_level(rate, aht, agents, 20, patience, of) for of in ("offered", "answered", "virtual")}
    assert far_off(counts[:, WITHIN], offered, truth["offered"]) < FAR
    assert far_off(counts[:, WITHIN], answered, truth["answered"]) < FAR
    assert far_off(counts[:, PATIENT_WITHIN], offered, truth["virtual"]) < FAR
    assert far_off(counts[:, WAIT_S], offered, erlang.mean_wait(rate, aht, agents, patience)) < FAR
    assert far_off(counts[:, BUSY_S], counts[:, STAFFED_S], erlang.occupancy(rate, aht, agents, patience)) < FAR
    gone = erlang.abandonment(rate, aht, agents, patience)
    assert (counts[:, ABANDONED] == 0).all() if gone == 0 else far_off(counts[:, ABANDONED], offered, gone) < FAR
    # and the bounds are tight: a point of service level would be seen
    spread = (counts[:, WITHIN] / offered).std(ddof=1) / math.sqrt(len(counts))
    assert spread * FAR < 0.025


def test_chats_that_do_not_slow_each_other_down_are_so_many_telephone_agents():
    counts = runs(desk([5] * 20, [300, 300, 300], 90, 20, 7200.0), [14.5 / 300] * 20, 150)[:, :, 10:].sum(axis=2)
    for of, hits in (("offered", WITHIN), ("virtual", PATIENT_WITHIN)):
        truth = erlang.service_level(14.5 / 300, 300, 15, 20, 90, of)
        assert far_off(counts[:, hits], counts[:, OFFERED], truth) < FAR
    carried = 15 * erlang.occupancy(14.5 / 300, 300, 15, 90)
    assert far_off(counts[:, HELD_S], counts[:, STAFFED_S] / 5, carried) < FAR


def test_one_agents_chats_are_the_chain_of_the_chat_formula_exactly():
    aht = [240, 300, 420]
    counts = runs(desk([1] * 20, aht, 120, 30, 7200.0), [0.008] * 20, 300)[:, :, 10:].sum(axis=2)
    truth = chat.service_level(0.008, aht, 1, 30, 120)
    assert far_off(counts[:, WITHIN], counts[:, OFFERED], truth) < FAR
    assert far_off(counts[:, ABANDONED], counts[:, OFFERED], chat.abandonment(0.008, aht, 1, 120)) < FAR


@pytest.mark.parametrize(("agents", "rate"), [(5, 0.023), (20, 0.105)])
def test_many_agents_chats_are_within_the_stated_point_of_the_chat_formula(agents: int, rate: float):
    aht = [480, 570, 720]
    counts = runs(desk([agents] * 20, aht, 120, 30, 7200.0), [rate] * 20, 150)[:, :, 10:].sum(axis=2)
    level = counts[:, WITHIN].sum() / counts[:, OFFERED].sum()
    assert level == pytest.approx(chat.service_level(rate, aht, agents, 30, 120), abs=0.01)
    assert 0.5 < level < 0.97


# --- against other simulations, where nothing is steady


def person_by_person(
    rates: Sequence[float], agents: Sequence[int], aht: Any, patience: float, within: float, interval: float, rng: Any
) -> Any:
    """Named agents and customers, each customer with an amount of work and a moment of hanging up; nothing memoryless.

    The counts of the live module by interval, idle agent-seconds in a further row.
    """
    counts = np.zeros((live.MEASURES + 1, len(rates)))
    came = [
        (i * interval + at, i)
        for i, rate in enumerate(rates)
        for at in sorted(rng.uniform(0, interval, rng.poisson(rate * interval)))
    ]
    arrivals, line = deque(came), deque[list[Any]]()
    staff: list[dict[str, Any]] = []
    now, place = 0.0, -1
    horizon = interval * len(rates)

    def seat() -> None:
        free = [a for a in staff if a["on"] and len(a["work"]) < len(aht[0])]
        while free and line:
            arrived, i, _gives_up = line.popleft()
            min(free, key=lambda a: len(a["work"]))["work"].append(rng.exponential())
            counts[ANSWERED, i] += 1
            counts[WITHIN, i] += now - arrived <= within
            counts[WAIT_S, i] += now - arrived
            free = [a for a in free if len(a["work"]) < len(aht[0])]

    while now < horizon or line:
        row = min(max(place, 0), len(rates) - 1)

        def pace(agent: dict[str, Any], row: int = row) -> float:
            return 1 / float(aht[row][len(agent["work"]) - 1])

        ends = [(now + min(a["work"]) / pace(a), "done") for a in staff if a["work"]]
        ends += [(c[2], "hangs up") for c in line]
        ends += [(arrivals[0][0], "comes")] if arrivals else []
        ends += [((place + 1) * interval, "shift")] if place + 1 < len(rates) else [(math.inf, "")]
        ends += [(horizon, "over")] if now < horizon else []
        then, what = min(ends)
        for a in staff:
            if a["work"]:
                a["work"] = [w - (then - now) * pace(a) for w in a["work"]]
            if now < horizon:
                counts[BUSY_S, row] += (then - now) * bool(a["work"])
                counts[HELD_S, row] += (then - now) * len(a["work"])
                counts[STAFFED_S if a["on"] else OVERRUN_S, row] += then - now
                counts[-1, row] += (then - now) * (not a["work"])
        now = then
        if what == "comes":
            at, i = arrivals.popleft()
            counts[OFFERED, i] += 1
            line.append([at, i, at + rng.exponential(patience)])
        elif what == "hangs up":
            quitter = min(line, key=lambda c: c[2])
            line.remove(quitter)
            counts[ABANDONED, quitter[1]] += 1
            counts[WAIT_S, quitter[1]] += now - quitter[0]
        elif what == "done":
            worker = min((a for a in staff if a["work"]), key=lambda a: min(a["work"]) / pace(a))
            worker["work"].remove(min(worker["work"]))
            leaving = [a for a in staff if not a["on"]]
            if worker["on"] and not worker["work"] and leaving:  # goes home, and another who was to go stays
                worker["on"] = False
                max(leaving, key=lambda a: len(a["work"]))["on"] = True
        elif what == "shift":
            place += 1
            on = sorted((a for a in staff if a["on"]), key=lambda a: len(a["work"]))
            off = sorted((a for a in staff if not a["on"]), key=lambda a: -len(a["work"]))
            for a in on[: max(len(on) - agents[place], 0)]:
                a["on"] = False
            for a in off[: max(agents[place] - len(on), 0)]:
                a["on"] = True
            staff += [{"on": True, "work": []} for _ in range(agents[place] - sum(a["on"] for a in staff))]
        staff = [a for a in staff if a["on"] or a["work"]]
        seat()
    return counts


@pytest.mark.parametrize(
    ("agents", "levels"),
    [([4, 1, 3, 0, 2], [[300.0]] * 5), ([3, 1, 2, 0, 2], [[200.0, 260, 330]] * 2 + [[280.0, 350, 450]] * 3)],
)
def test_every_count_is_that_of_a_simulation_of_each_person(agents: list[int], levels: list[list[float]]):
    rates = [0.014, 0.012, 0.02, 0.01, 0.008]
    at = desk(agents, levels, 200, 60, 900.0)
    ours, theirs = [], []
    for child in np.random.SeedSequence(11).spawn(900):
        a, b = child.spawn(2)
        sample = live.sample(at, np.repeat(rates, 3), np.random.default_rng(a))
        ours.append(np.vstack([sample.counts, sample.idle_s.reshape(5, 3).sum(axis=1)]))
        theirs.append(person_by_person(rates, agents, levels, 200, 60, 900.0, np.random.default_rng(b)))
    x, y = np.array(ours), np.array(theirs)
    told = [m for m in range(live.MEASURES + 1) if m != PATIENT_WITHIN]  # hanging up for real hides the patient wait
    error = np.sqrt((x.var(axis=0, ddof=1) + y.var(axis=0, ddof=1)) / len(x))
    off = np.abs(x.mean(axis=0) - y.mean(axis=0))
    assert (off <= FAR * error + 1e-6)[told].all()
    assert (x.mean(axis=0)[OVERRUN_S, [1, 3]] > 100).all()  # seconds worked after the shift: there is something to test
    assert (error.sum(axis=1)[told] < 0.1 * x.mean(axis=0).sum(axis=1)[told]).all()


def ciw_counts(rates: Sequence[float], agents: Sequence[int], interval: float, seed: int) -> Any:
    """Calls of 240 s, patience 150 s, counted by interval of arrival, and the agent-seconds after shifts' ends."""
    ends = [interval * (i + 1) for i in range(len(rates))]
    network = ciw.create_network(
        arrival_distributions=[
            ciw.dists.PoissonIntervals(rates=[*rates, 0.0], endpoints=[*ends, 1e6], max_sample_date=ends[-1])
        ],
        service_distributions=[ciw.dists.Exponential(1 / 240)],
        # at each change its shift is replaced by fresh agents: only a desk that empties in between is ours
        number_of_servers=[
            agents[0]
            if len(set(agents)) == 1
            else ciw.Schedule(numbers_of_servers=list(agents), shift_end_dates=[*ends[:-1], 1e6])
        ],
        reneging_time_distributions=[ciw.dists.Exponential(1 / 150)],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(1e5)
    counts = np.zeros((live.MEASURES, len(rates)))
    for record in simulation.get_all_records():
        i = int(record.arrival_date // interval)
        counts[OFFERED, i] += 1
        counts[ANSWERED if record.record_type == "service" else ABANDONED, i] += 1
        counts[WITHIN, i] += record.record_type == "service" and record.waiting_time <= 30
        counts[WAIT_S, i] += record.waiting_time
    counts[OVERRUN_S, 0] = sum(simulation.nodes[1].overtime)
    return counts


@pytest.mark.parametrize("agents", [[3, 3, 3], [4, 0, 2]])
def test_small_telephone_desks_are_those_of_ciw(agents: list[int]):
    rates = [0.012, 0.008, 0.011]
    theirs = np.array([ciw_counts(rates, agents, 1800.0, seed) for seed in range(150)])
    ours = runs(desk(agents, 240, 150, 30), rates, 3000)
    ours[:, OVERRUN_S, 0] = ours[:, OVERRUN_S].sum(axis=1)
    told = [OFFERED, ANSWERED, WITHIN, ABANDONED, WAIT_S]
    error = np.sqrt(ours.var(axis=0, ddof=1) / len(ours) + theirs.var(axis=0, ddof=1) / len(theirs))
    off = np.abs(ours.mean(axis=0) - theirs.mean(axis=0))
    assert (off <= FAR * error + 1e-9)[told].all()
    assert off[OVERRUN_S, 0] <= FAR * error[OVERRUN_S, 0]
    assert (ours[:, OVERRUN_S, 0].mean() > 100) == (0 in agents)


# --- laws


def laws(counts: Any, idle_s: Any, steps: int) -> None:
    assert np.array_equal(counts[OFFERED], counts[ANSWERED] + counts[ABANDONED])
    assert (counts[WITHIN] <= np.minimum(counts[ANSWERED], counts[PATIENT_WITHIN])).all()
    assert (counts[PATIENT_WITHIN] <= counts[OFFERED]).all()
    assert (counts >= 0).all()
    assert np.isfinite(counts).all()
    idle = idle_s.reshape(-1, steps).sum(axis=1)
    assert np.allclose(idle + counts[BUSY_S], counts[STAFFED_S] + counts[OVERRUN_S])
    assert (counts[HELD_S] >= counts[BUSY_S] - 1e-6).all()


@settings(max_examples=150)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.floats(0, 0.05)), min_size=1, max_size=8),
    st.integers(1, 3),
    st.sampled_from([0.5, 60.0, math.inf]),
    st.integers(0, 10**6),
)
def test_no_contact_and_no_second_is_ever_lost(hours: list[tuple[int, float]], levels: int, patience: float, seed: int):
    agents, rates = zip(*hours, strict=True)
    at = desk(agents, [300 + 60 * k for k in range(levels)], patience, 20)
    sample = live.sample(at, np.repeat(rates, 4), np.random.default_rng(seed))
    laws(sample.counts, sample.idle_s, 4)
    if patience == math.inf and agents[-1]:
        assert sample.counts[ABANDONED].sum() == 0


def test_a_line_of_thousands_is_kept_whole():
    sample = live.sample(desk([2, 2, 400], 60, math.inf, 20), np.array([5.0, 2, 0]), np.random.default_rng(3))
    laws(sample.counts, sample.idle_s, 1)
    assert sample.counts[ANSWERED].sum() > 12_000
    assert sample.counts[WAIT_S, 0] / sample.counts[OFFERED, 0] > 1800


def test_the_line_keeps_its_order_when_it_grows():
    ring = np.arange(12.0).reshape(4, 3)
    assert np.array_equal(live._twice(ring, 3)[:4], ring[[3, 0, 1, 2]])


@given(
    st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=12),
    st.integers(0, 10),
)
def test_those_who_hold_fewest_leave_and_those_who_hold_most_stay(staff: list[tuple[int, bool]], agents: int):
    at_work = sorted(held for held, on in staff if on)
    finishing = sorted((held for held, on in staff if not on and held), reverse=True)
    taking, leaving = (np.bincount(group, minlength=4).astype(np.int64) for group in (at_work, finishing))
    live._restaff(taking, leaving, agents)
    gone, back = max(len(at_work) - agents, 0), max(agents - len(at_work), 0)
    stay = at_work[gone:] + finishing[:back] + [0] * (back - len(finishing))
    go = [held for held in at_work[:gone] if held] + finishing[back:]
    assert taking.tolist() == np.bincount(stay, minlength=4).tolist()
    assert leaving.tolist() == np.bincount(go, minlength=4).tolist()


def test_what_hangs_up_and_what_is_held_are_what_littles_law_says():
    # each waiting customer hangs up at the rate 1/patience, each held one is done at the rate 1/aht, at every moment
    counts = runs(desk([12, 3, 9, 5, 0, 0], 200, 90, 20), [0.05, 0.04, 0.07, 0.02, 0.0, 0.0], 1500)
    total = counts.sum(axis=2)
    assert far_off(total[:, ABANDONED], total[:, WAIT_S], 1 / 90) < FAR
    assert far_off(total[:, ANSWERED], total[:, HELD_S], 1 / 200) < FAR
    assert far_off(total[:, OFFERED], np.ones(1500), 1800 * 0.18) < FAR
    assert total[:, OFFERED].var() == pytest.approx(1800 * 0.18, rel=0.2)  # a Poisson number


def test_more_agents_and_more_levels_serve_more():
    table = [runs(desk([n] * 8, aht, 120, 30), [0.02] * 8, 200)[:, WITHIN].sum() for n, aht in
             ((4, [300.0]), (6, [300.0]), (6, [300.0, 400.0]))]  # fmt: skip
    assert table[0] < table[1] < table[2]


# --- the replay of a plan


def test_a_requirement_keeps_its_promise_when_replayed_whatever_it_counts():
    queues = {of: VOICE.model_copy(update={"counted_of": of}) for of in ("offered", "answered", "virtual")}
    queues["chat"] = Queue(channel="chat", concurrency=3, patience_s=120, answer_within_s=30, max_occupancy=1)
    asked = make_forecast({name: [60.0] * 96 for name in queues})
    replayed = replay(requirement.agents(asked, queues), queues, samples=150, seed=4)
    settled = replayed.table[replayed.table["start"] >= "2026-06-15 03:00"]
    held = settled["promised"].between(settled["low"] - 0.01 * (settled["queue"] == "chat"), settled["high"])
    assert held.groupby(settled["queue"]).mean().between(0.85, 1).all()
    assert (settled["high"] - settled["low"]).max() < 0.07
    assert settled["contacts"].mean() == pytest.approx(60, rel=0.01)
    voice = settled[settled["queue"] == "offered"]
    agents = int(voice["agents"].iloc[0])
    assert voice["occupancy"].mean() == pytest.approx(erlang.occupancy(1 / 30, 300, agents, 120), abs=0.005)
    assert voice["abandonment"].mean() == pytest.approx(erlang.abandonment(1 / 30, 300, agents, 120), abs=0.005)
    assert voice["mean_wait_s"].mean() == pytest.approx(erlang.mean_wait(1 / 30, 300, agents, 120), rel=0.05)


def make_forecast(contacts: dict[str, list[float]], interval: pd.Timedelta = HALF_HOUR) -> Forecast:
    parts = []
    for name, mean in contacts.items():
        table = pd.DataFrame({"start": pd.date_range("2026-06-15", periods=len(mean), freq=interval), "queue": name})
        parts.append(table.assign(**dict.fromkeys(("mean", *LEVELS), mean), aht_s=300.0))
    return Forecast(pd.concat(parts, ignore_index=True), interval)


def test_the_confidence_interval_covers_the_truth_as_often_as_it_says():
    contacts = [2.0, 5, 9, 14, 20, 12, 7, 3] * 2
    today = needed(plan(contacts, [2, 3, 4, 3, 3, 4, 4, 4, 2, 2, 3, 4, 6, 6, 4, 1]))
    # a day that is over-dispersed as a whole: contacts of one sample share their fate
    shared = np.random.default_rng(8).gamma(10, 0.1, 12_000)
    truth = replay(today, {"phone": VOICE}, samples=12_000, seed=1, factors={"phone": shared[:, None]})
    assert truth.table["service_level"].min() < 0.5
    assert truth.table["service_level"].max() > 0.99
    covered, kept = [], []
    for seed in range(40):
        factors = {"phone": np.random.default_rng(100 + seed).gamma(10, 0.1, (40, 1))}
        one = replay(today, {"phone": VOICE}, samples=40, seed=2 + seed, factors=factors)
        covered.append(truth.table["service_level"].between(one.table["low"], one.table["high"]))
        kept.append(truth.days["kept"].between(one.days["low"], one.days["high"]).item())
    assert 0.92 < np.mean(covered) < 0.98  # of 640
    assert np.mean(covered, axis=0).min() > 0.75  # also where hardly anyone waits too long
    assert np.mean(kept) > 0.85


def same(a: Replay, b: Replay) -> bool:
    return a.table.to_csv() == b.table.to_csv() and a.days.to_csv() == b.days.to_csv()


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads():
    queues = {"phone": VOICE, "sales": VOICE}
    both = needed(plan([30.0] * 60, [6] * 60), plan([10.0] * 60, [3] * 60, queue="sales"))
    once = replay(both, queues, samples=20, seed=5, workers=1)
    assert same(once, replay(both, queues, samples=20, seed=5, workers=4))
    assert same(once, replay(both, queues, samples=20, seed=5))
    assert not same(once, replay(both, queues, samples=20, seed=6, workers=1))
    # queues and samples are sampled apart: alike terms, unlike days
    twins = needed(plan([30.0] * 4, [6] * 4), plan([30.0] * 4, [6] * 4, queue="sales"))
    table = replay(twins, queues, samples=20).table
    assert table["contacts"].nunique() > 4


def test_days_that_vary_more_keep_the_promise_less_often():
    week = needed(plan([60.0] * 48 * 3, [erlang.agents_for(1 / 30, 300, 20, 0.85, 120)] * 48 * 3))
    steady = replay(week, {"phone": VOICE}, samples=80)
    varied = np.random.default_rng(2).gamma(25, 1 / 25, (80, 3))  # 20% up and down
    wild = replay(week, {"phone": VOICE}, samples=80, factors={"phone": varied})
    assert (steady.days["kept"] > 0.9).all()
    assert (wild.days["kept"] < 0.85).all()
    assert (wild.days["kept"] > 0.4).all()
    width = [(r.table["high"] - r.table["low"]).mean() for r in (steady, wild)]
    assert width[1] > 1.5 * width[0]
    assert wild.days["low"].lt(wild.days["kept"]).all()
    assert wild.days["high"].gt(wild.days["kept"]).all()


def test_a_factor_belongs_to_its_day():
    off = np.tile([1.0, 0.0, 3.0], (10, 1))
    days = needed(plan([20.0] * 144, [8] * 144))
    table = replay(days, {"phone": VOICE}, samples=10, factors={"phone": off}).table
    daily = table.groupby(table["start"].dt.day)["contacts"].sum()
    assert daily.to_numpy() == pytest.approx([960, 0, 2880], rel=0.05)
    assert daily.iloc[1] == 0


def test_a_spike_within_the_interval_is_felt_though_its_total_is_the_same():
    even = needed(plan([30.0] * 12, [7] * 12))
    spiky = make_forecast({"phone": [24.0, 3, 0, 0, 0, 3] * 12}, pd.Timedelta(minutes=5))
    calm, felt = (replay(even, {"phone": VOICE}, samples=100, forecast=f).table for f in (None, spiky))
    assert felt["contacts"].mean() == pytest.approx(30, rel=0.03)
    assert (felt["high"] < calm["low"]).all()


def test_closed_intervals_of_a_finer_forecast_stay_closed():
    today = needed(plan([0.0, 30, 0], [0, 8, 0]))
    fine = make_forecast({"phone": [5.0, 5, 5, 1, 2, 3, 0, 0, 0]}, pd.Timedelta(minutes=10))
    table = replay(today, {"phone": VOICE}, samples=50, forecast=fine).table
    assert table["contacts"].iloc[[0, 2]].tolist() == [0, 0]
    assert table["contacts"].iloc[1] == pytest.approx(30, rel=0.1)


def test_without_contacts_every_promise_is_kept_for_sure():
    replayed = replay(needed(plan([0.0] * 48, [0] * 20 + [3] * 28)), {"phone": VOICE}, samples=5)
    assert (replayed.table[["service_level", "low", "high"]] == 1).all(axis=None)
    assert (replayed.table[["contacts", "abandonment", "occupancy", "mean_wait_s"]] == 0).all(axis=None)
    assert replayed.days[["service_level", "kept", "high"]].iloc[0].tolist() == [1, 1, 1]


@pytest.mark.parametrize("of", ["offered", "answered", "virtual"])
def test_with_nobody_at_the_desk_everyone_hangs_up_after_their_patience(of: str):
    queue = VOICE.model_copy(update={"counted_of": of})
    replayed = replay(needed(plan([50.0] * 48, [0] * 48)), {"phone": queue}, samples=20)
    table = replayed.table
    assert (table["service_level"] == 0).all()
    assert (table["abandonment"] == 1).all()
    assert (table["occupancy"] == 0).all()
    assert table["mean_wait_s"].mean() == pytest.approx(120, rel=0.02)
    assert np.isfinite(table.drop(columns=["start", "queue"]).to_numpy()).all()
    assert replayed.days["kept"].tolist() == [0]


def test_patient_customers_wait_past_midnight_for_those_who_come_next():
    night = plan([40.0, 0, 0, 0], [0, 0, 9, 9], start="2026-06-15 23:00")
    patient = VOICE.model_copy(update={"patience_s": None})
    table = replay(needed(night), {"phone": patient}, samples=20).table
    assert table.loc[0, "abandonment"] == 0
    assert 2700 < table.loc[0, "mean_wait_s"] < 2700 + 40 * 300 / 9  # from half past on average, and then in turn
    assert table.loc[2, "occupancy"] > 0.5
    never = replay(needed(night.assign(agents=0)), {"phone": patient}, samples=20)
    assert never.table.loc[0, "abandonment"] == 1  # turned away when the last interval ends
    assert never.table.loc[0, "mean_wait_s"] == pytest.approx(7200 - 900, rel=0.02)
    assert never.days["date"].dt.day.tolist() == [15, 16]


def test_agents_finish_their_contact_after_the_end_of_their_shift():
    table = replay(needed(plan([60.0, 0], [20, 0], aht=1800.0)), {"phone": VOICE}, samples=400).table
    assert table.loc[1, "contacts"] == 0
    assert table.loc[1, "occupancy"] == pytest.approx(1)  # those who stay are busy: nobody else is there
    assert table.loc[0, "occupancy"] < 0.95


def test_whom_a_shift_plan_brings_is_replayed_instead_of_the_requirement():
    today = needed(plan([60.0] * 8, [12] * 8))
    fewer = today.table[["start", "queue"]].assign(agents=9)
    shuffled = fewer.sample(frac=1, random_state=1)
    asked, given_ = (replay(today, {"phone": VOICE}, staffed=s).table for s in (None, shuffled))
    assert (given_["agents"] == 9).all()
    assert (given_["high"] < asked["low"])[1:].all()
    with pytest.raises(ValueError, match=r"staffed.*agents of phone at 2026-06-15 03:30"):
        replay(today, {"phone": VOICE}, staffed=fewer.iloc[:-1])
    with pytest.raises(ValueError, match=r"agents.*8.5"):
        replay(today, {"phone": VOICE}, staffed=fewer.assign(agents=8.5))


@settings(max_examples=80)
@given(st.integers(0, 10**6), st.integers(0, 99))
def test_agents_at_work_are_exact_at_the_boundary(planned: int, percent: int):
    coverage = pd.DataFrame({"start": [pd.Timestamp("2026-06-15")], "queue": ["phone"], "planned": [float(planned)]})
    present = at_work(coverage, {"phone": Queue(shrinkage=percent / 100)})
    assert present["agents"].tolist() == [planned * (100 - percent) // 100]
    assert list(present.columns) == ["start", "queue", "agents"]
    # whoever schedules for n has n at work
    back = at_work(
        coverage.assign(planned=erlang.scheduled(planned, percent / 100)), {"phone": Queue(shrinkage=percent / 100)}
    )
    assert back["agents"].item() >= planned


def test_rows_are_sorted_by_queue_and_start_tickets_among_them():
    queues = {"b": VOICE, "a": VOICE, "mail": Queue(channel="ticket")}
    every = needed(*(plan([5.0] * 50, [2] * 50, queue=name) for name in ("b", "mail", "a")))
    replayed = replay(every, queues, samples=3)
    assert replayed.table["queue"].tolist() == ["a"] * 50 + ["b"] * 50 + ["mail"] * 50
    assert replayed.table["start"].head(50).is_monotonic_increasing
    assert replayed.days[["queue", "date"]].to_numpy().tolist() == [
        [name, pd.Timestamp(f"2026-06-{day}")] for name in ("a", "b", "mail") for day in (15, 16)
    ]
    assert (replayed.table["promised"] == 0.8).all()


def test_tickets_are_done_in_the_idle_time_of_the_queue_they_fill():
    mail = Queue(channel="ticket", deadline_s=4 * 3600, max_occupancy=1.0, fills=("phone",))
    day = needed(plan([30.0] * 48, [8] * 48), plan([4.0] * 48, [0] * 48, queue="mail"))
    for fills, late in ((("phone",), False), ((), True)):
        queues = {"phone": VOICE, "mail": mail.model_copy(update={"fills": fills})}
        table = replay(day, queues, samples=20).table
        done = table.loc[table["queue"] == "mail", "service_level"].iloc[:40]
        assert (done < 0.5).all() if late else (done > 0.99).all()
    calls = table[table["queue"] == "phone"]
    assert calls["service_level"].mean() == pytest.approx(
        replay(needed(plan([30.0] * 48, [8] * 48)), {"phone": VOICE}, samples=20).table["service_level"].mean(),
        abs=0.02,
    )


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"samples": 1}, "samples.*1"),
        ({"seed": -1}, "seed.*-1"),
        ({"workers": 0}, "workers.*0"),
        ({"factors": {"phone": np.ones((5, 2))}}, r"factors: expected 5 samples x 1 days for phone, got \(5, 2\)"),
        ({"factors": {"phone": -np.ones((5, 1))}}, "rates.*-"),
        ({"forecast": make_forecast({"phone": [1.0]}, pd.Timedelta(minutes=20))}, "forecast.*20"),
        (
            {"forecast": make_forecast({"phone": [1.0]}, pd.Timedelta(minutes=5))},
            "forecast: expected contacts of phone from",
        ),
    ],
)
def test_a_bad_argument_of_a_replay_is_named_with_its_value(arguments: dict[str, Any], named: str):
    with pytest.raises(ValueError, match=named):
        replay(needed(plan([9.0] * 3, [2] * 3)), {"phone": VOICE}, **{"samples": 5} | arguments)


def test_a_gap_in_the_plan_is_closed_and_a_queue_nobody_described_is_named():
    gap = replay(needed(plan([9.0] * 3, [2] * 3).drop(1)), {"phone": VOICE}, samples=50).table
    closed = replay(needed(plan([9.0, 0, 9.0], [2, 0, 2])), {"phone": VOICE}, samples=50).table
    pd.testing.assert_frame_equal(gap, closed.drop(1).reset_index(drop=True))
    with pytest.raises(ValueError, match="needed: expected starts"):
        replay(
            needed(plan([9.0] * 3, [2] * 3).assign(start=lambda t: t["start"] + pd.to_timedelta([0, 7, 0], "min"))),
            {"phone": VOICE},
        )
    with pytest.raises(Refused, match="phone"):
        replay(needed(plan([9.0], [2])), {"sales": VOICE})


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: desk([-1], 300, 60, 20), "agents.*-1"),
        (lambda: desk([1], 0, 60, 20), "aht.*0"),
        (lambda: desk([1], 300, 0, 20), "patience_s.*0"),
        (lambda: desk([1, 2], [[300.0]], 60, 20), r"aht.*2 intervals"),
        (lambda: live.sample(desk([1, 2], 300, 60, 20), np.ones(3), np.random.default_rng(1)), "rates.*2.*3"),
        (lambda: live.sample(desk([1], 300, 60, 20), np.array([np.nan]), np.random.default_rng(1)), "rates.*nan"),
    ],
)
def test_a_bad_argument_of_a_desk_is_named_with_its_value(make: Callable[[], Any], named: str):
    with pytest.raises(ValueError, match=named):
        make()
