"""Commands for what to expect: forecast, update and backtest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from forecast import backtest as backtests
from forecast.history import DAY
from forecast.language import Text
from forecast.ledger import read_ledger
from forecast.model import MODELS
from forecast.override import overridden
from forecast.problem import found_in
from forecast.residual import with_leads
from forecast.total import ALL, totals
from forecast.update import updated
from forecast.version import version_of
from staffing import plan as chain
from staffing import save, stagefile
from staffing.cli import argument
from staffing.cli.speech import Country, EventsFile, Json, Out, Workers, app, as_text, asked_for, progress, say, say_all
from staffing.provisional import marked, told


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
    borrow: Annotated[
        list[str] | None,
        typer.Option(metavar="NEW=OLD[,OLD2][:SHARE]", help="a queue without history as others are, repeatable"),
    ] = None,
    overrides: Annotated[
        Path | None, typer.Option(help="ledger.csv: what a planner sets, adds or multiplies by hand")
    ] = None,
    totals_file: Annotated[
        Path | None, typer.Option("--totals", help="file for all queues together, by day, with their own bands")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="keep this version, to be judged by what comes")] = False,
    workers: Workers = -1,
) -> None:
    """A forecast of every queue of a history."""
    asked: chain.Asked = {
        "horizon_days": argument.days(horizon, "--horizon"),
        "start": argument.date(start, "--from"),
        "interval": argument.interval(interval),
        "countries": argument.countries(country),
        "model": argument.model(model),
        "borrow": argument.borrow(borrow),
    }
    in_force = read_ledger(overrides).in_force if overrides else ()
    history, events = chain.read(history_file, events_file)
    files = found_in(str(history_file), "history"), found_in(str(events_file), "events")
    with progress(3) as tell, files[0], files[1], found_in("command line", "borrow"), asked_for():
        made = chain.forecast_of(history, events, **asked, workers=workers, tell=tell)
    expected = overridden(made.forecast, in_force)
    together = totals(expected, made.backtest, {ALL: expected.queues}) if totals_file is not None else None
    save.write(out, save.csv_bytes(marked(expected.table, made.season.provisional_years)))
    if totals_file is not None and together is not None:
        save.write(totals_file, save.csv_bytes(marked(together, made.season.provisional_years)))
    if keep:
        from forecast import archive

        last = min(history.last, expected.days["start"].min() - DAY)
        version = version_of(expected, last, made.forecast)
        new = archive.add_version(archive.Archive(archive.usual_path()), version)
        say(Text("this version is kept") if new else Text("this version was kept already"))
    say_all(expected.warnings)
    models = ", ".join(f"{queue}: {name}" for queue, name in expected.models.items())
    say(Text("forecast of {days} days ({models}): {out}", days=asked["horizon_days"], models=models, out=out))


@app.command()
def update(
    forecast_file: Annotated[Path, typer.Argument(metavar="FORECAST.csv", help="of the day, as `forecast` writes it")],
    so_far: Annotated[Path, typer.Argument(metavar="SO_FAR", help="contacts of the intervals that are over")],
    out: Out,
) -> None:
    """The rest of the day, revised by the contacts so far."""
    expected = stagefile.read_forecast(forecast_file)
    came = chain.read(so_far, None)[0]
    with found_in(str(so_far), "so far"):
        revised = updated(expected, came)
    save.write(out, save.csv_bytes(marked(revised.table, told(forecast_file))))
    say_all(revised.warnings)
    say(Text("forecast updated: {out}", out=out))


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
    with progress(1) as tell, found_in(str(events_file), "events"), asked_for():
        tell(Text("testing the forecast models on the past"))
        done = backtests.backtest(history, countries, events, days, origins, names, workers)
    save.write(out, save.csv_bytes(done.table))
    board = with_leads(done)
    print(as_text(json.loads(board.to_json(orient="records"))) if as_json else board.round(4).to_string(index=False))
