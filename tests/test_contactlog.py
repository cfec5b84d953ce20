"""Contact logs add up exactly to intervals, or are refused at the right place."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from forecast import contactlog, export
from forecast.contactlog import fast
from forecast.problem import Refused
from forecast.profile import Profile
from tests.exports import contact_logs
from tests.exports.case import Case
from tests.exports.judge import fault

HEAD = ["arrival", "queue", "handle_s", "answered", "wait_s", "resolved", "rating"]
ROW = ["2026-06-01 09:05:10", "sales", "275", "yes", "12", "yes", "5"]
START = datetime(2026, 6, 1)
Contact = tuple[int, str, int | None, bool, int | None, bool | None, int | None]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go, so that a test sees those left behind."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def fast_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The careful reading fails: what is read was read by DuckDB."""
    monkeypatch.setattr("forecast.contactlog.careful.read", None)


def text(rows: Sequence[Sequence[str]], end: str = "\n", separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=end, delimiter=separator).writerows(rows)
    return out.getvalue()


def written(path: Path, rows: Sequence[Sequence[str]], head: Sequence[str] = HEAD, encoding: str = "utf-8") -> Path:
    path.write_bytes(text([head, *rows]).encode(encoding))
    return path


def refusal(path: Path, profile: Profile | None = None) -> list[tuple[int | str, str]]:
    with pytest.raises(Refused) as refused:
        export.read(path, profile)
    return [(p.row, p.column) for p in refused.value.problems]


@pytest.mark.parametrize("case", contact_logs.CASES, ids=lambda case: case.name)
def test_log_is_read_exactly_or_refused_at_the_right_place(case: Case, tmp_path: Path) -> None:
    path = tmp_path / case.filename
    path.write_bytes(case.content)
    answer: pd.DataFrame | Refused
    try:
        answer = export.read(path).history.table
    except Refused as refused:
        answer = refused
    assert (wrong := fault(case, answer)) is None, f"{case.why}: {wrong}"
    assert path.read_bytes() == case.content


CONTACTS = st.lists(
    st.tuples(
        st.integers(0, 3 * 86_400 - 1),
        st.sampled_from(["sales", "售后", "a b"]),
        st.none() | st.integers(0, 86_400),
        st.booleans(),
        st.none() | st.integers(0, 300),
        st.none() | st.booleans(),
        st.none() | st.integers(0, 5),
    ),
    min_size=1,
    max_size=30,
)


