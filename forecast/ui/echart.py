"""The parts every ECharts picture here has: plain dicts, no callbacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecast.ui.palette import LINE, MARK, SOFT

Option = dict[str, Any]
ZOOM = 46  # room for the zoom slider below the axis, px
PHONE = 560  # px: a narrower picture is a phone's
LINE_PX = 22  # a line of the legend


@dataclass(frozen=True)
class Mark:
    """An occasion on a picture of days: a span, or one day where `start` is `end`; an `aside` is named lower."""

    label: str
    start: pd.Timestamp
    end: pd.Timestamp
    aside: bool = False


def base(legend: Sequence[str] = (), zoom: tuple[float, float] | None = None, unit: str = "") -> Option:
    """Grid, axis tooltip and a legend in one row; with `zoom`, a slider that begins at those percentages."""
    option: Option = {
        "animation": False,
        "grid": {
            "left": 14,
            "right": 32,
            "top": 50 if legend else 26,
            "bottom": ZOOM if zoom else 8,
            "containLabel": True,
        },
        "tooltip": {"trigger": "axis", "confine": True, "valueFormatter": "localized"},
        "yAxis": {
            "type": "value",
            "name": unit,
            "nameTextStyle": {"color": SOFT, "align": "left"},
            "axisLabel": {"color": SOFT},
            "splitLine": {"lineStyle": {"color": LINE}},
        },
    }
    if legend:
        option["legend"] = {"top": 0, "left": 0, "data": list(legend), "icon": "roundRect"}
        option["media"] = [{"query": {"maxWidth": PHONE}, "option": {}}, {"option": {"grid": {"top": 50}}}]
        below_legend(option)
    if zoom:
        option["dataZoom"] = [
            {"type": "slider", "start": zoom[0], "end": zoom[1], "height": 22, "bottom": 8, "showDetail": False},
            {"type": "inside", "start": zoom[0], "end": zoom[1], "zoomOnMouseWheel": False},
        ]
    return option


def below_legend(option: Option) -> None:
    """A phone's legend has several lines: the picture begins below the last. To be told again when a name is added."""
    lines = _lines(option["legend"]["data"])
    option["media"][0]["option"]["grid"] = {"top": LINE_PX * lines + 28}


def _lines(legend: Sequence[str]) -> int:
    """Lines that a legend takes on a phone 330 px wide: a Chinese sign is about twice as wide as a Latin one."""
    used, lines = 0, 1
    for name in legend:
        width = 45 + _width(name)
        if used and used + width > 330:
            used, lines = 0, lines + 1
        used += width
    return lines


def _width(text: str) -> int:
    """About how wide a label is, px."""
    return sum(7 if ord(sign) < 0x2E80 else 12 for sign in text)


def categories(names: Sequence[str] | None = None, gap: bool = False) -> Option:
    """A category axis, of a dataset's own where no names are given; `gap` leaves half a step at both ends, for bars."""
    return {
        "type": "category",
        **({} if names is None else {"data": list(names)}),
        "boundaryGap": gap,
        "axisLabel": {"color": SOFT, "hideOverlap": True, **({} if gap else {"alignMaxLabel": "right"})},
        "axisLine": {"lineStyle": {"color": LINE}},
        "axisTick": {"show": False},
    }


def days(index: pd.DatetimeIndex) -> list[str]:
    """Days as YYYY-MM-DD."""
    return [f"{day:%Y-%m-%d}" for day in index]


def clock(starts: pd.Series) -> list[str]:
    """Times of day as HH:MM."""
    return list(starts.dt.strftime("%H:%M"))


def numbers(values: pd.Series | np.ndarray, digits: int = 1) -> list[float | None]:
    """Values as JSON holds them: rounded, None where unknown."""
    return [None if not np.isfinite(v) else round(float(v), digits) for v in np.asarray(values, dtype=float)]


def marks(found: Sequence[Mark], shown: Sequence[str]) -> Option:
    """Spans as shaded areas and single days as lines, cut to the days `shown`."""
    if not shown:
        return {}
    first, last = pd.Timestamp(shown[0]), pd.Timestamp(shown[-1])
    areas, lines = [], []
    for mark in found:
        if mark.end < first or mark.start > last:
            continue
        if mark.start == mark.end:
            line: Option = {"xAxis": f"{mark.start:%Y-%m-%d}", "name": mark.label}
            lines.append({**line, "label": {"position": "insideMiddleTop", "rotate": 90}} if mark.aside else line)
        else:
            begin, end = max(mark.start, first), min(mark.end, last)
            areas.append([{"xAxis": f"{begin:%Y-%m-%d}", "name": mark.label}, {"xAxis": f"{end:%Y-%m-%d}"}])
    label = {"show": True, "color": MARK, "fontSize": 11, "formatter": "{b}"}
    return {
        "markArea": {
            "silent": True,
            "itemStyle": {"color": MARK, "opacity": 0.09},
            "label": {**label, "position": "insideTop"},
            "data": areas,
        },
        "markLine": {
            "silent": True,
            "symbol": "none",
            "lineStyle": {"color": MARK, "type": "dashed", "width": 1},
            "label": {**label, "position": "end", "rotate": 0},
            "data": lines,
        },
    }


def uncrowded(marked: Option, shown: Sequence[str], width: int = 290) -> Option:
    """The marks of `marks` on a picture `width` px wide, without the names that would lie on a later one's."""
    place = {day: width * (n + 0.5) / len(shown) for n, day in enumerate(shown)}
    areas, lines = marked["markArea"]["data"], marked["markLine"]["data"]
    middle = [(place.get(a["xAxis"], 0.0) + place.get(b["xAxis"], 0.0)) / 2 for a, b in areas]
    above = [n for n, line in enumerate(lines) if "label" not in line]  # an aside stands upright
    kept = _apart([place.get(lines[n]["xAxis"], 0.0) for n in above], [lines[n]["name"] for n in above])
    silent = {above[n] for n in range(len(above)) if n not in kept}
    shaded = _apart(middle, [a["name"] for a, _ in areas])
    return {
        "markArea": {"data": [[a if n in shaded else {**a, "name": ""}, b] for n, (a, b) in enumerate(areas)]},
        "markLine": {"data": [{**one, "name": ""} if n in silent else one for n, one in enumerate(lines)]},
    }


def _apart(middles: Sequence[float], names: Sequence[str]) -> set[int]:
    """Which names can stand beside each other, the last ones first."""
    kept: set[int] = set()
    free = float("inf")
    for n in sorted(range(len(names)), key=lambda n: -middles[n]):
        half = _width(names[n]) / 2
        if middles[n] + half <= free:
            kept.add(n)
            free = middles[n] - half - 2
    return kept
