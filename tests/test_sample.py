"""The sample is what its README says, and its generator makes it again byte for byte."""

from __future__ import annotations

import gzip
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lunar_python import Lunar

DATA = Path(__file__).resolve().parents[1] / "data"
COLUMNS = ["start", "queue", "source", "offered", "handled", "abandoned", "aht_s"]
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


@pytest.mark.parametrize("name", ["history.csv.gz", "events.csv"])
def test_generator_makes_the_committed_files_again(made: Path, name: str) -> None:
    new, committed = (made / name).read_bytes(), (DATA / name).read_bytes()
    if name.endswith(".gz"):  # another zlib may pack the same bytes otherwise
        new, committed = gzip.decompress(new), gzip.decompress(committed)
    assert new == committed


def test_packed_bytes_are_the_same_on_every_run(made: Path, tmp_path: Path) -> None:
    make(tmp_path)
    assert (tmp_path / "history.csv.gz").read_bytes() == (made / "history.csv.gz").read_bytes()
    assert (tmp_path / "history.csv.gz").read_bytes()[4:8] == bytes(4), "the gzip header must hold no time"


def test_another_seed_makes_another_history_of_the_same_rows(made: Path, tmp_path: Path) -> None:
    said = make(tmp_path, "--seed", "7")
    assert "SYNTHETIC" in said
    other, first = (pd.read_csv(folder / "history.csv.gz") for folder in (tmp_path, made))
    pd.testing.assert_frame_equal(other[COLUMNS[:3]], first[COLUMNS[:3]])
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
    assert unknown[["handled", "abandoned", "aht_s"]].isna().all(axis=None)
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
    assert sum(file.stat().st_size for file in files) < 4_000_000


@pytest.mark.parametrize("file", ["README.md", "make_sample.py", "seller.py", "year.py"])
def test_it_is_said_aloud_that_the_data_is_synthetic(file: str) -> None:
    opening = (DATA / file).read_text(encoding="utf-8")[:400].lower()
    assert "synthetic" in opening
    assert "invented" in opening
