"""The import page: files in, a preview with what is made of each column, and what is kept; every import undoable."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from forecast import archive, export, ingest
from forecast.archive import Archive, Change, Import
from forecast.history import History
from forecast.ingest import Guess, Preview
from forecast.language import Text
from forecast.problem import Refused
from forecast.profile import FIELDS, Profile, parsed
from forecast.ui.choose import choose
from forecast.ui.field import LABELS
from forecast.ui.reader import NOTHING, Reader
from forecast.ui.style import uploader
from forecast.ui.table import html, note, sentences

SAMPLE = "sample"
OTHER = "*"  # no name begins so
CORRECTED = 200  # values listed
MOST = 12  # problems shown before the rest is told as a number
TYPES = ["csv", "tsv", "txt", "xlsx", "gz"]
MEGABYTES = 200
DATE_ORDERS = {
    "": Text("as the dates themselves show"),
    "year": Text("year first"),
    "day": Text("day first"),
    "month": Text("month first"),
}
TIME_LABELS = {
    "": Text("as the file itself shows"),
    "start": Text("the start of the interval"),
    "end": Text("the end of the interval"),
}


@dataclass(frozen=True)
class Known:
    """Queues, and teams and vendors, by name with their labels; and the sample seller's history.

    promises: queue -> seconds to answer in; called: queues by their labels in every language.
    """

    queues: Mapping[str, str]
    promises: Mapping[str, float]
    called: Mapping[str, str]
    sources: Mapping[str, str]
    sample: Callable[[], History]


def show_import(place: Archive, known: Known, t: Reader) -> None:
    """The import page."""
    done = st.session_state.pop("import_said", None)
    if done:
        st.html(sentences(done))
    hint = t("{kinds}; {size} MB each at most", kinds="CSV, TSV, XLSX", size=MEGABYTES)
    st.html(uploader(t("Choose files"), hint))
    files = st.file_uploader(
        t("Exports of a team or vendor: CSV, TSV or XLSX, by interval or by contact"),
        TYPES,
        accept_multiple_files=True,
        key="import_files",
        max_upload_size=MEGABYTES,
    )
    profiles = archive.profiles(place)
    if not files:
        st.html(
            note(
                t(
                    "A file is read right or refused with the place and the cure. Columns of customer data are dropped "
                    "before anything is kept."
                )
            )
        )
    with tempfile.TemporaryDirectory() as folder:
        for number, file in enumerate(files):
            path = Path(folder) / Path(file.name).name
            path.write_bytes(file.getvalue())
            _one(place, path, f"{number}:{file.file_id}", profiles, known, t)
    _kept(place, t)


def _one(
    place: Archive,
    path: Path,
    key: str,
    profiles: Mapping[str, str],
    known: Known,
    t: Reader,
) -> None:
    """One file: how to read it, what came of it, and the button that keeps it."""
    st.subheader(path.name, anchor=False)
    st.html(f'<span data-file="{hashlib.sha256(path.name.encode()).hexdigest()[:8]}"></span>')
    left, right = st.columns(2)
    with left:
        names = ["", *profiles]
        chosen = choose(t("Profile"), names, lambda n: n or t("none: by the headings"), t, key=f"profile:{key}")
    base = parsed(profiles[chosen], chosen) if chosen else Profile()
    with right:
        source = _source(base.source, known.sources, f"{key}:{chosen}", t)
    plain = _with(base, t, source=source)
    if plain is None:
        return
    first = ingest.preview(path, plain)
    profile = _asked(first, plain, key, t) or plain
    looked = first if profile == plain else ingest.preview(path, profile)
    if "wait_s" in looked.columns_found:  # a log of contacts tells how many were answered in time
        profile = _with(profile, t, promises={**known.promises, **profile.promises}) or profile
    try:
        found = export.read(path, profile, t.language)
        renamed = _queues(found.history.queues, profile, known, key, t)
        if renamed is not profile:
            profile, found = renamed, export.read(path, renamed, t.language)
    except Refused as refused:
        _refused(refused, t)
        _preview(looked, t)
        return
    _taken(found, t)
    _preview(looked, t)
    if found.history.sources == ("",):
        st.html(sentences([t("Say whose contacts these are before they are kept.")], "warn"))
        return
    fresh = not archive.imports(place)
    if not fresh:
        try:
            _differs(archive.looked(place, found.history, file=path.name), t)
        except Refused as refused:
            _refused(refused, t)
            return
    joined = fresh and st.checkbox(
        t("Continue the sample seller's history with it (to try things out)"), key=f"sample:{key}:{t.language}"
    )
    if st.button(t("Keep it in the history"), type="primary", key=f"keep:{key}:{t.language}"):
        _keep(place, path, found, profile, known.sample() if joined else None, t)
    with st.expander(t("Keep these settings as a profile")):
        title = st.text_input(
            t("Name of the profile"), value=chosen or source or path.stem, key=f"title:{key}:{chosen}"
        )
        own = _with(Profile.of(looked, **_settings(profile)), t, title=title)
        if own is not None:
            save, download = st.columns(2)
            if save.button(t("Save the profile"), key=f"save:{key}:{t.language}"):
                archive.save_profile(place, title, own.toml())
                st.session_state["import_said"] = [t("profile saved: {name}", name=title)]
                st.rerun()
            download.download_button(
                t("Download the profile (TOML)"),
                own.toml(),
                file_name=f"{title}.toml",
                mime="application/toml",
                on_click="ignore",
                key=f"toml:{key}:{t.language}",
            )


def _source(usual: str, sources: Mapping[str, str], key: str, t: Reader) -> str:
    """Whose contacts a file holds: one that is known, another by its name, or '' as the file says."""
    known = list(dict.fromkeys(["", usual, *sources]))
    asked = choose(
        t("Whose contacts these are"),
        [*known, OTHER],
        lambda s: t("another team or vendor") if s == OTHER else sources.get(s, s) or t("as the file says"),
        t,
        key=f"source:{key}",
        start=known.index(usual),
    )
    if asked != OTHER:
        return asked
    return " ".join(st.text_input(t("Its name"), key=f"other:{key}:{t.language}").split())


def _queues(names: tuple[str, ...], profile: Profile, known: Known, key: str, t: Reader) -> Profile:
    """The profile with the file's queues under the names they are kept by; one that has our label is ours."""
    strange = [name for name in names if name not in known.queues]
    if not strange or not known.queues:
        return profile
    renamed = dict(profile.queues)
    st.html(note(t("Which of your queues these are:")))
    columns = st.columns(min(len(strange), 3))
    for number, name in enumerate(strange):
        options = ["", *known.queues]
        with columns[number % 3]:
            asked = choose(
                name,
                options,
                lambda q: known.queues[q] if q else t("a queue of its own"),
                t,
                key=f"queue:{key}:{name}",
                start=options.index(known.called.get(name, "")),
            )
        if asked:
            renamed[name] = asked
    return profile if renamed == dict(profile.queues) else (_with(profile, t, queues=renamed) or profile)


