"""Whether the rows of a file agree: of two values for one instant nothing tells which is right."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(slots=True)
class Agreement:
    """What a file has said of one series so far, in pieces of ascending times [ms since 1970 UTC]."""

    _pieces: list[tuple[Times, Values]] = field(default_factory=list)

    def of(self, times_ms: Times, values: Values) -> NDArray[np.bool_]:
        """Return which values nothing contradicts, and remember them; the same value again is no contradiction.

        Within a piece neither of two values counts; what an earlier piece said has been taken, and stays.
        """
        good = ~contradicted(times_ms, values)
        for times, others in self._pieces:
            if len(times_ms) and times[0] <= times_ms.max() and times[-1] >= times_ms.min():
                places = np.searchsorted(times, times_ms).clip(max=len(times) - 1)
                good &= (times[places] != times_ms) | (others[places] == values)
        if good.any():
            order = np.argsort(times_ms[good], kind="stable")
            self._pieces.append((times_ms[good][order], values[good][order]))
        return good


def contradicted(times_ms: Times, values: Values) -> NDArray[np.bool_]:
    """Return which values stand at an instant that has another value too."""
    steps = np.diff(times_ms)
    if (steps > 0).all() or (steps < 0).all():
        return np.zeros(len(times_ms), np.bool_)
    order = np.lexsort((values, times_ms))
    times, differs = times_ms[order], np.diff(values[order]) != 0
    return np.isin(times_ms, times[1:][differs & (np.diff(times) == 0)])
