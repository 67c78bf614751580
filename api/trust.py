"""How far figures can be trusted at the present instant, from what is remembered."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from analysis.figures import MeterEvent
from analysis.known_amounts import quality
from analysis.meter_amounts import daily_amounts
from analysis.newest_readings import newest_by_meter
from analysis.open_events import open_events
from analysis.property_meters import main_meters
from analysis.trust import Trust, Witness, Witnesses, trust_of
from api.evidence import Evidence
from config.meters import Meter
from config.portfolio import Property
from config.quantities import MEDIA

TRUSTED_DAYS = 30
_NEWEST_IS_KEPT_FOR = timedelta(seconds=20)


def witnesses(evidence: Evidence) -> Witnesses:
    """Return what gives the witness of local days `[start, end)`."""
    return partial(witness, evidence)


def witness(evidence: Evidence, start: date, end: date) -> Witness:
    """Return what vouches for figures about the local days `[start, end)`; each meter is asked seldom."""
    remembered = evidence.remembered
    newest = remembered.get(
        "newest by meter",
        lambda: newest_by_meter(evidence.portfolio, evidence.newest()),
        lasting=_NEWEST_IS_KEPT_FOR,
    )
    known: dict[str, tuple[MeterEvent, ...]] = remembered.get(("open events", start, end), dict)

    def events(meter_id: str) -> Sequence[MeterEvent]:
        if meter_id not in known:
            meter = evidence.portfolio.meter(meter_id)
            known[meter_id] = open_events(evidence.books, meter, start, end, now=evidence.now())
        return known[meter_id]

    return Witness(newest, events)


def trust_of_meter(evidence: Evidence, meter: Meter) -> Trust:
    """Return how far the past 30 days of a meter can be trusted."""
    start, end = _past_days(evidence)
    daily = daily_amounts(evidence.books, meter, start, end, now=evidence.now())
    return trust_of(quality([daily]), [meter.id], witness(evidence, start, end))


def trust_of_property(evidence: Evidence, place: Property) -> Trust:
    """Return how far sums over the past 30 days of a property can be trusted."""
    start, end = _past_days(evidence)
    known = evidence.completeness_of(place, start, end).places[0].whole
    meters = [meter.id for meter in main_meters(place, MEDIA)]
    return trust_of(known.quality, meters, witness(evidence, start, end), incomplete=known.incomplete)


def _past_days(evidence: Evidence) -> tuple[date, date]:
    today = evidence.today()
    return today - timedelta(days=TRUSTED_DAYS), today
