"""The history to work with: what was imported, or else the sample's, with the repairs that were accepted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd
import tomli_w

from forecast import archive, ingest
from forecast.archive import Archive
from forecast.consolidate import Finding, Part, findings_of
from forecast.event import Event, Events
from forecast.history import History
from forecast.language import Language, Text
from forecast.problem import Problem, Refused
from forecast.repair import Decision, Proposal, Repaired, applied, proposals, undecided
from forecast.rollup import Places, read_places
from forecast.season import season_of
from staffing import save, store
from staffing.scenario import SAMPLE, Scenario, load

PLACES = "places.toml"
OVERRIDES = "overrides.csv"
SEASONS = pd.Timedelta(days=60)  # of the calendar beyond the history: a festival is felt before it comes


@dataclass(frozen=True, eq=False)
class Working:
    """`original` as it was imported (the sample's where nothing was), and `repaired`, with the record of it.

    digest: of all that it was made from.
    """

    original: History
    repaired: Repaired
    own: bool
    digest: str

    @property
    def history(self) -> History:
        """The history to plan on."""
        return self.repaired.history

    @property
    def changed(self) -> bool:
        """Whether it is anything but the sample as it comes."""
        return self.own or bool(len(self.repaired.record) or self.repaired.incidents)


def usual() -> Archive:
    """The archive of this user."""
    return Archive(archive.usual_path())


def digest(place: Archive) -> str:
    """A digest of what is imported and decided: quick to ask, the key of all that depends on it."""
    told = [(one.number, one.content, one.status) for one in archive.imports(place)]
    decided = [(d.key, d.decision) for d in archive.decisions(place)]
    return hashlib.sha256(repr((told, decided)).encode()).hexdigest()


def working(place: Archive) -> Working:
    """The history to work with.

    Raises:
        Refused: the archive cannot be read.
    """
    key = digest(place)
    kept = archive.history(place)
    history = kept if kept is not None else ingest.read_history(SAMPLE / "history.csv.gz")
    accepted = [Proposal.of_dict(d.values) for d in archive.decisions(place) if d.decision == "accepted"]
    return Working(history, applied(history, accepted), kept is not None, key)


def scenario(found: Working) -> Scenario:
    """The base case on this history: the sample's own where nothing was imported or repaired.

    The history is put beside a scenario file of its own in the cache folder, so that it can be opened there too.
    """
    if not found.changed:
        return load(None)
    folder = store.folder() / "working" / found.digest[:24]
    file = folder / "scenario.toml"
    if not file.exists():
        events = list(found.repaired.incidents)
        if not found.own:
            events += ingest.read_events(SAMPLE / "events.csv").all
        files = {"history.csv": save.csv_bytes(found.history.table)}
        values = {"history": "history.csv"}
        if events:
            files["events.csv"] = save.csv_bytes(_listed(events))
            values["events"] = "events.csv"
        save.write_all(folder, files)
        save.write(file, tomli_w.dumps(values).encode())  # last: where it stands, the others do
    return load(file)


def open_proposals(found: Working, place: Archive) -> tuple[Proposal, ...]:
    """What seems amiss and is not decided on."""
    history = found.original
    events = None if found.own else Events(ingest.read_events(SAMPLE / "events.csv").all)
    season = season_of(history.first, history.last + SEASONS, ("CN",), events)
    return undecided(history, proposals(history, season), _decided(place))


def decide(
    accept: Sequence[str], reject: Sequence[str], by: str, found: Working | None = None, place: Archive | None = None
) -> None:
    """Keep what was decided on open proposals, named by their keys.

    Raises:
        Refused: no such proposal is open.
    """
    at = place or usual()
    known = {p.key: p for p in open_proposals(found or working(at), at)}
    unknown = [key for key in (*accept, *reject) if key not in known]
    if unknown:
        said = Text("no open proposal has this key; `peakstaff history repairs` lists them")
        raise Refused([Problem("repairs", "-", key, said) for key in unknown])
    archive.decide(at, *(_word(known[k], True, by) for k in accept), *(_word(known[k], False, by) for k in reject))


def decide_one(place: Archive, proposal: Proposal, accepted: bool, by: str) -> None:
    """Keep the word on one proposal."""
    archive.decide(place, _word(proposal, accepted, by))


def findings(found: Working, place: Archive) -> tuple[Finding, ...]:
    """What was found where the imports and their sources meet; of the sample's history where nothing was imported."""
    active = [one for one in archive.imports(place) if one.status == "active"] if found.own else []
    parts = [Part(f"{one.number} · {one.file}", archive.original(place, one.number)) for one in active]
    if not parts:
        return findings_of([Part("sample", found.original)]).findings
    return findings_of(parts, [part.name for part in reversed(parts)]).findings  # a later import holds


def places(place: Archive) -> Places:
    """The regions that were kept.

    Raises:
        Refused: the file they are in was changed to something else.
    """
    file = place.path.parent / PLACES
    return read_places(file) if file.exists() else Places()


def keep_places(place: Archive, made: Places) -> None:
    """Keep the regions, beside the archive."""
    save.write_all(place.path.parent, {PLACES: made.toml().encode()})


def overrides(place: Archive) -> Path:
    """Where the planner's hand is kept, beside the archive; there is no file before the first entry."""
    return place.path.parent / OVERRIDES


def history_kept(repaired: bool = True) -> History:
    """The user's own history.

    Raises:
        Refused: nothing was imported.
    """
    found = working(usual())
    if not found.own:
        said = Text("nothing has been imported yet; add exports with: peakstaff history add FILE...")
        raise Refused([Problem("history", "-", "-", said)])
    return found.history if repaired else found.original


def proposals_table(language: Language) -> pd.DataFrame:
    """The open proposals, one a row, as a planner decides on them."""
    place = usual()
    found = open_proposals(working(place), place)
    rows = [
        (p.key, p.kind, p.queue, p.source, p.start, p.end, p.original, p.proposed, p.action, p.why.say(language))
        for p in found
    ]
    return pd.DataFrame(
        rows, columns=["key", "kind", "queue", "source", "start", "end", "original", "proposed", "action", "why"]
    )


def _decided(place: Archive) -> list[Decision]:
    return [Decision(Proposal.of_dict(d.values), d.decision == "accepted") for d in archive.decisions(place)]


def _word(proposal: Proposal, accepted: bool, by: str) -> archive.Decision:
    verdict: Literal["accepted", "rejected"] = "accepted" if accepted else "rejected"
    return archive.Decision(
        proposal.key,
        proposal.kind,
        proposal.queue,
        proposal.source,
        proposal.start,
        proposal.end,
        verdict,
        by,
        values=proposal.as_dict(),
    )


def _listed(events: Iterable[Event]) -> pd.DataFrame:
    return Events.of(events).table
