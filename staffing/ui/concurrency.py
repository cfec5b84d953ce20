"""Shows what it takes to let an agent hold one chat, two, or more."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from forecast.ui.reader import Reader
from forecast.ui.table import html, note
from staffing.queue import Queue
from staffing.ui import known


def show_concurrency(row: pd.Series, queue: Queue, interval: pd.Timedelta, t: Reader) -> None:
    """The choices of one interval, the one in use stressed."""
    st.subheader(t("Chats at once: what each level takes"), anchor=False)
    with st.spinner(t("Comparing levels.")):
        found = known.concurrency(queue, float(row["contacts"]), float(row["aht_s"]), interval)
    head = {
        "levels": t("Chats at once"),
        "agents": t("Agents at work"),
        "mean_handle_time": t("Mean handle time, s"),
        "mean_wait": t("Mean wait, s"),
        "service_level": t("In time"),
        "abandonment": t("Give up"),
        "occupancy": t("Occupancy"),
    }
    share = {name: lambda v: t.percent(v, 1) for name in ("service_level", "abandonment", "occupancy")}
    time = {"mean_handle_time": t.number, "mean_wait": lambda v: t.number(v, 1)}
    here = list(found.table["levels"]).index(queue.concurrency) if queue.concurrency <= len(found.table) else None
    st.html(html(found.table, head, {"levels": t.number, "agents": t.number, **time, **share}, strong=here))
    for warning in found.warnings:
        st.html(note(t.say(warning)))
    st.html(
        note(
            t(
                "The fewest agents in the steady state of the day as forecast, same promise and cap on occupancy; what "
                "earlier intervals leave behind and uncertainty come on top."
            )
        )
    )
