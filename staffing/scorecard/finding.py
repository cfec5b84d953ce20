"""What is found of a source over a period, measure by measure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffing.scorecard.card import Scorecard, adjustments, states, target_of, weighed
from staffing.scorecard.grid import Codes, Tally
from staffing.scorecard.measure import MEASURES
from staffing.scorecard.standing import Standing, standing


@dataclass(frozen=True)
class Finding:
    """One measure of a source over a period.

    missed: worse than its target beyond chance, and still so at the mix of contacts of all sources; None: no target, or
    too few. worse, better: than the other sources on contacts that are alike, beyond chance and by as much as matters;
    None: cannot be compared. gap, low, high: that difference and its interval, wide enough for all measures together.
    weeks: judged; weeks_missed: below target; weeks_sure: of these beyond chance.
    """

    measure: str
    value: float
    others: float
    state: str
    target: float
    target_of_all: float
    adjusted: float
    adjustment: str
    gap: float
    low: float
    high: float
    missed: bool | None
    worse: bool | None
    better: bool | None
    weeks: int
    weeks_missed: int
    weeks_sure: int
    trend: str

    @property
    def judged(self) -> bool:
        """Whether anything can be said of it."""
        return self.missed is not None or self.worse is not None

    @property
    def points(self) -> float:
        """1 where nothing is held against it, 0 where everything that could be is."""
        held = [flag for flag in (self.missed, self.worse) if flag is not None]
        return 1 - sum(held) / len(held)


def findings(card: Scorecard, source: str, weeks: pd.DatetimeIndex) -> tuple[Finding, ...]:
    """One finding a measure, over the weeks that begin on `weeks`."""
    grid = card.grid
    inside = np.isin(grid.weeks.to_numpy()[grid.week], weeks.to_numpy())
    group = np.where(inside, 0, -1)
    at = grid.sources.index(source)
    told = {name: standing(grid, tally, MEASURES[name].is_share, group, 1) for name, tally in grid.tallies.items()}
    made = {name: str(adjustments(s, card.targets)[at, 0]) for name, s in told.items()}
    # a chance of error for all measures together is shared out among those compared; `worse` is one of two sides
    several = max(1, sum(word == "made" for word in made.values()))
    sure = 1 - 2 * card.targets.renewal.error / several
    rows = card.of(source)
    rows = rows[rows["week"].isin(weeks)]
    out = []
    for name in MEASURES:
        weekly = rows[rows["measure"] == name]
        if name not in told:
            out.append(_untold(name))
            continue
        out.append(_finding(card, name, at, told[name], made[name], group, max(sure, 0.5), weekly))
    return tuple(out)


def _untold(name: str) -> Finding:
    nan = float("nan")
    return Finding(
        name, nan, nan, "not_told", nan, nan, nan, "not_told", nan, nan, nan, None, None, None, 0, 0, 0, "too_few"
    )


def _finding(
    card: Scorecard, name: str, at: int, told: Standing, made: str, group: Codes, sure: float, weekly: pd.DataFrame
) -> Finding:
    tally, sign = card.grid.tallies[name], MEASURES[name].sign
    enough = float(told.of[at, 0]) >= card.targets.least(name)
    by_slot = target_of(card.grid, card.targets, name)
    target = float(weighed(by_slot, tally.of, group, 1)[at, 0])
    of_all = _target_of_all(by_slot[at], tally, group)
    state = str(states(told, np.full(told.of.shape, target), name, card.targets)[at, 0])
    value, adjusted = float(told.value[at, 0]), float(told.adjusted[at, 0]) if made == "made" else float("nan")
    missed: bool | None = None
    if state in ("met", "unclear", "missed"):
        excused = made == "made" and np.isfinite(of_all) and sign * (adjusted - of_all) >= 0
        missed = state == "missed" and not excused
    gap, (low, high) = told.gap[at, 0], (end[at, 0] for end in told.gap_interval(sure))
    worse = better = None
    if made == "made" and enough and np.isfinite(low):
        matters = card.targets.weight(name).matters
        worse = bool((high < 0 if sign > 0 else low > 0) and abs(gap) >= matters)
        better = bool((low > 0 if sign > 0 else high < 0) and abs(gap) >= matters)
    return Finding(
        name,
        value,
        _others(told, at),
        state,
        target,
        of_all,
        adjusted,
        made,
        float(gap),
        float(low),
        float(high),
        missed,
        worse,
        better,
        int(weekly["state"].isin(["met", "unclear", "missed"]).sum()),
        int(weekly["state"].isin(["unclear", "missed"]).sum()),
        int((weekly["state"] == "missed").sum()),
        str(weekly["trend"].iloc[-1]) if len(weekly) else "too_few",
    )


def _target_of_all(target: np.ndarray, tally: Tally, group: Codes) -> float:
    """The source's target if it served the contacts of all sources."""
    of = np.where(group >= 0, tally.of.sum(axis=0), 0.0)
    served = of > 0
    return float((of[served] @ target[served]) / of.sum()) if served.any() else float("nan")


def _others(told: Standing, at: int) -> float:
    """The other sources' value, their mix of contacts as it is."""
    rest = np.arange(len(told.of)) != at
    of = float(told.of[rest, 0].sum())
    return float(told.spread.total[rest, 0].sum()) / of if of > 0 else float("nan")
