"""Shows how each source did: its measures against targets and the others, week by week, and whether to renew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
import streamlit as st

from forecast.history import History
from forecast.season import Season
from forecast.ui.choose import choose
from forecast.ui.reader import NOTHING, Reader
from forecast.ui.table import Format, html, note, sentences
from staffing import workbook
from staffing.save import csv_bytes
from staffing.scorecard import ANSWERS, HEADINGS, Scorecard, Targets, Verdict, judged, scored, tables
from staffing.scorecard.card import ADJUSTMENTS, STATES, TRENDS
from staffing.scorecard.finding import Finding
from staffing.scorecard.measure import LABELS, MEASURES
from staffing.ui import chart
from staffing.ui.view import said

PERIODS = (4, 8, 13, 26, 52)  # weeks
USUAL = 2  # place of the period first shown
TINTS = {
    "renew": "#e6f2ec",
    "renew with conditions": "#fdf4e3",
    "do not renew": "#fbe9e4",
    "too little to judge": "#f2f2f2",
}


def show_scorecard(
    key: str,
    history: History,
    season: Season,
    targets: Targets,
    vendors: Sequence[str],
    colours: Mapping[str, str],
    t: Reader,
) -> None:
    """The scorecard page; key: a digest of the history. `vendors` get a verdict, other sources stand beside them."""
    if len(history.sources) < 2 and not history.sources[0]:
        st.html(note(t("This history does not say which source handled the contacts: import each vendor's export.")))
        return
    weeks = choose(t("Period"), PERIODS, lambda n: t("last {count} weeks", count=n), t, key="score_weeks", start=USUAL)
    card = _card(f"{key}:{targets.model_dump_json()}", history, targets, season)
    verdicts = _verdicts(f"{key}:{targets.model_dump_json()}:{weeks}", weeks, card)
    shown = [v for v in verdicts if v.source in vendors] or list(verdicts)
    for column, verdict in zip(st.columns(len(shown)), shown, strict=True):
        with column:
            _verdict(verdict, t)
    st.subheader(t("Against the targets"), anchor=False)
    measure_words = {name: t.say(LABELS[name]) for name in MEASURES}
    table = compared(verdicts, t)
    head = {"measure": t("Measure"), "target": t("Target")}
    head |= {column: heading for v in verdicts for column, heading in _headings(v.source, t).items()}
    st.html(html(table, head, {c: str for c in table.columns if c != "measure"}))
    st.html(
        note(
            t(
                "In brackets: the value at the mix of contacts that all sources serve, so that harder contacts count "
                "against nobody. A measure is called missed only where chance does not explain it."
            )
        )
    )
    st.subheader(t("Week by week"), anchor=False)
    measure = choose(t("Measure"), list(LABELS), lambda m: t.say(LABELS[m]), t, key="score_measure", start=4)
    rows = card.table[(card.table["queue"] == "") & (card.table["measure"] == measure)]
    rows = rows[rows["week"] > rows["week"].max() - pd.Timedelta(weeks=weeks)]
    digits = digits_of(measure)
    option = chart.scores(rows, colours, digits, t)
    st.echarts_chart(option, height=300, key=f"score_{measure}", alt=measure_words.get(measure, measure))
    st.html(html(weekly(rows, t), *_weekly_head(t), height=360))
    _downloads(card, verdicts, t)


@st.cache_resource(show_spinner=False, max_entries=4)
def _card(key: str, _history: History, _targets: Targets, _season: Season) -> Scorecard:
    return scored(_history, _targets, season=_season)


@st.cache_resource(show_spinner=False, max_entries=40)
def _verdicts(key: str, weeks: int, _card: Scorecard) -> tuple[Verdict, ...]:
    last = _card.weeks[-1]
    first = last - pd.Timedelta(weeks=weeks - 1)
    there = _card.table.loc[_card.table["week"] >= first, "source"].unique()
    return tuple(judged(_card, s, first, last) for s in _card.sources if s in there)


def _verdict(verdict: Verdict, t: Reader) -> None:
    """The answer in a card, its evidence below."""
    score = t("score {score}", score=NOTHING if verdict.score is None else t.percent(verdict.score))
    tint = TINTS[verdict.answer]
    span = t("{first} to {last}", first=t.date(verdict.first), last=t.date(verdict.last + pd.Timedelta(days=6)))
    st.html(
        f'<div class="ps-card" style="background:{tint}"><span>{escape(t.name(verdict.source))}</span>'
        f"<b>{escape(t.say(ANSWERS[verdict.answer]))}</b>"
        f"<span>{escape(score)} · {escape(span)}</span></div>"
    )
    with st.expander(t("Evidence for {source}", source=t.name(verdict.source))):
        st.html(sentences([said(text, t) for text in verdict.evidence]))
        if verdict.conditions:
            st.html(note(t("Conditions to ask for:")))
            st.html(sentences([said(text, t) for text in verdict.conditions], "warn"))


def _headings(source: str, t: Reader) -> dict[str, str]:
    return {f"value_{source}": t.name(source), f"state_{source}": t("met?")}


def digits_of(measure: str) -> str:
    """How a measure is shown: 'share', 'seconds', 'rating' or 'count'."""
    if measure == "share" or (measure in MEASURES and MEASURES[measure].is_share):
        return "share"
    return {"satisfaction": "rating", "contacts": "count"}.get(measure, "seconds")


def shown(value: float, measure: str, t: Reader) -> str:
    """A value of a measure as the reader sees it."""
    kind = digits_of(measure)
    if kind == "share":
        return t.percent(value, 1)
    return t.number(value, {"rating": 2, "count": 0, "seconds": 0}[kind])


def compared(verdicts: Sequence[Verdict], t: Reader) -> pd.DataFrame:
    """A row a measure: its label, the target of all contacts, then value (at the mix of all) and state by source."""
    rows = []
    for place, name in enumerate(MEASURES):
        found = [v.findings[place] for v in verdicts]
        target = next((f.target_of_all for f in found if f.target_of_all == f.target_of_all), float("nan"))
        row = {"measure": t.say(LABELS[name]), "target": shown(target, name, t)}
        for verdict, one in zip(verdicts, found, strict=True):
            row[f"value_{verdict.source}"] = _value(one, name, t)
            row[f"state_{verdict.source}"] = t.say(STATES[one.state])
        rows.append(row)
    return pd.DataFrame(rows)


def _value(one: Finding, name: str, t: Reader) -> str:
    if one.value != one.value:
        return NOTHING
    alone = shown(one.value, name, t)
    return f"{alone} ({shown(one.adjusted, name, t)})" if one.adjusted == one.adjusted else alone


def weekly(rows: pd.DataFrame, t: Reader) -> pd.DataFrame:
    """The weeks of one measure, the latest first, in words."""
    table = rows.sort_values(["week", "source"], ascending=[False, True])
    return pd.DataFrame(
        {
            "week": table["week"],
            "source": table["source"].map(t.name),
            "value": [shown(v, m, t) for v, m in zip(table["value"], table["measure"], strict=True)],
            "range": [
                NOTHING if lo != lo else f"{shown(lo, m, t)} – {shown(hi, m, t)}"
                for lo, hi, m in zip(table["low"], table["high"], table["measure"], strict=True)
            ],
            "of": table["of"],
            "adjusted": [
                shown(v, m, t) if v == v else (t.say(ADJUSTMENTS[a]) if a in ("alone", "too_little") else NOTHING)
                for v, m, a in zip(table["adjusted"], table["measure"], table["adjustment"], strict=True)
            ],
            "state": [t.say(STATES[s]) for s in table["state"]],
            "trend": [t.say(TRENDS[s]) for s in table["trend"]],
        }
    )


def _weekly_head(t: Reader) -> tuple[dict[str, str], dict[str, Format]]:
    head = {
        "week": t("Week of"),
        "source": t("Source"),
        "value": t("Value"),
        "range": t("95% of chance"),
        "of": t("Contacts behind it"),
        "adjusted": t("At the mix of all"),
        "state": t("Target met"),
        "trend": t("Trend over eight weeks"),
    }
    return head, {"week": t.date, "value": str, "range": str, "of": t.number, "adjusted": str}


def _downloads(card: Scorecard, verdicts: Sequence[Verdict], t: Reader) -> None:
    found = tables(card, verdicts, t.language)
    left, right = st.columns(2)
    left.download_button(
        t("Download the scorecard (XLSX)"),
        lambda: workbook.plain(_named(found, t)),
        file_name="scorecard.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        on_click="ignore",
        type="primary",
    )
    right.download_button(
        t("Download the weeks (CSV)"),
        lambda: csv_bytes(found["weeks"]),
        file_name="scorecard.csv",
        mime="text/csv",
        on_click="ignore",
    )


def _named(found: Mapping[str, pd.DataFrame], t: Reader) -> dict[str, pd.DataFrame]:
    """The tables under their titles and headings."""
    titles = {"weeks": t("Scorecard"), "verdicts": t("Verdicts"), "evidence": t("Evidence")}
    return {
        titles[name]: table.rename(columns={c: t.say(HEADINGS[c]) for c in table.columns})
        for name, table in found.items()
    }
