"""The one vocabulary of quantities and media, the same in store, MQTT, API and documentation."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """How values of a quantity relate to time."""

    COUNTER = "counter"  # cumulative; consumption is a difference
    AMOUNT = "amount"  # belongs to an interval or an event (load profile, bill, delivery)
    GAUGE = "gauge"  # holds at an instant


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measured quantity with its canonical unit; stored values are always in this unit."""

    id: str
    kind: Kind
    unit: str
    title: str


QUANTITIES: dict[str, Quantity] = {
    quantity.id: quantity
    for quantity in (
        Quantity("active_energy_import", Kind.COUNTER, "kWh", "Wirkarbeit Bezug"),
        Quantity("active_energy_export", Kind.COUNTER, "kWh", "Wirkarbeit Lieferung"),
        Quantity("active_energy_sum", Kind.COUNTER, "kWh", "Wirkarbeit Summe"),
        Quantity("active_energy_net", Kind.COUNTER, "kWh", "Wirkarbeit Saldo"),
        Quantity("reactive_energy_import", Kind.COUNTER, "kvarh", "Blindarbeit Bezug"),
        Quantity("reactive_energy_export", Kind.COUNTER, "kvarh", "Blindarbeit Lieferung"),
        Quantity("reactive_energy_sum", Kind.COUNTER, "kvarh", "Blindarbeit Summe"),
        Quantity("apparent_energy_sum", Kind.COUNTER, "kVAh", "Scheinarbeit Summe"),
        Quantity("heat_energy", Kind.COUNTER, "kWh", "Wärmemenge"),
        Quantity("cooling_energy", Kind.COUNTER, "kWh", "Kältemenge"),
        Quantity("volume", Kind.COUNTER, "m3", "Volumen"),
        Quantity("pulse_count", Kind.COUNTER, "1", "Impulse"),
        Quantity("tank_level", Kind.GAUGE, "l", "Füllstand"),
        Quantity("stock", Kind.GAUGE, "kg", "Vorrat"),
        Quantity("delivery", Kind.AMOUNT, "l", "Lieferung"),
        Quantity("interval_energy", Kind.AMOUNT, "kWh", "Arbeit im Intervall"),
        Quantity("interval_volume", Kind.AMOUNT, "m3", "Volumen im Intervall"),
        Quantity("active_power", Kind.GAUGE, "W", "Wirkleistung"),
        Quantity("reactive_power", Kind.GAUGE, "var", "Blindleistung"),
        Quantity("apparent_power", Kind.GAUGE, "VA", "Scheinleistung"),
        Quantity("power_factor", Kind.GAUGE, "1", "Leistungsfaktor"),
        Quantity("voltage", Kind.GAUGE, "V", "Spannung"),
        Quantity("current", Kind.GAUGE, "A", "Strom"),
        Quantity("frequency", Kind.GAUGE, "Hz", "Frequenz"),
        Quantity("thermal_power", Kind.GAUGE, "W", "Wärmeleistung"),
        Quantity("volume_flow", Kind.GAUGE, "m3/h", "Durchfluss"),
        Quantity("flow_temperature", Kind.GAUGE, "°C", "Vorlauftemperatur"),
        Quantity("return_temperature", Kind.GAUGE, "°C", "Rücklauftemperatur"),
        Quantity("temperature_difference", Kind.GAUGE, "K", "Temperaturdifferenz"),
        Quantity("air_temperature", Kind.GAUGE, "°C", "Außentemperatur"),
    )
}


@dataclass(frozen=True, slots=True)
class Medium:
    """What a meter meters.

    `quantity` is the register that the ledger reads unless the meter says otherwise, `unit` the unit in which
    consumption is given, `carrier` the row of the climate balance (None: not part of it), `colour` the one
    colour of the medium on every surface.
    """

    id: str
    title: str
    quantity: str
    unit: str
    carrier: str | None
    colour: str


