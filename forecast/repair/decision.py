"""What the planner has decided, found again after the next import: nothing is asked twice while the data stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from forecast.history import DAY, History
from forecast.repair.proposal import Evidence, Proposal

WANDERS = 3 * DAY  # by which the day of a level shift may move when more days are known
SAME = 0.5  # part of a proposal that a decision must cover to be about the same matter


@dataclass(frozen=True)
class Decision:
    """The planner's word on a proposal; `note` is their own reason."""

    proposal: Proposal
    accepted: bool
    note: str = ""


def undecided(history: History, proposals: Iterable[Proposal], decisions: Iterable[Decision]) -> tuple[Proposal, ...]:
    """The proposals on which nothing was decided, in their order.

    A decision, for or against, holds as long as the values it was made on are the same in `history`, even where other
    days have moved the range a little. When these values are corrected the question is open again.
    """
    evidence = Evidence(history)
    standing = [d.proposal for d in decisions if evidence.holds(d.proposal)]
    keys = {p.key for p in standing}
    return tuple(p for p in proposals if p.key not in keys and not any(_same(p, d) for d in standing))


def _same(proposal: Proposal, decided: Proposal) -> bool:
    """Whether both are about one matter."""
    if (proposal.queue, proposal.source) != (decided.queue, decided.source):
        return False
    shifts = proposal.kind == "level_shift", decided.kind == "level_shift"
    if any(shifts):
        return all(shifts) and abs(proposal.start - decided.start) <= WANDERS
    shared = min(proposal.end, decided.end) - max(proposal.start, decided.start)
    return bool(shared > pd.Timedelta(0) and shared >= SAME * (proposal.end - proposal.start))
