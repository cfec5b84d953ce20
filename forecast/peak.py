"""The next peak of a forecast: when, how high, how sure, what drives it and what the past says of such days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from forecast.accuracy import wape
from forecast.alignment import comings
from forecast.backtest import Backtest
from forecast.contribution import EFFECTS, HAND, PARTS, Contributions
from forecast.language import Text
from forecast.occasion import FESTIVALS, SHOPPING
from forecast.season import DAY, Season

HIGH = 1.5  # times an ordinary day from which a day is a peak
APART = 7  # days below that which part two peaks
BEFORE, AFTER = 3, 3  # days from an occasion that count as its own where no span of peak days is known
LEAST_PULL = 0.05  # log contacts by which an occasion moves a day that is called its own
WORTH = 0.02  # share of the mean below which a part is not worth a word
ORDINARY_DAYS = 56  # last ordinary days known, where the forecast holds none


@dataclass(frozen=True)
class Near:
    """An occasion near a day: the day lies `distance` days from it; the history holds `seen` comings of it."""

    key: str
    distance: int
    seen: int
    error: float  # past error (WAPE) on the days around it, NaN where it was never tested

    @property
    def label(self) -> Text:
        """What it is called."""
        return label(self.key)


@dataclass(frozen=True)
class Peak:
    """A day of contacts `mean`, in 80 of 100 cases between `low` and `high`, `times` an ordinary day.

    `high_enough` is False for the busiest day of a horizon without a peak. `parts` are those of Contributions.
    """

    day: pd.Timestamp
    mean: float
    low: float
    high: float
    times: float
    high_enough: bool
    near: Near | None = None
    parts: dict[str, float] = field(default_factory=dict)
    provisional: bool = False


def next_peak(
    daily: pd.Series,
    expected: pd.DataFrame,
    season: Season,
    done: Backtest | None = None,
    model: str = "",
    made_of: Contributions | None = None,
) -> Peak:
    """The first peak of `expected` (day x mean, p10, p90) for the queue that `daily` is named after.

    A peak is a run of days from 1.5 times an ordinary one, and its highest day stands for it; without any it is the
    busiest day. The occasion named is the one that pulls that day up most.
    """
    queue = str(daily.name or "")
    days = pd.DatetimeIndex(expected.index)
    mean = expected["mean"].to_numpy(dtype=float)
    usual = _ordinary(daily, mean, days, season, queue)
    above = np.flatnonzero(mean >= HIGH * usual) if usual > 0 else np.array([], dtype=int)
    run = above[: int(np.argmax(np.diff(above) > APART)) + 1] if (np.diff(above) > APART).any() else above
    at = int(run[mean[run].argmax()]) if len(run) else int(mean.argmax())
    row, day = expected.iloc[at], days[at]
    parts = {} if made_of is None else {str(k): float(v) for k, v in made_of.table.loc[day].to_dict().items()}
    return Peak(
        day,
        float(row["mean"]),
        float(row["p10"]),
        float(row["p90"]),
        float(row["mean"]) / usual if usual > 0 else float("nan"),
        bool(len(run)),
        _near(day, daily, season, done, model, made_of),
        parts,
        day.year in season.provisional_years,
    )


def sentences(peak: Peak, unseen: Iterable[tuple[str, pd.Timestamp]] = ()) -> tuple[Text, ...]:
    """What to say of it: when, how high and how sure; what drives it; what the past says; what is not known."""
    facts = {
        "count": f"{peak.mean:,.0f}",
        "low": f"{peak.low:,.0f}",
        "high": f"{peak.high:,.0f}",
        "times": f"{peak.times:.1f}" if np.isfinite(peak.times) else "–",
        "when": _when(peak),
    }
    if peak.high_enough:
        first = Text(
            "The next peak is {when}: {count} contacts expected (80%: {low} to {high}), {times} times an ordinary day.",
            **facts,
        )
    else:
        first = Text(
            "No peak ahead: the busiest day is {when} with {count} contacts (80%: {low} to {high}), "
            "{times} times an ordinary day.",
            **facts,
        )
    said = [first]
    worth = [k for k in (*EFFECTS, HAND) if abs(peak.parts.get(k, 0.0)) >= max(WORTH * peak.mean, 1.0)]
    if worth and peak.high_enough:
        listed = [Text("{part} {count}", part=PARTS[k], count=_signed(peak.parts[k])) for k in worth]
        said.append(Text("Of these: {parts}.", parts=joined(listed)))
    if peak.near is not None and peak.high_enough:
        said.append(_past(peak.near))
    said += [
        Text("The history has not seen {occasion} ({day}): its rise is not in the forecast.", occasion=label(k), day=d)
        for k, d in ((key, f"{day:%Y-%m-%d}") for key, day in unseen)
        if peak.near is None or k != peak.near.key or not peak.high_enough
    ]
    if peak.provisional:
        said.append(Text("The days off of {year} are not announced yet: they follow a rule.", year=f"{peak.day:%Y}"))
    return tuple(said)


def unseen(daily: pd.Series, season: Season, days: pd.DatetimeIndex) -> tuple[tuple[str, pd.Timestamp], ...]:
    """The great occasions within `days` of which the history holds no coming, with their days."""
    found = []
    for key, when in comings(season, str(daily.name or "")).items():
        kind = (FESTIVALS | SHOPPING).get(key)
        ahead = [day for day in when if days[0] <= day <= days[-1]]
        if kind is not None and kind.peak is not None and ahead and not seen(daily, key, when):
            found.append((key, ahead[0]))
    return tuple(sorted(found, key=lambda one: one[1]))


def seen(daily: pd.Series, key: str, when: Iterable[pd.Timestamp]) -> int:
    """How many comings of an occasion the history holds: at least half of its peak days are known."""
    first, last = span(key)
    return sum(
        bool(daily.reindex(pd.date_range(day + first * DAY, day + last * DAY)).notna().mean() >= 0.5) for day in when
    )


def span(key: str) -> tuple[int, int]:
    """The first and last day from an occasion that count as its own."""
    kind = (FESTIVALS | SHOPPING).get(key)
    return (kind.peak if kind is not None else None) or (-BEFORE, AFTER)


def label(key: str) -> Text:
    """An occasion by name: the planner's events have the planner's."""
    kind = (FESTIVALS | SHOPPING).get(key)
    return kind.label if kind is not None else Text("{name}", name=key)


def joined(texts: list[Text]) -> Text:
    """Sentences' parts with commas between them."""
    whole = texts[0]
    for text in texts[1:]:
        whole = Text("{former}, {latter}", former=whole, latter=text)
    return whole


