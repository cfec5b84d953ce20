"""Shows what one agent more or less buys in an interval, and at what price."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

import numpy as np
import pandas as pd
import streamlit as st

from forecast.ui.reader import Reader
from forecast.ui.table import note, sentences
from staffing import erlang
from staffing.explain import Reason
from staffing.queue import Queue
from staffing.source import Source
from staffing.ui import curve


def show_buys(found: Reason, queue: Queue, hour_cny: float, interval: pd.Timedelta, sure: bool, t: Reader) -> None:
    """The curve of service and cost by number of agents; `sure`: the day is as forecast, so no share of days is."""
    table = priced(found.curve, queue.shrinkage, hour_cny, interval)
    table = table.drop(columns=["kept"] if sure else [])
    st.echarts_chart(
        curve.buys(table, found.agents, queue.share, t),
        height=320,
        key="buys",
        alt=t("Service, occupancy, days kept and cost by number of agents"),
    )
    st.html(sentences(steps(table, found.agents, t)))
    if np.isfinite(hour_cny):
        st.html(
            note(
                t(
                    "Cost: agents to schedule × {minutes} minutes × {price} an hour, the mean over the sources that "
                    "may serve this queue. It is the value of paid time: seats are bought by the month.",
                    minutes=f"{interval / pd.Timedelta(minutes=1):g}",
                    price=t.money(hour_cny),
                )
            )
        )


def priced(table: pd.DataFrame, shrinkage: float, hour_cny: float, interval: pd.Timedelta) -> pd.DataFrame:
    """The curve with `cost`, CNY of the interval; without it where no price is known."""
    if not np.isfinite(hour_cny):
        return table
    paid = erlang.scheduled(table["agents"].to_numpy(), shrinkage)
    return table.assign(cost=np.asarray(paid) * (interval / pd.Timedelta(hours=1)) * hour_cny)


def mean_hour_cny(sources: Iterable[Source], rows: pd.DataFrame, interval: pd.Timedelta) -> float:
    """CNY of an hour, the mean of `sources` at the pace (contacts a scheduled hour) of `rows`; NaN without any."""
    hours = float(rows["scheduled"].sum()) * (interval / pd.Timedelta(hours=1))
    pace = float(rows["contacts"].sum()) / hours if hours else 0.0
    prices = [source.contract.hour_cny(pace, source.hours_per_week) for source in sources]
    return float(np.mean(prices)) if prices else float("nan")


def steps(table: pd.DataFrame, agents: int, t: Reader) -> list[str]:
    """A sentence on one agent more and one on one fewer, where the curve tells of them."""
    by = table.set_index("agents").to_dict("index")
    said = []
    for count, who in (
        (agents + 1, t("One agent more, {agents} at work", agents=agents + 1)),
        (agents - 1, t("One agent fewer, {agents} at work", agents=agents - 1)),
    ):
        if {count, agents} <= set(by):
            what = t("; ").join(_change(by[agents], by[count], t))
            said.append(t("{who}: {what}.", who=who, what=what))
    return said


def _change(now: Mapping[Hashable, float], then: Mapping[Hashable, float], t: Reader) -> list[str]:
    parts = [
        t(
            "in time {level} ({points} points)",
            level=t.percent(then["service_level"], 1),
            points=t.signed(100 * (then["service_level"] - now["service_level"]), 1),
        )
    ]
    if "kept" in now:
        told = {"kept": t.percent(then["kept"]), "now": t.percent(now["kept"])}
        parts.append(t("promise kept on {kept} of days (now {now})", **told))
    parts.append(t("busy {share}", share=t.percent(then["occupancy"], 1)))
    if "cost" in now:
        cost = then["cost"] - now["cost"]
        parts.append(
            t("{cost} more in this interval", cost=t.money(cost))
            if cost > 0
            else t("{cost} less in this interval", cost=t.money(-cost))
        )
    return parts
