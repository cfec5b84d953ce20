"""No plan exists: which promise cannot be kept, where, and the plan that leaves the least work undone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from forecast.language import Language, Text

Plan = TypeVar("Plan")


class NoPlan(Exception, Generic[Plan]):
    """The limits and the requirement contradict each other.

    `conflicts` says, a sentence each, what is missing where, which limit binds and what would cure it. `nearest` is a
    whole plan that keeps every limit and leaves the least work undone; it is never to be read as a plan that covers.
    """

    def __init__(self, conflicts: Iterable[Text], nearest: Plan) -> None:
        self.conflicts = tuple(conflicts)
        self.nearest = nearest
        super().__init__(self.say("en"))

    def say(self, language: Language) -> str:
        """The conflicts in `language`, one a line."""
        return "\n".join(conflict.say(language) for conflict in self.conflicts)
