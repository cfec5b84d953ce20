"""Shows what queues that can share agents would save together."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from forecast.problem import Refused
from forecast.ui.choose import choose
from forecast.ui.reader import Reader
from forecast.ui.table import cards, html, note, sentences
from staffing import mix, pool
from staffing.noplan import NoPlan
from staffing.queue import Queue
from staffing.skill import Group
from staffing.ui import curve, known
from staffing.ui.view import Need, said

EVERY = ""  # the group that can serve all, a name no queue has
PREMIUMS = (0, 5, 10, 20, 30)  # percent that a cross-trained person's hour may cost more


@st.fragment
def show_pooling(need: Need, queue: str, week: pd.Timestamp, t: Reader) -> None:
    """The queues that can share agents with `queue` in a week; for calls, people proved in its busiest interval."""
    rows = known.week_of(need.requirement, week).table
    names = together(need.queues, queue, rows)
    if len(names) < 2:
        return
    st.subheader(t("Sharing agents"), anchor=False)
    with st.spinner(t("Planning.")):
        table = known.pooling(need, week, names)
    apart, one = table.iloc[0], table.iloc[-1]
    hours = t("agent-hours at work, this week")
    st.html(
        cards(
            [
                (t("Apart"), t.number(apart["agent_hours"], 1), hours),
                (t("As one pool"), t.number(one["agent_hours"], 1), hours),
                (t("Saved"), t.percent(one["saved"], 1), t("if everybody serves all")),
            ]
        )
    )
    st.html(note(t("Queues that can share agents: {queues}.", queues=t(", ").join(t.name(name) for name in names))))
    if one["saved"] <= 0:
        st.html(note(t("One pool would save nothing this week.")))
        return
    picture = curve.shared(table, t)
    st.echarts_chart(picture, height=260, key="pooling", alt=t("Agent-hours by share of cross-trained people"))
    st.html(
        note(
            t(
                "Each interval in its steady state, before shrinkage. The curve's small shares are optimistic by a "
                "person or two: that every group of queues has enough people is necessary, not always sufficient."
            )
        )
    )
    if need.queues[queue].channel == "voice":
        mine = rows[rows["queue"] == queue]
        _prove(need, names, pd.Timestamp(mine["start"].iloc[int(mine["scheduled"].argmax())]), t)


def together(queues: Mapping[str, Queue], queue: str, rows: pd.DataFrame) -> tuple[str, ...]:
    """`queue` and those with contacts in `rows` that can share its agents, at most as many as a pool may have."""
    busy = sorted(set(rows.loc[rows["contacts"] > 0, "queue"]))
    found = [name for name in busy if name in queues and name != queue and _can_share(queues, queue, name)]
    return tuple(sorted([queue, *found[: pool.MOST - 1]])) if queue in busy else ()


def _can_share(queues: Mapping[str, Queue], one: str, other: str) -> bool:
    try:
        pool.shareable({one: queues[one], other: queues[other]})
    except Refused:
        return False
    return True


def _prove(need: Need, names: tuple[str, ...], start: pd.Timestamp, t: Reader) -> None:
    """People of single and of all skills under whom a simulation keeps every promise, for the asking."""
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        premium = choose(
            t("A cross-trained hour costs more by"), PREMIUMS, "{}%".format, t, key="premium", start=PREMIUMS.index(10)
        )
    time = f"{t.weekday(start)} {start:%H:%M}"
    if not right.button(t("Simulate {time}", time=time), key="prove", width="stretch"):
        return
    groups = {name: Group(frozenset({name})) for name in names}
    groups[EVERY] = Group(frozenset(names), cost=1 + premium / 100)
    queues = {name: need.queues[name] for name in names}
    with st.spinner(t("Simulating.")):
        try:
            found = mix.proved(need.requirement, start, queues, groups)
        except NoPlan as none:
            st.html(sentences([said(text, t) for text in none.conflicts], "bad"))
            return
        except Refused as refused:
            st.html(sentences([problem.say(t.language) for problem in refused.problems], "bad"))
            return
        except TimeoutError:
            st.html(sentences([t("No people were found in time under whom every promise is kept.")], "bad"))
            return
    people = found.agents.assign(group=[t.name(g) if g in names else t("all of them") for g in found.agents["group"]])
    head = {"group": t("Who can serve"), "agents": t("People proved"), "covering": t("People by the sets alone")}
    st.html(html(people, head, {"agents": t.number, "covering": t.number}))
    served = found.service.queues.assign(queue=[t.name(name) for name in found.service.queues["queue"]])
    head = {
        "queue": t("Queue"),
        "target": t("Promised"),
        "service_level": t("Simulated"),
        "low": t("from"),
        "high": t("to"),
    }
    share = {name: lambda v: t.percent(v, 1) for name in ("target", "service_level", "low", "high")}
    st.html(html(served, head, share))
