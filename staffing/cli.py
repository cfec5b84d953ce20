"""The command line: one sub-command a stage. It asks for input, calls the stage and writes what comes back.

Exit status: 0 done; 2 bad input; 3 no plan exists; 1 a fault of ours. One line an error, on standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from typer.exceptions import TyperException

from forecast import backtest as backtests
from forecast import ingest
from forecast.language import LANGUAGES, Language, Text, preferred
from forecast.model import MODELS
from forecast.problem import Refused, found_in
from staffing import argument, proof, report, requirement, save, stagefile
from staffing import plan as chain
from staffing.noplan import NoPlan
from staffing.plan import Tell
from staffing.scenario import load
from staffing.wording import STATUSES

STAGES = chain.STAGES

Out = Annotated[Path, typer.Option("--out", help="file to write")]
Json = Annotated[bool, typer.Option("--json", help="print the answer as JSON")]
Country = Annotated[
    list[str] | None, typer.Option("--country", help="public calendar by ISO code, repeatable; 'none' for none [CN]")
]
EventsFile = Annotated[Path | None, typer.Option("--events", help="events.csv: promotions, incidents, closures")]
Workers = Annotated[int, typer.Option("--workers", help="processes for independent work; -1 is one a core")]
ScenarioFile = Annotated[Path | None, typer.Argument(metavar="SCENARIO.toml", help="what differs from the base case")]

app = typer.Typer(
    name="peakstaff",
    help="Contact forecast, staffing and cost for seasonal sellers. Everywhere: --lang zh|en, --quiet.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Voice:
    """The reader's language, and whether progress is shown."""

    language: Language = "zh"
    quiet: bool = False


voice = Voice()


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="history files: CSV or CSV.GZ")],
    out: Out,
    json_file: Annotated[Path | None, typer.Option("--json", help="report to write")] = None,
) -> None:
    """Exports to one canonical history."""
    history = ingest.joined([ingest.read_history(path) for path in files], [str(path) for path in files])
    files_out = {out: save.csv_bytes(history.table)}
    summary = {
        "rows": len(history.table),
        "queues": list(history.queues),
        "sources": list(history.sources),
        "first": f"{history.first:%Y-%m-%d}",
        "last": f"{history.last:%Y-%m-%d}",
        "interval_minutes": history.interval / pd.Timedelta(minutes=1),
    }
    if json_file:
        files_out[json_file] = _json(summary).encode()
    for path, content in files_out.items():
        save.write(path, content)
    _say(
        Text(
            "{rows} rows, {queues} queues, {first} to {last}: {out}",
            rows=len(history.table),
            queues=len(history.queues),
            first=summary["first"],
            last=summary["last"],
            out=out,
        )
    )


@app.command()
def forecast(
    history_file: Annotated[Path, typer.Argument(metavar="HISTORY")],
    out: Out,
    horizon: Annotated[str, typer.Option(help="days to forecast, such as 56d")] = "56d",
    start: Annotated[str | None, typer.Option("--from", help="first day; by default the day after the last")] = None,
    interval: Annotated[str | None, typer.Option(help="D, 15min or 30min; by default the history's own")] = None,
    country: Country = None,
    events_file: EventsFile = None,
    model: Annotated[str | None, typer.Option(help="one model for every queue; by default the backtest")] = None,
    workers: Workers = -1,
) -> None:
    """A forecast of every queue of a history."""
    asked: chain.Asked = {
        "horizon_days": argument.days(horizon, "--horizon"),
        "start": argument.date(start, "--from"),
        "interval": argument.interval(interval),
        "countries": argument.countries(country),
        "model": argument.model(model),
    }
    history, events = chain.read(history_file, events_file)
    with _progress(3) as tell, found_in(str(history_file), "history"), _asked_for():
        made = chain.forecast_of(history, events, **asked, workers=workers, tell=tell)
    save.write(out, save.csv_bytes(made.forecast.table))
    _say_all(made.forecast.warnings)
    models = ", ".join(f"{queue}: {name}" for queue, name in made.forecast.models.items())
    _say(Text("forecast of {days} days ({models}): {out}", days=asked["horizon_days"], models=models, out=out))


@app.command()
def backtest(
    history_file: Annotated[Path, typer.Argument(metavar="HISTORY")],
    out: Out,
    horizon: Annotated[str, typer.Option(help="days ahead, such as 28d")] = "28d",
    origins: Annotated[int, typer.Option(min=1, max=200, help="rolling origins, one horizon apart")] = 8,
    country: Country = None,
    events_file: EventsFile = None,
    models: Annotated[str | None, typer.Option(help="names with commas between; by default all")] = None,
    workers: Workers = -1,
    as_json: Json = False,
) -> None:
    """How far off each model would have been, from past origins."""
    names = [argument.model(name) or "" for name in models.split(",")] if models else list(MODELS)
    days, countries = argument.days(horizon, "--horizon"), argument.countries(country)
    history, events = chain.read(history_file, events_file)
    with _progress(1) as tell, _asked_for():
        tell(Text("testing the forecast models on the past"))
        done = backtests.backtest(history, countries, events, days, origins, names, workers)
    save.write(out, save.csv_bytes(done.table))
    board = done.leaderboard()
    print(_json(json.loads(board.to_json(orient="records"))) if as_json else board.round(4).to_string(index=False))


