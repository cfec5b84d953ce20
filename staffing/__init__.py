"""Forecast to cost: how many agents are needed, who they are, when they work and what that costs.

`import staffing` names every stage: staffing.erlang.agents_for(...), staffing.requirement.agents(...); each is loaded
when it is first named, as solvers and compilers take their time.
"""

from importlib import import_module
from types import ModuleType

__all__ = [
    "chat",
    "contract",
    "cost",
    "cover",
    "deadline",
    "erlang",
    "headcount",
    "plan",
    "queue",
    "requirement",
    "scenario",
    "simulate",
    "source",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"staffing.{name}")
    raise AttributeError(f"module 'staffing' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__
