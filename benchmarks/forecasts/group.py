"""A group of series: one file of the folder, and how it is forecast."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from forecast import ingest
from forecast.history import DAY, History
from forecast.season import LUNAR_COUNTRIES, is_country

HISTORIES = Path(__file__).with_name("histories.toml")
LONG = 730  # days of history above which two months ahead are asked for


@dataclass(frozen=True)
class Settings:
    """How a file is forecast: ISO codes, days ahead, most origins, the first day used, and what the series are.

    `countries` may be ("none",): no public calendar matters. Without `horizon_days` the file's length says.
    """

    countries: tuple[str, ...] = ("CN",)
    horizon_days: int | None = None
    origins: int = 6
    since: str | None = None
    what: str = "contacts"

    def __post_init__(self) -> None:
        for name, most in (("horizon_days", 366), ("origins", 100)):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, int) and 1 <= value <= most):
                raise ValueError(f"{name} must be a whole number from 1 to {most}, got {value!r}")
        if not self.countries or any(c != "none" and not is_country(c) for c in self.countries):
            raise ValueError(f'countries must be ISO codes such as CN, HK or US, or "none", got {self.countries}')
        if self.since is not None and pd.isna(pd.to_datetime(self.since, errors="coerce")):
            raise ValueError(f"since must be a day such as 2023-02-06, got {self.since!r}")


@dataclass(frozen=True, eq=False)
class Group:
    """A history, the name of its file and how it is forecast."""

    name: str
    history: History
    settings: Settings

    @property
    def horizon(self) -> int:
        """Days to forecast: as told, else 56 with more than two years, 28 with less, 14 by intervals below a day."""
        if self.settings.horizon_days is not None:
            return self.settings.horizon_days
        if (self.history.last - self.history.first) // DAY + 1 > LONG:
            return 56
        return 14 if self.finer else 28

    @property
    def lunar(self) -> bool:
        """Whether the calendar of the group has lunar festivals."""
        return bool(set(self.settings.countries) & set(LUNAR_COUNTRIES))

    @property
    def finer(self) -> bool:
        """Whether the group has intervals shorter than a day."""
        return self.history.per_day > 1


def settings_of(path: Path) -> dict[str, Settings]:
    """The settings in a TOML file, by the name of the history without .csv.

    Raises:
        ValueError: a setting that does not exist or is out of range, named with its value.
    """
    return {name: _settings(name, told) for name, told in tomllib.loads(path.read_text(encoding="utf-8")).items()}


def _settings(name: str, told: Mapping[str, Any]) -> Settings:
    unknown = [key for key in told if key not in Settings.__dataclass_fields__]
    if unknown:
        raise ValueError(f"{name}: expected {', '.join(Settings.__dataclass_fields__)}, got {', '.join(unknown)}")
    values = dict(told)
    if "countries" in values:
        values["countries"] = (
            tuple(values["countries"]) if isinstance(values["countries"], list) else (values["countries"],)
        )
    if "since" in values:
        values["since"] = str(values["since"])  # TOML has dates of its own
    return Settings(**values)


def load(path: Path, settings: Settings, queues: int | None = None) -> Group:
    """The group of a history in the canonical format, from `settings.since` on; its first `queues` only, or all.

    Raises:
        Refused: the history cannot be read.
        ValueError: nothing is left of it from `settings.since` on.
    """
    history = ingest.read_history(path)
    rows = history.table
    if settings.since is not None:
        rows = rows[rows["start"] >= settings.since]
        if rows.empty:
            raise ValueError(f"{path.name}: since must be a day of the history, got {settings.since}")
    rows = rows[rows["queue"].isin(history.queues[:queues])]
    return Group(path.name, History(rows.reset_index(drop=True), history.interval), settings)
