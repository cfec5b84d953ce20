"""Where a sheet's header is: the first row that names a time and a count, or two rows that do together."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from forecast.ingest import synonym
from forecast.ingest.cell import as_text
from forecast.ingest.clock import Moment, moment
from forecast.ingest.encoding import stop
from forecast.ingest.grid import MOST_COLUMNS, Grid
from forecast.ingest.heading import contact_columns, is_contact_log, is_unit, meaning, plain
from forecast.language import Text
from forecast.personal import said
from forecast.problem import Problem, Refused
from forecast.profile import Profile

WITHIN = 30  # rows a header may be down
TITLED = re.compile(r"(.{1,40}?) ?[-_/|·:：] ?(.{1,40})")  # a title and a heading in one cell
FEWEST = 2  # headings that are times of day or days make a matrix


@dataclass(frozen=True)
class Header:
    """A sheet's headings. `rows` from 0; `headings`, `parents` and `units` (in a row of their own) by column, '' where
    there is none.

    `shape`: 'rows' (a row an interval), 'times' (headings are times of day), 'days' (headings are days), 'contacts'.
    """

    rows: tuple[int, ...]
    headings: tuple[str, ...]
    parents: tuple[str, ...]
    cells: tuple[object, ...]
    shape: str = "rows"
    units: tuple[str, ...] = ()

    @property
    def first(self) -> int:
        """The row, from 0, below the header."""
        return self.rows[-1] + 1

    @property
    def width(self) -> int:
        """Columns up to the last that has a heading."""
        return max(
            (n + 1 for n, (h, p) in enumerate(zip(self.headings, self.parents, strict=True)) if h or p), default=0
        )

    def means(self, column: int) -> str:
        """A heading with the unit that the row below it gives."""
        unit = self.units[column] if column < len(self.units) else ""
        own = self.headings[column] if column < len(self.headings) else ""
        return f"{own}({unit})" if unit else own

    def name(self, column: int) -> str:
        """A heading as a problem names it, with the one above it."""
        if column >= len(self.headings):
            return "-"
        parent, own = self.parents[column], self.headings[column]
        return f"{parent}|{own}" if parent and own else own or parent or "-"


def field_of(heading: str, profile: Profile | None) -> str:
    """The field of an interval table that a heading names, '' none; the profile has the first word."""
    if profile is not None and profile.columns:
        plainly = plain(heading)
        for field, given in profile.columns.items():
            if plain(given) == plainly:
                return field
        if profile.headings or any(plain(h) == plainly for h in profile.ignore):
            return ""
        field = meaning(heading).field
        return "" if field in profile.columns else field
    if profile is not None and any(plain(h) == plain(heading) for h in profile.ignore):
        return ""
    return meaning(heading).field


def known(cells: Sequence[object], profile: Profile | None) -> int:
    """How many of the cells are headings we know."""
    words = [as_text(c) for c in cells]
    fields = {field_of(w, profile) for w in words if w} - {""}
    return max(len(fields), len(contact_columns(words, profile.columns if profile else None)))


def locate(grid: Grid, profile: Profile | None = None) -> Header | None:
    """The header of a sheet, None where it has none.

    >>> locate(Grid("f", [["x 报表"], ["日期", "咨询量"], ["2026-06-01", "3"]])).rows
    (1,)
    """
    if profile is not None and profile.header_rows:
        rows = tuple(r - 1 for r in profile.header_rows)
        return _of(grid, rows, profile) if max(rows) < len(grid.rows) else None
    for at in range(min(WITHIN, len(grid.rows))):
        found = _at(grid, at, profile)
        if found is not None:
            return _with_following(grid, found, profile)
    return None


def _with_following(grid: Grid, found: Header, profile: Profile | None) -> Header:
    """The header with the row below where that holds only units, or says the same headings in another language."""
    below = _words(grid, found.first)
    filled = [(n, w) for n, w in enumerate(below) if w]
    if len(filled) < FEWEST or found.shape != "rows":
        return found
    if all(is_unit(w) for _, w in filled):
        units = tuple(w.strip("()（）[]【】") for w in below)
        return replace(found, rows=(*found.rows, found.first), units=units)
    own = [field_of(found.headings[n], profile) if n < len(found.headings) else "" for n, _ in filled]
    same = [meaning(w).field for _, w in filled]
    if own == same and len(set(own) - {""}) >= FEWEST:
        return replace(found, rows=(*found.rows, found.first))
    return found


def refuse_headless(grid: Grid, profile: Profile | None) -> None:
    """Refuse a sheet without a header before more of it is read."""
    if locate(grid, profile) is None:
        raise Refused(missing(grid, profile))


def missing(grid: Grid, profile: Profile | None) -> list[Problem]:
    """Why no header was found, and what was: the row that comes nearest."""
    best, score = -1, 0
    for at in range(min(WITHIN, len(grid.rows))):
        words = _words(grid, at)
        hits = sum(bool(field_of(w, profile) or meaning(w).personal or meaning(w).reason) for w in words if w)
        if hits > score:
            best, score = at, hits
    if best < 0:
        text = Text(
            "expected a header within the first {rows} rows that names a time (日期, 时段, date, time) "
            "and a count of contacts (咨询量, 来电量, offered, calls), found none",
            rows=WITHIN,
        )
        return [Problem(grid.part, "-", "-", text)]
    words = [as_text(c) for c in grid.rows[best] if as_text(c)]
    if profile is not None and profile.columns:
        return changed(grid.part, best + 1, words, profile)
    fields = {field_of(w, profile) for w in words}
    came = ", ".join(str(said(w)) for w in words[:30])
    if fields & set(synonym.TIMES):
        text = Text(
            "no column with the contacts offered (咨询量, 来电量, offered, calls); the file has {came}", came=came
        )
    else:
        text = Text(
            "no column with a date or a time (日期, 时段, 开始时间, date, start); the file has {came}", came=came
        )
    return [Problem(grid.part, best + 1, "-", text)]


def changed(part: str, row: int, words: Sequence[str], profile: Profile) -> list[Problem]:
    """A problem for every heading the profile uses that the file no longer has, with the new one that is nearest."""
    have = {plain(w) for w in words}
    new = [w for w in words if plain(w) not in {plain(h) for h in (*profile.headings, *profile.columns.values())}]
    problems = []
    for field, heading in profile.columns.items():
        if plain(heading) in have:
            continue
        text = Text("the profile reads {field} from this column, which the file no longer has", field=field)
        near = difflib.get_close_matches(heading[:100], [w[:100] for w in new[:200]], n=1, cutoff=0.3)
        same = [w for w in new if meaning(w).field == field]
        if same or near:
            text = Text(
                "the profile reads {field} from this column, which the file no longer has; the nearest "
                "new one is {near}",
                field=field,
                near=said((same or near)[0]),
            )
        problems.append(Problem(part, row, heading[:60], text))
    if not problems:
        text = Text("expected the headings of the profile in one row within the first {rows}", rows=WITHIN)
        problems.append(Problem(part, row, "-", text))
    return problems


def _words(grid: Grid, row: int) -> list[str]:
    return [as_text(c) for c in grid.rows[row][:MOST_COLUMNS]] if 0 <= row < len(grid.rows) else []


def _at(grid: Grid, at: int, profile: Profile | None) -> Header | None:
    """The header that begins at a row, None where none does."""
    words = _words(grid, at)
    if not any(words):
        return None
    fields = [field_of(w, profile) if w else "" for w in words]
    log = is_contact_log(words, profile.columns if profile else None)
    if _tells(fields, profile) and ("offered" in fields or not log):  # 接通 alone is a count or an answer
        if _doubles(fields) and at > 0 and any(_words(grid, at - 1)):
            return _of(grid, (at - 1, at), profile)
        below = _below(grid, at, profile)
        return _of(grid, (at, at + 1), profile) if below else _of(grid, (at,), profile)
    if any(f in synonym.TIMES for f in fields):
        shape = _matrix(grid.rows[at][:MOST_COLUMNS], fields)
        if shape:
            return _of(grid, (at,), profile, shape)
        following = [field_of(w, profile) if w else "" for w in _words(grid, at + 1)]
        if any(f in synonym.COUNTS for f in following) and not _tells(following, profile):
            both = _of(grid, (at, at + 1), profile)
            if _tells([field_of(h, profile) for h in both.headings], profile):
                return both
    if log:
        return _of(grid, (at,), profile, "contacts")
    return None


def _below(grid: Grid, at: int, profile: Profile | None) -> bool:
    """Whether the row below carries headings too: it names counts and is blank below the columns that name times."""
    below = _words(grid, at + 1)
    fields = [field_of(w, profile) if w else "" for w in below]
    own = [field_of(w, profile) if w else "" for w in _words(grid, at)]
    times = [n for n, f in enumerate(own) if f in synonym.TIMES]
    blank = all(n >= len(below) or not below[n] for n in times)
    return blank and any(f in (*synonym.COUNTS, *synonym.DURATIONS) for f in fields)


def _tells(fields: Sequence[str], profile: Profile | None) -> bool:
    """Whether these fields make a header: a time and a count; the profile's fields where it names them."""
    there = set(fields)
    if profile is not None and profile.columns:
        return set(profile.columns) <= there and bool(there & (set(synonym.COUNTS) | {"arrival", "arrival_date"}))
    return bool(there & set(synonym.TIMES)) and bool(there & set(synonym.COUNTS))


