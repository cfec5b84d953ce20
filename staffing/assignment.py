"""Assignment: a solved cover as people with shifts and meals, row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffing.grid import EPS, Floats, Grid, Team
from staffing.shift import clock

COLUMNS = ("source", "queue", "date", "shift", "start", "end", "breaks", "agents")


def shift_rows(queue: str, monday: pd.Timestamp, week: Grid, teams: list[Team], point: Floats) -> pd.DataFrame:
    """A solved cover (the columns of `grid.programme`) as a table: one row per source, date, shift and meal.

    A shift's meals are handed to its teams in order, so that each team has as many as it has seats filled.
    """
    j = len(week.shifts)
    filled = point[: j * len(teams)].astype(int).reshape(len(teams), j)
    people = np.vstack([_people(team, filled[i]) for i, team in enumerate(teams)])
    waiting: dict[int, list[int]] = {s: [] for s in range(j)}
    for (s, at), eaters in zip(week.meals, point[j * len(teams) :].astype(int), strict=True):
        waiting[s] += [at] * int(eaters)
    found: list[dict[str, object]] = []
    for s, (day, shift) in enumerate(week.shifts):
        date = monday + pd.Timedelta(days=day)
        begin, end = date + pd.Timedelta(minutes=shift.start), date + pd.Timedelta(minutes=shift.end)
        for i, team in enumerate(teams):
            if not filled[i, s]:
                continue
            row = {"source": team.source, "queue": queue, "date": date, "shift": shift.name, "start": begin, "end": end}
            mine, waiting[s] = waiting[s][: filled[i, s]], waiting[s][filled[i, s] :]
            if not shift.meals:
                found.append(row | {"breaks": "", "agents": int(people[i, s])})
                continue
            eat = [mine[n % len(mine)] for n in range(people[i, s])]  # beginners eat with those they sit beside
            found += [
                row | {"breaks": f"{clock(at)}-{clock(at + shift.meal)}", "agents": eat.count(at)}
                for at in sorted(set(eat))
            ]
    return as_table(found)


def _people(team: Team, filled: NDArray[np.int64]) -> NDArray[np.int64]:
    """People on each shift so that `filled` seats' work is done: beginners spread evenly over the week's shifts.

    Rounding up the running total keeps every day within the people there are, and the week within their shifts.
    """
    if team.people <= team.seats:
        return filled
    total = np.ceil(np.cumsum(filled) * (team.people / team.seats) - EPS).astype(np.int64)
    people: NDArray[np.int64] = np.diff(total, prepend=0)
    return people


def as_table(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows as a sorted table of COLUMNS, typed even when there are none."""
    kinds = {"source": "str", "queue": "str", "date": "datetime64[us]", "shift": "str", "start": "datetime64[us]"}
    kinds |= {"end": "datetime64[us]", "breaks": "str", "agents": "int64"}
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(kinds)
    return table.sort_values(["queue", "date", "start", "source", "end", "breaks"], ignore_index=True)


def coverage(rows: pd.DataFrame, queue: str, monday: pd.Timestamp, step: int, planned: Floats) -> pd.DataFrame:
    """start, queue, required, planned of the intervals the requirement names; `planned` by interval of the week."""
    at = ((rows["start"] - monday) // pd.Timedelta(minutes=step)).to_numpy()
    required = rows["scheduled"].to_numpy()
    table = {"start": rows["start"].to_numpy(), "queue": queue, "required": required, "planned": planned[at]}
    return pd.DataFrame(table).sort_values("start", ignore_index=True)
