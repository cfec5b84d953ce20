"""TOML in: merged over defaults, refused by place."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from forecast.problem import Refused
from staffing.settings import Whole, checked, merged, read_toml


class Terms(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    price: float = Field(1.0, ge=0)
    share: float = Field(0.5, gt=0, lt=1)
    seats: int = 3


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"prize": 2}, "terms.toml:-:prize: unknown key; remove it or correct its name"),
        ({"price": -1}, "terms.toml:-:price: expected a number of at least 0.0, came '-1'"),  # below its bound
        ({"share": 1}, "terms.toml:-:share: expected a number below 1.0, came '1'"),
        ({"share": 0}, "terms.toml:-:share: expected a number above 0.0, came '0'"),
    ],
)
def test_a_wrong_value_is_refused_by_its_place(values, line):
    with pytest.raises(Refused) as refused:
        checked(Terms, values, "terms.toml")
    assert [str(p) for p in refused.value.problems] == [line]


def test_every_wrong_value_is_told_at_once():
    with pytest.raises(Refused) as refused:
        checked(Terms, {"price": "dear", "seats": 2.5, "colour": "red"}, "terms.toml")
    assert [p.column for p in refused.value.problems] == ["price", "seats", "colour"]


def test_what_a_file_does_not_say_keeps_its_default():
    assert merged({"a": {"x": 1, "y": 2}, "b": 3}, {"a": {"y": 5}}) == {"a": {"x": 1, "y": 5}, "b": 3}


def test_a_whole_table_replaces_what_it_is_laid_on():
    assert merged({"a": {"x": 1}}, {"a": Whole(y=2)}) == {"a": {"y": 2}}


def test_a_whole_table_stays_whole_under_a_further_layer():
    once = merged({}, {"a": Whole(y=2)})
    assert merged({"a": {"x": 1}}, merged(once, {"a": {"z": 3}})) == {"a": {"y": 2, "z": 3}}


def test_merging_changes_neither_side():
    base, over = {"a": {"x": 1}}, {"a": {"y": 2}}
    merged(base, over)
    assert (base, over) == ({"a": {"x": 1}}, {"a": {"y": 2}})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "found none at this path"),
        (b"\xff\xfe\x00", "expected UTF-8"),
        (b"a = [1,", "expected TOML"),
        (b"a = 1\na = 2\n", "expected TOML"),  # the same key twice
    ],
)
def test_a_file_that_is_no_toml_is_refused_with_its_name(tmp_path: Path, content: bytes | None, said: str):
    path = tmp_path / "x.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refused, match=said):
        read_toml(path)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path):
    path = tmp_path / "x.toml"
    path.write_bytes("﻿a = 1".encode())
    assert read_toml(path) == {"a": 1}