@given(CONTACTS, st.sampled_from([15, 30, 60]), st.booleans())
@settings(max_examples=12, deadline=None)
def test_sums_are_those_of_plain_addition_by_either_reader(
    contacts: list[Contact], minutes: int, careful: bool
) -> None:
    rows = []
    for second, queue, handle, answered, wait, resolved, rating in contacts:
        said = ["" if v is None else str(v) for v in (handle, wait, rating)]
        arrival = f"{START + timedelta(seconds=second):%Y-%m-%d %H:%M:%S}"
        word = "" if resolved is None else "yes" if resolved else "no"
        rows.append([arrival, queue, said[0], "是" if answered else "否", said[1], word, said[2]])
    promises = {"sales": 20.0, "售后": 60.0}
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "log.csv", [*rows, [""] * 7, ["合计", *[""] * 6]] if careful else rows)
        history, report = contactlog.read(path, None, pd.Timedelta(minutes=minutes), None, promises)
    assert report.parts[0].rows == len(contacts)
    assert [str(reason) for _, reason in report.parts[0].skipped] == (["a total"] if careful else [])
    expected: dict[tuple[str, datetime], list[Contact]] = {}
    for one in contacts:
        slot = START + timedelta(minutes=one[0] // 60 // minutes * minutes)
        expected.setdefault((one[1], slot), []).append(one)
    table = history.table.set_index(["queue", "start"])
    for name, slots in pd.DataFrame(list(expected), columns=["queue", "slot"]).groupby("queue")["slot"]:
        assert len(history.table[history.table["queue"] == name]) == (
            (slots.max() - slots.min()) // timedelta(minutes=minutes) + 1
        )
    for at, row in table.iterrows():
        key = cast("tuple[str, datetime]", at)
        some = expected.get(key, [])
        done = [c for c in some if c[3]]
        assert row["offered"] == len(some)
        assert row["handled"] == len(done)
        assert row["abandoned"] == len(some) - len(done)
        same(row["aht_s"], [c[2] for c in done])
        same(row["first_response_s"], [c[4] for c in done])
        same(row["satisfaction"], [c[6] for c in some])
        assert row["rated"] == sum(c[6] is not None for c in some)
        told = [c[5] for c in some if c[5] is not None]
        assert row["resolved"] == sum(told) if told or not some else pd.isna(row["resolved"])
        if key[0] in promises:
            assert row["in_time"] == sum(c[4] is not None and c[4] <= promises[key[0]] for c in done)
        else:
            assert pd.isna(row["in_time"])


def same(mean: float, told: list[int | None]) -> None:
    known = [v for v in told if v is not None]
    assert pd.isna(mean) if not known else mean == pytest.approx(sum(known) / len(known))


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        (0, ""), (0, "2026-02-30 09:00:00"), (0, "2026-06-01"), (0, "26-06-01 09:00"), (0, "1989-06-01 09:00:00"),
        (0, "2026-06-01 09:00-09:30"), (0, "infinity"), (0, "epoch"), (0, "45000"), (0, "2026-06-01 09:00+08"),
        (0, "2026-06-01 09: 5:10"), (0, "2026-06-01 09:0 :10"), (0, "2026-06-01 09:05:1Z"),
        (1, ""), (1, "=1+1"), (1, "13912345678"), (1, "x" * 201),
        (2, "-1"), (2, "86401"), (2, "nan"), (2, "inf"), (2, "1e400"), (2, "long"), (2, "5%"), (2, "1_000"), (4, "1_0"),
        (3, ""), (3, "maybe"), (3, "2"), (4, "-0.5"), (4, "-inf"), (4, "1.2.3"),
        (5, "perhaps"), (6, "-1"), (6, "101"), (6, "good"), (6, "0_5"), (6, "00:00:05"),
    ],
)  # fmt: skip
def test_bad_cell_is_named_by_row_and_heading(tmp_path: Path, column: int, cell: str) -> None:
    bad = [*ROW]
    bad[column] = cell
    assert refusal(written(tmp_path / "a.csv", [ROW, bad, ROW])) == [(3, HEAD[column])]
    assert refusal(written(tmp_path / "b.csv", [ROW, [""] * 7, bad, ROW])) == [(4, HEAD[column])]


def test_all_problems_are_told_the_first_fifty_one_by_one(tmp_path: Path) -> None:
    path = written(tmp_path / "log.csv", [[*ROW[:2], "-5", "huh", *ROW[4:]]] * 200)
    found = refusal(path)
    assert found[:3] == [(2, "handle_s"), (2, "answered"), (3, "handle_s")]
    assert len(found) == 51
    with pytest.raises(Refused, match="and 350 more problems"):
        export.read(path)


def test_bad_cell_late_in_a_long_log_is_found_at_its_row(tmp_path: Path) -> None:
    rows = [ROW] * 110_000
    rows[105_000] = [*ROW[:2], "x", *ROW[3:]]
    assert refusal(written(tmp_path / "log.csv", rows)) == [(105_002, "handle_s")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.usefixtures("fast_only")
def test_encodings_and_gzip_read_alike_and_leave_no_copy(
    tmp_path: Path, temporary: Path, encoding: str, packed: bool
) -> None:
    data = text([["来电时间", "技能组", "处理时长(秒)", "是否接通"], ["2026-06-01 09:05:10", "售后", "100", "是"]] * 1)
    data += "2026-06-01 10:05:10,投诉,200,否\n" * 3
    path = tmp_path / "log.csv"
    path.write_bytes(gzip.compress(data.encode(encoding)) if packed else data.encode(encoding))
    table = export.read(path).history.table
    assert table[["queue", "offered", "handled"]].to_numpy().tolist() == [["售后", 1.0, 1.0], ["投诉", 3.0, 0.0]]
    assert not list(temporary.iterdir())


def test_copy_is_removed_when_the_log_is_refused(tmp_path: Path, temporary: Path) -> None:
    path = written(tmp_path / "log.csv", [[*ROW[:2], "-1", *ROW[3:]]], encoding="utf-16")
    assert refusal(path) == [(2, "handle_s")]
    assert not list(temporary.iterdir())


def test_ascii_head_with_gb18030_far_below_is_read(tmp_path: Path) -> None:
    rows = [ROW] * 7_000 + [[ROW[0], "售后", *ROW[2:]]]
    path = written(tmp_path / "log.csv", rows, encoding="gb18030")
    found = export.read(path)
    assert found.report["encoding"] == "gb18030"
    assert found.history.queues == ("sales", "售后")


def test_bytes_of_no_encoding_far_below_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "log.csv", [ROW] * 7_000)
    path.write_bytes(path.read_bytes() + b"2026-06-01 09:05:10,\xff\xff\xff,1,yes,,,\n")
    assert refusal(path)[0][0] != ""


