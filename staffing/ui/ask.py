"""What the sidebar asks for: language, scenario, levers. The address tells all of it, so that a view can be sent on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from forecast.language import LANGUAGES, Language
from forecast.ui.choose import choose, widget
from forecast.ui.reader import Reader, plain
from staffing.scenario import Scenario

NAMES: Mapping[Language, str] = {"zh": "中文", "en": "English"}
OWN = "own"  # the target each queue states itself
SHARES = ("70", "75", "80", "85", "90", "95", "98")
SECONDS = ("10", "15", "20", "30", "45", "60", "90", "120", "180", "300")
CHATS = ("1", "2", "3", "4", "5", "6")
DAYS = ("75", "90", "95")  # percent of days on which the promise is kept
FACTORS = ("volume", "promotion", "handle_time")
USUAL = {"service_share": SHARES, "answer_within_s": SECONDS, "chats_at_once": CHATS, "confidence": DAYS}
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
    at = positions(scenario)
    help_ = {
        "volume": t("Contacts of every queue and day; 0% is the forecast."),
        "promotion": t(
            "Contacts on the days of festivals and promotions, on top of the first lever; 0% is the forecast."
        ),
        "handle_time": t("Handle time of every contact; 0% is what the history tells."),
        "service_share": t("Least share of chats and calls answered in time, in place of each queue's own target."),
        "answer_within_s": t("Seconds within which chats and calls are answered, in place of each queue's own target."),
        "chats_at_once": t("Chats one agent holds at most on every chat queue; each takes longer the more there are."),
        "confidence": t("Days may differ from their forecast: on how many of them the agents suffice."),
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
    chosen: list[tuple[str, str, Callable[[str], str]]] = [
        ("service_share", t("Answered in time"), "{}%".format),
        ("answer_within_s", t("Answer within"), lambda seconds: t("{seconds} s", seconds=seconds)),
        ("confidence", t("Keep the promise"), lambda share: t("on {share} of days", share=f"{share}%")),
    ]
    if any(queue.channel == "chat" for queue in scenario.queues.values()):
        chosen.insert(2, ("chats_at_once", t("Chats at once"), str))
    for name, label, said in chosen:
        options = choices(name, at[name])
        own = t("as each queue has it") if name == "chats_at_once" else t("each queue's own target")
        words = {OWN: own, "expected": t("on average over days"), "certain": t("on the day as forecast")}
        moved[name] = choose(
            label,
            options,
            {o: words.get(o) or said(o) for o in options}.__getitem__,
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
    return changed(scenario, moved)


def choices(lever: str, at: Position) -> list[str]:
    """The options of a lever that is chosen: what stands for itself, and figures, the scenario's among them.

    >>> choices("chats_at_once", "8")
    ['own', '1', '2', '3', '4', '5', '6', '8']
    """
    first, last = ("expected", "certain") if lever == "confidence" else (OWN, None)
    figures = {*USUAL[lever], str(at)} - {first, last}
    return [first, *sorted(figures, key=float), *([last] if last else [])]


def positions(scenario: Scenario) -> dict[str, Position]:
    """Where each widget stands for a scenario: factors as a change in percent, targets as figures or OWN.

    >>> from staffing.scenario import load
    >>> positions(load().with_levers(volume=1.2, service_share=0.9))["volume"]
    20
    """
    levers, sure = scenario.levers, scenario.confidence
    return {
        **{name: round((getattr(levers, name) - 1) * 100) for name in FACTORS},
        "service_share": OWN if levers.service_share is None else f"{levers.service_share * 100:g}",
        "answer_within_s": OWN if levers.answer_within_s is None else f"{levers.answer_within_s:g}",
        "chats_at_once": OWN if levers.chats_at_once is None else str(levers.chats_at_once),
        "confidence": f"{sure * 100:g}" if isinstance(sure, float) else sure,
        "vendor_share": round((levers.vendor_share or 0.0) * 100),
    }


def changed(scenario: Scenario, moved: Mapping[str, Position]) -> Scenario:
    """The scenario where the widgets stand at `moved`; a value between two positions stays what the scenario says.

    >>> from staffing.scenario import load
    >>> changed(load(), {"volume": 20, "confidence": "90"}).confidence
    0.9
    """
    at = positions(scenario)
    levers: dict[str, float | None] = {}
    for name, position in moved.items():
        if position == at[name]:
            continue
        if name == "confidence":
            share = position if position in ("expected", "certain") else float(position) / 100
            scenario = scenario.model_copy(update={"confidence": share})
        elif name in FACTORS:
            levers[name] = round(1 + int(position) / 100, 4)
        elif position == OWN:
            levers[name] = None
        else:
            levers[name] = float(position) / (100 if name.endswith("_share") else 1)
    return scenario.with_levers(**levers)


def put_back(scenario: Scenario, t: Reader, prefix: str = "") -> None:
    """Every lever's widget where `scenario` has it. For a callback, which runs before the widgets are drawn."""
    for name, position in positions(scenario).items():
        st.session_state[prefix + name] = position
        if name in USUAL:
            st.session_state[widget(prefix + name, t)] = position


def recall(scenarios: Mapping[str, Scenario]) -> None:
    """Begin a session where its address says: a name or figure that is no widget's is passed over."""
    if "scenario" in st.session_state:
        return
    told = st.query_params.get("scenario", "")
    name = told if told in scenarios else next(iter(scenarios))
    st.session_state["scenario"] = name
    at = positions(scenarios[name])
    for lever, base in at.items():
        came = st.query_params.get(lever, "")
        if lever in USUAL:
            if came in choices(lever, base):
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
    for lever, base in positions(scenarios[name]).items():
        if st.session_state.get(lever, base) != base:
            wanted[lever] = str(st.session_state[lever])
    for key in {"lang", "scenario", *positions(scenarios[name])} & set(st.query_params) - set(wanted):
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
