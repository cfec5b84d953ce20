"""What the pages share between reruns and sessions: each stage of a run, by a digest of all it depends on."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from forecast import archive
from forecast.archive import Archive
from forecast.backtest import Backtest
from forecast.consolidate import Finding
from forecast.forecast import Forecast
from forecast.total import totals
from forecast.version import version_of
from staffing import hand, plan, working
from staffing.noplan import NoPlan
from staffing.plan import Made
from staffing.requirement import agents
from staffing.scenario import Scenario
from staffing.ui.view import Need, Outcome
from staffing.working import Working


# Values are frozen, so every session may share one copy; cache_data would pickle 300,000 rows on each rerun. The keys
# are digests of content: Streamlit hashes a large frame on a sample only and would answer a changed one with old news.
@st.cache_resource(show_spinner=False, max_entries=8)
def made(key: str, _scenario: Scenario) -> Made:
    """History and forecast: the slow half."""
    return plan.made(_scenario)


@st.cache_resource(show_spinner=False, max_entries=40)
def asked(key: str, _scenario: Scenario, _made: Made) -> Need:
    """The forecast under the scenario's levers and the agents it takes."""
    queues = _scenario.queues_of(_made.forecast.queues)
    forecast = plan.expected(_scenario, _made)
    needed = agents(forecast, queues, confidence=_scenario.confidence, method=_scenario.method)
    return Need(key, _scenario, forecast, queues, needed)


@st.cache_resource(show_spinner=False, max_entries=40)
def summed(key: str, _need: Need, _tested: Backtest) -> pd.DataFrame:
    """All queues together and each channel, by day."""
    return totals(_need.forecast, _tested, plan.channels(_need.forecast, _need.queues))


@st.cache_resource(show_spinner=False, max_entries=8)
def by_hand(key: str, _made: Made, _ledger: Path | None) -> Forecast:
    """The forecast under the planner's hand, before any lever."""
    return hand.overruled(_made.forecast, _ledger)


@st.cache_resource(show_spinner=False, max_entries=1)  # one: a version that is taken up again stands again
def versioned(key: str, _made: Made, _by_hand: Forecast, _place: Archive) -> None:
    """Keeps the forecast as it stands, to be judged by what comes."""
    archive.add_version(_place, version_of(_by_hand, _made.history.last, _made.forecast))


@st.cache_resource(show_spinner=False, max_entries=40)
def planned(key: str, _scenario: Scenario, _made: Made) -> Outcome:
    """What the scenario comes to, a missing plan included."""
    try:
        return plan.staffed(_scenario, _made)
    except NoPlan as none:
        return none


@st.cache_resource(show_spinner=False, max_entries=2)
def worked_on(digest: str, _place: Archive) -> Working:
    """The history to work with, for what is imported and decided now."""
    return working.working(_place)


@st.cache_resource(show_spinner=False, max_entries=2)
def findings(digest: str, _found: Working, _place: Archive) -> tuple[Finding, ...]:
    """What was found where the imports meet."""
    return working.findings(_found, _place)
