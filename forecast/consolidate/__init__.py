"""In-house and vendors in one history: what two files tell alike, what they contradict, what none tells."""

from forecast.consolidate.finding import Consolidated, Finding, Part
from forecast.consolidate.join import consolidated, findings_of

__all__ = ["Consolidated", "Finding", "Part", "consolidated", "findings_of"]
