"""What a pass over everything due came to: counts that add up, and who could not be judged."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """A subject that a rule could not judge; it is tried again in the next pass."""

    rule: str
    subject: str
    period_start: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class EvaluationSummary:
    """What a pass did: periods judged, alerts that fired or were resolved, messages put, subjects that failed.

    `proposed` and `withdrawn` are events of meters that the detectors put in front of people or took back.
    """

    judged: int = 0
    fired: int = 0
    resolved: int = 0
    messages: int = 0
    failures: tuple[Failure, ...] = ()
    proposed: int = 0
    withdrawn: int = 0

    def __add__(self, other: "EvaluationSummary") -> "EvaluationSummary":
        return EvaluationSummary(
            self.judged + other.judged,
            self.fired + other.fired,
            self.resolved + other.resolved,
            self.messages + other.messages,
            self.failures + other.failures,
            self.proposed + other.proposed,
            self.withdrawn + other.withdrawn,
        )
