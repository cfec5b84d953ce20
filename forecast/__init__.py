"""History to forecast: how many contacts will come, when, and how sure that is.

`import forecast` names every stage; each is loaded when it is first named, as model libraries take their time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forecast.backtest import Backtest, choose
    from forecast.event import Event, Events
    from forecast.forecast import LEVELS, QUANTILES, Forecast
    from forecast.history import History
    from forecast.ingest import read_events, read_history
    from forecast.language import Text
    from forecast.model import MODELS
    from forecast.path import Paths, paths
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
    "Paths",
    "Problem",
    "Refused",
    "Season",
    "Text",
    "choose",
    "paths",
    "predict",
    "read_events",
    "read_history",
    "season_of",
]

_HOMES = {
    "backtest": ("Backtest", "choose"),
    "event": ("Event", "Events"),
    "forecast": ("LEVELS", "QUANTILES", "Forecast"),
    "history": ("History",),
    "ingest": ("read_events", "read_history"),
    "language": ("Text",),
    "model": ("MODELS",),
    "path": ("Paths", "paths"),
    "pipeline": ("predict",),
    "problem": ("Problem", "Refused"),
    "season": ("Season", "season_of"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"forecast.{home}"), name)
    raise AttributeError(f"module 'forecast' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__
