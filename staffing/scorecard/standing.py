"""A measure's value by source, and the same with the mix of contacts allowed for.

Indirect standardisation. In each stratum k of contacts that are alike, n_sk contacts of source s have the rate r_sk and
those of all sources together r_k. Observed O = sum n_sk r_sk, expected E = sum n_sk r_k, and

    adjusted = R O / E        R the rate of all contacts of all sources

which is the value itself where the source serves the same mix as all. With w_k = n_sk n_ok / n_k, where o are the other
sources, O - E = sum w_k (r_sk - r_ok) exactly, so that

    gap = (O - E) / sum w_k   mean difference to the others on contacts that are alike (weights of Mantel and Haenszel)

Strata that no other source serves tell nothing: they are left out, and `covered` says how much is left. Its variance is
estimated twice: for shares by counting statistics, sum w_k r_k (1 - r_k) n_k / (n_k - 1), and by the spread between
days, m / (m - 1) sum (u_d - mean u)^2, where u_d is what day d adds to O - E; contacts of one day are no independent
draws. The wider interval of the two is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffing.scorecard.grid import Codes, Grid, Tally
from staffing.scorecard.interval import SURE, Floats, Spread, ratio, t_of, wilson, z_of
from staffing.scorecard.luck import design_effect

NOISE = 1e-11  # of a sum: what adding in another order may change


@dataclass(frozen=True, eq=False)
class Standing:
    """One measure, sources x groups (a week, a week and queue, a period). NaN where it cannot be told.

    known: rows that tell it; missing: rows with contacts that do not; stood_in: known rows weighted by another column's
    contacts; of: contacts behind it; covered: share of these in strata that others serve too; neighbours: the others'
    mean share of those strata; luck: the design effect of days; excess: O - E; weight: sum w_k; counted, daily:
    standard errors of `excess` by counts and by days; days: behind the latter.
    """

    share: bool
    known: Floats
    missing: Floats
    stood_in: Floats
    spread: Spread
    reference: Floats
    expected: Floats
    excess: Floats
    weight: Floats
    covered: Floats
    neighbours: Floats
    luck: Floats
    counted: Floats
    daily: Floats
    days: Floats

    @property
    def of(self) -> Floats:
        """Contacts behind the value."""
        return self.spread.weight

    @property
    def value(self) -> Floats:
        """The share, or the mean weighted by contacts."""
        return self.spread.mean

    def interval(self, sure: float = SURE) -> tuple[Floats, Floats]:
        """The value's: Wilson's for shares, of as many contacts as would tell as much if days had no luck; for means by
        the spread between intervals."""
        if not self.share:
            return self.spread.interval(sure)
        return wilson(self.spread.total / self.luck, self.of / self.luck, sure)

    @property
    def adjusted(self) -> Floats:
        """The value at the mix of contacts of all sources."""
        scaled = self.reference * ratio(self.expected + self.excess, self.expected)
        scaled = np.where(self.expected == 0, self.value, scaled)  # nobody had a single one
        return np.where(self.comparable, np.clip(scaled, 0, 1) if self.share else scaled, np.nan)

    def adjusted_interval(self, sure: float = SURE) -> tuple[Floats, Floats]:
        """Its interval, scaled as the value is."""
        half, scale = self._half(sure), ratio(self.reference, self.expected)
        middle = self.expected + self.excess
        low, high = scale * (middle - half), scale * (middle + half)
        none = self.expected == 0  # then as sure as the counts are
        bare = self.interval(sure)
        low, high = np.where(none, bare[0], low), np.where(none, bare[1], high)
        if self.share:
            low, high = np.clip(low, 0, 1), np.clip(high, 0, 1)
        return np.where(self.comparable, low, np.nan), np.where(self.comparable, high, np.nan)

    @property
    def gap(self) -> Floats:
        """The source's value less the others' on contacts that are alike."""
        return np.where(self.comparable, ratio(self.excess, self.weight), np.nan)

    def gap_interval(self, sure: float = SURE) -> tuple[Floats, Floats]:
        """The gap's interval."""
        half = np.where(self.comparable, ratio(self._half(sure), self.weight), np.nan)
        return self.gap - half, self.gap + half

    @property
    def comparable(self) -> np.ndarray:
        """Where others serve contacts that are alike."""
        return np.asarray(self.weight > 0)

    def _half(self, sure: float) -> Floats:
        by_days = t_of(self.days - 1, sure) * self.daily
        if not self.share:
            return np.asarray(by_days)
        return np.fmax(z_of(sure) * self.counted, by_days)


