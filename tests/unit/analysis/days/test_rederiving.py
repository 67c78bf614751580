"""Whatever changes what a meter's ledger says derives exactly the days again that it concerns, and tells of them."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from config.meters.ledger_policy import LedgerPolicy, Spreading
from config.meters.meter import Dated, Tank
from gateway.reading import Reading, milliseconds
from tests.unit.analysis.days.rederived import AROUND, AT, DAY, HOUR, HOURLY, NOW, changed, days, middle, put, settled
from tests.unit.analysis.evidence import counter, event, meter, utc
from tests.unit.analysis.ledger_district import World


@pytest.fixture
def world(world: World) -> World:
    return world.at(NOW)


def test_a_jump_that_is_proposed_decided_and_undone_derives_the_blocks_around_it_alone(
    world: World, derived: list[date]
) -> None:
    high = {at: value + 400 * (at >= AT) for at, value in HOURLY.items()}
    before = settled(world, derived, high)
    one = put(world, "implausible_jump", AT, state="proposed")
    world.derive()
    assert world.days()["2025-02-14"] == "47000000*1"
    assert middle(derived) == AROUND
    for state, amount in (("accepted", "47000000*1"), ("rejected", "448000000*1"), ("withdrawn", "448000000*1")):
        world.operations.events.put(replace(one, state=state))
        world.derive()
        assert world.days()["2025-02-14"] == amount
    world.operations.events.put(one)
    world.derive()
    world.operations.events.remove(one.id)
    derived.clear()
    assert changed(before, world, derived) == set()
    assert world.days() == before


def test_a_stuck_counter_that_is_rejected_and_undone_changes_the_days_of_its_rest(
    world: World, derived: list[date]
) -> None:
    rests = [value if not 24 * 40 <= number < 24 * 55 else 0 for number, value in enumerate([1, 2, 3, 2] * 6 * 109)]
    shown = counter(utc(2024, 12, 31, 23), HOUR, rests)
    before = settled(world, derived, shown)
    (stuck,) = [one for one in world.tables()[1] if one.kind == "stuck"]
    row = replace(event("stuck", utc(2025, 1, 1)), id=stuck.id, state="rejected")
    world.operations.events.put(replace(row, time=datetime.fromtimestamp(stuck.time_ms / 1000, tz=NOW.tzinfo)))
    world.derive()
    assert set(middle(derived)) <= {date(2025, 2, 1), date(2025, 2, 11), date(2025, 2, 21), date(2025, 1, 21)}
    assert {row.spans for row in world.tables()[0][41:54]} == {"1=86400000"}
    world.operations.events.remove(stuck.id)
    assert changed(before, world, derived) == set()


def test_a_unit_in_doubt_takes_everything_after_it_and_gives_it_back(world: World, derived: list[date]) -> None:
    before = settled(world, derived)
    one = put(world, "unit_change_suspected", AT, state="proposed", factor=Decimal("0.1"))
    assert changed(before, world, derived) == days(date(2025, 2, 14), date(2025, 4, 19))
    assert middle(derived)[0] == AROUND[0]
    world.operations.events.put(replace(one, state="accepted"))
    world.derive()
    assert world.days()["2025-02-15"] == "48000000*0.1"
    world.operations.events.put(replace(one, state="rejected"))
    assert changed(before, world, derived) == set()


def test_a_suspected_exchange_that_becomes_one_changes_its_day(world: World, derived: list[date]) -> None:
    fell = {at: value - 500 * (at >= AT) for at, value in HOURLY.items()}
    before = settled(world, derived, fell)
    at = AT - HOUR / 2
    last = Decimal(str(HOURLY[AT - HOUR]))
    one = put(world, "exchange", at, state="accepted", old_end=last + 1, new_start=last - 499)
    assert changed(before, world, derived) == {"2025-02-14"}
    assert world.days()["2025-02-14"] == "48000000*1"
    assert middle(derived) == AROUND
    world.operations.events.remove(one.id)
    assert changed(before, world, derived) == set()


def test_a_policy_that_is_declared_otherwise_changes_the_gaps_that_it_shapes(
    world: World, derived: list[date]
) -> None:
    shown = {at: value for at, value in HOURLY.items() if not utc(2025, 2, 10) < at < utc(2025, 2, 13, 15)}
    by_day = [1, 1, 1, 1, 1, 1, 1, 9] * 3
    shown = {at: value + by_day[at.hour] for at, value in shown.items()}
    before = settled(world, derived, shown)
    world.declare(meter(policy=LedgerPolicy(spread=Spreading.PROFILE)))
    assert changed(before, world, derived) <= days(date(2025, 2, 10), date(2025, 2, 13))
    world.declare(meter(policy=LedgerPolicy(decimals=1)))
    assert changed(before, world, derived) == set()


def test_a_factor_that_holds_from_a_day_on_derives_no_block_before_it(world: World, derived: list[date]) -> None:
    before = settled(world, derived)
    world.declare(meter(factor=(Dated(None, Decimal(1)), Dated(date(2025, 3, 5), Decimal(40)))))
    assert changed(before, world, derived) == days(date(2025, 3, 5), date(2025, 4, 19))
    assert min(derived[: derived.index(date(2025, 4, 11))]) == date(2025, 3, 1)


def test_a_late_reading_derives_the_blocks_that_have_read_its_time_and_no_other(
    world: World, derived: list[date]
) -> None:
    before = settled(world, derived, {at: value for at, value in HOURLY.items() if abs(at - AT) > 30 * HOUR})
    world.arrive({AT: HOURLY[AT] + 3})
    assert changed(before, world, derived) == days(date(2025, 2, 13), date(2025, 2, 15))
    assert set(middle(derived)) <= {*AROUND, date(2025, 2, 21)}


def test_a_smaller_ratio_that_comes_with_an_exchange_judges_no_jump_before_it_anew(
    world: World, derived: list[date]
) -> None:
    jumped = utc(2025, 1, 14, 12)
    high = {at: value + 10 * (at >= jumped) for at, value in HOURLY.items()}
    before = settled(world.declare(meter(maximum_kw=2.0)), derived, high)
    put(world, "exchange", AT, old_end=high[AT], new_start=high[AT], factor=Decimal("0.1"))
    assert "2025-01-14" not in changed(before, world, derived)
    assert world.days()["2025-01-14"] == before["2025-01-14"] != "58000000*1"


def test_what_says_nothing_about_amounts_derives_nothing(world: World, derived: list[date]) -> None:
    settled(world, derived)
    world.declare(meter(title="Haupt", longest_silence=timedelta(days=3), has_all_sub_meters=True, serial="7"))
    world.derive()
    assert derived == []


def test_a_delivery_that_is_recorded_late_changes_what_was_burnt_around_it(world: World, derived: list[date]) -> None:
    tank = meter("oel", "heating_oil", unit="l", quantity="tank_level", tank=Tank(Decimal(9000), Decimal(10)))
    levels = {utc(2025, 1, 1) + number * 7 * DAY: 8000.0 - 100 * number for number in range(15)}
    filled = {at: value + 3000 * (at > AT) for at, value in levels.items()}
    world.declare(replace(tank, interval=7 * DAY)).arrive(filled, "oel")
    world.derive()
    before = world.days("oel")
    world.store.append([Reading("oel", "delivery", milliseconds(AT), 3000.0)])
    world.derive()
    after = world.days("oel")
    assert {day for day in after if before.get(day) != after[day]} <= days(date(2025, 2, 12), date(2025, 2, 19))
    assert after["2025-02-15"] != before.get("2025-02-15")
    assert world.rebuild("oel").changed_days == 0
