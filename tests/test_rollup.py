"""Sites, regions, headquarters: sums that add up, and unknowns that stay unknown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.history import History
from forecast.problem import Refused
from forecast.rollup import COLUMNS, Places, places_of, read_places, rolled, totals

DAY = pd.Timedelta(days=1)
PLACES = places_of('[regions]\n"华东" = ["上海", "杭州"]\n"华南" = ["广州"]')
SITES = ("上海", "杭州", "广州")


def make(rows: list[tuple[str, str, str, int, float]], step: pd.Timedelta = DAY) -> History:
    """Rows of (queue, source, site, day, offered); nine of ten are handled in 100 seconds."""
    table = pd.DataFrame(rows, columns=["queue", "source", "site", "day", "offered"])
    start = pd.to_datetime("2026-01-05") + pd.to_timedelta(table.pop("day"), unit="D")
    table = table.assign(start=start.dt.as_unit("s"), handled=table["offered"], abandoned=0.0, aht_s=100.0)
    return History(table, step)


def at(table: pd.DataFrame, layer: str, place: str = "") -> pd.DataFrame:
    return table[(table["layer"] == layer) & (table["place"] == place)].reset_index(drop=True)


def refusal(call: object) -> list[str]:
    with pytest.raises(Refused) as caught:
        call()
    return [str(p) for p in caught.value.problems]


def test_sites_add_up_to_regions_and_regions_to_headquarters():
    rows = [("a", s, s, d, float(10 * (i + 1) + d)) for i, s in enumerate(SITES) for d in range(3)]
    table = rolled(make(rows), PLACES)
    assert tuple(table.columns) == COLUMNS
    assert at(table, "region", "华东")["contacts"].tolist() == [30, 32, 34]
    assert at(table, "region", "华南")["contacts"].tolist() == [30, 31, 32]
    assert at(table, "headquarters")["contacts"].tolist() == [60, 63, 66]


def test_totals_of_all_layers_are_the_same_and_headquarters_come_first():
    rows = [("a", s, s, d, float(10 * (i + 1) + d)) for i, s in enumerate(SITES) for d in range(3)]
    table = totals(make(rows), PLACES)
    assert table["layer"].tolist() == ["headquarters", "region", "region", "site", "site", "site"]
    assert table.groupby("layer")["contacts"].sum().to_dict() == {"headquarters": 189, "region": 189, "site": 189}
    assert table.groupby("layer")["share"].sum().round(12).to_dict() == {"headquarters": 1, "region": 1, "site": 1}
    assert set(table["aht_s"]) == {100.0}


def test_totals_tell_what_is_known_and_how_much_is_not():
    rows = [
        ("a", "x", "上海", 0, 10.0),
        ("a", "x", "上海", 1, np.nan),
        ("a", "y", "杭州", 0, 5.0),
        ("a", "y", "杭州", 1, 4.0),
    ]
    table = totals(make(rows), Places())
    assert table[["place", "contacts", "unknown"]].to_numpy().tolist() == [["", 19, 1], ["上海", 10, 1], ["杭州", 9, 0]]


def test_places_written_and_read_again_are_the_same():
    assert places_of(PLACES.toml()) == PLACES


def test_an_unknown_part_is_unknown_in_every_layer_above_and_said():
    rows = [("a", s, s, d, 10.0) for s in SITES for d in range(3)]
    rows[4] = ("a", "杭州", "杭州", 1, np.nan)
    table = rolled(make(rows), PLACES)
    for layer, place, known in (("site", "杭州", 0), ("region", "华东", 10), ("headquarters", "", 20)):
        own = at(table, layer, place)
        assert own["contacts"].isna().tolist() == [False, True, False]
        assert own["unknown"].tolist() == [0, 1, 0]
        assert own["contacts_known"][1] == known
    assert at(table, "region", "华南")["contacts"].tolist() == [10, 10, 10]


def test_a_row_that_should_be_there_is_unknown_and_one_of_closed_hours_is_none():
    every = pd.date_range("2026-01-05", periods=28 * 48, freq="30min")
    starts = every[(every.hour >= 9) & (every.hour < 18) & (every.day_of_week < 5)]
    table = pd.DataFrame({"start": starts.delete(5).as_unit("s"), "queue": "a", "source": "上海", "offered": 2.0})
    history = History(table.assign(handled=2.0, abandoned=0.0, aht_s=60.0), pd.Timedelta(minutes=30))
    daily = at(rolled(history, PLACES, every=DAY), "headquarters")
    assert daily["contacts"].isna().tolist() == [True] + [False] * 25  # to the last Friday
    assert daily["contacts_known"][0] == 34
    assert daily["unknown"][0] == 1
    assert set(daily["contacts"].dropna()) == {36.0, 0.0}
    assert daily["aht_s"].dropna().unique().tolist() == [60.0]


def test_a_late_source_leaves_the_total_unknown_and_one_that_left_does_not():
    rows = [("a", "上海", "", d, 10.0) for d in range(60)] + [("a", "杭州", "", d, 5.0) for d in range(55)]
    rows += [("a", "广州", "", d, 3.0) for d in range(20)]
    total = at(rolled(make(rows), PLACES), "headquarters")["contacts"]
    assert total.tolist()[:55] == [18.0] * 20 + [15.0] * 35
    assert total[55:].isna().all()


def test_handle_time_is_weighted_and_says_how_many_contacts_are_behind_it():
    history = make([("a", "上海", "", 0, 10.0), ("a", "杭州", "", 0, 30.0), ("a", "广州", "", 0, 60.0)])
    history = History(history.table.assign(aht_s=np.array([200.0, 100.0, np.nan])[[0, 2, 1]]), DAY)
    table = history.table.set_index("source")["aht_s"].to_dict()
    assert np.isnan(table["广州"]) or np.isnan(table["杭州"])
    top = at(rolled(history, PLACES), "headquarters").iloc[0]
    told = history.table.dropna(subset="aht_s")
    assert top["handle_contacts"] == told["handled"].sum()
    assert top["aht_s"] == pytest.approx((told["aht_s"] * told["handled"]).sum() / told["handled"].sum())


def test_without_regions_there_are_sites_and_headquarters():
    table = rolled(make([("a", "x", "", 0, 1.0), ("b", "y", "", 0, 2.0)]), Places(), by_queue=False)
    assert table["layer"].tolist() == ["site", "site", "headquarters"]
    assert at(table, "headquarters")[["queue", "contacts"]].to_numpy().tolist() == [["", 3.0]]


def test_a_source_places_its_rows_where_they_name_no_site():
    places = places_of('[regions]\n"北" = ["v1"]\n"南" = ["S"]')
    table = rolled(make([("a", "v1", "", 0, 1.0), ("a", "v1", "S", 1, 2.0), ("b", "v1", "T", 0, 4.0)]), places)
    assert at(table, "region", "南")["contacts"].tolist() == [2.0]
    north = at(table, "region", "北")
    assert north[["queue", "contacts"]].to_numpy().tolist() == [["a", 1.0], ["b", 4.0]]


def test_sites_in_no_region_or_in_two_are_refused_all_at_once():
    history = make([("a", "上海", "共用", 0, 1.0), ("b", "广州", "共用", 0, 1.0), ("a", "成都", "", 0, 1.0)])
    assert refusal(lambda: rolled(history, PLACES)) == [
        "places:-:regions: '共用' has sources of 华东, 华南; name the site itself in [regions]",
        "places:-:regions: '成都' belongs to no region; name it in [regions]",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[regions", "expected TOML, came"),
        ('[regions]\n华东 = ["上海"]', "a name in Chinese stands in quotes"),
        ("[region]\na = []", "unknown key"),
        ("regions = 3", "expected a table of regions"),
        ('[regions]\na = "上海"', "expected a list of sites"),
        ("[regions]\na = [3]", "expected the name of a site, got '3'"),
        ('[regions]\na = ["x"]\nb = ["x"]', "'x' is in a already"),
        ('[regions]\n"=cmd()" = ["x"]', "no spreadsheet would run"),
        ('[regions]\n"" = ["x"]', "no spreadsheet would run"),
        ('[regions]\na = ["@x"]', "expected the name of a site"),
    ],
)
def test_a_file_of_places_that_cannot_be_used_is_refused(text: str, said: str, tmp_path: Path):
    file = tmp_path / "places.toml"
    file.write_text(text, encoding="utf-8")
    (line,) = refusal(lambda: read_places(file))
    assert said in line
    assert line.startswith(str(file))


def test_a_file_of_places_is_read_and_an_absent_one_refused(tmp_path: Path):
    file = tmp_path / "places.toml"
    file.write_bytes('\ufeff[regions]\n"华东" = ["上海", " 杭州 "]'.encode())
    assert read_places(file) == Places((("上海", "华东"), ("杭州", "华东")))
    assert read_places(file).region_of("无", "杭州") == "华东"
    assert "can be read" in refusal(lambda: read_places(tmp_path / "none.toml"))[0]


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.sampled_from(["v1", "v2", "上海"]),
        st.sampled_from(SITES),
        st.integers(0, 40),
        st.one_of(st.integers(0, 10**6).map(float), st.just(float("nan"))),
    ),
    min_size=1,
    max_size=60,
    unique_by=lambda r: (r[0], r[1], r[3]),
)


@settings(max_examples=10)
@given(ROWS, st.sampled_from([None, DAY]), st.booleans())
def test_the_layers_add_up_exactly_and_no_known_contact_is_lost(rows, every, by_queue):
    history = make(rows)
    table = rolled(history, PLACES, every, by_queue)
    keys = ["start", "queue"]
    top = at(table, "headquarters").set_index(keys).sort_index()
    for layer in ("site", "region"):
        own = table[table["layer"] == layer].groupby(keys)
        for column in ("contacts", "handled", "abandoned"):
            sums = own[column].agg(lambda v: v.sum(skipna=False))
            pd.testing.assert_series_equal(sums, top[column], check_names=False, check_exact=True)
        for column in ("unknown", "contacts_known", "handle_contacts"):
            pd.testing.assert_series_equal(own[column].sum(), top[column], check_names=False, check_exact=True)
        pd.testing.assert_series_equal(own["handle_s"].sum(), top["handle_s"], check_names=False, rtol=1e-12)
    assert top["contacts_known"].sum() == history.table["offered"].sum()
    assert (top["contacts"].isna() == (top["unknown"] > 0)).all()
    total = history.total()  # the same unknowns as the history's own sum over sources
    if by_queue:
        for (start, queue), contacts in top["contacts"].items():
            if np.isfinite(contacts) and np.isfinite(total.loc[start, queue]):
                assert contacts == total.loc[start, queue]
