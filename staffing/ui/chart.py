"""Pictures of seats, coverage and cost, as ECharts options made from tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from forecast.ui.echart import Option, base, categories, clock, days, numbers
from forecast.ui.palette import GREENS, INK, SOFT, WARN
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


def scores(rows: pd.DataFrame, colours: Mapping[str, str], kind: str, t: Reader) -> Option:
    """One measure by week, a line a source: columns week, source, value, target; `kind` as in ui.scorecard."""
    wide = rows.pivot_table(index="week", columns="source", values="value", dropna=False).sort_index()
    scale, digits = (100, 1) if kind == "share" else (1, 2 if kind == "rating" else 0)
    option = base([t.name(c) for c in wide.columns], unit="%" if kind == "share" else "")
    option["xAxis"] = categories(days(pd.DatetimeIndex(wide.index)))
    option["yAxis"]["scale"] = True
    option["series"] = [
        {
            "type": "line",
            "name": t.name(column),
            "data": numbers(wide[column] * scale, digits),
            "symbolSize": 5,
            "connectNulls": False,
            "lineStyle": {"color": colours.get(column, SOFT), "width": 1.6},
            "itemStyle": {"color": colours.get(column, SOFT)},
        }
        for column in wide.columns
    ]
    for column, target in rows.groupby("source")["target"]:
        weeks = target.groupby(rows["week"]).first().reindex(wide.index)
        if weeks.notna().any():
            ink = colours.get(str(column), SOFT)
            name = t("target of {source}", source=t.name(str(column)))
            option["series"].append(
                {
                    "type": "line",
                    "name": name,
                    "data": numbers(weeks * scale, digits),
                    "showSymbol": False,
                    "lineStyle": {"color": ink, "width": 1, "type": "dashed"},
                    "itemStyle": {"color": ink},
                }
            )
    return option


def repaired(told: pd.Series, proposed: pd.Series, ink: str, t: Reader) -> Option:
    """Contacts by day as told, and beside them as a repair would have them where it changes anything."""
    names = (t("as told"), t("as expected"))
    option = base(names)
    option["xAxis"] = categories(days(pd.DatetimeIndex(told.index)))
    lines = ((names[0], told, ink, "solid"), (names[1], proposed, WARN, "dashed"))
    option["series"] = [
        {
            "type": "line",
            "name": name,
            "data": numbers(values, 0),
            "symbolSize": 5,
            "connectNulls": False,
            "lineStyle": {"color": colour, "width": 1.6, "type": kind},
            "itemStyle": {"color": colour},
        }
        for name, values, colour, kind in lines
    ]
    return option


def cells(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that a heatmap shows, in its order: intervals that need somebody."""
    return rows[rows["scheduled"] > 0]


def heatmap(rows: pd.DataFrame, t: Reader, chosen: pd.Timestamp | None = None) -> Option:
    """Agents to schedule by day and interval: columns start, scheduled. Where nobody is needed it stays white.

    A cell may be selected, as a place in `cells(rows)`; the one of `chosen` is framed.
    """
    some = cells(rows)
    shown = sorted(rows["start"].dt.normalize().unique())
    times = sorted(set(clock(some["start"])))
    place_day, place_time = {d: i for i, d in enumerate(shown)}, {c: i for i, c in enumerate(times)}
    data = [
        [place_time[f"{start:%H:%M}"], place_day[start.normalize()], int(agents)]
        for start, agents in zip(some["start"], some["scheduled"], strict=True)
    ]
    most = max((row[2] for row in data), default=1)
    here = [row for row, start in zip(data, some["start"], strict=True) if start == chosen]
    edge = {"borderColor": "#fff", "borderWidth": 1}
    heat = {"type": "heatmap", "data": data, "selectedMode": "single", "itemStyle": edge}
    # what the browser takes for selected is not always the interval shown: the frame says which that is
    heat |= {"select": {"itemStyle": edge}, "emphasis": {"itemStyle": {"borderColor": INK, "borderWidth": 1}}}
    clear = {"color": "rgba(0,0,0,0)", "borderColor": WARN, "borderWidth": 2.5}
    frame = {"type": "heatmap", "data": here, "silent": True, "z": 3, "itemStyle": clear, "animation": False}
    scale = {
        "min": 0,
        "max": most,
        "calculable": False,
        "text": [str(most), "0"],
        "orient": "horizontal",
        "left": "center",
        "bottom": 4,
        "itemHeight": 160,
        "seriesIndex": 0,
        "inRange": {"color": list(GREENS)},
        "textStyle": {"color": SOFT},
    }
    unseen = {"show": False, "seriesIndex": 1, "min": 0, "max": most, "inRange": {"color": [clear["color"]] * 2}}
    return {
        "animation": False,
        "grid": {"left": 8, "right": 8, "top": 8, "bottom": 54, "containLabel": True},
        "tooltip": {"confine": True, "formatter": t("{time}: {count} agents to schedule", time="{b}", count="{@[2]}")},
        "xAxis": {**categories(times, gap=True), "splitArea": {"show": False}},
        "yAxis": {**categories([t.weekday(day)[5:] for day in shown], gap=True), "inverse": True},
        "visualMap": [scale, unseen],
        "series": [heat, frame],
    }


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