def _settings(profile: Profile) -> dict[str, object]:
    """What a profile says beyond the columns of one file."""
    kept = profile.model_dump(exclude_defaults=True)
    return {name: value for name, value in kept.items() if name not in ("columns", "ignore", "headings", "title")}


def _with(profile: Profile, t: Reader, **settings: object) -> Profile | None:
    try:
        return Profile.model_validate(profile.model_dump() | settings)
    except ValidationError as error:
        for one in error.errors():
            name = str(one["loc"][0]) if one["loc"] else ""
            st.html(sentences([f"{name}: {one['msg'].removeprefix('Value error, ')}"], "bad"))
        return None


def _asked(preview: Preview, profile: Profile, key: str, t: Reader) -> Profile | None:
    """The profile as the planner sets it below the preview: each column's meaning, the order of dates, the labels."""
    with st.expander(t("What each column means"), expanded=bool(preview.problems) and bool(preview.guesses)):
        columns = dict(profile.columns)
        ignored = list(profile.ignore)
        grid = st.columns(3)
        for place, guess in enumerate(g for g in preview.guesses if g.heading):
            with grid[place % 3]:
                field = _field(guess, key, t)
            columns = {f: h for f, h in columns.items() if h != guess.heading}
            ignored = [h for h in ignored if h != guess.heading]
            if field == guess.field:
                if guess.heading in profile.columns.values():
                    columns[field] = guess.heading
            elif field:
                columns[field] = guess.heading
            else:
                ignored.append(guess.heading)
        left, right = st.columns(2)
        with left:
            order = choose(
                t("Dates such as 01/06/2026"),
                list(DATE_ORDERS),
                lambda o: t.say(DATE_ORDERS[o]),
                t,
                key=f"order:{key}",
                start=list(DATE_ORDERS).index(profile.date_order),
            )
        with right:
            labels = choose(
                t("A time alone is"),
                list(TIME_LABELS),
                lambda o: t.say(TIME_LABELS[o]),
                t,
                key=f"labels:{key}",
                start=list(TIME_LABELS).index(profile.labels),
            )
        return _with(profile, t, columns=columns, ignore=tuple(ignored), date_order=order, labels=labels)


def _field(guess: Guess, key: str, t: Reader) -> str:
    """The field a column is taken for, '' for none."""
    if guess.personal:
        st.html(note(t("{heading}: customer data, dropped", heading=guess.heading)))
        return ""
    options = ["", *FIELDS]
    return choose(
        guess.heading,
        options,
        lambda f: t.say(LABELS[f]) if f else t("not taken"),
        t,
        key=f"field:{key}:{guess.column}",
        start=options.index(guess.field) if guess.field in options else 0,
    )


def _refused(refused: Refused, t: Reader) -> None:
    """Every problem by its place; the file's folder is nobody's business."""
    lines = []
    for problem in refused.problems[:MOST]:
        where = t("row {row}, column {column}", row=problem.row, column=problem.column)
        lines.append(f"{where}: {t.say(problem.text)}")
    if len(refused.problems) > MOST:
        lines.append(t("and {count} more problems", count=len(refused.problems) - MOST))
    st.html(sentences([t("This file cannot be read yet:"), *lines], "bad"))


