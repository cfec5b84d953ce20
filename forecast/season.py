"""The calendar that drives contacts: days off, make-up workdays, moving festivals, promotions; and their collisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property

import holidays
import numpy as np
import pandas as pd

from forecast.event import Event, Events
from forecast.language import Text
from forecast.occasion import FESTIVALS, SHOPPING, Kind, Occasion, lunar_day

DAY = pd.Timedelta(days=1)
MONTH, MOVED = 30, 3  # days apart that still matter; days by which that has changed
NEAR = 7  # days between a festival and a promotion that still count as a collision
LUNAR_COUNTRIES = ("CN", "HK", "MO", "TW")
CATEGORIES = {"HK": ("public", "optional")}  # Easter and the days after Mid-Autumn are "optional" in Hong Kong
OBSERVED = ("optional", "half_day", "de_facto")  # days kept by some, or after noon: learned, not taken for days off
UNKEPT = frozenset({"CN"})  # its half days are those of women, the young and soldiers: customers do not keep them
SUNSET = frozenset({"IL"})  # a holiday begins at sunset: its eve is worked like that of the sabbath, for half a day


@dataclass(frozen=True)
class DaysOff:
    """A run of days off that holds a public holiday of `country`: weekends (0 Monday) beside it belong to it.

    `plain` are its weekend days that are no holiday themselves. Where holidays begin at sunset, no weekend day before
    the first holiday belongs to the run.
    """

    country: str
    name: str
    start: pd.Timestamp
    end: pd.Timestamp
    weekend: tuple[int, ...] = (5, 6)
    plain: tuple[pd.Timestamp, ...] = ()


@dataclass(frozen=True)
class Observed:
    """A day of `country` that some keep and most work."""

    country: str
    name: str
    day: pd.Timestamp


@dataclass(frozen=True)
class Season:
    """What is known of the days `start` to `end`."""

    start: pd.Timestamp
    end: pd.Timestamp
    countries: tuple[str, ...] = ("CN",)
    events: Events = field(default_factory=Events)

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", pd.Timestamp(self.start).normalize())
        object.__setattr__(self, "end", pd.Timestamp(self.end).normalize())
        if self.end < self.start:
            raise ValueError(f"end must not be before start, got {self.start:%Y-%m-%d} to {self.end:%Y-%m-%d}")
        if not 1900 <= self.start.year <= self.end.year <= 2099:
            raise ValueError(f"start and end must lie in 1900 to 2099, got {self.start.year} to {self.end.year}")
        for country in self.countries:
            if not is_country(country):
                raise ValueError(f"countries must be ISO codes such as CN, HK or US, got {country}")

    def as_known_before(self, day: pd.Timestamp) -> Season:
        """The season as it was known at the start of `day`: nobody knew of the incidents to come."""
        known = tuple(e for e in self.events.all if e.kind != "incident" or e.start < day)
        return replace(self, events=Events(known))

    @cached_property
    def occasions(self) -> tuple[Occasion, ...]:
        """Festivals (lunar calendars) and shopping festivals (China) near the days of the season, by day."""
        kinds: dict[str, Kind] = {}
        if set(self.countries) & set(LUNAR_COUNTRIES):
            kinds |= FESTIVALS
        if "CN" in self.countries:
            kinds |= SHOPPING
        found = []
        for key, kind in kinds.items():
            for year in range(self.start.year - 1, self.end.year + 2):
                day = lunar_day(year, kind.month, kind.day) if kind.lunar else pd.Timestamp(year, kind.month, kind.day)
                found.append(Occasion(key, day, day + kind.span[0] * DAY, day + kind.span[1] * DAY))
        margin = 60 * DAY
        near = (o for o in found if self.start - margin <= o.day <= self.end + margin)
        return tuple(sorted(near, key=lambda o: (o.day, o.key)))

    @cached_property
    def days_off(self) -> tuple[DaysOff, ...]:
        """Runs of days off with a public holiday in them, country by country."""
        return tuple(run for country in self.countries for run in _runs(country, self.start.year, self.end.year))

    @cached_property
    def observed(self) -> tuple[Observed, ...]:
        """Days that some keep and most work, country by country; none that is a public holiday there."""
        return tuple(day for country in self.countries for day in _observed(country, self.start.year, self.end.year))

    @cached_property
    def makeup_workdays(self) -> pd.DatetimeIndex:
        """Weekend days that are worked in place of a day off (China)."""
        days = {d for country in self.countries for d in _calendar(country, self.start.year, self.end.year)[1]}
        return pd.DatetimeIndex(np.array(sorted(days), dtype="datetime64[s]"))

    @cached_property
    def _off(self) -> pd.DatetimeIndex:
        return _days_of((run.start, run.end) for run in self.days_off)

    @cached_property
    def _great(self) -> pd.DatetimeIndex:
        """Peak days of festivals and shopping festivals, days off with their eves, and days that some keep."""
        windows = [(o.day, (FESTIVALS | SHOPPING)[o.key].peak) for o in self.occasions]
        spans = [(day + peak[0] * DAY, day + peak[1] * DAY) for day, peak in windows if peak is not None]
        spans += [(run.start - DAY, run.end) for run in self.days_off]
        return _days_of(spans + [(one.day, one.day) for one in self.observed])

    @property
    def provisional_years(self) -> tuple[int, ...]:
        """Years of the season whose days off in China are not announced yet: they follow a rule until then."""
        if "CN" not in self.countries:
            return ()
        announced = holidays.country_holidays("CN").special_public_holidays
        return tuple(y for y in range(self.start.year, self.end.year + 1) if y > 2006 and y not in announced)

    def distance(self, key: str, days: pd.DatetimeIndex) -> np.ndarray:
        """Signed days from the nearest coming of occasion `key` (negative: before it); NaN where there is none."""
        anchors = np.array([o.day.to_datetime64() for o in self.occasions if o.key == key], dtype="datetime64[D]")
        if not len(anchors):
            return np.full(len(days), np.nan)
        apart = (days.to_numpy().astype("datetime64[D]")[:, None] - anchors[None, :]).astype(int)
        return np.asarray(apart[np.arange(len(days)), np.abs(apart).argmin(axis=1)], dtype=float)

    def peaks(self, days: pd.DatetimeIndex, queue: str = "") -> np.ndarray:
        """Which of `days` count as peak days: near a festival or promotion, on a holiday's days off and their eve."""
        peak = np.asarray(days.isin(self._great))
        for event in self.events.all:
            if event.kind in ("festival", "promotion", "campaign") and event.queue in ("", queue):
                peak |= _within(days, event.start, event.end)
        return peak

    def is_peak(self, day: pd.Timestamp, queue: str = "") -> bool:
        """Whether `day` counts as a peak day."""
        return bool(self.peaks(pd.DatetimeIndex([day]), queue)[0])

    def on(self, days: pd.DatetimeIndex, kind: str, queue: str) -> np.ndarray:
        """Which of `days` an event of `kind` covers in `queue`."""
        covered = np.zeros(len(days), dtype=bool)
        for event in self.events.touching(queue):
            if event.kind == kind:
                covered |= _within(days, event.start, event.end)
        return covered

    def weekdays(self, days: pd.DatetimeIndex) -> np.ndarray:
        """The weekday (0 Monday) each day behaves like: a make-up Saturday like a Friday, a Sunday like a Monday."""
        weekday = days.day_of_week.to_numpy().copy()
        made_up = days.isin(self.makeup_workdays)
        weekday[made_up] = np.where(weekday[made_up] == 5, 4, 0)
        return np.asarray(weekday)

    def off(self, days: pd.DatetimeIndex) -> np.ndarray:
        """Which of `days` lie in a holiday's run of days off, in any of the countries."""
        return np.asarray(days.isin(self._off))

    def resembles(self, days: pd.DatetimeIndex) -> np.ndarray:
        """The weekday (0 Monday) that each day in or next to a holiday's run of days off is like; -1 on other days.

        A run is like a weekend: its eve like the day before one, its first half like the first day of one, its last
        day like the last, the day after it like the day after one. Weekend days next to a run stay what they are.
        Where holidays begin at sunset, each is like the sabbath, the last day of the weekend, and its eve like the
        sabbath's; weekend days in the run stay what they are.
        """
        like = np.full(len(days), -1)
        at = days.to_numpy().astype("datetime64[D]")
        weekday = days.day_of_week.to_numpy()
        for run in self.days_off:
            first, last = run.start.to_numpy().astype("datetime64[D]"), run.end.to_numpy().astype("datetime64[D]")
            near = np.flatnonzero((at >= first - 1) & (at <= last + 1))
            if not len(near):
                continue
            saturday, sunday = run.weekend[0], run.weekend[-1]
            since, length = (at[near] - first).astype(int), int((last - first).astype(int)) + 1
            inside = np.where((since == length - 1) | ((since > 0) & (2 * since >= length)), sunday, saturday)
            eve = (saturday - 1) % 7
            if run.country in SUNSET:
                plain = np.isin(at[near], np.array(run.plain, dtype="datetime64[D]"))
                inside, eve = np.where(plain, weekday[near], sunday), saturday
            next_to = np.where(since < 0, eve, (sunday + 1) % 7)
            outside = (since < 0) | (since >= length)
            keep = outside & ((like[near] >= 0) | np.isin(weekday[near], run.weekend))
            like[near] = np.where(keep, like[near], np.where(outside, next_to, inside))
        return like

    def collisions(self, start: pd.Timestamp, end: pd.Timestamp) -> tuple[Text, ...]:
        """Each festival within `start` to `end` that falls inside a promotion or within a week of one."""
        promotions = [(SHOPPING[o.key].label, o.start, o.end) for o in self.occasions if o.key in SHOPPING]
        promotions = [p for p in promotions if p[0] != SHOPPING["new_year_goods"].label]
        promotions += [(_named(e), e.start, e.end) for e in self.events.all if e.kind in ("promotion", "campaign")]
        big = [(FESTIVALS[o.key].label, o.day) for o in self.occasions if o.key in FESTIVALS and FESTIVALS[o.key].peak]
        big += [(_named(e), e.start) for e in self.events.all if e.kind == "festival"]
        said = []
        for festival, day in sorted((b for b in big if start <= b[1] <= end), key=lambda b: b[1]):
            for promotion, first, last in sorted(promotions, key=lambda p: p[1]):
                said += _collision(festival, day, promotion, first, last)
        return tuple(dict.fromkeys(said))

    def drifts(self, start: pd.Timestamp, end: pd.Timestamp) -> tuple[Text, ...]:
        """How each great festival within `start` to `end` stands to a shopping festival near it, now and a year before.

        Said where either of the two is within a month and the distance has changed by three days or more.
        """
        said = []
        for occasion in self.occasions if "CN" in self.countries else ():
            kind = FESTIVALS.get(occasion.key)
            if kind is None or kind.peak is None or not start <= occasion.day <= end:
                continue
            for other in (k for k in SHOPPING.values() if k.phases):
                now, then = _apart(occasion.day, other), _apart(_year_before(occasion.day, kind), other)
                if min(abs(now), abs(then)) <= MONTH and abs(now - then) >= MOVED:
                    text = Text(
                        "{festival} on {day} is {now} the day of {promotion}; the year before it was {then}",
                        festival=kind.label,
                        day=f"{occasion.day:%Y-%m-%d}",
                        promotion=other.label,
                        now=_side(now),
                        then=_side(then),
                    )
                    said.append(text)
        return tuple(said)


