"""The groups in which people think of media, and a property's or district's sums over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from analysis.figures import Consumption, How, Resolution, Slot
from analysis.known_amounts import coverage, total
from analysis.ledger.amounts import Amounts
from analysis.meters.meter_amounts import daily_amounts
from analysis.property_meters import ELECTRICITY, HEAT, PV, WATER, common_reference, hi_share, main_meters
from api.evidence import Evidence
from config.meters.meter import Meter
from config.portfolio.properties import Property

_BAD_TO_GOOD = tuple(reversed(How))


@dataclass(frozen=True, slots=True)
class Group:
    """Strom, Wärme, Wasser, PV: `medium_id` lends the colour, `per_m2` names the key figures per m², best first.

    `reference` is what sums of its fuels are brought to.
    """

    id: str
    title: str
    media: frozenset[str]
    medium_id: str
    unit: str
    per_m2: tuple[str, ...] = ()
    reference: str | None = None


GROUPS = (
    Group("electricity", "Strom", ELECTRICITY, "electricity_import", "kWh", ("electricity_kwh_m2",)),
    Group("heat", "Wärme", HEAT, "natural_gas", "kWh", ("heat_kwh_m2",), "Hi"),
    Group("water", "Wasser", WATER, "water", "m3", ("water_m3_m2",)),
    Group("pv", "PV-Erzeugung", PV, "pv_generation", "kWh"),
)


def meters_of(place: Property, group: Group) -> tuple[Meter, ...]:
    """Return the meters whose sum is the property's consumption; sub-meters are in their main meter already."""
    return main_meters(place, group.media)


@dataclass(frozen=True, slots=True)
class MeterDays:
    """Daily amounts of a meter, and what a kWh of it counts in sums (gas on Hs counts as Hi)."""

    share: Decimal
    daily: Amounts


def days_of(evidence: Evidence, meter: Meter, start: date, end: date) -> MeterDays:
    """Return the daily amounts of the local days `[start, end)`."""
    return MeterDays(hi_share(meter), daily_amounts(evidence.books, meter, start, end, now=evidence.now()))


def sum_of(parts: Sequence[MeterDays]) -> float | None:
    """Return the sum of what is known; None where nothing is."""
    value = total([(part.share, part.daily) for part in parts])
    return None if value is None else float(value)


def coverage_of(parts: Sequence[MeterDays]) -> float:
    """Return the share of the time for which the amount is known, 0..1."""
    return coverage(part.daily for part in parts)


def months_of(evidence: Evidence, meters: Sequence[Meter], group: Group, year: int) -> Consumption:
    """Return the twelve months of a year, summed over meters: a gap in one is a gap in the sum."""
    parts = [days_of(evidence, meter, date(year, 1, 1), date(year + 1, 1, 1)) for meter in meters]
    slots = tuple(_month(evidence, parts, date(year, month, 1)) for month in range(1, 13))
    known = [slot.value for slot in slots if slot.value is not None]
    whole = sum(known, Decimal(0)) if known else None
    zone = str(evidence.books.zone)
    on = common_reference(meters) and group.reference
    return Consumption("", group.unit, Resolution.MONTH, zone, slots, whole, reference=on)


def _month(evidence: Evidence, parts: Sequence[MeterDays], first: date) -> Slot:
    after = (first + timedelta(days=32)).replace(day=1)
    offset = (first - date(first.year, 1, 1)).days
    cut = [MeterDays(part.share, part.daily.part(offset, offset + (after - first).days)) for part in parts]
    totals = [part.daily.total() for part in cut]
    value = None if None in totals else total([(part.share, part.daily) for part in cut])
    start, end = (datetime.combine(day, time(), evidence.books.zone) for day in (first, after))
    return Slot(start, end, value, _worst(cut) if value is not None else How.MISSING, coverage_of(cut))


def _worst(parts: Sequence[MeterDays]) -> How:
    """Return the worst way in which a known amount came about; what is not known shows in the coverage."""
    hows = {how for part in parts for how in part.daily.hows()} - {How.MISSING}
    return next((how for how in _BAD_TO_GOOD if how in hows), How.MISSING)
