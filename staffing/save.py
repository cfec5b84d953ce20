"""Stage tables and documents written to disk: whole or not at all, and nothing a spreadsheet would run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from forecast.language import Text
from forecast.problem import Problem, Refused

RUNS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes a cell that begins so for a formula


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table as UTF-8 CSV: times to the second, numbers to six decimals, text that cannot become a formula."""
    out = table.copy()
    for column in out.columns:
        if pd.api.types.is_datetime64_any_dtype(out[column]):
            whole_days = (out[column].dropna() == out[column].dropna().dt.normalize()).all()
            out[column] = out[column].dt.strftime("%Y-%m-%d" if whole_days else "%Y-%m-%d %H:%M:%S")
        elif pd.api.types.is_float_dtype(out[column]):
            out[column] = out[column].round(6)
        elif not pd.api.types.is_numeric_dtype(out[column]):
            out[column] = out[column].map(harmless)
    return out.to_csv(index=False, lineterminator="\n").encode()


def harmless(cell: object) -> object:
    """A text cell with an apostrophe before what a spreadsheet would run; anything else as it is.

    >>> harmless("=1+1"), harmless("phone"), harmless(-3)
    ("'=1+1", 'phone', -3)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RUNS) else cell


def write(path: Path, content: bytes) -> None:
    """`content` at `path`, replaced in one step.

    Raises:
        Refused: the folder is missing or may not be written.
    """
    write_all(path.parent, {path.name: content}, make_folder=False)


def write_all(folder: Path, files: Mapping[str, bytes], make_folder: bool = True) -> None:
    """Every file of `files` in `folder`: all are written aside before the first one is put in place.

    Raises:
        Refused: the folder is missing or may not be written; nothing in it has changed.
    """
    aside: dict[str, Path] = {}
    try:
        if make_folder:
            folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            if (folder / name).is_dir():
                raise IsADirectoryError(f"{name} is a folder")
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
            aside[name] = Path(temporary)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            aside[name].chmod(0o644)
        for name, temporary_file in aside.items():
            temporary_file.replace(folder / name)
    except OSError as error:
        reason = Text("expected a place that can be written: {reason}", reason=error.strerror or str(error))
        raise Refused([Problem(str(folder), "-", "-", reason)]) from None
    finally:
        for temporary_file in aside.values():
            temporary_file.unlink(missing_ok=True)
