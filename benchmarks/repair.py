"""How well repairs are proposed: on simulated queues, on the sample, on real series. Writes docs/repair.md.

    python benchmarks/repair.py [FOLDER] [--out docs/repair.md] [--queues 24]

FOLDER holds the public histories, which are not shipped; without it that part is left out. The simulated queues are
made here, by other formulas than those that look for what is amiss.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecast import ingest, repair
from forecast.event import Events
from forecast.history import DAY, History
from forecast.repair import Proposal
from forecast.season import Season, lunar_day, season_of

HALF_HOUR = pd.Timedelta(minutes=30)
OPENS, CLOSES = 18, 44  # half-hours of the day: 09:00 to 22:00
LEVELS = (80.0, 250.0, 900.0)  # contacts on an ordinary day
YEARS = (1.5, 3.0, 4.0)
SAMPLE = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True)
class Truth:
    """What was put in: kind, range (end not included), source."""

    kind: str
    start: pd.Timestamp
    end: pd.Timestamp
    source: str = ""


@dataclass(frozen=True, eq=False)
class Queue:
    """A simulated queue: whole days from `first`, counts of two sources by half-hour, and what is amiss in them."""

    days: pd.DatetimeIndex
    counts: np.ndarray  # sources x days x half-hours
    truths: tuple[Truth, ...] = ()

    @property
    def history(self) -> History:
        """The rows a file would hold; NaN is a row that is missing."""
        tables = []
        starts = self.days.to_numpy()[:, None] + np.arange(OPENS, CLOSES) * HALF_HOUR.to_numpy()
        for source, counts in zip(("inhouse", "vendor"), self.counts, strict=True):
            told = np.isfinite(counts).reshape(-1)
            table = pd.DataFrame({"queue": "q", "source": source, "start": starts.reshape(-1)[told]})
            table["offered"] = counts.reshape(-1)[told]
            tables.append(table.assign(handled=np.nan, abandoned=np.nan, aht_s=np.nan))
        whole = pd.concat(tables, ignore_index=True)
        return History(whole.assign(start=whole["start"].astype("datetime64[s]")), HALF_HOUR)


def simulated(seed: int, level: float, years: float) -> Queue:
    """A queue in which nothing is amiss: festivals, sales, days off, growth, noise that lasts and has heavy tails."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2021-09-06", periods=int(365.25 * years), freq="D", unit="s")
    season = season_of(days[0], days[-1])
    n, at = len(days), np.arange(len(days))
    week = np.exp(rng.normal(0, 0.1, 7))
    log = np.log(level) + rng.normal(0.08, 0.06) * at / 365 + np.log(week)[season.weekdays(days)]
    log += rng.uniform(0.02, 0.06) * np.cos(2 * np.pi * (at - rng.uniform(0, 365)) / 365.25)
    log += np.cumsum(rng.normal(0, 0.004, n))  # a level that wanders
    for month, day, high, before, after in ((5, 5, 1.3, 24, 6), (8, 15, 0.7, 16, 5), (1, 1, 0.6, 22, 3)):
        height, wide, lag = high * rng.uniform(0.6, 1.2), rng.uniform(0.7, 1.2), int(rng.integers(0, 4))
        for year in range(days[0].year - 1, days[-1].year + 2):
            away = (days - lunar_day(year, month, day)).days.to_numpy() - lag
            rise = np.clip(1 + away / (before * wide), 0, 1) * (away <= 0) + np.exp(-away / after) * (away > 0)
            log += height * rng.normal(1, 0.04) * rise**1.5
    sale = np.zeros(n)
    for month, day, high in ((6, 18, 0.7), (11, 11, 0.9), (12, 12, 0.35)):
        size = high * rng.uniform(0.5, 1.2)
        for year in range(days[0].year, days[-1].year + 1):
            away = (days - pd.Timestamp(year, month, day)).days.to_numpy()
            sale += (
                size * rng.normal(1, 0.04) * ((away == 0) + 0.5 * (away == -1) + 0.2 * ((away >= -10) & (away < -1)))
            )
    log += sale - rng.uniform(0.05, 0.3) * season.off(days)
    noise = np.zeros(n)
    shocks = rng.standard_t(7, n) * rng.uniform(0.04, 0.08)
    for i in range(n):
        noise[i] = (0.5 * noise[i - 1] if i else 0.0) + shocks[i]
    hours = np.arange(OPENS, CLOSES) / 2 + 0.25
    plain = np.exp(-0.5 * ((hours - 10.5) / 1.6) ** 2) + 0.9 * np.exp(-0.5 * ((hours - 15) / 2.2) ** 2) + 0.25
    late = np.exp(-0.5 * ((hours - 20.5) / 1.2) ** 2) * 1.5
    profile = plain[None, :] + np.clip(sale, 0, 1)[:, None] * late[None, :]
    profile /= profile.sum(axis=1, keepdims=True)
    mean = np.exp(log + noise)[:, None] * profile * rng.gamma(25, 1 / 25, (n, len(hours)))
    total = rng.poisson(mean)
    share = np.clip(rng.uniform(0.2, 0.4) * np.exp(rng.normal(0, 0.06, n)), 0, 0.6)
    vendor = rng.binomial(total, share[:, None])
    return Queue(days, np.stack([total - vendor, vendor]).astype(float))


