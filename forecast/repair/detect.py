"""A history and its season -> everything amiss in it, each with what would stand there instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from forecast.history import History
from forecast.repair.findings import Findings, findings
from forecast.repair.grid import grid
from forecast.repair.proposal import Evidence, Proposal
from forecast.repair.proposing import Proposing
from forecast.season import Season


def proposals(history: History, season: Season, progress: Callable[[str], None] | None = None) -> tuple[Proposal, ...]:
    """Every repair the history seems to need, by queue and start.

    `season` says which festivals, days off and events are known: what these explain is not amiss, and days of declared
    incidents and closures are left alone. `progress` is told each queue as its turn comes. The last six years are
    searched for days amiss, all of the history for gaps and outages.
    """
    covering = replace(season, start=history.first, end=history.last)
    found: dict[str, Findings] = {}
    for queue in history.queues:
        if progress is not None:
            progress(queue)
        found[queue] = findings(grid(history, queue, covering), covering)
    evidence = Evidence(history)
    made = [p for queue in found for p in Proposing(queue, found, evidence).all()]
    return tuple(sorted(made, key=lambda p: (p.queue, p.start, p.source, p.kind)))
