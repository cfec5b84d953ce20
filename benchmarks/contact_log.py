"""How fast a long contact log is read, beside the bare sums of DuckDB and pandas. Writes docs/contact-logs.md.

    python benchmarks/contact_log.py [--rows 10000000] [--times 3] [--out docs/contact-logs.md] [--folder FOLDER]

Each reading is a process of its own; its time is from start to end, with all imports, its memory the most it held.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

CHUNK = 500_000
QUEUES = ("售前", "售后", "物流", "投诉", "VIP")
SECONDS, MEGABYTES = 10, 1000
OURS = """
import sys
from pathlib import Path
from forecast import contactlog
history, report = contactlog.read(Path(sys.argv[1]), promise_s={"售前": 20.0, "售后": 30.0})
print(int(history.table["offered"].sum()))
"""
BAD = (  # rows to add at the end, each with one bad cell
    "X1,2025-12-31 23:59:59,VIP,A1,13900000001,-5,是,3,是,5",
    "X2,2025-02-30 09:00:00,VIP,A1,13900000001,60,是,3,是,5",
    "X3,2025-12-31 23:59:59,VIP,A1,13900000001,60,perhaps,3,是,5",
)
REFUSED = """
import sys
from pathlib import Path
from forecast import contactlog
from forecast.problem import Refused
try:
    contactlog.read(Path(sys.argv[1]))
except Refused as refused:
    print("".join(str(p.row) for p in refused.problems if p.column in ("handle_s", "arrival", "answered")))
"""
DUCKDB = """
import sys
import duckdb
con = duckdb.connect(config={"threads": 2})
con.execute("SET enable_progress_bar = false")
rows = con.execute(
    "SELECT time_bucket(INTERVAL '30 minutes', arrival) AS start, queue, count(*), "
    "avg(handle_s) FILTER (answered = '是'), avg(wait_s) FILTER (answered = '是'), avg(rating), "
    "count(*) FILTER (answered = '是'), count(*) FILTER (resolved = '是') FROM read_csv(?) GROUP BY ALL",
    [sys.argv[1]],
).fetchall()
print(sum(r[2] for r in rows))
"""
PANDAS = """
import sys
import pandas as pd
used = ["arrival", "queue", "handle_s", "answered", "wait_s", "resolved", "rating"]
t = pd.read_csv(sys.argv[1], usecols=used, engine="pyarrow")
t["start"] = pd.to_datetime(t["arrival"]).dt.floor("30min")
t["yes"] = t["answered"] == "是"
t["solved"] = t["resolved"] == "是"
for name in ("handle_s", "wait_s"):
    t[name] = t[name].where(t["yes"])
