"""What must fit together within one meter: medium, quantity, unit, pulses, conversions, limits."""

from collections.abc import Iterator
from types import MappingProxyType

from config.meters.schema import MeterEntry
from config.parsing.yaml_places import Finding
from config.quantities import MEDIA, QUANTITIES, UNITS

_ELECTRICITY = (
    "active_energy_import",
    "active_energy_export",
    "active_energy_sum",
    "active_energy_net",
    "interval_energy",
    "pulse_count",
)
_HEAT = ("heat_energy", "cooling_energy", "interval_energy", "volume", "interval_volume", "pulse_count")
_STORE = ("tank_level", "stock", "delivery", "volume")
QUANTITIES_OF = MappingProxyType(
    {
        "electricity_import": _ELECTRICITY,
        "electricity_export": _ELECTRICITY,
        "pv_generation": _ELECTRICITY,
        "heat_pump_electricity": _ELECTRICITY,
        "natural_gas": ("volume", "interval_volume", "interval_energy", "pulse_count"),
        "district_heat": _HEAT,
        "heat_meter": _HEAT,
        "heating_oil": _STORE,
        "pellets": _STORE,
        "wood_chips": _STORE,
        "lpg": _STORE,
        "water": ("volume", "interval_volume", "pulse_count"),
    }
)
_LEVEL_IN = MappingProxyType({"kg": "stock", "l": "tank_level"})
_STORED_FUELS = frozenset({"heating_oil", "pellets", "wood_chips", "lpg"})
_CUBIC = frozenset({"natural_gas", "water"})
_VOLUMES = frozenset({"volume", "interval_volume", "pulse_count"})


def quantity_of(entry: MeterEntry) -> str:
    """Return the quantity that the meter's register shows: what it declares, else what medium and unit say."""
    if entry.quantity is not None:
        return entry.quantity
    if entry.unit == "pulses":
        return "pulse_count"
    stored = UNITS[entry.unit][0] if entry.unit is not None and entry.medium in _STORED_FUELS else None
    return _LEVEL_IN.get(stored or "", MEDIA[entry.medium].quantity)


def unit_of(entry: MeterEntry) -> str:
    """Return the unit that display or payload count in; a virtual meter's is its medium's."""
    return entry.unit or MEDIA[entry.medium].unit


def units_for(medium: str) -> tuple[str, ...]:
    """Return the units in which a meter of this medium may count."""
    canonical = {QUANTITIES[name].unit for name in QUANTITIES_OF[medium]} - {"1"}
    pulses = ("pulses",) if "pulse_count" in QUANTITIES_OF[medium] else ()
    return (*(unit for unit, (target, _) in UNITS.items() if target in canonical), *pulses)


def meter_findings(entry: MeterEntry) -> Iterator[Finding]:
    """Yield everything that does not fit together within the meter."""
    yield from _register_findings(entry)
    if not entry.is_virtual:
        misfits = list(_unit_findings(entry))
        yield from misfits or (*_pulse_findings(entry), *_conversion_findings(entry))
    yield from _limit_findings(entry)


def _register_findings(entry: MeterEntry) -> Iterator[Finding]:
    if not entry.is_virtual and entry.source is None:
        yield (), "the key 'source' is missing", "source, or formula for a virtual meter"
    if entry.is_virtual and entry.source is not None:
        yield ("source",), "a virtual meter (formula) has no source", ""
    if entry.is_virtual and unit_of(entry) != MEDIA[entry.medium].unit:
        yield ("unit",), f"a virtual meter of {entry.medium} is not given in {entry.unit}", MEDIA[entry.medium].unit
    if entry.digits is not None and entry.modulus is not None:
        yield ("modulus",), "digits and modulus both say where the register wraps", "one of them"


def _unit_findings(entry: MeterEntry) -> Iterator[Finding]:
    quantity, allowed = quantity_of(entry), QUANTITIES_OF[entry.medium]
    if quantity not in allowed:
        yield ("quantity",), f"{quantity!r} is not metered in {entry.medium}", ", ".join(allowed)
        return
    if entry.unit is None:
        yield (), "the key 'unit' is missing", ", ".join(units_for(entry.medium))
        return
    if (entry.unit == "pulses") != (quantity == "pulse_count"):
        yield (
            ("unit",),
            f"{entry.unit!r} does not fit the quantity {quantity!r}",
            "unit pulses with quantity pulse_count",
        )
        return
    canonical = QUANTITIES[quantity].unit
    if UNITS[entry.unit][0] != canonical:
        fitting = [unit for unit in units_for(entry.medium) if UNITS[unit][0] == canonical or entry.quantity is None]
        yield ("unit",), _misfit(entry, quantity), ", ".join(fitting)


def _misfit(entry: MeterEntry, quantity: str) -> str:
    others = [name for name in QUANTITIES_OF[entry.medium] if QUANTITIES[name].unit == UNITS[unit_of(entry)][0]]
    hint = f"; with this unit name the quantity: {', '.join(others)}" if entry.quantity is None and others else ""
    return f"{entry.unit!r} does not fit {entry.medium} ({quantity}){hint}"


def _pulse_findings(entry: MeterEntry) -> Iterator[Finding]:
    wanted = "pulse_m3" if entry.medium in _CUBIC else "pulse_kwh"
    other = "pulse_kwh" if wanted == "pulse_m3" else "pulse_m3"
    given = {key for key in ("pulse_kwh", "pulse_m3") if getattr(entry, key) is not None}
    if entry.unit != "pulses":
        yield from (((key,), f"{key} needs the unit pulses", "") for key in sorted(given))
    elif wanted not in given:
        yield (), f"a pulse meter of {entry.medium} needs {wanted}: how much one pulse counts", ""
    elif other in given:
        yield (other,), f"{entry.medium} is counted in {wanted}", wanted


def _conversion_findings(entry: MeterEntry) -> Iterator[Finding]:
    is_gas_volume = entry.medium == "natural_gas" and quantity_of(entry) in _VOLUMES
    if is_gas_volume and not entry.gas:
        yield (), "gas in m3 needs the key 'gas' to become kWh", "gas: {state_number: …, heating_value_kwh_m3: …}"
    if entry.gas and entry.medium != "natural_gas":
        yield ("gas",), "belongs to meters of natural_gas", ""
    if entry.tank is None and entry.medium in _STORED_FUELS:
        needs = f"{entry.medium} in {entry.unit} needs the key 'tank' to become kWh"
        yield (), needs, "tank: {capacity: …, kwh_per_unit: …, reference: Hi}"
    if entry.tank is not None and entry.medium not in _STORED_FUELS:
        yield ("tank",), "belongs to stored fuels", ", ".join(sorted(_STORED_FUELS))


def _limit_findings(entry: MeterEntry) -> Iterator[Finding]:
    if entry.maximum_kw is not None and entry.medium == "water":
        yield ("maximum_kw",), "water has no power", "maximum_m3_h"
    if entry.maximum_m3_h is not None and QUANTITIES_OF[entry.medium] is _ELECTRICITY:
        yield ("maximum_m3_h",), "electricity has no flow", "maximum_kw"
