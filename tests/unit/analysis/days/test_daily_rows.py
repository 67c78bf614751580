"""Reading the daily ledger: figures are those of the table, and of the moment that they are asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from analysis.books import Books
from analysis.consumption import consumption
from analysis.daily_cache import DailyCache
from analysis.days.ledger_events import ledger_events, ledger_substitutions
from analysis.figures import How, Resolution
from analysis.meters.meter_amounts import daily_amounts
from analysis.meters.open_events import open_events
from config.errors import Unreachable
from gateway.embedded import EmbeddedStore
from gateway.operations.ledger.ledger import Ledger
from gateway.operations.ledger.rows import Derivation
from gateway.reading import milliseconds
from tests.unit.analysis.evidence import counter, event, formula, meter, utc
from tests.unit.analysis.histories import STEP, Incident, incidents, meter_kinds, readings
from tests.unit.analysis.ledger_district import World, world_in

HOUR = timedelta(hours=1)
HOURLY = counter(utc(2024, 12, 31, 23), HOUR, [1, 2, 3, 2] * 6 * 70)
NOW = utc(2025, 2, 20, 12)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as opened:
        opened.declare(meter()).at(NOW).arrive({at: value for at, value in HOURLY.items() if at <= NOW})
        yield opened


@pytest.fixture(scope="module")
def one_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("world")) as opened:
        yield opened


@dataclass
class Blind:
    """A store that is away."""

    store: EmbeddedStore

    def __getattr__(self, name: str) -> Any:
        raise Unreachable("the store does not answer")


def january(there: Books, now: datetime = NOW) -> Decimal | None:
    return daily_amounts(there, meter(), date(2025, 1, 1), date(2025, 2, 1), now=now).total()


def test_days_are_derived_when_they_are_asked_for_and_read_from_then_on(world: World) -> None:
    there = replace(world.books, daily_cache=DailyCache(timedelta(minutes=5)))
    assert january(there) == 31 * 48
    assert len(world.days()) == 50
    blind = replace(there, store=Blind(world.store))
    assert january(blind, NOW + timedelta(seconds=50)) == 31 * 48
    with pytest.raises(Unreachable):
        january(blind, NOW + timedelta(minutes=2))


def test_late_readings_show_within_a_minute(world: World) -> None:
    there = replace(world.books, daily_cache=DailyCache(timedelta(minutes=5)))
    assert january(there) == 31 * 48
    world.arrive({utc(2025, 1, 31, 23): HOURLY[utc(2025, 1, 31, 23)] + 0.25})
    assert january(there, NOW + timedelta(seconds=50)) == 31 * 48
    assert january(there, NOW + timedelta(seconds=70)) == 31 * 48 + Decimal("0.25")


@dataclass
class Hasty:
    """A ledger into which another process writes just before, once: what it knew before anything was decided."""

    ledger: Ledger
    waits: bool = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)

    def write(self, derivations: Sequence[Derivation]) -> frozenset[str]:
        if self.waits:
            self.waits = False
            self.ledger.write([Derivation(replace(one.state, digest="of before")) for one in derivations])
        return self.ledger.write(derivations)


def test_a_decision_counts_at_once_though_another_process_derives_at_the_same_time(world: World) -> None:
    there = replace(world.books, daily_cache=DailyCache(timedelta(minutes=5)))
    assert january(there) == 31 * 48
    world.operations.events.record(event("factor_change", utc(2025, 1, 30, 23), factor=Decimal(10)))
    there.forget("strom")
    hasty: Any = Hasty(world.operations.ledger)
    assert january(replace(there, ledger=hasty)) == 30 * 48 + 480


def test_what_was_worked_out_while_somebody_decided_is_not_kept(world: World) -> None:
    there = replace(world.books, daily_cache=DailyCache(timedelta(minutes=5)))
    cache = there.daily_cache
    assert cache is not None

    def interrupted() -> date:
        there.forget("strom")
        return date(2025, 1, 1)

    assert cache.derived_to.recall("strom", 2025, interrupted, now=NOW) == date(2025, 1, 1)
    assert cache.derived_to.get("strom", 2025, now=NOW) is None
    assert cache.derived_to.recall("strom", 2025, lambda: date(2025, 2, 1), now=NOW) == date(2025, 2, 1)
    assert cache.derived_to.get("strom", 2025, now=NOW) == date(2025, 2, 1)


def test_the_running_day_is_worked_out_from_what_came_so_far(world: World) -> None:
    days = daily_amounts(world.books, meter(), date(2025, 2, 19), date(2025, 2, 23), now=NOW)
    assert days.decimals() == [48, 25, None, None]
    assert [str(how) for how in days.hows()] == ["measured", "measured", "missing", "missing"]


def test_an_instant_that_lies_back_sees_what_was_there_then(world: World) -> None:
    world.derive()
    past = utc(2025, 1, 15, 12)
    assert january(world.books, past) == 14 * 48 + 25
    assert world.operations.ledger.states(["strom"])["strom"].derived_at == NOW


def test_clocks_of_two_processes_may_differ_by_seconds(world: World) -> None:
    world.derive()
    blind = replace(world.books, store=Blind(world.store), daily_cache=DailyCache(timedelta(minutes=5)))
    assert blind.daily_cache is not None
    blind.daily_cache.derived_to.recall("strom", NOW.year, lambda: date(2025, 2, 20), now=NOW - timedelta(seconds=20))
    assert january(blind, NOW - timedelta(seconds=10)) == 31 * 48


def test_events_of_days_that_are_over_and_of_the_running_one_are_one_list(world: World) -> None:
    silent = {at: value for at, value in HOURLY.items() if at <= NOW}
    gaps = [(utc(2025, 1, 8), utc(2025, 1, 12)), (utc(2025, 2, 19, 23), utc(2025, 2, 20, 9))]
    shown = {at: value for at, value in silent.items() if not any(first < at < last for first, last in gaps)}
    world.declare(meter("zwei")).arrive(shown, "zwei")
    world.operations.events.record(event("serial_changed", utc(2025, 1, 10), of="zwei"))
    span = milliseconds(utc(2025, 1, 1)), milliseconds(utc(2025, 3, 1))
    there, own = world.books, meter("zwei")
    found = ledger_events(there, own, *span, now=NOW)
    assert [(one.kind, one.state) for one in found] == [
        ("gap", "noticed"), ("serial_changed", "recorded"), ("gap", "noticed")
    ]  # fmt: skip
    assert found == ledger_events(replace(there, ledger=None), own, *span, now=NOW)
    substituted = ledger_substitutions(there, own, *span, now=NOW)
    assert substituted == ledger_substitutions(replace(there, ledger=None), own, *span, now=NOW)
    assert [one.known_sum for one in substituted] == [True, True]


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(incidents(), meter_kinds())
def test_hours_days_months_and_the_year_have_the_same_sum(
    one_world: World, happened: list[Incident], declared: dict[str, Any]
) -> None:
    name = f"meter-{len(one_world.store.newest())}"
    one_world.declare(meter(name, interval=STEP, **declared)).at(utc(2025, 3, 20))
    one_world.arrive(readings(happened), name)
    there, now, span = one_world.books, one_world.clock.now, (utc(2025, 1, 13, 7), utc(2025, 3, 9, 5))
    sums = {
        resolution: consumption(there, name, *span, resolution, now=now).total
        for resolution in (Resolution.HOUR, Resolution.DAY, Resolution.MONTH, Resolution.YEAR)
    }
    assert len(set(sums.values())) == 1
    from_raw = consumption(replace(there, ledger=None), name, *span, Resolution.DAY, now=now)
    assert consumption(there, name, *span, Resolution.DAY, now=now) == from_raw


def test_a_virtual_meter_combines_the_days_of_its_terms_and_cuts_those_that_one_knows_in_part(world: World) -> None:
    net, part = meter("netto", formula=formula("strom - mensa")), meter("mensa")
    world.declare(meter(), part, net)
    world.arrive(counter(utc(2025, 1, 10, 12), HOUR, [1] * 60), "mensa")
    there = world.books
    span = date(2025, 1, 9), date(2025, 1, 15)
    days = daily_amounts(there, net, *span, now=NOW)
    assert days.decimals() == daily_amounts(replace(there, ledger=None), net, *span, now=NOW).decimals()
    assert days.decimals()[0] is None
    assert days.decimals()[2] == 48 - 24
    assert days.hows()[2] is How.MEASURED


def test_the_days_of_a_virtual_meter_cost_no_reading_once_those_of_its_parts_are_known(world: World) -> None:
    world.declare(meter(), meter("mensa"), meter("netto", formula=formula("strom - mensa")))
    world.arrive({at: value for at, value in HOURLY.items() if at <= NOW}, "mensa")
    there = replace(world.books, daily_cache=DailyCache(timedelta(minutes=5)))
    span = date(2025, 1, 1), date(2025, 2, 1)
    for name in ("strom", "mensa"):
        daily_amounts(there, there.portfolio.meter(name), *span, now=NOW)
    blind = replace(there, store=Blind(world.store))
    assert daily_amounts(blind, there.portfolio.meter("netto"), *span, now=NOW).decimals() == [0] * 31


def test_open_events_of_days_that_are_over_cost_no_reading_once_they_are_derived(world: World) -> None:
    fell = {at: value if at < utc(2025, 1, 15) else value - 500 for at, value in HOURLY.items() if at <= NOW}
    world.declare(meter("zwei")).arrive(fell, "zwei")
    there = replace(world.books, daily_cache=DailyCache(timedelta(minutes=5)))
    span = date(2025, 1, 1), date(2025, 2, 1)
    daily_amounts(there, meter("zwei"), *span, now=NOW)
    (found,) = open_events(replace(there, store=Blind(world.store)), meter("zwei"), *span, now=NOW)
    assert (found.kind, found.time) == ("exchange_suspected", utc(2025, 1, 15))


def test_what_is_noticed_of_the_running_day_is_looked_for_once_a_minute(world: World) -> None:
    there = replace(world.books, daily_cache=DailyCache(timedelta(minutes=5)))
    span = date(2025, 1, 1), date(2025, 3, 1)
    assert open_events(there, meter(), *span, now=NOW) == ()
    assert open_events(replace(there, store=Blind(world.store)), meter(), *span, now=NOW) == ()
    world.arrive({utc(2025, 2, 20, 11): 5.0, NOW: 6.0})
    assert there.daily_cache is not None
    there.daily_cache.forget("strom")
    assert [one.kind for one in open_events(there, meter(), *span, now=NOW)] == ["exchange_suspected"]
