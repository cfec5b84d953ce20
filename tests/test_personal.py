"""Customer data is recognised by heading and by content, and never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast import ingest, personal
from forecast.problem import Refused

PHONE, CITIZEN, MAIL = "13812345678", "11010519491231002X", "li.lei@example.com"


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("手机号", "phone"),
        ("客户电话号码", "phone"),
        ("联系方式", "phone"),
        ("客户姓名", "name"),
        ("买家昵称", "nickname"),
        ("旺旺号", "nickname"),
        ("会员名", "nickname"),
        ("身份证号", "id"),
        ("收货地址", "address"),
        ("收货人", "name"),
        ("订单编号", "order"),
        ("运单号", "order"),
        ("邮箱", "email"),
        ("客户IP", "ip"),
        ("OpenID", "nickname"),
        ("QQ", "nickname"),
        ("Mobile Phone", "phone"),
        ("Order No.", "order"),
        ("E-mail", "email"),
        ("坐席工号", "agent"),
        ("Agent Name", "agent"),
        ("来电号码数", ""),  # a count of numbers
        ("订单量", ""),
        ("电话量", ""),
        ("技能组名称", ""),
        ("Queue name", ""),
    ],
)
def test_a_heading_says_whose_data_its_column_holds(heading: str, kind: str):
    assert personal.heading(heading) == kind


def test_a_column_is_customers_data_by_most_of_its_cells():
    assert personal.column([PHONE, "+86 139-1234-5678", "", "unknown"]) == "phone"
    assert personal.column([CITIZEN]) == "id"
    assert personal.column([MAIL, MAIL]) == "email"
    assert personal.column(["192.168.1.20"]) == "ip"
    assert personal.column(["275", "20260601", "1234567", "2026-06-01 09:30:00"]) == ""
    assert personal.column(["110105194912310021"]) == ""  # the check digit is wrong


@given(st.text(max_size=500))
def test_no_cell_breaks_the_search(cell: str):
    assert personal.content(cell) in ("", "phone", "id", "email")


@pytest.mark.parametrize("secret", [PHONE, CITIZEN, MAIL, "138****5678"])
@pytest.mark.parametrize("field", ["queue", "offered", "start", "aht_s"])
def test_no_message_repeats_customers_data(secret: str, field: str, tmp_path: Path):
    row = {"start": "2026-06-01", "queue": "a", "offered": "3", "aht_s": "275"} | {field: secret}
    path = tmp_path / "h.csv"
    path.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n2026-06-02,a,4,280\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        ingest.read(path)
    assert refused.value.problems[0].row == 2
    assert secret not in str(refused.value)
    assert secret not in str(ingest.preview(path))


def test_columns_of_people_are_dropped_and_reported(tmp_path: Path):
    path = tmp_path / "h.csv"
    lines = ["日期,客户手机号,咨询量,备用,坐席"] + [f"2026-06-0{d},{PHONE},{d},{MAIL},王伟" for d in range(1, 8)]
    path.write_text("\n".join(lines), encoding="utf-8")
    imported = ingest.read(path)
    assert [(p.heading, p.kind, p.cells) for p in imported.report.personal] == [
        ("客户手机号", "phone", 7), ("备用", "email", 7), ("坐席", "agent", 7),
    ]  # fmt: skip
    told = imported.history.table.to_csv() + str(imported.report.as_json()) + str(ingest.preview(path))
    assert not [s for s in (PHONE, MAIL, "王伟") if s in told]
