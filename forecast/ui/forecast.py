"""Shows what is expected, how sure that is, and which model says so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from forecast.backtest import Backtest
from forecast.forecast import LEVELS, Forecast
from forecast.history import History
from forecast.language import Text
from forecast.season import Season
from forecast.ui import chart
from forecast.ui.choose import choose
from forecast.ui.occasion import listed, marks_of
from forecast.ui.reader import NOTHING, Reader
from forecast.ui.table import html, lead, note

PAST_DAYS = 70
MODEL_NAMES = {
    "seasonal_naive": Text("Same weekdays before"),
    "regression": Text("Festival regression"),
    "prophet": Text("Prophet"),
}


def show_forecast(history: History, season: Season, forecast: Forecast, backtest: Backtest | None, t: Reader) -> None:
    """The forecast page."""
    left, _right = st.columns(2)
    with left:
        queue = choose(t("Queue"), list(forecast.queues), t.name, t, key="queue")
    expected = by_day(forecast, queue)
    st.html(lead(next_peak(expected, season, queue, t)))
    past = history.daily()[queue].iloc[-PAST_DAYS:]
    st.subheader(t("Contacts by day"), anchor=False)
    found = marks_of(season, t, queue)
    st.echarts_chart(
        chart.fan(past, expected, found, t),
        height=390,
        key="fan",
        alt=t("Contacts that came and contacts expected, with bands"),
    )
    st.html(note(t("The bands hold 50, 80 and 95 of 100 days. Shaded: promotions; dashed: festivals and events.")))
    left, right = st.columns(2)
    with left:
        st.subheader(t("One day by interval"), anchor=False)
        days = list(expected.index)
        start = int(np.argmax(expected["mean"].to_numpy()))
        day = choose(t("Day"), days, t.weekday, t, key=f"day_{queue}", start=start)
        rows = forecast.table[(forecast.table["queue"] == queue) & (forecast.table["start"].dt.normalize() == day)]
        if forecast.interval < pd.Timedelta(days=1):
            st.echarts_chart(
                chart.profile(rows[rows["p975"] > 0], t),
                height=300,
                key="profile",
                alt=t("Contacts of one day by interval"),
            )
        else:
            st.html(note(t("The history tells whole days only.")))
    with right:
        st.subheader(t("Which model, and how far off it was"), anchor=False)
        show_leaderboard(backtest, forecast.models.get(queue, ""), queue, t)
        st.subheader(t("Ahead"), anchor=False)
        ahead = listed(season, expected.index[0], expected.index[-1], t)
        head = {"start": t("From"), "end": t("To"), "name": t("Event"), "kind": t("Kind")}
        st.html(html(ahead, head, {"start": t.date, "end": t.date}, height=240))


def show_leaderboard(backtest: Backtest | None, chosen: str, queue: str, t: Reader) -> None:
    """The backtest of one queue, best first."""
    if backtest is None:
        st.html(note(t("Model: {model}. No backtest: the scenario names the model.", model=model_name(chosen, t))))
        return
    board = backtest.leaderboard()
    board = board[board["queue"] == queue]
    if board.empty:
        st.html(note(t("Model: {model}. The history is too short for a backtest.", model=model_name(chosen, t))))
        return
    place = list(board["model"]).index(chosen) if chosen in set(board["model"]) else None
    facts = {"model": model_name(chosen, t), "origins": int(board["origins"].max())}
    st.html(lead(t("Chosen: {model}, from {origins} past forecasts made as if it were then.", **facts)))
    head = {
        "model": t("Model"),
        "wape": t("Error, all days"),
        "wape_peak": t("Error, peak days"),
        "bias": t("Bias"),
        "coverage": t("Inside the 80% band"),
    }
    share = {c: lambda v: t.percent(v, 1) for c in ("wape", "wape_peak", "coverage")}
    signed = {"bias": lambda v: f"{t.signed(v * 100, 1)}%"}
    named = board.assign(model=[model_name(m, t) for m in board["model"]])
    st.html(html(named, head, {**share, **signed}, strong=place))
    st.html(note(t("Error: absolute errors over contacts. Bias above 0: too much was expected.")))


def model_name(name: str, t: Reader) -> str:
    """A model as the reader knows it."""
    return t.say(MODEL_NAMES[name]) if name in MODEL_NAMES else name


def by_day(forecast: Forecast, queue: str) -> pd.DataFrame:
    """day x mean, p025 ... p975 of one queue."""
    rows = forecast.days[forecast.days["queue"] == queue]
    return rows.set_index(pd.DatetimeIndex(rows["start"], name="day"))[["mean", *LEVELS]]


def next_peak(expected: pd.DataFrame, season: Season, queue: str, t: Reader) -> str:
    """The busiest day ahead, how it compares with an ordinary one, and what it is near."""
    day = expected.index[int(expected["mean"].argmax())]
    ordinary = float(expected["mean"].median())
    peak = expected.loc[day]
    near = [mark for mark in marks_of(season, t, queue) if mark.start - pd.Timedelta(days=10) <= day <= mark.end]
    facts = {
        "day": t.weekday(day),
        "count": t.number(float(peak["mean"])),
        "times": f"{peak['mean'] / ordinary:.1f}" if ordinary else NOTHING,
        "low": t.number(float(peak["p10"])),
        "high": t.number(float(peak["p90"])),
    }
    if near:
        names = t(", ").join(dict.fromkeys(mark.label for mark in near))
        return t(
            "The next peak is {day}, near {names}: {count} contacts, {times} times a median day; "
            "80% between {low} and {high}.",
            names=names,
            **facts,
        )
    return t(
        "The busiest day ahead is {day}: {count} contacts, {times} times a median day; 80% between {low} and {high}.",
        **facts,
    )
