"""A long log added up by DuckDB in one pass, all checks in it; None where anything is not plainly right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd

from forecast.contactlog.plan import DURATIONS, MOST_COMPARED, NAMES, TIMES, Plan
from forecast.contactlog.tally import KEYS, MOST_ROWS, promised, sums
from forecast.contactlog.words import ANSWERED, RESOLVED, truth
from forecast.ingest.clock import FIRST, LAST
from forecast.ingest.column import LONGEST_NAME
from forecast.ingest.heading import contact_meaning

MEMORY = "600MB"
THREADS = 2
ISO = "iso"
# styles of dates and times that are read in SQL, by name as strptime writes them; the first that fits all of the sample
STYLES = (
    ISO,
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d %H:%M:%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y-%m-%d %H:%M:%S.%g",
    "%Y%m%d %H:%M:%S",
    "%Y%m%d%H%M%S",
)
ORDERED = {"day": ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"), "month": ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M")}
NUMBER, WRITTEN, CLOCK = "number", "written", "clock"
CHUNK = 1 << 20  # bytes
CLOCK_SHAPE = "[0-9]{1,2}:[0-5][0-9]:[0-5][0-9]"


def read(
    path: Path, separator: str, width: int, plan: Plan, sample: Sequence[Sequence[str]], inside: Path
) -> tuple[pd.DataFrame, int] | None:
    """The sums of a UTF-8 file's contacts and how many they are; None where a closer look is needed.

    `inside` is a folder for what does not fit into memory.
    """
    with duckdb.connect(":memory:") as connection:
        _shut(connection, path, inside)
        try:
            styles = _styles(connection, plan, sample)
            if styles is None:
                return None
            if _underscored(path, plan.header_row):
                styles = {n: WRITTEN if s == NUMBER else s for n, s in styles.items()}
            source = _source(width, plan, styles)
            values = {"path": str(path), "separator": separator, "skip": plan.header_row}
            # the words of the sample are nearly always all there are, and to look for no others takes a sixth less
            for others in (False, True):
                query = _query(plan, sample, styles, compare=compared(path, plan), others=others)
                found = connection.execute(query.replace("FROM log", f"FROM {source}"), values).df()
                if not found["bad"].sum() or not plan.places.keys() & {"answered", "resolved"}:
                    break
        except duckdb.Error:
            return None  # a row that is not like the others; the careful reader says which
    if found.empty or found["bad"].sum():
        return None
    whole = found.drop(columns="bad").astype({"slot": "int64"})
    return whole.assign(**{n: "" for n in NAMES if n not in plan.places}), int(whole["offered"].sum())


def compared(path: Path, plan: Plan) -> bool:
    """Whether contacts are compared by their number, to find one that is in the file twice."""
    return plan.identity is not None and path.stat().st_size <= MOST_COMPARED


def _underscored(path: Path, skip: int) -> bool:
    """Whether there is an underscore below the header: DuckDB reads 1_000 as a number, we do not."""
    with path.open("rb") as file:
        for _ in range(skip):
            file.readline()
        return any(b"_" in chunk for chunk in iter(lambda: file.read(CHUNK), b""))


def _shut(connection: duckdb.DuckDBPyConnection, path: Path, inside: Path) -> None:
    """Let the database read that one file, write to that one folder and nothing else."""
    for setting, value in (
        ("enable_progress_bar", False),  # it would be written to the standard output
        ("threads", THREADS),
        ("memory_limit", MEMORY),
        ("preserve_insertion_order", False),
        ("temp_directory", str(inside)),
        ("autoinstall_known_extensions", False),
        ("autoload_known_extensions", False),
        ("allowed_paths", [str(path)]),
        ("enable_external_access", False),
        ("lock_configuration", True),
    ):
        connection.execute(f"SET {setting} = {_literal(value)}")


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(_literal(v) for v in value) + "]"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _source(width: int, plan: Plan, styles: dict[str, str]) -> str:
    """The call that reads the file: all columns named, those with plain numbers typed."""
    typed = {at for name, at in plan.places.items() if styles.get(name) == NUMBER}
    kinds = ", ".join(f"'c{n}': '{'DOUBLE' if n in typed else 'VARCHAR'}'" for n in range(width))
    return (
        f"read_csv($path, auto_detect=false, header=false, skip=$skip, delim=$separator, quote='\"', escape='\"', "
        f"columns={{{kinds}}}, strict_mode=true, null_padding=false, compression='none', encoding='utf-8', "
        f"nullstr='', max_line_size=2000000)"
    )


def _styles(
    connection: duckdb.DuckDBPyConnection, plan: Plan, sample: Sequence[Sequence[str]]
) -> dict[str, str] | None:
    """Field -> how its cells are read in SQL; None where the sample is in no style known here."""
    styles: dict[str, str] = {}
    times = [n for n in TIMES if n in plan.places]
    cells = [" ".join(r[plan.places[n]] for n in times) for r in sample]
    if not cells or ("arrival" not in times and len(times) < 2):
        return None
    for style in (*STYLES, *ORDERED.get(plan.profile.date_order, ())):
        unread = f"count(*) FILTER (WHERE {_moment('cell', style)} IS NULL)"
        query = f"SELECT {unread} FROM (SELECT unnest($cells) AS cell)"  # noqa: S608 - styles are our own
        if connection.execute(query, {"cells": cells}).fetchall()[0][0] == 0:
            styles["arrival"] = style
            break
    else:
        return None
    for name in (*DURATIONS, "rating"):
        if name in plan.places:
            told = [r[plan.places[name]] for r in sample if r[plan.places[name]]]
            clocks = name != "rating" and told and all(t.count(":") == 2 for t in told)
            styles[name] = CLOCK if clocks else NUMBER
    return styles


def _moment(cell: str, style: str) -> str:
    """The moment a cell names, NULL where it is in another style."""
    if style == ISO:
        # the cast takes much: offsets from UTC, "09: 5:10" as nine sharp; what it gives must be what was written
        return f"CASE WHEN TRY_CAST({cell} AS TIMESTAMP)::VARCHAR = {cell} THEN TRY_CAST({cell} AS TIMESTAMP) END"
    return f"CASE WHEN regexp_full_match({cell}, '{_shape(style)}') THEN try_strptime({cell}, '{style}') END"


def _shape(style: str) -> str:
    """The pattern of cells in a style: strptime alone makes half an hour of a cell that lost a digit.

    >>> _shape("%Y/%m/%d %H:%M"), _shape("%Y%m%d%H%M%S")
    ('[0-9]{4}/[0-9]{1,2}/[0-9]{1,2} [0-9]{1,2}:[0-9]{2}', '[0-9]{4}[0-9]{2}[0-9]{2}[0-9]{2}[0-9]{2}[0-9]{2}')
    """
    day, hour = ("{2}" if joined in style else "{1,2}" for joined in ("%Y%m%d", "%H%M"))
    digits = {"%Y": "{4}", "%m": day, "%d": day, "%H": hour, "%M": "{2}", "%S": "{2}", "%g": "{1,3}"}
    pattern = style.replace(".", "[.]")
    for sign, count in digits.items():
        pattern = pattern.replace(sign, f"[0-9]{count}")
    return pattern


def _query(plan: Plan, sample: Sequence[Sequence[str]], styles: dict[str, str], *, compare: bool, others: bool) -> str:
    """One pass over the file: sums by interval and names, and how many rows are not plainly right.

    `compare` contacts to find one that is there twice; look for `others` than the sample's words too.
    """
    at = {name: f"c{n}" for name, n in plan.places.items()}
    times = " || ' ' || ".join(at[n] for n in TIMES if n in at)
    answered = _truth(at.get("answered"), ANSWERED, _seen(plan, sample, "answered"), others, blank="2")
    resolved = _truth(at.get("resolved"), RESOLVED, _seen(plan, sample, "resolved"), others, blank="NULL")
    scale = 0.01 if plan.has("rating") and contact_meaning(plan.heading("rating")).unit == 0.01 else 1.0
    rating = _seconds(at.get("rating"), styles.get("rating", NUMBER), scale)
    odd = [n for n in (*DURATIONS, "rating") if styles.get(n, NUMBER) != NUMBER]
    columns = [
        f"{_moment(times, styles['arrival'])} AS moment",
        *(f"{at[n]} AS {n}" for n in NAMES if n in at),
        *(f"{_seconds(at.get(n), styles.get(n, NUMBER), plan.units.get(n, 1.0))} AS {n}" for n in DURATIONS),
        *(f"{_fault(at[n], styles[n])} AS odd_{n}" for n in odd),
        f"{rating} AS rating",
        f"{resolved} AS resolved",
        *([f"CASE WHEN c{plan.identity} IS NOT NULL THEN {_same(plan)} END AS same"] if compare else []),
        f"{answered} AS answered" if "answered" in at else "(handle_s > 0)::INT AS answered",
    ]
    yes = "answered = 1" if plan.answers else "false"
    wrong = [
        f"moment IS NULL OR moment < TIMESTAMP '{FIRST}-01-01' OR moment >= TIMESTAMP '{LAST + 1}-01-01'",
        *(f"NOT ({n} BETWEEN 0 AND 86400)" for n in DURATIONS if n in at),
        *(f"odd_{n}" for n in odd),
        *(f"{n} IS NULL OR strlen({n}) > {LONGEST_NAME}" for n in NAMES if n in at),
        *(["NOT (rating BETWEEN 0 AND 100)"] if "rating" in at else []),
        *(["resolved = 2"] if "resolved" in at else []),
        *(["answered = 2"] if "answered" in at else []),
    ]
    known = {
        "offered": "count(*)",
        "yes": f"count(*) FILTER ({yes})",
        "handle_ms": f"sum((handle_s * 1000)::BIGINT) FILTER ({yes})",
        "handle_n": f"count(handle_s) FILTER ({yes})",
        "wait_ms": f"sum((wait_s * 1000)::BIGINT) FILTER ({yes})",
        "wait_n": f"count(wait_s) FILTER ({yes})",
        "resolved": "sum(resolved)",
        "resolved_n": "count(resolved)",
        "rating_m": "sum((rating * 1000)::BIGINT)",
        "rated": "count(rating)",
        "idle": "count(*) FILTER (answered = 0 AND handle_s > 0)" if plan.has("answered") else "0",
        **{f"in_{n}": f"count(*) FILTER ({yes} AND wait_s <= {s!r})" for n, s in enumerate(promised(plan))},
    }
    keys = "".join(f"{n}, " for n in KEYS if n in at)
    sums_ = ", ".join(f"coalesce({known[n]}, 0)::BIGINT AS {n}" for n in sums(plan))
    # a contact that is there twice came both times in one interval, so each group looks for its own
    repeats = " + count(same) - count(DISTINCT same)" if compare else ""
    return (  # values of the user's go in as parameters or quoted
        f"WITH contacts AS (SELECT {', '.join(columns)} FROM log) "  # noqa: S608
        f"SELECT epoch_us(moment) // {plan.step * 1_000_000} AS slot, {keys}{sums_}, "
        f"count(*) FILTER ({' OR '.join(f'({w})' for w in wrong)}){repeats} AS bad "
        f"FROM contacts GROUP BY ALL LIMIT {MOST_ROWS + 1}"
    )


def _same(plan: Plan) -> str:
    """A number that is the same for rows whose number of contact and all other cells read are the same."""
    return f"hash({', '.join(f'c{n}' for n in dict.fromkeys([plan.identity, *plan.places.values()]))})"


def _seen(plan: Plan, sample: Sequence[Sequence[str]], name: str) -> tuple[str, ...]:
    """The different words in the sample of a column."""
    return tuple(dict.fromkeys(r[plan.places[name]] for r in sample)) if name in plan.places else ()


def _truth(cell: str | None, known: dict[str, bool], seen: Sequence[str], others: bool, blank: str) -> str:
    """1 yes, 0 no, 2 another word, `blank` nothing; the words of the sample are looked for first, `others` then."""
    if cell is None:
        return "NULL::INT"
    own = {w: t for w in seen if w and (t := truth(w, known)) is not None}
    # each word as it may be written, no function of the cell: the optimiser would work it out for every row
    own |= {form: t for w, t in known.items() for form in (w, w.upper(), w.capitalize()) if form not in own}
    first = "".join(f" WHEN {cell} = {_literal(w)} THEN {int(own[w])}" for w in seen if w in own)
    if not others:
        return f"CASE WHEN {cell} IS NULL THEN {blank}{first} ELSE 2 END"
    said = {yes: ", ".join(_literal(w) for w, t in own.items() if t is yes and w not in seen) for yes in (True, False)}
    return (
        f"CASE WHEN {cell} IS NULL THEN {blank}{first} "
        f"WHEN {cell} IN ({said[True]}) THEN 1 WHEN {cell} IN ({said[False]}) THEN 0 ELSE 2 END"
    )


def _seconds(cell: str | None, style: str, unit: float) -> str:
    if cell is None:
        return "NULL::DOUBLE"
    if style != CLOCK:
        value = cell if style == NUMBER else f"TRY_CAST({cell} AS DOUBLE)"
        return value if unit == 1.0 else f"{value} * {unit!r}"
    hours, minutes, seconds = (f"TRY_CAST(split_part({cell}, ':', {n}) AS DOUBLE)" for n in (1, 2, 3))
    return f"{hours} * 3600 + {minutes} * 60 + {seconds}"


def _fault(cell: str, style: str) -> str:
    if style == WRITTEN:
        return f"{cell} IS NOT NULL AND (TRY_CAST({cell} AS DOUBLE) IS NULL OR contains({cell}, '_'))"
    return f"{cell} IS NOT NULL AND NOT regexp_full_match({cell}, '{CLOCK_SHAPE}')"
