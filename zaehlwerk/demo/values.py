"""What a simulated meter shows now: the history goes on."""

from datetime import datetime, timedelta

import numpy as np

from config.meters.meter import Meter
from gateway.reading import milliseconds
from zaehlwerk.demo.history.counters import History, history_until
from zaehlwerk.demo.history.registers import register_at

_AHEAD = timedelta(days=2)


class LiveValues:
    """Gives the display of any meter at any instant from the history's beginning on; made further as time passes."""

    def __init__(self, history: History) -> None:
        self._history = history

    def __call__(self, meter: Meter, moment: datetime) -> float | None:
        """Return what the display shows, or None where the device is dead."""
        history = self.history_reaching(moment)
        if history.incidents.silenced(meter.id, moment):
            return None
        return float(register_at(history, meter, np.array([milliseconds(moment)], np.int64))[0])

    def history_reaching(self, moment: datetime) -> History:
        """Return a history that has `moment`."""
        if moment > self._history.end:
            old = self._history
            self._history = history_until(moment + _AHEAD, portfolio=old.portfolio, anchor=old.anchor)
        return self._history