@pytest.mark.parametrize(
    "style", ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y%m%d%H%M%S"]
)
@pytest.mark.usefixtures("fast_only")
def test_usual_styles_of_dates_are_read_fast(tmp_path: Path, style: str) -> None:
    at = datetime(2026, 6, 1, 9, 35, 10)
    path = written(tmp_path / "log.csv", [[at.strftime(style), *ROW[1:]]])
    assert export.read(path).history.table["start"].tolist() == [pd.Timestamp("2026-06-01 09:30")]


@pytest.mark.parametrize(
    ("cell", "short"),
    [
        ("20260601090510", "2026060190510"), ("20260601 09:05:10", "2026061 09:05:10"),
        ("2026/06/01 09:05", "2026/06/01 09:5"), ("2026-06-01 09:05", "2026-06-01 09:0"),
        ("2026年06月01日 09:05:10", "2026年06月01日 09:5:10"),
    ],
)  # fmt: skip
def test_time_that_lost_a_digit_is_refused(tmp_path: Path, cell: str, short: str) -> None:
    assert refusal(written(tmp_path / "log.csv", [[c, *ROW[1:]] for c in (cell, short, cell)])) == [(3, "arrival")]


def test_names_with_underscores_do_not_slow_a_log(tmp_path: Path, fast_only: None) -> None:
    path = written(tmp_path / "log.csv", [[ROW[0], "a_b", *ROW[2:]]])
    assert export.read(path).history.table[["queue", "aht_s", "satisfaction"]].to_numpy().tolist() == [["a_b", 275, 5]]


def test_an_answer_in_another_word_far_below_the_first_rows_is_still_read_fast(tmp_path: Path, fast_only: None) -> None:
    rows = [ROW] * 200_000 + [[*ROW[:3], "no", *ROW[4:]], [*ROW[:5], "n", ROW[6]]]
    row = export.read(written(tmp_path / "log.csv", rows)).history.table.iloc[0]
    assert (row["offered"], row["abandoned"], row["resolved"]) == (200_002, 1, 200_001)


@pytest.mark.parametrize(
    ("cell", "start"),
    [
        ("2026/6/1 9:05", "2026-06-01 09:00"), ("2026年6月1日 下午3:05", "2026-06-01 15:00"),
        ("2026-06-01T01:05:00Z", "2026-06-01 09:00"), ("2026-06-01 03:05:00+02:00", "2026-06-01 09:00"),
        ("13/06/2026 9:05", "2026-06-13 09:00"), ("6/13/2026 9:05", "2026-06-13 09:00"),
        ("2026-06-01 24:00", "2026-06-02 00:00"), ("01-Jun-2026 09:31:00", "2026-06-01 09:30"),
    ],
)  # fmt: skip
def test_other_styles_of_dates_are_read_by_the_rules(tmp_path: Path, cell: str, start: str) -> None:
    path = written(tmp_path / "log.csv", [[cell, *ROW[1:]]])
    assert export.read(path).history.table["start"].tolist() == [pd.Timestamp(start)]


def test_ambiguous_dates_are_one_problem_and_a_profile_cures_them(tmp_path: Path) -> None:
    path = written(tmp_path / "log.csv", [["05/06/2026 09:00:00", *ROW[1:]]] * 9)
    assert refusal(path) == [(2, "arrival")]
    table = export.read(path, Profile(date_order="day")).history.table
    assert table["start"].tolist() == [pd.Timestamp("2026-06-05 09:00")]


def test_contradicting_dates_are_refused_and_late_evidence_counts(tmp_path: Path) -> None:
    cells = ["05/06/2026 09:00", "13/06/2026 09:00", "06/13/2026 09:00"]
    assert refusal(written(tmp_path / "a.csv", [[c, *ROW[1:]] for c in cells])) == [(3, "arrival"), (4, "arrival")]
    table = export.read(written(tmp_path / "b.csv", [[c, *ROW[1:]] for c in cells[:2]])).history.table
    assert table["start"].min() == pd.Timestamp("2026-06-05 09:00")


