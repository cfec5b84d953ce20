"""What one queue promises its customers: channel, target, handle time, opening hours."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from forecast.language import Language, Text
from forecast.problem import Problem, Refused

DAY = 24 * 60  # minutes
DEFAULT = "default"  # the queue whose terms hold for those not described


def _minutes(value: object) -> object:
    """Minutes after midnight of 'HH:MM', of a TOML time or of a number of minutes."""
    if isinstance(value, dt.time):
        return value.hour * 60 + value.minute
    if isinstance(value, str):
        clock = re.fullmatch(r"(\d{1,2}):([0-5]\d)", value.strip())
        minutes = int(clock[1]) * 60 + int(clock[2]) if clock else DAY + 1
        if minutes > DAY:
            raise ValueError(Text("expected a time from 00:00 to 24:00, came {came}", came=repr(value)))
        return minutes
    return value


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


Clock = Annotated[
    int,
    Field(ge=0, le=DAY),
    BeforeValidator(_minutes),
    PlainSerializer(_clock, return_type=str, when_used="json"),
]


class Shrinkage(BaseModel):
    """Shares of paid time that agents are not at work, by what takes them; the meal break is not among them."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    breaks: float = Field(0.0, ge=0, lt=1)
    """Short paid breaks."""
    training: float = Field(0.0, ge=0, lt=1)
    meetings: float = Field(0.0, ge=0, lt=1)
    absence: float = Field(0.0, ge=0, lt=1)
    """Leave and sickness."""

    @property
    def total(self) -> float:
        """Their sum, each being a share of the same paid time; exact to the last digit that was written."""
        return float(sum(Decimal(repr(share)) for share in (self.breaks, self.training, self.meetings, self.absence)))


class Label(BaseModel):
    """A name as each language's reader sees it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def say(self, language: Language) -> str:
        """The name in `language`."""
        return self.zh if language == "zh" else self.en


class Follow(BaseModel):
    """Work that another queue's contacts cause: a call-back after service, the ticket that a chat leaves behind."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    queue: str = Field(min_length=1)
    """The queue followed."""
    share: float = Field(gt=0, le=1)
    """Contacts caused by each contact of the queue followed."""
    after_s: float = Field(0.0, ge=0)
    """Time from that contact to the one it causes."""


