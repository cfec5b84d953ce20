"""A queue without history is forecast as others are, less surely; what cannot be borrowed is refused by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from forecast.borrow import Borrow, borrowed, checked, without
from forecast.forecast import LEVELS, Forecast
from forecast.history import DAY
from forecast.problem import Refused
from staffing import plan
from staffing.cli import main
from staffing.scenario import load
from tests.test_thin import make_days, make_history

DAYS = pd.date_range("2025-09-15", periods=14, unit="s")
EMPTY = pd.DataFrame({"calls": [100.0] * 60, "mail": [50.0] * 60}, index=pd.date_range("2025-07-17", periods=60))


def make_forecast(**means: float) -> Forecast:
    """Fourteen days of queues with bands of 20% on either side."""
    factors = np.exp(np.linspace(-0.2, 0.2, 9))
    parts = []
    for queue, mean in means.items():
        part = pd.DataFrame({"start": DAYS, "queue": queue, "mean": mean})
        part[list(LEVELS)] = mean * factors
        parts.append(part.assign(aht_s=300.0 if queue == "calls" else 100.0))
    return Forecast(pd.concat(parts, ignore_index=True), DAY, dict.fromkeys(means, "regression"))


def rows(forecast: Forecast, queue: str) -> pd.DataFrame:
    """The days of one queue."""
    return forecast.table[forecast.table["queue"] == queue]


def width(forecast: Forecast, queue: str) -> float:
    """Log of the 80% band's upper end over its lower."""
    return float(np.log(rows(forecast, queue)["p90"] / rows(forecast, queue)["p10"]).mean())


def test_a_new_queue_is_a_share_of_the_sum_and_others_stay():
    before = make_forecast(calls=1000.0, mail=500.0)
    after = borrowed(before, [Borrow("chat", ("calls", "mail"), 0.3)], EMPTY)
    assert rows(after, "chat")["mean"].tolist() == pytest.approx([450.0] * 14)
    assert rows(after, "chat")["aht_s"].tolist() == pytest.approx([(300 * 2 + 100) / 3] * 14)
    pd.testing.assert_frame_equal(
        rows(after, "calls").reset_index(drop=True), rows(before, "calls").reset_index(drop=True)
    )
    assert after.models["chat"] == "like calls + mail"
    assert after.queues == ("calls", "chat", "mail")


def test_its_bands_are_wider_by_what_shape_and_share_may_be_off():
    after = borrowed(make_forecast(calls=100_000.0), [Borrow("chat", ("calls",), 0.5)], EMPTY)
    own = width(after, "calls") / 2.563
    assert width(after, "chat") / 2.563 == pytest.approx(np.sqrt(own**2 + 0.17**2 + 0.15**2), rel=0.02)
    assert "no history of its own; forecast as 0.50 times calls" in str(after.warnings[0])
    assert "within 34% of that" in str(after.warnings[0])


def test_a_small_share_of_few_contacts_keeps_the_chance_of_few_contacts():
    after = borrowed(make_forecast(calls=100.0), [Borrow("chat", ("calls",), 0.02)], EMPTY)
    assert (rows(after, "chat")["p975"] > 4).all()
    assert (rows(after, "chat")["p025"] < 0.5).all()


def test_days_of_its_own_move_the_share_and_make_it_surer():
    told = EMPTY.assign(chat=np.nan)
    told.iloc[-14:, 2] = 60.0
    none, some = (
        borrowed(make_forecast(calls=10_000.0), [Borrow("chat", ("calls",), 0.3)], daily) for daily in (EMPTY, told)
    )
    assert 0.45 < rows(some, "chat")["mean"].iloc[0] / 10_000 < 0.6
    assert width(some, "chat") < width(none, "chat")
    assert "14 days of its own" in str(some.warnings[0])


@pytest.mark.parametrize(
    ("borrow", "expected"),
    [
        ([Borrow("chat", ("fax",))], r"borrow.chat: expected a queue of the history \(calls, mail\), came 'fax'"),
        ([Borrow("chat", ())], "borrow.chat: expected a queue to be like, came none"),
        (
            [Borrow("mail", ("calls",))],
            "borrow.mail: expected a queue with fewer than 28 known days, came mail with 60",
        ),
        ([Borrow("chat", ("calls",), 0.0)], "borrow.chat: expected a share above 0, came 0.0"),
        ([Borrow("chat", ("calls",), -1.0)], "borrow.chat: expected a share above 0, came -1.0"),
        ([Borrow("chat", ("calls",), float("nan"))], "borrow.chat: expected a share above 0, came nan"),
        ([Borrow("chat", ("chat",))], "borrow.chat: expected queues that do not borrow themselves, came chat, chat"),
        (
            [Borrow("a", ("b",)), Borrow("b", ("a",))],
            "borrow.a: expected queues that do not borrow themselves, came a, b, a",
        ),
        ([Borrow("chat", ("calls", "calls"))], "borrow.chat: expected every queue once, came calls, calls"),
        ([Borrow("chat", ("calls",))] * 2, "borrow.chat: expected each queue once, came chat again"),
    ],
)
def test_what_cannot_be_borrowed_is_refused_by_name(borrow: list[Borrow], expected: str):
    with pytest.raises(Refused, match=expected):
        checked(borrow, EMPTY)


