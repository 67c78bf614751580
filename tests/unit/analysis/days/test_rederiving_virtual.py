"""What is worked out from other meters follows them at once, and tells where its formula is declared otherwise."""

from datetime import date
from decimal import Decimal

import pytest

from analysis.meters.meter_amounts import daily_amounts
from analysis.properties.newer_data import newer_data_since
from tests.unit.analysis.days.rederived import AT, HOUR, HOURLY, NOW, put, settled
from tests.unit.analysis.evidence import formula, meter, utc
from tests.unit.analysis.ledger_district import World


@pytest.fixture
def world(world: World) -> World:
    return world.at(NOW)


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
