"""The invented seller of the sample: its queues, sales, brand days, mishaps. ALL SYNTHETIC, NOTHING HERE IS A FACT.

`make_sample.py` turns these assumptions into a history. Change one, run it, and the sample is another seller's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

FIRST_DAY = pd.Timestamp("2022-04-01")
LAST_DAY = pd.Timestamp("2026-04-24")  # eight weeks before Dragon Boat Festival 2026-06-19
LEVEL_DAY = pd.Timestamp("2025-04-24")  # the day for which `Queue.level` is meant

Curve = Mapping[float, float]  # days from the event -> factor; log-linear between, 1 outside


@dataclass(frozen=True)
class Queue:
    """One queue. Hours are of the day, `aht_s` is in seconds, `level` in contacts on an ordinary day of `LEVEL_DAY`."""

    level: float
    growth: float  # a year
    opens: float
    closes: float
    week: tuple[float, ...]  # factor Monday to Sunday
    profile: tuple[tuple[float, float, float], ...]  # bumps within the day: hour, width in hours, weight
    evening: float  # how far a promotion day leans to the evening, 0 not at all, 1 fully
    aht_s: float
    abandon: float  # share that leaves on a day as staffed for
    dragon_boat: Curve
    mid_autumn: Curve
    spring: Curve
    shopping: float  # how much of a shopping festival's pre-sale excess reaches this queue
    lag: int  # days by which the contacts follow the orders
    stock_out: float
    vendors: Mapping[str, tuple[float, float]]  # share on the vendor's first day, and on the last of the history


@dataclass(frozen=True)
class Service:
    """How a queue's contacts go on an ordinary day with a team of ordinary skill. Times in seconds, the rest shares."""

    first_response_s: float
    in_time_s: float  # the queue's promise on that scale; a ticket's stands for "done within four hours"
    resolved: float  # of those handled
    delighted: float  # ratings of 5, of all ratings
    rated: float  # of those handled
    replied: float  # of those who gave up, who got a reply, too late


