"""The browser's front door: pages, sidebar, one cached run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from forecast import archive
from forecast.forecast import Forecast
from forecast.ingest import read_history
from forecast.language import LANGUAGES
from forecast.problem import Refused
from forecast.ui.choose import widget
from forecast.ui.forecast import show_forecast
from forecast.ui.hand import Hand
from forecast.ui.history import show_history
from forecast.ui.importing import Known, show_import
from forecast.ui.reader import Reader
from forecast.ui.style import CSS
from forecast.ui.table import note, sentences
from forecast.ui.together import show_findings, show_totals
from forecast.ui.total import show_total
from staffing import hand, plan, working
from staffing.plan import Made, Result
from staffing.provisional import years
from staffing.queue import DEFAULT
from staffing.scenario import Scenario, load, named, to_toml
from staffing.scorecard import read_targets
from staffing.ui import ask
from staffing.ui.cache import asked, by_hand, findings, made, planned, summed, versioned, worked_on
from staffing.ui.compare import show_compare
from staffing.ui.conflict import show_conflict
from staffing.ui.costs import show_costs
from staffing.ui.overview import show_overview
from staffing.ui.repairs import show_repairs
from staffing.ui.requirement import show_requirement
from staffing.ui.scorecard import show_scorecard
from staffing.ui.season import show_season
from staffing.ui.shifts import show_shifts
from staffing.ui.view import View, queue_colours, reader, source_colours

BASE = "base"
SIDEBAR = "sidebar"


def main() -> None:
    """One run of the page."""
    own = arguments(sys.argv[1:])
    st.set_page_config(page_title="Peakstaff", layout="wide")
    st.html(CSS)
    with st.sidebar:
        language = ask.ask_language(own.lang)
    try:
        scenarios = choices(own.scenario)
        t = reader(language, *scenarios.values())
        ask.recall(scenarios)
        with st.sidebar:
            scenario = sidebar(scenarios, t)
        ask.address(language, own.lang, scenarios)
        run(scenario, scenarios, own.scenario, t)
    except Refused as refused:
        t = Reader(language)
        st.title(t("This input cannot be used"), anchor=False)
        st.html(sentences([problem.say(language) for problem in refused.problems], "bad"))


def arguments(argv: list[str]) -> argparse.Namespace:
    """`--lang` and a scenario file, as `peakstaff serve` passes them."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--lang", choices=LANGUAGES, default="zh")
    parser.add_argument("scenario", nargs="?", type=Path)
    return parser.parse_known_args(argv)[0]


def choices(own: Path | None) -> dict[str, Scenario]:
    """The scenario the app was opened on and the what-ifs beside it, by name.

    On a scenario of the user's only what-ifs that move nothing but levers make sense: they are moved on that scenario.
    """
    place = working.usual()
    sample = load(None)
    plain = load(own) if own else working.scenario(worked_on(working.digest(place), place))
    file = ledger(own)
    kept = file if file is not None and file.is_file() else None  # before the first entry there is none
    base = plain.model_copy(update={"overrides": kept})
    found = {BASE: base}
    for name, path in named().items():
        other = load(path)
        if plain == sample:
            found[name] = other.model_copy(update={"overrides": kept})
        elif other.model_copy(update={"title": sample.title, "levers": sample.levers}) == sample:
            found[name] = base.model_copy(update={"title": other.title, "levers": other.levers})
    return found


def ledger(own: Path | None) -> Path | None:
    """The file of the planner's hand: what the user's own scenario names, if any; without one, beside the archive."""
    return load(own).overrides if own else working.overrides(working.usual())


def sidebar(scenarios: dict[str, Scenario], t: Reader) -> Scenario:
    """The scenario as the sidebar has it."""

    def start_over() -> None:
        ask.put_back(scenarios[st.session_state[widget("scenario", t)]], t)

    titles = ask.titles(scenarios, t.language)
    name = ask.ask_scenario(titles, t, key="scenario", label=t("Scenario"), changed=start_over)
    moved = ask.ask_levers(scenarios[name], t)
    st.button(t("Reset levers"), on_click=start_over, width="stretch")
    st.download_button(
        t("Download scenario (TOML)"),
        lambda: to_toml(moved),
        file_name=f"{name}.toml",
        mime="application/toml",
        on_click="ignore",
        width="stretch",
    )
    return moved


def base(scenario: Scenario, t: Reader) -> Made:
    """The scenario's history and forecast, from the cache where they are known."""
    with st.spinner(
        t("Reading the history and testing the forecast models; the first time this takes a minute or two.")
    ):
        slow = made(plan.forecast_key(scenario), scenario)
    if own_history():
        try:
            place = working.usual()
            versioned(f"{hand_key(scenario)}-{place.path}", slow, overruled(scenario, slow), place)
        except Refused as refused:  # a forecast that cannot be kept is there to be read
            st.html(sentences([problem.say(t.language) for problem in refused.problems], "warn"))
    return slow


def own_history() -> bool:
    """Whether the pages are about the history that is kept: every scenario beside the base has its forecast then."""
    place = working.usual()
    return arguments(sys.argv[1:]).scenario is None and worked_on(working.digest(place), place).own


def hand_key(scenario: Scenario) -> str:
    """A digest of all that the forecast under the planner's hand depends on."""
    return f"{plan.forecast_key(scenario)}-{hand.digest(scenario.overrides)}"


def overruled(scenario: Scenario, slow: Made) -> Forecast:
    """The scenario's forecast under the planner's hand, from the cache where it is known."""
    return by_hand(hand_key(scenario), slow, scenario.overrides)


