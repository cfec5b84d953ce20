"""Whole exports: any encoding, separator and line end gives the same history; what is wrong is told in its place."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast import ingest
from forecast.history import History
from forecast.ingest.heading import contact_columns, is_contact_log, meaning
from forecast.problem import Refused

ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"]
HEAD = ["日期", "时段", "技能组", "供应商", "咨询量", "接待量", "放弃量", "平均处理时长(秒)"]
QUEUES = st.sampled_from(["售前", "售后;物流", 'he said "hi"', "a,b|c", "line\nbreak".replace("\n", " "), "投诉"])


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Rows of cells as an export has them: some days of half-hours of a few queues."""
    rows = []
    for queue in draw(st.lists(QUEUES, min_size=1, max_size=2, unique=True)):
        for half in range(18, 18 + draw(st.integers(2, 5))):
            start = datetime(2026, 6, 1) + timedelta(minutes=30 * half)
            end = start + timedelta(minutes=30)
            offered = draw(st.integers(0, 3000))
            handled = draw(st.integers(0, offered))
            label = f"{start:%H:%M}-{end:%H:%M}"
            seconds = draw(st.integers(60, 900))
            lost = offered - handled
            cells = [f"{start:%Y-%m-%d}", label, queue, "甲", f"{offered:,}", str(handled), str(lost), str(seconds)]
            rows.append(cells)
    return rows


