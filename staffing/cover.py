"""Cover: the shifts and meals that meet every interval of a week at least cost, with the gap proven.

One queue at a time, since the season plan has given each its seats. With x[i,j] seats of source i filled on shift j,
and b[j,k] of the people on shift j at their meal k (implicit breaks, Aykin 1996):

    minimise   sum of paid hours x the source's rate
    subject to
      cover    sum over i, j covering t of x[i,j] - sum over meals k touching t of b[j,k] >= scheduled[t]
      meals    sum_k b[j,k] = sum_i x[i,j]
      day      sum over shifts j that start on d of x[i,j] <= seats[i]
      week     sum_j hours[j] x[i,j] <= hours per week[i] seats[i] + overtime[i]

all whole numbers; seats are the season plan's fully productive ones, and beginners come on top of them afterwards. So
the matrix is close to an interval matrix and its relaxation's optimum nearly always whole (280 of 300 realistic days;
the rounded-up bound was met on all 300), which is why it goes to HiGHS whole: a queue-week is proven optimal in a
tenth of a second. Counting each beginner as 0.7 of an agent in the cover instead made the same weeks take over
20 s, or have no cover at all for a fraction of a person.

Seats are bought by the season plan, so their price is sunk; the cost here values each paid hour at its source's rate to
choose the cheapest hours, and is not an amount to add to the season's bill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Any

import highspy
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.language import Text
from forecast.table import check
from staffing import limit
from staffing.assignment import COLUMNS, as_table, coverage, shift_rows
from staffing.grid import EPS, Floats, Grid, Programme, Team, grid, programme
from staffing.headcount import WeeklyNeed
from staffing.noplan import NoPlan
from staffing.requirement import Requirement
from staffing.shift import DAY, ShiftRules, candidates
from staffing.source import Source

WEEK = pd.Timedelta(days=7)


@dataclass(frozen=True, eq=False)
class ShiftPlan:
    """Shifts of one week.

    table: one row per source, queue, date, shift and meal: date (midnight), shift (like "09:30+8h"), start, end, breaks
    (like "13:00-14:00", empty without a meal), agents (people; where there are beginners, more than the work of full
    ones). coverage: start, queue, required, planned (agents at work, counted in full ones). gap: no cover is cheaper by
    more than this share of the cost (proven). status: "optimal" where the gap is within what was asked, "feasible"
    where the search ended before. cost_cny: paid hours of full seats at each source's rate; the seats are already
    bought.
    """

    table: pd.DataFrame
    coverage: pd.DataFrame
    status: str
    gap: float
    cost_cny: float

    def __post_init__(self) -> None:
        check(self.table, COLUMNS, "shift plan", non_negative=("agents",))
        check(self.coverage, ("start", "queue", "required", "planned"), "coverage", ("required", "planned"))


@dataclass(frozen=True, eq=False)
class Solved:
    """A solver's answer: a point (None where it vouches for none), its objective, the proven bound, its own word."""

    point: Floats | None
    objective: float
    bound: float
    said: str


class Solver:
    """HiGHS holding one programme; its needs may be changed and it be run again."""

    def __init__(self, programme: Programme, whole: bool, **options: float | str) -> None:
        # its presolve of integer programmes is known to cut optima off and to call the rest optimal (HiGHS issues 3073,
        # 3094, 3274; 1.15.1): a bound is proven only without it
        options = {"presolve": "off" if whole else "choose", **options}
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # no types are published
        for name, value in {"output_flag": False, "threads": 1, "random_seed": 0, **options}.items():
            if self._highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
                raise ValueError(f"the solver knows no option {name}={value}")
        lp = highspy.HighsLp()
        rows, columns = programme.rows.shape
        lp.num_row_, lp.num_col_ = rows, columns
        lp.col_cost_ = programme.cost
        lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.full(columns, np.inf)
        lp.row_lower_, lp.row_upper_ = programme.lower, programme.upper
        lp.a_matrix_.start_, lp.a_matrix_.index_ = programme.rows.indptr, programme.rows.indices
        lp.a_matrix_.value_ = programme.rows.data
        if whole:
            lp.integrality_ = [highspy.HighsVarType.kInteger] * columns
        self._whole = whole
        if self._highs.passModel(lp) == highspy.HighsStatus.kError:
            raise RuntimeError("the solver refused the model")

    def need(self, need: Floats) -> None:
        """Other agents per interval: the first rows of the programme."""
        rows = np.arange(len(need), dtype=np.int32)
        self._highs.changeRowsBounds(len(need), rows, need, np.full(len(need), np.inf))

    def hours(self, least: float) -> None:
        """Paid hours of the last team at least: the last row of the programme."""
        self._highs.changeRowBounds(self._highs.getNumRow() - 1, least, np.inf)

    def run(self) -> Solved:
        """Solve it; a point comes back only where the solver vouches for its feasibility."""
        self._highs.run()
        info = self._highs.getInfo()
        said = self._highs.modelStatusToString(self._highs.getModelStatus())
        if info.primal_solution_status != 2:  # 2: a feasible point; anything else leaves zeros that mean nothing
            return Solved(None, np.inf, np.inf, said)
        if not self._whole and said != "Optimal":
            return Solved(None, np.inf, np.inf, said)
        point = np.array(self._highs.getSolution().col_value)
        objective = float(info.objective_function_value)
        return Solved(point, objective, float(info.mip_dual_bound) if self._whole else objective, said)