@app.command()
def require(
    forecast_file: Annotated[Path, typer.Argument(metavar="FORECAST.csv")],
    out: Out,
    queues_file: Annotated[Path, typer.Option("--queues", help="queues.toml: channel, target, hours of each queue")],
    interval: Annotated[str | None, typer.Option(help="planning interval; by default the forecast's")] = None,
    confidence: Annotated[
        str, typer.Option(help="expected, certain, or the share of days to be safe for, such as 0.9")
    ] = "expected",
    method: Annotated[str, typer.Option(help="analytic, or simulated: every day played through")] = "analytic",
) -> None:
    """Agents needed by interval and queue."""
    planned, sure, how = argument.interval(interval), argument.confidence(confidence), argument.method(method)
    expected = stagefile.read_forecast(forecast_file)
    queues = stagefile.read_queues(queues_file, expected.queues)
    with _progress(1) as tell, _asked_for():
        tell(Text("agents by interval"))
        needed = requirement.agents(expected, queues, planned, sure, how)
    save.write(out, save.csv_bytes(needed.table))
    _say_all(needed.warnings)
    _say(Text("agents for {rows} intervals: {out}", rows=len(needed.table), out=out))


@app.command()
def simulate(
    requirement_file: Annotated[Path, typer.Argument(metavar="REQUIREMENT.csv")],
    out: Out,
    queues_file: Annotated[Path, typer.Option("--queues", help="queues.toml: channel, target, hours of each queue")],
    forecast_file: Annotated[
        Path | None, typer.Option("--forecast", help="forecast.csv: how far days may be off, and the shape within")
    ] = None,
    coverage_file: Annotated[
        Path | None, typer.Option("--coverage", help="coverage.csv of a shift plan, to replay its people instead")
    ] = None,
    samples: Annotated[int, typer.Option(min=2, max=10_000, help="days drawn for every day planned")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="the same seed draws the same days")] = 0,
    workers: Workers = -1,
    as_json: Json = False,
) -> None:
    """Service promised beside service simulated, by interval and queue."""
    needed = stagefile.read_requirement(requirement_file)
    expected = stagefile.read_forecast(forecast_file) if forecast_file else None
    names = list(map(str, pd.unique(needed.table["queue"])))
    queues = stagefile.read_queues(queues_file, names)
    coverage = stagefile.read_coverage(coverage_file) if coverage_file else None
    with _progress(1) as tell, _asked_for():
        tell(Text("simulating"))
        found = proof.replayed(needed, queues, expected, coverage, samples=samples, seed=seed, workers=workers)
    save.write(out, save.csv_bytes(found.table))
    if as_json:
        print(_json(json.loads(found.days.to_json(orient="records", date_format="iso"))))
        return
    for name, days in found.days.groupby("queue", sort=True):
        _say(
            Text(
                "{queue}: {kept} of the sampled days keep the promise of {target}",
                queue=name,
                kept=f"{days['kept'].mean():.1%}",
                target=f"{queues[str(name)].share:.0%}",
            )
        )
    _say(Text("written: {out}", out=out))


@app.command()
def season(scenario_file: ScenarioFile, out: Out, workers: Workers = -1, as_json: Json = False) -> None:
    """Seats, hires, training and contracts by week and source."""
    result = _run(scenario_file, workers)
    save.write(out, save.csv_bytes(result.season.table))
    _tell_result(result, out, as_json)


@app.command()
def shifts(
    scenario_file: ScenarioFile,
    out: Out,
    requirement_file: Annotated[
        Path | None, typer.Option("--requirement", help="requirement.csv in place of the scenario's own")
    ] = None,
    workers: Workers = -1,
    as_json: Json = False,
) -> None:
    """Shifts with meal breaks for the busiest week."""
    if requirement_file is None:
        result = _run(scenario_file, workers)
        plan, week = result.shifts, result.week
    else:
        scenario, needed = load(scenario_file), stagefile.read_requirement(requirement_file)
        with _progress(2) as tell, _asked_for():
            plan, week = chain.shifts_of(scenario, needed, tell)
    save.write(out, save.csv_bytes(plan.table))
    if as_json:
        print(_json({"out": str(out), "week": week, "status": plan.status, "gap": plan.gap, "cost_cny": plan.cost_cny}))
        return
    _say(
        Text(
            "{shifts} shifts in the week of {week}, {status}, proven gap {gap:.2%}: {out}",
            shifts=int(plan.table["agents"].sum()),
            week=f"{week:%Y-%m-%d}",
            status=STATUSES[plan.status],
            gap=plan.gap,
            out=out,
        )
    )


