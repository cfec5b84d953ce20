"""Chat: an agent who holds several chats at once serves each of them slower.

An agent holding m chats finishes them at the rate m / aht[m-1]; each chat goes to an agent holding fewest. Beyond n
times the levels, chats wait, and customers hang up after an exponential patience. A desk of up to 40 agents (fewer with
more than 4 levels) is the chain of its agents one by one, `staffing.levels`: its service level is within 0.001 points
of the exact chain's, and headcounts are equal to it. A larger desk is corrected as the largest solved one is, in
proportion, and beyond 500 agents chats are spread evenly, as with agents that are no whole number.

`aht` holds the levels on its last axis: one vector for every rate, or a row for each. All else as in `staffing.erlang`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from forecast.language import Text
from staffing import evenly, levels
from staffing.erlang import FULL, SLACK, Result, as_given, check_of, flat, numbers
from staffing.poisson import Floats
from staffing.search import SAMPLE, Ints, least, least_by_load
from staffing.waiting import Line, Of

ROUNDING = 1e-12  # a pace that falls by no more, relatively, does not fall
INTERPOLATED = 1e-5  # no share is further from the exact chain's, nor by more than
TAIL = 1e-3  # of the share not answered in time


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
    0.8134
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

    def kept(desk: Line, i: Ints) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether the promise is kept, and whether interpolation may err in that."""
        level, busy = desk.within(t[i] / h[i, -1], of), desk.occupancy
        doubt = np.abs(level - share[i]) < np.minimum(INTERPOLATED, TAIL * (1 - level))
        doubt |= (most[i] < 1) & (np.abs(busy - most[i]) < INTERPOLATED)
        return (level >= share[i] - SLACK) & (busy <= most[i] * (1 + FULL)), doubt

    def roughly(i: Ints, n: Ints) -> NDArray[np.bool_]:
        count = n.astype(float)
        return kept(_behind(r[i], h[i], count, p[i], evenly.below_full(r[i], h[i], count)), i)[0]

    def enough(i: Ints, n: Ints) -> NDArray[np.bool_]:
        count = n.astype(float)
        good, doubt = kept(line(r[i], h[i], count, p[i]), i)
        doubt &= (n > 1) & (n <= levels.largest(h.shape[1])) & (h.shape[1] > 1)
        if doubt.any():
            j = i[doubt]
            lower = levels.below_full_solved(r[j] * h[j, 0], _shapes(h[j]), n[doubt])
            good[doubt] = kept(_behind(r[j], h[j], count[doubt], p[j], lower), j)[0]
        return good

    agents = np.zeros(len(some), dtype=np.int64)
    guess = np.ceil(np.where(np.isinf(p), np.maximum(load + 0.3 * np.sqrt(load), load / most), load)).astype(np.int64)
    # tables are solved for every number tried: evenly spread chats tell first where to try
    if len(load) > SAMPLE and np.ptp(np.vstack([questions[1:5, some], _shapes(h).T]), axis=1).max() == 0:
        few = np.argsort(load)[:: len(load) // SAMPLE]
        known = least_by_load(lambda i, n: roughly(few[i], n), load[few], guess[few])
        guess = np.ceil(np.interp(load, load[few], known)).astype(np.int64)
    else:
        guess = least_by_load(roughly, load, guess)
    agents[some] = least(enough, guess, np.ones_like(guess))
    return as_given(shape, agents[back.ravel()])


def paces(rate: float, aht: ArrayLike, agents: int) -> Floats:
    """Chats finished per second with k = 1, 2, ... agents * levels of them present: the death rates of the chain.

    Means over how the chats are spread when they come at `rate`, as every other formula here takes them.
    """
    _shape, _columns, rows = _flat(_levels(aht), rate=rate, agents=agents)
    shape = tuple(_shapes(rows)[0].tolist())
    return levels.paces(rate * float(rows[0, 0]), shape, agents) / float(rows[0, 0])


def mean_handle_time(rate: float, aht: ArrayLike, agents: int, patience: float = np.inf) -> float:
    """Mean seconds an agent takes for a chat, its time among the others the agent holds: chats held per chat finished
    a second (Little 1961). A single chat's without volume or agents.

    >>> round(mean_handle_time(1.2 / 60, [480, 570, 720], 5, patience=120))
    651
    """
    _shape, (r, n, p), h = _flat(_levels(aht), rate=rate, agents=agents, patience=patience)
    if rate == 0 or agents == 0:
        return float(h[0, 0])
    held, last = 0.0, 1.0  # mean chats present, and the chance of the most, among states with up to k of them
    for k, pace in enumerate(paces(rate, aht, agents).tolist(), 1):
        last /= last + pace / rate
        held += last * (k - held)
    desk = line(r, h, n, p)
    waiting = desk.occupancy - desk.at_once * desk.load / desk.slots  # the chance that somebody waits
    finished = desk.occupancy * desk.slots / h[:, -1]
    return float(((held * (1 - waiting) + desk.slots * waiting) / finished)[0])


@dataclass(frozen=True, eq=False)
class Concurrency:
    """What it takes to allow each agent 1, 2, ... chats at once: one row per number.

    Columns: levels (chats allowed), agents (the least), and with them service_level, abandonment and occupancy as
    shares, mean_wait and mean_handle_time in seconds.
    """

    table: pd.DataFrame
    warnings: tuple[Text, ...] = ()


def concurrency_choices(
    rate: float,
    aht: ArrayLike,
    within: float,
    target: float,
    patience: float = np.inf,
    of: Of = "offered",
    max_occupancy: float = 1.0,
) -> Concurrency:
    """The least agents when each may hold at most 1, 2, ... chats, and what the customer gets.

    More at once need fewer agents, and every chat takes longer. Numbers from which on an agent would finish fewer chats
    by holding more are left out, and `warnings` says so.

    Raises:
        ValueError: an argument out of its bounds.

    >>> concurrency_choices(2.4 / 60, [480, 570, 720], 30, 0.8, patience=120).table["agents"].tolist()
    [21, 12, 10]
    """
    handle = np.atleast_1d(np.asarray(aht, dtype=float))
    falls = np.flatnonzero(_falls(handle))
    allowed = int(falls[0]) + 1 if len(falls) else len(handle)
    rows = []
    for most in range(1, allowed + 1):
        own = handle[:most]
        agents = agents_for(rate, own, within, target, patience, of, max_occupancy)
        desk = (rate, own, agents)
        rows.append(
            {
                "levels": most,
                "agents": agents,
                "service_level": service_level(*desk, within, patience, of),
                "abandonment": abandonment(*desk, patience),
                "occupancy": occupancy(*desk, patience),
                "mean_wait": mean_wait(*desk, patience),
                "mean_handle_time": mean_handle_time(*desk, patience),
            }
        )
    left_out = Text(
        "an agent holding {more} chats finishes fewer than one holding {held}: at most {held} at once are compared",
        more=allowed + 1,
        held=allowed,
    )
    return Concurrency(pd.DataFrame(rows), (left_out,) if len(falls) else ())


def _levels(aht: ArrayLike) -> Floats:
    handle = numbers("aht", aht)
    if handle.ndim == 0 or handle.shape[-1] == 0:
        raise ValueError(f"aht: expected a handle time for each number of chats held, got {aht!r}")
    return handle


def _falls(handle: Floats) -> NDArray[np.bool_]:
    """Whether an agent finishes fewer chats with 2, 3, ... than with one chat less."""
    pace = np.arange(1, handle.shape[-1] + 1) / handle
    return np.asarray(np.diff(pace, axis=-1) < -ROUNDING * pace[..., :-1])


def _flat(handle: Floats, **arguments: ArrayLike) -> tuple[tuple[int, ...], list[Floats], Floats]:
    """The shape rates and handle times broadcast to, each argument flat, and handle times as row x level."""
    flat(aht=handle)  # checks every level
    falls = _falls(handle)
    if falls.any():
        *row, level = np.argwhere(falls)[0]
        was, now = handle[(*row, level)], handle[(*row, level + 1)]
        raise ValueError(
            f"aht: an agent holding {level + 2} chats of {now:g} s finishes fewer than one holding {level + 1} of "
            f"{was:g} s; expected handle times that make it worth holding one more"
        )
    shape, columns = flat(**arguments, aht=handle[..., 0])
    rows = np.broadcast_to(handle, (*shape, handle.shape[-1])).reshape(-1, handle.shape[-1])
    return shape, columns[:-1], rows


def line(rate: Floats, aht: Floats, agents: Floats, patience: Floats) -> Line:
    """The waiting line of a chat desk, its times in those of the last level; flat, `aht` row x level, rate > 0."""
    lower = np.empty(rate.shape)
    solved = (agents <= levels.SCALED) & (agents == np.floor(agents)) & (aht.shape[1] > 1)
    if solved.any():
        lower[solved] = levels.below_full((rate * aht[:, 0])[solved], _shapes(aht[solved]), agents[solved])
    if not solved.all():
        lower[~solved] = evenly.below_full(rate[~solved], aht[~solved], agents[~solved])
    return _behind(rate, aht, agents, patience, lower)


def _behind(rate: Floats, aht: Floats, agents: Floats, patience: Floats, lower: Floats) -> Line:
    full = aht[:, -1]
    return Line.behind(rate * full, agents * aht.shape[1], lower, patience / full)


def _shapes(aht: Floats) -> Floats:
    """Handle times relative to a single chat's, without their last bits: what differs by rounding shares its tables."""
    mantissa, exponent = np.frexp(aht / aht[:, :1])
    return np.ldexp(np.round(mantissa * 2**40) / 2**40, exponent)
