"""Any export -> rows: a history with the report of what was taken, or every problem by file, row and column.

A file is read right or refused with the place and the cure; never half, never guessed.
"""

from forecast.ingest.canonical import joined, read_events, read_history
from forecast.ingest.imported import Imported, read
from forecast.ingest.look import Guess, Preview, preview
from forecast.ingest.report import Part, Personal, Report
from forecast.ingest.sniff import Opening, kind, opening

__all__ = [
    "Guess",
    "Imported",
    "Opening",
    "Part",
    "Personal",
    "Preview",
    "Report",
    "joined",
    "kind",
    "opening",
    "preview",
    "read",
    "read_events",
    "read_history",
]
