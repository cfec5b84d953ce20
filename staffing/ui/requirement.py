"""Shows how many agents are needed when, and why exactly so many."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from forecast.ui.choose import choose
from forecast.ui.reader import Reader
from forecast.ui.table import cards, html, note
from staffing.queue import Queue
from staffing.requirement import Requirement, what_each_agent_buys
from staffing.save import csv_bytes
from staffing.ui import chart


def show_requirement(needed: Requirement, queues: Mapping[str, Queue], t: Reader) -> None:
    """The staffing page."""
    left, right = st.columns(2)
    with left:
        queue = choose(t("Queue"), sorted(needed.table["queue"].unique()), t.name, t, key="queue")
    rows = needed.table[needed.table["queue"] == queue]
    weeks = rows["start"].dt.to_period("W-SUN").dt.start_time
    peak = pd.Timestamp(weeks.iloc[int(rows["scheduled"].argmax())])
    options = [pd.Timestamp(w) for w in sorted(weeks.unique())]
    with right:
        week = choose(t("Week of"), options, t.date, t, key=f"week_{queue}", start=options.index(peak))
    shown = rows[weeks == week]
    show_week(shown, rows, needed.interval, t)
    st.subheader(t("Why this number"), anchor=False)
    show_why(shown, queues[queue], needed.interval, t)
    st.download_button(
        t("Download the need (CSV)"),
        csv_bytes(needed.table),
        file_name="requirement.csv",
        mime="text/csv",
        on_click="ignore",
    )


def show_week(shown: pd.DataFrame, rows: pd.DataFrame, interval: pd.Timedelta, t: Reader) -> None:
    """Key figures and the heatmap of a week."""
    top = busiest(shown)
    hours = float(shown["scheduled"].sum()) * interval / pd.Timedelta(hours=1)
    open_ = shown[shown["contacts"] > 0]
    level = float(np.average(open_["service_level"], weights=open_["contacts"])) if len(open_) else float("nan")
    st.html(
        cards(
            [
                (
                    t("Most at once, this week"),
                    t.number(float(top["scheduled"])),
                    f"{t.weekday(top['start'])} {top['start']:%H:%M}",
                ),
                (t("Agent-hours, this week"), t.number(hours), t("with absence, without meals")),
                (t("In time, this week"), t.percent(level, 1), t("expected, of all contacts")),
                (
                    t("Most at once, season"),
                    t.number(float(rows["scheduled"].max())),
                    t.date(busiest(rows)["start"]),
                ),
            ]
        )
    )
    st.subheader(t("Agents to schedule by day and interval"), anchor=False)
    height = 96 + 34 * shown["start"].dt.normalize().nunique()
    st.echarts_chart(
        chart.heatmap(shown, t), height=height, key="heatmap", alt=t("Agents to schedule by day and interval")
    )


def show_why(shown: pd.DataFrame, queue: Queue, interval: pd.Timedelta, t: Reader) -> None:
    """One interval: the steps to its number, and what one agent more or less would do."""
    busy = shown[shown["scheduled"] > 0]
    if busy.empty:
        st.html(note(t("Nobody is needed in this week.")))
        return
    top = busiest(busy)["start"]
    left, right = st.columns(2)
    days = [pd.Timestamp(d) for d in sorted(busy["start"].dt.normalize().unique())]
    with left:
        day = choose(t("Day"), days, t.weekday, t, key="why_day", start=days.index(top.normalize()))
    times = list(busy.loc[busy["start"].dt.normalize() == day, "start"].dt.strftime("%H:%M"))
    start = times.index(f"{top:%H:%M}") if f"{top:%H:%M}" in times else 0
    with right:
        time = choose(t("Interval from"), times, str, t, key="why_time", start=start)
    row = shown[shown["start"] == day + pd.Timedelta(f"{time}:00")].iloc[0]
    left, right = st.columns(2)
    with left:
        st.html(
            html(
                steps(row, queue, interval, t),
                {"what": t("Step"), "figure": t("Figure"), "how": t("How")},
                {"figure": str},
            )
        )
    with right:
        n = around(int(row["agents"]))
        curve = what_each_agent_buys(row["contacts"] / interval.total_seconds(), row["aht_s"], queue, n)
        picture = chart.buys(curve, int(row["agents"]), queue.share, t)
        st.echarts_chart(picture, height=300, key="buys", alt=t("Share in time and occupancy by number of agents"))
        if queue.channel == "ticket":
            st.html(note(t("Tickets may wait: the plan levels their work; the curve shows them worked as they come.")))
        else:
            st.html(note(t("What one agent more or less buys in this interval.")))


def busiest(rows: pd.DataFrame) -> Any:
    """The row with the most agents to schedule, the first of several."""
    return rows.iloc[int(rows["scheduled"].argmax())]


def around(agents: int) -> np.ndarray:
    """Numbers of agents to show beside the one planned.

    >>> around(10)
    array([ 6,  7,  8,  9, 10, 11, 12, 13, 14, 15])
    """
    return np.arange(max(1, floor(agents * 0.88) - 2), ceil(agents * 1.12) + 4)


def steps(row: pd.Series, queue: Queue, interval: pd.Timedelta, t: Reader) -> pd.DataFrame:
    """what, figure, how: from contacts to agents scheduled."""
    minutes = f"{interval / pd.Timedelta(minutes=1):g}"
    tickets = queue.channel == "ticket"
    promise = (
        t("{share} done within {hours} h", share=t.percent(queue.share), hours=f"{queue.deadline_s / 3600:g}")
        if tickets
        else t(
            "{share} answered within {seconds} s", share=t.percent(queue.share), seconds=f"{queue.answer_within_s:g}"
        )
    )
    how = t("the fewest that keep promise and occupancy")
    if tickets:
        how = t("the flattest line that keeps every deadline")
    rows = [
        (t("Contacts"), t.number(row["contacts"], 1), t("expected in {minutes} minutes", minutes=minutes)),
        (
            t("Handle time"),
            f"{t.number(row['aht_s'])}{t(' s')}",
            t("at full concurrency") if queue.channel == "chat" else t("mean"),
        ),
        (t("Load"), t.number(row["load_erlang"], 2), t("contacts × handle time ÷ interval, erlang")),
        (t("Chats at once"), t.number(queue.concurrency), t("at most, each agent"))
        if queue.channel == "chat"
        else None,
        (t("Promise"), t.percent(queue.share), promise),
        (t("Occupancy, at most"), t.percent(queue.max_occupancy), t("share of time busy")),
        (t("Agents at work"), t.number(row["agents"]), how),
        (t("Shrinkage"), t.percent(queue.shrinkage), t("absence, training, meetings")),
        (t("Agents to schedule"), t.number(row["scheduled"]), t("agents ÷ (1 − shrinkage), rounded up")),
        (t("In time"), t.percent(row["service_level"], 1), t("expected with them")),
        (t("Occupancy"), t.percent(row["occupancy"], 1), t("expected with them")),
        (t("Give up"), t.percent(row["abandonment"], 1), t("expected with them")),
    ]
    return pd.DataFrame([r for r in rows if r is not None], columns=["what", "figure", "how"])
