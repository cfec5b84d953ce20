"""A live desk played through: the probability of every number of contacts present, from interval to interval.

Nothing is drawn by lot: the forward equations of the desk's birth-death chain are integrated by uniformisation (Jensen
1953; Grassmann 1977, "Transient solutions in Markovian queueing systems"), to 1e-10 of probability. Each interval in
turn gets the least agents that keep its promise, given the state the earlier ones leave behind: what Feldman,
Mandelbaum, Massey and Whitt (2008, "Staffing of time-varying queues to achieve time-stable performance") do by
simulation.
"""

from __future__ import annotations

import numpy as np

from staffing.compiled import compiled
from staffing.moving import FULL, SLACK
from staffing.poisson import Floats
from staffing.recursion import ANSWERED, VIRTUAL
from staffing.search import Ints
from staffing.settled import departures

GONE = 1e-13  # probability of a state that is left out
CHUNK = 40.0  # expected jumps of one uniformised step
STEP = 60.0  # seconds between two looks at the state, at most
MOST = 10_000_000


@compiled
def staff(
    rates: Floats,
    lengths: Floats,
    aht: Floats,
    opened: Ints,
    shape: Floats,
    shortfall: Floats,
    within: float,
    patience: float,
    of: int,
    target: float,
    cap: float,
    factors: Floats,
    weights: Floats,
    given: Ints,
    guess: Ints,
) -> tuple[Ints, Floats]:
    """As `staffing.moving.staff`; the search for each interval begins at its `guess`."""
    count, days = len(rates), factors.shape[1]
    agents = np.zeros(count, np.int64)
    service = np.zeros((count, 3))
    states = np.zeros((days, 64))
    states[:, 0] = 1.0
    before = np.zeros(days)  # agents there, those who finish after their shift included
    for i in range(count):
        if opened[i] == 0:
            states[:] = 0.0
            states[:, 0] = 1.0
            service[i, 0] = 1.0
            before[:] = 0.0
            continue
        if len(given):
            n = given[i]
        elif (rates[i] * lengths).sum() <= 0:
            n = 0
        else:
            n = guess[i]
        short, enough = -1, MOST
        best, best_states, best_before = np.zeros(3), states, before
        while True:
            got, then, there = _played(
                states,
                rates[i],
                lengths,
                aht[i],
                n,
                before,
                shape,
                shortfall,
                within,
                patience,
                of,
                factors[i],
                weights,
            )
            kept = got[0] >= target - SLACK and got[2] <= cap * (1 + FULL)
            if kept or len(given) or (rates[i] * lengths).sum() <= 0:
                enough, best, best_states, best_before = n, got, then, there
                if len(given) or (rates[i] * lengths).sum() <= 0:
                    break
            else:
                short = n
            if enough == short + 1:
                break
            if enough == MOST:
                n = max(n + 1, int(np.ceil(n * got[2] / cap - FULL * n))) if got[2] > cap else n + 1
            elif short < 0:
                n = enough - 1
            else:
                n = (short + enough) // 2
        agents[i], service[i], states, before = enough, best, best_states, best_before
    return agents, service


