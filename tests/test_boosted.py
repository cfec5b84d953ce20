"""The model that all queues teach together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.accuracy import wape
from forecast.backtest import backtest
from forecast.event import Event
from forecast.history import History
from forecast.model.boosted import boosted
from forecast.pipeline import predict
from forecast.season import season_of

DAY = pd.Timedelta(days=1)
FIRST = pd.Timestamp("2023-01-02")


def make_days(length: int = 500, queues: int = 3, seed: int = 0) -> pd.DataFrame:
    """Queues of unequal size with one week and one response to Dragon Boat."""
    index = pd.date_range(FIRST, periods=length, unit="s")
    apart = np.nan_to_num(season_of(index[0], index[-1]).distance("dragon_boat", index), nan=99.0)
    shape = np.array([1.2, 1, 1, 1, 1, 0.7, 0.6])[index.day_of_week] * np.exp(1.0 * np.exp(-np.abs(apart + 5) / 4))
    rng = np.random.default_rng(seed)
    return pd.DataFrame({f"q{k}": rng.poisson(150 * (k + 1) * shape).astype(float) for k in range(queues)}, index=index)


def history_of(days: pd.DataFrame) -> History:
    table = days.rename_axis("start").reset_index().melt("start", var_name="queue", value_name="offered")
    table = table.dropna().sort_values(["queue", "start"], ignore_index=True)
    return History(table.assign(source="", handled=np.nan, abandoned=np.nan, aht_s=np.nan), DAY)


def test_a_young_queue_learns_the_festival_from_the_others():
    days = make_days(920)
    origin = pd.Timestamp("2025-05-12")  # Dragon Boat on 31 May; on 22 June and 10 June before
    truth = days["q0"]
    past = days[days.index < origin].copy()
    past.loc[past.index < origin - 90 * DAY, "q0"] = np.nan
    horizon = pd.date_range(origin, periods=28, unit="s")
    season = season_of(past.index[0], horizon[-1])
    together = boosted(past, season, horizon)["q0"]
    by_itself = boosted(past[["q0"]].dropna(), season, horizon)["q0"]
    assert wape(truth[horizon], together) < 0.75 * wape(truth[horizon], by_itself)


def test_days_unknown_at_the_end_are_bridged_from_the_last_known_level():
    days = make_days(300, 2)
    days.iloc[-40:, 0] = np.nan
    horizon = pd.date_range(days.index[-1] + DAY, periods=14, unit="s")
    said = boosted(days, season_of(days.index[0], horizon[-1]), horizon)
    assert said["q0"].sum() / said["q1"].sum() == pytest.approx(0.5, rel=0.1)


def test_an_event_of_one_queue_teaches_that_queue():
    days = make_days(400, 2)
    on = [pd.Timestamp("2023-03-07") + 35 * k * DAY for k in range(11)]  # the last two weeks after the history
    for day in on[:-1]:
        days.loc[day, "q0"] *= 3
    events = [Event("直播", "campaign", day, day, "q0") for day in on]
    horizon = pd.date_range(on[-1] - 5 * DAY, periods=11, unit="s")
    days = days[days.index < horizon[0]]
    said = boosted(days, season_of(days.index[0], horizon[-1], events=events), horizon)
    raised = said / days.groupby(days.index.day_of_week).median().reindex(horizon.day_of_week).to_numpy()
    assert raised.loc[on[-1], "q0"] > 1.5 * raised["q0"].median()
    assert raised.loc[on[-1], "q1"] == pytest.approx(raised["q1"].median(), rel=0.1)


def test_nothing_after_an_origin_reaches_it_and_workers_change_nothing():
    days = make_days(260, 2)
    plain = backtest(history_of(days), horizon_days=28, origins=2, models=("boosted",), workers=1)
    origin = plain.table["origin"].max()
    later = days.copy()
    later[later.index >= origin] = later[later.index >= origin] * 5 + 100
    changed = backtest(history_of(later), horizon_days=28, origins=2, models=("boosted",), workers=2)
    both = plain.errors.merge(changed.errors, on=["queue", "model", "origin", "day"])
    assert len(both) == 2 * 2 * 28
    assert (both["expected_x"] == both["expected_y"]).all()


def test_a_forecast_can_be_made_with_it_and_a_queue_too_young_for_it_is_said():
    days = make_days(200, 3)
    days.iloc[:-30, 2] = np.nan
    made = predict(history_of(days), 14, model="boosted", workers=1)
    assert dict(made.models) == {"q0": "boosted", "q1": "boosted", "q2": "weekday_median"}
    assert "q2: too few days for boosted, forecast naively" in map(str, made.warnings)
    assert set(made.table["queue"]) == {"q0", "q1", "q2"}


def test_too_little_for_all_is_refused_by_name():
    days = make_days(30, 2)
    horizon = pd.date_range(days.index[-1] + DAY, periods=7, unit="s")
    with pytest.raises(ValueError, match="expected 42 known days"):
        boosted(days, season_of(days.index[0], horizon[-1]), horizon)


def open_on_saturdays(days: int = 200) -> History:
    """200 known days of which 28 have contacts: too few that teach, not too few that are known."""
    index = pd.date_range("2025-01-01", periods=days, unit="s")
    came = np.where(index.day_of_week == 5, np.random.default_rng(0).poisson(200, days), 0).astype(float)
    return history_of(pd.DataFrame({"sat": came}, index=index))


def test_a_queue_open_once_a_week_is_tested_with_the_models_that_can_and_forecast_without_it():
    done = backtest(open_on_saturdays(), horizon_days=28, origins=3, models=("regression", "boosted"), workers=1)
    assert set(done.table["model"]) == {"regression"}
    made = predict(open_on_saturdays(), 14, model="boosted", workers=1)
    assert dict(made.models) == {"sat": "weekday_median"}


def test_days_under_an_incident_do_not_count_as_days_that_teach():
    history = history_of(make_days(60, 1))
    gone = Event("断货", "incident", FIRST, FIRST + 29 * DAY)
    made = predict(history, 7, events=[gone], model="boosted", workers=1)
    assert dict(made.models) == {"q0": "weekday_median"}
