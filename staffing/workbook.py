"""plan.xlsx: the plan as finance audits it. Totals are live formulas over the rows they stand above."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from forecast.language import Language, Text
from staffing.plan import Result
from staffing.wording import HEADINGS, cost_table, day_table, said, season_table, shift_table

MONEY, COUNT, SHARE = "#,##0.00", "#,##0", "0.0%"
FORMATS = {"net_cny": MONEY, "vat_cny": MONEY, "gross_cny": MONEY, "cost_cny": MONEY, "gap": SHARE}
WIDTH = 16


@dataclass(frozen=True)
class Sheet:
    """A table on its own sheet; `totals` are the columns that a live sum stands above."""

    title: Text
    table: pd.DataFrame
    totals: Sequence[str] = ()


def build(result: Result, language: Language) -> bytes:
    """The workbook's bytes; the same result and language give the same bytes."""
    out = io.BytesIO()
    with _book(out) as book:
        styles = {name: book.add_format({"num_format": name}) for name in (MONEY, COUNT, SHARE, "yyyy-mm-dd")}
        styles |= {"bold": book.add_format({"bold": True, "bottom": 1}), "title": book.add_format({"bold": True})}
        styles |= {f"total {name}": book.add_format({"bold": True, "num_format": name}) for name in (MONEY, COUNT)}
        summary = book.add_worksheet(Text("Summary").say(language))
        sheets = _sheets(result, language)
        names = {sheet.title: sheet.title.say(language) for sheet in sheets}
        for sheet in sheets:
            _fill(book.add_worksheet(names[sheet.title]), sheet, styles, language)
        _summarise(summary, result, names[sheets[0].title], sheets[0].table, styles, language)
    return out.getvalue()


def plain(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """A workbook of tables, a sheet each under its name; the columns are named as they are to be read."""
    out = io.BytesIO()
    with _book(out) as book:
        bold, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd"})
        for title, table in tables.items():
            page = book.add_worksheet(title[:31])
            page.freeze_panes(1, 0)
            page.set_column(0, max(len(table.columns) - 1, 0), WIDTH)
            for number, column in enumerate(table.columns):
                page.write_string(0, number, str(column), bold)
                for row, value in enumerate(table[column], start=1):
                    if isinstance(value, pd.Timestamp):
                        page.write_datetime(row, number, value.to_pydatetime(), day)
                    else:
                        page.write(row, number, value)
            if len(table):
                page.autofilter(0, 0, len(table), len(table.columns) - 1)
    return out.getvalue()


def _book(out: io.BytesIO) -> xlsxwriter.Workbook:
    # labels are the user's words: none may become a formula or a link
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": "Peakstaff", "created": datetime(2000, 1, 1, tzinfo=UTC)})
    return book


def _sheets(result: Result, language: Language) -> list[Sheet]:
    return [
        Sheet(Text("Costs"), cost_table(result, language), ("net_cny", "vat_cny", "gross_cny")),
        Sheet(
            Text("Season plan"),
            season_table(result, language),
            ("hires", "leavers", "overtime_hours", "contacts", "cost_cny"),
        ),
        Sheet(Text("Shifts"), shift_table(result, language), ("agents",)),
        Sheet(Text("Contacts by day"), day_table(result, language), ("mean",)),
    ]


def _fill(page: Worksheet, sheet: Sheet, styles: Mapping[str, object], language: Language) -> None:
    """Row 1 the totals, row 2 the headings, then the rows."""
    rows = len(sheet.table)
    page.freeze_panes(2, 0)
    page.write(0, 0, Text("Total").say(language), styles["title"])
    for number, column in enumerate(sheet.table.columns):
        values = sheet.table[column]
        page.write(1, number, HEADINGS[column].say(language), styles["bold"])
        style = styles[_format_of(column, values)]
        page.set_column(number, number, WIDTH, style)
        for row, value in enumerate(values, start=2):
            if isinstance(value, pd.Timestamp):
                page.write_datetime(row, number, value.to_pydatetime(), style)
            else:
                page.write(row, number, value, style if not isinstance(value, str) else None)
        if column in sheet.totals and number:
            name = xl_col_to_name(number)
            formula = f"=SUM({name}3:{name}{rows + 2})"
            page.write_formula(
                0, number, formula, styles[f"total {_format_of(column, values)}"], round(float(values.sum()), 2)
            )
    if rows:
        page.autofilter(1, 0, rows + 1, len(sheet.table.columns) - 1)


def _summarise(
    page: Worksheet, result: Result, costs: str, table: pd.DataFrame, styles: Mapping[str, object], language: Language
) -> None:
    """Net, VAT and gross by source and kind, each a SUMIFS over the cost sheet."""
    page.set_column(0, 0, 28)
    page.set_column(1, 6, WIDTH)
    page.write(0, 0, result.scenario.title.say(language), styles["title"])
    heads = ["source", "kind", "net_cny", "vat_cny", "gross_cny"]
    for number, head in enumerate(heads):
        page.write(2, number, HEADINGS[head].say(language), styles["bold"])
    letter = {c: xl_col_to_name(list(table.columns).index(c)) for c in heads}

    def column(name: str) -> str:
        return f"'{costs}'!${letter[name]}$3:${letter[name]}${len(table) + 2}"

    row = 3
    for (source, kind), part in table.groupby(["source", "kind"], sort=False):
        page.write_string(row, 0, source)
        page.write_string(row, 1, kind)
        for number, money in enumerate(heads[2:], start=2):
            formula = f"=SUMIFS({column(money)},{column('source')},$A{row + 1},{column('kind')},$B{row + 1})"
            page.write_formula(row, number, formula, styles[MONEY], round(float(part[money].sum()), 2))
        row += 1
    page.write(row, 0, Text("Total").say(language), styles["title"])
    for number, money in enumerate(heads[2:], start=2):
        name = xl_col_to_name(number)
        formula = f"=SUM({name}4:{name}{row})"
        page.write_formula(row, number, formula, styles[f"total {MONEY}"], round(float(table[money].sum()), 2))
    contacts = float(result.cost.contacts)
    page.write(row + 2, 0, Text("Contacts handled").say(language))
    page.write_number(row + 2, 2, contacts, styles[COUNT])
    page.write(row + 3, 0, Text("Net cost per handled contact, CNY").say(language))
    each = float(table["net_cny"].sum()) / contacts if contacts else 0.0
    page.write_formula(row + 3, 2, f"=IF(C{row + 3}=0,0,C{row + 1}/C{row + 3})", styles[MONEY], each)
    for number, warning in enumerate(result.warnings, start=row + 5):
        page.write_string(number, 0, said(warning, result, language))


def _format_of(column: str, values: pd.Series) -> str:
    if pd.api.types.is_datetime64_any_dtype(values):
        return "yyyy-mm-dd"
    return FORMATS.get(column, COUNT)
