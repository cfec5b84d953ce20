"""The forecast benchmark scores what it says, lets nothing later than the origin through, and says where ours loses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.forecasts.__main__ import main
from benchmarks.forecasts.group import HISTORIES, Group, Settings, load, settings_of
from benchmarks.forecasts.measured import Measured, scored
from benchmarks.forecasts.naive import eight_weeks, last_week
from benchmarks.forecasts.origin import Cut, Past, cuts, pasts, taught
from benchmarks.forecasts.ours import NAME
from benchmarks.forecasts.peak import peaks, windows
from benchmarks.forecasts.ratio import Ratio, geometric, ratio
from benchmarks.forecasts.report import losses, page, section, summary
from benchmarks.forecasts.said import Said, counts
from benchmarks.forecasts.score import MEASURES, scores, wql
from benchmarks.forecasts.today import today
from forecast.accuracy import pinball
from forecast.forecast import LEVELS, QUANTILES
from forecast.season import season_of

FIRST = pd.Timestamp("2025-04-07")  # a Monday
DRAGON_BOAT = pd.Timestamp("2025-05-31")


def write(folder: Path, days: int = 84, name: str = "calls") -> Path:
    """A folder with one daily history: a week of its own, closed on Sundays, higher around Dragon Boat."""
    rng = np.random.default_rng(1)
    at = pd.date_range(FIRST, periods=days, freq="D", unit="s")
    level = np.where(at.day_of_week == 6, 0, 200 + 20 * at.day_of_week)
    level = np.where(np.abs((at - DRAGON_BOAT).days) <= 3, 2 * level, level)
    rows = pd.DataFrame({"start": at, "queue": "phone", "offered": rng.poisson(level)})
    rows.to_csv(folder / f"{name}.csv", index=False)
    return folder


def group(folder: Path, days: int = 84, **settings: object) -> Group:
    """The group of that history."""
    return load(write(folder, days) / "calls.csv", Settings(**settings))  # type: ignore[arg-type]  as in TOML


def past_of(folder: Path, days: int = 84, cut: int = 70) -> Past:
    """Its only series up to the day `cut`."""
    history = group(folder, days).history
    return pasts(history, Cut(FIRST + pd.Timedelta(days=cut), 14), ("phone",), ("CN",))[0]


def measured(folder: Path, **errors: float) -> Measured:
    """The group as if each method had forecast so many times what came, its quantiles with it."""
    of = group(folder)
    cut = Cut(DRAGON_BOAT - pd.Timedelta(days=7), 14)
    asked = pasts(of.history, cut, ("phone",), ("CN",))
    came = of.history.daily()["phone"].reindex(asked[0].days).to_numpy()
    said = {}
    for method, factor in errors.items():
        table = pd.DataFrame({"queue": "phone", "origin": cut.origin, "unit": "day", "start": asked[0].days})
        table["mean"] = factor * came
        said[method] = Said(table.assign(**dict.fromkeys(LEVELS, factor * came)), 1.0)
    table, names = scored(of, asked, said)
    return Measured(of, (cut,), table, names, dict.fromkeys(said, 1.0), dict.fromkeys(said, 0), {"regression": 1})


def test_weighted_quantile_loss_is_twice_the_mean_pinball_loss_over_the_mean_of_what_came():
    rng = np.random.default_rng(0)
    actual, quantiles = rng.gamma(5, 20, 40), np.sort(rng.gamma(5, 20, (40, len(QUANTILES))), axis=1)
    each = [pinball(actual, quantiles[:, k], level) for k, level in enumerate(QUANTILES)]
    assert wql(actual, quantiles) == pytest.approx(2 * np.mean(each) / actual.mean())


def test_a_perfect_forecast_scores_nothing_and_covers_all():
    actual = np.array([100.0, 0.0, 50.0])
    told = scores(actual, actual, np.tile(actual[:, None], (1, 9)), np.array([True, False, False]), actual == 0)
    assert set(told) == set(MEASURES)
    assert [told[m] for m in ("wape", "wape_peak", "wql", "bias")] == [0, 0, 0, 0]
    assert told["cover80"] == told["cover95_peak"] == 1


def test_closed_days_told_as_closed_are_no_merit_of_a_band():
    actual, flat = np.array([100.0, 0.0]), np.tile([[10.0], [0.0]], (1, 9))
    told = scores(actual, flat[:, 0], flat, np.zeros(2, dtype=bool), np.array([False, True]))
    assert told["cover80"] == 0


def test_peak_days_are_days_off_their_eve_and_the_days_around_lunar_festivals():
    days = pd.date_range("2025-05-20", "2025-06-10", freq="D", unit="s")
    season = season_of(days[0], days[-1])
    # Off from Saturday 31 May to Monday 2 June; three days on either side of the festival itself.
    expected = pd.date_range("2025-05-28", "2025-06-03", freq="D", unit="s")
    assert list(days[peaks(season, days)]) == list(expected)
    assert set(windows(season, days)) >= {"Dragon Boat ±3"}


def test_origins_step_back_by_the_horizon_and_leave_half_of_a_short_history():
    found = cuts(FIRST, FIRST + pd.Timedelta(days=99), 7, 20)
    assert [c.origin for c in found[:2]] == [FIRST + pd.Timedelta(days=93), FIRST + pd.Timedelta(days=86)]
    assert min(c.origin for c in found) >= FIRST + pd.Timedelta(days=50)
    assert cuts(FIRST, FIRST + pd.Timedelta(days=20), 7, 20) == []


def test_nothing_from_the_origin_on_reaches_a_past(tmp_path: Path):
    past = past_of(tmp_path)
    assert past.daily.index[-1] == past.cut.origin - pd.Timedelta(days=1)
    assert past.total.index[-1] < past.cut.origin
    changed = pd.read_csv(tmp_path / "calls.csv")
    changed.loc[70:, "offered"] = 9999
    changed.to_csv(tmp_path / "calls.csv", index=False)
    history = load(tmp_path / "calls.csv", Settings()).history
    again = pasts(history, past.cut, ("phone",), ("CN",))[0]
    pd.testing.assert_series_equal(again.daily, past.daily)


def test_a_series_is_asked_only_where_half_of_its_days_teach(tmp_path: Path):
    history = group(tmp_path).history
    assert taught(history, Cut(FIRST + pd.Timedelta(days=50), 14)) == ("phone",)
    assert taught(history, Cut(FIRST + pd.Timedelta(days=30), 14)) == ()


def test_last_week_comes_again_and_eight_weeks_are_averaged(tmp_path: Path):
    past = past_of(tmp_path)
    week = past.daily.to_numpy()[-7:]
    np.testing.assert_allclose(last_week(past)["mean"], np.tile(week, 2))
    weeks = past.daily.to_numpy()[-56:].reshape(8, 7)
    np.testing.assert_allclose(eight_weeks(past)["mean"], np.tile(weeks.mean(axis=0), 2))


def test_bands_of_every_answer_are_in_order_and_closed_days_are_zero(tmp_path: Path):
    table = eight_weeks(past_of(tmp_path))
    bands = table[list(LEVELS)].to_numpy()
    assert (np.diff(bands, axis=1) >= 0).all()
    assert (bands[table["start"].dt.day_of_week == 6] == 0).all()


def test_counts_widen_with_the_variance():
    poisson, wide = counts(np.array([50.0]), np.array([50.0])), counts(np.array([50.0]), np.array([400.0]))
    assert poisson[0, 4] == 50
    assert wide[0, -1] > poisson[0, -1]
    assert wide[0, 0] < poisson[0, 0]


def test_ratio_takes_the_best_single_peer_in_hindsight(tmp_path: Path):
    done = measured(tmp_path, **{NAME: 1.1, "near": 0.95, "far": 1.5})
    found = ratio(done.means(), "wape")
    assert found is not None
    assert (found.peer, found.value) == ("near", pytest.approx(2.0))
    assert ratio(done.means().drop(["near", "far"]), "wape") is None


def test_geometric_mean_takes_groups_as_equals_and_skips_what_could_not_be_told():
    assert geometric([Ratio(1, "a", 2), None, Ratio(2, "b", 1)]) == pytest.approx(1.0)
    assert np.isnan(geometric([None]))


def test_where_ours_loses_the_page_says_so(tmp_path: Path):
    done = measured(tmp_path, **{NAME: 1.1, "near": 0.95, "far": 1.5})
    said = losses(done)
    assert said[0] == f"`calls.csv` by day, WAPE: {NAME} 10.0%; near 5.0%"
    assert any("Dragon Boat" in text for text in said)
    assert said[0] in summary([done]).markdown()
    assert "**2.000**" in summary([done]).markdown()
    assert "| near | **5.0%** |" in section(done).markdown()


def test_where_ours_wins_throughout_nothing_is_named(tmp_path: Path):
    done = measured(tmp_path, **{NAME: 1.01, "near": 0.95})
    assert losses(done) == []
    assert f"{NAME} is the nearest throughout." in page([done], [], "the whole took 1 minute", None)


def test_settings_shipped_are_read_and_an_unknown_one_is_refused(tmp_path: Path):
    assert all(isinstance(one, Settings) for one in settings_of(HISTORIES).values())
    for text, part in (("[calls]\ncountry = 'IL'", "country"), ("[calls]\ncountries = ['Q7']", "Q7")):
        (tmp_path / "s.toml").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=part):
            settings_of(tmp_path / "s.toml")


def test_days_before_since_and_queues_beyond_those_asked_are_left_out(tmp_path: Path):
    assert group(tmp_path, since="2025-05-01").history.first == pd.Timestamp("2025-05-01")
    with pytest.raises(ValueError, match="since"):
        group(tmp_path, since="2030-01-01")


def test_a_folder_is_measured_with_our_own_choice_and_the_naive_peer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    write(tmp_path)
    (tmp_path / "empty.csv").write_text("start,queue,offered\n", encoding="utf-8")
    (tmp_path / "s.toml").write_text("[calls]\nhorizon_days = 7\norigins = 2\n", encoding="utf-8")
    out = tmp_path / "page.md"
    asked = [str(tmp_path), "--settings", str(tmp_path / "s.toml"), "--out", str(out), "--jobs", "1"]
    assert main([*asked, "--country", "calls=CN,HK", "--peer", "last week"]) == 0
    said = out.read_text(encoding="utf-8")
    assert capsys.readouterr().out == said
    for part in ("`forecast.predict`, its defaults", "calendar of CN and HK", "| last week |", f"| {NAME} |"):
        assert part in said
    assert "`empty.csv`\n\nCould not be measured" in said
    assert "nan" not in said


def test_one_model_of_ours_is_named_on_the_page(tmp_path: Path):
    write(tmp_path)
    out = tmp_path / "page.md"
    main([str(tmp_path), "--out", str(out), "--jobs", "1", "--quick", "--ours", "regression", "--peer", "last week"])
    assert "the model regression without its own choice" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize("asked", [["--only", "nothing"], ["--country", "IL"], ["--country", "calls=Q7"]])
def test_what_cannot_be_asked_is_refused(tmp_path: Path, asked: list[str]):
    with pytest.raises(SystemExit):
        main([str(write(tmp_path)), "--out", str(tmp_path / "page.md"), *asked])


def test_the_rest_of_a_day_is_measured_only_after_the_hour(tmp_path: Path):
    """Contacts told double before 12 o'clock and as expected after: the rule of three is off by as much, we by less."""
    starts = pd.date_range(FIRST, periods=28 * 24, freq="h", unit="s")
    level = np.where((starts.hour >= 9) & (starts.hour < 21), 100, 0)
    level = np.where((starts >= FIRST + pd.Timedelta(days=21)) & (starts.hour < 12), 2 * level, level)
    pd.DataFrame({"start": starts, "queue": "phone", "offered": level}).to_csv(tmp_path / "h.csv", index=False)
    of = load(tmp_path / "h.csv", Settings())
    past = pasts(of.history, Cut(FIRST + pd.Timedelta(days=21), 7), ("phone",), ("CN",))[0]
    rows = []
    for unit, at in (("interval", past.starts), ("day", past.days)):
        mean = np.where((at.hour >= 9) & (at.hour < 21), 100.0, 0.0) if unit == "interval" else np.full(7, 1200.0)
        table = pd.DataFrame({"queue": "phone", "origin": past.cut.origin, "unit": unit, "start": at, "mean": mean})
        table[list(LEVELS)] = mean[:, None] * np.linspace(0.7, 1.3, 9)
        rows.append(table)
    found = today(of, [past], Said(pd.concat(rows, ignore_index=True), 0.0))
    assert found.loc[12, "forecast"] == 0
    assert found.loc[12, "rule of three"] == pytest.approx(1)
    assert 0.1 < found.loc[12, "update"] < 0.9
    assert found.loc[10, "forecast"] == pytest.approx(200 / (400 + 900))  # 10 and 11 o'clock came double too
