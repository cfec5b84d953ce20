"""Past origins: nothing later may reach a model, and the best model is chosen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.backtest import LEADS, MANY, TRIED, Backtest, backtest, choose, cuts
from forecast.event import Event
from forecast.history import History
from forecast.model.features import _features
from forecast.occasion import lunar_day
from forecast.season import season_of

DAY = pd.Timedelta(days=1)


def make_history(days: int = 240, queues: tuple[str, ...] = ("a", "b"), seed: int = 0) -> History:
    index = pd.date_range("2025-06-25", periods=days, unit="s")
    rng = np.random.default_rng(seed)
    parts = []
    for k, queue in enumerate(queues):
        mean = 300 * (k + 1) * np.array([1.2, 1, 1, 1, 1, 0.7, 0.6])[index.day_of_week]
        parts.append(
            pd.DataFrame({"start": index, "queue": queue, "source": "", "offered": rng.poisson(mean).astype(float)})
        )
    return History(pd.concat(parts, ignore_index=True).assign(handled=np.nan, abandoned=np.nan, aht_s=np.nan), DAY)


CHEAP = ("seasonal_naive", "regression")


def test_nothing_after_an_origin_reaches_any_model():
    history = make_history(200, ("a",))
    models = ("seasonal_naive", "regression", "prophet")
    plain = backtest(history, horizon_days=28, origins=2, models=models, workers=1)
    origin = plain.table["origin"].max()
    table = history.table.copy()
    later = table["start"] >= origin
    table.loc[later, "offered"] = table.loc[later, "offered"] * 7 + 1000
    told = [Event("断货", "incident", origin + 3 * DAY, origin + 4 * DAY)]
    changed = backtest(History(table, DAY), events=told, horizon_days=28, origins=2, models=models, workers=1)
    keys = ["queue", "model", "origin", "day"]
    both = plain.errors.merge(changed.errors, on=keys)
    assert len(both) > 150
    assert (both["expected_x"] == both["expected_y"]).all()
    assert (plain.errors["day"] >= plain.errors["origin"]).all()


def test_the_result_is_the_same_for_any_number_of_workers():
    history = make_history()
    one, two = (backtest(history, horizon_days=21, origins=4, models=CHEAP, workers=w) for w in (1, 2))
    pd.testing.assert_frame_equal(one.table, two.table, check_exact=True)
    pd.testing.assert_frame_equal(one.errors, two.errors, check_exact=True)


def test_the_leaderboard_is_best_first_and_scores_are_the_means_over_origins():
    done = backtest(make_history(queues=("a",)), horizon_days=14, origins=4, models=CHEAP, workers=1)
    board = done.leaderboard()
    assert board["wape"].is_monotonic_increasing
    rows = done.table[done.table["model"] == board["model"][0]]
    assert board["wape"][0] == pytest.approx(rows["wape"].mean())
    assert board["origins"][0] == len(rows)
    assert done.table["coverage"].mean() == pytest.approx(0.8, abs=0.15)


def scored(regression: list[float], naive: list[float]) -> Backtest:
    done = backtest(make_history(240, ("a",)), horizon_days=14, origins=4, models=CHEAP, workers=1)
    table = done.table[done.table["model"] != "blend"].copy()
    for model, wape in (("regression", regression), ("seasonal_naive", naive)):
        table.loc[table["model"] == model, "wape"] = wape
    return Backtest(table, done.errors)


@pytest.mark.parametrize(
    ("regression", "naive", "expected"),
    [
        ([0.20, 0.22, 0.21, 0.20], [0.10, 0.12, 0.10, 0.11], "seasonal_naive"),  # better every time
        ([0.20, 0.10, 0.10, 0.10], [0.12, 0.11, 0.11, 0.11], "regression"),  # better once, by luck
        ([0.100, 0.100, 0.100, 0.100], [0.099, 0.099, 0.099, 0.099], "regression"),  # better by nothing that matters
        ([0.10, 0.10, 0.10, 0.10], [0.20, 0.20, 0.20, 0.20], "regression"),
    ],
)
def test_another_model_is_chosen_where_it_is_better_by_more_than_chance(regression, naive, expected):
    assert choose(scored(regression, naive)) == {"a": expected}


def test_without_the_regression_the_best_is_chosen():
    done = backtest(make_history(240, ("a",)), horizon_days=14, origins=4, models=("seasonal_naive",), workers=1)
    assert choose(done) == {"a": "seasonal_naive"}


@pytest.mark.parametrize(
    ("days", "horizon", "expected"),
    [
        (1400, 84, (8, 84)),  # years of history: the origins asked for, a horizon apart
        (695, 56, (6, 56)),  # two years: as many as leave half to learn from
        (150, 84, (2, 25)),  # five months: shorter forecasts
        (40, 56, (3, 7)),
        (20, 56, (0, 0)),  # too little to learn from and be tested on
    ],
)
def test_a_short_history_gets_fewer_and_shorter_origins(days, horizon, expected):
    series = pd.Series(1.0, index=pd.date_range("2022-01-01", periods=days))
    found = cuts(series, horizon, 8)
    lengths = {length for _, length in found} or {0}
    assert (len(found) >= expected[0], lengths) == (True, {expected[1]})
    for origin, length in found:
        assert origin + length * DAY <= series.index[-1] + DAY
        assert (origin - series.index[0]).days >= min(21, days)


def test_days_under_an_incident_are_not_scored():
    history = make_history(queues=("a",))
    event = Event("断货", "incident", history.last - 5 * DAY, history.last - 3 * DAY)
    done = backtest(history, events=[event], horizon_days=14, origins=1, models=("seasonal_naive",), workers=1)
    assert not set(event.days) & set(done.errors["day"])


def test_a_wrong_argument_is_named():
    for change, said in (
        ({"models": ("magic",)}, "got magic"),
        ({"horizon_days": 0}, "got 0"),
        ({"origins": 0}, "got 0"),
    ):
        with pytest.raises(ValueError, match=said):
            backtest(make_history(60), **change)


def test_a_slow_model_that_is_behind_is_not_tried_on_every_origin_and_the_others_are_untouched():
    history = make_history(260, ("a",))
    whole = backtest(history, horizon_days=14, origins=6, workers=1)
    short = backtest(history, horizon_days=14, origins=6, workers=1, drop=True)
    tried = short.table.groupby("model").size()
    assert tried["regression"] == 6
    latest = whole.errors[whole.errors["origin"] >= whole.table["origin"].drop_duplicates().nlargest(TRIED).min()]
    off = (latest["actual"] - latest["expected"]).abs().groupby(latest["model"]).sum()
    leads = off["prophet"] <= LEADS * off.drop(["prophet", "blend"]).min()
    assert tried["prophet"] == (6 if leads else TRIED)
    same = [e[e["model"] != "prophet"].reset_index(drop=True) for e in (whole.errors, short.errors)]
    pd.testing.assert_frame_equal(*same, check_exact=True)


def test_of_very_many_queues_a_slow_model_is_tried_only_when_named():
    history = make_history(120, tuple(f"q{k:02d}" for k in range(MANY + 1)))
    models = ("seasonal_naive", "prophet")
    short = backtest(history, horizon_days=14, origins=1, models=models, workers=2, drop=True)
    assert set(short.table["model"]) == {"seasonal_naive"}
    named = backtest(history, horizon_days=14, origins=1, models=("prophet",), workers=2, drop=True)
    assert set(named.table["model"]) == {"prophet"}


def test_a_model_that_was_dropped_is_not_chosen_however_well_it_did_where_it_was_tried():
    done = backtest(make_history(240, ("a",)), horizon_days=14, origins=4, models=CHEAP, workers=1)
    first = done.table["origin"] == done.table["origin"].max()
    best = done.table[(done.table["model"] == "regression") & first].assign(model="prophet", wape=0.0)
    table = pd.concat([done.table, best], ignore_index=True)
    assert choose(Backtest(table, done.errors))["a"] in CHEAP


def test_a_calendar_shifted_by_forty_days_with_its_data_is_forecast_as_well(monkeypatch):
    """Nothing is keyed to dates known in advance: only to the distance from a festival, wherever that lies."""
    days = pd.date_range("2021-03-01", "2024-12-31", unit="s")
    noise = np.random.default_rng(8).normal(0, 0.05, len(days))
    monkeypatch.setattr("forecast.season._runs", lambda *_: ())

    def off_by(shift: int) -> tuple[float, float]:
        monkeypatch.setattr("forecast.season.lunar_day", lambda *day: lunar_day(*day) + shift * DAY)
        _features.cache_clear()
        season = season_of(days[0], days[-1], ("MO",))
        log = 6 + 0.1 * (days.day_of_week < 5) + noise
        for key, size in (("dragon_boat", 1.5), ("mid_autumn", 0.8)):
            apart = season.distance(key, days)
            log = log + size * np.where(apart <= 0, np.exp(apart / 5), 0) * (apart > -21)
        table = pd.DataFrame({"queue": "a", "source": "", "start": days, "offered": np.exp(log).round()})
        history = History(table.assign(handled=np.nan, abandoned=np.nan, aht_s=np.nan), DAY)
        done = backtest(history, ("MO",), None, 56, 8, ("regression",), workers=1)
        _features.cache_clear()
        return float(done.table["wape"].mean()), float(done.table["wape_peak"].mean())

    here, there = off_by(0), off_by(40)
    assert here[0] < 0.06
    assert there == pytest.approx(here, rel=0.15)