class Queue(BaseModel):
    """The terms of one queue. Times in seconds, shares between 0 and 1.

    A share `share` of the contacts is answered within `answer_within_s` (voice, chat) or done within `deadline_s` of
    opening time (ticket). Customers hang up after `patience_s` on average, exponentially; None means nobody does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    label: Label | None = None
    """None: the key it stands under is its name."""
    channel: Literal["voice", "chat", "ticket"] = "voice"
    share: float = Field(0.80, gt=0, lt=1)
    answer_within_s: float = Field(20.0, gt=0)
    patience_s: float | None = Field(None, gt=0)
    counted_of: Literal["offered", "answered", "virtual"] = "offered"
    """What the share is of: every contact, only those answered, or the wait of a customer who never hangs up."""
    aht_s: float = Field(300.0, gt=0)
    """Handle time where the forecast tells none."""
    concurrency: int = Field(1, ge=1, le=8)
    """Chats one agent holds at most."""
    chat_slowdown: float = Field(0.25, ge=0)
    """Each further chat held lengthens the handle time of every chat by this share of a single chat's."""
    measured_at: int | None = Field(None, ge=1, le=8)
    """Chats held at once where the handle times were measured; None: as many as `concurrency`."""
    aht_by_level: tuple[float, ...] | None = None
    """Handle time with 1, 2, ... chats held, relative to a single chat's; replaces `chat_slowdown`."""
    deadline_s: float = Field(4 * 3600.0, gt=0)
    """Time to finish a ticket; the clock runs in opening hours only."""
    backlog: float = Field(0.0, ge=0)
    """Tickets waiting when the plan begins, due evenly over the first deadline."""
    fills: tuple[str, ...] = ()
    """Live queues whose agents work on these tickets while they would be idle."""
    follows: Follow | None = None
    """Tickets that another queue's contacts cause, in place of a forecast of their own."""
    opens: Clock = 0
    closes: Clock = DAY
    """At or before `opens`, the queue closes the day after."""
    open_days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    """Days on which the queue opens, Monday 1 to Sunday 7."""
    max_occupancy: float = Field(1.0, gt=0, le=1)
    """Largest share of their time that agents may be busy; 1: as much as the promise allows."""
    shrinkage: float = Field(0.15, ge=0, lt=1)
    """Share of paid time lost to absence, training and meetings; meal breaks are not in it."""
    shrinkage_by: Shrinkage | None = None
    """The same by what takes it; their sum replaces `shrinkage`."""

    @model_validator(mode="after")
    def _lost(self) -> Queue:
        if self.shrinkage_by is None:
            return self
        total = self.shrinkage_by.total
        if total >= 1:
            raise ValueError(Text("shrinkage_by: expected shares that add up to less than 1, came {came}", came=total))
        if "shrinkage" in self.model_fields_set and self.shrinkage != total:
            raise ValueError(
                Text(
                    "shrinkage: expected {total}, the sum of shrinkage_by, or leave one of the two out; came {came}",
                    total=total,
                    came=self.shrinkage,
                )
            )
        object.__setattr__(self, "shrinkage", total)
        return self

    @model_validator(mode="after")
    def _agrees(self) -> Queue:
        if self.channel != "chat" and self.concurrency != 1:
            raise ValueError(
                Text(
                    "concurrency: expected 1 on {channel}, only chats are held together; came {came}",
                    channel=self.channel,
                    came=self.concurrency,
                )
            )
        for name in ("backlog", "fills", "follows"):
            if self.channel != "ticket" and getattr(self, name):
                raise ValueError(
                    Text(
                        "{name}: only tickets may wait, expected none on {channel}",
                        name=name,
                        channel=self.channel,
                    )
                )
        if self.aht_by_level is not None:
            self._check_levels(self.aht_by_level)
        held = self.worthwhile(self.concurrency)
        if held < self.concurrency:
            raise ValueError(
                Text(
                    "concurrency: an agent holding {more} chats would finish fewer per hour than one holding "
                    "{held}; expected at most {held}, or a smaller slowdown",
                    more=held + 1,
                    held=held,
                )
            )
        if self.opens == self.closes or self.opens == DAY:
            raise ValueError(
                Text(
                    "opens, closes: expected two times, 00:00 and 24:00 for all day; came {opens} and {closes}",
                    opens=_clock(self.opens),
                    closes=_clock(self.closes),
                )
            )
        days = self.open_days
        if not days or set(days) - set(range(1, 8)) or len(set(days)) < len(days):
            raise ValueError(
                Text("open_days: expected different days from 1 (Monday) to 7 (Sunday), came {came}", came=list(days))
            )
        return self

    def _check_levels(self, levels: tuple[float, ...]) -> None:
        if len(levels) != self.concurrency:
            raise ValueError(
                Text(
                    "aht_by_level: expected {levels} values, one for each chat held, came {came}",
                    levels=self.concurrency,
                    came=len(levels),
                )
            )
        if levels[0] != 1 or min(levels) <= 0:
            raise ValueError(Text("aht_by_level: expected values above 0, the first 1, came {came}", came=list(levels)))

    @property
    def level_factors(self) -> tuple[float, ...]:
        """Handle time with 1, 2, ... `concurrency` chats held, relative to a single chat's."""
        return self._factors(self.concurrency)

    def _factors(self, levels: int) -> tuple[float, ...]:
        """The same for so many levels; beyond those that `aht_by_level` tells each lengthens as the last one did."""
        if self.aht_by_level is None:
            return tuple(1 + self.chat_slowdown * k for k in range(levels))
        told = self.aht_by_level
        step = told[-1] - told[-2] if len(told) > 1 else 0.0
        return tuple(told[k] if k < len(told) else told[-1] + step * (k + 1 - len(told)) for k in range(levels))

    def worthwhile(self, chats: int) -> int:
        """The most chats, up to `chats`, that an agent finishes no slower than with one chat fewer."""
        factors = self._factors(chats)
        pays = [k for k in range(1, chats) if (k + 1) / factors[k] >= k / factors[k - 1] * (1 - 1e-12)]
        return next((k for k in range(1, chats) if k not in pays), chats)

    def handle_times(self, aht: float) -> tuple[float, ...]:
        """Seconds a chat takes while its agent holds 1, 2, ... `concurrency` chats.

        `aht` is the wall-clock handle time of an export; peaks are worked at full concurrency: it is the last level's,
        or that of `measured_at` chats.

        >>> Queue(channel="chat", concurrency=3, chat_slowdown=0.5).handle_times(600)
        (300.0, 450.0, 600.0)
        """
        measured = self._factors(self.measured_at or self.concurrency)[-1]
        return tuple(aht * factor / measured for factor in self.level_factors)

    def open_at(self, starts: pd.DatetimeIndex, interval: pd.Timedelta) -> NDArray[np.bool_]:
        """Whether the queue is open during any part of each interval [start, start + interval).

        A night shift (22:00 to 06:00) belongs to the day on which it opens.
        """
        minute = ((starts - starts.normalize()) / pd.Timedelta(minutes=1)).to_numpy()
        length = interval / pd.Timedelta(minutes=1)
        closes = self.closes if self.closes > self.opens else self.closes + DAY
        weekday = starts.day_of_week.to_numpy()
        opened = np.zeros(len(starts), dtype=bool)
        for before in (0, 1):  # the hours that opened today, and yesterday's that run past midnight
            at = minute + before * DAY
            day = np.isin((weekday - before) % 7 + 1, self.open_days)
            opened |= day & (at < closes) & (at + length > self.opens)
        return opened


def terms(queues: Mapping[str, Queue], names: Iterable[str], file: str = "queues") -> dict[str, Queue]:
    """The queue of each of `names`; one not described has the terms of `default`, under its own name.

    Raises:
        Refused: a name is not described and there is no `default`; `file` is where it would be.
    """
    asked = list(names)
    fallback = queues.get(DEFAULT)
    unknown = [name for name in asked if name not in queues] if fallback is None else []
    if unknown:
        raise Refused(
            Problem(
                file,
                "-",
                name,
                Text("not described: add [queues.{name}] with channel and target, or [queues.default]", name=name),
            )
            for name in unknown
        )
    own = {"label": None}
    return {n: queues[n] if n in queues or fallback is None else fallback.model_copy(update=own) for n in asked}
