"""How often the scorecard is wrong, measured on simulated quarters whose truth is known; writes docs/scorecard.md.

python -m benchmarks.scorecard [--quarters 500] [--out docs/scorecard.md]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecast import ingest
from forecast.history import History
from forecast.season import Season, season_of
from staffing.scorecard import Targets, judged, read_targets, scored
from staffing.scorecard.interval import slopes, wilson
from staffing.scorecard.target import Weight

ROOT = Path(__file__).resolve().parents[1]
FIRST, DAYS = pd.Timestamp("2025-03-31"), 91  # a quarter with Qingming, May Day, Dragon Boat and 618 in it
SEASON = season_of(FIRST, FIRST + pd.Timedelta(days=DAYS - 1))
HOURS = (9, 13, 19)  # when the intervals begin: morning, afternoon, evening


@dataclass(frozen=True)
class World:
    """What a simulated quarter is made of. Shares; `luck` is a spread of log-odds.

    mix: share of the hard queue's contacts that the vendor serves, and of the easy one's. worse: by how much the vendor
    solves and answers less than the own team on the same contacts. luck: of each source's days. hardness: how far
    apart the two queues are.
    """

    contacts: int = 2000  # the vendor's, a week
    mix: tuple[float, float] = (0.6, 0.15)
    worse: float = 0.0
    luck: float = 0.0
    hardness: float = 0.2


def quarter(world: World, rng: np.random.Generator, season: Season = SEASON) -> History:
    """A quarter of two queues, an own team and a vendor; rates differ by queue, weekend, part of the day and peak."""
    days = pd.date_range(FIRST, periods=DAYS, freq="D")
    peak = np.stack([season.peaks(days, queue) for queue in ("easy", "hard")])
    weekend = days.day_of_week.to_numpy() >= 5
    share = np.array(world.mix)[::-1]  # easy, hard
    total = world.contacts / 7 / share.mean() / 2 / len(HOURS)  # a queue, an interval
    shape = (2, DAYS, len(HOURS))
    mean = total * np.where(peak, 2.0, 1.0)[..., None] / np.where(peak, 2.0, 1.0).mean() * np.ones(shape)
    base = 0.88 - world.hardness * np.array([0, 1])[:, None, None] - 0.05 * peak[..., None]
    base = base - 0.03 * weekend[None, :, None] - 0.03 * (np.array(HOURS) >= 18)
    out = []
    for source in ("team", "vendor"):
        part = share if source == "vendor" else 1 - share
        # the vendor is sent more where it is harder: on peak days and in the evening too
        lean = 1 + (0.2 if source == "vendor" else -0.05) * (peak[..., None] + (np.array(HOURS) >= 18))
        offered = rng.poisson(mean * part[:, None, None] * lean)
        abandoned = rng.binomial(offered, 0.03)
        handled = offered - abandoned
        rates = []
        for _ in range(3):
            odds = np.log(base / (1 - base)) + rng.normal(0, world.luck, (1, DAYS, 1))
            rates.append(1 / (1 + np.exp(-odds)) - (world.worse if source == "vendor" else 0.0))
        rated = rng.binomial(handled, 0.2)
        fives = rng.binomial(rated, rates[2])
        with np.errstate(invalid="ignore"):
            satisfaction = (5 * fives + 3 * (rated - fives)) / rated
        wait = 30 * (1.2 - base) * rng.gamma(20, 1 / 20, shape) * np.exp(rng.normal(0, world.luck, (1, DAYS, 1)))
        aht = 300 * (2 - base) * rng.gamma(40, 1 / 40, shape) * np.exp(rng.normal(0, world.luck, (1, DAYS, 1)))
        for q, queue in enumerate(("easy", "hard")):
            columns = {
                "offered": offered, "handled": handled, "abandoned": abandoned,
                "aht_s": np.where(handled > 0, aht, np.nan), "first_response_s": np.where(handled > 0, wait, np.nan),
                "resolved": rng.binomial(handled, rates[0]), "satisfaction": satisfaction, "rated": rated,
                "replied": handled, "in_time": rng.binomial(handled, rates[1]),
            }  # fmt: skip
            start = days.to_numpy()[:, None] + np.array(HOURS) * np.timedelta64(3600, "s")
            table = {name: values[q].ravel().astype(float) for name, values in columns.items()}
            rows = pd.DataFrame({"start": start.ravel().astype("datetime64[s]")} | table)
            out.append(rows.assign(queue=queue, source=source))
    whole = pd.concat(out, ignore_index=True).sort_values(["queue", "source", "start"], ignore_index=True)
    return History(whole, pd.Timedelta(hours=1))


@dataclass(frozen=True)
class Rates:
    """Shares of the quarters: the vendor called worse on anything, on resolution; raw comparison would have."""

    worse: float
    worse_in_resolution: float
    raw: float
    quarters: int


def measured(world: World, quarters: int, seed: int = 1, targets: Targets | None = None) -> Rates:
    """How often the verdict calls the vendor worse, and how often the raw shares of solved contacts would."""
    found, solved, raw = 0, 0, 0
    for number in range(quarters):
        history = quarter(world, np.random.default_rng([seed, number]))
        worse = judged(scored(history, targets, season=SEASON), "vendor").worse
        found += bool(worse)
        solved += "resolution" in worse
        sums = history.table.groupby("source")[["resolved", "handled"]].sum()
        share = (sums["resolved"] / sums["handled"]).to_dict()
        error = np.sqrt(sum(share[s] * (1 - share[s]) / sums.loc[s, "handled"] for s in share))
        raw += (share["vendor"] - share["team"]) / error < -1.645
    return Rates(found / quarters, solved / quarters, raw / quarters, quarters)


def coverage(quarters: int, luck: float, *, alone: bool = False, seed: int = 2) -> float:
    """How often a week's 95% interval of a share (some 2,000 contacts over seven days) holds the truth.

    `alone`: of Wilson's interval as it is.
    """
    rng = np.random.default_rng(seed)
    days = pd.date_range(FIRST, periods=DAYS, freq="D").as_unit("s")
    truth = (1 / (1 + np.exp(-np.log(4) - rng.normal(0, luck, 1_000_000)))).mean()
    held = []
    for _ in range(quarters):
        contacts = rng.poisson(286, DAYS)
        solved = rng.binomial(contacts, 1 / (1 + np.exp(-np.log(4) - rng.normal(0, luck, DAYS))))
        columns = {"queue": "phone", "source": "team", "start": days, "offered": contacts, "handled": contacts}
        told = pd.DataFrame(columns | {"abandoned": 0.0, "aht_s": np.nan, "resolved": solved}).astype(
            dict.fromkeys(["offered", "handled", "resolved"], float)
        )
        table = scored(History(told, pd.Timedelta(days=1)), season=SEASON).of("team")
        weeks = table[table["measure"] == "resolution"]
        low, high = weeks["low"], weeks["high"]
        if alone:
            low, high = wilson(weeks["value"] * weeks["of"], weeks["of"])
        held.append(((low <= truth) & (truth <= high)).mean())
    return float(np.mean(held))


def false_trends(quarters: int, seed: int = 3) -> float:
    """How often eight weeks without a trend are said to go up or down."""
    rng = np.random.default_rng(seed)
    slope = slopes(rng.normal(0.8, 0.01, (quarters * 13, 8)), np.full((quarters * 13, 8), 2000.0), 8, 4)
    return float(((slope.low[:, -1] > 0) | (slope.high[:, -1] < 0)).mean())


WORLDS = {
    "equal skill, harder contacts": World(),
    "the same, days of luck (0.1 log-odds)": World(luck=0.1),
    "the same, 300 contacts a week": World(contacts=300, luck=0.1),
    "5 points worse": World(worse=0.05, luck=0.1),
    "5 points worse, contacts no harder": World(worse=0.05, luck=0.1, mix=(0.3, 0.3)),
}


def row(name: str, rates: Rates) -> str:
    """A line of the page's table."""
    return f"| {name} | {rates.raw:.1%} | {rates.worse:.1%} | {rates.worse_in_resolution:.1%} |"


