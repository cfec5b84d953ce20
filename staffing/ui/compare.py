"""Shows two scenarios side by side: figures, their differences, and what changed in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from forecast.language import Text
from forecast.ui.reader import NOTHING, Reader
from forecast.ui.table import html, lead, note
from staffing.plan import Result, summary
from staffing.ui import chart
from staffing.ui.conflict import show_conflict
from staffing.ui.costs import by_week
from staffing.ui.view import View, seats_by_source, source_colours


@dataclass(frozen=True)
class Figure:
    """A row of the comparison: its words, its value in a result, and the digits it is shown with."""

    label: Text
    of: Callable[[Result], float]
    digits: int = 0
    money: bool = False


FIGURES = (
    Figure(Text("Expected contacts"), lambda r: float(summary(r)["contacts"])),
    Figure(Text("Contacts on the busiest day"), lambda r: float(summary(r)["peak"])),
    Figure(Text("Most seats in a week"), lambda r: float(summary(r)["peak_seats"])),
    Figure(Text("People or seats added"), lambda r: float(summary(r)["hires"] + summary(r)["new_seats"])),
    Figure(Text("Overtime, hours"), lambda r: float(r.season.table["overtime_hours"].sum())),
    Figure(Text("Vendors' share of seat-weeks, %"), lambda r: vendor_share(r) * 100, 1),
    Figure(Text("Cost net"), lambda r: float(summary(r)["net"]), 0, True),
    Figure(Text("Cost with VAT"), lambda r: float(summary(r)["gross"]), 0, True),
    Figure(Text("Net per handled contact"), lambda r: float(summary(r)["each"]), 2, True),
)


def vendor_share(result: Result) -> float:
    """The part of all seat-weeks that vendors fill."""
    seats = result.season.table.groupby("source")["seats"].sum()
    sources = result.sources
    vendors = float(sum(seats.get(name, 0) for name, s in sources.items() if s.kind == "vendor"))
    return vendors / float(seats.sum()) if seats.sum() else 0.0


@dataclass(frozen=True)
class Difference:
    """A figure in A and in B."""

    figure: Figure
    a: float
    b: float

    @property
    def change(self) -> float:
        """B less A; 0 where the digits shown do not differ."""
        change = self.b - self.a
        return change if abs(change) >= 0.5 * 10.0**-self.figure.digits else 0.0

    @property
    def share(self) -> float:
        """The change as a part of A; NaN where A is 0."""
        return self.change / abs(self.a) if self.a else float("nan")


def differences(a: Result, b: Result) -> tuple[Difference, ...]:
    """Every figure of both, in the order of FIGURES."""
    return tuple(Difference(figure, figure.of(a), figure.of(b)) for figure in FIGURES)


def show_compare(a: View, b: View) -> None:
    """The comparison of two outcomes."""
    t = a.t
    for view, letter in ((a, "A"), (b, "B")):
        if not isinstance(view.outcome, Result):
            st.subheader(t("{letter}: no plan", letter=letter), anchor=False)
            show_conflict(view, view.outcome, key=letter)
    if not (isinstance(a.outcome, Result) and isinstance(b.outcome, Result)):
        return
    table = differences(a.outcome, b.outcome)
    st.html(lead(sentence(table, t)))
    st.html(
        html(
            in_words(table, t),
            {"label": t("Measure"), "a": "A", "b": "B", "change": t("B less A"), "share": "%"},
            dict.fromkeys(("a", "b", "change", "share"), str),
        )
    )
    pictures(a, b, t)


def pictures(a: View, b: View, t: Reader) -> None:
    """Seats and cost by week of each, on the same axes."""
    results = [v.outcome for v in (a, b) if isinstance(v.outcome, Result)]
    inks = {**source_colours(b.scenario), **source_colours(a.scenario)}
    seats = [seats_by_source(r.season.table, r.sources) for r in results]
    costs = [by_week(r.cost.table, list(r.sources)) for r in results]
    for title, tables, money in ((t("Seats by week"), seats, False), (t("Net cost by week"), costs, True)):
        st.subheader(title, anchor=False)
        top = chart.shared_top(*tables)
        for column, letter, table, view in zip(st.columns(2), "AB", tables, (a, b), strict=True):
            with column:
                st.html(note(f"{letter} · {view.scenario.title.say(t.language)}"))
                picture = chart.stack(table, inks, t, top=top, money=money)
                st.echarts_chart(picture, height=260, key=f"{letter}{money}", alt=f"{letter}: {title}")
    st.html(note(t("Both pictures of a row have the same axis.")))


def in_words(found: Sequence[Difference], t: Reader) -> pd.DataFrame:
    """label, a, b, change, share as the reader sees them."""
    rows = []
    for one in found:
        say, digits = (t.money if one.figure.money else t.number), one.figure.digits
        change = t.signed(one.change, digits) if one.change else NOTHING
        share = f"{t.signed(one.share * 100, 1)}%" if one.change and one.a else NOTHING
        rows.append((t.say(one.figure.label), say(one.a, digits), say(one.b, digits), change, share))
    return pd.DataFrame(rows, columns=["label", "a", "b", "change", "share"])


def sentence(found: Sequence[Difference], t: Reader) -> str:
    """What changed, in one sentence."""
    by = {one.figure.label.message: one for one in found}
    cost, seats, hires = by["Cost net"], by["Most seats in a week"], by["People or seats added"]
    if not (cost.change or seats.change or hires.change):
        return t("A and B come to the same cost, seats and people.")
    facts = {
        "cost": t.money(abs(cost.change), 0),
        "share": t.percent(abs(cost.share), 1),
        "seats": t.signed(seats.change),
        "hires": t.signed(hires.change),
    }
    if cost.change >= 0:
        return t(
            "B costs {cost} more than A ({share}); seats at the peak: {seats}, added over the season: {hires}.", **facts
        )
    return t(
        "B costs {cost} less than A ({share}); seats at the peak: {seats}, added over the season: {hires}.", **facts
    )
