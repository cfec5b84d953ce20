"""The whole chain as one value: what a scenario comes to. `run` returns; `report` and `save` hand over."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Required, TypedDict

import pandas as pd

from forecast import adjust, ingest, pipeline
from forecast.analogue import resolved
from forecast.backtest import Backtest, backtest
from forecast.borrow import Borrow, borrowed, without
from forecast.borrow import checked as borrowable
from forecast.event import Events
from forecast.forecast import Forecast
from forecast.history import DAY, History
from forecast.language import Text
from forecast.model import RACED
from forecast.problem import Problem, Refused, found_in
from forecast.season import Season, season_of
from forecast.total import ALL, totals
from staffing import cost, cover, example, headcount, requirement
from staffing.cost import CostStatement
from staffing.cover import ShiftPlan
from staffing.follow import followed
from staffing.hand import overruled
from staffing.headcount import SeasonPlan
from staffing.queue import Queue
from staffing.requirement import Requirement
from staffing.scenario import Levers, Scenario, to_toml
from staffing.source import Source
from staffing.store import kept

Tell = Callable[[Text], None]
STAGES = 7  # a run tells its listener of so many
WEEK = pd.Timedelta(days=7)


class Asked(TypedDict, total=False):
    """What a forecast may be asked for, as `forecast_of` takes it."""

    horizon_days: Required[int]
    start: pd.Timestamp | None
    interval: pd.Timedelta | None
    countries: tuple[str, ...]
    model: str | None
    borrow: tuple[Borrow, ...]


def _silent(_stage: Text) -> None:
    """Nobody is listening."""


@dataclass(frozen=True, eq=False)
class Made:
    """The slow half of a run: what was, and what is expected before any lever is moved."""

    history: History
    season: Season
    backtest: Backtest
    forecast: Forecast


@dataclass(frozen=True, eq=False)
class Result:
    """What a scenario comes to, stage by stage."""

    scenario: Scenario
    made: Made
    forecast: Forecast
    queues: Mapping[str, Queue]
    requirement: Requirement
    sources: Mapping[str, Source]
    season: SeasonPlan
    week: pd.Timestamp
    shifts: ShiftPlan
    cost: CostStatement
    warnings: tuple[Text, ...]


def run(scenario: Scenario, workers: int = -1, tell: Tell = _silent) -> Result:
    """Everything from history to cost; `tell` hears of each stage as it begins.

    Raises:
        Refused: the history, the events or the queues cannot be used.
        NoPlan: no season plan or shift plan keeps the promises.
    """
    return staffed(scenario, made(scenario, workers, tell), tell)


def made(scenario: Scenario, workers: int = -1, tell: Tell = _silent) -> Made:
    """History and forecast of a scenario, from the cache where the same has been asked before.

    Raises:
        Refused: a file cannot be used, or a queue of the history is not described.
    """

    def make() -> Made:
        tell(Text("reading the history"))
        history, events = read(scenario.history, scenario.events)
        scenario.queues_of(dict.fromkeys((*history.queues, *scenario.borrow)))
        if history.per_day == 1:
            text = Text("expected rows by 15, 30 or 60 minutes to plan agents from, came one a day")
            raise Refused([Problem(str(scenario.history), "-", "start", text)])
        files = found_in(str(scenario.history), "history"), found_in(str(scenario.events), "events")
        with files[0], files[1], found_in("scenario", "borrow"):
            return forecast_of(
                history,
                events,
                horizon_days=scenario.horizon_days,
                countries=scenario.countries,
                model=scenario.model,
                borrow=scenario.borrows,
                origins=scenario.origins,
                workers=workers,
                tell=tell,
            )

    return kept(forecast_key(scenario), make)


def forecast_key(scenario: Scenario) -> str:
    """A digest of all that the slow half depends on: the files' bytes, the calendar, the choice of model."""
    digest = hashlib.sha256()
    for path in (scenario.history, scenario.events):
        digest.update(_content(path))
    described = ",".join(sorted(scenario.queues))
    asked = (scenario.horizon_days, scenario.countries, scenario.model, scenario.origins, described, scenario.borrows)
    digest.update(repr(asked).encode())
    return digest.hexdigest()


def key(scenario: Scenario) -> str:
    """A digest of all that a result depends on."""
    own = f"{to_toml(scenario)}{scenario.example_terms}".encode() + _content(scenario.overrides)
    return f"{forecast_key(scenario)}-{hashlib.sha256(own).hexdigest()}"


def _content(path: Path | None) -> bytes:
    return path.read_bytes() if path is not None and path.is_file() else b"-"


def read(history: Path, events: Path | None) -> tuple[History, Events]:
    """The two files.

    Raises:
        Refused: the problems of both at once.
    """
    problems: list[Problem] = []
    told: History | None = None
    known = Events()
    try:
        told = ingest.read_history(history)
    except Refused as refused:
        problems += refused.problems
    try:
        known = ingest.read_events(events) if events is not None else known
    except Refused as refused:
        problems += refused.problems
    if told is None or problems:
        raise Refused(problems)
    return told, known


