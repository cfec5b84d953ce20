"""The sample is what its README says, and its generator makes it again byte for byte."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lunar_python import Lunar
from python_calamine import CalamineWorkbook

from forecast.ingest import read

DATA = Path(__file__).resolve().parents[1] / "data"
COUNTS = ["start", "queue", "source", "offered", "handled", "abandoned", "aht_s"]
SERVICE = ["first_response_s", "resolved", "satisfaction", "in_time", "replied", "rated"]
COLUMNS = [*COUNTS, *SERVICE]
BEFORE = (
    "75c124d9851dd394644dbf91efba1d6a9c199f3e7b0e8ecee2d5a536e528668c"  # of the file before it told how well it went
)
EXPORTS = ("外包商甲_周报_20260425-0501.csv", "phone_log_20260425-0501.csv", "外包商乙_20260425-0501.xlsx")
HOURS = {
    "presale_chat": ("09:00", "23:30"),
    "aftersale_chat": ("09:00", "23:30"),
    "phone": ("09:00", "20:30"),
    "tickets": ("08:00", "21:30"),
}


def make(out: Path, *options: str) -> str:
    command = [sys.executable, str(DATA / "make_sample.py"), "--out", str(out), *options]
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout


def by_half_hour(history: pd.DataFrame) -> pd.DataFrame:
    """Contacts by half-hour and queue, NaN where the queue is closed."""
    return history.pivot_table(index="start", columns="queue", values="offered", aggfunc="sum")


def dragon_boat(year: int) -> pd.Timestamp:
    return pd.Timestamp(Lunar.fromYmd(year, 5, 5).getSolar().toYmd())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample")
    make(out)
    return out


@pytest.fixture(scope="module")
def history() -> pd.DataFrame:
    return pd.read_csv(DATA / "history.csv.gz", parse_dates=["start"])


@pytest.fixture(scope="module")
def daily(history: pd.DataFrame) -> pd.DataFrame:
    """Contacts by day and queue."""
    day = history["start"].dt.normalize().rename("day")
    return history.assign(day=day).pivot_table(index="day", columns="queue", values="offered", aggfunc="sum")


@pytest.fixture(scope="module")
def handle_time(history: pd.DataFrame) -> pd.DataFrame:
    """In-house seconds by day and queue, weighted by contacts; one team, so that its mix cannot look like pace."""
    own = history[history["source"] == "inhouse"]
    own = own.assign(work=own["aht_s"] * own["handled"])
    own["day"] = own["start"].dt.normalize()
    by_day = own.pivot_table(index="day", columns="queue", values=["work", "handled"], aggfunc="sum")
    return by_day["work"] / by_day["handled"]


def ordinary_days(daily: pd.DataFrame) -> pd.DatetimeIndex:
    """Weekdays of July and August, which no festival, sale or incident touches."""
    days = daily.index[(daily.index.month.isin((7, 8))) & (daily.index.day_of_week < 5)]
    return days[days.day > 5]


@pytest.fixture(scope="module")
def measured(history: pd.DataFrame) -> pd.DataFrame:
    """The rows of the last two years that tell how well it went."""
    return history[(history["start"] >= "2024-04-24") & history["offered"].notna()]


def solved(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Share of the handled contacts that were resolved, by source and `by`, where it is told."""
    told = rows[rows["resolved"].notna()]
    sums = told.pivot_table(index="source", columns=by, values=["resolved", "handled"], aggfunc="sum")
    return sums["resolved"] / sums["handled"]


@pytest.mark.parametrize("name", ["history.csv.gz", "events.csv", *EXPORTS[:2]])
def test_generator_makes_the_committed_files_again(made: Path, name: str) -> None:
    place = f"exports/{name}" if name in EXPORTS else name
    new, committed = (made / place).read_bytes(), (DATA / place).read_bytes()
    if name.endswith(".gz"):  # another zlib may pack the same bytes otherwise
        new, committed = gzip.decompress(new), gzip.decompress(committed)
    assert new == committed