MEDIA: dict[str, Medium] = {
    medium.id: medium
    for medium in (
        Medium("electricity_import", "Strom", "active_energy_import", "kWh", "electricity", "#E69F00"),
        Medium("electricity_export", "Stromeinspeisung", "active_energy_export", "kWh", None, "#009E73"),
        Medium("pv_generation", "PV-Erzeugung", "active_energy_export", "kWh", None, "#009E73"),
        Medium(
            "heat_pump_electricity",
            "Wärmepumpenstrom",
            "active_energy_import",
            "kWh",
            "electricity_heat",
            "#E69F00",
        ),
        Medium("natural_gas", "Erdgas", "volume", "kWh", "natural_gas", "#D55E00"),
        Medium("district_heat", "Fernwärme", "heat_energy", "kWh", "district_heat", "#CC79A7"),
        Medium("heat_meter", "Wärme", "heat_energy", "kWh", None, "#CC79A7"),
        Medium("heating_oil", "Heizöl", "tank_level", "kWh", "heating_oil", "#8C6D31"),
        Medium("pellets", "Pellets", "stock", "kWh", "biomass", "#8C6D31"),
        Medium("wood_chips", "Hackschnitzel", "stock", "kWh", "biomass", "#8C6D31"),
        Medium("lpg", "Flüssiggas", "tank_level", "kWh", "lpg", "#8C6D31"),
        Medium("water", "Trinkwasser", "volume", "m3", None, "#0072B2"),
    )
}

# Media whose amounts add up and take away from each other: the same kind of energy, told on the same reference.
_SUMMABLE = (
    ("electricity_import", "electricity_export", "pv_generation", "heat_pump_electricity"),
    ("district_heat", "heat_meter"),
)


def summable_with(medium_id: str) -> tuple[str, ...]:
    """Return the media that a formula or a sum of this medium may be made of, itself included."""
    return next((media for media in _SUMMABLE if medium_id in media), (medium_id,))


# unit of a meter's display, payload or register -> (canonical unit, decimal factor). Exact: used with `Decimal`.
UNITS: dict[str, tuple[str, str]] = {
    "kWh": ("kWh", "1"),
    "Wh": ("kWh", "0.001"),
    "MWh": ("kWh", "1000"),
    "GJ": ("kWh", "277.7777777777778"),
    "m3": ("m3", "1"),
    "l": ("l", "1"),
    "Srm": ("l", "1000"),  # Schüttraummeter: a cubic metre of wood chips as they are poured
    "kg": ("kg", "1"),
    "pulses": ("1", "1"),
    "°C": ("°C", "1"),
    "W": ("W", "1"),
    "kW": ("W", "1000"),
    "MW": ("W", "1000000"),
    "MJ": ("kWh", "0.2777777777777778"),
    "varh": ("kvarh", "0.001"),
    "kvarh": ("kvarh", "1"),
    "VAh": ("kVAh", "0.001"),
    "kVAh": ("kVAh", "1"),
    "var": ("var", "1"),
    "kvar": ("var", "1000"),
    "VA": ("VA", "1"),
    "kVA": ("VA", "1000"),
    "V": ("V", "1"),
    "kV": ("V", "1000"),
    "A": ("A", "1"),
    "mA": ("A", "0.001"),
    "Hz": ("Hz", "1"),
    "1": ("1", "1"),
    "Pct": ("1", "0.01"),
    "degC": ("°C", "1"),
    "K": ("K", "1"),
    "m3/h": ("m3/h", "1"),
    "l/h": ("m3/h", "0.001"),
}


def is_never_negative(quantity: str) -> bool:
    """Tell whether a register of this quantity counts upwards from 0; a balance of two directions does not."""
    name = quantity.partition(".")[0]
    return QUANTITIES[name].kind is Kind.COUNTER and not name.endswith("_net")


def to_a_millionth(value: Decimal) -> Decimal:
    """Return a value rounded to a millionth, half to even; one so large that it has no such digits as it is.

    Devices say anything, 10³⁰⁰ included, and nobody may stumble over that: a decimal of 28 digits cannot be rounded
    to a millionth from 10²² on.
    """
    return value if value.adjusted() > 20 else round(value, 6)
