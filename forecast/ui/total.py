"""Shows queues together: what is expected of all of them or of a channel, as unsure as their sum is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from forecast.forecast import LEVELS
from forecast.history import History
from forecast.language import Text
from forecast.season import Season
from forecast.total import ALL
from forecast.ui import chart
from forecast.ui.choose import choose
from forecast.ui.occasion import marks_of
from forecast.ui.reader import Reader
from forecast.ui.table import html, note

PAST_DAYS = 70
CHANNELS = {
    ALL: Text("all queues"),
    "voice": Text("phone queues"),
    "chat": Text("chat queues"),
    "ticket": Text("ticket queues"),
}


def show_total(
    history: History, season: Season, totals: pd.DataFrame, groups: Mapping[str, Sequence[str]], t: Reader
) -> None:
    """A fan of the days of `groups` (rows of `totals`, see forecast.total) and their sum over the forecast."""
    st.subheader(t("Queues together"), anchor=False)
    group = choose(t("Which queues"), list(groups), lambda g: t.say(CHANNELS[g]), t, key="group")
    rows = totals[totals["group"] == group]
    days = pd.DatetimeIndex(rows["start"], name="day")
    expected = rows.set_index(days)[["mean", *LEVELS]]
    told = history.daily().reindex(columns=list(groups[group]))
    past = told.sum(axis=1, min_count=len(told.columns)).iloc[-PAST_DAYS:]  # unknown where a queue is
    st.echarts_chart(
        chart.fan(past, expected, marks_of(season, t), t),
        height=330,
        key="fan_together",
        alt=t("Contacts of several queues together, with bands"),
    )
    monday = days - pd.to_timedelta(days.day_of_week, unit="D")
    weeks = expected["mean"].groupby(monday).sum().rename_axis("week").reset_index()
    day = expected.reset_index().nlargest(1, "mean")
    left, right = st.columns(2)
    with left:
        st.html(html(weeks, {"week": t("Week"), "mean": t("Contacts")}, {"week": t.date, "mean": t.number}, height=240))
    with right:
        head = {
            "day": t("Busiest day"),
            "mean": t("Contacts"),
            "p10": t("at least, 9 in 10"),
            "p90": t("at most, 9 in 10"),
        }
        st.html(html(day, head, {"day": t.weekday, "mean": t.number, "p10": t.number, "p90": t.number}))
        st.html(
            note(
                t(
                    "The bands are those of the sum: narrower than the queues' own added up, as far as the queues "
                    "erred apart in the past."
                )
            )
        )