groups = t.groupby(["start", "queue"])
sums = groups.agg({"yes": "sum", "solved": "sum", "handle_s": "mean", "wait_s": "mean", "rating": "mean"})
print(int(groups.size().sum()))
"""
READERS = {
    "contact log, all checks": OURS,
    "DuckDB, bare sums": DUCKDB,
    "pandas (pyarrow reader), bare sums": PANDAS,
}


@dataclass(frozen=True)
class Run:
    """What a reading took: seconds from start to end, processor seconds, megabytes at most."""

    seconds: float
    processor: float
    megabytes: float


def make(path: Path, rows: int, seed: int = 4) -> None:
    """Write a log of a year, the same for the same seed: ten columns, one row a contact, in order of arrival."""
    import duckdb
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(seed)
    start = np.datetime64("2025-01-01T00:00:00")
    con = duckdb.connect()
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("contact_id,arrival,queue,agent,phone,handle_s,answered,wait_s,resolved,rating\n")
    for first in range(0, rows, CHUNK):
        n = min(CHUNK, rows - first)
        share = 31_536_000 / rows
        seconds = ((first + np.sort(rng.random(n)) * n) * share).astype(int)
        answered = rng.random(n) < 0.92
        rating = np.where(answered & (rng.random(n) < 0.3), rng.integers(1, 6, n).astype(str), "")
        solved = np.where(answered, np.where(rng.random(n) < 0.8, "是", "否"), "")
        table = pd.DataFrame(
            {
                "contact_id": [f"C{i:09d}" for i in range(first, first + n)],
                "arrival": start + seconds.astype("timedelta64[s]"),
                "queue": np.array(QUEUES)[rng.integers(0, len(QUEUES), n)],
                "agent": np.char.add("A", rng.integers(100, 999, n).astype(str)),
                "phone": (13_900_000_000 + rng.integers(0, 99_999_999, n)).astype(str),
                "handle_s": np.where(answered, rng.integers(20, 900, n), 0),
                "answered": np.where(answered, "是", "否"),
                "wait_s": rng.integers(0, 120, n),
                "resolved": solved,
                "rating": rating,
            }
        )
        part = path.with_suffix(".part")
        columns = "nullif(rating, '') AS rating, nullif(resolved, '') AS resolved"
        time_ = "strftime(arrival, '%Y-%m-%d %H:%M:%S') AS arrival"
        con.register("contacts", table)
        con.execute(f"COPY (SELECT * REPLACE ({columns}, {time_}) FROM contacts) TO '{part}' (HEADER false)")  # noqa: S608
        con.unregister("contacts")
        with path.open("ab") as file:
            file.write(part.read_bytes())
        part.unlink()


def run(code: str, path: Path, expected: int) -> Run:
    """One reading in a process of its own; it must print what is expected."""
    begun = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)  # noqa: S603
    told = child.stdout.read() if child.stdout else ""
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    taken = time.perf_counter() - begun
    if child.returncode or int(told) != expected:
        raise RuntimeError(f"the reading failed or lost rows: {told!r}")
    return Run(taken, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000)


def report(path: Path, rows: int, runs: dict[str, list[Run]], refused: Run, busy: str) -> str:
    """The page, from the best of the runs of each reader."""
    best = {name: min(some, key=lambda r: r.seconds) for name, some in runs.items()}
    ours = next(iter(best.values()))
    lines = [
        f"| {name} | {b.seconds:.1f} | {b.processor:.1f} | {b.megabytes:.0f} | {b.seconds / ours.seconds:.2f} | "
        f"{', '.join(f'{r.seconds:.1f}' for r in runs[name])} |"
        for name, b in best.items()
    ]
    met = "met" if ours.seconds <= SECONDS and ours.megabytes <= MEGABYTES else "missed"
    return "\n".join(
        [
            "# Contact logs",
            "",
            "A log with one row a contact is added up to intervals by DuckDB in one pass that also checks every cell",
            "it uses. Where anything is not plainly right, a second, slower pass over the cells as text finds each",
            "problem and its row, or reads what only looked wrong. Whole processes are measured, imports included.",
            "",
            f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB, {os.cpu_count()} cores; best of "
            f"{len(runs[next(iter(runs))])} runs each.",
            f"Load of the machine when the runs began and ended: {busy}.",
            "",
            "| reader | seconds | processor seconds | MB at most | time against ours | all runs, s |",
            "|---|--:|--:|--:|--:|---|",
            *lines,
            "",
            f"Target {SECONDS} s and {MEGABYTES} MB: {met}.",
            "",
            f"The same log with {len(BAD)} bad rows at its end is refused, each named by row and heading, after "
            f"{refused.seconds:.0f} s",
            f"({refused.processor:.0f} processor seconds, {refused.megabytes:.0f} MB at most; one run).",
            "",
            "Limits: contacts are compared by their number, to find one told twice, in files up to 200 MB only, and",
            "the report says when they were not. Dates with an offset from UTC, or not year first, and files with",
            "totals or notes among the rows are read by the slower pass.",
            "",
            "`python benchmarks/contact_log.py` makes the log and this page anew.",
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("docs/contact-logs.md"))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.make:
        make(args.make, args.rows)
        return
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        path = Path(folder) / "log.csv"
        # in a process of its own: a child's memory counts from that of its parent
        subprocess.run([sys.executable, __file__, "--make", str(path), "--rows", str(args.rows)], check=True)  # noqa: S603
        before = os.getloadavg()[0]
        runs: dict[str, list[Run]] = {name: [] for name in READERS}
        for _ in range(args.times):
            for name, code in READERS.items():
                runs[name].append(run(code, path, args.rows))
        with path.open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in BAD)
        refused = run(REFUSED, path, int("".join(str(args.rows + n) for n in range(2, 2 + len(BAD)))))
        args.out.write_text(
            report(path, args.rows, runs, refused, f"{before:.1f} and {os.getloadavg()[0]:.1f}"), "utf-8"
        )


if __name__ == "__main__":
    main()
