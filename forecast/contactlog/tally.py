"""What contacts add up to, by interval and queue: exact sums in thousandths, in any order."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from forecast.contactlog.plan import Plan
from forecast.history import COLUMNS, History
from forecast.ingest.column import name
from forecast.language import Text
from forecast.problem import Problem, Refused

KEYS = ("slot", "queue", "source", "site")
MOST_GROUPS = 5_000
MOST_ROWS = 5_000_000
SHORTEST_MEAN = 10.0  # seconds; a mean handle time below it is in minutes, or nobody handled anything
SUMS = (
    "offered",
    "yes",
    "handle_ms",
    "handle_n",
    "wait_ms",
    "wait_n",
    "resolved",
    "resolved_n",
    "rating_m",
    "rated",
    "idle",
)


def promised(plan: Plan) -> tuple[float, ...]:
    """The different promises, in order; the sums `in_0`, `in_1`... count contacts answered within each."""
    return tuple(sorted(set(plan.promises.values()))) if plan.has("wait_s") and plan.answers else ()


def sums(plan: Plan) -> tuple[str, ...]:
    """The names of the sums kept of each group."""
    return (*SUMS, *(f"in_{n}" for n in range(len(promised(plan)))))


def named(parts: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Groups under the names we keep: spaces single, the profile's names for the file's."""
    said = plan.profile
    table = parts.copy()
    for key, mapped, fixed in (
        ("queue", said.queues, said.queue or "all"),
        ("source", said.sources, ""),
        ("site", {}, ""),
    ):
        if key in plan.places:
            told = {w: _mapped(name(w), mapped) for w in pd.unique(table[key])}
            table[key] = table[key].map(told)
        else:
            table[key] = fixed
    if said.source:
        table["source"] = said.source
    if said.site:
        table["site"] = said.site
    return table.groupby(list(KEYS), as_index=False, sort=True)[list(sums(plan))].sum()


def _mapped(word: str, names: Mapping[str, str]) -> str:
    return names.get(word, word)


def history(parts: pd.DataFrame, plan: Plan, notes: list[Text]) -> History:
    """The history in groups that hold every contact.

    Raises:
        Refused: more queues or intervals than a log can have, or handle times in no unit we know.
    """
    table = named(parts, plan)
    table = _one_site(table, notes)
    groups = table.groupby(["queue", "source"], sort=False)
    size = int((groups["slot"].max() - groups["slot"].min() + 1).sum())
    if groups.ngroups > MOST_GROUPS or size > MOST_ROWS:
        text = Text(
            "expected at most {groups} queues and {rows} intervals, found {count} and {size}: is this the queue?",
            groups=MOST_GROUPS,
            rows=MOST_ROWS,
            count=groups.ngroups,
            size=size,
        )
        column = "queue" if plan.has("queue") else "arrival" if plan.has("arrival") else "arrival_date"
        raise Refused([Problem(plan.part, "-", plan.heading(column), text)])
    _refuse_unitless(table, plan)
    return History(_columns(_filled(table, plan), plan, notes), pd.Timedelta(seconds=plan.step))


def _one_site(table: pd.DataFrame, notes: list[Text]) -> pd.DataFrame:
    """The groups, one for each interval, queue and source; several sites of one are added up."""
    several = table.groupby(["queue", "source"])["site"].nunique().gt(1)
    if not several.any():
        return table
    notes.append(Text("several sites serve one queue: their contacts are added up, sites are not kept"))
    table = table.drop(columns="site").groupby(["slot", "queue", "source"], as_index=False, sort=True).sum()
    return table.assign(site="")


def _refuse_unitless(table: pd.DataFrame, plan: Plan) -> None:
    """Refuse handle times that are too short for seconds where nothing says what they are."""
    if "handle_s" not in plan.places or "handle_s" in plan.said:
        return
    count, total = int(table["handle_n"].sum()), float(table["handle_ms"].sum())
    if count and 0 < total / count < 1000 * SHORTEST_MEAN:
        text = Text(
            "expected a unit: the mean handle time is below {least}, seconds or minutes? Say so in the heading or a "
            "profile",
            least=SHORTEST_MEAN,
        )
        raise Refused([Problem(plan.part, "-", plan.heading("handle_s"), text)])


def _filled(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """A row for every interval from a queue's first contact to its last."""
    parts = []
    for (queue, source), rows in table.groupby(["queue", "source"], sort=True):
        slots = np.arange(int(rows["slot"].min()), int(rows["slot"].max()) + 1)
        at = rows["slot"].to_numpy(dtype=np.int64) - slots[0]
        part: dict[str, object] = {"slot": slots, "queue": queue, "source": source, "site": rows["site"].iloc[0]}
        for column in sums(plan):
            values = np.zeros(len(slots))
            values[at] = rows[column].to_numpy(dtype=float)
            part[column] = values
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def _columns(table: pd.DataFrame, plan: Plan, notes: list[Text]) -> pd.DataFrame:
    offered, yes = table["offered"], table["yes"]
    unknown = pd.Series(np.nan, index=table.index)
    result = pd.DataFrame(
        {
            "queue": table["queue"].astype(str),
            "source": table["source"].astype(str),
            "start": (table["slot"].astype("int64") * plan.step).to_numpy().astype("datetime64[s]"),
            "offered": offered,
            "handled": yes if plan.answers else unknown,
            "abandoned": offered - yes if plan.answers else unknown,
            "aht_s": _mean(table["handle_ms"], table["handle_n"]) if "handle_s" in plan.places else unknown,
        }
    )[list(COLUMNS)]
    if "wait_s" in plan.places and plan.answers:
        result["first_response_s"] = _mean(table["wait_ms"], table["wait_n"])
    if "resolved" in plan.places:
        # nobody said of any contact whether it was resolved: not known, unless there was none
        result["resolved"] = table["resolved"].where((table["resolved_n"] > 0) | (offered == 0))
    if "rating" in plan.places:
        result["satisfaction"] = _mean(table["rating_m"], table["rated"])
        result["rated"] = table["rated"]
    if promised(plan):
        place = {p: n for n, p in enumerate(promised(plan))}
        result["in_time"] = np.nan
        for queue, seconds in plan.promises.items():
            own = table["queue"] == queue
            result.loc[own, "in_time"] = table.loc[own, f"in_{place[seconds]}"]
    if (table["site"] != "").any():
        result["site"] = table["site"].astype(str)
    idle = int(table["idle"].sum())
    if idle:
        notes.append(Text("{count} contacts not answered have a handle time, which is not counted", count=idle))
    return result


def _mean(total: pd.Series, count: pd.Series) -> pd.Series:
    return total / 1000.0 / count.where(count > 0)
