"""The door for what people type in: that of every reading, in the person's name."""

from datetime import datetime

from api.evidence import Evidence
from config.clocks import CLOCK_SLACK
from config.errors import InvalidReading
from config.meters.meter import Meter


def refuse_future(
    evidence: Evidence, meter: Meter, quantity: str, value: float, *, at: datetime, author: str
) -> None:
    """Hand a value of the future to the door, which refuses it and keeps it; before anything else is asked of it.

    Raises `InvalidReading`: `future_time`.
    """
    if at > evidence.now() + CLOCK_SLACK:
        write_typed(evidence, meter, quantity, value, at=at, author=author)


def write_typed(evidence: Evidence, meter: Meter, quantity: str, value: float, *, at: datetime, author: str) -> None:
    """Make a value durable, in its quantity's canonical unit; raises `InvalidReading` with what the push says."""
    pushed = {"meter": meter.id, "quantity": quantity, "time": at.isoformat(), "value": value}
    for rejected in evidence.services.push([pushed], evidence.now(), author=author, typed=True).rejected:
        raise InvalidReading(rejected.reason, rejected.detail)
