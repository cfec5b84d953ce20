"""Shows what happened: contacts by day, by queue or by source, and the days nobody told of."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from forecast.history import History
from forecast.season import Season
from forecast.ui import chart
from forecast.ui.occasion import listed, marks_of
from forecast.ui.reader import NOTHING, Reader
from forecast.ui.table import cards, html, note, sentences

MOST_GAPS = 12


def show_history(
    history: History, season: Season, queue_colours: Mapping[str, str], source_colours: Mapping[str, str], t: Reader
) -> None:
    """The history page."""
    daily = history.daily()
    sums = daily.sum()
    whole_days = daily.notna().all(axis=1)
    whole = daily[whole_days].sum(axis=1)
    busiest = t.date(whole.index[int(whole.argmax())]) if len(whole) else NOTHING
    peak = float(whole.max()) if len(whole) else float("nan")
    st.html(
        cards(
            [
                (t("Contacts"), t.number(float(sums.sum())), t("{count} queues", count=len(history.queues))),
                (t("From"), t.date(history.first), t("{days} days", days=t.number(len(daily)))),
                (t("To"), t.date(history.last), t("in steps of {minutes} minutes", minutes=minutes(history))),
                (
                    t("Busiest day"),
                    busiest,
                    t("{count} contacts", count=t.number(peak)),
                ),
                (t("Days not wholly known"), t.number(int((~whole_days).sum())), t("of any queue")),
            ]
        )
    )
    queue_wise, source_wise = t("by queue"), t("by source")
    ways = [queue_wise, source_wise] if len(history.sources) > 1 else [queue_wise]
    st.subheader(t("Contacts by day"), anchor=False)
    way = st.segmented_control(
        t("Contacts by day"),
        ways,
        default=queue_wise,
        required=True,
        key=f"way_{t.language}",
        label_visibility="collapsed",
    )
    table = by_source(history) if way == source_wise else daily
    inks = source_colours if way == source_wise else queue_colours
    missing = [name for name in table.columns if name not in inks]
    inks = {**inks, **dict.fromkeys(missing, "#6b6b6b")}
    st.echarts_chart(
        chart.by_day(table, inks, marks_of(season, t), t),
        height=400,
        key="history",
        alt=t("Contacts by day, a line each"),
    )
    st.html(
        note(
            t("Shaded: promotions; dashed: festivals. Drag the slider to see other years. A gap is a day not told of.")
        )
    )
    left, right = st.columns(2)
    with left:
        st.subheader(t("Contacts by month"), anchor=False)
        _months(daily, t)
    with right:
        st.subheader(t("What is not known"), anchor=False)
        lines = gaps(daily, t)
        st.html(sentences(lines, "warn") if lines else note(t("Every day of every queue is told of.")))
        st.subheader(t("Events"), anchor=False)
        events = listed(season, history.first, history.last, t)
        own = events[events["name"].isin({e.name for e in season.events.all})].iloc[::-1]
        head = {"start": t("From"), "end": t("To"), "name": t("Event"), "kind": t("Kind")}
        if len(own):
            st.html(html(own, head, {"start": t.date, "end": t.date}, height=260))
        else:
            st.html(note(t("No events of your own are listed.")))


def _months(daily: pd.DataFrame, t: Reader) -> None:
    months = daily.groupby(pd.DatetimeIndex(daily.index).strftime("%Y-%m")).sum(min_count=1).iloc[::-1]
    table = months.assign(all=months.sum(axis=1)).rename_axis("month").reset_index()
    head = {"month": t("Month"), **{q: t.name(q) for q in daily.columns}, "all": t("All")}
    st.html(html(table, head, dict.fromkeys([*daily.columns, "all"], t.number), height=420))


def minutes(history: History) -> str:
    """The length of the history's intervals in minutes."""
    return f"{history.interval / pd.Timedelta(minutes=1):g}"


def by_source(history: History) -> pd.DataFrame:
    """Contacts offered, day x source; NaN where a source told nothing of a day or left a row of it empty."""
    table = history.table
    day = table["start"].dt.normalize()
    sums = table.groupby([day, "source"])["offered"].agg(lambda v: v.sum(skipna=False)).reset_index()
    wide = sums.pivot_table(index="start", columns="source", values="offered", dropna=False)
    return wide.reindex(pd.date_range(history.first, history.last, freq="D", name="day"))


def gaps(daily: pd.DataFrame, t: Reader) -> list[str]:
    """A sentence for each run of days not wholly known, the latest first."""
    lines: list[tuple[pd.Timestamp, str]] = []
    for queue in daily.columns:
        unknown = daily[queue].isna()
        for _, run in unknown[unknown].groupby((unknown != unknown.shift()).cumsum()[unknown]):
            first, last = run.index[0], run.index[-1]
            facts = {"queue": t.name(str(queue)), "first": t.date(first), "last": t.date(last), "days": len(run)}
            lines.append((last, t("{queue}: {first} to {last}, {days} days", **facts)))
    said = [line for _, line in sorted(lines, key=lambda pair: pair[0], reverse=True)]
    if len(said) > MOST_GAPS:
        return [*said[:MOST_GAPS], t("and {count} earlier runs of days", count=len(said) - MOST_GAPS)]
    return said
