"""History to forecast in one call: the backtest chooses, the model is fitted on all, days become intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from forecast import intraday
from forecast.analogue import resolved
from forecast.backtest import ALONE, Backtest, backtest, choose
from forecast.blend import BLEND, NAMES, blended
from forecast.doubt import Doubt, doubt_of
from forecast.event import Event, Events
from forecast.forecast import LEVELS, Forecast
from forecast.handling import handle_time
from forecast.history import DAY, History
from forecast.language import Text
from forecast.model import LEAST as LEAST_OF
from forecast.model import NAIVE, POOLED, RACED, SIMPLE, USUAL, batches, said
from forecast.model.training import training
from forecast.problem import Problem, Refused
from forecast.season import Season, season_of
from forecast.spread import of_intervals
from forecast.warning import warnings_of

LEAST = 7  # known days below which a queue cannot be forecast
MOST = 1000  # days ahead


def predict(
    history: History,
    horizon_days: int = 56,
    start: pd.Timestamp | None = None,
    interval: pd.Timedelta | None = None,
    countries: Sequence[str] = ("CN",),
    events: Events | Iterable[Event] | None = None,
    model: str | None = None,
    origins: int = 8,
    workers: int = -1,
    done: Backtest | None = None,
) -> Forecast:
    """What to expect of every queue on `horizon_days` days from `start` (the day after the last told).

    Each queue takes the model that its backtest finds best, or `model`; its bands are as wide as that model has erred
    there. `done` is a backtest of the same history made before. `interval` is the history's own or a longer one.

    Raises:
        Refused: a queue with fewer than seven known days.
        ValueError: an argument out of range, named with its value.
    """
    if not 1 <= horizon_days <= MOST:
        raise ValueError(f"horizon_days must be from 1 to {MOST}, got {horizon_days}")
    if model is not None and model not in NAMES:
        raise ValueError(f"model must be one of {', '.join(NAMES)}, got {model}")
    first = history.last + DAY if start is None else pd.Timestamp(start).normalize()
    if first <= history.first or first > history.last + MOST * DAY:
        raise ValueError(f"start must follow the first day of the history within {MOST} days of its last, got {first}")
    known = history if first > history.last else history.before(first)
    known = known.coarser(interval) if interval is not None else known
    days = pd.date_range(first, periods=horizon_days, unit="s")
    events = resolved(events, known.first, known.last, countries)
    season = season_of(known.first, days[-1], countries, events)
    daily = known.daily()
    _refuse_thin(daily)
    if done is None:
        # A named model is backtested too: without errors of its own nobody could say how sure it is.
        names = [model] if model else list(RACED)
        done = backtest(known, countries, events, horizon_days, origins, names, workers, drop=True)
    best = {} if model else choose(done)
    chosen = {queue: model or best.get(queue, SIMPLE) for queue in known.queues}
    alike = {q: [e for e in season.events.touching(q) if e.like and e.end >= first] for q in known.queues}
    if model is None:  # a naive model knows no occasion that an event could be like
        chosen |= {q: USUAL for q, events_ in alike.items() if events_ and chosen[q] in NAIVE}
    needs = {q: LEAST_OF[name] for q, name in chosen.items() if name in LEAST_OF}
    thin = {q: chosen[q] for q, least in needs.items() if np.isfinite(training(daily[q], season).log).sum() < least}
    chosen |= dict.fromkeys(thin, SIMPLE)
    weight = {q: done.weights(q) if name == BLEND else {name: 1.0} for q, name in chosen.items()}
    chosen |= {q: SIMPLE for q, one in weight.items() if not one}  # nothing has told how to weigh
    members = {q: [m for m, share in one.items() if share > 0] or [SIMPLE] for q, one in weight.items()}
    # a blend is as unsure as the usual model says, whatever that weighs
    members |= {
        q: [*m, USUAL] for q, m in members.items() if chosen[q] == BLEND and USUAL in weight[q] and USUAL not in m
    }
    to = pd.date_range(daily.index[-1] + DAY, days[-1], unit="s")
    jobs = [
        (name, daily if name in POOLED else daily[list(queues)], queues, season, to)
        for name in NAMES
        for queues in batches(name, [q for q in known.queues if name in members[q]])
        if queues
    ]
    heavy = len(jobs) > ALONE or sum(name == "prophet" for name, *_ in jobs) > 2
    made = Parallel(n_jobs=workers if heavy else 1)(delayed(said)(*job) for job in jobs)
    answers = {(queue, job[0]): one for job, part in zip(jobs, made, strict=True) for queue, one in part.items()}
    means, sizes = {}, {}
    for queue in known.queues:
        each = {name: answers[queue, name] for name in members[queue]}
        expected = {name: one.reindex(days).to_numpy(dtype=float) for name, (one, _) in each.items()}
        means[queue] = blended(expected, weight[queue]) if len(each) > 1 else next(iter(expected.values()))
        size = each[USUAL if USUAL in each else members[queue][0]][1][-len(days) :]
        sizes[queue] = size if np.isfinite(size).all() else None
    found = Parallel(n_jobs=workers if len(known.queues) > ALONE else 1)(
        delayed(doubt_of)(daily[q], season, days, means[q], chosen[q], done.of(q), sizes[q]) for q in known.queues
    )
    doubts = dict(zip(known.queues, found, strict=True))
    told = warnings_of(known, season, days, done, chosen, means, doubts)
    table, by_day = _tables(known, season, days, means, doubts)
    return Forecast(
        table,
        known.interval,
        chosen,
        (
            *(Text("{queue}: too few days for {model}, forecast naively", queue=q, model=m) for q, m in thin.items()),
            *told,
        ),
        by_day if known.per_day > 1 else None,
    )


def _refuse_thin(daily: pd.DataFrame) -> None:
    counts = daily.notna().sum()
    thin = [
        Problem(
            "history",
            "-",
            "start",
            Text(
                "{queue}: expected {least} known days at least, found {count}; add earlier days, leave the queue out, "
                "or borrow its forecast from a queue like it",
                **facts,
            ),
        )
        for facts in ({"queue": q, "least": LEAST, "count": int(n)} for q, n in counts.items() if n < LEAST)
    ]
    if thin:
        raise Refused(thin)


def _tables(
    history: History,
    season: Season,
    days: pd.DatetimeIndex,
    means: dict[str, np.ndarray],
    doubts: dict[str, Doubt],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The intervals' table and the days' table."""
    total, seconds = history.total(), history.handle_time()
    starts = pd.date_range(days[0], days[-1] + DAY, freq=history.interval, inclusive="left", unit="s")
    talk = {}
    if seconds is not None:
        kind, ahead_kind = (intraday.kinds(season, d) for d in (intraday.by_day(total.iloc[:, 0])[0], days))
        found = {q: handle_time(seconds[q], total[q], kind) for q in history.queues}
        overall = float(np.mean([t.seconds.mean() for t in found.values() if t is not None]))
        talk = {q: t.of(means[q], ahead_kind).ravel() if t else np.full(len(starts), overall) for q, t in found.items()}
    parts, whole = [], []
    for queue in history.queues:
        mean = means[queue]
        quantiles = doubts[queue].of_days(mean, season.peaks(days, queue), days)
        whole.append(_framed(days, queue, mean, quantiles))
        if history.per_day == 1:
            part = whole[-1].copy()
        else:
            shape = intraday.profile(total[queue], season, days, mean)
            counts = (mean[:, None] * shape.shares).ravel()
            factors = np.divide(quantiles, mean[:, None], out=np.ones_like(quantiles), where=mean[:, None] > 0)
            bands = of_intervals(counts, np.repeat(factors, history.per_day, axis=0), shape.phi, shape.cv)
            part = _framed(starts, queue, counts, bands)
        if talk:
            part["aht_s"] = talk[queue]
        parts.append(part)
    return pd.concat(parts, ignore_index=True), pd.concat(whole, ignore_index=True)


def _framed(starts: pd.DatetimeIndex, queue: str, mean: np.ndarray, quantiles: np.ndarray) -> pd.DataFrame:
    table = pd.DataFrame({"start": starts, "queue": queue, "mean": mean})
    table[list(LEVELS)] = quantiles
    return table