def plan(
    needed: Requirement,
    seats: pd.DataFrame,
    sources: Mapping[str, Source],
    rules: ShiftRules | None = None,
    *,
    gap: float = 0.005,
    nodes: int = 40,
    time_limit: float = 30.0,
) -> ShiftPlan:
    """The cheapest shifts of one week that keep `needed` covered, proven to within `gap` where the search gets so far.

    `needed` holds one week, Monday to Sunday (intervals not named need nobody). `seats` are the season plan's for that
    week (SeasonPlan.week): source, queue, seats, effective, overtime_hours. The search of each queue ends after `nodes`
    branches, so that the same input gives the same shifts on any machine; `time_limit` seconds are a last resort.
    Shifts over midnight on Sunday run on into the next week, whose first hours they are not credited to.

    Raises:
        NoPlan: some interval cannot be covered; with the limit that binds and the shifts that leave least uncovered.
        ValueError: `needed` is not one week from Monday.
    """
    rules = rules or ShiftRules()
    table = needed.table
    first = table["start"].min().normalize()
    monday = first - pd.Timedelta(days=first.weekday())
    if table["start"].max() >= monday + WEEK:
        raise ValueError(f"needed must be one week from Monday, got {first} to {table['start'].max()}")
    queues = sorted(table["queue"].unique())
    step = int(needed.interval / pd.Timedelta(minutes=1))
    search = {"mip_rel_gap": gap, "mip_max_nodes": nodes, "time_limit": time_limit}

    def one(queue: str) -> _Part:
        rows = table[table["queue"] == queue]
        teams = _teams(rows, seats, sources, queue, needed.interval)
        return _part(rows, queue, monday, step, teams, rules, search)

    with ThreadPoolExecutor() as pool:  # HiGHS lets other threads run while it searches
        parts = list(pool.map(one, queues))
    cost, bound = sum(p.cost for p in parts), sum(p.bound for p in parts)
    left = max(0.0, (cost - bound) / cost) if cost > 0 else 0.0
    left = left if left > EPS else 0.0
    made = ShiftPlan(
        pd.concat([p.table for p in parts], ignore_index=True),
        pd.concat([p.coverage for p in parts], ignore_index=True),
        "optimal" if left <= gap + EPS else "feasible",
        left,
        round(cost, 2),
    )
    conflicts = [conflict for p in parts for conflict in p.conflicts]
    if conflicts:
        raise NoPlan(conflicts, made)
    return made


@dataclass(frozen=True, eq=False)
class _Part:
    """One queue's share of a shift plan; conflicts where it does not cover."""

    table: pd.DataFrame
    coverage: pd.DataFrame
    cost: float
    bound: float
    conflicts: tuple[Text, ...] = ()


def _teams(
    rows: pd.DataFrame, seats: pd.DataFrame, sources: Mapping[str, Source], queue: str, interval: pd.Timedelta
) -> list[Team]:
    asked = float(rows["scheduled"].sum()) * (interval / pd.Timedelta(hours=1))
    pace = float(rows["contacts"].sum()) / asked if asked else 0.0
    teams = []
    mine = seats[(seats["queue"] == queue) & (seats["effective"] > 0)].sort_values("source")
    for row in mine.to_dict("records"):
        source = sources[row["source"]]
        hours = row["effective"] * source.hours_per_week + row.get("overtime_hours", 0.0)
        rate = source.contract.hour_cny(pace, source.hours_per_week)
        teams.append(Team(row["source"], floor(row["effective"] + EPS), int(row["seats"]), hours, rate))
    return teams or [Team("", 0, 0, 0.0, 0.0)]  # nobody: what is needed is then missing, interval by interval


