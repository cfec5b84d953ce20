"""Every page of the browser app, run without a browser, in both languages, on a small history of two queues."""

from __future__ import annotations

import datetime as dt
import html as html_
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from forecast import archive
from forecast.archive import Archive
from forecast.history import History
from forecast.language import Language, Text

APP = Path(__file__).resolve().parents[1] / "app.py"
PAGES = {
    "overview": Text("Overview"),
    "history": Text("History"),
    "forecast": Text("Forecast"),
    "staffing": Text("Staffing need"),
    "season": Text("Season plan"),
    "shifts": Text("Shifts"),
    "costs": Text("Costs"),
    "compare": Text("Compare"),
}
NEEDS_A_PLAN = ("overview", "season", "shifts", "costs")
LATIN = re.compile(r"[A-Za-z]{3,}")
# file kinds, a model's own name, and the data's own names
SAID_IN_LATIN = {"CSV", "XLSX", "TOML", "Prophet", "phone", "mail"}
SAID_IN_LATIN |= {"sources", "overrides", "csv"}  # a key is written as it is

SMALL = """
history = "history.csv"
horizon_days = 28
origins = 2
model = "seasonal_naive"
title = { zh = "小店", en = "Small shop" }

[queues.phone]
channel = "voice"
opens = "09:00"
closes = "19:00"

[queues.mail]
channel = "ticket"
opens = "09:00"
closes = "19:00"
"""
NOBODY = """
based_on = "small.toml"

[sources.inhouse]
staff = 0
[sources.vendor_a]
staff = 0
[sources.vendor_b]
staff = 0
"""

LIVE = """
based_on = "small.toml"

[queues.mail]
channel = "voice"
deadline_s = 14400
[queues.phone]
max_occupancy = 0.9
"""
CHATS = """
based_on = "small.toml"

[queues.mail]
channel = "chat"
concurrency = 3
"""


@pytest.fixture(scope="session")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a history of a hundred days, a scenario on it and one that nobody can staff."""
    folder = tmp_path_factory.mktemp("app")
    starts = pd.date_range("2026-01-05 09:00", "2026-04-14 18:30", freq="30min")
    starts = starts[(starts.hour >= 9) & (starts.hour < 19)]
    rng = np.random.default_rng(5)
    queues = [
        pd.DataFrame({"start": starts, "queue": q, "offered": rng.poisson(mean, len(starts))})
        for q, mean in (("phone", 30), ("mail", 12))
    ]
    pd.concat(queues).to_csv(folder / "history.csv", index=False)
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")
    (folder / "nobody.toml").write_text(NOBODY, encoding="utf-8")
    (folder / "live.toml").write_text(LIVE, encoding="utf-8")
    (folder / "chats.toml").write_text(CHATS, encoding="utf-8")
    for name in ("hand", "word"):  # a ledger each, that one test's entries are not another's
        text = f'based_on = "small.toml"\noverrides = "{name}.csv"\n'
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    own = SMALL.split("[queues.phone]")
    (folder / "voice.toml").write_text(f'{own[0]}queues = "queues.toml"\n', encoding="utf-8")
    (folder / "queues.toml").write_text(f"[queues.phone]{own[1]}", encoding="utf-8")
    return folder


@pytest.fixture
def app(scenarios: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Opens the app on a page, in a language, with a scenario of the folder."""
    monkeypatch.setenv("PEAKSTAFF_CACHE", str(scenarios / "cache"))

    def opened(page: str, language: Language, scenario: str = "small.toml") -> AppTest:
        monkeypatch.setattr(sys, "argv", ["app.py", "--lang", language, str(scenarios / scenario)])
        at = AppTest.from_file(APP, default_timeout=60)
        # switch_page knows file pages only; a page of st.navigation is known by the hash of its path
        at._page_hash = calc_hash("" if page == "overview" else page)
        return at.run()

    return opened


