"""Contract: what a source's work costs, line by line, whether the amounts are figures or unknowns of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

PAID_HOURS_A_MONTH = 21.75 * 8  # 21.75 paid days a month, State Council working-hours rules; 8 h a day, art. 3
Quantity: TypeAlias = (
    Any  # a number, or a linear expression of a solver: the plan and its bill share one price function
)
Money = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Usage:
    """What one week takes from one source.

    heads: people or seats on the job, working or idle; in_training: people being trained; hires: people or new seats
    decided on; contacts: contacts handled; overtime_hours: hours beyond the contract's; days: days charged.
    """

    heads: Quantity = 0.0
    in_training: Quantity = 0.0
    hires: Quantity = 0.0
    contacts: Quantity = 0.0
    overtime_hours: Quantity = 0.0
    days: int = 7


@dataclass(frozen=True)
class Line:
    """One line of a bill: its name, work bought (direct) or what surrounds it (indirect), CNY net, VAT rate."""

    name: str
    kind: Literal["direct", "indirect"]
    net: Quantity
    vat: float = 0.0


def months(days: int) -> float:
    """A monthly price's share for `days`: by the day, twelve months being 365 days, so that a year costs twelve months.

    >>> round(months(365), 9)
    12.0
    """
    return days * 12 / 365


class _Terms(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Payroll(_Terms):
    """Own people: CNY a month and head, whether they work or not, in training too.

    employer_rate: employer's social insurance and housing fund as a share of the wage (a city's own figure; none is
    due on overtime here). Overtime pays the hourly wage (month / 21.75 days / 8 h) times overtime_rate: 1.5 on
    workdays, 2.0 where it is worked on rest days (Labour Law art. 44); max_overtime_hours_month a head (art. 41: 36).
    recruit_cny and training_cny a hire, due in the week the hire is decided. floor_month_cny: floor space and desk a
    head and month. management_share: supervision as a share of wages, contributions and overtime.
    """

    kind: Literal["payroll"] = "payroll"
    wage_month_cny: Annotated[float, Field(gt=0)]
    employer_rate: Annotated[float, Field(ge=0, le=2)] = 0.32
    overtime_rate: Annotated[float, Field(ge=1, le=5)] = 1.5
    max_overtime_hours_month: Annotated[float, Field(ge=0, le=36)] = 36.0
    recruit_cny: Money = 0.0
    training_cny: Money = 0.0
    floor_month_cny: Money = 0.0
    management_share: Share = 0.0

    def lines(self, use: Usage) -> tuple[Line, ...]:
        """The week's lines for `use`, net CNY, linear in every quantity."""
        paid = use.heads + use.in_training
        wages = paid * (self.wage_month_cny * months(use.days))
        employer = paid * (self.wage_month_cny * self.employer_rate * months(use.days))
        overtime = use.overtime_hours * (self.wage_month_cny / PAID_HOURS_A_MONTH * self.overtime_rate)
        return (
            Line("wages", "direct", wages),
            Line("employer", "direct", employer),
            Line("overtime", "direct", overtime),
            Line("recruitment", "indirect", use.hires * self.recruit_cny),
            Line("training", "indirect", use.hires * self.training_cny),
            Line("floor", "indirect", paid * (self.floor_month_cny * months(use.days))),
            Line("management", "indirect", (wages + employer + overtime) * self.management_share),
        )

    def hour_cny(self, contacts_per_hour: float, hours_per_week: float) -> float:
        """What one paid hour of work is worth: wage and contributions over the contract's hours."""
        return self.wage_month_cny * (1 + self.employer_rate) * months(7) / hours_per_week


class SeatContract(_Terms):
    """A vendor's seats: CNY a seat and month net of VAT, from the seat's first productive day, busy or not.

    training_cny a new seat, due in the week it is decided; management_share: our own vendor management as a share of
    the bill; vat: 6% on services.
    """

    kind: Literal["seat"] = "seat"
    seat_month_cny: Annotated[float, Field(gt=0)]
    training_cny: Money = 0.0
    management_share: Share = 0.0
    vat: Share = 0.06

    def lines(self, use: Usage) -> tuple[Line, ...]:
        """The week's lines for `use`, net CNY, linear in every quantity."""
        bill = use.heads * (self.seat_month_cny * months(use.days))
        return (
            Line("seats", "direct", bill, self.vat),
            Line("training_fee", "direct", use.hires * self.training_cny, self.vat),
            Line("management", "indirect", bill * self.management_share),
        )

    def hour_cny(self, contacts_per_hour: float, hours_per_week: float) -> float:
        """What one paid hour of work is worth: the seat price over the contract's hours."""
        return self.seat_month_cny * months(7) / hours_per_week


class ContactContract(_Terms):
    """A vendor paid by the contact: CNY a handled contact net of VAT, nothing for waiting.

    training_cny a new seat, due in the week it is decided; management_share and vat as for seats.
    """

    kind: Literal["contact"] = "contact"
    contact_cny: Annotated[float, Field(gt=0)]
    training_cny: Money = 0.0
    management_share: Share = 0.0
    vat: Share = 0.06

    def lines(self, use: Usage) -> tuple[Line, ...]:
        """The week's lines for `use`, net CNY, linear in every quantity."""
        bill = use.contacts * self.contact_cny
        return (
            Line("contacts", "direct", bill, self.vat),
            Line("training_fee", "direct", use.hires * self.training_cny, self.vat),
            Line("management", "indirect", bill * self.management_share),
        )

    def hour_cny(self, contacts_per_hour: float, hours_per_week: float) -> float:
        """What one paid hour of work is worth: the contacts it handles at their price."""
        return self.contact_cny * contacts_per_hour


Contract: TypeAlias = Annotated[Payroll | SeatContract | ContactContract, Field(discriminator="kind")]


def net(contract: Contract, use: Usage) -> Quantity:
    """Net CNY of a week's `use`: the sum of the contract's lines."""
    return sum(line.net for line in contract.lines(use))


def to_the_cent(contract: Contract, use: Usage) -> tuple[Line, ...]:
    """The lines of a bill in figures: each rounded to the cent, those of nothing left out."""
    rounded = (Line(line.name, line.kind, round(float(line.net), 2), line.vat) for line in contract.lines(use))
    return tuple(line for line in rounded if line.net)
