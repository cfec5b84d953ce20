"""What a source is measured by: which columns of a history make each measure, and which way is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from forecast.language import Text

Name = Literal["aht_s", "first_response_s", "service_level", "abandonment", "resolution", "satisfaction", "reply_rate"]


@dataclass(frozen=True)
class Measure:
    """A share `count` / `of`, or where `mean` is told the mean of that column over the contacts in `of`.

    `of` names the columns that may hold the contacts behind it: the first one the history has.
    """

    label: Text
    of: tuple[str, ...]
    count: str = ""
    mean: str = ""
    higher_is_better: bool = True

    @property
    def is_share(self) -> bool:
        """Whether it is a share of contacts, 0 to 1."""
        return bool(self.count)

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where less is."""
        return 1 if self.higher_is_better else -1


MEASURES: Mapping[str, Measure] = {
    "aht_s": Measure(Text("Handle time, s"), ("handled", "offered"), mean="aht_s", higher_is_better=False),
    "first_response_s": Measure(
        Text("First response, s"), ("replied", "handled", "offered"), mean="first_response_s", higher_is_better=False
    ),
    "service_level": Measure(Text("Service level"), ("offered",), count="in_time"),
    "abandonment": Measure(Text("Abandonment"), ("offered",), count="abandoned", higher_is_better=False),
    "resolution": Measure(Text("Resolution"), ("handled",), count="resolved"),
    "satisfaction": Measure(Text("Satisfaction"), ("rated", "handled", "offered"), mean="satisfaction"),
    "reply_rate": Measure(Text("Reply rate"), ("offered",), count="replied"),
}
VOLUME: Mapping[str, Text] = {"contacts": Text("Contacts"), "share": Text("Share of all contacts")}
LABELS: Mapping[str, Text] = {**VOLUME, **{name: measure.label for name, measure in MEASURES.items()}}
