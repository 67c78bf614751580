"""When each meter was last heard of."""

from collections.abc import Mapping
from datetime import datetime

from analysis.virtual.formula_parts import parts_of
from config.portfolio.portfolio import Portfolio
from gateway.reading import Reading


def newest_by_meter(portfolio: Portfolio, readings: Mapping[tuple[str, str], Reading]) -> dict[str, datetime]:
    """Return the instant of the newest reading by meter; of a virtual meter that of its parts.

    `readings` are the newest ones by (meter, quantity), as a store gives them. Who was never heard of is not in it.
    """
    meters = portfolio.meters
    own = {
        meter.id: readings[meter.id, meter.quantity].time
        for meter in meters.values()
        if not meter.is_virtual and (meter.id, meter.quantity) in readings
    }
    made_of = {meter.id: parts_of(meters, meter) for meter in meters.values() if meter.is_virtual}
    virtual = {name: [own[part] for part in parts if part in own] for name, parts in made_of.items()}
    return own | {name: max(times) for name, times in virtual.items() if times}
