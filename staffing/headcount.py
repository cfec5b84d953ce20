"""Headcount: how many seats from whom, week by week, and what must be decided when, at least cost over the season.

For weeks w, queues q and sources i the integer programme is

    minimise   sum over i, w of the contract's price of (heads, in training, hires, contacts, overtime)
    subject to
      cover    sum_i work[i,q,w] h_i/h + overtime[q,w]/h + missing[q,w] = need[q,w]             (missing = 0 in a plan)
      at_work  work[i,q,w] <= seats[i,q,w] - lost[i,q,w]
      pool     sum_q seats[i,q,w] <= heads[i,w] <= max_seats[i]
      heads    heads[i,w] = (1 - attrition[i]) heads[i,w-1] + hires[i,w-lead]      (in-house: only attrition takes away)
               hires[i,w-lead] <= heads[i,w] <= heads[i,w-1] + hires[i,w-lead]       (vendor: seats may be handed back)
      ramp     hires[i,w] <= ramp[i]
      learn    sum_q lost[i,q,w] + idle lost >= -1/2 + sum over ages a of (1 - learning[a]) (cohort of age a)
               sum_q lost[i,q,w] <= 1/2 + the same sum
      share    min_share[i] <= seats[i] / all seats on the queues i may serve <= max_share[i]
      day      sum_i (seats - lost)[i,q,w] + missing >= busiest day[q,w];  overtime/h <= need - busiest day

with h the weekly hours behind the need. Seats, hires and overtime shifts are whole, and so is what beginners lose on a
queue, rounded to the nearest seat a source: fractions of a person fill no shift. Own heads are expected ones, with
fractions. A contact goes where work goes: of a queue's contacts a source handles the share that its work has in the
need, and a vendor paid by the contact is billed for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pulp

from forecast.table import check
from staffing import limit
from staffing.contract import Payroll, Usage, net, to_the_cent
from staffing.noplan import NoPlan
from staffing.source import Source

COLUMNS = (
    *("week", "source", "queue", "seats", "effective", "heads", "hires", "leavers", "in_training"),
    *("overtime_hours", "contacts", "cost_cny"),
)
EPS = 1e-6
Unknowns = dict[tuple[int, ...], Any]  # by source, queue and week (of those it has) -> a solver's variable


@dataclass(frozen=True, eq=False)
class WeeklyNeed:
    """What each full week asks for, in seats of `hours_per_week` paid hours, fully productive.

    table: one row per week and queue: week (Monday), queue, seats (enough for an integer cover of the week's shifts),
    busiest_day (most agents on one day of that cover), hours (paid shift hours of it), contacts. shift_hours: paid
    hours of a shift, the step in which overtime can be worked.
    """

    table: pd.DataFrame
    hours_per_week: float = 40.0
    shift_hours: float = 8.0

    def __post_init__(self) -> None:
        numbers = ("seats", "busiest_day", "hours", "contacts")
        check(self.table, ("week", "queue", *numbers), "weekly need", non_negative=numbers)
        if not 0 < self.shift_hours <= self.hours_per_week:
            hours = f"{self.shift_hours} and {self.hours_per_week}"
            raise ValueError(f"shift_hours must be above 0 and at most hours_per_week, got {hours}")


@dataclass(frozen=True, eq=False)
class SeasonPlan:
    """Who works where, week by week.

    table: one row per week, source and queue that has seats, and one with queue '' per week and source for what belongs
    to no single queue. Every column adds up over the rows: week (Monday), source, queue, seats, effective (seats less
    the work beginners lose, whole), heads (expected people or seats on the job, working or idle; on '' rows), hires (in
    the week they are decided), leavers (expected), in_training, overtime_hours, contacts, cost_cny (net).
    gap: no plan is cheaper by more than this share (proven). status: "optimal" where the gap is within what was asked,
    "feasible" where the search ended before.
    needed: week, queue, seats, busiest_day, hours, contacts. missing: week, queue, seats short; empty in a plan.
    """

    table: pd.DataFrame
    status: str
    gap: float
    needed: pd.DataFrame
    missing: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"week": [], "queue": [], "seats": []}))

    def __post_init__(self) -> None:
        check(self.table, COLUMNS, "season plan", non_negative=COLUMNS[3:])

    @property
    def cost_cny(self) -> float:
        """Net cost of the season, CNY."""
        return round(float(self.table["cost_cny"].sum()), 2)

    def week(self, week: pd.Timestamp) -> pd.DataFrame:
        """source, queue, seats, effective, overtime_hours of the week that begins on `week`: what shifts may use."""
        rows = self.table[(self.table["week"] == week) & (self.table["queue"] != "")]
        return rows[["source", "queue", "seats", "effective", "overtime_hours"]].reset_index(drop=True)


def plan(
    needed: WeeklyNeed, sources: Mapping[str, Source], *, gap: float = 0.01, time_limit: float = 10.0
) -> SeasonPlan:
    """The cheapest season plan that covers every week, proven to within `gap` unless `time_limit` seconds end first.

    The first week is the first of `needed`; decisions are taken from the day the plan is made, before that week. A hire
    decided in week w is paid in training for the last training_weeks before, and works from, week w + lead_weeks.

    Raises:
        NoPlan: some week cannot be covered; with the limits that bind, their cures and the plan with least work undone.
    """
    if not sources:
        raise ValueError("sources must name at least one source, got none")
    built = Model(needed, sources)
    bound = built.solve(gap, time_limit)
    if bound is not None:
        return built.season(bound, gap)
    soft = Model(needed, sources, soft=True)
    bound = soft.solve(gap, time_limit)
    if bound is None:
        raise RuntimeError(f"the solver found no season plan even with missing seats: {soft.said}")
    nearest = soft.season(bound, gap)

    def missing(changed: Mapping[str, Source]) -> tuple[float, pd.DataFrame]:
        relaxed = Model(needed, changed, soft=True, whole=False)
        if relaxed.solve(gap, time_limit) is None:
            raise RuntimeError(f"the solver found no relaxed season plan: {relaxed.said}")
        return relaxed.short(), relaxed.season(0.0, gap).table

    raise NoPlan(limit.conflicts(nearest.missing, nearest.table, sources, missing), nearest)


@dataclass(frozen=True)
class _Need:
    seats: float
    busiest: float
    contacts: float


class Model:
    """The integer programme of one season, built on construction; `soft` lets seats be missing, at a prohibitive price.

    With whole=False seats and hires may be fractions: a bound, and quick.
    """

    def __init__(
        self, needed: WeeklyNeed, sources: Mapping[str, Source], *, soft: bool = False, whole: bool = True
    ) -> None:
        self.needed, self.sources = needed, dict(sorted(sources.items()))
        self.weeks = sorted(needed.table["week"].unique())
        self.queues = sorted(needed.table["queue"].unique())
        self.problem = pulp.LpProblem("season", pulp.LpMinimize)
        self.said = "not solved"
        self._category = "Integer" if whole else "Continuous"
        rows = needed.table.set_index(["week", "queue"])
        self.need: dict[tuple[int, int], _Need] = {}
        for w, week in enumerate(self.weeks):
            for q, queue in enumerate(self.queues):
                if (week, queue) in rows.index:
                    row = rows.loc[(week, queue)]
                    if row["seats"] > 0:
                        one = _Need(float(row["seats"]), float(row["busiest_day"]), float(row["contacts"]))
                        self.need[w, q] = one
        self._variables(soft)
        self._cover()
        for i, source in enumerate(self.sources.values()):
            for w in range(len(self.weeks)):
                self._staff(i, source, w)
                self._shares(i, source, w)
        self._price()

    def _variables(self, soft: bool) -> None:
        add, whole = self.problem.add_variable, self._category
        horizon = range(len(self.weeks))
        self.hires: Unknowns = {}
        self.heads: Unknowns = {}
        self.idle: Unknowns = {}
        self.seats: Unknowns = {}
        self.lost: Unknowns = {}
        self.work: Unknowns = {}
        self.overtime: Unknowns = {}
        self.missing: Unknowns = {}
        for i, s in enumerate(self.sources.values()):
            for w in horizon:
                people = (
                    whole if s.kind == "vendor" else "Continuous"
                )  # own people leave in expectation, seats by decision
                self.heads[i, w] = add(f"heads_{i:02d}_{w:03d}", 0, s.max_seats, cat=people)
                self.idle[i, w] = add(f"idle_lost_{i:02d}_{w:03d}", 0)
                if w + s.lead_weeks < len(self.weeks):
                    self.hires[i, w] = add(f"hires_{i:02d}_{w:03d}", 0, s.ramp_seats_per_week, cat=whole)
        for w, q in self.need:
            if soft:
                self.missing[w, q] = add(f"missing_{q:02d}_{w:03d}", 0)
            for i, s in enumerate(self.sources.values()):
                if s.serves(self.queues[q]):
                    key = (i, q, w)
                    name = f"{i:02d}_{q:02d}_{w:03d}"
                    self.seats[key] = add(f"seats_{name}", 0, cat=whole)
                    self.lost[key] = add(f"lost_{name}", 0, cat=whole)
                    self.work[key] = add(f"work_{name}", 0)
                    if isinstance(s.contract, Payroll):
                        shifts = add(f"overtime_{name}", 0, cat=whole)
                        self.overtime[key] = shifts * self.needed.shift_hours

    def _named(self, name: str, constraint: Any) -> None:
        self.problem.addConstraint(constraint, name)

    def _cover(self) -> None:
        h = self.needed.hours_per_week
        longest = max(s.hours_per_week for s in self.sources.values())
        for (w, q), need in self.need.items():
            at = f"{q:02d}_{w:03d}"
            serving = [(i, s) for i, s in enumerate(self.sources.values()) if s.serves(self.queues[q])]
            extra = pulp.lpSum(self.overtime[i, q, w] for i, s in serving if (i, q, w) in self.overtime)
            missing = self.missing.get((w, q), 0)
            worked = pulp.lpSum(self.work[i, q, w] * (s.hours_per_week / h) for i, s in serving)
            self._named(f"cover_{at}", worked + extra * (1 / h) + missing == need.seats)
            present = pulp.lpSum(self.seats[i, q, w] - self.lost[i, q, w] for i, _ in serving)
            self._named(f"day_{at}", present + missing >= need.busiest)
            self._named(f"overtime_{at}", extra <= h * max(0.0, need.seats - need.busiest))
            # less than one seat of each source may stand without work: more would be seats for show
            spare = 1 - EPS + max(0.0, need.busiest - need.seats * h / longest)
            for i, s in serving:
                seats, lost, work = self.seats[i, q, w], self.lost[i, q, w], self.work[i, q, w]
                self._named(f"at_work_{i:02d}_{at}", work <= seats - lost)
                self._named(f"spare_{i:02d}_{at}", seats - lost - work <= spare)
                self._named(f"lost_{i:02d}_{at}", lost <= seats)
                if isinstance(s.contract, Payroll):
                    # 31 days at this pace stay within the month's limit, whichever days the month has
                    most = s.contract.max_overtime_hours_month * 7 / 31
                    self._named(f"tired_{i:02d}_{at}", self.overtime[i, q, w] <= most * seats)

    def _staff(self, i: int, s: Source, w: int) -> None:
        at = f"{i:02d}_{w:03d}"
        before = self.heads[i, w - 1] if w else s.staff
        joined = self.hires.get((i, w - s.lead_weeks), 0)
        heads = self.heads[i, w]
        seats = self._seats(i, w)
        self._named(f"pool_{at}", seats <= heads)
        stay, losing = 1 - s.attrition_per_week, [1 - share for share in s.learning]
        lost = pulp.lpSum(
            self.hires.get((i, w - s.lead_weeks - age), 0) * (share * (stay**age if s.kind == "inhouse" else 1))
            for age, share in enumerate(losing)
        )
        if s.kind == "inhouse":
            self._named(f"heads_{at}", heads == before * (stay if w else 1) + joined)
        else:
            self._named(f"heads_{at}", heads <= before + joined)
            self._named(f"joined_{at}", heads >= joined)  # nobody is taught for nothing, even where that is free
            lost = lost + heads * (s.attrition_per_week * sum(losing))
            if s.contract.kind == "contact":
                self._named(f"no_idle_{at}", heads == seats)  # who is paid by the contact keeps nobody waiting
        placed = pulp.lpSum(self.lost[i, q, w] for q in range(len(self.queues)) if (i, q, w) in self.lost)
        self._named(f"learn_{at}", placed + self.idle[i, w] >= lost - 0.5)
        self._named(f"lost_most_{at}", placed <= lost + 0.5)  # seats that cost nothing are not written off to look lost
        self._named(f"idle_{at}", self.idle[i, w] <= (heads - seats) * max((0.0, *losing)))

    def _seats(self, i: int, w: int, only: Source | None = None) -> Any:
        keys = ((i, q, w) for q, name in enumerate(self.queues) if only is None or only.serves(name))
        return pulp.lpSum(self.seats[key] for key in keys if key in self.seats)

    def _shares(self, i: int, s: Source, w: int) -> None:
        everybody = pulp.lpSum(self._seats(j, w, only=s) for j in range(len(self.sources)))
        others = [o.lead_weeks for j, o in enumerate(self.sources.values()) if j != i]
        # a share binds from the first week that today's decision can reach: before, only time could keep it
        if s.min_share > 0 and w >= s.lead_weeks:
            self._named(f"least_{i:02d}_{w:03d}", self._seats(i, w) >= everybody * s.min_share)
        if s.max_share < 1 and others and w >= min(others):
            self._named(f"most_{i:02d}_{w:03d}", self._seats(i, w) <= everybody * s.max_share)

    def _training(self, i: int, s: Source, w: int) -> Any:
        decided = range(w - s.lead_weeks + 1, w - s.lead_weeks + s.training_weeks + 1)
        return pulp.lpSum(self.hires[i, v] for v in decided if (i, v) in self.hires)

    def _contacts(self, i: int, s: Source, q: int, w: int) -> Any:
        need, h = self.need[w, q], self.needed.hours_per_week
        done = self.work[i, q, w] * s.hours_per_week
        if (i, q, w) in self.overtime:
            done = done + self.overtime[i, q, w]
        return done * (need.contacts / (need.seats * h))

    def _price(self) -> None:
        cost: list[Any] = []
        dearest = 0.0
        for i, s in enumerate(self.sources.values()):
            cost += [net(s.contract, self._usage(i, s, w)) for w in range(len(self.weeks))]
            for j, q, w in self.work:
                if j == i:
                    overtime = self.overtime.get((i, q, w), 0)
                    cost.append(net(s.contract, Usage(contacts=self._contacts(i, s, q, w), overtime_hours=overtime)))
            busy = max((n.contacts / n.seats for n in self.need.values()), default=0.0)
            whole = Usage(len(self.weeks), len(self.weeks), 1, busy * len(self.weeks), 40.0 * len(self.weeks))
            dearest = max(dearest, net(s.contract, whole))
        # dearer than anybody kept for the whole season: seats go missing only where no limit lets anybody work
        undone = pulp.lpSum(self.missing.values()) * (10 * dearest)
        self.problem.setObjective(pulp.lpSum(cost) + undone)

    def _usage(self, i: int, s: Source, w: int) -> Usage:
        return Usage(self.heads[i, w], self._training(i, s, w), self.hires.get((i, w), 0))

    def solve(self, gap: float, time_limit: float) -> float | None:
        """Solve it; the proven lower bound of its cost, or None where it has no solution."""
        # presolve of integer programmes is known to cut optima off and to call the rest optimal (HiGHS issues 3073,
        # 3094, 3274; 1.15.1 doubled the cost of a two-seat plan so): a bound is proven only without it
        options = {"threads": 1, "random_seed": 0, "presolve": "off", "mip_heuristic_run_root_reduced_cost": False}
        # measured on the sample under seven settings of the levers: a first plan in 0.6 to 2 s where it took 0.7 to 2.7
        options |= {"mip_heuristic_run_shifting": True, "mip_heuristic_run_zi_round": True}
        solver = pulp.HiGHS(msg=False, gapRel=gap, timeLimit=time_limit, **options)
        self.problem.solve(solver)
        highs = self.problem.solverModel
        info, status = highs.getInfo(), highs.getModelStatus()
        self.said = highs.modelStatusToString(status)
        if info.primal_solution_status != 2:  # 2: the solver vouches for the point; else its zeros mean nothing
            if self.said in {"Infeasible", "Primal infeasible or unbounded"}:
                return None
            if self.missing:
                return None
            raise TimeoutError(f"no season plan was found within {time_limit} s; the solver says {self.said}")
        return float(info.mip_dual_bound if self._category == "Integer" else info.objective_function_value)

    def short(self) -> float:
        """Seat-weeks missing in the solution."""
        return float(sum(_value(v) for v in self.missing.values()))

    def season(self, bound: float, asked: float) -> SeasonPlan:
        """The solution as a plan, its gap measured from the proven `bound`."""
        rows: list[dict[str, Any]] = []
        for w, week in enumerate(self.weeks):
            for i, (name, s) in enumerate(self.sources.items()):
                row = {"week": week, "source": name}
                use = self._usage(i, s, w)
                use = Usage(_value(use.heads), _value(use.in_training), _value(use.hires))
                gone = use.heads * s.attrition_per_week
                rows.append(row | {"queue": "", "leavers": gone} | _priced(s, use))
                for q, queue in enumerate(self.queues):
                    if (i, q, w) in self.seats and _value(self.seats[i, q, w]) > EPS:
                        rows.append(row | {"queue": queue} | self._row(i, s, q, w))
        table = pd.DataFrame(rows, columns=list(COLUMNS)).fillna(0.0)
        if self._category == "Integer":
            whole = ["seats", "hires", "in_training"]
            table[whole] = table[whole].round().astype(int)
        cost = float(pulp.value(self.problem.objective))
        gap = max(0.0, (cost - bound) / cost) if cost > 0 else 0.0
        gap = gap if gap > EPS else 0.0
        short = [
            {"week": self.weeks[w], "queue": self.queues[q], "seats": round(_value(v), 6)}
            for (w, q), v in self.missing.items()
            if _value(v) > EPS
        ]
        missing = pd.DataFrame(short, columns=["week", "queue", "seats"])
        status = "optimal" if gap <= asked + EPS else "feasible"
        return SeasonPlan(table, status, gap, self.needed.table, missing)

    def _row(self, i: int, s: Source, q: int, w: int) -> dict[str, Any]:
        seats = _value(self.seats[i, q, w])
        use = Usage(contacts=_value(self._contacts(i, s, q, w)), overtime_hours=_value(self.overtime.get((i, q, w), 0)))
        return {"seats": seats, "effective": seats - _value(self.lost[i, q, w]), **_priced(s, use)}


def _priced(source: Source, use: Usage) -> dict[str, Any]:
    figures = {"heads": use.heads, "hires": use.hires, "in_training": use.in_training}
    figures |= {"overtime_hours": use.overtime_hours, "contacts": use.contacts}
    return figures | {"cost_cny": round(sum(line.net for line in to_the_cent(source.contract, use)), 2)}


def _value(amount: Any) -> float:
    """A solved variable or expression as a figure, free of the solver's dust (whole numbers come back whole)."""
    value = float(pulp.value(amount))
    whole = round(value)
    return float(np.maximum(whole if abs(value - whole) < EPS else round(value, 9), 0.0))
