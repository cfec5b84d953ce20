"""Commands for what happened: import, and the kept history with its repairs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer
from pydantic import ValidationError

from forecast import export
from forecast.history import History
from forecast.language import Text
from forecast.profile import Profile, read_profile
from staffing import save
from staffing.cli.speech import Json, Out, app, as_text, bad, say, say_all, voice

if TYPE_CHECKING:
    from forecast.consolidate import Finding

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="exports: CSV, TSV or XLSX, gzip or not")]
ProfileFile = Annotated[
    Path | None, typer.Option("--profile", help="profile.toml of the vendor whose exports these are")
]
Prefer = Annotated[
    list[str] | None, typer.Option("--prefer", help="file to believe where two contradict; repeat, best first")
]
Places = Annotated[Path | None, typer.Option("--places", help="places.toml: the regions and their sites")]

SourceName = Annotated[str, typer.Option("--source", help="who handled these contacts, where the file does not say")]
MEANS = ("aht_s", "first_response_s", "satisfaction")

kept = typer.Typer(help="The history that Peakstaff keeps: add exports to it, list, undo, repair and hand it out.")
app.add_typer(kept, name="history")


@app.command("import")
def import_(
    files: Files,
    out: Out,
    profile_file: ProfileFile = None,
    source: SourceName = "",
    json_file: Annotated[Path | None, typer.Option("--json", help="report to write")] = None,
    prefer: Prefer = None,
    total: Annotated[
        list[Path] | None, typer.Option(help="file of totals over the sources, to compare with their sum; repeat")
    ] = None,
    interval: Annotated[int | None, typer.Option(help="minutes to bring every file to, where they differ")] = None,
) -> None:
    """Any export to one canonical history, or every problem in it."""
    profile = _profile(profile_file, source)
    found = {str(path): export.read(path, profile, voice.language) for path in files}
    totals = {str(path): export.read(path, None, voice.language) for path in total or []}
    history, findings = _together(found, totals, prefer or [], interval)
    files_out = {out: save.csv_bytes(_columns_told(history))}
    summary = {
        "rows": len(history.table),
        "queues": list(history.queues),
        "sources": list(history.sources),
        "first": f"{history.first:%Y-%m-%d}",
        "last": f"{history.last:%Y-%m-%d}",
        "interval_minutes": history.interval / pd.Timedelta(minutes=1),
        "findings": findings,
        "files": [one.report for one in found.values()],
    }
    if json_file:
        files_out[json_file] = as_text(summary).encode()
    for path, content in files_out.items():
        save.write(path, content)
    for name, one in found.items():
        _say_read(name, one)
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


@kept.command("add")
def add(files: Files, profile_file: ProfileFile = None, source: SourceName = "") -> None:
    """Exports into the kept history, one import each; the same rows twice change nothing."""
    from forecast import archive

    profile = _profile(profile_file, source)
    found = [(path, export.read(path, profile, voice.language)) for path in files]
    export.refuse_nobodys({str(path): one.history for path, one in found})
    with archive.changing(archive.Archive(archive.usual_path())) as transaction:
        digest = archive.save_profile(transaction, _named(profile_file, profile), profile.toml()) if profile else ""
        for path, one in found:
            change = archive.add(transaction, one.history, one.report, one.sha256, file=path.name, profile=digest)
            _say_read(str(path), one)
            say(change.said)


@kept.command("list")
def list_(as_json: Json = False) -> None:
    """Every import, undone ones too."""
    from forecast import archive

    found = archive.imports(archive.Archive(archive.usual_path()))
    if as_json:
        print(as_text([{k: v for k, v in asdict(one).items() if k != "report"} for one in found]))
        return
    if not found:
        say(Text("nothing has been imported yet"))
    for one in found:
        say(
            Text(
                "{number} · {at} · {file} · {first} to {last} · {rows} rows · {status}",
                number=one.number,
                at=f"{one.at:%Y-%m-%d %H:%M}",
                file=one.file,
                first=f"{one.first:%Y-%m-%d}",
                last=f"{one.last:%Y-%m-%d}",
                rows=one.rows,
                status=Text("active") if one.status == "active" else Text("undone"),
            )
        )


@kept.command("undo")
def undo(number: Annotated[int, typer.Argument(help="number of the import, as `history list` tells it")]) -> None:
    """Take an import out of the history; its rows are kept."""
    from forecast import archive

    say(archive.undo(archive.Archive(archive.usual_path()), number).said)


@kept.command("redo")
def redo(number: Annotated[int, typer.Argument(help="number of the import, as `history list` tells it")]) -> None:
    """Put an undone import back."""
    from forecast import archive

    say(archive.redo(archive.Archive(archive.usual_path()), number).said)


@kept.command("export")
def hand_out(
    out: Out,
    untouched: Annotated[bool, typer.Option("--untouched", help="without the repairs that were accepted")] = False,
    places_file: Places = None,
) -> None:
    """The kept history as one file; with --places its totals by site, region and headquarters instead."""
    from staffing import working

    history = working.history_kept(repaired=not untouched)
    if places_file is None:
        save.write(out, save.csv_bytes(_columns_told(history)))
    else:
        from forecast import rollup

        save.write(out, save.csv_bytes(rollup.rolled(history, rollup.read_places(places_file))))
    say(Text("written: {out}", out=out))


@kept.command("repairs")
def repairs(
    out: Out,
    accept: Annotated[list[str] | None, typer.Option(help="key of a proposal to accept; repeat")] = None,
    reject: Annotated[list[str] | None, typer.Option(help="key of a proposal to reject; repeat")] = None,
    by: Annotated[str, typer.Option(help="who decides")] = "",
) -> None:
    """What seems amiss in the kept history, as a file of proposals; accept or reject them by key."""
    from staffing import working

    if accept or reject:
        working.decide(accept or [], reject or [], by)
    table = working.proposals_table(voice.language)
    save.write(out, save.csv_bytes(table))
    say(Text("{count} proposals: {out}", count=len(table), out=out))


def _profile(file: Path | None, source: str) -> Profile | None:
    profile = read_profile(file) if file else None
    if not source:
        return profile
    try:
        return Profile.model_validate((profile.model_dump() if profile else {}) | {"source": source})
    except ValidationError:
        text = Text("expected a name without space around it that no spreadsheet would run as a formula")
        raise bad("--source", text) from None


def _named(file: Path | None, profile: Profile) -> str:
    return profile.title or profile.source or (file.stem if file else "profile")


def _together(
    found: dict[str, export.Export], totals: dict[str, export.Export], prefer: list[str], minutes: int | None
) -> tuple[History, list[dict[str, Any]]]:
    """All files as one history, and what was found where they meet."""
    if len(found) == 1 and not totals and minutes is None:
        return next(iter(found.values())).history, []
    from forecast import consolidate

    parts = [consolidate.Part(name, one.history) for name, one in found.items()]
    parts += [consolidate.Part(name, one.history, total=True) for name, one in totals.items()]
    step = pd.Timedelta(minutes=minutes) if minutes else None
    joined = consolidate.consolidated(parts, prefer, step)
    say_all([_placed(finding) for finding in joined.findings])
    table = joined.table(voice.language)
    return joined.history, [{str(k): v for k, v in row.items()} for row in table.astype(object).to_dict("records")]


def _placed(finding: Finding) -> Text:
    """A finding with the queue, source and time it is about."""
    return Text(
        "{queue} {source} {start}: {what}",
        queue=finding.queue,
        source=finding.source,
        start=f"{finding.start:%Y-%m-%d %H:%M}",
        what=finding.text,
    )


def _columns_told(history: History) -> pd.DataFrame:
    """The columns that say anything: those every history has may be empty in this one."""
    table = history.table
    first = [c for c in ("start", "queue", "source", "offered") if c != "source" or (table["source"] != "").any()]
    rest = [c for c in table.columns if c not in ("start", "queue", "source", "offered") and table[c].notna().any()]
    told = table[[*first, *rest]]
    counts = [c for c in told.columns if c not in MEANS and told[c].dtype.kind == "f"]
    return told.astype({c: "Int64" for c in counts if (told[c].dropna() % 1 == 0).all()})


def _say_read(name: str, one: export.Export) -> None:
    if one.personal:
        columns = ", ".join(one.personal)
        say_all([Text("{file}: customer data dropped, nothing of it is kept: {columns}", file=name, columns=columns)])
    say_all(one.notes)
