"""The calendar, against published dates."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from forecast.event import Event
from forecast.occasion import SHOPPING, lunar_day
from forecast.season import season_of


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


# Hong Kong Observatory, Gregorian-lunar calendar conversion tables.
@pytest.mark.parametrize(
    ("month", "date", "days"),
    [
        (5, 5, ("2022-06-03", "2023-06-22", "2024-06-10", "2025-05-31", "2026-06-19", "2027-06-09")),
        (8, 15, ("2022-09-10", "2023-09-29", "2024-09-17", "2025-10-06", "2026-09-25", "2027-09-15")),
        (1, 1, ("2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06")),
    ],
)
def test_lunar_festivals_fall_on_the_published_days(month, date, days):
    assert [f"{lunar_day(y, month, date):%Y-%m-%d}" for y in range(2022, 2028)] == list(days)


def test_a_festival_inside_a_promotion_is_said():
    season = season_of(day("2024-01-01"), day("2026-12-31"))
    said = [str(text) for text in season.collisions(season.start, season.end)]
    assert "Dragon Boat Festival on 2026-06-19 falls inside 618 (2026-06-01 to 2026-06-20)" in said
    assert "Dragon Boat Festival on 2025-05-31 falls 1 day(s) before 618 (2025-06-01 to 2025-06-20)" in said
    assert not any("2026" in s and "Mid-Autumn" in s for s in said)


def test_a_festival_beside_the_planners_promotion_is_said():
    own = Event("品牌日", "promotion", day("2026-09-20"), day("2026-09-21"))
    season = season_of(day("2026-08-01"), day("2026-10-31"), events=[own])
    said = [str(text) for text in season.collisions(season.start, season.end)]
    assert said == ["Mid-Autumn Festival on 2026-09-25 falls 4 day(s) after 品牌日 (2026-09-20 to 2026-09-21)"]


def test_a_festival_that_drifts_towards_a_promotion_or_away_is_said_in_days():
    season = season_of(day("2025-01-01"), day("2026-12-31"))
    said = [str(text) for text in season.drifts(day("2026-06-01"), day("2026-06-30"))]
    # 31 May 2025, 19 June 2026
    text = (
        "Dragon Boat Festival on 2026-06-19 is 1 day(s) after the day of 618; the year before it was 18 day(s) before"
    )
    assert said == [text]
    assert season_of(day("2026-01-01"), day("2026-12-31"), ["HK"]).drifts(day("2026-06-01"), day("2026-06-30")) == ()


def test_phases_of_a_shopping_festival_follow_one_another_and_reach_its_day():
    for kind in SHOPPING.values():
        for one, next_ in itertools.pairwise(kind.phases):
            assert one.first <= one.last < next_.first
        assert not kind.phases or any(p.first <= 0 <= p.last for p in kind.phases)


def test_lunar_festivals_are_known_to_2050():
    # Hong Kong Observatory, Gregorian-lunar calendar of 2050
    assert [f"{lunar_day(2050, m, d):%m-%d}" for m, d in ((1, 1), (5, 5), (8, 15))] == ["01-23", "06-23", "09-30"]


def test_days_run_from_the_nearest_coming_of_a_festival():
    days = pd.DatetimeIndex(["2026-06-05", "2026-06-19", "2026-06-22", "2027-06-08"])
    season = season_of(day("2026-01-01"), day("2027-12-31"))
    assert season.distance("dragon_boat", days).tolist() == [-14, 0, 3, -1]
    assert np.isnan(season_of(days[0], days[-1], ["US"]).distance("dragon_boat", days)).all()


def test_makeup_workdays_follow_the_state_council_and_behave_like_the_week():
    # State Council notice on holidays of 2024: work on 4 and 18 February, a Sunday each.
    season = season_of(day("2024-01-01"), day("2024-12-31"))
    made_up = season.makeup_workdays
    assert {day("2024-02-04"), day("2024-02-18"), day("2024-10-12")} <= set(made_up)
    days = pd.DatetimeIndex(["2024-02-03", "2024-02-04", "2024-10-12"])  # Saturday, made-up Sunday, made-up Saturday
    assert season.weekdays(days).tolist() == [5, 0, 4]
    assert not season.off(days).any()


def test_a_weekend_between_belongs_to_the_days_off():
    season = season_of(day("2026-01-01"), day("2026-12-31"))
    run = next(r for r in season.days_off if r.name == "National Day" and r.start.year == 2026)
    assert (run.start, run.end) == (day("2026-10-01"), day("2026-10-07"))


def test_hong_kong_has_its_easter():
    season = season_of(day("2024-01-01"), day("2024-12-31"), ["HK"])
    assert season.off(pd.DatetimeIndex(["2024-04-01"])).all()  # Easter Monday


def test_years_the_state_council_has_not_announced_are_provisional():
    assert season_of(day("2025-06-01"), day("2025-07-01")).provisional_years == ()
    assert season_of(day("2039-06-01"), day("2039-07-01")).provisional_years == (2039,)
    assert season_of(day("2039-06-01"), day("2039-07-01"), ["HK"]).provisional_years == ()


def test_peak_days_are_those_near_festivals_and_promotions():
    own = Event("直播", "campaign", day("2026-08-05"), day("2026-08-05"), queue="chat")
    season = season_of(day("2026-01-01"), day("2026-12-31"), events=[own])
    peaks = ("2026-06-10", "2026-06-19", "2026-11-11", "2026-02-17", "2026-10-03")
    assert all(season.is_peak(day(d)) for d in peaks)
    assert not season.is_peak(day("2026-08-05"))
    assert season.is_peak(day("2026-08-05"), "chat")
    assert 0.2 < season.peaks(pd.date_range("2026-01-01", "2026-12-31")).mean() < 0.4


def test_no_calendar_means_no_occasions_and_no_days_off():
    season = season_of(day("2026-01-01"), day("2026-12-31"), ["none"])
    assert season.occasions == ()
    assert season.days_off == ()
    assert not season.peaks(pd.date_range("2026-01-01", "2026-12-31")).any()


def test_an_incident_is_not_known_before_it_happens():
    events = [
        Event("停机", "incident", day("2026-03-05"), day("2026-03-05")),
        Event("a", "promotion", day("2026-03-09"), day("2026-03-09")),
    ]
    season = season_of(day("2026-01-01"), day("2026-12-31"), events=events)
    assert [e.name for e in season.as_known_before(day("2026-03-01")).events.all] == ["a"]
    assert len(season.as_known_before(day("2026-03-06")).events.all) == 2


def test_an_unknown_country_is_refused_by_name():
    with pytest.raises(ValueError, match="countries must be ISO codes such as CN, HK or US, got XQ"):
        season_of(day("2026-01-01"), day("2026-12-31"), ["xq"])


def test_a_bank_holiday_resembles_a_weekend_and_the_days_beside_it_the_days_beside_one():
    # Memorial Day 2003 was Monday 26 May: it is like a Sunday, the Sunday before it like a Saturday.
    season = season_of(pd.Timestamp("2003-05-01"), pd.Timestamp("2003-06-30"), ("US",))
    like = season.resembles(pd.date_range("2003-05-22", "2003-05-29"))
    assert like.tolist() == [-1, 4, 5, 5, 6, 0, -1, -1]


def test_where_holidays_begin_at_sunset_the_eve_is_like_the_sabbaths_and_the_days_between_are_workdays():
    # Pesach 1999: Thursday 1 April and Wednesday 7 April; the days between are worked, the Friday is a Friday.
    season = season_of(pd.Timestamp("1999-01-01"), pd.Timestamp("1999-06-30"), ("IL",))
    like = season.resembles(pd.date_range("1999-03-30", "1999-04-09")).tolist()
    assert like == [-1, 4, 5, 4, 5, 6, -1, 4, 5, 6, -1]
    kept = {one.name: one.day for one in season.observed if one.day.year == 1999}
    assert kept["Purim"] == pd.Timestamp("1999-03-02")
    assert season.is_peak(kept["Purim"])
    assert not season.off(pd.DatetimeIndex([kept["Purim"]]))[0]


def test_a_day_that_some_keep_is_no_day_off_and_no_public_holiday():
    season = season_of(pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-31"), ("BR", "CN", "SE"))
    named = {(one.country, one.name) for one in season.observed}
    assert ("BR", "Carnival") in named
    assert not any(country == "CN" for country, _ in named)
    days = pd.DatetimeIndex([one.day for one in season.observed if one.country == "BR"])
    brazil = season_of(season.start, season.end, ("BR",))
    assert not brazil.off(days).any()


def test_a_weekend_is_that_of_the_country():
    # Independence Day 1999 in Israel was Wednesday 21 April; the weekend there is Friday and Saturday.
    season = season_of(pd.Timestamp("1999-04-01"), pd.Timestamp("1999-04-30"), ("IL",))
    assert season.resembles(pd.date_range("1999-04-19", "1999-04-22")).tolist()[2] in (4, 5)
    assert season.resembles(pd.DatetimeIndex(["1999-04-27"])).tolist() == [-1]
