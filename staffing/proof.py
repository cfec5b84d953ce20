"""Is the promise kept? A requirement or a shift plan, replayed on days as uncertain as their forecast."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from forecast.forecast import Forecast
from staffing.follow import followed
from staffing.poisson import Floats
from staffing.queue import Queue, terms
from staffing.requirement import Requirement
from staffing.simulate import Replay, at_work, replay
from staffing.uncertainty import uncertainty

SAMPLES = 100
DRAWN = 1  # sets the days' draw apart from the contacts'


def replayed(
    needed: Requirement,
    queues: Mapping[str, Queue],
    forecast: Forecast | None = None,
    coverage: pd.DataFrame | None = None,
    *,
    samples: int = SAMPLES,
    seed: int = 0,
    workers: int = -1,
) -> Replay:
    """The service that `needed` agents give on sampled days, promised beside simulated.

    Days are drawn as far from the `forecast` as it says they may be, each queue and day for itself, and have its shape
    within the interval; without one every day is as required. Contacts, handle times and patience come by chance. The
    forecast is the one the requirement was made from, or a part of it.

    With the `coverage` (start, queue, planned) of a shift plan its people are replayed: as many are at work as
    shrinkage leaves of them on average, and nobody in intervals it does not tell of.

    Raises:
        Refused: a queue is not described.
        ValueError: samples below 2, or a forecast that does not tell of the requirement's days.
    """
    described = terms(queues, map(str, pd.unique(needed.table["queue"])))
    staffed = None
    if coverage is not None:
        there = at_work(coverage[coverage["queue"].isin(list(described))], described)
        people = there.set_index(["queue", "start"])["agents"]
        keys = pd.MultiIndex.from_frame(needed.table[["queue", "start"]].astype({"queue": str}))
        staffed = needed.table[["start", "queue"]].assign(agents=people.reindex(keys, fill_value=0).to_numpy())
    caused = None if forecast is None else followed(forecast, queues)
    factors = None if caused is None else sampled(needed, caused, samples, seed)
    return replay(
        needed,
        described,
        samples=samples,
        seed=seed,
        staffed=staffed,
        forecast=caused,
        factors=factors,
        workers=workers,
    )


def of_requirement(
    needed: Requirement, forecast: Forecast, queues: Mapping[str, Queue], *, samples: int = SAMPLES, seed: int = 0
) -> Replay:
    """`replayed` for the agents required."""
    return replayed(needed, queues, forecast, samples=samples, seed=seed)


def of_shifts(
    coverage: pd.DataFrame,
    needed: Requirement,
    forecast: Forecast,
    queues: Mapping[str, Queue],
    *,
    samples: int = SAMPLES,
    seed: int = 0,
) -> Replay:
    """`replayed` for the people of a shift plan's `coverage`."""
    return replayed(needed, queues, forecast, coverage, samples=samples, seed=seed)


def sampled(needed: Requirement, forecast: Forecast, samples: int, seed: int) -> dict[str, Floats]:
    """For each queue of `needed`, sample x day: the contacts of a day that may be, relative to its forecast."""
    factors = {}
    for number, (name, rows) in enumerate(needed.table.groupby("queue", sort=True)):
        may_be = uncertainty(forecast, str(name))
        days = pd.DatetimeIndex(rows["start"].dt.normalize().unique())
        place = may_be.days.get_indexer(days)
        if (place < 0).any():
            raise ValueError(f"forecast: expected {name} on {days[place < 0][0]:%Y-%m-%d}, got nothing")
        rng = np.random.default_rng(np.random.SeedSequence([seed, DRAWN, number]))
        factors[str(name)] = may_be.sampled(rng, samples)[:, place]
    return factors