def test_generator_makes_the_committed_workbook_again(made: Path) -> None:
    assert workbook(made / "exports" / EXPORTS[2]) == workbook(DATA / "exports" / EXPORTS[2])


def workbook(path: Path) -> list[list[object]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)


def test_what_came_is_the_same_with_the_columns_on_how_it_went_as_without(made: Path) -> None:
    """Whoever plans with the counts gets the plan of before: the new columns are drawn apart."""
    lines = gzip.decompress((made / "history.csv.gz").read_bytes()).decode("utf-8").splitlines()
    counts = "".join(",".join(line.split(",")[: len(COUNTS)]) + "\n" for line in lines)
    assert hashlib.sha256(counts.encode("utf-8")).hexdigest() == BEFORE


def test_packed_bytes_are_the_same_on_every_run(made: Path, tmp_path: Path) -> None:
    make(tmp_path)
    assert (tmp_path / "history.csv.gz").read_bytes() == (made / "history.csv.gz").read_bytes()
    assert (tmp_path / "history.csv.gz").read_bytes()[4:8] == bytes(4), "the gzip header must hold no time"


def test_another_seed_makes_another_history_of_the_same_rows(made: Path, tmp_path: Path) -> None:
    said = make(tmp_path, "--seed", "7")
    assert "SYNTHETIC" in said
    other, first = (pd.read_csv(folder / "history.csv.gz") for folder in (tmp_path, made))
    pd.testing.assert_frame_equal(other[COUNTS[:3]], first[COUNTS[:3]])
    assert (other["offered"] != first["offered"]).mean() > 0.5


def test_history_has_the_documented_columns_order_and_hours(history: pd.DataFrame) -> None:
    assert list(history.columns) == COLUMNS
    key = ["queue", "source", "start"]
    assert history[key].equals(history[key].sort_values(key, ignore_index=True))
    assert not history.duplicated(key).any()
    for queue, (first, last) in HOURS.items():
        clock = history.loc[history["queue"] == queue, "start"].dt.strftime("%H:%M")
        assert (clock.min(), clock.max()) == (first, last)
    assert set(history["start"].dt.minute) == {0, 30}


def test_every_open_half_hour_since_a_source_began_has_a_row(history: pd.DataFrame) -> None:
    for (queue, _), rows in history.groupby(["queue", "source"]):
        slots = len(pd.date_range(*HOURS[queue], freq="30min"))
        days = (rows["start"].max().normalize() - rows["start"].min().normalize()).days + 1
        assert len(rows) == slots * days


def test_counts_are_whole_not_negative_and_add_up(history: pd.DataFrame) -> None:
    known = history.dropna(subset=["offered"])
    counts = known[["offered", "handled", "abandoned"]]
    assert (counts >= 0).all(axis=None)
    assert (counts == counts.round()).all(axis=None)
    assert (counts["handled"] + counts["abandoned"] <= counts["offered"]).all()


def test_handle_time_is_empty_exactly_where_nobody_was_served(history: pd.DataFrame) -> None:
    assert (history["aht_s"].isna() == ~(history["handled"] > 0)).all()
    assert (history["aht_s"].dropna() > 0).all()


def test_nobody_measured_how_it_went_before_the_first_vendor_came(history: pd.DataFrame) -> None:
    told = history[history["offered"].notna()]
    before = told["start"] < "2023-04-01"
    assert told.loc[before, SERVICE].isna().all(axis=None)
    assert told.loc[~before, ["resolved", "in_time", "replied", "rated"]].notna().all(axis=None)