def _part(
    rows: pd.DataFrame,
    queue: str,
    monday: pd.Timestamp,
    step: int,
    teams: list[Team],
    rules: ShiftRules,
    search: Mapping[str, float],
) -> _Part:
    agents = _by_day(rows, monday, 7, step)
    if not agents.any():
        return _Part(as_table([]), coverage(rows, queue, monday, step, agents.ravel()), 0.0, 0.0)
    kinds = candidates(rules, *_window(agents, step), step)
    week = grid(np.arange(0, 7 * DAY, step), agents.ravel(), step, kinds, range(7))
    one = programme(week, teams)
    solved = Solver(one, whole=True, **search).run()
    conflicts: tuple[Text, ...] = ()
    if solved.point is None:
        solved = Solver(programme(week, teams, shortfall=True), whole=True, **search).run()
        if solved.point is None:
            raise TimeoutError(f"{queue}: no shifts were found, not even short ones; the solver says {solved.said}")
        short = np.rint(solved.point[len(one.cost) :])
        if short.any():
            conflicts = _conflicts(queue, monday, week, teams, short, agents, step, rules)
        # the search with work left undone proves nothing about the cost of the cover: the relaxation does
        solved = replace(solved, bound=0.0 if conflicts else Solver(one, whole=False).run().bound)
    point: Floats = np.rint(np.asarray(solved.point)[: len(one.cost)])
    cost = float(one.cost @ point)
    planned = one.rows[: len(week.need)] @ point
    shifts = shift_rows(queue, monday, week, teams, point)
    return _Part(shifts, coverage(rows, queue, monday, step, planned), cost, solved.bound, conflicts)


def _conflicts(
    queue: str,
    monday: pd.Timestamp,
    week: Grid,
    teams: list[Team],
    short: Floats,
    agents: Floats,
    step: int,
    rules: ShiftRules,
) -> tuple[Text, ...]:
    try:
        shifts, hours = _fewest(agents, step, rules, queue, monday)
    except NoPlan as none:
        return none.conflicts
    return limit.uncovered(queue, monday, week, teams, short, step, shifts, hours)


