"""Queues that share agents of different skills, in simulated steady state.

Each queue has its own line. A contact goes to a free agent of the group with the fewest skills that serves it, so that
the versatile stay free for others; an agent who becomes free takes the contact that has waited longest among the queues
the group serves. Handle times and patience are exponential, per queue: a Markov chain, except that the line remembers
when each contact came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.language import Text
from forecast.problem import Problem, Refused
from staffing.compiled import compiled
from staffing.erlang import SLACK
from staffing.poisson import Floats
from staffing.queue import Queue
from staffing.requirement import Requirement
from staffing.search import Ints
from staffing.simulate.confidence import ratio
from staffing.skill import Group

ANSWERED, WITHIN, GONE = range(3)
WARM_UP = 10.0  # longest handle times before counting begins, and
SETTLING = 0.1  # this share of the time counted


@dataclass(frozen=True, eq=False)
class SkilledService:
    """What the customers of one interval meet when it lasts, and how busy the agents are.

    queues: one row per queue: queue, target, service_level as the queue counts it (1 without contacts), with its 95%
    confidence interval low to high, abandonment, contacts (that ended while counting), busy (mean agents on it).
    groups: one row per group: group, agents, occupancy.
    """

    queues: pd.DataFrame
    groups: pd.DataFrame

    @property
    def failing(self) -> pd.DataFrame:
        """The queues whose target lies above what the simulation can have met, the worst first."""
        short = self.queues[self.queues["high"] < self.queues["target"] - SLACK]
        worst = (short["service_level"] - short["target"]).sort_values(kind="stable").index
        return short.loc[worst]


@compiled
def run(
    rng: np.random.Generator,
    rates: Floats,
    aht: Floats,
    patience: Floats,
    within: Floats,
    serves: NDArray[np.bool_],
    first: Ints,
    agents: Ints,
    warm_up: float,
    until: float,
) -> tuple[Floats, Floats]:
    """Contacts as queue x (answered, answered within, gone) and agent-seconds as group x queue, from warm_up to until.

    rates, aht, patience, within: by queue, in seconds; serves: group x queue; first: groups in the order in which a
    contact asks for a free agent; agents: by group.
    """
    groups, queues = serves.shape
    counts = np.zeros((queues, 3))
    seconds = np.zeros((groups, queues))
    free = agents.copy()
    busy = np.zeros((groups, queues), dtype=np.int64)
    working = np.zeros(queues, dtype=np.int64)
    came = np.empty((queues, 256))  # of the contacts in line: places head to tail - 1
    head = np.zeros(queues, dtype=np.int64)
    tail = np.zeros(queues, dtype=np.int64)
    now = 0.0
    while True:
        total = 0.0
        for q in range(queues):
            total += rates[q] + working[q] / aht[q] + (tail[q] - head[q]) / patience[q]
        now += rng.standard_exponential() / total
        if now >= until:
            break
        counted = now >= warm_up
        left = until - max(now, warm_up)
        at = rng.random() * total
        for q in range(queues):
            if at < rates[q]:
                taken = False
                for g in first:
                    if serves[g, q] and free[g] > 0:
                        taken = True
                        free[g] -= 1
                        busy[g, q] += 1
                        working[q] += 1
                        seconds[g, q] += left
                        if counted:
                            counts[q, ANSWERED] += 1
                            counts[q, WITHIN] += 1
                        break
                if not taken:
                    if tail[q] == came.shape[1]:
                        waiting = tail[q] - head[q]
                        if 2 * waiting > came.shape[1]:
                            longer = np.empty((queues, 2 * came.shape[1]))
                            longer[:, : came.shape[1]] = came
                            came = longer
                        for i in range(waiting):
                            came[q, i] = came[q, head[q] + i]
                        head[q] = 0
                        tail[q] = waiting
                    came[q, tail[q]] = now
                    tail[q] += 1
                break
            at -= rates[q]
            if at < working[q] / aht[q]:
                place = at * aht[q]
                g = 0
                while g < groups - 1 and place >= busy[g, q]:
                    place -= busy[g, q]
                    g += 1
                while busy[g, q] == 0:  # rounding
                    g -= 1
                busy[g, q] -= 1
                working[q] -= 1
                seconds[g, q] -= left
                longest = -1
                for other in range(queues):
                    if (
                        serves[g, other]
                        and head[other] < tail[other]
                        and (longest < 0 or came[other, head[other]] < came[longest, head[longest]])
                    ):
                        longest = other
                if longest < 0:
                    free[g] += 1
                else:
                    waited = now - came[longest, head[longest]]
                    head[longest] += 1
                    busy[g, longest] += 1
                    working[longest] += 1
                    seconds[g, longest] += left
                    if counted:
                        counts[longest, ANSWERED] += 1
                        if waited <= within[longest]:
                            counts[longest, WITHIN] += 1
                break
            at -= working[q] / aht[q]
            if at < (tail[q] - head[q]) / patience[q]:
                gone = min(head[q] + int(at * patience[q]), tail[q] - 1)
                for i in range(gone, head[q], -1):
                    came[q, i] = came[q, i - 1]
                head[q] += 1
                if counted:
                    counts[q, GONE] += 1
                break
            at -= (tail[q] - head[q]) / patience[q]
    return counts, seconds


def service(
    needed: Requirement,
    start: pd.Timestamp,
    queues: Mapping[str, Queue],
    groups: Mapping[str, Group],
    agents: Mapping[str, int],
    *,
    seed: int = 0,
    samples: int = 20,
    contacts: int = 20_000,
) -> SkilledService:
    """The service of `queues` when the interval at `start` lasts and `agents` of each group are there.

    `samples` independent runs of about `contacts` contacts, the i-th drawn from (seed, i).

    Raises:
        Refused: a queue is no voice queue, or counts virtual waits, which no contact shows.
        ValueError: no rows of a queue at `start`, fewer than two samples, or a negative number of agents.
    """
    if samples < 2:
        raise ValueError(f"samples: expected 2 or more, got {samples}")
    wrong = {name: n for name, n in agents.items() if n < 0}
    if wrong:
        raise ValueError(f"agents: expected 0 or more, got {wrong}")
    simulable(queues)
    names = sorted(queues)
    rows = at(needed, start, queues).table.set_index("queue").loc[names]
    rates = rows["contacts"].to_numpy(dtype=float) / needed.interval.total_seconds()
    aht = np.where(rates > 0, rows["aht_s"].to_numpy(dtype=float), 1.0)
    patience = np.array([queues[name].patience_s or np.inf for name in names])
    within = np.array([queues[name].answer_within_s for name in names])
    serves = np.array([[name in group.skills for name in names] for group in groups.values()])
    people = np.array([agents.get(name, 0) for name in groups], dtype=np.int64)
    first = np.argsort(serves.sum(axis=1), kind="stable")
    length = contacts / rates.sum() if rates.any() else 1.0
    settled = WARM_UP * float(aht.max()) + SETTLING * length
    counts = np.empty((samples, len(names), 3))
    seconds = np.empty((samples, len(people), len(names)))
    for sample in range(samples):
        rng = np.random.default_rng(np.random.SeedSequence([seed, sample]))
        counts[sample], seconds[sample] = run(
            rng, rates, aht, patience, within, serves, first, people, settled, settled + length
        )
    ended = counts[:, :, ANSWERED] + counts[:, :, GONE]
    of_answered = np.array([queues[name].counted_of == "answered" for name in names])
    share, low, high = ratio(counts[:, :, WITHIN], np.where(of_answered, counts[:, :, ANSWERED], ended))
    gone, _, _ = ratio(counts[:, :, GONE], ended)
    idle = rates == 0
    columns = {
        "queue": names,
        "target": [queues[name].share for name in names],
        "service_level": np.where(idle, 1.0, share),
        "low": np.where(idle, 1.0, low),
        "high": np.where(idle, 1.0, high),
        "abandonment": gone,
        "contacts": ended.sum(axis=0).astype(np.int64),
        "busy": seconds.sum(axis=(0, 1)) / (samples * length),
    }
    at_work = seconds.sum(axis=(0, 2)) / (samples * length)
    occupancy = np.divide(at_work, people, out=np.zeros(len(people)), where=people > 0)
    return SkilledService(
        pd.DataFrame(columns), pd.DataFrame({"group": list(groups), "agents": people, "occupancy": occupancy})
    )


def at(needed: Requirement, start: pd.Timestamp, queues: Mapping[str, Queue]) -> Requirement:
    """The rows of `queues` in the one interval that starts at `start`."""
    table = needed.table
    rows = table[(table["start"] == start) & table["queue"].isin(list(queues))].astype({"queue": str})
    absent = sorted(set(queues) - set(rows["queue"]))
    if absent:
        raise ValueError(f"start: expected rows of every queue at {start}, got none of {', '.join(absent)}")
    return Requirement(rows.reset_index(drop=True), needed.interval)


def simulable(queues: Mapping[str, Queue]) -> None:
    """Pass queues that can be simulated here.

    Raises:
        Refused: naming each queue that is not on the phone, or counts virtual waits.
    """
    problems = []
    for name, queue in queues.items():
        if queue.channel != "voice":
            text = Text(
                "expected voice: shared agents are simulated on the phone only; came {came}", came=queue.channel
            )
            problems.append(Problem("queues", "-", f"{name}.channel", text))
        if queue.counted_of == "virtual":
            text = Text("expected offered or answered: no simulated contact shows a virtual wait; came virtual")
            problems.append(Problem("queues", "-", f"{name}.counted_of", text))
    if problems:
        raise Refused(problems)
