"""Covers cost no more than they must, meet every interval, and say why where none exists."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing import headcount
from staffing.cover import ShiftPlan, plan, weekly_need
from staffing.noplan import NoPlan
from staffing.requirement import Requirement
from staffing.shift import ShiftRules, candidates
from tests.planning import MONDAY, required, season, seller, source, week_of

SHORT = ShiftRules(start_step_min=60, hours=(2.0,), meal_min=0, meal_after_h=0, meal_before_h=1)
MEALS = ShiftRules(start_step_min=60, hours=(6.0,), meal_min=60, meal_after_h=2, meal_before_h=5)
CHEAP = source(contract={"kind": "seat", "seat_month_cny": 3000})
DEAR = source(contract={"kind": "seat", "seat_month_cny": 6000})


def limits(*rows: tuple[str, str, int]) -> pd.DataFrame:
    """source, queue, seats, all fully productive."""
    table = pd.DataFrame(rows, columns=["source", "queue", "seats"])
    return table.assign(effective=table["seats"], overtime_hours=0.0)


def present(made: ShiftPlan, queue: str, starts: Sequence[pd.Timestamp], interval: pd.Timedelta) -> list[int]:
    """People at work in each interval, read off the table's own starts, ends and breaks."""
    rows = made.table[made.table["queue"] == queue]
    counts = np.zeros(len(starts), dtype=int)
    for row in rows.itertuples():
        meal = None
        if row.breaks:
            meal = [row.date + pd.Timedelta(f"{clock}:00") for clock in row.breaks.split("-")]
            meal = [m if m >= row.start else m + pd.Timedelta(days=1) for m in meal]
        for t, start in enumerate(starts):
            inside = row.start <= start and start + interval <= row.end
            eating = meal is not None and meal[0] < start + interval and start < meal[1]
            counts[t] += row.agents * (inside and not eating)
    return counts.tolist()


def patterns(rules: ShiftRules, opens: int, hours: int) -> list[list[int]]:
    """0/1 by hour of every shift with every meal."""
    found = []
    for s in candidates(rules, opens * 60, (opens + hours) * 60, 60):
        for meal in s.meals or (None,):
            on = [s.start <= h * 60 and (h + 1) * 60 <= s.end and not (meal is not None and meal == h * 60)
                  for h in range(opens, opens + hours)]  # fmt: skip
            found.append([int(o) for o in on])
    return found


def fewest_by_hand(need: Sequence[int], kinds: Sequence[Sequence[int]]) -> int:
    """Fewest shifts of these kinds that cover a day: every combination, smallest first."""
    on = np.array(kinds)
    for total in itertools.count():
        for chosen in itertools.combinations_with_replacement(range(len(kinds)), total):
            if (on[list(chosen)].sum(axis=0) >= np.array(need)).all():
                return total
    raise AssertionError


# ---- the optimum


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=5, max_size=5).filter(lambda d: d[0] and d[-1]))
def test_a_day_takes_as_few_shifts_as_the_best_of_all_combinations(need: list[int]) -> None:
    made = plan(required({"q": [need]}), limits(("v", "q", 9)), {"v": CHEAP}, SHORT, gap=0.0)
    assert made.table["agents"].sum() == fewest_by_hand(need, patterns(SHORT, 9, 5))
    assert (made.status, made.gap) == ("optimal", 0.0)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=8, max_size=8).filter(lambda d: d[0] and d[-1]))
def test_meals_are_placed_where_they_cost_least(need: list[int]) -> None:
    made = plan(required({"q": [need]}), limits(("v", "q", 9)), {"v": CHEAP}, MEALS, gap=0.0)
    assert made.table["agents"].sum() == fewest_by_hand(need, patterns(MEALS, 9, 8))
    starts = list(made.coverage["start"])
    assert present(made, "q", starts, pd.Timedelta(hours=1)) == made.coverage["planned"].tolist()
    assert (made.coverage["planned"] >= made.coverage["required"]).all()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.integers(1, 3), min_size=4, max_size=4), min_size=1, max_size=3), st.integers(0, 4))
def test_cheaper_source_works_up_to_its_seats_every_day(days: list[list[int]], cheap: int) -> None:
    made = plan(
        required({"q": days}), limits(("a", "q", cheap), ("b", "q", 9)), {"a": CHEAP, "b": DEAR}, SHORT, gap=0.0
    )
    kinds = patterns(SHORT, 9, 4)
    fewest = [fewest_by_hand(day, kinds) for day in days]
    rate = {name: s.contract.hour_cny(0.0, 40) for name, s in (("a", CHEAP), ("b", DEAR))}
    by_hand = sum(2 * (min(n, cheap) * rate["a"] + max(0, n - cheap) * rate["b"]) for n in fewest)
    assert made.cost_cny == pytest.approx(by_hand, abs=0.02)


