"""Chats spread evenly over their agents, always: the closed form of a chat desk of any size.

With n agents, k = q n + r chats put q + 1 on r of them and q on the rest. Between q n and (q + 1) n chats the pace at
which they leave is a straight line in k, so this part of the birth-death chain is a stretch of Poisson terms: whatever
the number of agents, a few incomplete gamma functions.
"""

from __future__ import annotations

import numpy as np

from staffing.poisson import Floats, above, below, log_rise

FLAT = 4e-15  # a pace that rises by no more, relatively, is the same
STEEP = 1e-5  # above this relative rise the sums of Poisson terms differ enough for their difference to be accurate


def below_full(rate: Floats, aht: Floats, agents: Floats) -> Floats:
    """Weight of the states up to all slots taken, relative to that last one; flat, `aht` row x level, rate > 0."""
    weight = below(agents, rate * aht[:, 0])
    some = agents > 0
    for held in range(1, aht.shape[1]):
        pace, faster = held / aht[some, held - 1], (held + 1) / aht[some, held]
        weight[some] = _climb(rate[some], pace, faster - pace, agents[some], weight[some])
    return weight


def _climb(rate: Floats, pace: Floats, rise: Floats, agents: Floats, weight: Floats) -> Floats:
    """The weight after `agents` more chats, the j-th leaving at agents * pace + j * rise in all.

    With s = agents * pace / rise and x = rate / rise these are Poisson terms s + 1 ... s + agents: a difference of sums
    above where the chain is likelier below them, and of sums below where it is likelier beyond.
    """
    out = np.empty_like(rate)
    level = np.abs(rise) <= FLAT * pace
    gentle = ~level & (rise < STEEP * pace)
    beyond = ~(level | gentle) & (rate >= agents * (pace + rise))
    before = ~(level | gentle | beyond)
    for part, climbed in ((level, _level), (gentle, _step_by_step), (beyond, _from_below), (before, _from_above)):
        if part.any():
            with np.errstate(over="ignore", divide="ignore"):
                out[part] = climbed(rate[part], pace[part], rise[part], agents[part], weight[part])
    return out


def _level(rate: Floats, pace: Floats, _rise: Floats, agents: Floats, weight: Floats) -> Floats:
    excess = agents * pace / rate - 1
    grown = np.expm1(agents * np.log1p(excess))
    same = excess == 0
    return np.asarray(weight * (grown + 1) + np.where(same, agents, grown / np.where(same, 1, excess)))


def _step_by_step(rate: Floats, pace: Floats, rise: Floats, agents: Floats, weight: Floats) -> Floats:
    most = int(agents.max())
    if most <= len(rate):  # all questions together, step by step; else all steps together, question by question
        for step in range(1, most + 1):
            weight = np.where(step <= agents, 1 + (agents * pace + step * rise) / rate * weight, weight)
        return weight
    out = np.empty_like(weight)
    for i, (r, p, g, n, w) in enumerate(zip(rate, pace, rise, agents, weight, strict=True)):
        down = np.cumsum(np.log((n * p + np.arange(n, 0, -1) * g) / r))
        out[i] = 1 + np.exp(down[:-1]).sum() + np.exp(down[-1]) * w
    return out


def _from_below(rate: Floats, pace: Floats, rise: Floats, agents: Floats, weight: Floats) -> Floats:
    s, x = agents * pace / rise, rate / rise
    return below(s + agents, x) + np.exp(log_rise(s, agents, x)) * (weight - below(s, x))


def _from_above(rate: Floats, pace: Floats, rise: Floats, agents: Floats, weight: Floats) -> Floats:
    s, x = agents * pace / rise, rate / rise
    earlier = np.logaddexp(above(s, x)[0], np.log(weight - 1))
    return np.asarray(np.exp(log_rise(s, agents, x) + earlier) - np.expm1(above(s + agents, x)[0]))
