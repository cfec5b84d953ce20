"""Makes the sample data: FOUR YEARS OF AN INVENTED SELLER. Every number is synthetic.

No company, customer, vendor or contract stands behind these files. The shape follows what food sellers with one great
festival describe: ten quiet months, then a build-up of four weeks before Dragon Boat Festival, whose date moves.

    python data/make_sample.py [--out DIR] [--seed N]

writes `history.csv.gz`, `events.csv` and three files under `exports/` into DIR (this folder by default). The same seed
gives the same bytes.

The assumptions are in `seller.py`, what the calendar makes of them in `year.py`, how well the contacts went in
`service.py`, the week after as the sources would send it in `week_after.py`. How a count comes about, per queue,
day and half-hour:

    mean    = level x growth x yearly wave x kind of weekday x events of the day x profile within the day
    events  = dips x (1 + sum of excesses + a bonus where 618 and Dragon Boat collide)
    count   ~ Poisson(mean x day effect x interval effect)
    day effect        log-normal, part of it shared by all queues and lasting from day to day
    interval effect   gamma with mean 1: the count is then negative binomial, with more variance than a Poisson has

Festival effects are read off a curve by distance to the lunar date, so the peak moves with the moon and not with the
calendar. Sources share each count binomially, with shares that drift. Handle times are means of log-normal contacts
and rise with the load of the day. Abandonment rises when a day brings more than the teams were staffed for.
"""

from __future__ import annotations

import argparse
import gzip
import io
from pathlib import Path

import numpy as np
import pandas as pd
from seller import (
    BRAND_DAY,
    BRAND_DAYS,
    CAMPAIGN,
    FIRST_DAY,
    HANDLE_TIME_CV,
    HANDLE_TIME_OF,
    INTERVAL_SHAPE,
    LAST_DAY,
    LAUNCH_EVENINGS,
    LEVEL_DAY,
    MORE_IN_PEAKS,
    NEXT_BRAND_DAY,
    NOT_DELIVERED,
    OUTAGE,
    QUEUES,
    SLOWER_AT_PEAK,
    STOCK_OUT,
    VENDOR_STARTS,
    Queue,
)
from service import COLUMNS as SERVICE_COLUMNS
from service import Load, add_service, line_of, served
from week_after import export_files
from year import (
    HOURS,
    Season,
    by_distance,
    event_factor,
    make_season,
    outage_factor,
    stock_out_factor,
    weekday_factor,
)

SEED = 20260424
COLUMNS = ["start", "queue", "source", "offered", "handled", "abandoned", "aht_s", *SERVICE_COLUMNS]


def day_effects(count: int, seed: int) -> np.ndarray:
    """Day x queue effects with mean near 1: one shared and lasting (AR 1), one of each queue's own."""
    rng = np.random.default_rng([seed, 1])
    shocks = rng.normal(0, 0.04, size=count)
    shared = np.empty(count)
    previous = 0.0
    for at, shock in enumerate(shocks):
        previous = 0.6 * previous + shock
        shared[at] = previous
    own = rng.normal(0, 0.045, size=(count, len(QUEUES)))
    return np.exp(shared[:, None] + own)


def bumps(profile: tuple[tuple[float, float, float], ...]) -> np.ndarray:
    """48 half-hours, a sum of normal bumps."""
    middle = HOURS + 0.25
    return sum((w / s * np.exp(-0.5 * ((middle - h) / s) ** 2) for h, s, w in profile), start=np.zeros(48))


def day_profile(queue: Queue, season: Season) -> np.ndarray:
    """Day x half-hour shares of the open half-hours, each day's adding up to 1.

    Promotion days lean to the evening, launch evenings jump at 20:00, and the weeks before Dragon Boat Festival start
    earlier in the day, when buyers ask whether the parcel will still arrive.
    """
    opened = (queue.opens <= HOURS) & (queue.closes > HOURS)

    def share(shape: np.ndarray) -> np.ndarray:
        return np.asarray(shape * opened / (shape * opened).sum())

    ordinary = share(bumps(queue.profile))
    evening = share(bumps(((20.9, 1.5, 2.0), (15.0, 4.0, 0.8), (23.2, 0.8, 0.3))))
    launch = share(np.where((HOURS >= 20) & (HOURS < 22), np.exp(-(HOURS - 20) / 0.8), 0.0) + 1e-9)
    early = share(bumps(((9.6, 1.2, 1.2), (14.0, 2.5, 1.0), (20.5, 2.0, 0.8))))

    sale = np.clip(season.six18 + season.others + season.brand, 0, 1)[:, None] * queue.evening
    jump = np.array([(day.month, day.day) in LAUNCH_EVENINGS for day in season.days])[:, None] * 0.22 * queue.evening
    near = by_distance(season.days, season.dragon_boat, {-21: 1.0, -8: 2.0, -3: 2.0, 0: 1.0}, np.ones(5))[:, None] - 1
    shape = ordinary * (1 - 0.55 * sale) + 0.55 * sale * evening
    shape = shape * (1 - 0.35 * near) + 0.35 * near * early
    return np.asarray(shape * (1 - jump) + jump * launch)


