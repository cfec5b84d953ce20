"""Machine code for the loops that no array operation can replace: chains, searches and simulations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """`function` translated on its first call, kept on disk between processes, and free to run beside other threads.

    Sums keep their order and divisions by zero give infinity, as in NumPy: the same input gives the same bits.
    """
    return cast("F", numba.njit(cache=True, nogil=True, error_model="numpy")(function))
