"""Commands for what happened: import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from forecast import ingest
from forecast.language import Text
from staffing import save
from staffing.cli.speech import Out, app, as_text, say


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
        files_out[json_file] = as_text(summary).encode()
    for path, content in files_out.items():
        save.write(path, content)
    say(
        Text(
            "{rows} rows, {queues} queues, {first} to {last}: {out}",
            rows=len(history.table),
            queues=len(history.queues),
            first=summary["first"],
            last=summary["last"],
            out=out,
        )
    )
