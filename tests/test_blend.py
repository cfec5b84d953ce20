"""The blend weighs models by their past alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.backtest import backtest, choose
from forecast.blend import BLEND, blended, weights, with_blend
from forecast.pipeline import predict
from tests.test_backtest import make_history

DAY = pd.Timedelta(days=1)


def errors(
    noise: dict[str, float], origins: int = 6, days: int = 28, shared: float = 0.0, seed: int = 0
) -> pd.DataFrame:
    """Errors of models whose logs are off by normal noise of these sizes, `shared` of it the same for all."""
    rng, days = np.random.default_rng(seed), 28
    parts = []
    for k in range(origins):
        origin = pd.Timestamp("2026-01-01") + k * days * DAY
        day = pd.date_range(origin, periods=days)
        truth, common = rng.poisson(500, days).astype(float), rng.normal(0, shared, days)
        for model, size in noise.items():
            told = truth * np.exp(common + rng.normal(0, size, days))
            frame = {"queue": "chat", "model": model, "origin": origin, "day": day, "actual": truth, "expected": told}
            parts.append(pd.DataFrame({**frame, "peak": False, "size": np.nan}))
    return pd.concat(parts, ignore_index=True)


def test_two_models_that_err_apart_are_weighted_by_one_over_their_variance():
    found = weights(errors({"a": 0.1, "b": 0.2}, origins=40))
    assert found["a"] == pytest.approx(0.8, abs=0.05)  # Bates and Granger 1969, eq. 1 with no correlation
    assert sum(found.values()) == pytest.approx(1)


def test_of_models_that_err_together_the_worse_gets_nothing():
    found = weights(errors({"a": 0.02, "b": 0.2}, origins=60, shared=0.1))
    assert found["b"] < 0.05


def test_few_origins_are_believed_less_than_many():
    told = errors({"a": 0.02, "b": 0.25}, origins=2, shared=0.1, seed=4)
    many = errors({"a": 0.02, "b": 0.25}, origins=60, shared=0.1, seed=4)
    assert weights(told)["b"] > weights(many)["b"]


def test_a_model_not_tried_from_every_origin_has_no_weight():
    told = errors({"a": 0.1, "b": 0.1})
    told = told[(told["model"] == "a") | (told["origin"] > told["origin"].min())]
    assert weights(told) == {"a": pytest.approx(1.0)}


@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=3), st.floats(0, 1))
def test_a_blend_lies_between_its_members_and_closes_where_one_does(values, share):
    one, two = np.array(values), np.array(values[::-1])
    made = blended({"a": one, "b": two}, {"a": share, "b": 1 - share})
    used = [v for v, w in ((one, share), (two, 1 - share)) if w > 0]
    low, high = np.min(used, axis=0), np.max(used, axis=0)
    assert (made >= np.where(low <= 0, 0, low * (1 - 1e-9) - 1e-6)).all()
    assert (made <= high * (1 + 1e-9) + 1e-6).all()
    assert (made[low <= 0] == 0).all()


def test_what_comes_after_an_origin_changes_no_blend_before_it():
    told = errors({"regression": 0.1, "b": 0.1, "c": 0.3})
    cut = sorted(told["origin"].unique())[3]
    changed = told.copy()
    changed.loc[changed["day"] >= cut, "actual"] *= 3
    one, two = (t[(t["model"] == BLEND) & (t["origin"] < cut)] for t in (with_blend(told), with_blend(changed)))
    assert one["expected"].to_numpy() == pytest.approx(two["expected"].to_numpy(), rel=0)
    first = with_blend(told).query("model == @BLEND and origin == origin.min()")
    usual = told[(told["model"] == "regression") & (told["origin"] == told["origin"].min())]
    assert first["expected"].to_numpy() == pytest.approx(usual["expected"].to_numpy())


def test_a_blend_by_name_is_forecast_and_scored_like_any_model():
    history = make_history(240, ("chat",))
    done = backtest(history, horizon_days=14, origins=5, models=("average", "regression", "blend"), workers=1)
    board = done.leaderboard().set_index("model")
    assert set(board.index) == {"average", "regression", BLEND}
    assert board.loc[BLEND, "wape"] < board["wape"].max()
    assert choose(done)["chat"] in board.index
    made = predict(history, 14, model=BLEND, workers=1, done=done)
    assert made.models == {"chat": BLEND}
    parts = [
        predict(history, 14, model=m, workers=1, done=done).days["mean"].to_numpy() for m in ("average", "regression")
    ]
    mean = made.days["mean"].to_numpy()
    assert (mean >= np.minimum(*parts) - 1e-6).all()
    assert (mean <= np.maximum(*parts) + 1e-6).all()
