"""Whether an answer to a case is right: the rows read, or the refusal."""

from __future__ import annotations

import math

import pandas as pd

from forecast.problem import Refused
from tests.exports.case import Case, Place, Row, Value

MEASURES = ("offered", "handled", "abandoned", "aht_s")
SHOWN = 3  # differences told of one case
LONGEST = 1000  # characters of one problem: 200 of a cell, 200 of a heading, the file's name and a sentence
MOST = 51  # problems told: the first 50 and how many more
ROUNDED = {"aht_s": 0.006}  # handle times may be rounded to hundredths


def fault(case: Case, answer: pd.DataFrame | Refused) -> str | None:
    """What is wrong with the answer, beginning with its kind; None if it is right."""
    if isinstance(answer, Refused):
        if not case.places:
            return f"refused what must be read: {said(answer)}"
        pointed = [place for place in case.places if any(at(place, p.row, p.column) for p in answer.problems)]
        if not pointed or (case.every and len(pointed) < len(case.places)):
            return f"points elsewhere: expected {case.places}, got {said(answer)}"
        if any(len(str(p)) > LONGEST for p in answer.problems) or len(answer.problems) > MOST:
            longest = max(len(str(p)) for p in answer.problems)
            return f"says too much: {len(answer.problems)} problems, {longest} characters"
        leaked = [secret for secret in case.secrets if secret in str(answer)]
        return f"leaks in its message: {leaked[0]!r}" if leaked else None
    if case.rows is None:
        return f"accepted what must be refused ({case.why}): {len(answer)} rows, first {head(answer)}"
    different = differences(case, answer)
    return f"read wrong: {'; '.join(different[:SHOWN])}" if different else None


def at(place: Place, row: int | str, column: str) -> bool:
    """Whether a problem's row and column are at the place; white space in headings does not matter."""
    return place.row in (None, row) and (place.column is None or squeezed(place.column) == squeezed(column))


def squeezed(heading: str) -> str:
    """A heading without its white space."""
    return "".join(str(heading).split())


def said(answer: Refused) -> str:
    """The first problems of a refusal."""
    more = len(answer.problems) - SHOWN
    return " | ".join(str(p)[:160] for p in answer.problems[:SHOWN]) + (f" | and {more} more" if more > 0 else "")


def head(answer: pd.DataFrame) -> dict[str, str]:
    """The first row, for a message."""
    return {str(k): str(v)[:40] for k, v in answer.iloc[0].items()} if len(answer) else {}


def differences(case: Case, table: pd.DataFrame) -> list[str]:
    """How the table differs from the rows expected."""
    assert case.rows is not None
    found = [
        f"customer data in the result: {s!r}" for s in case.secrets if s in table.to_csv() + " ".join(table.columns)
    ]
    kept = {}
    for _, line in table.iterrows():
        kept.setdefault(f"{line['start']:%Y-%m-%d %H:%M}", []).append(line)
    for row in case.rows:
        fitting = [line for line in kept.get(row.start, []) if named(row, line)]
        if not fitting:
            found.append(
                f"no row {row.start} {row.queue or ''}{' ' + row.source if row.source else ''} (there: {head(table)})"
            )
            continue
        line = fitting[0]
        kept[row.start] = [other for other in kept[row.start] if other is not line]
        wanted = (*((name, getattr(row, name)) for name in MEASURES), *row.more)
        for name, value in wanted:
            got = float(line[name]) if name in line.index and not pd.isna(line[name]) else math.nan
            if not same(value, got, ROUNDED.get(name, 1e-6)):
                found.append(f"{row.start} {name}: expected {value}, got {got}")
    rest = [line for some in kept.values() for line in some]
    if case.zeros:
        rest = [line for line in rest if line["offered"] != 0]
    if rest:
        found.append(f"{len(rest)} rows too many, such as { ({str(k): str(v)[:40] for k, v in rest[0].items()}) }")
    return found


def named(row: Row, line: pd.Series) -> bool:
    """Whether the line is of the row's queue and source, where these are told."""
    return row.queue in (None, line["queue"]) and row.source in (None, line["source"])


def same(value: Value, got: float, off: float) -> bool:
    """Whether a number is the one expected, to a millionth or `off`."""
    if value is None:
        return True
    if isinstance(value, tuple):
        return any(same(v, got, off) for v in value)
    if math.isnan(value):
        return math.isnan(got)
    return math.isclose(value, got, rel_tol=1e-6, abs_tol=off)
