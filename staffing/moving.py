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
from staffing.recursion import ANSWERED, HUGE, ROUND, VIRTUAL, above
from staffing.search import Ints

FULL = 1e-9  # of rounding in an occupancy that meets its cap
SLACK = 1e-12  # and in a share that meets its target
NEAR = 2e-3  # standard deviations of the contacts present, to which a steady state is found
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
    present, after = np.zeros(days), np.zeros(days)
    beyond = 0.5  # agents above the contacts present, in square roots of them: where the next search begins
    for i in range(count):
        coming = (rates[i] * lengths).sum()
        if opened[i] == 0 or (coming <= 0 and len(given) == 0):
            for j in range(days):
                present[j] *= opened[i] * np.exp(-lengths.sum() / aht[i])
            service[i, 0] = 1.0
            continue
        if len(given):
            paces = departures(given[i], shape, shortfall, aht[i])
            service[i] = _served(
                rates[i], lengths, aht[i], paces, factors[i], weights, within, patience, of, present, after
            )
            agents[i] = given[i]
            present[:] = after
            continue
        mean = coming / lengths.sum() * aht[i] / len(shape) * (factors[i] * weights).sum()
        n = max(int(np.ceil(mean + beyond * np.sqrt(mean))), 1)
        short, enough, slope = 0, MOST, -2.5 / np.sqrt(mean + 1)
        last_odds, last_n = np.nan, 0
        kept_after, kept_service = after.copy(), service[i].copy()
        while enough > short + 1:
            paces = departures(n, shape, shortfall, aht[i])
            got = _served(rates[i], lengths, aht[i], paces, factors[i], weights, within, patience, of, present, after)
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
        agents[i] = enough
        service[i] = kept_service
        present[:] = kept_after
        beyond = min((enough - mean) / np.sqrt(mean), 4.0)
    return agents, service


@compiled
def departures(agents: int, shape: Floats, shortfall: Floats, aht: float) -> Floats:
    """Contacts that leave a second with 1, 2, ... present, up to every slot of `agents` taken (`staffing.levels`)."""
    levels = len(shape)
    size = min(agents, len(shortfall) - 1)
    scale = size / max(agents, 1)
    out = np.empty(agents * levels)
    k = 0
    for level in range(levels):
        start = agents * level / shape[level - 1] if level else 0.0
        rise = (level + 1) / shape[level] - (level / shape[level - 1] if level else 0.0)
        for more in range(1, agents + 1):
            k += 1
            fill = k * scale
            j = int(fill)
            lost = shortfall[size, j]
            if fill > j:
                lost += (fill - j) * (shortfall[size, j + 1] - lost)
            out[k - 1] = (start + more * rise) * (1 + scale * lost) / aht
    return out


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
    full = paces[-1] if len(paces) else 0.0
    for j in range(len(factors)):
        q = present[j]
        rate_of_q = steady(q, 0.0, paces, within, patience, of)[0]
        pace = rate_of_q / q if q > 1e-9 else 1 / aht
        for m in range(len(rates)):
            rate, half = rates[m] * factors[j], lengths[m] / 2
            q = _relaxed(q, rate, pace, half)
            rate_of_q, level, lost = steady(q, rate_of_q, paces, within, patience, of)
            pace = rate_of_q / q if q > 1e-9 else 1 / aht
            q = _relaxed(q, rate, pace, half)
            arrivals = weights[j] * rate * lengths[m]
            came += arrivals
            counted += arrivals * (1 - lost) if of == ANSWERED else arrivals
            in_time += arrivals * level
            gone += arrivals * lost
            if full > 0:
                busy += weights[j] * lengths[m] * min(rate_of_q * (1 - lost) / full, 1.0)
        after[j] = q
    out = np.empty(3)
    out[0] = in_time / counted if counted > 0 else (1.0 if came <= 0 else 0.0)
    out[1] = gone / came if came > 0 else 0.0
    out[2] = busy / lengths.sum()
    return out


@compiled
def _relaxed(present: float, rate: float, pace: float, seconds: float) -> float:
    """Contacts present after some seconds, each leaving at `pace`."""
    settled = rate / pace
    return float(settled + (present - settled) * np.exp(-pace * seconds))


@compiled
def steady(
    present: float, guess: float, paces: Floats, within: float, patience: float, of: int
) -> tuple[float, float, float]:
    """The rate whose steady state holds `present` contacts on average, its share in time and its share that hangs up.

    The share in time of those answered is of all offered here. By false position, which never leaves its bracket.
    """
    if present <= 1e-9:
        return 0.0, 1.0 if len(paces) else 0.0, 0.0
    full = paces[-1] if len(paces) else 0.0
    close = NEAR * np.sqrt(present + 1)
    top = full * (1 - 1e-9) if patience == np.inf else np.inf
    low, low_gap = 0.0, -present
    high, high_gap = np.inf, 0.0
    rate = guess if guess > 0 else present * (paces[0] if len(paces) else 1 / patience)
    for _ in range(100):
        rate = min(rate, top)
        mean, level, gone = _in_steady_state(rate, paces, within, patience, of)
        gap = mean - present
        if abs(gap) <= close or (rate == top and gap < 0) or rate <= 1e-300:
            break
        if gap > 0:
            if high_gap > 0:
                low_gap /= 2
            high, high_gap = rate, gap
        else:
            if high == np.inf or low > 0:
                high_gap /= 2
            low, low_gap = rate, gap
        if high == np.inf:
            rate *= min(max(present / max(mean, 1e-12), 1.02), 4.0)
        else:
            rate = low + (high - low) * min(max(-low_gap / (high_gap - low_gap), 0.02), 0.98)
    return rate, level, gone


@compiled
def _in_steady_state(rate: float, paces: Floats, within: float, patience: float, of: int) -> tuple[float, float, float]:
    """Mean contacts present, share answered in time (of all, or of patient ones) and share that hangs up."""
    slots = len(paces)
    full = paces[-1] if slots else 0.0
    top = term = 1.0  # weight of the state with every slot taken, of the one at hand,
    below = first = 0.0  # and of those with a slot free, also times their contacts
    for k in range(slots, 0, -1):
        term *= paces[k - 1] / rate
        below += term
        first += term * (k - 1)
        if term < ROUND * below:
            break
        if below > HUGE:
            top, term, below, first = top / HUGE, term / HUGE, below / HUGE, first / HUGE
    if patience == np.inf:
        spare = 1 - rate / full
        wait = 1 / (1 + below / top * spare) if top > 0 else 0.0
        places = 1 / spare - 1
        late = wait * np.exp(-(full - rate) * within)
        gone = 0.0
    else:
        s, x, age = full * patience, rate * patience, within / patience
        line, places = above(s, x)
        wait = 1 / (1 + below / (top * line)) if top > 0 else 0.0
        gone = min(wait * places / x, 1.0)
        rest = above(s, x * np.exp(-age))[0]
        later = np.exp(-x * np.expm1(-age) - s * age) / line
        if line == np.inf:  # far more than the desk can do: everyone waits as long as it takes to lose the rest
            late = wait * gone if s > 0 and within >= patience * np.log(x / s) else 1.0
        elif of == VIRTUAL:
            late = wait * later * rest
        else:
            late = wait * (1 - s / x * (1 - 1 / line - later * (rest - 1)))
    free = first / below if below > 0 else 0.0
    return (1 - wait) * free + wait * (slots + places), min(max(1 - late, 0.0), 1.0), gone
