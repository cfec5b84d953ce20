"""How much wider a share's interval is because the contacts of one day share that day's luck.

A source's day d shifts the log-odds of all its contacts by u_d with variance t^2. With the rates p of strata of alike
contacts, n of them on a day, the day's count then varies by

    sum n p (1 - p) + t^2 (sum n p (1 - p))^2

t^2 is estimated from what the days of the last weeks leave over their own strata's rates, by the method of moments
(the rates being estimated from the same days, both terms are smaller by 1 - n / n_k), and 0 where the days differ by
no more than chance makes them. The design effect of a group of days is the ratio of their variances with luck and
without.
"""

from __future__ import annotations

import numpy as np

from staffing.scorecard.grid import Codes, Grid, Tally
from staffing.scorecard.interval import Floats, ratio

WINDOW = 8  # weeks


def design_effect(grid: Grid, tally: Tally, group: Codes, groups: int, weeks: int = 0) -> Floats:
    """By how much the variance of the share of a source and group is more than counting says; 1 or more.

    With `weeks` the groups are those of one or several series of so many weeks, and t^2 is that of the last `WINDOW`
    weeks up to each; without, each group's own.
    """
    inside = group >= 0
    stratum, total, of = grid.stratum[inside], tally.total[:, inside], tally.of[:, inside]
    in_stratum = _by(stratum, of, grid.strata)
    rate = ratio(_by(stratum, total, grid.strata), in_stratum)[:, stratum]
    alike = in_stratum[:, stratum]
    chance = np.nan_to_num(of * rate * (1 - rate))
    shrunk = chance * (1 - np.nan_to_num(ratio(of, alike)))
    left = np.nan_to_num(total - of * rate)

    days = len(grid.days)
    cells, at = np.unique(group[inside] * days + grid.day[inside], return_inverse=True)
    in_group = cells // days
    by_chance, by_shrunk = _by(at, chance, len(cells)), _by(at, shrunk, len(cells))
    squares = _by(in_group, _by(at, left, len(cells)) ** 2 - by_shrunk, groups)
    weights = _by(in_group, by_chance * by_shrunk, groups)
    several = _by(in_group, by_chance**2, groups)
    if weeks:
        squares, weights = _trailing(squares, weeks), _trailing(weights, weeks)
    luck = np.nan_to_num(np.maximum(ratio(squares, weights), 0.0))
    return 1.0 + luck * np.nan_to_num(ratio(several, _by(in_group, by_chance, groups)))


def _by(code: Codes, values: Floats, count: int) -> Floats:
    return np.stack([np.bincount(code, row, minlength=count) for row in values])


def _trailing(values: Floats, weeks: int) -> Floats:
    """Of each series of weeks, sums over the last WINDOW."""
    series = values.reshape(*values.shape[:-1], -1, weeks)
    before = np.concatenate([np.zeros((*series.shape[:-1], WINDOW)), np.cumsum(series, axis=-1)], axis=-1)
    sums: Floats = (before[..., WINDOW:] - before[..., :weeks]).reshape(values.shape)
    return sums