def is_country(code: str) -> bool:
    """Whether the public calendar of the country with this ISO code is known."""
    return code in holidays.list_supported_countries(include_aliases=False)


def season_of(
    start: pd.Timestamp,
    end: pd.Timestamp,
    countries: Sequence[str] = ("CN",),
    events: Events | Iterable[Event] | None = None,
) -> Season:
    """The season of the days `start` to `end`. `countries` may hold `none`: no public calendar matters."""
    named = tuple(dict.fromkeys(c.strip().upper() for c in countries if c.strip().lower() != "none"))
    chosen = events if isinstance(events, Events) else Events.of(events or ())
    return Season(start, end, named, chosen)


def _year_before(day: pd.Timestamp, kind: Kind) -> pd.Timestamp:
    """The day of a lunar festival the year before."""
    return max(found for y in (day.year - 2, day.year - 1) if (found := lunar_day(y, kind.month, kind.day)) < day)


def _apart(day: pd.Timestamp, kind: Kind) -> int:
    """Days from the nearest coming of a shopping festival's day to `day`; below 0 before it."""
    comings = [pd.Timestamp(day.year + k, kind.month, kind.day) for k in (-1, 0, 1)]
    return min(((day - coming).days for coming in comings), key=abs)


def _side(days: int) -> Text:
    if days == 0:
        return Text("on")
    return Text("{days} day(s) before", days=-days) if days < 0 else Text("{days} day(s) after", days=days)


