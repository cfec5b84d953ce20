"""A planner's way through the app in a real browser: every page, both languages, a desk's screen and a phone's."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forecast.language import Language, Text

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))
from install import chromium  # noqa: E402 - it stands beside this file, which is no package

PAGES: dict[str, tuple[Text, int]] = {  # heading, and how many pictures the page draws
    "overview": (Text("Overview"), 1),
    "import": (Text("Import"), 0),
    "history": (Text("History"), 2),
    "forecast": (Text("Forecast"), 2),
    "staffing": (Text("Staffing need"), 4),
    "season": (Text("Season plan"), 1),
    "shifts": (Text("Shifts"), 3),
    "costs": (Text("Costs"), 1),
    "compare": (Text("Compare"), 4),
    "scorecard": (Text("Scorecard"), 1),
}
DESK, PHONE = (1440, 900), (390, 844)
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
DRAWN = "[data-testid=stMain] canvas, [data-testid=stMain] .vega-embed svg"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BLANK = "[...document.querySelectorAll('[data-testid=stMain] canvas')].filter(c => !c.width || !c.height).length"
READY = ".stApp[data-test-script-state=notRunning]"
PATIENCE = 300_000  # ms: the first visit on a cold cache makes the forecast; a click may recompute the history
# Streamlit looks for itself below the page's own path first, and is told that it is not there
EXPECTED = re.compile(r"status of 404")

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `peakstaff serve`, started for these tests on a free port."""
    if chromium() is None:
        pytest.skip("no Chromium on this machine: install chromium, or run `make browser` as root")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("serve") / "log.txt"
    command = [sys.executable, "-m", "staffing", "--lang", "zh", "serve", "--port", str(port)]
    own = dict(os.environ) | {"PEAKSTAFF_DATA": str(log.parent)}  # never the archive of whoever runs the tests
    with log.open("wb") as out:
        # in a session of its own, so that the server it starts ends with it
        server = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True, cwd=log.parent, env=own
        )
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if server.poll() is not None:
            pytest.fail(f"peakstaff serve ended with {server.returncode}: {log.read_text(encoding='utf-8')[-2000:]}")
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own server
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(1)
    pytest.fail(f"peakstaff serve did not answer: {log.read_text(encoding='utf-8')[-2000:]}")


