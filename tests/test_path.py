"""Sample paths: margins as forecast, errors that go on over days and queues as past errors did."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.backtest import SCORES, Backtest
from forecast.forecast import LEVELS, QUANTILES, Forecast
from forecast.path import Paths, _root, paths, together
from forecast.total import totals

DAYS = pd.date_range("2026-06-01", periods=28, unit="s")


def make_forecast(queues: tuple[str, ...] = ("a", "b"), mean: float = 1000.0) -> Forecast:
    from scipy.stats import norm

    parts = []
    for k, queue in enumerate(queues):
        part = pd.DataFrame({"start": DAYS, "queue": queue, "mean": mean * (k + 1)})
        wide = np.linspace(0.1, 0.3, len(DAYS))
        part[list(LEVELS)] = mean * (k + 1) * np.exp(wide[:, None] * norm.ppf(QUANTILES)[None, :])
        parts.append(part)
    models = dict.fromkeys(queues, "regression")
    return Forecast(pd.concat(parts, ignore_index=True), pd.Timedelta(days=1), models)


def make_backtest(memory: float, shared: float, origins: int = 30, queues: tuple[str, ...] = ("a", "b")) -> Backtest:
    """Errors with the memory of an AR(1) process, correlated `shared` between any two queues."""
    rng = np.random.default_rng(5)
    rows = []
    for n in range(origins):
        days = pd.date_range(pd.Timestamp("2023-01-01") + n * 28 * pd.Timedelta(days=1), periods=28, unit="s")
        common = rng.standard_normal((28, 1)) * np.sqrt(shared)
        fresh = common + rng.standard_normal((28, len(queues))) * np.sqrt(1 - shared)
        z = np.empty_like(fresh)
        z[0] = fresh[0]
        for h in range(1, 28):
            z[h] = memory * z[h - 1] + np.sqrt(1 - memory**2) * fresh[h]
        for k, queue in enumerate(queues):
            rows.append(
                pd.DataFrame(
                    {
                        "queue": queue,
                        "model": "regression",
                        "origin": days[0],
                        "day": days,
                        "actual": 1000 * np.exp(0.1 * z[:, k]),
                        "expected": 1000.0,
                        "peak": False,
                        "size": np.nan,
                    }
                )
            )
    return Backtest(pd.DataFrame(columns=list(SCORES)), pd.concat(rows, ignore_index=True))


NOTHING = Backtest(
    pd.DataFrame(columns=list(SCORES)),
    pd.DataFrame(columns=["queue", "model", "origin", "day", "actual", "expected", "peak", "size"]),
)


def test_a_days_quantiles_over_the_paths_are_its_band():
    forecast = make_forecast()
    drawn = paths(forecast, make_backtest(0.6, 0.5), count=20000, seed=1).table()
    said = forecast.days
    for level in ("p10", "p50", "p90"):
        assert np.allclose(drawn[level], said[level], rtol=0.03)


def test_the_memory_and_the_correlation_of_past_errors_are_found_again():
    how = together(make_backtest(0.7, 0.5), {"a": "regression", "b": "regression"})
    over = how.over(28)
    assert over[0, 1] == pytest.approx(0.7, abs=0.12)
    assert over[0, 20] < 0.25
    assert how.queues[0, 1] == pytest.approx(0.5, abs=0.12)


def test_errors_that_go_on_make_sums_less_sure_than_errors_that_do_not():
    def width(done: Backtest) -> float:
        table = paths(make_forecast(), done, count=4000, seed=2).weekly().table()
        return float((table["p90"] - table["p10"]).sum())

    assert width(make_backtest(0.8, 0.0)) > 1.3 * width(make_backtest(0.0, 0.0))


def test_without_a_backtest_paths_take_what_is_usual():
    drawn = paths(make_forecast(), NOTHING, count=50)
    assert drawn.contacts.shape == (50, 28, 2)
    assert np.corrcoef(drawn.contacts[:, 3, 0], drawn.contacts[:, 4, 0])[0, 1] > 0.2


def test_the_same_seed_gives_the_same_paths_and_another_others():
    one, two, other = (paths(make_forecast(), NOTHING, count=20, seed=s).contacts for s in (4, 4, 5))
    assert (one == two).all()
    assert (one != other).any()


def test_groups_and_weeks_add_up():
    drawn = paths(make_forecast(), NOTHING, count=30)
    total = drawn.summed({"all": ("a", "b"), "only a": ("a",)})
    assert np.allclose(total.contacts[:, :, 0], drawn.contacts.sum(axis=2))
    assert (total.contacts[:, :, 1] == drawn.contacts[:, :, 0]).all()
    assert drawn.weekly().contacts.sum() == pytest.approx(drawn.contacts.sum())
    assert drawn.weekly().days.day_of_week.unique().tolist() == [0]
    with pytest.raises(ValueError, match="x: queues must be of a, b, got c"):
        drawn.summed({"x": ("c",)})


def test_a_day_on_which_nothing_is_expected_has_nothing_on_every_path():
    forecast = make_forecast()
    table = forecast.table.copy()
    table.loc[table["start"] == DAYS[5], ["mean", *LEVELS]] = 0.0
    drawn = paths(Forecast(table, forecast.interval, forecast.models), NOTHING, count=50)
    assert (drawn.contacts[:, 5] == 0).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 6), st.integers(0, 10_000))
def test_any_matrix_gets_a_root_with_ones_on_the_diagonal(size, seed):
    draws = np.random.default_rng(seed).uniform(-1, 1, (size, size))
    root = _root((draws + draws.T) / 2 * (1 - np.eye(size)) + np.eye(size))
    assert np.allclose(np.diag(root @ root.T), 1.0)


def test_paths_refuse_what_is_no_count():
    with pytest.raises(ValueError, match="finite and 0 or more"):
        Paths(DAYS[:1], ("a",), np.array([[[-1.0]]]))
    with pytest.raises(ValueError, match="count must be 1 or more, got 0"):
        paths(make_forecast(), NOTHING, count=0)


def test_totals_are_the_sums_of_their_queues_and_surer_the_less_their_errors_go_together():
    forecast = make_forecast()
    groups = {"all": ("a", "b"), "one": ("b",)}
    apart, alike = (totals(forecast, make_backtest(0.5, shared), groups) for shared in (0.0, 0.9))
    summed = forecast.days.groupby("start")[["mean", *LEVELS]].sum()
    for found in (apart, alike):
        whole = found[found["group"] == "all"].set_index("start")
        assert whole["mean"].tolist() == pytest.approx(summed["mean"].tolist())
        width = (whole["p90"] - whole["p10"]).sum()
        assert width < (summed["p90"] - summed["p10"]).sum()
    widths = [(t["p90"] - t["p10"])[t["group"] == "all"].sum() for t in (apart, alike)]
    assert widths[0] < 0.85 * widths[1]
    alone = apart[apart["group"] == "one"]
    own = forecast.days[forecast.days["queue"] == "b"]
    assert alone["p90"].tolist() == pytest.approx(own["p90"].tolist(), rel=0.05)
    assert list(apart["group"].unique()) == ["all", "one"]
