"""A clock that is put right moves days of its meter: those that it leaves, those that it comes to, and no other."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from analysis.consumption import consumption
from analysis.figures import Resolution
from tests.unit.analysis.days.rederived import AROUND, AT, DAY, HOURLY, NOW, changed, days, middle, put, settled
from tests.unit.analysis.evidence import utc
from tests.unit.analysis.ledger_district import World


@pytest.fixture
def world(world: World) -> World:
    return world.at(NOW)


def test_a_clock_that_is_put_right_moves_what_it_stamped_from_then_on(world: World, derived: list[date]) -> None:
    before = settled(world, derived)
    one = put(world, "clock_shift", AT, state="accepted", new_start=Decimal(-7200))
    assert changed(before, world, derived) <= days(date(2025, 2, 14), date(2025, 4, 19))
    assert middle(derived)[0] == AROUND[0]
    hours = consumption(world.books, "strom", utc(2025, 3, 1), utc(2025, 3, 2), Resolution.HOUR, now=NOW)
    assert [slot.value for slot in hours.slots][:5] == [2, 1, 2, 3, 2]
    world.operations.events.put(replace(one, new_start=Decimal(7200)))
    world.derive()
    world.operations.events.put(replace(one, state="rejected"))
    assert changed(before, world, derived) == set()


@pytest.mark.parametrize("shift", [timedelta(days=-40), timedelta(days=40), timedelta(days=-366)])
def test_a_clock_that_is_weeks_off_leaves_nothing_where_its_stamps_lay(world: World, shift: timedelta) -> None:
    first = utc(2025, 3, 1)
    shown = {at: value for at, value in HOURLY.items() if first <= at <= NOW}
    world.arrive(shown)
    world.derive()
    put(world, "clock_shift", utc(2025, 1, 1), state="accepted", new_start=Decimal(int(shift.total_seconds())))
    world.derive()
    known = [str(row.day) for row in world.tables()[0] if int(row.spans[2:]) == row.length_ms]
    right = [(first + shift).date() + DAY, (NOW + shift).date() - DAY]
    whole = [str(right[0] + number * DAY) for number in range((right[1] - right[0]).days + 1)]
    assert [day for day in whole if day not in known and day < "2025-04-20"] == []
    assert [day for day in world.days() if not str(right[0] - DAY) <= day <= str(right[1] + DAY)] == []
    tables = world.tables()
    assert world.rebuild().changed_days == 0
    assert world.tables() == tables


def test_a_late_reading_of_a_clock_that_was_put_right_changes_the_day_that_it_belongs_to(
    world: World, derived: list[date]
) -> None:
    shown = {at: value for at, value in HOURLY.items() if not utc(2025, 3, 20) < at < utc(2025, 3, 25)}
    put(world, "clock_shift", utc(2025, 1, 1), state="accepted", new_start=Decimal(-86400 * 20))
    before = settled(world, derived, shown)
    world.arrive({at: value for at, value in HOURLY.items() if utc(2025, 3, 20) < at < utc(2025, 3, 25)})
    found = changed(before, world, derived)
    assert found == set()  # the sum of each day was interpolated right
    assert {row.spans for row in world.tables()[0]} == {"1=86400000", "1=82800000", "1=3600000"} & {
        row.spans for row in world.tables()[0]
    }
    assert date(2025, 3, 1) in middle(derived)
