"""The scorecard as tables to hand over: numbers where there are numbers, words where there are none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from forecast.language import Language, Text
from staffing.scorecard.card import ADJUSTMENTS, STATES, TRENDS, Scorecard
from staffing.scorecard.measure import LABELS
from staffing.scorecard.renewal import ANSWERS, Verdict

NUMBERS = (
    "value", "of", "low", "high", "target", "adjusted", "adjusted_low", "adjusted_high", "gap", "gap_low", "gap_high",
    "slope", "slope_low", "slope_high",
)  # fmt: skip
HEADINGS: Mapping[str, Text] = {
    "week": Text("Week of"),
    "source": Text("Source"),
    "queue": Text("Queue"),
    "measure": Text("Measure"),
    "value": Text("Value"),
    "of": Text("Contacts behind it"),
    "low": Text("95% from"),
    "high": Text("95% to"),
    "target": Text("Target"),
    "state": Text("Target met"),
    "adjusted": Text("At the mix of all"),
    "adjusted_low": Text("At the mix of all, 95% from"),
    "adjusted_high": Text("At the mix of all, 95% to"),
    "adjustment": Text("Adjustment"),
    "gap": Text("Less the others, contacts alike"),
    "gap_low": Text("Less the others, 95% from"),
    "gap_high": Text("Less the others, 95% to"),
    "slope": Text("Change a week"),
    "slope_low": Text("Change a week, 95% from"),
    "slope_high": Text("Change a week, 95% to"),
    "trend": Text("Trend"),
    "caution": Text("Caution"),
    "first": Text("From the week of"),
    "last": Text("To the week of"),
    "answer": Text("Verdict"),
    "score": Text("Score"),
    "number": Text("No."),
    "kind": Text("Kind"),
    "sentence": Text("Sentence"),
}
ALL = Text("all queues")


def tables(card: Scorecard, verdicts: Iterable[Verdict] = (), language: Language = "en") -> dict[str, pd.DataFrame]:
    """`weeks`, `verdicts` and `evidence`, for CSV files and workbooks; HEADINGS names their columns.

    weeks: a row per week, source, queue and measure, with the state, the trend, the adjustment and the cautions in
    words. A cell without a number is empty, and the value itself says why. verdicts: a row per source. evidence: the
    sentences of each, then the conditions.
    """
    told = list(verdicts)
    return {
        "weeks": _weeks(card, language),
        "verdicts": _verdicts(told, language),
        "evidence": _evidence(told, language),
    }


def caution(row: Mapping[str, object], language: Language = "en") -> str:
    """What to bear in mind with a row of the scorecard; '' where there is nothing."""
    said = [text.say(language) for text in _cautions(row)]
    return "; ".join(said)


def _cautions(row: Mapping[str, object]) -> Iterable[Text]:
    if row["state"] == "too_few":
        yield Text("too few to judge")
    days, usual = int(str(row["days"]).split(".")[0]), int(str(row["usual_days"]).split(".")[0])
    if row["state"] != "not_told" and days < usual:
        yield Text("{days} of the usual {usual} days told", days=days, usual=usual)
    missing = int(float(str(row["missing"])))
    if row["state"] != "not_told" and missing:
        yield Text("not told in {count} intervals", count=missing)
    if row["stood_in"]:
        yield Text("weighted by contacts: what the value is of is not counted")
    if row["adjustment"] in ("alone", "too_little"):
        yield Text("cannot be compared with other sources")
    elif row["adjustment"] == "made" and float(str(row["covered"])) < 0.995:
        yield Text("compared on {share} of its contacts", share=f"{float(str(row['covered'])):.0%}")


def _weeks(card: Scorecard, language: Language) -> pd.DataFrame:
    table = card.table
    words = {name: text.say(language) for name, text in STATES.items()}
    out = pd.DataFrame({"week": table["week"], "source": table["source"]})
    out["queue"] = table["queue"].where(table["queue"] != "", ALL.say(language))
    out["measure"] = table["measure"].map({name: text.say(language) for name, text in LABELS.items()})
    for column in NUMBERS:
        out[column] = _numbers(table[column])
    unknown = table["value"].isna().to_numpy()
    out["value"] = out["value"].mask(unknown, table["state"].map(words))
    out["state"] = table["state"].map(words)
    out["adjustment"] = table["adjustment"].map({name: text.say(language) for name, text in ADJUSTMENTS.items()})
    out["trend"] = table["trend"].map({name: text.say(language) for name, text in TRENDS.items()})
    out["caution"] = _said(table, language)
    return out[[c for c in HEADINGS if c in out.columns]]


def _numbers(values: pd.Series) -> pd.Series:
    """To six decimals, '' where unknown."""
    rounded = np.round(values.to_numpy(dtype=float), 6)
    cells = rounded.astype(object)
    cells[~np.isfinite(rounded)] = ""
    return pd.Series(cells, index=values.index, dtype=object)


def _said(table: pd.DataFrame, language: Language) -> list[str]:
    """The cautions of every row; rows that are alike are asked once."""
    columns = ["state", "days", "usual_days", "missing", "stood_in", "adjustment", "covered"]
    alike = table[columns].assign(covered=table["covered"].round(2).fillna(1.0))
    known: dict[tuple[object, ...], str] = {}
    out = []
    for key in alike.itertuples(index=False, name=None):
        if key not in known:
            known[key] = caution(dict(zip(columns, key, strict=True)), language)
        out.append(known[key])
    return out


def _verdicts(verdicts: list[Verdict], language: Language) -> pd.DataFrame:
    rows = [
        {
            "source": v.source,
            "first": v.first,
            "last": v.last,
            "answer": ANSWERS[v.answer].say(language),
            "score": "" if v.score is None else round(v.score, 6),
        }
        for v in verdicts
    ]
    return pd.DataFrame(rows, columns=["source", "first", "last", "answer", "score"])


def _evidence(verdicts: list[Verdict], language: Language) -> pd.DataFrame:
    kinds = {"evidence": Text("evidence").say(language), "condition": Text("condition").say(language)}
    rows = []
    for v in verdicts:
        said = [("evidence", text) for text in v.evidence] + [("condition", text) for text in v.conditions]
        rows += [
            {"source": v.source, "number": at, "kind": kinds[kind], "sentence": text.say(language)}
            for at, (kind, text) in enumerate(said, start=1)
        ]
    return pd.DataFrame(rows, columns=["source", "number", "kind", "sentence"])