def as_text(rows: list[list[str]], separator: str, end: str, quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


def read(folder: Path, content: str | bytes, name: str = "h.csv") -> History:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return ingest.read(path).history


def problems(folder: Path, content: str | bytes, name: str = "h.csv") -> list[tuple[int | str, str, str]]:
    with pytest.raises(Refused) as refused:
        read(folder, content, name)
    return [(p.row, p.column, str(p.text)) for p in refused.value.problems]


@settings(max_examples=25)
@given(
    tables(), st.sampled_from(ENCODINGS), st.sampled_from(",\t;|"), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans()
)
def test_any_encoding_separator_and_line_end_gives_the_same_history(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    encoding: str,
    separator: str,
    end: str,
    quoted: bool,
):
    folder = tmp_path_factory.mktemp("grid")
    plain = read(folder, as_text([HEAD, *rows], ",", "\n"))
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    other = read(folder, as_text([HEAD, *rows], separator, end, quoting).encode(encoding), "other.txt")
    pd.testing.assert_frame_equal(plain.table, other.table)
    assert plain.interval == other.interval
    assert plain.table["offered"].sum() == sum(int(r[4].replace(",", "")) for r in rows)


@settings(max_examples=15)
@given(tables())
def test_a_history_survives_being_written_and_read_again(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
):
    folder = tmp_path_factory.mktemp("again")
    history = read(folder, as_text([HEAD, *rows], ",", "\n"))
    history.table.to_csv(folder / "canonical.csv", index=False)
    assert ingest.read_history(folder / "canonical.csv").digest == history.digest
    assert ingest.read(folder / "canonical.csv").history.digest == history.digest


def test_a_workbook_gives_what_its_text_gives(tmp_path: Path):
    path = tmp_path / "h.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("日报")
        sheet.merge_range(0, 0, 0, 4, "话务日报")
        sheet.write_row(1, 0, ["日期", "时段", "咨询量", "满意度", "平均处理时长"])
        sheet.merge_range(2, 0, 3, 0, datetime(2026, 6, 1), book.add_format({"num_format": "yyyy/m/d"}))
        clock = book.add_format({"num_format": "h:mm:ss"})
        for row, cells in enumerate([["09:00-09:30", 12, 0.95, 275 / 86400], ["09:30-10:00", 7, 0.9, 260 / 86400]]):
            sheet.write_row(row + 2, 1, cells[:3])
            sheet.write_number(row + 2, 4, cells[3], clock)
        sheet.write_row(4, 0, ["合计", "", 19])
        hidden = book.add_worksheet("旧")
        hidden.write_row(0, 0, ["日期", "咨询量"])
        hidden.hide()
    imported = ingest.read(path)
    table = imported.history.table
    assert table["offered"].tolist() == [12.0, 7.0]
    assert table["aht_s"].tolist() == [275.0, 260.0]
    assert table["satisfaction"].tolist() == [0.95, 0.9]
    assert f"{table['start'][1]}" == "2026-06-01 09:30:00"
    report = imported.report
    assert [(r, str(t)) for r, t in report.parts[0].skipped] == [(1, "a title above the header"), (5, "a total")]
    assert [(s, str(t)) for s, t in report.unread] == [("旧", "a hidden sheet")]
    json.dumps(report.as_json())


def test_the_report_tells_everything_that_was_not_taken(tmp_path: Path):
    text = "导出\n\n日期,咨询量,接通率,备注\n2026-06-01,3,90%,\n日期,咨询量,接通率,备注\n2026-06-02,4,90%,好\n"
    text += "合计,7,,\n平均,3.5,,\n注：口径见附件\n"
    (tmp_path / "h.csv").write_text(text, encoding="gb18030")
    report = ingest.read(tmp_path / "h.csv").report.as_json()
    assert (report["encoding"], report["separator"]) == ("gb18030", ",")
    part = report["sheets"][0]
    assert part["header_rows"] == [3]
    assert part["columns"] == {"日期": "date", "咨询量": "offered"}
    assert list(part["not_taken"]) == ["接通率", "备注"]
    assert [s["row"] for s in part["skipped"]] == [1, 5, 7, 8, 9]
    assert part["rows"] == 2


def test_counts_under_several_titles_are_queues(tmp_path: Path):
    text = "日期,电话,,在线,\n,来电量,接起量,咨询量,接待量\n2026-06-01,5,4,7,6\n2026-06-02,6,5,8,7\n"
    table = read(tmp_path, text).table
    assert dict(table.groupby("queue")["handled"].sum()) == {"电话": 9.0, "在线": 13.0}
    titled = "日期,话务,,质量\n,来电量,接起量,满意度\n2026-06-01,5,4,4.5\n"
    assert read(tmp_path, titled).queues == ("all",)  # titles that only gather columns


def test_counts_under_titles_that_name_vendors_are_sources(tmp_path: Path):
    text = "日期,甲外包,,乙外包,\n,来电量,接起量,来电量,接起量\n2026-06-01,5,4,7,6\n"
    table = read(tmp_path, text).table
    assert dict(table.groupby("source")["handled"].sum()) == {"甲外包": 4.0, "乙外包": 6.0}
    assert set(table["queue"]) == {"all"}


def test_a_word_for_offered_or_accepted_means_accepted_beside_a_clear_one(tmp_path: Path):
    beside = read(tmp_path, "日期,会话量,接入量\n2026-06-01,5,4\n").table
    assert beside[["offered", "handled"]].iloc[0].tolist() == [5.0, 4.0]
    alone = read(tmp_path, "日期,接入量\n2026-06-01,4\n").table
    assert alone["offered"].tolist() == [4.0]


def test_several_titles_before_the_same_heading_are_queues_and_their_total_is_none(tmp_path: Path):
    text = "日期,售前-呼入量,售后-呼入量,合计-呼入量\n2026-06-01,5,7,12\n2026-06-02,6,8,14\n"
    table = read(tmp_path, text).table
    assert dict(table.groupby("queue")["offered"].sum()) == {"售前": 11.0, "售后": 15.0}
    came = read(tmp_path, "日期,外呼-总量,呼入-总量\n2026-06-01,5,7\n").table
    assert came["offered"].tolist() == [7.0]  # calls out are no queue


def test_a_subtotal_that_is_not_the_sum_of_its_rows_is_refused_in_any_count(tmp_path: Path):
    head = "日期,时段,呼入量,接起量\n"
    days = [f"2026-06-0{d},09:00-09:30,5,4\n2026-06-0{d},09:30-10:00,6,5\n小计,,11,{{}}\n" for d in (1, 2)]
    good = head + days[0].format(9) + days[1].format(9)
    assert read(tmp_path, good).table["handled"].sum() == 18
    with pytest.raises(Refused) as refused:
        read(tmp_path, head + days[0].format(9) + days[1].format(8))
    assert [(p.row, p.column) for p in refused.value.problems] == [(7, "接起量")]


def test_a_total_of_one_queue_by_its_name_is_no_data(tmp_path: Path):
    text = "Date,Queue,Offered\n2026-06-01,EN,5\n2026-06-02,EN,6\nEN Total,,11\nGrand Total,,11\n"
    assert read(tmp_path, text).table["offered"].tolist() == [5.0, 6.0]
    named = "Date,Queue,Offered\n2026-06-01,Care Total,5\n2026-06-02,Care Total,6\n"
    assert read(tmp_path, named).queues == ("Care Total",)


def test_a_row_of_dashes_is_unknown_and_a_dash_among_numbers_is_refused(tmp_path: Path):
    text = "日期,呼入量,接起量,平均处理时长\n2026-06-01,5,4,240\n2026-06-02,-,N/A,--\n2026-06-03,6,无,250\n"
    table = read(tmp_path, text).table
    assert table["offered"].isna().tolist() == [False, True, False]
    assert table["handled"].isna().tolist() == [False, True, True]
    with pytest.raises(Refused):
        read(tmp_path, text.replace("2026-06-03,6", "2026-06-03,-").replace("无", "4"))


def test_bare_words_name_counts(tmp_path: Path):
    table = read(tmp_path, "日期,时段,进线,接起,放弃\n2026-06-01,09:00-09:30,5,4,1\n").table
    assert table[["offered", "handled", "abandoned"]].iloc[0].tolist() == [5.0, 4.0, 1.0]


def test_a_matrix_of_days_and_times_is_read(tmp_path: Path):
    text = "日期,9:00,9:30,10:00,合计\n2026-06-01,1,2,3,6\n2026-06-02,4,5,6,15\n"
    history = read(tmp_path, text)
    assert history.table["offered"].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert history.interval == pd.Timedelta(minutes=30)
    turned = "时段,2026-06-01,2026-06-02\n9:00-9:30,1,4\n9:30-10:00,2,5\n"
    assert read(tmp_path, turned).table["offered"].tolist() == [1.0, 2.0, 4.0, 5.0]


@pytest.mark.parametrize(
    ("content", "row", "column", "said"),
    [
        ("", "-", "-", "the file is empty"),
        ("日期,咨询量\n", 1, "-", "found none"),
        ('日期,咨询量\n2026-06-01,"123,"\n', 2, "咨询量", "expected a number"),
        ("日期,咨询量\n2026-06-01,１ｅ３\n", 2, "咨询量", "expected a number"),
        ("日期,时段,咨询量\n2026-06-01,9:00-9:30,3\n2026-06-01,9:30-10:00-11:00,3\n", 3, "时段", "expected a time"),
        ("a,b\n1,2\n", "-", "-", "expected a header"),
        ("日期,接通率\n2026-06-01,90%\n", 1, "-", "no column with the contacts offered"),
        ("队列,咨询量\na,3\n", 1, "-", "no column with a date"),
        ("日期,咨询量\n2026-06-01,3\n2026-06-01,4\n", 3, "日期", "repeats start, queue and source of row 2"),
        ("日期,咨询量\n2026-06-01,3\n备注在中间\n2026-06-02,4\n", 3, "-", "expected 2 cells"),
        ("日期,咨询量\n2026-06-01,3\n备注在中间,\n2026-06-02,4\n", 3, "-", "only a text"),
        ("日期,咨询量,接待量\n2026-06-01,3,4\n", 2, "接待量", "at most the contacts offered"),
        ("日期,咨询量,放弃量\n2026-06-01,3,4\n", 2, "放弃量", "at most the contacts offered"),
        ("日期,咨询量\n2026-06-01,-\n", 2, "咨询量", "a number or an empty cell"),
        ("日期,咨询量\n2026-06-01,1,234\n", 2, "-", "expected 2 cells, found 3"),
        ("日期,咨询量\n2026-06-01,3\n2026-06-02,4\n合计,9\n", 4, "咨询量", "the rows add up to 7, the total says 9"),
        ('日期,咨询量\n"2026-06-01,3\n', 2, "-", "never closed"),
        ("日期,时段,咨询量\n2026-06-01,9:00-9:30,3\n2026-06-01,9:15-9:45,3\n", 3, "时段", "on the grid"),
        ("日期,时段,咨询量\n2026-06-01,9:00-9:30,3\n2026-06-01,9:30-10:30,3\n", 3, "时段", "an interval of 30"),
        ("date,offered\n13/06/2026,3\n06/14/2026,3\n", 2, "date", "contradict each other"),
        ("日期,队列,咨询量\n2026-06-01,=1+1,3\n", 2, "队列", "no spreadsheet would run"),
        ("日期,咨询量\n2026-06-01,3".encode("utf-32"), "-", "-", "UTF-32"),
        (b"PK\x03\x04 cut", "-", "-", "damaged or cut off"),
        (b"%PDF-1.7 ...", "-", "-", "this is a PDF file"),
        (b"<html><table>", "-", "-", "this is a web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "-", "-", "an old Excel file"),
        ("日期,咨询量\n2026-06-01,3".encode().decode("latin-1").encode(), 1, "-", "decoded wrongly"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, content: str | bytes, row: int | str, column: str, said: str
):
    found = problems(tmp_path, content)
    assert any((r, c) == (row, column) and said in t for r, c, t in found), found


def test_every_problem_is_told_at_once_up_to_fifty(tmp_path: Path):
    rows = "".join(f"2026-06-01,{h // 2:02d}:{h % 2 * 30:02d},x,-1\n" for h in range(48))
    found = problems(tmp_path, "日期,时间,咨询量,接待量\n" + rows)
    assert len(found) == 51
    assert found[-1][2] == "and 46 more problems"
    assert [r for r, _, _ in found[:4]] == [2, 2, 3, 3]


def test_a_blank_day_is_filled_down_only_below_a_day_told_once(tmp_path: Path):
    block = "日期,时间,咨询量\n2026-06-01,9:00,1\n,9:30,2\n2026-06-02,9:00,3\n,9:30,4\n"
    assert read(tmp_path, block).table["offered"].tolist() == [1.0, 2.0, 3.0, 4.0]
    (lost,) = problems(tmp_path, "日期,时间,咨询量\n2026-06-01,9:00,1\n,9:30,2\n2026-06-01,10:00,3\n")
    assert lost[:2] == (3, "日期")
    (back, *_) = problems(tmp_path, "日期,时间,咨询量\n2026-06-01,9:30,1\n,9:00,2\n")
    assert back[:2] == (3, "日期")  # times that fall belong to a day nobody names


@pytest.mark.parametrize(
    ("heading", "field", "unit"),
    [
        ("咨询量（个）", "offered", None),
        ("Calls Offered", "offered", None),
        ("Offered 来电量", "offered", None),
        ("来电量（预测）", "", None),  # a forecast is no history
        ("平均处理时长(分钟)", "aht_s", 60.0),
        ("aht_ms", "aht_s", 0.001),
        ("平均通话时长", "", None),  # talk alone
        ("20秒内接起量", "in_time", None),
        ("20秒接起率", "", None),
    ],
)
def test_a_heading_says_its_field_and_unit(heading: str, field: str, unit: float | None):
    assert (meaning(heading).field, meaning(heading).unit if field else None) == (field, unit)


def test_a_table_with_a_row_a_contact_is_recognised(tmp_path: Path):
    head = ["通话编号", "来电时间", "技能组", "处理时长(秒)", "是否接通", "等待时长", "是否解决", "评分", "手机号"]
    found = contact_columns(head)
    fields = ["arrival", "queue", "handle_s", "answered", "wait_s", "resolved", "rating"]
    assert found == dict(zip(fields, range(1, 8), strict=True))
    assert is_contact_log(head)
    assert not is_contact_log(["日期", "技能组", "咨询量", "平均处理时长"])
    path = tmp_path / "log.csv"
    path.write_text(",".join(head) + "\n1,2026-06-01 09:00:01,a,20,是,3,是,5,13812345678\n", encoding="utf-8")
    assert ingest.kind(path) == "contacts"
    opening = ingest.opening(path)
    assert (opening.encoding, opening.separator, opening.header_row) == ("utf-8", ",", 1)
    assert ingest.preview(path).columns_found["arrival"] == "来电时间"


def test_a_preview_shows_a_file_that_is_refused(tmp_path: Path):
    path = tmp_path / "h.csv"
    path.write_text("日期,咨询量,客户姓名\n2026-06-01,x,李雷\n", encoding="utf-8")
    preview = ingest.preview(path)
    assert not preview.readable
    assert [p.column for p in preview.problems] == ["咨询量"]
    assert [g.field or g.personal for g in preview.guesses] == ["date", "offered", "name"]
    assert preview.rows[1] == ("2026-06-01", "x", "•••")
    assert not ingest.preview(tmp_path / "none.csv").readable
