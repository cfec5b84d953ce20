"""Shows the season plan: seats by week, people in and out, and what to decide by when."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from forecast.ui.choose import choose
from forecast.ui.reader import Reader
from forecast.ui.table import cards, html, note
from staffing.plan import Result, summary
from staffing.source import Source
from staffing.ui import chart
from staffing.ui.view import View, seats_by_source, source_colours
from staffing.wording import STATUSES


def show_season(view: View, result: Result) -> None:
    """The season page."""
    t, plan, sources = view.t, result.season, result.sources
    weeks, told = people(plan.table, sources), summary(result)
    st.html(
        cards(
            [
                (
                    t("Added over the season"),
                    t.number(float(weeks["hires"].sum())),
                    t(
                        "{hires} hired, {seats} vendor seats",
                        hires=t.number(told["hires"]),
                        seats=t.number(told["new_seats"]),
                    ),
                ),
                (t("Leave, expected"), t.number(float(weeks["leavers"].sum())), t("people or seats")),
                (t("Overtime"), t.number(float(weeks["overtime_hours"].sum())), t("hours")),
                (t("Proven gap"), t.percent(plan.gap, 2), t.say(STATUSES[plan.status])),
            ]
        )
    )
    st.html(note(t("The gap is a bound: no plan under these limits can be cheaper by a larger share.")))
    st.subheader(t("Seats by week"), anchor=False)
    needed = plan.needed.groupby("week")["seats"].sum()
    picture = chart.seats(seats_by_source(plan.table, sources), needed, source_colours(view.scenario), t)
    st.echarts_chart(picture, height=380, key="seats", alt=t("Seats by week and source under the seats needed"))
    st.subheader(t("What to decide by when"), anchor=False)
    show_decisions(decisions(plan.table, sources), sources, t)
    st.subheader(t("People by week"), anchor=False)
    whole = t("all sources")
    chosen = choose(t("Source"), ["", *sources], lambda s: t.name(s) if s else whole, t, key="source")
    rows = weeks[weeks["source"] == chosen] if chosen else weeks.groupby("week", as_index=False).sum(numeric_only=True)
    head = {
        "week": t("Week of"),
        "seats": t("Seats"),
        "effective": t("Fully productive seats"),
        "hires": t("Decided on"),
        "in_training": t("In training"),
        "leavers": t("Leavers"),
        "overtime_hours": t("Overtime, hours"),
        "contacts": t("Contacts"),
        "cost_cny": t("Cost net, CNY"),
    }
    tenth = {c: lambda v: t.number(v, 1) for c in ("effective", "leavers", "overtime_hours")}
    whole_numbers = dict.fromkeys(("seats", "hires", "in_training", "contacts"), t.number)
    st.html(html(rows, head, {"week": t.date, **whole_numbers, **tenth, "cost_cny": t.money}))
    st.subheader(t("Seats by queue"), anchor=False)
    show_queues(plan.table, t)


def show_decisions(due: pd.DataFrame, sources: Mapping[str, Source], t: Reader) -> None:
    """The decision list."""
    if due.empty:
        st.html(note(t("Nobody needs to be added over the season.")))
        return
    kinds = {"inhouse": t("hire"), "vendor": t("order seats")}
    table = due.assign(act=[kinds[sources[s].kind] for s in due["source"]], source=due["source"].map(t.name))
    head = {
        "decide": t("Decide by"),
        "source": t("Source"),
        "act": t("What"),
        "number": t("How many"),
        "trains": t("Training from"),
        "works": t("At work from"),
        "full": t("Fully productive from"),
    }
    dates = dict.fromkeys(("decide", "trains", "works", "full"), t.date)
    st.html(html(table, head, {**dates, "number": t.number}, height=420))


def show_queues(table: pd.DataFrame, t: Reader) -> None:
    """Seats by week and queue, source by source."""
    rows = table[(table["queue"] != "") & (table["seats"] > 0)]
    wide = rows.pivot_table(index="week", columns=["queue", "source"], values="seats", aggfunc="sum", fill_value=0)
    pairs = [(str(pair[0]), str(pair[1])) for pair in wide.columns]
    names = {f"c{n}": f"{t.name(queue)} · {t.name(source)}" for n, (queue, source) in enumerate(pairs)}
    wide.columns = pd.Index(list(names))
    st.html(
        html(wide.reset_index(), {"week": t("Week of"), **names}, {"week": t.date, **dict.fromkeys(names, t.number)})
    )


def people(table: pd.DataFrame, sources: Mapping[str, Source]) -> pd.DataFrame:
    """The plan by week and source: every figure added up over the queues."""
    order = {name: place for place, name in enumerate(sources)}
    sums = table.groupby(["week", "source"], as_index=False).sum(numeric_only=True)
    return sums.sort_values(
        ["week", "source"], key=lambda c: c.map(order) if c.name == "source" else c, ignore_index=True
    )


def decisions(table: pd.DataFrame, sources: Mapping[str, Source]) -> pd.DataFrame:
    """decide, source, number, trains, works, full: each hiring or order, by the Monday it must be decided.

    trains: training begins; works: first productive week; full: the week from which all are fully productive.
    """
    rows = people(table, sources)
    rows = rows[rows["hires"] > 0]
    lead, training, learning = (
        pd.to_timedelta([7 * weeks(sources[name]) for name in rows["source"]], unit="D")
        for weeks in (lambda s: s.lead_weeks, lambda s: s.training_weeks, lambda s: len(s.learning))
    )
    works = rows["week"] + lead
    return pd.DataFrame(
        {
            "decide": rows["week"],
            "source": rows["source"],
            "number": rows["hires"].astype(int),
            "trains": works - training,
            "works": works,
            "full": works + learning,
        }
    ).reset_index(drop=True)
