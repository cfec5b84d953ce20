"""Shows what the plan costs: by source, week and line, with and without VAT."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from forecast.ui.table import cards, html, note
from staffing import workbook
from staffing.plan import Result, summary
from staffing.save import csv_bytes
from staffing.ui import chart
from staffing.ui.view import View, source_colours
from staffing.wording import KINDS, LINES

MONEY = ("net_cny", "vat_cny", "gross_cny")


def show_costs(view: View, result: Result) -> None:
    """The cost page."""
    t, table, told = view.t, result.cost.table, summary(result)
    direct = float(table.loc[table["kind"] == "direct", "net_cny"].sum())
    indirect = float(table.loc[table["kind"] == "indirect", "net_cny"].sum())
    st.html(
        cards(
            [
                (t("Net"), t.money(told["net"], 0), t("{weeks} weeks", weeks=told["weeks"])),
                (t("VAT"), t.money(float(table["vat_cny"].sum()), 0), t("on vendors' bills")),
                (t("Gross"), t.money(told["gross"], 0), t("with VAT")),
                (t("Direct"), t.money(direct, 0), t("{share} of net", share=_share(direct, direct + indirect, view))),
                (
                    t("Indirect"),
                    t.money(indirect, 0),
                    t("{share} of net", share=_share(indirect, direct + indirect, view)),
                ),
                (t("Per handled contact"), t.money(told["each"]), t("net of VAT")),
            ]
        )
    )
    st.subheader(t("Net cost by week and source"), anchor=False)
    weeks = by_week(table, list(result.sources))
    picture = chart.stack(weeks, source_colours(view.scenario), t, money=True)
    st.echarts_chart(picture, height=340, key="costs", alt=t("Net cost by week and source"))
    st.subheader(t("By source"), anchor=False)
    sources = by_source(result)
    head = {
        "source": t("Source"),
        "direct": t("Direct"),
        "indirect": t("Indirect"),
        "net_cny": t("Net, CNY"),
        "vat_cny": t("VAT, CNY"),
        "gross_cny": t("Gross, CNY"),
        "contacts": t("Contacts"),
        "each": t("Net per contact, CNY"),
    }
    named = sources.assign(source=[t.name(s) if s else t("all sources") for s in sources["source"]])
    money = dict.fromkeys(("direct", "indirect", *MONEY, "each"), t.money)
    st.html(html(named, head, {**money, "contacts": t.number}, strong=len(named) - 1))
    st.subheader(t("By cost line"), anchor=False)
    order = {name: place for place, name in enumerate([*result.sources, *KINDS, *LINES])}
    lines = result.cost.by("source", "kind", "line")
    lines = lines.sort_values(["source", "kind", "line"], key=lambda names: names.map(order), ignore_index=True)
    lines = lines.assign(
        source=lines["source"].map(t.name),
        kind=[t.say(KINDS[k]) for k in lines["kind"]],
        line=[t.say(LINES[n]) if n in LINES else n for n in lines["line"]],
    )
    head = {
        "source": t("Source"),
        "kind": t("Kind"),
        "line": t("Cost line"),
        "net_cny": t("Net, CNY"),
        "vat_cny": t("VAT, CNY"),
        "gross_cny": t("Gross, CNY"),
    }
    st.html(html(lines, head, dict.fromkeys(MONEY, t.money)))
    if view.scenario.example_terms:
        st.html(note(t("Sources and prices are the sample's: invented examples, not offers.")))
    left, right = st.columns(2)
    left.download_button(
        t("Download the plan for finance (XLSX)"),
        lambda: workbook.build(result, t.language),
        file_name="plan.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        on_click="ignore",
        type="primary",
    )
    right.download_button(
        t("Download the costs (CSV)"), csv_bytes(table), file_name="cost.csv", mime="text/csv", on_click="ignore"
    )


def _share(part: float, whole: float, view: View) -> str:
    return view.t.percent(part / whole if whole else float("nan"))


def by_week(table: pd.DataFrame, sources: list[str]) -> pd.DataFrame:
    """Net cost, week x source, in the order of `sources`."""
    wide = table.pivot_table(index="week", columns="source", values="net_cny", aggfunc="sum", fill_value=0.0)
    return pd.DataFrame(wide.reindex(columns=sources, fill_value=0.0))


def by_source(result: Result) -> pd.DataFrame:
    """source, direct, indirect, net_cny, vat_cny, gross_cny, contacts, each; the last row ('' for all) is the total."""
    table = result.cost.table
    sums = table.groupby("source")[list(MONEY)].sum()
    kinds = table.pivot_table(index="source", columns="kind", values="net_cny", aggfunc="sum", fill_value=0.0)
    kinds = kinds.reindex(columns=["direct", "indirect"], fill_value=0.0)
    contacts = result.season.table.groupby("source")["contacts"].sum().rename("contacts")
    wide = kinds.join(sums).join(contacts).reindex(list(result.sources)).fillna(0.0)
    wide.loc[""] = wide.sum()
    wide["each"] = wide["net_cny"] / wide["contacts"].where(wide["contacts"] > 0)
    return pd.DataFrame(wide.rename_axis("source").reset_index())
