"""What a forecast is made of, its next peak in words, years side by side, and how past forecasts erred."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.alignment import aligned, comings, reached
from forecast.backtest import SCORES, Backtest
from forecast.contribution import EFFECTS, HAND, LEVEL, Contributions, contributions
from forecast.event import Event
from forecast.model.regression import regression
from forecast.peak import Peak, next_peak, sentences, unseen
from forecast.residual import by_distance, by_lead, residuals
from forecast.season import DAY, Season, season_of
from forecast.ui import chart
from forecast.ui.occasion import listed, marks_of
from forecast.ui.reader import Reader
from tests.test_model import ahead, make_days

EN, ZH = Reader("en"), Reader("zh")


def banded(mean: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"mean": mean, "p10": mean * 0.8, "p90": mean * 1.3})


@pytest.fixture(scope="module")
def dragon_boat() -> tuple[pd.Series, Season, pd.Series, Contributions]:
    """Days before Dragon Boat 2025, the season, the regression's forecast and what it is made of."""
    sale = [Event("直播", "promotion", pd.Timestamp(f"{y}-05-20"), pd.Timestamp(f"{y}-05-21")) for y in (2024, 2025)]
    double = Event("翻倍", "campaign", pd.Timestamp("2025-05-06"), pd.Timestamp("2025-05-06"), size=2.0)
    days = make_days()
    days["2024-05-20":"2024-05-21"] *= 1.6
    past, season, horizon = ahead(days, "2025-04-20", events=[*sale, double])
    found = contributions(past, season, horizon)
    assert found is not None
    return past, season, regression(past, season, horizon), found


def test_parts_add_up_to_every_days_mean(dragon_boat):
    _, _, mean, found = dragon_boat
    assert list(found.table.columns) == [LEVEL, *EFFECTS]
    np.testing.assert_allclose(found.table.sum(axis=1), mean, rtol=1e-12, atol=1e-9)


def test_what_lifts_a_day_stands_in_its_own_part(dragon_boat):
    _, _, mean, found = dragon_boat
    top = mean.idxmax()
    assert found.table.loc[top].drop(LEVEL).idxmax() == "festival"
    assert found.table.loc["2025-05-20", "promotion"] > 60
    stated = found.table.loc["2025-05-06"]
    assert stated["stated"] == pytest.approx(mean["2025-05-06"] / 2, rel=0.1)
    plain = found.table.loc["2025-04-21":"2025-04-24"]
    assert plain[LEVEL].to_numpy() == pytest.approx(400, rel=0.12)
    assert plain["festival"].abs().max() < 40


def test_a_closed_day_is_nothing_in_every_part():
    days = make_days(days=400)
    shut = Event("盘点", "closure", pd.Timestamp("2023-12-05"), pd.Timestamp("2023-12-05"))
    past, season, horizon = ahead(days, "2023-12-01", 14, [shut])
    found = contributions(past, season, horizon)
    assert found is not None
    assert (found.table.loc["2023-12-05"] == 0).all()


def test_a_queue_that_never_had_contacts_has_no_parts():
    past, season, horizon = ahead(make_days(days=200) * np.nan, "2023-06-01", 14)
    assert contributions(past, season, horizon) is None


def test_another_models_forecast_is_reached_by_a_part_of_its_own(dragon_boat):
    _, _, mean, found = dragon_boat
    brought = found.brought_to("model", mean * 1.1).brought_to("levers", mean * 1.32)
    np.testing.assert_allclose(brought.table.sum(axis=1), mean * 1.32)
    np.testing.assert_allclose(brought.table["levers"], mean * 0.22)


def test_what_the_planner_sets_by_hand_is_a_part_and_is_said_of_the_peak(dragon_boat):
    past, season, mean, found = dragon_boat
    peak_day = mean["2025-05-10":].idxmax()
    by_hand = mean.where(mean.index != peak_day, mean + 1000)
    brought = found.brought_to("model", mean).brought_to(HAND, by_hand).brought_to("levers", by_hand * 1.1)
    assert brought.table[HAND].round(6).loc[lambda part: part != 0].to_dict() == {peak_day: pytest.approx(1000)}
    peak = next_peak(past, banded(by_hand["2025-05-10":]), season, None, "regression", brought)
    assert "planner's hand +1,000." in " ".join(map(str, sentences(peak)))
    assert "人工修改 +1,000" in "".join(text.say("zh") for text in sentences(peak))


def errors_of(actual: pd.Series, expected: float, origin: str) -> Backtest:
    frame = pd.DataFrame(
        {"day": actual.index, "actual": actual.to_numpy(), "expected": expected, "peak": False, "size": np.nan}
    )
    frame = frame.assign(queue="chat", model="regression", origin=pd.Timestamp(origin))
    return Backtest(pd.DataFrame(columns=list(SCORES)), frame)


