"""Our forecast against public libraries on any folder of histories: prints the tables and writes docs/forecasting.md.

    python -m benchmarks.forecasts FOLDER [--country NAME=IL,US]... [--ours MODEL] [--only NAME]... [--quick]

Every CSV of FOLDER in the canonical format (start, queue, offered) is a group of series. How each is forecast stands in
benchmarks/forecasts/histories.toml or another --settings, and --country; else China's calendar holds. AutoETS and MSTL
need `make bench-peers`. --quick asks two origins of two series of each file.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.forecasts import report
from benchmarks.forecasts.group import HISTORIES, Settings, load, settings_of
from benchmarks.forecasts.measured import Measured, measured
from benchmarks.queueing.page import Section, progress, timed
from forecast.model import MODELS
from forecast.problem import Refused

QUICK = 2  # origins, and series of each file


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every file, print the tables and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/forecasting.md"))
    parser.add_argument("--settings", type=Path, default=HISTORIES, help="TOML, a table for each file")
    parser.add_argument("--country", action="append", default=[], metavar="NAME=IL,US", help="calendars of a file")
    parser.add_argument("--ours", choices=list(MODELS), help="one model of ours; by default the backtest chooses")
    parser.add_argument("--only", action="append", metavar="NAME", help="a file's name without .csv")
    parser.add_argument("--peer", action="append", metavar="NAME", help="a peer's name; by default all there are")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args(argv)
    paths = [p for p in sorted(args.folder.glob("*.csv")) if not args.only or p.stem in args.only]
    if not paths:
        parser.error(f"{args.folder} has no history{' of these names' if args.only else ''}: expected CSV files")
    try:
        known = _with_countries(settings_of(args.settings), args.country)
    except ValueError as wrong:
        parser.error(str(wrong))
    begun, groups, refused = time.perf_counter(), list[Measured](), list[Section]()
    for path in paths:
        settings = known.get(path.stem, Settings())
        try:
            settings = replace(settings, origins=QUICK) if args.quick else settings
            with timed(path.name):
                group = load(path, settings, QUICK if args.quick else None)
                groups.append(measured(group, args.jobs, args.ours, args.peer))
        except (Refused, ValueError) as problem:
            refused.append(Section(f"`{path.name}`", (f"Could not be measured: {problem}",)))
    took = f"the whole took {(time.perf_counter() - begun) / 60:.0f} minutes"
    took += f" (a quick look: {QUICK} origins of {QUICK} series of each file)" if args.quick else ""
    page = report.page(groups, refused, took, args.ours)
    args.out.write_text(page, encoding="utf-8")
    sys.stdout.write(page)
    progress(str(args.out))
    return 0 if groups else 1


def _with_countries(known: dict[str, Settings], asked: Sequence[str]) -> dict[str, Settings]:
    """The settings with the countries of `NAME=IL,US` in place of theirs."""
    for text in asked:
        name, sign, codes = text.partition("=")
        if not sign:
            raise ValueError(f"--country must be such as NAME=IL or NAME=HK,CN, got {text}")
        known = known | {name: replace(known.get(name, Settings()), countries=tuple(codes.split(",")))}
    return known


if __name__ == "__main__":
    raise SystemExit(main())
