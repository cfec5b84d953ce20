"""Why an interval has so many agents, in words and step by step."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from forecast.language import Text
from forecast.ui.reader import Reader
from staffing.explain import Reason
from staffing.queue import Queue
from staffing.requirement import Confidence

OF: Mapping[str, Text] = {
    "offered": Text("all contacts"),
    "answered": Text("the contacts answered"),
    "virtual": Text("all contacts, were each to wait for an answer"),
}
LOST: Mapping[str, Text] = {
    "breaks": Text("breaks"),
    "training": Text("training"),
    "meetings": Text("meetings"),
    "absence": Text("absence"),
}


def words(found: Reason, queue: Queue, interval: pd.Timedelta, confidence: Confidence, t: Reader) -> list[str]:
    """The way from contacts to agents scheduled, a sentence a step; steps that change nothing are left out."""
    if found.rule == "arrivals":
        return [t("No contacts are expected in this interval.")]
    said = [_load(found, queue, interval, t)]
    if found.rule == "deadline":
        said += _deadline(found, queue, confidence, t)
    else:
        said += _steady(found, queue, t)
        said.append(_safety(found, confidence, t))
        said.append(_binding(found, queue, confidence, t))
    return [*said, *_shrinkage(found, queue, t)]


def promise(queue: Queue, t: Reader) -> str:
    """What the queue promises, its occupancy apart."""
    if queue.channel == "ticket":
        return t("{share} done within {hours} h", share=t.percent(queue.share), hours=f"{queue.deadline_s / 3600:g}")
    return t(
        "{share} of {base} answered within {seconds} s",
        share=t.percent(queue.share),
        base=t.say(OF[queue.counted_of]),
        seconds=f"{queue.answer_within_s:g}",
    )


def lost(queue: Queue, t: Reader) -> str:
    """What takes the agents away: each part with its share where the queue tells them."""
    if queue.shrinkage_by is None:
        return t("absence, training, meetings")
    parts = {name: getattr(queue.shrinkage_by, name) for name in LOST}
    return t(", ").join(f"{t.say(LOST[name])} {t.percent(share, 1)}" for name, share in parts.items() if share)


def _load(found: Reason, queue: Queue, interval: pd.Timedelta, t: Reader) -> str:
    told = {
        "contacts": t.number(found.contacts, 1),
        "minutes": f"{interval / pd.Timedelta(minutes=1):g}",
        "seconds": t.number(found.aht_s),
        "load": t.number(found.load_erlang, 1),
    }
    if queue.channel == "chat":
        return t(
            "{contacts} chats in {minutes} minutes, {seconds} s each while an agent holds {measured}, make a load of "
            "{load} erlang; an agent may hold {chats}.",
            **told,
            measured=queue.measured_at or queue.concurrency,
            chats=queue.concurrency,
        )
    return t(
        "{contacts} contacts in {minutes} minutes, {seconds} s each, make a load of {load} erlang: so many agents who "
        "never pause would just keep up.",
        **told,
    )


def _steady(found: Reason, queue: Queue, t: Reader) -> list[str]:
    told = {"promise": promise(queue, t), "agents": found.steady}
    if queue.max_occupancy < 1:
        told["most"] = t.percent(queue.max_occupancy)
        first = t("Promised: {promise}, agents busy {most} at most. At a steady rate that takes {agents}.", **told)
    else:
        first = t("Promised: {promise}. At a steady rate that takes {agents}.", **told)
    if found.certain == found.steady:
        return [first]
    return [
        first,
        t(
            "With what earlier intervals leave behind and the course of this one it takes {agents} ({change}).",
            agents=found.certain,
            change=t.signed(found.certain - found.steady),
        ),
    ]


def _safety(found: Reason, confidence: Confidence, t: Reader) -> str:
    if confidence == "certain":
        return t("The day is taken as forecast: no agents are added for its uncertainty.")
    if found.safety < 0:
        spare = t("{count} fewer than for the day as forecast", count=-found.safety)
    else:
        spare = t("{count} of them for safety", count=found.safety)
    told = {"agents": found.agents, "spare": spare}
    if confidence == "expected":
        return t("To keep it on average over the days that may be: {agents}, {spare}.", **told)
    return t(
        "To keep it on {share} of days it is staffed for {factor} times the forecast: {agents}, {spare}.",
        share=t.percent(float(confidence)),
        factor=t.number(found.factor, 2),
        **told,
    )


def _binding(found: Reason, queue: Queue, confidence: Confidence, t: Reader) -> str:
    """What one agent fewer would break."""
    if found.agents <= 1:
        return t("One agent is the fewest there can be.")
    fewer = found.curve[found.curve["agents"] == found.agents - 1].iloc[0]
    most = t.percent(queue.max_occupancy)
    if isinstance(confidence, float):
        if found.rule == "occupancy":
            return t(
                "The cap on occupancy binds: on that day one agent fewer would be busy more than {most}.", most=most
            )
        if float(fewer["kept"]) >= confidence:
            share = t.percent(confidence)
            return t("The promise binds: one agent fewer would keep it on not quite {share} of days.", share=share)
        kept = t.percent(float(fewer["kept"]))
        return t("The promise binds: one agent fewer would keep it on {kept} of days.", kept=kept)
    if found.rule == "occupancy":
        busy = t.percent(float(fewer["occupancy"]), 1)
        return t(
            "The cap on occupancy binds: one agent fewer would be busy {busy}, above {most}.", busy=busy, most=most
        )
    return t(
        "The promise binds: with one agent fewer {level} would be in time.",
        level=t.percent(float(fewer["service_level"]), 1),
    )


def _deadline(found: Reason, queue: Queue, confidence: Confidence, t: Reader) -> list[str]:
    said = [
        t(
            "Promised: {share} done within {hours} opening hours. Tickets may wait until then, so the work is spread: "
            "the flattest line of agents that keeps every deadline has {agents} here.",
            share=t.percent(queue.share),
            hours=f"{queue.deadline_s / 3600:g}",
            agents=found.agents,
        )
    ]
    if queue.fills:
        names = t(", ").join(t.name(name) for name in queue.fills)
        said.append(t("Agents of {queues} work on tickets while they would be idle; that is counted.", queues=names))
    if confidence == "certain":
        return [*said, _safety(found, confidence, t)]
    return [*said, t("Busy days may follow each other: a little more than the forecast is staffed for.")]


def _shrinkage(found: Reason, queue: Queue, t: Reader) -> list[str]:
    if not queue.shrinkage:
        return []
    return [
        t(
            "{share} of paid time is lost ({lost}): {scheduled} are scheduled so that {agents} are at work.",
            share=t.percent(queue.shrinkage, 1 if queue.shrinkage_by else 0),
            lost=lost(queue, t),
            scheduled=found.scheduled,
            agents=found.agents,
        )
    ]


def steps(row: pd.Series, queue: Queue, interval: pd.Timedelta, t: Reader) -> pd.DataFrame:
    """what, figure, how: from contacts to agents scheduled."""
    minutes = f"{interval / pd.Timedelta(minutes=1):g}"
    how = t("the fewest that keep promise and occupancy")
    if queue.channel == "ticket":
        how = t("the flattest line that keeps every deadline")
    rows = [
        (t("Contacts"), t.number(row["contacts"], 1), t("expected in {minutes} minutes", minutes=minutes)),
        (
            t("Handle time"),
            t("{seconds} s", seconds=t.number(row["aht_s"])),
            _measured(queue, t) if queue.channel == "chat" else t("mean"),
        ),
        (t("Load"), t.number(row["load_erlang"], 2), t("contacts × handle time ÷ interval, erlang")),
        (t("Chats at once"), t.number(queue.concurrency), t("at most, each agent"))
        if queue.channel == "chat"
        else None,
        (t("Promise"), t.percent(queue.share), promise(queue, t)),
        (t("Occupancy, at most"), t.percent(queue.max_occupancy), t("share of time busy")),
        (t("Agents at work"), t.number(row["agents"]), how),
        (t("Shrinkage"), t.percent(queue.shrinkage, 1 if queue.shrinkage_by else 0), lost(queue, t)),
        (t("Agents to schedule"), t.number(row["scheduled"]), t("agents ÷ (1 − shrinkage), rounded up")),
        (t("In time"), t.percent(row["service_level"], 1), t("expected with them")),
        (t("Occupancy"), t.percent(row["occupancy"], 1), t("expected with them")),
        None
        if queue.channel == "ticket"
        else (t("Give up"), t.percent(row["abandonment"], 1), t("expected with them")),
    ]
    return pd.DataFrame([r for r in rows if r is not None], columns=["what", "figure", "how"])


def _measured(queue: Queue, t: Reader) -> str:
    """What the handle time of a chat was measured at."""
    if queue.measured_at in (None, queue.concurrency):
        return t("at full concurrency")
    return t("measured at {chats} at once", chats=queue.measured_at)
