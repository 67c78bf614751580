"""How far figures can be trusted at the present instant, from what is remembered."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from analysis.figures import MeterEvent
from analysis.known_amounts import coverage, quality
from analysis.ledger.amounts import Amounts
from analysis.meters.due_days import past_days
from analysis.meters.newest_readings import newest_by_meter
from analysis.meters.open_events import open_events
from analysis.properties.trust import Trust, Witness, Witnesses, trust_of
from analysis.property_meters import main_meters
from api.evidence import Evidence
from config.meters.meter import Meter
from config.minima import MINIMA
from config.portfolio.properties import Property
from config.quantities import MEDIA

TRUSTED = timedelta(days=30)
_NEWEST_IS_KEPT_FOR = timedelta(seconds=20)


def witnesses(evidence: Evidence) -> Witnesses:
    """Return what gives the witness of local days `[start, end)`."""
    return partial(witness, evidence)


def witness(evidence: Evidence, start: date, end: date) -> Witness:
    """Return what vouches for figures about the local days `[start, end)`; each meter is asked seldom."""
    remembered = evidence.remembered
    newest = remembered.get(
        "newest by meter",
        lambda: newest_by_meter(evidence.books, evidence.newest(), now=evidence.now()),
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
    """Return how far the past 30 days of a meter can be trusted; of one read by hand, up to its last reading."""
    vouching = _past(evidence)
    return trust_of(quality([_days(evidence, meter, vouching)]), [meter.id], vouching)


def trust_of_property(evidence: Evidence, place: Property) -> Trust:
    """Return how far sums over the past 30 days of a property can be trusted, each meter as for itself."""
    vouching = _past(evidence)
    known = {meter.id: _days(evidence, meter, vouching) for meter in main_meters(place, MEDIA)}
    lacking = [name for name, days in known.items() if coverage([days]) < MINIMA["complete"].whole]
    return trust_of(quality(list(known.values())), known, vouching, incomplete=lacking)


def _past(evidence: Evidence) -> Witness:
    today = evidence.today()
    return witness(evidence, today - TRUSTED, today)


def _days(evidence: Evidence, meter: Meter, vouching: Witness) -> Amounts:
    return past_days(evidence.books, meter, vouching.newest.get(meter.id), TRUSTED, now=evidence.now())
