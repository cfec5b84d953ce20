"""A live desk in its steady state: how many contacts it holds on average, and how well it serves them.

A desk is the pace at which contacts leave with 1, 2, ... present, up to all its slots taken; beyond that customers wait
and hang up (Garnett, Mandelbaum, Reiman 2002; the sums as in `staffing.waiting`). In machine code, for the loops of
`staffing.moving` and `staffing.transient`.
"""

from __future__ import annotations

import math

import numpy as np

from staffing.compiled import compiled
from staffing.poisson import Floats
from staffing.recursion import HUGE, ROUND, VIRTUAL, above

NEAR = 2e-3  # standard deviations of the contacts present, to which a steady state is found
NOTHING = 1e-30  # contacts a second: none


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
def steady(
    present: float, guess: float, paces: Floats, within: float, patience: float, of: int
) -> tuple[float, float, float]:
    """The rate whose steady state holds `present` contacts on average, its share in time and its share that hangs up.

    The share in time of those answered is of all offered here. By false position, which never leaves its bracket.
    """
    full = paces[-1] if len(paces) else 0.0
    if present <= 1e-9 or (full == 0 and patience == np.inf):
        return 0.0, 1.0 if full > 0 else 0.0, 0.0
    close = NEAR * np.sqrt(present + 1)
    top = full * (1 - 1e-9) if patience == np.inf else np.inf
    low, low_gap = 0.0, -present
    high, high_gap = np.inf, 0.0
    stride = 1.02
    rate = guess if guess > 0 else present * (paces[0] if len(paces) else 1 / patience)
    for _ in range(100):
        rate = min(rate, top)
        mean, level, gone = in_steady_state(rate, paces, within, patience, of)
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
            rate *= min(max(present / max(mean, 1e-12), stride), 4.0)
            stride *= stride  # the shorter the patience, the less a higher rate adds
        else:
            rate = low + (high - low) * min(max(-low_gap / (high_gap - low_gap), 0.02), 0.98)
    return rate, level, gone


@compiled
def in_steady_state(rate: float, paces: Floats, within: float, patience: float, of: int) -> tuple[float, float, float]:
    """Mean contacts present, share answered in time (of all, or of patient ones) and share that hangs up."""
    slots = len(paces)
    if slots == 0:
        return rate * patience if rate > 0 else 0.0, 0.0, 1.0 if patience < np.inf else 0.0
    if rate <= NOTHING:
        return 0.0, 1.0, 0.0
    full = paces[-1]
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
        line, places = beyond(s, x)
        wait = 1 / (1 + below / (top * line)) if top > 0 else 0.0
        gone = min(wait * places / x, 1.0)
        if line == np.inf:  # far more than the desk can do: everyone waits until enough have hung up
            r = s if of == VIRTUAL else s + 1
            late = _reached(r, x * np.exp(-age), np.log(x) - age)
            late = late if of == VIRTUAL else 1 - s / x * (1 - late)
        else:
            rest = beyond(s, x * np.exp(-age))[0]
            later = np.exp(-x * np.expm1(-age) - s * age) / line
            answered = s / x * (1 - 1 / line - later * (rest - 1))
            late = wait * (later * rest if of == VIRTUAL else 1 - answered)
    free = first / below if below > 0 else 0.0
    return (1 - wait) * free + wait * (slots + places), min(max(1 - late, 0.0), 1.0), gone


@compiled
def beyond(s: float, x: float) -> tuple[float, float]:
    """As `staffing.recursion.above`; where its terms are very many, by strides (the sum by Euler and Maclaurin)."""
    h = int(min(np.sqrt(s), s / max(abs(x - s), 1.0)) / 20)
    if h < 8:
        return above(s, x)
    slope = np.log(x / (s + 0.5))  # of the log of the terms at the first, and how it bends
    term, total, first = 1.0, 0.5, 0.0
    j = 0.0
    while term > ROUND * total:
        middle = s + j + (h + 1) / 2
        term *= (x / middle) ** h * (1 + (h**3 - h) / 24 / middle**2)
        j += h
        total += term
        first += j * term
        if total > HUGE:
            return np.inf, x - s
    near, far = (h**2 - 1.0) / 12, (h**4 - 1.0) / 720
    total = h * total + 0.5 + near * slope - far * (slope**3 - 3 * slope / s + 1 / s**2)
    first = h * first + near - far * 3 * (slope**2 - 1 / s)
    return total, first / total


@compiled
def _reached(s: float, x: float, log_x: float) -> float:
    """Share of a gamma distribution of shape s that is at most x."""
    total = beyond(s, x)[0]
    return 1.0 if total == np.inf else min(total * float(np.exp(s * log_x - x - math.lgamma(s + 1))), 1.0)
