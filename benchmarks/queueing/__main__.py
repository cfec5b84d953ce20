"""The queueing core measured: writes docs/queueing.md.

    python -m benchmarks.queueing [REFERENCE] [--out docs/queueing.md] [--only SECTION]...

REFERENCE is a folder with reference/erlang.json and reference/peak_day.csv; what needs them is skipped where it is not
there, as are the comparisons with other packages where `make bench-peers` has not built their environment.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.queueing import chats, exactness, peak, sharing, speed, tickets, uncertain, whole
from benchmarks.queueing.page import Section, machine, progress, timed

HEAD = """# The queueing core, measured

Written by `make bench`; no figure on this page is typed in. The other packages are pinned in `benchmarks/peers.txt` and
answer in processes of their own. Every simulation has a fixed seed; times vary from run to run. Measured on
{machine}; the whole took {minutes:.0f} minutes.

{verdict}
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every section and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", type=Path, nargs="?", default=Path("../shared"))
    parser.add_argument("--out", type=Path, default=Path("docs/queueing.md"))
    parser.add_argument("--only", action="append", metavar="SECTION")
    args = parser.parse_args(argv)
    sections: dict[str, Callable[[], Section]] = {
        "speed": speed.section,
        "exactness": lambda: exactness.section(args.reference),
        "chats": chats.section,
        "peak": lambda: peak.section(args.reference),
        "uncertain": uncertain.section,
        "tickets": tickets.section,
        "sharing": sharing.section,
        "whole": whole.section,
    }
    begun, done = time.perf_counter(), []
    for name in args.only or sections:
        with timed(name):
            done.append(sections[name]())
    missed = sum(len(section.misses) for section in done)
    verdict = f"{missed} limits were missed; each section names its own." if missed else "Every limit was met."
    minutes = (time.perf_counter() - begun) / 60
    head = HEAD.format(machine=machine(), minutes=minutes, verdict=verdict)
    args.out.write_text("\n".join([head, *(section.markdown() for section in done)]), encoding="utf-8")
    progress(f"{args.out}: {verdict}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
