"""A what-if on a forecast: more or fewer contacts, longer or shorter ones. `override` is the planner's own word."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from forecast.forecast import Forecast, counts
from forecast.language import Text


def scale(
    forecast: Forecast,
    factor: float,
    queue: str | None = None,
    start: pd.Timestamp | None = None,
    end: pd.Timestamp | None = None,
    reason: str = "",
) -> Forecast:
    """The forecast with `factor` times the contacts: means and every quantile, days `start` to `end`, both included.

    None for `queue` means every queue, for `start` or `end` no limit.

    Raises:
        ValueError: an unknown queue, days the forecast does not hold, or a factor that is not 0 or more.
    """
    return _scaled(forecast, counts(forecast.table), factor, queue, start, end, Text("contacts"), reason)


def scale_handle_time(
    forecast: Forecast,
    factor: float,
    queue: str | None = None,
    start: pd.Timestamp | None = None,
    end: pd.Timestamp | None = None,
    reason: str = "",
) -> Forecast:
    """The forecast with contacts `factor` times as long; limits as in `scale`.

    Raises:
        ValueError: as `scale`, and where the forecast has no handle time.
    """
    if "aht_s" not in forecast.table.columns:
        raise ValueError("forecast: has no aht_s to scale")
    return _scaled(forecast, ("aht_s",), factor, queue, start, end, Text("handle time"), reason)


def _scaled(
    forecast: Forecast,
    columns: tuple[str, ...],
    factor: float,
    queue: str | None,
    start: pd.Timestamp | None,
    end: pd.Timestamp | None,
    what: Text,
    reason: str,
) -> Forecast:
    if not (np.isfinite(factor) and factor >= 0):
        raise ValueError(f"factor must be a number of 0 or more, got {factor}")
    if queue is not None and queue not in forecast.queues:
        raise ValueError(f"queue must be one of {', '.join(forecast.queues)}, got {queue}")
    day = forecast.table["start"].dt.normalize()
    first = day.min() if start is None else pd.Timestamp(start).normalize()
    last = day.max() if end is None else pd.Timestamp(end).normalize()
    touched = day.between(first, last)
    if not touched.any():
        raise ValueError(f"start and end must touch the forecast's days, got {first:%Y-%m-%d} to {last:%Y-%m-%d}")
    if factor == 1:
        return forecast
    by_day = forecast.by_day
    if queue is not None:
        touched &= forecast.table["queue"] == queue
    table = forecast.table.copy()
    table.loc[touched, list(columns)] *= factor
    if by_day is not None and "mean" in columns:
        rows = by_day["start"].between(first, last) & ((by_day["queue"] == queue) | (queue is None))
        by_day = by_day.copy()
        by_day.loc[rows, list(columns)] *= factor
    said = Text(
        "{what} of {queue} x {factor:g} from {start} to {end}{reason}",
        what=what,
        queue=Text("every queue") if queue is None else queue,
        factor=factor,
        start=f"{first:%Y-%m-%d}",
        end=f"{last:%Y-%m-%d}",
        reason=f" ({reason})" if reason else "",
    )
    return replace(forecast, table=table, by_day=by_day, warnings=(*forecast.warnings, said))