def words(at: AppTest) -> list[str]:
    """All that the page says."""
    marked = [str(e.proto.body) for e in at.get("html")]
    plain = [html_.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", body, flags=re.DOTALL)) for body in marked]
    labels = [w.label for kind in ("slider", "selectbox", "button", "download_button") for w in at.get(kind)]
    heads = [e.value for e in (*at.title, *at.subheader)]
    return [*plain, *labels, *heads]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_shown_in_its_language(app: Any, page: str, language: Language):
    at = app(page, language)
    assert not at.exception
    assert [title.value for title in at.title] == [PAGES[page].say(language)]
    if language == "zh":
        strange = {word for said in words(at) for word in LATIN.findall(said)} - SAID_IN_LATIN
        assert not strange


@pytest.mark.parametrize("page", NEEDS_A_PLAN)
def test_without_a_plan_a_page_says_what_contradicts_what(app: Any, page: str):
    at = app(page, "en", "nobody.toml")
    assert not at.exception
    assert [title.value for title in at.title] == [PAGES[page].say("en")]
    assert "No plan keeps every promise" in [e.value for e in at.subheader]
    assert any("ps-bad" in str(e.proto.body) for e in at.get("html"))


@pytest.mark.parametrize("page", ["history", "forecast", "staffing", "compare"])
def test_without_a_plan_the_other_pages_still_show_theirs(app: Any, page: str):
    at = app(page, "en", "nobody.toml")
    assert not at.exception
    assert len(at.get("html")) > 2


def test_a_file_that_cannot_be_used_is_answered_with_its_faults(app: Any, scenarios: Path):
    (scenarios / "wrong.toml").write_text("horison_days = 28\n[levers]\nvolume = -1\n", encoding="utf-8")
    at = app("overview", "en", "wrong.toml")
    assert not at.exception
    said = " ".join(words(at))
    assert "horison_days" in said
    assert "levers.volume" in said


def net(at: AppTest) -> float:
    """The first key figure of the cost page."""
    found = re.search(r"¥([\d,]+)", " ".join(words(at)))
    assert found
    return float(found[1].replace(",", ""))


def test_more_contacts_cost_more_and_the_address_says_so(app: Any):
    at = app("costs", "en")
    before = net(at)
    at.slider(key="volume").set_value(60).run()
    assert not at.exception
    assert net(at) > before
    assert at.query_params["volume"] == "60"
    at.button[0].click().run()
    assert at.slider(key="volume").value == 0
    assert net(at) == before
    assert "volume" not in at.query_params


def test_another_scenario_puts_every_lever_where_that_scenario_has_it(app: Any):
    at = app("costs", "en")
    at.slider(key="volume").set_value(60).run()
    at.selectbox(key="scenario:en").set_value("bot_takes_20").run()
    assert (at.slider(key="volume").value, at.slider(key="handle_time").value) == (-20, 4)
    assert at.query_params["scenario"] == "bot_takes_20"
    assert "volume" not in at.query_params  # it stands where the scenario has it


@pytest.mark.parametrize(
    ("told", "volume"),
    [
        ("25", 25),
        ("-50", -50),
        ("201", 0),  # past the slider's end
        ("1e9", 0),
        ("; DROP", 0),
        ("", 0),
    ],
)
def test_an_address_moves_a_lever_only_within_its_reach(
    app: Any, scenarios: Path, monkeypatch: pytest.MonkeyPatch, told: str, volume: int
):
    monkeypatch.setattr(sys, "argv", ["app.py", str(scenarios / "small.toml")])
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["volume"] = told
    at._page_hash = calc_hash("history")
    at.run()
    assert not at.exception
    assert at.slider(key="volume").value == volume


def test_the_language_of_the_address_wins_and_levers_stay_through_a_change_of_language(app: Any):
    at = app("history", "zh")
    at.slider(key="volume").set_value(15).run()
    at.selectbox(key="answer_within_s:zh").set_value("45").run()
    at.segmented_control(key="lang").set_value("en").run()
    assert not at.exception
    assert [title.value for title in at.title] == ["History"]
    assert (at.slider(key="volume").value, at.selectbox(key="answer_within_s:en").value) == (15, "45")
    assert at.query_params["lang"] == "en"


def test_two_sides_have_levers_of_their_own(app: Any):
    at = app("compare", "en")
    at.slider(key="b_volume").set_value(40).run()
    assert not at.exception
    assert at.slider(key="a_volume").value == at.slider(key="volume").value == 0
    assert any(said.strip().startswith("B costs") for said in words(at))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("look", "said"),
    [
        ("parts", Text("The figures by day")),
        ("years", Text("Times an ordinary day")),
        ("errors", Text("Error by days ahead, all days")),
    ],
)
def test_each_closer_look_at_a_forecast_is_shown_in_its_language(app: Any, look: str, said: Text, language: Language):
    at = app("forecast", language)
    at.segmented_control(key=f"look:{language}").set_value(look).run()
    assert not at.exception
    everything = "\n".join([*words(at), *(e.label for e in at.expander)])
    assert said.say(language) in everything
    if language == "zh":
        assert not {word for line in words(at) for word in LATIN.findall(line)} - SAID_IN_LATIN


