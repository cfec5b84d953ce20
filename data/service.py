"""How well the invented seller's contacts went: answers in time, solved, rated. All of it is synthetic.

Drawn from streams of its own, so that the counts of the history are the same with these columns as without them.

    pressure      = contacts that came in the half-hour / contacts the day was staffed for, across all sources
    first answer  = the queue's x the source's pace x pressure^1.5 x (1 + 0.3 x load of the season)
    in time       ~ Binomial(handled, 1 - exp(-promise / first answer))
    solved        ~ Binomial(handled, log-odds of queue and source - peak - late evening + luck of the day)
    ratings       ~ a share of those handled rates; the share of fives has the same log-odds terms as solving
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from seller import (
    LUCK_OF_A_DAY,
    MEASURED_SINCE,
    RATINGS_BELOW_5,
    SERVICE,
    SKILL_AT_PEAK,
    SKILL_LATE,
    SKILL_OF,
    SLOWER_TO_ANSWER,
    WAIT_AT_PEAK,
    WAIT_BY_PRESSURE,
)

COLUMNS = ("first_response_s", "resolved", "satisfaction", "in_time", "replied", "rated")
WAIT_CV = 0.9  # of a single contact's wait


@dataclass(frozen=True, eq=False)
class Load:
    """What a queue's teams met: days x half-hours `pressure`, and days `season` (0 ordinary to 1 the height)."""

    hours: np.ndarray
    pressure: np.ndarray
    season: np.ndarray


def share(log_odds: np.ndarray) -> np.ndarray:
    """The share of these log-odds, rounded so that the last bit of an exponential cannot change a draw."""
    return np.round(1 / (1 + np.exp(-log_odds)), 6)


def log_odds(of: float) -> float:
    """The log-odds of a share."""
    return float(np.log(of / (1 - of)))


def served(
    queue: str,
    source: str,
    counts: Mapping[str, np.ndarray],
    load: Load,
    line: Mapping[str, np.ndarray],
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Days x half-hours of each of COLUMNS, NaN where there is nothing to measure.

    `counts` holds handled and abandoned; `line` the drifting skill and pace of the source, a number a day.
    """
    terms, handled, abandoned = SERVICE[queue], counts["handled"], counts["abandoned"]
    wait = terms.first_response_s * line["pace"][:, None] * load.pressure**WAIT_BY_PRESSURE
    wait = wait * (1 + WAIT_AT_PEAK * load.season[:, None])
    in_time = rng.binomial(handled, np.round(1 - np.exp(-terms.in_time_s / wait), 6))
    spread = np.sqrt(np.log1p(WAIT_CV**2 / np.maximum(handled, 1)))
    told = wait * np.exp(rng.normal(size=wait.shape) * spread - spread**2 / 2)
    step = 10 if terms.first_response_s > 100 else 1

    luck = rng.normal(0, LUCK_OF_A_DAY, size=(2, len(load.season)))
    skill = line["skill"] + SKILL_AT_PEAK * load.season
    moved = skill[:, None] + SKILL_LATE * (load.hours >= 21)
    resolved = rng.binomial(handled, share(log_odds(terms.resolved) + moved + luck[0][:, None]))
    rated = rng.binomial(handled, terms.rated)
    fives = rng.binomial(rated, share(log_odds(terms.delighted) + moved + luck[1][:, None]))
    below = rng.multinomial(rated - fives, RATINGS_BELOW_5)
    stars = 5 * fives + below @ np.array([4, 3, 2, 1])
    replied = handled + rng.binomial(abandoned, terms.replied)
    return {
        "first_response_s": np.where(handled > 0, np.maximum(np.round(told / step) * step, 1), np.nan),
        "resolved": resolved.astype(float),
        "satisfaction": np.round(np.divide(stars, rated, out=np.full(rated.shape, np.nan), where=rated > 0), 2),
        "rated": rated.astype(float),
        "replied": replied.astype(float),
        "in_time": in_time.astype(float),
    }


def add_service(table: pd.DataFrame, values: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """`table` with the columns; empty before anyone measured, and where the counts themselves are unknown."""
    unknown = (table["start"] < MEASURED_SINCE) | table["offered"].isna()
    out = table.copy()
    for column in COLUMNS:
        figures = pd.Series(values[column].ravel(), index=table.index).mask(unknown)
        out[column] = figures if column == "satisfaction" else figures.astype("Int64")
    return out


def line_of(source: str, drift: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Skill and pace of a source by day, from `drift` (0 on its first day to 1 on the last of the history)."""
    first, last = SKILL_OF[source]
    slow, fast = SLOWER_TO_ANSWER[source]
    at = drift[source]
    return {"skill": first + (last - first) * at, "pace": slow + (fast - slow) * at}
