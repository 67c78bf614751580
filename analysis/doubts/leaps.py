"""Finds single days, and in them the interval, in which more ran through than ever before: pure.

Where nobody declared what the connection can carry, the meter's own past says what it can: two and a half times the
strongest hour is beyond it. A change of the unit does not come here: the days behind a leap are as before it.
"""

from typing import Final

import numpy as np

from analysis.doubts.known_days import KnownDays
from analysis.doubts.units.unit_changes import A_YEAR, FEWEST_DAYS_BEFORE
from analysis.doubts.units.usual_days import LOOK_BACK_DAYS
from analysis.ledger.micro import Floats, Integers

BEYOND: Final = 2.5
DAYS_AFTER: Final = 2
# A day is looked into where it is beyond all days before: one hour's leap is a part of a day.
_STANDS_OUT: Final = 1.3


def leaping_days(days: KnownDays, *, since: int, needs_a_year: bool) -> list[int]:
    """Return the days (ordinals) from `since` on that stand out of all before while the two days behind them do not.

    Of a day with less than eight weeks before it nothing is said; less than a year, where it depends on the season.
    """
    fewest = A_YEAR if needs_a_year else FEWEST_DAYS_BEFORE
    first = int(np.searchsorted(days.numbers, since))
    return [
        int(days.numbers[index]) for index in range(first, len(days) - DAYS_AFTER) if _stands_out(days, index, fewest)
    ]


def _stands_out(days: KnownDays, index: int, fewest: int) -> bool:
    number = int(days.numbers[index])
    earliest = int(np.searchsorted(days.numbers, number - LOOK_BACK_DAYS))
    if number - int(days.numbers[earliest]) < fewest:
        return False
    limit = _STANDS_OUT * days.amounts[earliest:index].max()
    behind = days.amounts[index + 1 : index + 1 + DAYS_AFTER]
    return bool(limit > 0 and days.amounts[index] > limit and (behind <= limit).all())


def leaping_interval(amounts: Floats, lengths_ms: Integers, strongest_hour: float) -> int | None:
    """Return the index of the interval that leaps, the largest; None where no hour is beyond the strongest one.

    `strongest_hour` is the most that ran through within an hour of the weeks before.
    """
    if not len(amounts):
        return None
    hours = np.maximum(lengths_ms / 3_600_000, 1)
    largest = int(np.argmax(amounts))
    is_beyond = strongest_hour > 0 and amounts[largest] > BEYOND * strongest_hour * hours[largest]
    return largest if is_beyond else None
