"""One live queue, calls or chats, replayed contact by contact over one sampled stretch of days.

Contacts come as a Poisson process whose rate is constant in each step, are handled for an exponential time that depends
on how many chats their agent holds, and hang up after an exponential patience. So only counts matter: how many agents
hold how many chats. The next event of such a chain comes after an exponential time at the total rate, drawn anew
wherever a rate changes (Gillespie 1977, "Exact stochastic simulation of coupled chemical reactions").

A contact goes to an agent at work who holds fewest, else to the end of the line; whoever gets a free slot takes the
first in line who is still there. Those who hung up are noticed only then, and the time since they came is the wait of a
patient customer in their place.

When staffing falls, those who hold fewest go: idle ones at once, the others take nothing new and finish what they hold.
Whoever first has nothing left goes home, and another who was to go stays: those beyond the plan are no help to it. When
it rises, those still finishing stay after all, the busiest first, and fresh agents make up the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffing.compiled import compiled
from staffing.poisson import Floats
from staffing.search import Ints

# rows of the counts: contacts by the interval they came in, agents' time by the interval it passes in
OFFERED, ANSWERED, WITHIN, PATIENT_WITHIN, ABANDONED, WAIT_S = range(6)
BUSY_S, HELD_S, STAFFED_S, OVERRUN_S = range(6, 10)
MEASURES = 10


@dataclass(frozen=True, eq=False)
class Desk:
    """Who answers, by planning interval, and what customers expect. Times in seconds.

    agents: at work in each interval; aht: interval x level, the handle time of a chat whose agent holds 1, 2, ... chats
    (one level for calls); patience_s: mean, inf where nobody hangs up; within_s: the wait that keeps the promise.
    """

    agents: Ints
    aht: Floats
    interval_s: float
    patience_s: float
    within_s: float

    def __post_init__(self) -> None:
        if self.aht.shape[:1] != self.agents.shape or self.aht.ndim != 2:
            raise ValueError(f"aht: expected {len(self.agents)} intervals x levels, got {self.aht.shape}")
        if (self.agents < 0).any():
            raise ValueError(f"agents: expected 0 or more, got {self.agents.min()}")
        if not (np.isfinite(self.aht) & (self.aht > 0)).all():
            raise ValueError(f"aht: expected above 0, got {self.aht[~(np.isfinite(self.aht) & (self.aht > 0))][0]}")
        if not self.patience_s > 0:
            raise ValueError(f"patience_s: expected above 0, inf for no hanging up, got {self.patience_s}")


@dataclass(frozen=True, eq=False)
class Sample:
    """What happened on one sampled stretch of days.

    counts: measure x interval. By the interval in which they came: contacts offered, answered, answered within the
    promised wait, those whom a patient customer in their place would have been answered within it, abandoned, and the
    sum of their waits until answered or gone. By the interval in which it passes: agent-seconds busy (those finishing
    after their shift included), contact-seconds held, agent-seconds staffed, and agent-seconds worked by those who are
    no longer staffed. idle_s: agent-seconds without any contact, by step of the rates.

    Every contact offered is answered or abandoned. After the last interval no one new comes and its staffing stays
    until the line is empty; with nobody there, customers wait out their patience, and endlessly patient ones are turned
    away (abandoned) when the last interval ends.
    """

    counts: Floats
    idle_s: Floats


def sample(desk: Desk, rates: Floats, rng: np.random.Generator) -> Sample:
    """One run at `rates` (contacts per second, constant in steps that divide the interval), from an empty desk on.

    Raises:
        ValueError: the rates are negative, or not one or more whole steps for each interval.
    """
    intervals = len(desk.agents)
    if not len(rates) or len(rates) % intervals:
        raise ValueError(f"rates: expected a multiple of {intervals} intervals, got {len(rates)}")
    if not (np.isfinite(rates) & (rates >= 0)).all():
        raise ValueError(f"rates: expected 0 or more, got {rates[~(np.isfinite(rates) & (rates >= 0))][0]}")
    counts, idle_s = np.zeros((MEASURES, intervals)), np.zeros(len(rates))
    step_s = desk.interval_s * intervals / len(rates)
    patience_s, within_s = float(desk.patience_s), float(desk.within_s)  # a whole number would be translated anew
    _run(rates, step_s, desk.agents, desk.aht, patience_s, within_s, rng, counts, idle_s)
    return Sample(counts, idle_s)


@compiled
def _run(
    rates: Floats,
    step_s: float,
    agents: Ints,
    aht: Floats,
    patience_s: float,
    within_s: float,
    rng: np.random.Generator,
    counts: Floats,
    idle_s: Floats,
) -> None:
    intervals, levels = aht.shape
    steps = len(rates) // intervals
    taking = np.zeros(levels + 1, dtype=np.int64)  # agents who take contacts, by contacts held
    leaving = np.zeros(levels + 1, dtype=np.int64)  # agents who finish what they hold after their shift
    pace = np.zeros(levels + 1)
    line = np.empty((64, 3))  # a ring of those waiting: when they came, when they give up, their interval
    head, length = 0, 0
    held, busy, overrun = 0, 0, 0
    now = 0.0
    for step in range(len(rates)):
        interval = step // steps
        if step % steps == 0:
            _restaff(taking, leaving, agents[interval])
            for level in range(1, levels + 1):
                pace[level] = level / aht[interval, level - 1]
            level = _fewest(taking)
            while length > 0 and level < levels:
                head, length, answered = _next_in_line(line, head, length, now, within_s, counts)
                if answered:
                    taking[level] -= 1
                    taking[level + 1] += 1
                    held += 1
                    level = _fewest(taking)
            overrun = 0
            for level in range(1, levels + 1):
                overrun += leaving[level]
            busy = agents[interval] - taking[0] + overrun
            counts[STAFFED_S, interval] = agents[interval] * step_s * steps
        end = (step + 1) * step_s
        idle, busy_s, held_s, overrun_s = 0.0, 0.0, 0.0, 0.0
        while True:
            total = rates[step]
            for level in range(1, levels + 1):
                total += (taking[level] + leaving[level]) * pace[level]
            then = now + rng.standard_exponential() / total
            passed = min(then, end) - now
            idle += taking[0] * passed
            busy_s += busy * passed
            held_s += held * passed
            overrun_s += overrun * passed
            if then >= end:
                now = end
                break
            now = then
            drawn = rng.random() * total - rates[step]
            if drawn < 0:
                counts[OFFERED, interval] += 1
                level = _fewest(taking)
                if level < levels:
                    counts[ANSWERED, interval] += 1
                    counts[WITHIN, interval] += 1
                    counts[PATIENT_WITHIN, interval] += 1
                    taking[level] -= 1
                    taking[level + 1] += 1
                    held += 1
                    busy += level == 0
                else:
                    if length == len(line):
                        line, head = _twice(line, head), 0
                    place = (head + length) & (len(line) - 1)
                    line[place, 0] = now
                    line[place, 1] = now + patience_s * rng.standard_exponential() if patience_s < np.inf else np.inf
                    line[place, 2] = interval
                    length += 1
                continue
            level, stays = 0, True
            for candidate in range(1, levels + 1):  # rounding may leave a rest: then it is the last class there is
                if taking[candidate] > 0:
                    level, stays = candidate, True
                    drawn -= taking[candidate] * pace[candidate]
                    if drawn < 0:
                        break
                if leaving[candidate] > 0:
                    level, stays = candidate, False
                    drawn -= leaving[candidate] * pace[candidate]
                    if drawn < 0:
                        break
            if stays and level == 1 and overrun > 0:
                level = levels
                while leaving[level] == 0:
                    level -= 1
                leaving[level] -= 1
                taking[level] += 1
                taking[1] -= 1
                held -= 1
                busy -= 1
                overrun -= 1
                if level < levels and length > 0:
                    head, length, answered = _next_in_line(line, head, length, now, within_s, counts)
                    if answered:
                        taking[level] -= 1
                        taking[level + 1] += 1
                        held += 1
            elif stays:
                answered = False
                if length > 0:
                    head, length, answered = _next_in_line(line, head, length, now, within_s, counts)
                if not answered:
                    taking[level] -= 1
                    taking[level - 1] += 1
                    held -= 1
                    busy -= level == 1
            else:
                leaving[level] -= 1
                held -= 1
                if level > 1:
                    leaving[level - 1] += 1
                else:
                    busy -= 1
                    overrun -= 1
        idle_s[step] = idle
        counts[BUSY_S, interval] += busy_s
        counts[HELD_S, interval] += held_s
        counts[OVERRUN_S, interval] += overrun_s
    # while anyone waits every agent at work is full: they finish at one constant pace
    full = float(taking[levels] * pace[levels])
    while length > 0 and full > 0:
        now += rng.standard_exponential() / full
        head, length, _ = _next_in_line(line, head, length, now, within_s, counts)
    for position in range(head, head + length):
        place = position & (len(line) - 1)
        interval = int(line[place, 2])
        counts[ABANDONED, interval] += 1
        counts[WAIT_S, interval] += (line[place, 1] if line[place, 1] < np.inf else now) - line[place, 0]


@compiled
def _fewest(taking: Ints) -> int:
    """The fewest contacts an agent with a free slot holds; the number of levels where every slot is taken."""
    levels = len(taking) - 1
    for held in range(levels):
        if taking[held] > 0:
            return held
    return levels


@compiled
def _restaff(taking: Ints, leaving: Ints, agents: int) -> None:
    more = agents
    for held in range(len(taking)):
        more -= taking[held]
    for held in range(len(leaving) - 1, 0, -1):
        back = max(min(more, leaving[held]), 0)
        leaving[held] -= back
        taking[held] += back
        more -= back
    taking[0] += max(more, 0)
    fewer = max(-more, 0)
    for held in range(len(taking)):
        gone = min(fewer, taking[held])
        taking[held] -= gone
        if held > 0:
            leaving[held] += gone
        fewer -= gone


@compiled
def _next_in_line(
    line: Floats, head: int, length: int, now: float, within_s: float, counts: Floats
) -> tuple[int, int, bool]:
    """The line's new head and length after a slot came free, and whether anyone still there took it."""
    while length > 0:
        came, gives_up, interval = line[head, 0], line[head, 1], int(line[head, 2])
        head = (head + 1) & (len(line) - 1)
        length -= 1
        soon = now - came <= within_s
        counts[PATIENT_WITHIN, interval] += soon
        if gives_up > now:
            counts[ANSWERED, interval] += 1
            counts[WITHIN, interval] += soon
            counts[WAIT_S, interval] += now - came
            return head, length, True
        counts[ABANDONED, interval] += 1
        counts[WAIT_S, interval] += gives_up - came
    return head, length, False


@compiled
def _twice(line: Floats, head: int) -> Floats:
    """A full ring with twice the places, its first at 0."""
    longer = np.empty((2 * len(line), 3))
    for position in range(len(line)):
        for column in range(3):
            longer[position, column] = line[(head + position) & (len(line) - 1), column]
    return longer
