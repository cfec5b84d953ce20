"""Scorecard: how each source did, week by week, fair to those with harder contacts; and whether to renew a vendor."""

from staffing.scorecard.card import Scorecard, scored
from staffing.scorecard.renewal import ANSWERS, Verdict, judged
from staffing.scorecard.sheet import HEADINGS, caution, tables
from staffing.scorecard.target import Targets, read_targets

__all__ = [
    "ANSWERS",
    "HEADINGS",
    "Scorecard",
    "Targets",
    "Verdict",
    "caution",
    "judged",
    "read_targets",
    "scored",
    "tables",
]
