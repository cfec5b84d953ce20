"""Pooling: the agents that several queues need when they share them, for every set of queues at once.

Contacts of a set of queues wait in one line, first come first served, before agents who can do them all. Handle times
are the mean over the contacts, and customers hang up at the mean of the queues' rates, which is what counts in short
waits (Zeltyn and Mandelbaum 2005, "Call centers with impatient customers: many-server asymptotics of the M/M/n+G
queue"). This is an approximation: mixed handle times vary more than the exponential time of their mean, and those less
patient than the mean get less. With 35 erlang, one queue of patience 60 s and one whose customers never hang up, the
first is 3 points below its target, one agent short. `staffing.simulate.skilled` has no such simplification.

Every queue with contacts keeps its own promise in the common line, and the strictest occupancy holds. One line is not
always best: a queue that may wait an hour costs more in the line of one that may not. A set therefore needs no more
than the parts it can be split into: sharing agents is never worse than keeping them apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.language import Text
from forecast.problem import Problem, Refused
from forecast.table import check
from staffing import chat, erlang
from staffing.poisson import Floats
from staffing.queue import Queue
from staffing.requirement import Requirement
from staffing.search import Ints

MOST = 6  # queues: 63 sets
PATIENT = 1e-12  # a second: who hangs up no sooner than in thirty thousand years does not


@dataclass(frozen=True, eq=False)
class PooledNeed:
    """What every set of queues needs.

    table: one row per interval and set: start, queues (their names, a sorted tuple), agents (least number of people who
    can all serve the whole set), load_erlang. Intervals follow each other, sets stand in the order of `subsets(names)`.
    """

    table: pd.DataFrame
    names: tuple[str, ...]
    interval: pd.Timedelta

    def __post_init__(self) -> None:
        check(self.table, ("start", "queues", "agents", "load_erlang"), "pooled need", ("agents", "load_erlang"))

    @property
    def starts(self) -> pd.DatetimeIndex:
        """The start of each interval."""
        return pd.DatetimeIndex(self.table["start"].iloc[:: 2 ** len(self.names) - 1])

    @property
    def agents(self) -> Ints:
        """Agents as interval x set."""
        return self.table["agents"].to_numpy(dtype=np.int64).reshape(-1, 2 ** len(self.names) - 1)


def subsets(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Every set of `names` but the empty one; the set at position i holds the names at the bits of i + 1.

    >>> subsets(["chat", "mail"])
    [('chat',), ('mail',), ('chat', 'mail')]
    """
    return [tuple(n for bit, n in enumerate(names) if chosen >> bit & 1) for chosen in range(1, 2 ** len(names))]


def pooled(needed: Requirement, queues: Mapping[str, Queue]) -> PooledNeed:
    """The least agents for every set of `queues` in every interval of `needed`, each interval in its steady state.

    Raises:
        Refused: a queue is no live one, or two of them cannot share agents: calls and chats, or different concurrency.
        ValueError: no queue or more than six of them, or a queue without rows in `needed`.
    """
    names = tuple(sorted(queues))
    if not 1 <= len(names) <= MOST:
        raise ValueError(f"queues: expected 1 to {MOST}, got {len(names)}")
    shareable({name: queues[name] for name in names})
    rows = needed.table[needed.table["queue"].isin(names)].astype({"queue": str})
    absent = sorted(set(names) - set(rows["queue"]))
    if absent:
        raise ValueError(f"queues: expected rows of every queue in the requirement, got none of {', '.join(absent)}")
    wide = rows.pivot_table(index="start", columns="queue", values=["contacts", "aht_s"], observed=True)
    rate = wide["contacts"][list(names)].fillna(0.0).to_numpy() / needed.interval.total_seconds()
    aht = wide["aht_s"][list(names)].fillna(0.0).to_numpy()
    members = [queues[name] for name in names]
    agents = np.zeros((len(wide), 2 ** len(names)), dtype=np.int64)  # a column per set, the empty one first
    for chosen in range(1, 2 ** len(names)):
        own = [bit for bit in range(len(names)) if chosen >> bit & 1]
        agents[:, chosen] = _in_one_line(rate[:, own], aht[:, own], [members[bit] for bit in own])
        part = (chosen - 1) & chosen
        while part > chosen - part:  # every way to split the set in two, once
            agents[:, chosen] = np.minimum(agents[:, chosen], agents[:, part] + agents[:, chosen - part])
            part = (part - 1) & chosen
    sets = subsets(names)
    held = np.array([[name in chosen for name in names] for chosen in sets], dtype=float)
    columns = {
        "start": np.repeat(wide.index.to_numpy(), len(sets)),
        "queues": pd.Series(sets * len(wide), dtype=object),
        "agents": agents[:, 1:].ravel(),
        "load_erlang": ((rate * aht) @ held.T).ravel(),
    }
    return PooledNeed(pd.DataFrame(columns), names, needed.interval)


def shareable(queues: Mapping[str, Queue]) -> None:
    """Pass queues whose contacts the same people can take from one line.

    Raises:
        Refused: naming each queue that cannot be, and its channel.
    """
    problems = []
    first, like = next(iter(queues.items()))
    for name, queue in queues.items():
        if queue.channel == "ticket":
            text = Text("expected voice or chat: only contacts answered as they come share a line; came ticket")
            problems.append(Problem("queues", "-", f"{name}.channel", text))
        elif queue.channel != like.channel:
            text = Text(
                "expected {wanted}, the channel of {other}, to share its agents; came {came}",
                wanted=like.channel,
                other=first,
                came=queue.channel,
            )
            problems.append(Problem("queues", "-", f"{name}.channel", text))
        elif queue.concurrency != like.concurrency:
            text = Text(
                "expected {wanted}, the concurrency of {other}, to share its agents; came {came}",
                wanted=like.concurrency,
                other=first,
                came=queue.concurrency,
            )
            problems.append(Problem("queues", "-", f"{name}.concurrency", text))
    if problems:
        raise Refused(problems)


def _in_one_line(rate: Floats, aht: Floats, members: Sequence[Queue]) -> Ints:
    """Least agents by interval for one line of all contacts; rate and aht are interval x queue."""
    busy = rate > 0
    together = rate.sum(axis=1)
    some = together > 0
    share = np.divide(rate, together[:, None], out=np.zeros_like(rate), where=some[:, None])
    levels = (share * aht) @ np.array([queue.handle_times(1.0) for queue in members])
    handle = np.where(some[:, None], levels, 1.0)
    hang_up = share @ np.array([1 / (queue.patience_s or np.inf) for queue in members])
    patience = np.divide(1.0, hang_up, out=np.full(len(rate), np.inf), where=hang_up > PATIENT)
    most = np.where(busy, [queue.max_occupancy for queue in members], 1.0).min(axis=1)
    promises = [(queue.answer_within_s, queue.share, queue.counted_of) for queue in members]
    agents = np.zeros(len(rate), dtype=np.int64)
    for promise in dict.fromkeys(promises):
        within, target, of = promise
        given = busy[:, [other == promise for other in promises]].any(axis=1)
        asked = np.where(given, together, 0.0)
        if members[0].channel == "chat":
            enough = chat.agents_for(asked, handle, within, target, patience, of, most)
        else:
            enough = erlang.agents_for(asked, handle[:, 0], within, target, patience, of, most)
        agents = np.maximum(agents, enough)
    return agents