def drift(days: pd.DatetimeIndex, start: pd.Timestamp, first: float, last: float) -> np.ndarray:
    """A straight line from `first` on `start` to `last` on the last day."""
    progress = np.clip((days - start).days.to_numpy(dtype=float) / (LAST_DAY - start).days, 0, 1)
    return np.asarray(first + (last - first) * progress)


def split(
    offered: np.ndarray, queue: Queue, days: pd.DatetimeIndex, peak: np.ndarray, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Day x half-hour counts per source, adding up to `offered`."""
    left, left_share, counts = offered, np.ones(len(days)), {}
    for source, (first, last) in queue.vendors.items():
        start = VENDOR_STARTS[source]
        share = drift(days, start, first, last) * (1 + (MORE_IN_PEAKS - 1) * peak)
        share = np.clip(share * np.exp(rng.normal(0, 0.06, size=len(days))), 0, 0.6) * (days >= start)
        taken = rng.binomial(left, np.round(share / left_share, 6)[:, None])
        counts[source] = taken
        left, left_share = left - taken, left_share - share
    return {"inhouse": left, **counts}


def make_queue(name: str, season: Season, day_effect: np.ndarray, seed: int) -> list[pd.DataFrame]:
    """The rows of one queue, a table per source, open half-hours only."""
    queue, days = QUEUES[name], season.days
    rng = np.random.default_rng([seed, 2, list(QUEUES).index(name)])
    years = (days - LEVEL_DAY).days.to_numpy(dtype=float) / 365.25
    wave = 1 + 0.03 * np.cos(2 * np.pi * (days.day_of_year.to_numpy(dtype=float) - 340) / 365.25)
    ordinary = queue.level * (1 + queue.growth) ** years * wave * weekday_factor(days, queue.week)
    event = event_factor(queue, season)
    incident = stock_out_factor(days, queue.stock_out)
    daily = ordinary * event * incident * day_effect

    opened = (queue.opens <= HOURS) & (queue.closes > HOURS)
    profile = day_profile(queue, season)
    mean = (daily[:, None] * profile * outage_factor(name, days))[:, opened]
    interval = rng.gamma(INTERVAL_SHAPE, 1 / INTERVAL_SHAPE, size=mean.shape)
    # Rounded, so that the last bit of an exponential, which may differ between processors, cannot change a count.
    offered = rng.poisson(np.round(mean * interval, 6))

    top = max(queue.dragon_boat.values())
    load = np.clip((daily / ordinary - 1) / (top - 1), 0, 1)
    staffed = ordinary * event**0.94
    overload = daily / staffed
    pressure = np.clip((offered + 2) / ((staffed[:, None] * profile)[:, opened] + 2), 0.4, 3.0)
    met = Load(HOURS[opened], pressure, load)
    leave = np.round(np.clip(queue.abandon * np.exp(3.5 * (overload - 1)), 0, 0.35), 6)

    tables = []
    starts = (days.to_numpy()[:, None] + (HOURS[opened] * 60).astype("timedelta64[m]")).astype("datetime64[s]")
    for at, (source, count) in enumerate(split(offered, queue, days, load, rng).items()):
        abandoned = rng.binomial(count, leave[:, None])
        handled = count - abandoned
        first, last = HANDLE_TIME_OF[source]
        pace = drift(days, VENDOR_STARTS.get(source, FIRST_DAY), first, last) * (1 + SLOWER_AT_PEAK * load)
        pace = pace * np.exp(rng.normal(0, 0.02, size=len(days)))
        spread = np.sqrt(np.log1p(HANDLE_TIME_CV**2 / np.maximum(handled, 1)))
        aht = queue.aht_s * pace[:, None] * np.exp(rng.normal(size=handled.shape) * spread - spread**2 / 2)
        table = pd.DataFrame(
            {
                "start": starts.ravel(),
                "queue": name,
                "source": source,
                "offered": pd.array(count.ravel(), dtype="Int64"),
                "handled": pd.array(handled.ravel(), dtype="Int64"),
                "abandoned": pd.array(abandoned.ravel(), dtype="Int64"),
                "aht_s": pd.array(np.round(aht).astype(int).ravel(), dtype="Int64"),
            }
        )
        table.loc[(handled == 0).ravel(), "aht_s"] = pd.NA
        begun = {source: drift(days, VENDOR_STARTS.get(source, FIRST_DAY), 0, 1)}
        luck = np.random.default_rng([seed, 3, list(QUEUES).index(name), at])  # its own: the counts stay as they are
        counts = {"handled": handled, "abandoned": abandoned}
        quality = served(name, source, counts, met, line_of(source, begun), luck)
        day = table["start"].dt.normalize()
        if source == NOT_DELIVERED[0]:
            unknown = day.between(NOT_DELIVERED[1], NOT_DELIVERED[2])
            table.loc[unknown, ["offered", "handled", "abandoned", "aht_s"]] = pd.NA
        table = add_service(table, quality)
        tables.append(table[day >= VENDOR_STARTS.get(source, FIRST_DAY)])
    return tables


def make_history(seed: int = SEED) -> pd.DataFrame:
    """The whole invented history, sorted by queue, source and start."""
    days = pd.date_range(FIRST_DAY, LAST_DAY, freq="D")
    season = make_season(days, np.random.default_rng([seed, 0]))
    effects = day_effects(len(days), seed)
    tables = [table for at, name in enumerate(QUEUES) for table in make_queue(name, season, effects[:, at], seed)]
    return pd.concat(tables, ignore_index=True).sort_values(["queue", "source", "start"], ignore_index=True)[COLUMNS]


def make_events() -> pd.DataFrame:
    """What no calendar knows: brand days past and to come, the two incidents, a campaign with a stated size."""
    day, minute = "%Y-%m-%d", "%Y-%m-%d %H:%M"
    rows: list[tuple[str, ...]] = [
        (
            BRAND_DAY,
            "promotion",
            first,
            f"{pd.Timestamp(first) + pd.Timedelta(days=1):{day}}",
            "",
            "brand day / 自办促销",
            "",
        )
        for first in (*BRAND_DAYS, NEXT_BRAND_DAY)
    ]
    stock_out, outage = (f"{at:{day}}" for at in STOCK_OUT), (f"{at:{minute}}" for at in OUTAGE)
    rows.append(("断货", "incident", *stock_out, "", "stock-out before Dragon Boat / 端午前断货，催单激增", ""))
    rows.append(("系统故障", "incident", *outage, "", "chat system down / 在线系统中断", ""))
    rows.append(CAMPAIGN)
    table = pd.DataFrame(rows, columns=["name", "kind", "start", "end", "queue", "note", "size"])
    return table.sort_values(["start", "name"], ignore_index=True)


def csv_bytes(table: pd.DataFrame) -> bytes:
    """UTF-8 CSV with a header, the same on every system."""
    text = io.StringIO()
    table.to_csv(text, index=False, lineterminator="\n", date_format="%Y-%m-%d %H:%M")
    return text.getvalue().encode("utf-8")


def main() -> None:
    """Write the generated files and say that they are invented."""
    parser = argparse.ArgumentParser(description="Make the synthetic sample of an invented seller.")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    history = make_history(arguments.seed)
    packed = gzip.compress(csv_bytes(history), compresslevel=6, mtime=0)
    (arguments.out / "history.csv.gz").write_bytes(packed)
    (arguments.out / "events.csv").write_bytes(csv_bytes(make_events()))
    (arguments.out / "exports").mkdir(exist_ok=True)
    for name, content in export_files(history, arguments.seed).items():
        (arguments.out / "exports" / name).write_bytes(content)
    print("SYNTHETIC DATA: the seller is invented, no number here was measured anywhere.")
    print("合成数据：商家为虚构，全部数字均为模拟。")
    print(f"{len(history):,} rows, {len(packed):,} bytes, seed {arguments.seed} -> {arguments.out}")


if __name__ == "__main__":
    main()
