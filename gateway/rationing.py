"""What a spool that fills up takes last: amounts before counters before gauges, and never without saying so."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import MappingProxyType

from config.errors import StorageFull
from config.quantities import QUANTITIES, Kind
from gateway.reading import Reading, Receipt, Refused
from gateway.spool import Spool

logger = logging.getLogger(__name__)

QUARTER_HOUR_MS = 15 * 60_000
_EVERY, _NONE = 0, -1
# share of the spool's bounds -> how far apart readings of a kind must be [ms]. A gauge holds for an instant and
# nothing is summed up from it. Of a counter the next reading carries what the one before would have said. An amount
# (load profile, delivery) is said once; it is taken as long as there is room at all.
RATIONS = MappingProxyType(
    {
        0.0: {Kind.GAUGE: _EVERY, Kind.COUNTER: _EVERY, Kind.AMOUNT: _EVERY},
        0.7: {Kind.GAUGE: QUARTER_HOUR_MS, Kind.COUNTER: _EVERY, Kind.AMOUNT: _EVERY},
        0.85: {Kind.GAUGE: _NONE, Kind.COUNTER: QUARTER_HOUR_MS, Kind.AMOUNT: _EVERY},
    }
)
_WORDS = MappingProxyType(
    {
        0.0: "everything is taken again",
        0.7: "gauges are taken once a quarter of an hour",
        0.85: "gauges are not taken, counters once a quarter of an hour",
    }
)
REASONS = MappingProxyType({Kind.GAUGE: "spool_full_gauge", Kind.COUNTER: "spool_full_counter"})

_Slots = dict[tuple[str, str], int]


class RationedSpool:
    """The sink in front of a bounded spool; what it leaves out is counted with the commit, and said once a change.

    At the bound itself the spool refuses everything with `StorageFull`: a broker then keeps its messages.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._ration = 0.0
        self._last_slots: _Slots = {}
        self._is_full = False
        self.left_out: Counter[str] = Counter()

    @property
    def is_full(self) -> bool:
        """Whether the spool refused readings and has taken none since."""
        return self._is_full

    @property
    def ration(self) -> float:
        """The share of the bounds from which on the present ration holds; 0 while everything is taken."""
        return self._ration

    def append(self, readings: Sequence[Reading], refused: Sequence[Refused] = (), *, source: str = "") -> Receipt:
        """Make durable what the present ration allows; see `Sink.append`. `accepted` counts that alone."""
        self._choose()
        taken, left_out, slots = self._divided(readings)
        with self._telling_full():
            receipt = self._spool.append(taken, refused, left_out=left_out, source=source)
        if taken and self._is_full:  # that it was ready, or took nothing, is no proof of room
            logger.warning("the spool is taking readings again: %s", _WORDS[self._ration])
            self._is_full = False
        self._last_slots |= slots
        self.left_out.update(left_out)
        return receipt

    def ready(self) -> None:
        """Return if an append would work now; raises `StorageFull` otherwise."""
        with self._telling_full():
            self._spool.ready()

    @contextmanager
    def _telling_full(self) -> Iterator[None]:
        try:
            yield
        except StorageFull as error:
            if not self._is_full:
                logger.error("nothing is taken any more: %s; so far left out: %s", error, dict(self.left_out))
            self._is_full = True
            raise

    def _divided(self, readings: Sequence[Reading]) -> tuple[Sequence[Reading], Counter[str], _Slots]:
        left_out: Counter[str] = Counter()
        slots: _Slots = {}
        if not self._ration:
            return readings, left_out, slots
        taken: list[Reading] = []
        for reading in readings:
            kind = _kind(reading)
            series, spacing_ms = reading[:2], RATIONS[self._ration][kind]
            if spacing_ms == _EVERY:
                taken.append(reading)
                continue
            slot = reading.time_ms // QUARTER_HOUR_MS
            if spacing_ms == _NONE or slots.get(series, self._last_slots.get(series)) == slot:
                left_out[REASONS[kind]] += 1
                continue
            slots[series] = slot
            taken.append(reading)
        return taken, left_out, slots

    def _choose(self) -> None:
        share = self._spool.filling().share
        ration = max(start for start in RATIONS if share >= start)
        if ration > self._ration and share <= 1:  # beyond, nothing is taken, and the refusal says so
            logger.error("the spool is full to %.0f %%: %s", share * 100, _WORDS[ration])
        elif ration < self._ration:
            logger.warning(
                "the spool is full to %.0f %%: %s; so far left out: %s",
                share * 100,
                _WORDS[ration],
                dict(self.left_out),
            )
        if not ration:
            self._last_slots.clear()
        self._ration = ration


def _kind(reading: Reading) -> Kind:
    quantity = QUANTITIES.get(reading.quantity.split(".", maxsplit=1)[0])
    # What is not known is treated as what cannot be said again.
    return Kind.AMOUNT if quantity is None else quantity.kind
