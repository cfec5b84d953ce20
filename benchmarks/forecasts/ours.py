"""Our forecast, asked as anybody would: `forecast.predict` on the history before the origin."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import pandas as pd
from joblib import Parallel, delayed

from benchmarks.forecasts.group import Group
from benchmarks.forecasts.origin import Cut, before
from benchmarks.forecasts.said import COLUMNS, Said, cpu, joined
from forecast import predict

NAME = "Peakstaff"


def ours(
    group: Group, cuts: Sequence[tuple[Cut, tuple[str, ...]]], model: str | None = None, jobs: int = 1
) -> tuple[Said, dict[str, int]]:
    """The forecasts from each cut for its queues, and how many each model made; `model` instead of the choice.

    One origin a process, in one thread each, so that CPU seconds can be told.
    """
    parts = Parallel(n_jobs=jobs, batch_size=1)(delayed(_one)(group, cut, queues, model) for cut, queues in cuts)
    made = pd.Series([name for _, names in parts for name in names], dtype=str).value_counts()
    return joined(said for said, _ in parts), {str(name): int(count) for name, count in made.items()}


def _one(group: Group, cut: Cut, queues: tuple[str, ...], model: str | None) -> tuple[Said, tuple[str, ...]]:
    import prophet  # noqa: F401  imports are not what is measured
    import statsmodels.api  # noqa: F401

    known = before(group.history, cut, queues)
    countries = group.settings.countries
    begun = cpu()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        said = predict(known, cut.days, start=cut.origin, countries=countries, model=model, workers=1)
    spent = cpu() - begun
    parts = [said.days.assign(unit="day")]
    if group.finer:
        parts.append(said.table.assign(unit="interval"))
    table = pd.concat(parts, ignore_index=True).assign(origin=cut.origin)
    return Said(table[list(COLUMNS)], spent), tuple(said.models.values())
