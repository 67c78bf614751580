"""Books a store that is filled by deliveries: opening + delivered − closing. A delivery is not consumption."""

import numpy as np

from analysis.ledger.counter import Booked
from analysis.ledger.faults import Notice
from analysis.ledger.line import Row, line_of
from analysis.ledger.micro import Integers
from analysis.ledger.readings import Readings, worse_of_both
from analysis.ledger.rules import Rules


def book_tank(levels: Readings, delivery_ms: Integers, delivered: Integers, rules: Rules) -> Booked:
    """Book levels and deliveries (micro-units of the tank's unit, ascending in time).

    A delivery belongs to the interval of levels that it falls in, `(earlier, later]`. Where the level rises by more
    than was delivered, a delivery is missing: nothing is booked there.
    """
    if not len(levels):
        return Booked(line_of(levels.time_ms, levels.micro, levels.micro))
    filled = np.concatenate([[0], np.cumsum(delivered)]).astype(np.int64)
    upto = filled[np.searchsorted(delivery_ms, levels.time_ms, side="right")]
    used = np.diff(upto) - np.diff(levels.micro)
    ends = worse_of_both(levels.marks)
    kinds = ends.copy()
    if rules.gap_ms is not None:
        kinds[np.diff(levels.time_ms) > rules.gap_ms] = Row.SPREAD
    kinds[used < 0] = Row.FAULTY
    notices = tuple(
        Notice("implausible_jump", time_ms, "Füllstand ist gestiegen, aber keine Lieferung erfasst")
        for time_ms in levels.time_ms[1:][used < 0].tolist()
    )
    return Booked(line_of(levels.time_ms, np.maximum(used, 0), kinds, ends=ends), notices)
