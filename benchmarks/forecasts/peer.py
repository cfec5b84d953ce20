"""The public libraries that ours stands beside, asked the same questions on the same days."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
from joblib import Parallel, delayed

from benchmarks.forecasts import smoothing
from benchmarks.forecasts.arma import arma, arma_around
from benchmarks.forecasts.naive import eight_weeks, last_week
from benchmarks.forecasts.origin import Past
from benchmarks.forecasts.poisson import poisson
from benchmarks.forecasts.prophets import prophet
from benchmarks.forecasts.said import Said, cpu, joined


@dataclass(frozen=True)
class Peer:
    """A forecaster by name: how it is asked, what it is, and whether it is only for intervals below a day."""

    name: str
    ask: Callable[[Sequence[Past], int], Said]
    what: str
    finer: bool = False


def each(forecast: Callable[[Past], pd.DataFrame]) -> Callable[[Sequence[Past], int], Said]:
    """Asks a function of one past for all of them, in so many processes."""

    def ask(pasts: Sequence[Past], jobs: int) -> Said:
        return joined(Parallel(n_jobs=jobs)(delayed(one)(forecast, past) for past in pasts))

    return ask


def one(forecast: Callable[[Past], pd.DataFrame], past: Past) -> Said:
    """The answer for one past with its CPU seconds; where the library gives up, last week's days stand in."""
    begun, failed = cpu(), 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs, of their own inside
        try:
            table = forecast(past)
        except (ArithmeticError, LookupError, RuntimeError, ValueError):
            table, failed = last_week(past), 1
    return Said(table, cpu() - begun, failed)


def peers() -> tuple[Peer, ...]:
    """Every peer that can be asked here."""
    found = [
        Peer("last week", each(last_week), "seasonal naive: the same weekday of last week, interval by interval"),
        Peer("eight weeks", each(eight_weeks), "mean of the last eight same weekdays, interval by interval"),
        Peer(
            "ARMA", each(arma), "statsmodels: regression on log1p with weekdays, the year, holidays, ARMA(1, 1) errors"
        ),
        Peer("ARMA, bins", each(arma_around), "the same with a column for each day around the great lunar festivals"),
        Peer("Prophet", each(prophet), "default settings with its holidays; intervals by the profile of eight weeks"),
        Peer("Poisson GLM", each(poisson), "statsmodels: weekday x interval, holiday and eve, level of 28 days", True),
    ]
    if smoothing.there():
        found[2:2] = [
            Peer("AutoETS", lambda pasts, jobs: smoothing.smoothed("AutoETS", pasts, jobs), "statsforecast, season 7"),
            Peer(
                "MSTL",
                lambda pasts, jobs: smoothing.smoothed("MSTL", pasts, jobs),
                "statsforecast, season 7, and 365 where over two years teach; AutoETS for the trend",
            ),
        ]
    return tuple(found)
