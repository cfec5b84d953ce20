"""Scorecard: how each source did, week by week."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.history import History
from forecast.language import Text
from forecast.season import Season, season_of
from forecast.table import check
from staffing.scorecard.grid import Codes, Grid, grid_of
from staffing.scorecard.interval import Floats, Slope, ratio, slopes
from staffing.scorecard.luck import WINDOW
from staffing.scorecard.measure import LABELS, MEASURES
from staffing.scorecard.standing import Standing, standing
from staffing.scorecard.target import Targets

TREND_WEEKS = 8
LEAST_TREND = 4
HALF = 0.5  # of a source's contacts must have like ones elsewhere
COLUMNS = (
    "week", "source", "queue", "measure", "value", "of", "low", "high", "target", "state", "adjusted", "adjusted_low",
    "adjusted_high", "adjustment", "covered", "gap", "gap_low", "gap_high", "slope", "slope_low", "slope_high", "trend",
    "days", "usual_days", "missing", "stood_in",
)  # fmt: skip

STATES: Mapping[str, Text] = {
    "not_told": Text("not told"),
    "none": Text("no contacts"),
    "too_few": Text("too few to judge"),
    "no_target": Text("no target"),
    "met": Text("met"),
    "unclear": Text("missed, within chance"),
    "missed": Text("missed"),
}
TRENDS: Mapping[str, Text] = {
    "up": Text("up"),
    "down": Text("down"),
    "flat": Text("no clear trend"),
    "too_few": Text("too few weeks for a trend"),
}
ADJUSTMENTS: Mapping[str, Text] = {
    "made": Text("made"),
    "alone": Text("cannot be made: no other source serves contacts like these"),
    "too_little": Text("cannot be made: other sources serve too few contacts like these"),
    "not_told": Text("not told"),
    "": Text("none"),
}


@dataclass(frozen=True, eq=False)
class Scorecard:
    """How each source did: one row per week, source, queue and measure, sorted so, measures in the order of LABELS.

    week: its Monday. queue: '' is all of them. measure: a key of LABELS. value: a count, a share, seconds or a rating;
    of: contacts (ratings) behind it; low, high: its 95% interval. target: the promise, by contacts where several hold;
    state: a key of STATES. adjusted with its interval: the value at the mix of contacts of all sources; adjustment: a
    key of ADJUSTMENTS; covered: share of its contacts in strata that others serve. gap with its interval: to the other
    sources on contacts that are alike. slope with its interval: change a week over the last eight; trend: a key of
    TRENDS. days, usual_days: days told, and days told in an ordinary week. missing: intervals with contacts that do not
    tell it. stood_in: whether some weights are those of contacts because ratings or replies are not counted. NaN is
    unknown, never 0.
    """

    table: pd.DataFrame
    grid: Grid
    targets: Targets

    def __post_init__(self) -> None:
        check(self.table, COLUMNS, "scorecard")

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources judged, in order."""
        return tuple(sorted(map(str, self.table["source"].unique())))

    @property
    def weeks(self) -> pd.DatetimeIndex:
        """The Mondays told of, in order."""
        return pd.DatetimeIndex(np.sort(self.table["week"].unique()))

    def of(self, source: str, queue: str = "") -> pd.DataFrame:
        """The rows of one source and queue."""
        rows = (self.table["source"] == source) & (self.table["queue"] == queue)
        return self.table[rows].reset_index(drop=True)


def scored(
    history: History, targets: Targets | None = None, weeks: int | None = None, season: Season | None = None
) -> Scorecard:
    """The scorecard of the history's last `weeks` weeks, all of them by default; the last may not be over.

    `season` tells peak days; by default China's calendar over the days of the history.

    Raises:
        Refused: the history holds what cannot be: more solved than handled, ratings off the scale.
        ValueError: fewer than one week is asked for.
    """
    if weeks is not None and weeks < 1:
        raise ValueError(f"weeks must be 1 or more, got {weeks}")
    chosen = targets if targets is not None else Targets()
    first = pd.Timestamp(history.table["start"].min()).normalize()
    if weeks is not None:
        monday = history.last - pd.Timedelta(days=history.last.weekday() + 7 * (weeks - 1))
        before = 7 * (max(TREND_WEEKS, WINDOW) - 1)
        first = max(first, monday - pd.Timedelta(days=before))
        rows = history.table[history.table["start"] >= first].reset_index(drop=True)
        history = History(rows, history.interval)
    grid = grid_of(history, season or season_of(first, history.last), chosen.satisfaction_scale)
    promised = {name: target_of(grid, chosen, name) for name in MEASURES}
    parts = [_rows(grid, chosen, promised, queues) for queues in (("",), grid.queues)]
    table = pd.concat(parts, ignore_index=True)
    if weeks is not None:
        table = table[table["week"] >= monday].reset_index(drop=True)
    table["measure"] = np.array(list(LABELS), dtype=object)[table["place"]]
    table = table.sort_values(["week", "source", "queue", "place"], ignore_index=True)
    return Scorecard(table[list(COLUMNS)], grid, chosen)


