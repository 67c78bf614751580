"""Carries what lies beside the readings into the operations database, where people see it and decide."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from config.portfolio.portfolio import Portfolio
from gateway.beside import Beside

if TYPE_CHECKING:  # opened when there is something to tell
    from gateway.operations import Operations
    from zaehlwerk.composition import House

_FUTURE_TIME = "future_time"


class Takes(Protocol):
    """The part of an `Intake` that tells."""

    @property
    def beside(self) -> Beside: ...
    @property
    def portfolio(self) -> Portfolio: ...
    @property
    def records(self) -> "Callable[[], Operations]": ...
    @property
    def forget(self) -> Callable[[str], None]: ...


def tell(intake: Takes, *, now: datetime) -> int:
    """Tell all that was not told yet; return how many things that were. What is kept of their meters is forgotten.

    A process that is killed in between tells the same again, which changes nothing. Raises `Unreachable` and
    `StorageFull`; then what was not told yet waits.
    """
    return _tell_replaced(intake, now) + _tell_refused(intake, now)


@contextmanager
def told(house: "House") -> Iterator[None]:
    """Tell in the end what a command brought to light, also where it was refused."""
    try:
        yield
    finally:
        tell(house.intake, now=house.clock())


def _tell_replaced(intake: Takes, now: datetime) -> int:
    count = 0
    while numbered := intake.beside.replaced():
        from zaehlwerk.noticing.conflicts import keep_conflicts  # noqa: PLC0415  brings the operations database along

        replaced = [one for _, one in numbered]
        keep_conflicts(replaced, intake.portfolio, intake.records(), now=now)
        for meter in {one.meter for one in replaced}:
            intake.forget(meter)
        intake.beside.forget_replaced([number for number, _ in numbered])
        count += len(numbered)
    return count


def _tell_refused(intake: Takes, now: datetime) -> int:
    count = 0
    while numbered := intake.beside.untold(_FUTURE_TIME):
        from zaehlwerk.noticing.times_to_come import keep_times_to_come  # noqa: PLC0415  the same

        for meter in keep_times_to_come([one for _, one in numbered], intake.portfolio, intake.records(), now=now):
            intake.forget(meter)
        intake.beside.tell(_FUTURE_TIME, numbered[-1][0])
        count += len(numbered)
    return count
