"""Season plans are cheapest, keep every limit, and say why where none exists."""

from __future__ import annotations

import itertools
from math import ceil

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.contract import Usage, net
from staffing.cover import weekly_need
from staffing.headcount import Model, SeasonPlan, WeeklyNeed, plan
from staffing.noplan import NoPlan
from staffing.shift import ShiftRules
from staffing.source import Source
from tests.planning import MONDAY, season, seller, source, weekly

NO_OVERTIME = {"kind": "payroll", "wage_month_cny": 6000, "max_overtime_hours_month": 0, "recruit_cny": 500}


def seats(made: SeasonPlan, name: str, queue: str | None = None) -> list[float]:
    rows = made.table[(made.table["source"] == name) & (made.table["queue"] != "")]
    rows = rows if queue is None else rows[rows["queue"] == queue]
    weeks = sorted(made.needed["week"].unique())
    return list(rows.groupby("week")["seats"].sum().reindex(weeks, fill_value=0))


def pool(made: SeasonPlan, name: str, column: str) -> list[float]:
    return list(made.table.query("source == @name and queue == ''")[column])


def check_limits(made: SeasonPlan, needed: WeeklyNeed, sources: dict[str, Source]) -> None:
    """Every limit of the docstring, recomputed from the table alone."""
    table, h = made.table, needed.hours_per_week
    on = table[table["queue"] != ""]
    for row in needed.table.itertuples():
        mine = on[(on["week"] == row.week) & (on["queue"] == row.queue)]
        worked = sum(r.effective * sources[r.source].hours_per_week + r.overtime_hours for r in mine.itertuples())
        assert worked >= row.seats * h - 1e-6
        assert mine["effective"].sum() >= row.busiest_day - 1e-6
        assert mine["contacts"].sum() == pytest.approx(row.contacts)
        assert all(sources[name].serves(row.queue) for name in mine["source"])
    for name, s in sources.items():
        heads, hires, taught = (pool(made, name, c) for c in ("heads", "hires", "in_training"))
        for w in range(len(heads)):
            joined = hires[w - s.lead_weeks] if w >= s.lead_weeks else 0
            before = heads[w - 1] * (1 - s.attrition_per_week * (s.kind == "inhouse")) if w else s.staff
            if s.kind == "inhouse":
                assert heads[w] == pytest.approx(before + joined, abs=1e-5)
            assert heads[w] <= min(before + joined, s.max_seats) + 1e-5
            assert hires[w] <= s.ramp_seats_per_week
            assert seats(made, name)[w] <= heads[w] + 1e-5
            first = w - s.lead_weeks + 1
            assert taught[w] == sum(hires[v] for v in range(max(0, first), max(0, first + s.training_weeks)))


# ---- the optimum


def by_hand(need: tuple[int, ...], own: Source, vendor: Source) -> float:
    """Least cost over every number of hires in every week; the vendor's seats fill what is left."""
    best = float("inf")
    for hires in itertools.product(range(max(need) + 1), repeat=len(need)):
        heads, cost = own.staff, 0.0
        for w, seats_needed in enumerate(need):
            heads += hires[w - own.lead_weeks] if w >= own.lead_weeks else 0
            taught = hires[w - own.lead_weeks + 1] if own.training_weeks and w >= own.lead_weeks - 1 else 0
            cost += net(own.contract, Usage(heads=heads, in_training=taught, hires=hires[w]))
            cost += net(vendor.contract, Usage(heads=max(0, seats_needed - heads)))
        best = min(best, cost)
    return best