def test_counts_of_how_it_went_fit_into_those_of_what_came(measured: pd.DataFrame) -> None:
    rows = measured
    for part in ("resolved", "in_time", "rated"):
        assert rows[part].between(0, rows["handled"]).all(), part
    assert rows["replied"].between(rows["handled"], rows["offered"]).all()
    assert (rows["first_response_s"].isna() == (rows["handled"] == 0)).all()
    assert (rows["satisfaction"].isna() == (rows["rated"] == 0)).all()
    assert rows["satisfaction"].dropna().between(1, 5).all()
    stars = (rows["satisfaction"] * rows["rated"]).dropna()
    assert ((stars - stars.round()).abs() <= 0.005 * rows.loc[stars.index, "rated"] + 1e-9).all()


def test_vendor_b_looks_far_worse_than_it_is_queue_by_queue(measured: pd.DataFrame) -> None:
    sums = measured.groupby("source")[["resolved", "handled"]].sum()
    raw = sums["resolved"] / sums["handled"]
    assert raw["vendor_a"] - raw["vendor_b"] > 0.10
    by_queue = solved(measured, "queue")
    gap = (by_queue.loc["inhouse"] - by_queue.loc["vendor_b"]).dropna()
    assert len(gap) == 2
    assert gap.between(0.01, 0.04).all()


def test_vendor_a_learns_until_it_is_as_good_as_the_own_team(history: pd.DataFrame) -> None:
    chats = history[history["queue"] == "presale_chat"]
    chats = chats.assign(year=chats["start"].dt.year)
    by_year = solved(chats, "year")
    behind = by_year.loc["inhouse"] - by_year.loc["vendor_a"]
    assert behind[2023] > behind[2024] > behind[2025]
    assert behind[2023] > 0.01
    assert behind[2026] < 0


def test_the_fuller_the_half_hour_the_later_the_first_response(measured: pd.DataFrame) -> None:
    calls = measured[(measured["queue"] == "phone") & (measured["source"] == "inhouse")].copy()
    usual = calls.groupby([calls["start"].dt.to_period("M"), calls["start"].dt.hour])["offered"].transform("median")
    full, empty = calls[calls["offered"] > 1.3 * usual], calls[calls["offered"] < 0.7 * usual]
    assert full["first_response_s"].mean() > 1.3 * empty["first_response_s"].mean()
    late, early = full["in_time"].sum() / full["offered"].sum(), empty["in_time"].sum() / empty["offered"].sum()
    assert late < early - 0.05


def test_days_differ_by_more_than_chance_in_what_is_solved(measured: pd.DataFrame) -> None:
    rows = measured[(measured["queue"] == "aftersale_chat") & (measured["source"] == "inhouse")]
    rows = rows[rows["start"].dt.month.isin((7, 8))]
    days = rows.groupby(rows["start"].dt.normalize())[["resolved", "handled"]].sum()
    share = days["resolved"].sum() / days["handled"].sum()
    excess = ((days["resolved"] - share * days["handled"]) ** 2 / (days["handled"] * share * (1 - share))).mean()
    assert excess > 1.2


def test_vendor_a_sends_a_week_with_a_title_slots_and_totals() -> None:
    text = (DATA / "exports" / EXPORTS[0]).read_bytes().decode("gb18030")
    lines = text.split("\r\n")
    assert "合成数据" in lines[0]
    assert lines[1].startswith("日期,时段,技能组,咨询量,接起量,放弃量,平均处理时长(秒)")
    rows = [line.split(",") for line in lines[2:-2]]
    assert {row[0] for row in rows} == {f"2026/04/{day}" for day in range(25, 31)} | {"2026/05/01"}
    assert rows[0][1] == "09:00-09:30"
    assert any(row[1] == "23:30-24:00" for row in rows)
    assert len(rows) == 7 * (30 + 30 + 24)
    offered, handled, abandoned = (sum(int(row[at]) for row in rows) for at in (3, 4, 5))
    assert lines[-2].startswith(f'合计,,,"{offered:,}","{handled:,}",{abandoned},')
    assert offered == handled + abandoned > 3000


