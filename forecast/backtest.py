"""Which model forecasts a queue best, and how sure it may be: every model from past origins, as if it were then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.special import stdtrit  # scipy.stats takes a second to import

from forecast import accuracy
from forecast.analogue import resolved
from forecast.blend import BLEND, NAMES, weights, with_blend
from forecast.event import Event, Events
from forecast.history import DAY, History
from forecast.model import MODELS, POOLED, RACED, SLOW, USUAL, batches, said
from forecast.model.training import TooFew
from forecast.season import Season, season_of
from forecast.spread import LEAST as LEAST_ERRORS
from forecast.spread import Spread, spread
from forecast.table import check

YEAR = 365
LEAST_TRAINING = 21  # days
LEAST_HORIZON = 7
FEW = 4  # origins below which they step closer than the horizon
TRIED = 2  # origins on which a slow model shows whether it is worth the rest
LEADS = 0.97  # times the best WAPE of the others on these above which it is not: it would hardly be chosen
MANY = 20  # queues above which slow models are not tried unless named
ALONE = 12  # tasks that are done before a second process has started
SCORES = (
    "queue",
    "model",
    "origin",
    "days",
    "wape",
    "wape_peak",
    "wape_ordinary",
    "mase",
    "bias",
    "coverage",
    "coverage_peak",
)


ERRORS = ("queue", "model", "origin", "day", "actual", "expected", "peak", "size")


@dataclass(frozen=True, eq=False)
class Backtest:
    """What each model would have said, and what came.

    `table`: a row per queue, model and origin (first day forecast): days scored, wape, wape_peak, wape_ordinary, mase,
    bias (above 0: too much was expected), coverage and coverage_peak, the share of days inside the 80% band that the
    *other* origins' errors draw; NaN where it cannot be told.
    `errors`: a row per queue, model, origin and day: day, actual, expected, peak, and size, the standard
    deviation of the day's log by the model's own word, NaN where it says nothing.
    """

    table: pd.DataFrame
    errors: pd.DataFrame

    def __post_init__(self) -> None:
        check(self.table, SCORES, "backtest")
        check(self.errors, ERRORS, "backtest errors")

    def leaderboard(self) -> pd.DataFrame:
        """A row per queue and model, best first: origins and the means of the scores over them."""
        if self.table.empty:
            return pd.DataFrame(columns=["queue", "model", "origins", *SCORES[4:]])
        groups = self.table.groupby(["queue", "model"], observed=True)
        board = groups[list(SCORES[4:])].mean()
        board.insert(0, "origins", groups.size())
        board["rank"] = [NAMES.index(m) for m in board.index.get_level_values("model")]
        return board.reset_index().sort_values(["queue", "wape", "rank"], ignore_index=True).drop(columns="rank")

    def spread(self, queue: str, model: str, but: pd.Timestamp | None = None) -> Spread:
        """How `model` has erred on `queue`; `but` leaves out one origin."""
        rows = self.errors_of(queue, model)
        if but is not None:
            rows = rows[rows["origin"] != but]
        return _spread(rows)

    def speaks(self, queue: str, model: str) -> bool:
        """Whether the errors of `model` on `queue` are enough to say how sure it is."""
        rows = self.errors_of(queue, model)
        return int((rows["actual"].notna() & (rows["expected"] > 0)).sum()) >= LEAST_ERRORS

    def weights(self, queue: str) -> dict[str, float]:
        """The weight of each model in the blend of a queue, from all its past origins; none without a backtest."""
        rows = self.of(queue).errors
        rows = rows[rows["model"] != BLEND]
        return weights(rows) if len(rows) else {}

    def errors_of(self, queue: str, model: str) -> pd.DataFrame:
        """The rows of `errors` of one model on one queue."""
        rows = self.of(queue).errors
        return rows[rows["model"] == model]

    def of(self, queue: str) -> Backtest:
        """The part of one queue; empty if it was not tried."""
        return self._parts.get(queue) or Backtest(self.table.iloc[:0], self.errors.iloc[:0])

    @cached_property
    def _parts(self) -> dict[str, Backtest]:
        """Split once: of a thousand queues each would look through the rows of all."""
        table = dict(list(self.table.groupby("queue", sort=False)))
        none = self.table.iloc[:0]
        return {str(q): Backtest(table.get(q, none), rows) for q, rows in self.errors.groupby("queue", sort=False)}


def choose(done: Backtest, least: float = 0.02) -> dict[str, str]:
    """The model of each queue: the regression, unless another is better by more than chance and `least` of its WAPE.

    Chance is what one in ten would gain by luck, by the t distribution of the differences over the origins: a few
    origins make the luckier model look better, not the better one. A model that was dropped after its first origins is
    not chosen; where the regression was not tried, the best is.
    """
    chosen: dict[str, str] = {}
    for queue, board in done.leaderboard().groupby("queue"):
        whole = board.loc[board["origins"] == board["origins"].max(), "model"].tolist()
        best, usual = str(whole[0]), USUAL if USUAL in whole else str(whole[0])
        scores = (
            done.of(str(queue)).table.pivot_table(index="origin", columns="model", values="wape").reindex(columns=whole)
        )
        gain = (scores[usual] - scores[best]).dropna()
        luck = float(gain.std() / np.sqrt(len(gain)) * stdtrit(len(gain) - 1, 0.9)) if len(gain) > 1 else np.inf
        sure = gain.mean() > max(luck, least * float(scores[usual].mean()))
        chosen[str(queue)] = best if sure else usual
    return chosen


def backtest(
    history: History,
    countries: Sequence[str] = ("CN",),
    events: Events | Iterable[Event] | None = None,
    horizon_days: int = 56,
    origins: int = 8,
    models: Sequence[str] = RACED,
    workers: int = -1,
    drop: bool = False,
) -> Backtest:
    """Every model on every queue from up to `origins` past days, each seeing only what was known before that day.

    Origins step back by the horizon from the end of the history while a year (or half of a shorter history) remains to
    learn from; a short history gets closer or shorter ones, a very short one none. Days under a declared incident are
    not scored: nobody could have known. With `drop` a slow model that does not lead by 3% on the two latest origins is
    not tried on the others, and of more than 20 queues on none unless it is named alone. Where two models or more were
    tried from every origin, their blend is scored beside them, weighted at each origin by what had come before it. The
    result is the same for any number of `workers` (-1: all cores).

    Raises:
        ValueError: an unknown model or country, or a number out of range.
    """
    for name, value, most in (("horizon_days", horizon_days, 1000), ("origins", origins, 100)):
        if not 1 <= value <= most:
            raise ValueError(f"{name} must be from 1 to {most}, got {value}")
    unknown = [m for m in models if m not in NAMES]
    if unknown:
        raise ValueError(f"models must be of {', '.join(NAMES)}, got {', '.join(unknown)}")
    models = [m for m in models if m != BLEND] or RACED
    if workers == 0:
        raise ValueError("workers must not be 0")
    daily = history.daily()
    known = resolved(events, history.first, history.last, countries)
    season = season_of(daily.index[0], daily.index[-1] + DAY, countries, known)
    if drop and len(daily.columns) > MANY:
        models = [m for m in models if m not in SLOW] or models
    asked: dict[tuple[int, pd.Timestamp, int], list[str]] = {}  # queues by origin; most share theirs
    for queue in map(str, daily.columns):
        for k, (origin, days) in enumerate(cuts(daily[queue], horizon_days, origins)):
            asked.setdefault((k, origin, days), []).append(queue)
    tasks = [
        Task(model, daily if model in POOLED else daily[list(queues)], queues, season, origin, days, k)
        for model in models
        for (k, origin, days), some in asked.items()
        for queues in batches(model, some)
    ]
    later = {n for n, task in enumerate(tasks) if drop and task.model in SLOW and task.number >= TRIED}
    found = _attempts({n: task for n, task in enumerate(tasks) if n not in later}, workers)
    worth = {queue for queue in map(str, daily.columns) if _leads(queue, found, tasks)} if later else set()
    found |= _attempts({n: tasks[n] for n in later if worth.issuperset(tasks[n].queues)}, workers)
    parts = [part for _, part in sorted(found.items()) if part is not None]
    return _scored(parts, daily, workers)


def cuts(days: pd.Series, horizon_days: int, origins: int) -> list[tuple[pd.Timestamp, int]]:
    """First day and number of days of each past forecast, latest first, for a queue's days."""
    known = days.dropna()
    if known.empty:
        return []
    first, last = known.index[0], known.index[-1]
    told = (last - first) // DAY + 1
    training = max(LEAST_TRAINING, min(YEAR, told // 2))
    horizon = horizon_days
    if told - training < 2 * horizon:  # two short forecasts tell more than one whole one
        horizon = max(LEAST_HORIZON, min(horizon_days, (told - training) // 3))
    room = told - training - horizon
    if room < 0:
        return []
    step = horizon if room // horizon + 1 >= FEW else max(1, room // (FEW - 1))
    count = min(origins, room // step + 1)
    return [(last + DAY - (horizon + k * step) * DAY, int(horizon)) for k in range(count)]


@dataclass(frozen=True, eq=False)
class Task:
    """One model from one origin, the `number`-th counted back, for `queues`; `daily` has what teaches it."""

    model: str
    daily: pd.DataFrame
    queues: tuple[str, ...]
    season: Season
    origin: pd.Timestamp
    days: int
    number: int


def _attempts(tasks: dict[int, Task], workers: int) -> dict[int, pd.DataFrame | None]:
    """What `_attempt` makes of each task, by the task's number."""
    order = sorted(tasks, key=lambda n: -list(MODELS).index(tasks[n].model))  # the slow ones first
    jobs = 1 if len(tasks) <= ALONE else workers
    made = Parallel(n_jobs=jobs, batch_size=1)(delayed(_attempt)(tasks[n]) for n in order)
    return dict(zip(order, made, strict=True))


def _leads(queue: str, found: dict[int, pd.DataFrame | None], tasks: Sequence[Task]) -> bool:
    """Whether a slow model was better than the best of the others on the origins where both were tried."""
    errors: dict[str, float] = {}
    for n, part in found.items():
        if part is not None and tasks[n].number < TRIED and queue in tasks[n].queues:
            own = part[part["queue"] == queue]
            missed = float((own["actual"] - own["expected"]).abs().sum())
            errors[tasks[n].model] = errors.get(tasks[n].model, 0.0) + missed
    slow = min((e for m, e in errors.items() if m in SLOW), default=np.inf)
    return slow <= LEADS * min((e for m, e in errors.items() if m not in SLOW), default=np.inf)


def _attempt(task: Task) -> pd.DataFrame | None:
    """One model from one origin beside what came; None where the past is too short for it."""
    horizon = pd.date_range(task.origin, periods=task.days, unit="s")
    past, season = task.daily[task.daily.index < task.origin], task.season
    try:
        told = said(task.model, past, task.queues, season.as_known_before(task.origin), horizon)
    except TooFew:
        return None
    parts = []
    for queue, (expected, size) in told.items():
        frame = {
            "queue": queue,
            "model": task.model,
            "origin": task.origin,
            "day": horizon,
            "actual": task.daily[queue].reindex(horizon).to_numpy(dtype=float),
            "expected": expected.to_numpy(dtype=float),
            "peak": season.peaks(horizon, queue),
            "size": size,
        }
        parts.append(pd.DataFrame(frame)[~season.on(horizon, "incident", queue)])
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def _scored(parts: list[pd.DataFrame], daily: pd.DataFrame, workers: int) -> Backtest:
    """Scores of each part; the past that MASE needs is in `daily`."""
    if not parts:
        empty = pd.DataFrame(columns=list(ERRORS))
        return Backtest(pd.DataFrame(columns=list(SCORES)), empty)
    of_queues = list(pd.concat(parts, ignore_index=True).groupby("queue", sort=False))
    jobs = 1 if len(of_queues) <= ALONE else workers
    made = Parallel(n_jobs=jobs)(delayed(_scores)(rows, daily[str(queue)]) for queue, rows in of_queues)
    table = pd.DataFrame([row for rows, _ in made for row in rows], columns=list(SCORES))
    table["rank"] = [NAMES.index(m) for m in table["model"]]
    table = table.sort_values(["queue", "rank", "origin"], ignore_index=True).drop(columns="rank")
    return Backtest(table, pd.concat([errors for _, errors in made], ignore_index=True))


def _scores(told: pd.DataFrame, days: pd.Series) -> tuple[list[tuple[object, ...]], pd.DataFrame]:
    """The rows of `Backtest.table` for one queue, and its errors with the blend's beside them."""
    errors, rows = with_blend(told), list[tuple[object, ...]]()
    for model, of_model in errors.groupby("model", sort=False):
        for origin, one in of_model.groupby("origin", sort=False):
            actual, expected, peak = (one[c].to_numpy() for c in ("actual", "expected", "peak"))
            others = of_model[of_model["origin"] != origin]
            inside = inside_peak = float("nan")
            if len(others):
                bands = _spread(others).of_days(expected, peak, _ahead(one), sizes(one))
                inside = accuracy.coverage(actual, bands[:, 2], bands[:, 6])
                inside_peak = accuracy.coverage(actual[peak], bands[peak, 2], bands[peak, 6])
            past = days[days.index < origin].to_numpy()
            scores = (
                accuracy.wape(actual, expected),
                accuracy.wape(actual[peak], expected[peak]),
                accuracy.wape(actual[~peak], expected[~peak]),
                accuracy.mase(actual, expected, past),
                accuracy.bias(actual, expected),
                inside,
                inside_peak,
            )
            rows.append((str(days.name), model, origin, int(np.isfinite(actual).sum()), *scores))
    return rows, errors


def _spread(rows: pd.DataFrame) -> Spread:
    actual, expected = rows["actual"].to_numpy(dtype=float), rows["expected"].to_numpy(dtype=float)
    peak, origins = rows["peak"].to_numpy(dtype=bool), rows["origin"].nunique()
    return spread(actual, expected, peak, _ahead(rows), origins, sizes(rows))


def sizes(rows: pd.DataFrame) -> np.ndarray | None:
    """The sizes of a model's errors; None where it says nothing of them."""
    size = rows["size"].to_numpy(dtype=float)
    return size if len(size) and np.isfinite(size).all() else None


def _ahead(rows: pd.DataFrame) -> np.ndarray:
    """Days from the origin, 0 the first day forecast."""
    day, origin = (rows[c].to_numpy().astype("datetime64[D]").astype(float) for c in ("day", "origin"))
    return np.asarray(day - origin)
