"""Days that are over are derived once, with their exact amounts."""

from datetime import date, timedelta

from config.meters.meter import ByHandSource, Reporting
from gateway.operations.ledger.rows import LedgerDay
from tests.unit.analysis.days.hourly import until
from tests.unit.analysis.evidence import meter, utc
from tests.unit.analysis.ledger_district import World


def test_days_that_are_over_are_derived_with_their_exact_amounts(world: World) -> None:
    world.at(utc(2025, 1, 4, 0, 30)).arrive(until(utc(2025, 1, 4)))
    assert world.derive().new_days == 3
    assert world.days() == {f"2025-01-0{number}": "48000000*1" for number in (1, 2, 3)}
    (first, *_) = world.operations.ledger.days("strom")
    assert first == LedgerDay("strom", date(2025, 1, 1), 86_400_000, "48000000*1", "1=86400000", 0, 0)


def test_a_day_that_is_not_over_has_no_row(world: World) -> None:
    world.at(utc(2025, 1, 3, 22, 30)).arrive(until(utc(2025, 1, 3, 22)))
    world.derive()
    assert list(world.days()) == ["2025-01-01", "2025-01-02"]


def test_deriving_again_finds_nothing_to_do(world: World) -> None:
    world.at(utc(2025, 1, 10, 0, 30)).arrive(until(utc(2025, 1, 10)))
    world.derive()
    before = world.tables()
    assert (world.derive().meters, world.at(utc(2025, 1, 10, 9)).derive().meters) == (0, 0)
    assert world.tables() == before


def test_the_end_of_a_day_that_came_after_midnight_is_derived_as_soon_as_it_is_there(world: World) -> None:
    world.at(utc(2025, 1, 3, 23, 5)).arrive(until(utc(2025, 1, 3, 20)))
    world.derive()
    assert world.days()["2025-01-03"] != "48000000*1"
    world.at(utc(2025, 1, 3, 23, 20)).arrive(until(utc(2025, 1, 4), utc(2025, 1, 3, 21)))
    world.derive()
    assert world.days()["2025-01-03"] == "48000000*1"
    assert world.operations.ledger.not_judged() == []  # nobody judges a day that has just ended


def test_a_meter_that_fell_silent_costs_nothing_and_comes_back_with_all_that_it_had(world: World) -> None:
    world.at(utc(2025, 1, 4)).arrive(until(utc(2025, 1, 3, 12)))
    for number in range(5, 20):
        world.at(utc(2025, 1, number)).derive()
    assert list(world.days()) == ["2025-01-01", "2025-01-02", "2025-01-03"]
    state = world.operations.ledger.states(["strom"])["strom"]
    assert (state.derived_to, state.settled_to) == (date(2025, 1, 19), date(2024, 12, 21))
    world.at(utc(2025, 2, 1, 12)).arrive(until(utc(2025, 2, 1, 12), utc(2025, 2, 1, 1)))
    world.derive()
    known = world.operations.ledger.days("strom")
    assert len(known) == 31
    assert [row.spans for row in known[3:30]] == ["6=86400000"] * 27  # spread, its sum is known


def test_a_reading_by_hand_completes_the_days_before_it(world: World) -> None:
    by_hand = meter(source=ByHandSource(timedelta(days=30)), reporting=Reporting.BY_HAND, interval=timedelta(days=30))
    world.declare(by_hand).at(utc(2025, 1, 1, 9)).arrive({utc(2025, 1, 1, 9): 100.0})
    world.derive()
    world.at(utc(2025, 2, 1, 9)).derive()
    assert world.days() == {}
    world.at(utc(2025, 2, 1, 9, 30)).arrive({utc(2025, 2, 1, 9): 410.0})
    world.derive()
    assert len(world.days()) == 31
    (change,) = world.operations.ledger.not_judged()
    assert (change.first, change.last) == (date(2025, 1, 1), date(2025, 1, 31))


def test_a_reading_of_the_future_is_none_until_its_time_has_come(world: World) -> None:
    world.at(utc(2025, 1, 3, 0, 30)).arrive(until(utc(2025, 1, 3)) | {utc(2025, 1, 9): 9000.0})
    world.derive()
    assert list(world.days()) == ["2025-01-01", "2025-01-02"]
    world.at(utc(2025, 1, 10)).derive()
    before = world.tables()
    assert len(before[0]) == 9
    assert world.rebuild().changed_days == 0
    assert world.tables() == before
