"""How much surer a queue's own history makes its forecast than a borrowed one: the constants of forecast/borrow.py.

For each pair of queues one is taken for new: it is shaped on the forecast of the other at its true share of the days
forecast. Its log errors have a variance beyond those of the other's own forecast: the shape's. What a share itself may
be off by is that of the 28 days before an origin, or of the same days a year before, against the true one.

    python -m benchmarks.borrow [FOLDER]

FOLDER holds histories by day whose queues are then measured as well.
"""

from __future__ import annotations

import sys
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.event import Event
from forecast.history import DAY, History
from forecast.ingest import read_events, read_history
from forecast.model import MODELS, USUAL
from forecast.season import season_of

SAMPLE = Path(__file__).parents[1] / "data"
HORIZON, ORIGINS, BEFORE, YEAR = 56, 6, 28, 364


def measured(history: History, countries: tuple[str, ...], events: list[Event]) -> dict[str, float]:
    """Standard deviations of logs, in the words of forecast/borrow.py, over all pairs and origins."""
    daily = history.daily()
    season = season_of(daily.index[0], daily.index[-1], countries, events)
    origins = [daily.index[-1] + DAY - HORIZON * (k + 1) * DAY for k in range(ORIGINS)]
    found: dict[str, list[np.ndarray]] = {name: [] for name in ("own", "shaped", "recent", "year")}
    for origin in origins:
        days = pd.date_range(origin, periods=HORIZON, unit="s")
        came, incident = daily.loc[days], season.on(days, "incident", "")
        said = {q: MODELS[USUAL](daily.loc[: origin - DAY, q], season.as_known_before(origin), days) for q in daily}
        for new, old in permutations(daily.columns, 2):
            told = came[[new, old]].gt(0).all(axis=1).to_numpy() & said[old].gt(0).to_numpy() & ~incident
            if told.sum() < BEFORE:
                continue
            ratio = float(came.loc[told, new].sum() / came.loc[told, old].sum())
            found["own"].append(_logs(came[old][told], said[old][told]))
            found["shaped"].append(_logs(came[new][told], ratio * said[old][told]))
            for name, back in (("recent", slice(origin - BEFORE * DAY, origin - DAY)), ("year", days - YEAR * DAY)):
                past = daily.reindex(pd.date_range(back.start, back.stop) if isinstance(back, slice) else back).dropna()
                if len(past) >= BEFORE:
                    found[name].append(np.array([np.log(past[new].sum() / past[old].sum() / ratio)]))
    off = {name: _size(np.concatenate(parts)) for name, parts in found.items() if parts}
    return off | {"shape": float(np.sqrt(max(off["shaped"] ** 2 - off["own"] ** 2, 0.0)))}


def _logs(came: pd.Series, said: pd.Series) -> np.ndarray:
    return np.asarray(np.log1p(came.to_numpy()) - np.log1p(said.to_numpy()))


def _size(errors: np.ndarray) -> float:
    """Standard deviation that a normal with the same middle 80% has."""
    low, high = np.quantile(errors, (0.1, 0.9))
    return float((high - low) / 2.563)


def main() -> None:
    """A line a history: standard deviations of logs."""
    told = [(SAMPLE / "history.csv.gz", ("CN",), list(read_events(SAMPLE / "events.csv").all))]
    for folder in sys.argv[1:]:
        told += [(path, ("HK", "CN"), []) for path in sorted(Path(folder).glob("hk_*.csv"))]
    for path, countries, events in told:
        history = read_history(path)
        off = measured(history, countries, events)
        line = f"{path.name}: {len(history.queues)} queues; " + ", ".join(f"{k} {v:.2f}" for k, v in off.items())
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