HEAD = """# The scorecard: how it judges, and how often it is wrong

Written by `python -m benchmarks.scorecard`; no figure on this page is typed in.

## Method

- **Values** by source, queue and week: sums over the intervals that tell them. Shares have Wilson's interval, of
  fewer contacts where the source's days of the last eight weeks differ by more than chance makes them; means (handle
  time, first response, satisfaction) one by the spread between intervals. A value of too few contacts is shown, not
  judged.
- **Targets** hold from a date, for a queue, a source or all; where several hold, the target is their mean by contacts.
- **Trend**: weighted least squares over the last eight weeks, said to go up or down when its 95% interval leaves out 0.
- **Adjustment**: contacts are alike that came in one week, to one queue, on workdays or days off, on peak or ordinary
  days, in one part of the day (00-08, 08-12, 12-18, 18-24). Observed over expected at the rates of all sources in the
  same strata, times the rate of all: indirect standardisation, exact where the mix is the same. The **gap** to the
  other sources is the mean difference within strata (Mantel-Haenszel weights). Both have an interval from the spread
  between days, never narrower than counting statistics allow: contacts of one day are not independent.
- Where no other source serves such contacts, or less than half of a source's are comparable, or others serve hardly
  any of them, no adjusted figure is given, and the table says why.
- **Worse** is a source whose gap is beyond chance (`renewal.error`, 5% by default for all its measures together,
  shared out evenly) *and* at least `matters`. A target missed with its own contacts and met with those of all sources
  is not held against it.
- **Verdict**: a mean over the measures by weight. A measure counts 1, less its share of what is held against it: a
  missed target, being worse than the others. A missed target makes it a renewal with conditions at best.

What is not allowed for: contacts that are harder within a stratum for a reason the history does not tell (contact types
sorted by hand, regions, languages); opening hours that differ within a part of the day.

## How often it is wrong

{quarters} simulated quarters each; an own team, and a vendor with 2,000 contacts a week unless said, two queues whose
rates are 20 points apart, seven measures. "Raw" compares the shares of solved contacts without adjustment, one-sided
at 5%. The simulated worlds hold within the strata above: contacts harder for reasons unseen are not in them.

| world | raw says worse | verdict says worse on anything | ... on resolution |
| --- | ---: | ---: | ---: |
"""