def _doubles(fields: Sequence[str]) -> bool:
    counts = [f for f in fields if f in synonym.COUNTS]
    return len(counts) != len(set(counts))


def _of(grid: Grid, rows: tuple[int, ...], profile: Profile | None, shape: str = "rows") -> Header:
    """The header in these rows."""
    cells = tuple(grid.rows[rows[-1]][:MOST_COLUMNS])
    if len(rows) == 1:
        words = tuple(as_text(c) for c in cells)
        parents = ("",) * len(words)
        if shape == "rows" and (profile is None or not profile.columns):
            words, parents = _titled(words)
        return Header(rows, words, parents, cells, shape)
    upper, lower = _words(grid, rows[-2]), _words(grid, rows[-1])
    width = max(len(upper), len(lower))
    upper, lower = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
    above = _spread(grid, rows[-2], upper)
    headings = tuple(own or upper[n] for n, own in enumerate(lower))
    parents = tuple(above[n] if own else "" for n, own in enumerate(lower))
    return Header(rows, headings, parents, cells + ("",) * (width - len(cells)), shape)


def _titled(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Headings such as 售前-呼入量, 售后-呼入量 as headings under titles, where several titles have the same one."""
    cut = [TITLED.fullmatch(w) for w in words]
    fields = [meaning(c.group(2)).field if c else "" for c in cut]
    measured = [f in (*synonym.COUNTS, *synonym.DURATIONS, *synonym.SHARES) for f in fields]
    titles = {c.group(1) for c, m in zip(cut, measured, strict=True) if c and m}
    strange = {f for w, f, m in zip(words, fields, measured, strict=True) if m and not meaning(w).field}
    if not any(fields.count(f) > 1 for f in strange) or any(plain(t) in synonym.ASIDE for t in titles):
        return words, ("",) * len(words)
    split = [(c.group(2), c.group(1)) if c and m else (w, "") for w, c, m in zip(words, cut, measured, strict=True)]
    return tuple(w for w, _ in split), tuple(t for _, t in split)


def _spread(grid: Grid, row: int, words: Sequence[str]) -> list[str]:
    """Each column's group title; it counts for the empty cells to its right, in a workbook as far as it is merged."""
    merges = any(r == row for r, _ in grid.merged)
    spread: list[str] = []
    for n, word in enumerate(words):
        if word or n == 0:
            spread.append(word)
        elif merges:
            shown = grid.merged.get((row, n))
            spread.append(words[shown[1]] if shown and shown[0] == row else "")
        else:
            spread.append(spread[-1])
    return spread


def _matrix(cells: Sequence[object], fields: Sequence[str]) -> str:
    """Whether the headings beside the fields are times of day ('times') or days ('days')."""
    found = [moment(c) for c, f in zip(cells, fields, strict=True) if not f and as_text(c)]
    clocks = [m for m in found if isinstance(m, Moment) and m.day is None and m.turned is None and m.clock is not None]
    days = [
        m for m in found if isinstance(m, Moment) and (m.day is not None or m.turned is not None) and m.clock is None
    ]
    if len(clocks) >= FEWEST and {"date", "start"} & set(fields):
        return "times"
    return "days" if len(days) >= FEWEST and {"time", "start"} & set(fields) else ""


def stop_without(grid: Grid, profile: Profile | None) -> None:
    """Refuse a sheet without a header."""
    first, *more = missing(grid, profile)
    if not more:
        stop(first.file, first.text, first.row, first.column)
    raise Refused([first, *more])
