"""What a person read off a display: `energy=12345.6`, also with a unit, `waerme=12,345MWh`. Pure."""

import re
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from collector.conversion import ratio_to_canonical
from config.errors import ConfigurationError
from config.profiles.unit_rules import SPELLINGS
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
        "wärme": "heat_energy",
        "volumen": "volume",
    }
)
_NUMBER = r"-?\d{1,3}(?:\.\d{3})+,\d+|-?\d+(?:[.,]\d+)?"
_FORM = re.compile(rf"(?P<name>\w+)(?:\.(?P<phase>\w+))? ?= ?(?P<value>{_NUMBER}) ?(?P<unit>[^\s\d.,]\S*)?")
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

    Names in capitals, German decimals (12.345,6) and units as devices write them (KWH, m³) are taken too. Raises
    `ConfigurationError`.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        allowed = "energy=12345.6, heat=12,345MWh, voltage.L1=231"
        raise ConfigurationError(f"{text!r} is no value of a display (allowed: {allowed})")
    name = found["name"].lower()
    quantity = NAMES.get(name, name)
    if quantity not in QUANTITIES:
        raise ConfigurationError(f"{text!r}: unknown name {name!r} (allowed: {', '.join([*NAMES, *QUANTITIES])})")
    unit = SPELLINGS.get(found["unit"], found["unit"]) or QUANTITIES[quantity].unit
    if unit not in UNITS:
        raise ConfigurationError(f"{text!r}: unknown unit {unit!r} (allowed: {', '.join(UNITS)})")
    ratio_to_canonical(unit, quantity)
    return Display(quantity, _decimal(found["value"]), unit, found["phase"])


def _decimal(written: str) -> Decimal:
    return Decimal(written.replace(".", "").replace(",", ".") if "," in written else written)
