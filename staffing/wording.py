"""A plan's tables in the reader's words: headings, and labels in place of names."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from forecast.language import Language, Text
from staffing.plan import Result

HEADINGS: Mapping[str, Text] = {
    "day": Text("Day"),
    "week": Text("Week of"),
    "date": Text("Date"),
    "source": Text("Source"),
    "queue": Text("Queue"),
    "line": Text("Cost line"),
    "kind": Text("Direct or indirect"),
    "net_cny": Text("Net, CNY"),
    "vat_cny": Text("VAT, CNY"),
    "gross_cny": Text("Gross, CNY"),
    "cost_cny": Text("Cost net, CNY"),
    "seats": Text("Seats"),
    "effective": Text("Fully productive seats"),
    "heads": Text("People on the job"),
    "hires": Text("Hires"),
    "leavers": Text("Leavers"),
    "in_training": Text("In training"),
    "overtime_hours": Text("Overtime, hours"),
    "contacts": Text("Contacts"),
    "shift": Text("Shift"),
    "start": Text("Start"),
    "end": Text("End"),
    "breaks": Text("Meal break"),
    "agents": Text("Agents"),
    "mean": Text("Expected contacts"),
    "p10": Text("P10"),
    "p90": Text("P90"),
    "model": Text("Model"),
    "aht_s": Text("Handle time, s"),
}
KINDS = {"direct": Text("direct"), "indirect": Text("indirect")}
LINES = {
    "wages": Text("wages"),
    "employer": Text("employer's contributions"),
    "overtime": Text("overtime"),
    "recruitment": Text("recruitment"),
    "training": Text("training"),
    "floor": Text("floor space"),
    "management": Text("management"),
    "seats": Text("seats"),
    "training_fee": Text("vendor's training fee"),
    "contacts": Text("contacts handled"),
}
STATUSES = {
    "optimal": Text("optimal within the gap"),
    "feasible": Text("feasible, search ended before the gap asked for"),
}
NAMED = ("queue", "source")  # figures of a sentence that are names of the scenario's
WHOLE = Text("all queues")


def queue_labels(result: Result, language: Language) -> dict[str, str]:
    """The plan's queues, by name, as the reader knows them."""
    return {name: queue.label.say(language) if queue.label else name for name, queue in result.queues.items()}


def source_labels(result: Result, language: Language) -> dict[str, str]:
    """The plan's sources, by name, as the reader knows them."""
    sources = result.scenario.sources.items()
    return {name: source.label.say(language) if source.label else name for name, source in sources}


def said(text: Text, result: Result, language: Language) -> str:
    """A sentence of the plan with its queues and sources by their labels."""
    labels = queue_labels(result, language) | source_labels(result, language)
    named = {n: labels.get(v, v) if n in NAMED and isinstance(v, str) else v for n, v in text.values}
    return Text(text.message, **named).say(language)


def cost_table(result: Result, language: Language) -> pd.DataFrame:
    """week, source, line, kind, net_cny, vat_cny, gross_cny in words."""
    table = _labelled(result.cost.table, result, language)
    return table.assign(kind=table["kind"].map({k: t.say(language) for k, t in KINDS.items()}))


def season_table(result: Result, language: Language) -> pd.DataFrame:
    """The season plan's rows in words."""
    return _labelled(result.season.table, result, language)


def shift_table(result: Result, language: Language) -> pd.DataFrame:
    """The shift plan's rows in words, times as HH:MM."""
    table = _labelled(result.shifts.table, result, language)
    clock = {column: table[column].dt.strftime("%H:%M") for column in ("start", "end")}
    return table.assign(date=pd.to_datetime(table["date"]), **clock)


def day_table(result: Result, language: Language) -> pd.DataFrame:
    """day, queue, mean, p10, p90: expected contacts by day in words."""
    days = result.forecast.days[["start", "queue", "mean", "p10", "p90"]].rename(columns={"start": "day"})
    return _labelled(days, result, language)


def _labelled(table: pd.DataFrame, result: Result, language: Language) -> pd.DataFrame:
    whole = {"": WHOLE.say(language)}
    said = {
        "queue": whole | queue_labels(result, language),
        "source": source_labels(result, language),
        "line": {name: text.say(language) for name, text in LINES.items()},
    }
    words = {column: table[column].map(names) for column, names in said.items() if column in table.columns}
    return table.assign(**words).reset_index(drop=True)
