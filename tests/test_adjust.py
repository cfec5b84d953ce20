"""The planner's hand on a forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.adjust import scale, scale_handle_time
from forecast.forecast import LEVELS, Forecast


def make_forecast() -> Forecast:
    starts = pd.date_range("2026-06-01", periods=6, freq="12h")
    parts = []
    for queue in ("chat", "phone"):
        table = pd.DataFrame({"start": starts, "queue": queue, "mean": 10.0})
        table[list(LEVELS)] = np.linspace(5, 15, 9)
        parts.append(table.assign(aht_s=300.0))
    table = pd.concat(parts, ignore_index=True)
    days = table[table["start"].dt.hour == 0].drop(columns="aht_s").assign(mean=20.0).reset_index(drop=True)
    return Forecast(table, pd.Timedelta(hours=12), {"chat": "regression", "phone": "prophet"}, by_day=days)


def test_an_uplift_touches_its_queue_and_days_only():
    before = make_forecast()
    after = scale(before, 1.5, "chat", pd.Timestamp("2026-06-02"), pd.Timestamp("2026-06-02"), "直播")
    ratio = after.table["mean"] / before.table["mean"]
    assert ratio.tolist() == [1, 1, 1.5, 1.5, 1, 1] + [1] * 6
    assert (after.table["p95"] / before.table["p95"]).tolist() == ratio.tolist()
    assert (after.days["mean"] / before.days["mean"]).tolist() == [1, 1.5, 1, 1, 1, 1]
    assert str(after.warnings[-1]) == "contacts of chat x 1.5 from 2026-06-02 to 2026-06-02 (直播)"


def test_the_given_forecast_stays_as_it_was():
    before = make_forecast()
    copy = before.table.copy()
    scale(before, 2.0)
    scale_handle_time(before, 2.0)
    pd.testing.assert_frame_equal(before.table, copy)


def test_handle_time_changes_alone():
    after = scale_handle_time(make_forecast(), 1.1, "phone")
    assert after.table["aht_s"].tolist() == pytest.approx([300] * 6 + [330] * 6)
    assert (after.table["mean"] == 10).all()


def test_a_factor_of_one_is_no_change_and_two_halves_undo_each_other():
    before = make_forecast()
    assert scale(before, 1.0) is before
    again = scale(scale(before, 0.5), 2.0)
    assert again.table["mean"].tolist() == before.table["mean"].tolist()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"factor": -1}, "factor must be a number of 0 or more, got -1"),
        ({"factor": float("nan")}, "factor must be"),
        ({"factor": 2, "queue": "fax"}, "queue must be one of chat, phone, got fax"),
        ({"factor": 2, "start": pd.Timestamp("2027-01-01")}, "must touch the forecast's days"),
    ],
)
def test_a_wrong_argument_is_named(change, expected):
    with pytest.raises(ValueError, match=expected):
        scale(make_forecast(), **change)


def test_a_forecast_refuses_crossed_quantiles_and_repeated_intervals():
    table = make_forecast().table
    with pytest.raises(ValueError, match="quantiles cross in row 0"):
        Forecast(table.assign(p05=99.0), pd.Timedelta(hours=12))
    with pytest.raises(ValueError, match="told twice"):
        Forecast(pd.concat([table, table]), pd.Timedelta(hours=12))
    with pytest.raises(ValueError, match="mean must be a number of 0 or more"):
        Forecast(table.assign(mean=np.nan), pd.Timedelta(hours=12))