def test_a_history_of_nothing_but_borrowers_is_refused():
    with pytest.raises(Refused, match="a queue with a history of its own"):
        without(make_history(make_days().iloc[-5:]), [Borrow("chat", ("calls",))])


@pytest.mark.parametrize("half", [False, True])
def test_a_queue_of_three_days_that_would_be_refused_is_forecast_when_it_borrows(half: bool):
    new = (make_days(queue="new") * 0.25).round().iloc[-3:]
    history = make_history(make_days().iloc[-200:], new, half=half)
    made = plan.forecast_of(
        history,
        plan.Events(),
        horizon_days=14,
        model="regression",
        borrow=(Borrow("new", ("chat",), 0.3),),
        origins=2,
        workers=1,
    )
    days = made.forecast.days.pivot_table(index="start", columns="queue", values="mean")
    assert days["new"].to_numpy() / days["chat"].to_numpy() == pytest.approx(0.28, abs=0.03)
    assert made.history is history
    sums = made.forecast.table.groupby(["queue", made.forecast.table["start"].dt.normalize()])["mean"].sum()
    assert sums["new"].to_numpy() == pytest.approx(days["new"].to_numpy())


def test_the_command_line_borrows_and_says_so(seller: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    asked = ["forecast", str(seller / "history.csv"), "--out", str(tmp_path / "f.csv"), "--horizon", "14d"]
    asked += ["--model", "weekday_median", "--lang", "en", "--workers", "1"]
    assert main([*asked, "--borrow", "live=calls,mail:0.5"]) == 0
    table = pd.read_csv(tmp_path / "f.csv").groupby("queue")["mean"].sum()
    assert table["live"] == pytest.approx(0.5 * (table["calls"] + table["mail"]))
    assert "live: no history of its own; forecast as 0.50 times calls + mail" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("live=fax", "command line:-:borrow.live: expected a queue of the history (calls, mail), came 'fax'"),
        ("calls=mail", "command line:-:borrow.calls: expected a queue with fewer than 28 known days"),
        ("live=calls:0", "command line:-:--borrow: expected NEW=OLD,OLD2:SHARE with a share above 0"),
        ("live=calls:half", "command line:-:--borrow: expected NEW=OLD,OLD2:SHARE with a share above 0"),
        ("live", "command line:-:--borrow: expected NEW=OLD,OLD2:SHARE"),
        ("live=live", "command line:-:borrow.live: expected queues that do not borrow themselves, came live, live"),
    ],
)
def test_a_bad_borrow_is_one_line_and_status_2(
    asked: str, expected: str, seller: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "f.csv"
    command = ["forecast", str(seller / "history.csv"), "--out", str(out), "--lang", "en"]
    assert main([*command, "--borrow", asked]) == 2
    assert expected in capsys.readouterr().err
    assert not out.exists()


BORROWS = """
[borrow.live]
like = ["calls"]
share = 0.3
[queues.live]
channel = "chat"
opens = "09:00"
[sources.team]
staff = 40
"""


def test_a_scenario_that_borrows_is_planned_whole(seller: Path):
    file = seller / "borrow.toml"
    file.write_text('based_on = "s.toml"\n' + BORROWS)
    result = plan.run(load(file), workers=1)
    assert "live" in set(result.requirement.table["queue"])
    assert "live" in set(result.season.table["queue"])
    assert any("live: no history of its own" in str(w) for w in result.warnings)
    assert plan.forecast_key(load(file)) != plan.forecast_key(load(seller / "s.toml"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[borrow.live]\nlike = ["calls"]\nshare = 0\n', "borrow.live.share: expected a number above 0"),
        ("[borrow.live]\nlike = []\n", "borrow.live.like"),
        ('[borrow.live]\nlik = ["calls"]\n', "borrow.live.lik: unknown key"),
    ],
)
def test_a_bad_borrow_in_a_scenario_is_named(text: str, expected: str, seller: Path):
    file = seller / "bad.toml"
    file.write_text('based_on = "s.toml"\n' + text)
    with pytest.raises(Refused, match=expected):
        load(file)


def _page() -> None:
    import sys
    from pathlib import Path

    import streamlit as st

    sys.path.insert(0, str(Path.cwd()))
    from forecast.ui.forecast import show_forecast
    from forecast.ui.reader import Reader
    from staffing import plan as chain
    from staffing.scenario import load as read

    made = chain.made(read(Path(st.session_state["file"])), workers=1)
    show_forecast(made.history, made.season, made.forecast, made.backtest, Reader("en", {}))


def test_the_forecast_page_says_that_a_queue_has_no_history_of_its_own(seller: Path):
    file = seller / "borrow.toml"
    file.write_text('based_on = "s.toml"\n' + BORROWS)
    page = AppTest.from_function(_page, default_timeout=120)
    page.session_state["file"] = str(file)
    page.session_state["queue"] = "live"
    page.run()
    assert not page.exception
    assert any("no history of its own" in str(one.proto) for one in page.get("html"))