def _named(event: Event) -> Text:
    return Text("{name}", name=event.name)


def _collision(
    festival: Text, day: pd.Timestamp, promotion: Text, start: pd.Timestamp, end: pd.Timestamp
) -> list[Text]:
    facts = {
        "festival": festival,
        "day": f"{day:%Y-%m-%d}",
        "promotion": promotion,
        "start": f"{start:%Y-%m-%d}",
        "end": f"{end:%Y-%m-%d}",
    }
    before, after = (start - day).days, (day - end).days
    if before <= 0 and after <= 0:
        return [Text("{festival} on {day} falls inside {promotion} ({start} to {end})", **facts)]
    if 0 < before <= NEAR:
        return [
            Text("{festival} on {day} falls {days} day(s) before {promotion} ({start} to {end})", days=before, **facts)
        ]
    if 0 < after <= NEAR:
        return [
            Text("{festival} on {day} falls {days} day(s) after {promotion} ({start} to {end})", days=after, **facts)
        ]
    return []


def _days_of(spans: Iterable[tuple[pd.Timestamp, pd.Timestamp]]) -> pd.DatetimeIndex:
    """Every day of the spans."""
    days = [np.arange(a.to_datetime64(), (b + DAY).to_datetime64(), dtype="datetime64[D]") for a, b in spans]
    whole = np.unique(np.concatenate(days)) if days else np.array([], dtype="datetime64[D]")
    return pd.DatetimeIndex(whole.astype("datetime64[s]"))


