"""Repair with a record: what seems amiss in a history is proposed, the planner decides, and each change says why."""

from forecast.repair.decision import Decision, undecided
from forecast.repair.detect import proposals
from forecast.repair.proposal import ACTIONS, KINDS, Change, Proposal
from forecast.repair.record import Repaired, Stale, applied

__all__ = [
    "ACTIONS",
    "KINDS",
    "Change",
    "Decision",
    "Proposal",
    "Repaired",
    "Stale",
    "applied",
    "proposals",
    "undecided",
]