@compiled
def _played(
    states: Floats,
    rates: Floats,
    lengths: Floats,
    aht: float,
    agents: int,
    before: Floats,
    shape: Floats,
    shortfall: Floats,
    within: float,
    patience: float,
    of: int,
    factors: Floats,
    weights: Floats,
) -> tuple[Floats, Floats, Floats]:
    """In time, hung up and occupied of one interval; the states it ends in, a row for each day that may be, and who is
    there on each.

    Where fewer agents follow on `before`, those who leave finish the contacts they have. On a telephone desk the others
    help nobody new meanwhile, as whoever is first free goes home; chat agents answer on as slots of theirs come free.
    """
    paces = departures(agents, shape, shortfall, aht)
    slots = len(paces)
    full = paces[-1] if slots else 0.0
    out, there_then = np.zeros((len(states), states.shape[1])), np.empty(len(states))
    in_time, counted, gone, came, busy = 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(len(factors)):
        leaving = 0.0
        if agents >= before[j]:
            chance = states[j].copy()
        elif len(shape) > 1:
            chance = _without(states[j], agents, int(before[j]), len(shape))
        else:
            chance = states[j].copy()
            leaving = _talking(chance, agents, before[j])
        for m in range(len(rates)):
            rate = rates[m] * factors[j]
            looks = max(int(np.ceil(lengths[m] / STEP)), 1)
            seconds = lengths[m] / looks
            for _ in range(looks):
                there = max(agents, int(np.ceil(leaving)))
                serving = departures(there, shape, shortfall, aht) if there > agents else paces
                chance = _room(chance, rate, seconds, len(serving), patience)
                death = _death(len(chance), serving, patience)
                pace = serving[-1] if there else 0.0
                answered = _in_time(len(chance) - slots, pace, within, patience, of)
                hung = _hung_up(len(chance) - slots, pace, patience)
                now = _seen(chance, slots, answered, hung)
                chance = _stepped(chance, rate, death, seconds)
                then = _seen(chance, slots, answered, hung)
                arrivals = weights[j] * rate * seconds
                level, lost = (now[0] + then[0]) / 2, (now[1] + then[1]) / 2
                came += arrivals
                counted += arrivals * (1 - lost) if of == ANSWERED else arrivals
                in_time += arrivals * level
                gone += arrivals * lost
                if full > 0:
                    busy += weights[j] * seconds * (_taken(chance, paces) / full)
                leaving *= np.exp(-seconds / aht)
        if len(chance) > out.shape[1]:
            wider = np.zeros((len(states), len(chance)))
            wider[:, : out.shape[1]] = out
            out = wider
        out[j, : len(chance)] = chance
        there_then[j] = max(float(agents), leaving)
    got = np.empty(3)
    got[0] = in_time / counted if counted > 0 else (1.0 if came <= 0 else 0.0)
    got[1] = gone / came if came > 0 else 0.0
    got[2] = busy / lengths.sum()
    return got, out, there_then


