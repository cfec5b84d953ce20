"""Pictures of what agents buy: by their number, simulated beside promised, and shared between queues."""

from __future__ import annotations

import pandas as pd

from forecast.ui.echart import Option, base, categories, numbers
from forecast.ui.palette import ACCENT, INK, SOFT, SOURCES, WARN
from forecast.ui.reader import Reader

PERCENT = {"color": SOFT, "formatter": "{value}%"}
DASHED = {"color": SOFT, "type": "dashed"}


def buys(curve: pd.DataFrame, chosen: int, target: float, t: Reader) -> Option:
    """Service by number of agents: the shares service_level, kept, occupancy and abandonment, and cost in CNY.

    A column that is not there has no line; the number chosen and the target are marked.
    """
    shares = {
        "service_level": (t("in time"), ACCENT),
        "kept": (t("days kept"), SOURCES[2]),
        "occupancy": (t("occupancy"), SOURCES[1]),
        "abandonment": (t("give up"), WARN),
    }
    lines = {column: named for column, named in shares.items() if column in curve.columns}
    money = t("cost, right axis")
    option = base([*(name for name, _ink in lines.values()), *([money] if "cost" in curve.columns else [])])
    shown = [str(int(n)) for n in curve["agents"]]
    option["xAxis"] = {**categories(shown), "name": t("agents"), "nameLocation": "middle", "nameGap": 26}
    option["grid"] |= {"bottom": 30}
    option["yAxis"] |= {"max": 100, "min": 0, "axisLabel": PERCENT}
    option["series"] = [
        {
            "type": "line",
            "name": name,
            "data": numbers(curve[column] * 100, 1),
            "symbolSize": 5,
            "lineStyle": {"color": ink, "width": 2},
            "itemStyle": {"color": ink},
            "tooltip": {"valueFormatter": "%.1f%%"},
        }
        for column, (name, ink) in lines.items()
    ]
    if "cost" in curve.columns:
        right = {
            "position": "right",
            "splitLine": {"show": False},
            "axisLabel": {"color": SOFT, "formatter": "¥{value}"},
        }
        option["yAxis"] = [option["yAxis"], {**option["yAxis"], **right, "min": 0, "max": None}]
        option["series"].append(
            {
                "type": "line",
                "name": money,
                "yAxisIndex": 1,
                "data": numbers(curve["cost"], 2),
                "symbol": "none",
                "lineStyle": {"color": INK, "width": 1.2, "type": "dotted"},
                "itemStyle": {"color": INK},
                "tooltip": {"valueFormatter": "¥%,.2f"},
            }
        )
    lines_: list[Option] = []
    if str(chosen) in shown:
        lines_.append({"xAxis": str(chosen), "name": t("planned"), "label": {"position": "end", "rotate": 0}})
    lines_.append({"yAxis": round(target * 100, 1), "name": t("target {share}", share=t.percent(target))})
    option["series"][0]["markLine"] = {
        "silent": True,
        "symbol": "none",
        "lineStyle": DASHED,
        "label": {"formatter": "{b}", "color": SOFT, "position": "insideEndTop"},
        "data": lines_,
    }
    return option


def kept(rows: pd.DataFrame, target: float, t: Reader) -> Option:
    """Promised and simulated service by interval: columns start, promised, service_level, low, high."""
    table = pd.DataFrame({"at": rows["start"].dt.strftime("%m-%d %H:%M"), "low": rows["low"] * 100})
    table = table.assign(width=(rows["high"] - rows["low"]) * 100, promised=rows["promised"] * 100)
    table = table.assign(simulated=rows["service_level"] * 100).round(dict.fromkeys(("low", "width", "promised"), 2))
    said = rows[["promised", "service_level", "low", "high"]].map(lambda share: t.percent(share, 1))
    table["tip"] = [
        t("promised {promised}, simulated {level} ({low} to {high})", promised=p, level=level, low=low, high=high)
        for p, level, low, high in said.itertuples(index=False)
    ]
    names = {"simulated": t("simulated"), "width": t("95% interval"), "promised": t("promised")}
    option = base(list(names.values()))
    option["dataset"] = {"source": table}
    option["tooltip"] |= {"formatter": "<b>{@at}</b><br>{@tip}"}
    option["xAxis"] = categories()
    # a label where a day begins
    first = rows["start"].dt.normalize().value_counts()
    option["xAxis"]["axisLabel"]["interval"] = int(first.max()) - 1 if len(first) else 0
    lowest = float(min(table["low"].min(), table["promised"].min(), target * 100)) if len(table) else 0.0
    option["yAxis"] |= {"min": max(0, 10 * int((lowest - 1) // 10)), "max": 100, "axisLabel": PERCENT}
    band = {"color": ACCENT, "opacity": 0.22}
    clear = {"opacity": 0}
    line = {"type": "line", "symbol": "none"}
    option["series"] = [
        {**line, "name": " ", "encode": {"x": "at", "y": "low"}, "stack": "band", "silent": True, "lineStyle": clear},
        {**line, "name": names["width"], "encode": {"x": "at", "y": "width"}, "stack": "band", "silent": True}
        | {"lineStyle": clear, "itemStyle": band, "areaStyle": band},
        {**line, "name": names["simulated"], "encode": {"x": "at", "y": "simulated"}}
        | {"lineStyle": {"color": ACCENT, "width": 1.6}, "itemStyle": {"color": ACCENT}},
        {**line, "name": names["promised"], "encode": {"x": "at", "y": "promised"}}
        | {"lineStyle": {"color": WARN, "width": 1.3}, "itemStyle": {"color": WARN}},
    ]
    option["series"][2]["markLine"] = {
        "silent": True,
        "symbol": "none",
        "lineStyle": DASHED,
        "label": {"formatter": "{b}", "color": SOFT, "position": "insideEndBottom"},
        "data": [{"yAxis": round(target * 100, 1), "name": t("target {share}", share=t.percent(target))}],
    }
    return option


def shared(table: pd.DataFrame, t: Reader) -> Option:
    """Agent-hours by the share of cross-trained people: columns cross_trained, agent_hours."""
    option = base()
    axis = {"type": "value", "min": 0, "max": 100, "splitLine": {"show": False}, "axisLabel": PERCENT}
    option["xAxis"] = {**axis, "name": t("cross-trained"), "nameLocation": "middle", "nameGap": 26}
    option["grid"] |= {"bottom": 30}
    option["yAxis"] |= {"scale": True, "name": t("agent-hours")}
    option["tooltip"] |= {"formatter": t("{share}% cross-trained: {hours} agent-hours", share="{@[0]}", hours="{@[1]}")}
    pairs = zip(table["cross_trained"].tolist(), table["agent_hours"].tolist(), strict=True)
    option["series"] = [
        {
            "type": "line",
            "name": t("agent-hours"),
            "data": [[round(100 * share, 1), round(hours, 1)] for share, hours in pairs],
            "symbolSize": 6,
            "lineStyle": {"color": ACCENT, "width": 2},
            "itemStyle": {"color": ACCENT},
        }
    ]
    return option
