"""Shows the answers first: how many, when, how sure, who, by when, for how much."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from forecast.ui.table import cards, note, sentences
from staffing.plan import Result, summary
from staffing.report import solvers
from staffing.ui import chart
from staffing.ui.season import decisions
from staffing.ui.view import View, said, seats_by_source, source_colours


def show_overview(view: View, result: Result) -> None:
    """The overview page."""
    t = view.t
    told = summary(result)
    seats = seats_by_source(result.season.table, result.sources)
    st.html(
        cards(
            [
                (t("Expected contacts"), t.number(told["contacts"]), t("{days} days", days=told["days"])),
                (t("Busiest day"), str(told["peak_day"]), t("{count} contacts", count=t.number(told["peak"]))),
                (
                    t("How sure, busiest day"),
                    f"{t.number(told['low'])} – {t.number(told['high'])}",
                    t("80% of the time"),
                ),
                (t("Most seats"), t.number(told["peak_seats"]), t("week of {week}", week=told["peak_week"])),
                (
                    t("Cost of {weeks} weeks, net", weeks=told["weeks"]),
                    t.money(told["net"], 0),
                    t("{gross} with VAT", gross=t.money(told["gross"], 0)),
                ),
                (t("Per handled contact"), t.money(told["each"]), t("net of VAT")),
            ]
        )
    )
    st.html(sentences(answers(result, seats, view)))
    collisions = result.made.season.collisions(pd.Timestamp(told["first"]), pd.Timestamp(told["last"]))
    if collisions or result.warnings:
        st.subheader(t("Mind this"), anchor=False)
        lines = dict.fromkeys(said(text, t) for text in (*collisions, *result.warnings))
        st.html(sentences(list(lines), "warn"))
    st.subheader(t("Seats by week"), anchor=False)
    needed = result.season.needed.groupby("week")["seats"].sum()
    picture = chart.seats(seats, needed, source_colours(view.scenario), t)
    st.echarts_chart(picture, height=360, key="seats", alt=t("Seats by week and source under the seats needed"))
    st.html(
        note(
            t("Seats stand above the need where beginners do less, and where a source keeps people between two peaks.")
        )
    )


def answers(result: Result, seats: pd.DataFrame, view: View) -> list[str]:
    """The plan in sentences."""
    t, told = view.t, summary(result)
    week = pd.Timestamp(told["peak_week"])
    crowd = seats.loc[[week]].sum()
    crew = t(", ").join(
        f"{t.name(str(s))} {t.number(n)}" for s, n in zip(crowd.index, crowd.to_numpy(), strict=True) if n
    )
    facts = {"first": told["first"], "last": told["last"], "contacts": t.number(told["contacts"])}
    peak = {"day": t.weekday(told["peak_day"]), "peak": t.number(told["peak"])}
    band = {"low": t.number(told["low"]), "high": t.number(told["high"])}
    lines = [
        t(
            "From {first} to {last} about {contacts} contacts come. The busiest day is {day} with {peak}; "
            "with 80% certainty it lies between {low} and {high}.",
            **facts,
            **peak,
            **band,
        ),
        t(
            "Most seats are taken in the week of {week}: {seats}, of which {crew}.",
            week=told["peak_week"],
            seats=t.number(told["peak_seats"]),
            crew=crew,
        ),
    ]
    due = decisions(result.season.table, result.sources)
    if len(due):
        first = due.iloc[0]
        lines.append(
            t(
                "Over the season {count} people or seats are added. The first decision is due by {date}: "
                "{source} {number}, at work from {works}.",
                count=t.number(float(due["number"].sum())),
                date=t.date(first["decide"]),
                source=t.name(first["source"]),
                number=t.number(float(first["number"])),
                works=t.date(first["works"]),
            )
        )
    else:
        lines.append(t("Nobody needs to be added over the season."))
    lines.append(
        t(
            "The {weeks} weeks cost {net} net and {gross} with VAT: {each} net for each contact handled.",
            weeks=told["weeks"],
            net=t.money(told["net"], 0),
            gross=t.money(told["gross"], 0),
            each=t.money(told["each"]),
        )
    )
    return [*lines, *(t.say(line) for line in solvers(result))]
