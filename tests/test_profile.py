"""A profile says once what a vendor's files mean, and notices when they change."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast import ingest
from forecast.problem import Refused
from forecast.profile import FIELDS, Profile, parsed, read_profile

HEADINGS = st.text(alphabet="abc日期咨询量 _\"'\\=[]#", min_size=1, max_size=12)


def written(folder: Path, text: str, name: str = "h.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def days(head: str, *cells: str) -> str:
    return head + "\n" + "".join(f"2026-06-0{d},{','.join(cells)}\n" for d in range(1, 5))


@given(
    st.dictionaries(st.sampled_from(FIELDS), HEADINGS, max_size=5),
    st.lists(HEADINGS, max_size=4),
    st.sampled_from(["", "day", "month", "year"]),
    st.sampled_from([0, 15, 30, 1440]),
)
def test_a_profile_comes_back_from_its_toml_byte_for_byte(
    columns: dict[str, str], headings: list[str], order: str, step: int
):
    if len(set(columns.values())) < len(columns):
        return
    values = {
        "title": "x",
        "source": "甲",
        "columns": columns,
        "headings": headings,
        "date_order": order,
        "interval": step,
    }
    profile = Profile.model_validate(values)
    again = parsed(profile.toml())
    assert again == profile
    assert again.toml() == profile.toml()


def test_an_empty_profile_is_an_empty_file(tmp_path: Path):
    assert Profile().toml() == ""
    assert read_profile(written(tmp_path, "", "p.toml")) == Profile()


@pytest.mark.parametrize(
    ("toml", "place", "said"),
    [
        ("colour = 1", "colour", "unknown key"),
        ("[columns]\ncalls = 'x'", "columns", "expected fields among"),
        ("date_order = 'week'", "date_order", "'week'"),
        ("interval = 7", "interval", "got '7'"),
        ("zone = 'Mars/Base'", "zone", "a time zone"),
        ("source = '=cmd'", "source", "formula"),
        ("[units]\naht_s = 'days'", "units.aht_s", "got 'days'"),
        ("[units]\noffered = 's'", "-", "units: expected one of"),
        ("[promises]\nphone = 0", "promises.phone", "greater than 0"),
        ("[promises]\nphone = nan", "promises.phone", ""),
        ("ignore = ['a']\n[columns]\noffered = 'a'", "-", "also in columns"),
        ("title = ", "-", "expected TOML"),
        ("x = " + "[" * 5000, "-", "expected TOML"),
    ],
)
def test_a_bad_profile_is_refused_by_key(toml: str, place: str, said: str, tmp_path: Path):
    with pytest.raises(Refused) as refused:
        read_profile(written(tmp_path, toml, "p.toml"))
    problem = refused.value.problems[0]
    assert problem.column == place
    assert said in str(problem)


def test_a_missing_profile_is_refused(tmp_path: Path):
    with pytest.raises(Refused, match="there is none"):
        read_profile(tmp_path / "none.toml")


def test_a_profile_made_from_a_file_reads_the_next_one_alike(tmp_path: Path):
    first = written(tmp_path, days("日期,进线总数,接听数,手机", "5", "4", "13812345678"))
    profile = Profile.of(ingest.preview(first), title="甲", source="甲")
    assert profile.columns == {"date": "日期", "offered": "进线总数", "handled": "接听数"}
    imported = ingest.read(first, parsed(profile.toml()))
    assert imported.history.sources == ("甲",)
    assert imported.history.table["handled"].tolist() == [4.0] * 4
    assert Profile.of(imported.report, title="甲", source="甲") == profile


def test_headings_no_synonym_knows_are_read_by_profile(tmp_path: Path):
    path = written(tmp_path, days("天数,笔,时", "5", "4.5"))
    with pytest.raises(Refused):
        ingest.read(path)
    preview = ingest.preview(path)
    assert not preview.readable
    assert preview.rows[0] == ("天数", "笔", "时")
    told = Profile(columns={"date": "天数", "offered": "笔", "aht_s": "时"}, units={"aht_s": "min"})
    assert ingest.read(path, told).history.table["aht_s"].tolist() == [270.0] * 4


def test_a_renamed_heading_is_named_with_the_nearest_new_one(tmp_path: Path):
    profile = Profile.of(ingest.preview(written(tmp_path, days("日期,咨询量,接待量", "5", "4"))))
    with pytest.raises(Refused) as refused:
        ingest.read(written(tmp_path, days("日期,咨询总量,接待量", "5", "4"), "next.csv"), profile)
    problem = refused.value.problems[0]
    assert (problem.row, problem.column) == (1, "咨询量")
    assert "'咨询总量'" in str(problem)


def test_a_new_heading_is_noted_and_not_taken(tmp_path: Path):
    profile = Profile.of(ingest.preview(written(tmp_path, days("日期,咨询量", "5"))))
    imported = ingest.read(written(tmp_path, days("日期,咨询量,接待量", "5", "4"), "next.csv"), profile)
    assert imported.history.table["handled"].isna().all()
    assert "'接待量'" in str(imported.report.parts[0].notes[0])


def test_two_columns_for_one_field_are_settled_by_a_profile(tmp_path: Path):
    path = written(tmp_path, days("日期,咨询量,来电量", "5", "9"))
    with pytest.raises(Refused, match="both name offered"):
        ingest.read(path)
    assert ingest.read(path, Profile(columns={"offered": "来电量"})).history.table["offered"].tolist() == [9.0] * 4
    assert ingest.read(path, Profile(ignore=("来电量",))).history.table["offered"].tolist() == [5.0] * 4


def test_a_profile_says_the_order_of_ambiguous_dates_and_what_a_label_means(tmp_path: Path):
    path = written(tmp_path, "date,offered\n01/06/2026,3\n")
    with pytest.raises(Refused, match="ambiguous dates"):
        ingest.read(path)
    first = [ingest.read(path, Profile.model_validate({"date_order": o})).history.first for o in ("day", "month")]
    assert [f"{d:%m-%d}" for d in first] == ["06-01", "01-06"]
    rows = "".join(f"2026-06-01,{h // 2:02d}:{h % 2 * 30:02d},3\n" for h in range(1, 49))
    path = written(tmp_path, "日期,时间,咨询量\n" + rows, "ends.csv")
    with pytest.raises(Refused, match="labels"):
        ingest.read(path)
    table = ingest.read(path, Profile(labels="end")).history.table
    assert (f"{table['start'].min():%d %H:%M}", f"{table['start'].max():%d %H:%M}") == ("01 00:00", "01 23:30")


def test_names_of_the_file_become_ours(tmp_path: Path):
    path = written(tmp_path, days("日期,技能组,供应商,咨询量", "SQ_01", "BPO-A", "5"))
    told = Profile(queues={"SQ_01": "售前"}, sources={"BPO-A": "甲"}, site="嘉兴")
    table = ingest.read(path, told).history.table
    assert (set(table["queue"]), set(table["source"]), set(table["site"])) == ({"售前"}, {"甲"}, {"嘉兴"})


def test_times_with_an_offset_are_moved_to_the_profiles_zone(tmp_path: Path):
    path = written(tmp_path, "start,offered\n2026-06-01T01:00:00Z,3\n2026-06-01T01:30:00Z,4\n")
    assert f"{ingest.read(path).history.table['start'][0]:%H:%M}" == "09:00"
    assert f"{ingest.read(path, Profile(zone='Europe/Berlin')).history.table['start'][0]:%H:%M}" == "03:00"
