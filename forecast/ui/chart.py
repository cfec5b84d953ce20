"""Pictures of a history and a forecast, as ECharts options made from tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import pandas as pd

from forecast.alignment import Alignment
from forecast.forecast import MACHINE
from forecast.ui.echart import Mark, Option, base, below_legend, categories, clock, days, marks, numbers, uncrowded
from forecast.ui.palette import ACCENT, INK, MARK, QUEUES, WARN
from forecast.ui.reader import Reader

BANDS = (("p025", "p975", 0.12), ("p10", "p90", 0.22), ("p25", "p75", 0.34))  # 95%, 80%, 50%
MONTHS_SHOWN = 15
CLEAR = {"opacity": 0}
PART_INKS = {
    "level": "#c3cdc8",
    "week": "#8fa3b8",
    "off": "#9a8a2f",
    "festival": "#2f6f57",
    "promotion": "#d98e32",
    "stated": "#7d67a8",
    "model": "#b06a8f",
    "override": "#c2623f",
    "levers": "#5b7db1",
}
YEAR_INKS = ("#c9b8a0", "#b9a3c0", "#8fb0c4", "#c2623f", "#1f6f8b", "#7d67a8")  # older years paler


def by_day(table: pd.DataFrame, colours: Mapping[str, str], found: Sequence[Mark], t: Reader) -> Option:
    """A line a column: `table` is day x queue or source, unknown days are gaps; opens on the last fifteen months."""
    shown = days(pd.DatetimeIndex(table.index))
    begin = max(0.0, 100.0 * (1 - MONTHS_SHOWN * 30.4 / max(len(shown), 1)))
    option = base([t.name(c) for c in table.columns], zoom=(begin, 100.0))
    option["xAxis"] = categories(shown)
    option["series"] = [
        {
            "type": "line",
            "name": t.name(column),
            "data": numbers(table[column], 0),
            "showSymbol": False,
            "connectNulls": False,
            **_stroke(colours[column], 1.2),
        }
        for column in table.columns
    ]
    if option["series"]:
        option["series"][0] |= marks(found, shown)
        # fifteen months of names do not fit on a phone
        silent = {"label": {"show": False}}
        option["media"][0]["option"]["series"] = [{"markArea": silent, "markLine": silent}]
        option["media"][1]["option"]["series"] = [
            {"markArea": {"label": {"show": True}}, "markLine": {"label": {"show": True}}}
        ]
    return option


def fan(past: pd.Series, expected: pd.DataFrame, found: Sequence[Mark], t: Reader) -> Option:
    """What came and what is expected: `past` by day; `expected` day x mean, p025, p10, p25, p75, p90, p975.

    With `machine` in it a thin line has what stood before the planner's hand, on the days it changed.
    """
    by_hand = MACHINE in expected and bool(_apart(expected).any())
    shown = [*days(pd.DatetimeIndex(past.index)), *days(pd.DatetimeIndex(expected.index))]
    before, after = [float("nan")] * len(past), [float("nan")] * len(expected)
    table = pd.DataFrame({"at": shown, "past": [*past.astype(float), *after], "mean": [*before, *expected["mean"]]})
    for low, high, _opacity in BANDS:
        table[low] = [*before, *expected[low]]
        table[f"{low}_width"] = [*before, *(expected[high] - expected[low])]
    if by_hand:
        apart = _apart(expected)
        near = apart | apart.shift(1, fill_value=False) | apart.shift(-1, fill_value=False)  # joined to the mean's line
        table["machine"] = [*before, *expected[MACHINE].where(near)]
    table["tip"] = [t("came: {count}", count=t.number(v)) for v in past] + [
        _tip(row, t) for _, row in expected.iterrows()
    ]
    names = {"p025": t("95% of days"), "p10": t("80% of days"), "p25": t("50% of days")}
    option = _banded(table, names, t("expected"))
    option["series"].append({**_line("past", t("came")), **_stroke(INK, 1.1)})
    marked = marks(found, shown)
    option["series"][-1] |= {"id": "came", **marked}
    if marked:
        option["media"][0]["option"]["series"] = [{"id": "came", **uncrowded(marked, shown)}]
        option["media"][1]["option"]["series"] = [{"id": "came", **marked}]
    option["legend"]["data"].insert(0, t("came"))
    if by_hand:
        name = t("without the planner's hand")
        dashed = {"lineStyle": {"color": WARN, "width": 1.2, "type": "dashed"}, "itemStyle": {"color": WARN}}
        option["series"].append({**_line("machine", name), **dashed})
        option["legend"]["data"].append(name)
    below_legend(option)
    return option


def profile(rows: pd.DataFrame, t: Reader) -> Option:
    """One day by interval: columns start, mean, p10, p90."""
    table = pd.DataFrame({"at": clock(rows["start"]), "mean": rows["mean"], "p10": rows["p10"]})
    table["p10_width"] = rows["p90"] - rows["p10"]
    table["tip"] = [_tip(row, t, digits=1) for _, row in rows.iterrows()]
    return _banded(table, {"p10": t("80% of intervals")}, t("expected"))


def parts(table: pd.DataFrame, labels: Mapping[str, str], total: str) -> Option:
    """What each day is made of: a stacked bar a part, day x part, and their sum as a line."""
    option = base([*labels.values(), total])
    option["xAxis"] = categories(days(pd.DatetimeIndex(table.index)), gap=True)
    option["series"] = [
        {
            "type": "bar",
            "stack": "parts",
            "name": said,
            "data": numbers(table[part], 0),
            "itemStyle": {"color": PART_INKS[part]},
            "barCategoryGap": "15%",
        }
        for part, said in labels.items()
    ]
    line = {"type": "line", "name": total, "data": numbers(table.sum(axis=1), 0), "symbol": "none"}
    option["series"].append({**line, **_stroke(INK, 1.2)})
    return option


def years(found: Alignment, t: Reader, digits: int = 0) -> Option:
    """A line a year over the distance to an occasion; the coming one's expected days with their 80% band."""
    past, coming = found.past.dropna(axis=1, how="all"), found.coming
    table = pd.DataFrame({"at": [t.signed(float(d)) for d in found.past.index]})
    for name in past.columns:
        table[f"y{name}"] = past[name].to_numpy()
    told = [
        [t("{year}: {count}", year=n, count=t.number(v, digits)) for n, v in row.items() if pd.notna(v)]
        for _, row in past.iterrows()
    ]
    names: dict[str, str] = {}
    expected = t("{year}, expected", year=found.year)
    if found.year:
        table["mean"], table["p10"] = coming["mean"].to_numpy(), coming["p10"].to_numpy()
        table["p10_width"] = (coming["p90"] - coming["p10"]).to_numpy()
        names = {"p10": t("80% of days")}
        for place, (_, row) in enumerate(coming.iterrows()):
            if pd.notna(row["mean"]):
                told[place].append(_tip(row, t, digits))
    table["tip"] = ["<br>".join(lines) for lines in told]
    option = _banded(table, names, expected, digits=max(digits, 1) + 1)
    if not found.year:
        option["series"], option["legend"]["data"] = [], []
    inks = [*YEAR_INKS[-len(past.columns) :]] if len(past.columns) <= len(YEAR_INKS) else [YEAR_INKS[0]] * 99
    for name, ink in zip(past.columns, inks, strict=False):
        # the coming year's own days so far are drawn as what is expected of it
        ink_ = _stroke(ACCENT if name == found.year else ink, 1.3)
        option["series"].append({**_line(f"y{name}", str(name)), **ink_})
        option["legend"]["data"].append(str(name))
    day = {"xAxis": t.signed(0.0), "label": {"show": False}}
    if option["series"]:
        dashed = {"color": MARK, "type": "dashed", "width": 1}
        option["series"][-1]["markLine"] = {"silent": True, "symbol": "none", "lineStyle": dashed, "data": [day]}
    return option


