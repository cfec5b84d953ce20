"""Shows what is expected, how sure that is, and which model says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from forecast.alignment import comings, reached
from forecast.backtest import Backtest
from forecast.contribution import HAND
from forecast.forecast import Forecast, counts
from forecast.history import DAY, History
from forecast.language import Text
from forecast.peak import next_peak, sentences, unseen
from forecast.season import Season
from forecast.ui import chart
from forecast.ui.choose import choose, widget
from forecast.ui.errors import model_name, show_errors, show_kept
from forecast.ui.hand import Hand, show_hand
from forecast.ui.occasion import listed, marks_of
from forecast.ui.parts import made_of, show_parts
from forecast.ui.reader import Reader
from forecast.ui.table import html, lead, note
from forecast.ui.years import show_years
from forecast.version import Version

PAST_DAYS = 70
MADE_OF = ("like ", "follows ")  # how a queue is forecast that has no model of its own


def show_forecast(
    history: History,
    season: Season,
    forecast: Forecast,
    backtest: Backtest | None,
    t: Reader,
    before: Forecast | None = None,
    by_hand: Forecast | None = None,
    hand: Hand | None = None,
    kept: Callable[[], Sequence[Version]] | None = None,
    key: str = "",
) -> None:
    """The forecast page.

    `before` is the machine's forecast, `by_hand` that under the planner's hand and before the levers, `hand` the ledger
    to write to, `kept` tells the versions kept of it; `key` a digest of what the machine's forecast rests on.
    """
    left, _right = st.columns(2)
    with left:
        queue = choose(t("Queue"), list(forecast.queues), t.name, t, key="queue")
    expected = by_day(forecast, queue)
    said = st.empty()  # what drives the peak is fitted once the pictures stand
    whole = history.daily().reindex(columns=[queue])[queue]  # a queue that borrows or follows has none
    past = whole.iloc[-PAST_DAYS:]
    st.subheader(t("Contacts by day"), anchor=False)
    found = marks_of(season, t, queue)
    st.echarts_chart(
        chart.fan(past, expected, found, t),
        height=390,
        key="fan",
        alt=t("Contacts that came and contacts expected, with bands"),
    )
    st.html(note(t("The bands hold 50, 80 and 95 of 100 days. Shaded: promotions; dashed: festivals and events.")))
    provisional = [y for y in season.provisional_years if expected.index[0].year <= y <= expected.index[-1].year]
    if provisional:
        years = t(", ").join(map(str, provisional))
        st.html(note(t("The days off of {years} are not announced yet: the forecast goes by a rule.", years=years)))
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
    show_hand(hand, before or forecast, queue, day, t)
    st.subheader(t("A closer look"), anchor=False)
    if forecast.models.get(queue, "").startswith(MADE_OF):
        st.html(
            note(t("This queue has no history of its own, or too little: its forecast is made from other queues'."))
        )
        return
    machine = before or forecast
    means = [by_day(one, queue)["mean"].rename(queue) for one in (machine, by_hand or machine)]
    model = forecast.models.get(queue, "")
    lines = show_why(history, season, expected, means[0], means[1], backtest, model, key or forecast.digest, t, kept)
    with said:
        st.html(lead(("" if t.language == "zh" else " ").join(t.say(line) for line in lines)))


def show_leaderboard(backtest: Backtest | None, chosen: str, queue: str, t: Reader) -> None:
    """The backtest of one queue, best first."""
    if backtest is None:
        st.html(note(t("Model: {model}. No backtest: the scenario names the model.", model=model_name(chosen, t))))
        return
    board = backtest.leaderboard()
    board = board[board["queue"] == queue]
    if board.empty and chosen.startswith(MADE_OF):
        st.html(
            note(
                t(
                    "Made from other queues ({how}): no past forecast of its own could be tested.",
                    how=model_name(chosen, t),
                )
            )
        )
        return
    if board.empty:
        st.html(note(t("Model: {model}. The history is too short for a backtest.", model=model_name(chosen, t))))
        return
    most = int(board["origins"].max())
    board = board.sort_values("origins", ascending=False, kind="stable")  # what was tried less is not compared
    place = list(board["model"]).index(chosen) if chosen in set(board["model"]) else None
    facts = {"model": model_name(chosen, t), "origins": most}
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
    names = [
        model_name(m, t) if n == most else t("{model} ({count} only)", model=model_name(m, t), count=n)
        for m, n in zip(board["model"], board["origins"], strict=True)
    ]
    named = board.assign(model=names)
    st.html(html(named, head, {**share, **signed}, strong=place))
    if place:
        st.html(
            note(t("A model with a smaller error is taken only where that is more than the luck of a few forecasts."))
        )
    st.html(note(t("Error: absolute errors over contacts. Bias above 0: too much was expected.")))


def by_day(forecast: Forecast, queue: str) -> pd.DataFrame:
    """day x mean, p025 ... p975 of one queue, and machine where the planner's hand changed the forecast."""
    rows = forecast.days[forecast.days["queue"] == queue]
    return rows.set_index(pd.DatetimeIndex(rows["start"], name="day"))[list(counts(forecast.days))]


def show_why(
    history: History,
    season: Season,
    expected: pd.DataFrame,
    before: pd.Series,
    by_hand: pd.Series,
    backtest: Backtest | None,
    model: str,
    key: str,
    t: Reader,
    kept: Callable[[], Sequence[Version]] | None = None,
) -> tuple[Text, ...]:
    """One of three closer looks at a queue's forecast; what is to be said of its next peak."""
    queue = str(before.name)
    daily = history.daily()[queue].loc[: expected.index[0] - DAY]
    found = made_of(key, queue, daily, season, pd.DatetimeIndex(expected.index))
    if found is not None:
        found = found.brought_to("model", before).brought_to(HAND, by_hand)
        found = found.brought_to("levers", expected["mean"])
    peak = next_peak(daily, expected, season, backtest, model, found)
    known = reached(comings(season, queue), history.first, expected.index[-1])
    first = peak.near.key if peak.near else ""
    looks = {
        "parts": t("What drives it"),
        "years": t("Years by distance to a festival"),
        "errors": t("How past forecasts erred"),
    }
    chosen = st.segmented_control(
        t("A closer look"),
        list(looks),
        default="parts",
        required=True,
        format_func=lambda look: looks[look],
        key=widget("look", t),
        label_visibility="collapsed",
    )
    if chosen == "years":
        show_years(daily, expected, season, known, first, t)
    elif chosen == "errors":
        show_kept(kept() if kept else (), history, queue, t)
        show_errors(backtest, model, queue, known, first, t)
    else:
        show_parts(found, "" if model == "regression" else model_name(model, t), t)
    return sentences(peak, unseen(daily, season, pd.DatetimeIndex(expected.index)))
