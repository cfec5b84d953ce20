"""A plan handed over: tables, workbook and page, as bytes by file name."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from forecast.language import Language, Text, translate
from forecast.total import totals
from staffing import figure, workbook
from staffing.plan import Result, channels, summary
from staffing.provisional import marked
from staffing.save import csv_bytes
from staffing.scenario import to_toml
from staffing.wording import HEADINGS, STATUSES, cost_table, queue_labels, said, season_table, source_labels

PAST_DAYS = 56
Cell = tuple[str, bool]
Grid = tuple[list[Cell], list[list[Cell]]]
MONEY = ("net_cny", "vat_cny", "gross_cny", "cost_cny")


def files(result: Result, language: Language) -> dict[str, bytes]:
    """Every table of the plan as CSV, the scenario as TOML, plan.xlsx and report.html."""
    rule = result.made.season.provisional_years
    groups = channels(result.forecast, result.queues)
    out = {
        "forecast.csv": csv_bytes(marked(result.forecast.table, rule)),
        "totals.csv": csv_bytes(marked(totals(result.forecast, result.made.backtest, groups), rule)),
        "requirement.csv": csv_bytes(marked(result.requirement.table, rule)),
        "season.csv": csv_bytes(marked(result.season.table, rule, "week", 7)),
        "shifts.csv": csv_bytes(marked(result.shifts.table, rule, "date")),
        "coverage.csv": csv_bytes(marked(result.shifts.coverage, rule)),
        "cost.csv": csv_bytes(result.cost.table),
        "scenario.toml": to_toml(result.scenario).encode(),
        "plan.xlsx": workbook.build(result, language),
        "report.html": page(result, language).encode(),
    }
    if result.made.backtest is not None:
        out["backtest.csv"] = csv_bytes(result.made.backtest.table)
    return out


def headlines(result: Result) -> tuple[Text, ...]:
    """The plan in a few sentences."""
    told = summary(result)
    return (
        Text(
            "{contacts:,.0f} contacts expected from {first} to {last}; busiest day {peak_day} with {peak:,.0f} "
            "({low:,.0f} to {high:,.0f} on four days in five)",
            **{k: told[k] for k in ("contacts", "first", "last", "peak_day", "peak", "low", "high")},
        ),
        Text(
            "most seats in the week of {peak_week}: {peak_seats}; hires over the season: {hires}",
            **{k: told[k] for k in ("peak_week", "peak_seats", "hires")},
        ),
        Text(
            "cost of {weeks} weeks: {net:,.0f} CNY net, {gross:,.0f} with VAT, {each:.2f} per handled contact",
            **{k: told[k] for k in ("weeks", "net", "gross", "each")},
        ),
        *solvers(result),
    )


def solvers(result: Result) -> tuple[Text, ...]:
    """How far from the best possible each plan is at most."""
    return (
        Text(
            "Season plan: {status}, proven gap {gap:.2%}",
            status=STATUSES[result.season.status],
            gap=result.season.gap,
        ),
        Text(
            "Shift plan: {status}, proven gap {gap:.2%}",
            status=STATUSES[result.shifts.status],
            gap=result.shifts.gap,
        ),
    )


def page(result: Result, language: Language) -> str:
    """report.html: one file, no script, nothing fetched."""
    environment = Environment(
        loader=PackageLoader("staffing"), autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"]
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
        lambda message: translate(message, language), lambda one, many, n: translate(one if n == 1 else many, language)
    )
    queues, sources = queue_labels(result, language), source_labels(result, language)
    told = summary(result)
    seats = _seats(result)
    return environment.get_template("report.html.jinja").render(
        language=language,
        title=result.scenario.title.say(language),
        span=f"{told['first']} - {told['last']}",
        cards=_cards(result, language),
        warnings=[said(w, result, language) for w in result.warnings],
        bands=[(label, result.forecast.models[name], _band(result, name)) for name, label in queues.items()],
        keys=[(figure.SERIES[i % len(figure.SERIES)], sources[name]) for i, name in enumerate(seats.columns)],
        stack=figure.stack(seats, result.season.needed.groupby("week")["seats"].sum()),
        season=_grid(_season_by_source(result, language), language),
        week=f"{result.week:%Y-%m-%d}",
        covers=[(queues[name], figure.cover(part)) for name, part in _coverage(result)],
        costs=_grid(_cost_by_line(result, language), language),
        solvers=[line.say(language) for line in solvers(result)],
        provenance=f"Peakstaff {version('peakstaff')} · {result.made.history.digest[:12]}",
    )


def _cards(result: Result, language: Language) -> list[tuple[str, str, str]]:
    told = summary(result)
    band = Text("{low:,.0f} to {high:,.0f} on four days in five", low=told["low"], high=told["high"])
    cards: Sequence[tuple[Text, str, Text]] = (
        (Text("Expected contacts"), f"{told['contacts']:,.0f}", Text("{days} days", days=told["days"])),
        (Text("Busiest day"), str(told["peak_day"]), Text("{peak:,.0f} contacts", peak=told["peak"])),
        (Text("How sure"), "80%", band),
        (Text("Most seats"), str(told["peak_seats"]), Text("week of {week}", week=told["peak_week"])),
        (
            Text("Cost of {weeks} weeks, net", weeks=told["weeks"]),
            f"¥{told['net']:,.0f}",
            Text("¥{gross:,.0f} with VAT", gross=told["gross"]),
        ),
        (Text("Per handled contact"), f"¥{told['each']:.2f}", Text("net of VAT")),
    )
    return [(name.say(language), value, note.say(language)) for name, value, note in cards]


def _band(result: Result, queue: str) -> str:
    days = result.forecast.days
    expected = days[days["queue"] == queue].set_index("start").rename(columns={"p10": "low", "p90": "high"})
    past = result.made.history.daily().reindex(columns=[queue])[queue]  # a queue that follows another has none
    return figure.band(expected, past.iloc[-PAST_DAYS:])


def _seats(result: Result) -> pd.DataFrame:
    """Seats, week x source."""
    on_queues = result.season.table[result.season.table["queue"] != ""]
    return on_queues.pivot_table(index="week", columns="source", values="seats", aggfunc="sum", fill_value=0)


def _coverage(result: Result) -> list[tuple[str, pd.DataFrame]]:
    return [(str(name), part) for name, part in result.shifts.coverage.groupby("queue", sort=False)]


def _season_by_source(result: Result, language: Language) -> pd.DataFrame:
    keys = ["week", "source"]
    figures = ["seats", "effective", "hires", "in_training", "overtime_hours", "contacts", "cost_cny"]
    return season_table(result, language).groupby(keys, sort=False, as_index=False)[figures].sum()


def _cost_by_line(result: Result, language: Language) -> pd.DataFrame:
    table = cost_table(result, language)
    keys = ["source", "kind", "line"]
    return table.groupby(keys, sort=False, as_index=False)[["net_cny", "vat_cny", "gross_cny"]].sum()


def _grid(table: pd.DataFrame, language: Language) -> Grid:
    """Headings and cells as text, each with whether it is a figure."""
    figures = [pd.api.types.is_numeric_dtype(table[column]) for column in table.columns]
    heads = [(HEADINGS[c].say(language), n) for c, n in zip(table.columns, figures, strict=True)]
    rows = [
        [(_cell(c, v), n) for c, v, n in zip(table.columns, row, figures, strict=True)]
        for row in table.itertuples(index=False)
    ]
    return heads, rows


def _cell(column: str, value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, int | float) or hasattr(value, "dtype"):
        number = float(value)  # type: ignore[arg-type]  # numpy scalars are numbers too
        return f"{number:,.2f}" if column in MONEY else f"{number:,.1f}".removesuffix(".0")
    return str(value)
