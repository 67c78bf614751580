"""Whatever changes what a meter's ledger says derives exactly the days again that it concerns, and tells of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from analysis.consumption import consumption
from analysis.figures import Resolution
from analysis.ledger.blocks import Block
from analysis.meters.meter_amounts import daily_amounts
from analysis.properties.newer_data import newer_data_since
from config.meters.ledger_policy import LedgerPolicy, Spreading
from config.meters.meter import Dated, Tank
from gateway.operations import MeterEventRow
from gateway.reading import Reading, milliseconds
from tests.unit.analysis.evidence import counter, event, formula, meter, utc
from tests.unit.analysis.ledger_district import World, world_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = utc(2025, 4, 20, 1)
HOURLY = counter(utc(2024, 12, 31, 23), HOUR, [1, 2, 3, 2] * 6 * 109)
AT = utc(2025, 2, 14, 12)
AROUND = [date(2025, 2, 1), date(2025, 2, 11)]  # the first has read it to know that nothing was pending


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as opened:
        yield opened.declare(meter()).at(NOW)


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The first days of the blocks that are derived."""
    firsts: list[date] = []

    def counted(keeper: Any, wanted: list[Block]) -> Any:
        firsts.extend(block.first for block in wanted)
        return booked(keeper, wanted)

    from analysis.bookkeeping.bookings import booked_blocks as booked  # noqa: PLC0415

    monkeypatch.setattr("analysis.days.deriving.booked_blocks", counted)
    return firsts


def settled(world: World, firsts: list[date], shown: dict[datetime, float] | None = None) -> dict[str, str]:
    world.arrive({at: value for at, value in (shown or HOURLY).items() if at <= NOW})
    world.derive()
    firsts.clear()
    return world.days()


def days(first: date, last: date) -> set[str]:
    return {str(first + number * DAY) for number in range((last - first).days + 1)}


def changed(before: dict[str, str], world: World, firsts: list[date]) -> set[str]:
    """The days that came out otherwise; a rebuild finds nothing to put right, and the changes name them."""
    world.derive()
    after = world.days()
    differing = {day for day in before.keys() | after.keys() if before.get(day) != after.get(day)}
    tables, blocks = world.tables(), list(firsts)
    assert world.rebuild().changed_days == 0
    assert world.tables() == tables
    firsts[:] = blocks
    told = [days(change.first, change.last) for change in world.operations.ledger.not_judged()]
    assert differing <= set().union(*told)
    return differing


def put(world: World, kind: str, at: datetime, **more: Any) -> MeterEventRow:
    row = event(kind, at, id=f"strom:{kind}:{milliseconds(at)}", **more)
    world.operations.events.put(row)
    return row


def middle(firsts: list[date]) -> list[date]:
    """The blocks but for those at the end that are derived with every pass."""
    return [first for first in firsts if first < date(2025, 4, 11)]


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


def test_a_smaller_ratio_that_comes_with_an_exchange_judges_jumps_before_it_anew(
    world: World, derived: list[date]
) -> None:
    jumped = utc(2025, 1, 14, 12)
    high = {at: value + 10 * (at >= jumped) for at, value in HOURLY.items()}
    before = settled(world.declare(meter(maximum_kw=2.0)), derived, high)
    put(world, "exchange", AT, old_end=high[AT], new_start=high[AT], factor=Decimal("0.1"))
    assert "2025-01-14" in changed(before, world, derived)
    assert world.days()["2025-01-14"] == "58000000*1"


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


# virtual meters


def test_a_virtual_meter_follows_its_parts_at_once(world: World, derived: list[date]) -> None:
    world.declare(meter(), meter("mensa"), meter("netto", formula=formula("strom - mensa")))
    world.arrive({at: value for at, value in HOURLY.items() if at <= NOW}, "mensa")
    settled(world, derived)
    net = world.books.portfolio.meter("netto")
    span = date(2025, 2, 1), date(2025, 3, 1)
    assert daily_amounts(world.books, net, *span, now=NOW).total() == 0
    put(world, "unit_change_suspected", AT, state="accepted", factor=Decimal(2))
    world.derive()
    found = daily_amounts(world.books, net, *span, now=NOW).decimals()
    assert [found[12], found[14]] == [0, 48]


def test_a_formula_that_is_declared_otherwise_is_told_of_the_days_that_it_concerns(
    world: World, derived: list[date]
) -> None:
    world.declare(meter(), meter("mensa"), meter("netto", formula=formula("strom - mensa")))
    world.arrive({at: value for at, value in HOURLY.items() if at <= NOW}, "mensa")
    settled(world, derived)
    assert world.operations.ledger.not_judged() == []
    dated = formula("strom - mensa", ("2025-03-05", "strom"))
    world.declare(meter(), meter("mensa"), meter("netto", formula=dated)).at(NOW + HOUR).derive()
    (change,) = world.operations.ledger.not_judged()
    assert (change.meter, change.first, change.last) == ("netto", date(2025, 3, 5), date(2025, 4, 19))
    assert derived == []
    world.derive()
    assert len(world.operations.ledger.not_judged()) == 1


def test_a_formula_that_began_later_is_told_of_the_days_that_have_none_any_more(
    world: World, derived: list[date]
) -> None:
    world.declare(meter(), meter("netto", formula=formula("strom")))
    settled(world, derived)
    world.declare(meter(), meter("netto", formula=formula(("2025-02-01", "strom")))).derive()
    (change,) = world.operations.ledger.not_judged()
    assert (change.first, change.last) == (date(2024, 12, 21), date(2025, 1, 31))


def test_a_balance_says_that_a_formula_is_another_than_when_it_was_frozen(world: World) -> None:
    parts = [meter(name, sub_meter_of="haupt") for name in ("strom", "neu")]
    frozen_at = utc(2026, 1, 2)
    world.declare(*parts, meter("haupt", formula=formula("strom"))).arrive(HOURLY)
    world.at(frozen_at).derive()
    assert newer_data_since(world.books, 2025, frozen_at, now=frozen_at) is None
    dated = formula("strom", ("2025-03-05", "neu"))
    world.declare(*parts, meter("haupt", formula=dated)).at(frozen_at + HOUR).derive()
    assert newer_data_since(world.books, 2025, frozen_at, now=frozen_at + HOUR) == frozen_at + HOUR
