"""Shows the years laid over each other by the distance to an occasion."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from forecast.alignment import aligned
from forecast.peak import label
from forecast.season import Season
from forecast.ui import chart
from forecast.ui.choose import choose, widget
from forecast.ui.reader import Reader
from forecast.ui.table import Format, html, note

Comings = Mapping[str, tuple[pd.Timestamp, ...]]


def ask_occasion(known: Comings, first: str, t: Reader) -> str:
    """One of the occasions; at first the one named."""
    options = list(known)
    start = options.index(first) if first in known else 0
    return choose(t("Festival or event"), options, lambda k: t.say(label(k)), t, key="occasion", start=start)


def show_years(daily: pd.Series, expected: pd.DataFrame, season: Season, known: Comings, first: str, t: Reader) -> None:
    """This year beside past years, days counted from the occasion."""
    if not known:
        st.html(note(t("No festival or recurring event lies in these years.")))
        return
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        key = ask_occasion(known, first, t)
    with right:
        against = st.toggle(t("As multiples of an ordinary day"), value=True, key=widget("years_indexed", t))
    found = aligned(daily, expected, season, known[key], str(daily.name or ""))
    if found.past.empty:
        st.html(note(t("Neither the history nor the forecast holds a coming of it.")))
        return
    shown = found.indexed() if against else found
    st.echarts_chart(
        chart.years(shown, t, 2 if against else 0),
        height=380,
        key="years",
        alt=t("Each year's contacts by days from the occasion"),
    )
    st.html(note(t("Days from {occasion}: 0 is the day itself.", occasion=label(key).say(t.language))))
    table = found.highest()
    table["times"] = table["top"] / table["ordinary"]
    head = {
        "year": t("Year"),
        "day": t("Day"),
        "ordinary": t("Ordinary day"),
        "top": t("Highest day"),
        "times": t("Times an ordinary day"),
        "at": t("Days from it"),
    }
    formats: dict[str, Format] = {
        "day": t.weekday,
        "ordinary": t.number,
        "top": t.number,
        "times": lambda v: t.number(v, 1),
        "at": t.signed,
    }
    st.html(html(table, head, formats))