def target_of(grid: Grid, targets: Targets, measure: str) -> Floats:
    """Sources x slots: the target of each source's contacts of that day and queue; NaN where there is none."""
    out = np.full(grid.contacts.shape, np.nan)
    for s, source in enumerate(grid.sources):
        for q, queue in enumerate(grid.queues):
            inside = grid.queue == q
            out[s, inside] = targets.on(measure, queue, source, grid.days)[grid.day[inside]]
    return out


def weighed(target: Floats, of: Floats, group: Codes, groups: int) -> Floats:
    """The target by source and group, weighted by contacts; NaN where some of the contacts have none."""
    out = np.full((len(of), groups), np.nan)
    for s in range(len(of)):
        inside = (group >= 0) & (of[s] > 0)
        n, promised = of[s, inside], target[s, inside]
        weight = np.bincount(group[inside], n, minlength=groups).astype(float)
        out[s] = ratio(np.bincount(group[inside], n * promised, minlength=groups).astype(float), weight)
    return out


def states(told: Standing, target: Floats, name: str, targets: Targets) -> np.ndarray:
    """Sources x groups: a key of STATES."""
    sign = MEASURES[name].sign
    low, high = told.interval()
    worse = sign * (told.value - target) < -1e-12
    sure = np.where(sign > 0, high < target, low > target)
    choices = [
        ((told.of == 0) & ((told.known == 0) | (told.missing > 0)), "not_told"),
        (told.of == 0, "none"),
        (told.of < targets.least(name), "too_few"),
        (~np.isfinite(target), "no_target"),
        (~worse, "met"),
        (sure, "missed"),
    ]
    return np.select([c for c, _ in choices], [word for _, word in choices], "unclear")


def adjustments(told: Standing, targets: Targets) -> np.ndarray:
    """Sources x groups: a key of ADJUSTMENTS."""
    choices = [
        (told.of == 0, "not_told"),
        (~told.comparable, "alone"),
        (~(told.covered >= HALF) | ~(told.neighbours >= targets.neighbours), "too_little"),
    ]
    return np.select([c for c, _ in choices], [word for _, word in choices], "made")


def _rows(grid: Grid, targets: Targets, promised: Mapping[str, Floats], queues: tuple[str, ...]) -> pd.DataFrame:
    """Every measure of every source by week, for all queues as one ('') or for each."""
    weeks = len(grid.weeks)
    group = grid.week if queues == ("",) else grid.queue * weeks + grid.week
    groups = len(queues) * weeks
    shape = (len(grid.sources), len(queues), weeks)
    days, usual, present = _days(grid, group, shape)
    keep = present.ravel()
    frames = [_volume(grid, group, groups), _share(grid, group, groups)]
    frames += [_measured(grid, targets, name, promised[name], group, groups) for name in MEASURES]
    out: dict[str, list[np.ndarray]] = {}
    for columns in frames:
        slope = slopes(columns["value"].reshape(shape), columns.pop("trust").reshape(shape), TREND_WEEKS, LEAST_TREND)
        columns |= {"slope": slope.slope, "slope_low": slope.low, "slope_high": slope.high, "trend": _trend(slope)}
        for name, values in columns.items():
            whole = values if values.ndim else np.broadcast_to(values, keep.shape)
            out.setdefault(name, []).append(whole.ravel()[keep])
    same = {
        "week": np.broadcast_to(grid.weeks.to_numpy(), shape),
        "source": np.broadcast_to(np.array(grid.sources, dtype=object)[:, None, None], shape),
        "queue": np.broadcast_to(np.array(queues, dtype=object)[:, None], shape),
        "days": days,
        "usual_days": usual,
    }
    table = {name: np.concatenate(parts) for name, parts in out.items()}
    table |= {name: np.tile(values.ravel()[keep], len(frames)) for name, values in same.items()}
    table["place"] = np.repeat(np.arange(len(frames)), keep.sum())
    return pd.DataFrame(table)


