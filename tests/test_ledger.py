"""The ledger of overrides: what is written is read again, what is wrong is named by row and column."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.ledger import COLUMNS, Ledger, Undo, read_ledger
from forecast.override import Override, overridden
from forecast.problem import Refused
from staffing.save import csv_bytes
from tests.test_override import MONDAY, make_forecast, make_override, same

HEAD = ",".join(COLUMNS)
SIGNED = "直播,李,2026-05-20 09:00:00"
AT = pd.Timestamp("2026-05-21 10:00")


def read(tmp_path: Path, *rows: str) -> Ledger:
    file = tmp_path / "ledger.csv"
    file.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return read_ledger(file)


def refusals(tmp_path: Path, *rows: str) -> list[str]:
    with pytest.raises(Refused) as refused:
        read(tmp_path, *rows)
    return [str(p).removeprefix(f"{tmp_path}/") for p in refused.value.problems]


def test_days_are_included_and_a_moment_is_where_the_range_ends(tmp_path: Path):
    days, hours, mixed = read(
        tmp_path,
        f"1,set,chat,2026-06-01,2026-06-03,500,{SIGNED}",
        f"2,add,,2026-06-01 09:00,2026-06-01T12:30,-20,{SIGNED}",
        f"3,times,chat,2026-06-01 18:00,2026-06-02,1.2,{SIGNED}",
    ).entries
    assert isinstance(days, Override)
    assert (days.start, days.end) == (MONDAY, MONDAY + pd.Timedelta(days=3))
    assert isinstance(hours, Override)
    assert (hours.queue, hours.amount, hours.end) == ("", -20, pd.Timestamp("2026-06-01 12:30"))
    assert isinstance(mixed, Override)
    assert mixed.end == pd.Timestamp("2026-06-03")


def test_an_undo_is_a_row_and_the_forecast_has_the_same_bytes_as_before():
    one, other = make_override("times", 1.5), make_override("set", 500, key="2", queue="phone")
    ledger = Ledger((one, other)).plus(Undo("2", "取消", "王", AT))
    assert ledger.in_force == (one,)
    assert len(ledger.table) == 3
    assert same(overridden(make_forecast(), ledger.in_force), overridden(make_forecast(), [one]))
    none = ledger.plus(Undo("1", "取消", "王", AT))
    assert same(overridden(make_forecast(), none.in_force), make_forecast())
    assert none.next_key == "3"  # a key is never given twice


def test_a_formula_in_a_reason_is_neutralised_in_the_file_and_read_as_it_was_meant(tmp_path: Path):
    ledger = Ledger((make_override(reason="=cmd()"), make_override(key="2", reason="-30% stock")))
    file = tmp_path / "ledger.csv"
    file.write_bytes(csv_bytes(ledger.table))
    cells = pd.read_csv(file)["reason"].tolist()
    assert cells == ["'=cmd()", "'-30% stock"]
    assert read_ledger(file) == ledger
    assert csv_bytes(read_ledger(file).table) == file.read_bytes()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"1,set,chat,2026-06-01,2026-06-01,nan,{SIGNED}", "2:amount: expected a number or nothing, got 'nan'"),
        (f"1,set,chat,2026-06-01,2026-06-01,inf,{SIGNED}", "2:amount: expected a number or nothing"),
        (f"1,set,chat,2026-06-01,2026-06-01,1e999,{SIGNED}", "2:amount: expected"),
        (f"1,set,chat,2026-06-01,2026-06-01,-5,{SIGNED}", "2:amount: expected a number from 0"),
        (f"1,set,chat,2026-06-01,2026-06-01,,{SIGNED}", "2:amount: expected a number, found an empty cell"),
        (f"1,set,chat,2026-06-01,2026-06-01,1 000,{SIGNED}", "2:amount: expected a number or nothing"),
        (f"1,halve,chat,2026-06-01,2026-06-01,5,{SIGNED}", "2:kind: expected one of set, times, add, undo"),
        (f"1,set,chat,2026-06-05,2026-06-01,5,{SIGNED}", "2:end: expected an end that is not before the start"),
        (f"1,set,chat,2026-02-30,2026-06-01,5,{SIGNED}", "2:start: expected a date"),
        (f"1,set,chat,9999-12-31,2026-06-01,5,{SIGNED}", "2:start: expected a year from 1990 to 2199"),
        (f"1,set,chat,,2026-06-01,5,{SIGNED}", "2:start: expected a date"),
        (f"1,set,chat,2026-06-01,,5,{SIGNED}", "2:end: expected a date"),
        (f"1,set,=chat,2026-06-01,2026-06-01,5,{SIGNED}", "2:queue: expected a name that no spreadsheet"),
        (f",set,chat,2026-06-01,2026-06-01,5,{SIGNED}", "2:key: expected a name"),
        ("1,set,chat,2026-06-01,2026-06-01,5,,李,2026-05-20", "2:reason: expected a reason, found none"),
        ("1,set,chat,2026-06-01,2026-06-01,5,直播,,2026-05-20", "2:author: expected a name, found an empty cell"),
        ("1,set,chat,2026-06-01,2026-06-01,5,直播,=x,2026-05-20", "2:author: expected a name that no spreadsheet"),
        ("1,set,chat,2026-06-01,2026-06-01,5,直播,李,soon", "2:at: expected a date"),
        ("1,set,chat,2026-06-01,2026-06-01,5,回电 13812345678,李,2026-05-20", "2:reason: a cell not repeated here"),
        ("7,undo,,,,,取消,李,2026-05-20", "2:key: expected the key of an override in force, came 7"),
        ("7,undo,chat,,,,取消,李,2026-05-20", "2:queue: expected nothing in the row of an undo"),
        ("7,undo,,,,3,取消,李,2026-05-20", "2:amount: expected nothing in the row of an undo"),
        ("1,set,chat,2026-06-01", "2:-: expected 9 cells, found 4"),
    ],
)
def test_a_fault_is_named_by_row_and_column(tmp_path: Path, row: str, said: str):
    found = refusals(tmp_path, row)
    assert len(found) == 1
    assert found[0].startswith(f"ledger.csv:{said}")
    assert "13812345678" not in found[0]


def test_every_fault_of_a_file_is_told_at_once_and_a_repeated_key_by_its_row(tmp_path: Path):
    good = f"1,set,chat,2026-06-01,2026-06-01,5,{SIGNED}"
    wrong = f"2,set,chat,2026-06-09,2026-06-01,-1,{SIGNED}"
    assert [f.split(": ")[0] for f in refusals(tmp_path, good, wrong, "3,set,chat,x,2026-06-01,5,,李,x")] == [
        "ledger.csv:3:end",
        "ledger.csv:3:amount",
        "ledger.csv:4:start",
        "ledger.csv:4:at",
    ]
    undo = f"1,undo,,,,,{SIGNED}"
    assert refusals(tmp_path, good, "", good, undo, undo) == [
        "ledger.csv:4:key: expected a key of its own, 1 is an earlier row's",
        "ledger.csv:6:key: expected the key of an override in force, came 1",
    ]


def test_an_empty_ledger_and_one_without_the_column_of_queues_are_read(tmp_path: Path):
    assert read(tmp_path) == Ledger()
    file = tmp_path / "short.csv"
    file.write_text(f"key,kind,start,end,amount,reason,author,at\n1,times,2026-06-01,2026-06-02,1.2,{SIGNED}\n")
    assert read_ledger(file).in_force[0].queue == ""


NUMBERS = {"times": st.floats(0, 1000), "set": st.floats(0, 1e8), "add": st.floats(-1e8, 1e8)}
WORDS = st.text(min_size=1, max_size=40)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    ledger = Ledger()
    for _ in range(draw(st.integers(0, 6))):
        words = {"reason": draw(WORDS), "author": draw(WORDS)}
        kind = draw(st.sampled_from(["times", "set", "add", "undo"]))
        try:
            if kind == "undo" and ledger.in_force:
                ledger = ledger.plus(Undo(draw(st.sampled_from(ledger.in_force)).key, **words, at=AT))
            elif kind != "undo":
                start = MONDAY + pd.Timedelta(minutes=draw(st.integers(0, 1439)))
                end = start + pd.Timedelta(seconds=draw(st.integers(1, 500000)))
                if draw(st.booleans()):
                    start, end = start.normalize(), end.normalize() + pd.Timedelta(days=1)
                limits = {"start": start, "end": end, "key": ledger.next_key}
                queue = draw(st.one_of(st.just(""), WORDS))
                ledger = ledger.plus(make_override(kind, draw(NUMBERS[kind]), **words, **limits, queue=queue))
        except Refused:
            continue  # words that no entry may hold
    return ledger


@given(ledgers())
def test_whatever_a_ledger_holds_is_read_again_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, ledger: Ledger
):
    file = tmp_path_factory.mktemp("ledger") / "ledger.csv"
    content = csv_bytes(ledger.table)
    file.write_bytes(content)
    again = read_ledger(file)
    assert again == ledger
    assert csv_bytes(again.table) == content


CELL = st.one_of(
    st.text(max_size=12), st.sampled_from(["1", "set", "undo", "nan", "-inf", "2026-06-01", "=1+1", '"', "\0"])
)


@given(st.lists(st.lists(CELL, min_size=9, max_size=9), max_size=4))
def test_a_hostile_file_is_read_or_refused_by_row_and_column(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
):
    file = tmp_path_factory.mktemp("hostile") / "ledger.csv"
    file.write_bytes("\n".join([HEAD, *(",".join(row) for row in rows)]).encode("utf-8", "surrogatepass"))
    try:
        problems = read_ledger(file) and ()
    except Refused as refused:
        problems = refused.problems
    assert all(p.file == str(file) and p.column for p in problems)
    assert all(len(str(p)) < 1000 for p in problems)
