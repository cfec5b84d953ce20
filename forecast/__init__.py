"""History to forecast: how many contacts will come, when, and how sure that is."""

from forecast.backtest import Backtest, choose
from forecast.event import Event, Events
from forecast.forecast import LEVELS, QUANTILES, Forecast
from forecast.history import History
from forecast.ingest import read_events, read_history
from forecast.language import Text
from forecast.model import MODELS
from forecast.pipeline import predict
from forecast.problem import Problem, Refused
from forecast.season import Season, season_of

__all__ = [
    "LEVELS",
    "MODELS",
    "QUANTILES",
    "Backtest",
    "Event",
    "Events",
    "Forecast",
    "History",
    "Problem",
    "Refused",
    "Season",
    "Text",
    "choose",
    "predict",
    "read_events",
    "read_history",
    "season_of",
]
