"""Contracts charge what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from staffing.contract import ContactContract, Payroll, SeatContract, Usage, months, net, to_the_cent

PAYROLL = Payroll(
    wage_month_cny=6500,
    employer_rate=0.32,
    recruit_cny=800,
    training_cny=1500,
    floor_month_cny=600,
    management_share=0.1,
)
SEATS = SeatContract(seat_month_cny=5200, training_cny=300, management_share=0.05)
CONTACTS = ContactContract(contact_cny=1.6, training_cny=200)
amounts = st.floats(0, 1e4, allow_nan=False)
usages = st.builds(Usage, amounts, amounts, amounts, amounts, amounts)


def lines(contract: Payroll | SeatContract | ContactContract, **use: float) -> dict[str, float]:
    return {line.name: line.net for line in contract.lines(Usage(**use)) if line.net}  # type: ignore[arg-type]


def test_twelve_months_are_a_year_of_days() -> None:
    assert months(365) == pytest.approx(12)


def test_own_people_are_paid_in_training_and_when_idle() -> None:
    week = 6500 * 12 * 7 / 365
    told = lines(PAYROLL, heads=3, in_training=1)
    assert told["wages"] == pytest.approx(4 * week)
    assert told["employer"] == pytest.approx(4 * week * 0.32)
    assert told["floor"] == pytest.approx(4 * 600 * 12 * 7 / 365)
    assert told["management"] == pytest.approx(4 * week * 1.32 * 0.1)


def test_overtime_pays_half_as_much_again_as_a_174th_of_the_wage() -> None:
    # 21.75 paid days of 8 h; Labour Law art. 44
    assert lines(PAYROLL, overtime_hours=10)["overtime"] == pytest.approx(10 * 6500 / 174 * 1.5)


def test_hires_cost_their_recruiting_and_training_once() -> None:
    assert lines(PAYROLL, hires=2) == {"recruitment": 1600, "training": 3000}


def test_a_seat_costs_the_same_busy_or_not() -> None:
    assert lines(SEATS, heads=2)["seats"] == lines(SEATS, heads=2, contacts=999)["seats"]
    assert lines(SEATS, heads=1)["seats"] == pytest.approx(5200 * 12 * 7 / 365)


def test_by_the_contact_waiting_costs_nothing() -> None:
    assert lines(CONTACTS, heads=50) == {}
    assert lines(CONTACTS, contacts=1000) == {"contacts": 1600}


def test_vendors_charge_vat_and_our_own_management_carries_none() -> None:
    assert {line.name: line.vat for line in SEATS.lines(Usage(heads=1))} == {
        "seats": 0.06,
        "training_fee": 0.06,
        "management": 0.0,
    }


@given(usages, usages)
def test_prices_are_linear_so_that_a_plan_may_optimise_them(one: Usage, other: Usage) -> None:
    both = Usage(*(a + b for a, b in zip(_figures(one), _figures(other), strict=True)))
    for contract in (PAYROLL, SEATS, CONTACTS):
        assert net(contract, both) == pytest.approx(net(contract, one) + net(contract, other), rel=1e-9, abs=1e-6)


def _figures(use: Usage) -> tuple[float, ...]:
    return use.heads, use.in_training, use.hires, use.contacts, use.overtime_hours


@given(usages)
def test_a_bill_is_in_whole_cents(use: Usage) -> None:
    for line in to_the_cent(PAYROLL, use):
        assert line.net == round(line.net, 2) > 0


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Payroll, {}),  # a price is never assumed
        (Payroll, {"wage_month_cny": 0}),
        (Payroll, {"wage_month_cny": 6500, "max_overtime_hours_month": 40}),  # Labour Law art. 41: 36
        (Payroll, {"wage_month_cny": 6500, "overtime_rate": 0.5}),
        (SeatContract, {"seat_month_cny": float("nan")}),
        (SeatContract, {"seat_month_cny": 5000, "vat": 6}),  # 6 for 6% would be 600%
        (ContactContract, {"contact_cny": 1.6, "discount": 0.1}),  # unknown key
    ],
)
def test_terms_out_of_range_are_refused(model: type[Payroll], values: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(values)
