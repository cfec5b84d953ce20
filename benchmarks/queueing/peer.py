"""Questions to the peers' environment, each answered in a process of its own."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from staffing.poisson import Floats

PYTHON, READY = Path(".venv-peers/bin/python"), Path(".venv-peers/.ready")
SCRIPTS = Path(__file__).with_name("peers")
MEASURES = ("offered", "answered", "virtual", "abandonment", "mean_wait", "occupancy")

Question = dict[str, Any]


def there() -> bool:
    """Whether `make bench-peers` has built the environment."""
    return READY.exists()


def solved(package: str, model: str, questions: list[Question], rounds: int = 1) -> dict[str, Any]:
    """version, python and, where the package has the model, answers and process seconds for all of them."""
    found: dict[str, Any] = _asked("libraries.py", {"questions": questions, "rounds": rounds}, package, model)
    return found


def digits(questions: list[Question]) -> dict[str, Floats]:
    """MEASURES of each question (rate, aht, agents, within, patience), from 45 digits; two processes."""
    halves = (questions[::2], questions[1::2])
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda half: _asked("digits.py", half), halves))
    values = {}
    for name in MEASURES:
        column = np.empty(len(questions))
        for start, answers in enumerate(found):
            column[start::2] = [float(answer[name]) for answer in answers]
        values[name] = column
    return values


def question(rate: float, aht: float, within: float, patience: float, **more: float) -> Question:
    """One question as JSON knows it: no infinity."""
    return {"rate": rate, "aht": aht, "within": within, "patience": None if np.isinf(patience) else patience, **more}


def _asked(script: str, question: Any, *arguments: str) -> Any:
    command = [str(PYTHON), "-W", "ignore", str(SCRIPTS / script), *arguments]
    done = subprocess.run(command, input=json.dumps(question), stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  our own scripts
    return json.loads(done.stdout)
