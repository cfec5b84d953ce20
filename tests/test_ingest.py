"""Files -> values, or every problem at once."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.ingest import joined, read_events, read_history
from forecast.problem import Refused

HEAD = "start,queue,offered\n"


def problems(path: Path) -> list[str]:
    with pytest.raises(Refused) as refused:
        read_history(path)
    return [str(p).removeprefix(f"{path}:") for p in refused.value.problems]


def written(folder: Path, text: str | bytes, name: str = "h.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_plain_file_becomes_a_sorted_history(tmp_path):
    text = "start,queue,source,offered,handled,abandoned,aht_s\n2026-01-01 00:30,b,x,2,1,1,300\n"
    text += "2026-01-01 00:00,b,x,5,,,\n2026-01-01,a,x,,,,\n2026-01-01T00:30:00,a,x,0,0,0,\n"
    history = read_history(written(tmp_path, text))
    assert history.queues == ("a", "b")
    assert history.interval == pd.Timedelta(minutes=30)
    assert history.table["offered"].tolist()[1:] == [0.0, 5.0, 2.0]
    assert np.isnan(history.table["offered"][0])  # empty is unknown, not 0
    assert history.table["aht_s"].dropna().tolist() == [300.0]


def test_a_mark_gzip_and_windows_line_ends_change_nothing(tmp_path):
    text = HEAD + "2026-01-01,客服,3\n2026-01-02,客服,4\n"
    plain = read_history(written(tmp_path, text))
    marked = read_history(written(tmp_path, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), "m.csv"))
    packed = read_history(written(tmp_path, gzip.compress(text.encode()), "h.csv.gz"))
    assert plain.digest == marked.digest == packed.digest
    assert plain.interval == pd.Timedelta(days=1)


def test_columns_beyond_the_promise_are_kept_where_the_file_has_them(tmp_path):
    text = "start,queue,offered,resolved\n2026-01-01,a,3,2\n2026-01-02,a,3,1\n"
    assert read_history(written(tmp_path, text)).table["resolved"].tolist() == [2.0, 1.0]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (HEAD, "1:-: expected rows below the header, found none"),
        ("", "1:-: expected a header with the columns start, queue, offered, found none"),
        ("start,queue\n2026-01-01,a\n", "1:offered: this column is missing; the file has 'start', 'queue'"),
        (
            "start,queue,offered,phone\n2026-01-01,a,1,2\n",
            "1:phone: unknown column; expected start, queue, offered, source",
        ),
        ("start,queue,offered,offered\n2026-01-01,a,1,2\n", "1:offered: this column comes more than once"),
        (HEAD + "2026-01-01,a,1,9\n", "2:-: expected 3 cells, found 4"),
        (
            HEAD + "2026/01/01,a,1\n",
            "2:start: expected a date such as 2026-06-01 or 2026-06-01 09:30, got '2026/01/01'",
        ),
        (HEAD + "2026-02-30,a,1\n", "2:start: expected a date such as"),  # February has no thirtieth
        (HEAD + ",a,1\n", "2:start: expected a date such as"),
        (HEAD + "2026-01-01,,1\n", "2:queue: expected a name"),
        (HEAD + "2026-01-01,a,-1\n", "2:offered: expected 0 or more, got '-1'"),
        (HEAD + '2026-01-01,a,"1,5"\n', "2:offered: expected a number or nothing, got '1,5'"),
        (HEAD + "2026-01-01,a,nan\n", "2:offered: expected a number or nothing, got 'nan'"),
        (HEAD + "2026-01-01,a,inf\n", "2:offered: expected a number or nothing, got 'inf'"),
        (HEAD + "2026-01-01,a,1e12\n", "2:offered: expected a number below a billion"),
        (HEAD + "2026-01-01,a,1\n2026-01-01,a,2\n", "3:start: repeats start, queue and source of row 2"),
        (
            HEAD + "2026-01-01,a,1\n2026-01-08,a,2\n2026-01-15,a,2\n",
            "expected a row a day at least, rows are 7 days apart",
        ),
        (
            "start,queue,offered,handled\n2026-01-01,a,1,2\n",
            "2:handled: expected at most the contacts offered, got '2'",
        ),
        ("start,queue,offered,abandoned\n2026-01-01,a,1,2\n", "2:abandoned: expected at most the contacts offered"),
    ],
)
def test_a_fault_is_named_by_row_and_column(tmp_path, body, expected):
    assert any(expected in line for line in problems(written(tmp_path, body)))


def test_every_problem_is_told_at_once_in_the_order_of_rows(tmp_path):
    body = "start,queue,offered\n2026-01-01,a,x\n\n2026-01-02,,1\n,,\n2026-01-03,a,-2\n2026-01-0,a,1\n"
    assert [line.split(":")[:2] for line in problems(written(tmp_path, body))] == [
        ["2", "offered"],
        ["4", "queue"],  # an empty line counts, as in a spreadsheet
        ["6", "offered"],
        ["7", "start"],
    ]


def test_after_fifty_problems_the_last_line_says_how_many_more(tmp_path):
    body = HEAD + "".join(f"2026-01-01 {h:02d}:{m:02d},a,x\n" for h in range(24) for m in (0, 30))
    body += "".join(f"2026-01-02 {h:02d}:00,a,-1\n" for h in range(24))
    lines = problems(written(tmp_path, body))
    assert len(lines) == 51
    assert lines[-1] == "-:-: and 23 more problems" or lines[-1] == "-:-: and 22 more problems"


def test_a_cell_is_repeated_up_to_200_characters(tmp_path):
    line = problems(written(tmp_path, HEAD + f"2026-01-01,a,{'9x' * 5000}\n"))[0]
    assert len(line) < 300


def test_a_start_off_the_grid_is_named(tmp_path):
    rows = [f"2026-01-01 {h:02d}:{m},a,1\n" for h in range(6) for m in ("00", "30")]
    lines = problems(written(tmp_path, HEAD + "".join(rows) + "2026-01-01 07:10,a,1\n"))
    assert lines == ["14:start: expected a start on the grid of 30 minutes, got '2026-01-01 07:10'"]


def test_a_days_sum_among_half_hours_is_a_mixed_interval(tmp_path):
    rows = [f"2026-01-0{d} {h:02d}:{m},a,1\n" for d in (1, 2) for h in range(24) for m in ("00", "30")]
    lines = problems(written(tmp_path, HEAD + "".join(rows) + "2026-01-03,a,48\n"))
    assert len(lines) == 1
    assert "mixed intervals" in lines[0]


def test_hours_after_half_hours_are_a_mixed_interval(tmp_path):
    rows = [f"2026-01-0{d} {h:02d}:{m},a,1\n" for d in (1, 2) for h in range(24) for m in ("00", "30")]
    rows += [f"2026-01-03 {h:02d}:00,a,2\n" for h in range(24)]
    assert all("mixed intervals" in line for line in problems(written(tmp_path, HEAD + "".join(rows))))


def test_another_encoding_is_refused_with_its_row(tmp_path):
    assert problems(written(tmp_path, (HEAD + "2026-01-01,客服,1\n").encode("gb18030")))[0].startswith(
        "2:-: expected UTF-8"
    )


def test_a_missing_file_and_a_damaged_gzip_are_refused(tmp_path):
    assert problems(tmp_path / "none.csv") == ["-:-: expected a file, there is none"]
    cut = gzip.compress((HEAD + "2026-01-01,a,1\n").encode())[:-9]
    assert "gzip" in problems(written(tmp_path, cut, "h.csv.gz"))[0]


def test_files_of_two_vendors_become_one_history(tmp_path):
    parts = []
    for vendor in ("x", "y"):
        text = "start,queue,source,offered\n" + "".join(f"2026-01-0{d},a,{vendor},{d}\n" for d in range(1, 6))
        parts.append(read_history(written(tmp_path, text, f"{vendor}.csv")))
    both = joined(parts, ["x.csv", "y.csv"])
    assert both.sources == ("x", "y")
    assert both.daily()["a"].tolist() == [2.0, 4.0, 6.0, 8.0, 10.0]
    with pytest.raises(Refused, match="5 intervals are in an earlier file too"):
        joined([parts[0], parts[0]], ["x.csv", "again.csv"])


def test_events_are_read_with_their_defaults(tmp_path):
    text = "name,kind,start,end,queue,note,size\n品牌日,promotion,2026-03-01,2026-03-02,,,1.3\n"
    text += "停机,incident,2026-02-01 10:00,,chat,,\n"
    events = read_events(written(tmp_path, text))
    assert [(e.name, e.kind, len(e.days), e.queue, e.size) for e in events.all] == [
        ("停机", "incident", 1, "chat", None),
        ("品牌日", "promotion", 2, "", 1.3),
    ]
    assert not read_events(written(tmp_path, "name,kind,start,end\n", "empty.csv")).all


def test_faults_of_events_are_told_at_once(tmp_path):
    text = "name,kind,start,end,size\na,party,2026-03-02,2026-03-01,-1\n,promotion,soon,2026-03-01,\n"
    with pytest.raises(Refused) as refused:
        read_events(written(tmp_path, text))
    assert [(p.row, p.column) for p in refused.value.problems] == [
        (2, "kind"), (2, "end"), (2, "size"), (3, "name"), (3, "start"),
    ]  # fmt: skip
