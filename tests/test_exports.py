"""Realistic exports are read exactly or refused at the right place, in 5 s and 500 MB."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from forecast import ingest
from forecast.problem import Refused
from tests.exports import CASES, Case
from tests.exports.judge import fault

SECONDS = 5
MEGABYTES = 500
HOSTILE = [case for case in CASES if case.hostile]


@pytest.mark.parametrize("case", [case for case in CASES if not case.hostile], ids=lambda case: case.name)
def test_export_is_read_exactly_or_refused_at_the_right_place(case: Case, tmp_path: Path) -> None:
    path = tmp_path / case.filename
    path.write_bytes(case.content)
    begun = time.perf_counter()
    try:
        answer = ingest.read(path).history.table
    except Refused as refused:
        answer = refused
    took = time.perf_counter() - begun
    assert (wrong := fault(case, answer)) is None, f"{case.why}: {wrong}"
    assert took < SECONDS
    assert path.read_bytes() == case.content


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """What became of each hostile file, read one after the other in one other process."""
    folder = tmp_path_factory.mktemp("hostile")
    for case in HOSTILE:
        (folder / case.name).mkdir()
        (folder / case.name / case.filename).write_bytes(case.make())
    asked = [sys.executable, "-W", "error", "-m", "tests.exports.alone", str(folder)]
    root = Path(__file__).resolve().parents[1]
    try:
        done = subprocess.run(asked, cwd=root, capture_output=True, text=True, timeout=120)
        out, err = done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        out, err = (late.stdout or b"").decode(), "not finished in 120 s"
    told = {line["name"]: line for line in map(json.loads, out.splitlines())}
    if len(told) < len(HOSTILE):
        told["-"] = {"err": err[-500:]}
    return told


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.name)
def test_hostile_export_does_no_harm(case: Case, outcomes: dict[str, dict[str, object]]) -> None:
    assert case.name in outcomes, f"no answer: {outcomes.get('-')}"
    outcome = outcomes[case.name]
    assert outcome["wrong"] is None, f"{case.why}: {outcome['wrong']}"
    assert float(str(outcome["s"])) < SECONDS
    assert float(str(outcome["mb"])) < MEGABYTES