def _within(days: pd.DatetimeIndex, start: pd.Timestamp, end: pd.Timestamp) -> np.ndarray:
    return np.asarray((days >= start) & (days <= end))


@cache
def _calendar(country: str, first: int, last: int) -> tuple[dict[date, str], frozenset[date], frozenset[int]]:
    """Holidays by day, weekend days that are worked, and the weekend."""
    listed = _listed(country, first, last, CATEGORIES.get(country))
    worked = frozenset(getattr(listed, "weekend_workdays", None) or ())
    weekend = frozenset(getattr(listed, "weekend", None) or (5, 6))
    return dict(listed.items()), worked, weekend


def _listed(country: str, first: int, last: int, categories: tuple[str, ...] | None) -> holidays.HolidayBase:
    years = range(first - 1, last + 2)
    languages = holidays.country_holidays(country).supported_languages
    language = "en_US" if "en_US" in languages else None  # names are keys here: they must not follow the environment
    return holidays.country_holidays(country, years=years, categories=categories, language=language)


@cache
def _observed(country: str, first: int, last: int) -> tuple[Observed, ...]:
    known = holidays.country_holidays(country).supported_categories
    kinds = tuple(k for k in OBSERVED if k in known and k not in CATEGORIES.get(country, ()))
    if country in UNKEPT or not kinds:
        return ()
    public, _, weekend = _calendar(country, first, last)
    found = sorted(_listed(country, first, last, kinds).items())
    kept = [(d, name) for d, name in found if d not in public]
    sundays = {name for d, name in kept if sum(n == name for _, n in kept) > 40}  # some list every Sunday
    days = [(pd.Timestamp(d), name) for d, name in kept if name not in sundays]
    return tuple(Observed(country, _base([name]), d) for d, name in days if d.day_of_week not in weekend)


@cache
def _runs(country: str, first: int, last: int) -> tuple[DaysOff, ...]:
    listed, worked, weekend = _calendar(country, first, last)
    days = pd.date_range(f"{first - 1}-12-01", f"{last + 1}-01-31", unit="s")
    named = np.array([day.date() in listed for day in days])
    rest = np.isin(days.day_of_week, list(weekend)) & np.array([day.date() not in worked for day in days])
    off = named | rest
    edges = np.flatnonzero(np.diff(np.concatenate(([0], off.astype(int), [0]))))
    runs = []
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        if not named[a:b].any():
            continue
        names = [listed[days[i].date()] for i in range(a, b) if named[i]]
        start = a + int(named[a:b].argmax()) if country in SUNSET else a
        plain = tuple(days[i] for i in range(start, b) if not named[i])
        runs.append(DaysOff(country, _base(names), days[start], days[b - 1], tuple(sorted(weekend)), plain))
    return tuple(runs)


def _base(names: list[str]) -> str:
    """One name for a run: the commonest, without what is said about substitution."""
    plain = [n.split(";")[0].split(" (")[0].strip() for n in names]
    plain = [n for n in plain if not n.startswith("Day off")] or plain
    return max(dict.fromkeys(plain), key=plain.count)
