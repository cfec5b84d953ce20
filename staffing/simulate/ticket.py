"""Replay of tickets: random arrivals and handle times, worked first come first served by the agents of a plan.

Tickets arrive as a Poisson process with the forecast's rate in each interval and take an exponential handle time. Time
goes on in short steps: in each, as many tickets as there is capacity get a whole step of an agent's work each, oldest
first, a broken rest of capacity goes to the next, and whoever finishes early takes the next in line. Where capacity
leaves, the youngest ticket in work is put back in front of the line and handed over without loss.

Agents take the pauses that a maximum occupancy promises them for as long as the line is no longer than the plan
expects, by more than its chance (the root of it), and catch up without pauses while it is longer: what a maximum
occupancy caps is the busy share expected.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing import deadline
from staffing.compiled import compiled
from staffing.poisson import Floats
from staffing.search import Ints


@dataclass(frozen=True, eq=False)
class Tickets:
    """What became of the tickets: samples x intervals, by interval of arrival unless said otherwise.

    late: finished after the deadline; late_begun: begun after it, which no handle time alone can bring about. A ticket
    unfinished (not begun) at the end is late where it was due by then. waited: seconds from arrival to the finish, or
    to the end. line: tickets unfinished at the interval's end. busy: seconds of work done in the interval, in idle time
    included. carried_late: tickets of the backlog finished late, one number a sample.
    """

    arrived: Ints
    late: Ints
    late_begun: Ints
    waited: Floats
    line: Ints
    busy: Floats
    carried_late: Ints


def replay_tickets(
    contacts: ArrayLike,
    aht: ArrayLike,
    is_open: ArrayLike,
    agents: ArrayLike,
    deadline_s: float,
    interval_s: float,
    *,
    spare: ArrayLike | None = None,
    max_occupancy: float = 1.0,
    backlog: int = 0,
    samples: int = 100,
    seed: int = 1,
    step_s: float = 60.0,
) -> Tickets:
    """`samples` runs over the horizon, sample i from its own generator: the same whatever the number of samples.

    contacts, aht (seconds), is_open, agents: one value an interval, contacts their expectation. spare: agents idle on
    live channels in each step (or in each interval), beyond `agents` and net of pauses. The deadline runs in opening
    hours; a backlog is due evenly over the first one. Nobody works in closed intervals.

    Raises:
        ValueError: an argument out of its bounds, or an interval that is no whole number of steps.
    """
    opened = np.asarray(is_open, dtype=bool)
    columns = [_column(name, v, opened.shape) for name, v in (("contacts", contacts), ("aht", aht), ("agents", agents))]
    mean, handle, count = columns
    _positive(deadline_s=deadline_s, interval_s=interval_s, step_s=step_s, samples=samples, max_occupancy=max_occupancy)
    if max_occupancy > 1:
        raise ValueError(f"max_occupancy: expected at most 1, got {max_occupancy}")
    if backlog < 0:
        raise ValueError(f"backlog: expected 0 or more, got {backlog}")
    steps = round(interval_s / step_s)
    if steps < 1 or abs(steps * step_s - interval_s) > 1e-6 * interval_s:
        raise ValueError(f"step_s: expected a whole part of an interval of {interval_s:g} s, got {step_s:g}")
    idle = _steps(spare, opened.shape, steps)
    usual = np.where(opened, count * max_occupancy + idle.reshape(-1, steps).mean(axis=1), 0.0)
    _done, waiting = deadline.replayed(mean, handle / interval_s, usual, float(backlog))
    expected = np.append(float(backlog), waiting)
    clock = np.concatenate([[0.0], np.cumsum(opened)]) * interval_s  # opening time at each interval's start
    edges: Floats = np.arange(len(opened) + 1.0) * float(interval_s)
    runs = []
    for sample in range(samples):
        rng = np.random.default_rng(np.random.SeedSequence([seed, sample]))
        come = rng.poisson(mean)
        place = np.concatenate([np.zeros(backlog, dtype=np.int64), np.repeat(np.arange(len(mean)), come)])
        arrive = np.sort(np.repeat(edges[:-1], come) + rng.random(come.sum()) * interval_s)
        arrive = np.concatenate([np.zeros(backlog), arrive])
        length = rng.standard_exponential(len(place)) * handle[place]
        due = np.interp(arrive, edges, clock) + deadline_s
        due[:backlog] = deadline_s * np.arange(1, backlog + 1) / max(backlog, 1)
        begun, finished, busy = _serve(arrive, length, opened, count, idle, expected, max_occupancy, interval_s, steps)
        late, late_begun = (_late(at, due, edges, clock) for at in (finished, begun))
        new = slice(backlog, None)
        by = [np.bincount(place[new], weights, len(mean)) for weights in (late[new], late_begun[new])]
        waited = np.bincount(place[new], np.minimum(finished, edges[-1])[new] - arrive[new], len(mean))
        line = np.searchsorted(arrive, edges[1:]) - np.searchsorted(np.sort(finished), edges[1:], side="right")
        runs.append((come, *(b.astype(np.int64) for b in by), waited, line, busy, int(late[:backlog].sum())))
    return Tickets(*map(np.array, zip(*runs, strict=True)))


def _late(at: Floats, due: Floats, edges: NDArray[np.float64], clock: Floats) -> NDArray[np.bool_]:
    done = np.interp(np.minimum(at, edges[-1]), edges, clock)
    over = done > due + 1e-6
    return np.asarray(np.where(np.isfinite(at), over, due <= clock[-1] + 1e-6))


@compiled
def _serve(
    arrive: Floats,
    length: Floats,
    opened: NDArray[np.bool_],
    agents: Floats,
    idle: Floats,
    expected: Floats,
    pace: float,
    interval: float,
    steps: int,
) -> tuple[Floats, Floats, Floats]:
    """When each ticket is begun and finished (infinite: not at all), and the seconds worked in each interval."""
    count, step = len(arrive), interval / steps
    begun = np.full(count, np.inf)
    finished = np.full(count, np.inf)
    left = length.copy()
    busy = np.zeros(len(opened))
    room = 2
    for i in range(len(opened)):
        for k in range(steps):
            room = max(room, int(agents[i] + idle[i * steps + k]) + 2)
    held = np.zeros(room, dtype=np.int64)  # begun and not finished, oldest first
    free = np.zeros(room)  # seconds into the step from which an agent is free ...
    until = np.zeros(room)  # ... and until which
    holding = 0
    following = 0  # the first not begun
    here = 0  # the first not arrived
    for i in range(len(opened)):
        if not opened[i]:
            continue
        for k in range(steps):
            start = i * interval + k * step
            while here < count and arrive[here] <= start:
                here += 1
            planned = expected[i] + (expected[i + 1] - expected[i]) * k / steps
            usual = planned + sqrt(planned)
            speed = 1.0 if here > following and here - following + holding > usual else pace
            capacity = agents[i] * speed + idle[i * steps + k]
            whole = int(capacity)
            servers = whole + 1
            frees = 0
            kept = 0
            for m in range(holding):
                ticket = held[m]
                span = step if m < whole else ((capacity - whole) * step if m == whole else 0.0)
                if left[ticket] <= span:
                    finished[ticket] = start + left[ticket]
                    busy[i] += left[ticket]
                    free[frees] = left[ticket]
                    until[frees] = span
                    frees += 1
                else:
                    left[ticket] -= span
                    busy[i] += span
                    held[kept] = ticket
                    kept += 1
            for m in range(holding, servers):
                free[frees] = 0.0
                until[frees] = step if m < whole else (capacity - whole) * step
                frees += 1
            holding = kept
            while following < count and arrive[following] < start + step:
                ticket = following
                since = max(arrive[ticket] - start, 0.0)
                best = -1
                for m in range(frees):
                    if max(free[m], since) < until[m] and (best < 0 or free[m] < free[best]):
                        best = m
                        if free[m] <= since:
                            break
                if best < 0:
                    break
                at = max(free[best], since)
                begun[ticket] = start + at
                following += 1
                if left[ticket] <= until[best] - at:
                    finished[ticket] = start + at + left[ticket]
                    busy[i] += left[ticket]
                    free[best] = at + left[ticket]
                else:
                    left[ticket] -= until[best] - at
                    busy[i] += until[best] - at
                    free[best] = until[best]
                    held[holding] = ticket
                    holding += 1
    return begun, finished, busy


def _steps(spare: ArrayLike | None, shape: tuple[int, ...], steps: int) -> Floats:
    values = np.zeros(shape) if spare is None else np.asarray(spare, dtype=float)
    if values.shape not in {shape, (shape[0] * steps,)} or not (np.isfinite(values) & (values >= 0)).all():
        raise ValueError(f"spare: expected 0 or more for each interval or each of its {steps} steps, got {spare!r}")
    return values if len(values) == shape[0] * steps else np.repeat(values, steps)


def _column(name: str, values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    column = np.asarray(values, dtype=float)
    if column.shape != shape or column.ndim != 1:
        raise ValueError(f"{name}: expected one value for each of {shape} intervals, got shape {column.shape}")
    wrong = ~(np.isfinite(column) & (column >= 0))
    if wrong.any():
        raise ValueError(f"{name}: expected 0 or more, got {column[wrong][0]}")
    return column


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not (np.isfinite(value) and value > 0):
            raise ValueError(f"{name}: expected above 0, got {value}")
