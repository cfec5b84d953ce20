"""Asks for the planner's hand on a range of the forecast; shows what was done by hand, each entry with its undo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from forecast.forecast import Forecast
from forecast.history import DAY
from forecast.language import Text
from forecast.ledger import Entry, Ledger, Undo
from forecast.override import YEARS, Override
from forecast.problem import Problem, Refused
from forecast.ui.choose import widget
from forecast.ui.reader import Reader
from forecast.ui.table import html, note, sentences

KINDS = {
    "set": Text("set to, contacts a day"),
    "add": Text("add, contacts a day"),
    "times": Text("times, a factor"),
}
FIELDS = {
    "queue": Text("Queue"),
    "start": Text("First day"),
    "end": Text("Last day"),
    "kind": Text("What to do"),
    "amount": Text("Amount"),
    "reason": Text("Reason"),
    "author": Text("Author"),
}
LEAST, MOST = dt.date(YEARS[0], 1, 1), dt.date(YEARS[1], 12, 31)
SAID, MADE, AUTHOR = "hand_said", "hand_made", "hand_author"  # of the session: the last word, how many, by whom


@dataclass(frozen=True)
class Hand:
    """The ledger as it stands.

    `add` gives it with one more entry, which is kept from then on, or raises Refused; `now` is wall time.
    """

    ledger: Ledger
    add: Callable[[Entry], Ledger]
    now: Callable[[], pd.Timestamp]


def show_hand(hand: Hand | None, forecast: Forecast, queue: str, day: pd.Timestamp, t: Reader) -> None:
    """The section of the forecast page; the form begins with `queue` and `day`. None: there is no ledger to write."""
    st.subheader(t("Planner's hand"), anchor=False)
    if hand is None:
        line = t(
            'To change a range of this forecast by hand, name a file in the scenario: overrides = "overrides.csv". '
            "It is made with the first entry."
        )
        st.html(note(line))
        return
    explained = t(
        "Contacts set, added or multiplied by hand, with a reason. The machine's number stays beside them; "
        "levers move both."
    )
    st.html(note(explained))
    done = st.session_state.pop(SAID, None)
    if done:
        st.html(sentences([done]))
    with st.expander(t("Change a range by hand")):
        _ask(hand, forecast, queue, day, t)
    entries = [one for one in hand.ledger.entries if isinstance(one, Override)]
    if not entries:
        st.html(note(t("Nothing has been changed by hand.")))
        return
    st.html(html(listed(hand.ledger, t), _heads(t), {}, height=300))
    if hand.ledger.in_force:
        with st.expander(t("Take an entry back")):
            _ask_undo(hand, t)


def listed(ledger: Ledger, t: Reader) -> pd.DataFrame:
    """Every override in words, the newest first: days, queue, what, state, reason, author, at."""
    undone = {one.key: one for one in ledger.entries if isinstance(one, Undo)}
    rows = []
    for one in reversed([e for e in ledger.entries if isinstance(e, Override)]):
        state = t("in force")
        if one.key in undone:
            back = undone[one.key]
            state = t(
                "undone by {author} {at} ({reason})",
                author=back.author,
                at=f"{back.at:%Y-%m-%d %H:%M}",
                reason=back.reason,
            )
        what = _what(one, t)
        rows.append((one.days, _who(one, t), what, state, one.reason, one.author, f"{one.at:%Y-%m-%d %H:%M}"))
    return pd.DataFrame(rows, columns=["days", "queue", "what", "state", "reason", "author", "at"])


def _heads(t: Reader) -> dict[str, str]:
    return {
        "days": t("Days"),
        "queue": t("Queue"),
        "what": t("By hand"),
        "state": t("State"),
        "reason": t("Reason"),
        "author": t("Author"),
        "at": t("Made"),
    }


def _who(one: Override, t: Reader) -> str:
    return t.name(one.queue) if one.queue else t("every queue")


def _what(one: Override, t: Reader) -> str:
    digits = next(d for d in range(7) if round(one.amount, d) == one.amount)
    if one.kind == "set":
        return t("set to {amount} a day", amount=t.number(one.amount, digits))
    if one.kind == "add":
        return t("{amount} a day", amount=t.signed(one.amount, digits))
    return t("x {amount}", amount=t.number(one.amount, digits))


def _named(one: Override, t: Reader) -> str:
    return f"{_who(one, t)} · {one.days} · {_what(one, t)}"


def _ask(hand: Hand, forecast: Forecast, queue: str, day: pd.Timestamp, t: Reader) -> None:
    """The form of a new entry: cleared once it is kept, and only then."""
    made = st.session_state.get(MADE, 0)
    with st.form(f"hand_{made}:{t.language}", border=False, enter_to_submit=False):
        one, two, three = st.columns(3)
        queues = ["", *forecast.queues]
        chosen = one.selectbox(
            t.say(FIELDS["queue"]),
            queues,
            index=queues.index(queue),
            format_func=lambda q: t.name(q) if q else t("every queue"),
            key=widget(f"hand_queue_{queue}_{made}", t),
            filter_mode=None,
        )
        first = _day(two, "start", day, made, t)
        last = _day(three, "end", day, made, t)
        one, two, three = st.columns(3)
        kind = one.selectbox(
            t.say(FIELDS["kind"]),
            list(KINDS),
            format_func=lambda k: t.say(KINDS[k]),
            key=widget(f"hand_kind_{made}", t),
            filter_mode=None,
        )
        amount = two.number_input(t.say(FIELDS["amount"]), value=None, step=1.0, key=f"hand_amount_{made}")
        known = st.session_state.get(AUTHOR, "")
        author = three.text_input(t.say(FIELDS["author"]), known, key=f"hand_author_{made}")
        reason = st.text_input(t.say(FIELDS["reason"]), key=f"hand_reason_{made}")
        asked = st.form_submit_button(t("Keep it"), type="primary")
        if not asked:
            return
        faults = _outside(forecast, first, last)
        if amount is None:
            faults.append(Problem("override", "-", "amount", Text("expected a number, came nothing")))
        try:
            entry = Override(
                hand.ledger.next_key,
                chosen,
                pd.Timestamp(first),
                pd.Timestamp(last) + DAY,
                kind,
                1.0 if amount is None else amount,
                reason,
                author,
                hand.now(),
            )
        except Refused as refused:
            faults += refused.problems
        if faults:
            _say(faults, t)
            return
        _keep(hand, entry, lambda key: t("override {key}: {what}", key=key, what=_named(entry, t)), t)


def _day(column: st.delta_generator.DeltaGenerator, field: str, day: pd.Timestamp, made: int, t: Reader) -> dt.date:
    label, key = t.say(FIELDS[field]), f"hand_{field}_{made}"
    found = column.date_input(label, day.date(), min_value=LEAST, max_value=MOST, format="YYYY-MM-DD", key=key)
    return found if isinstance(found, dt.date) else day.date()


def _outside(forecast: Forecast, first: dt.date, last: dt.date) -> list[Problem]:
    """A range of which no day is forecast changes nothing: a slip of the pen."""
    begin, end = forecast.days["start"].min(), forecast.days["start"].max()
    if pd.Timestamp(last) >= begin and pd.Timestamp(first) <= end:
        return []
    text = Text("expected days of the forecast, {first} to {last}", first=f"{begin:%Y-%m-%d}", last=f"{end:%Y-%m-%d}")
    return [Problem("override", "-", "start" if pd.Timestamp(first) > end else "end", text)]


def _ask_undo(hand: Hand, t: Reader) -> None:
    """The form that takes an entry back, with the reason and the author of that."""
    made = st.session_state.get(MADE, 0)
    by_key = {one.key: one for one in reversed(hand.ledger.in_force)}
    with st.form(f"undo_{made}:{t.language}", border=False, enter_to_submit=False):
        key = st.selectbox(
            t("Entry"),
            list(by_key),
            format_func=lambda k: f"{k} · {_named(by_key[k], t)}",
            key=widget(f"undo_key_{made}", t),
            filter_mode=None,
        )
        one, two = st.columns([2, 1])
        reason = one.text_input(t.say(FIELDS["reason"]), key=f"undo_reason_{made}")
        author = two.text_input(t.say(FIELDS["author"]), st.session_state.get(AUTHOR, ""), key=f"undo_author_{made}")
        if not st.form_submit_button(t("Undo")):
            return
        try:
            entry = Undo(key, reason, author, hand.now())
        except Refused as refused:
            _say(refused.problems, t)
            return
        _keep(hand, entry, lambda key: t("override {key} undone: {what}", key=key, what=_named(by_key[key], t)), t)


def _keep(hand: Hand, entry: Entry, said: Callable[[str], str], t: Reader) -> None:
    """Keep the entry and begin the page anew; what speaks against it is said where the form stands."""
    try:
        key = hand.add(entry).entries[-1].key
    except Refused as refused:
        _say(refused.problems, t)
        return
    st.session_state[SAID] = said(key)
    st.session_state[AUTHOR] = entry.author
    st.session_state[MADE] = st.session_state.get(MADE, 0) + 1
    st.rerun()


def _say(problems: Sequence[Problem], t: Reader) -> None:
    """Faults in words: of a field by its label, of the file by its place."""
    lines = [
        t("{field}: {text}", field=t.say(FIELDS[p.column]), text=t.say(p.text))
        if p.file == "override" and p.column in FIELDS
        else p.say(t.language)
        for p in problems
    ]
    st.html(sentences(lines, "bad"))
