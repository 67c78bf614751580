"""What a person read off a display: `energy=12345.6`, also with a unit, `waerme=12,345MWh`. Pure."""

import re
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from collector.conversion import ratio_to_canonical
from config.errors import ConfigurationError
from config.quantities import QUANTITIES, UNITS, Kind

# what people call it -> quantity
NAMES = MappingProxyType(
    {
        "energy": "active_energy_import",
        "import": "active_energy_import",
        "export": "active_energy_export",
        "power": "active_power",
        "heat": "heat_energy",
        "cold": "cooling_energy",
        "flow": "volume_flow",
        "pulses": "pulse_count",
        "energie": "active_energy_import",
        "bezug": "active_energy_import",
        "lieferung": "active_energy_export",
        "leistung": "active_power",
        "spannung": "voltage",
        "strom": "current",
        "frequenz": "frequency",
        "waerme": "heat_energy",
        "volumen": "volume",
    }
)
_FORM = re.compile(r"(?P<name>[a-z0-9_]+)(?:\.(?P<phase>[A-Za-z0-9]+))?=(?P<value>-?\d+(?:[.,]\d+)?)(?P<unit>\D\S*)?")
# A counter runs on between the look at the display and the question; a gauge never stands still.
_COUNTER_RUNS_ON = Decimal("0.0001")
_GAUGE_MOVES = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class Display:
    """A value as it is shown, with all its decimal places, in `unit`. `phase` None: the device as a whole."""

    quantity: str
    value: Decimal
    unit: str
    phase: str | None = None

    @property
    def step(self) -> Decimal:
        """The last place that is shown."""
        exponent = self.value.as_tuple().exponent
        return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)

    @property
    def limits(self) -> tuple[Decimal, Decimal]:
        """What the register may say: cut off or rounded to the last place, and a little later."""
        if QUANTITIES[self.quantity].kind is Kind.COUNTER:
            later = abs(self.value) * _COUNTER_RUNS_ON
            return self.value - self.step / 2, self.value + self.step + later
        around = max(self.step, abs(self.value) * _GAUGE_MOVES)
        return self.value - around, self.value + around


def display_of(text: str) -> Display:
    """Return what `name=value` says; the unit is the quantity's own unless one follows.

    Raises `ConfigurationError`.
    """
    found = _FORM.fullmatch(text.strip())
    quantity = NAMES.get(found["name"], found["name"]) if found else ""
    if found is None or quantity not in QUANTITIES:
        allowed = ", ".join([*NAMES, *QUANTITIES])
        raise ConfigurationError(f"{text!r} is no value of a display, as energy=12345.6 is (allowed: {allowed})")
    unit = found["unit"] or QUANTITIES[quantity].unit
    if unit not in UNITS:
        raise ConfigurationError(f"{text!r}: unknown unit {unit!r} (allowed: {', '.join(UNITS)})")
    ratio_to_canonical(unit, quantity)
    return Display(quantity, Decimal(found["value"].replace(",", ".")), unit, found["phase"])
