"""Shows that no plan exists: what contradicts what, and the plan that comes nearest."""

from __future__ import annotations

from typing import Any

import streamlit as st

from forecast.ui.table import html, note, sentences
from staffing.cover import ShiftPlan
from staffing.headcount import SeasonPlan
from staffing.noplan import NoPlan
from staffing.ui import chart
from staffing.ui.view import View, said, seats_by_source, source_colours


def show_conflict(view: View, conflict: NoPlan[Any], key: str = "") -> None:
    """In place of a plan: the conflicts as sentences, then the nearest plan."""
    t = view.t
    st.subheader(t("No plan keeps every promise"), anchor=False)
    st.html(sentences([said(text, t) for text in conflict.conflicts], "bad"))
    st.html(note(t("Move a lever back or relax a limit. The plan below leaves the least work undone.")))
    nearest = conflict.nearest
    if isinstance(nearest, SeasonPlan):
        st.subheader(t("Nearest plan: seats by week"), anchor=False)
        table = seats_by_source(nearest.table, view.scenario.sources)
        needed = nearest.needed.groupby("week")["seats"].sum()
        picture = chart.seats(table, needed, source_colours(view.scenario), t)
        st.echarts_chart(
            picture, height=360, key=f"nearest{key}", alt=t("Seats by week and source under the seats needed")
        )
        if len(nearest.missing):
            missing = nearest.missing.assign(queue=nearest.missing["queue"].map(t.name))
            head = {"week": t("Week of"), "queue": t("Queue"), "seats": t("Seats missing")}
            st.html(html(missing, head, {"week": t.date, "seats": lambda v: t.number(v, 1)}, height=320))
    elif isinstance(nearest, ShiftPlan):
        st.subheader(t("Nearest shift plan: where agents are missing"), anchor=False)
        rows = nearest.coverage.assign(missing=nearest.coverage["required"] - nearest.coverage["planned"])
        rows = rows[rows["missing"] > 1e-6].assign(queue=rows["queue"].map(t.name))
        head = {
            "start": t("Start"),
            "queue": t("Queue"),
            "required": t("required"),
            "planned": t("on duty"),
            "missing": t("missing"),
        }
        figure = {c: lambda v: t.number(v, 1) for c in ("required", "planned", "missing")}
        st.html(html(rows, head, {"start": lambda v: f"{v:%Y-%m-%d %H:%M}", **figure}, height=320))
