"""What comes late, is declared or recorded late changes exactly the days that it touches."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from config.meters.ledger_policy import LedgerPolicy, Spreading
from config.meters.meter import Dated, weather_meter_id
from gateway.operations import ReadingNoteRow
from gateway.reading import Reading, milliseconds
from tests.unit.analysis.days.hourly import HOUR, HOURLY, differing, until
from tests.unit.analysis.evidence import event, meter, utc
from tests.unit.analysis.ledger_district import World


def test_exactly_the_days_of_a_late_reading_change(world: World) -> None:
    world.at(utc(2025, 2, 20)).arrive(until(utc(2025, 2, 20)))
    world.derive()
    before = world.tables()
    corrected = {utc(2025, 1, 15, 12): HOURLY[utc(2025, 1, 15, 12)] + 0.5}
    world.arrive(corrected)
    world.derive()
    assert differing(before, world.tables()) == set()  # within the day the sum stays
    world.arrive({utc(2025, 1, 15, 23): HOURLY[utc(2025, 1, 15, 23)] + 0.5})
    caught = world.derive()
    after = world.tables()
    assert differing(before, after) == {date(2025, 1, 15), date(2025, 1, 16)}
    assert caught.changed_days == 2
    (change,) = world.operations.ledger.not_judged()
    assert (change.first, change.last, change.at) == (date(2025, 1, 15), date(2025, 1, 16), world.clock.now)
    assert world.rebuild().changed_days == 0
    assert world.tables() == after


def test_what_fills_a_gap_changes_the_days_of_the_gap_and_no_other(world: World) -> None:
    shown = until(utc(2025, 2, 20))
    missing = {at: value for at, value in shown.items() if utc(2025, 1, 28) < at < utc(2025, 2, 3)}
    world.at(utc(2025, 2, 20)).arrive({at: value for at, value in shown.items() if at not in missing})
    world.derive()
    before = world.tables()
    assert [notice.kind for notice in before[1]] == ["gap"]
    assert len(world.operations.ledger.substitutions("strom", 0, 2**60)) == 1
    world.arrive(missing)
    world.derive()
    days = {date(2025, 1, 28) + timedelta(days=number) for number in range(7)}
    assert differing(before, world.tables()) == days
    assert world.tables()[1] == []
    assert world.operations.ledger.substitutions("strom", 0, 2**60) == []


def test_what_is_older_than_everything_known_is_derived(world: World) -> None:
    world.at(utc(2025, 2, 20)).arrive(until(utc(2025, 2, 20), utc(2025, 1, 20)))
    world.derive()
    before = world.tables()
    world.arrive(until(utc(2025, 1, 20)))
    world.derive()
    assert differing(before, world.tables()) == {date(2025, 1, 1) + timedelta(days=number) for number in range(20)}
    assert set(world.days().values()) == {"48000000*1"}


def test_a_counter_that_rested_and_caught_up_weeks_later_changes_the_whole_rest(world: World) -> None:
    rests = utc(2025, 1, 10)
    shown = {at: value if at < rests else HOURLY[rests] for at, value in until(utc(2025, 2, 10)).items()}
    world.at(utc(2025, 2, 10)).arrive(shown)
    world.derive()
    assert {row.spans for row in world.tables()[0][12:38]} == {"8=86400000"}
    for number in range(11, 19):
        world.at(utc(2025, 2, number)).arrive(until(utc(2025, 2, number), utc(2025, 2, 10)))
        world.derive()
    after = world.tables()
    assert {row.spans for row in after[0][12:38]} == {"6=86400000"}
    assert world.rebuild().changed_days == 0
    assert world.tables() == after


def test_a_ratio_that_is_declared_from_a_day_on_changes_the_days_from_then_on(world: World) -> None:
    world.at(utc(2025, 2, 20)).arrive(until(utc(2025, 2, 20)))
    world.derive()
    before = world.tables()
    world.declare(meter(factor=(Dated(None, Decimal(1)), Dated(date(2025, 2, 1), Decimal(40)))))
    world.derive()
    assert differing(before, world.tables()) == {date(2025, 2, 1) + timedelta(days=number) for number in range(19)}
    assert world.days()["2025-02-01"] == "48000000*40"


def test_an_exchange_that_is_recorded_late_changes_the_days_that_it_explains(world: World) -> None:
    shown = {at: value if at < utc(2025, 1, 15, 10) else value - 500 for at, value in until(utc(2025, 2, 20)).items()}
    world.at(utc(2025, 2, 20)).arrive(shown)
    world.derive()
    before = world.tables()
    assert [notice.kind for notice in before[1]] == ["exchange_suspected"]
    at = utc(2025, 1, 15, 9, 30)
    world.operations.events.record(event("exchange", at, old_end=Decimal(691), new_start=Decimal(191)))
    world.derive()
    assert differing(before, world.tables()) == {date(2025, 1, 15)}
    assert world.tables()[1] == []


def test_a_note_on_a_reading_changes_its_days(world: World) -> None:
    world.at(utc(2025, 2, 20)).arrive(until(utc(2025, 2, 20)))
    world.derive()
    before = world.tables()
    at = utc(2025, 1, 15, 12)
    note = ReadingNoteRow("strom", "active_energy_import", milliseconds(at), "corrected", "hausmeister", "", at)
    world.operations.notes.record(note)
    world.derive()
    assert differing(before, world.tables()) == {date(2025, 1, 15)}


def test_where_a_meter_is_read_from_changes_nothing(world: World) -> None:
    world.at(utc(2025, 2, 20)).arrive(until(utc(2025, 2, 20)))
    world.derive()
    world.declare(meter(title="Strom Hauptzähler", sample=True))
    assert world.derive().meters == 0


def test_weather_that_comes_late_shapes_the_gaps_that_lean_on_it(world: World) -> None:
    gas = meter("gas", "natural_gas", unit="kWh", quantity="active_energy_import")
    by_weather = replace(gas, policy=LedgerPolicy(spread=Spreading.MODEL))
    shown = {at: value for at, value in until(utc(2025, 2, 28)).items() if not utc(2025, 2, 5) < at < utc(2025, 2, 9)}
    world.declare(by_weather).at(utc(2025, 2, 28)).arrive(shown, "gas")
    world.derive()
    before = world.tables("gas")
    station = weather_meter_id("02486")
    hours = [utc(2025, 1, 10) + number * HOUR for number in range(24 * 40)]
    air = [
        Reading(station, "air_temperature", milliseconds(at), -5.0 if at > utc(2025, 2, 7) else 9.0) for at in hours
    ]
    world.store.append(air)
    world.derive()
    changed = differing(before, world.tables("gas"))
    assert date(2025, 2, 6) in changed
    assert changed <= {date(2025, 2, 5) + timedelta(days=number) for number in range(5)}
    assert world.rebuild("gas").changed_days == 0
