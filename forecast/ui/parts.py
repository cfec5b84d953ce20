"""Shows what each day of a forecast is made of."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from forecast.contribution import PARTS, Contributions, contributions
from forecast.season import Season
from forecast.ui import chart
from forecast.ui.reader import Reader
from forecast.ui.table import html, note


# the key is a digest of what the forecast rests on: frames are no keys
@st.cache_resource(show_spinner=False, max_entries=64)
def made_of(key: str, queue: str, _daily: pd.Series, _season: Season, _days: pd.DatetimeIndex) -> Contributions | None:
    """The regression's contributions to the days ahead."""
    return contributions(_daily, _season, _days)


def show_parts(found: Contributions | None, model: str, t: Reader) -> None:
    """The parts as a picture and as a table; `model` is what the reader knows another chosen model as, else ''."""
    if found is None:
        st.html(note(t("The history is too short to tell what drives this queue.")))
        return
    if model:
        st.html(
            note(
                t(
                    "{model} was chosen for this queue. The parts are those of the festival regression; what {model} "
                    "expects above or below them stands apart.",
                    model=model,
                )
            )
        )
    table = found.table.loc[:, [c for c in found.table.columns if c == "level" or found.table[c].abs().max() >= 0.5]]
    said = {part: t.say(PARTS[part]) for part in table.columns}
    st.echarts_chart(
        chart.parts(table, said, t("expected")),
        height=360,
        key="parts",
        alt=t("What each day is made of, in contacts"),
    )
    st.html(
        note(
            t(
                "Contacts a day: an ordinary day of that time of year, and what each cause adds or takes. "
                "The parts add up to the day's forecast."
            )
        )
    )
    with st.expander(t("The figures by day")):
        rows = table.assign(total=table.sum(axis=1), day=table.index)
        head = {"day": t("Day"), **said, "total": t("expected")}
        figures = {part: t.signed if part != "level" else t.number for part in table.columns}
        st.html(html(rows, head, {"day": t.weekday, **figures, "total": t.number}, height=360))
