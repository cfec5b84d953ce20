"""Commands for the agents needed: require and simulate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from forecast.language import Text
from staffing import proof, requirement, save, stagefile
from staffing.cli import argument
from staffing.cli.speech import Json, Out, Workers, app, as_text, asked_for, progress, say, say_all
from staffing.provisional import marked, told


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
    with progress(1) as tell, asked_for():
        tell(Text("agents by interval"))
        needed = requirement.agents(expected, queues, planned, sure, how)
    save.write(out, save.csv_bytes(marked(needed.table, told(forecast_file))))
    say_all(needed.warnings)
    say(Text("agents for {rows} intervals: {out}", rows=len(needed.table), out=out))


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
    with progress(1) as tell, asked_for():
        tell(Text("simulating"))
        found = proof.replayed(needed, queues, expected, coverage, samples=samples, seed=seed, workers=workers)
    save.write(out, save.csv_bytes(marked(found.table, told(requirement_file))))
    if as_json:
        print(as_text(json.loads(found.days.to_json(orient="records", date_format="iso"))))
        return
    for name, days in found.days.groupby("queue", sort=True):
        say(
            Text(
                "{queue}: {kept} of the sampled days keep the promise of {target}",
                queue=name,
                kept=f"{days['kept'].mean():.1%}",
                target=f"{queues[str(name)].share:.0%}",
            )
        )
    say(Text("written: {out}", out=out))
