"""A cost statement adds up, to the cent, to what the plan minimised."""

from __future__ import annotations

import pandas as pd
import pytest

from staffing.contract import months
from staffing.cost import CostStatement, statement
from staffing.cover import weekly_need
from staffing.headcount import SeasonPlan, plan
from staffing.shift import ShiftRules
from tests.planning import season, seller, source, weekly


@pytest.fixture(scope="module")
def made() -> SeasonPlan:
    return plan(weekly_need(season((40, 15), weeks=8, peak_of=4.0), ShiftRules()), seller())


def test_net_total_is_the_cost_the_plan_minimised(made: SeasonPlan) -> None:
    assert statement(made, seller()).net_cny == made.cost_cny


def test_every_total_is_the_sum_of_the_rounded_lines(made: SeasonPlan) -> None:
    told = statement(made, seller())
    assert told.gross_cny == round(told.net_cny + told.vat_cny, 2)
    for column in ("net_cny", "vat_cny", "gross_cny"):
        assert (told.table[column] == told.table[column].round(2)).all()
        for by in (("week",), ("source",), ("kind", "line")):
            assert told.by(*by)[column].sum() == pytest.approx(getattr(told, column), abs=1e-6)


def test_own_people_carry_no_vat_and_vendors_six_percent(made: SeasonPlan) -> None:
    table = statement(made, seller()).table
    vendor = table[table["source"].str.startswith("vendor") & (table["kind"] == "direct")]
    assert (table[table["source"] == "inhouse"]["vat_cny"] == 0).all()
    assert (table[table["line"] == "management"]["vat_cny"] == 0).all()
    assert len(vendor)
    # each queue's bill is rounded by itself
    assert ((vendor["vat_cny"] - vendor["net_cny"] * 0.06).abs() <= 0.02).all()


def test_lines_are_those_that_finance_asks_for(made: SeasonPlan) -> None:
    table = statement(made, seller()).table
    lines = {kind: set(rows["line"]) for kind, rows in table.groupby("kind")}
    assert {"wages", "employer", "seats", "contacts", "training_fee"} <= lines["direct"]
    assert {"floor", "management"} <= lines["indirect"]
    assert not lines["direct"] & lines["indirect"]


def test_per_contact_cost_by_hand() -> None:
    vendor = source(staff=2, contract={"kind": "seat", "seat_month_cny": 5200, "management_share": 0.1})
    told = statement(plan(weekly({"q": 2}, contacts=250), {"v": vendor}), {"v": vendor})
    bill = round(2 * 5200 * months(7), 2)
    assert told.net_cny == round(bill + round(2 * 5200 * months(7) * 0.1, 2), 2)
    assert told.vat_cny == round(bill * 0.06, 2)
    assert told.per_contact_cny == pytest.approx(told.net_cny / 500)


def test_without_contacts_there_is_no_cost_per_contact() -> None:
    own = source("inhouse", staff=1)
    told = statement(plan(weekly({"q": 0}), {"own": own}), {"own": own})
    assert told.contacts == 0
    assert told.per_contact_cny is None
    assert told.net_cny > 0  # people are paid when nobody calls


def test_sums_by_something_else_are_refused(made: SeasonPlan) -> None:
    with pytest.raises(ValueError, match="got queue"):
        statement(made, seller()).by("queue")


def test_negative_amounts_are_refused() -> None:
    row = {"week": pd.Timestamp("2026-04-27"), "source": "v", "line": "seats", "kind": "direct"}
    with pytest.raises(ValueError, match="net_cny"):
        CostStatement(pd.DataFrame([row | {"net_cny": -1.0, "vat_cny": 0.0, "gross_cny": -1.0}]), 1.0)
