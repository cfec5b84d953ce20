"""What a verdict rests on, in sentences with their figures."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from forecast.language import Text
from staffing.scorecard.card import TRENDS, Scorecard
from staffing.scorecard.finding import Finding
from staffing.scorecard.measure import LABELS, MEASURES
from staffing.scorecard.wording import change, figure


def evidence(card: Scorecard, source: str, weeks: pd.DatetimeIndex, f: Finding) -> Iterator[Text]:
    """The sentences on one measure: its target, the weeks it was missed, the comparison, the trend."""
    label, name = LABELS[f.measure], f.measure
    if f.state == "not_told":
        yield Text("{measure}: not told by this source", measure=label)
        return
    if f.state in ("none", "too_few"):
        yield Text("{measure}: too few contacts to judge", measure=label)
        return
    facts = {"measure": label, "value": figure(name, f.value)}
    if f.missed is not None:
        facts["target"] = figure(name, f.target)
        if f.state == "met":
            yield Text("{measure}: {value}, target {target}: met", **facts)
        elif f.state == "unclear":
            yield Text("{measure}: {value}, target {target}: missed, but within chance", **facts)
        elif f.missed:
            yield Text("{measure}: {value}, target {target}: missed", **facts)
        else:
            yield Text(
                "{measure}: {value}, target {target}: missed, but with the contacts that all sources serve it would be "
                "{adjusted} where {all} is asked: the contacts are harder, the source is not held to it",
                adjusted=figure(name, f.adjusted),
                all=figure(name, f.target_of_all),
                **facts,
            )
        if f.weeks_missed:
            yield Text(
                "{measure}: target missed in {missed} of {weeks} weeks, in {sure} of them beyond chance",
                measure=label,
                missed=f.weeks_missed,
                weeks=f.weeks,
                sure=f.weeks_sure,
            )
        yield from _by_queue(card, source, weeks, name)
    else:
        yield Text("{measure}: {value}, no target", **facts)
    yield from _compared(f, card.targets.weight(name).matters)
    if f.trend in ("up", "down"):
        better = (f.trend == "up") == MEASURES[name].higher_is_better
        rising = Text("{measure}: {trend} over the last weeks, to the better", measure=label, trend=TRENDS[f.trend])
        falling = Text("{measure}: {trend} over the last weeks, to the worse", measure=label, trend=TRENDS[f.trend])
        yield rising if better else falling


def _by_queue(card: Scorecard, source: str, weeks: pd.DatetimeIndex, name: str) -> Iterator[Text]:
    """The queues in which the target was missed beyond chance in half of the weeks or more."""
    rows = card.table
    rows = rows[(rows["source"] == source) & (rows["queue"] != "") & (rows["measure"] == name)]
    for queue, part in rows[rows["week"].isin(weeks)].groupby("queue", sort=True):
        known = int(part["state"].isin(["met", "unclear", "missed"]).sum())
        sure = int((part["state"] == "missed").sum())
        if known and 2 * sure >= known:
            yield Text(
                "{measure}: in {queue} the target was missed beyond chance in {missed} of {weeks} weeks",
                measure=LABELS[name],
                queue=str(queue),
                missed=sure,
                weeks=known,
            )


def _compared(f: Finding, matters: float) -> Iterator[Text]:
    label, name = LABELS[f.measure], f.measure
    if f.adjustment == "alone":
        yield Text("{measure}: no other source serves contacts like these, so none can be compared with", measure=label)
    elif f.adjustment == "too_little":
        yield Text("{measure}: other sources serve too few contacts like these to compare with", measure=label)
    if f.worse is None:
        return
    facts = {
        "measure": label,
        "gap": change(name, f.gap),
        "low": change(name, f.low),
        "high": change(name, f.high),
    }
    beyond = not f.low <= 0 <= f.high
    if f.worse:
        yield Text("{measure}: worse than the others on contacts that are alike, by {gap} ({low} to {high})", **facts)
    elif f.better:
        yield Text("{measure}: better than the others on contacts that are alike, by {gap} ({low} to {high})", **facts)
    elif beyond:
        yield Text(
            "{measure}: differs from the others on contacts that are alike by less than matters, {gap} ({low} to "
            "{high})",
            **facts,
        )
    else:
        yield Text(
            "{measure}: no difference beyond chance to the others on contacts that are alike, {gap} ({low} to {high})",
            **facts,
        )
    if not f.worse and MEASURES[name].sign * (f.value - f.others) <= -matters and f.value != f.others:
        yield Text(
            "{measure}: {value} looks worse than the others' {others}, but the contacts differ; with the contacts that "
            "all sources serve it would be {adjusted}",
            measure=label,
            value=figure(name, f.value),
            others=figure(name, f.others),
            adjusted=figure(name, f.adjusted),
        )


def conditions(f: Finding) -> Iterator[Text]:
    """What to ask of the source for that measure."""
    label = LABELS[f.measure]
    if f.missed:
        yield Text("bring {measure} to {target}", measure=label, target=figure(f.measure, f.target))
    if f.worse:
        yield Text("bring {measure} up to the other sources, {gap} away", measure=label, gap=change(f.measure, f.gap))
