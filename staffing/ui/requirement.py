"""Shows how many agents are needed when, and why exactly so many."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from forecast.ui.choose import choose, widget
from forecast.ui.reader import Reader
from forecast.ui.table import cards, html, note, sentences
from staffing.save import csv_bytes
from staffing.ui import chart, known
from staffing.ui.buys import mean_hour_cny, show_buys
from staffing.ui.concurrency import show_concurrency
from staffing.ui.pooling import show_pooling
from staffing.ui.proof import show_proof
from staffing.ui.view import Need
from staffing.ui.why import steps, words

HEATMAP = "heatmap"
CLICKED = "heatmap_cell"  # the cell clicked last


def show_requirement(need: Need, t: Reader) -> None:
    """The staffing page."""
    needed = need.requirement
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
    show_interval(shown, need, queue, t)
    show_pooling(need, queue, week, t)
    st.download_button(
        t("Download the need (CSV)"),
        csv_bytes(needed.table),
        file_name="requirement.csv",
        mime="text/csv",
        on_click="ignore",
    )
    show_replay(need, queue, week, t)


def show_week(shown: pd.DataFrame, rows: pd.DataFrame, interval: pd.Timedelta, t: Reader) -> None:
    """Key figures of a week."""
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


@st.fragment
def show_interval(shown: pd.DataFrame, need: Need, queue: str, t: Reader) -> None:
    """The week's heatmap and one interval of it: why its number, and what one agent more or less would do.

    A fragment: a click on a cell redraws this part only.
    """
    st.subheader(t("Agents to schedule by day and interval"), anchor=False)
    busy = chart.cells(shown)
    if busy.empty:
        st.html(note(t("Nobody is needed in this week.")))
        return
    picture, pickers = st.container(), st.container()
    with pickers:
        start = ask_interval(busy, t)
    with picture:
        st.echarts_chart(
            chart.heatmap(shown, t, start),
            height=96 + 34 * shown["start"].dt.normalize().nunique(),
            key=HEATMAP,
            on_select=partial(clicked, busy, t),
            alt=t("Agents to schedule by day and interval"),
        )
        st.html(note(t("Click a cell, or choose day and time below, to see why its number is what it is.")))
    show_why(need, queue, start, shown, t)


def ask_interval(busy: pd.DataFrame, t: Reader) -> pd.Timestamp:
    """The start of one of the intervals in `busy`, at first the busiest."""
    top = busiest(busy)["start"]
    left, right = st.columns(2)
    days = [pd.Timestamp(d) for d in sorted(busy["start"].dt.normalize().unique())]
    with left:
        day = choose(t("Day"), days, t.weekday, t, key="why_day", start=days.index(top.normalize()))
    times = list(busy.loc[busy["start"].dt.normalize() == day, "start"].dt.strftime("%H:%M"))
    start = times.index(f"{top:%H:%M}") if f"{top:%H:%M}" in times else 0
    with right:
        time = choose(t("Interval from"), times, str, t, key="why_time", start=start)
    return pd.Timestamp(day) + pd.Timedelta(f"{time}:00")


def clicked(busy: pd.DataFrame, t: Reader) -> None:
    """Put the pickers where the heatmap was clicked. For its callback, which runs before they are drawn."""
    groups = st.session_state[HEATMAP]["selection"]["selected"]
    place = cell(groups, st.session_state.get(CLICKED))
    if place is None or place >= len(busy):
        return
    st.session_state[CLICKED] = place
    start = pd.Timestamp(busy["start"].iloc[place])
    for key, value in (("why_day", start.normalize()), ("why_time", f"{start:%H:%M}")):
        st.session_state[key] = st.session_state[widget(key, t)] = value


def cell(groups: list[dict[str, Any]], before: int | None) -> int | None:
    """The place of the cell clicked; a click on the one clicked `before` comes as no selection at all.

    >>> cell([{"series_index": 0, "data_indices": [7]}], 3), cell([], 3)
    (7, 3)
    """
    places = [place for group in groups if group["series_index"] == 0 for place in group["data_indices"]]
    return places[0] if places else before


def show_why(need: Need, name: str, start: pd.Timestamp, shown: pd.DataFrame, t: Reader) -> None:
    """One interval: the way to its number in words and steps, and what other numbers would give."""
    queue, interval, confidence = need.queues[name], need.requirement.interval, need.scenario.confidence
    row = shown[shown["start"] == start].iloc[0]
    found = known.reason(need, name, start)
    when = f"{t.weekday(start)} {start:%H:%M}"
    st.subheader(t("Why this number: {count} agents, {when}", count=t.number(found.scheduled), when=when), anchor=False)
    st.html(sentences(words(found, queue, interval, confidence, t)))
    table = html(
        steps(row, queue, interval, t), {"what": t("Step"), "figure": t("Figure"), "how": t("How")}, {"figure": str}
    )
    if found.curve.empty:  # work that may wait has no curve of its own interval
        st.html(table)
        return
    left, right = st.columns(2)
    with left:
        st.html(table)
    with right:
        # a queue that the scenario does not describe is open to every source
        serving = [
            s for s in need.scenario.staffed_sources().values() if s.serves(name) or name not in need.scenario.queues
        ]
        price = mean_hour_cny(serving, shown, interval)
        show_buys(found, queue, price, interval, confidence == "certain", t)
    if queue.channel == "chat":
        show_concurrency(row, queue, interval, t)


@st.fragment(parallel=True)
def show_replay(need: Need, queue: str, week: pd.Timestamp, t: Reader) -> None:
    """The week's promise beside its simulation, which the rest of the page does not wait for."""
    st.subheader(t("Promised and simulated"), anchor=False)
    with st.spinner(t("Simulating.")):
        found = known.replayed(need, week)
    show_proof(found, queue, need.queues[queue], need.scenario.confidence, t, key="proof")


def busiest(rows: pd.DataFrame) -> Any:
    """The row with the most agents to schedule, the first of several."""
    return rows.iloc[int(rows["scheduled"].argmax())]
