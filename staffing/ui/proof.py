"""Shows promised beside simulated service, interval by interval, and says where the simulation shows less."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from forecast.ui.reader import Reader
from forecast.ui.table import cards, html, note, sentences
from staffing.queue import Queue
from staffing.requirement import Confidence
from staffing.simulate import Replay
from staffing.simulate.confidence import wilson
from staffing.ui import curve

DAY = pd.Timedelta(days=1)


def show_proof(found: Replay, name: str, queue: Queue, confidence: Confidence, t: Reader, *, key: str) -> None:
    """One queue of a replayed plan; intervals and days without contacts are left out."""
    rows = found.table[(found.table["queue"] == name) & (found.table["contacts"] > 0)]
    if rows.empty:
        st.html(note(t("No contacts are expected in this week.")))
        return
    busy = rows["start"].dt.normalize().unique()
    days = found.days[(found.days["queue"] == name) & found.days["date"].isin(busy)]
    level, low, high = overall(rows)
    kept = float(days["kept"].mean())
    fewest, most = (float(end) for end in wilson(kept, found.samples * len(days)))
    beside = outside(rows)
    under = beside[beside["promised"] > beside["high"]]
    promised = float(np.average(rows["promised"], weights=rows["contacts"]))
    interval = t("95%: {low} to {high}", low=t.percent(low, 1), high=t.percent(high, 1))
    st.html(
        cards(
            [
                (t("In time, promised"), t.percent(promised, 1), t("target {share}", share=t.percent(queue.share))),
                (t("In time, simulated"), t.percent(level, 1), interval),
                (
                    t("Days that keep the promise"),
                    t.percent(kept),
                    t("95%: {low} to {high}", low=t.percent(fewest), high=t.percent(most)),
                ),
                (
                    t("Intervals below their promise"),
                    t.number(len(under)),
                    t("of {total}; above: {above}", total=len(rows), above=len(beside) - len(under)),
                ),
            ]
        )
    )
    picture = curve.kept(rows, queue.share, t)
    st.echarts_chart(picture, height=300, key=key, alt=t("Promised and simulated share in time by interval"))
    st.html(sentences(verdict(beside, level, low, high, promised, kept, confidence, t)))
    if len(beside):
        _table(beside, t)
    st.html(
        note(
            t(
                "Every day of the week drawn {samples} times, as far from its forecast as it may be; contacts, handle "
                "times and patience by chance. Were every promise exact, about 5 of 100 would lie outside by chance.",
                samples=found.samples,
            )
        )
    )


def overall(rows: pd.DataFrame) -> tuple[float, float, float]:
    """Share in time of all rows, and an interval that holds it 95 times in 100 or more.

    Intervals of a day share its fate, so that their half-widths add up; days are drawn apart, so that theirs add as
    squares.
    """
    share = rows["contacts"].to_numpy() / float(rows["contacts"].sum())
    level = rows["service_level"].to_numpy()
    day = pd.factorize(rows["start"].dt.normalize())[0]
    middle = float(share @ level)
    down, up = (
        float(np.sqrt((np.bincount(day, share * width) ** 2).sum()))
        for width in (level - rows["low"].to_numpy(), rows["high"].to_numpy() - level)
    )
    return middle, max(middle - down, 0.0), min(middle + up, 1.0)


def outside(rows: pd.DataFrame) -> pd.DataFrame:
    """The intervals whose promise lies outside what the simulation found, those furthest below it first."""
    wrong = rows[(rows["promised"] > rows["high"]) | (rows["promised"] < rows["low"])]
    points = 100 * (wrong["service_level"] - wrong["promised"])
    return wrong.assign(points=points).sort_values(["points", "start"], ignore_index=True)


def verdict(
    beside: pd.DataFrame,
    level: float,
    low: float,
    high: float,
    promised: float,
    kept: float,
    confidence: Confidence,
    t: Reader,
) -> list[str]:
    """What the simulation says of the promise, plainly."""
    if promised > high:
        said = [
            t(
                "The simulation shows less than promised: {level} in time, {promised} promised.",
                **_two(level, promised, t),
            )
        ]
    elif promised < low:
        said = [
            t(
                "The simulation shows more than promised: {level} in time, {promised} promised.",
                **_two(level, promised, t),
            )
        ]
    else:
        said = [
            t(
                "The simulation agrees with the promise: {level} in time, {promised} promised.",
                **_two(level, promised, t),
            )
        ]
    if isinstance(confidence, float):
        share = t.percent(confidence)
        said.append(
            t(
                "Planned to be kept on {share} of days; {kept} of the sampled days keep it.",
                share=share,
                kept=t.percent(kept),
            )
        )
    elif confidence == "expected":
        said.append(
            t(
                "Planned to be kept on average, not on every day: {kept} of the sampled days keep it.",
                kept=t.percent(kept),
            )
        )
    else:
        said.append(
            t(
                "Planned for days as forecast; the sampled days are not, and {kept} of them keep it.",
                kept=t.percent(kept),
            )
        )
    worst = beside[beside["points"] < 0]
    if len(worst):
        row = worst.iloc[0]
        said.append(
            t(
                "Worst: {day} {time}, {points} points below its promise.",
                day=t.weekday(row["start"]),
                time=f"{row['start']:%H:%M}",
                points=t.number(-row["points"], 1),
            )
        )
    return said


def _two(level: float, promised: float, t: Reader) -> dict[str, str]:
    return {"level": t.percent(level, 1), "promised": t.percent(promised, 1)}


def _table(beside: pd.DataFrame, t: Reader) -> None:
    head = {
        "when": t("Interval from"),
        "contacts": t("Contacts"),
        "agents": t("Agents at work"),
        "promised": t("Promised"),
        "service_level": t("Simulated"),
        "interval": t("95% interval"),
        "points": t("Points"),
    }
    table = beside.assign(
        when=[f"{t.weekday(start)} {start:%H:%M}" for start in beside["start"]],
        interval=[f"{t.percent(a, 1)} – {t.percent(b, 1)}" for a, b in zip(beside["low"], beside["high"], strict=True)],
    )
    with st.expander(t("Intervals whose promise lies outside: {count}", count=len(beside))):
        share = {name: lambda v: t.percent(v, 1) for name in ("promised", "service_level")}
        figures = {"contacts": lambda v: t.number(v, 1), "agents": t.number, "points": lambda v: t.signed(v, 1)}
        st.html(html(table, head, {**figures, **share, "interval": str}, height=320))
