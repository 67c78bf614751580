"""A display beside what a table reads. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.conversion import convert, ratio_to_canonical
from collector.probing.displays import Display
from collector.probing.plausibility import ProbedReading
from config.profiles.registers import UNPHASED, Register


@dataclass(frozen=True, slots=True)
class Compared:
    """A display and the register that should show it, `read` in the display's unit.

    None: the table has no such value, or the device none.
    """

    display: Display
    read: float | None
    register: Register | None = None

    @property
    def agrees(self) -> bool:
        """Whether the display may show what was read."""
        least, most = self.display.limits
        return self.read is not None and float(least) <= self.read <= float(most)


def compared(display: Display, readings: Sequence[ProbedReading]) -> Compared:
    """Compare a display with a device's values: one without a phase with the total, else the phase that agrees."""
    of_quantity = [one for one in readings if one.register.quantity == display.quantity]
    phases = UNPHASED if display.phase is None else {display.phase}
    beside = [one for one in of_quantity if one.register.phase in phases]
    if not beside and display.phase is None:
        beside = of_quantity
    found = [_beside(display, one) for one in beside]
    agreeing = [one for one in found if one.agrees]
    return next(iter([*agreeing, *found]), Compared(display, None))


def _beside(display: Display, reading: ProbedReading) -> Compared:
    register = reading.register
    if reading.value is None:
        return Compared(display, None, register)
    ratio = ratio_to_canonical(reading.unit, display.quantity) / ratio_to_canonical(display.unit, display.quantity)
    return Compared(display, convert(reading.value, ratio), register)
