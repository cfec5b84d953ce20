"""Chat agents one by one: the pace at which a desk finishes chats, given how many are present.

The state is the number of agents at each level, holding 0, 1, ... chats. A chat that comes moves one agent up from the
lowest level taken; an agent with m chats finishes them at m / aht[m-1]. No transition skips a number k of chats
present, so that across every cut rate x P(k) = E[pace | k + 1] x P(k + 1): with the mean pace given k the chain is,
exactly, a birth-death chain in k. With every slot taken one state is left, and a waiting line only returns to it: the
mean depends on the agents, the shape of the handle times and the load alone, not on patience.

It is found by aggregation and disaggregation (Takahashi 1975; Koury, McAllister, Stewart 1984, "Iterative methods for
computing stationary distributions of nearly completely decomposable Markov chains"): sweeps over k with locally relaxed
Gauss-Seidel steps (Botta, Veldman 1982), each k normalised and joined to its neighbours by the cut equation.

Times are in handle times of a single chat: `load` = rate x aht[0], `shape` = aht / aht[0].
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, comb, floor, log

import numpy as np
from numpy.typing import NDArray

from staffing.compiled import compiled
from staffing.poisson import Floats
from staffing.search import Ints

AGENTS = 40  # the largest desk whose chain is solved, where its levels leave at most so many
STATES = 140_000  # states
SCALED = 500  # the largest desk corrected at all: a larger one spreads its chats evenly

STEP = log(1.03)  # between tabulated loads, and
LEAST, MOST = log(0.02), log(20.0)  # the first and last of them, relative to the desk's capacity
SETTLED = 1e-9  # relative change of every mean pace in one sweep
RELAXED = 200  # sweeps until relaxation is given up for plain steps, which always settle
GENTLE = 0.25  # least drift assumed when relaxing: no step more than 2 / (1 + 0.25)

Structure = tuple[Ints, NDArray[np.int8], NDArray[np.int32]]


def largest(levels: int) -> int:
    """The most agents whose chain is solved.

    >>> largest(3), largest(4), largest(8)
    (40, 40, 12)
    """
    return max(n for n in range(1, AGENTS + 1) if comb(n + levels, levels) <= STATES)


def even(shape: Floats, agents: int) -> Floats:
    """Pace with k = 1, 2, ... agents * levels chats present, were they always spread evenly over the agents."""
    held = np.append(np.arange(len(shape) + 1) / np.append(1.0, shape), 0.0)
    k = np.arange(1, agents * len(shape) + 1)
    low, more = k // max(agents, 1), k % max(agents, 1)
    return np.asarray(more * held[low + 1] + (agents - more) * held[low])


@lru_cache(maxsize=8192)
def exact(load: float, shape: tuple[float, ...], agents: int) -> Floats:
    """Mean pace with k = 1, 2, ... agents * levels chats present, at most 127 agents; solved, to about 5e-9."""
    levels = np.array(shape)
    spread = even(levels, agents)
    if agents < 2 or len(shape) < 2:
        return spread
    return _settle(*_states(agents, len(shape)), load, np.arange(len(shape) + 1) / np.append(1.0, levels))


def position(load: Floats, shape: Floats, agents: Floats) -> Floats:
    """Where each load lies between the tabulated ones: whole numbers are steps in the table of `shortfall`."""
    with np.errstate(divide="ignore"):
        filled = np.log(load * shape[:, -1] / (agents * shape.shape[1]))
    return np.asarray(np.clip(filled, LEAST, MOST) / STEP)


@lru_cache(maxsize=8192)
def shortfall(step: int, shape: tuple[float, ...], agents: int) -> Floats:
    """Mean pace relative to the even one, less 1, with k = 0, 1, ... chats present, at one tabulated load."""
    load = np.exp(step * STEP) * agents * len(shape) / shape[-1]
    return np.append(0.0, exact(float(load), shape, agents) / even(np.array(shape), agents) - 1)


def below_full(load: Floats, shape: Floats, agents: Floats) -> Floats:
    """Weight of the states up to all slots taken, relative to that last one: flat, `shape` row x level.

    Agents are whole, at most SCALED. The shortfall is interpolated between tabulated loads; beyond the `largest` desk
    it is that one's at as many chats per agent, and falls as 1 / agents: those who hold two chats fewer than others are
    as many in a large desk as in a small one.
    """
    levels = shape.shape[1]
    size = np.minimum(agents, largest(levels)).astype(np.int64)
    place = position(load, shape, agents)
    step = np.floor(place).astype(np.int64)
    shapes, which = np.unique(shape, axis=0, return_inverse=True)
    first, span = int(step.min(initial=0)), int(step.max(initial=0) - step.min(initial=0)) + 2
    keys = (which.ravel() * (AGENTS + 1) + size) * span + step - first
    used = np.unique(np.concatenate([keys, keys + 1]))
    tables = np.zeros((len(used), AGENTS * levels + 1))
    names = [tuple(row) for row in shapes.tolist()]
    for row, key in enumerate(used.tolist()):
        desk, at = divmod(key, span)
        of, n = divmod(desk, AGENTS + 1)
        if n > 1 and levels > 1:
            tables[row, : n * levels + 1] = shortfall(at + first, names[of], n)
    pace = np.arange(1, levels + 1) / shape
    low = np.searchsorted(used, keys)
    high = np.searchsorted(used, keys + 1)
    return _climb(load, pace, agents.astype(np.int64), size, tables, low, high, place - step)


def below_full_solved(load: Floats, shape: Floats, agents: Ints) -> Floats:
    """As `below_full`, each question's own chain solved; for desks up to the `largest`."""
    weight = np.ones(len(load))
    for i, (x, row, n) in enumerate(zip(load.tolist(), shape.tolist(), agents.tolist(), strict=True)):
        total = 1.0
        for pace in exact(x, tuple(row), n).tolist():
            total = 1 + total * pace / x
        weight[i] = total
    return weight


