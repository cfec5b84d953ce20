"""Shows how past forecasts erred: by model, by how far ahead, by day and by the distance to an occasion."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from forecast.backtest import Backtest
from forecast.history import History
from forecast.language import Text
from forecast.residual import by_distance, by_lead, lead_names, residuals
from forecast.ui import chart
from forecast.ui.reader import Reader
from forecast.ui.table import html, note
from forecast.ui.years import Comings, ask_occasion
from forecast.version import EVERY, Version, first_due, scored

MODEL_NAMES = {
    "seasonal_naive": Text("Same weekday last week"),
    "average": Text("Mean of eight weeks"),
    "weekday_median": Text("Same weekdays before"),
    "smoothing": Text("Exponential smoothing"),
    "components": Text("Unobserved components"),
    "regression": Text("Festival regression"),
    "prophet": Text("Prophet"),
    "boosted": Text("Gradient boosting"),
    "blend": Text("Blend"),
}


WHO = {"machine": Text("the model"), "planner": Text("the planner")}


def model_name(name: str, t: Reader) -> str:
    """A model as the reader knows it; of a queue made from others, which."""
    if name.startswith("like "):
        return t("like {queues}", queues=" + ".join(map(t.name, name.removeprefix("like ").split(" + "))))
    if name.startswith("follows "):
        return t("follows {queue}", queue=t.name(name.removeprefix("follows ")))
    return t.say(MODEL_NAMES[name]) if name in MODEL_NAMES else name


def show_errors(done: Backtest | None, model: str, queue: str, known: Comings, first: str, t: Reader) -> None:
    """The past errors of one queue; `model` is the chosen one."""
    if done is None or done.errors[done.errors["queue"] == queue].empty:
        st.html(note(t("The history is too short to test a forecast of this queue.")))
        return
    _by_lead(done, queue, t)
    told = residuals(done)
    own = told[(told["queue"] == queue) & (told["model"] == model)]
    st.subheader(t("Errors of past forecasts by day"), anchor=False)
    by_day = own.groupby("day")[["error"]].mean()
    if len(by_day):
        by_day = by_day.reindex(pd.date_range(by_day.index[0], by_day.index[-1]))
    st.echarts_chart(
        chart.errors(by_day, {"error": model_name(model, t)}),
        height=260,
        key="errors_by_day",
        alt=t("Past errors by day"),
    )
    st.html(note(t("Above 0: more came than was expected, in percent of what was expected.")))
    if known:
        st.subheader(t("Errors by distance"), anchor=False)
        left, _right = st.columns(2)
        with left:
            key = ask_occasion(known, first, t)
        near = by_distance(own, known[key])
        if near.empty:
            st.html(note(t("No past forecast lies around it.")))
            return
        table = near.pivot_table(index="distance", columns="year", values="error")
        table = table.reindex(range(int(table.index.min()), int(table.index.max()) + 1))
        st.echarts_chart(
            chart.errors(table, {year: str(year) for year in table.columns}),
            height=260,
            key="errors_by_distance",
            alt=t("Past errors by days from the occasion"),
        )


def show_kept(kept: Sequence[Version], history: History, queue: str, t: Reader) -> None:
    """The versions of the forecast that were kept, judged by what came: one queue's and all together."""
    if not kept:
        return
    st.subheader(t("Forecasts as they stood, by days ahead"), anchor=False)
    told = scored(kept, history)
    own = told[told["queue"] == queue]
    if own.empty:
        due = first_due(kept, history)
        if due is None:
            line = t("Versions of the forecast kept: {count}. No day of theirs can be judged.", count=len(kept))
        else:
            facts = {"count": len(kept), "day": t.date(due)}
            line = t("Versions of the forecast kept: {count}. They can be judged once {day} is imported.", **facts)
        st.html(note(line))
        return
    shown = pd.concat([own, told[told["queue"] == EVERY]]) if len(history.queues) > 1 else own
    table = shown.assign(
        queue=[t.name(q) if q else t("every queue") for q in shown["queue"]],
        lead=[t("{span} days ahead", span=lead) for lead in shown["lead"]],
        who=[t.say(WHO[who]) for who in shown["who"]],
    )
    head = {
        "queue": t("Queue"),
        "lead": t("Days ahead"),
        "who": t("Whose number"),
        "days": t("Days judged"),
        "wape": t("Error, all days"),
        "bias": t("Bias"),
        "cover80": t("Inside the 80% band"),
    }
    percent = lambda v: t.percent(v, 1)  # noqa: E731
    signed = lambda v: f"{t.signed(v * 100, 1)}%"  # noqa: E731
    formats = {"days": t.number, "wape": percent, "bias": signed, "cover80": percent}
    st.html(html(table, head, formats, height=560))
    st.html(
        note(
            t(
                "Versions of the forecast kept: {count}. For each day the history ended on, the version that stood "
                "last is judged. Bias above 0: too much was expected.",
                count=len(kept),
            )
        )
    )


def _by_lead(done: Backtest, queue: str, t: Reader) -> None:
    """Every queue's models by days ahead, this queue's first."""
    told = by_lead(done)
    leads = lead_names(int(residuals(done)["ahead"].max()))
    wide = told.pivot_table(index=["queue", "model"], columns=["kind", "lead"], values="wape", sort=False)
    board = done.leaderboard()[["queue", "model", "wape", "wape_peak"]]
    board = pd.concat([board[board["queue"] == queue], board[board["queue"] != queue]], ignore_index=True)
    for kind, title in (("all", t("Error by days ahead, all days")), ("peak", t("Error by days ahead, peak days"))):
        st.subheader(title, anchor=False)
        whole = "wape" if kind == "all" else "wape_peak"
        table = board[["queue", "model", whole]].copy()
        for lead in leads:
            found = wide[(kind, lead)] if (kind, lead) in wide.columns else pd.Series(dtype=float)
            table[lead] = [found.get((q, m), float("nan")) for q, m in zip(board["queue"], board["model"], strict=True)]
        table["queue"] = [t.name(q) for q in table["queue"]]
        table["model"] = [model_name(m, t) for m in table["model"]]
        spans = {lead: t("{span} days ahead", span=lead) for lead in leads}
        head = {"queue": t("Queue"), "model": t("Model"), whole: t("All past forecasts"), **spans}
        st.html(html(table, head, {c: lambda v: t.percent(v, 1) for c in (whole, *leads)}, height=300))
    st.html(note(t("Error: absolute errors over contacts, best model first. 1 day ahead is the first day forecast.")))
