"""Files are written whole, and hold nothing a spreadsheet would run."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from forecast.problem import Refused
from staffing.save import csv_bytes, write, write_all


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(cell):
    assert csv_bytes(pd.DataFrame({"queue": [cell]})).decode().split("\n", 1)[1].lstrip('"').startswith("'")


def test_negative_numbers_stay_numbers():
    assert csv_bytes(pd.DataFrame({"difference": [-1.5]})) == b"difference\n-1.5\n"


def test_times_show_their_clock_only_where_one_of_them_has_one():
    days = pd.DataFrame({"week": pd.to_datetime(["2026-06-01"]), "start": pd.to_datetime(["2026-06-01 09:30"])})
    assert csv_bytes(days) == b"week,start\n2026-06-01,2026-06-01 09:30:00\n"


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path: Path):
    (tmp_path / "a.csv").write_bytes(b"old")
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(Refused):
        write_all(tmp_path, {"a.csv": b"new", "b.csv": b"new"})
    assert (tmp_path / "a.csv").read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "b.csv"]


def test_a_missing_folder_is_refused_by_name(tmp_path: Path):
    with pytest.raises(Refused, match="nowhere"):
        write(tmp_path / "nowhere" / "x.csv", b"")


def test_a_written_file_replaces_the_old_one_whole(tmp_path: Path):
    write(tmp_path / "x.csv", b"long old content")
    write(tmp_path / "x.csv", b"new")
    assert (tmp_path / "x.csv").read_bytes() == b"new"
