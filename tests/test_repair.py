"""Repairs: what is amiss is found and what is merely a festival is not; what is accepted is done, recorded, undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast import repair
from forecast.event import Event, Events
from forecast.history import DAY, History
from forecast.ingest import read_events, read_history
from forecast.language import Text
from forecast.occasion import lunar_day
from forecast.repair import Decision, Proposal
from forecast.repair.expected import whole
from forecast.season import Season, season_of

HOUR = pd.Timedelta(hours=1)
DATA = Path(__file__).resolve().parents[1] / "data"
FIRST = pd.Timestamp("2023-01-02")
HOURS = np.arange(9, 21)


@cache
def clean(seed: int = 1, days: int = 640, level: float = 400.0, sources: int = 2) -> pd.DataFrame:
    """Nearly two years of a queue by the hour, with festivals and Double 11, in which nothing is amiss."""
    rng = np.random.default_rng(seed)
    index = pd.date_range(FIRST, periods=days, freq="D", unit="s")
    season = season_of(index[0], index[-1])
    log = np.log(level) + np.array([0.1, 0.05, 0.0, 0.0, 0.0, -0.1, -0.2])[season.weekdays(index)]
    log = log + 0.1 * np.arange(days) / 365 - 0.25 * season.off(index)
    for year in range(2022, index[-1].year + 2):
        for month, day, high in ((5, 5, 1.4), (8, 15, 0.7), (1, 1, 0.5)):
            away = (index - lunar_day(year, month, day)).days.to_numpy()
            log = log + high * np.where(away <= 0, np.clip(1 + away / 20, 0, 1), np.exp(-away / 3.0))
        away = np.abs((index - pd.Timestamp(year, 11, 11)).days.to_numpy())
        log = log + 0.9 * np.exp(-away / 1.5)
    noise = rng.normal(0, 0.05, days)
    profile = np.exp(-0.5 * ((HOURS - 11) / 2.0) ** 2) + 0.8 * np.exp(-0.5 * ((HOURS - 17) / 2.5) ** 2) + 0.1
    mean = np.exp(log + noise)[:, None] * (profile / profile.sum()) * rng.gamma(40, 1 / 40, (days, len(HOURS)))
    total = rng.poisson(mean)
    parts = {"": total}
    if sources == 2:
        vendor = rng.binomial(total, 0.3)
        parts = {"inhouse": total - vendor, "vendor": vendor}
    start = (index.to_numpy()[:, None] + HOURS * HOUR.to_numpy()).reshape(-1).astype("datetime64[s]")
    tables = [
        pd.DataFrame({"queue": "chat", "source": name, "start": start, "offered": counts.reshape(-1).astype(float)})
        for name, counts in parts.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    return table.assign(handled=table["offered"] - 0, abandoned=0.0, aht_s=300.0)


def history_of(table: pd.DataFrame) -> History:
    return History(table.reset_index(drop=True), HOUR)


def season(history: History, *events: Event) -> Season:
    return season_of(history.first, history.last, ("CN",), events)


def between(table: pd.DataFrame, start: str | pd.Timestamp, end: str | pd.Timestamp, source: str = "") -> pd.Series:
    """Rows from `start` up to `end`."""
    rows = (table["start"] >= pd.Timestamp(start)) & (table["start"] < pd.Timestamp(end))
    return rows & (table["source"] == source) if source else rows


def scaled(table: pd.DataFrame, rows: pd.Series, factor: float) -> pd.DataFrame:
    table = table.copy()
    for column in ("offered", "handled"):
        table.loc[rows, column] = np.round(table.loc[rows, column] * factor)
    return table


def found(table: pd.DataFrame, *events: Event) -> tuple[Proposal, ...]:
    history = history_of(table)
    return repair.proposals(history, season(history, *events))


def only(proposals: Sequence[Proposal]) -> Proposal:
    assert len(proposals) == 1, [(p.kind, p.source, p.start, p.end) for p in proposals]
    return proposals[0]


# What is put in: how, and the kind, source, start and end that must come of it.
Damage = Callable[[pd.DataFrame], pd.DataFrame]
MISHAPS: dict[str, tuple[Damage, str, str, str, str]] = {
    "hours without contacts": (
        lambda t: scaled(t, between(t, "2024-03-13 11:00", "2024-03-13 15:00"), 0.0),
        "outage", "", "2024-03-13 11:00", "2024-03-13 15:00",
    ),
    "rows that are missing": (
        lambda t: t[~between(t, "2024-03-13", "2024-03-16")],
        "gap", "", "2024-03-13", "2024-03-16",
    ),
    "hours that are missing": (
        lambda t: t[~between(t, "2024-03-13 12:00", "2024-03-13 16:00")],
        "gap", "", "2024-03-13 12:00", "2024-03-13 16:00",
    ),
    "values that are empty": (
        lambda t: t.assign(offered=t["offered"].mask(between(t, "2024-03-13", "2024-03-14"))),
        "gap", "", "2024-03-13", "2024-03-14",
    ),
    "days a vendor did not deliver": (
        lambda t: t[~between(t, "2024-03-13", "2024-03-16", "vendor")],
        "not_delivered", "vendor", "2024-03-13", "2024-03-16",
    ),
    "days a vendor delivered as nothing": (
        lambda t: scaled(t, between(t, "2024-03-13", "2024-03-15", "vendor"), 0.0),
        "not_delivered", "vendor", "2024-03-13", "2024-03-15",
    ),
    "a day of nought": (
        lambda t: scaled(t, between(t, "2024-03-13", "2024-03-14"), 0.0),
        "outage", "", "2024-03-13", "2024-03-14",
    ),
    "a day with a nought too many": (
        lambda t: scaled(t, between(t, "2024-03-13", "2024-03-14"), 10.0),
        "outlier", "", "2024-03-13", "2024-03-14",
    ),
    "one source's day with a nought too many": (
        lambda t: scaled(t, between(t, "2024-03-13", "2024-03-14", "vendor"), 10.0),
        "outlier", "vendor", "2024-03-13", "2024-03-14",
    ),
    "a cell with two noughts too many": (
        lambda t: scaled(t, between(t, "2024-03-13 11:00", "2024-03-13 12:00"), 100.0),
        "outlier", "", "2024-03-13 11:00", "2024-03-13 12:00",
    ),
    "a week of chasers": (
        lambda t: scaled(t, between(t, "2024-03-11", "2024-03-18"), 1.8),
        "stock_out", "", "2024-03-11", "2024-03-18",
    ),
    "a level that rose": (
        lambda t: scaled(t, between(t, "2024-03-13", "2026-01-01"), 1.3),
        "level_shift", "", "2024-03-13", "2024-10-03",
    ),
    "a level that fell": (
        lambda t: scaled(t, between(t, "2024-03-13", "2026-01-01"), 0.7),
        "level_shift", "", "2024-03-13", "2024-10-03",
    ),
}  # fmt: skip


@cache
def damaged(mishap: str) -> tuple[History, tuple[Proposal, ...]]:
    """The history with that mishap in it, and what is proposed for it."""
    history = history_of(MISHAPS[mishap][0](clean()))
    return history, repair.proposals(history, season(history))


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_proposed_where_nothing_is_amiss(seed: int):
    assert found(clean(seed)) == ()


@pytest.mark.parametrize("mishap", MISHAPS)
def test_each_mishap_is_found_with_its_kind_and_range(mishap: str):
    _, kind, source, start, end = MISHAPS[mishap]
    proposal = only(damaged(mishap)[1])
    assert (proposal.kind, proposal.source) == (kind, source)
    near = DAY if kind in ("level_shift", "stock_out") else pd.Timedelta(0)
    assert abs(proposal.start - pd.Timestamp(start)) <= near
    assert abs(proposal.end - pd.Timestamp(end)) <= near
    assert proposal.low <= proposal.proposed <= proposal.high
    assert 0 <= proposal.confidence <= 1


@pytest.mark.parametrize("mishap", [m for m in MISHAPS if MISHAPS[m][1] != "level_shift"])
def test_what_is_proposed_is_near_what_was_there_before_the_mishap(mishap: str):
    table, proposal = clean(), only(damaged(mishap)[1])
    true = float(table.loc[between(table, proposal.start, proposal.end, proposal.source), "offered"].sum())
    assert proposal.low * 0.9 <= true <= proposal.high * 1.1
    assert proposal.proposed == pytest.approx(true, rel=0.25)
    assert sum(c.proposed for c in proposal.changes) == pytest.approx(proposal.proposed, abs=len(proposal.changes))
    assert all(c.proposed == round(c.proposed) >= 0 for c in proposal.changes)


def test_the_factor_of_a_level_shift_is_what_it_was():
    for mishap, factor in (("a level that rose", 1.3), ("a level that fell", 0.7)):
        proposal = only(damaged(mishap)[1])
        assert proposal.factor == pytest.approx(factor, rel=0.08)
        assert proposal.action == "scale earlier level"


def test_a_week_that_was_declared_is_not_proposed():
    table = MISHAPS["a week of chasers"][0](clean())
    incident = Event("stock-out", "incident", pd.Timestamp("2024-03-11"), pd.Timestamp("2024-03-17"))
    assert found(table, incident) == ()


def test_a_closed_day_is_no_gap():
    table = clean()
    sundays = table["start"].dt.day_of_week == 6
    away = season_of(FIRST, table["start"].max()).off(pd.DatetimeIndex(table["start"].dt.normalize()))
    assert found(table[~sundays & ~away]) == ()
    closure = Event("moving house", "closure", pd.Timestamp("2024-03-13"), pd.Timestamp("2024-03-14"))
    assert found(table[~between(table, "2024-03-13", "2024-03-15")], closure) == ()


def test_holidays_of_nought_are_no_outage():
    table = clean()
    off = season_of(FIRST, table["start"].max()).off(pd.DatetimeIndex(table["start"].dt.normalize()))
    assert found(scaled(table, pd.Series(off, index=table.index), 0.0)) == ()


def test_a_vendor_whose_work_others_took_over_is_no_loss():
    table = clean()
    down = between(table, "2024-03-13 10:00", "2024-03-13 16:00")
    total = table[down].groupby("start")["offered"].transform("sum")
    inhouse = table[down]["source"] == "inhouse"
    table = table.copy()
    table.loc[down, "offered"] = np.where(inhouse, total, 0.0)
    table.loc[down, "handled"] = table.loc[down, "offered"]
    assert found(table) == ()


def test_contacts_that_came_back_and_contacts_on_another_channel_are_told():
    chat = scaled(clean(), between(clean(), "2024-03-13 11:00", "2024-03-13 15:00"), 0.0)
    chat = scaled(chat, between(chat, "2024-03-13 15:00", "2024-03-13 21:00"), 1.8)
    phone = clean(3).assign(queue="phone")
    phone = scaled(phone, between(phone, "2024-03-13 11:00", "2024-03-13 15:00"), 2.5)
    proposals = found(pd.concat([chat, phone]))
    outage = only([p for p in proposals if p.kind == "outage"])
    assert outage.queue == "chat"
    assert "contacts that came back" in str(outage.why)
    assert "meanwhile phone had" in str(outage.why)
    assert "came back" not in str(only(damaged("hours without contacts")[1]).why)


def test_why_names_what_was_seen_and_what_was_expected():
    proposal = only(damaged("a week of chasers")[1])
    said = str(proposal.why)
    assert f"{proposal.original:,.0f}" in said
    assert f"{proposal.proposed:,.0f}" in said
    assert "2024-03-11" in said
    assert "standard deviations" in said
    assert proposal.effect == proposal.original - proposal.proposed > 0


def test_accepted_values_are_replaced_recorded_and_recovered_exactly():
    for mishap in ("hours without contacts", "days a vendor did not deliver", "a level that rose"):
        history, proposals = damaged(mishap)
        repaired = repair.applied(history, proposals)
        assert repaired.stale == ()
        pd.testing.assert_frame_equal(repaired.original.table, history.table)
        offered = repaired.record[repaired.record["column"] == "offered"]
        now = repaired.history.table.set_index(["queue", "source", "start"])["offered"]
        then = history.table.set_index(["queue", "source", "start"])["offered"].reindex(now.index)
        changed = now.index[~((now == then) | (now.isna() & then.isna()))]
        keys = pd.MultiIndex.from_frame(offered[["queue", "source", "start"]])
        assert set(keys) == set(changed)  # a row for each changed value and none for any other
        assert len(offered) == len(changed) > 0
        assert (now.reindex(keys).to_numpy() == offered["repaired"].to_numpy()).all()
        assert set(offered["key"]) == {p.key for p in proposals}
        assert all(str(why) for why in offered["why"])


def test_no_count_exceeds_the_contacts_offered_after_a_repair():
    history, proposals = damaged("a day with a nought too many")
    repaired = repair.applied(history, proposals)
    table = repaired.history.table
    assert not (table["handled"] > table["offered"]).any()
    assert not (table["abandoned"] > table["offered"]).any()
    pd.testing.assert_frame_equal(repaired.original.table, history.table)


def test_a_run_left_out_of_learning_becomes_an_incident_and_changes_no_value():
    history, proposals = damaged("a week of chasers")
    proposal = only(proposals)
    repaired = repair.applied(history, [proposal])
    assert repaired.history.table.equals(history.table)
    assert len(repaired.record) == 0
    event = only_event(repaired.incidents)
    assert (event.kind, event.queue, event.start) == ("incident", "chat", proposal.start)
    assert event.end == proposal.end - DAY
    # the planner may have it replaced instead
    replaced = repair.applied(history, [replace(proposal, action="replace values")])
    week = between(replaced.history.table, proposal.start, proposal.end)
    assert replaced.history.table.loc[week, "offered"].sum() == proposal.proposed


def only_event(events: Iterable[Event]) -> Event:
    (event,) = events
    return event


def test_applying_again_changes_nothing():
    for mishap in ("hours without contacts", "rows that are missing", "a week of chasers", "a level that rose"):
        history, proposals = damaged(mishap)
        once = repair.applied(history, proposals)
        for accepted in ((*proposals, *proposals), tuple(reversed(proposals))):
            again = repair.applied(history, accepted)
            assert again.history.table.equals(once.history.table)
            assert again.record.equals(once.record)
        twice = repair.applied(once.history, proposals)
        assert twice.history.table.equals(once.history.table)
        assert twice.stale == ()


def test_a_repair_of_values_that_were_corrected_since_is_stale_by_name():
    proposal = only(damaged("a day with a nought too many")[1])
    corrected = history_of(clean())
    repaired = repair.applied(corrected, [proposal])
    assert repaired.history.table.equals(corrected.table)
    (stale,) = repaired.stale
    assert stale.proposal == proposal
    assert "outlier of chat from 2024-03-13" in str(stale.why)


def test_of_two_repairs_of_one_value_the_second_is_refused_by_name():
    history, proposals = damaged("a day with a nought too many")
    proposal = only(proposals)
    other = replace(proposal, key="another", end=proposal.end)
    repaired = repair.applied(history, [proposal, other])
    assert len(repaired.stale) == 1
    assert set(repaired.record["key"]) == {proposal.key} or set(repaired.record["key"]) == {"another"}


def test_a_decision_is_found_again_after_next_weeks_import():
    for mishap in ("hours without contacts", "a week of chasers", "a level that rose"):
        broken = MISHAPS[mishap][0](clean())
        before = found(broken[broken["start"] < pd.Timestamp("2024-06-30")])
        history = history_of(broken[broken["start"] < pd.Timestamp("2024-07-07")])
        later = repair.proposals(history, season(history))
        assert len(later) == 1, mishap
        for accepted in (True, False):
            assert repair.undecided(history, later, [Decision(p, accepted) for p in before]) == (), mishap
        assert repair.undecided(history, later, []) == later


def test_a_rejected_proposal_returns_only_when_its_values_change():
    broken = MISHAPS["a week of chasers"][0](clean())
    history = history_of(broken)
    rejected = [Decision(only(repair.proposals(history, season(history))), accepted=False)]
    assert repair.undecided(history, repair.proposals(history, season(history)), rejected) == ()
    elsewhere = history_of(scaled(broken, between(broken, "2024-02-05", "2024-02-06"), 1.1))
    assert repair.undecided(elsewhere, repair.proposals(elsewhere, season(elsewhere)), rejected) == ()
    corrected = history_of(scaled(broken, between(broken, "2024-03-12", "2024-03-13"), 1.02))
    again = repair.proposals(corrected, season(corrected))
    assert repair.undecided(corrected, again, rejected) == again
    assert len(again) == 1


@pytest.mark.parametrize("mishap", MISHAPS)
def test_a_proposal_survives_json(mishap: str):
    proposal = only(damaged(mishap)[1])
    read = Proposal.of_dict(json.loads(json.dumps(proposal.as_dict(), allow_nan=False)))
    assert read.as_dict() == proposal.as_dict()
    assert str(read.why) == str(proposal.why)
    assert read.why.say("zh")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "ghost"}, "kind must be one of"),
        ({"action": "forget"}, "action must be one of"),
        ({"end": FIRST}, "end must be after start"),
        ({"action": "scale earlier level", "factor": None}, "factor above 0"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused(wrong: dict[str, object], said: str):
    plain = Proposal(
        "k", "gap", "q", "", FIRST + DAY, FIRST + 2 * DAY, 1.0, 2.0, 1.0, 3.0, Text("why"), "replace values", 0.5, "e"
    )
    with pytest.raises(ValueError, match=said):
        replace(plain, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("days", [1, 5, 30, 60])
def test_a_short_history_says_nothing_rather_than_something_wrong(days: int):
    table = clean()
    assert found(table[table["start"] < FIRST + days * DAY]) == ()


def test_a_history_by_day_is_looked_at_too():
    table = clean(5, 760, 300.0, 1)
    daily = history_of(table).coarser(DAY).table
    typed = daily.copy()
    typed.loc[between(typed, "2024-03-13", "2024-03-14"), ["offered", "handled"]] *= 10
    history = History(typed[~between(typed, "2024-04-17", "2024-04-19")].reset_index(drop=True), DAY)
    proposals = repair.proposals(history, season(history))
    assert [(p.kind, p.start, p.end) for p in proposals] == [
        ("outlier", pd.Timestamp("2024-03-13"), pd.Timestamp("2024-03-14")),
        ("gap", pd.Timestamp("2024-04-17"), pd.Timestamp("2024-04-19")),
    ]
    repaired = repair.applied(history, proposals)
    assert repaired.history.table["offered"].notna().all()
    assert len(repaired.history.table) == len(daily)
    pd.testing.assert_frame_equal(repaired.original.table, history.table)


def test_every_queue_of_nothing_or_of_few_contacts_is_left_alone():
    rng = np.random.default_rng(4)
    table = clean()
    few = table.assign(offered=rng.poisson(0.2, len(table)).astype(float))
    assert found(few.assign(handled=few["offered"])) == ()
    none = table.assign(offered=0.0, handled=0.0)
    assert found(none) == ()
    unknown = table.assign(offered=np.nan, handled=np.nan)
    assert found(unknown) == ()


@settings(max_examples=60)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40))
def test_whole_contacts_add_up_to_the_rounded_sum_and_are_next_to_the_values(values: list[float]):
    rounded = whole(np.array(values))
    assert (np.abs(rounded - np.array(values)) < 1).all()
    assert rounded.sum() == round(float(np.sum(values)))


def test_the_sample_has_the_incidents_its_readme_lists_and_no_others():
    whole_history = read_history(DATA / "history.csv.gz").table
    kept = whole_history["queue"].isin(["aftersale_chat", "phone"])  # between them they have all three; two save time
    history = History(whole_history[kept].reset_index(drop=True), pd.Timedelta(minutes=30))
    events = Events.of(e for e in read_events(DATA / "events.csv").all if e.kind != "incident")
    proposals = repair.proposals(history, season_of(history.first, history.last, ("CN",), events))
    told = {(p.kind, p.queue, p.source, f"{p.start:%Y-%m-%d %H}", f"{p.end:%Y-%m-%d %H}") for p in proposals}
    exact = {t for t in told if t[0] != "stock_out"}
    assert exact == {
        ("outage", "aftersale_chat", "", "2025-09-10 13", "2025-09-10 18"),
        ("not_delivered", "aftersale_chat", "vendor_b", "2025-11-03 00", "2025-11-06 00"),
    }
    stock_out = [p for p in proposals if p.kind == "stock_out"]
    assert {p.queue for p in stock_out} == {"aftersale_chat", "phone"}
    for p in stock_out:  # it fades for four days after 1 June
        assert p.start == pd.Timestamp("2024-05-27")
        assert pd.Timestamp("2024-06-02") <= p.end <= pd.Timestamp("2024-06-06")
