"""Books a store that is filled by deliveries: opening + delivered − closing. A delivery is not consumption."""

import numpy as np

from analysis.ledger.counter import Booked
from analysis.ledger.faults import Notice
from analysis.ledger.line import Row, line_of
from analysis.ledger.micro import Integers
from analysis.ledger.rules import Rules


def book_tank(
    level_ms: Integers, level: Integers, delivery_ms: Integers, delivered: Integers, rules: Rules
) -> Booked:
    """Book levels and deliveries (micro-units of the tank's unit, ascending in time).

    A delivery belongs to the interval of levels that it falls in, `(earlier, later]`. Where the level rises by more
    than was delivered, a delivery is missing: nothing is booked there.
    """
    if not len(level_ms):
        return Booked(line_of(level_ms, level, level))
    filled = np.concatenate([[0], np.cumsum(delivered)]).astype(np.int64)
    upto = filled[np.searchsorted(delivery_ms, level_ms, side="right")]
    used = np.diff(upto) - np.diff(level)
    kinds = np.full(len(used), Row.BY_HAND if rules.by_hand else Row.MEASURED, np.int64)
    if rules.gap_ms is not None:
        kinds[np.diff(level_ms) > rules.gap_ms] = Row.INTERPOLATED
    kinds[used < 0] = Row.FAULTY
    notices = tuple(
        Notice("implausible_jump", int(level_ms[index + 1]), "Füllstand ist gestiegen, aber keine Lieferung erfasst")
        for index in np.flatnonzero(used < 0).tolist()
    )
    return Booked(line_of(level_ms, np.maximum(used, 0), kinds), notices)
