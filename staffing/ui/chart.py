"""Pictures of seats, coverage and cost, as ECharts options made from tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from forecast.ui.echart import Option, base, categories, clock, days, numbers
from forecast.ui.palette import ACCENT, GREENS, INK, SOFT, WARN
from forecast.ui.reader import Reader

AREA = "#c9dfd5"


def seats(table: pd.DataFrame, needed: pd.Series, colours: Mapping[str, str], t: Reader) -> Option:
    """Seats by week, week x source, stacked under the line of what is needed."""
    option = stack(table, colours, t)
    need = t("seats needed")
    option["legend"]["data"].append(need)
    option["series"].append(
        {
            "type": "line",
            "name": need,
            "data": numbers(needed.reindex(table.index), 1),
            "symbol": "circle",
            "symbolSize": 5,
            "z": 5,
            "lineStyle": {"color": INK, "width": 1.6},
            "itemStyle": {"color": INK},
        }
    )
    return option


def stack(
    table: pd.DataFrame, colours: Mapping[str, str], t: Reader, top: float | None = None, money: bool = False
) -> Option:
    """Bars by week, week x source, stacked; `top` fixes the axis so that two pictures can be compared."""
    option = base([t.name(c) for c in table.columns])
    option["xAxis"] = categories(days(pd.DatetimeIndex(table.index)), gap=True)
    if top:
        option["yAxis"]["max"] = top
    if money:
        option["yAxis"]["axisLabel"] |= {"formatter": "¥{value}"}
        option["tooltip"]["valueFormatter"] = "¥%,.0f"
    option["series"] = [
        {
            "type": "bar",
            "stack": "all",
            "name": t.name(column),
            "data": numbers(table[column], 0),
            "barMaxWidth": 44,
            "itemStyle": {"color": colours[column]},
        }
        for column in table.columns
    ]
    return option


def heatmap(rows: pd.DataFrame, t: Reader) -> Option:
    """Agents to schedule by day and interval: columns start, scheduled. Where nobody is needed it stays white."""
    table = rows.assign(day=rows["start"].dt.normalize(), time=clock(rows["start"]))
    shown = sorted(table["day"].unique())
    times = sorted(table.loc[table["scheduled"] > 0, "time"].unique())
    names = [t.weekday(day)[5:] for day in shown]
    place_day, place_time = {d: i for i, d in enumerate(shown)}, {c: i for i, c in enumerate(times)}
    some = table[table["scheduled"] > 0]
    data = [
        [place_time[time], place_day[day], int(agents)]
        for time, day, agents in zip(some["time"], some["day"], some["scheduled"], strict=True)
    ]
    return {
        "animation": False,
        "grid": {"left": 8, "right": 8, "top": 8, "bottom": 54, "containLabel": True},
        "tooltip": {"confine": True, "formatter": t("{time}: {count} agents to schedule", time="{b}", count="{@[2]}")},
        "xAxis": {**categories(times, gap=True), "splitArea": {"show": False}},
        "yAxis": {**categories(names, gap=True), "inverse": True},
        "visualMap": {
            "min": 0,
            "max": max((row[2] for row in data), default=1),
            "calculable": False,
            "text": [str(max((row[2] for row in data), default=1)), "0"],
            "orient": "horizontal",
            "left": "center",
            "bottom": 4,
            "itemHeight": 160,
            "inRange": {"color": list(GREENS)},
            "textStyle": {"color": SOFT},
        },
        "series": [{"type": "heatmap", "data": data, "itemStyle": {"borderColor": "#fff", "borderWidth": 1}}],
    }


def buys(curve: pd.DataFrame, chosen: int, target: float | None, t: Reader) -> Option:
    """What each extra agent buys: columns agents, service_level, occupancy (shares); the chosen number is marked."""
    option = base([t("in time"), t("occupancy")])
    shown = [str(int(n)) for n in curve["agents"]]
    option["xAxis"] = {**categories(shown), "name": t("agents"), "nameLocation": "middle", "nameGap": 26}
    option["grid"]["bottom"] = 30
    option["yAxis"] |= {"max": 100, "min": 0, "axisLabel": {"color": SOFT, "formatter": "{value}%"}}
    option["tooltip"]["valueFormatter"] = "%.1f%%"
    inks = {"service_level": (t("in time"), ACCENT), "occupancy": (t("occupancy"), WARN)}
    option["series"] = [
        {
            "type": "line",
            "name": name,
            "data": numbers(curve[column] * 100, 1),
            "symbolSize": 5,
            "lineStyle": {"color": ink, "width": 2},
            "itemStyle": {"color": ink},
        }
        for column, (name, ink) in inks.items()
    ]
    lines: list[Option] = []
    if str(chosen) in shown:
        lines.append({"xAxis": str(chosen), "name": t("planned"), "label": {"position": "end", "rotate": 0}})
    if target is not None:
        lines.append({"yAxis": target * 100, "name": t("target {share}", share=t.percent(target))})
    option["series"][0]["markLine"] = {
        "silent": True,
        "symbol": "none",
        "lineStyle": {"color": SOFT, "type": "dashed"},
        "label": {"formatter": "{b}", "color": SOFT, "position": "insideEndTop"},
        "data": lines,
    }
    return option


def coverage(rows: pd.DataFrame, t: Reader) -> Option:
    """Agents required (line) and on duty (area) by interval: columns start, required, planned."""
    shown = list(rows["start"].dt.strftime("%m-%d %H:%M"))
    option = base([t("on duty"), t("required")])
    option["xAxis"] = categories(shown)
    # a label at each midnight
    option["xAxis"]["axisLabel"]["interval"] = int(rows["start"].dt.normalize().value_counts().max()) - 1
    step = {"type": "line", "step": "end", "symbol": "none"}
    option["series"] = [
        {
            **step,
            "name": t("on duty"),
            "data": numbers(rows["planned"], 0),
            "lineStyle": {"opacity": 0},
            "itemStyle": {"color": AREA},
            "areaStyle": {"color": AREA, "opacity": 0.9},
        },
        {
            **step,
            "name": t("required"),
            "data": numbers(rows["required"], 0),
            "lineStyle": {"color": INK, "width": 1.3},
            "itemStyle": {"color": INK},
        },
    ]
    return option


def shared_top(*tables: pd.DataFrame) -> float:
    """A round number that no week's total exceeds: the common axis of pictures set side by side."""
    highest = max((float(t.sum(axis=1).max()) for t in tables if len(t)), default=0.0)
    if highest <= 0:
        return 1.0
    step = 10 ** np.floor(np.log10(highest)) / 2
    return float(np.ceil(highest / step) * step)
