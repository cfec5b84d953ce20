"""Years laid over each other by the distance to an occasion, instead of by their dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecast.occasion import FESTIVALS, SHOPPING
from forecast.season import DAY, Season

BEFORE, AFTER = 35, 14  # days around the occasion
AROUND = 63  # days around it among which a year's ordinary days are looked for
LEAST = 5  # ordinary days that tell a level


@dataclass(frozen=True, eq=False)
class Alignment:
    """`past`: distance x year, contacts, NaN unknown; `coming`: distance x mean, p10, p90 of the coming one, or empty.

    `ordinary`: the contacts of an ordinary day around each year's occasion; NaN where too few such days are known.
    """

    past: pd.DataFrame
    coming: pd.DataFrame
    ordinary: Mapping[str, float]
    year: str  # of the coming one; '' for none
    days: Mapping[str, pd.Timestamp]  # the occasion's own

    def highest(self) -> pd.DataFrame:
        """A row per year: year, day (the occasion's), ordinary, top (its highest day), at (that day's distance)."""
        rows = []
        for name in self.past.columns:
            line = self.coming["mean"].fillna(self.past[name]) if name == self.year else self.past[name]
            if line.notna().any():
                rows.append((name, self.days[name], self.ordinary[name], line.max(), line.idxmax()))
        return pd.DataFrame(rows, columns=["year", "day", "ordinary", "top", "at"])

    def indexed(self) -> Alignment:
        """Every year as a multiple of its own ordinary day."""
        past = self.past / pd.Series(self.ordinary).reindex(self.past.columns)
        coming = self.coming / self.ordinary[self.year] if self.year else self.coming
        return replace(self, past=past, coming=coming, ordinary=dict.fromkeys(self.ordinary, 1.0))


def comings(season: Season, queue: str) -> dict[str, tuple[pd.Timestamp, ...]]:
    """The days of each great occasion, and the first days of every event of one's own that came more than once."""
    found: dict[str, list[pd.Timestamp]] = {}
    for occasion in season.occasions:
        if (FESTIVALS | SHOPPING)[occasion.key].knots:
            found.setdefault(occasion.key, []).append(occasion.day)
    own: dict[str, list[pd.Timestamp]] = {}
    for event in season.events.touching(queue):
        if event.kind in ("festival", "promotion", "campaign"):
            own.setdefault(event.name, []).append(event.start)
    found |= {name: days for name, days in own.items() if len(set(days)) > 1 and name not in found}
    return {name: tuple(sorted(set(days))) for name, days in found.items()}


def reached(
    known: Mapping[str, Sequence[pd.Timestamp]], first: pd.Timestamp, last: pd.Timestamp
) -> dict[str, tuple[pd.Timestamp, ...]]:
    """Of the comings those around which some of the days `first` to `last` lie; an occasion without any is left out."""
    near = {
        key: tuple(day for day in days if first - AFTER * DAY <= day <= last + BEFORE * DAY)
        for key, days in known.items()
    }
    return {key: days for key, days in near.items() if days}


def aligned(
    daily: pd.Series, expected: pd.DataFrame, season: Season, days: Sequence[pd.Timestamp], queue: str = ""
) -> Alignment:
    """Contacts around each of `days` by distance. `expected` is day x mean, p10, p90.

    A year's line holds what came; the coming one's is expected. A year is named by its day's, with the month where
    two lie in one year.
    """
    distance = pd.RangeIndex(-BEFORE, AFTER + 1, name="distance")
    whole = pd.concat([daily, expected["mean"][~expected.index.isin(daily.index)]])
    known = pd.DatetimeIndex(whole.index[whole.notna()])
    plain = known[~season.peaks(known, queue) & ~season.on(known, "incident", queue)]
    years = [day.year for day in days]
    past, ordinary, own, year = {}, {}, {}, ""
    coming = pd.DataFrame(columns=["mean", "p10", "p90"], dtype=float)
    for day in days:
        name = f"{day:%Y}" if years.count(day.year) == 1 else f"{day:%Y-%m}"
        window = pd.DatetimeIndex([day + d * DAY for d in distance])
        came = daily.reindex(window).to_numpy(dtype=float)
        ahead = expected[["mean", "p10", "p90"]].reindex(window).set_axis(distance)
        next_one = not year and ahead["mean"].notna().any()
        if not next_one and not np.isfinite(came).any():
            continue
        near = whole[plain[(plain >= day - AROUND * DAY) & (plain <= day + AROUND * DAY)]]
        near = near[near > 0]
        ordinary[name] = float(near.median()) if len(near) >= LEAST else float("nan")
        past[name], own[name] = came, day
        if next_one:
            year, coming = name, ahead
    return Alignment(pd.DataFrame(past, index=distance), coming, ordinary, year, own)
