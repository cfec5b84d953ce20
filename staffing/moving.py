"""A live desk whose load moves: the service of each planning interval, and the least agents that keep the promise.

Contacts in progress outlive the minute they came in, so an interval is not in the steady state of its own rate. The
contacts present, q, follow q' = rate - out(q); as long as the desk is as it would be in the steady state of some load,
that load is the one whose desk holds q contacts on average, and out(q) is its rate, since in steady state as many leave
as come. This is the modified offered load (Jennings, Mandelbaum, Massey, Whitt 1996, "Server staffing to meet
time-varying demand") of the desk as it is staffed: those who wait and those who hang up are counted too. The closure by
a steady state of the same mean is Rothkopf and Oren's (1979, "A closure approximation for the nonstationary M/M/s
queue"), with the very formulas of `staffing.waiting` in place of their distribution.

A promise is a share of the interval's contacts, so that each minute counts as often as contacts come in it, and each
of the days that may be (`factors` of the rate, with `weights`) as often as contacts come on it.
"""

from __future__ import annotations

import numpy as np

from staffing.compiled import compiled
from staffing.poisson import Floats
from staffing.recursion import ANSWERED
from staffing.search import Ints
from staffing.settled import NEAR, departures, in_steady_state, steady

FULL = 1e-9  # of rounding in an occupancy that meets its cap
SLACK = 1e-12  # and in a share that meets its target
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
) -> tuple[Ints, Floats]:
    """Agents of each interval, and interval x (share in time, share that hangs up, occupancy).

    rates: interval x piece, contacts a second; lengths of the pieces, seconds; factors: interval x day that may be;
    opened: 0 where nobody answers, and nobody stays; shape: handle time by chats held, relative to `aht`'s; shortfall:
    agents x chats, the pace lost to chats spread unevenly; given: the agents, or empty where they are asked for.
    """
    count, days = len(rates), factors.shape[1]
    agents = np.zeros(count, np.int64)
    service = np.zeros((count, 3))
    present, after = np.zeros((days, 2)), np.zeros((days, 2))  # contacts, and those of them that agents hold
    before = 0
    rising = 0.5  # agents above the contacts present, in square roots of them: where the next search begins
    for i in range(count):
        coming = (rates[i] * lengths).sum()
        if opened[i] == 0 or (coming <= 0 and len(given) == 0):
            present *= opened[i] * np.exp(-lengths.sum() / aht[i])
            service[i, 0] = 1.0
            before = 0
            continue
        if len(given):
            paces = departures(given[i], shape, shortfall, aht[i])
            start = _left(present, given[i], before, len(shape))
            service[i] = _served(
                rates[i], lengths, aht[i], paces, factors[i], weights, within, patience, of, start, after
            )
            agents[i] = before = given[i]
            present[:] = after
            continue
        mean = coming / lengths.sum() * aht[i] / len(shape) * (factors[i] * weights).sum()
        n = max(int(np.ceil(mean + rising * np.sqrt(mean))), 1)
        short, enough, slope = 0, MOST, -2.5 / np.sqrt(mean + 1)
        last_odds, last_n = np.nan, 0
        kept_after, kept_service = after.copy(), service[i].copy()
        while enough > short + 1:
            paces = departures(n, shape, shortfall, aht[i])
            start = _left(present, n, before, len(shape))
            got = _served(rates[i], lengths, aht[i], paces, factors[i], weights, within, patience, of, start, after)
            late = 1 - got[0]
            odds = np.log(max(late, 1e-12) / max(1 - late, 1e-12)) + np.log(target / (1 - target))
            if n != last_n and odds != last_odds and not np.isnan(last_odds):
                slope = min((odds - last_odds) / (n - last_n), -0.02 / np.sqrt(mean + 1))
            last_odds, last_n = odds, n
            best = max(int(np.ceil(n - odds / slope)), int(np.ceil(n * got[2] / cap - FULL * n)))
            if got[0] >= target - SLACK and got[2] <= cap * (1 + FULL):
                enough = n
                kept_after[:] = after
                kept_service[:] = got
                best = min(best, n - 1)
            else:
                short = n
                best = max(best, n + 1)
            n = max(best, short + 1)
            n = min(n, enough - 1 if enough < MOST else 2 * short + 10)
        agents[i] = before = enough
        service[i] = kept_service
        present[:] = kept_after
        rising = min((enough - mean) / np.sqrt(mean), 4.0)
    return agents, service


