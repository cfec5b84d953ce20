"""The planner's hand by command: what is kept, what a forecast and a plan make of it, and how it refuses."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from forecast.ledger import read_ledger
from forecast.override import Override
from staffing import hand
from staffing import plan as chain
from staffing.cli import main
from staffing.scenario import load, to_toml

SIGNED = ["--reason", "直播", "--author", "李"]


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEAKSTAFF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PEAKSTAFF_DATA", str(tmp_path / "data"))


def forecast(seller: Path, out: Path, *more: str) -> bytes:
    argv = ["forecast", str(seller / "history.csv"), "--horizon", "14d", "--model", "seasonal_naive", "--out", str(out)]
    assert main([*argv, *more]) == 0
    return out.read_bytes()


def test_an_override_is_in_the_forecast_until_it_is_undone(seller: Path, tmp_path: Path):
    ledger = tmp_path / "ledger.csv"
    range_ = ["--queue", "calls", "--from", "2025-12-24", "--to", "2025-12-25"]
    assert main(["override", str(ledger), *range_, "--set", "900", *SIGNED]) == 0
    plain = forecast(seller, tmp_path / "plain.csv")
    by_hand = forecast(seller, tmp_path / "hand.csv", "--overrides", str(ledger))
    table = pd.read_csv(tmp_path / "hand.csv", parse_dates=["start"])
    days = table[table["queue"] == "calls"].groupby(table["start"].dt.normalize())[["mean", "machine"]].sum()
    assert days["mean"].loc["2025-12-24":"2025-12-25"].tolist() == pytest.approx([900, 900], rel=1e-5)
    machine = pd.read_csv(tmp_path / "plain.csv").set_index(["queue", "start"])["mean"]
    beside = pd.read_csv(tmp_path / "hand.csv").set_index(["queue", "start"])["machine"]
    assert machine.tolist() == beside.tolist()
    assert (
        main(
            [
                "require",
                str(tmp_path / "hand.csv"),
                "--queues",
                str(seller / "queues.toml"),
                "--out",
                str(tmp_path / "r.csv"),
            ]
        )
        == 0
    )
    assert main(["override", str(ledger), "--undo", "1", "--reason", "取消", "--author", "王"]) == 0
    assert len(ledger.read_text().splitlines()) == 3  # nothing was taken away
    assert forecast(seller, tmp_path / "undone.csv", "--overrides", str(ledger)) == plain != by_hand


def test_a_plan_follows_the_ledger_its_scenario_names(seller: Path, tmp_path: Path):
    ledger, file = tmp_path / "ledger.csv", tmp_path / "s.toml"
    assert main(["override", str(ledger), "--from", "2026-01-01", "--times", "2", *SIGNED]) == 0
    file.write_text(f'based_on = "{seller / "s.toml"}"\noverrides = "ledger.csv"\n')
    scenario = load(file)
    assert scenario.overrides == ledger
    made = chain.made(scenario)
    assert chain.forecast_key(scenario) == chain.forecast_key(load(seller / "s.toml"))  # the slow half is the same
    result = chain.staffed(scenario, made)
    day = result.forecast.days[result.forecast.days["start"] == pd.Timestamp("2026-01-01")]
    assert day["mean"].tolist() == pytest.approx((2 * day["machine"]).tolist())
    assert any("x 2 by 李 (直播)" in str(text) for text in result.warnings)
    before = chain.key(scenario)
    assert main(["override", str(ledger), "--undo", "1", *SIGNED]) == 0
    assert chain.key(scenario) != before
    assert "overrides" in to_toml(scenario)


def test_what_was_done_is_listed_with_its_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    ledger = str(tmp_path / "ledger.csv")
    hours = ["--from", "2026-06-01 09:00", "--to", "2026-06-01T12:00"]
    assert main(["override", ledger, "--list", "--lang", "en"]) == 0
    assert main(["override", ledger, *hours, "--add", "-20", *SIGNED]) == 0
    assert main(["override", ledger, "--from", "2026-06-02", "--times", "1.2", *SIGNED]) == 0
    assert main(["override", ledger, "--undo", "1", *SIGNED]) == 0
    capsys.readouterr()
    assert main(["override", ledger, "--list", "--lang", "en"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "every queue, 2026-06-01 09:00 – 2026-06-01 12:00: -20 a day by 李 (直播) · undone by 李" in first
    assert "every queue, 2026-06-02: x 1.2 by 李 (直播) · in force" in second
    assert main(["override", ledger, "--list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["key"], one["amount"], one["in_force"]) for one in told] == [("1", -20, False), ("2", 1.2, True)]
    assert [one.key for one in read_ledger(Path(ledger)).in_force] == ["2"]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--from", "2026-06-01", *SIGNED], "command line:-:-: expected one of --set"),
        (["--from", "2026-06-01", "--set", "3", "--times", "2", *SIGNED], "command line:-:-: expected one of --set"),
        (["--set", "3", *SIGNED], "command line:-:--from:"),
        (["--from", "2026-06-01 09:00", "--set", "3", *SIGNED], "command line:-:--to:"),
        (["--from", "June", "--set", "3", *SIGNED], "command line:-:--from:"),
        (["--from", "9999-12-31", "--set", "3", *SIGNED], "command line:-:--from:"),
        (["--from", "2026-06-02", "--to", "2026-06-01", "--set", "3", *SIGNED], "command line:-:--to:"),
        (["--from", "2026-06-01", "--set", "nan", *SIGNED], "command line:-:--set:"),
        (["--from", "2026-06-01", "--times", "inf", *SIGNED], "command line:-:--times:"),
        (["--from", "2026-06-01", "--set", "-3", *SIGNED], "command line:-:--set:"),
        (["--from", "2026-06-01", "--set", "many", *SIGNED], "--set"),
        (["--from", "2026-06-01", "--set", "3", "--author", "李"], "command line:-:--reason:"),
        (["--from", "2026-06-01", "--set", "3", "--reason", "x"], "command line:-:--author:"),
        (["--from", "2026-06-01", "--set", "3", "--queue", "=x", *SIGNED], "command line:-:--queue:"),
        (["--undo", "9", *SIGNED], "command line:-:--undo: expected the key of an override in force, came 9"),
    ],
)
def test_a_wrong_override_is_one_line_and_changes_no_file(
    argv: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    ledger = tmp_path / "ledger.csv"
    for exists in (False, True):
        if exists:
            assert main(["override", str(ledger), "--from", "2026-06-01", "--times", "1.2", *SIGNED]) == 0
        before = ledger.read_bytes() if exists else None
        capsys.readouterr()
        assert main(["override", str(ledger), *argv, "--lang", "en"]) == 2
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 1
        assert said in lines[0]
        assert (ledger.read_bytes() if ledger.exists() else None) == before


def test_a_ledger_amiss_is_named_by_row_and_column_before_anything_is_made(
    seller: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    ledger = tmp_path / "ledger.csv"
    ledger.write_text("key,kind,start,end,amount,reason,author,at\n1,set,2026-06-01,2026-06-01,-3,a,b,2026-05-01\n")
    argv = ["forecast", str(seller / "history.csv"), "--out", str(tmp_path / "f.csv"), "--overrides"]
    assert main([*argv, str(ledger), "--lang", "en"]) == 2
    assert "ledger.csv:2:amount:" in capsys.readouterr().err
    assert main([*argv, str(tmp_path / "none.csv"), "--lang", "en"]) == 2
    assert "none.csv:-:-: expected a file, there is none" in capsys.readouterr().err
    assert main(["override", str(ledger), "--from", "2026-06-01", "--set", "3", *SIGNED]) == 2  # not added to either
    assert not (tmp_path / "f.csv").exists()


def test_two_planners_at_once_lose_no_entry(tmp_path: Path):
    file = tmp_path / "ledger.csv"
    day = pd.Timestamp("2026-06-01")
    words = [
        Override("1", "", day, day + pd.Timedelta(days=1), "times", 1 + n / 100, f"word {n}", "Li", day)
        for n in range(1, 13)
    ]
    with ThreadPoolExecutor(6) as planners:
        list(planners.map(lambda word: hand.add(file, word), words))
    kept = read_ledger(file).in_force
    assert sorted(one.reason for one in kept) == sorted(word.reason for word in words)
    assert [one.key for one in kept] == [str(n) for n in range(1, 13)]
