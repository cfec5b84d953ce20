"""The history to work with: the sample's, what was imported, and both with their repairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast import archive
from forecast.archive import Archive
from forecast.history import History
from forecast.problem import Refused
from forecast.rollup import Places
from staffing import working
from staffing.scenario import load


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.setenv("PEAKSTAFF_CACHE", str(tmp_path / "cache"))
    return Archive(tmp_path / "peakstaff.sqlite")


def days(count: int = 400, seed: int = 3) -> History:
    """Contacts by day of one queue and source, with two days missing."""
    start = pd.date_range("2025-01-06", periods=count, freq="D").as_unit("s")
    offered = np.random.default_rng(seed).poisson(500, count).astype(float)
    columns = {"queue": "phone", "source": "own", "start": start, "offered": offered, "handled": np.nan}
    table = pd.DataFrame(columns | {"abandoned": np.nan, "aht_s": np.nan})
    return History(table.drop(index=[200, 201]).reset_index(drop=True), pd.Timedelta(days=1))


def test_while_nothing_is_imported_the_sample_stands_in_as_it_is(place: Archive):
    found = working.working(place)
    assert not found.changed
    assert working.scenario(found) == load(None)
    assert not place.path.exists()  # to look is not to keep


def test_an_imported_history_is_what_is_worked_on(place: Archive):
    archive.add(place, days(), {}, "a" * 64, file="own.csv")
    found = working.working(place)
    scenario = working.scenario(found)
    assert found.own
    assert len(pd.read_csv(scenario.history)) == 398
    assert scenario.events is None
    assert scenario.example_terms  # the sample's sources and prices, and said so
    assert working.digest(place) == found.digest
    archive.undo(place, 1)
    assert working.scenario(working.working(place)) == load(None)


def test_what_imports_tell_alike_or_against_each_other_is_found_a_later_one_holding(place: Archive):
    first = days()
    last = first.table.tail(10)
    again = History(last.assign(offered=last["offered"] + np.array([0.0] * 9 + [7.0])), first.interval)
    archive.add(place, first, {}, "a" * 64, file="own.csv")
    archive.add(place, again, {}, "b" * 64, file="corrected.csv")
    found = working.findings(working.working(place), place)
    assert sorted(f.kind for f in found) == ["contradiction", "gap", "overlap"]
    assert all(f.settled for f in found)
    against = next(f for f in found if f.kind == "contradiction")
    assert set(against.files) == {"2 · corrected.csv", "1 · own.csv"}
    assert against.text.say("en").endswith("2 · corrected.csv was kept")
    archive.undo(place, 2)
    assert [f.kind for f in working.findings(working.working(place), place)] == ["gap"]


def test_regions_are_kept_beside_the_archive(place: Archive):
    assert working.places(place) == Places()
    made = Places((("own", "华东"),))
    working.keep_places(place, made)
    assert working.places(place) == made


def test_a_repair_holds_from_when_it_is_accepted_until_it_is_taken_back(place: Archive):
    archive.add(place, days(), {}, "a" * 64, file="own.csv")
    found = working.working(place)
    gap = next(p for p in working.open_proposals(found, place) if p.kind == "gap")
    working.decide([gap.key], [], "planner", found, place)
    repaired = working.working(place)
    assert repaired.digest != found.digest
    assert len(repaired.history.table) == 400
    assert len(repaired.original.table) == 398
    assert repaired.repaired.record["original"].isna().all()
    assert gap.key not in {p.key for p in working.open_proposals(repaired, place)}
    assert len(pd.read_csv(working.scenario(repaired).history)) == 400
    with pytest.raises(Refused, match="no open proposal"):
        working.decide([gap.key], [], "planner", repaired, place)
    archive.withdraw(place, gap.key, "planner")
    assert len(working.working(place).history.table) == 398
