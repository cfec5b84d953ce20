"""Many problems as a reader can take them: the first fifty, then how many more."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.language import Text
from forecast.problem import Problem

MOST = 50  # problems told one by one


def listed(problems: Sequence[Problem], file: str = "-") -> list[Problem]:
    """The first fifty of `problems`, and one that says how many more there are of `file`."""
    if len(problems) <= MOST:
        return list(problems)
    more = Text("and {count} more problems", count=len(problems) - MOST)
    return [*problems[:MOST], Problem(file, "-", "-", more)]
