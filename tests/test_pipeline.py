"""History to forecast in one call."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.backtest import backtest
from forecast.event import Event
from forecast.forecast import LEVELS
from forecast.history import History
from forecast.ingest import read_history
from forecast.pipeline import predict
from forecast.problem import Refused

HALF, DAY = pd.Timedelta(minutes=30), pd.Timedelta(days=1)
SHAPE = np.where((np.arange(48) >= 18) & (np.arange(48) < 44), 1 / 26, 0.0)


def make_history(
    days: int = 150, queues: tuple[str, ...] = ("chat", "phone"), level: float = 600.0, aht: float = 300.0
) -> History:
    index = pd.date_range("2025-11-24", periods=48 * days, freq="30min", unit="s")
    rng = np.random.default_rng(0)
    parts = []
    for queue in queues:
        mean = level * np.repeat(np.where(index[::48].day_of_week < 5, 1.0, 0.6), 48) * np.tile(SHAPE, days)
        offered = rng.poisson(mean).astype(float)
        part = pd.DataFrame({"start": index, "queue": queue, "source": "", "offered": offered, "handled": offered})
        parts.append(part.assign(abandoned=0.0, aht_s=np.where(offered > 0, aht, np.nan)))
    return History(pd.concat(parts, ignore_index=True), HALF)


def test_a_five_month_history_is_forecast_by_half_hours():
    history = make_history()
    made = predict(history, 28, workers=1)
    assert made.interval == HALF
    assert len(made.table) == 2 * 28 * 48
    assert made.table["start"].min() == history.last + DAY
    assert set(made.models) == {"chat", "phone"}
    assert (made.table.loc[made.table["start"].dt.hour < 9, "p975"] == 0).all()
    sums = made.table.groupby(["queue", made.table["start"].dt.normalize()])["mean"].sum()
    assert sums.to_numpy() == pytest.approx(made.days["mean"].to_numpy())
    assert sums.to_numpy().mean() == pytest.approx(600 * 6.2 / 7, rel=0.05)
    assert made.table["aht_s"].to_numpy() == pytest.approx(300)
    assert any("less than a year" in str(w) for w in made.warnings)


def test_a_backtest_made_before_gives_the_same_forecast():
    history = make_history(120, ("chat",))
    done = backtest(history, horizon_days=14, origins=8, workers=1)
    assert predict(history, 14, workers=1, done=done).digest == predict(history, 14, workers=1).digest


def test_ten_days_are_forecast_naively_and_widely():
    made = predict(make_history(10, ("chat",)), 14, workers=1)
    assert made.models == {"chat": "weekday_median"}
    assert any("a wide guess" in str(w) for w in made.warnings)
    day = made.days.iloc[3]
    assert day["p975"] / day["p025"] > 3


def test_six_days_are_refused():
    with pytest.raises(Refused, match="chat: expected 7 known days at least, found 6"):
        predict(make_history(6, ("chat",)), 14, workers=1)


def test_a_queue_of_zeros_is_forecast_as_zero():
    made = predict(make_history(100, ("chat",), level=0.0), 14, workers=1)
    assert (made.table[["mean", *LEVELS]] == 0).all().all()


def test_by_days_or_hours_the_same_contacts_are_expected():
    history = make_history(100, ("chat",))
    half, hour, day = (
        predict(history, 7, interval=i, model="seasonal_naive", workers=1) for i in (None, 2 * HALF, DAY)
    )
    assert len(hour.table) == 7 * 24
    assert hour.days["mean"].tolist() == pytest.approx(half.days["mean"].tolist())
    assert day.table["mean"].tolist() == pytest.approx(half.days["mean"].tolist())
    with pytest.raises(ValueError, match="interval must be a multiple"):
        predict(history, 7, interval=HALF / 2, workers=1)


def test_from_a_past_day_nothing_later_is_known():
    history = make_history(120, ("chat",))
    start = history.last - 20 * DAY
    changed = history.table.copy()
    changed.loc[changed["start"] >= start, "offered"] *= 5
    before = predict(history, 7, start, model="regression", workers=1)
    after = predict(History(changed.assign(handled=np.nan), HALF), 7, start, model="regression", workers=1)
    assert before.days["mean"].tolist() == after.days["mean"].tolist()
    assert before.table["start"].min() == start


def test_what_was_left_out_or_is_not_known_is_said():
    history = make_history(120, ("chat",))
    table = history.table.copy()
    table.loc[48 * 60 + 20, ["offered", "handled"]] = np.nan
    told = [
        Event("断货", "incident", pd.Timestamp("2026-01-05"), pd.Timestamp("2026-01-06")),
        Event("召回", "incident", history.last + 3 * DAY, history.last + 3 * DAY),
    ]
    said = [str(w) for w in predict(History(table, HALF), 28, events=told, model="seasonal_naive", workers=1).warnings]
    assert "chat: 1 days of the history are unknown and were left out" in said
    assert "断货 (2026-01-05 to 2026-01-06) was an incident: its days were left out of training" in said
    assert any(s.startswith("召回") and s.endswith("has no size: the forecast does not show it") for s in said)


def test_a_level_that_shifted_is_said():
    history = make_history(120, ("chat",))
    table = history.table.copy()
    late = table["start"] >= history.last - 40 * DAY
    table.loc[late, ["offered", "handled"]] *= 2
    said = predict(History(table, HALF), 7, countries=("none",), model="seasonal_naive", workers=1).warnings
    assert any("times the contacts of the eight before" in str(w) for w in said)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"horizon_days": 0}, "horizon_days must be from 1 to 1000, got 0"),
        (
            {"model": "magic"},
            "model must be one of seasonal_naive, average, .*, regression, prophet, boosted, blend, got magic",
        ),
        ({"start": pd.Timestamp("2020-01-01")}, "start must follow the first day of the history"),
        ({"countries": ("Atlantis",)}, "countries must be ISO codes such as CN, HK or US, got ATLANTIS"),
    ],
)
def test_a_wrong_argument_is_named(change, expected):
    with pytest.raises(ValueError, match=expected):
        predict(make_history(20, ("chat",)), **change)


def test_a_named_prophet_gives_way_where_there_are_too_few_days():
    made = predict(make_history(10, ("chat",)), 7, model="prophet", workers=1)
    assert made.models == {"chat": "weekday_median"}
    assert "chat: too few days for prophet, forecast naively" in map(str, made.warnings)


def test_regression_beats_the_naive_model_on_a_border_with_lunar_peaks(shared):
    history = read_history(shared / "data" / "hk_border_daily.csv").only("ALL|Arrival|hk")
    history = History(history.table[history.table["start"] >= "2023-02-06"].reset_index(drop=True), DAY)
    done = backtest(history, ("HK", "CN"), horizon_days=56, models=("seasonal_naive", "regression"), workers=2)
    board = done.leaderboard().set_index("model")
    assert board["wape"]["regression"] < 0.105 < board["wape"]["seasonal_naive"]
    assert board["wape_peak"]["regression"] < 0.8 * board["wape_peak"]["seasonal_naive"]
    assert 0.7 < board["coverage"]["regression"] < 0.9
