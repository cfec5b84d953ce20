"""Shows the shift plan: what is covered, who works when, and the file to hand over."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from forecast.ui.choose import choose
from forecast.ui.table import cards, html, note
from staffing.plan import Result, key
from staffing.save import csv_bytes
from staffing.ui import chart, known
from staffing.ui.gantt import gantt
from staffing.ui.proof import show_proof
from staffing.ui.view import View, source_colours
from staffing.wording import STATUSES


def show_shifts(view: View, result: Result) -> None:
    """The shift page."""
    t, plan = view.t, result.shifts
    spare = (
        plan.coverage["planned"].sum() / plan.coverage["required"].sum() - 1 if plan.coverage["required"].sum() else 0.0
    )
    st.html(
        cards(
            [
                (t("Week of"), t.date(result.week), t("the busiest, or the scenario's")),
                (t("Shifts"), t.number(float(plan.table["agents"].sum())), t("worked in the week")),
                (t("Above the need"), t.percent(spare, 1), t("agent-hours on duty")),
                (t("Proven gap"), t.percent(plan.gap, 2), t.say(STATUSES[plan.status])),
            ]
        )
    )
    left, right = st.columns(2)
    with left:
        queues = sorted(plan.coverage["queue"].unique())
        queue = choose(t("Queue"), queues, t.name, t, key="queue")
    days = [pd.Timestamp(d) for d in sorted(plan.table["date"].unique())]
    with right:
        day = choose(t("Day"), days, t.weekday, t, key="shift_day")
    rows = plan.coverage[plan.coverage["queue"] == queue]
    st.subheader(t("Required and on duty, whole week"), anchor=False)
    st.echarts_chart(
        chart.coverage(rows, t), height=280, key="coverage", alt=t("Agents required and on duty by interval")
    )
    st.html(note(t("Agents on duty without those at their meal; beginners count by what they can do.")))
    mine = plan.table[(plan.table["queue"] == queue) & (pd.to_datetime(plan.table["date"]) == day)]
    st.subheader(t("Shifts of {day}", day=t.weekday(day)), anchor=False)
    if mine.empty:
        st.html(note(t("Nobody works in this queue on this day.")))
    else:
        st.altair_chart(
            gantt(mine, source_colours(view.scenario), t), key="gantt", alt=t("Shifts with their meal breaks")
        )
        st.html(note(t("One row a kind of shift; the figure before it is how many agents work it; pale: meal break.")))
        _table(mine, view)
    st.download_button(
        t("Download all shifts (CSV)"),
        csv_bytes(plan.table),
        file_name="shifts.csv",
        mime="text/csv",
        on_click="ignore",
    )
    _replay(view, result, str(queue))


@st.fragment(parallel=True)
def _replay(view: View, result: Result, queue: str) -> None:
    """What the shifts give on sampled days, which the rest of the page does not wait for."""
    t = view.t
    st.subheader(t("Promised and simulated"), anchor=False)
    with st.spinner(t("Simulating.")):
        found = known.shifts_replayed(key(result.scenario), result)
    show_proof(found, queue, result.queues[queue], result.scenario.confidence, t, key="shift_proof")
    st.html(
        note(t("Of those on duty as many are at work as shrinkage leaves on average; promised is the requirement's."))
    )


def _table(rows: pd.DataFrame, view: View) -> None:
    t = view.t
    table = rows.sort_values(["start", "end", "source"]).assign(source=lambda r: r["source"].map(t.name))
    head = {
        "source": t("Source"),
        "shift": t("Shift"),
        "start": t("Start"),
        "end": t("End"),
        "breaks": t("Meal break"),
        "agents": t("Agents"),
    }
    time = {c: lambda v: f"{v:%H:%M}" for c in ("start", "end")}
    st.html(html(table, head, {**time, "agents": t.number}, height=360))
