"""Which meters make up a property's consumption."""

from collections.abc import Iterable
from decimal import Decimal

from analysis.german import labelled
from analysis.virtual.formula_parts import parts_of
from config.heating_values import HI_PER_HS
from config.meters.meter import Meter, measured_as
from config.portfolio.properties import Property
from config.quantities import QUANTITIES

ELECTRICITY = frozenset({"electricity_import"})
WATER = frozenset({"water"})
PV = frozenset({"pv_generation"})
# What is bought or burnt for heat. `heat_meter` stands behind the boiler: counting it would count the heat twice.
HEAT = frozenset(
    {"natural_gas", "district_heat", "heating_oil", "pellets", "wood_chips", "lpg", "heat_pump_electricity"}
)


def main_meters(place: Property, media: Iterable[str]) -> tuple[Meter, ...]:
    """Return the meters whose sum is the property's consumption of some media.

    Left out are sub-meters, and virtual meters that lead to a meter of this sum, on whatever day: both would count
    twice.
    """
    wanted, all_here = frozenset(media), {meter.id: meter for meter in place.meters}
    chosen = [meter for meter in place.meters if meter.medium_id in wanted and meter.sub_meter_of is None]
    counted = {meter.id for meter in chosen}
    return tuple(meter for meter in chosen if counted.isdisjoint(parts_of(all_here, meter)))


def reference_of(meter: Meter) -> str | None:
    """Return what the kWh of a meter's consumption are told on: Hs or Hi; None where nothing is burnt.

    Gas is billed and counted on Hs. A tank says it itself; virtual meters of stored fuels are added up on Hi.
    """
    if meter.medium.carrier not in HI_PER_HS:
        return None
    if meter.tank is not None:
        return meter.tank.reference
    return "Hs" if meter.medium_id == "natural_gas" else "Hi"


def register_unit(meter: Meter, quantity: str | None = None) -> str:
    """Return the unit in which a register of a meter is stored, kWh of a fuel with what they are told on."""
    known = QUANTITIES.get(measured_as(meter, (quantity or meter.quantity).partition(".")[0]))
    unit = "" if known is None else known.unit
    return labelled(unit, reference_of(meter)) if unit == "kWh" else unit


def common_reference(meters: Iterable[Meter]) -> str | None:
    """Return the reference of a sum over meters that is brought to Hi; None where nothing of it is burnt."""
    return "Hi" if any(reference_of(meter) for meter in meters) else None


def reference_in_common(meters: Iterable[Meter]) -> str | None:
    """Return the reference on which meters are compared: their own, Hi where they differ."""
    found = {reference_of(meter) for meter in meters}
    return found.pop() if len(found) == 1 else "Hi"


def share_on(meter: Meter, reference: str | None) -> Decimal:
    """Return kWh on a reference (`Hi`, or the meter's own) per kWh in which the meter's consumption is given."""
    return Decimal(1) if reference_of(meter) == reference else hi_share(meter)


def hi_share(meter: Meter) -> Decimal:
    """Return kWh on Hi per kWh in which the meter's consumption is given; 1 where it is on Hi already."""
    return HI_PER_HS[meter.medium.carrier or ""] if reference_of(meter) == "Hs" else Decimal(1)
