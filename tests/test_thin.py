"""Bad or thin histories: a forecast that says how unsure it is and why, or a refusal that says what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
import pytest

from forecast.event import Event
from forecast.forecast import LEVELS, Forecast
from forecast.history import DAY, History
from forecast.pipeline import predict
from forecast.problem import Refused
from forecast.season import season_of

HALF = pd.Timedelta(minutes=30)
SHAPE = np.zeros(48)
SHAPE[18:44] = 1 / 26
FIRST, LAST = "2023-09-01", "2025-09-14"
RISES = {  # days from the occasion, and how many times an ordinary day they have
    "spring_festival": ([-15, -7, 0, 6, 10], [1, 1.5, 0.3, 0.5, 1]),
    "dragon_boat": ([-20, -3, 0, 2], [1, 2.2, 1.5, 1]),
    "double_11": ([-29, -22, -11, -10, -1, 0, 1, 5], [1, 1.2, 1.4, 1.8, 2.5, 4, 2, 1]),
}


@cache
def _made(first: str, last: str, level: float, queue: str) -> pd.Series:
    days = pd.date_range(first, last, unit="s")
    rng = np.random.default_rng(0)
    mean = level * np.where(days.day_of_week < 5, 1.0, 0.7) * np.exp(0.08 * rng.standard_normal(len(days)))
    season = season_of(days[0], days[-1] + 60 * DAY)
    for key, (distance, times) in RISES.items():
        mean = mean * np.interp(np.nan_to_num(season.distance(key, days), nan=-99), distance, times, left=1, right=1)
    return pd.Series(rng.poisson(mean).astype(float), index=days, name=queue)


def make_days(first: str = FIRST, last: str = LAST, level: float = 600.0, queue: str = "chat") -> pd.Series:
    """Days of a queue with weekdays and three festivals."""
    return _made(first, last, level, queue).copy()


def make_history(*queues: pd.Series, half: bool = False) -> History:
    """The history of these days, by days or half-hours; NaN has no row."""
    parts = []
    for days in queues:
        told = days.dropna()
        starts, counts = pd.DatetimeIndex(told.index), told.to_numpy()
        if half:
            starts = pd.DatetimeIndex(np.add.outer(starts.to_numpy(), np.arange(48) * HALF.to_numpy()).ravel())
            counts = np.outer(counts, SHAPE).ravel()
        part = pd.DataFrame({"start": starts.as_unit("s"), "queue": days.name, "source": "", "offered": counts})
        parts.append(part.assign(handled=counts, abandoned=0.0, aht_s=np.where(counts > 0, 300.0, np.nan)))
    return History(pd.concat(parts, ignore_index=True), HALF if half else DAY)


def forecast(*queues: pd.Series, days: int = 28, half: bool = False, **asked: object) -> Forecast:
    """A forecast by the regression, sound in every number."""
    usual = {"model": "regression", "origins": 4, "workers": 1}
    made = predict(make_history(*queues, half=half), days, **(usual | asked))  # type: ignore[arg-type]
    for table in (made.table, made.days):
        numbers = table[["mean", *LEVELS]].to_numpy()
        assert np.isfinite(numbers).all()
        assert (numbers >= 0).all()
        assert (np.diff(numbers[:, 1:], axis=1) >= 0).all()
    return made


def width(made: Forecast, days: slice = slice(0, 7), queue: str = "chat") -> float:
    """How wide the 80% band is, in means, over some days."""
    rows = made.days[made.days["queue"] == queue].iloc[days]
    return float(((rows["p90"] - rows["p10"]) / rows["mean"]).mean())


def said(made: Forecast, language: str = "en") -> str:
    """Every warning, a line each."""
    return "\n".join(w.say(language) for w in made.warnings)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def whole() -> Forecast:
    """The forecast from all of a sound history."""
    return forecast(make_days())


def mean(made: Forecast, queue: str = "chat") -> np.ndarray:
    """Contacts expected by day."""
    return made.days.loc[made.days["queue"] == queue, "mean"].to_numpy()


def test_a_sound_history_has_nothing_to_warn_of(whole: Forecast):
    assert not whole.warnings


@pytest.mark.parametrize("count", [1, 3, 6])
def test_less_than_a_week_is_refused_with_what_would_help(count: int):
    with pytest.raises(Refused, match=rf"chat: expected 7 known days at least, found {count}.*like it"):
        forecast(make_days().iloc[-count:])


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("countries", [("CN",), ("none",)])
@pytest.mark.parametrize("count", [7, 10, 20, 40])
def test_few_days_have_wider_bands_and_say_that_they_are_a_guess(
    count: int, countries: Sequence[str], half: bool, whole: Forecast
):
    made = forecast(make_days().iloc[-count:], half=half, countries=countries)
    assert width(made) > 2 * width(whole)
    assert f"chat: {count} known days, less than a year" in said(made)
    assert "chat: too little history to test a forecast: its bands are a wide guess" in said(made)


def test_a_festival_that_was_never_seen_is_named_and_has_wider_bands(whole: Forecast):
    made = forecast(make_days().iloc[-100:])
    assert "chat: the history has not seen Mid-Autumn Festival (2025-10-06)" in said(made)
    peak = slice(16, 22)  # 1 to 6 October
    assert width(made, peak) > 1.3 * width(whole, peak)


def test_only_zeros_are_forecast_as_none_and_said():
    made = forecast(make_days() * 0)
    assert (made.table[["mean", *LEVELS]] == 0).all().all()
    assert "chat: no contacts in the whole history" in said(made)


def test_one_day_with_contacts_among_zeros_is_named_an_exception():
    days = make_days() * 0
    days.iloc[-5] = 80
    made = forecast(days)
    assert (made.days["mean"] == 0).all()
    assert "chat: contacts came on 1 of the last 56 days on weekdays that are forecast as closed" in said(made)


@pytest.mark.parametrize("half", [False, True])
def test_a_missing_year_is_unknown_and_not_taken_for_closed(half: bool, whole: Forecast):
    days = make_days("2022-09-01")
    days["2024-03-01":"2025-02-28"] = np.nan  # type: ignore[misc]
    history = make_history(days, half=half)
    assert history.daily()["chat"].isna().sum() == 365
    made = forecast(days, half=half)
    assert "chat: nothing is known from 2024-03-01 to 2025-02-28" in said(made)
    assert mean(made)[:7].mean() == pytest.approx(mean(whole)[:7].mean(), rel=0.1)
    assert width(made) >= 0.98 * width(whole)


@pytest.mark.parametrize("half", [False, True])
def test_a_missing_month_before_the_last_days_is_unknown(half: bool):
    days = make_days()
    days.iloc[-34:-4] = np.nan
    known = make_history(days, half=half).daily()["chat"]
    assert known.isna().sum() == 30
    assert known.iloc[-4:].gt(300).all()
    made = forecast(days, half=half)
    assert "chat: nothing is known from 2025-08-12 to 2025-09-10" in said(made)


def test_a_queue_that_was_silent_for_the_last_month_is_less_sure_than_one_that_was_not():
    days = make_days()
    days = (days * np.exp(np.random.default_rng(1).normal(0, 0.03, len(days)).cumsum())).round()
    both = forecast(days, days[:"2025-08-14"].rename("silent"))  # type: ignore[misc]
    assert width(both, queue="silent") > 1.05 * width(both)
    assert "silent: the last known day is 2025-08-14, 31 days before the end of the history" in said(both)


@pytest.mark.parametrize("times", [2.0, 0.4])
def test_a_level_that_shifted_last_week_is_said_and_widens_the_bands(times: float, whole: Forecast):
    days = make_days()
    days.iloc[-7:] = (days.iloc[-7:] * times).round()
    made = forecast(days)
    assert ("above" if times > 1 else "below") + " what was expected of them" in said(made)
    assert "the forecast follows" in said(made)
    assert width(made) > 1.5 * width(whole)
    first = made.days.iloc[:7]
    stays, goes = days.iloc[-7:].mean(), days.iloc[-28:-7].mean()  # the band holds both
    assert first["p025"].mean() < min(stays, goes)
    assert first["p975"].mean() > max(stays, goes)


@pytest.mark.parametrize("times", [2.0, 0.4])
def test_a_level_that_shifted_three_weeks_ago_is_followed_and_said(times: float, whole: Forecast):
    days = make_days()
    days.iloc[-21:] = (days.iloc[-21:] * times).round()
    made = forecast(days)
    assert "times the contacts of the eight before" in said(made)
    assert np.log(mean(made)[:7].mean() / mean(whole)[:7].mean()) / np.log(times) > 0.75


@pytest.mark.parametrize(
    ("last", "name"),
    [
        ("2025-05-31", "Dragon Boat Festival"),  # the day itself
        ("2025-02-02", "Spring Festival"),  # its fifth day
        ("2024-11-05", "Double 11"),  # between the launch and the day
    ],
)
def test_a_history_that_ends_amid_a_festival_says_that_it_was_partly_seen(last: str, name: str):
    made = forecast(make_days("2023-01-01", last))
    assert f"the history ends on {last}, amid {name}" in said(made)
    assert "only partly seen" in said(made)
    season = season_of(pd.Timestamp("2023-01-01"), pd.Timestamp(last) + 60 * DAY)
    starts = pd.DatetimeIndex(made.days["start"])
    rest, plain = season.peaks(starts), ~season.peaks(starts)
    relative = ((made.days["p90"] - made.days["p10"]) / made.days["mean"]).to_numpy()
    assert relative[rest][0] > np.median(relative[plain])


def test_a_promotion_of_ones_own_that_goes_on_is_said():
    sale = Event("周年庆", "promotion", pd.Timestamp("2025-09-10"), pd.Timestamp("2025-09-20"))
    made = forecast(make_days(), events=[sale])
    assert "the history ends on 2025-09-14, amid 周年庆 (2025-09-10 to 2025-09-20)" in said(made)


def test_a_queue_that_opened_last_week_is_unsure_and_its_neighbour_is_not(whole: Forecast):
    made = forecast(make_days(), make_days("2025-09-08", level=200.0, queue="new"))
    assert width(made, queue="new") > 2 * width(made)
    assert mean(made).tolist() == pytest.approx(mean(whole).tolist())
    assert "new: too little history" in said(made)


def test_a_queue_closed_for_good_is_forecast_as_closed_on_every_day_and_said():
    days = make_days(queue="gone")
    days["2025-06-01":] = 0.0  # type: ignore[misc]
    made = forecast(make_days(), days, days=60)
    assert (mean(made, "gone") == 0).all()
    assert "gone: no contacts since 2025-05-31" in said(made)
    assert "forecast as closed" in said(made)


def test_a_queue_without_contacts_for_ten_days_is_expected_back_and_said(whole: Forecast):
    days = make_days()
    days.iloc[-10:] = 0.0
    made = forecast(days)
    assert "chat: no contacts since 2025-09-04" in said(made)
    assert "expected back" in said(made)
    assert width(made) > 2 * width(whole)


def test_one_day_with_contacts_long_ago_is_a_queue_that_is_closed():
    days = make_days() * 0
    days.iloc[-400] = 80
    assert said(forecast(days)) == (
        "chat: no contacts since 2024-08-11 (399 days): forecast as closed; if it opens again, its forecast wants a "
        "history without these days"
    )


def test_a_huge_day_that_the_planner_names_an_event_is_learned_from():
    days = make_days()
    days.iloc[-40] = 60_000.0
    day = pd.Timestamp(days.index[-40])
    made = forecast(days, events=[Event("直播", "promotion", day, day)])
    assert "left out of training" not in said(made)


@pytest.mark.parametrize("ago", [1, 3, 40])
def test_one_huge_day_is_named_and_does_not_move_the_forecast(ago: int, whole: Forecast):
    days = make_days()
    days.iloc[-ago] = 60_000.0
    made = forecast(days)
    assert f"chat: {days.index[-ago]:%Y-%m-%d} has 60000 contacts" in said(made)
    assert mean(made) == pytest.approx(mean(whole), rel=0.06)


@pytest.mark.parametrize("count", [40, 745])
def test_the_same_count_every_day_is_taken_for_filled_in(count: int):
    made = forecast((make_days() * 0 + 100).iloc[-count:])
    assert mean(made)[:7] == pytest.approx(100, rel=0.02)
    assert width(made) > 0.5
    assert "chat: every known day of the last 28 has 100 contacts" in said(made)


def test_huge_counts_are_forecast_like_others_in_proportion(whole: Forecast):
    made = forecast(make_days() * 20_000)
    assert mean(made) / 20_000 == pytest.approx(mean(whole), rel=0.02)


def test_fractions_of_contacts_are_forecast_as_such():
    made = forecast(make_days() / 1000, half=True)
    assert mean(made)[:7].mean() == pytest.approx(0.6 * 6.4 / 7, rel=0.15)


@pytest.mark.parametrize("model", ["regression", "weekday_median"])
def test_a_contact_every_third_day_is_not_taken_for_a_closed_queue(model: str):
    rng = np.random.default_rng(0)
    days = pd.Series(rng.poisson(0.3, 740).astype(float), index=pd.date_range("2023-09-01", periods=740), name="chat")
    made = forecast(days, model=model)
    assert mean(made).sum() / 28 == pytest.approx(0.3, rel=0.35)
    assert (made.days["p975"] >= 1).all()


@pytest.mark.parametrize("told", [True, False])
def test_a_queue_open_only_at_weekends_has_nothing_on_workdays(told: bool):
    days = make_days(last="2025-08-10")
    weekend = pd.DatetimeIndex(days.index).day_of_week >= 5
    made = forecast(days.where(weekend, 0.0 if told else np.nan))
    starts = pd.DatetimeIndex(made.days["start"])
    assert ((mean(made) > 0) == (starts.day_of_week >= 5)).all()
    assert "forecast as closed" not in said(made)


def test_single_intervals_that_are_missing_are_counted_and_do_not_move_the_forecast(whole: Forecast):
    history = make_history(make_days(), half=True)
    drop = np.random.default_rng(0).choice(np.flatnonzero(history.table["offered"] > 0), 60, replace=False)
    gappy = History(history.table.drop(drop).reset_index(drop=True), HALF)
    made = predict(gappy, 28, model="regression", origins=4, workers=1)
    assert "days of the history are unknown and were left out" in said(made)
    assert mean(made)[:7].mean() == pytest.approx(mean(whole)[:7].mean(), rel=0.05)


def test_every_warning_has_its_chinese():
    days = make_days(last="2025-05-31")
    days.iloc[-7:] = (days.iloc[-7:] * 3).round()
    days.iloc[-80:-50] = np.nan
    gone = make_days(last="2025-05-31", queue="gone")
    gone.iloc[-12:] = 0.0
    made = forecast(days, gone, make_days("2025-05-15", "2025-05-31", queue="new"))
    assert len(made.warnings) > 6
    assert all(w.say("zh") != w.say("en") for w in made.warnings)
