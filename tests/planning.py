"""Small requirements, needs and sources that the planning tests share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from staffing.headcount import WeeklyNeed
from staffing.requirement import Requirement
from staffing.source import Source

MONDAY = pd.Timestamp("2026-04-27")


def source(kind: str = "vendor", **changed: Any) -> Source:
    """A source that is there at once, learns nothing and costs one wage or seat; `changed` fields on top."""
    terms = (
        {"kind": "payroll", "wage_month_cny": 6000} if kind == "inhouse" else {"kind": "seat", "seat_month_cny": 5000}
    )
    base = {"label": {"zh": "来源", "en": "Source"}, "kind": kind, "lead_weeks": 0, "learning": (), "contract": terms}
    return Source.model_validate(base | changed)


def seller() -> dict[str, Source]:
    """The seller of the domain page: a core of 60 and two vendors, 40 and 30 seats in reach of a week."""
    own = {"wage_month_cny": 6500, "employer_rate": 0.32, "recruit_cny": 800, "training_cny": 1500}
    own |= {"kind": "payroll", "floor_month_cny": 600, "management_share": 0.08}
    a = {"kind": "seat", "seat_month_cny": 5200, "training_cny": 300, "management_share": 0.05}
    b = {"kind": "contact", "contact_cny": 1.6, "training_cny": 200, "management_share": 0.05}
    late = {"lead_weeks": 2, "training_weeks": 1, "learning": (0.75, 0.9), "attrition_per_week": 0.015}
    return {
        "inhouse": source("inhouse", staff=40, max_seats=80, ramp_seats_per_week=10, lead_weeks=5, training_weeks=2,
                          learning=(0.7, 0.85), attrition_per_week=0.005, contract=own),
        "vendor_a": source(staff=30, max_seats=300, ramp_seats_per_week=60, min_share=0.1, contract=a, **late),
        "vendor_b": source(staff=20, max_seats=200, ramp_seats_per_week=40, contract=b, **late),
    }  # fmt: skip


def weekly(*weeks: Mapping[str, int], contacts: float = 100.0, hours: float = 40.0) -> WeeklyNeed:
    """One mapping queue -> seats a week; every seat handles `contacts` and works 5 shifts, days are level."""
    rows = [
        {
            "week": MONDAY + pd.Timedelta(weeks=w),
            "queue": queue,
            "seats": seats,
            "busiest_day": -(-seats * 5 // 7),
            "hours": seats * hours,
            "contacts": seats * contacts,
        }
        for w, week in enumerate(weeks)
        for queue, seats in week.items()
    ]
    return WeeklyNeed(pd.DataFrame(rows), hours)


def required(agents: Mapping[str, Sequence[Sequence[int]]], opens: int = 9, interval: int = 60) -> Requirement:
    """Agents by queue, day (from Monday) and interval (from `opens` o'clock)."""
    rows = [
        (MONDAY + pd.Timedelta(days=d, hours=opens, minutes=i * interval), queue, n)
        for queue, days in agents.items()
        for d, day in enumerate(days)
        for i, n in enumerate(day)
    ]
    table = pd.DataFrame(rows, columns=["start", "queue", "scheduled"]).sort_values(
        ["queue", "start"], ignore_index=True
    )
    n = table["scheduled"]
    table = table.assign(contacts=n * 6.0, aht_s=300.0, load_erlang=n * 0.8, agents=n, service_level=0.9, occupancy=0.8)
    return Requirement(table.assign(abandonment=0.0), pd.Timedelta(minutes=interval))


def season(peaks: Sequence[int], weeks: int = 12, step: int = 30, peak_of: float = 5.0, seed: int = 0) -> Requirement:
    """Half-hours 09:00-24:00 of a season that peaks in its ninth week, `peak_of` times the ordinary."""
    noise = np.random.default_rng(seed)
    hour = np.arange(9, 24, step / 60)
    bumps = ((0.6, 11, 1.5), (0.35, 15.5, 1.5), (0.95, 21, 1.6))
    shape = 0.45 + sum(size * np.exp(-(((hour - at) / width) ** 2)) for size, at, width in bumps)
    shape = shape / shape.max()
    day = np.arange(7 * weeks)
    level = (1 + (peak_of - 1) * np.exp(-(((day - 60) / 10) ** 2))) / peak_of * (1 - 0.03 * (day % 7))
    parts = []
    for number, peak in enumerate(peaks):
        load = peak * level[:, None] * shape[None, :] * noise.normal(1, 0.04, (len(day), len(hour)))
        n = np.ceil(np.maximum(load, 0.5)).astype(int).ravel()
        start = (MONDAY + pd.to_timedelta((day[:, None] * 24 + hour[None, :]).ravel(), unit="h")).round("min")
        parts.append(pd.DataFrame({"start": start, "queue": f"q{number}", "contacts": n * 3.0, "aht_s": 300.0,
                                   "load_erlang": n * 0.8, "agents": n, "scheduled": n, "service_level": 0.9,
                                   "occupancy": 0.8, "abandonment": 0.0}))  # fmt: skip
    return Requirement(pd.concat(parts, ignore_index=True), pd.Timedelta(minutes=step))


def week_of(requirement: Requirement, monday: pd.Timestamp) -> Requirement:
    """The week of it that begins on `monday`."""
    rows = requirement.table[
        requirement.table["start"].between(monday, monday + pd.Timedelta(days=7), inclusive="left")
    ]
    return Requirement(rows.reset_index(drop=True), requirement.interval)
