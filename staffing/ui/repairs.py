"""Shows what seems amiss in the history, one proposal at a time to accept or reject, and what was repaired and why."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from forecast import archive
from forecast.archive import Archive
from forecast.language import Text
from forecast.problem import Refused
from forecast.repair import Proposal
from forecast.repair.proposal import KIND_LABELS
from forecast.ui.choose import choose
from forecast.ui.reader import NOTHING, Reader
from forecast.ui.table import html, note, sentences
from staffing import working
from staffing.ui import chart
from staffing.ui.view import said
from staffing.working import Working

ACTIONS: Mapping[str, Text] = {
    "replace values": Text("replace the values by those expected"),
    "leave out of learning": Text("keep the values, but let the forecast learn nothing from these days"),
    "scale earlier level": Text("bring what was before to the new level"),
}
AROUND = pd.Timedelta(days=28)
SHOWN = 300  # repaired values in the table


def show_repairs(found: Working, place: Archive, colours: Mapping[str, str], t: Reader) -> None:
    """The proposals that are open, then the record of what was accepted."""
    st.subheader(t("Repairs"), anchor=False)
    with st.spinner(t("Looking for what seems amiss.")):
        waiting = _open(found.digest, found, place)
    if not waiting:
        st.html(note(t("Nothing seems amiss that was not decided on.")))
    else:
        st.html(
            note(
                t(
                    "{count} places seem amiss. What you accept is repaired in every plan from then on; the original "
                    "stays beside it, and each decision can be taken back.",
                    count=len(waiting),
                )
            )
        )
        chosen = choose(
            t("What seems amiss"), [p.key for p in waiting], lambda k: _titled(_by(waiting, k), t), t, key="repair"
        )
        _proposal(_by(waiting, chosen), found, place, colours, t)
    _decided(found, place, t)


@st.cache_resource(show_spinner=False, max_entries=4)
def _open(digest: str, _found: Working, _place: Archive) -> tuple[Proposal, ...]:
    return working.open_proposals(_found, _place)


def _by(found: tuple[Proposal, ...], key: str) -> Proposal:
    return next(p for p in found if p.key == key)


def _titled(proposal: Proposal, t: Reader) -> str:
    who = t.name(proposal.queue) + (f" · {t.name(proposal.source)}" if proposal.source else "")
    return f"{t.date(proposal.start)} · {t.say(KIND_LABELS[proposal.kind])} · {who}"


def _proposal(proposal: Proposal, found: Working, place: Archive, colours: Mapping[str, str], t: Reader) -> None:
    st.html(sentences([said(proposal.why, t)]))
    unknown = proposal.original != proposal.original
    facts = {
        "original": t("unknown") if unknown else t.number(proposal.original),
        "proposed": t.number(proposal.proposed),
        "low": t.number(proposal.low),
        "high": t.number(proposal.high),
        "action": t.say(ACTIONS[proposal.action]),
        "sure": t.percent(proposal.confidence),
    }
    if proposal.action == "scale earlier level":
        st.html(note(t("Proposed: {action} (factor {factor}).", factor=f"{proposal.factor:.2f}", **facts)))
    else:
        st.html(note(t("Told: {original}; expected: {proposed} ({low} to {high}). Proposed: {action}.", **facts)))
    days = known_days(found, proposal.queue)
    shown = days[(days.index >= proposal.start - AROUND) & (days.index <= proposal.end + AROUND)]
    picture = chart.repaired(shown, proposed_days(proposal, shown), colours.get(proposal.queue, "#2f6f55"), t)
    st.echarts_chart(picture, height=240, key=f"repair_{proposal.key}", alt=t("Contacts by day around it"))
    yes, no = st.columns(2)
    if yes.button(t("Accept"), type="primary", key=f"yes:{proposal.key}:{t.language}", width="stretch"):
        _decide(place, proposal, True, t)
    if no.button(t("Reject: it was so"), key=f"no:{proposal.key}:{t.language}", width="stretch"):
        _decide(place, proposal, False, t)


def known_days(found: Working, queue: str) -> pd.Series:
    """Contacts by day as far as they are told: a source that told nothing adds nothing."""
    rows = found.original.table[found.original.table["queue"] == queue]
    sums = rows.groupby(rows["start"].dt.normalize())["offered"].sum(min_count=1)
    return sums.reindex(pd.date_range(sums.index[0], sums.index[-1], freq="D"))


def proposed_days(proposal: Proposal, days: pd.Series) -> pd.Series:
    """The days of `days` as they would stand, NaN on days that nothing touches."""
    out = pd.Series(float("nan"), index=days.index)
    if proposal.action == "replace values":
        starts = pd.DatetimeIndex([c.start for c in proposal.changes])
        told = [0.0 if c.original != c.original else c.original for c in proposal.changes]
        change = pd.Series([c.proposed for c in proposal.changes]).to_numpy() - told
        by_day = pd.Series(change, index=starts.normalize()).groupby(level=0).sum()
        inside = by_day.index.intersection(days.index)
        out[inside] = days[inside].fillna(0.0) + by_day[inside]
    elif proposal.action == "scale earlier level":
        before = days.index < proposal.start
        out[before] = days[before] * float(proposal.factor or 1.0)
    else:
        inside_days = (days.index >= proposal.start.normalize()) & (days.index < proposal.end)
        out[inside_days] = proposal.proposed / max(int(inside_days.sum()), 1)
    return out


def _decide(place: Archive, proposal: Proposal, accepted: bool, t: Reader) -> None:
    try:
        working.decide_one(place, proposal, accepted, "")
    except Refused as refused:
        st.html(sentences([t.say(p.text) for p in refused.problems], "bad"))
        return
    st.rerun()


def _decided(found: Working, place: Archive, t: Reader) -> None:
    """What was decided, each to be taken back; and every value that was replaced, with its reason."""
    decided = archive.decisions(place)
    if not decided:
        return
    with st.expander(t("Decided: {count}", count=len(decided))):
        for one in reversed(decided):
            words, button = st.columns([5, 1], vertical_alignment="center")
            proposal = Proposal.of_dict(one.values)
            word = t("accepted") if one.decision == "accepted" else t("rejected")
            with words:
                st.html(sentences([f"{_titled(proposal, t)} · {word} {one.at:%Y-%m-%d} · {said(proposal.why, t)}"]))
            if button.button(t("Take back"), key=f"back:{one.key}:{t.language}", width="stretch"):
                archive.withdraw(place, one.key, "")
                st.rerun()
        for stale in found.repaired.stale:
            st.html(sentences([said(stale.why, t)], "warn"))
        record = found.repaired.record
        if len(record):
            st.html(note(t("Values repaired: {count}. The first of them:", count=t.number(len(record)))))
            table = record.head(SHOWN).assign(
                queue=[t.name(q) for q in record["queue"].head(SHOWN)],
                source=[t.name(s) for s in record["source"].head(SHOWN)],
                why=[said(w, t) for w in record["why"].head(SHOWN)],
            )
            count = lambda v: NOTHING if v != v else t.number(v)  # noqa: E731
            head = {
                "start": t("Start"),
                "queue": t("Queue"),
                "source": t("Source"),
                "original": t("Original"),
                "repaired": t("Repaired"),
                "why": t("Why"),
            }
            moment = lambda v: f"{v:%Y-%m-%d %H:%M}"  # noqa: E731
            st.html(html(table, head, {"start": moment, "original": count, "repaired": count}, height=280))
