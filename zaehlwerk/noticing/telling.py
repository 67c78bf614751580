"""Carries what lies beside the readings into the operations database, where people see it and decide."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from config.portfolio import Portfolio
from gateway.beside import Beside

if TYPE_CHECKING:  # opened when there is something to tell
    from gateway.operations import Operations

_FUTURE_TIME = "future_time"


def tell(beside: Beside, portfolio: Portfolio, records: "Callable[[], Operations]", *, now: datetime) -> int:
    """Tell all that was not told yet; return how many things that were.

    A process that is killed in between tells the same again, which changes nothing. Raises `Unreachable` and
    `StorageFull`; then what was not told yet waits.
    """
    return _tell_replaced(beside, portfolio, records, now) + _tell_refused(beside, portfolio, records, now)


def _tell_replaced(beside: Beside, portfolio: Portfolio, records: "Callable[[], Operations]", now: datetime) -> int:
    told = 0
    while numbered := beside.replaced():
        from zaehlwerk.noticing.conflicts import keep_conflicts  # noqa: PLC0415  brings the operations database along

        keep_conflicts([one for _, one in numbered], portfolio, records(), now=now)
        beside.forget_replaced([number for number, _ in numbered])
        told += len(numbered)
    return told


def _tell_refused(beside: Beside, portfolio: Portfolio, records: "Callable[[], Operations]", now: datetime) -> int:
    told = 0
    while numbered := beside.untold(_FUTURE_TIME):
        from zaehlwerk.noticing.times_to_come import keep_times_to_come  # noqa: PLC0415  the same

        keep_times_to_come([one for _, one in numbered], portfolio, records(), now=now)
        beside.tell(_FUTURE_TIME, numbered[-1][0])
        told += len(numbered)
    return told