def test_day_and_time_in_two_columns(tmp_path: Path) -> None:
    head = ["来电日期", "来电时刻", "处理时长(秒)", "是否接通"]
    path = written(tmp_path / "log.csv", [["2026-06-01", "09:35:00", "10", "是"]], head)
    assert export.read(path).history.table["start"].tolist() == [pd.Timestamp("2026-06-01 09:30")]


@pytest.mark.parametrize(("yes", "no"), [
    ("已接听", "未接听"), ("接通", "未接通"), ("已接", "放弃"), ("YES", "No"), ("TRUE", "FALSE"), ("1", "0"),
    ("answered", "Not Answered"), ("Y", "n"),
])  # fmt: skip
def test_words_of_answered(tmp_path: Path, yes: str, no: str) -> None:
    rows = [[*ROW[:3], word, *ROW[4:]] for word in (yes, no, yes)]
    table = export.read(written(tmp_path / "log.csv", rows)).history.table
    assert table[["offered", "handled", "abandoned"]].to_numpy().tolist() == [[3.0, 2.0, 1.0]]


def test_without_the_answer_a_handle_time_tells_and_the_report_says_so(tmp_path: Path) -> None:
    head = ["arrival", "handle_s"]
    found = export.read(written(tmp_path / "log.csv", [[ROW[0], "60"], [ROW[0], "0"], [ROW[0], ""]], head))
    assert found.history.table[["queue", "offered", "handled"]].to_numpy().tolist() == [["all", 3.0, 1.0]]
    assert "handle time count as answered" in found.report["sheets"][0]["notes"][0]


def test_handle_times_without_unit_that_cannot_be_seconds_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "log.csv", [[ROW[0], "4.5"]], ["来电时间", "处理时长"])
    assert refusal(path) == [("-", "处理时长")]
    table = export.read(path, Profile(units={"handle_s": "min"})).history.table
    assert table["aht_s"].tolist() == [270.0]


def test_profile_names_queue_and_source(tmp_path: Path) -> None:
    path = written(tmp_path / "log.csv", [ROW])
    told = Profile(source="vendor", queues={"sales": "售前"}, interval=60)
    history = export.read(path, told).history
    assert (history.queues, history.sources, history.interval) == (("售前",), ("vendor",), pd.Timedelta(hours=1))


def test_promises_of_the_profile_are_counted_by_our_names(tmp_path: Path) -> None:
    rows = [[*ROW[:4], wait, *ROW[5:]] for wait in ("5", "20", "21", "")]
    profile = Profile(queues={"sales": "presales"}, promises={"presales": 20.0})
    table = export.read(written(tmp_path / "log.csv", rows), profile).history.table
    assert table[["queue", "handled", "in_time"]].to_numpy().tolist() == [["presales", 4.0, 2.0]]
    assert "in_time" not in export.read(written(tmp_path / "log.csv", rows)).history.table


def test_customer_data_is_reported_and_never_repeated(tmp_path: Path) -> None:
    head = ["手机号", *HEAD, "备注"]
    rows = [["13912345678", *ROW, "13812345678"]] * 5
    found = export.read(written(tmp_path / "log.csv", rows, head))
    assert found.personal == ("手机号", "备注")
    assert "139123" not in str(found.report)
    rows[2] = ["13912345678", *ROW[:2], "13712345678", *ROW[3:], ""]
    with pytest.raises(Refused) as refused:
        export.read(written(tmp_path / "bad.csv", rows, head))
    assert "345678" not in str(refused.value)
    assert refused.value.problems[0].row == 4


