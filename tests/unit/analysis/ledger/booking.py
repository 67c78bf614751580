"""A counter of the test's own, read once an hour, and what was booked of it."""

from decimal import Decimal

import numpy as np

from analysis.ledger.conversion import ALWAYS_MS, FOR_EVER_MS, Conversion
from analysis.ledger.counter import Booked, book_counter
from analysis.ledger.line import Row
from analysis.ledger.micro import MICRO, micro_units
from analysis.ledger.readings import Decisions, Exchange, measured
from analysis.ledger.rules import Rules

HOUR = 3_600_000
ONE = (Conversion(ALWAYS_MS, FOR_EVER_MS, Decimal(1)),)


def rules(**more: object) -> Rules:
    defaults: dict[str, object] = {
        "wrap": None,
        "rate": None,
        "interval_ms": HOUR,
        "gap_ms": 2 * HOUR,
        "by_hand": False,
        "context_ms": 48 * HOUR,
    }
    return Rules(**(defaults | more))  # type: ignore[arg-type]  # keyword dict of mixed types


def booked(
    values: list[float], *, hours: list[int] | None = None, exchanges: tuple[Exchange, ...] = (), **more: object
) -> Booked:
    times = np.array(hours if hours is not None else range(len(values)), np.int64) * HOUR
    return book_counter(measured(times, micro_units(np.array(values))), rules(**more), Decisions(exchanges))


def total(result: Booked) -> float:
    return int(result.line.totals[Row.AMOUNT, -1]) / MICRO


def kinds(result: Booked) -> list[str]:
    return [notice.kind for notice in result.notices]
