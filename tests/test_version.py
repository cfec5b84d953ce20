"""Versions of a forecast: kept once each, and the machine's and the planner's numbers scored against what came."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast import archive
from forecast.archive import Archive
from forecast.forecast import LEVELS, Forecast
from forecast.history import DAY, History
from forecast.override import Override, overridden
from forecast.version import COLUMNS_SCORED, Version, compared, first_due, scored, version_of
from staffing.cli import main

LAST = pd.Timestamp("2026-05-31")
NOON = datetime(2026, 5, 31, 12, tzinfo=UTC)


def make(
    machine: float | list[float] = 100.0,
    mean: float | list[float] | None = None,
    days: int = 7,
    queue: str = "phone",
    last: pd.Timestamp = LAST,
    made: datetime = NOON,
) -> Version:
    """A version of one queue from the day after `last`, each band 10% to either side."""
    own = np.broadcast_to(np.asarray(machine, dtype=float), days)
    by_hand = np.broadcast_to(np.asarray(machine if mean is None else mean, dtype=float), days)
    table = pd.DataFrame({"start": pd.date_range(last + DAY, periods=days), "queue": queue})
    table = table.assign(machine=own, machine_p10=own * 0.9, machine_p90=own * 1.1)
    return Version(last, table.assign(mean=by_hand, p10=by_hand * 0.9, p90=by_hand * 1.1), made)


def came(offered: float | list[float], days: int = 7, queue: str = "phone", last: pd.Timestamp = LAST) -> History:
    """A history by day that ends `days` after `last`, its day before included."""
    starts = pd.date_range(last, periods=days + 1)
    values = np.concatenate([[1.0], np.broadcast_to(np.asarray(offered, dtype=float), days)])
    table = pd.DataFrame({"start": starts, "queue": queue, "source": "", "offered": values})
    return History(table.assign(handled=np.nan, abandoned=np.nan, aht_s=np.nan), DAY)


def score(table: pd.DataFrame, who: str, lead: str = "1-7", queue: str = "phone") -> pd.Series:
    rows = table[(table["who"] == who) & (table["lead"] == lead) & (table["queue"] == queue)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_both_are_scored_against_what_came_by_the_sums_anyone_can_check():
    told = scored([make(machine=100, mean=[100] * 5 + [150, 150])], came([100] * 5 + [160, 140]))
    machine, planner = score(told, "machine"), score(told, "planner")
    assert (machine["days"], planner["days"]) == (7, 7)
    assert machine["wape"] == pytest.approx(100 / 800)
    assert machine["bias"] == pytest.approx(-100 / 800)
    assert machine["cover80"] == pytest.approx(5 / 7)
    assert planner["wape"] == pytest.approx(20 / 800)
    assert planner["bias"] == pytest.approx(0.0)
    assert planner["cover80"] == 1.0


def test_without_a_hand_on_a_scored_day_there_is_no_planner_to_score():
    version = make(mean=[100.0] * 6 + [200.0])
    assert list(scored([version], came(100.0, days=6))["who"]) == ["machine", "machine"]  # the queue and the total
    assert set(scored([version], came(100.0, days=7))["who"]) == {"machine", "planner"}


def test_days_ahead_are_counted_from_the_last_day_of_the_history():
    told = scored([make(days=40)], came(100.0, days=40))
    own = told[told["queue"] == "phone"]
    assert dict(zip(own["lead"], own["days"], strict=True)) == {"1-7": 7, "8-14": 7, "15-28": 14, "29+": 12}


def test_the_total_adds_days_of_queues_so_that_errors_do_not_cancel():
    versions = [make(machine=110.0), make(machine=90.0, queue="chat")]
    both = pd.concat([came(100.0).table, came(100.0, queue="chat").table], ignore_index=True)
    total = score(scored(versions, History(both, DAY)), "machine", queue="")
    assert (total["days"], total["wape"], total["bias"]) == (14, pytest.approx(0.1), pytest.approx(0.0))


def test_days_that_nobody_knows_or_that_have_not_come_are_not_scored():
    told = scored([make(days=14)], came([100.0, float("nan"), *[100.0] * 3], days=5))
    assert list(told["days"]) == [4, 4]
    assert list(told["lead"]) == ["1-7", "1-7"]
    empty = scored([make()], came(100.0, days=0))
    assert empty.empty
    assert tuple(empty.columns) == COLUMNS_SCORED
    assert scored([], came(100.0)).empty


def test_of_versions_from_the_same_history_the_latest_stands_and_each_history_counts_for_itself():
    first = make(machine=500.0, days=14)
    latest = make(machine=100.0, days=7, made=NOON + timedelta(hours=1))
    later = make(machine=120.0, last=LAST + 7 * DAY, made=NOON + timedelta(days=7))
    rows = compared([latest, later, first], came(100.0, days=14))
    assert list(rows["machine"]) == [100.0] * 7 + [500.0] * 7 + [120.0] * 7
    assert list(rows["lead"]) == [*range(1, 15), *range(1, 8)]
    told = scored([latest, later, first], came(100.0, days=14))
    assert score(told, "machine")["wape"] == pytest.approx(0.1)  # seven days without error, seven off by a fifth
    assert score(told, "machine", "8-14")["wape"] == pytest.approx(4.0)


def test_the_first_day_to_be_judged_is_the_next_one_the_history_does_not_reach():
    assert first_due([make()], came(100.0, days=0)) == LAST + DAY
    assert first_due([make(), make(days=3)], came(100.0, days=4)) == LAST + 5 * DAY
    assert first_due([make()], came(100.0, days=7)) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mean": -1.0}, "mean must be a number of 0 or more"),
        ({"p90": float("nan")}, "p90 must be a number of 0 or more"),
        ({"start": LAST}, "days after the history's last"),
        ({"start": LAST + DAY}, "told twice"),
    ],
)
def test_what_is_no_version_is_refused(change: dict[str, object], said: str):
    with pytest.raises(ValueError, match=said):
        Version(LAST, make().table.assign(**change))


def test_a_forecast_is_kept_by_day_with_the_machines_number_and_band_beside_the_planners():
    starts = pd.date_range("2026-06-01", "2026-06-02 23:30", freq="30min")
    table = pd.DataFrame({"start": starts, "queue": "phone", "mean": 10.0})
    for place, level in enumerate(LEVELS):
        table[level] = 8.0 + place / 2
    machine = Forecast(table, pd.Timedelta(minutes=30))
    word = Override("1", "", starts[0], starts[48], "set", 960.0, "直播", "李", pd.Timestamp("2026-05-31"))
    version = version_of(overridden(machine, [word]), LAST, machine)
    first, second = version.table.to_dict("records")
    assert (first["mean"], first["machine"], second["mean"]) == (960.0, 480.0, 480.0)
    assert (first["p10"], first["machine_p10"]) == (2 * first["machine_p10"], second["p10"])
    assert (version.by_hand, version.first, version.end) == (1, starts[0], starts[48])
    assert version_of(machine, LAST).by_hand == 0
    with pytest.raises(ValueError, match="version"):
        version_of(overridden(machine, [word]), LAST, Forecast(table.iloc[:48], machine.interval))


@pytest.fixture
def kept(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "peakstaff.sqlite")


def test_the_same_content_twice_is_one_version(kept: Archive):
    assert archive.versions(kept) == ()
    assert not kept.path.exists()  # to look is not to keep
    assert archive.add_version(kept, make())
    assert not archive.add_version(kept, make(made=NOON + timedelta(hours=1)))
    (one,) = archive.versions(kept)
    assert (one.made, one.last, one.digest) == (NOON, LAST, make().digest)
    pd.testing.assert_frame_equal(one.table, make().table)
    assert archive.add_version(kept, make(mean=120.0))
    assert archive.add_version(kept, make(last=LAST + DAY))
    assert len(archive.versions(kept)) == 3


def test_a_version_that_is_taken_up_again_stands_again(kept: Archive):
    plain, by_hand = make(), make(mean=150.0, made=NOON + timedelta(hours=1))
    for version in (plain, by_hand):
        archive.add_version(kept, version)
    assert set(compared(archive.versions(kept), came(100.0))["mean"]) == {150.0}
    assert not archive.add_version(kept, make(made=NOON + timedelta(hours=2)))  # the override was undone
    assert len(archive.versions(kept)) == 2
    assert set(compared(archive.versions(kept), came(100.0))["mean"]) == {100.0}


# --- by command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.setenv("PEAKSTAFF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PEAKSTAFF_DATA", str(tmp_path / "data"))
    return Archive(archive.usual_path())


def exported(seller: Path, out: Path, until: str) -> str:
    """The seller's history up to, not including, a day."""
    table = pd.read_csv(seller / "history.csv", parse_dates=["start"])
    table[table["start"] < until].to_csv(out, index=False)
    return str(out)


