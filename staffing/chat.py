"""Chat: an agent who holds several chats at once serves each of them slower.

A birth-death chain on the chats present, spread evenly over the agents: with n agents, k = q n + r chats put q + 1 on r
of them and q on the rest. An agent holding m chats finishes them at the rate m / aht[m-1]. Beyond n times the levels,
chats wait, and customers hang up after an exponential patience. Spreading evenly is within 0.6 points of service level
of the exact chain that gives each chat to the agent holding fewest, and asks for the same headcount.

Between q n and (q + 1) n chats that rate is a straight line, so its part of the chain is a stretch of Poisson terms:
whatever the number of agents, a few incomplete gamma functions.

`aht` holds the levels on its last axis: one vector for every rate, or a row for each. All else as in `staffing.erlang`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.erlang import FULL, SLACK, Result, as_given, check_of, flat
from staffing.poisson import Floats, above, below, log_rise
from staffing.search import Ints, least_by_load
from staffing.waiting import Line, Of

ROUNDING = 1e-12  # a pace that falls by no more, relatively, does not fall
FLAT = 4e-15  # a pace that rises by no more, relatively, is the same
STEEP = 1e-5  # above this relative rise the sums of Poisson terms differ enough for their difference to be accurate


def service_level(
    rate: ArrayLike,
    aht: ArrayLike,
    agents: ArrayLike,
    within: ArrayLike,
    patience: ArrayLike = np.inf,
    of: Of = "offered",
) -> Result:
    """Share of chats that get an agent's slot within `within` seconds; aht[k] the handle time of an agent's k+1 chats.

    Raises:
        ValueError: an argument out of its bounds, or agents who finish fewer chats when they hold more.

    >>> round(service_level(1.2 / 60, [480, 570, 720], 5, 30, patience=120), 4)
    0.8192
    """
    check_of(of)
    levels = _levels(aht)
    shape, (r, n, t, p), h = _flat(levels, rate=rate, agents=agents, within=within, patience=patience)
    share = np.ones(r.shape)
    some = r > 0
    share[some] = line(r[some], h[some], n[some], p[some]).within(t[some] / h[some, -1], of)
    return as_given(shape, share)


def abandonment(rate: ArrayLike, aht: ArrayLike, agents: ArrayLike, patience: ArrayLike) -> Result:
    """Share of chats given up before an agent takes them; 0 with infinite patience."""
    shape, (r, n, p), h = _flat(_levels(aht), rate=rate, agents=agents, patience=patience)
    share = np.zeros(r.shape)
    some = r > 0
    share[some] = line(r[some], h[some], n[some], p[some]).abandonment
    return as_given(shape, share)


def mean_wait(rate: ArrayLike, aht: ArrayLike, agents: ArrayLike, patience: ArrayLike = np.inf) -> Result:
    """Mean seconds until an agent takes the chat or the customer gives up, over all chats."""
    shape, (r, n, p), h = _flat(_levels(aht), rate=rate, agents=agents, patience=patience)
    wait = np.zeros(r.shape)
    some = r > 0
    wait[some] = line(r[some], h[some], n[some], p[some]).mean_wait * h[some, -1]
    return as_given(shape, wait)


def occupancy(rate: ArrayLike, aht: ArrayLike, agents: ArrayLike, patience: ArrayLike = np.inf) -> Result:
    """Chats finished, relative to the most these agents can finish when each holds as many as allowed."""
    shape, (r, n, p), h = _flat(_levels(aht), rate=rate, agents=agents, patience=patience)
    busy = np.zeros(r.shape)
    some = r > 0
    busy[some] = line(r[some], h[some], n[some], p[some]).occupancy
    return as_given(shape, busy)


def agents_for(
    rate: ArrayLike,
    aht: ArrayLike,
    within: ArrayLike,
    target: ArrayLike,
    patience: ArrayLike = np.inf,
    of: Of = "offered",
    max_occupancy: ArrayLike = 1.0,
) -> Result:
    """Least agents who take a share `target` of the chats within `within` seconds, at most `max_occupancy` occupied.

    Raises:
        ValueError: an argument out of its bounds, or agents who finish fewer chats when they hold more.

    >>> agents_for(2.4 / 60, [480, 570, 720], 30, 0.8, patience=120)
    10
    """
    check_of(of)
    shape, columns, h = _flat(
        _levels(aht), rate=rate, within=within, target=target, patience=patience, max_occupancy=max_occupancy
    )
    questions, back = np.unique(np.vstack([*columns, h.T]), axis=1, return_inverse=True)
    some = questions[0] > 0
    r, t, share, p, most = questions[:5, some]
    h = questions[5:, some].T
    load = r * h[:, -1] / h.shape[1]  # agents at full concurrency who just keep up

    def enough(i: Ints, n: Ints) -> NDArray[np.bool_]:
        desk = line(r[i], h[i], n.astype(float), p[i])
        kept = desk.within(t[i] / h[i, -1], of) >= share[i] - SLACK
        return np.asarray(kept & (desk.occupancy <= most[i] * (1 + FULL)))

    agents = np.zeros(len(some), dtype=np.int64)
    guess = np.ceil(np.where(np.isinf(p), np.maximum(load + 0.3 * np.sqrt(load), load / most), load))
    agents[some] = least_by_load(enough, load, guess.astype(np.int64))
    return as_given(shape, agents[back.ravel()])


def _levels(aht: ArrayLike) -> Floats:
    levels = np.asarray(aht, dtype=float)
    if levels.ndim == 0 or levels.shape[-1] == 0:
        raise ValueError(f"aht: expected a handle time for each number of chats held, got {aht!r}")
    return levels


def _flat(levels: Floats, **arguments: ArrayLike) -> tuple[tuple[int, ...], list[Floats], Floats]:
    """The shape rates and handle times broadcast to, each argument flat, and handle times as row x level."""
    flat(aht=levels)  # checks every level
    held = np.arange(1, levels.shape[-1] + 1)
    pace = held / levels
    falls = np.diff(pace, axis=-1) < -ROUNDING * pace[..., :-1]
    if falls.any():
        *row, level = np.argwhere(falls)[0]
        was, now = levels[(*row, level)], levels[(*row, level + 1)]
        raise ValueError(
            f"aht: an agent holding {level + 2} chats of {now:g} s finishes fewer than one holding {level + 1} of "
            f"{was:g} s; expected handle times that make it worth holding one more"
        )
    shape, columns = flat(**arguments, aht=levels[..., 0])
    rows = np.broadcast_to(levels, (*shape, levels.shape[-1])).reshape(-1, levels.shape[-1])
    return shape, columns[:-1], rows


def line(rate: Floats, aht: Floats, agents: Floats, patience: Floats) -> Line:
    """The waiting line of a chat desk, its times in those of the last level; flat, `aht` row x level, rate > 0."""
    levels = aht.shape[1]
    full = aht[:, -1]
    lower = _lower(rate, aht, agents)
    return Line.behind(rate * full, agents * levels, lower, patience / full)


def _lower(rate: Floats, aht: Floats, agents: Floats) -> Floats:
    """Weight of the states with 0, 1, ... chats up to all slots taken, relative to that last one."""
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
