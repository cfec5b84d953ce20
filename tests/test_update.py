"""The rest of a day from the contacts so far."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from forecast.forecast import LEVELS, QUANTILES, Forecast
from forecast.history import History
from forecast.problem import Refused
from forecast.update import updated
from staffing import stagefile
from staffing.cli import main

DAY = pd.Timestamp("2026-06-18")
OPEN = 24  # half-hours 09:00-21:00
STARTS = pd.date_range(DAY + pd.Timedelta(hours=9), periods=OPEN, freq="30min", unit="s")


def quantiles(mean: np.ndarray, spread: float) -> np.ndarray:
    return mean[:, None] * np.exp(spread * norm.ppf(QUANTILES))


def made(level: float = 50.0, spread: float = 0.3, days: int = 2, by_day: bool = True) -> Forecast:
    """A queue of `level` contacts a half-hour, whose days are `spread` unsure."""
    start = pd.DatetimeIndex(np.concatenate([STARTS + pd.Timedelta(days=d) for d in range(days)]))
    mean = np.full(len(start), level)
    table = pd.DataFrame({"start": start, "queue": "chat", "mean": mean})
    table[list(LEVELS)] = quantiles(mean, np.sqrt(spread**2 + 1 / level))
    of_days = pd.DataFrame({"start": [DAY + pd.Timedelta(days=d) for d in range(days)], "queue": "chat"})
    of_days["mean"] = level * OPEN
    of_days[list(LEVELS)] = quantiles(of_days["mean"].to_numpy(float), spread)
    return Forecast(table, pd.Timedelta(minutes=30), by_day=of_days if by_day else None)


def came(counts: list[float], queue: str = "chat", start: pd.Timestamp = STARTS[0], step: str = "30min") -> History:
    starts = pd.date_range(start, periods=len(counts), freq=step, unit="s")
    table = pd.DataFrame({"queue": queue, "source": "", "start": starts, "offered": counts})
    for column in ("handled", "abandoned", "aht_s"):
        table[column] = np.nan
    return History(table, pd.Timedelta(step))


def rest(forecast: Forecast, told: int) -> pd.DataFrame:
    return forecast.table.iloc[told:OPEN]


def test_what_came_takes_the_place_of_what_was_expected_and_days_are_the_sums():
    after = updated(made(), came([60.0] * 8))
    told = after.table.iloc[:8]
    assert (told[["mean", *LEVELS]] == 60).all().all()
    days = after.table.groupby(after.table["start"].dt.normalize())["mean"].sum()
    assert after.days["mean"].tolist() == pytest.approx(days.tolist())


def test_as_many_contacts_as_expected_change_no_mean_and_make_the_rest_surer():
    before, after = made(), updated(made(), came([50.0] * 12))
    assert rest(after, 12)["mean"].tolist() == pytest.approx(rest(before, 12)["mean"].tolist())
    wide = [(rest(f, 12)["p90"] - rest(f, 12)["p10"]).iloc[0] for f in (before, after)]
    assert wide[1] < 0.9 * wide[0]


def test_a_day_that_begins_high_is_expected_to_stay_high_but_not_as_high():
    for by_day in (True, False):
        after = updated(made(by_day=by_day), came([75.0] * 8))
        assert 55 < rest(after, 8)["mean"].iloc[0] < 75
        assert 25 < rest(updated(made(by_day=by_day), came([25.0] * 8)), 8)["mean"].iloc[0] < 45


def test_more_of_the_day_and_a_less_sure_forecast_both_make_what_came_weigh_more():
    early, late = (rest(updated(made(), came([75.0] * n)), 20)["mean"].iloc[0] for n in (2, 16))
    assert early < late
    sure, unsure = (rest(updated(made(spread=s), came([75.0] * 8)), 8)["mean"].iloc[0] for s in (0.05, 0.5))
    assert sure < unsure


def test_a_queue_of_few_contacts_is_hardly_moved_by_chance():
    after = updated(made(level=0.2, spread=0.2), came([0.0] * 8))
    assert rest(after, 8)["mean"].iloc[0] > 0.18


def test_later_days_and_other_queues_stay_as_they_were():
    one = made()
    other = one.table.assign(queue="phone")
    both = Forecast(pd.concat([one.table, other], ignore_index=True), one.interval)
    after = updated(both, came([75.0] * 8))
    kept = (after.table["queue"] == "phone") | (after.table["start"] >= DAY + pd.Timedelta(days=1))
    columns = ["mean", *LEVELS]
    assert after.table.loc[kept, columns].equals(both.table.loc[kept, columns])


def test_a_whole_day_told_leaves_nothing_to_expect_of_it():
    after = updated(made(), came([40.0] * OPEN))
    day = after.days.iloc[0]
    assert day[["mean", "p025", "p975"]].tolist() == pytest.approx([40.0 * OPEN] * 3)


def test_finer_intervals_are_summed_and_one_that_is_not_over_waits():
    after = updated(made(), came([30.0, 30.0, 30.0], step="15min"))
    assert after.table["mean"].iloc[0] == 60
    assert after.table["mean"].iloc[1] != 30


def test_days_before_the_forecast_are_left_out():
    long = came([75.0] * (48 + 18 + 8), start=DAY - pd.Timedelta(days=1))
    open_now = History(
        long.table[long.table["start"] >= DAY + pd.Timedelta(hours=9)].reset_index(drop=True), long.interval
    )
    with_before = long.table[(long.table["start"] < DAY) | (long.table["start"] >= DAY + pd.Timedelta(hours=9))]
    after = updated(made(), History(with_before.reset_index(drop=True), long.interval))
    assert after.table.equals(updated(made(), open_now).table)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (came([1.0], queue="mail"), "mail"),
        (came([1.0, 2.0], start=DAY + pd.Timedelta(days=5)), "2026-06-23"),
        (came([100.0, 100.0], step="1h"), "30"),
    ],
)
def test_what_does_not_fit_the_forecast_is_refused_by_name(told: History, said: str):
    with pytest.raises(Refused, match=said):
        updated(made(), told)


@given(
    counts=st.lists(st.floats(0, 5000), min_size=1, max_size=OPEN),
    level=st.floats(0.01, 500),
    spread=st.floats(0.001, 2),
    by_day=st.booleans(),
)
def test_whatever_comes_the_forecast_stays_a_forecast(counts: list[float], level: float, spread: float, by_day: bool):
    after = updated(made(level=level, spread=spread, by_day=by_day), came(counts))
    for table in (after.table, after.days):
        values = table[["mean", *LEVELS]].to_numpy(dtype=float)
        assert np.isfinite(values).all()
        assert (values >= 0).all()
        assert (np.diff(values[:, 1:], axis=1) >= -1e-9).all()


def test_simulated_days_are_told_better_than_by_the_forecast_or_by_rule_of_three():
    noise = np.random.default_rng(7)
    before, errors = made(spread=0.25), np.zeros(3)
    inside = []
    for _ in range(200):
        half = np.repeat(noise.normal(0, 0.12, 2), (10, OPEN - 10))  # of the morning and of the evening alone
        lam = 50.0 * np.exp(noise.normal(0, 0.2) + half)
        counts = noise.poisson(lam).astype(float)
        after = rest(updated(before, came(counts[:10].tolist())), 10)
        left = counts[10:]
        pro_rata = 50.0 * counts[:10].sum() / 500.0
        said = (50.0, pro_rata, after["mean"].to_numpy())
        errors += [abs(np.sum(left - s)) for s in said]
        inside.append(np.mean((left >= after["p10"]) & (left <= after["p90"])))
    assert errors[2] < 0.9 * errors[0]
    assert errors[2] < 0.98 * errors[1]
    assert 0.74 < np.mean(inside) < 0.92


def test_the_command_revises_a_written_forecast(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file, told, out = tmp_path / "f.csv", tmp_path / "sofar.csv", tmp_path / "u.csv"
    made().table.to_csv(file, index=False)
    rows = [f"{start:%Y-%m-%d %H:%M},chat,75" for start in STARTS[:8]]
    told.write_text("\n".join(["start,queue,offered", *rows]) + "\n")
    assert main(["update", str(file), str(told), "--out", str(out), "--lang", "en"]) == 0
    spoken = capsys.readouterr()
    assert "chat: after the contacts up to 2026-06-18 13:00" in spoken.err
    revised = stagefile.read_forecast(out).table
    expected = updated(stagefile.read_forecast(file), came([75.0] * 8)).table
    assert revised["mean"].tolist() == pytest.approx(expected["mean"].tolist(), rel=1e-4)
    told.write_text("start,queue,offered\n2027-01-01 09:00,chat,75\n2027-01-01 09:30,chat,75\n")
    before = out.read_bytes()
    assert main(["update", str(file), str(told), "--out", str(out), "--lang", "en"]) == 2
    assert "sofar.csv" in capsys.readouterr().err
    assert out.read_bytes() == before
