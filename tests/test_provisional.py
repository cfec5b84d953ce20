"""Days of a year whose days off nobody has announced are marked in every table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from forecast.forecast import LEVELS
from forecast.season import season_of
from staffing.cli import main
from staffing.provisional import marked, years
from staffing.stagefile import read_forecast

SEASON = season_of(pd.Timestamp("2026-01-01"), pd.Timestamp("2035-12-31"))
OPEN = SEASON.provisional_years[0]  # the first year that is not announced when the test runs


def test_only_days_of_years_that_are_not_announced_are_marked():
    days = pd.date_range(f"{OPEN - 1}-12-30", f"{OPEN}-01-02", unit="s")
    table = pd.DataFrame({"start": days, "mean": 1.0})
    assert marked(table, SEASON.provisional_years)["provisional"].tolist() == [0, 0, 1, 1]
    assert marked(table.iloc[:2], SEASON.provisional_years).columns.tolist() == ["start", "mean"]
    assert years(SEASON, table["start"]) == (OPEN,)
    weeks = pd.DataFrame({"week": pd.to_datetime([f"{OPEN - 1}-12-20", f"{OPEN - 1}-12-28"])})
    assert marked(weeks, [OPEN], "week", 7)["provisional"].tolist() == [0, 1]  # the second has New Year's Day


def test_a_mark_goes_with_its_days_from_file_to_file(seller: Path, tmp_path: Path):
    days = pd.date_range(f"{OPEN - 1}-12-27", f"{OPEN}-01-09", freq="30min", inclusive="left", unit="s")
    told = pd.DataFrame({"start": days, "queue": "calls", "mean": 9.0} | dict.fromkeys(LEVELS, 9.0) | {"aht_s": 240})
    told["provisional"] = (days.year == OPEN).astype(int)
    forecast, needed, replayed = (tmp_path / name for name in ("forecast.csv", "requirement.csv", "simulated.csv"))
    told.to_csv(forecast, index=False)
    queues = ["--queues", str(seller / "queues.toml")]
    assert main(["require", str(forecast), *queues, "--out", str(needed)]) == 0
    assert main(["simulate", str(needed), *queues, "--samples", "2", "--out", str(replayed)]) == 0
    for file in (needed, replayed):
        table = pd.read_csv(file, parse_dates=["start"])
        assert (table["provisional"].astype(bool) == (table["start"].dt.year == OPEN)).all()
        assert table["provisional"].nunique() == 2


def test_without_the_chinese_calendar_nothing_is_provisional():
    plain = season_of(pd.Timestamp("2026-01-01"), pd.Timestamp("2035-12-31"), ())
    table = pd.DataFrame({"start": pd.date_range(f"{OPEN}-01-01", periods=3, unit="s")})
    assert marked(table, plain.provisional_years) is table


def test_a_forecast_into_such_a_year_is_marked_in_its_files_and_can_be_read_again(
    seller: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PEAKSTAFF_CACHE", str(tmp_path / "cache"))
    horizon = (pd.Timestamp(f"{OPEN}-01-05") - pd.Timestamp("2025-12-21")).days
    argv = ["forecast", str(seller / "history.csv"), "--horizon", f"{horizon}d", "--model", "average"]
    out, together = tmp_path / "f.csv", tmp_path / "t.csv"
    assert main([*argv, "--interval", "D", "--out", str(out), "--totals", str(together)]) == 0
    for file in (out, together):
        table = pd.read_csv(file, parse_dates=["start"])
        assert (table["provisional"].astype(bool) == (table["start"].dt.year == OPEN)).all()
        assert table["provisional"].sum() > 0
    assert "provisional" not in read_forecast(out).table
