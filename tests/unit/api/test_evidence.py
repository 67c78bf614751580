"""What routes and pages remember, and what they forget."""

from datetime import date

from analysis.meter_amounts import daily_amounts
from api.evidence import Evidence
from api.remembered import Remembered
from tests.unit.api.district import NOW, SmallDistrict


def test_a_new_reading_changes_the_virtual_meters_that_rest_on_its_meter(district: SmallDistrict) -> None:
    services = district.services()
    evidence = Evidence(services, Remembered(services.clock))
    books, cache = services.books, services.books.daily_cache
    assert cache is not None
    for name in ("gs-strom", "halle-ohne-schule", "gs-gas"):
        daily_amounts(books, books.portfolio.meter(name), date(2026, 1, 1), date(2026, 2, 1), now=NOW)
    evidence.forget("gs-strom")
    kept = {
        name: cache.amounts.get(name, 2026, now=NOW) is not None
        for name in ("gs-strom", "halle-ohne-schule", "gs-gas")
    }
    assert kept == {"gs-strom": False, "halle-ohne-schule": False, "gs-gas": True}
