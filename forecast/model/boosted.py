"""One gradient boosting over all queues: what a day is over the level before it, seen from many days before.

A row is a day of a queue seen from an origin before it; what it teaches is the log of its contacts over the mean of
the 28 days before the origin. It tells the days ahead, the weekday, that level over the last week's and quarter's,
the same weekdays of the last four weeks, what the day a year earlier that lay as far from the same festival was over
its ordinary weekday, and every regressor of the calendar. Trees by Friedman (2001); one model for all series because
it has more to learn from (Montero-Manso and Hyndman 2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.model.features import Features, features
from forecast.model.training import TooFew, Training, closed, training, unlogged
from forecast.occasion import FESTIVALS, SHOPPING
from forecast.season import Season

STEP = 14  # days between the origins that teach
MOST = 400_000  # rows that teach; of more queues every second, third ... origin
LEVEL, LAST, LONG = 28, 7, 91  # days that tell a level
LEAST = LEVEL + STEP  # known days
AHEAD = 56  # days seen from each origin at most
NEAR = 15  # days from an occasion within which last year's day is the one as far from it
YEAR = 364
WEEKS = 4  # before and after, whose same weekdays are a day's ordinary ones
ROUNDS = (20, 200)  # trees: one for 20 known days of a queue
SETTINGS = {
    "learning_rate": 0.06,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 5,
    "l2_regularization": 5.0,
    "early_stopping": False,
    "random_state": 0,
}


@dataclass(frozen=True, eq=False)
class Seen:
    """A queue as rows are made of it. By day of history and horizon, NaN unknown: log (less what the planner stated,
    `offset`), calendar, weekday, ago (what the day a year ago was over its ordinary weekday).

    `total` and `known`: contacts before each day, less what was stated, and how many of these days are known.
    `at`: the horizon's days.
    """

    number: int
    past: Training
    at: np.ndarray
    offset: np.ndarray
    log: np.ndarray
    calendar: np.ndarray
    weekday: np.ndarray
    ago: np.ndarray
    total: np.ndarray
    known: np.ndarray

    @property
    def length(self) -> int:
        """Days of history."""
        return len(self.past.days)

    @property
    def end(self) -> int:
        """The day after the last known one, which the horizon is seen from."""
        return int(np.searchsorted(self.known, self.known[-1]))

    def level(self, origin: np.ndarray, days: int) -> np.ndarray:
        """The log of the mean of the last `days` before each origin, NaN where none is known."""
        first = np.maximum(origin - days, 0)
        count = self.known[origin] - self.known[first]
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = (self.total[origin] - self.total[first]) / np.where(count > 0, count, np.nan)
        return np.asarray(np.log1p(mean))

    def rows(self, origin: np.ndarray, at: np.ndarray) -> np.ndarray:
        """The columns of each day `at` seen from its `origin`."""
        level = self.level(origin, LEVEL)
        back = origin - 1 - (origin - 1 - at) % 7  # the last same weekday before the origin
        weeks = np.array([np.where(back >= 7 * k, self.log[np.maximum(back - 7 * k, 0)], np.nan) for k in range(WEEKS)])
        count = np.isfinite(weeks).sum(axis=0)
        same = np.where(count > 0, np.nansum(weeks, axis=0) / np.maximum(count, 1), np.nan) - level
        levels = (self.level(origin, LAST) - level, level - self.level(origin, LONG))
        own = (at - origin, self.weekday[at], same, self.ago[at], *levels, np.full(len(at), float(self.number)))
        return np.column_stack([*own, self.calendar[at]])


def boosted(daily: pd.DataFrame, season: Season, horizon: pd.DatetimeIndex) -> pd.DataFrame:
    """Expected contacts of every queue (a column each) on the days of `horizon`, all queues teaching one model.

    Raises:
        TooFew: fewer than six weeks to learn from.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor  # a second to import, and seldom asked for
    from threadpoolctl import threadpool_limits

    days = pd.date_range(daily.index[0], max(horizon[-1], daily.index[-1]), unit="s")
    calendars = [features(season, days, str(queue)) for queue in daily.columns]
    names = dict.fromkeys(
        name for calendar in calendars for name in calendar.names
    )  # a queue may have events of its own
    seen = [
        _seen(number, training(daily[queue], season), season, horizon, calendar, list(names))
        for number, (queue, calendar) in enumerate(zip(daily.columns, calendars, strict=True))
    ]
    ahead = min(AHEAD, len(horizon))
    step = STEP * max(1, -(-sum(one.length for one in seen) * ahead // (STEP * MOST)))
    rows, told = (np.concatenate(part) for part in zip(*(_teaching(one, ahead, step) for one in seen), strict=True))
    if len(told) == 0 or max(one.known[-1] for one in seen) < LEAST:
        raise TooFew(f"daily: expected {LEAST} known days at least")
    varies = np.array([len(np.unique(column[np.isfinite(column)])) > 1 for column in rows.T])
    made = {}
    with threadpool_limits(limits=1):  # the same sums in the same order on any machine
        rounds = int(np.clip(sum(one.known[-1] for one in seen) // ROUNDS[0], *ROUNDS))
        model = HistGradientBoostingRegressor(max_iter=rounds, **SETTINGS).fit(rows[:, varies], told)
        for queue, one in zip(daily.columns, seen, strict=True):
            from_end = np.full(len(one.at), one.end)
            level = np.nan_to_num(one.level(from_end, LEVEL))  # nothing known at all: nothing expected
            logs = model.predict(one.rows(from_end, one.at)[:, varies]) + level + one.offset[one.at]
            origin, at = _each(one)
            fitted = np.zeros(one.length)
            if len(at):
                fitted[at] = model.predict(one.rows(origin, at)[:, varies]) + one.level(origin, LEVEL) + one.offset[at]
            contacts = unlogged(logs, one.past, fitted)
            made[queue] = np.where(closed(daily[queue], season, horizon), 0.0, contacts)
    return pd.DataFrame(made, index=horizon)


def alone(daily: pd.Series, season: Season, horizon: pd.DatetimeIndex) -> pd.Series:
    """What `boosted` makes of a queue that has no others beside it."""
    queue = str(daily.name or "")
    return pd.Series(boosted(daily.to_frame(queue), season, horizon)[queue].to_numpy(), index=horizon, name=daily.name)


def _each(one: Seen) -> tuple[np.ndarray, np.ndarray]:
    """Every day of the history that has a level to be told from, and an origin at most `STEP` days before it."""
    at = np.arange(LEVEL, one.length)
    origin = LEVEL + (at - LEVEL) // STEP * STEP
    good = np.isfinite(one.level(origin, LEVEL))
    return origin[good], at[good]


def _seen(
    number: int, past: Training, season: Season, horizon: pd.DatetimeIndex, calendar: Features, names: list[str]
) -> Seen:
    days = pd.date_range(past.days[0], periods=len(calendar.values), unit="s")
    log = np.full(len(days), np.nan)
    log[: len(past.log)] = past.log - calendar.offset[: len(past.log)]
    known = np.isfinite(log)
    return Seen(
        number,
        past,
        np.asarray((horizon - days[0]).days),
        calendar.offset,
        log,
        pd.DataFrame(calendar.values, columns=list(calendar.names)).reindex(columns=names, fill_value=0.0).to_numpy(),
        days.day_of_week.to_numpy().astype(float),
        _over_ordinary(log)[_year_before(season, days, len(past.log))],
        np.append(0.0, np.cumsum(np.where(known, np.expm1(log), 0.0))),
        np.append(0, np.cumsum(known)),
    )


def _over_ordinary(log: np.ndarray) -> np.ndarray:
    """Each day over the median of its weekday in the weeks around it; one NaN more at the end, for days before all."""
    by_week = np.full((-(-len(log) // 7), 7), np.nan)
    by_week.ravel()[: len(log)] = log
    ordinary = pd.DataFrame(by_week).rolling(2 * WEEKS + 1, center=True, min_periods=3).median().to_numpy()
    return np.append(log - ordinary.ravel()[: len(log)], np.nan)


def _year_before(season: Season, days: pd.DatetimeIndex, length: int) -> np.ndarray:
    """The position of the day a year ago as far from the same occasion as each day; len(days) where none is known."""
    at = np.arange(len(days))
    back = at - YEAR
    nearest = np.full(len(days), NEAR + 1.0)
    for key in (key for key, kind in (FESTIVALS | SHOPPING).items() if kind.knots):
        distance = season.distance(key, days)
        comings = at[distance == 0]
        close = np.abs(distance) < nearest  # NaN is not
        nearest[close] = np.abs(distance[close])
        before = np.searchsorted(comings, at[close] - distance[close]) - 1
        known = before >= 0
        back[np.flatnonzero(close)[known]] = comings[before[known]] + distance[close][known].astype(int)
    for _ in range(3):  # what has not come yet tells nothing: a year earlier still
        back = np.where(back >= length, back - YEAR, back)
    return np.where((back >= 0) & (back < length), back, len(days)).astype(int)


def _teaching(one: Seen, ahead: int, step: int) -> tuple[np.ndarray, np.ndarray]:
    origins = np.arange(one.length - step, LEVEL, -step)
    origin, lead = (a.ravel() for a in np.meshgrid(origins, np.arange(ahead), indexing="ij"))
    at = origin + lead
    inside = at < one.length
    origin, at = origin[inside], at[inside]
    level = one.level(origin, LEVEL)
    good = np.isfinite(one.log[at]) & np.isfinite(level)
    return one.rows(origin[good], at[good]), (one.log[at] - level)[good]
