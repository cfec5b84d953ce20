"""Realistic exports with the exact rows or the refusal that each deserves, independent of the reader they judge."""

from __future__ import annotations

from tests.exports import (
    contact_logs,
    contradictions,
    dates,
    encodings,
    headings,
    hostile,
    labels,
    numbers,
    personal,
    separators,
    totals,
    traps,
    workbooks,
)
from tests.exports.case import ANYWHERE, NAN, Case, Place, Row, Value

CASES: tuple[Case, ...] = tuple(
    case
    for theme in (
        encodings,
        separators,
        headings,
        dates,
        labels,
        numbers,
        totals,
        workbooks,
        hostile,
        personal,
        contradictions,
        contact_logs,
        traps,
    )
    for case in theme.CASES
)

__all__ = ["ANYWHERE", "CASES", "NAN", "Case", "Place", "Row", "Value"]
