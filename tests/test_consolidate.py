"""Several files as one history: told once, nothing guessed, every gap and contradiction listed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.consolidate import Consolidated, Finding, Part, consolidated, findings_of
from forecast.history import History
from forecast.measure import added, coarser, ordered, series
from forecast.problem import Refused

HALF = pd.Timedelta(minutes=30)
DAY = pd.Timedelta(days=1)


def make(starts: object, step: pd.Timedelta = HALF, **columns: object) -> History:
    base = {"queue": "售前", "source": "", "offered": 10.0, "handled": np.nan, "abandoned": np.nan, "aht_s": np.nan}
    table = pd.DataFrame({"start": pd.DatetimeIndex(starts).as_unit("s"), **base})
    return History(table.assign(**columns), step)


def office(days: int, first: str = "2026-01-05") -> pd.DatetimeIndex:
    """Half-hours 09:00 to 17:30 from Monday to Friday."""
    every = pd.date_range(first, periods=days * 48, freq="30min")
    return every[(every.hour >= 9) & (every.hour < 18) & (every.day_of_week < 5)]


def days(count: int, first: str = "2026-01-05") -> pd.DatetimeIndex:
    return pd.date_range(first, periods=count)


def of(result: Consolidated, kind: str) -> list[Finding]:
    return [f for f in result.findings if f.kind == kind]


def refusal(*args: object, **options: object) -> list[str]:
    with pytest.raises(Refused) as caught:
        consolidated(*args, **options)
    return [str(p) for p in caught.value.problems]


def test_sources_laid_side_by_side_are_one_history_with_nothing_found():
    result = consolidated([Part("a.csv", make(office(28)), "自营"), Part("b.csv", make(office(28)), "供应商", "杭州")])
    assert result.findings == ()
    assert result.history.sources == ("供应商", "自营")
    assert result.history.daily()["售前"].dropna().unique().tolist() == [360.0, 0.0]
    sites = result.history.table.groupby("source")["site"].unique().map(list).to_dict()
    assert sites == {"供应商": ["杭州"], "自营": [""]}


def test_what_two_files_tell_alike_is_counted_once_and_said():
    first, second = office(10), office(20)[60:]
    parts = [Part("a.csv", make(first), "x"), Part("b.csv", make(second), "x")]
    result = consolidated(parts)
    assert len(result.history.table) == len(first.union(second))
    (found,) = of(result, "overlap")
    shared_ = first.intersection(second)
    assert (found.queue, found.source, found.files) == ("售前", "x", ("a.csv", "b.csv"))
    assert (found.start, found.end) == (shared_[0], shared_[-1] + HALF)
    assert found.expected == len(shared_) > 0


def test_what_one_file_leaves_out_and_the_other_tells_is_no_contradiction():
    one = make(days(7), DAY, handled=9.0)
    other = make(days(7), DAY, aht_s=240.0, handled=np.nan, site="杭州")
    result = consolidated([Part("a", one, "x"), Part("b", other, "x")])
    assert [f.kind for f in result.findings] == ["overlap"]
    assert result.history.table[["offered", "handled", "aht_s"]].drop_duplicates().to_numpy().tolist() == [[10, 9, 240]]
    assert set(result.history.table["site"]) == {"杭州"}


def test_a_contradiction_is_refused_with_both_values_and_decided_by_the_preferred_file():
    value = np.full(7, 10.0)
    value[3] = 12.0
    parts = [Part("a.csv", make(days(7), DAY), "x"), Part("b.csv", make(days(7), DAY, offered=value, aht_s=60.0), "x")]
    (line,) = refusal(parts)
    assert line == (
        "b.csv:-:offered: 售前 x 2026-01-08 00:00: a.csv tells 10 offered, b.csv tells 12; "
        "say which file is to be preferred"
    )
    result = consolidated(parts, prefer=["b.csv"])
    assert result.history.table["offered"].tolist() == value.tolist()
    (found,) = of(result, "contradiction")
    assert (found.expected, found.found, found.settled) == (10, 12, True)
    assert str(found.text).endswith("b.csv was kept")
    assert consolidated(parts, prefer=["a.csv", "b.csv"]).history.table["offered"].tolist() == [10.0] * 7


def test_a_row_that_contradicts_is_taken_whole_never_mixed():
    one = make(days(3), DAY, offered=[5.0, 5, 5])
    other = make(days(3), DAY, offered=[5.0, 9, 5], handled=[4.0, 8, 4], site=["甲", "甲", "甲"])
    table = consolidated([Part("a", one, "x"), Part("b", other, "x")], prefer=["a"]).history.table
    assert table["offered"].tolist() == [5, 5, 5]
    assert np.isnan(table["handled"][1])  # 8 handled of the 5 that `a` tells would be nobody's truth
    assert table["handled"].dropna().tolist() == [4, 4]
    assert table["site"].tolist() == ["甲", "", "甲"]


def test_all_contradictions_are_told_fifty_by_one_and_the_rest_by_number():
    parts = [Part("a", make(days(80), DAY), "x"), Part("b", make(days(80), DAY, offered=11.0), "x")]
    lines = refusal(parts)
    assert len(lines) == 51
    assert lines[-1].endswith("and 30 more problems")
    preview = findings_of(parts)
    assert len([f for f in preview.findings if not f.settled]) == 80
    assert preview.table()["settled"].sum() == 0


def test_three_files_are_compared_over_a_value_one_of_them_does_not_know():
    values = [10.0, np.nan, 11.0]
    parts = [Part(n, make(days(1), DAY, offered=v), "x") for n, v in zip("abc", values, strict=True)]
    (line,) = refusal(parts)
    assert "a tells 10 offered, c tells 11" in line
    assert consolidated(parts, prefer=["c"]).history.table["offered"].tolist() == [11.0]
    assert len(refusal(parts, prefer=["b"])) == 1  # it does not know either


def test_sites_told_differently_are_a_contradiction():
    parts = [Part(n, make(days(2), DAY), "x", site) for n, site in (("a", "杭州"), ("b", "上海"))]
    lines = refusal(parts)
    assert len(lines) == 2
    assert "a tells 杭州 site, b tells 上海" in lines[0]


def test_a_difference_in_the_last_bit_is_none():
    parts = [Part("a", make(days(1), DAY, aht_s=0.1 + 0.2), "x"), Part("b", make(days(1), DAY, aht_s=0.3), "x")]
    assert [f.kind for f in consolidated(parts).findings] == ["overlap"]


def test_a_silent_week_is_one_gap_and_closed_hours_are_none():
    starts = office(84)
    hole = (starts >= "2026-02-02") & (starts < "2026-02-09")
    result = consolidated([Part("a", make(starts), "x"), Part("b", make(starts[~hole]), "y")])
    (gap,) = of(result, "gap")
    assert (gap.source, gap.start, gap.end) == ("y", pd.Timestamp("2026-02-02 09:00"), pd.Timestamp("2026-02-06 18:00"))
    assert (gap.expected, gap.found) == (5 * 18, 0)


def test_rows_without_contacts_are_a_gap_too():
    value = np.full(28, 10.0)
    value[[4, 5, 20]] = np.nan
    gaps = of(consolidated([Part("a", make(days(28), DAY, offered=value), "x")]), "gap")
    assert [(g.start, g.end) for g in gaps] == [(days(28)[4], days(28)[6]), (days(28)[20], days(28)[21])]


def test_a_late_report_is_a_gap_of_its_opening_hours_and_a_source_gone_has_left():
    starts = office(84)
    late, gone = starts[starts < "2026-03-16"], starts[starts < "2026-02-02"]
    result = consolidated([Part("a", make(starts), "x"), Part("b", make(late), "y"), Part("c", make(gone), "z")])
    y, z = (next(f for f in of(result, "gap") if f.source == s) for s in "yz")
    after = starts[starts >= "2026-03-16"]
    assert (y.start, y.end, y.expected) == (after[0], after[-1] + HALF, len(after))
    assert str(z.text) == "no row after 2026-01-30; it is taken to have left"
    assert len(of(result, "gap")) == 2


def test_other_intervals_are_refused_by_name_and_brought_to_one_step_when_asked():
    half = make(pd.date_range("2026-01-05", periods=48 * 7, freq="30min"), handled=5.0, aht_s=100.0)
    day = make(days(7, "2026-01-12"), DAY, offered=480.0)
    parts = [Part("half.csv", half, "x"), Part("day.csv", day, "x")]
    (line,) = refusal(parts)
    assert line.startswith("day.csv:-:start: expected rows 30 minutes apart as in half.csv, these are 1440;")
    result = consolidated(parts, interval=DAY)
    assert result.history.table["offered"].tolist() == [480.0] * 14
    assert result.history.table["aht_s"].tolist()[:7] == [100.0] * 7
    (found,) = of(result, "interval")
    assert (found.files, found.expected, found.found) == (("half.csv",), 1440, 30)
    assert "cannot be brought" in refusal(parts, interval=pd.Timedelta(hours=1))[0]


def test_a_day_is_unknown_when_an_open_half_hour_was_not_told_and_known_when_only_closed_ones_were_not():
    starts = office(28)
    history = coarser(make(starts.delete(40)), DAY)
    assert history.table["offered"].isna().tolist() == [False, False, True] + [False] * 17
    assert set(history.table["offered"].dropna()) == {180.0}


def test_totals_that_agree_are_silent_and_are_never_added():
    parts = [Part("a", make(office(14)), "x"), Part("b", make(office(14)), "y")]
    weekdays = days(12)[days(12).day_of_week < 5]
    total = Part("hq", make(weekdays, DAY, offered=360.0), total=True)
    result = consolidated([*parts, total])
    assert result.findings == ()
    assert result.history.sources == ("x", "y")
    assert consolidated([*parts]).history.digest == result.history.digest


def test_totals_that_differ_are_a_contradiction_only_the_sources_can_win():
    parts = [Part("a", make(days(3), DAY), "x"), Part("b", make(days(3), DAY), "y")]
    total = Part("hq", make(days(3), DAY, offered=[20.0, 23.0, np.nan]), total=True)
    (line,) = refusal([*parts, total])
    said = "hq:-:offered: 售前 2026-01-06 00:00: hq tells a total of 23 offered, the sources add up to 20"
    assert line.startswith(said)
    assert len(refusal([*parts, total], prefer=["hq", "a"])) == 1
    result = consolidated([*parts, total], prefer=["a", "hq"])
    assert [f.settled for f in of(result, "contradiction")] == [True]
    assert result.history.total()["售前"].tolist() == [20, 20, 20]


def test_totals_over_all_queues_are_compared_with_the_sum_over_queues():
    parts = [Part(q, make(days(3), DAY, queue=q), "x") for q in ("售前", "售后")]
    good, bad = (Part("hq", make(days(3), DAY, queue="all", offered=v), total=True) for v in (20.0, 21.0))
    assert consolidated([*parts, good]).findings == ()
    assert len(refusal([*parts, bad])) == 3


def test_totals_of_days_no_source_tells_are_a_gap_and_unknown_sums_are_not_compared():
    part = Part("a", make(days(3), DAY, offered=[10.0, np.nan, 10.0]), "x")
    total = Part("hq", make(days(5), DAY), total=True)
    result = consolidated([part, total])
    assert [(f.kind, f.start.day, f.expected) for f in result.findings] == [("gap", 6, 1), ("gap", 8, 2)]


def test_more_handled_and_abandoned_than_came_is_a_contradiction_until_the_file_is_trusted():
    part = Part("a", make(days(2), DAY, handled=[8.0, 9.0], abandoned=[2.0, 2.0]), "x")
    (line,) = refusal([part])
    assert "2026-01-06 00:00: a tells 11 contacts handled and abandoned of 10 offered" in line
    assert [f.settled for f in consolidated([part], prefer=["a"]).findings] == [True]


def test_rows_without_a_source_beside_sources_may_be_counted_twice_and_are_refused():
    named, bare = Part("a", make(days(2), DAY), "x"), Part("b", make(days(2), DAY))
    (line,) = refusal([named, bare])
    assert "b names no source beside those of x" in line
    assert len(refusal([named, bare], prefer=["b"])) == 1
    assert consolidated([bare]).history.sources == ("",)
    assert consolidated([named, Part("b", make(days(2), DAY, queue="物流"))]).findings == ()


def test_names_that_differ_only_in_spelling_are_pointed_out():
    parts = [Part("a", make(days(2), DAY), "Vendor-A"), Part("b", make(days(2), DAY), "ｖｅｎｄｏｒ a")]
    (found,) = consolidated(parts).findings
    assert (found.kind, found.column) == ("name", "source")


def test_rows_of_a_stranger_unknown_preferences_and_totals_alone_are_refused_at_once():
    mixed = make(days(2), DAY, source=["x", "z"])
    lines = refusal([Part("a", mixed, "x")], prefer=["c"])
    assert lines == ["c:-:-: expected one of the files a", "a:-:source: expected rows of 'x', some are of 'z'"]
    assert "beside the totals" in refusal([Part("hq", make(days(2), DAY), total=True)])[0]
    twice = pd.concat([make(days(2), DAY).table, make(days(2), DAY, source="x").table], ignore_index=True)
    assert "2 intervals are told with and without" in refusal([Part("a", History(twice, DAY), "x")])[0]
    with pytest.raises(ValueError, match="its own name"):
        consolidated([Part("a", mixed), Part("a", mixed)])


@settings(max_examples=8)
@given(st.data())
def test_the_order_of_files_changes_nothing_when_they_agree(data: st.DataObject):
    truth = make(days(30), DAY, offered=np.arange(30.0), handled=np.arange(30.0) / 2).table
    parts = []
    for name in "abc":
        rows = data.draw(st.lists(st.integers(0, 29), min_size=1, unique=True))
        table = truth.iloc[sorted(rows)].reset_index(drop=True)
        hidden = data.draw(st.lists(st.integers(0, len(table) - 1), unique=True))
        table.loc[hidden, "handled"] = np.nan
        parts.append(Part(name, History(table, DAY), "x"))
    results = [consolidated(p).history.table for p in (parts, parts[::-1])]
    pd.testing.assert_frame_equal(*results)
    assert set(results[0]["start"]) == {s for p in parts for s in p.history.table["start"]}
    told = {s for p in parts for s, h in p.history.table[["start", "handled"]].itertuples(index=False) if h == h}
    assert set(results[0].loc[results[0]["handled"].notna(), "start"]) == told


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 50), st.one_of(st.none(), st.floats(1, 900))), min_size=1))
def test_rows_added_up_keep_their_contacts_and_their_work(rows: list[tuple[int, int, float | None]]):
    table = pd.DataFrame(rows, columns=["key", "handled", "aht_s"]).astype({"handled": float, "aht_s": float})
    result = added(table.assign(offered=table["handled"]), ("key",))
    assert result["handled"].sum() == table["handled"].sum()
    for _, row in result.iterrows():
        own = table[(table["key"] == row["key"]) & table["aht_s"].notna() & (table["handled"] > 0)]
        if own.empty:
            assert np.isnan(row["aht_s"])
        else:
            assert row["aht_s"] == pytest.approx((own["aht_s"] * own["handled"]).sum() / own["handled"].sum())


def test_a_sum_with_an_unknown_part_is_unknown():
    table = pd.DataFrame({"key": [1, 1, 2], "offered": [3.0, np.nan, 4.0], "satisfaction": [0.5, 0.9, 0.7]})
    result = added(table, ("key",))
    assert result["offered"].isna().tolist() == [True, False]
    assert result["satisfaction"].tolist() == [0.5, 0.7]  # nobody knows how many rated the other


def test_the_rows_of_a_source_are_whole_and_a_move_keeps_its_site():
    starts = days(40)
    site = np.where(starts < "2026-01-20", "杭州", "上海")
    (rows,) = series(make(starts.delete([10, 30]), DAY, site=np.delete(site, [10, 30])))
    assert rows["silent"].to_numpy().nonzero()[0].tolist() == [10, 30]
    assert rows["site"].tolist() == site.tolist()


def test_columns_that_tell_nothing_are_left_out_and_the_order_is_fixed():
    table = make(days(2), DAY, rated=np.nan, site="", replied=3.0).table
    assert ordered(table).columns.tolist() == [
        *("start", "queue", "source", "offered", "handled", "abandoned", "aht_s", "replied"),
    ]


def test_three_hundred_thousand_rows_are_consolidated_in_seconds():
    starts = pd.date_range("2023-01-01", periods=48 * 1042, freq="30min")
    parts = [Part(f"{q}{s}", make(starts, queue=q), s) for q in "abc" for s in "xy"]
    before = pd.Timestamp.now()
    assert consolidated(parts).findings == ()
    assert pd.Timestamp.now() - before < pd.Timedelta(seconds=15)
