"""Which meters make up a property's consumption."""

from collections.abc import Iterable
from decimal import Decimal

from analysis.formula_parts import parts_of
from config.heating_values import HI_PER_HS
from config.meters import Meter
from config.portfolio import Property

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


def hi_share(meter: Meter) -> Decimal:
    """Return kWh on Hi per kWh in which the meter's consumption is given; 1 where it is on Hi already.

    Virtual meters of stored fuels are added up on Hi.
    """
    on_hs = meter.medium_id == "natural_gas" if meter.tank is None else meter.tank.reference == "Hs"
    return HI_PER_HS.get(meter.medium.carrier or "", Decimal(1)) if on_hs else Decimal(1)
