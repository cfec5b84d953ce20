"""How far off the regression may be by its own account."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.model.regression import sized
from forecast.season import season_of

FIRST = pd.Timestamp("2023-01-02")


def made(days: int, noise: float = 0.1, seed: int = 0, wander: float = 0.0) -> pd.Series:
    index = pd.date_range(FIRST, periods=days, unit="s")
    rng = np.random.default_rng(seed)
    level = np.cumsum(np.random.default_rng(seed + 1).normal(size=days)) * wander
    week = np.array([1.1, 1.0, 1.0, 0.95, 1.0, 0.7, 0.6])[index.day_of_week]
    return pd.Series(800 * week * np.exp(level + rng.normal(size=days) * noise), index=index, name="q")


def size_of(daily: pd.Series, ahead: int = 60, countries: tuple[str, ...] = ("none",)) -> pd.Series:
    horizon = pd.date_range(daily.index[-1] + pd.Timedelta(days=1), periods=ahead, unit="s")
    season = season_of(daily.index[0], horizon[-1], () if countries == ("none",) else countries)
    return pd.Series(sized(daily, season, horizon)[1], index=horizon)


def test_on_ordinary_days_soon_after_it_is_the_noise():
    assert size_of(made(800)).iloc[:7].mean() == pytest.approx(0.1, rel=0.15)
    assert size_of(made(800, noise=0.3)).iloc[:7].mean() == pytest.approx(0.3, rel=0.15)


def test_it_grows_with_the_days_ahead_where_the_level_wanders_and_shrinks_with_the_days_known():
    wandering, still = (size_of(made(400, wander=w)) for w in (0.02, 0.0))
    assert wandering.iloc[-7:].mean() > 1.2 * wandering.iloc[:7].mean()
    assert still.iloc[-7:].mean() < 1.05 * still.iloc[:7].mean()
    short, long = ([size_of(made(n, seed=seed)).iloc[:28].mean() for seed in range(8)] for n in (30, 400))
    assert np.mean(short) > 1.1 * np.mean(long)


def test_a_festival_nobody_has_seen_is_less_sure_than_an_ordinary_day_and_than_one_seen_twice():
    before = pd.Timestamp("2025-05-24")  # Dragon Boat is on 2025-05-31
    long = made((before - FIRST).days)
    short = long.iloc[-200:]
    season_days = pd.date_range("2025-05-29", "2025-06-01")
    seen, unseen = (size_of(d, 60, ("CN",)) for d in (long, short))
    assert unseen[season_days].mean() > 1.15 * unseen.iloc[-10:].mean()
    assert unseen[season_days].mean() > 1.05 * seen[season_days].mean()


def test_simulated_years_fall_inside_their_bands_as_often_as_said():
    inside = []
    for seed in range(12):
        days = made(428, noise=0.15, seed=seed)
        past, came = days.iloc[:400], days.iloc[400:]
        season = season_of(past.index[0], came.index[-1], ())
        expected, size = sized(past, season, pd.DatetimeIndex(came.index))
        inside.append(np.mean(np.abs(np.log1p(came) - np.log1p(expected)) <= 1.2816 * size))
    assert np.mean(inside) == pytest.approx(0.8, abs=0.05)


def test_a_history_of_a_week_still_has_a_size():
    size = size_of(made(8))
    assert np.isfinite(size).all()
    assert (size > 0).all()