def mark_provisional(slow: Made, t: Reader) -> None:
    """A word where the days planned for lie in a year whose days off are not announced yet."""
    found = years(slow.season, slow.forecast.table["start"])
    if found:
        told = t(", ").join(map(str, found))
        st.html(note(t("The days off of {years} are not announced yet: the forecast goes by a rule.", years=told)))


def outcome(scenario: Scenario, t: Reader) -> View:
    """The scenario's plan, from the cache where it is known."""
    slow = base(scenario, t)
    mark_provisional(slow, t)
    with st.spinner(t("Planning.")):
        return View(t, scenario, slow, planned(plan.key(scenario), scenario, slow))


def run(scenario: Scenario, scenarios: dict[str, Scenario], own: Path | None, t: Reader) -> None:
    """The chosen page."""

    def with_plan(title: str, show: Callable[[View, Result], None]) -> None:
        st.title(title, anchor=False)
        view = outcome(scenario, t)
        if isinstance(view.outcome, Result):
            show(view, view.outcome)
        else:
            show_conflict(view, view.outcome)

    def history(title: str) -> None:
        st.title(title, anchor=False)
        slow = base(scenario, t)
        show_history(slow.history, slow.season, queue_colours(slow), source_colours(scenario), t)
        if own is None:
            place = working.usual()
            found = worked_on(working.digest(place), place)
            show_findings(findings(found.digest, found, place), t)
            show_totals(found.history, working.places(place), lambda made: working.keep_places(place, made), t)
            show_repairs(found, place, queue_colours(slow), t)

    def importing(title: str) -> None:
        st.title(title, anchor=False)
        queues = {name: t.name(name) for name in scenario.queues if name != DEFAULT}
        sources = {name: t.name(name) for name in scenario.sources}
        live = {name: terms for name, terms in scenario.queues.items() if name in queues and terms.channel != "ticket"}
        promises = {name: terms.answer_within_s for name, terms in live.items()}
        labels = {name: scenario.queues[name].label for name in queues}
        called = {word: name for name, label in labels.items() if label for word in (label.zh, label.en)}
        show_import(
            working.usual(), Known(queues, promises, called, sources, lambda: read_history(load(None).history)), t
        )

    def forecast(title: str) -> None:
        st.title(title, anchor=False)
        slow = base(scenario, t)
        need = asked(plan.key(scenario), scenario, slow)
        file = ledger(own)
        show_forecast(
            slow.history,
            slow.season,
            need.forecast,
            slow.backtest,
            t,
            slow.forecast,
            overruled(scenario, slow),
            None if file is None else Hand(hand.kept(file), partial(hand.add, file, make_folder=own is None), hand.now),
            partial(archive.versions, working.usual()) if own_history() else None,
            plan.forecast_key(scenario),
        )
        groups = plan.channels(need.forecast, need.queues)
        show_total(slow.history, slow.season, summed(need.key, need, slow.backtest), groups, t)

    def staffing(title: str) -> None:
        st.title(title, anchor=False)
        slow = base(scenario, t)
        mark_provisional(slow, t)
        show_requirement(asked(plan.key(scenario), scenario, slow), t)

    def scorecard(title: str) -> None:
        st.title(title, anchor=False)
        slow = base(scenario, t)
        vendors = [name for name, source in scenario.sources.items() if source.kind == "vendor"]
        targets = read_targets(scenario.targets)
        show_scorecard(
            plan.forecast_key(scenario), slow.history, slow.season, targets, vendors, source_colours(scenario), t
        )

    def compare(title: str) -> None:
        st.title(title, anchor=False)
        columns = st.columns(2)
        sides = []
        for letter, column in zip("AB", columns, strict=True):
            with column:
                sides.append(ask_side(scenarios, scenario, letter, t))
        show_compare(*(outcome(side, t) for side in sides))

    pages: tuple[tuple[str, str, Callable[[str], None]], ...] = (
        ("overview", t("Overview"), partial(with_plan, show=show_overview)),
        ("import", t("Import"), importing),
        ("history", t("History"), history),
        ("forecast", t("Forecast"), forecast),
        ("staffing", t("Staffing need"), staffing),
        ("season", t("Season plan"), partial(with_plan, show=show_season)),
        ("shifts", t("Shifts"), partial(with_plan, show=show_shifts)),
        ("costs", t("Costs"), partial(with_plan, show=show_costs)),
        ("compare", t("Compare"), compare),
        ("scorecard", t("Scorecard"), scorecard),
    )
    st.navigation(
        [
            st.Page(partial(show, title), title=title, url_path=path, default=path == "overview")
            for path, title, show in pages
        ],
        position="top",
    ).run()


def ask_side(scenarios: dict[str, Scenario], moved: Scenario, letter: str, t: Reader) -> Scenario:
    """One side of the comparison: the sidebar's scenario, or a named one with levers of its own."""
    said = ask.titles(scenarios, t.language) | {SIDEBAR: t("as set in the sidebar")}
    prefix = f"{letter.lower()}_"

    def start_over() -> None:
        chosen = st.session_state[widget(f"{prefix}scenario", t)]
        if chosen in scenarios:
            ask.put_back(scenarios[chosen], t, prefix)

    # at first: the base case, beside the sidebar where that differs from it and else beside the first what-if
    beside = SIDEBAR if moved != scenarios[BASE] or len(scenarios) == 1 else list(scenarios)[1]
    start = 0 if letter == "A" else list(said).index(beside)
    name = ask.ask_scenario(said, t, key=f"{prefix}scenario", changed=start_over, start=start, label=letter)
    if name == SIDEBAR:
        return moved
    with st.expander(t("Levers of {letter}", letter=letter)):
        return ask.ask_levers(scenarios[name], t, prefix=prefix)


main()