def test_the_next_peak_is_said_with_its_causes_and_its_past_in_both_languages(dragon_boat):
    past, season, mean, found = dragon_boat
    done = errors_of(past["2024-05-25":"2024-06-15"], 1.0, "2024-05-25")
    done.errors["expected"] = done.errors["actual"] * 0.88
    peak = next_peak(past, banded(mean["2025-05-10":]), season, done, "regression", found)
    assert peak.high_enough
    assert peak.near is not None
    assert (peak.near.key, peak.near.seen) == ("dragon_boat", 2)
    assert peak.near.error == pytest.approx(0.12)
    english = " ".join(map(str, sentences(peak)))
    gap = (pd.Timestamp("2025-05-31") - peak.day).days
    assert f"{peak.day:%Y-%m-%d}, {gap} day(s) before Dragon Boat Festival: {peak.mean:,.0f} contacts" in english
    assert f"(80%: {peak.low:,.0f} to {peak.high:,.0f}), {peak.times:.1f} times" in english
    assert f"festivals +{peak.parts['festival']:,.0f}" in english
    assert "seen Dragon Boat Festival 2 time(s); past forecasts were off by 12%" in english
    chinese = "".join(text.say("zh") for text in sentences(peak))
    assert chinese.startswith(f"下一个高峰是端午节前 {gap} 天")
    assert "历史上看过 2 次端午节" in chinese
    assert not [c for c in chinese if c.isascii() and c.isalpha()]


def test_a_peak_the_planner_stated_goes_by_its_own_name(dragon_boat):
    past, season, mean, found = dragon_boat
    peak = next_peak(past, banded(mean), season, None, "regression", found)
    assert peak.day == pd.Timestamp("2025-05-06")
    assert peak.near is not None
    assert (peak.near.key, peak.near.distance, peak.near.seen) == ("翻倍", 0, 0)
    assert "2025-05-06, on 翻倍" in str(sentences(peak)[0])


def flat(first: str, last: str, level: float = 100.0) -> pd.Series:
    index = pd.date_range(first, last, unit="s")
    return pd.Series(level, index=index, name="chat")


def test_a_flat_horizon_has_no_peak_and_a_festival_never_seen_is_named():
    past, future = flat("2024-11-18", "2025-05-01"), flat("2025-05-02", "2025-06-15")
    season = season_of(past.index[0], future.index[-1])
    peak = next_peak(past, banded(future), season)
    assert not peak.high_enough
    said = list(map(str, sentences(peak, unseen(past, season, pd.DatetimeIndex(future.index)))))
    assert said[0].startswith("No peak ahead: the busiest day is 2025-05-02")
    assert "The history has not seen Dragon Boat Festival (2025-05-31): its rise is not in the forecast." in said
    assert not [s for s in said if s.startswith("Of these")]


def test_the_first_of_two_peaks_is_the_next():
    past, future = flat("2024-01-01", "2025-07-01"), flat("2025-07-02", "2025-08-20")
    future["2025-07-10"], future["2025-07-11"], future["2025-08-10"] = 180.0, 200.0, 500.0
    peak = next_peak(past, banded(future), season_of(past.index[0], future.index[-1]))
    assert (peak.day, peak.times) == (pd.Timestamp("2025-07-11"), 2.0)


def test_a_peak_in_a_year_whose_days_off_are_not_announced_says_so():
    peak = Peak(pd.Timestamp("2040-06-14"), 300.0, 200.0, 400.0, 3.0, True, provisional=True)
    assert str(sentences(peak)[-1]) == "The days off of 2040 are not announced yet: they follow a rule."
    assert sentences(peak)[-1].say("zh") == "2040 年的放假安排尚未公布，按惯例推算。"


def test_days_off_of_a_year_not_announced_are_marked_on_the_picture_and_in_the_table():
    season = season_of(pd.Timestamp("2025-01-01"), pd.Timestamp("2040-12-31"))
    assert {2040} <= set(season.provisional_years)
    assert 2025 not in season.provisional_years
    marked = [mark.start.year for mark in marks_of(season, EN) if mark.label == "days off, not announced yet"]
    assert 2040 in marked
    assert 2025 not in marked
    for year, kind in ((2025, "days off"), (2040, "not announced yet")):
        table = listed(season, pd.Timestamp(f"{year}-09-01"), pd.Timestamp(f"{year}-11-01"), EN)
        assert set(table.loc[table["name"] == "Days off", "kind"]) == {kind}


def test_years_lie_over_each_other_by_distance_as_worked_out_by_hand():
    past, future = flat("2023-01-01", "2025-05-20"), flat("2025-05-21", "2025-07-01", 120.0)
    for day, contacts in (("2023-06-21", 300.0), ("2024-06-09", 400.0)):  # the eve of 22 June and of 10 June
        past[day] = contacts
    future["2025-05-30"] = 600.0  # and of 31 May
    season = season_of(past.index[0], future.index[-1])
    found = aligned(past, banded(future), season, comings(season, "chat")["dragon_boat"], "chat")
    assert (list(found.past.columns), found.year) == (["2023", "2024", "2025"], "2025")
    assert found.past.loc[-1, ["2023", "2024"]].tolist() == [300.0, 400.0]
    assert found.past["2025"].last_valid_index() == -11  # 20 May, the last day known
    assert found.coming["mean"].first_valid_index() == -10
    assert found.coming.loc[-1].tolist() == pytest.approx([600.0, 480.0, 780.0])
    indexed = found.indexed()
    assert indexed.past.loc[-1, "2024"] == 4.0
    assert indexed.coming["mean"][-1] == pytest.approx(600.0 / found.ordinary["2025"])
    assert found.highest()["at"].tolist() == [-1, -1, -1]


