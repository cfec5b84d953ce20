"""Pictures for the report: drawn from tables as SVG. Figures and dates only; words stand in the page around them."""

from __future__ import annotations

import io

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

INK, SOFT = "#1b3a2f", "#8fb9a3"
SERIES = ("#2f6f57", "#d98e32", "#5b7db1", "#a85c7a", "#7a8b3c", "#6b6b6b")
SIZE = (9.0, 2.8)


def band(days: pd.DataFrame, past: pd.Series) -> str:
    """What came (`past`, by day) and what is expected (`days`: mean, low, high by day), as SVG."""
    figure, axes = _axes()
    axes.plot(past.index.to_numpy(), past.to_numpy(dtype=float), color=SERIES[5], linewidth=1)
    x = days.index.to_numpy()
    axes.fill_between(x, days["low"].to_numpy(dtype=float), days["high"].to_numpy(dtype=float), color=SOFT, alpha=0.5)
    axes.plot(x, days["mean"].to_numpy(dtype=float), color=INK, linewidth=1.6)
    axes.set_ylim(bottom=0)
    _dated(axes)
    return _svg(figure)


def stack(weeks: pd.DataFrame, line: pd.Series) -> str:
    """Bars by week (one column a source, stacked) under the `line` of what is needed, as SVG."""
    figure, axes = _axes()
    base = np.zeros(len(weeks))
    for number, name in enumerate(weeks.columns):
        height = weeks[name].to_numpy(dtype=float)
        axes.bar(weeks.index.to_numpy(), height, width=5.0, bottom=base, color=SERIES[number % len(SERIES)])
        base = base + height
    axes.step(line.index.to_numpy(), line.to_numpy(dtype=float), where="mid", color=INK, linewidth=1.6)
    _dated(axes)
    return _svg(figure)


def cover(coverage: pd.DataFrame) -> str:
    """Agents required (line) and planned (area) by interval: columns start, required, planned; as SVG."""
    figure, axes = _axes()
    x = coverage["start"].to_numpy()
    axes.fill_between(x, coverage["planned"].to_numpy(dtype=float), step="post", color=SOFT, alpha=0.6)
    axes.step(x, coverage["required"].to_numpy(dtype=float), where="post", color=INK, linewidth=1.2)
    axes.set_ylim(bottom=0)
    _dated(axes)
    return _svg(figure)


def _axes() -> tuple[Figure, Axes]:
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e3e6e4", linewidth=0.6)
    axes.set_axisbelow(True)
    return figure, axes


def _dated(axes: Axes) -> None:
    locator = AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    # figures only: month names would be in one language
    formats = ["%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M", "%S"]
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(locator, formats=formats, zero_formats=formats, offset_formats=[""] * 6)
    )


def _svg(figure: Figure) -> str:
    out = io.StringIO()
    # a fixed salt and no date: the same plan gives the same bytes
    with mpl.rc_context({"svg.hashsalt": "peakstaff", "svg.fonttype": "none"}):
        figure.savefig(out, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = out.getvalue()
    return text[text.index("<svg") :]
