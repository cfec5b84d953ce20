"""What was worked out once and need not be worked out again, kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

import platformdirs
from joblib import Memory

Value = TypeVar("Value")


def kept(key: str, make: Callable[[], Value]) -> Value:
    """`make()`, or what it gave the last time for this `key` and this version of the forecasting code."""
    return cast(Value, _memory()(f"{key}:{_code()}", make))


def is_kept(key: str) -> bool:
    """Whether `kept` would answer from the cache."""
    return cast(bool, _memory().check_call_in_cache(f"{key}:{_code()}", None))


def folder() -> Path:
    """Where results are kept: PEAKSTAFF_CACHE, or the user's cache folder."""
    return Path(os.environ.get("PEAKSTAFF_CACHE") or platformdirs.user_cache_path("peakstaff"))


def _made(key: str, make: Callable[[], object]) -> object:
    return make()


@cache
def _memory():  # type: ignore[no-untyped-def]  # joblib publishes no types
    return Memory(folder(), verbose=0).cache(_made, ignore=["make"])


@cache
def _code() -> str:
    """A digest of the forecasting sources: a changed model must not answer with its former results."""
    digest = hashlib.sha256()
    for path in sorted((Path(__file__).parent.parent / "forecast").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
