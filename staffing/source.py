"""Source: who can do the work - own people or a vendor -, how many, how soon, how well and on what terms."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from forecast.language import Text
from staffing.contract import Contract
from staffing.queue import Label

LEAD_WEEKS = {"inhouse": 5, "vendor": 2}  # decision to productive when the source does not say
TRAINING_WEEKS = {"inhouse": 2, "vendor": 1}
MANY = 10_000

Share = Annotated[float, Field(ge=0, le=1)]
Weeks = Annotated[int, Field(ge=0, le=52)]
Productivity = Annotated[float, Field(gt=0, le=1)]


class Source(BaseModel):
    """One source of agents: an in-house pool or a vendor.

    queues: what it may serve, empty for all. staff: agents or seats working on day one, all experienced.
    max_seats: most on the job at once; min_share, max_share: of each week's seats on the queues it may serve, by all
    sources; min_share counts from the first week that a decision of today can reach. ramp_seats_per_week: most hires
    or new seats that start in one week. lead_weeks: from the decision to the first productive week; training_weeks are
    the last of them. learning: productivity in the 1st, 2nd ... week on the job, 1 afterwards. attrition_per_week:
    share of those on the job that leaves in a week; a vendor refills its seats itself, with beginners.
    hours_per_week: paid hours of one person or seat.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    label: Label | None = None
    kind: Literal["inhouse", "vendor"]
    queues: tuple[str, ...] = ()
    staff: Annotated[int, Field(ge=0, le=MANY)] = 0
    max_seats: Annotated[int, Field(ge=0, le=MANY)] = MANY
    min_share: Share = 0.0
    max_share: Share = 1.0
    ramp_seats_per_week: Annotated[int, Field(ge=0, le=MANY)] = MANY
    lead_weeks: Weeks
    training_weeks: Weeks
    learning: tuple[Productivity, ...] = (0.7, 0.85)
    attrition_per_week: Annotated[float, Field(ge=0, lt=1)] = 0.0
    hours_per_week: Annotated[float, Field(gt=0, le=60)] = 40.0
    contract: Contract

    @model_validator(mode="before")
    @classmethod
    def _by_kind(cls, values: Any) -> Any:
        if not isinstance(values, dict) or values.get("kind") not in LEAD_WEEKS:
            return values
        kind = values["kind"]
        lead = values.get("lead_weeks", LEAD_WEEKS[kind])
        # a short lead time given alone shortens the training with it
        training = min(TRAINING_WEEKS[kind], lead) if isinstance(lead, int) and lead >= 0 else TRAINING_WEEKS[kind]
        return {"lead_weeks": lead, "training_weeks": training, **values}

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.min_share > self.max_share:
            raise ValueError(
                Text(
                    "expected min_share of at most max_share {most}, came {came}",
                    most=self.max_share,
                    came=self.min_share,
                )
            )
        if self.training_weeks > self.lead_weeks:
            raise ValueError(
                Text(
                    "expected training_weeks of at most lead_weeks {most}, came {came}",
                    most=self.lead_weeks,
                    came=self.training_weeks,
                )
            )
        if self.staff > self.max_seats:
            raise ValueError(
                Text("expected staff of at most max_seats {most}, came {came}", most=self.max_seats, came=self.staff)
            )
        if len(set(self.queues)) < len(self.queues):
            raise ValueError(Text("expected every queue once, came {came}", came=", ".join(self.queues)))
        if (self.kind == "inhouse") != (self.contract.kind == "payroll"):
            raise ValueError(
                Text(
                    "expected a contract of kind {wanted} for kind {kind}, came {came}",
                    wanted="payroll" if self.kind == "inhouse" else "seat or contact",
                    kind=self.kind,
                    came=self.contract.kind,
                )
            )
        return self

    def serves(self, queue: str) -> bool:
        """Whether it may work on `queue`."""
        return not self.queues or queue in self.queues

    def productivity(self, age: int) -> float:
        """Work of one of its people in the week `age` on the job (0 is the first), as a share of a full one's."""
        return self.learning[age] if age < len(self.learning) else 1.0
