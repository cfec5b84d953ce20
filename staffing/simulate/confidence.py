"""How sure a share is that was counted in sampled days."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from staffing.poisson import Floats

LEVEL = 0.95


def wilson(share: ArrayLike, trials: ArrayLike, z: float = float(ndtri(0.5 + LEVEL / 2))) -> tuple[Floats, Floats]:
    """The score interval of a share seen in `trials` independent trials (Wilson 1927); all of 0..1 without any.

    >>> low, high = wilson(1.0, 100)
    >>> round(float(low), 3), float(high)
    (0.963, 1.0)
    """
    p, n = np.asarray(share, dtype=float), np.asarray(trials, dtype=float)
    middle = n * p + z * z / 2
    half = z * np.sqrt(n * p * (1 - p) + z * z / 4)
    return np.maximum((middle - half) / (n + z * z), 0.0), np.minimum((middle + half) / (n + z * z), 1.0)


def ratio(hits: Floats, base: Floats) -> tuple[Floats, Floats, Floats]:
    """sum of hits / sum of base over the samples (rows), and its confidence interval; 0, from 0 to 1, without any base.

    Contacts of one sample share their fate, so the samples are the trials: the ratio's variance among them (Cochran
    1977, "Sampling techniques", 6.4) says how many independent contacts they are worth, at most as many as there were.
    With that number the interval is Wilson's, Student's t for z (Kish 1965; Korn and Graubard 1998). Well inside 0..1
    that is share +- t standard errors; near its ends, where few contacts or none failed, it still has a width.
    """
    count = len(base)
    total = base.sum(axis=0)
    some = total > 0
    share = np.divide(hits.sum(axis=0), total, out=np.zeros_like(total), where=some)
    residual = ((hits - share * base) ** 2).sum(axis=0) * count / (count - 1)
    # share (1 - share) / variance, with variance = residual / total^2
    worth = np.divide(share * (1 - share) * total**2, residual, out=total.copy(), where=residual > 0)
    return share, *wilson(share, np.minimum(worth, total), float(stdtrit(count - 1, 0.5 + LEVEL / 2)))
