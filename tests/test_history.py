"""What the rows of a history mean, and what the gaps between them mean."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.history import History

HALF = pd.Timedelta(minutes=30)
DAY = pd.Timedelta(days=1)


def make_history(
    starts: pd.DatetimeIndex, offered: object = 1.0, queue: str = "a", source: str = "", step=HALF
) -> History:
    table = pd.DataFrame({"start": starts, "queue": queue, "source": source, "offered": offered})
    return History(table.assign(handled=np.nan, abandoned=np.nan, aht_s=np.nan), step)


def office(days: int) -> pd.DatetimeIndex:
    """Half-hours 09:00 to 17:30 from Monday to Friday."""
    every = pd.date_range("2026-01-05", periods=days * 48, freq="30min")
    return every[(every.hour >= 9) & (every.hour < 18) & (every.day_of_week < 5)]


def both(one: History, other: History) -> History:
    return History(pd.concat([one.table, other.table], ignore_index=True), one.interval)


def test_outside_opening_hours_is_zero_and_a_missing_row_inside_is_unknown():
    starts = office(28)
    history = make_history(starts.delete(5))
    total = history.total()["a"]
    assert total.loc["2026-01-05 03:00"] == 0
    assert total.loc["2026-01-10"].eq(0).all()  # a Saturday
    assert np.isnan(total.loc[starts[5]])
    assert total.isna().sum() == 1
    assert history.daily()["a"].isna().tolist()[:2] == [True, False]


def test_a_saturday_worked_once_does_not_open_all_saturdays():
    extra = pd.date_range("2026-01-17 09:00", "2026-01-17 17:30", freq="30min")
    daily = make_history(office(56).append(extra).sort_values()).daily()["a"]
    assert daily.loc["2026-01-17"] == 18
    assert not daily.isna().any()


def test_a_week_without_any_row_is_unknown_not_closed():
    starts = office(84)
    hole = (starts >= "2026-02-02") & (starts < "2026-02-09")
    daily = make_history(starts[~hole]).daily()["a"]
    assert daily.index[daily.isna()].tolist() == pd.date_range("2026-02-02", "2026-02-06").tolist()


def test_a_source_that_joins_later_adds_nothing_before():
    days = pd.date_range("2026-01-01", periods=60)
    history = both(make_history(days, 10.0, source="x", step=DAY), make_history(days[30:], 5.0, source="y", step=DAY))
    assert history.daily()["a"].tolist() == [10.0] * 30 + [15.0] * 30


def test_a_source_that_left_adds_nothing_after_but_a_late_report_is_unknown():
    days = pd.date_range("2026-01-01", periods=60)
    whole = make_history(days, 10.0, source="x", step=DAY)
    left = both(whole, make_history(days[:20], 5.0, source="y", step=DAY)).daily()["a"]
    late = both(whole, make_history(days[:55], 5.0, source="y", step=DAY)).daily()["a"]
    assert left.tolist() == [15.0] * 20 + [10.0] * 40
    assert late.tolist()[:55] == [15.0] * 55
    assert late.isna().tolist()[55:] == [True] * 5


def test_a_half_told_last_day_is_unknown():
    starts = pd.date_range("2026-01-05", "2026-02-01 11:30", freq="30min")
    assert np.isnan(make_history(starts).daily()["a"].iloc[-1])


def test_handle_times_are_weighted_by_contacts_over_sources():
    days = pd.date_range("2026-01-01", periods=2)
    table = pd.DataFrame(
        {"start": [*days, *days], "queue": "a", "source": ["x", "x", "y", "y"], "offered": [30.0, 10, 10, 10]}
    )
    table = table.assign(handled=np.nan, abandoned=np.nan, aht_s=[100.0, np.nan, 200.0, 300.0])
    times = History(table, DAY).handle_time()
    assert times is not None
    assert times["a"].tolist() == [125.0, 300.0]
    assert make_history(days, step=DAY).handle_time() is None


def test_days_are_the_sums_of_half_hours_whatever_the_interval():
    rng = np.random.default_rng(1)
    starts = pd.date_range("2026-01-05", periods=48 * 14, freq="30min")
    history = make_history(starts, rng.poisson(5, len(starts)).astype(float))
    hourly, daily = history.coarser(pd.Timedelta(hours=1)), history.coarser(DAY)
    assert hourly.daily()["a"].tolist() == history.daily()["a"].tolist() == daily.daily()["a"].tolist()
    with pytest.raises(ValueError, match="interval must be a multiple"):
        history.coarser(pd.Timedelta(minutes=15))


def test_an_unknown_half_hour_makes_its_hour_unknown():
    starts = pd.date_range("2026-01-05", periods=48 * 7, freq="30min")
    offered = np.ones(len(starts))
    offered[3] = np.nan
    hours = make_history(starts, offered).coarser(pd.Timedelta(hours=1)).total()["a"]
    assert hours.isna().tolist()[:4] == [False, True, False, False]


def test_the_digest_follows_every_cell_and_not_the_order_of_rows():
    starts = office(14)
    one = make_history(starts, np.arange(len(starts), dtype=float))
    again = History(one.table.iloc[::-1], HALF)
    changed = one.table.copy()
    changed.loc[100, "offered"] += 1
    assert one.digest == again.digest != History(changed, HALF).digest


def test_a_history_as_it_stood_holds_nothing_later():
    history = make_history(office(28))
    assert history.before(pd.Timestamp("2026-01-12")).last == pd.Timestamp("2026-01-09")


def test_a_repeated_interval_and_an_empty_history_are_refused():
    days = pd.date_range("2026-01-01", periods=2)
    with pytest.raises(ValueError, match="repeats a start"):
        make_history(days.append(days), step=DAY)
    with pytest.raises(ValueError, match="no rows"):
        make_history(days[:0], step=DAY)
