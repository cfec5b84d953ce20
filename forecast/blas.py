"""One thread for linear algebra: a model's matrices are small, and processes already share the cores.

OpenBLAS splits even a 260 x 260 Cholesky among threads that wait by spinning. On a busy machine that took 160 ms
instead of 0.5 ms, and how the work is split may show in the last digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import scipy.linalg  # noqa: F401 - loads scipy's BLAS, which is not numpy's, before the controller looks around
from threadpoolctl import ThreadpoolController


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it numpy and scipy compute in one thread."""
    with _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