def paces(load: float, shape: tuple[float, ...], agents: int) -> Floats:
    """Mean pace with k = 1, 2, ... agents * levels chats present, interpolated as in `below_full`."""
    pace = even(np.array(shape), agents)
    if agents < 2 or len(shape) < 2 or agents > SCALED:
        return pace
    size = min(agents, largest(len(shape)))
    place = float(position(np.array([load]), np.array([shape]), np.array([agents]))[0])
    low, high = (shortfall(step, shape, size) for step in (floor(place), ceil(place)))
    short = low + (place - floor(place)) * (high - low)
    fill = np.arange(1, agents * len(shape) + 1) * size / agents
    return np.asarray(pace * (1 + np.interp(fill, np.arange(len(short)), short) * size / agents))


@compiled
def _climb(
    load: Floats, pace: Floats, agents: Ints, size: Ints, tables: Floats, low: Ints, high: Ints, between: Floats
) -> Floats:
    levels = pace.shape[1]
    out = np.ones(len(load))
    for i in range(len(load)):
        n, scale = agents[i], size[i] / max(agents[i], 1)
        under, over, t = tables[low[i]], tables[high[i]], between[i]
        weight, k = 1.0, 0
        for level in range(levels):
            start = n * pace[i, level - 1] if level else 0.0
            rise = pace[i, level] - (pace[i, level - 1] if level else 0.0)
            for more in range(1, n + 1):
                k += 1
                fill = k * scale
                j = int(fill)
                short = (1 - t) * under[j] + t * over[j]
                if fill > j:
                    short += (fill - j) * ((1 - t) * under[j + 1] + t * over[j + 1] - short)
                weight = 1 + weight * (start + more * rise) * (1 + scale * short) / load[i]
        out[i] = weight
    return out


@lru_cache(maxsize=48)
def _states(agents: int, levels: int) -> Structure:
    """Every state, by chats present: where each k begins, agents at each level, and where each state is entered from.

    Entered by a chat that comes in at most two ways, then by one that leaves from level 1, 2, ...; one position beyond
    the last state stands for no state.
    """
    return _enumerated(agents, levels)


