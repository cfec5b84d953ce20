"""Pictures of a history and a forecast, as ECharts options made from tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from forecast.ui.echart import Mark, Option, base, categories, clock, days, marks, numbers
from forecast.ui.palette import ACCENT, INK
from forecast.ui.reader import Reader

BANDS = (("p025", "p975", 0.12), ("p10", "p90", 0.22), ("p25", "p75", 0.34))  # 95%, 80%, 50%
MONTHS_SHOWN = 15
CLEAR = {"opacity": 0}


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
    """What came and what is expected: `past` by day; `expected` day x mean, p025, p10, p25, p75, p90, p975."""
    shown = [*days(pd.DatetimeIndex(past.index)), *days(pd.DatetimeIndex(expected.index))]
    before, after = [float("nan")] * len(past), [float("nan")] * len(expected)
    table = pd.DataFrame({"at": shown, "past": [*past.astype(float), *after], "mean": [*before, *expected["mean"]]})
    for low, high, _opacity in BANDS:
        table[low] = [*before, *expected[low]]
        table[f"{low}_width"] = [*before, *(expected[high] - expected[low])]
    table["tip"] = [t("came: {count}", count=t.number(v)) for v in past] + [
        _tip(row, t) for _, row in expected.iterrows()
    ]
    names = {"p025": t("95% of days"), "p10": t("80% of days"), "p25": t("50% of days")}
    option = _banded(table, names, t("expected"))
    option["series"].append({**_line("past", t("came")), **_stroke(INK, 1.1)})
    option["series"][-1] |= marks(found, shown)
    option["legend"]["data"].insert(0, t("came"))
    return option


def profile(rows: pd.DataFrame, t: Reader) -> Option:
    """One day by interval: columns start, mean, p10, p90."""
    table = pd.DataFrame({"at": clock(rows["start"]), "mean": rows["mean"], "p10": rows["p10"]})
    table["p10_width"] = rows["p90"] - rows["p10"]
    table["tip"] = [_tip(row, t, digits=1) for _, row in rows.iterrows()]
    return _banded(table, {"p10": t("80% of intervals")}, t("expected"))


def _banded(table: pd.DataFrame, names: Mapping[str, str], mean: str) -> Option:
    """A mean with bands around it: a band is its lower edge, unseen, with its width stacked on it."""
    figures = [c for c in table.columns if c not in ("at", "tip")]
    option = base([mean, *names.values()])
    option["dataset"] = {"source": table.assign(**{c: table[c].round(1) for c in figures})}
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


def _tip(row: pd.Series, t: Reader, digits: int = 0) -> str:
    figures = {name: t.number(float(row[name]), digits) for name in ("mean", "p10", "p90")}
    return t("expected: {mean}, 80% between {p10} and {p90}", **figures)


def _line(column: str, name: str) -> Option:
    return {"type": "line", "name": name, "encode": {"x": "at", "y": column}, "symbol": "none"}


def _stroke(colour: str, width: float) -> Option:
    return {"lineStyle": {"color": colour, "width": width}, "itemStyle": {"color": colour}}