def test_versions_are_kept_by_command_and_judged_once_their_days_have_come(
    seller: Path, tmp_path: Path, own_data: Archive, capsys: pytest.CaptureFixture[str]
):
    before = exported(seller, tmp_path / "before.csv", "2025-12-01")
    ledger, out = str(tmp_path / "ledger.csv"), str(tmp_path / "f.csv")
    signed = ["--reason", "直播", "--author", "李"]
    assert main(["override", ledger, "--queue", "calls", "--from", "2025-12-02", "--times", "3", *signed]) == 0
    asked = ["forecast", before, "--horizon", "14d", "--model", "seasonal_naive", "--out", out, "--lang", "en"]
    assert main(["accuracy", "--lang", "en"]) == 2
    assert "nothing has been imported yet" in capsys.readouterr().err
    assert main(["history", "add", before, "--source", "自营"]) == 0
    capsys.readouterr()
    assert main(["accuracy", "--lang", "en"]) == 0
    assert "no version of the forecast is kept yet" in capsys.readouterr().out
    assert main(asked) == 0
    assert archive.versions(own_data) == ()  # only for the asking
    assert main([*asked, "--keep", "--overrides", ledger]) == 0
    assert main([*asked, "--keep", "--overrides", ledger]) == 0
    said = capsys.readouterr().out
    assert said.count("this version is kept\n") == said.count("this version was kept already\n") == 1
    assert main(["accuracy", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "history to 2025-11-30 · 2025-12-01 to 2025-12-14 · calls, mail · days by hand: 1" in said
    assert "nothing to judge yet: the history does not reach 2025-12-01" in said
    assert main(["history", "add", str(seller / "history.csv"), "--source", "自营"]) == 0
    capsys.readouterr()
    assert main(["accuracy", "--json", "--out", str(tmp_path / "versions.csv")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["last"] for one in told["versions"]] == ["2025-11-30"]
    scores = {(one["queue"], one["lead"], one["who"]): one for one in told["scores"]}
    assert scores["calls", "1-7", "planner"]["wape"] > scores["calls", "1-7", "machine"]["wape"]
    assert scores["calls", "1-7", "planner"]["bias"] > 0
    assert ("mail", "1-7", "planner") not in scores
    assert ("calls", "8-14", "planner") not in scores
    assert scores["", "8-14", "machine"]["days"] == 14
    days = pd.read_csv(tmp_path / "versions.csv")
    calls = days[days["queue"] == "calls"]
    assert len(calls) == 14
    assert (calls["mean"] / calls["machine"]).iloc[1] == pytest.approx(3, rel=1e-3)