def forecast_of(
    history: History,
    events: Events,
    *,
    horizon_days: int,
    start: pd.Timestamp | None = None,
    interval: pd.Timedelta | None = None,
    countries: tuple[str, ...] = ("CN",),
    model: str | None = None,
    borrow: tuple[Borrow, ...] = (),
    origins: int = 8,
    workers: int = -1,
    tell: Tell = _silent,
) -> Made:
    """The forecast and what it rests on; queues that `borrow` are forecast as those they are like.

    Raises:
        Refused: what the history cannot give, or a queue that cannot borrow so.
    """
    if start is not None and start <= history.first:
        raise ValueError(f"start must follow the history's first day {history.first:%Y-%m-%d}, got {start:%Y-%m-%d}")
    known = history if start is None or start > history.last else history.before(start)
    events = resolved(events, known.first, known.last, countries)
    if borrow:
        borrowable(borrow, known.daily())
        history, whole, known = without(history, borrow), history, without(known, borrow)
    else:
        whole = history
    tell(Text("testing the forecast models on the past"))
    models = [model] if model else list(RACED)
    tested = backtest(known, countries, events, horizon_days, origins, models, workers, drop=True)
    tell(Text("forecasting"))
    expected = pipeline.predict(
        history, horizon_days, start, interval, countries, events, model, origins, workers, tested
    )
    if borrow:
        begun = expected.table["start"].min().normalize()
        expected = borrowed(expected, borrow, (whole.before(begun) if begun <= whole.last else whole).daily())
    last = expected.table["start"].max().normalize()
    season = season_of(history.first, last + DAY, countries, events)
    season.peaks(pd.date_range(history.first, last))  # what the calendars cost to read is kept with the rest
    return Made(whole, season, tested, expected)


def staffed(scenario: Scenario, base: Made, tell: Tell = _silent) -> Result:
    """The fast half of a run: overrides, levers, requirement, season plan, shifts of one week, cost.

    Raises:
        Refused: a queue is not described, or the ledger of overrides cannot be used.
        NoPlan: no season plan or shift plan keeps the promises.
    """
    queues = scenario.queues_of(base.forecast.queues)
    by_hand = overruled(base.forecast, scenario.overrides)
    led = followed(moved(by_hand, base.season, scenario.levers), queues)
    tell(Text("agents by interval"))
    needed = requirement.agents(led, queues, confidence=scenario.confidence, method=scenario.method)
    tell(Text("season plan"))
    need = cover.weekly_need(needed, scenario.shift_rules)
    sources = sources_for(scenario, need.table)
    season = headcount.plan(need, sources)
    tell(Text("shifts"))
    shifts, week = _shifts(scenario, needed, season, sources)
    tell(Text("costs"))
    statement = cost.statement(season, sources)
    warnings = tuple(dict.fromkeys((*by_hand.warnings, *_doubts(scenario, queues), *needed.warnings)))
    return Result(scenario, base, led, queues, needed, sources, season, week, shifts, statement, warnings)


def expected(scenario: Scenario, base: Made) -> Forecast:
    """The forecast under the planner's overrides and the scenario's levers. Raises Refused for a ledger amiss."""
    return moved(overruled(base.forecast, scenario.overrides), base.season, scenario.levers)


def moved(forecast: Forecast, season: Season, levers: Levers) -> Forecast:
    """The forecast under the levers; those at 1 leave it alone."""
    out = adjust.scale(forecast, levers.volume)
    if levers.promotion != 1:
        days = pd.DatetimeIndex(out.table["start"].dt.normalize().unique())
        for first, last in _runs(days[season.peaks(days)]):
            out = adjust.scale(out, levers.promotion, start=first, end=last)
    if "aht_s" in out.table.columns:
        out = adjust.scale_handle_time(out, levers.handle_time)
    return out


def shifts_of(scenario: Scenario, needed: Requirement, tell: Tell = _silent) -> tuple[ShiftPlan, pd.Timestamp]:
    """Shifts for a requirement made elsewhere, and the Monday of their week.

    Raises:
        NoPlan: no season plan or shift plan keeps the promises.
    """
    tell(Text("season plan"))
    need = cover.weekly_need(needed, scenario.shift_rules)
    sources = sources_for(scenario, need.table)
    season = headcount.plan(need, sources)
    tell(Text("shifts"))
    return _shifts(scenario, needed, season, sources)


