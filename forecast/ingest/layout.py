"""Which column is which field, and why the others are not taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from forecast.ingest import synonym
from forecast.ingest.clock import Moment, moment
from forecast.ingest.fault import Faults
from forecast.ingest.grid import Grid
from forecast.ingest.header import Header, changed, field_of
from forecast.ingest.heading import meaning, plain
from forecast.language import Text
from forecast.personal import AGENT, said
from forecast.profile import Profile

SHARED = (*synonym.TIMES, *synonym.NAMES)  # one column for all groups of a two-row header
REASONS = {
    "part": Text("a part of the handle time, or another time; not the mean handle time"),
    "rate": Text("a rate; rates are computed from counts"),
    "weekday": Text("the weekday of the date"),
    "total": Text("a total over other columns"),
    "unknown": Text("not recognised; a profile can name its field"),
    "ignored": Text("the profile ignores it"),
    "profile": Text("not in the profile"),
    "empty": Text("a column without a heading"),
}


@dataclass(frozen=True)
class Block:
    """Columns that make rows together: field -> column. `queue`, `source`: of every row, where the header says it.
    `at`: the column of a matrix whose heading is the time or the day."""

    columns: Mapping[str, int]
    queue: str = ""
    source: str = ""
    at: int = -1


@dataclass(frozen=True)
class Layout:
    """A sheet's columns. `unused`: column -> why not taken; `personal`: column -> the kind of person's data."""

    blocks: tuple[Block, ...]
    unused: Mapping[int, Text] = field(default_factory=dict)
    personal: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()


def layout(grid: Grid, header: Header, profile: Profile | None, faults: Faults) -> Layout:
    """The columns of an interval table; problems (a field named twice, none named) go to `faults`."""
    row = header.rows[-1] + 1
    groups: dict[str, dict[str, list[int]]] = {}
    later: list[int] = []
    unused: dict[int, Text] = {}
    personal: dict[int, str] = {}
    notes: list[Text] = []
    _check_profile(grid, header, profile, faults, notes)
    for at in range(header.width):
        heading = header.headings[at]
        name = field_of(heading, profile) if heading else ""
        said_ = meaning(heading)
        if said_.personal and not name:
            personal[at] = said_.personal
        elif name in SHARED:
            groups.setdefault("", {}).setdefault(name, []).append(at)
        elif name:
            groups.setdefault(header.parents[at], {}).setdefault(name, []).append(at)
        elif plain(heading) in synonym.LATER and not (
            profile and ((profile.columns and profile.headings) or heading in profile.ignore)
        ):
            later.append(at)
        elif header.shape == "rows" or not _is_moment(header.cells[at]):
            unused[at] = _reason(heading, said_.reason, profile)
    _settle_accepted(header, groups, profile)
    shared = groups.setdefault("", {})
    _place_later(header, shared, later, unused)
    if header.shape in ("times", "days"):
        return Layout(_matrix(grid, header, shared, faults), unused, personal, tuple(notes))
    blocks = _blocks(grid, header, groups, unused, profile, faults, row)
    return Layout(blocks, unused, personal, tuple(notes))


def _check_profile(grid: Grid, header: Header, profile: Profile | None, faults: Faults, notes: list[Text]) -> None:
    """Notice a header that is not the one the profile was made with."""
    if profile is None or not profile.columns:
        return
    words = [h for h in header.headings if h]
    if not {plain(h) for h in profile.columns.values()} <= {plain(w) for w in words}:
        faults.extend(changed(grid.part, header.rows[-1] + 1, words, profile))
    if profile.headings:
        old = {plain(h) for h in (*profile.headings, *profile.columns.values())}
        new = dict.fromkeys(w for w in words if plain(w) not in old)
        notes += [
            Text("the column {heading} is new: the profile does not know it, it is not taken", heading=said(w))
            for w in new
        ]
        have = {plain(w) for w in words}
        gone = [h for h in profile.headings if plain(h) not in have and h not in profile.columns.values()]
        notes += [Text("the column {heading} of the profile is gone; it was not used", heading=said(h)) for h in gone]


def _reason(heading: str, reason: str, profile: Profile | None) -> Text:
    if not heading:
        return REASONS["empty"]
    if profile is not None and any(plain(h) == plain(heading) for h in profile.ignore):
        return REASONS["ignored"]
    if reason:
        return REASONS[reason]
    if profile is not None and profile.columns and profile.headings:
        return REASONS["profile"]
    return REASONS["total"] if plain(heading) in synonym.TOTAL else REASONS["unknown"]


def _place_later(header: Header, shared: dict[str, list[int]], later: list[int], unused: dict[int, Text]) -> None:
    """Give 职场, 团队, 来源 the first field that no clearer heading claims."""
    for at in later:
        free = [f for f in synonym.LATER[plain(header.headings[at])] if f not in shared]
        if free:
            shared[free[0]] = [at]
        else:
            unused[at] = REASONS["unknown"]


def _settle_accepted(header: Header, groups: Mapping[str, dict[str, list[int]]], profile: Profile | None) -> None:
    """Take 接入量 for the contacts handled where another column of its group names those offered, and none these."""
    if profile is not None and "offered" in profile.columns:
        return
    for found in groups.values():
        places = found.get("offered", [])
        clear = [at for at in places if plain(header.headings[at]) not in synonym.ACCEPTED]
        if len(clear) == 1 and len(places) == 2 and "handled" not in found:
            found["offered"] = clear
            found["handled"] = [at for at in places if at not in clear]


def _is_moment(cell: object) -> bool:
    found = moment(cell)
    return isinstance(found, Moment) and found.bare is None


def _blocks(
    grid: Grid,
    header: Header,
    groups: Mapping[str, dict[str, list[int]]],
    unused: dict[int, Text],
    profile: Profile | None,
    faults: Faults,
    row: int,
) -> tuple[Block, ...]:
    """One block, or one for each group title that has the same counts below it."""
    shared = groups[""]
    titled = {name: found for name, found in groups.items() if name}
    counts = [f for found in groups.values() for f in found if f in synonym.COUNTS]
    # repeated, unless a title repeats nothing: then the titles only gather columns
    several = len(counts) != len(set(counts))
    if not several:
        merged: dict[str, list[int]] = {}
        for found in groups.values():
            for name, places in found.items():
                merged.setdefault(name, []).extend(places)
        _one_each(grid, header, merged, faults, row)
        return (_needed(grid, header, Block({f: p[0] for f, p in merged.items()}), faults, row),)
    _one_each(grid, header, shared, faults, row)
    if not titled:
        return (Block({f: p[0] for f, p in shared.items()}),)
    blocks = []
    answers = _name_who_answers([n for n in titled if plain(n) not in synonym.TOTAL], profile)
    for name, found in titled.items():
        if plain(name) in synonym.TOTAL:
            unused.update({p: REASONS["total"] for places in found.values() for p in places})
            continue
        if not set(found) & set(synonym.COUNTS):
            unused.update({p: REASONS["unknown"] for places in found.values() for p in places})
            continue
        both = {f: shared[f] + found[f] for f in found if f in shared}
        _one_each(grid, header, {**found, **both}, faults, row)
        if ("source" if answers else "queue") in shared:
            text = Text(
                "the same counts come under several titles, and a column names the queue or vendor too; a profile "
                "must say which columns to read"
            )
            faults.add(grid.part, row, header.name(shared["source" if answers else "queue"][0]), text)
        columns = {f: p[0] for f, p in {**shared, **found}.items()}
        title = " ".join(name.split())
        block = Block(columns, source=title) if answers else Block(columns, queue=title)
        blocks.append(_needed(grid, header, block, faults, row))
    return tuple(blocks)


def _name_who_answers(titles: Sequence[str], profile: Profile | None) -> bool:
    """Whether titles over repeated columns name sources rather than queues: a profile says so, or one of the words."""
    if profile is not None and profile.sources:
        return set(titles) <= set(profile.sources)
    return any(word in plain(title) for title in titles for word in synonym.ANSWERS)


def _one_each(grid: Grid, header: Header, found: Mapping[str, list[int]], faults: Faults, row: int) -> None:
    """A field that several columns name is a problem."""
    for name, places in found.items():
        if len(places) > 1:
            text = Text(
                "the columns {columns} both name {field}; a profile must say which to read, or one column must go",
                columns=", ".join(str(said(header.name(p))) for p in places),
                field=name,
            )
            faults.add(grid.part, row, header.name(places[1]), text)


def _needed(grid: Grid, header: Header, block: Block, faults: Faults, row: int) -> Block:
    """The block; without contacts offered or a time it is a problem."""
    came = ", ".join(str(said(h)) for h in header.headings[:30] if h)
    if "offered" not in block.columns:
        text = Text(
            "no column with the contacts offered (咨询量, 来电量, offered, calls); the file has {came}", came=came
        )
        faults.add(grid.part, row, "-", text)
    if not set(block.columns) & set(synonym.TIMES):
        text = Text(
            "no column with a date or a time (日期, 时段, 开始时间, date, start); the file has {came}", came=came
        )
        faults.add(grid.part, row, "-", text)
    return block


def _matrix(grid: Grid, header: Header, shared: Mapping[str, list[int]], faults: Faults) -> tuple[Block, ...]:
    """A block for every heading that is a time of day or a day."""
    row = header.rows[-1] + 1
    _one_each(grid, header, shared, faults, row)
    columns = {f: p[0] for f, p in shared.items()}
    taken = set(columns.values())
    blocks = []
    for at in range(header.width):
        if at in taken or not _is_moment(header.cells[at]):
            continue
        blocks.append(Block({**columns, "offered": at}, at=at))
    return tuple(blocks)


def kinds(personal: Mapping[int, str]) -> list[str]:
    """The kinds of customers' data among these columns; staff are none."""
    return sorted({k for k in personal.values() if k != AGENT})