def standing(grid: Grid, tally: Tally, share: bool, group: Codes, groups: int, weeks: int = 0) -> Standing:
    """The measure by source and group; a slot of group -1 is left out. A stratum must lie within one group.

    `weeks`: the groups are series of so many weeks.

    A source with less than half of its contacts in strata that others serve, or with hardly any neighbours there, is
    the caller's to doubt: `covered` and `neighbours` say so.
    """
    inside = group >= 0
    by_group = _Sums(group[inside], groups, inside)
    by_stratum = _Sums(grid.stratum[inside], grid.strata, inside)
    n, total = by_stratum(tally.of), by_stratum(tally.total)
    alike, alike_total = n.sum(axis=0), total.sum(axis=0)
    rate = np.divide(alike_total, alike, out=np.zeros_like(alike), where=alike > 0)
    others = alike - n
    weight = np.divide(n * others, alike, out=np.zeros_like(n), where=alike > 0)
    own = np.divide(n, alike, out=np.zeros_like(n), where=alike > 0)
    usable = (n > 0) & (others > 0)

    group_of = np.full(grid.strata, -1)
    group_of[grid.stratum[inside]] = group[inside]
    served = group_of >= 0
    up = _Sums(group_of[served], groups, served)
    spread = Spread(*(by_group(getattr(tally.spread, name)) for name in Spread.__dataclass_fields__))
    reached = up(np.where(usable, n, 0.0))
    expected = up(np.where(usable, n * rate, 0.0))
    excess = up(np.where(usable, total - n * rate, 0.0))
    excess = np.where(np.abs(excess) < NOISE * np.abs(expected), 0.0, excess)
    weights = up(np.where(usable, weight, 0.0))
    counted = np.full_like(excess, np.nan)
    if share:
        spare = np.divide(alike, alike - 1, out=np.zeros_like(alike), where=alike > 1)
        counted = np.sqrt(up(np.where(usable, weight * rate * (1 - rate) * spare, 0.0)))

    left = tally.total - tally.of * rate[grid.stratum]
    adds = np.where(usable[:, grid.stratum], left - own[:, grid.stratum] * left.sum(axis=0), 0.0)[:, inside]
    codes, of_day = np.unique(group[inside] * len(grid.days) + grid.day[inside], return_inverse=True)
    by_day, day_up = _Sums(of_day, len(codes), None), _Sums(codes // len(grid.days), groups, None)
    added = by_day(adds)
    seen = by_day(np.where(usable[:, grid.stratum], tally.of.sum(axis=0), 0.0)[:, inside]) > 0
    m = day_up(seen.astype(float))
    middle = ratio(day_up(np.where(seen, added, 0.0)), m)
    squares = day_up(np.where(seen, added - middle[:, codes // len(grid.days)], 0.0) ** 2)
    daily = np.sqrt(squares * ratio(m, m - 1))

    everyone = ratio(spread.total.sum(axis=0), spread.weight.sum(axis=0))
    return Standing(
        share,
        by_group(tally.known),
        by_group(tally.missing),
        by_group(tally.stood_in),
        spread,
        np.broadcast_to(everyone, excess.shape),
        expected,
        excess,
        weights,
        ratio(reached, spread.weight),
        ratio(weights, reached),
        design_effect(grid, tally, group, groups, weeks) if share else np.ones_like(excess),
        counted,
        np.where(m >= 2, daily, np.nan),
        m,
    )


class _Sums:
    """Sums of sources x slots (or strata) by a code."""

    def __init__(self, code: Codes, count: int, inside: np.ndarray | None) -> None:
        self.code, self.count, self.inside = code, count, inside

    def __call__(self, values: Floats) -> Floats:
        chosen = values if self.inside is None else values[:, self.inside]
        return np.stack([np.bincount(self.code, row, minlength=self.count) for row in chosen])