def _taken(found: export.Export, t: Reader) -> None:
    history = found.history
    said = [
        t(
            "{rows} rows, {queues} queues, {first} to {last}, in steps of {minutes} minutes",
            rows=t.number(len(history.table)),
            queues=len(history.queues),
            first=t.date(history.first),
            last=t.date(history.last),
            minutes=f"{history.interval / pd.Timedelta(minutes=1):g}",
        )
    ]
    sheets = found.report.get("sheets", ())
    for sheet in sheets:
        said += [t("row {row}: {reason}, not taken", row=s["row"], reason=s["reason"]) for s in sheet["skipped"][:4]]
        if len(sheet["skipped"]) > 4:
            said.append(t("and {count} more rows that are no data", count=len(sheet["skipped"]) - 4))
    said += [t.say(text) for text in found.notes]
    st.html(sentences(said))
    if found.personal:
        dropped = t("Customer data dropped, nothing of it is kept: {columns}", columns=", ".join(found.personal))
        st.html(sentences([dropped], "warn"))


def _preview(preview: Preview, t: Reader) -> None:
    """The first rows as they are, customer data hidden."""
    if not preview.rows:
        return
    width = max(len(row) for row in preview.rows)
    fields = {g.column: g for g in preview.guesses}
    heads = {}
    for at in range(width):
        guess = fields.get(at)
        heads[f"c{at}"] = t.say(LABELS[guess.field]) if guess and guess.field else "·"
    rows = [[str(n), *row, *[""] * (width - len(row))] for n, row in enumerate(preview.rows, start=1)]
    table = pd.DataFrame(rows, columns=["row", *heads])
    st.html(html(table, {"row": "", **heads}, {}, height=300))


def _differs(change: Change, t: Reader) -> None:
    """What the file would add to what is kept and, value by value, where it says otherwise."""
    st.html(sentences([t.say(change.said)], "plain" if change.corrected.empty else "warn"))
    if change.corrected.empty:
        return
    count = lambda v: NOTHING if v != v else f"{v:g}" if isinstance(v, float) else str(v)  # noqa: E731
    table = change.corrected.head(CORRECTED).assign(
        queue=[t.name(q) for q in change.corrected["queue"].head(CORRECTED)],
        source=[t.name(s) for s in change.corrected["source"].head(CORRECTED)],
        column=[t.say(LABELS[c]) for c in change.corrected["column"].head(CORRECTED)],
    )
    head = {
        "start": t("Start"),
        "queue": t("Queue"),
        "source": t("Source"),
        "column": t("Field"),
        "old": t("Kept now"),
        "new": t("In this file"),
    }
    with st.expander(t("Where this file contradicts what is kept: {count} values", count=len(change.corrected))):
        formats = {"start": lambda v: f"{v:%Y-%m-%d %H:%M}", "old": count, "new": count}
        st.html(html(table, head, formats, height=280))


def _keep(
    place: Archive, path: Path, found: export.Export, profile: Profile, sample: History | None, t: Reader
) -> None:
    said = []
    try:
        with archive.changing(place) as transaction:
            if sample is not None:
                sha = sample.digest
                said.append(t.say(archive.add(transaction, sample, {}, sha, file=SAMPLE).said))
            text = profile.toml()
            digest = archive.save_profile(transaction, profile.title or path.stem, text) if profile.title else ""
            change = archive.add(
                transaction, found.history, dict(found.report), found.sha256, file=path.name, profile=digest
            )
            said.append(t.say(change.said))
    except Refused as refused:
        _refused(refused, t)
        return
    st.session_state["import_said"] = said
    st.rerun()


def _kept(place: Archive, t: Reader) -> None:
    """Every import, the latest first, with its undo."""
    found = archive.imports(place)
    st.subheader(t("Imports"), anchor=False)
    if not found:
        st.html(note(t("Nothing has been imported yet: every page shows the sample seller, which is invented.")))
        return
    for one in reversed(found):
        words, button = st.columns([5, 1], vertical_alignment="center")
        with words:
            st.html(sentences([_said(one, t)]))
        undone = one.status == "undone"
        label = t("Put back") if undone else t("Undo")
        if button.button(label, key=f"turn:{one.number}:{t.language}", width="stretch"):
            try:
                change = (archive.redo if undone else archive.undo)(place, one.number)
                st.session_state["import_said"] = [t.say(change.said)]
                st.rerun()
            except Refused as refused:
                _refused(refused, t)


def _said(one: Import, t: Reader) -> str:
    facts = {
        "number": one.number,
        "file": t("the sample seller") if one.file == SAMPLE else one.file,
        "first": t.date(one.first),
        "last": t.date(one.last),
        "rows": t.number(one.rows),
        "added": t.number(one.added),
        "corrected": t.number(one.corrected),
    }
    if one.status == "undone":
        return t("{number} · {file} · {first} to {last} · {rows} rows · undone", **facts)
    return t("{number} · {file} · {first} to {last} · {rows} rows, {added} new, {corrected} corrected", **facts)
