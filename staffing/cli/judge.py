"""The command for the forecasts as they stood: accuracy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from forecast import archive
from forecast.archive import Archive
from forecast.language import Text
from forecast.version import Version, compared, first_due, scored
from staffing import save, working
from staffing.cli.speech import Json, app, as_text, say


@app.command()
def accuracy(
    out: Annotated[
        Path | None, typer.Option("--out", help="versions.csv: every day of every version beside what came")
    ] = None,
    as_json: Json = False,
) -> None:
    """The versions of the forecast that were kept, and how far they were from the kept history by days ahead."""
    kept = archive.versions(Archive(archive.usual_path()))
    history = working.history_kept()
    table = scored(kept, history)
    if out is not None:
        save.write(out, save.csv_bytes(compared(kept, history)))
    if as_json:
        scores = json.loads(table.to_json(orient="records"))
        print(as_text({"versions": [_plain(one) for one in kept], "scores": scores}))
        return
    if not kept:
        say(
            Text("no version of the forecast is kept yet; keep one with: peakstaff forecast HISTORY --out F.csv --keep")
        )
        return
    for one in kept:
        say(version_said(one))
    if not table.empty:
        print(table.assign(queue=table["queue"].replace("", "*")).round(4).to_string(index=False))
    elif (day := first_due(kept, history)) is not None:
        say(Text("nothing to judge yet: the history does not reach {day}", day=f"{day:%Y-%m-%d}"))
    if out is not None:
        say(Text("written: {out}", out=out))


def version_said(one: Version) -> Text:
    """A version in one line."""
    facts = {name: f"{day:%Y-%m-%d}" for name, day in (("last", one.last), ("first", one.first), ("end", one.end))}
    facts |= {"made": f"{one.made:%Y-%m-%d %H:%M}", "queues": ", ".join(one.queues)}
    if one.by_hand:
        return Text(
            "{made} UTC · history to {last} · {first} to {end} · {queues} · days by hand: {days}",
            days=one.by_hand,
            **facts,
        )
    return Text("{made} UTC · history to {last} · {first} to {end} · {queues}", **facts)


def _plain(one: Version) -> dict[str, object]:
    days = {"last": one.last, "first": one.first, "end": one.end}
    told = {name: f"{day:%Y-%m-%d}" for name, day in days.items()}
    return {"made": one.made.isoformat(timespec="seconds"), **told, "queues": one.queues, "by_hand": one.by_hand}
