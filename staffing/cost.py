"""Cost: what a season plan costs, line by line, direct and indirect, net, VAT and gross."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from forecast.table import check
from staffing.contract import Usage, to_the_cent
from staffing.headcount import SeasonPlan
from staffing.source import Source

COLUMNS = ("week", "source", "line", "kind", "net_cny", "vat_cny", "gross_cny")
MONEY = ["net_cny", "vat_cny", "gross_cny"]
CENTS = dict.fromkeys(MONEY, 2)


@dataclass(frozen=True, eq=False)
class CostStatement:
    """What a season costs. Every amount is in CNY with two decimals, and every total is the sum of these rows.

    table: one row per week, source and line, sorted by these: week (Monday), source, line (wages, seats, ...), kind
    ("direct" or "indirect"), net_cny, vat_cny, gross_cny. contacts: handled contacts they pay for.
    """

    table: pd.DataFrame
    contacts: float

    def __post_init__(self) -> None:
        check(self.table, COLUMNS, "cost statement", non_negative=MONEY)

    @property
    def net_cny(self) -> float:
        """Total net of VAT."""
        return _sum(self.table["net_cny"])

    @property
    def vat_cny(self) -> float:
        """Total VAT."""
        return _sum(self.table["vat_cny"])

    @property
    def gross_cny(self) -> float:
        """Total with VAT."""
        return _sum(self.table["gross_cny"])

    @property
    def per_contact_cny(self) -> float | None:
        """Net total per handled contact; None where no contact is handled."""
        return self.net_cny / self.contacts if self.contacts > 0 else None

    def by(self, *columns: str) -> pd.DataFrame:
        """Sums over the rows of equal `columns` (of week, source, line, kind): those columns, then the amounts."""
        wrong = set(columns) - set(COLUMNS[:4])
        if wrong or not columns:
            raise ValueError(f"columns must be some of {', '.join(COLUMNS[:4])}, got {', '.join(columns) or 'none'}")
        return self.table.groupby(list(columns), as_index=False, sort=True)[MONEY].sum().round(CENTS)


def statement(plan: SeasonPlan, sources: Mapping[str, Source]) -> CostStatement:
    """The statement of `plan`, priced by the contracts it was optimised with; its net total is the plan's cost.

    VAT is rounded to the cent on each line, as an invoice states it; own people carry none.
    """
    rows: list[dict[str, object]] = []
    for row in plan.table.itertuples(index=False):
        use = Usage(row.heads, row.in_training, row.hires, row.contacts, row.overtime_hours)
        for line in to_the_cent(sources[str(row.source)].contract, use):
            vat = round(line.net * line.vat, 2)
            amounts = {"net_cny": line.net, "vat_cny": vat, "gross_cny": round(line.net + vat, 2)}
            rows.append({"week": row.week, "source": row.source, "line": line.name, "kind": line.kind, **amounts})
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    # a source's queues are billed each; the statement shows their sum
    table = table.groupby(list(COLUMNS[:4]), as_index=False, sort=True)[MONEY].sum().round(CENTS)
    return CostStatement(table, float(plan.table["contacts"].sum()))


def _sum(amounts: pd.Series) -> float:
    return round(float(amounts.sum()), 2)
