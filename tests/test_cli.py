"""The command line: what each command writes, and how it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from staffing.cli import main
from tests.seller import SOURCES


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEAKSTAFF_CACHE", str(tmp_path / "cache"))


def test_the_stages_follow_one_another_through_files(seller: Path, tmp_path: Path):
    forecast, needed = tmp_path / "f.csv", tmp_path / "r.csv"
    history = str(seller / "history.csv")
    assert main(["forecast", history, "--horizon", "28d", "--model", "seasonal_naive", "--out", str(forecast)]) == 0
    assert main(["require", str(forecast), "--queues", str(seller / "queues.toml"), "--out", str(needed)]) == 0
    simulated, queues = tmp_path / "sim.csv", str(seller / "queues.toml")
    ask = ["simulate", str(needed), "--queues", queues, "--samples", "20", "--out", str(simulated)]
    assert main([*ask, "--forecast", str(forecast)]) == 0
    shown = pd.read_csv(simulated)
    assert len(shown) == len(pd.read_csv(needed))
    assert ((shown["low"] <= shown["service_level"]) & (shown["service_level"] <= shown["high"])).all()
    first = simulated.read_bytes()
    assert main([*ask, "--forecast", str(forecast), "--workers", "1"]) == 0
    assert simulated.read_bytes() == first  # the same bytes, whatever the number of workers
    shifts = ["shifts", str(seller / "s.toml"), "--requirement", str(needed), "--out", str(tmp_path / "s.csv")]
    assert main(shifts) == 0
    table = pd.read_csv(tmp_path / "s.csv")
    assert list(table.columns) == ["source", "queue", "date", "shift", "start", "end", "breaks", "agents"]
    assert (table["agents"] > 0).all()


def test_a_fine_forecast_is_planned_by_longer_intervals_and_never_by_shorter_ones(seller: Path, tmp_path: Path):
    forecast, queues = tmp_path / "f.csv", str(seller / "queues.toml")
    history = str(seller / "history.csv")
    assert main(["forecast", history, "--horizon", "14d", "--model", "seasonal_naive", "--out", str(forecast)]) == 0
    ask = ["require", str(forecast), "--queues", queues, "--out", str(tmp_path / "r.csv")]
    assert main([*ask, "--interval", "60min"]) == 0
    needed = pd.read_csv(tmp_path / "r.csv", parse_dates=["start"])
    assert needed.groupby("queue")["start"].diff().dropna().eq(pd.Timedelta(hours=1)).all()
    mails = pd.read_csv(forecast).query("queue == 'mail'")["mean"].sum()
    assert needed.query("queue == 'mail'")["contacts"].sum() == pytest.approx(mails, rel=1e-6)
    assert main([*ask, "--interval", "15min"]) == 2


def test_scenarios_are_compared_in_one_table(seller: Path, tmp_path: Path):
    (tmp_path / "more.toml").write_text(f'based_on = "{seller / "s.toml"}"\n[levers]\nvolume = 1.2\n')
    both = [str(seller / "s.toml"), str(tmp_path / "more.toml")]
    assert main(["compare", *both, "--out", str(tmp_path / "t.csv")]) == 0
    table = pd.read_csv(tmp_path / "t.csv").set_index("scenario")
    assert table.loc["more", "contacts"] == pytest.approx(1.2 * table.loc["s", "contacts"])


def test_plan_writes_every_table_and_both_documents(seller: Path, tmp_path: Path):
    out = tmp_path / "out"
    assert main(["plan", str(seller / "s.toml"), "--out", str(out), "--lang", "en"]) == 0
    names = {p.name for p in out.iterdir()}
    assert names >= {"forecast.csv", "requirement.csv", "season.csv", "shifts.csv", "coverage.csv", "cost.csv"}
    assert names >= {"plan.xlsx", "report.html", "scenario.toml"}
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Seats by week" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")


def test_the_workbook_totals_equal_the_cost_table(seller: Path, tmp_path: Path):
    assert main(["plan", str(seller / "s.toml"), "--out", str(tmp_path), "--lang", "en"]) == 0
    cost = pd.read_csv(tmp_path / "cost.csv")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx", data_only=True)
    heads = [c.value for c in book["Costs"][2]]
    total = book["Costs"][1][heads.index("Gross, CNY")].value
    assert total == pytest.approx(cost["gross_cny"].sum(), abs=0.005)
    live = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    assert str(live["Costs"][1][heads.index("Gross, CNY")].value).startswith("=SUM(")


def test_the_same_input_gives_the_same_bytes(seller: Path, tmp_path: Path):
    for name, workers in (("a", "1"), ("b", "2")):
        out = ["--out", str(tmp_path / name), "--workers", workers]
        assert main(["plan", str(seller / "s.toml"), *out]) == 0
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_plan_answers_a_machine_in_json(seller: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["plan", str(seller / "s.toml"), "--out", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["net"] == pytest.approx(pd.read_csv(tmp_path / "cost.csv")["net_cny"].sum(), abs=0.01)


def test_import_joins_files_into_one_history(seller: Path, tmp_path: Path):
    rows = pd.read_csv(seller / "history.csv")
    for queue, part in rows.groupby("queue"):
        part.to_csv(tmp_path / f"{queue}.csv", index=False)
    files = [str(tmp_path / "calls.csv"), str(tmp_path / "mail.csv")]
    assert main(["import", *files, "--out", str(tmp_path / "h.csv"), "--json", str(tmp_path / "h.json")]) == 0
    assert len(pd.read_csv(tmp_path / "h.csv")) == len(rows)
    assert json.loads((tmp_path / "h.json").read_text(encoding="utf-8"))["queues"] == ["calls", "mail"]


def test_a_row_told_by_two_files_is_kept_once_or_refused_where_they_differ(
    seller: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out, again = tmp_path / "h.csv", tmp_path / "again.csv"
    rows = pd.read_csv(seller / "history.csv")
    rows.to_csv(again, index=False)
    assert main(["import", str(seller / "history.csv"), str(again), "--out", str(out), "--lang", "en"]) == 0
    assert len(pd.read_csv(out)) == len(rows)
    out.unlink()
    rows.loc[5, "offered"] += 3
    rows.to_csv(again, index=False)
    ask = ["import", str(seller / "history.csv"), str(again), "--out", str(out), "--lang", "en"]
    capsys.readouterr()
    assert main(ask) == 2
    said = capsys.readouterr().err
    assert "again.csv" in said
    assert str(int(rows.loc[5, "offered"])) in said
    assert not out.exists()
    assert main([*ask, "--prefer", str(again)]) == 0
    assert pd.read_csv(out)["offered"].sum() == rows["offered"].sum()


def test_totals_of_headquarters_are_compared_with_the_sources(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for name, counts in {"a": (5, 6), "b": (5, 7), "hq": (10, 14)}.items():
        rows = [f"2026-06-01,0{9 + n // 2}:{30 * (n % 2):02d},phone,{c}" for n, c in enumerate(counts)]
        head = "date,time,queue,offered"
        if name != "hq":
            head, rows = f"{head},source", [f"{row},{name}" for row in rows]
        (tmp_path / f"{name}.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    a, b, hq, out = (str(tmp_path / name) for name in ("a.csv", "b.csv", "hq.csv", "out.csv"))
    assert main(["import", a, b, "--total", hq, "--out", out, "--lang", "en"]) == 2
    assert "tells a total of 14 offered, the sources add up to 13" in capsys.readouterr().err
    assert main(["import", a, b, "--total", hq, "--prefer", a, "--out", out, "--lang", "en"]) == 0
    assert "phone" in capsys.readouterr().err  # said all the same
    assert pd.read_csv(out)["offered"].sum() == 23


EXPORT = """客服周报,,,,,
日期,时段,技能组,咨询量,接起量,手机号
2026-06-01,09:00-09:30,热线,{first},3,13800000000
2026-06-01,09:30-10:00,热线,4,4,13800000001
合计,,,{total},7,
"""


@pytest.fixture
def archive_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PEAKSTAFF_DATA", str(tmp_path / "data"))
    return tmp_path


@pytest.mark.usefixtures("archive_of_ones_own")
def test_a_vendors_export_is_kept_corrected_and_undone(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    week, later, out = tmp_path / "甲.csv", tmp_path / "甲改.csv", tmp_path / "kept.csv"
    week.write_bytes(EXPORT.format(first=5, total=9).encode("gb18030"))
    later.write_bytes(EXPORT.format(first=6, total=10).encode("gb18030"))
    assert main(["history", "add", str(week), "--lang", "en"]) == 2  # nobody knows whose contacts these are
    assert "source" in capsys.readouterr().err
    assert main(["history", "export", "--out", str(out), "--lang", "en"]) == 2
    for file in (week, week, later):
        assert main(["history", "add", str(file), "--source", "甲", "--lang", "en"]) == 0
    said = capsys.readouterr()
    assert "手机号" in said.err
    assert "13800000000" not in said.err + said.out
    assert "nothing was stored" in said.out
    assert "1 corrected" in said.out
    assert main(["history", "export", "--out", str(out)]) == 0
    assert pd.read_csv(out)["offered"].tolist() == [6, 4]
    assert main(["history", "undo", "2"]) == 0
    assert main(["history", "export", "--out", str(out)]) == 0
    assert pd.read_csv(out)["offered"].tolist() == [5, 4]
    capsys.readouterr()
    assert main(["history", "list", "--json"]) == 0
    assert [one["status"] for one in json.loads(capsys.readouterr().out)] == ["active", "undone"]
    places = tmp_path / "places.toml"
    places.write_text('[regions]\n"华东" = ["甲"]\n', encoding="utf-8")
    assert main(["history", "export", "--places", str(places), "--out", str(out)]) == 0
    rolled = pd.read_csv(out)
    assert rolled.groupby("layer")["contacts"].sum().tolist() == [9, 9, 9]


def test_the_scorecard_is_written_as_csv_and_as_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    sample = str(Path(__file__).parents[1] / "data" / "history.csv.gz")
    assert main(["scorecard", sample, "--out", str(tmp_path / "s.csv"), "--json", "--lang", "en"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {one["source"] for one in told["verdicts"]} == {"inhouse", "vendor_a", "vendor_b"}
    assert set(pd.read_csv(tmp_path / "s.csv")["source"]) == {"inhouse", "vendor_a", "vendor_b"}
    assert main(["scorecard", sample, "--out", str(tmp_path / "s.xlsx"), "--lang", "en"]) == 0
    assert openpyxl.load_workbook(tmp_path / "s.xlsx").sheetnames == ["weeks", "verdicts", "evidence"]


BAD = [
    # missing history
    (["forecast", "{tmp}/none.csv", "--out", "{tmp}/o.csv"], "none.csv:-:-:"),
    # a column misspelt
    (["forecast", "{tmp}/wrong_column.csv", "--out", "{tmp}/o.csv"], "wrong_column.csv:1:"),
    # a negative count, with its row
    (["forecast", "{tmp}/negative.csv", "--out", "{tmp}/o.csv"], "negative.csv:3:offered:"),
    # an unknown scenario key
    (["plan", "{tmp}/unknown.toml", "--out", "{tmp}/o"], "unknown.toml:-:levers.volum:"),
    # a lever out of its bounds
    (["plan", "{tmp}/bounds.toml", "--out", "{tmp}/o"], "bounds.toml:-:levers.volume:"),
    # a scenario that is not there
    (["season", "{tmp}/none.toml", "--out", "{tmp}/o.csv"], "none.toml:-:-:"),
    # a scenario built on itself
    (["plan", "{tmp}/circle.toml", "--out", "{tmp}/o"], "circle.toml:-:based_on:"),
    # a horizon that is no number of days
    (["forecast", "{tmp}/negative.csv", "--horizon", "soon", "--out", "{tmp}/o.csv"], "command line:-:--horizon:"),
    # a country without a calendar, for a scenario and for a command
    (["plan", "{tmp}/country.toml", "--out", "{tmp}/o"], "country.toml:-:-: countries"),
    (["forecast", "{seller}/history.csv", "--country", "ZZ", "--out", "{tmp}/o.csv"], "command line:-:--country:"),
    # a forecast from before there was anything to learn from
    (["forecast", "{seller}/history.csv", "--from", "2019-01-01", "--out", "{tmp}/o.csv"], "2025-08-04"),
    # a table where a table of tables belongs
    (["plan", "{tmp}/flat.toml", "--out", "{tmp}/o"], "flat.toml:-:sources.x: expected a table"),
    # too few days, told of the user's own file
    (["plan", "{tmp}/thin.toml", "--out", "{tmp}/o"], "thin.csv:-:start: a: expected 7 known days"),
    # a place to write that is a file
    (
        ["forecast", "{seller}/history.csv", "--model", "seasonal_naive", "--out", "{tmp}/thin.csv/o.csv"],
        "thin.csv:-:-:",
    ),
    # an option that does not exist
    (["plan", "--colour", "red", "--out", "{tmp}/o"], "--colour"),
    # a command that does not exist
    (["planet"], "planet"),
    # a language we do not speak
    (["plan", "--lang", "fr", "--out", "{tmp}/o"], "--lang"),
]


@pytest.mark.parametrize(("argv", "said"), BAD)
def test_bad_input_gets_one_line_that_names_the_place_and_writes_nothing(
    argv: list[str], said: str, seller: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    hours = pd.date_range("2026-01-01", periods=72, freq="h")
    pd.DataFrame({"start": hours, "queue": "a", "offered": 3}).to_csv(tmp_path / "thin.csv", index=False)
    (tmp_path / "thin.toml").write_text('history = "thin.csv"\nhorizon_days = 14\n')
    (tmp_path / "country.toml").write_text('countries = ["XX"]\n')
    (tmp_path / "flat.toml").write_text("[sources]\nx = 3\n")
    (tmp_path / "wrong_column.csv").write_text("start,queue,ofered\n2026-01-01,a,1\n")
    (tmp_path / "negative.csv").write_text("start,queue,offered\n2026-01-01,a,1\n2026-01-02,a,-4\n")
    (tmp_path / "unknown.toml").write_text("[levers]\nvolum = 2\n")
    (tmp_path / "bounds.toml").write_text("[levers]\nvolume = -2\n")
    (tmp_path / "circle.toml").write_text('based_on = "circle.toml"\n')
    before = sorted(tmp_path.rglob("*"))
    places = {"{tmp}": str(tmp_path), "{seller}": str(seller)}
    argv = [part.replace("{tmp}", places["{tmp}"]).replace("{seller}", places["{seller}"]) for part in argv]
    assert main([*argv, "--lang", "en"] if "--lang" not in argv else argv) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert sorted(p for p in tmp_path.rglob("*") if "cache" not in p.parts) == before


def test_a_fault_of_our_own_is_one_line_and_a_status_of_its_own(
    seller: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("staffing.plan.staffed", lambda *_: 1 // 0)
    monkeypatch.delenv("PEAKSTAFF_DEBUG", raising=False)
    assert main(["plan", str(seller / "s.toml"), "--out", str(tmp_path / "o"), "--lang", "en"]) == 1
    error = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError" in error[-1]
    assert not (tmp_path / "o").exists()


def test_every_problem_of_a_file_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "h.csv").write_text("start,queue,offered\n2026-01-01,a,-1\n2026-01-02,a,many\nsoon,a,3\n")
    assert main(["forecast", str(tmp_path / "h.csv"), "--out", str(tmp_path / "o.csv")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.rsplit("h.csv", 1)[1].split(" ")[0] for line in lines] == [":2:offered:", ":3:offered:", ":4:start:"]


def test_no_plan_is_an_answer_with_its_own_status(seller: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    poor = SOURCES.replace("staff = 20", "staff = 1\nmax_seats = 2").replace(
        'kind = "vendor"', 'kind = "vendor"\nmax_seats = 1'
    )
    (tmp_path / "poor.toml").write_text(poor)
    (tmp_path / "s.toml").write_text(f'based_on = "{seller / "s.toml"}"\nsources = "poor.toml"\n')
    assert main(["plan", str(tmp_path / "s.toml"), "--out", str(tmp_path / "out"), "--lang", "en"]) == 3
    error = capsys.readouterr().err
    assert "calls" in error
    assert not (tmp_path / "out").exists()


def test_an_empty_scenario_file_is_the_base_case(tmp_path: Path):
    from staffing.scenario import load

    (tmp_path / "empty.toml").write_text("")
    assert load(tmp_path / "empty.toml") == load()


@pytest.mark.parametrize("command", ["import", "serve"])
def test_each_command_is_found_when_only_its_own_module_is_loaded(command: str):
    found = subprocess.run(
        [sys.executable, "-m", "staffing", command, "--no-such"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 2
    assert "--no-such" in found.stderr