def weekly_need(requirement: Requirement, rules: ShiftRules, hours_per_week: float = 40.0) -> WeeklyNeed:
    """Seats, busiest day, paid hours and contacts of every full Monday week and queue.

    Each day is covered alone, by fully productive people whose shifts end by midnight, in the fewest paid hours: one
    sparse programme a queue whose right-hand side changes from day to day, so that the relaxation is solved warm (0.2
    ms a day); its point is whole for nine days of ten, most others turn whole once asked for the next whole shift, the
    rest go to the integer solver (some 7 ms). seats = the larger of paid hours / hours_per_week, rounded up, and of the
    most shifts on one day.

    That many seats suffice, however they are divided among sources: let C seats work 5 shifts a week and one a day
    each. Days with at most C shifts, together at most 5C, are a transportation problem from days to sources with
    capacities C_i a day and 5 C_i a week; any set D of days asks for at most min(|D|, 5) C, which is what the sources
    can give it (max flow = min cut), and capacities are whole, so a whole split exists. Who works which shift does not
    matter, since seats are fully productive ones: the season plan writes beginners' losses off in whole seats.

    Raises:
        NoPlan: the shift rules leave an interval that nobody can work; there is no nearest plan.
        ValueError: the requirement holds no full week from Monday.
    """
    table = requirement.table
    # queues open and close within a day: days count as whole from the first to the last that is named
    first, last = table["start"].min().normalize(), table["start"].max().normalize() + pd.Timedelta(days=1)
    monday = first + pd.Timedelta(days=(7 - first.weekday()) % 7)
    weeks = [monday + n * WEEK for n in range(max(0, (last - monday) // WEEK))]
    if not weeks:
        raise ValueError(f"requirement must hold a full week from Monday, got {first} to {last}")
    inside = table[(table["start"] >= weeks[0]) & (table["start"] < weeks[-1] + WEEK)]
    queues = sorted(inside["queue"].unique())
    with ThreadPoolExecutor() as pool:
        found = pool.map(
            lambda queue: _needed(inside[inside["queue"] == queue], str(queue), weeks, requirement.interval, rules),
            queues,
        )
        rows = pd.concat(list(found), ignore_index=True)
    seats = np.maximum(np.ceil(rows["hours"] / hours_per_week - EPS), rows["busiest_day"])
    rows.insert(2, "seats", seats.astype(int))
    return WeeklyNeed(rows.sort_values(["week", "queue"], ignore_index=True), hours_per_week, min(rules.hours))


def _needed(
    table: pd.DataFrame, queue: str, weeks: Sequence[pd.Timestamp], interval: pd.Timedelta, rules: ShiftRules
) -> pd.DataFrame:
    step = int(interval / pd.Timedelta(minutes=1))
    agents = _by_day(table, weeks[0], 7 * len(weeks), step)
    shifts, hours = _fewest(agents, step, rules, queue, weeks[0])
    contacts = table.groupby((table["start"] - weeks[0]) // WEEK)["contacts"].sum()
    return pd.DataFrame(
        {
            "week": weeks,
            "queue": queue,
            "busiest_day": shifts.reshape(-1, 7).max(axis=1),
            "hours": hours.reshape(-1, 7).sum(axis=1),
            "contacts": contacts.reindex(range(len(weeks)), fill_value=0.0).to_numpy(dtype=float),
        }
    )


def _by_day(table: pd.DataFrame, monday: pd.Timestamp, days: int, step: int) -> Floats:
    """Scheduled agents as day x interval of the day; 0 where the requirement has no row."""
    minutes = ((table["start"] - monday) // pd.Timedelta(minutes=1)).to_numpy()
    if (minutes % step).any():
        raise ValueError(f"requirement: starts must lie on a grid of {step} minutes from midnight")
    agents = np.zeros(days * DAY // step)
    agents[minutes // step] = table["scheduled"].to_numpy(dtype=float)
    return agents.reshape(days, DAY // step)


def _window(agents: Floats, step: int) -> tuple[int, int]:
    """First and last minute of the day at which anybody is ever needed."""
    busy = np.flatnonzero(agents.any(axis=0))
    return int(busy[0]) * step, (int(busy[-1]) + 1) * step


def _fewest(
    agents: Floats, step: int, rules: ShiftRules, queue: str, monday: pd.Timestamp
) -> tuple[NDArray[np.int64], Floats]:
    """Shifts and paid hours of each day's least cover, every day for itself."""
    shifts, hours = np.zeros(len(agents), dtype=np.int64), np.zeros(len(agents))
    if not agents.any():
        return shifts, hours
    opens, closes = _window(agents, step)
    kinds = candidates(rules, opens, closes, step, overnight=False)
    starts = np.arange(0, DAY, step)
    day = grid(starts, agents.max(axis=0), step, kinds, [0])
    one = programme(day, [Team("", np.inf, 0, np.inf, 1.0)])
    # a bound less than one paid step below the best is as good as equal to it
    least = float(np.gcd.reduce([s.paid for s in kinds])) / 60
    relaxed = Solver(one, whole=False)
    whole = Solver(one, whole=True, mip_rel_gap=0.0, mip_abs_gap=least - 0.01, mip_max_nodes=200)
    paid = np.array([s.paid / 60 for _, s in day.shifts])
    seen: dict[bytes, tuple[int, float]] = {}
    for d, need in enumerate(agents):
        if not need.any():
            continue
        if need.tobytes() not in seen:
            counts = _counts(need, relaxed, whole, day, least)
            if counts is None:
                raise NoPlan([limit.unworkable(queue, day, need, monday + pd.Timedelta(days=d))], None)
            seen[need.tobytes()] = int(counts.sum()), float(counts @ paid)
        shifts[d], hours[d] = seen[need.tobytes()]
    return shifts, hours


def _counts(need: Floats, relaxed: Solver, whole: Solver, day: Grid, step: float) -> Floats | None:
    """People on each shift of a day's least cover; None where no shift can cover it."""
    relaxed.need(need)
    relaxed.hours(0.0)
    solved = relaxed.run()
    if solved.point is None:
        return None
    point = solved.point
    if not _is_whole(point):
        # paid hours come in steps: asked for the next step up, the relaxation often turns whole
        relaxed.hours(ceil(solved.objective / step - EPS) * step)
        again = relaxed.run().point
        point = again if again is not None else point
    if not _is_whole(point):
        whole.need(need)
        found = whole.run().point
        if found is None:
            return _rounded_up(point, day)
        point = found
    return np.rint(point[: len(day.shifts)])


def _is_whole(point: Floats) -> bool:
    return bool(np.abs(point - np.rint(point)).max(initial=0.0) <= EPS)


def _rounded_up(point: Floats, day: Grid) -> Floats:
    """A whole cover from any relaxed one: people by shift and meal, each rounded up, take nothing away from anybody."""
    counts = np.where([bool(s.meals) for _, s in day.shifts], 0.0, np.ceil(point[: len(day.shifts)] - EPS))
    np.add.at(counts, [j for j, _ in day.meals], np.ceil(point[len(day.shifts) :] - EPS))
    return counts