def test_a_lever_is_a_part_of_its_own_and_the_peak_follows_it(app: Any):
    at = app("forecast", "en")
    assert not any("levers</th>" in str(e.proto.body) for e in at.get("html"))
    at.slider(key="volume").set_value(60).run()
    assert not at.exception
    assert any("levers</th>" in str(e.proto.body) for e in at.get("html"))


def press(at: AppTest, label: str) -> None:
    next(b for b in at.button if b.label == label).click().run()
    assert not at.exception


def fill(
    at: AppTest,
    made: int,
    language: str,
    kind: str,
    amount: float | None,
    reason: str,
    author: str,
    page: str = "phone",
) -> None:
    """The form of a new entry, for the phone on two days of April."""
    at.date_input(key=f"hand_start_{made}").set_value(dt.date(2026, 4, 20))
    at.date_input(key=f"hand_end_{made}").set_value(dt.date(2026, 4, 21))
    at.selectbox(key=f"hand_queue_{page}_{made}:{language}").set_value("phone")
    at.selectbox(key=f"hand_kind_{made}:{language}").set_value(kind)
    if amount is not None:
        at.number_input(key=f"hand_amount_{made}").set_value(amount)
    at.text_input(key=f"hand_reason_{made}").set_value(reason)
    at.text_input(key=f"hand_author_{made}").set_value(author)


def told(at: AppTest) -> str:
    return "\n".join(words(at))


def by_hand(at: AppTest) -> bool:
    """Whether the table of what drives the forecast has a part of the planner's."""
    return any("planner's hand</th>" in html_.unescape(str(e.proto.body)) for e in at.get("html"))


