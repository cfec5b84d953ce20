"""What is amiss in a queue -> what the planner is asked: values to stand there, how sure, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from forecast.history import DAY
from forecast.language import Text
from forecast.repair import wording
from forecast.repair.days import SILENT, TYPED, Run, Shift, sureness
from forecast.repair.expected import NINETY, positions, whole
from forecast.repair.findings import Findings
from forecast.repair.gap import Hole, filled
from forecast.repair.outage import Drop
from forecast.repair.proposal import Change, Evidence, Kind, Proposal, judged, key_of

NOTABLE = 0.25  # more or fewer contacts than due, from which another queue or the rest of the day is worth a word
CLEAR = 4.0  # standard deviations it must be off as well
REBOUND = 0.15  # more than due after an outage, from which contacts are said to have come back
CAME = 0.4  # part of what is proposed that may have come in an outage
OTHERS = 0.2  # most that the other sources may be off when one alone is to blame


class Proposing:
    """Makes the proposals of one queue, knowing what the others had meanwhile."""

    def __init__(self, queue: str, found: Mapping[str, Findings], evidence: Evidence) -> None:
        self.queue, self.found, self.evidence = queue, found, evidence
        self.mine = found[queue]
        self.grid, self.expected = self.mine.expected.grid, self.mine.expected

    def all(self) -> list[Proposal]:
        mine = self.mine
        made = [self.gap(h) for h in mine.holes]
        made += [self.outage(d) for d in mine.drops]
        made += [self.spike(d) for d in mine.spikes]
        made += [self.run(r) for r in mine.runs]
        made += [self.shift(s) for s in mine.shifts]
        return [p for p in made if p is not None]

    def gap(self, hole: Hole) -> Proposal | None:
        grid = self.grid
        fill = filled(self.expected, hole)
        values = whole(fill.values)
        source = grid.sources[hole.sources[0]] if len(hole.sources) < len(grid.sources) else ""
        names = [grid.sources[at] for at in hole.sources]
        missing = grid.unknown[list(hole.sources)][:, fill.days]
        inside = self._inside(hole.first, hole.last, fill.days)
        total = float(values.sum())
        if total <= 0:
            return None
        low, high = _around(total, fill.spread)
        start, end = self._ends(hole.first, hole.last, hole.whole)
        kind: Kind = "not_delivered" if hole.alone and hole.whole else "gap"
        said = ", ".join(names)
        why = wording.of_gap(wording.span_of(start, end), said, hole.alone, hole.whole, total, low, high)
        if 1 < len(names) < len(grid.sources):
            source = ""
        changes = self._changes(names, fill.days, missing & inside, values)
        return self._made(kind, source, start, end, np.nan, total, (low, high), why, "replace values", 1.0, changes)

    def outage(self, drop: Drop) -> Proposal | None:
        grid, expected = self.grid, self.expected
        days = np.arange(drop.first // grid.slots, (drop.last - 1) // grid.slots + 1)
        level, cov = expected.of_days(days)
        if drop.whole:
            day, spread = level, float(np.sqrt(np.mean(cov)))
        else:  # the hours before it tell the level of the day better than other days do
            day, spread = self._level(drop, days, level, np.diag(cov))
        sources = list(range(len(grid.sources))) if drop.source < 0 else [drop.source]
        inside = self._inside(drop.first, drop.last, days)
        told = grid.told[sources][:, days] & inside
        proposed = whole(expected.share[sources][:, days] * day[None, :, None] * told)
        total = float(proposed.sum())
        if total <= 0 or drop.seen > CAME * total:  # its own hours were a bad measure of the day
            return None
        source = "" if drop.source < 0 else grid.sources[drop.source]
        start, end = self._ends(drop.first, drop.last, drop.whole)
        low, high = _around(total, float(np.hypot(spread, 1 / np.sqrt(total))))
        why = wording.of_drop(wording.span_of(start, end), source, drop, total)
        why = wording.also(why, self._rebound(drop, days, day))
        why = wording.also(why, self._elsewhere(start, end))
        kind: Kind = "not_delivered" if source and drop.whole else "outage"
        names = [grid.sources[at] for at in sources]
        sure = 1 / (1 + float(np.exp(max(drop.chance - 2 * np.log(0.001), -50.0))))
        changes = self._changes(names, days, told, proposed)
        bounds = (max(low, drop.seen), high)
        return self._made(kind, source, start, end, drop.seen, total, bounds, why, "replace values", sure, changes)

    def spike(self, drop: Drop) -> Proposal | None:
        grid = self.grid
        days = np.arange(drop.first // grid.slots, drop.first // grid.slots + 1)
        inside = self._inside(drop.first, drop.last, days)
        told = grid.told[:, days] & inside
        share = self.expected.share[:, days] * told
        if share.sum() <= 0:
            return None
        usual = share / share.sum() * drop.due
        own = np.where(told, grid.counts[:, days], 0.0)
        # Where one source's figure towers and the others' do not, only its own is replaced.
        guilty = own > np.maximum(5 * usual, 20)
        kept = np.where(guilty, usual, own) if guilty.any() else usual
        proposed = whole(kept)
        total = float(proposed.sum())
        start, end = self._ends(drop.first, drop.last, False)
        why = wording.of_spike(wording.span_of(start, end), drop)
        spread = float(np.hypot(0.2, 1 / np.sqrt(max(total, 1.0))))
        changes = self._changes(list(grid.sources), days, told, proposed)
        seen, low_high = drop.seen, _around(total, spread)
        return self._made("outlier", "", start, end, seen, total, low_high, why, "replace values", 0.98, changes)

    def run(self, run: Run) -> Proposal | None:
        grid, expected = self.grid, self.expected
        days = np.arange(run.first, run.last)
        level, cov = expected.of_days(days)
        only = self._only(run, days, level)
        sources = list(range(len(grid.sources))) if only is None else [only]
        told = grid.told[sources][:, days]
        proposed = whole(expected.share[sources][:, days] * level[None, :, None] * told)
        seen, total = float(grid.counts[sources][:, days][told].sum()), float(proposed.sum())
        if total <= 0:
            return None
        mean = level / max(level.sum(), 1e-9)
        spread = float(np.sqrt(max(mean @ cov @ mean, 0.0) + 1 / total))
        low, high = _around(total, spread)
        start, end = pd.Timestamp(grid.days[run.first]), pd.Timestamp(grid.days[run.last - 1]) + DAY
        source = "" if only is None else grid.sources[only]
        said = replace(run, seen=seen, due=total)
        why = wording.of_run(wording.span_of(start, end), said, low, high, source)
        kind: Kind = "outlier"
        if run.ratio < SILENT:
            kind = "outage"
        elif run.ratio > 1 and run.last - run.first > 1 and run.ratio < TYPED:
            kind = "stock_out"
        why = wording.also(why, self._elsewhere(start, end))
        action: Any = "leave out of learning" if kind == "stock_out" else "replace values"
        changes = self._changes([grid.sources[at] for at in sources], days, told, proposed)
        return self._made(kind, source, start, end, seen, total, (low, high), why, action, sureness(run.z), changes)

    def shift(self, shift: Shift) -> Proposal | None:
        grid = self.grid
        start = pd.Timestamp(grid.days[shift.first])
        end = pd.Timestamp(grid.days[shift.last - 1]) + DAY
        before = np.arange(max(shift.first - 28, 0), shift.first)
        seen = float(np.where(grid.told[:, before], grid.counts[:, before], 0.0).sum())
        low, high = seen * shift.low, seen * shift.high
        why = wording.of_shift(start, shift, (end - start).days // 7)
        action: Any = "scale earlier level"
        proposed = float(np.round(seen * shift.factor))
        sure = sureness(shift.z)
        factor = float(np.round(shift.factor, 4))
        return self._made("level_shift", "", start, end, seen, proposed, (low, high), why, action, sure, (), factor)

    def _made(
        self,
        kind: Kind,
        source: str,
        start: pd.Timestamp,
        end: pd.Timestamp,
        original: float,
        proposed: float,
        bounds: tuple[float, float],
        why: Text,
        action: Any,
        confidence: float,
        changes: tuple[Change, ...],
        factor: float | None = None,
    ) -> Proposal:
        digest = self.evidence.digest(self.queue, source, *judged(kind, start, end))
        key = key_of(kind, self.queue, source, start, end, digest)
        outcome = ""
        if factor is not None:
            outcome = self.evidence.digest(self.queue, source, *judged(kind, start, end), (start, factor))
        low, high = (float(np.round(b)) for b in bounds)
        facts = (original, proposed, min(low, proposed), max(high, proposed), why, action, confidence, digest)
        return Proposal(key, kind, self.queue, source, start, end, *facts, changes, factor, outcome)

    def _ends(self, first: int, last: int, whole_days: bool) -> tuple[pd.Timestamp, pd.Timestamp]:
        start, end = self.grid.time(first), self.grid.time(last)
        if whole_days or self.grid.slots == 1:
            return start.normalize(), (end - pd.Timedelta(seconds=1)).normalize() + DAY
        return start, end

    def _inside(self, first: int, last: int, days: np.ndarray) -> np.ndarray:
        inside = np.zeros(len(days) * self.grid.slots, dtype=bool)
        inside[first - days[0] * self.grid.slots : last - days[0] * self.grid.slots] = True
        return inside.reshape(len(days), -1)

    def _changes(
        self, names: Sequence[str], days: np.ndarray, which: np.ndarray, proposed: np.ndarray
    ) -> tuple[Change, ...]:
        grid = self.grid
        made = []
        for at, name in enumerate(names):
            own = grid.sources.index(name)
            for i, slot in zip(*np.nonzero(which[at]), strict=True):
                day = int(days[i])
                told = bool(grid.told[own, day, slot])
                original = float(grid.counts[own, day, slot]) if told else float("nan")
                new = float(proposed[at, i, slot])
                if not (told and original == new):
                    made.append(Change(grid.time(day * grid.slots + int(slot)), name, original, new))
        return tuple(sorted(made, key=lambda c: (c.start, c.source)))

    def _level(self, drop: Drop, days: np.ndarray, level: np.ndarray, vary: np.ndarray) -> tuple[np.ndarray, float]:
        """The level of an outage's days: from other days and, as far as it is surer, from the hours before it."""
        grid, profile = self.grid, self.expected.profile
        first = drop.first - days[0] * grid.slots
        before = np.arange(grid.slots) < first
        due_before = float(profile[days[0]][before].sum()) * level[0]
        seen = float(np.nan_to_num(grid.total[days[0]])[before].sum())
        if due_before < 20 or seen < 20:
            return level, float(np.sqrt(np.mean(vary)))
        own = 0.1**2 + 1 / seen
        weight = vary[0] / (vary[0] + own)
        scaled = level.copy()
        scaled[0] *= np.exp(weight * np.log(seen / due_before))
        return scaled, float(np.sqrt(vary[0] * own / (vary[0] + own)))

    def _rebound(self, drop: Drop, days: np.ndarray, level: np.ndarray) -> Text:
        grid, expected = self.grid, self.expected
        after = np.arange(grid.slots) >= drop.last - days[-1] * grid.slots
        due_after = float(expected.profile[days[-1]][after].sum()) * float(level[-1])
        seen = float(np.nan_to_num(grid.total[days[-1]])[after].sum())
        if drop.source >= 0 or due_after < 20 or seen / due_after < 1 + REBOUND:
            return wording.NOTHING
        return wording.rebound(seen, due_after)

    def _elsewhere(self, start: pd.Timestamp, end: pd.Timestamp) -> Text:
        """What other queues had in the same time, where that is worth a word."""
        said = wording.NOTHING
        for queue, other in self.found.items():
            if queue == self.queue or other.expected.grid.interval != self.grid.interval:
                continue
            days = positions(other.expected.grid, start, end)
            if not len(days):
                continue
            level = np.nan_to_num(other.expected.contacts[days], neginf=0.0)
            due_then = (other.expected.profile[days] * level[:, None]).reshape(-1)
            total = other.expected.grid.total[days].reshape(-1)
            slots = other.expected.grid.slots
            first = max(int((start - other.expected.grid.days[days[0]]) / self.grid.interval), 0)
            last = min(int((end - other.expected.grid.days[days[0]]) / self.grid.interval), len(days) * slots)
            seen, wanted = float(total[first:last].sum()), float(due_then[first:last].sum())
            if np.isfinite(seen) and _notable(seen, wanted):
                more = wording.elsewhere(queue, seen, wanted)
                said = wording.also(said, more) if said.message else more
        return said

    def _only(self, run: Run, days: np.ndarray, level: np.ndarray) -> int | None:
        """The number of the one source that is to blame, when all others together are as expected; else None."""
        grid, share = self.grid, self.expected.share
        if len(grid.sources) < 2:
            return None
        seen = np.nan_to_num(grid.counts[:, days]).sum(axis=(1, 2))
        wanted = (share[:, days].sum(axis=2) * level[None, :]).sum(axis=1)
        lack = seen - wanted
        worst = int(np.argmax(np.abs(lack)))
        rest_seen, rest_due = seen.sum() - seen[worst], wanted.sum() - wanted[worst]
        if rest_due < 20 or abs(rest_seen / rest_due - 1) > OTHERS or abs(lack[worst]) < 0.8 * abs(run.seen - run.due):
            return None
        return worst


def _notable(seen: float, wanted: float) -> bool:
    if wanted < 20:
        return False
    spread = np.sqrt(wanted + (0.12 * wanted) ** 2)
    return abs(seen / wanted - 1) >= NOTABLE and abs(seen - wanted) >= CLEAR * spread


def _around(total: float, spread: float) -> tuple[float, float]:
    """Where nine of ten would lie, the log being off by `spread`."""
    return total * float(np.exp(-NINETY * spread)), total * float(np.exp(NINETY * spread))
