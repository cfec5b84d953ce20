"""Stage tables read back from their CSV files, and queues.toml: checked whole, refused by row and column."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pandas as pd

from forecast.forecast import LEVELS, MACHINE, Forecast
from forecast.language import Text
from forecast.problem import Problem, Refused
from forecast.sheet import Sheet
from staffing.provisional import COLUMN
from staffing.queue import Queue, terms
from staffing.requirement import NUMBERS, Requirement
from staffing.settings import checked, read_toml


def read_forecast(path: Path) -> Forecast:
    """The forecast in a CSV file as `peakstaff forecast` writes it.

    Raises:
        Refused: every problem of the file.
    """
    needed = ("start", "queue", "mean", *LEVELS)
    more = ("aht_s", MACHINE)
    sheet = Sheet(path, (*needed, *more, COLUMN), needed)
    numbers = ("mean", *LEVELS, *(column for column in more if column in sheet.rows))
    table, step = _table(sheet, numbers)
    for low, high in pairwise(LEVELS):
        text = Text("expected at least {column} of the same row", column=low)
        sheet.wrong(high, table[high] < table[low] - 1e-6, text, sheet.rows[high])
    sheet.close()
    return Forecast(table.sort_values(["queue", "start"], ignore_index=True), step)


def read_requirement(path: Path) -> Requirement:
    """The requirement in a CSV file as `peakstaff require` writes it.

    Raises:
        Refused: every problem of the file.
    """
    needed = ("start", "queue", *NUMBERS)
    sheet = Sheet(path, (*needed, COLUMN), needed)
    table, step = _table(sheet, NUMBERS)
    whole = Text("expected a whole number")
    for column in ("agents", "scheduled"):
        sheet.wrong(column, table[column] % 1 != 0, whole, sheet.rows[column])
    sheet.close()
    table[["agents", "scheduled"]] = table[["agents", "scheduled"]].astype(int)
    return Requirement(table.sort_values(["queue", "start"], ignore_index=True), step)


def read_coverage(path: Path) -> pd.DataFrame:
    """start, queue, planned: the people on shift by interval, of a CSV file as `peakstaff plan` writes coverage.csv.

    Raises:
        Refused: every problem of the file.
    """
    needed = ("start", "queue", "required", "planned")
    table, _step = _table(Sheet(path, (*needed, COLUMN), needed), ("required", "planned"))
    return table


def read_queues(path: Path, names: Iterable[str]) -> dict[str, Queue]:
    """The queues of a TOML file: one [queues.NAME] each, [queues.default] for those of `names` not described.

    Those that follow others are among them whatever `names` says.

    Raises:
        Refused: every problem of the file, and each of `names` that nothing describes.
    """
    tables = read_toml(path)
    problems = [
        Problem(str(path), "-", key, Text("expected only [{key}.NAME] tables", key="queues"))
        for key in tables
        if key != "queues"
    ]
    queues: dict[str, Queue] = {}
    for name, values in tables.get("queues", {}).items():
        try:
            queues[name] = checked(Queue, values, str(path), f"queues.{name}")
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    asked = list(names)
    return terms(queues, [*asked, *(n for n, q in queues.items() if q.follows and n not in asked)], str(path))


def _table(sheet: Sheet, numbers: tuple[str, ...]) -> tuple[pd.DataFrame, pd.Timedelta]:
    """start, queue and `numbers` of a stage's file, and its interval: the least step between two starts of a queue."""
    table = pd.DataFrame({"start": sheet.dates("start"), "queue": sheet.words("queue")})
    for column in numbers:
        table[column] = sheet.numbers(column)
        sheet.wrong(column, sheet.rows[column] == "", Text("expected a number, found an empty cell"), None)
    sheet.unique(table, ["start", "queue"])
    sheet.close()
    gaps = table.sort_values(["queue", "start"]).groupby("queue")["start"].diff().dropna()
    if gaps.empty:
        text = Text("expected several intervals of a queue, found one")
        raise Refused([Problem(sheet.file, "-", "start", text)])
    return table, pd.Timedelta(gaps.min())
