"""Skills: who can serve which queues, and whether that is enough when everybody is counted once.

An agent who can serve two queues serves one contact at a time. Counted fully for each, five of them seem to do the work
of ten. Instead, for every set S of queues, the people who can serve any queue of S must be at least as many as S needs
when it shares them (`staffing.pool`):

    minimise   sum over groups g of cost[g] agents[g]
    subject to sum over groups g with a skill in S of agents[g] >= need[S]     for every set S of queues
               least[g] <= agents[g] <= most[g], whole

Each condition must hold, but together they are not sufficient: a free agent may be one for another queue. The person or
two missing then are found by `staffing.simulate.skilled.proved`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, identity, kron

from forecast.language import Text
from staffing.noplan import NoPlan
from staffing.poisson import Floats
from staffing.pool import PooledNeed, subsets
from staffing.search import Ints, least

MANY = 10_000
WHOLE = 1e-6  # further from a whole number, a solver's figure is a fraction
SHARES = (0.0, 0.1, 0.2, 0.3, 0.5, 1.0)


@dataclass(frozen=True)
class Group:
    """People with the same skills: the queues they can serve, and what an hour of one of them costs.

    least, most: bounds on how many are present at once.
    """

    skills: frozenset[str]
    cost: float = 1.0
    least: int = 0
    most: int = MANY

    def __post_init__(self) -> None:
        if not self.skills:
            raise ValueError("skills: expected one queue or more, got none")
        if not (np.isfinite(self.cost) and self.cost > 0):
            raise ValueError(f"cost: expected above 0, got {self.cost}")
        if not 0 <= self.least <= self.most:
            raise ValueError(f"least, most: expected 0 <= least <= most, got {self.least} and {self.most}")


def uncovered(needed: PooledNeed, groups: Mapping[str, Group], present: pd.DataFrame) -> pd.DataFrame:
    """Sets of queues for which too few people are there: start, queues, needed, present; empty if every set is covered.

    present: start, group, agents; a group without a row has nobody there.

    Raises:
        ValueError: a group that is not described.
    """
    unknown = sorted(set(present["group"]) - set(groups))
    if unknown:
        raise ValueError(f"present: expected groups among {', '.join(groups)}, got {', '.join(unknown)}")
    there = present.pivot_table(index="start", columns="group", values="agents", aggfunc="sum", observed=True)
    people = there.reindex(index=needed.starts, columns=list(groups)).fillna(0.0).to_numpy()
    able = people @ reach(needed.names, groups).T
    table = needed.table[["start", "queues"]].assign(
        needed=needed.table["agents"], present=able.ravel().round().astype(np.int64)
    )
    return table[table["present"] < table["needed"]].reset_index(drop=True)


def mixes(
    needed: PooledNeed, groups: Mapping[str, Group], per: Literal["interval", "day"] = "interval"
) -> pd.DataFrame:
    """The cheapest people who cover every set of queues: start, group, agents, one row per interval and group.

    per "day": the same people in every interval of a day.

    Raises:
        NoPlan: the groups are too small or lack a skill; its nearest plan is the cheapest of those that lack least.
    """
    need = needed.agents
    if per == "day":
        days = needed.starts.normalize()
        need = pd.DataFrame(need).groupby(days).transform("max").to_numpy()
    able = reach(needed.names, groups)
    most = np.array([group.most for group in groups.values()])
    attainable = able @ most
    agents = cheapest(np.minimum(need, attainable), groups, able)
    table = pd.DataFrame(
        {
            "start": needed.starts.repeat(len(groups)),
            "group": np.tile(np.array(list(groups), dtype=object), len(agents)),
            "agents": agents.ravel(),
        }
    )
    short = need - attainable
    if (short > 0).any():
        raise NoPlan(_conflicts(short, need, needed), table)
    return table


def cross_training(needed: PooledNeed, shares: Sequence[float] = SHARES) -> pd.DataFrame:
    """What cross-training buys: cross_trained, agent_hours, saved, of_gain, one row per share of people who can do all.

    In every interval at most the share `cross_trained` of the people there serves all queues, the others one each, and
    every set of queues is covered by the fewest people. saved: share of the agent-hours of separate teams; of_gain: of
    the saving when everybody serves all queues, the share reached (1 where nothing can be saved). The conditions are
    necessary ones: a simulation asks for a person or two more where few are cross-trained.

    Raises:
        ValueError: a share outside 0 to 1.
    """
    wrong = [share for share in shares if not 0 <= share <= 1]
    if wrong:
        raise ValueError(f"shares: expected 0 to 1, got {wrong[0]}")
    need, back = np.unique(needed.agents, axis=0, return_inverse=True)
    count = np.bincount(back.ravel(), minlength=len(need))
    hours = needed.interval / pd.Timedelta(hours=1)
    single = [2**queue - 1 for queue in range(len(needed.names))]
    apart = float(need[:, single].sum(axis=1) @ count) * hours
    together = float(need.max(axis=1) @ count) * hours
    spent = np.array([float(_fewest(need, share) @ count) * hours for share in shares])
    gain = apart - together
    return pd.DataFrame(
        {
            "cross_trained": list(shares),
            "agent_hours": spent,
            "saved": (apart - spent) / apart if apart else np.zeros(len(spent)),
            "of_gain": (apart - spent) / gain if gain else np.ones(len(spent)),
        }
    )


def reach(names: Sequence[str], groups: Mapping[str, Group]) -> Ints:
    """1 where a group can serve any queue of a set, as set x group; sets in the order of `subsets(names)`."""
    return np.array([[int(not group.skills.isdisjoint(s)) for group in groups.values()] for s in subsets(names)])


def cheapest(need: Ints, groups: Mapping[str, Group], able: Ints) -> Ints:
    """People as interval x group, at least cost covering `need`, interval x set, which the bounds must allow.

    The relaxations of all intervals are solved as one; an interval whose corner has fractions is solved on its own.
    """
    cases, back = np.unique(need, axis=0, return_inverse=True)
    people = _solved(cases, groups, able, whole=False)
    for i in np.flatnonzero((np.abs(people - people.round()) > WHOLE).any(axis=1)):
        people[i] = _solved(cases[[i]], groups, able, whole=True)
    return np.asarray(people.round().astype(np.int64)[back.ravel()])


def _solved(need: Ints, groups: Mapping[str, Group], able: Ints, whole: bool) -> Floats:
    count = len(need)
    terms = np.array([(group.cost, group.least, group.most) for group in groups.values()])
    cost, few, many = np.tile(terms.T, count)
    answer = milp(
        cost,
        integrality=np.full(len(cost), int(whole)),
        bounds=Bounds(few, many),
        constraints=LinearConstraint(kron(identity(count), csr_array(able), format="csr"), lb=need.ravel()),
        options={"presolve": not whole, "mip_rel_gap": 0.0},  # presolve of integer programmes has lost optima
    )
    if answer.x is None:
        raise RuntimeError(f"the solver found no people for a need that can be covered: {answer.message}")
    return np.asarray(answer.x, dtype=float).reshape(count, len(groups))


def _fewest(need: Ints, share: float) -> Ints:
    """Fewest people by interval, at most `share` of them serving every queue and the others one each."""
    queues = int(np.log2(need.shape[1] + 1))
    names = [str(bit) for bit in range(queues)]
    single = {name: Group(frozenset({name}), most=10**12) for name in names}
    able = reach(names, single)

    def enough(i: Ints, n: Ints) -> NDArray[np.bool_]:
        # one more who serves all is never worth less than one who serves one queue: take as many as the share allows
        flexible = np.floor(share * n + WHOLE).astype(np.int64)
        rest = np.maximum(need[i] - flexible[:, None], 0)
        return np.asarray(cheapest(rest, single, able).sum(axis=1) <= n - flexible)

    return least(enough, need.max(axis=1), np.ones(len(need), dtype=np.int64))


def _conflicts(short: Ints, need: Ints, needed: PooledNeed) -> list[Text]:
    """A sentence for each set of queues that lacks people in its worst interval, and more than any part of it lacks."""
    worst = short.argmax(axis=0)
    lack = short.max(axis=0)
    said = []
    for i, queues in enumerate(subsets(needed.names)):
        parts = [j for j in range(i) if (j + 1) & (i + 1) == j + 1]
        if lack[i] > max((lack[j] for j in parts), default=0) and lack[i] > 0:
            n = int(need[worst[i], i])
            said.append(
                Text(
                    "{queues}: {needed} agents are needed from {start}, but all who can serve any of them are {most}, "
                    "each counted once; allow more people in these groups or train others",
                    queues=", ".join(queues),
                    needed=n,
                    start=f"{needed.starts[worst[i]]:%Y-%m-%d %H:%M}",
                    most=n - int(lack[i]),
                )
            )
    return said