@compiled
def _enumerated(agents: int, levels: int) -> tuple[Ints, NDArray[np.int8], NDArray[np.int32]]:
    ways = np.zeros((agents + levels + 1, levels + 1), np.int64)  # binomial coefficients
    for i in range(agents + levels + 1):
        ways[i, 0] = 1
        for j in range(1, min(i, levels) + 1):
            ways[i, j] = ways[i - 1, j - 1] + ways[i - 1, j]
    count = ways[agents + levels, levels]
    listed = np.zeros((count, levels + 1), np.int8)
    present = np.zeros(count, np.int64)
    first = np.zeros(agents * levels + 2, np.int64)
    state = np.zeros(levels + 1, np.int64)
    state[0] = agents
    for s in range(count):
        for m in range(levels + 1):
            listed[s, m] = state[m]
            present[s] += m * state[m]
        first[present[s] + 1] += 1
        if s + 1 < count:  # the next in colexicographic order
            m = 0
            while state[m] == 0:
                m += 1
            moved = state[m]
            state[m] = 0
            state[0] = moved - 1
            state[m + 1] += 1
    for k in range(agents * levels + 1):
        first[k + 1] += first[k]
    free = first.copy()
    place = np.zeros(count, np.int32)
    held = np.zeros((count, levels + 1), np.int8)
    for s in range(count):
        place[s] = free[present[s]]
        free[present[s]] += 1
        held[place[s]] = listed[s]
    sources = np.full((count, levels + 2), count, np.int32)
    for s in range(count):
        for m in range(levels + 1):
            state[m] = held[s, m]
        lowest = 0
        while state[lowest] == 0:
            lowest += 1
        if lowest < levels and state[lowest + 1] > 0:
            sources[s, 0] = place[_rank(state, lowest + 1, lowest, agents, ways)]
        if lowest > 0:
            sources[s, 1] = place[_rank(state, lowest, lowest - 1, agents, ways)]
        for m in range(1, levels + 1):
            if state[m - 1] > 0:
                sources[s, 1 + m] = place[_rank(state, m - 1, m, agents, ways)]
    return first, held, sources


@compiled
def _rank(state: Ints, leaves: int, joins: int, agents: int, ways: Ints) -> int:
    """Colexicographic rank of `state` after one agent moved between two levels."""
    rank, left = 0, agents
    for m in range(len(state) - 1, 0, -1):
        here = state[m] - (m == leaves) + (m == joins)
        rank += ways[left + m, m] - ways[left - here + m, m]
        left -= here
    return rank


@compiled
def _settle(first: Ints, held: NDArray[np.int8], sources: NDArray[np.int32], load: float, pace: Floats) -> Floats:
    count, full = len(held), len(first) - 2
    agents = held[0].sum()
    share, mean = np.zeros(count + 1), np.zeros(full + 1)  # of each state given the chats present; pace given those
    out = np.zeros(count)
    for k in range(full + 1):
        total, flow = 0.0, 0.0
        for s in range(first[k], first[k + 1]):
            uneven = 0.0
            for m in range(len(pace)):
                uneven += held[s, m] * (m - k / agents) ** 2
            share[s] = np.exp(-2 * uneven)
            total += share[s]
            for m in range(1, len(pace)):
                out[s] += held[s, m] * pace[m]
            flow += share[s] * out[s]
        mean[k] = flow / total
        for s in range(first[k], first[k + 1]):
            share[s] /= total
    sweep = 0
    while _sweep(first, held, sources, load, pace, out, share, mean, sweep < RELAXED) > SETTLED:
        sweep += 1
    return mean[1:]


@compiled
def _sweep(
    first: Ints,
    held: NDArray[np.int8],
    sources: NDArray[np.int32],
    load: float,
    pace: Floats,
    out: Floats,
    share: Floats,
    mean: Floats,
    relaxed: bool,
) -> float:
    """Up and down once, `share` and `mean` improved in place; the largest relative change of a mean."""
    full = len(first) - 2
    worst = 0.0
    for step in range(2 * (full - 1)):
        k = step + 1 if step < full - 1 else 2 * (full - 1) - step
        come, leave = mean[k], load / mean[k + 1]
        drift = abs(load - come) / (load + come)
        relax = 2 / (1 + max(GENTLE, drift)) if relaxed else 1.0
        total, flow = 0.0, 0.0
        for s in range(first[k], first[k + 1]):
            left = 0.0
            for m in range(1, len(pace)):
                left += (held[s, m] + 1) * pace[m] * share[sources[s, m + 1]]
            entered = come * (share[sources[s, 0]] + share[sources[s, 1]]) + leave * left
            share[s] += relax * (entered / (load + out[s]) - share[s])
            total += share[s]
            flow += share[s] * out[s]
        for s in range(first[k], first[k + 1]):
            share[s] /= total
        worst = max(worst, abs(flow / total / come - 1))
        mean[k] = flow / total
    return worst
