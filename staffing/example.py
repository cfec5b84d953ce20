"""The sample's teams and vendors brought to the size of somebody else's history, so that a first plan can be made."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

import pandas as pd

from staffing.source import MANY, Source

SPARE = 1.1  # leavers, beginners and whole seats take something of what is counted here


def sized(sources: Mapping[str, Source], need: pd.DataFrame) -> dict[str, Source]:
    """`sources` with staff, caps and ramp-up scaled to `need` (week, queue, seats).

    The people of day one are taken to be enough for the weeks that no decision of today can reach; whoever may work on
    every queue makes up what the others cannot serve. Terms and prices stay.
    """
    first = sorted(need["week"].unique())[: max(1, min(s.lead_weeks for s in sources.values()))]
    early = need[need["week"].isin(first)].groupby("queue")["seats"].max()
    factor = float(early.sum()) / max(1, sum(s.staff for s in sources.values()))
    if not factor:
        return dict(sources)
    out = {}
    for name, source in sources.items():
        reach = float(sum(early.get(q, 0) for q in source.queues)) if source.queues else float(early.sum())
        staff = min(ceil(source.staff * factor), ceil(reach))
        out[name] = _times(source, factor, staff)
    flexible = next((name for name, s in sources.items() if not s.queues), next(iter(sources)))
    others = sum(s.staff for name, s in out.items() if name != flexible)
    whole = ceil((float(early.sum()) - others) * SPARE) + len(early)
    return out | {flexible: _times(sources[flexible], factor, max(out[flexible].staff, whole))}


def _times(source: Source, factor: float, staff: int) -> Source:
    most = max(staff, min(MANY, ceil(source.max_seats * max(factor, 1.0))))
    ramp = min(MANY, ceil(source.ramp_seats_per_week * max(factor, 1.0)))
    return source.model_copy(update={"staff": staff, "max_seats": most, "ramp_seats_per_week": ramp})
