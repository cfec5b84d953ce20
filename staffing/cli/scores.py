"""The command for how each source did: scorecard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from forecast.ingest import read_history
from forecast.language import Text
from staffing import save, workbook
from staffing.cli.speech import Json, Out, app, as_text, say, voice
from staffing.scenario import SAMPLE
from staffing.scorecard import ANSWERS, HEADINGS, judged, read_targets, scored, tables


@app.command()
def scorecard(
    history_file: Annotated[Path, typer.Argument(metavar="HISTORY")],
    out: Out,
    targets_file: Annotated[
        Path | None, typer.Option("--targets", help="targets.toml; by default the sample's invented ones")
    ] = None,
    weeks: Annotated[int, typer.Option(min=1, max=520, help="last weeks to judge")] = 13,
    as_json: Json = False,
) -> None:
    """Each source by week against targets and the others, and whether to renew; .csv or .xlsx by the name of --out."""
    targets = read_targets(targets_file or SAMPLE / "targets.toml")
    card = scored(read_history(history_file), targets)
    first = card.weeks[-1] - pd.Timedelta(weeks=weeks - 1)
    told = card.table.loc[card.table["week"] >= first, "source"].unique()
    verdicts = [judged(card, source, first, card.weeks[-1]) for source in card.sources if source in told]
    found = tables(card, verdicts, voice.language)
    if out.suffix.lower() == ".xlsx":
        named = {
            name: table.rename(columns={c: HEADINGS[c].say(voice.language) for c in table.columns})
            for name, table in found.items()
        }
        save.write(out, workbook.plain(named))
    else:
        save.write(out, save.csv_bytes(found["weeks"]))
    if as_json:
        answers = {name: json.loads(t.to_json(orient="records", date_format="iso")) for name, t in found.items()}
        print(as_text({k: answers[k] for k in ("verdicts", "evidence")}))
        return
    for verdict in verdicts:
        say(Text("{source}: {answer}", source=verdict.source, answer=ANSWERS[verdict.answer]))
        for text in verdict.evidence:
            print(f"  {text.say(voice.language)}")
    say(Text("written: {out}", out=out))
