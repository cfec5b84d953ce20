"""The statsforecast peers, AutoETS and MSTL, which answer in the peers' environment."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.forecasts.origin import Past, by_week
from benchmarks.forecasts.said import Said, answer
from forecast.forecast import LEVELS

PYTHON = Path(".venv-peers/bin/python")
SCRIPT = Path(__file__).with_name("peers") / "smooth.py"


def there() -> str | None:
    """The version of statsforecast in the peers' environment; None where `make bench-peers` has not built it."""
    if not PYTHON.exists():
        return None
    command = [str(PYTHON), "-c", "from importlib.metadata import version; print(version('statsforecast'))"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own line
    return done.stdout.strip() if done.returncode == 0 else None


def smoothed(model: str, pasts: Sequence[Past], jobs: int) -> Said:
    """The days of `model` (AutoETS or MSTL) for all pasts at once. Unknown days are told as the same weekday before."""
    series = {str(k): filled(past) for k, past in enumerate(pasts)}
    frames = [
        pd.DataFrame({"unique_id": name, "ds": past.daily.index, "y": series[name]})
        for name, past in zip(series, pasts, strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder) / "asked.csv", Path(folder) / "told.csv"
        pd.concat(frames).to_csv(asked, index=False)
        command = [str(PYTHON), "-W", "ignore", str(SCRIPT), model, str(max(p.cut.days for p in pasts)), str(jobs)]
        done = subprocess.run([*command, str(asked), str(told)], stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  our own script
        table = pd.read_csv(told, dtype={"unique_id": str})
    parts = []
    for name, rows in table.groupby("unique_id"):
        past = pasts[int(str(name))]
        rows = rows.head(past.cut.days)
        parts.append(answer(past, "day", rows["mean"].to_numpy(), rows[list(LEVELS)].to_numpy()))
    return Said(pd.concat(parts, ignore_index=True), json.loads(done.stdout)["seconds"])


def filled(past: Past) -> np.ndarray:
    """The days with unknown ones as the same weekday before them was, or after where none was before."""
    weeks = by_week(past.daily.to_numpy(dtype=float), 1)[:, :, 0]
    whole = pd.DataFrame(weeks).ffill().bfill().fillna(0.0).to_numpy().ravel()
    return np.asarray(whole[-len(past.daily) :])