def _ordinary(daily: pd.Series, mean: np.ndarray, days: pd.DatetimeIndex, season: Season, queue: str) -> float:
    """The contacts of an ordinary day: of the forecast's, or of the last that are known."""
    plain = mean[~season.peaks(days, queue) & (mean > 0)]
    if len(plain) >= APART:
        return float(np.median(plain))
    known = daily[daily > 0]
    index = pd.DatetimeIndex(known.index)
    last = known[~season.peaks(index, queue)].iloc[-ORDINARY_DAYS:]
    return float(last.median()) if len(last) else float(np.median(mean))


def _near(
    day: pd.Timestamp,
    daily: pd.Series,
    season: Season,
    done: Backtest | None,
    model: str,
    made_of: Contributions | None,
) -> Near | None:
    """The occasion that pulls `day` most, the nearest of those that pull alike; None where there is none."""
    queue = str(daily.name or "")
    known = comings(season, queue)
    found: list[tuple[float, int, str, int]] = []  # pull, nearness, name, distance

    def heard(key: str, distance: int, inside: bool, stated: float = 0.0) -> None:
        pull = stated
        if made_of is not None and key in made_of.pulls:
            pull += float(made_of.pulls[key].to_numpy()[made_of.pulls.index.get_loc(day)])
        if inside or pull >= LEAST_PULL:
            found.append((pull, -abs(distance), key, distance))

    for key, when in known.items():
        if key in FESTIVALS | SHOPPING:
            distance = min(((day - one).days for one in when), key=abs)
            heard(key, distance, span(key)[0] <= distance <= span(key)[1])
    for event in season.events.touching(queue):
        if event.kind in ("festival", "promotion", "campaign"):
            known.setdefault(event.name, (event.start,))
            distance = min((day - event.start).days, 0) + max((day - event.end).days, 0)
            if span(event.name)[0] <= distance <= span(event.name)[1]:
                heard(event.name, distance, True, np.log(event.size) if event.size and not distance else 0.0)
    if not found:
        return None
    _, _, key, distance = max(found)
    days = (min(span(key)[0], distance), max(span(key)[1], distance))
    return Near(key, distance, seen(daily, key, known[key]), _error(done, queue, model, days, known[key]))


def _error(done: Backtest | None, queue: str, model: str, days: tuple[int, int], when: Iterable[pd.Timestamp]) -> float:
    """The WAPE of past forecasts on the first to the last of `days` from each coming of an occasion."""
    if done is None or done.errors.empty:
        return float("nan")
    rows = done.errors_of(queue, model)
    first, last = days
    inside = np.zeros(len(rows), dtype=bool)
    for day in when:
        inside |= rows["day"].between(day + first * DAY, day + last * DAY).to_numpy()
    return wape(rows["actual"][inside], rows["expected"][inside]) if inside.any() else float("nan")


def _when(peak: Peak) -> Text:
    """The day, and where it lies to its occasion."""
    day = f"{peak.day:%Y-%m-%d}"
    if peak.near is None:
        return Text("{day}", day=day)
    facts = {"day": day, "occasion": peak.near.label, "distance": abs(peak.near.distance)}
    if peak.near.distance < 0:
        return Text("{day}, {distance} day(s) before {occasion}", **facts)
    if peak.near.distance > 0:
        return Text("{day}, {distance} day(s) after {occasion}", **facts)
    return Text("{day}, on {occasion}", **facts)


def _past(near: Near) -> Text:
    """What the past says of an occasion."""
    facts = {"occasion": near.label, "seen": near.seen}
    if not near.seen:
        return Text("The history has not seen {occasion} yet: this rests on other days.", **facts)
    if not np.isfinite(near.error):
        return Text("The history has seen {occasion} {seen} time(s); no past forecast of it could be tested.", **facts)
    return Text(
        "The history has seen {occasion} {seen} time(s); past forecasts were off by {error} around it.",
        error=f"{near.error:.0%}",
        **facts,
    )


def _signed(value: float) -> str:
    return f"{value:+,.0f}".replace("-", "−")
