"""AutoETS and MSTL of statsforecast on many series: CSV in, CSV out, CPU seconds as JSON on standard output.

    python smooth.py MODEL HORIZON JOBS ASKED.csv TOLD.csv

Runs in the peers' environment. ASKED has unique_id, ds (days) and y; TOLD unique_id, ds, mean and the nine quantiles.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import MSTL, AutoETS, SeasonalNaive

BANDS = (50, 80, 90, 95)
LOWER, UPPER = ("p25", "p10", "p05", "p025"), ("p75", "p90", "p95", "p975")
LONG = 730  # days above which MSTL is told of the year


def main(model: str, horizon: int, jobs: int, asked: str, told: str) -> None:
    """Forecast every series; those of more than two years with MSTL's yearly season."""
    series = pd.read_csv(asked, dtype={"unique_id": str}, parse_dates=["ds"])
    days = series.groupby("unique_id")["y"].transform("size")
    begun = cpu()
    parts = [forecast(rows, model, long, horizon, jobs) for long, rows in series.groupby(days > LONG)]
    spent = cpu() - begun
    pd.concat(parts).to_csv(told, index=False)
    json.dump({"seconds": spent}, sys.stdout)


def forecast(rows: pd.DataFrame, model: str, long: bool, horizon: int, jobs: int) -> pd.DataFrame:
    """Mean and quantiles of these series; a model that fails on one leaves it to the seasonal naive."""
    models: dict[str, Any] = {
        "AutoETS": AutoETS(season_length=7),
        "MSTL": MSTL(season_length=[7, 365] if long else 7, alias="MSTL"),
    }
    fallback = SeasonalNaive(season_length=7)
    done: pd.DataFrame = StatsForecast(models=[models[model]], freq="D", n_jobs=jobs, fallback_model=fallback).forecast(
        df=rows, h=horizon, level=list(BANDS)
    )
    out = done[["unique_id", "ds"]].assign(mean=done[model], p50=done[model])
    for band, low, high in zip(BANDS, LOWER, UPPER, strict=True):
        out[low], out[high] = done[f"{model}-lo-{band}"], done[f"{model}-hi-{band}"]
    return out


def cpu() -> float:
    """CPU seconds of this process and of its ended children."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5])
