"""The page docs/forecasting.md and the table that is printed: every figure comes from the run."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version

import pandas as pd

from benchmarks.forecasts import peer, smoothing
from benchmarks.forecasts.measured import Measured
from benchmarks.forecasts.ours import NAME
from benchmarks.forecasts.ratio import RATIOS, geometric, ratio
from benchmarks.forecasts.score import MEASURES
from benchmarks.queueing.page import Section, table

HEAD = """# Forecasts, measured

Written by `make bench-forecast`; no figure on this page is typed in. Our forecast ({ours}) and
public libraries forecast the same days from the same past, at origins that step back from the end of each history;
nothing from an origin on reaches any of them. The histories are not shipped here. {lunar} No public contact series of a
Chinese seller is known.

Measured on {machine}; {took}.

{verdict}
"""
WORDS = """WAPE is the sum of absolute errors over the sum of contacts. Weighted quantile loss is twice the sum of the
quantile losses over the sum of contacts, mean over nine levels from 2.5% to 97.5%. Coverage is the share of days inside
a band; days of the week that had no contacts for eight weeks and have none again do not count for it. Bias above 0
means that too much was expected. Every score is taken for a series from an origin; the tables show means over those.
Peak days are the days off of public holidays with the weekends beside them and their eve, three days on either side of
Dragon Boat and Mid-Autumn, and three days before to seven days after Spring Festival. Peers do not go below 0, and say
0 at times of the week that had no contacts for eight weeks. The best of a column is bold."""
TODAY = """The rest of a day (the first seven of each origin) by interval, from its contacts so far: error over
contacts of the forecast as it was, of the rule of three and of our update; share of intervals inside the 80% band as it
was and as the update narrows it:"""
LABELS = {
    "wape": "WAPE",
    "wape_peak": "WAPE, peak",
    "wql": "quantile loss",
    "cover80": "80% band",
    "cover80_peak": "80% band, peak",
    "cover95": "95% band",
    "cover95_peak": "95% band, peak",
    "bias": "bias",
    "bias_peak": "bias, peak",
}


def head(groups: Sequence[Measured], took: str, model: str | None) -> str:
    """The page down to its verdict."""
    ours = f"`forecast.predict`, {f'the model {model} without its own choice' if model else 'its defaults'}"
    names = [f"`{g.group.name}`" for g in groups if g.group.lunar]
    lunar = f"With lunar festivals in their calendar: {', '.join(names) or 'none of them'}."
    return HEAD.format(ours=ours, lunar=lunar, machine=_machine(), took=took, verdict=_verdict(groups))


def _machine() -> str:
    names = ("numpy", "pandas", "prophet", "statsmodels", "holidays")
    packages = [f"{name} {version(name)}" for name in names]
    theirs = smoothing.there()
    packages += [f"statsforecast {theirs}"] if theirs else []
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {', '.join(packages)}"


def _verdict(groups: Sequence[Measured]) -> str:
    """Of how many comparisons ours is the nearest, and what was missing."""
    each = [r for g in groups for _, means in _boards(g) for m in RATIOS if (r := ratio(means, m)) is not None]
    lost = sum(r.ours > r.best for r in each)
    said = (
        f"Of {len(each)} comparisons with a history's best peer ({', '.join(RATIOS.values())}, by day and by interval) "
        f"{NAME} loses {lost}; each is named below."
    )
    if smoothing.there() is None:
        said += " The peers' environment is not built (`make bench-peers`): AutoETS and MSTL are missing in this run."
    return said if each else "Nothing was compared."


def _boards(done: Measured) -> list[tuple[str, pd.DataFrame]]:
    """Means by method, by day and, where there are any, by interval."""
    return [(unit, done.means(unit)) for unit in ("day", "interval") if unit == "day" or done.group.finer]


def summary(groups: Sequence[Measured]) -> Section:
    """Ours over the best single peer of each group, the geometric mean over groups, and where ours loses."""
    parts = [f"{NAME} over the best single peer of each group, chosen in hindsight; below 1 {NAME} is nearer."]
    for unit in ("day", "interval"):
        within = [g for g in groups if unit == "day" or g.group.finer]
        rows = [(g.group.name, *(_ratio(g.means(unit), m) for m in RATIOS)) for g in within]
        means = [geometric([ratio(g.means(unit), m) for g in within]) for m in RATIOS]
        rows.append(("**geometric mean**", *("-" if pd.isna(value) else f"**{value:.3f}**" for value in means)))
        if within:
            parts.append(table((f"by {unit}", *RATIOS.values()), rows))
    lost = [text for g in groups for text in losses(g)]
    listed = f"Where {NAME} is not the nearest:\n\n" + "\n".join(f"- {text}" for text in lost)
    parts.append(listed if lost else f"{NAME} is the nearest throughout.")
    return Section("Against the best peer", tuple(parts))


def _ratio(means: pd.DataFrame, measure: str) -> str:
    found = ratio(means, measure)
    if found is None:
        return "-"
    return f"{found.value:.3f} ({found.ours:.1%} to {found.peer}'s {found.best:.1%})"


def losses(done: Measured) -> list[str]:
    """Each error of the group in which some peer is nearer than ours, by day, festival and interval."""
    out = []
    for unit, means in _boards(done):
        asked = RATIOS | ({name: f"WAPE, {name}" for name in done.windows} if unit == "day" else {})
        for measure, label in asked.items():
            found = ratio(means, measure)
            if found is None or found.ours <= found.best:
                continue
            column = means[measure].dropna().drop(NAME)
            nearer = [f"{name} {value:.1%}" for name, value in column[column < found.ours].sort_values().items()]
            out.append(f"`{done.group.name}` by {unit}, {label}: {NAME} {found.ours:.1%}; {', '.join(nearer)}")
    return out


def section(done: Measured) -> Section:
    """A group: what it is, its tables by day, by festival and by interval."""
    group, settings = done.group, done.group.settings
    history = group.history
    first, last = min(c.origin for c in done.cuts), max(c.origin for c in done.cuts)
    series = done.scores["queue"].nunique()
    intro = (
        f"{settings.what[0].upper()}{settings.what[1:]}; {series} series, {history.first:%Y-%m-%d} to "
        f"{history.last:%Y-%m-%d}, calendar of {' and '.join(settings.countries)}. {len(done.cuts)} origins from "
        f"{first:%Y-%m-%d} to {last:%Y-%m-%d}, {done.cuts[0].days} days ahead: {done.pairs} series and origins."
    )
    left_out = len(history.queues) - series
    intro += f" {left_out} series are too short and left out." if left_out else ""
    intro += f" Models of {NAME}: {', '.join(f'{name} {count}' for name, count in done.made.items())}."
    minutes = int(history.interval / pd.Timedelta(minutes=1))
    parts = [intro]
    for unit, means in _boards(done):
        parts += ["By day:" if unit == "day" else f"By interval of {minutes} minutes:", _board(means)]
    if done.windows:
        rows = [(name, *(_share(v) for v in row)) for name, row in done.means()[list(done.windows)].iterrows()]
        parts += ["WAPE around lunar festivals:", table(("", *done.windows), rows)]
    if done.today is not None:
        rows = [(f"{hour}:00", *(_share(v) for v in row)) for hour, row in done.today.iterrows()]
        parts += [TODAY, table(("contacts up to", *done.today.columns), rows)]
    gave_up = [f"{name} {count} of {done.pairs}" for name, count in done.failed.items() if count]
    if gave_up:
        parts.append(f"Given up, with last week in place: {', '.join(gave_up)}.")
    return Section(f"`{group.name}`", tuple(parts))


def _board(means: pd.DataFrame) -> str:
    best = {m: means[m].min() for m in ("wape", "wape_peak", "wql")}
    rows = []
    for method, row in means.iterrows():
        cells = [_share(row[m], signed=m.startswith("bias")) for m in MEASURES]
        bold = [m in best and row[m] == best[m] for m in MEASURES]
        rows.append((method, *(f"**{c}**" if b else c for c, b in zip(cells, bold, strict=True))))
    return table(("", *(LABELS[m] for m in MEASURES)), rows)


def _share(value: float, signed: bool = False) -> str:
    if pd.isna(value):
        return "-"
    return f"{value:+.1%}" if signed else f"{value:.1%}"


def seconds(groups: Sequence[Measured]) -> Section:
    """CPU seconds of ours and of the peers."""
    methods = list(dict.fromkeys(name for g in groups for name in g.seconds))
    intro = f"""CPU seconds for one series from one origin with its bands, imports aside. {NAME} is a whole
`forecast.predict`: its backtest, its choice, the fit and the bands. A peer is one fit of one model."""
    rows = [
        (done.group.name, *(f"{done.seconds[m] / done.pairs:.2f}" if m in done.seconds else "-" for m in methods))
        for done in groups
    ]
    return Section("Seconds", (intro, table(("", *methods), rows)))


def methods(groups: Sequence[Measured]) -> Section:
    """The measures, and what each peer is that was asked."""
    asked = {name for g in groups for name in g.seconds}
    lines = [f"- {one.name}: {one.what}" for one in peer.peers() if one.name in asked]
    said = """Each peer's bands are its own: Prophet's draws, the models' predictive distributions; the naive ones take
what the same rule got wrong before, as many weeks ahead. Where statsforecast fails on a series, its seasonal naive
stands in."""
    return Section("Measures and peers", (WORDS, "\n".join(lines), said))


def page(groups: Sequence[Measured], refused: Sequence[Section], took: str, model: str | None) -> str:
    """The whole page, from what was measured and what could not be."""
    told = [summary(groups), *map(section, groups), seconds(groups)] if groups else []
    sections = [*told, *refused, methods(groups)]
    return "\n".join([head(groups, took, model), *(s.markdown() for s in sections)])
