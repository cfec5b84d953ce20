"""Models together: a mean of their logs, weighted by how they erred from past origins and by nothing else.

The weights have the least mean square of the combined past error (Bates and Granger 1969) among those that are not
negative and add up to one; they are then drawn towards those that know of no correlation, one over each model's own
mean square, the more the fewer the origins (Clemen 1989: few past errors estimate correlations badly).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from forecast.model import MODELS, USUAL

BLEND = "blend"
NAMES = (*MODELS, BLEND)  # what a forecast can be made with, from simple to elaborate
BELIEF = 4.0  # origins for which the weights without correlation stand
MOST = 0.7  # log error beyond which a day tells no more of a model
SLIGHT = 0.02  # a weight that is not worth a fit


def weights(errors: pd.DataFrame) -> dict[str, float]:
    """The weight of each model in `errors` (model, origin, day, actual, expected) of one queue; they add up to one.

    Models count that were tried from every origin; days that came unknown or empty, or that a model gave nothing,
    do not.
    """
    wide = errors.pivot_table(index=["origin", "day"], columns="model", values="expected", sort=False)
    origins = errors.groupby("model", sort=False)["origin"].nunique()
    whole = [str(m) for m in origins.index if origins[m] == origins.max()]
    actual = errors.groupby(["origin", "day"])["actual"].first().reindex(wide.index).to_numpy(dtype=float)
    expected = wide[whole].to_numpy(dtype=float)
    told = np.isfinite(actual) & (actual > 0) & (np.isfinite(expected) & (expected > 0)).all(axis=1)
    if not told.any():
        return _unseen(whole)
    error = np.log1p(expected[told]) - np.log1p(actual[told, None])
    error = np.clip(error, -MOST, MOST)
    plain = 1.0 / np.maximum((error**2).mean(axis=0), 1e-9)
    seen = float(origins.max())
    found = (seen * _least(error) + BELIEF * plain / plain.sum()) / (seen + BELIEF)
    found = np.where(found < SLIGHT, 0.0, found)
    return dict(zip(whole, (found / found.sum()).tolist(), strict=True))


def blended(expected: Mapping[str, np.ndarray], weight: Mapping[str, float]) -> np.ndarray:
    """The weighted mean of forecasts, on the scale of log(1 + contacts); 0 where any of them expects nothing."""
    used = [m for m in weight if weight[m] > 0]
    logs = sum(weight[m] * np.log1p(np.asarray(expected[m], dtype=float)) for m in used)
    nothing = np.any([np.asarray(expected[m]) <= 0 for m in used], axis=0)
    return np.asarray(np.where(nothing, 0.0, np.expm1(logs)))


def with_blend(errors: pd.DataFrame) -> pd.DataFrame:
    """The errors of a backtest and those of the blend: at each origin weighted by what had come before it alone."""
    if errors.empty or errors["model"].nunique() < 2:
        return errors
    rows = []
    for _, of_queue in errors.groupby("queue", sort=False):
        tried = of_queue.groupby("model", sort=False)["origin"].nunique()
        members = of_queue[of_queue["model"].isin(tried.index[tried == tried.max()])]
        if members["model"].nunique() < 2:
            continue
        for origin, now in members.groupby("origin", sort=False):
            past = members[members["day"] < origin]
            past = past[past["origin"] < origin]
            names = list(dict.fromkeys(map(str, now["model"])))
            weight = weights(past) if len(past) else _unseen(names)
            one = now[now["model"] == names[0]]
            told = {m: now.loc[now["model"] == m, "expected"].to_numpy(dtype=float) for m in weight}
            usual = now[now["model"] == USUAL]  # its word on how far off days may be is the blend's too
            size = usual["size"].to_numpy() if len(usual) else np.nan
            rows.append(one.assign(model=BLEND, expected=blended(told, weight), size=size))
    return pd.concat([errors, *rows], ignore_index=True)


def _unseen(models: Sequence[str]) -> dict[str, float]:
    """The weights where nothing has come yet: the usual model's word, or everybody's."""
    if USUAL in models:
        return {m: float(m == USUAL) for m in models}
    return dict.fromkeys(models, 1.0 / len(models))


def _least(error: np.ndarray) -> np.ndarray:
    """The weights w >= 0 of sum 1 with the least mean square of `error` w."""
    root = np.linalg.qr(error, mode="r")
    firm = 1e3 * max(float(np.abs(root).max()), 1e-9)  # how much more the sum of 1 counts than any error
    system = np.vstack([root, np.full((1, error.shape[1]), firm)])
    found, _ = nnls(system, np.append(np.zeros(len(root)), firm))
    return np.asarray(found / found.sum())