def test_vendor_b_sends_a_workbook_with_merged_heads_and_numbers_no_telephone_has() -> None:
    rows = workbook(DATA / "exports" / EXPORTS[2])
    assert "合成数据" in str(rows[0][0])
    assert rows[1].count("") > 6, "merged heads leave empty cells"
    heads, cells = rows[2], rows[3:]
    assert heads[:3] == ["业务日期", "统计时段", "队列名称"]
    phones = [str(row[heads.index("手机号")]) for row in cells]
    assert len(set(phones)) == len(phones) == 7 * (30 + 28)
    assert all(len(phone) == 11 and phone.startswith("100") for phone in phones)


def test_the_own_calls_come_one_by_one_in_order() -> None:
    calls = pd.read_csv(DATA / "exports" / EXPORTS[1], parse_dates=["arrival"])
    assert list(calls.columns) == ["arrival", "queue", "source", "wait_s", "answered", "handle_s", "resolved", "rating"]
    assert calls["arrival"].is_monotonic_increasing
    assert calls["arrival"].min() >= pd.Timestamp("2026-04-25")
    assert calls["arrival"].max() < pd.Timestamp("2026-05-02")
    assert (calls["handle_s"].notna() == (calls["answered"] == 1)).all()
    assert calls["rating"].dropna().isin([1, 2, 3, 4, 5]).all()


def test_four_festivals_are_inside_and_the_fifth_is_eight_weeks_away(history: pd.DataFrame) -> None:
    first, last = history["start"].min(), history["start"].max()
    whole = [
        year
        for year in range(2020, 2030)
        if first <= dragon_boat(year) - pd.Timedelta(days=56) <= dragon_boat(year) <= last
    ]
    assert whole == [2022, 2023, 2024, 2025]
    assert dragon_boat(2026) - last.normalize() == pd.Timedelta(days=56)


@pytest.mark.parametrize("year", [2022, 2023, 2024, 2025])
def test_spring_peak_keeps_its_distance_to_the_moving_festival(daily: pd.DataFrame, year: int) -> None:
    smooth = daily["presale_chat"].rolling(3, center=True).mean()
    before = (dragon_boat(year) - smooth[f"{year}-04-15" : f"{year}-07-15"].idxmax()).days
    assert 1 <= before <= 12


@pytest.mark.parametrize(
    ("queue", "least", "most"), [("presale_chat", 5, 9), ("aftersale_chat", 3.5, 6), ("tickets", 3.5, 6)]
)
def test_peak_is_several_times_an_ordinary_day(daily: pd.DataFrame, queue: str, least: float, most: float) -> None:
    festival = dragon_boat(2025)
    ordinary = daily.loc[festival - pd.Timedelta(days=60) : festival - pd.Timedelta(days=32), queue].median()
    assert (
        least
        < daily.loc[festival - pd.Timedelta(days=20) : festival + pd.Timedelta(days=20), queue].max() / ordinary
        < most
    )


def test_after_sale_peaks_later_than_pre_sale(daily: pd.DataFrame) -> None:
    season = (
        daily[f"{dragon_boat(2025) - pd.Timedelta(days=20):%Y-%m-%d}" : "2025-06-20"].rolling(3, center=True).mean()
    )
    assert season["presale_chat"].idxmax() < season["aftersale_chat"].idxmax() <= season["tickets"].idxmax()


def test_festival_inside_618_is_more_than_a_festival_alone(daily: pd.DataFrame) -> None:
    """In 2023 Dragon Boat fell four days after June 18; growth alone explains 13% a year."""
    grown = daily["presale_chat"] / 1.13 ** ((daily.index - daily.index[0]).days / 365.25)
    together, alone = (grown[dragon_boat(year) - pd.Timedelta(days=4)] for year in (2023, 2022))
    assert together > 1.2 * alone


def test_promotion_day_leans_to_the_evening(history: pd.DataFrame) -> None:
    rows = history[history["queue"] == "presale_chat"]
    late = rows["start"].dt.hour >= 20
    day = rows["start"].dt.normalize()
    share = rows["offered"].where(late, 0).groupby(day).sum() / rows["offered"].groupby(day).sum()
    assert share["2025-11-10":"2025-11-11"].min() > share["2025-08-04":"2025-08-15"].mean() + 0.08


