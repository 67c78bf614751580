"""The groups in which people think of media, and sums over meters of one group."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from analysis.figures import Consumption, How, Slot
from config.meters import Meter
from config.portfolio import Property


@dataclass(frozen=True, slots=True)
class Group:
    """Strom, Wärme, Wasser, PV: `medium_id` lends the colour, `per_m2` names the key figures per m², best first."""

    id: str
    title: str
    media: frozenset[str]
    medium_id: str
    unit: str
    per_m2: tuple[str, ...] = ()


GROUPS = (
    Group(
        "electricity",
        "Strom",
        frozenset({"electricity_import", "heat_pump_electricity"}),
        "electricity_import",
        "kWh",
        ("electricity_kwh_m2",),
    ),
    Group(
        "heat",
        "Wärme",
        frozenset({"natural_gas", "district_heat", "heating_oil", "pellets", "wood_chips", "lpg"}),
        "natural_gas",
        "kWh",
        ("heat_adjusted_kwh_m2", "heat_kwh_m2"),
    ),
    Group("water", "Wasser", frozenset({"water"}), "water", "m3", ("water_m3_m2",)),
    Group("pv", "PV-Erzeugung", frozenset({"pv_generation"}), "pv_generation", "kWh"),
)


def meters_of(place: Property, group: Group) -> list[Meter]:
    """Return the meters whose sum is the property's consumption; sub-meters are in their main meter already."""
    return [meter for meter in place.meters if meter.medium_id in group.media and meter.sub_meter_of is None]


def coverage_of(found: Consumption) -> float:
    """Return the share of the time that is covered, 0..1."""
    seconds = [(slot.end - slot.start).total_seconds() for slot in found.slots]
    whole = sum(seconds)
    return sum(s * slot.coverage for s, slot in zip(seconds, found.slots, strict=True)) / whole if whole else 0.0


def summed(parts: Sequence[Consumption]) -> Consumption:
    """Return the sum of meters over the same slots; a slot is a gap as soon as one of them has a gap there."""
    first = parts[0]
    if len(parts) == 1:
        return first
    slots = tuple(_sum(row) for row in zip(*(part.slots for part in parts), strict=True))
    known = [slot.value for slot in slots if slot.value is not None]
    total = sum(known, Decimal(0)) if known else None
    return Consumption("", first.unit, first.resolution, first.time_zone, slots, total)


def _sum(row: Iterable[Slot]) -> Slot:
    slots = list(row)
    values = [slot.value for slot in slots]
    known = [value for value in values if value is not None]
    value = sum(known, Decimal(0)) if len(known) == len(values) else None
    worst = max(slots, key=lambda slot: list(How).index(slot.how))
    return Slot(slots[0].start, slots[0].end, value, worst.how, min(slot.coverage for slot in slots))