@app.command()
def plan(scenario_file: ScenarioFile = None, *, out: Out, workers: Workers = -1, as_json: Json = False) -> None:
    """The whole chain: every table, plan.xlsx for finance and report.html for reading."""
    result = _run(scenario_file, workers)
    files = report.files(result, voice.language)
    save.write_all(out, files)
    _tell_result(result, out / "plan.xlsx", as_json)
    if not as_json:
        _say(Text("written: {out}", out=out / "report.html"))


@app.command()
def compare(
    scenario_files: Annotated[list[Path], typer.Argument(metavar="A.toml B.toml ...")],
    out: Out,
    workers: Workers = -1,
    as_json: Json = False,
) -> None:
    """Scenarios side by side."""
    results = {path.stem: _run(path, workers) for path in scenario_files}
    table = chain.compared(results)
    save.write(out, save.csv_bytes(table))
    print(_json(json.loads(table.to_json(orient="records"))) if as_json else table.to_string(index=False))


@app.command()
def serve(
    scenario_file: ScenarioFile = None,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
    workers: Workers = -1,
) -> None:
    """The browser app on 127.0.0.1, with the scenario already planned."""
    from staffing.ui import server  # the front end is loaded only where it is wanted

    with _progress(STAGES) as tell:
        chain.made(load(scenario_file), workers, tell)
    _say(Text("open http://127.0.0.1:{port} in a browser; Ctrl+C ends it", port=port))
    raise typer.Exit(subprocess.run(**server.command(port, scenario_file, voice.language), check=False).returncode)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    everywhere = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    everywhere.add_argument("--lang")
    everywhere.add_argument("--quiet", action="store_true")
    common, rest = everywhere.parse_known_args(sys.argv[1:] if argv is None else list(argv))
    voice.language, voice.quiet = preferred(), common.quiet
    try:
        if common.lang is not None:
            if common.lang not in LANGUAGES:
                raise argument.bad("--lang", Text("expected zh or en, came {came}", came=common.lang))
            voice.language = common.lang
        return int(app(args=rest, standalone_mode=False) or 0)
    except typer.Exit as done:
        return done.exit_code
    except TyperException as error:
        return _fail([Text("command line: {reason}", reason=error.format_message()).say(voice.language)], 2)
    except Refused as refused:
        return _fail([p.say(voice.language) for p in refused.problems], 2)
    except NoPlan as none:
        return _fail([text.say(voice.language) for text in none.conflicts], 3)
    except KeyboardInterrupt:
        return 130
    except Exception as fault:
        if os.environ.get("PEAKSTAFF_DEBUG"):
            raise
        text = Text(
            "a fault of Peakstaff's own: {fault}; PEAKSTAFF_DEBUG=1 shows where",
            fault=f"{type(fault).__name__}: {fault}",
        )
        return _fail([text.say(voice.language)], 1)


def _fail(lines: Sequence[str], status: int) -> int:
    for line in lines:
        print(" ".join(line.split()), file=sys.stderr)
    return status


@contextmanager
def _asked_for() -> Iterator[None]:
    """Within it a stage's word on an argument is a problem of what was asked for, not a fault."""
    try:
        yield
    except Refused:
        raise
    except ValueError as error:
        raise argument.bad("-", Text("{reason}", reason=str(error))) from None


def _run(scenario_file: Path | None, workers: int) -> chain.Result:
    scenario = load(scenario_file)
    with _progress(STAGES) as tell:
        return chain.run(scenario, workers, tell)


def _tell_result(result: chain.Result, out: Path, as_json: bool) -> None:
    if as_json:
        print(_json(chain.summary(result) | {"out": str(out)}))
        return
    _say_all(result.warnings)
    for line in report.headlines(result):
        _say(line)
    _say(Text("written: {out}", out=out))


def _say(text: Text) -> None:
    print(text.say(voice.language))


def _say_all(texts: Sequence[Text]) -> None:
    for text in texts:
        print(Text("note: {text}", text=text).say(voice.language), file=sys.stderr)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


@contextmanager
def _progress(stages: int) -> Iterator[Tell]:
    """A bar on standard error, one step a stage; nothing where standard error is no terminal."""
    console = Console(stderr=True)
    if voice.quiet or not console.is_terminal:
        yield lambda _stage: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=stages)
        begun = iter(range(stages + 1))

        def tell(stage: Text) -> None:
            bar.update(task, description=stage.say(voice.language), completed=next(begun, stages))

        yield tell
