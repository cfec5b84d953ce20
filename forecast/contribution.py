"""What each day of a forecast is made of, in contacts: level, week, days off, festivals, promotions, stated sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecast.analogue import analogues
from forecast.language import Text
from forecast.model.features import WEEKDAYS
from forecast.model.regression import Fit, fit
from forecast.occasion import FESTIVALS, SHOPPING
from forecast.season import Season

LEVEL = "level"
HAND = "override"
PARTS: dict[str, Text] = {
    LEVEL: Text("level"),
    "week": Text("weekday and day of month"),
    "off": Text("days off"),
    "festival": Text("festivals"),
    "promotion": Text("promotions"),
    "stated": Text("stated sizes"),
    "model": Text("other model"),
    HAND: Text("planner's hand"),
    "levers": Text("levers"),
}
EFFECTS = tuple(PARTS)[1:6]
OWN_KINDS = {"festival": "festival", "promotion": "promotion", "campaign": "promotion"}
TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Contributions:
    """`table`: day x part, in contacts; a row adds up to the day's mean, `level` being an ordinary day of that time.

    `pulls`: day x occasion (a key of FESTIVALS or SHOPPING, or an event's name), effects on the log of contacts.
    """

    table: pd.DataFrame
    pulls: pd.DataFrame

    def brought_to(self, part: str, mean: pd.Series) -> Contributions:
        """With one more part: what is missing to `mean`, as another model, the planner or the levers have it."""
        missing = mean.reindex(self.table.index).to_numpy(dtype=float) - self.table.sum(axis=1).to_numpy()
        return replace(self, table=self.table.assign(**{part: missing}))


def contributions(daily: pd.Series, season: Season, horizon: pd.DatetimeIndex) -> Contributions | None:
    """What the regression's forecast of `horizon` is made of; None where it has nothing to go by."""
    found = fit(daily, season, horizon)
    return None if found is None else of_fit(found, season, str(daily.name or ""))


def of_fit(found: Fit, season: Season, queue: str = "") -> Contributions:
    """A fit's effects multiply; this shares what they come to among them, in contacts.

    With v = contacts + smear, v[mean] = v[level] exp(effect_1 + effect_2 + ...), so that effect_i takes
    L(v[mean], v[level]) effect_i contacts, L(a, b) = (a - b) / (ln a - ln b): the logarithmic-mean Divisia index (Ang,
    Energy Policy 33, 2005), which leaves no remainder and does not hang on an order. Weekdays and days of the month are
    counted from their own mean over the history. A closed day is 0 in every part.
    """
    horizon = pd.DatetimeIndex(found.contacts.index)
    at = (horizon - found.days[0]).days.to_numpy()
    kinds = {event.name: OWN_KINDS[event.kind] for event in season.events.touching(queue) if event.kind in OWN_KINDS}
    homes = [_home(n, str(g), kinds) for n, g in zip(found.design.names, found.design.groups, strict=True)]
    response = found.design.values * found.effects
    logs = {part: response[:, [home[0] == part for home in homes]].sum(axis=1) for part in (LEVEL, *EFFECTS)}
    logs["stated"] = logs["stated"] + found.offset
    logs["off"] = logs["off"] + found.rest
    usual = logs["week"][: at[0]].mean() if at[0] else 0.0
    level = (found.centre + logs[LEVEL] + found.carried + usual)[at]
    effects = pd.DataFrame({part: logs[part][at] - (usual if part == "week" else 0.0) for part in EFFECTS})
    mean = found.contacts.to_numpy(dtype=float)
    ordinary = np.maximum(np.expm1(np.clip(level, 0, 25)), 0.0) * found.smear
    together = effects.sum(axis=1).to_numpy()
    small = np.abs(together) < TINY
    weight = np.where(small, ordinary + found.smear, (mean - ordinary) / np.where(small, 1.0, together))
    table = effects.mul(weight, axis=0).set_axis(horizon)
    table.loc[mean == 0] = 0.0
    table.insert(0, LEVEL, mean - table.sum(axis=1).to_numpy())
    pulls = {name: 0.0 for _, name in homes if name}
    for k, (_, name) in enumerate(homes):
        if name:
            pulls[name] = pulls[name] + response[at, k]
    pulled = pd.DataFrame(pulls, index=horizon)
    for event, past in analogues(season, queue):  # what an event has of another's response is its own pull
        days = (horizon >= event.start) & (horizon <= event.end)
        if past.key in pulled and past.key != event.name:
            pulled.loc[days, event.name] = pulled.get(event.name, 0.0) + pulled[past.key]
            pulled.loc[days, past.key] = 0.0
    return Contributions(table.rename_axis("day"), pulled.fillna(0.0))


def _home(name: str, group: str, kinds: Mapping[str, str]) -> tuple[str, str]:
    """The part a column belongs to, and the occasion whose own it is ('' for none)."""
    if group == "coming":
        name = name.rpartition("@")[0]
        return (kinds[name], name) if name in kinds else ("festival" if name in FESTIVALS else "promotion", name)
    if group == "festival":
        key = max((k for k in FESTIVALS | SHOPPING if name.startswith(k)), key=len)
        return ("festival" if key in FESTIVALS else "promotion"), key
    if group in ("off", "holiday", "makeup"):
        return "off", ""
    if group == "month" or name in WEEKDAYS:
        return "week", ""
    if group in ("promotion", "own_promotion"):
        if name.endswith("_size"):
            return "stated", ""
        if group == "promotion":
            return OWN_KINDS[name.split("_")[0]], ""
        own = max((k for k in kinds if name.startswith(f"{k}_")), key=len, default="")
        return kinds.get(own, "promotion"), own
    return LEVEL, ""