def sources_for(scenario: Scenario, need: pd.DataFrame) -> dict[str, Source]:
    """The sources as this plan may use them.

    A queue that the scenario does not describe is open to every source; the sample's terms are brought to the size of
    somebody else's history.
    """
    others = tuple(sorted(set(need["queue"]) - set(scenario.queues)))
    sources = {
        name: source.model_copy(update={"queues": (*source.queues, *others)}) if source.queues else source
        for name, source in scenario.staffed_sources().items()
    }
    return example.sized(sources, need) if scenario.example_terms else sources


def _shifts(
    scenario: Scenario, needed: Requirement, season: SeasonPlan, sources: Mapping[str, Source]
) -> tuple[ShiftPlan, pd.Timestamp]:
    need = season.needed
    seats = need.groupby("week")["seats"].sum()
    week = pd.Timestamp(seats.index[int(seats.to_numpy().argmax())])
    if scenario.shift_week is not None:
        week = pd.Timestamp(scenario.shift_week)
        if week not in set(need["week"]):
            weeks = sorted(need["week"])
            text = Text(
                "expected a Monday from {first} to {last}, came {came}",
                first=f"{weeks[0]:%Y-%m-%d}",
                last=f"{weeks[-1]:%Y-%m-%d}",
                came=f"{week:%Y-%m-%d}",
            )
            raise Refused([Problem("scenario", "-", "shift_week", text)])
    rows = needed.table[needed.table["start"].between(week, week + WEEK, inclusive="left")]
    one = Requirement(rows.reset_index(drop=True), needed.interval)
    return cover.plan(one, season.week(week), sources, scenario.shift_rules), week


def summary(result: Result) -> dict[str, Any]:
    """The plan in figures: contacts of all days, seats and cost of the full weeks.

    Dates are text, money is CNY, gaps are shares.
    """
    by_day = result.forecast.days.groupby("start")["mean"].sum()
    busiest = _totals(result, by_day.index[int(by_day.to_numpy().argmax())]).iloc[0]
    rows = result.season.table
    seats = rows.groupby("week")["seats"].sum()
    own = rows["source"].map(lambda name: result.sources[name].kind == "inhouse")
    return {
        "first": f"{by_day.index[0]:%Y-%m-%d}",
        "last": f"{by_day.index[-1]:%Y-%m-%d}",
        "days": len(by_day),
        "contacts": float(by_day.sum()),
        "peak_day": f"{busiest['start']:%Y-%m-%d}",
        "peak": float(busiest["mean"]),
        "low": float(busiest["p10"]),
        "high": float(busiest["p90"]),
        "peak_week": f"{seats.idxmax():%Y-%m-%d}",
        "peak_seats": int(seats.max()),
        "hires": int(rows.loc[own, "hires"].sum()),
        "new_seats": int(rows.loc[~own, "hires"].sum()),
        "weeks": int(rows["week"].nunique()),
        "net": result.cost.net_cny,
        "vat": result.cost.vat_cny,
        "gross": result.cost.gross_cny,
        "each": result.cost.per_contact_cny or 0.0,
        "season_status": result.season.status,
        "season_gap": result.season.gap,
        "shift_week": f"{result.week:%Y-%m-%d}",
        "shift_status": result.shifts.status,
        "shift_gap": result.shifts.gap,
    }


def channels(forecast: Forecast, queues: Mapping[str, Queue]) -> dict[str, list[str]]:
    """The queues of a forecast by channel, all of them under 'all' first."""
    kinds = list(dict.fromkeys(queues[name].channel for name in forecast.queues))
    by_kind = {kind: [name for name in forecast.queues if queues[name].channel == kind] for kind in kinds}
    return {ALL: list(forecast.queues)} | by_kind


def _totals(result: Result, day: pd.Timestamp) -> pd.DataFrame:
    """All queues together on one day."""
    table = result.forecast.days
    one = replace(result.forecast, table=table[table["start"] == day].reset_index(drop=True), by_day=None, interval=DAY)
    return totals(one, result.made.backtest, {ALL: one.queues})


def compared(results: Mapping[str, Result]) -> pd.DataFrame:
    """Scenarios side by side: a row each, named in `scenario`, with the figures of `summary`."""
    return pd.DataFrame([{"scenario": name} | summary(result) for name, result in results.items()])


def _doubts(scenario: Scenario, queues: Mapping[str, Queue]) -> list[Text]:
    """What of this plan is assumed rather than told."""
    said = [
        Text("{queue}: not described, planned on the terms of queues.default", queue=name)
        for name in queues
        if name not in scenario.queues
    ]
    if scenario.example_terms:
        said.append(
            Text(
                "teams, vendors and prices are the sample's examples, brought to this history's size; "
                "name your own with sources in the scenario"
            )
        )
    return said


def _runs(days: pd.DatetimeIndex) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """First and last day of each run of consecutive days."""
    if not len(days):
        return []
    series = days.to_series()
    group = (series.diff() != DAY).cumsum()
    return [(run.iloc[0], run.iloc[-1]) for _, run in series.groupby(group)]