def test_make_up_workday_behaves_like_a_workday(daily: pd.DataFrame) -> None:
    weekend = daily["phone"]
    made_up = weekend["2024-04-28"]  # a Sunday worked for May Day
    neighbours = weekend[["2024-04-14", "2024-04-21"]].mean()
    assert made_up > 1.1 * neighbours


def test_stock_out_floods_after_sale_and_phone_on_its_first_day(daily: pd.DataFrame) -> None:
    """A Monday is set against the Monday before, so that the build-up to the festival explains little of the rise."""
    rise = daily.loc["2024-05-27"] / daily.loc["2024-05-20"]
    assert (rise[["aftersale_chat", "phone"]] > 1.5).all()
    assert rise["presale_chat"] < min(rise[["aftersale_chat", "phone"]])


def test_outage_is_zero_on_chats_and_they_come_back(history: pd.DataFrame) -> None:
    total = by_half_hour(history)
    chats = ["presale_chat", "aftersale_chat"]
    assert (total.loc["2025-09-10 13:00":"2025-09-10 17:30", chats] == 0).all(axis=None)
    assert (total.loc["2025-09-10 12:30", chats] > 0).all()
    evening = [total.loc[f"{day} 18:00" : f"{day} 19:30", chats].sum() for day in ("2025-09-03", "2025-09-10")]
    assert (evening[1] > 1.4 * evening[0]).all()


def test_days_that_vendor_b_did_not_deliver_are_empty_and_no_others(history: pd.DataFrame) -> None:
    unknown = history[history["offered"].isna()]
    assert set(unknown["source"]) == {"vendor_b"}
    assert sorted(unknown["start"].dt.strftime("%Y-%m-%d").unique()) == ["2025-11-03", "2025-11-04", "2025-11-05"]
    assert unknown[["handled", "abandoned", "aht_s", *SERVICE]].isna().all(axis=None)
    assert len(unknown) == 3 * (30 + 28)


def test_counts_vary_more_than_poisson_on_ordinary_days(history: pd.DataFrame, daily: pd.DataFrame) -> None:
    """Pearson's statistic over weekday and half-hour, within a year: 1 for a Poisson."""
    total = by_half_hour(history)
    total = total[total.index.normalize().isin(ordinary_days(daily))]
    for queue in HOURS:
        counts = total[queue].dropna()
        cells = [counts.index.year, counts.index.day_of_week, counts.index.strftime("%H:%M")]
        groups = counts.groupby(cells)
        excess = groups.var() / groups.mean()
        assert excess.mean() > 1.3, queue


def test_handle_times_rise_with_the_load(daily: pd.DataFrame, handle_time: pd.DataFrame) -> None:
    for queue in HOURS:
        years = range(2022, 2026)
        peaks = [
            handle_time.loc[daily.loc[f"{year}-05-15" : f"{year}-07-05", queue].nlargest(5).index, queue].mean()
            for year in years
        ]
        quiet = [handle_time.loc[f"{year}-07-20" : f"{year}-08-20", queue].mean() for year in years]
        rise = np.mean(peaks) / np.mean(quiet)
        assert 1.04 < rise < 1.2, queue


def test_more_give_up_when_a_day_is_overloaded(history: pd.DataFrame) -> None:
    calls = history[history["queue"] == "phone"].sort_values("start").set_index("start")
    overloaded, quiet = calls["2024-05-28":"2024-06-01"], calls["2024-07-15":"2024-08-15"]
    share = [span["abandoned"].sum() / span["offered"].sum() for span in (overloaded, quiet)]
    assert share[0] > 3 * share[1]


