"""Erlang's formulas for a telephone desk: how busy, how long the wait, how many agents.

Scalars and arrays broadcast: scalars give a float or an int, arrays an array. Times are in seconds, rates in contacts
per second; load = rate * aht, in erlang. With infinite patience the formulas are Erlang C (M/M/n), with a finite mean
patience Erlang A (M/M/n+M), both exact and stable from 1e-6 to beyond 1e5 erlang. Agents may be a real number.

Without volume every contact there is not is answered at once: share 1, wait 0, occupancy 0, agents 0. Without patience,
agents <= load mean that everyone waits, and for ever: wait probability 1, share 0, mean wait infinite, occupancy 1.
"""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.poisson import Floats, below
from staffing.recursion import least_agents
from staffing.search import Ints, least_by_load
from staffing.waiting import Line, Of

# a float or int for scalars, an array for arrays: eight overloads each would say no more
Result = Any

SLACK = 1e-12  # a share this close to its target has met it: rounding must not cost an agent
FULL = 1e-9  # the same for occupancy, which comes from interval counts


def erlang_b(load: ArrayLike, agents: ArrayLike) -> Result:
    """Share of contacts blocked when none may wait (Erlang 1917, B formula; real `agents` as Jagerman 1974).

    >>> round(erlang_b(8.108, 15), 4)  # a 15-line group carries 8.108 erlang at 1% blocking
    0.01
    """
    shape, (a, n) = flat(load=load, agents=agents)
    blocked = np.where(n > 0, 0.0, 1.0)
    some = a > 0
    blocked[some] = 1 / below(n[some], a[some])
    return as_given(shape, blocked)


def erlang_c(load: ArrayLike, agents: ArrayLike) -> Result:
    """Share of contacts that must wait (Erlang 1917, C formula); 1 where agents <= load.

    >>> round(erlang_c(10, 14), 4)
    0.1741
    """
    shape, (a, n) = flat(load=load, agents=agents)
    some = a > 0
    wait = np.where(n > 0, 0.0, 1.0)
    patience = np.full(int(some.sum()), np.inf)
    wait[some] = Line.behind(a[some], n[some], below(n[some], a[some]), patience).wait
    return as_given(shape, wait)


def service_level(
    rate: ArrayLike,
    aht: ArrayLike,
    agents: ArrayLike,
    within: ArrayLike,
    patience: ArrayLike = np.inf,
    of: Of = "offered",
) -> Result:
    """Share of contacts answered within `within` seconds.

    of: "offered" counts every contact, those that hang up as not answered; "answered" only those answered (0 where
    nobody is); "virtual" a customer who would never hang up.

    >>> round(service_level(100 / 1800, 180, 14, 20), 4)
    0.8884
    """
    check_of(of)
    shape, (r, h, n, t, p) = flat(rate=rate, aht=aht, agents=agents, within=within, patience=patience)
    share = np.ones(r.shape)
    some = r > 0
    share[some] = line(r[some], h[some], n[some], p[some]).within(t[some] / h[some], of)
    return as_given(shape, share)


def abandonment(rate: ArrayLike, aht: ArrayLike, agents: ArrayLike, patience: ArrayLike) -> Result:
    """Share of contacts that hang up before they are answered; 0 with infinite patience.

    >>> round(abandonment(48 / 60, 60, 50, 120), 3)  # Garnett, Mandelbaum, Reiman 2002
    0.031
    """
    shape, (r, h, n, p) = flat(rate=rate, aht=aht, agents=agents, patience=patience)
    share = np.zeros(r.shape)
    some = r > 0
    share[some] = line(r[some], h[some], n[some], p[some]).abandonment
    return as_given(shape, share)


def mean_wait(rate: ArrayLike, aht: ArrayLike, agents: ArrayLike, patience: ArrayLike = np.inf) -> Result:
    """Mean seconds until answered or hung up, over all contacts.

    >>> round(mean_wait(48 / 60, 60, 50), 1), round(mean_wait(48 / 60, 60, 50, 120), 1)
    (20.8, 3.7)
    """
    shape, (r, h, n, p) = flat(rate=rate, aht=aht, agents=agents, patience=patience)
    wait = np.zeros(r.shape)
    some = r > 0
    wait[some] = line(r[some], h[some], n[some], p[some]).mean_wait * h[some]
    return as_given(shape, wait)


