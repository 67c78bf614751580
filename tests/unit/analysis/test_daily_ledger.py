"""The daily ledger: in whatever order readings come, the table is the one that a rebuild makes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.bookkeeping.meter_books import Bookkeeper, bookkeeper
from analysis.books import Books
from analysis.days.daily_ledger import catch_up
from analysis.meters.meter_amounts import daily_amounts
from config.ledger_policy import LedgerPolicy, Spreading
from config.meters import ByHandSource, Dated, Meter, Reporting, weather_meter_id
from gateway.operations import ReadingNoteRow
from gateway.operations.ledger_rows import Derivation, LedgerDay
from gateway.reading import Reading, milliseconds
from tests.unit.analysis.evidence import counter, event, formula, meter, utc
from tests.unit.analysis.histories import START as HISTORY
from tests.unit.analysis.histories import STEP, Incident, incidents, meter_kinds, readings
from tests.unit.analysis.ledger_district import Tables, World, world_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOURLY = counter(utc(2024, 12, 31, 23), HOUR, [1, 2, 3, 2] * 6 * 70)
_numbers = count()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as opened:
        yield opened.declare(meter())


@pytest.fixture(scope="module")
def one_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for many examples: each takes a meter of its own."""
    with world_in(tmp_path_factory.mktemp("world")) as opened:
        yield opened


def until(end: datetime, start: datetime | None = None) -> dict[datetime, float]:
    return {at: value for at, value in HOURLY.items() if (start is None or start <= at) and at <= end}


def differing(before: Tables, after: Tables) -> set[date]:
    return {row.day for row in set(before[0]) ^ set(after[0])}


# in order


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


# late


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


# what is declared and recorded


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


# rebuild


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


# many meters, many processes


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


# everything at once


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
