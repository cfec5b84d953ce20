"""Whether to renew with a source: a verdict by the rules in the targets, and the figures it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from forecast.language import Text
from staffing.scorecard.card import Scorecard
from staffing.scorecard.evidence import conditions, evidence
from staffing.scorecard.finding import Finding, findings
from staffing.scorecard.measure import MEASURES

Answer = Literal["renew", "renew with conditions", "do not renew", "too little to judge"]
ANSWERS: dict[Answer, Text] = {
    "renew": Text("renew"),
    "renew with conditions": Text("renew with conditions"),
    "do not renew": Text("do not renew"),
    "too little to judge": Text("too little to judge"),
}


@dataclass(frozen=True)
class Verdict:
    """Whether to renew with `source`, judged over the weeks that begin on `first` to `last`.

    score: from 0 to 1, the weighted points of what could be judged, None where nothing could. evidence: sentences with
    the figures; conditions: what to ask for. findings: one a measure.
    """

    source: str
    first: pd.Timestamp
    last: pd.Timestamp
    answer: Answer
    score: float | None
    evidence: tuple[Text, ...]
    conditions: tuple[Text, ...]
    findings: tuple[Finding, ...]

    @property
    def worse(self) -> tuple[str, ...]:
        """The measures on which the source is worse than the others."""
        return tuple(f.measure for f in self.findings if f.worse)


def judged(
    card: Scorecard, source: str, first: pd.Timestamp | None = None, last: pd.Timestamp | None = None
) -> Verdict:
    """The verdict on `source` over the weeks from `first` to `last`, by default its last ones (`renewal.weeks`).

    Raises:
        ValueError: the scorecard knows no such source, or no week of it in that period.
    """
    rules = card.targets.renewal
    if source not in card.sources:
        raise ValueError(f"source must be one of {', '.join(card.sources)}, got {source}")
    weeks = pd.DatetimeIndex(np.sort(card.table.loc[card.table["source"] == source, "week"].unique()))
    if first is None and last is None:
        chosen = weeks[-rules.weeks :]
    else:
        monday = (first if first is not None else weeks[0]) - pd.Timedelta(days=6)  # the week that holds `first`
        chosen = weeks[(weeks >= monday) & (weeks <= (last if last is not None else weeks[-1]))]
    if chosen.empty:
        raise ValueError(f"no week of {source} lies in that period")
    found = findings(card, source, chosen)
    known = [f for f in found if f.judged and card.targets.weight(f.measure).weight > 0]
    weights = np.array([card.targets.weight(f.measure).weight for f in known])
    everything = sum(card.targets.weight(name).weight for name in MEASURES)
    share = float(weights.sum()) / everything if everything else 0.0
    score = float(weights @ np.array([f.points for f in known]) / weights.sum()) if known else None
    judged_weeks = _judged_weeks(card, source, chosen)
    answer: Answer
    if score is None or share < rules.least_weight or judged_weeks < rules.least_weeks:
        answer = "too little to judge"
    elif score >= rules.renew_from and not any(f.missed for f in known):
        answer = "renew"
    else:
        answer = "renew with conditions" if score >= rules.conditions_from else "do not renew"
    said = (
        *_summed_up(answer, score, share, judged_weeks, card, chosen),
        *(text for f in found for text in evidence(card, source, chosen, f)),
    )
    asked = tuple(text for f in known for text in conditions(f)) if answer == "renew with conditions" else ()
    return Verdict(source, chosen[0], chosen[-1], answer, score, said, asked, found)


def _judged_weeks(card: Scorecard, source: str, weeks: pd.DatetimeIndex) -> int:
    """Weeks in which some measure of weight had enough contacts."""
    rows = card.of(source)
    weighty = [name for name in MEASURES if card.targets.weight(name).weight > 0]
    good = (
        rows["week"].isin(weeks) & rows["measure"].isin(weighty) & ~rows["state"].isin(["not_told", "none", "too_few"])
    )
    return int(rows.loc[good, "week"].nunique())


def _summed_up(
    answer: Answer, score: float | None, share: float, judged_weeks: int, card: Scorecard, weeks: pd.DatetimeIndex
) -> Iterator[Text]:
    rules = card.targets.renewal
    if answer == "too little to judge":
        yield Text(
            "{judged} of {weeks} weeks and {share} of the weight can be judged; {least} weeks and {part} are needed",
            judged=judged_weeks,
            weeks=len(weeks),
            share=f"{share:.0%}",
            least=rules.least_weeks,
            part=f"{rules.least_weight:.0%}",
        )
        return
    yield Text(
        "score {score} over {weeks} weeks, {share} of the weight judged; {renew} is needed to renew, {conditions} with "
        "conditions",
        score=f"{score:.0%}",
        weeks=judged_weeks,
        share=f"{share:.0%}",
        renew=f"{rules.renew_from:.0%}",
        conditions=f"{rules.conditions_from:.0%}",
    )
