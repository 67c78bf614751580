"""A sink that stores nothing and says what it would have done."""

from collections.abc import Sequence

import numpy as np

from gateway.ports import Store
from gateway.reading import Reading, Receipt, Refused, instant
from gateway.replaced import SAME, SAME_SHARE
from gateway.series import Series, series_of


class DryRun:
    """Counts what would be stored, and how many values of a store would be replaced. Raises `Unreachable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, readings: Sequence[Reading], _refused: Sequence[Refused] = ()) -> Receipt:
        """Return the receipt of an append that did not happen."""
        series: dict[tuple[str, str], list[Reading]] = {}
        for reading in readings:
            series.setdefault(reading[:2], []).append(reading)
        return self.append_many([(*key, series_of(of_key)) for key, of_key in series.items()])

    def append_many(self, histories: Sequence[tuple[str, str, Series]], *, source: str = "") -> Receipt:  # noqa: ARG002  nobody brings what is not stored
        """Return the receipt of a commit that did not happen."""
        replaced = sum(self._replaced(*history) for history in histories if len(history[2]))
        return Receipt(sum(len(series) for _, _, series in histories), 0, replaced)

    def ready(self) -> None:
        """Nothing is needed to store nothing."""

    def _replaced(self, meter: str, quantity: str, series: Series) -> int:
        first, last = int(series.time_ms.min()), int(series.time_ms.max())
        stored = self._store.read(meter, quantity, instant(first), instant(last + 1))
        # Of two values for one instant the later one would stay.
        times, places = np.unique(series.time_ms[::-1], return_index=True)
        values = series.value[::-1][places]
        _, new, old = np.intersect1d(times, stored.time_ms, assume_unique=True, return_indices=True)
        former = stored.value[old]
        return int(np.count_nonzero(np.abs(values[new] - former) > np.maximum(SAME, SAME_SHARE * np.abs(former))))
