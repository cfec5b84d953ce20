"""The least whole number that is enough, for many questions at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from staffing.poisson import Floats

Ints = NDArray[np.int64]
Enough = Callable[[Ints, Ints], NDArray[np.bool_]]
LIMIT = 10**12
SAMPLE = 256  # questions searched for from scratch


def least_by_load(enough: Enough, load: Floats, guess: Ints) -> Ints:
    """As `least`, where the answers rise with `load`: a few are searched for, and the others start between them."""
    if not len(load):
        return guess
    some = np.argsort(load)[:: max(len(load) // SAMPLE, 1)]
    spread = np.sqrt(load)
    known = least(lambda i, n: enough(some[i], n), guess[some], (0.25 * spread[some]).astype(np.int64))
    between = np.ceil(np.interp(load, load[some], known)).astype(np.int64)
    return least(enough, between, np.ones_like(guess))


def least(enough: Enough, guess: Ints, step: Ints) -> Ints:
    """For each question the least n >= 0 that is enough, where more is never less.

    `enough(questions, n)` says for some of the questions, by position, whether n[i] is enough. The search starts at
    `guess`, strides by `step`, doubling, until it has the answer between two numbers, and halves from there.

    Raises:
        ValueError: nothing up to 10^12 is enough.
    """
    low = np.full(len(guess), -1, dtype=np.int64)
    high = np.full(len(guess), LIMIT, dtype=np.int64)
    probe = np.maximum(guess, 0)
    stride = np.maximum(step, 1)
    asked = np.arange(len(guess))
    while len(asked):
        n = probe[asked]
        good = enough(asked, n)
        high[asked[good]] = n[good]
        low[asked[~good]] = n[~good]
        if (low >= LIMIT).any():
            raise ValueError(f"no number up to {LIMIT:.0e} is enough")
        asked = asked[high[asked] - low[asked] > 1]
        lo, hi, s = low[asked], high[asked], stride[asked]
        middle = (lo + hi) // 2
        up = np.where(hi == LIMIT, np.minimum(lo + s, LIMIT), middle)
        probe[asked] = np.where((lo < 0) & (hi < LIMIT), np.maximum(hi - s, 0), up)
        stride[asked] = 2 * s
    return high