def sample_speed() -> list[str]:
    """Seconds for the sample's history."""
    history = ingest.read_history(ROOT / "data" / "history.csv.gz")
    targets = read_targets(ROOT / "data" / "targets.toml")
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        card = scored(history, targets)
        took.append(time.perf_counter() - begun)
    begun = time.perf_counter()
    for source in card.sources:
        judged(card, source)
    verdicts = time.perf_counter() - begun
    return [
        "",
        "## Speed",
        "",
        f"The sample ({len(history.table):,} rows, {len(card.weeks)} weeks, {len(card.sources)} sources, "
        f"{len(history.queues)} queues): {min(took):.2f} s for all weeks at best of five, {took[0]:.2f} s the first "
        f"time in a process; verdicts on all sources {verdicts:.2f} s more.",
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quarters", type=int, default=500)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "scorecard.md")
    args = parser.parse_args(argv)
    strict = Targets(measures={name: Weight(matters=0.0) for name in Targets().measures})
    lines = [row(name, measured(world, args.quarters)) for name, world in WORLDS.items()]
    name = "equal skill, days of luck, every difference matters"
    lines.append(row(name, measured(World(luck=0.1), args.quarters, targets=strict)))
    lines += [
        "",
        "A week's interval of a share (2,000 contacts) holds the truth in "
        f"{coverage(args.quarters, 0.0):.1%} of weeks when contacts are independent, and in "
        f"{coverage(args.quarters, 0.1):.1%} when days have luck of 0.1 log-odds (Wilson's interval alone: "
        f"{coverage(args.quarters, 0.1, alone=True):.1%}). Intervals of means do not allow for luck of days.",
        "",
        "Eight weeks of independent values without a trend are said to have one in "
        f"{false_trends(args.quarters):.1%} of cases; a season's build-up is a trend too, and is said to be one.",
        *sample_speed(),
    ]
    args.out.write_text(HEAD.format(quarters=args.quarters) + "\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