def test_shares_of_the_sources_drift(history: pd.DataFrame) -> None:
    rows = history[history["queue"] == "presale_chat"]
    rows = rows.assign(year=rows["start"].dt.year)
    offered = rows.pivot_table(index="year", columns="source", values="offered", aggfunc="sum")
    share = offered["vendor_a"] / offered.sum(axis=1)
    assert share[2025] > share[2024] > share[2023] > 0.2


def test_events_tell_what_no_calendar_knows() -> None:
    events = pd.read_csv(DATA / "events.csv", keep_default_na=False)
    assert list(events.columns) == ["name", "kind", "start", "end", "queue", "note", "size"]
    assert set(events["kind"]) <= {"festival", "promotion", "campaign", "incident", "closure"}
    assert (events["end"] >= events["start"]).all()
    ahead = events[events["start"] > "2026-04-24"]
    past = events[events["start"] <= "2026-04-24"]
    assert "2026-05-20" in set(ahead["start"])
    assert set(ahead.loc[ahead["size"] == "", "name"]) <= set(past["name"]), "an event without a size needs a past one"


def test_settings_name_every_queue_and_source_of_the_history(history: pd.DataFrame) -> None:
    queues = tomllib.loads((DATA / "queues.toml").read_text(encoding="utf-8"))["queues"]
    sources = tomllib.loads((DATA / "sources.toml").read_text(encoding="utf-8"))["sources"]
    assert set(queues) == {"default", *history["queue"].unique()}
    assert set(sources) == set(history["source"].unique())
    for (source, queue), _ in history.groupby(["source", "queue"]):
        assert queue in (sources[source]["queues"] or queues)
    for queue, terms in queues.items():
        if queue != "default":
            first, last = HOURS[queue]
            closes = (
                (pd.Timestamp(f"2025-01-01 {last}") + pd.Timedelta(minutes=30))
                .strftime("%H:%M")
                .replace("00:00", "24:00")
            )
            assert (terms["opens"], terms["closes"]) == (first, closes)


def test_a_scenario_holds_only_what_differs() -> None:
    base = tomllib.loads((DATA / "sources.toml").read_text(encoding="utf-8"))["sources"]
    files = sorted((DATA / "scenarios").glob("*.toml"))
    assert {file.stem for file in files} >= {"promo_doubled", "vendor_a_loses_30", "bot_takes_20"}
    for file in files:
        scenario = tomllib.loads(file.read_text(encoding="utf-8"))
        assert set(scenario["title"]) == {"zh", "en"}
        assert set(scenario) - {"title"}, f"{file.name} changes nothing"
        assert all(value != 1.0 for value in scenario.get("levers", {}).values())
        for name, changed in scenario.get("sources", {}).items():
            assert all(base[name][key] != value for key, value in changed.items())


def test_folder_is_small_enough_to_ship() -> None:
    files = [file for file in DATA.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    assert sum(file.stat().st_size for file in files) < 4_500_000


@pytest.mark.parametrize("file", ["README.md", "make_sample.py", "seller.py", "year.py", "service.py", "week_after.py"])
def test_it_is_said_aloud_that_the_data_is_synthetic(file: str) -> None:
    opening = (DATA / file).read_text(encoding="utf-8")[:400].lower()
    assert "synthetic" in opening
    assert "invented" in opening


def test_the_vendors_files_are_read_as_sent() -> None:
    """A planner who tries the import finds the totals of vendor A's last row, and vendor B's telephones dropped."""
    first, second = (read(DATA / "exports" / name).history.table for name in (EXPORTS[0], EXPORTS[2]))
    last = (DATA / "exports" / EXPORTS[0]).read_bytes().decode("gb18030").splitlines()[-1]
    assert f'"{first["offered"].sum():,.0f}"' in last
    assert (len(first), len(second)) == (7 * 84, 7 * 58)
    assert set(first["queue"]) == {"售前在线", "售后在线", "电话热线"}
    assert not second.astype(str).apply(lambda cells: cells.str.contains("10000000")).any(axis=None)