@settings(max_examples=20, deadline=None)
@given(
    st.tuples(*[st.integers(0, 4)] * 4),
    st.integers(0, 2),
    st.sampled_from([2000, 5000, 9000, 20000]),
    st.sampled_from([0, 1]),
)
def test_cost_is_that_of_the_best_of_all_plans(need: tuple[int, ...], staff: int, price: int, lead: int) -> None:
    own = source("inhouse", staff=staff, lead_weeks=lead, training_weeks=lead, contract=NO_OVERTIME)
    vendor = source(staff=9, contract={"kind": "seat", "seat_month_cny": price})
    made = plan(weekly(*({"q": n} for n in need)), {"own": own, "vendor": vendor}, gap=0.0)
    assert made.gap == 0
    assert made.cost_cny == pytest.approx(by_hand(need, own, vendor), abs=0.1)


def test_cheaper_source_is_used_first_and_the_dearer_only_beyond_its_cap() -> None:
    cheap = source(staff=3, max_seats=3)
    dear = source(staff=9, contract={"kind": "seat", "seat_month_cny": 9000})
    made = plan(weekly({"q": 5}, {"q": 2}), {"cheap": cheap, "dear": dear})
    assert seats(made, "cheap") == [3, 2]
    assert seats(made, "dear") == [2, 0]
    assert made.status == "optimal"


def test_per_contact_vendor_is_cheaper_below_its_break_even_and_dearer_above() -> None:
    fixed = source(contract={"kind": "seat", "seat_month_cny": 5000})  # 1150.68 a week
    each = source(contract={"kind": "contact", "contact_cny": 2.0})
    both = {"fixed": fixed, "each": each}
    quiet = plan(weekly({"q": 4}, contacts=500), both)
    busy = plan(weekly({"q": 4}, contacts=600), both)
    assert (seats(quiet, "each"), seats(busy, "each")) == ([4], [0])
    assert quiet.cost_cny == 4 * 500 * 2
    assert pool(quiet, "each", "heads") == [4]  # free seats are not bought for show
    assert quiet.table["contacts"].sum() == 2000


def test_two_seats_that_are_there_cost_two_seats() -> None:
    # HiGHS 1.15.1 with presolve says four, and calls them optimal
    made = plan(weekly({"q": 2}), {"v": source(staff=2)})
    assert (seats(made, "v"), pool(made, "v", "heads"), made.gap) == ([2], [2], 0.0)


def test_own_people_are_one_pool_over_their_queues() -> None:
    made = plan(weekly({"a": 3, "b": 1}, {"a": 1, "b": 3}), {"own": source("inhouse", staff=4, contract=NO_OVERTIME)})
    assert seats(made, "own", "a") == [3, 1]
    assert seats(made, "own", "b") == [1, 3]
    assert pool(made, "own", "hires") == [0, 0]


# ---- time


def test_hires_are_decided_their_lead_time_ahead_and_trained_in_its_last_weeks() -> None:
    own = source("inhouse", staff=2, lead_weeks=3, training_weeks=2, contract=NO_OVERTIME)
    made = plan(weekly(*[{"q": 2}] * 4, {"q": 5}), {"own": own})
    assert pool(made, "own", "hires") == [0, 3, 0, 0, 0]
    assert pool(made, "own", "in_training") == [0, 0, 3, 3, 0]
    assert pool(made, "own", "heads") == [2, 2, 2, 2, 5]


def test_beginners_count_for_what_they_do() -> None:
    fresh = source(staff=0, learning=(0.5,))
    made = plan(weekly({"q": 10}, {"q": 10}), {"vendor": fresh})
    # 19 beginners lose 9.5 seats, to the nearest whole one 9; a week later ten are enough
    assert seats(made, "vendor") == [19, 10]
    assert list(made.table.query("queue == 'q'")["effective"]) == [10, 10]


def test_leavers_are_expected_and_replaced() -> None:
    own = source("inhouse", staff=10, attrition_per_week=0.1, contract=NO_OVERTIME)
    made = plan(weekly({"q": 10}, {"q": 10}, {"q": 10}), {"own": own})
    assert pool(made, "own", "leavers")[0] == pytest.approx(1.0)
    assert all(h >= 10 for h in pool(made, "own", "heads"))
    assert sum(pool(made, "own", "hires")) == 2