def test_weekly_need_is_the_sum_of_the_best_days() -> None:
    days = [[2, 1, 3, 1, 1], [1, 1, 1, 1, 1], [3, 3, 3, 3, 3], [0] * 5, [1, 0, 2, 0, 1], [2] * 5, [1, 2, 3, 2, 1]]
    row = weekly_need(required({"q": days}), SHORT, 10.0).table.iloc[0]
    fewest = [fewest_by_hand(day, patterns(SHORT, 9, 5)) for day in days]
    assert row["hours"] == 2 * sum(fewest)
    assert row["busiest_day"] == max(fewest)
    assert row["seats"] == max(-(-2 * sum(fewest) // 10), max(fewest))
    assert row["contacts"] == 6.0 * sum(map(sum, days))


# ---- the limits of the season plan suffice


@settings(max_examples=8, deadline=None)
@given(st.integers(3, 40), st.integers(0, 10**6), st.tuples(st.integers(0, 100), st.integers(0, 100)))
def test_the_weekly_need_suffices_however_it_is_divided(peak: int, seed: int, cut: tuple[int, int]) -> None:
    needed = season((peak,), weeks=1, peak_of=1.0, seed=seed)
    seats = int(weekly_need(needed, ShiftRules()).table["seats"].iloc[0])
    a, b = sorted(seats * c // 100 for c in cut)
    split = limits(("a", "q0", a), ("b", "q0", b - a), ("c", "q0", seats - b))
    sources = {"a": CHEAP, "b": DEAR, "c": source("inhouse")}
    made = plan(needed, split, sources)
    kept(made, needed, split)
    assert made.gap <= 0.005


def kept(made: ShiftPlan, needed: Requirement, split: pd.DataFrame) -> None:
    """Coverage and every limit, recomputed from the rows."""
    assert (made.coverage["planned"] >= made.coverage["required"]).all()
    assert len(made.coverage) == len(needed.table)
    for row in split.itertuples():
        mine = made.table[(made.table["source"] == row.source) & (made.table["queue"] == row.queue)]
        extra = row.overtime_hours / 8 * row.seats / max(row.effective, 1)
        assert mine["agents"].sum() <= 5 * row.seats + np.ceil(extra)
        assert mine.groupby("date")["agents"].sum().max() <= row.seats if len(mine) else True


def test_weeks_of_a_realistic_season_are_covered_by_their_season_plan() -> None:
    rules, sources = ShiftRules(), seller()
    needed = season((40, 12), weeks=10)
    made = headcount.plan(weekly_need(needed, rules), sources)
    for week in sorted(made.needed["week"])[::3]:
        rows = week_of(needed, week)
        shifts = plan(rows, made.week(week), sources, rules)
        kept(shifts, rows, made.week(week))
        assert shifts.status == "optimal"


def test_beginners_come_on_top_so_that_the_work_of_full_ones_is_done() -> None:
    # ten seats, the work of eight: every eight shifts are worked by ten people, none on more days than there are people
    needed = required({"q": [[8] * 5] * 5})
    team = limits(("v", "q", 10)).assign(effective=8)
    made = plan(needed, team, {"v": CHEAP}, ShiftRules(start_step_min=60, hours=(5.0,), meal_min=0))
    by_day = made.table.groupby("date")["agents"].sum()
    full = made.coverage.groupby(made.coverage["start"].dt.normalize())["planned"].max()
    assert (by_day <= 10).all()
    assert (full >= 8).all()
    assert by_day.sum() <= 50


def test_overtime_is_worked_where_the_season_plan_bought_it() -> None:
    days = [[2, 2]] * 6
    seats = limits(("v", "q", 2))
    with pytest.raises(NoPlan):
        plan(required({"q": days}), seats, {"v": source(hours_per_week=10)}, SHORT)
    more = plan(required({"q": days}), seats.assign(overtime_hours=4.0), {"v": source(hours_per_week=10)}, SHORT)
    assert more.table["agents"].sum() == 12


# ---- the night


def test_shifts_over_midnight_cover_the_night() -> None:
    needed = required({"q": [[1] * 24] * 7}, opens=0)
    # one agent round the clock: whole shifts leave a gap that takes long to prove away, and the first cover will do
    made = plan(needed, limits(("v", "q", 6)), {"v": CHEAP}, nodes=1)
    assert made.table["agents"].sum() >= 21  # 168 hours at 8 a shift
    assert present(made, "q", list(made.coverage["start"]), needed.interval) == made.coverage["planned"].tolist()
    assert (made.coverage["planned"] >= 1).all()
    assert (made.table["end"].dt.normalize() > made.table["date"]).any()


def test_weekly_need_of_a_queue_that_never_closes_suffices() -> None:
    needed = required({"q": [[1, 1, 1, 1, 1, 1, 2, 3, 4, 4, 4, 3, 3, 4, 4, 3, 3, 2, 2, 3, 3, 2, 1, 1]] * 7}, opens=0)
    seats = int(weekly_need(needed, ShiftRules()).table["seats"].iloc[0])
    made = plan(needed, limits(("v", "q", seats)), {"v": CHEAP}, gap=0.02)
    assert (made.coverage["planned"] >= made.coverage["required"]).all()


# ---- time and sameness


def test_peak_week_of_four_queues_is_proven_to_half_a_percent() -> None:
    needed = season((80, 45, 25, 12))
    need = weekly_need(needed, ShiftRules())
    peak = need.table.groupby("week")["seats"].sum().idxmax()
    rows = need.table[need.table["week"] == peak]
    split = limits(*((name, r.queue, -(-r.seats // 2)) for r in rows.itertuples() for name in ("a", "b")))
    made = plan(week_of(needed, peak), split, {"a": CHEAP, "b": source("inhouse")})
    assert made.gap <= 0.005


def test_the_same_input_gives_the_same_shifts() -> None:
    needed = season((30, 10), weeks=1, peak_of=1.0)
    split = limits(("a", "q0", 60), ("b", "q0", 30), ("a", "q1", 30))
    one, two = (plan(needed, split, {"a": CHEAP, "b": DEAR}) for _ in range(2))
    pd.testing.assert_frame_equal(one.table, two.table)


# ---- extremes


def test_a_week_without_need_takes_nobody() -> None:
    needed = required({"q": [[0, 0]] * 7})
    made = plan(needed, limits(("v", "q", 3)), {"v": CHEAP})
    assert (len(made.table), made.cost_cny, made.gap, made.status) == (0, 0.0, 0.0, "optimal")
    assert weekly_need(needed, ShiftRules()).table["seats"].tolist() == [0]


def test_weeks_that_are_not_whole_are_left_out() -> None:
    needed = required({"q": [[1] * 10] * 16})
    later = Requirement(needed.table[needed.table["start"] >= MONDAY + pd.Timedelta(days=1)], needed.interval)
    assert list(weekly_need(later, ShiftRules()).table["week"]) == [MONDAY + pd.Timedelta(weeks=1)]
    with pytest.raises(ValueError, match="full week from Monday"):
        weekly_need(required({"q": [[1] * 10] * 6}), ShiftRules())


def test_two_weeks_are_not_one() -> None:
    with pytest.raises(ValueError, match="one week from Monday"):
        plan(required({"q": [[1] * 10] * 8}), limits(("v", "q", 3)), {"v": CHEAP})


# ---- no plan


def said(agents: Mapping[str, Sequence[Sequence[int]]], seats: pd.DataFrame, rules: ShiftRules) -> NoPlan[ShiftPlan]:
    with pytest.raises(NoPlan) as caught:
        plan(required(agents), seats, {"v": source(hours_per_week=10)}, rules)
    return caught.value


def test_too_few_seats_on_a_day_are_named_with_the_interval_and_the_cure() -> None:
    none = said({"q": [[2, 2], [4, 4]]}, limits(("v", "q", 3)), SHORT)
    assert none.say("en").splitlines() == [
        "q: 2026-04-28 09:00 needs 4 agents, 1 are missing; 2.0 agent-hours of the week are lost",
        "q: 2026-04-28 takes 4 agents, the season plan has 3 seats; 1 more would do",
    ]
    assert plan(required({"q": [[2, 2], [4, 4]]}), limits(("v", "q", 4)), {"v": CHEAP}, SHORT).gap == 0


def test_too_few_hours_in_the_week_are_named_with_the_cure() -> None:
    none = said({"q": [[2, 2]] * 7}, limits(("v", "q", 2)), SHORT)  # 14 shifts of 2 h, where 10 are paid
    assert "q: the week takes 28.0 paid hours, the season plan has 20.0; 1 more seats would do" in none.say("en")


def test_nearest_shifts_leave_the_least_uncovered_within_the_seats() -> None:
    nearest = said({"q": [[2, 2], [4, 4]]}, limits(("v", "q", 3)), SHORT).nearest
    short = (nearest.coverage["required"] - nearest.coverage["planned"]).clip(lower=0)
    assert short.sum() == 2
    assert nearest.table.groupby("date")["agents"].sum().max() == 3


def test_a_queue_without_seats_is_missing_everything() -> None:
    none = said({"q": [[1, 1]]}, limits(("v", "other", 3)), SHORT)
    assert "1 more would do" in none.say("en")
    assert len(none.nearest.table) == 0


def test_shift_rules_that_leave_a_gap_are_named() -> None:
    # one start, one meal time: at that hour everybody eats
    rigid = ShiftRules(start_step_min=60, hours=(6.0,), meal_min=60, meal_after_h=3, meal_before_h=4)
    with pytest.raises(NoPlan, match=r"q: under the shift rules nobody can work at .* on 2026-04-27"):
        weekly_need(required({"q": [[1] * 7] * 7}), rigid)