QUEUES: dict[str, Queue] = {
    "presale_chat": Queue(
        level=900, growth=0.13, opens=9, closes=24,
        week=(0.97, 0.96, 0.97, 0.98, 1.01, 1.07, 1.04),
        profile=((10.5, 1.6, 0.8), (15.0, 2.2, 0.9), (20.7, 1.8, 1.3), (13.0, 6.0, 0.3)),
        evening=1.0, aht_s=480, abandon=0.030,
        dragon_boat={-30: 1.0, -28: 1.06, -21: 1.55, -14: 2.6, -10: 3.9, -8: 4.9, -6: 5.7, -4: 5.3, -3: 4.6, -2: 3.2,
                     -1: 2.0, 0: 1.15, 1: 0.85, 3: 0.85, 7: 0.95, 10: 1.0},
        mid_autumn={-22: 1.0, -14: 1.3, -8: 1.85, -5: 2.1, -3: 1.9, -1: 1.3, 0: 0.9, 2: 0.88, 6: 1.0},
        spring={-32: 1.0, -21: 1.4, -14: 1.8, -10: 1.9, -7: 1.5, -4: 0.9, -1: 0.5, 0: 0.38, 1: 0.4, 4: 0.55, 7: 0.8,
                9: 1.05, 16: 1.0},
        shopping=1.0, lag=0, stock_out=1.15,
        vendors={"vendor_a": (0.28, 0.42)},
    ),
    "aftersale_chat": Queue(
        level=700, growth=0.12, opens=9, closes=24,
        week=(1.12, 1.05, 1.02, 1.0, 0.98, 0.92, 0.91),
        profile=((10.3, 1.5, 1.3), (15.0, 2.3, 1.1), (20.0, 2.0, 0.8), (13.0, 6.0, 0.3)),
        evening=0.35, aht_s=480, abandon=0.025,
        dragon_boat={-28: 1.0, -21: 1.12, -14: 1.45, -7: 2.3, -3: 3.2, -1: 3.7, 0: 3.6, 1: 4.0, 2: 4.0, 4: 3.0,
                     7: 2.0, 14: 1.2, 20: 1.0},
        mid_autumn={-16: 1.0, -7: 1.35, -2: 1.8, 1: 2.0, 3: 1.7, 8: 1.2, 14: 1.0},
        spring={-28: 1.0, -14: 1.35, -8: 1.65, -4: 1.3, -1: 0.8, 0: 0.5, 3: 0.55, 7: 1.0, 9: 1.4, 14: 1.15, 20: 1.0},
        shopping=0.75, lag=3, stock_out=2.0,
        vendors={"vendor_a": (0.26, 0.20), "vendor_b": (0.14, 0.28)},
    ),
    "phone": Queue(
        level=250, growth=0.10, opens=9, closes=21,
        week=(1.20, 1.10, 1.06, 1.04, 1.02, 0.82, 0.76),
        profile=((10.2, 1.3, 1.5), (15.3, 1.8, 1.2), (13.0, 5.0, 0.3)),
        evening=0.15, aht_s=260, abandon=0.045,
        dragon_boat={-28: 1.0, -21: 1.1, -14: 1.4, -7: 2.2, -3: 2.9, -1: 3.2, 1: 3.1, 3: 2.5, 7: 1.6, 14: 1.1, 18: 1.0},
        mid_autumn={-16: 1.0, -7: 1.3, -2: 1.7, 1: 1.6, 4: 1.3, 10: 1.0},
        spring={-28: 1.0, -14: 1.3, -8: 1.5, -4: 1.2, -1: 0.6, 0: 0.35, 3: 0.4, 7: 0.9, 9: 1.3, 14: 1.1, 20: 1.0},
        shopping=0.4, lag=2, stock_out=2.2,
        vendors={"vendor_a": (0.25, 0.38)},
    ),
    "tickets": Queue(
        level=320, growth=0.11, opens=8, closes=22,
        week=(1.15, 1.08, 1.05, 1.02, 1.0, 0.87, 0.83),
        profile=((9.8, 1.6, 1.3), (14.8, 2.2, 1.2), (20.0, 1.6, 0.5), (14.0, 6.0, 0.4)),
        evening=0.1, aht_s=420, abandon=0.0,
        dragon_boat={-26: 1.0, -14: 1.3, -7: 1.9, -3: 2.7, 0: 3.3, 2: 4.0, 3: 4.0, 5: 3.3, 8: 2.2, 15: 1.25, 22: 1.0},
        mid_autumn={-14: 1.0, -6: 1.25, -1: 1.6, 2: 1.95, 5: 1.6, 10: 1.2, 16: 1.0},
        spring={-26: 1.0, -12: 1.3, -6: 1.5, -3: 1.2, 0: 0.5, 3: 0.5, 7: 1.0, 10: 1.5, 15: 1.2, 22: 1.0},
        shopping=0.7, lag=4, stock_out=1.5,
        vendors={"vendor_b": (0.30, 0.48)},
    ),
}  # fmt: skip

VENDOR_STARTS = {"vendor_a": pd.Timestamp("2023-04-01"), "vendor_b": pd.Timestamp("2024-04-01")}
HANDLE_TIME_OF = {"inhouse": (1.0, 1.0), "vendor_a": (1.12, 1.03), "vendor_b": (1.15, 1.06)}  # first day, last day
MORE_IN_PEAKS = 1.25  # vendors take a larger share at the height of a peak than on an ordinary day
SLOWER_AT_PEAK = 0.12
HANDLE_TIME_CV = 0.7  # of a single contact
INTERVAL_SHAPE = 28.0  # gamma shape of the interval effect: its variance is 1/28