def damaged(queue: Queue, seed: int) -> Queue:
    """The queue with one mishap of each kind at a day of its own, festivals and sales not spared."""
    rng = np.random.default_rng([seed, 7])
    counts, days, n = queue.counts.copy(), queue.days, len(queue.days)
    places = 40 + (np.arange(7) * (n - 100) // 7) + rng.integers(0, max((n - 100) // 7 - 45, 1), 7)
    rng.shuffle(places)
    truths = []

    day = int(places[0])  # an outage of two to five hours by day; it may spare the one or other contact
    first, length = int(rng.integers(2, 10)), int(rng.integers(4, 11))
    counts[:, day, first : first + length] = rng.binomial(counts[:, day, first : first + length].astype(int), 0.01)
    start = days[day] + (OPENS + first) * HALF_HOUR
    truths.append(Truth("outage", start, start + length * HALF_HOUR))

    day, length = int(places[1]), int(rng.integers(1, 6))  # days that are missing altogether
    counts[:, day : day + length] = np.nan
    truths.append(Truth("gap", days[day], days[day + length - 1] + DAY))

    day, length = int(places[2]), int(rng.integers(1, 5))  # days that the vendor did not deliver
    counts[1, day : day + length] = np.nan
    truths.append(Truth("not_delivered", days[day], days[day + length - 1] + DAY, "vendor"))

    day = int(places[3])  # a week of chasers
    counts[:, day : day + 7] = np.round(counts[:, day : day + 7] * 1.8)
    truths.append(Truth("stock_out", days[day], days[day] + 7 * DAY))

    day = int(places[4])  # a day typed with a nought too many
    counts[:, day] *= 10
    truths.append(Truth("outlier", days[day], days[day] + DAY))

    day, length = int(places[5]), int(rng.integers(28, 43))  # a level that is up for four to six weeks
    counts[:, day : day + length] = np.round(counts[:, day : day + length] * 1.3)
    truths += [Truth("level_shift", days[day], days[-1]), Truth("level_shift", days[day + length], days[-1])]
    return Queue(days, counts, tuple(truths))


def shifted(queue: Queue, seed: int) -> Queue:
    """The queue with a level that is 30% higher or lower from some day on."""
    rng = np.random.default_rng([seed, 8])
    counts, n = queue.counts.copy(), len(queue.days)
    day = int(rng.integers(60, n - 35))
    factor = 1.3 if rng.random() < 0.5 else 0.7
    counts[:, day:] = np.round(counts[:, day:] * factor)
    return Queue(queue.days, counts, (Truth("level_shift", queue.days[day], queue.days[-1]),))


def matches(found: Proposal, truth: Truth) -> bool:
    """Whether kind, source and range are right: to the day, to the half-hour for an outage; a shift by its start."""
    near = HALF_HOUR if truth.kind == "outage" else DAY
    ends = truth.kind == "level_shift" or abs(found.end - truth.end) <= near
    return found.kind == truth.kind and found.source == truth.source and abs(found.start - truth.start) <= near and ends


def overlaps(found: Proposal, truth: Truth) -> bool:
    """Whether it is at least about the same time."""
    if "level_shift" in (found.kind, truth.kind):
        return found.kind == truth.kind and abs(found.start - truth.start) <= 7 * DAY
    return found.start < truth.end and truth.start < found.end


@dataclass
class Tally:
    """What was put in, what was found right, and what was seen at least."""

    put: int = 0
    right: int = 0
    seen: int = 0

    def add(self, truth: Truth, found: Sequence[Proposal]) -> None:
        """Count what was found of `truth`."""
        self.put += 1
        self.right += any(matches(p, truth) for p in found)
        self.seen += any(overlaps(p, truth) for p in found)

    @property
    def cells(self) -> str:
        """Its cells of a table."""
        return f"{self.put} | {self.right / self.put:.0%} | {self.seen / self.put:.0%}" if self.put else "0 | - | -"


def measured(queues: int) -> list[str]:
    """The tables of simulated queues."""
    all_of: dict[str, Tally] = {}
    easy: dict[str, Tally] = {}
    clean: dict[float, list[int]] = {}
    proposed = false = 0
    for seed in range(queues):
        level, years = LEVELS[seed % 3], YEARS[seed // 3 % 3]
        queue = simulated(seed, level, years)
        season = season_of(queue.days[0], queue.days[-1])
        clean.setdefault(years, []).append(len(repair.proposals(queue.history, season)))
        for broken in (damaged(queue, seed), shifted(queue, seed)):
            found = repair.proposals(broken.history, season)
            proposed += len(found)
            false += sum(not any(overlaps(p, t) for t in broken.truths) for p in found)
            for truth in broken.truths:
                name = truth.kind
                if name == "level_shift":
                    name += ", stays" if len(broken.truths) == 1 else ", comes and goes"
                for table in (all_of, easy) if level >= 250 and years >= 3 else (all_of,):
                    table.setdefault(name, Tally()).add(truth, found)
    rows = [
        "| put in | times | kind and range right | seen | with 3 years and 250 a day: times | right | seen |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    rows += [f"| {name} | {all_of[name].cells} | {easy.get(name, Tally()).cells} |" for name in all_of]
    every, best = (_sum(t) for t in (all_of, easy))
    rows += [f"| all | {every.cells} | {best.cells} |", ""]
    rows += [
        f"Of {proposed} proposals on these queues {false} touch nothing that was put in: precision "
        f"{1 - false / max(proposed, 1):.0%}.",
        "",
        "| clean queues of | queues | proposals a queue-year |",
        "| --- | ---: | ---: |",
    ]
    rows += [f"| {y} years | {len(c)} | {sum(c) / len(c) / y:.2f} |" for y, c in sorted(clean.items())]
    count, span = sum(sum(c) for c in clean.values()), sum(y * len(c) for y, c in clean.items())
    return [*rows, f"| all | {queues} | {count / span:.2f} |", ""]


def _sum(tallies: dict[str, Tally]) -> Tally:
    parts = tallies.values()
    return Tally(sum(t.put for t in parts), sum(t.right for t in parts), sum(t.seen for t in parts))


def listed(history: History, season: Season) -> list[str]:
    """Every proposal on a real history, as a table."""
    begun = time.perf_counter()
    found = repair.proposals(history, season)
    took = time.perf_counter() - begun
    rows = [
        f"{len(history.table):,} rows, {len(history.queues)} queue(s), {history.first:%Y-%m-%d} to "
        f"{history.last:%Y-%m-%d}: {len(found)} proposals in {took:.1f} s.",
        "",
        "| kind | queue | source | from | up to | told | proposed | why |",
        "| --- | --- | --- | --- | --- | ---: | ---: | --- |",
    ]
    for p in found:
        told = "-" if np.isnan(p.original) else f"{p.original:,.0f}"
        queue = p.queue.replace("|", " / ")
        why = str(p.why).replace("|", " / ")
        ends = f"{p.start:%Y-%m-%d %H:%M} | {p.end:%Y-%m-%d %H:%M}"
        rows.append(f"| {p.kind} | {queue} | {p.source or '-'} | {ends} | {told} | {p.proposed:,.0f} | {why} |")
    return [*rows, ""]


REAL = (
    ("bank_il_30min.csv", ("IL",), None, "calls to an Israeli bank; what truly happened is not known"),
    ("bank_us_15min.csv", ("US",), None, "calls to a US bank; 4 and 7 April 2003 are missing from the file"),
    (
        "hk_border_daily.csv",
        ("HK", "CN"),
        "2023-02-06",
        "Hong Kong's border since it was fully open (passengers, no contacts). Known: typhoon Talim 2023-07-17, Saola "
        "2023-09-01 and 02, the black rainstorm of 2023-09-08, Koinu 2023-10-08 and 09",
    ),
)

HEAD = """# Repairs proposed, measured

Written by `python benchmarks/repair.py FOLDER`; no figure on this page is typed in. Times are of one run on a shared
machine. "Right" means the right kind, source and range: to the day, an outage to the half-hour, a level shift by its
first day. "Seen" means that some proposal touches it, of a level shift within a week.

## Simulated queues

Half-hours, two sources, 80 to 900 contacts a day, 1.5 to 4 years, festivals and sales that move with the calendar,
noise of a standard deviation of about 0.1 that lasts and has heavy tails. Put in: an outage of 2 to 5 hours by day,
1 to 5 days missing, 1 to 4 days of one source missing, a week of 1.8 times the contacts, a day of 10 times, a level
30% higher that lasts 4 to 6 weeks, and apart from these a level 30% higher or lower that stays. All of them may fall on
festivals: a festival that was seen only once cannot be told from what happened in it.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--out", type=Path, default=Path("docs/repair.md"))
    parser.add_argument("--queues", type=int, default=36)
    args = parser.parse_args(argv)
    parts = [HEAD, *measured(args.queues)]
    history = ingest.read_history(SAMPLE / "history.csv.gz")
    told = ingest.read_events(SAMPLE / "events.csv")
    events = Events.of(e for e in told.all if e.kind != "incident")
    season = season_of(history.first, history.last, ("CN",), events)
    parts += [
        "## The sample",
        "",
        "Its promotions are told, its incidents are not: a stock-out from 2024-05-27 to 06-01 (it fades until 06-05), "
        "an outage of both chats on 2025-09-10 from 13:00 to 18:00, vendor_b not delivered from 2025-11-03 to 05.",
        "",
        *listed(history, season),
    ]
    for file, countries, since, what in REAL if args.folder else ():
        history = ingest.read_history(args.folder / file)
        if since:
            history = History(history.table[history.table["start"] >= since].reset_index(drop=True), history.interval)
        season = season_of(history.first, history.last, countries)
        parts += [f"## `{file}`", "", f"{what[0].upper()}{what[1:]}.", "", *listed(history, season)]
    args.out.write_text("\n".join(parts).rstrip() + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
