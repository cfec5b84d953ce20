"""The command for the planner's hand: override."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from forecast.history import DAY
from forecast.language import Text
from forecast.ledger import Entry, Ledger, Undo
from forecast.override import Override
from forecast.problem import Problem, Refused
from staffing import hand
from staffing.cli import argument
from staffing.cli.speech import Json, app, as_text, bad, say

OPTIONS = {"queue": "--queue", "start": "--from", "end": "--to", "reason": "--reason", "author": "--author"}


@app.command()
def override(
    ledger_file: Annotated[Path, typer.Argument(metavar="LEDGER.csv", help="made where there is none")],
    queue: Annotated[str, typer.Option(help="by default all together")] = "",
    first: Annotated[
        str | None, typer.Option("--from", help="first day, or a moment such as '2026-06-01 09:00'")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="last day, or the moment it ends; by default one day")
    ] = None,
    set_: Annotated[float | None, typer.Option("--set", help="contacts a day")] = None,
    times: Annotated[float | None, typer.Option(help="a factor: 1.3 is 30% more")] = None,
    add: Annotated[float | None, typer.Option(help="so many more a day; fewer where below 0")] = None,
    undo: Annotated[str | None, typer.Option(metavar="KEY", help="take one back, as --list names it")] = None,
    reason: Annotated[str, typer.Option(help="why")] = "",
    author: Annotated[str, typer.Option(help="who")] = "",
    list_: Annotated[bool, typer.Option("--list", help="every entry, those taken back too")] = False,
    as_json: Json = False,
) -> None:
    """Set, add to or multiply a range of a forecast by hand, with a reason; take it back; list what was done."""
    chosen = {"--set": set_, "--times": times, "--add": add, "--undo": undo, "--list": list_ or None}
    given = [option for option, value in chosen.items() if value is not None]
    if len(given) != 1:
        raise bad("-", Text("expected one of {options}, came {came}", options=", ".join(chosen), came=len(given)))
    if list_:
        _show(hand.kept(ledger_file), as_json)
        return
    option = given[0]
    before = hand.kept(ledger_file)
    entry: Entry
    with _by_option(option):
        at = hand.now()
        if undo is not None:
            entry = Undo(undo, reason, author, at)
            before.plus(entry)
        else:
            if first is None:
                raise bad("--from", Text("expected a date such as 2026-06-01, came nothing"))
            start, by_day = argument.moment(first, "--from")
            if last is None and not by_day:
                raise bad("--to", Text("expected the moment it ends, came nothing"))
            end, whole = argument.moment(last if last is not None else first, "--to")
            amount = next(value for value in (set_, times, add) if value is not None)
            until = end + DAY if whole else end
            entry = Override(before.next_key, queue, start, until, option[2:], amount, reason, author, at)
    entry = hand.add(ledger_file, entry).entries[-1]
    if isinstance(entry, Undo):
        undone = next(one for one in before.in_force if one.key == entry.key)
        say(Text("override {key} undone: {what}", key=entry.key, what=undone.said))
    else:
        say(Text("override {key}: {what}", key=entry.key, what=entry.said))


@contextmanager
def _by_option(option: str) -> Iterator[None]:
    """Within it a fault of an entry's field is one of the option that gave it."""
    try:
        yield
    except Refused as refused:
        raise Refused(
            p if p.file == "command line" else Problem("command line", "-", OPTIONS.get(p.column, option), p.text)
            for p in refused.problems
        ) from None


def _show(ledger: Ledger, as_json: bool) -> None:
    """Every override with its state, oldest first."""
    undone = {one.key: one for one in ledger.entries if isinstance(one, Undo)}
    every = [one for one in ledger.entries if isinstance(one, Override)]
    if as_json:
        rows = []
        for one in every:
            back = undone.get(one.key)
            first, last = one.limits
            own = asdict(one) | {"start": first, "end": last}
            rows.append(own | {"in_force": back is None, "undone": None if back is None else asdict(back)})
        print(as_text(rows))
        return
    if not every:
        say(Text("nothing has been overridden yet"))
    for one in every:
        state = Text("in force")
        if one.key in undone:
            back = undone[one.key]
            facts = {"author": back.author, "at": f"{back.at:%Y-%m-%d %H:%M}", "reason": back.reason}
            state = Text("undone by {author} {at} ({reason})", **facts)
        say(
            Text(
                "{key} · {at} · {what} · {state}",
                key=one.key,
                at=f"{one.at:%Y-%m-%d %H:%M}",
                what=one.said,
                state=state,
            )
        )
