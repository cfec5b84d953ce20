"""Least agents of a telephone desk by recursion, in machine code: hundreds of thousands of questions a second.

Sums of positive terms only, so that each share is right to some 1e-12. A question whose answer hangs on less than
`SURE`, or whose sums are too long or leave the range of a float, is answered -1: the exact formulas decide it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from staffing.compiled import compiled
from staffing.poisson import Floats

SURE = 1e-9  # nearer to its target than this, a share is not decided here
LONG = 20_000.0  # load, or load x patience, from where the closed formulas are quicker than the sums
ROUND = 1e-17
HUGE = 1e250
FAR = 4.0  # square roots of the load above it, where no wait is left to speak of
OFFERED, ANSWERED, VIRTUAL = range(3)


@compiled
def least_agents(
    of: int, load: Floats, within: Floats, target: Floats, patience: Floats, most: Floats
) -> NDArray[np.int64]:
    """Least agents of each question, -1 where it is too close to call; times in handle times, load > 0.

    Questions in order of their load are quickest: each starts where the last one ended.
    """
    out = np.empty(len(load), dtype=np.int64)
    beyond = 0.5  # agents above the load, in square roots of it
    for i in range(len(load)):
        a, p = load[i], patience[i]
        if a > LONG or (p < np.inf and a * p > LONG):
            out[i] = -1
            continue
        if p == np.inf:
            out[i] = _walked(a, within[i], 1 - target[i], most[i], beyond)
        else:
            out[i] = _least(a, within[i], target[i], p, of, most[i], beyond)
        if out[i] >= 0:
            beyond = min((out[i] - a) / np.sqrt(a), FAR)
    return out


@compiled
def _walked(a: float, t: float, allowed: float, cap: float, beyond: float) -> int:
    """Erlang C: agent by agent from the first guess, which costs one exponential each."""
    fewest = int(a) + 1
    if cap < 1.0:
        fewest = max(fewest, int(np.ceil(a / cap - SURE)))
        if abs(fewest * cap - a) < SURE * fewest or abs((fewest - 1) * cap - a) < SURE * fewest:
            return -1
    n = max(int(np.ceil(a + beyond * np.sqrt(a))), fewest)
    x = _lower(n, a)
    gap = _late(n, a, x, t) - allowed
    while gap > SURE:
        n += 1
        x = 1 + n / a * x
        gap = _late(n, a, x, t) - allowed
        if gap < -SURE:
            return n
    while gap < -SURE and n > fewest:
        # the recursion backwards loses digits where few states lie below
        x = (x - 1) * a / n if x > 4 else _lower(n - 1, a)
        gap = _late(n - 1, a, x, t) - allowed
        if gap > SURE:
            return n
        n -= 1
    return n if gap < -SURE else -1


@compiled
def _late(n: int, a: float, lower: float, t: float) -> float:
    """Share not answered within t where nobody hangs up (Erlang 1917), n above the load."""
    return float(np.exp((a - n) * t) / (1 + (lower - 1) * (1 - a / n)))


@compiled
def _least(a: float, t: float, share: float, p: float, of: int, cap: float, beyond: float) -> int:
    """Erlang A: between the most that are too few and the least that are enough, closing in along the odds of late."""
    short, enough = -1, -1
    n = max(int(np.ceil(a + beyond * np.sqrt(a))), 0)
    x, at = _lower(n, a), n
    slope = -2.5 / np.sqrt(a)  # log odds of being late that an agent takes away, at first
    last_odds, last_n = np.nan, 0
    while True:
        while at < n and n - at < 8:
            at += 1
            x = 1 + at / a * x
        if at == n + 1 and x > 4:  # the recursion backwards loses digits where few states lie below
            x, at = (x - 1) * a / at, n
        if at != n:
            x, at = _lower(n, a), n
        late, busy = _impatient(n, a, x, t, p, of)
        gap, over = late - (1 - share), busy - cap
        if not (abs(gap) > SURE and (abs(over) > SURE or cap == 1.0)):
            return -1
        odds = np.log(max(late, 1e-12) / max(1 - late, 1e-12)) + np.log(share / (1 - share))
        if n != last_n and odds != last_odds and not np.isnan(last_odds):
            slope = min((odds - last_odds) / (n - last_n), -1e-3 / np.sqrt(a))
        last_odds, last_n = odds, n
        best = int(np.ceil(n - odds / slope))
        if cap < 1.0:
            best = max(best, int(np.ceil(n * busy / cap)))
        if gap < 0 and (over < 0 or cap == 1.0):
            enough = n
            best = min(best, n - 1)
        else:
            short = n
            best = max(best, n + 1)
        if enough == short + 1:
            return enough
        n = max(best, short + 1)
        if enough >= 0:
            n = min(n, enough - 1)


@compiled
def _lower(n: int, a: float) -> float:
    """1 + n/a + n(n-1)/a^2 + ...: the inverse of Erlang's B formula, from its largest terms on."""
    term = total = 1.0
    for k in range(n, 0, -1):
        term *= k / a
        total += term
        if term < ROUND * total:
            break
    return total


@compiled
def _impatient(n: int, a: float, lower: float, t: float, p: float, of: int) -> tuple[float, float]:
    """Share not answered within t, and occupancy (Garnett, Mandelbaum, Reiman 2002; sums as in `staffing.waiting`)."""
    if n == 0:
        return 1.0, 1.0
    s, x = n * p, a * p
    line, places = above(s, x)
    if line == np.inf:
        return np.nan, np.nan
    wait = 1 / (1 + (lower - 1) / line)
    gone = wait * places / x
    busy = a * (1 - gone) / n
    age = t / p
    rest = above(s, x * np.exp(-age))[0]
    later = np.exp(-x * np.expm1(-age) - s * age) / line  # weight of patient customers still waiting at t, over rest
    if of == VIRTUAL:
        return wait * later * rest, busy
    answered = wait * s / x * (1 - 1 / line - later * (rest - 1))  # within t, after some wait
    if of == ANSWERED:
        return 1 - (1 - wait + answered) / (1 - gone), busy
    return wait - answered, busy


@compiled
def above(s: float, x: float) -> tuple[float, float]:
    """1 + x/(s+1) + x^2/((s+1)(s+2)) + ..., and the mean place of its terms; infinite where it leaves a float's range.

    The same sum as `staffing.poisson.above`, term by term.
    """
    term = total = 1.0
    places = j = 0.0
    while term > ROUND * total:
        j += 1
        term *= x / (s + j)
        total += term
        places += j * term
        if total > HUGE:
            return np.inf, x - s
    return total, places / total
