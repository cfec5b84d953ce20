"""Parts -> one history. Nothing is guessed: what files tell differently is decided by the planner or refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

import pandas as pd

from forecast.consolidate.finding import Consolidated, Finding, Order, Part, common, minutes, number
from forecast.consolidate.gap import gaps
from forecast.consolidate.overlap import once
from forecast.consolidate.total import compared
from forecast.history import DAY, History
from forecast.language import Text
from forecast.listed import listed
from forecast.measure import coarser, ordered
from forecast.problem import Problem, Refused, shown


def consolidated(
    parts: Sequence[Part], prefer: Sequence[str] = (), interval: pd.Timedelta | None = None
) -> Consolidated:
    """The parts as one history, and what was found: overlaps, gaps, contradictions, other intervals, like names.

    A contradiction is decided by `prefer`, names of parts, the most trusted first: the first of them that is party to
    it wins. `interval` brings every part to that longer step; without it parts of different steps are refused.

    Raises:
        Refused: every contradiction that `prefer` does not decide, or what `findings_of` raises.
    """
    result = findings_of(parts, prefer, interval)
    undecided = [f.problem for f in result.findings if not f.settled]
    if undecided:
        raise Refused(listed(undecided))
    return result


def findings_of(
    parts: Sequence[Part], prefer: Sequence[str] = (), interval: pd.Timedelta | None = None
) -> Consolidated:
    """As `consolidated`, for a preview: contradictions not decided are findings too, the first file's rows being kept.

    Raises:
        Refused: parts of different intervals, names that `prefer` gives to no part, rows of another source than the
            part's, nothing but totals.
    """
    _check(parts, prefer)
    own = [p for p in parts if not p.total]
    order = Order(tuple(p.name for p in own), tuple(prefer))
    step = _step(own, interval)
    findings = list(_brought(own, step))
    rows = pd.concat([_rows(p, at, step) for at, p in enumerate(own)], ignore_index=True)
    table, overlaps = once(rows, order, step)
    findings += overlaps
    findings += _within(table, order, step)
    findings += _nameless(table, order, step)
    history = History(ordered(table), step)
    findings += gaps(history)
    for part in (p for p in parts if p.total):
        findings += compared(history, part, order.names, Order((*order.names, part.name), order.prefer))
    findings += _alike(history)
    findings.sort(key=lambda f: (f.settled, f.start, f.queue, f.source, f.kind, f.column))
    return Consolidated(history, tuple(findings))


def _check(parts: Sequence[Part], prefer: Sequence[str]) -> None:
    names = [p.name for p in parts]
    if len(set(names)) < len(names):
        raise ValueError(f"each part needs its own name, got {', '.join(names)}")
    problems = [
        Problem(name, "-", "-", Text("expected one of the files {names}", names=", ".join(names)))
        for name in prefer
        if name not in names
    ]
    if not any(not p.total for p in parts):
        problems.append(
            Problem(", ".join(names) or "-", "-", "-", Text("expected a file of a source beside the totals"))
        )
    for part in parts:
        problems += _strangers(part)
    if problems:
        raise Refused(listed(problems))


def _strangers(part: Part) -> Iterator[Problem]:
    """Rows that say another source or site than the part they are in."""
    for column, name in (("source", part.source), ("site", part.site)):
        if not name or column not in part.history.table:
            continue
        told = {str(v) for v in part.history.table[column].fillna("").unique()} - {"", name}
        for other in sorted(told):
            text = Text("expected rows of {name}, some are of {other}", name=shown(name), other=shown(other))
            yield Problem(part.name, "-", column, text)
    sources = part.history.table["source"]
    if part.source and (sources == "").any() and (sources != "").any():
        named = part.history.table[["queue", "start"]][sources != ""]
        bare = part.history.table[["queue", "start"]][sources == ""]
        twice = bare.merge(named, on=["queue", "start"])
        if len(twice):
            text = Text("{count} intervals are told with and without the source", count=len(twice))
            yield Problem(part.name, "-", "source", text)


def _step(parts: Sequence[Part], interval: pd.Timedelta | None) -> pd.Timedelta:
    """The interval of the result. Raises Refused naming the parts that are of another, or do not fit the one asked."""
    steps = {p.history.interval for p in parts}
    if interval is None and len(steps) == 1:
        return steps.pop()
    together = common(*steps)
    if interval is None:
        shortest = min(steps)
        example = next(p.name for p in parts if p.history.interval == shortest)
        raise Refused(
            Problem(
                p.name,
                "-",
                "start",
                Text(
                    "expected rows {expected} minutes apart as in {first}, these are {found}; "
                    "ask for intervals of {common} minutes to bring both to one step",
                    expected=minutes(shortest),
                    first=example,
                    found=p.minutes,
                    common=minutes(together),
                ),
            )
            for p in parts
            if p.history.interval != shortest
        )
    if DAY % interval == pd.Timedelta(0) and all(interval % s == pd.Timedelta(0) for s in steps):
        return interval
    raise Refused(
        Problem(
            p.name,
            "-",
            "start",
            Text(
                "rows {found} minutes apart cannot be brought to intervals of {asked} minutes; {common} would do",
                found=p.minutes,
                asked=minutes(interval),
                common=minutes(together),
            ),
        )
        for p in parts
        if interval % p.history.interval != pd.Timedelta(0) or DAY % interval != pd.Timedelta(0)
    )


def _brought(parts: Sequence[Part], step: pd.Timedelta) -> Iterator[Finding]:
    for part in parts:
        if part.history.interval != step:
            text = Text(
                "{name} tells {found} minutes a row; brought to {expected}",
                name=part.name,
                found=part.minutes,
                expected=minutes(step),
            )
            sources = part.history.sources if not part.source else (part.source,)
            span = (part.history.first, part.history.last + DAY)
            yield Finding(
                "interval",
                "",
                sources[0] if len(sources) == 1 else "",
                *span,
                text,
                float(minutes(step)),
                float(part.minutes),
                "start",
                (part.name,),
            )


def _rows(part: Part, at: int, step: pd.Timedelta) -> pd.DataFrame:
    history = part.history
    table = history.table
    if part.source:
        table = table.assign(source=part.source)
    if part.site:
        table = table.assign(site=part.site)
    rows = coarser(History(table, history.interval), step).table if step != history.interval else table
    if "site" in rows:
        rows = rows.assign(site=rows["site"].astype(object).where(rows["site"].fillna("") != "", None))
    return rows.assign(file=at)


def _within(table: pd.DataFrame, order: Order, step: pd.Timedelta) -> Iterator[Finding]:
    """Rows in which more contacts were handled or given up than came."""
    parts = table["handled"].fillna(0.0) + table["abandoned"].fillna(0.0)
    wrong = table.assign(parts=parts)[parts > table["offered"] * (1 + 1e-9)]
    for queue, source, start, offered, told, file in wrong[
        ["queue", "source", "start", "offered", "parts", "file"]
    ].itertuples(index=False):
        name = order.names[int(file)]
        settled = name in order.prefer
        facts = {"name": name, "expected": number(offered), "found": number(told)}
        if settled:
            text = Text(
                "{name} tells {found} contacts handled and abandoned of {expected} offered; kept as told", **facts
            )
        else:
            text = Text(
                "{name} tells {found} contacts handled and abandoned of {expected} offered; "
                "correct the file, or prefer it to keep it as told",
                **facts,
            )
        when = pd.Timestamp(start)
        amounts = (float(offered), float(told))
        yield Finding(
            "contradiction", str(queue), str(source), when, when + step, text, *amounts, "offered", (name,), settled
        )


def _nameless(table: pd.DataFrame, order: Order, step: pd.Timedelta) -> Iterator[Finding]:
    """Queues of which some files name the sources and some do not: the one may be in the other."""
    for queue, rows in table.groupby("queue", observed=True, sort=True):
        bare = rows[rows["source"] == ""]
        if bare.empty or len(bare) == len(rows):
            continue
        for at in sorted(set(bare["file"])):
            own, name = bare[bare["file"] == at], order.names[int(at)]
            others = sorted(set(rows["source"]) - {""})
            text = Text(
                "{name} names no source beside those of {others}; say whose rows these are, or that they are totals",
                name=name,
                others=", ".join(map(str, others)),
            )
            start, end = pd.Timestamp(own["start"].min()), pd.Timestamp(own["start"].max()) + step
            yield Finding(
                "contradiction", str(queue), "", start, end, text, column="source", files=(name,), settled=False
            )


def _alike(history: History) -> Iterator[Finding]:
    """Queues, sources or sites whose names a reader would take for one."""
    for column in ("queue", "source", "site"):
        if column not in history.table:
            continue
        names: dict[str, list[str]] = {}
        for name in sorted(map(str, history.table[column].unique())):
            names.setdefault(_folded(name), []).append(name)
        for same in (n for n in names.values() if len(n) > 1):
            text = Text("{names} are kept apart; give them one name if they are one", names=", ".join(map(shown, same)))
            span = (history.first, history.last + DAY)
            yield Finding("name", "", "", *span, text, column=column)


def _folded(name: str) -> str:
    letters = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in letters if c.isalnum()) or letters
