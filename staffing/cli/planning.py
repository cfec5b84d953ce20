"""Commands for the plan: season, shifts, plan and compare."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from forecast.language import Text
from staffing import plan as chain
from staffing import report, save, stagefile
from staffing.cli.speech import (
    Json,
    Out,
    ScenarioFile,
    Workers,
    app,
    as_text,
    asked_for,
    progress,
    say,
    say_all,
    voice,
)
from staffing.provisional import marked, told
from staffing.scenario import load
from staffing.wording import STATUSES


@app.command()
def season(scenario_file: ScenarioFile, out: Out, workers: Workers = -1, as_json: Json = False) -> None:
    """Seats, hires, training and contracts by week and source."""
    result = _run(scenario_file, workers)
    save.write(out, save.csv_bytes(marked(result.season.table, result.made.season.provisional_years, "week", 7)))
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
        plan, week, rule = result.shifts, result.week, result.made.season.provisional_years
    else:
        scenario, needed = load(scenario_file), stagefile.read_requirement(requirement_file)
        with progress(2) as tell, asked_for():
            plan, week = chain.shifts_of(scenario, needed, tell)
        rule = told(requirement_file)
    save.write(out, save.csv_bytes(marked(plan.table, rule, "date")))
    if as_json:
        print(
            as_text({"out": str(out), "week": week, "status": plan.status, "gap": plan.gap, "cost_cny": plan.cost_cny})
        )
        return
    say(
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
        say(Text("written: {out}", out=out / "report.html"))


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
    print(as_text(json.loads(table.to_json(orient="records"))) if as_json else table.to_string(index=False))


def _run(scenario_file: Path | None, workers: int) -> chain.Result:
    scenario = load(scenario_file)
    with progress(chain.STAGES) as tell:
        return chain.run(scenario, workers, tell)


def _tell_result(result: chain.Result, out: Path, as_json: bool) -> None:
    if as_json:
        print(as_text(chain.summary(result) | {"out": str(out)}))
        return
    say_all(result.warnings)
    for line in report.headlines(result):
        say(line)
    say(Text("written: {out}", out=out))