def test_queue_that_is_a_phone_number_is_refused_unrepeated(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        export.read(written(tmp_path / "log.csv", [[ROW[0], "13912345678", *ROW[2:]]]))
    assert "139123" not in str(refused.value)


def test_workbook_log_with_times_of_its_own(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = cast(Worksheet, book.active)
    sheet.append(["七月通话记录"])
    sheet.append(["来电时间", "技能组", "处理时长(秒)", "是否接通"])
    sheet.append([datetime(2026, 6, 1, 9, 5), "售后", 100, "是"])
    sheet.append([datetime(2026, 6, 1, 10, 5), "售后", 0, "否"])
    sheet.append(["合计", None, 100, None])
    book.save(tmp_path / "log.xlsx")
    found = export.read(tmp_path / "log.xlsx")
    assert found.history.table["offered"].tolist() == [1.0, 0.0, 1.0]
    assert found.report["kind"] == "xlsx"
    assert found.report["sheets"][0]["skipped"] == [{"row": 5, "reason": "a total"}]
    sheet.append([datetime(2026, 6, 1, 10, 5), "售后", -3, "否"])
    book.save(tmp_path / "bad.xlsx")
    assert refusal(tmp_path / "bad.xlsx") == [(6, "处理时长(秒)")]


def test_intervals_without_contacts_are_zero_between_first_and_last(tmp_path: Path) -> None:
    rows = [ROW, ["2026-06-01 11:00:00", *ROW[1:]]]
    table = export.read(written(tmp_path / "log.csv", rows)).history.table
    assert table["offered"].tolist() == [1.0, 0.0, 0.0, 0.0, 1.0]
    assert table["handled"].tolist() == table["offered"].tolist()
    assert table["aht_s"].isna().tolist() == [False, True, True, True, False]


@pytest.mark.parametrize("name", ["a[1].csv", "a*?.csv", "it's.csv", "数据.csv"])
@pytest.mark.usefixtures("fast_only")
def test_any_name_of_a_file_is_that_file_only(tmp_path: Path, name: str) -> None:
    written(tmp_path / "a1.csv", [ROW] * 5)
    assert export.read(written(tmp_path / name, [ROW])).history.table["offered"].sum() == 1


def test_database_may_read_nothing_else(tmp_path: Path) -> None:
    import duckdb

    path, other = written(tmp_path / "log.csv", [ROW]), written(tmp_path / "other.csv", [ROW])
    with duckdb.connect(":memory:") as connection:
        fast._shut(connection, path, tmp_path / "temporary")
        assert connection.execute("SELECT count(*) FROM read_csv($p)", {"p": str(path)}).fetchall()
        for query in (f"FROM '{other}'", "INSTALL httpfs", "SET enable_external_access = true"):
            with pytest.raises(duckdb.Error):
                connection.execute(query)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_separators_and_line_ends(tmp_path: Path, end: str, separator: str) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(text([["日志"], HEAD, ROW, ROW], end, separator).encode())
    assert export.read(path).history.table["offered"].tolist() == [2.0]


def test_same_contact_twice_is_refused_another_leg_of_it_is_not(tmp_path: Path) -> None:
    head = ["contact_id", *HEAD]
    assert refusal(written(tmp_path / "a.csv", [["1", *ROW], ["2", *ROW], ["1", *ROW]], head)) == [(4, "contact_id")]
    legs = [["1", *ROW], ["1", ROW[0], "other", *ROW[2:]]]
    assert export.read(written(tmp_path / "b.csv", legs, head)).history.table["offered"].sum() == 2


@pytest.mark.parametrize("rows", [[["2026-06-01 09:05:10", "sales"]], [[*ROW, "more"]]])
def test_rows_of_another_width_are_refused(tmp_path: Path, rows: list[list[str]]) -> None:
    assert refusal(written(tmp_path / "log.csv", [ROW, *rows, ROW]))[0] == (3, "-")


def test_rows_all_shorter_than_the_header_are_refused(tmp_path: Path) -> None:
    assert refusal(written(tmp_path / "log.csv", [ROW[:3]] * 3)) == [(2, "-"), (3, "-"), (4, "-")]


def test_open_quotation_mark_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(text([HEAD, ROW]) + '2026-06-01 09:05:10,"sales\n')
    assert refusal(path)[0][0] == 3


def test_note_below_is_reported_a_word_in_the_middle_is_refused(tmp_path: Path) -> None:
    note = ["导出时间: 今天", *[""] * 6]
    found = export.read(written(tmp_path / "a.csv", [ROW, ROW, note]))
    assert found.report["sheets"][0]["skipped"] == [{"row": 4, "reason": "a note below the data"}]
    assert refusal(written(tmp_path / "b.csv", [ROW, note, ROW]))[0] == (3, "arrival")


def test_interval_that_does_not_divide_a_day(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="divide a day"):
        contactlog.read(written(tmp_path / "log.csv", [ROW]), None, pd.Timedelta(minutes=7))
