"""What was promised: targets with the day they hold from, what each measure weighs, when a contract is renewed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from forecast.language import Text
from staffing.scorecard.measure import MEASURES, Name
from staffing.settings import checked, read_toml

STRICT = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)
Share = Annotated[float, Field(ge=0, le=1)]


class Target(BaseModel):
    """One threshold. Shares from 0 to 1, times in seconds, satisfaction on the file's scale.

    It holds from the day `since` (`from` in the file) until a later one for the same queue and source does; '' means
    every queue, every source. One for this source and queue goes before one for the queue, that before one for the
    source, that before one for all.
    """

    model_config = STRICT

    measure: Name
    value: float = Field(ge=0)
    queue: str = ""
    source: str = ""
    since: dt.date | None = Field(None, alias="from")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if MEASURES[self.measure].is_share and self.value > 1:
            raise ValueError(Text("value: expected a share from 0 to 1, came {came}", came=self.value))
        return self


class Weight(BaseModel):
    """What a measure weighs in the verdict, and the smallest difference worth acting on, in the measure's unit."""

    model_config = STRICT

    weight: float = Field(1.0, ge=0)
    matters: float = Field(0.0, ge=0)


class Scale(BaseModel):
    """The ratings' ends: 1 and 5 stars, 0 and 1 for a share of the satisfied."""

    model_config = STRICT

    worst: float = 1.0
    best: float = 5.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.worst >= self.best:
            raise ValueError(
                Text("expected worst below best, came {worst} and {best}", worst=self.worst, best=self.best)
            )
        return self


class Renewal(BaseModel):
    """When a contract is renewed: from which score, over how many weeks, and at least how many that can be judged.

    A target that was missed makes it a renewal with conditions at best, whatever the score.
    least_weight: share of all weights that must be judged. error: the chance, over all measures together, that a
    source as good as the others is called worse.
    """

    model_config = STRICT

    weeks: int = Field(13, ge=1, le=520)
    least_weeks: int = Field(4, ge=1, le=520)
    least_weight: Share = 0.3
    renew_from: Share = 0.85
    conditions_from: Share = 0.50
    error: float = Field(0.05, gt=0, lt=0.5)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.conditions_from > self.renew_from:
            raise ValueError(
                Text(
                    "expected conditions_from of at most renew_from {most}, came {came}",
                    most=self.renew_from,
                    came=self.conditions_from,
                )
            )
        if self.least_weeks > self.weeks:
            raise ValueError(
                Text(
                    "expected least_weeks of at most weeks {most}, came {came}", most=self.weeks, came=self.least_weeks
                )
            )
        return self


def _usual() -> dict[Name, Weight]:
    shares: dict[Name, Weight] = {
        "service_level": Weight(weight=3, matters=0.02),
        "abandonment": Weight(weight=1, matters=0.01),
        "resolution": Weight(weight=3, matters=0.02),
        "reply_rate": Weight(weight=1, matters=0.01),
    }
    return {
        **shares,
        "satisfaction": Weight(weight=2, matters=0.05),
        "first_response_s": Weight(weight=1, matters=5),
        "aht_s": Weight(weight=1, matters=20),
    }


class Targets(BaseModel):
    """What sources are judged by. An empty file sets no target: then they are only compared with each other.

    least_contacts, least_ratings: a value of fewer is shown and not judged. neighbours: the least share of others'
    contacts, within the source's strata, that an adjustment may rest on.
    """

    model_config = STRICT

    satisfaction_scale: Scale = Scale()
    least_contacts: int = Field(200, ge=1)
    least_ratings: int = Field(30, ge=1)
    neighbours: Share = 0.05
    measures: Mapping[Name, Weight] = Field(default_factory=_usual)
    renewal: Renewal = Renewal()
    targets: tuple[Target, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        seen: set[tuple[object, ...]] = set()
        for number, target in enumerate(self.targets, start=1):
            key = (target.measure, target.queue, target.source, target.since)
            if key in seen:
                raise ValueError(
                    Text("targets: number {number} repeats an earlier one of {measure}", number=number, measure=key[0])
                )
            seen.add(key)
            scale = self.satisfaction_scale
            if target.measure == "satisfaction" and not scale.worst <= target.value <= scale.best:
                raise ValueError(
                    Text(
                        "targets: number {number}: expected a satisfaction from {worst} to {best}, came {came}",
                        number=number,
                        worst=scale.worst,
                        best=scale.best,
                        came=target.value,
                    )
                )
        return self

    def least(self, measure: str) -> int:
        """Contacts (ratings, for satisfaction) below which `measure` is not judged."""
        return self.least_ratings if measure == "satisfaction" else self.least_contacts

    def weight(self, measure: str) -> Weight:
        """What `measure` weighs; one that the file leaves out of `measures` weighs as usual."""
        return {str(name): given for name, given in (*_usual().items(), *self.measures.items())}[measure]

    def on(self, measure: str, queue: str, source: str, days: pd.DatetimeIndex) -> np.ndarray:
        """The target of `measure` for the source's contacts of `queue` on each of `days`; NaN where there is none."""
        out = np.full(len(days), np.nan)
        fits = [t for t in self.targets if t.measure == measure and t.queue in ("", queue) and t.source in ("", source)]
        # the closest is laid over the others, and of those as close the latest over the earlier
        fits.sort(key=lambda t: (bool(t.queue), bool(t.source), t.since or dt.date.min))
        for target in fits:
            out[_from(days, target.since)] = target.value
        return out


def read_targets(path: Path) -> Targets:
    """The targets of a TOML file.

    Raises:
        Refused: every problem of the file.
    """
    return checked(Targets, read_toml(path), str(path))


def _from(days: pd.DatetimeIndex, since: dt.date | None) -> np.ndarray:
    if since is None:
        return np.ones(len(days), dtype=bool)
    return np.asarray(days >= pd.Timestamp(since))
