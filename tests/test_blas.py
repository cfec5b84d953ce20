"""Linear algebra in one thread."""

from __future__ import annotations

from threadpoolctl import threadpool_info

from forecast.blas import one_thread


def threads() -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_threads_are_one_within_and_as_before_after():
    before = threads()
    with one_thread():
        assert set(threads()) == {1}
    assert threads() == before
