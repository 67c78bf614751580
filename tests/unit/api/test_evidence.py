"""What routes and pages remember, and what they forget."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from analysis.meters.meter_amounts import daily_amounts
from api.evidence import Evidence
from api.remembered import Remembered
from config.meters.meter import Meter
from gateway.reading import Reading, milliseconds
from tests.unit.api.district import NOW, SmallDistrict


def test_a_new_reading_changes_the_virtual_meters_that_rest_on_its_meter(district: SmallDistrict) -> None:
    services = district.services()
    evidence, portfolio = Evidence(services, Remembered(services.clock)), services.books.portfolio
    part, whole = portfolio.meter("gs-strom"), portfolio.meter("halle-ohne-schule")
    before = _days(evidence, part), _days(evidence, whole)
    last = _midnight(date(2026, 2, 1), evidence)
    series = services.books.store.read(part.id, part.quantity, last - timedelta(hours=1), last + timedelta(hours=1))
    at = int(series.time_ms[series.time_ms <= milliseconds(last)][-1])
    shown = float(series.value[series.time_ms == at][0])
    district.store.append([Reading(part.id, part.quantity, at, shown - 0.5)])
    assert (_days(evidence, part), _days(evidence, whole)) == before
    evidence.forget("gs-strom")
    assert _days(evidence, part) != before[0]
    assert _days(evidence, whole) != before[1]


def _days(evidence: Evidence, meter: Meter) -> Decimal | None:
    return daily_amounts(evidence.books, meter, date(2026, 1, 1), date(2026, 2, 1), now=NOW).total()


def _midnight(day: date, evidence: Evidence) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=evidence.books.zone)
