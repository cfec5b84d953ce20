"""Events that are like a past occasion, on sellers whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.analogue import phases, resolved
from forecast.event import Event, Events
from forecast.history import History
from forecast.ingest import read_events
from forecast.model import MODELS
from forecast.model.features import _features
from forecast.model.regression import regression
from forecast.occasion import SHOPPING, lunar_day
from forecast.pipeline import predict
from forecast.problem import Refused
from forecast.season import season_of
from staffing.cli import main

DAY = pd.Timedelta(days=1)
WEEK = np.array([0.2, 0.1, 0.0, 0.0, -0.05, -0.3, -0.4])
FIRST, CUT = "2023-01-01", "2025-08-20"
SIZES = {2023: 1.0, 2024: 1.0, 2025: 1.5}  # of 618's rise, on the log


def shape(apart: np.ndarray) -> np.ndarray:
    """The rise of 618 by the distance from its day: its launch, its peak, its wake."""
    return 0.5 * np.exp(-0.5 * ((apart + 16) / 2) ** 2) + 1.2 * np.exp(-0.5 * (apart / 2) ** 2)


def log_of(days: pd.DatetimeIndex, sizes: dict[int, float] = SIZES) -> np.ndarray:
    """The log of the contacts of a seller who has 618 each year and nothing else."""
    log = 6.0 + WEEK[days.day_of_week]
    for year, size in sizes.items():
        log = log + size * shape(np.asarray((days - pd.Timestamp(year, 6, 18)).days, dtype=float))
    return np.asarray(log)


def make_daily(events: dict[str, float] | None = None) -> pd.Series:
    """Days with 3% noise; `events`: a day and what it adds to the log."""
    days = pd.date_range(FIRST, pd.Timestamp(CUT) - DAY, unit="s")
    log = log_of(days) + np.random.default_rng(0).normal(0, 0.03, len(days))
    for day, rise in (events or {}).items():
        log[days.get_loc(pd.Timestamp(day))] += rise
    return pd.Series(np.exp(log).round(), index=days, name="chat")


def campaign(like: str, start: str, length: int, size: float | None = None, name: str = "周年庆") -> Event:
    first = pd.Timestamp(start)
    return Event(name, "campaign", first, first + (length - 1) * DAY, "", "", size, like)


def rise(model: str, event: Event, daily: pd.Series | None = None, others: tuple[Event, ...] = ()) -> pd.Series:
    """The log of what the event makes of its days and those around it."""
    past = make_daily() if daily is None else daily
    horizon = pd.date_range(CUT, periods=50, unit="s")
    made = []
    for events in ((*others, event), others):
        known = resolved(Events.of(events), past.index[0], past.index[-1], ("CN",))
        season = season_of(past.index[0], horizon[-1], ("CN",), known)
        made.append(MODELS[model](past, season, horizon))
    return np.log(made[0] / made[1])


def test_phases_keep_first_last_and_the_day_itself():
    assert phases(20, (-17, 2)).tolist() == list(range(-17, 3))
    assert phases(1, (-17, 2)).tolist() == [0]
    for days in range(2, 60):
        for kind in SHOPPING.values():
            found = phases(days, kind.span)
            assert (np.diff(found) > 0).all()
            assert found[0] == kind.span[0] or kind.span[0] == 0
            assert 0 in found or kind.span[1] < 0


@pytest.mark.parametrize("model", ["regression", "prophet"])
def test_a_campaign_answers_day_by_day_like_618_of_the_year_that_was_named(model):
    for year, close in ((2023, 0.3), (2024, 0.2), (2025, 0.15)):  # Dragon Boat lay near 618 in 2023 and 2024
        said = rise(model, campaign(f"618 {year}", "2025-09-01", 20))["2025-09-01":"2025-09-20"]
        assert said.to_numpy() == pytest.approx(SIZES[year] * shape(np.arange(-17.0, 3.0)), abs=close), year


@pytest.mark.parametrize("model", ["regression", "prophet"])
def test_a_size_is_a_multiple_of_the_analogue_on_its_days_and_nowhere_else(model):
    plain, more = (rise(model, campaign("618 2025", "2025-09-01", 8, size)) for size in (None, 1.3))
    inside = slice("2025-09-01", "2025-09-08")
    assert (more - plain)[inside].to_numpy() == pytest.approx(np.log(1.3), abs=1e-3)
    assert (more - plain).drop(plain[inside].index).to_numpy() == pytest.approx(0, abs=1e-9)
    assert plain.drop(plain[inside].index).abs().max() < 0.06


def test_a_short_campaign_keeps_the_day_itself():
    said = rise("regression", campaign("618", "2025-09-01", 5))["2025-09-01":"2025-09-05"]
    assert said.to_numpy() == pytest.approx(1.5 * shape(phases(5, (-17, 2))), abs=0.2)
    assert said.idxmax() == pd.Timestamp("2025-09-05")
    one = rise("regression", campaign("618", "2025-09-03", 1))
    assert one["2025-09-03"] == pytest.approx(1.5 * 1.2, abs=0.15)


def test_without_a_year_the_last_coming_is_meant_and_a_name_may_be_chinese():
    first, last = pd.Timestamp(FIRST), pd.Timestamp(CUT) - DAY
    said = [
        resolved([campaign(like, "2025-09-01", 5)], first, last, ("CN",)).all[0].like
        for like in ("618", "618 2024", "双 11", "Double 11", "端午节", "dragon_boat 2023", "618 2025-06-18")
    ]
    assert said == [
        "618 2025-06-18", "618 2024-06-18", "double_11 2024-11-11", "double_11 2024-11-11", "dragon_boat 2025-05-31",
        "dragon_boat 2023-06-22", "618 2025-06-18",
    ]  # fmt: skip


def test_an_own_event_is_an_analogue_too_and_its_year_matters():
    past = {"2023-08-15": 0.7, "2024-03-19": 0.7, "2025-04-22": 1.3}
    own = tuple(Event("品牌日", "promotion", pd.Timestamp(d), pd.Timestamp(d)) for d in past)
    daily = make_daily(past)
    for year, expected in (("", 1.3), (" 2025", 1.3), (" 2024", 0.7)):
        said = rise("regression", campaign(f"品牌日{year}", "2025-09-03", 1, 1.2), daily, own)
        assert said["2025-09-03"] == pytest.approx(expected + np.log(1.2), abs=0.2)


def test_an_own_event_with_a_stated_size_lends_that_size():
    own = (Event("直播", "campaign", pd.Timestamp("2025-05-06"), pd.Timestamp("2025-05-06"), "", "", 2.0),)
    daily = make_daily({"2025-05-06": np.log(2.0)})
    said = rise("regression", campaign("直播", "2025-09-03", 2, 1.5), daily, own)
    assert said["2025-09-03":"2025-09-04"].to_numpy() == pytest.approx(np.log(3.0), abs=0.06)


def test_a_campaign_that_has_been_more_than_its_analogue_teaches_its_next_coming():
    days = pd.date_range("2025-07-08", periods=5)
    apart = phases(5, (-17, 2))
    daily = make_daily({f"{d:%Y-%m-%d}": 1.5 * s + 0.4 for d, s in zip(days, shape(apart), strict=True)})
    before = campaign("618 2025", "2025-07-08", 5)
    said = rise("regression", campaign("618 2025", "2025-09-01", 5), daily, (before,))["2025-09-01":"2025-09-05"]
    assert said.mean() == pytest.approx((1.5 * shape(apart)).mean() + 0.4, abs=0.25)
    assert said.mean() > (1.5 * shape(apart)).mean() + 0.1


@pytest.mark.parametrize(
    ("like", "known"),
    [
        ("819", "618 2023/2024/2025"),  # no such occasion
        ("618 2019", "known are 618 2023/2024/2025; got '618 2019'"),  # not in the history
        ("618 2025-06-17", "known are 618 2023/2024/2025"),  # not its day
        ("周年庆", "inside the history (2023-01-01 to 2025-08-19)"),  # itself
    ],
)
def test_what_never_happened_is_refused_with_its_row_and_what_is_known(like, known, tmp_path):
    file = tmp_path / "events.csv"
    file.write_text(f"name,kind,start,end,like\n周年庆,campaign,2025-09-01,,618\n周年庆,campaign,2025-09-09,,{like}\n")
    with pytest.raises(Refused) as refused:
        predict(make_history(), 28, events=read_events(file), model="regression", workers=1)
    assert str(refused.value).startswith("events:3:like: expected a past occasion")
    assert known in str(refused.value)


def make_history() -> History:
    table = pd.DataFrame(
        {"start": make_daily().index, "queue": "chat", "source": "", "offered": make_daily().to_numpy()}
    )
    return History(table.assign(handled=np.nan, abandoned=np.nan, aht_s=np.nan), DAY)


def test_by_command_the_refusal_names_the_file(tmp_path, capsys):
    history, events = tmp_path / "history.csv", tmp_path / "events.csv"
    make_history().table[["start", "queue", "offered"]].to_csv(history, index=False)
    events.write_text("name,kind,start,end,like\n周年庆,campaign,2025-09-01,,618 2020\n")
    out = tmp_path / "f.csv"
    command = ["forecast", str(history), "--horizon", "28d", "--events", str(events), "--out", str(out), "--lang", "en"]
    assert main([*command, "--workers", "1"]) == 2
    assert f"{events}:2:like: expected a past occasion" in capsys.readouterr().err
    assert not out.exists()


def test_only_what_customers_answer_to_can_be_like_another(tmp_path):
    file = tmp_path / "events.csv"
    file.write_text("name,kind,start,end,like\n停机,incident,2025-09-01,,618\n")
    with pytest.raises(Refused, match="csv:2:like: only a festival, promotion, campaign can be like another"):
        read_events(file)


def test_where_the_analogue_cannot_be_shown_it_is_said():
    event = campaign("618 2025", "2025-08-25", 5)
    short = make_history()
    table = short.table
    late = table[table["start"] >= "2025-06-25"].assign(queue="new")
    both = History(pd.concat([table, late], ignore_index=True), DAY)
    said = [str(w) for w in predict(both, 14, events=[event], model="seasonal_naive", workers=1).warnings]
    assert "chat: 周年庆 is to be like 618 2025-06-18, which the naive model cannot show: take another" in said
    assert any(s.startswith("new: 周年庆") and "this queue has not seen" in s for s in said)


def test_a_naive_queue_takes_the_regression_where_an_event_is_like_another():
    rng = np.random.default_rng(3)
    days = pd.date_range("2025-01-01", "2025-03-01", unit="s")
    table = pd.DataFrame({"start": days, "queue": "chat", "source": "", "offered": rng.poisson(50, len(days)) * 1.0})
    history = History(table.assign(handled=np.nan, abandoned=np.nan, aht_s=np.nan), DAY)
    own = Event("直播", "campaign", pd.Timestamp("2025-02-20"), pd.Timestamp("2025-02-20"))
    again = campaign("直播", "2025-03-05", 1)
    assert predict(history, 14, events=[own, again], workers=1).models == {"chat": "regression"}


def test_a_calendar_shifted_with_its_data_gives_the_same_analogue(monkeypatch):
    """Nothing is keyed to dates known in advance: only to the distance from a festival, wherever that lies."""
    days = pd.date_range("2021-03-01", "2024-08-31", unit="s")
    noise = np.random.default_rng(8).normal(0, 0.03, len(days))
    monkeypatch.setattr("forecast.season._runs", lambda *_: ())
    found = []
    for shift in (0, 40):
        monkeypatch.setattr("forecast.season.lunar_day", lambda *day, by=shift: lunar_day(*day) + by * DAY)
        _features.cache_clear()
        season = season_of(days[0], days[-1], ("MO",))
        apart = season.distance("dragon_boat", days)
        log = 6 + np.where(np.abs(apart) < 20, 1.2 * np.exp(-0.5 * ((apart + 5) / 4) ** 2), 0.0) + noise
        daily = pd.Series(np.exp(log), index=days, name="a")
        horizon = pd.date_range(days[-1] + DAY, periods=40, unit="s")
        event = campaign("dragon_boat 2023", f"{horizon[9]:%Y-%m-%d}", 16)
        known = resolved([event], days[0], days[-1], ("MO",))
        expected = regression(daily, season_of(days[0], horizon[-1], ("MO",), known), horizon)
        plain = regression(daily, season_of(days[0], horizon[-1], ("MO",)), horizon)
        found.append(np.log(expected / plain)[9:25].to_numpy())
        _features.cache_clear()
    truth = 1.2 * np.exp(-0.5 * ((np.arange(-14, 2) + 5) / 4) ** 2)
    for one in found:
        assert one == pytest.approx(truth, abs=0.15)