def _measured(
    grid: Grid, targets: Targets, name: str, promised: Floats, group: Codes, groups: int
) -> dict[str, np.ndarray]:
    unknown = np.full((len(grid.sources), groups), np.nan)
    tally = grid.tallies.get(name)
    if tally is None:
        words = {
            "state": np.array("not_told"),
            "adjustment": np.array("not_told"),
            "stood_in": np.array(False),
            "missing": np.array(0.0),
        }
        return dict.fromkeys(_NUMBERS, unknown) | words | {"trust": np.zeros_like(unknown)}
    told = standing(grid, tally, MEASURES[name].is_share, group, groups, len(grid.weeks))
    target = weighed(promised, tally.of, group, groups)
    low, high = told.interval()
    made = adjustments(told, targets)
    usable = made == "made"
    adjusted, (a_low, a_high), (g_low, g_high) = told.adjusted, told.adjusted_interval(), told.gap_interval()
    numbers = (adjusted, a_low, a_high, told.gap, g_low, g_high)
    fair = dict(zip(_FAIR, (np.where(usable, v, np.nan) for v in numbers), strict=True))
    return fair | {
        "value": told.value,
        "of": np.where(told.known > 0, told.of, np.nan),
        "low": low,
        "high": high,
        "target": target,
        "state": states(told, target, name, targets),
        "adjustment": made,
        "covered": told.covered,
        "stood_in": told.stood_in > 0,
        "missing": told.missing,
        "trust": np.where(told.of >= targets.least(name), told.of, 0.0),
    }


def _volume(grid: Grid, group: Codes, groups: int) -> dict[str, np.ndarray]:
    contacts, told = _sums(grid.contacts, group, groups), _sums(grid.told, group, groups)
    value = np.where(told > 0, contacts, np.nan)
    return _plain(value, value, told > 0)


def _share(grid: Grid, group: Codes, groups: int) -> dict[str, np.ndarray]:
    contacts, told = _sums(grid.contacts, group, groups), _sums(grid.told, group, groups)
    all_of = np.broadcast_to(contacts.sum(axis=0), contacts.shape)
    known = (told > 0) & (all_of > 0)
    value = np.where(known, ratio(contacts, all_of), np.nan)
    return _plain(value, np.where(told > 0, contacts, np.nan), known)


def _plain(value: Floats, of: Floats, known: np.ndarray) -> dict[str, np.ndarray]:
    """A figure that is counted, not estimated, and has no target."""
    state = np.where(known, "no_target", np.where(np.isfinite(of), "none", "not_told"))
    rest = dict.fromkeys((c for c in _NUMBERS if c not in ("value", "of")), np.full_like(value, np.nan))
    words = {"state": state, "adjustment": np.array(""), "stood_in": np.array(False), "missing": np.array(0.0)}
    return rest | {"value": value, "of": of, "trust": known.astype(float)} | words


def _days(grid: Grid, group: Codes, shape: tuple[int, int, int]) -> tuple[Floats, Floats, np.ndarray]:
    """Sources x queues x weeks: days told, days told in an ordinary week, and whether the source was there.

    It was from the first week in which it has a row to the last.
    """
    groups = shape[1] * shape[2]
    days, of_day = np.unique(group * 7 + grid.day % 7, return_inverse=True)
    told = _sums((_sums(grid.told, of_day, len(days)) > 0).astype(float), days // 7, groups).reshape(shape)
    some = np.where(told > 0, told, np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a queue the source never served has no ordinary week
        usual = np.nan_to_num(np.nanmedian(some, axis=-1))
    rows = _sums(grid.rows, group, groups).reshape(shape) > 0
    after = np.logical_or.accumulate(rows, axis=-1)
    before = np.logical_or.accumulate(rows[..., ::-1], axis=-1)[..., ::-1]
    return told, np.broadcast_to(usual[..., None], shape), after & before


def _sums(values: Floats, group: Codes, groups: int) -> Floats:
    return np.stack([np.bincount(group, row, minlength=groups) for row in values])


def _trend(slope: Slope) -> np.ndarray:
    choices = [(np.isnan(slope.slope), "too_few"), (slope.low > 0, "up"), (slope.high < 0, "down")]
    return np.select([c for c, _ in choices], [word for _, word in choices], "flat")


_FAIR = ("adjusted", "adjusted_low", "adjusted_high", "gap", "gap_low", "gap_high")
_NUMBERS = ("value", "of", "low", "high", "target", "covered", *_FAIR)
