"""Whom to remind of a hand reading."""

from datetime import UTC, datetime, timedelta

from analysis.meters.overdue import overdue_hand_readings
from config.meters import ByHandSource, Meter
from config.portfolio import District, Portfolio, Property
from gateway.reading import Reading, milliseconds

NOW = datetime(2026, 3, 12, 10, 0, tzinfo=UTC)
MONTH = timedelta(days=31)


def place(*names: str) -> Portfolio:
    meters = tuple(Meter(name, "schule", "water", "m3", "volume", source=ByHandSource(MONTH)) for name in names)
    pushed = Meter("strom", "schule", "electricity_import", "kWh", "active_energy_import")
    district = District("lk-test", "Landkreis Test", "RP", "Europe/Berlin", "02486")
    return Portfolio(
        district, (), (), (), (Property("schule", "Schule", "landkreis", "schulen", meters=(*meters, pushed)),)
    )


def read(name: str, ago: timedelta) -> dict[tuple[str, str], Reading]:
    return {(name, "volume"): Reading(name, "volume", milliseconds(NOW - ago), 12.5)}


def test_a_month_without_a_reading_is_late_after_three_days_of_grace() -> None:
    assert overdue_hand_readings(place("wasser"), read("wasser", MONTH + timedelta(days=3)), NOW) == []
    (late,) = overdue_hand_readings(place("wasser"), read("wasser", MONTH + timedelta(days=4)), NOW)
    assert (late.meter, late.due, late.late) == ("wasser", NOW - timedelta(days=4), timedelta(days=4))


def test_what_was_never_read_comes_first_and_then_the_latest() -> None:
    newest = read("bad", timedelta(days=50)) | read("halle", timedelta(days=60))
    assert [one.meter for one in overdue_hand_readings(place("bad", "halle", "neu"), newest, NOW)] == [
        "neu",
        "halle",
        "bad",
    ]


def test_a_reading_of_the_future_does_not_count() -> None:
    (late,) = overdue_hand_readings(place("wasser"), read("wasser", timedelta(days=-2)), NOW)
    assert late.last is None
