"""Passes and rebuilds: in whatever order readings come, the table is the one that a rebuild makes."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.bookkeeping.meter_books import Bookkeeper, bookkeeper
from analysis.books import Books
from analysis.days.daily_ledger import catch_up
from analysis.meters.meter_amounts import daily_amounts
from config.meters.meter import Meter
from gateway.operations.ledger.rows import Derivation
from tests.unit.analysis.days.hourly import DAY, HOUR, until
from tests.unit.analysis.evidence import event, formula, meter, utc
from tests.unit.analysis.histories import START as HISTORY
from tests.unit.analysis.histories import STEP, Incident, incidents, meter_kinds, readings
from tests.unit.analysis.ledger_district import World, world_in

_numbers = count()


@pytest.fixture(scope="module")
def one_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for many examples: each takes a meter of its own."""
    with world_in(tmp_path_factory.mktemp("world")) as opened:
        yield opened


def test_rebuild_repairs_what_somebody_changed_and_counts_it(world: World) -> None:
    world.at(utc(2025, 2, 20)).arrive(until(utc(2025, 2, 20)))
    world.derive()
    before = world.tables()
    state = world.operations.ledger.states(["strom"])["strom"]
    wrong = before[0][10]._replace(pieces="1*1")
    world.operations.ledger.write([Derivation(state, dropped_days=[wrong.day], days=[wrong])])
    assert world.rebuild(since=date(2025, 2, 5)).changed_days == 0
    assert world.tables() != before
    assert world.rebuild(since=date(2025, 1, 5)).changed_days == 1
    assert world.tables() == before


def test_rebuild_of_an_empty_ledger_counts_new_days_and_no_changes(world: World) -> None:
    world.at(utc(2025, 1, 11, 0, 30)).arrive(until(utc(2025, 1, 11)))
    caught = world.rebuild()
    assert (caught.new_days, caught.changed_days) == (10, 0)


def test_a_virtual_meter_is_not_stored(world: World) -> None:
    world.declare(meter(), meter("netto", formula=formula("strom"))).at(utc(2025, 1, 11, 0, 30)).arrive(
        until(utc(2025, 1, 11))
    )
    world.derive()
    assert world.rebuild("netto").meters == 0
    assert world.days("netto") == {}
    there = world.books
    net = daily_amounts(
        there, there.portfolio.meter("netto"), date(2025, 1, 2), date(2025, 1, 4), now=world.clock.now
    )
    assert net.decimals() == [48, 48]


def test_one_meter_that_cannot_be_derived_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def keeper(books: Books, of: Meter, **more: Any) -> Bookkeeper:
        if of.id == "kaputt":
            raise ZeroDivisionError("a rule that nobody thought of")
        return bookkeeper(books, of, **more)

    monkeypatch.setattr("analysis.days.ledger_jobs.bookkeeper", keeper)
    world.declare(meter("kaputt"), meter()).at(utc(2025, 1, 11, 0, 30)).arrive(until(utc(2025, 1, 11)))
    world.arrive({utc(2025, 1, 3): 5.0, utc(2025, 1, 4): 6.0}, "kaputt")
    assert world.derive().failures == (("kaputt", "ZeroDivisionError: a rule that nobody thought of"),)
    assert len(world.days()) == 10


def test_what_another_process_derives_at_once_is_left_to_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.at(utc(2025, 1, 11, 0, 30)).arrive(until(utc(2025, 1, 11)))
    first = world.books
    write = first.ledger.write if first.ledger is not None else None

    def overtaken(derivations: Any) -> Any:
        monkeypatch.undo()
        world.derive()
        assert write is not None
        return write(derivations)

    monkeypatch.setattr(first.ledger, "write", overtaken)
    caught = catch_up(first, first.portfolio.meters.values(), now=world.clock.now)
    assert caught.meters == 0
    assert len(world.days()) == 10


def test_a_pass_that_is_not_wanted_any_more_ends_early(world: World) -> None:
    world.declare(meter(), meter("zwei")).at(utc(2025, 1, 11, 0, 30)).arrive(until(utc(2025, 1, 11)))
    told: list[tuple[float, str]] = []
    there = world.books
    caught = catch_up(
        there,
        there.portfolio.meters.values(),
        now=world.clock.now,
        progress=lambda share, step: told.append((share, step)),
        is_wanted=lambda: len(told) < 2,
    )
    assert (caught.meters, [step for _, step in told]) == (1, ["strom", "zwei"])


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(incidents(), meter_kinds(), st.integers(0, 2**32), st.integers(0, 3))
def test_in_whatever_order_readings_come_a_rebuild_changes_nothing(
    one_world: World, happened: list[Incident], declared: dict[str, Any], seed: int, lateness: int
) -> None:
    name, chance = f"meter-{next(_numbers)}", Random(seed)
    world = one_world.declare(meter(name, interval=STEP, **declared))
    arrivals = sorted(_arrivals(readings(happened), chance, lateness))
    exchange = HISTORY + chance.randint(24, 45 * 24) * HOUR
    recorded = exchange + chance.choice([0, 0.2, 17]) * DAY
    passes = sorted([HISTORY + chance.uniform(0, 90) * DAY for _ in range(chance.choice([1, 4, 12]))])
    for now in [*passes, HISTORY + 95 * DAY]:
        if lateness and recorded <= now:
            ended = {"old_end": Decimal(7500), "new_start": Decimal(3)}
            world.operations.events.record(event("exchange", exchange, of=name, id=f"{name}-exchange", **ended))
        while arrivals and arrivals[0][0] <= now:
            batch = [one for one in arrivals[:40] if one[0] <= now]
            world.at(batch[-1][0]).arrive({at: value for _, at, value in batch}, name)
            del arrivals[: len(batch)]
        assert world.at(now).derive().failures == ()
    before = world.tables(name)
    assert world.rebuild(name).changed_days == 0
    assert world.tables(name) == before


def _arrivals(
    shown: dict[datetime, float], chance: Random, lateness: int
) -> Iterator[tuple[datetime, datetime, float]]:
    for at, value in shown.items():
        is_late = chance.random() < 0.15 * lateness
        delay = timedelta(hours=chance.choice([2, 30, 700])) if is_late else timedelta(minutes=chance.choice([0, 50]))
        yield at + delay, at, value
        if chance.random() < 0.01:
            yield at + delay + 3 * HOUR, at, value + chance.choice([-3, 1, 500])