def errors(table: pd.DataFrame, names: Mapping[str, str]) -> Option:
    """Errors in percent as lines, a column each: over the index, days or distances."""
    index = table.index
    shown = days(index) if isinstance(index, pd.DatetimeIndex) else [f"{d:+d}" if d else "0" for d in index]
    option = base(list(names.values()), unit="%")
    option["xAxis"] = categories(shown)
    option["series"] = [
        {
            "type": "line",
            "name": said,
            "data": numbers(table[column] * 100),
            "showSymbol": False,
            "connectNulls": False,
            **_stroke(ink, 1.4),
        }
        for (column, said), ink in zip(names.items(), cycle(QUEUES), strict=False)
    ]
    return option


def _banded(table: pd.DataFrame, names: Mapping[str, str], mean: str, digits: int = 1) -> Option:
    """A mean with bands around it: a band is its lower edge, unseen, with its width stacked on it."""
    figures = [c for c in table.columns if c not in ("at", "tip")]
    option = base([mean, *names.values()])
    option["dataset"] = {"source": table.assign(**{c: table[c].round(digits) for c in figures})}
    # a band's series hold widths, which tell a reader nothing: the tooltip is the row's own sentence
    option["tooltip"] |= {"formatter": "<b>{@at}</b><br>{@tip}"}
    option["xAxis"] = categories()
    option["series"] = []
    for low, _high, opacity in BANDS:
        if low in names:
            edge = {"stack": low, "silent": True, "lineStyle": CLEAR}
            ink = {"color": ACCENT, "opacity": opacity}
            option["series"] += [
                {**_line(low, f"{names[low]} "), **edge, "itemStyle": CLEAR},
                {**_line(f"{low}_width", names[low]), **edge, "itemStyle": ink, "areaStyle": ink},
            ]
    option["series"].append({**_line("mean", mean), **_stroke(ACCENT, 2.0)})
    return option


def _apart(expected: pd.DataFrame) -> pd.Series:
    """The days that the planner's hand changed."""
    return (expected["mean"] - expected[MACHINE]).abs() > 1e-6


def _tip(row: pd.Series, t: Reader, digits: int = 0) -> str:
    figures = {name: t.number(float(row[name]), digits) for name in ("mean", "p10", "p90")}
    said = t("expected: {mean}, 80% between {p10} and {p90}", **figures)
    if MACHINE in row and abs(row["mean"] - row[MACHINE]) > 1e-6:
        machine = t("without the planner's hand: {count}", count=t.number(float(row[MACHINE]), digits))
        return f"{said}<br>{machine}"
    return said


def _line(column: str, name: str) -> Option:
    return {"type": "line", "name": name, "encode": {"x": "at", "y": column}, "symbol": "none"}


def _stroke(colour: str, width: float) -> Option:
    return {"lineStyle": {"color": colour, "width": width}, "itemStyle": {"color": colour}}
