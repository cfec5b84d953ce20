"""The people of an interval, of single and of several skills, under whom a simulation keeps every promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from forecast.language import Text
from staffing.erlang import SLACK
from staffing.noplan import NoPlan
from staffing.pool import pooled
from staffing.queue import Queue
from staffing.requirement import Requirement
from staffing.search import Ints
from staffing.simulate import skilled
from staffing.simulate.skilled import SkilledService
from staffing.skill import Group, mixes, reach

MOVED = 8  # people who change groups in one step of the search, at most


@dataclass(frozen=True, eq=False)
class ProvedMix:
    """People under whom a simulation keeps every promise, and what it found.

    agents: one row per group: group, agents, covering (of the cheapest who cover every set of queues, where the search
    began), cost (of an hour of one).
    """

    agents: pd.DataFrame
    service: SkilledService


def proved(
    needed: Requirement,
    start: pd.Timestamp,
    queues: Mapping[str, Queue],
    groups: Mapping[str, Group],
    *,
    seed: int = 0,
    samples: int = 20,
    contacts: int = 20_000,
    steps: int = 200,
) -> ProvedMix:
    """People who keep every promise of the interval at `start` in simulation, from the cheapest covering mix upward.

    While a queue's target lies above the confidence interval of its service level, the cheapest group that serves the
    worst one grows: by one, and by twice as many each time the same queue stays behind. Then one person at a time is
    taken away, and up to eight others are placed in another group, where that costs less, every set of
    queues stays covered and no queue fails. What is left cannot be bettered so; it need not be the cheapest of all.
    The same seed gives the same answer. `seed`, `samples` and `contacts` as in `skilled.service`; `steps` simulations
    at most.

    Raises:
        NoPlan: the groups' bounds do not allow it. Its nearest plan is a ProvedMix, the last one tried, or where not
            even the sets of queues can be covered, the table of `skill.mixes`.
        Refused: a queue that cannot be simulated, or not with the others.
        TimeoutError: `steps` simulations found no mix that keeps every promise.
    """
    skilled.simulable(queues)
    one = skilled.at(needed, start, queues)
    need = pooled(one, queues)
    covering = mixes(need, groups)["agents"].to_numpy(dtype=np.int64)
    able = reach(need.names, groups)
    cost = [group.cost for group in groups.values()]
    most = [group.most for group in groups.values()]
    people, left = covering.copy(), steps

    def tried(mix: Ints) -> SkilledService:
        nonlocal left
        if left == 0:
            raise TimeoutError(f"steps: {steps} simulations found no mix that keeps every promise, last {mix.tolist()}")
        left -= 1
        there = dict(zip(groups, mix.tolist(), strict=True))
        return skilled.service(one, start, queues, groups, there, seed=seed, samples=samples, contacts=contacts)

    def made() -> ProvedMix:
        table = {"group": list(groups), "agents": people, "covering": covering, "cost": cost}
        return ProvedMix(pd.DataFrame(table), found)

    found, behind, more = tried(people), "", 1
    while len(found.failing):
        worst = str(found.failing["queue"].iloc[0])
        more = 2 * more if worst == behind else 1
        behind = worst
        serving = [i for i, group in enumerate(groups.values()) if worst in group.skills and people[i] < most[i]]
        if not serving:
            raise NoPlan([_too_few(found, worst)], made())
        # at the same cost the more versatile, who may help others too
        chosen = min(serving, key=lambda i: (cost[i], -able[:, i].sum()))
        people[chosen] = min(people[chosen] + more, most[chosen])
        found = tried(people)
    failed: list[Ints] = []
    better = True
    while better:
        better = False
        for cheaper in _cheaper(people, groups, able, need.agents[0]):
            if left == 0:
                break
            if any((cheaper <= mix).all() for mix in failed):
                continue
            then = tried(cheaper)
            if len(then.failing) == 0:
                people, found, better = cheaper, then, True
                break
            failed.append(cheaper)
    return made()


def _cheaper(people: Ints, groups: Mapping[str, Group], able: Ints, need: Ints) -> list[Ints]:
    """Covering mixes of less cost, the cheapest first: one person fewer, and some in other groups than before.

    Those come from one group, or evenly from all whose skills are part of those of the group they join.
    """
    cost, few, most = np.array([(group.cost, group.least, group.most) for group in groups.values()]).T
    skills = [group.skills for group in groups.values()]
    everyone = range(len(people))
    found: dict[tuple[int, ...], float] = {}
    for gone, to in product(everyone, everyone):
        narrower = [i for i in everyone if skills[i] < skills[to]]
        for givers in [[i] for i in everyone if i != to] + [narrower] * (len(narrower) > 1):
            mix = people.copy()
            mix[gone] -= 1
            for moved in range(MOVED + 1):
                if moved:
                    mix[givers[int(np.argmax(mix[givers] / np.maximum(people[givers], 1)))]] -= 1
                    mix[to] += 1
                allowed = (few <= mix).all() and (mix <= most).all() and (able @ mix >= need).all()
                if allowed and cost @ mix < cost @ people - SLACK:
                    found[tuple(mix.tolist())] = float(cost @ mix)
    return [np.array(mix, dtype=np.int64) for mix in sorted(found, key=lambda mix: (found[mix], mix))]


def _too_few(found: SkilledService, queue: str) -> Text:
    row = found.queues.set_index("queue").loc[queue]
    return Text(
        "{queue}: {level} of its contacts are answered in time where {target} are promised, and no group that serves "
        "it may grow; allow more people in one of them",
        queue=queue,
        level=f"{row['service_level']:.1%}",
        target=f"{row['target']:.1%}",
    )
