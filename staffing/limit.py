"""Why no plan exists, in sentences: what is missing where, which limit binds and what would cure it.

For a season each limit is lifted in turn, and those whose lifting helps are the ones that bind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import ceil

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.language import Text
from staffing.grid import Floats, Grid, Team
from staffing.shift import clock
from staffing.source import MANY, Source

Missing = Callable[[Mapping[str, Source]], tuple[float, pd.DataFrame]]
"""Sources -> seat-weeks missing at least, and the table (week, source, heads, hires ...) of that relaxed plan."""
EPS = 1e-4


def conflicts(
    short: pd.DataFrame, table: pd.DataFrame, sources: Mapping[str, Source], missing: Missing
) -> tuple[Text, ...]:
    """What is missing where (`short`: week, queue, seats), then the limits that bind and what would cure each."""
    said = [_shortage(str(queue), rows) for queue, rows in short.groupby("queue", sort=True)]
    unserved = [q for q in sorted(set(short["queue"])) if not any(s.serves(q) for s in sources.values())]
    said += [Text("{queue}: no source may serve it; add it to a source's queues", queue=q) for q in unserved]
    rest = short[~short["queue"].isin(unserved)]
    if rest.empty:
        return tuple(said)
    reasons = list(_reasons(rest, table, sources, missing))
    if not reasons:
        reasons = [Text("no single limit cures this: several bind together, or only whole seats are too coarse")]
    return (*said, *reasons)


def _shortage(queue: str, rows: pd.DataFrame) -> Text:
    weeks = rows["week"].dt.strftime("%Y-%m-%d")
    worst = int(rows["seats"].to_numpy(dtype=float).argmax())
    seats = ceil(float(rows["seats"].iloc[worst]) - EPS)
    if len(rows) == 1:
        return Text("{queue}: the week of {week} lacks {seats} seats", queue=queue, week=weeks.iloc[worst], seats=seats)
    return Text(
        "{queue}: {count} weeks from {first} to {last} lack seats, the week of {week} the most: {seats}",
        queue=queue,
        count=len(rows),
        first=weeks.min(),
        last=weeks.max(),
        week=weeks.iloc[worst],
        seats=seats,
    )


def _reasons(
    short: pd.DataFrame, table: pd.DataFrame, sources: Mapping[str, Source], missing: Missing
) -> Iterator[Text]:
    weeks = sorted(table["week"].unique())
    now, _ = missing(sources)
    for name, source in sources.items():
        mine = short[[source.serves(q) for q in short["queue"]]]
        if mine.empty:
            continue
        first = weeks.index(mine["week"].min())
        for limit, lifted in _lifted(source, first):
            left, relaxed = missing({**sources, name: lifted})
            if left < now - EPS:
                yield _reason(name, source, limit, lifted, relaxed[relaxed["source"] == name], weeks)
                if left > EPS:
                    yield Text(
                        "{source}: with that alone {left} seat-weeks would still be missing",
                        source=name,
                        left=ceil(left),
                    )


def _lifted(source: Source, first: int) -> Iterator[tuple[str, Source]]:
    """The source without one of its limits; `first` is the first week that lacks seats."""
    changes: dict[str, dict[str, object]] = {
        "cap": {"max_seats": MANY},
        "ramp": {"ramp_seats_per_week": MANY},
        "lead": {"lead_weeks": min(first, source.lead_weeks), "training_weeks": min(first, source.training_weeks)},
        "most": {"max_share": 1.0},
        "least": {"min_share": 0.0},
    }
    for limit, change in changes.items():
        if any(getattr(source, key) != value for key, value in change.items() if key != "training_weeks"):
            yield limit, source.model_copy(update=change)


def _reason(
    name: str, source: Source, limit: str, lifted: Source, relaxed: pd.DataFrame, weeks: list[pd.Timestamp]
) -> Text:
    whole = relaxed[relaxed["queue"] == ""]
    if limit == "cap":
        most = ceil(whole["heads"].max() - EPS)
        return Text(
            "{source}: max_seats {limit} is too low; {cure} would do", source=name, limit=source.max_seats, cure=most
        )
    if limit == "ramp":
        most = ceil(whole["hires"].max() - EPS)
        return Text(
            "{source}: ramp_seats_per_week {limit} is too slow; {cure} would do",
            source=name,
            limit=source.ramp_seats_per_week,
            cure=most,
        )
    if limit == "lead":
        if source.lead_weeks < len(weeks):
            return Text(
                "{source}: whoever is hired now works from the week of {week}; decide {sooner} weeks sooner",
                source=name,
                week=f"{weeks[source.lead_weeks]:%Y-%m-%d}",
                sooner=source.lead_weeks - lifted.lead_weeks,
            )
        return Text(
            "{source}: whoever is hired now works only after the season; decide {sooner} weeks sooner",
            source=name,
            sooner=source.lead_weeks - lifted.lead_weeks,
        )
    if limit == "most":
        return Text("{source}: max_share {limit:.0%} allows it no more seats", source=name, limit=source.max_share)
    return Text("{source}: min_share {limit:.0%} holds the others back", source=name, limit=source.min_share)


def uncovered(
    queue: str,
    monday: pd.Timestamp,
    week: Grid,
    teams: list[Team],
    short: Floats,
    step: int,
    shifts: NDArray[np.int64],
    hours: Floats,
) -> tuple[Text, ...]:
    """What of a queue's week stays uncovered (`short`, agents by interval), and whether the day's seats or the week's
    hours bind: `shifts` and `hours` are those of each day's least cover."""
    worst = int(np.argmax(short))
    at = monday + pd.Timedelta(minutes=int(week.starts[worst]))
    said = [
        Text(
            "{queue}: {start} needs {required} agents, {short} are missing; {hours} agent-hours of the week are lost",
            queue=queue,
            start=f"{at:%Y-%m-%d %H:%M}",
            required=int(week.need[worst]),
            short=int(short[worst]),
            hours=round(float(short.sum()) * step / 60, 1),
        )
    ]
    seats, paid = sum(t.seats for t in teams), sum(t.hours for t in teams)
    day = int(np.argmax(shifts))
    if shifts[day] > seats:
        said.append(
            Text(
                "{queue}: {date} takes {agents} agents, the season plan has {seats} seats; {more} more would do",
                queue=queue,
                date=f"{monday + pd.Timedelta(days=day):%Y-%m-%d}",
                agents=int(shifts[day]),
                seats=int(seats),
                more=int(shifts[day] - seats),
            )
        )
    if hours.sum() > paid + EPS:
        each = max((t.hours / t.seats for t in teams if t.seats), default=40.0)
        said.append(
            Text(
                "{queue}: the week takes {hours} paid hours, the season plan has {have}; {more} more seats would do",
                queue=queue,
                hours=round(float(hours.sum()), 1),
                have=round(paid, 1),
                more=ceil((hours.sum() - paid) / each - EPS),
            )
        )
    if len(said) == 1:
        said.append(
            Text("{queue}: the seats' hours do not divide into whole shifts; one more seat would do", queue=queue)
        )
    return tuple(said)


def unworkable(queue: str, day: Grid, need: Floats, date: pd.Timestamp) -> Text:
    """That no shift can keep the `need` of one `day`."""
    on = np.asarray(day.on.sum(axis=1)).ravel()
    alone = np.flatnonzero((need > 0) & (on == 0))
    at = clock(int(day.starts[alone[0]])) if len(alone) else clock(int(day.starts[np.argmax(need)]))
    return Text(
        "{queue}: under the shift rules nobody can work at {time} on {date}; allow other lengths, starts or meal times",
        queue=queue,
        time=at,
        date=f"{date:%Y-%m-%d}",
    )
