"""The kept history: every import with its rows as they came, each undoable; profiles; decisions on repairs; versions
of the forecast.

Functions over an `Archive`, or over the `Transaction` that `changing` opens, in which several changes land together or
not at all. One SQLite file, readable by its owner only; never the bytes of a file and never a customer's data.
"""

from forecast.archive.change import Change
from forecast.archive.decision import Decision, decide, decisions, withdraw
from forecast.archive.opening import Archive, Busy, Transaction, changing, usual_path
from forecast.archive.profile import profile_of, profiles, remove_profile, save_profile
from forecast.archive.record import Import, add, history, imports, looked, original, redo, undo
from forecast.archive.version import add_version, versions

__all__ = [
    "Archive",
    "Busy",
    "Change",
    "Decision",
    "Import",
    "Transaction",
    "add",
    "add_version",
    "changing",
    "decide",
    "decisions",
    "history",
    "imports",
    "looked",
    "original",
    "profile_of",
    "profiles",
    "redo",
    "remove_profile",
    "save_profile",
    "undo",
    "usual_path",
    "versions",
    "withdraw",
]