@compiled
def _left(present: Floats, agents: int, before: int, levels: int) -> Floats:
    """Contacts present, and those held, once `before` agents have become fewer.

    On a telephone desk whoever is first free goes home, so that nobody is answered until those who talk are no more
    than `agents`. Chat agents who go take nothing new and finish what they hold; the others, who hold most, answer on
    as slots come free.
    """
    start = present.copy()
    if levels > 1 and agents < before:
        for j in range(len(start)):
            each = int(present[j, 1] / before)
            start[j, 1] = each * agents + min(present[j, 1] - each * before, float(agents))
            start[j, 0] += start[j, 1] - present[j, 1]
    return start


@compiled
def _served(
    rates: Floats,
    lengths: Floats,
    aht: float,
    paces: Floats,
    factors: Floats,
    weights: Floats,
    within: float,
    patience: float,
    of: int,
    present: Floats,
    after: Floats,
) -> Floats:
    """In time, hung up and occupied of one interval over the days that may be; `after` is what they leave behind."""
    in_time, counted, gone, came, busy = 0.0, 0.0, 0.0, 0.0, 0.0
    slots = len(paces)
    full = paces[-1] if slots else 0.0
    # where nobody hangs up a desk settles below its full pace only: as many present as it has slots, about
    most = full * (1 - 1 / (1 + np.sqrt(slots))) if patience == np.inf else np.inf
    for j in range(len(factors)):
        q, held = present[j, 0], present[j, 1]
        seen = q
        leaving = steady(q, rates[0] * factors[j], paces, within, patience, of)[0] if held <= slots else 0.0
        last, aim, settled, level_then, lost_then = -1.0, 0.0, 0.0, 1.0, 0.0
        for m in range(len(rates)):
            rate, half = rates[m] * factors[j], lengths[m] / 2
            if rate != last:
                last, aim = rate, min(rate, most)
                settled, level_then, lost_then = in_steady_state(aim, paces, within, patience, of)
            left = half
            if held > slots:
                q, held, left = _waited(q, held, slots, rate, aht, patience, half)
                if left > 0:
                    seen, leaving = q, steady(q, rate, paces, within, patience, of)[0]
            if left > 0:
                q = _moved(q, rate, seen, leaving, settled, aim, aht, left)
            seen = q
            if aim == rate and abs(seen - settled) <= NEAR * np.sqrt(seen + 1):
                leaving, level, lost = rate, level_then, lost_then
            else:
                leaving, level, lost = steady(seen, leaving, paces, within, patience, of)
            left = half
            if held > slots:
                q, held, left = _waited(q, held, slots, rate, aht, patience, half)
            if left > 0:
                q = _moved(q, rate, seen, leaving, settled, aim, aht, left)
            arrivals = weights[j] * rate * lengths[m]
            came += arrivals
            counted += arrivals * (1 - lost) if of == ANSWERED else arrivals
            in_time += arrivals * level
            gone += arrivals * lost
            if full > 0:
                busy += weights[j] * lengths[m] * min(leaving * (1 - lost) / full, 1.0)
        after[j, 0], after[j, 1] = q, held if held > slots else min(q, float(slots))
    out = np.empty(3)
    out[0] = in_time / counted if counted > 0 else (1.0 if came <= 0 else 0.0)
    out[1] = gone / came if came > 0 else 0.0
    out[2] = busy / lengths.sum()
    return out


@compiled
def _waited(
    present: float, held: float, agents: int, rate: float, aht: float, patience: float, seconds: float
) -> tuple[float, float, float]:
    """Contacts present and held after nobody was answered, as more agents than there should be talk, and time left."""
    span = min(seconds, aht * np.log(held / agents)) if agents else seconds
    line = max(present - held, 0.0)
    if patience < np.inf:
        line = rate * patience + (line - rate * patience) * float(np.exp(-span / patience))
    else:
        line += rate * span
    held = held * float(np.exp(-span / aht)) if span == seconds else 0.0
    return max(held, float(agents)) + line, held, seconds - span


@compiled
def _moved(
    present: float, rate: float, seen: float, leaving: float, settled: float, aim: float, aht: float, seconds: float
) -> float:
    """Contacts present some seconds later.

    What leaves is taken to rise along the chord from `leaving`, with `seen` present, to `aim`, with `settled` present:
    so where `aim` is the rate they approach `settled`, and never beyond, however short the patience.
    """
    if abs(seen - settled) > 2 * NEAR * np.sqrt(settled + 1):
        pace = max((leaving - aim) / (seen - settled), 0.0)
    elif aim == rate:
        return settled + (present - settled) * float(np.exp(-seconds / aht))
    else:
        pace = 0.0
    gap = rate - leaving - pace * (present - seen)
    age = pace * seconds
    return max(present + gap * seconds * float(-np.expm1(-age) / age if age > 1e-9 else 1.0), 0.0)