def test_overtime_bridges_one_week_and_keeps_to_its_monthly_limit() -> None:
    pay = {"kind": "payroll", "wage_month_cny": 6000, "recruit_cny": 20000}
    made = plan(weekly({"q": 10}, {"q": 11}, {"q": 10}), {"own": source("inhouse", staff=10, contract=pay)})
    assert made.table["overtime_hours"].sum() == 40
    assert made.table["overtime_hours"].max() <= 10 * 36 * 7 / 31
    with pytest.raises(NoPlan):  # five seats' work would take 20 h of overtime a head
        plan(weekly({"q": 15}), {"own": source("inhouse", staff=10, max_seats=10, contract=pay)})


def test_overtime_puts_nobody_more_at_work_on_the_busiest_day() -> None:
    needed = weekly({"q": 11})
    needed = WeeklyNeed(needed.table.assign(busiest_day=11))
    with pytest.raises(NoPlan):
        plan(needed, {"own": source("inhouse", staff=10, max_seats=10)})


# ---- limits


def test_shares_bind_from_the_week_that_a_decision_can_reach() -> None:
    own = source("inhouse", staff=10, contract=NO_OVERTIME)
    vendor = source(lead_weeks=1, min_share=0.3, contract={"kind": "seat", "seat_month_cny": 30000})
    made = plan(weekly({"q": 10}, {"q": 10}), {"own": own, "vendor": vendor})
    assert seats(made, "vendor") == [0, 3]
    capped = plan(weekly({"q": 10}, {"q": 10}), {"own": own.model_copy(update={"max_share": 0.6}),
                                                 "vendor": vendor.model_copy(update={"min_share": 0.0})})  # fmt: skip
    assert seats(capped, "own") == [10, 6]


def test_part_timers_fill_days_more_than_weeks() -> None:
    # 24 h a week: three shifts, so ten of them do the hours of six
    made = plan(weekly({"q": 6}), {"part": source(staff=10, hours_per_week=24)})
    assert seats(made, "part") == [10]


@settings(max_examples=8, deadline=None)
@given(st.lists(st.fixed_dictionaries({"a": st.integers(0, 9), "b": st.integers(0, 9)}), min_size=4, max_size=7))
def test_every_plan_keeps_every_limit(weeks: list[dict[str, int]]) -> None:
    sources = {
        "own": source("inhouse", staff=6, lead_weeks=2, training_weeks=1, learning=(0.7,), attrition_per_week=0.02),
        "seat": source(staff=6, queues=("a",), lead_weeks=1, learning=(0.8,), max_share=0.8),
        "each": source(staff=9, lead_weeks=1, contract={"kind": "contact", "contact_cny": 9.0, "training_cny": 50}),
    }
    needed = weekly(*weeks)
    try:
        made = plan(needed, sources, gap=0.01)
    except NoPlan:
        return  # which limits bind is for the tests below
    check_limits(made, needed, sources)
    assert made.gap <= 0.01


# ---- no plan


def refused(needed: WeeklyNeed, sources: dict[str, Source]) -> NoPlan[SeasonPlan]:
    with pytest.raises(NoPlan) as caught:
        plan(needed, sources)
    return caught.value


def test_too_low_a_cap_is_named_with_its_cure() -> None:
    none = refused(weekly({"q": 3}, {"q": 8}), {"vendor": source(staff=3, max_seats=5)})
    assert none.say("en").splitlines() == [
        f"q: the week of {MONDAY + pd.Timedelta(weeks=1):%Y-%m-%d} lacks 3 seats",
        "vendor: max_seats 5 is too low; 8 would do",
    ]
    cured = plan(weekly({"q": 3}, {"q": 8}), {"vendor": source(staff=3, max_seats=8)})
    assert seats(cured, "vendor") == [3, 8]