def test_an_event_of_ones_own_that_came_twice_can_be_laid_over_itself():
    days = [pd.Timestamp("2024-03-10"), pd.Timestamp("2024-09-10"), pd.Timestamp("2025-03-10")]
    once = Event("周年", "campaign", days[0], days[0])
    season = season_of("2024-01-01", "2025-05-01", events=[once, *(Event("品牌日", "promotion", d, d) for d in days)])
    known = comings(season, "chat")
    assert known["品牌日"] == tuple(days)
    assert "周年" not in known
    past = flat("2024-01-01", "2025-02-20")
    found = aligned(past, banded(flat("2025-02-21", "2025-05-01")), season, known["品牌日"])
    assert list(found.past.columns) == ["2024-03", "2024-09", "2025"]


def test_an_occasion_of_which_no_day_is_known_or_expected_is_not_offered():
    when = {
        "dragon_boat": [pd.Timestamp("2024-06-10"), pd.Timestamp("2025-05-31")],
        "qixi": [pd.Timestamp("2025-08-29")],
    }
    found = reached(when, pd.Timestamp("2025-01-01"), pd.Timestamp("2025-05-01"))
    assert found == {"dragon_boat": (pd.Timestamp("2025-05-31"),)}


def test_errors_are_told_by_days_ahead_with_peak_days_apart():
    done = errors_of(flat("2025-01-01", "2025-02-09"), 80.0, "2025-01-01")
    done.errors.loc[:6, "expected"] = 90.0  # the first week
    done.errors.loc[3, "peak"] = True
    table = by_lead(done).set_index(["lead", "kind"])
    assert table["days"].to_dict() == {
        ("1-7", "all"): 7,
        ("1-7", "peak"): 1,
        ("8-14", "all"): 7,
        ("15-28", "all"): 14,
        ("29-56", "all"): 12,
    }
    assert table["wape"].tolist() == pytest.approx([0.1, 0.1, 0.2, 0.2, 0.2])
    assert table["bias"].tolist() == pytest.approx([-0.1, -0.1, -0.2, -0.2, -0.2])


def test_a_day_unknown_or_expected_closed_has_no_error_and_distances_are_signed():
    done = errors_of(flat("2025-05-01", "2025-06-30"), 80.0, "2025-05-01")
    done.errors.loc[0, "actual"] = np.nan
    done.errors.loc[1, "expected"] = 0.0
    told = residuals(done)
    assert told["day"].min() == pd.Timestamp("2025-05-03")
    assert told["error"].tolist() == pytest.approx([0.25] * len(told))
    near = by_distance(told, [pd.Timestamp("2024-06-10"), pd.Timestamp("2025-05-31")])
    assert set(near["year"]) == {"2025"}
    assert (near["distance"].min(), near["distance"].max()) == (-28, 28)
    assert (near.loc[near["distance"] == -1, "day"] == pd.Timestamp("2025-05-30")).all()


def test_no_backtest_has_no_errors():
    empty = pd.DataFrame(columns=["queue", "model", "origin", "day", "actual", "expected", "peak", "size"])
    done = Backtest(pd.DataFrame(columns=list(SCORES)), empty)
    assert by_lead(done).empty
    assert by_distance(residuals(done), [pd.Timestamp("2025-05-31")]).empty


def test_the_bars_of_a_day_stack_to_its_line(dragon_boat):
    _, _, mean, found = dragon_boat
    option = chart.parts(found.table, {c: c for c in found.table.columns}, "expected")
    stacked = np.sum([s["data"] for s in option["series"] if s["type"] == "bar"], axis=0)
    np.testing.assert_allclose(stacked, mean, atol=4)
    assert option["series"][-1]["data"] == [round(v) for v in mean]


def test_the_picture_of_years_has_a_line_each_and_a_band_for_the_coming_one():
    past, future = flat("2023-01-01", "2025-05-20"), flat("2025-05-21", "2025-07-01", 120.0)
    season = season_of(past.index[0], future.index[-1])
    found = aligned(past, banded(future), season, comings(season, "chat")["dragon_boat"], "chat")
    option = chart.years(found, ZH)
    assert option["legend"]["data"] == ["2025 年，预计", "80% 的日子", "2023", "2024", "2025"]
    source = option["dataset"]["source"].set_index("at")
    assert source.loc["0", ["p10", "p10_width"]].tolist() == pytest.approx([96.0, 60.0])
    assert source.loc["+1", "tip"].startswith("2023 年：100<br>2024 年：100<br>")
    gone = aligned(past, banded(future), season, [pd.Timestamp("2024-06-10") - 300 * DAY], "chat")
    assert chart.years(gone, EN)["legend"]["data"] == ["2023"]