@compiled
def _without(chance: Floats, agents: int, before: int, levels: int) -> Floats:
    """The same chances with only the chats of the `agents` who hold most of them, and the line."""
    out = np.zeros(len(chance))
    for k in range(len(chance)):
        held = min(k, before * levels)
        out[k - held + held // before * agents + min(agents, held % before)] += chance[k]
    return out


@compiled
def _talking(chance: Floats, agents: int, there: float) -> float:
    """Mean number who talk, where it is more than `agents`."""
    total = talking = 0.0
    for k in range(agents + 1, len(chance)):
        total += chance[k]
        talking += chance[k] * min(float(k), there)
    return talking / total if total > 0 else 0.0


@compiled
def _room(chance: Floats, rate: float, seconds: float, slots: int, patience: float) -> Floats:
    """The same chances with places for all who may come meanwhile and not hang up soon."""
    last = len(chance) - 1
    while last > 0 and chance[last] < GONE:
        last -= 1
    coming = rate * seconds
    needed = last + int(coming + 8 * np.sqrt(coming + 1)) + 16
    if patience < np.inf:  # with so short a patience that a line cannot grow, no place where everyone hangs up at once
        line = rate * patience
        needed = min(needed, max(last, slots) + int(line + 8 * np.sqrt(line)) + 8)
    wider = np.zeros(needed)
    wider[: last + 1] = chance[: last + 1]
    return wider


@compiled
def _death(count: int, paces: Floats, patience: float) -> Floats:
    """Contacts that leave a second with 0, 1, ... present: answered ones done, and waiting ones that hang up."""
    death = np.zeros(count)
    slots = len(paces)
    for k in range(1, count):
        death[k] = paces[k - 1] if k <= slots else (paces[-1] if slots else 0.0) + (k - slots) / patience
    return death


@compiled
def _in_time(places: int, full: float, within: float, patience: float, of: int) -> Floats:
    """Share answered within the time from place 1, 2, ... of the line; 1 at place 0, which is no line.

    With hanging up, exp(-wait / patience) is a Beta variable: the wait passes through exponential stages whose rates
    rise from `full` by 1 / patience a place.
    """
    out = np.ones(max(places, 0) + 1)
    if full <= 0:
        out[1:] = 0.0
        return out
    if patience == np.inf:
        log_term, cdf = -full * within, np.exp(-full * within)
        for place in range(1, len(out)):
            out[place] = max(1 - cdf, 0.0)
            log_term += np.log(full * within / place) if within > 0 else -np.inf
            cdf += np.exp(log_term)
        return out
    stays = np.exp(-within / patience)
    stages = full * patience
    r = stages if of == VIRTUAL else stages + 1
    log_term = -within / patience * r
    cdf = np.exp(log_term)
    for place in range(1, len(out)):
        share = max(1 - cdf, 0.0)
        out[place] = share if of == VIRTUAL else share * stages / (stages + place)
        log_term += np.log((1 - stays) * (r + place - 1) / place) if stays < 1 else -np.inf
        cdf += np.exp(log_term)
    return out


@compiled
def _hung_up(places: int, full: float, patience: float) -> Floats:
    """Share of those at place 1, 2, ... of the line who will hang up; 0 at place 0."""
    out = np.zeros(max(places, 0) + 1)
    if patience < np.inf:
        for place in range(1, len(out)):
            out[place] = place / (full * patience + place)
    return out


@compiled
def _seen(chance: Floats, slots: int, in_time: Floats, hung_up: Floats) -> tuple[float, float]:
    """Share answered in time and share hanging up of those who come now."""
    level = gone = 0.0
    for k in range(len(chance)):
        place = min(max(k + 1 - slots, 0), len(in_time) - 1)
        level += chance[k] * in_time[place]
        gone += chance[k] * hung_up[place]
    return level, gone


@compiled
def _taken(chance: Floats, paces: Floats) -> float:
    """Mean pace at which contacts are finished."""
    pace = 0.0
    for k in range(1, len(chance)):
        pace += chance[k] * paces[min(k, len(paces)) - 1]
    return pace


@compiled
def _stepped(chance: Floats, rate: float, death: Floats, seconds: float) -> Floats:
    """The chances some seconds later."""
    count = len(chance)
    low, high = 0, count - 1
    while high > 0 and chance[high] < GONE:
        high -= 1
    while low < high and chance[low] < GONE:
        low += 1
    fastest = 0.0
    for k in range(low, count):
        fastest = max(fastest, death[k])
    fastest += rate
    if fastest <= 0:
        return chance
    pieces = max(int(np.ceil(fastest * seconds / CHUNK)), 1)
    jumps = fastest * seconds / pieces
    terms = int(jumps + 7 * np.sqrt(jumps)) + 14
    now, following, out = chance.copy(), np.zeros(count), np.zeros(count)
    for _ in range(pieces):
        weight = np.exp(-jumps)
        out[:] = 0.0
        for k in range(low, high + 1):
            out[k] = weight * now[k]
        for jump in range(1, terms):
            below, top = max(low - 1, 0), min(high + 1, count - 1)
            for k in range(below, top + 1):
                stay = fastest - death[k] - (rate if k < count - 1 else 0.0)
                flow = now[k] * stay
                if k > 0:
                    flow += now[k - 1] * rate
                if k < count - 1:
                    flow += now[k + 1] * death[k + 1]
                following[k] = flow / fastest
            now, following = following, now
            low, high = below, top
            weight *= jumps / jump
            for k in range(low, high + 1):
                out[k] += weight * now[k]
        total = out.sum()
        for k in range(count):
            now[k] = out[k] / total
            following[k] = 0.0
        while high > 0 and now[high] < GONE:
            high -= 1
        while low < high and now[low] < GONE:
            low += 1
    return now
