"""The shifts of a day as bars with their meal breaks, drawn by Altair."""

from __future__ import annotations

import re
from collections.abc import Mapping

import altair as alt
import pandas as pd

from forecast.ui.palette import SOFT
from forecast.ui.reader import Reader

BREAK = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
DAY = pd.Timedelta(days=1)
MARGIN = pd.Timedelta(minutes=30)
ROW = 20  # px a shift
FRAME = 96  # px for axis and legend, which Streamlit counts into a chart's height


def bars(shifts: pd.DataFrame, t: Reader) -> pd.DataFrame:
    """row, label, source, begin, end, what, agents: each shift as its stretches of work and its breaks, to be drawn."""
    drawn: list[tuple[str, str, str, pd.Timestamp, pd.Timestamp, str, int]] = []
    ordered = shifts.sort_values(["start", "end", "source", "breaks"])
    columns = (ordered[c] for c in ("start", "end", "source", "breaks", "agents"))
    for place, (start, end, source, breaks, agents) in enumerate(zip(*columns, strict=True)):
        row, label, name = f"{place + 1:03d}", f"{start:%H:%M}–{end:%H:%M} × {agents}", t.name(str(source))
        at = start
        for begin, back in meals(str(breaks), start):
            drawn.append((row, label, name, at, begin, t("work"), agents))
            drawn.append((row, label, name, begin, back, t("meal"), agents))
            at = back
        drawn.append((row, label, name, at, end, t("work"), agents))
    return pd.DataFrame(drawn, columns=["row", "label", "source", "begin", "end", "what", "agents"])


def meals(breaks: str, start: pd.Timestamp) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """The breaks of a shift that begins at `start`; one before the start's time of day lies after midnight.

    >>> meals("13:00-14:00", pd.Timestamp("2026-06-01 09:30"))[0][0]
    Timestamp('2026-06-01 13:00:00')
    """
    midnight = start.normalize()
    found = []
    for a, b, c, d in BREAK.findall(breaks):
        begin = midnight + pd.Timedelta(hours=int(a), minutes=int(b))
        end = midnight + pd.Timedelta(hours=int(c), minutes=int(d))
        begin = begin if begin >= start else begin + DAY
        found.append((begin, end if end > begin else end + DAY))
    return sorted(found)


def gantt(shifts: pd.DataFrame, colours: Mapping[str, str], t: Reader) -> alt.LayerChart:
    """One row a shift, coloured by source, meals pale: columns source, start, end, breaks, agents."""
    table = bars(shifts, t)
    sources = {t.name(name): ink for name, ink in colours.items() if name in set(shifts["source"])}
    rows = alt.Y("row:N", axis=None, sort="ascending")
    time = alt.X(
        "begin:T",
        title=None,
        axis=alt.Axis(format="%H:%M", labelOverlap=True, grid=True, gridColor="#e3e8e5", orient="top"),
    )
    tip = [
        alt.Tooltip("label:N", title=t("Shift")),
        alt.Tooltip("source:N", title=t("Source")),
        alt.Tooltip("what:N", title=t("Now")),
        alt.Tooltip("begin:T", title=t("From"), format="%H:%M"),
        alt.Tooltip("end:T", title=t("To"), format="%H:%M"),
    ]
    drawn = alt.Chart(table)
    bar = drawn.mark_bar(height=ROW - 8, cornerRadius=2).encode(
        x=time,
        x2="end:T",
        y=rows,
        color=alt.Color(
            "source:N",
            scale=alt.Scale(domain=list(sources), range=list(sources.values())),
            legend=alt.Legend(title=None, orient="bottom", columns=2, labelLimit=220),
        ),
        opacity=alt.condition(alt.datum.what == t("meal"), alt.value(0.25), alt.value(1.0)),
        tooltip=tip,
    )
    # the counts stand in a column of their own before the first shift
    first = table.groupby("row", as_index=False).agg(agents=("agents", "first"))
    first["at"] = table["begin"].min() - MARGIN
    count = (
        alt.Chart(first)
        .mark_text(color=SOFT, fontSize=11)
        .encode(x="at:T", y=rows, text=alt.Text(field="agents", type="quantitative", format=",d"))
    )
    height = max(3, table["row"].nunique()) * ROW + FRAME
    picture: alt.LayerChart = alt.layer(bar, count).properties(height=height).configure_view(strokeWidth=0)
    return picture
