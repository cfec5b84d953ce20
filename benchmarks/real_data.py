"""The chain on real contact-centre series: writes docs/real-data.md.

    python benchmarks/real_data.py FOLDER [--out docs/real-data.md]

FOLDER holds the histories named in CASES, in the canonical format. They are read from there and not shipped.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from forecast import ingest
from forecast.backtest import Backtest, backtest
from forecast.event import Events
from forecast.history import History
from forecast.model import MODELS
from staffing import plan as chain
from staffing.noplan import NoPlan
from staffing.scenario import Scenario, load
from staffing.settings import checked


@dataclass(frozen=True)
class Case:
    """One real history, how it is tested and, where it has intervals and contacts, how it is staffed."""

    file: str
    what: str
    countries: tuple[str, ...]
    horizon: int
    origins: int
    since: str | None = None
    staffed: bool = True


CASES = (
    Case("bank_il_30min.csv", "calls to an Israeli bank, half-hours, January to June 1999", ("IL",), 14, 6),
    Case("bank_us_15min.csv", "calls to a US bank, quarter-hours, weekdays, March to July 2003", ("US",), 14, 6),
    Case(
        "hk_border_daily.csv",
        "border crossings of Hong Kong by day (no contacts, but lunar peaks)",
        ("HK", "CN"),
        56,
        8,
        "2023-02-06",
        False,
    ),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every case and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/real-data.md"))
    args = parser.parse_args(argv)
    parts = [HEAD]
    for case in CASES:
        parts += measured(case, args.folder)
    args.out.write_text("\n".join(parts) + "\n", encoding="utf-8")
    return 0


HEAD = """# Real series through the chain

Written by `make real-data`; no figure on this page is typed in. The histories are public series that are not shipped
here: calls to two banks, and border crossings, which are no contacts but the best public daily series with lunar peaks.
No public contact series of a Chinese seller is known. WAPE is the sum of absolute errors over the sum of contacts, on
days, mean over rolling origins; coverage is the share of days inside the 80% interval; bias above 0 means too much was
expected. Times are of one run on two cores.
"""


def measured(case: Case, folder: Path) -> list[str]:
    """The case's section of the page."""
    history = ingest.read_history(folder / case.file)
    if case.since:
        rows = history.table[history.table["start"] >= case.since].reset_index(drop=True)
        history = History(rows, history.interval)
    begun = time.perf_counter()
    done = backtest(history, case.countries, Events(), case.horizon, case.origins, list(MODELS), -1)
    took = time.perf_counter() - begun
    lines = [
        f"## `{case.file}`",
        "",
        f"{case.what[0].upper()}{case.what[1:]}; {len(history.queues)} queue(s), "
        f"{history.first:%Y-%m-%d} to {history.last:%Y-%m-%d}. "
        f"{case.origins} origins, {case.horizon} days ahead; backtest of all models in {took:.0f} s.",
        "",
        *board(done),
        "",
    ]
    return [*lines, *(staffed(case, folder) if case.staffed else [])]


def board(done: Backtest) -> list[str]:
    """The leaderboard as a table, means over queues."""
    table = done.leaderboard()
    columns = [c for c in ("wape", "wape_peak", "mase", "bias", "coverage", "coverage_peak") if c in table.columns]
    means = table.groupby("model", sort=False)[columns].mean().reindex([m for m in MODELS if m in set(table["model"])])
    rows = ["| model | " + " | ".join(columns) + " |", "| --- |" + " ---: |" * len(columns)]
    for model, row in means.iterrows():
        cells = ["-" if pd.isna(v) else f"{v:.2f}" if c == "mase" else f"{v:.1%}" for c, v in row.items()]
        rows.append(f"| {model} | " + " | ".join(cells) + " |")
    return rows


def staffed(case: Case, folder: Path) -> list[str]:
    """What the plan of the next 28 days comes to, on the sample's example terms."""
    scenario = _scenario(case, folder)
    begun = time.perf_counter()
    try:
        result = chain.run(scenario)
    except NoPlan as none:
        return ["No plan on the sample's terms:", "", *(f"- {text}" for text in none.conflicts), ""]
    took = time.perf_counter() - begun
    told = chain.summary(result)
    needed = result.requirement.table
    return [
        f"The next 28 days on the phone terms of `[queues.default]`, in {took:.0f} s from file to plan: "
        f"{told['contacts']:,.0f} calls expected, at most {int(needed['agents'].max())} agents at once "
        f"({int(needed['scheduled'].max())} with shrinkage); in the week of {result.week:%Y-%m-%d} "
        f"{int(result.shifts.table['agents'].sum())} shifts cover every interval, proven gap {result.shifts.gap:.2%}.",
        "",
        *(f"- {warning}" for warning in result.warnings),
        "",
    ]


def _scenario(case: Case, folder: Path) -> Scenario:
    base = load()
    values = base.model_dump() | {
        "history": (folder / case.file).resolve(),
        "events": None,
        "countries": case.countries,
        "horizon_days": 28,
        "origins": 4,
        "example_terms": True,
    }
    return checked(Scenario, values, case.file)


if __name__ == "__main__":
    raise SystemExit(main())