@pytest.fixture(scope="session")
def browser(served: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: a temporary folder, or the one PEAKSTAFF_SCREENSHOTS names."""
    named = os.environ.get("PEAKSTAFF_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def screen(browser: Any) -> Iterator[Any]:
    """Opens pages of a size; whatever the browser complains of fails the test."""
    complaints: list[str] = []
    opened: list[Any] = []

    def page(size: tuple[int, int]) -> Any:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        context.set_default_timeout(PATIENCE)  # a busy machine is slow, not wrong
        shown = context.new_page()
        shown.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        shown.on("pageerror", lambda error: complaints.append(str(error)))
        opened.append(context)
        return shown

    yield page
    for context in opened:
        context.close()
    assert [c for c in complaints if not EXPECTED.search(c)] == []


def visit(page: Any, served: str, name: str, query: str) -> None:
    page.goto(f"{served}/{'' if name == 'overview' else name}?{query}")
    settle(page)


def settle(page: Any) -> None:
    page.wait_for_selector("h1", timeout=PATIENCE)
    page.wait_for_selector(READY, timeout=PATIENCE)
    page.wait_for_timeout(300)  # a chart is drawn a moment after its data came


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_whole(served: str, screen: Any, pictures: Path, language: Language, size: tuple[int, int]):
    page = screen(size)
    for name, (heading, count) in PAGES.items():
        visit(page, served, name, f"lang={language}")
        assert page.locator("h1").first.inner_text() == heading.say(language)
        page.wait_for_function(f"() => document.querySelectorAll({DRAWN!r}).length >= {count}")
        assert page.locator("[data-testid=stException], [data-testid=stAlert]").count() == 0, name
        assert page.evaluate(SIDEWAYS) <= 0, f"{name} scrolls sideways"
        assert page.evaluate(BLANK) == 0, f"{name} has an empty picture"
        height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": size[0], "height": max(size[1], height)})
        page.wait_for_timeout(200)
        page.screenshot(path=pictures / f"{name}-{language}-{size[0]}.png")
        page.set_viewport_size({"width": size[0], "height": size[1]})


def cost(page: Any) -> str:
    return str(page.locator(".ps-card b").nth(0).inner_text())


def test_a_lever_changes_the_cost_and_reset_brings_it_back(served: str, screen: Any):
    page = screen(DESK)
    visit(page, served, "costs", "lang=en")
    before = cost(page)
    lever = page.locator(".st-key-volume input")
    lever.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("was => document.querySelector('.ps-card b').innerText !== was", arg=before)
    settle(page)
    assert "volume=10" in page.url
    assert float(re.sub(r"[¥,]", "", cost(page))) > float(re.sub(r"[¥,]", "", before))
    moved = cost(page)
    page.get_by_role("button", name="Reset levers").click()
    page.wait_for_function("was => document.querySelector('.ps-card b').innerText !== was", arg=moved)
    settle(page)
    assert cost(page) == before
    assert "volume" not in page.url


def reasons(page: Any) -> tuple[str, str]:
    """The heading over an interval's reasons, and the first of them."""
    heading = page.locator("h3", has_text="Why this number").inner_text()
    return str(heading), str(page.locator(".ps-list li").first.inner_text())


def click_cell(page: Any, across: float, down: float) -> float:
    """Click the heatmap; the seconds until other reasons stand there."""
    was = reasons(page)[0]
    box = page.locator(".st-key-heatmap canvas").first.bounding_box()
    began = time.monotonic()
    page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
    heads = "[...document.querySelectorAll('h3')].map(h => h.innerText).filter(h => h.startsWith('Why'))"
    page.wait_for_function(f"was => {heads}.some(h => h !== was)", arg=was)
    took = time.monotonic() - began
    settle(page)
    return took


def test_a_click_on_the_heatmap_tells_why_that_interval_has_its_number(served: str, screen: Any):
    page = screen(DESK)
    visit(page, served, "staffing", "lang=en")
    page.wait_for_selector("text=Days that keep the promise")
    busiest = reasons(page)
    click_cell(page, 0.5, 0.3)
    first = reasons(page)
    assert first[1] != busiest[1]
    assert first[0].endswith(page.locator("[class*=st-key-why_time] input").first.input_value())
    took = min(click_cell(page, 0.7, 0.5), click_cell(page, 0.4, 0.2))
    assert took < 1.5  # seconds, on a machine that has more to do
    # the pickers are the way without a pointer; the cell they left can be clicked again
    there = reasons(page)
    page.locator("[class*=st-key-why_time] input").first.focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function("was => !document.body.innerText.includes(was)", arg=there[0])
    settle(page)
    click_cell(page, 0.4, 0.2)
    assert reasons(page) == there
    page.locator("[class*=st-key-confidence] input").first.click()
    page.get_by_role("option", name="on 90% of days").click()
    page.wait_for_selector("text=To keep it on 90% of days")
    assert "confidence=90" in page.url
    assert page.locator("[data-testid=stException]").count() == 0


def test_an_address_opens_what_it_says_and_survives_a_change_of_page_and_language(served: str, screen: Any):
    page = screen(DESK)
    visit(page, served, "overview", "lang=en&volume=10&service_share=90&scenario=promo_doubled&promotion=40")
    page.get_by_role("link", name="Costs").click()
    page.wait_for_selector("h1:has-text('Costs')")
    settle(page)
    page.get_by_text("中文", exact=True).click()
    page.wait_for_selector("h1:has-text('成本')")
    settle(page)
    for part in ("volume=10", "service_share=90", "scenario=promo_doubled", "promotion=40"):
        assert part in page.url
    assert page.locator(".st-key-volume input").input_value() == "10"
    assert page.locator("[class*=st-key-scenario] input").input_value() == "大促翻倍"


def test_two_scenarios_stand_side_by_side(served: str, screen: Any):
    page = screen(DESK)
    visit(page, served, "compare", "lang=en")
    page.locator("[class*='st-key-b_scenario'] [data-baseweb=select], [class*='st-key-b_scenario'] input").first.click()
    page.get_by_role("option", name="Vendor A loses 30%").click()
    page.wait_for_selector("text=B · Vendor A loses 30%")
    settle(page)
    assert page.locator(".ps-lead").first.inner_text().startswith(("B costs", "A and B come to the same"))
    rows = page.locator(".ps-scroll tbody tr")
    assert rows.count() >= 8
    assert rows.first.locator("td").count() == 5


def test_where_no_plan_exists_the_page_says_which_promise_breaks(served: str, screen: Any):
    page = screen(DESK)
    visit(page, served, "overview", "lang=en&volume=200&promotion=200")
    assert page.get_by_text("No plan keeps every promise").count() == 1
    assert page.locator(".ps-bad li").count() >= 1
    page.wait_for_selector(DRAWN)  # the nearest plan
    assert page.locator("[data-testid=stException]").count() == 0


EXPORT = """日期,时段,技能组,咨询量,接起量,放弃量,平均处理时长(秒),手机号
2026-04-25,09:00-09:30,电话热线,12,11,1,260,13800000000
2026-04-25,09:30-10:00,电话热线,{count},9,0,255,13800000001
合计,,,{total},20,1,,
"""


def offer(page: Any, name: str, count: int) -> None:
    """Give the import page a vendor's export, and say whose it is."""
    content = EXPORT.format(count=count, total=12 + count).encode("gb18030")
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    page.wait_for_selector(f"h3:has-text('{name}')")
    settle(page)
    page.locator("[class*=st-key-source] input").first.click()
    page.get_by_role("option", name="外包商甲").click()
    page.wait_for_selector("button:has-text('存入历史')")
    settle(page)


def test_a_vendors_export_is_looked_at_kept_corrected_and_taken_back(served: str, screen: Any, pictures: Path):
    page = screen(DESK)
    visit(page, served, "import", "lang=zh")
    offer(page, "甲一周.csv", 9)
    shown = page.locator("[data-testid=stMain]").inner_text()
    assert "手机号" in shown  # said to be dropped
    assert "13800000000" not in shown
    assert page.locator("[class*=st-key-queue] input").first.input_value() == "电话热线"  # found by its label
    page.screenshot(path=pictures / "import-preview-zh.png")
    page.get_by_role("button", name="存入历史").click()
    page.wait_for_selector("text=甲一周.csv · 2026-04-25")
    settle(page)
    # the next file says otherwise of one value, and that is shown before it is kept
    visit(page, served, "import", "lang=zh")
    offer(page, "甲更正.csv", 10)
    page.get_by_text("1 个值", exact=False).first.click()
    assert "10" in page.locator("[data-testid=stMain]").inner_text()
    page.get_by_role("button", name="存入历史").click()
    page.wait_for_selector("text=甲更正.csv · 2026-04-25")
    settle(page)
    while page.get_by_role("button", name="撤销").count():
        left = page.get_by_role("button", name="撤销").count()
        page.get_by_role("button", name="撤销").first.click()
        page.wait_for_function(
            "n => [...document.querySelectorAll('button')].filter(b => b.innerText === '撤销').length < n", arg=left
        )
        settle(page)
    visit(page, served, "history", "lang=zh")  # the sample seller again
    assert "2022-04-01" in page.locator("[data-testid=stMain]").inner_text()


def test_an_ambiguous_date_is_refused_with_its_place_and_read_once_the_planner_says_which(served: str, screen: Any):
    page = screen(DESK)
    visit(page, served, "import", "lang=en")
    rows = "date,time,queue,calls\n" + "".join(f"0{d}/06/2026,09:00-09:30,phone,{d}\n" for d in range(1, 8))
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(
        {"name": "us.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    page.wait_for_selector("text=This file cannot be read yet")
    assert "row 2, column date" in page.locator(".ps-bad").inner_text()
    page.locator("[class*=st-key-order] input").first.click()
    page.get_by_role("option", name="month first").click()
    page.wait_for_selector("text=2026-01-06 to 2026-07-06")


def test_a_repair_is_accepted_and_taken_back(served: str, screen: Any):
    page = screen(DESK)
    visit(page, served, "history", "lang=en")
    page.get_by_role("button", name="Accept").click()
    page.wait_for_selector("text=Decided: 1")
    settle(page)
    page.get_by_text("Decided: 1").click()
    page.get_by_role("button", name="Take back").click()
    page.wait_for_function("() => !document.body.innerText.includes('Decided: 1')")
    settle(page)
    assert page.locator("[data-testid=stException]").count() == 0


def test_regions_typed_in_are_kept_and_add_up_to_headquarters(served: str, screen: Any):
    page = screen(DESK)
    visit(page, served, "history", "lang=en")
    page.get_by_text("Regions", exact=True).click()
    for label, region in (("In-house", "East"), ("Vendor A (seats)", "East"), ("Vendor B (per contact)", "West")):
        page.get_by_label(label).fill(region)
    page.get_by_role("button", name="Keep the regions").click()
    page.wait_for_selector("td:text-is('East')")
    settle(page)
    rows = [row.inner_text().split("\t") for row in page.locator("tr:has(td:text-is('Region'))").all()]
    whole = page.locator("tr:has(td:text-is('Headquarters'))").inner_text().split("\t")
    count = lambda row: int(row[2].replace(",", ""))  # noqa: E731
    assert [row[1] for row in rows] == ["East", "West"]
    assert sum(map(count, rows)) == count(whole)


def test_a_range_is_changed_by_hand_and_taken_back(served: str, screen: Any, pictures: Path):
    page = screen(DESK)
    visit(page, served, "forecast", "lang=en")
    machine = page.locator(".ps-lead").first.inner_text()
    page.get_by_text("Change a range by hand", exact=True).click()
    page.get_by_label("Amount").fill("9000")
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_selector(".ps-bad:has-text('Reason')")
    settle(page)
    assert page.get_by_label("Amount").input_value() == "9000.00"  # nothing typed is lost
    page.get_by_label("Reason").fill("live stream")
    page.get_by_label("Author").fill("Li")
    page.get_by_role("button", name="Keep it").click()
    page.wait_for_selector("td:text-is('in force')")
    settle(page)
    assert "planner's hand" in page.locator(".ps-lead").first.inner_text()
    page.screenshot(path=pictures / "forecast-by-hand-en.png")
    page.get_by_text("Take an entry back", exact=True).click()
    page.locator("[class*=st-key-undo_reason] input").fill("called off")
    page.get_by_role("button", name="Undo", exact=True).click()
    page.wait_for_selector("td:has-text('undone by Li')")
    settle(page)
    assert page.locator(".ps-lead").first.inner_text() == machine
    assert page.locator("[data-testid=stException]").count() == 0


def test_the_scorecard_says_whether_to_renew_and_on_what_evidence(served: str, screen: Any):
    page = screen(DESK)
    visit(page, served, "scorecard", "lang=en")
    assert page.locator(".ps-card b").first.inner_text() in ("renew", "renew with conditions", "do not renew")
    page.get_by_text("Evidence for").first.click()
    page.wait_for_selector("text=target")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the scorecard (XLSX)").click()
    assert waiting.value.suggested_filename == "scorecard.xlsx"
