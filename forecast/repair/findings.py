"""What is amiss in one queue, kind by kind, before anybody is asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.repair.days import Run, Shift, amiss
from forecast.repair.expected import Expected, expected
from forecast.repair.gap import Hole, holes
from forecast.repair.grid import Grid
from forecast.repair.outage import Drop, drops, due, spikes
from forecast.season import Season


@dataclass(frozen=True, eq=False)
class Findings:
    """What is amiss in one queue, and what to expect of it when that is not believed."""

    expected: Expected
    due: np.ndarray
    holes: tuple[Hole, ...]
    drops: tuple[Drop, ...]
    spikes: tuple[Drop, ...]
    runs: tuple[Run, ...]
    shifts: tuple[Shift, ...]


def findings(of: Grid, season: Season) -> Findings:
    """What is amiss in one queue."""
    first = expected(of, season)
    wanted = due(first)
    out, high = drops(first, wanted), spikes(first, wanted)
    doubtful = np.zeros(len(of.days), dtype=bool)
    for drop in (*out, *high):
        doubtful[drop.first // of.slots : (drop.last - 1) // of.slots + 1] = True
    runs, shifts, last = amiss(first.without(doubtful))
    return Findings(last, wanted, tuple(holes(of)), tuple(out), tuple(high), tuple(runs), tuple(shifts))
