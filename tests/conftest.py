"""Fixtures every test may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.seller import write_seller

# the same examples on every run, and no time limit: a shared machine is slow now and then
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(autouse=True, scope="session")
def _no_archive_of_the_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What whoever runs the tests has imported neither shows in them nor is touched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEAKSTAFF_DATA", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real series and reference values beside the checkout, where there is one."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside this checkout: real series and reference values are not here")
    return SHARED


@pytest.fixture(scope="session")
def seller(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small seller's files; `s.toml` is its scenario."""
    return write_seller(tmp_path_factory.mktemp("seller"))
