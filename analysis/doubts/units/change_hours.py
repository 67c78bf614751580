"""At which hour a change of the unit began: pure."""

import numpy as np

from analysis.ledger.micro import Floats


def first_hour(hours: Floats, level: float) -> int:
    """Return from which of the last 48 `hours` on a level fits best, the first being 0; 24 where nothing tells.

    `hours` are 9 days of 24 amounts, nan where not known: a week before, the day before the change was seen, and
    that day. Roots, because what runs through by the hour scatters as counted things do.
    """
    days = hours.reshape(9, 24)
    known = np.isfinite(days[:7])
    counts = known.sum(axis=0)
    if not counts.all():
        return 24
    usual = np.tile(np.where(known, days[:7], 0).sum(axis=0) / counts, 2)
    shown = np.sqrt(np.maximum(days[7:].ravel(), 0))
    as_before, as_after = (shown - np.sqrt(usual)) ** 2, (shown - np.sqrt(usual * level)) ** 2
    lost = np.nan_to_num(as_before - as_after)
    # Before the first hour all is as after; each hour that is taken as before costs what it misses by.
    costs = np.concatenate([[0.0], np.cumsum(lost)])
    least = np.flatnonzero(costs <= costs.min() + 1e-12)
    return int(least[np.argmin(np.abs(least - 24))])