# Pre-sale excess over an ordinary day, by month and day; launches are at 20:00 of the evening before.
SHOPPING_FESTIVALS: dict[str, dict[tuple[int, int], float]] = {
    "618": {(5, 31): 0.35, (6, 1): 0.8, (6, 2): 0.4, (6, 3): 0.3, **{(6, day): 0.15 for day in range(4, 14)},
            (6, 14): 0.3, (6, 15): 0.45, (6, 16): 0.8, (6, 17): 1.0, (6, 18): 1.4, (6, 19): 0.3, (6, 20): 0.1},
    "double_11": {**{(10, day): 0.12 for day in range(21, 31)}, (10, 31): 0.5, (11, 1): 0.8, (11, 2): 0.5,
                  (11, 3): 0.4, **{(11, day): 0.25 for day in range(4, 9)}, (11, 9): 0.5, (11, 10): 1.1, (11, 11): 1.8,
                  (11, 12): 0.3},
    "double_12": {(12, 9): 0.15, (12, 10): 0.3, (12, 11): 0.4, (12, 12): 0.7, (12, 13): 0.1},
}  # fmt: skip
LAUNCH_EVENINGS = {(5, 31), (6, 17), (10, 31), (11, 10), (12, 11)}
COLLISION_BONUS = 0.25  # of the smaller excess: gifts for the festival are bought in the sale, and asked about twice

BRAND_DAY = "品牌日"
BRAND_DAYS = ("2022-09-21", "2023-03-15", "2023-09-13", "2024-03-20", "2024-09-25", "2025-03-19", "2025-09-17",
              "2026-03-18")  # fmt: skip
NEXT_BRAND_DAY = "2026-05-20"
CAMPAIGN = (
    "新口味直播",
    "campaign",
    "2026-05-28",
    "2026-05-28",
    "presale_chat",
    "live show for a new flavour / 新品直播",
    "1.25",
)
BRAND_DAY_EXCESS = (0.75, 0.45)  # first and second day, pre-sale
STOCK_OUT = (pd.Timestamp("2024-05-27"), pd.Timestamp("2024-06-01"))
OUTAGE = (pd.Timestamp("2025-09-10 13:00"), pd.Timestamp("2025-09-10 18:00"))
NOT_DELIVERED = ("vendor_b", pd.Timestamp("2025-11-03"), pd.Timestamp("2025-11-05"))

# How well it went, told from the day the first vendor came; nobody measured it before.
MEASURED_SINCE = pd.Timestamp("2023-04-01")
SERVICE: dict[str, Service] = {
    "presale_chat": Service(14, 30, resolved=0.93, delighted=0.80, rated=0.16, replied=0.5),
    "aftersale_chat": Service(32, 60, resolved=0.80, delighted=0.66, rated=0.22, replied=0.5),
    "phone": Service(11, 20, resolved=0.84, delighted=0.72, rated=0.30, replied=0.1),
    "tickets": Service(420, 1300, resolved=0.74, delighted=0.58, rated=0.12, replied=0.7),
}
# Skill in log-odds of solving and of delighting, on the source's first day and on the last. Vendor A passes the own
# team; vendor B, which serves the two hardest queues, stays a little behind, and looks far behind where the mix of
# contacts is not allowed for.
SKILL_OF = {"inhouse": (0.0, 0.0), "vendor_a": (-0.30, 0.12), "vendor_b": (-0.25, -0.08)}
SLOWER_TO_ANSWER = {"inhouse": (1.0, 1.0), "vendor_a": (1.15, 0.94), "vendor_b": (1.20, 1.06)}  # first day, last day
WAIT_BY_PRESSURE = 1.5  # power of (contacts that came / contacts staffed for) in a half-hour
WAIT_AT_PEAK = 0.30  # longer to the first response at the height of the season
SKILL_AT_PEAK = -0.35  # log-odds lost at the height of the season, when beginners answer
SKILL_LATE = -0.15  # log-odds lost from 21:00
LUCK_OF_A_DAY = 0.08  # log-odds by which a team's days differ: contacts of one day are no independent draws
RATINGS_BELOW_5 = (0.60, 0.20, 0.08, 0.12)  # of 4, 3, 2 and 1
