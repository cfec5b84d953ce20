"""Real contact-centre data through import, forecast, requirement and shifts."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from staffing.cli import main

CENTRES = {"bank_il_30min.csv": ("IL", 30), "bank_us_15min.csv": ("US", 15)}
QUEUES = """
[queues.calls]
channel = "voice"
share = 0.8
answer_within_s = 20
aht_s = 200
opens = "{opens}"
closes = "{closes}"
"""
HOURS = {"bank_il_30min.csv": ("00:00", "24:00"), "bank_us_15min.csv": ("07:00", "21:00")}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEAKSTAFF_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("file", CENTRES)
def test_a_real_centre_goes_from_file_to_shifts(file: str, shared: Path, tmp_path: Path):
    country, minutes = CENTRES[file]
    opens, closes = HOURS[file]
    source = pd.read_csv(shared / "data" / file)
    (tmp_path / "queues.toml").write_text(QUEUES.format(opens=opens, closes=closes))
    steps = [
        ["import", str(shared / "data" / file), "--out", "h.csv"],
        ["forecast", "h.csv", "--horizon", "28d", "--country", country, "--out", "f.csv"],
        ["require", "f.csv", "--queues", "queues.toml", "--out", "r.csv"],
        ["shifts", "s.toml", "--requirement", "r.csv", "--out", "s.csv"],
    ]
    (tmp_path / "s.toml").write_text('history = "h.csv"\nqueues = "queues.toml"\n')
    for step in steps:
        here = [str(tmp_path / part) if part.endswith((".csv", ".toml")) and "/" not in part else part for part in step]
        assert main(here) == 0, step

    assert pd.read_csv(tmp_path / "h.csv")["offered"].sum() == source["offered"].sum()
    forecast = pd.read_csv(tmp_path / "f.csv", parse_dates=["start"])
    assert forecast["start"].diff().dropna().median() == pd.Timedelta(minutes=minutes)
    assert (forecast.drop(columns=["start", "queue"]) >= 0).all(axis=None)
    # the level of the last four weeks carries over: a forecast twice or half of it would be nonsense for either bank
    day = pd.to_datetime(source["start"])
    last = source["offered"][day > day.max() - pd.Timedelta(days=28)].sum()
    assert 0.7 < forecast["mean"].sum() / last < 1.4

    needed = pd.read_csv(tmp_path / "r.csv", parse_dates=["start"])
    busy = needed[needed["agents"] > 0]
    # an interval in which the desk opens, empty, needs fewer than its load; the day as a whole needs more
    assert (busy["agents"] > 0.75 * busy["load_erlang"]).all()
    assert busy["agents"].sum() > busy["load_erlang"].sum()
    assert (busy["service_level"] >= 0.8).all()

    shifts = pd.read_csv(tmp_path / "s.csv", parse_dates=["start", "end"])
    on_duty = pd.Series(0, index=pd.DatetimeIndex(needed["start"]))
    for row in shifts.itertuples():
        at_work = (on_duty.index >= row.start) & (on_duty.index < row.end)
        if isinstance(row.breaks, str):
            begin, end = (pd.Timestamp(f"{row.start:%Y-%m-%d} {clock}") for clock in row.breaks.split("-"))
            begin = begin if begin >= row.start else begin + pd.Timedelta(days=1)
            end = end if end > begin else end + pd.Timedelta(days=1)
            at_work &= ~((on_duty.index >= begin) & (on_duty.index < end))
        on_duty[at_work] += row.agents
    first = pd.Timestamp(shifts["start"].min()).normalize()
    monday = first - pd.Timedelta(days=first.weekday())
    week = needed.set_index("start").loc[monday : monday + pd.Timedelta(days=7) - pd.Timedelta(minutes=1)]
    assert (on_duty.loc[week.index] >= week["scheduled"]).all()