def test_hiring_that_comes_too_late_is_named_with_the_weeks_it_lacks() -> None:
    own = source("inhouse", staff=2, lead_weeks=3, contract=NO_OVERTIME)
    none = refused(weekly({"q": 2}, {"q": 4}, {"q": 4}, {"q": 4}), {"own": own})
    assert "own: whoever is hired now works from the week of 2026-05-18; decide 2 weeks sooner" in none.say("en")
    sooner = own.model_copy(update={"lead_weeks": 1})
    assert seats(plan(weekly({"q": 2}, {"q": 4}), {"own": sooner}), "own") == [2, 4]


def test_too_slow_a_ramp_is_named_with_its_cure() -> None:
    none = refused(weekly({"q": 0}, {"q": 9}), {"vendor": source(staff=0, lead_weeks=1, ramp_seats_per_week=4)})
    assert "vendor: ramp_seats_per_week 4 is too slow; 9 would do" in none.say("en")


def test_shares_that_contradict_are_named() -> None:
    both = {"a": source(staff=9, max_share=0.4), "b": source(staff=9, max_share=0.4)}
    said = refused(weekly({"q": 5}), both).say("en")
    assert "lacks 5 seats" in said
    assert "a: max_share 40% allows it no more seats" in said


def test_a_queue_that_nobody_serves_is_named() -> None:
    said = refused(weekly({"phone": 2, "chat": 2}), {"v": source(staff=2, queues=("chat",))}).say("en")
    assert "phone: no source may serve it" in said
    assert "chat" not in said.replace("phone", "")


def test_nearest_plan_leaves_the_least_work_undone_and_keeps_the_limits() -> None:
    none = refused(weekly({"a": 4, "b": 4}), {"v": source(staff=5, max_seats=5)})
    nearest = none.nearest
    assert nearest.missing["seats"].sum() == 3
    assert seats(nearest, "v") == [5]


# ---- the season of the domain page


def test_a_realistic_season_is_planned_within_the_gap_asked_for() -> None:
    needed = weekly_need(season((80, 45, 25, 12)), ShiftRules())
    sources = seller()
    made = plan(needed, sources)
    assert made.status == "optimal"
    assert made.gap <= 0.01
    check_limits(made, needed, sources)
    assert made.cost_cny == plan(needed, sources).cost_cny  # the same input, the same plan


def test_every_constraint_is_named_and_names_sort_as_numbers() -> None:
    built = Model(weekly({"q": 1}, {"q": 2}), {"own": source("inhouse", staff=2)})
    names = [constraint.name for constraint in built.problem.constraints()]
    assert {name.split("_0")[0] for name in names} >= {"cover", "day", "pool", "heads", "learn"}
    assert all(not name.startswith("_C") for name in names)
    variables = [variable.name for variable in built.problem.variables()]
    assert variables == sorted(variables)


def test_bound_is_never_above_the_cost() -> None:
    needed = weekly_need(season((20, 8)), ShiftRules())
    loose, tight = plan(needed, seller(), gap=0.05), plan(needed, seller(), gap=0.0005)
    assert tight.cost_cny <= loose.cost_cny + 0.01
    assert loose.cost_cny * (1 - loose.gap) <= tight.cost_cny + 0.01


@pytest.mark.parametrize(
    ("change", "says"),
    [({"seats": -1}, "seats must be a number of 0 or more"), ({"contacts": float("nan")}, "contacts must be")],
)
def test_needs_that_are_no_numbers_are_refused(change: dict[str, float], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        WeeklyNeed(weekly({"q": 1}).table.assign(**change))


def test_no_source_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="sources must name"):
        plan(weekly({"q": 1}), {})


def test_need_of_seats_agrees_with_hours_and_busiest_day() -> None:
    table = weekly_need(season((30,), weeks=3), ShiftRules()).table
    for row in table.itertuples():
        assert row.seats == max(ceil(row.hours / 40 - 1e-9), row.busiest_day)
