"""A small seller, made up for tests: quick to forecast and to plan."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SOURCES = """
[sources.team]
kind = "inhouse"
staff = 20
lead_weeks = 2
contract = { kind = "payroll", wage_month_cny = 6000, employer_rate = 0.3 }

[sources.vendor]
kind = "vendor"
lead_weeks = 1
training_weeks = 1
contract = { kind = "seat", seat_month_cny = 5200 }
"""
QUEUES = """
[queues.calls]
channel = "voice"
opens = "09:00"
closes = "21:00"
[queues.mail]
channel = "ticket"
opens = "09:00"
closes = "18:00"
"""


def write_seller(folder: Path) -> Path:
    """A small seller's files in `folder`: 20 weeks of half-hours, two queues, one team, one vendor."""
    rng = np.random.default_rng(7)
    starts = pd.date_range("2025-08-04", periods=140 * 48, freq="30min")
    busy = np.sin(np.pi * np.clip((starts.hour + starts.minute / 60 - 9) / 12, 0, 1)) * (
        1 - 0.3 * (starts.day_of_week >= 5)
    )
    calls = pd.DataFrame({"start": starts, "queue": "calls", "offered": rng.poisson(20 * busy), "aht_s": 240})
    mail = pd.DataFrame({"start": starts, "queue": "mail", "offered": rng.poisson(5 * busy), "aht_s": 300})
    pd.concat([calls, mail]).to_csv(folder / "history.csv", index=False)
    (folder / "queues.toml").write_text(QUEUES)
    (folder / "sources.toml").write_text(SOURCES)
    terms = 'history = "history.csv"\nqueues = "queues.toml"\nsources = "sources.toml"\n'
    (folder / "s.toml").write_text(terms + 'horizon_days = 28\nmodel = "regression"\norigins = 2\n')
    return folder
