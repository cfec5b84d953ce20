"""A queue without days of its own, forecast as other queues together at a share of their contacts, and less surely."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecast.forecast import LEVELS, Forecast, counts
from forecast.history import History
from forecast.language import Text
from forecast.problem import Problem, Refused
from forecast.spread import Z

ENOUGH = 28  # known days from which on a queue has a history of its own
# Standard deviations of logs, from `make bench-borrow`: what a day shaped on another queue errs beyond that queue's own
# forecast (0.17 over the 12 pairs of the sample's queues, 0.15 over 72 pairs of border crossings), and what a share
# taken from the 28 days before is off in the next 56 (0.10 and 0.14; from the same days a year before 0.07 and 0.16).
# A share that was only stated is not taken for better than those.
SHAPE, SHARE = 0.17, 0.15
EACH = 4.0  # days of one queue against another's that err together count for one


@dataclass(frozen=True)
class Borrow:
    """The queue `name` is to be like the queues `like` together, at `share` of their contacts."""

    name: str
    like: tuple[str, ...]
    share: float = 1.0


def checked(borrows: Iterable[Borrow], daily: pd.DataFrame) -> tuple[Borrow, ...]:
    """The borrows, of which each can be made from the queues of `daily` (contacts, day x queue).

    Raises:
        Refused: a queue that nobody knows, has a history of its own, is named twice, or borrows in a circle; a share
            that is not above 0. Each by its queue.
    """
    found = tuple(borrows)
    rules = {b.name: b for b in found}
    own = [str(q) for q in daily.columns if q not in rules]
    problems = []
    for k, borrow in enumerate(found):
        problems += [
            Problem("borrow", "-", f"borrow.{borrow.name}", text) for text in _wrong(borrow, rules, own, daily)
        ]
        if borrow.name in [b.name for b in found[:k]]:
            text = Text("expected each queue once, came {name} again", name=borrow.name)
            problems.append(Problem("borrow", "-", f"borrow.{borrow.name}", text))
    if problems:
        raise Refused(dict.fromkeys(problems))
    return found


def without(history: History, borrows: Iterable[Borrow]) -> History:
    """The history of the queues that do not borrow. Raises Refused where none is left."""
    names = {b.name for b in borrows}
    rows = history.table[~history.table["queue"].isin(names)]
    if rows.empty:
        text = Text("expected a queue with a history of its own to borrow from")
        raise Refused([Problem("borrow", "-", "borrow", text)])
    return history if len(rows) == len(history.table) else History(rows.reset_index(drop=True), history.interval)


def borrowed(forecast: Forecast, borrows: Sequence[Borrow], daily: pd.DataFrame) -> Forecast:
    """The forecast with each queue that borrows: the sum of those it is like, times its share, with wider bands.

    `daily` are the contacts that came (day x queue). Days of the queue's own, fewer than 28, move the share towards
    what they were of the others, as far as they are surer than what was stated. Quantiles of several queues are
    summed, which is the widest they can be. Warnings say from whom it is borrowed and how unsure that is.

    Raises:
        Refused: as `checked`, or a queue to be like is not in the forecast.
    """
    if not borrows:
        return forecast
    rules = checked(borrows, daily)
    table, days, models, said = forecast.table, forecast.by_day, dict(forecast.models), []
    kept = ~table["queue"].isin([b.name for b in rules])
    parts, whole = [table[kept].astype({"queue": object})], []
    if days is not None:
        whole = [days[~days["queue"].isin([b.name for b in rules])].astype({"queue": object})]
    for rule in rules:
        strange = [q for q in rule.like if q not in forecast.queues]
        if strange:
            raise Refused([Problem("borrow", "-", f"borrow.{rule.name}", _unknown(strange[0], list(forecast.queues)))])
        share, unsure, told = _share(rule, daily)
        parts.append(_shaped(table, rule, share, unsure))
        if days is not None:
            whole.append(_shaped(days, rule, share, unsure))
        models[rule.name] = "like " + " + ".join(rule.like)
        said.append(_said(rule, share, unsure, told))
    by_day = _joined(whole) if whole else None
    return replace(forecast, table=_joined(parts), by_day=by_day, models=models, warnings=(*said, *forecast.warnings))


def _joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    table = pd.concat(parts, ignore_index=True).sort_values(["queue", "start"], ignore_index=True)
    return table.astype({"queue": parts[1]["queue"].dtype})


def _share(rule: Borrow, daily: pd.DataFrame) -> tuple[float, float, int]:
    """The share, the standard deviation of its log, and the days of the queue's own that told of it."""
    stated = np.log(rule.share)
    if rule.name not in daily.columns:
        return rule.share, SHARE, 0
    theirs = daily[list(rule.like)].sum(axis=1, min_count=len(rule.like))
    known = daily[rule.name].notna() & (theirs > 0)
    came = float(daily.loc[known, rule.name].sum())
    count = int(known.sum())
    if not count or came <= 0:
        return rule.share, SHARE, 0
    firm, sure = max(count / EACH, 1.0) / SHAPE**2, 1 / SHARE**2
    share = (sure * stated + firm * np.log(came / float(theirs[known].sum()))) / (sure + firm)
    return float(np.exp(share)), float(1 / np.sqrt(sure + firm)), count