def test_a_range_changed_by_hand_is_seen_at_once_and_undone_with_a_reason(app: Any, scenarios: Path):
    at = app("forecast", "en", "hand.toml")
    at.selectbox(key="queue:en").set_value("phone").run()
    assert "Nothing has been changed by hand." in told(at)
    assert not by_hand(at)
    fill(at, 0, "en", "set", 900.0, "live stream", "Li")
    press(at, "Keep it")
    assert "override 1: Phone · 2026-04-20 – 2026-04-21 · set to 900 a day" in told(at)
    assert "in force" in told(at)
    assert by_hand(at)
    fan = str(next(e for e in at.get("echarts_chart") if "fan" in str(e.proto)).proto)
    assert "without the planner" in fan
    assert at.text_input(key="hand_author_1").value == "Li"  # the same planner's next entry
    assert at.text_input(key="hand_reason_1").value == ""
    at.text_input(key="undo_reason_1").set_value("called off")
    at.text_input(key="undo_author_1").set_value("Wang")
    press(at, "Undo")
    assert "undone by Wang" in told(at)
    assert not by_hand(at)
    assert not [b for b in at.button if b.label == "Undo"]
    rows = (scenarios / "hand.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[1] for row in rows] == ["kind", "set", "undo"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_wrong_entry_is_answered_in_words_and_what_was_typed_stays(app: Any, scenarios: Path, language: Language):
    at = app("forecast", language, "word.toml")
    at.selectbox(key=f"queue:{language}").set_value("phone").run()
    fill(at, 0, language, "times", None, "促销", "")
    at.date_input(key="hand_end_0").set_value(dt.date(2026, 4, 2))
    press(at, Text("Keep it").say(language))
    bad = next(str(e.proto.body) for e in at.get("html") if "ps-bad" in str(e.proto.body))
    for field in ("Last day", "Amount", "Author"):
        assert f"<li>{Text(field).say(language)}" in bad
    assert at.text_input(key="hand_reason_0").value == "促销"
    assert at.selectbox(key=f"hand_kind_0:{language}").value == "times"
    assert not (scenarios / "word.csv").exists()
    if language == "zh":
        assert not set(LATIN.findall(told(at))) - SAID_IN_LATIN


def test_a_scenario_without_a_ledger_says_how_to_name_one(app: Any):
    at = app("forecast", "en")
    assert 'overrides = "overrides.csv"' in told(at)
    assert not [b for b in at.button if b.label == "Keep it"]


def heading(at: AppTest) -> str:
    """The heading over an interval's reasons."""
    return next(e.value for e in at.subheader if e.value.startswith("Why this number"))


@pytest.mark.parametrize("scenario", ["live.toml", "chats.toml"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_staffing_page_gives_reasons_and_proof_for_live_queues(app: Any, scenario: str, language: Language):
    at = app("staffing", language, scenario)
    assert not at.exception
    said = "\n".join(words(at))
    for text in (Text("Promised and simulated"), Text("Days that keep the promise"), Text("In time, simulated")):
        assert text.say(language) in said
    chats = Text("Chats at once: what each level takes").say(language)
    assert (chats in said) == (scenario == "chats.toml")
    assert (Text("Sharing agents").say(language) in said) == (scenario == "live.toml")
    if language == "zh":
        assert not {word for line in words(at) for word in LATIN.findall(line)} - SAID_IN_LATIN


def test_another_interval_has_reasons_of_its_own(app: Any):
    at = app("staffing", "en", "live.toml")
    before = heading(at)
    options = at.selectbox(key="why_time:en").options
    at.selectbox(key="why_time:en").set_value(options[-1]).run()
    assert not at.exception
    assert heading(at) != before
    assert heading(at).endswith(options[-1])
    assert options[-1] == "18:30"


def test_people_of_several_skills_are_proved_for_the_asking(app: Any):
    at = app("staffing", "en", "live.toml")
    assert "People proved" not in " ".join(words(at))
    at.button(key="prove").click().run()
    assert not at.exception
    assert "People proved" in " ".join(words(at))


def test_how_sure_and_how_many_chats_are_levers_like_the_others(app: Any):
    at = app("staffing", "en", "chats.toml")
    before = heading(at)
    at.selectbox(key="confidence:en").set_value("95").run()
    at.selectbox(key="chats_at_once:en").set_value("1").run()
    assert not at.exception
    assert (at.query_params["confidence"], at.query_params["chats_at_once"]) == ("95", "1")
    assert heading(at) != before
    assert any("on 95% of days" in said for said in words(at))
    at.button[0].click().run()
    assert (at.selectbox(key="confidence:en").value, at.selectbox(key="chats_at_once:en").value) == ("expected", "own")
    assert not {"confidence", "chats_at_once"} & set(at.query_params)
    assert heading(at) == before


def test_where_no_queue_is_a_chat_there_is_no_lever_for_chats(app: Any):
    at = app("staffing", "en", "voice.toml")
    assert not at.exception
    assert "Chats at once" not in [e.label for e in at.selectbox]
    assert "Keep the promise" in [e.label for e in at.selectbox]


@pytest.mark.parametrize(("told", "stands"), [("90", "90"), ("certain", "certain"), ("100", "expected")])
def test_an_address_says_how_sure(app: Any, scenarios: Path, monkeypatch: pytest.MonkeyPatch, told: str, stands: str):
    monkeypatch.setattr(sys, "argv", ["app.py", "--lang", "en", str(scenarios / "small.toml")])
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["confidence"] = told
    at._page_hash = calc_hash("history")
    at.run()
    assert not at.exception
    assert at.selectbox(key="confidence:en").value == stands


def test_the_shifts_are_shown_beside_their_simulation(app: Any):
    at = app("shifts", "en")
    assert not at.exception
    said = words(at)
    assert "Promised and simulated" in said
    assert any("as many are at work as shrinkage leaves" in line for line in said)


@pytest.fixture
def own_history(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Archive:
    """An archive of three weeks by half-hours: too short to test models on, and so quick to forecast."""
    monkeypatch.setenv("PEAKSTAFF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PEAKSTAFF_DATA", str(tmp_path / "data"))
    place = Archive(archive.usual_path())
    archive.add(place, opened_days("2026-02-13", 21), {}, "a" * 64, file="own.csv")
    return place


def opened_days(first: str, days: int) -> History:
    starts = pd.date_range(first, periods=days * 48, freq="30min").as_unit("s")
    open_ = (starts.hour >= 9) & (starts.hour < 19)
    offered = np.where(open_, 20.0 + starts.day_of_week, 0.0)
    rows = [pd.DataFrame({"start": starts, "queue": q, "source": "own", "offered": offered}) for q in ("chat", "phone")]
    table = pd.concat(rows, ignore_index=True).assign(handled=np.nan, abandoned=np.nan, aht_s=240.0)
    return History(table, pd.Timedelta(minutes=30))


def opened(monkeypatch: pytest.MonkeyPatch, language: str = "en") -> AppTest:
    """The app on the kept history, looking at how forecasts erred."""
    monkeypatch.setattr(sys, "argv", ["app.py", "--lang", language])
    at = AppTest.from_file(APP, default_timeout=120)
    at._page_hash = calc_hash("forecast")
    at.run()
    at.segmented_control(key=f"look:{language}").set_value("errors").run()
    assert not at.exception
    return at


def test_versions_of_the_kept_historys_forecast_are_kept_and_judged_when_their_days_come(
    own_history: Archive, monkeypatch: pytest.MonkeyPatch
):
    at = opened(monkeypatch)
    assert "Versions of the forecast kept: 1. They can be judged once 2026-03-06 is imported." in told(at)
    fill(at, 0, "en", "times", 2.0, "live stream", "Li", page="chat")
    at.date_input(key="hand_start_0").set_value(dt.date(2026, 3, 7))
    at.date_input(key="hand_end_0").set_value(dt.date(2026, 3, 7))
    press(at, "Keep it")
    assert "Versions of the forecast kept: 2." in told(at)
    assert (own_history.path.parent / "overrides.csv").is_file()
    at.slider(key="volume").set_value(40).run()  # a what-if is no version
    assert [one.by_hand for one in archive.versions(own_history)] == [0, 1]
    archive.add(own_history, opened_days("2026-03-06", 7), {}, "b" * 64, file="week.csv")
    at = opened(monkeypatch, "zh")
    at.selectbox(key="queue:zh").set_value("phone").run()
    shown = next(str(e.proto.body) for e in at.get("html") if "<td>计划员" in str(e.proto.body))
    assert shown.count("<td>计划员") == 2  # the queue's and the total
    assert shown.count("<td>模型") == 2
    assert [f"{one.last:%m-%d}" for one in archive.versions(own_history)] == ["03-05", "03-05", "03-12"]