def occupancy(rate: ArrayLike, aht: ArrayLike, agents: ArrayLike, patience: ArrayLike = np.inf) -> Result:
    """Share of their time that agents are busy.

    >>> round(occupancy(100 / 1800, 180, 14), 4)
    0.7143
    """
    shape, (r, h, n, p) = flat(rate=rate, aht=aht, agents=agents, patience=patience)
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
    """Least agents who answer a share `target` within `within` seconds, and are busy at most `max_occupancy`.

    May be below the load when customers hang up. 0 without volume.

    >>> agents_for(100 / 1800, 180, 20, 0.8), agents_for(500 / 300, 300, 20, 0.8, patience=180)
    (14, 475)
    """
    check_of(of)
    shape, inputs = flat(
        rate=rate, aht=aht, within=within, target=target, patience=patience, max_occupancy=max_occupancy
    )
    agents = np.zeros(inputs[0].shape, dtype=np.int64)
    some = np.flatnonzero(inputs[0] > 0)
    r, h, t, share, p, most = (values[some] for values in inputs)
    load = r * h
    order = np.argsort(load)
    found = np.empty_like(some)
    found[order] = least_agents(get_args(Of).index(of), *(v[order] for v in (load, t / h, share, p / h, most)))
    close = found < 0
    if close.any():
        found[close] = _exactly(of, *(v[close] for v in (r, h, t, share, p, most)))
    agents[some] = found
    return as_given(shape, agents)


def _exactly(of: Of, r: Floats, h: Floats, t: Floats, share: Floats, p: Floats, most: Floats) -> Ints:
    """Least agents by the formulas themselves, for loads that no sum reaches and answers that hang on a last digit."""
    load = r * h
    spread = np.sqrt(load)

    def enough(i: Ints, n: Ints) -> NDArray[np.bool_]:
        desk = line(r[i], h[i], n.astype(float), p[i])
        kept = desk.within(t[i] / h[i], of) >= share[i] - SLACK
        return np.asarray(kept & (desk.occupancy <= most[i] * (1 + FULL)))

    guess = np.ceil(np.where(np.isinf(p), np.maximum(load + 0.5 * spread, load / most), load - 0.5 * spread))
    return least_by_load(enough, load, guess.astype(np.int64))


def scheduled(agents: ArrayLike, shrinkage: ArrayLike) -> Result:
    """Agents to schedule so that `agents` remain after `shrinkage`.

    >>> scheduled(21, shrinkage=0.30)  # a bare ceil(21 / 0.7) says 31
    30
    """
    shape, (n, lost) = flat(agents=agents, shrinkage=shrinkage)
    whole = n / (1 - lost)
    # as round(whole, 9), and for very many agents as far as their last digits are rounding
    return as_given(shape, np.ceil(whole - 5e-10 - 1e-14 * whole).astype(np.int64))


def line(rate: Floats, aht: Floats, agents: Floats, patience: Floats) -> Line:
    """The waiting line of a telephone desk, its times in handle times; flat arrays of one length, rate > 0."""
    load = rate * aht
    return Line.behind(load, agents, below(agents, load), patience / aht)


# what each argument must be: its words, and the test
BOUNDS: dict[str, Any] = {
    "load": ("0 or more", lambda v: np.isfinite(v) & (v >= 0)),
    "rate": ("0 or more", lambda v: np.isfinite(v) & (v >= 0)),
    "aht": ("above 0", lambda v: np.isfinite(v) & (v > 0)),
    "agents": ("0 or more", lambda v: np.isfinite(v) & (v >= 0)),
    "within": ("0 or more", lambda v: np.isfinite(v) & (v >= 0)),
    "patience": ("above 0, inf for no hanging up", lambda v: v > 0),
    "target": ("between 0 and 1", lambda v: (v > 0) & (v < 1)),
    "max_occupancy": ("above 0 and at most 1", lambda v: (v > 0) & (v <= 1)),
    "shrinkage": ("at least 0 and below 1", lambda v: (v >= 0) & (v < 1)),
}


def flat(**arguments: ArrayLike) -> tuple[tuple[int, ...], list[Floats]]:
    """The shape all arguments broadcast to, and each as a flat array of it.

    Raises:
        ValueError: an argument that is no number or array of numbers, is out of its bounds, or fits no other's shape.
    """
    arrays = {name: numbers(name, value) for name, value in arguments.items()}
    for name, values in arrays.items():
        words, right = BOUNDS[name]
        wrong = ~right(values)
        if wrong.any():
            raise ValueError(f"{name}: expected {words}, got {float(values[wrong].flat[0])}")
    try:
        together = np.broadcast_arrays(*arrays.values())
    except ValueError:
        shapes = ", ".join(f"{name} {values.shape}" for name, values in arrays.items() if values.shape)
        raise ValueError(f"{next(iter(arrays))}: expected shapes that broadcast, got {shapes}") from None
    return together[0].shape, [values.ravel() for values in together]


def numbers(name: str, value: ArrayLike) -> Floats:
    """The argument as an array; ValueError, by its name, where it is none."""
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        got = repr(value)
        short = got if len(got) <= 80 else f"{got[:77]}..."
        raise ValueError(
            f"{name}: expected a number, or an array of numbers with rows of one length, got {short}"
        ) from None


def as_given(shape: tuple[int, ...], values: NDArray[Any]) -> Result:
    return values.reshape(shape) if shape else values[0].item()


def check_of(of: str) -> None:
    if of not in get_args(Of):
        raise ValueError(f"of: expected one of {', '.join(get_args(Of))}, got {of!r}")
