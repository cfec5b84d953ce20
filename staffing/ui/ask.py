"""What the sidebar asks for: language, scenario, levers. The address tells all of it, so that a view can be sent on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from forecast.language import LANGUAGES, Language
from forecast.ui.choose import choose, widget
from forecast.ui.reader import Reader, plain
from staffing.scenario import Levers, Scenario

NAMES: Mapping[Language, str] = {"zh": "中文", "en": "English"}
OWN = "own"  # the target each queue states itself
SHARES = ("70", "75", "80", "85", "90", "95", "98")
SECONDS = ("10", "15", "20", "30", "45", "60", "90", "120", "180", "300")
FACTORS = ("volume", "promotion", "handle_time")
TARGETS = ("service_share", "answer_within_s")
Position = int | str


def ask_language(default: Language) -> Language:
    """The language of the page, from the switch or the address (?lang=en)."""
    told = st.query_params.get("lang")
    chosen = st.segmented_control(
        "语言 Language",
        LANGUAGES,
        default=told if told in LANGUAGES else default,
        required=True,
        format_func=lambda language: NAMES[language],
        key="lang",
        label_visibility="collapsed",
    )
    return chosen or default


def ask_scenario(
    titles: Mapping[str, str],
    t: Reader,
    *,
    key: str,
    label: str,
    changed: Callable[[], None] | None = None,
    start: int = 0,
) -> str:
    """One of the named scenarios, by name."""
    return choose(label, list(titles), lambda name: titles[name], t, key=key, changed=changed, start=start)


def ask_levers(scenario: Scenario, t: Reader, *, prefix: str = "") -> Scenario:
    """The scenario with the levers where the widgets stand; each begins at the scenario's own value.

    The widgets' keys are the levers' with `prefix` before them.
    """
    at = positions(scenario.levers)
    help_ = {
        "volume": t("Contacts of every queue and day; 0% is the forecast."),
        "promotion": t(
            "Contacts on the days of festivals and promotions, on top of the first lever; 0% is the forecast."
        ),
        "handle_time": t("Handle time of every contact; 0% is what the history tells."),
        "service_share": t("Least share of chats and calls answered in time, in place of each queue's own target."),
        "answer_within_s": t("Seconds within which chats and calls are answered, in place of each queue's own target."),
        "vendor_share": t("Least share of each week's seats that the vendors fill; 0% leaves it to the plan."),
    }
    labels = {"volume": t("Contacts"), "promotion": t("Promotion days"), "handle_time": t("Handle time")}
    moved: dict[str, Position] = {}
    for name in FACTORS:
        base = int(at[name])
        moved[name] = st.slider(
            labels[name],
            *_reach(name, base),
            base,
            1,
            format="%+d%%",
            help=help_[name],
            key=prefix + name,
        )
    for name, label, usual, unit in (
        ("service_share", t("Answered in time"), SHARES, "%"),
        ("answer_within_s", t("Answer within"), SECONDS, t(" s")),
    ):
        options = targets(usual, at[name])
        said = {OWN: t("each queue's own target")} | {o: f"{o}{unit}" for o in options if o != OWN}
        moved[name] = choose(
            label,
            options,
            said.__getitem__,
            t,
            key=prefix + name,
            start=options.index(str(at[name])),
            help_=help_[name],
        )
    moved["vendor_share"] = st.slider(
        t("Least vendor share"),
        0,
        100,
        int(at["vendor_share"]),
        5,
        format="%d%%",
        help=help_["vendor_share"],
        key=f"{prefix}vendor_share",
    )
    return scenario.with_levers(**changes(scenario.levers, moved))


def targets(usual: Sequence[str], at: Position) -> list[str]:
    """The options of a target: each queue's own, then figures, the scenario's among them.

    >>> targets(("80", "90"), "83")
    ['own', '80', '83', '90']
    """
    return [OWN, *sorted({*usual, *([str(at)] if at != OWN else [])}, key=float)]


def positions(levers: Levers) -> dict[str, Position]:
    """Where each widget stands for `levers`: factors as a change in percent, targets as figures or OWN.

    >>> positions(Levers(volume=1.2, service_share=0.9))["volume"]
    20
    """
    return {
        **{name: round((getattr(levers, name) - 1) * 100) for name in FACTORS},
        "service_share": OWN if levers.service_share is None else f"{levers.service_share * 100:g}",
        "answer_within_s": OWN if levers.answer_within_s is None else f"{levers.answer_within_s:g}",
        "vendor_share": round((levers.vendor_share or 0.0) * 100),
    }


def changes(levers: Levers, moved: Mapping[str, Position]) -> dict[str, float | None]:
    """The levers that differ from `levers` where the widgets stand at `moved`.

    >>> changes(Levers(), positions(Levers()) | {"volume": 20, "service_share": "90"})
    {'volume': 1.2, 'service_share': 0.9}
    """
    at = positions(levers)
    found: dict[str, float | None] = {}
    for name, position in moved.items():
        if position == at[name]:
            continue  # a value between two positions of the widget stays what the scenario says
        if name in FACTORS:
            found[name] = round(1 + int(position) / 100, 4)
        elif position == OWN:
            found[name] = None
        else:
            found[name] = float(position) / (1 if name == "answer_within_s" else 100)
    return found


def put_back(levers: Levers, t: Reader, prefix: str = "") -> None:
    """Every lever's widget where `levers` has it. For a callback, which runs before the widgets are drawn."""
    for name, position in positions(levers).items():
        st.session_state[prefix + name] = position
        if name in TARGETS:
            st.session_state[widget(prefix + name, t)] = position


def recall(scenarios: Mapping[str, Scenario]) -> None:
    """Begin a session where its address says: a name or figure that is no widget's is passed over."""
    if "scenario" in st.session_state:
        return
    told = st.query_params.get("scenario", "")
    name = told if told in scenarios else next(iter(scenarios))
    st.session_state["scenario"] = name
    at = positions(scenarios[name].levers)
    usual = {"service_share": SHARES, "answer_within_s": SECONDS}
    for lever, base in at.items():
        came = st.query_params.get(lever, "")
        if lever in TARGETS:
            if came in targets(usual[lever], base):
                st.session_state[lever] = came
        elif (
            came.removeprefix("-").isdecimal()
            and _reach(lever, int(base))[0] <= int(came) <= _reach(lever, int(base))[1]
        ):
            st.session_state[lever] = int(came)


def address(language: Language, default: Language, scenarios: Mapping[str, Scenario]) -> None:
    """Put what differs from the defaults into the address."""
    name = st.session_state["scenario"]
    wanted: dict[str, str] = {} if language == default else {"lang": language}
    if name != next(iter(scenarios)):
        wanted["scenario"] = name
    for lever, base in positions(scenarios[name].levers).items():
        if st.session_state.get(lever, base) != base:
            wanted[lever] = str(st.session_state[lever])
    for key in {"lang", "scenario", *positions(Levers())} & set(st.query_params) - set(wanted):
        del st.query_params[key]
    for key, value in wanted.items():
        if st.query_params.get(key) != value:
            st.query_params[key] = value


def _reach(lever: str, base: int) -> tuple[int, int]:
    """The ends of a lever's slider."""
    if lever == "vendor_share":
        return 0, 100
    return min(-50, base), max(100 if lever == "handle_time" else 200, base)


def titles(scenarios: Mapping[str, Scenario], language: Language) -> dict[str, str]:
    """The scenarios' titles by name."""
    return {name: plain(scenario.title.say(language)) for name, scenario in scenarios.items()}