def _shaped(table: pd.DataFrame, rule: Borrow, share: float, unsure: float) -> pd.DataFrame:
    """The rows of a queue that borrows, from a table of those it is like."""
    theirs = table[table["queue"].isin(rule.like)]
    columns = list(counts(table))
    work = theirs.assign(work=theirs["aht_s"] * theirs["mean"]) if "aht_s" in table.columns else theirs
    groups = work.groupby("start", as_index=False)
    out = groups[columns].sum()
    out[columns] *= share
    out[list(LEVELS)] = _wider(out[list(LEVELS)].to_numpy(dtype=float), out["mean"].to_numpy(), share, unsure)
    out.insert(1, "queue", rule.name)
    if "aht_s" in table.columns:
        total, plain = groups[["work", "mean"]].sum(), groups["aht_s"].mean()["aht_s"]
        out["aht_s"] = (total["work"] / total["mean"].where(total["mean"] > 0)).fillna(plain)
    return out


def _wider(quantiles: np.ndarray, mean: np.ndarray, share: float, unsure: float) -> np.ndarray:
    """Quantiles with what is not known of the shape and the share, and with the chance that few contacts have more of.

    Independent errors of log(1 + contacts): their squares add on either side of the median.
    """
    logs = np.log1p(quantiles)
    middle = logs[:, 4:5]
    size = np.expm1(middle[:, 0])
    chance = np.maximum(mean * (1 - share), 0.0)  # a share of Poisson contacts is Poisson: it shrinks less than they
    extra = np.sqrt((SHAPE**2 + unsure**2) * size**2 + chance) / (1 + size)
    wide = np.expm1(middle + np.sign(Z) * np.hypot(logs - middle, Z * extra[:, None]))
    return np.asarray(np.where(mean[:, None] > 0, np.maximum(wide, 0.0), 0.0))


def _said(rule: Borrow, share: float, unsure: float, told: int) -> Text:
    """From whom, at which share, and how unsure."""
    facts = {
        "queue": rule.name,
        "like": " + ".join(rule.like),
        "share": f"{share:.2f}",
        "percent": f"{np.expm1(Z[6] * np.hypot(SHAPE, unsure)):.0%}",
    }
    if told:
        return Text(
            "{queue}: {count} days of its own; forecast as {share} times {like} (stated {stated}); besides their own "
            "bands a day is within {percent} of that in four cases of five",
            count=told,
            stated=f"{rule.share:.2f}",
            **facts,
        )
    return Text(
        "{queue}: no history of its own; forecast as {share} times {like}; besides their own bands a day is within "
        "{percent} of that in four cases of five",
        **facts,
    )


def _wrong(borrow: Borrow, rules: Mapping[str, Borrow], own: list[str], daily: pd.DataFrame) -> list[Text]:
    """What is wrong with one borrow."""
    said = []
    if not (np.isfinite(borrow.share) and borrow.share > 0):
        said.append(Text("expected a share above 0, came {came}", came=borrow.share))
    if not borrow.like:
        said.append(Text("expected a queue to be like, came none"))
    known = int(daily[borrow.name].notna().sum()) if borrow.name in daily.columns else 0
    if known >= ENOUGH:
        text = Text(
            "expected a queue with fewer than {least} known days, came {name} with {count}: it is forecast from its "
            "own",
            least=ENOUGH,
            name=borrow.name,
            count=known,
        )
        said.append(text)
    for name in dict.fromkeys(borrow.like):
        if name in rules:
            circle = ", ".join(_chain(name, rules, borrow.name))
            said.append(Text("expected queues that do not borrow themselves, came {circle}", circle=circle))
        elif name not in own:
            said.append(_unknown(name, own))
    if len(set(borrow.like)) < len(borrow.like):
        said.append(Text("expected every queue once, came {came}", came=", ".join(borrow.like)))
    return said


def _chain(name: str, rules: Mapping[str, Borrow], first: str) -> list[str]:
    """The queues that borrow from each other, from `first` until one comes again."""
    seen = [first]
    while name in rules and name not in seen:
        seen.append(name)
        name = next(iter(rules[name].like), name)
    return [*seen, name]


def _unknown(name: str, own: Sequence[str]) -> Text:
    return Text("expected a queue of the history ({names}), came {came}", names=", ".join(own), came=repr(name))
