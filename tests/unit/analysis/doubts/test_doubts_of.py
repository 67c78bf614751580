"""What is proposed about one meter, out of its readings and of what people decided."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analysis.books import Books
from analysis.consumption import consumption
from analysis.doubts import doubts_of
from analysis.figures import Resolution
from analysis.ledger.micro import Floats
from config.meters.meter import ByHandSource, Meter, Reporting, Tank
from gateway.embedded import EmbeddedStore
from gateway.operations.rows import MeterEventRow
from gateway.reading import milliseconds
from gateway.series import Series
from tests.unit.analysis.evidence import books, event, formula, meter, place, utc

HOUR = timedelta(hours=1)
BEGIN = utc(2023, 1, 1)
NOW = utc(2025, 3, 1, 9)
SPRING, AUTUMN = utc(2024, 3, 31, 1), utc(2024, 10, 27, 1)
BERLIN = ZoneInfo("Europe/Berlin")
COUNT = (NOW - BEGIN) // HOUR
CHANGE = utc(2025, 1, 15, 12)  # a Wednesday at one
TIMES = np.array([milliseconds(BEGIN + (number + 1) * HOUR) for number in range(COUNT)])
KIND = "unit_change_suspected"


def used(*, summer: int = -1) -> Floats:
    """A school's hours: it wakes at seven and goes at four, rests at weekends; repeatable.

    `summer` is by how many hours its days lie otherwise by UTC while summer time holds.
    """
    hours = np.arange(COUNT)
    in_summer = np.array([bool((BEGIN + number * HOUR).astimezone(BERLIN).dst()) for number in range(COUNT)])
    of_day, day = (hours - np.where(in_summer, summer, 0)) % 24, hours // 24
    is_open = (day + 6) % 7 < 5  # 1 January 2023 was a Sunday
    shape = 2 + np.where(is_open, 10.0, 0.0) * ((of_day >= 6) & (of_day < 15))
    return np.asarray(shape * np.random.default_rng(7).normal(1, 0.08, COUNT).clip(0.6))


def times(since: datetime, factor: float, amounts: Floats) -> Floats:
    """Return the amounts with those from an instant on multiplied."""
    return np.where(milliseconds(since) < TIMES, amounts * factor, amounts)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    opened = EmbeddedStore(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def there(
    store: EmbeddedStore, amounts: Floats, events: Sequence[MeterEventRow] = (), one: Meter | None = None
) -> Books:
    one = one or meter()
    shown = np.asarray(np.cumsum(amounts).round(1), dtype=np.float64)
    store.append_series(one.id, one.quantity, Series(TIMES, shown))
    return replace(books(place(one), events=events)[0], store=store)


def asked(books: Books, **more: Any) -> list[MeterEventRow]:
    return list(doubts_of(books, books.portfolio.meter("strom"), now=more.pop("now", NOW), **more))


def decided(doubt: MeterEventRow, state: str, **more: Any) -> MeterEventRow:
    return replace(doubt, state=state, author="hausmeister", **more)


def test_quiet_years_raise_nothing(store: EmbeddedStore) -> None:
    assert asked(there(store, used())) == []


def test_meter_without_readings_raises_nothing(store: EmbeddedStore) -> None:
    assert asked(replace(books(place(meter()))[0], store=store)) == []


def test_changed_unit_is_proposed_from_its_hour_on_with_the_factor_that_puts_it_right(store: EmbeddedStore) -> None:
    (doubt,) = asked(there(store, times(CHANGE, 10, used())))
    assert (doubt.kind, doubt.state, doubt.author) == (KIND, "proposed", "zaehlwerk")
    assert doubt.time == CHANGE
    assert doubt.id == f"strom:{KIND}:{milliseconds(CHANGE)}"
    assert doubt.factor == Decimal("0.1")
    assert doubt.detail == (
        "Verbrauch steigt seit 15.01.2025 auf das 10fache: Einheit oder Impulswertigkeit geändert? "
        "(10 = Kommastelle oder Impulswertigkeit) Gemessen an 22 Tagen, sicher."
    )


def test_open_doubt_does_not_hide_what_it_is_about(store: EmbeddedStore) -> None:
    (doubt,) = asked(there(store, times(CHANGE, 10, used())))
    assert asked(there(store, times(CHANGE, 10, used()), [doubt])) == [doubt]


def test_accepted_factor_makes_amounts_right_again_and_is_not_asked_twice(store: EmbeddedStore) -> None:
    (doubt,) = asked(there(store, times(CHANGE, 0.1, used())))
    settled = there(store, times(CHANGE, 0.1, used()), [decided(doubt, "accepted")])
    assert asked(settled) == []
    span = (utc(2025, 1, 13), utc(2025, 2, 24))
    found = consumption(settled, "strom", *span, Resolution.DAY, now=NOW).total
    right = used()[(span[0] - BEGIN) // HOUR : (span[1] - BEGIN) // HOUR].sum()
    assert float(found or 0) == pytest.approx(right, rel=0.001)


def test_change_that_a_person_called_real_is_the_new_usual(store: EmbeddedStore) -> None:
    (doubt,) = asked(there(store, times(CHANGE, 10, used())))
    assert asked(there(store, times(CHANGE, 10, used()), [decided(doubt, "rejected")])) == []


def test_second_change_is_proposed_with_a_factor_for_both(store: EmbeddedStore) -> None:
    first = event(KIND, utc(2024, 9, 4, 12), factor=Decimal("0.1"), state="accepted")
    shown = times(CHANGE, 10, times(utc(2024, 9, 4, 12), 10, used()))
    (doubt,) = asked(there(store, shown, [first]))
    assert (doubt.time, doubt.factor) == (CHANGE, Decimal("0.01"))


def test_return_is_proposed_with_the_factor_one(store: EmbeddedStore) -> None:
    shown = times(CHANGE, 0.1, times(utc(2024, 11, 6, 12), 10, used()))
    away, back = asked(there(store, shown))
    assert (away.time, away.factor) == (utc(2024, 11, 6, 12), Decimal("0.1"))
    assert (back.time, back.factor) == (CHANGE, Decimal(1))
    assert "wieder wie vor der Änderung" in back.detail


def test_what_was_judged_before_is_not_looked_at_again(store: EmbeddedStore) -> None:
    early = there(store, times(utc(2024, 3, 6, 12), 10, used()))
    assert len(asked(early)) == 1
    assert asked(early, since=NOW.date()) == []
    assert len(asked(early, since=utc(2024, 3, 20).date())) == 1


def test_leap_without_a_declared_maximum_is_proposed_at_the_reading_that_shows_it(store: EmbeddedStore) -> None:
    amounts = used()
    amounts[(utc(2025, 2, 5, 8) - BEGIN) // HOUR] = 5000
    (doubt,) = asked(there(store, amounts))
    assert (doubt.kind, doubt.time) == ("implausible_jump", utc(2025, 2, 5, 9))
    assert doubt.detail.startswith("5.000 kWh auf einmal")
    again = there(store, amounts, [doubt])
    assert asked(again) == [doubt]
    day = consumption(again, "strom", utc(2025, 2, 5).date(), utc(2025, 2, 6).date(), Resolution.DAY, now=NOW)
    assert float(day.total or 0) < 500


def test_leap_within_what_the_connection_is_declared_to_carry_is_no_doubt(store: EmbeddedStore) -> None:
    amounts = used()
    amounts[(utc(2025, 2, 5, 8) - BEGIN) // HOUR] = 5000
    assert asked(there(store, amounts, one=meter(maximum_kw=6000))) == []


def test_logger_that_stays_on_winter_time_is_proposed_at_the_change_of_the_clocks(store: EmbeddedStore) -> None:
    shown = used(summer=-2)
    (away, back) = asked(there(store, shown), since=utc(2024, 1, 1).date())
    assert (away.kind, away.time, away.new_start) == ("clock_shift", SPRING, Decimal(3600))
    assert away.detail == (
        "Tagesgang liegt seit der Zeitumstellung am 31.03.2024 eine Stunde früher: Uhr des Loggers nicht umgestellt?"
    )
    assert (back.time, back.new_start) == (AUTUMN, Decimal(0))
    assert back.detail.endswith("eine Stunde später: geht die Uhr des Loggers wieder richtig?")


def test_accepted_shift_is_not_asked_twice_and_its_end_puts_stamps_back(store: EmbeddedStore) -> None:
    (away, back) = asked(there(store, used(summer=-2)), since=utc(2024, 1, 1).date())
    settled = there(store, used(summer=-2), [decided(away, "accepted")])
    assert asked(settled, since=utc(2024, 1, 1).date()) == [back]


def test_shift_that_a_person_called_real_ends_without_a_question(store: EmbeddedStore) -> None:
    (away, _) = asked(there(store, used(summer=-2)), since=utc(2024, 1, 1).date())
    settled = there(store, used(summer=-2), [decided(away, "rejected")])
    assert asked(settled, since=utc(2024, 1, 1).date()) == []


def test_controller_that_stays_on_winter_time_leaves_the_stamps_alone(store: EmbeddedStore) -> None:
    late, back = asked(there(store, used(summer=0)), since=utc(2024, 1, 1).date())
    assert (late.time, back.time) == (SPRING, AUTUMN)
    assert {late.new_start, back.new_start} == {Decimal(0)}
    assert late.detail.endswith("eine Stunde später: Schaltuhr der Anlage nicht umgestellt?")
    assert back.detail.endswith("eine Stunde früher: Schaltuhr der Anlage wieder mit der Ortszeit?")


def test_clock_that_is_off_from_a_day_on_is_proposed_there(store: EmbeddedStore) -> None:
    shown = used()
    begin = (utc(2025, 1, 28, 23) - BEGIN) // HOUR
    shown[begin:] = np.roll(shown[begin:], 1)
    (doubt,) = asked(there(store, shown))
    assert (doubt.time, doubt.new_start) == (utc(2025, 1, 28, 23), Decimal(-3600))
    assert doubt.detail == (
        "Tagesgang liegt seit 29.01.2025 eine Stunde später als davor: geht die Uhr des Loggers vor?"
    )


def test_boiler_whose_hours_somebody_changed_is_not_doubted(store: EmbeddedStore) -> None:
    shown = used()
    begin = (utc(2025, 1, 28, 23) - BEGIN) // HOUR
    shown[begin:] = np.roll(shown[begin:], 1)
    heat = meter(medium="district_heat", quantity="heat_energy")
    assert asked(there(store, shown, one=heat)) == []


@pytest.mark.parametrize("medium", ["pv_generation", "electricity_export"])
def test_the_sun_keeps_no_hours(store: EmbeddedStore, medium: str) -> None:
    one = meter(medium=medium, quantity="active_energy_export")
    assert asked(there(store, used(summer=0), one=one)) == []


def test_lamps_that_are_lit_at_dusk_keep_no_hours(store: EmbeddedStore) -> None:
    lit = books(place(meter(), category="strassenbeleuchtung"))[0]
    assert asked(replace(lit, store=there(store, used(summer=0)).store)) == []


def test_meter_read_by_hand_is_doubted_after_two_readings(store: EmbeddedStore) -> None:
    one = meter(source=ByHandSource(timedelta(days=30)), reporting=Reporting.BY_HAND)
    days = np.arange(0, COUNT // 24, 30)
    rates = np.where(np.arange(len(days)) * 30 > (utc(2024, 12, 20) - BEGIN).days, 1000.0, 100.0)
    at = np.array([milliseconds(BEGIN + timedelta(days=int(day))) for day in days])
    store.append_series(one.id, one.quantity, Series(at, np.cumsum(rates)))
    found = replace(books(place(one))[0], store=store)
    assert asked(found, now=utc(2025, 2, 1)) == []
    (doubt,) = asked(found)
    assert (doubt.kind, doubt.factor) == (KIND, Decimal("0.1"))


def test_virtual_meter_and_tank_are_never_doubted(store: EmbeddedStore) -> None:
    virtual = meter(formula=formula("gas - gas"))
    tank = meter(quantity="tank_level", unit="l", tank=Tank(Decimal(100), Decimal(10)))
    for one in (virtual, tank):
        assert asked(there(store, times(CHANGE, 10, used()), one=one)) == []


def test_a_meter_whose_readings_all_lie_in_the_future_raises_nothing_yet(store: EmbeddedStore) -> None:
    ahead = there(store, used())
    assert asked(ahead, now=utc(2022, 6, 1)) == []
