"""In whatever order things become known, and however often: the tables are those of one derivation of everything."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import accumulate, count
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analysis.meters.meter_amounts import amounts_by_days, amounts_of
from config.meters.ledger_policy import Filling, LedgerPolicy, Spreading
from gateway.operations import MeterEventRow, ReadingNoteRow
from gateway.operations.ledger.rows import Derivation
from gateway.reading import milliseconds
from tests.unit.analysis.evidence import event, meter
from tests.unit.analysis.histories import COUNT, DAYS, START, STEP, Incident, incidents, meter_kinds, readings
from tests.unit.analysis.ledger_district import World, world_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUANTITY = "active_energy_import"
END = START + (DAYS + 40) * DAY
KINDS = ("exchange", "implausible_jump", "unit_change_suspected", "clock_shift", "stuck", "factor_change")
STATES = ("proposed", "accepted", "rejected", "withdrawn", "recorded")
POLICIES = st.builds(LedgerPolicy, spread=st.sampled_from([*Spreading]), fill=st.sampled_from([*Filling]))
LENGTHS = st.lists(st.integers(1, 400), min_size=1, max_size=12)
_numbers = count()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for many examples: each takes a meter of its own."""
    with world_in(tmp_path_factory.mktemp("world")) as opened:
        yield opened


@dataclass(frozen=True)
class Said:
    """What people say about the instant of a reading: an event (`state` None: it is taken back), or a note."""

    kind: str
    number: int
    state: str | None
    shift: int

    def row(self, name: str) -> MeterEventRow:
        at = START + self.number * STEP
        more: dict[str, Any] = {"id": f"{name}:{self.kind}:{self.number}"}
        if self.kind == "exchange":
            more |= {"old_end": Decimal(7000 + self.number), "new_start": Decimal(3), "digits": 4}
        if self.kind in {"unit_change_suspected", "factor_change"}:
            more |= {"factor": Decimal(10)}
        if self.kind == "clock_shift":
            more |= {"new_start": Decimal(self.shift)}
        return event(self.kind, at, of=name, state=self.state or "proposed", **more)


said = st.builds(
    Said,
    st.sampled_from(KINDS),
    st.integers(0, COUNT - 1),
    st.sampled_from([*STATES, None]),
    st.sampled_from([3600, -3600, 86_400 * 3, -86_400 * 15]),
)
notes = st.tuples(st.integers(0, COUNT - 1), st.sampled_from(["corrected", "substituted", "read_by_hand"]))


def whole(world: World, name: str) -> tuple[object, ...]:
    """Every row of a meter in the tables, without its name."""
    ledger, ever = world.operations.ledger, (-(2**60), 2**60)
    return (
        [row._replace(meter="") for row in ledger.days(name)],
        [row._replace(meter="", id=row.id.removeprefix(name)) for row in ledger.notices(name, *ever)],
        [row._replace(meter="") for row in ledger.substitutions(name, *ever)],
    )


def blocks(world: World, name: str) -> list[object]:
    first = START.date() - 400 * DAY
    return list(world.operations.ledger.blocks_since([name], first).get(name, ()))


def say(world: World, name: str, one: Said) -> None:
    if one.state is None:
        world.operations.events.remove(one.row(name).id)
    else:
        world.operations.events.put(one.row(name))


def note(world: World, name: str, number: int, how: str) -> None:
    at = START + number * STEP
    world.operations.notes.record(ReadingNoteRow(name, QUANTITY, milliseconds(at), how, "x", "", at))


PLAIN = {"medium": "electricity_import", "maximum_kw": None, "digits": None}
BACK_BY_WEEKS = Said("clock_shift", 0, "accepted", -86_400 * 15)


@example([], PLAIN, LedgerPolicy(), [Said("exchange", 0, "proposed", 0)] * 2 + [BACK_BY_WEEKS], [], 0)
@example([], PLAIN, LedgerPolicy(), [replace(BACK_BY_WEEKS, number=1)], [], 0)
@example([], PLAIN, LedgerPolicy(), [Said("clock_shift", 384, "accepted", 3600)], [], 0)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(
    incidents(),
    meter_kinds(),
    POLICIES,
    st.lists(said, max_size=5),
    st.lists(notes, max_size=3),
    st.integers(0, 2**32),
)
def test_however_it_became_known_the_tables_are_those_of_one_derivation(
    world: World,
    happened: list[Incident],
    declared: dict[str, Any],
    policy: LedgerPolicy,
    decided: list[Said],
    noted: list[tuple[int, str]],
    seed: int,
) -> None:
    chance, number = Random(seed), next(_numbers)
    late, once = f"late-{number}", f"once-{number}"
    kind = meter(late, interval=STEP, **declared)
    known = list(readings(happened).items())
    imported = [known[first : first + 50] for first in range(0, len(known), 50)]
    again = chance.sample(imported, min(len(imported), 2))  # imported a second time
    steps: list[tuple[str, Any]] = [
        *(("arrive", part) for part in [*imported, *again]),
        *(("say", one) for one in decided),
        *(("note", one) for one in noted),
        ("declare", policy),
    ]
    chance.shuffle(steps)
    now = START + chance.randint(5, DAYS) * DAY
    world.declare(kind).at(now)
    for what, step in steps:
        match what:
            case "arrive":
                shown = {at: value for at, value in step if at <= now + 300 * DAY}
                world.at(max(now, *shown)).arrive(shown, late)
                now = world.clock.now
            case "say":
                say(world, late, step)
            case "note":
                note(world, late, *step)
            case "declare":
                kind = replace(kind, policy=step)
        now = min(now + chance.choice([0, 2, 30, 200]) * HOUR, END - DAY)
        if chance.random() < 0.7:
            assert world.declare(kind).at(max(now, world.clock.now)).derive().failures == ()
            now = world.clock.now
    assert world.declare(kind).at(END).derive().failures == ()
    incremental, reached = whole(world, late), blocks(world, late)

    assert world.rebuild(late).changed_days == 0
    assert (whole(world, late), blocks(world, late)) == (incremental, reached)

    world.declare(replace(kind, id=once)).arrive(dict(known), once)
    for what, step in steps:
        if what == "say":
            say(world, once, step)
        if what == "note":
            note(world, once, *step)
    world.derive()
    assert whole(world, once) == incremental


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(
    incidents(), meter_kinds(), POLICIES, st.lists(st.integers(1, 400), min_size=1, max_size=12), st.integers(0, 400)
)
def test_the_parts_of_any_division_of_time_have_the_sum_of_the_whole(
    world: World,
    happened: list[Incident],
    declared: dict[str, Any],
    policy: LedgerPolicy,
    lengths: list[int],
    offset: int,
) -> None:
    name = f"parts-{next(_numbers)}"
    kind = meter(name, interval=STEP, policy=policy, **declared)
    world.declare(kind).at(END).arrive(readings(happened), name)
    there, first = world.books, milliseconds(START - 2 * DAY + offset * HOUR / 4)
    edges = np.array([first, *accumulate((length * 900_000 for length in lengths), initial=first)][1:], np.int64)
    parts = amounts_of(there, kind, edges, now=END)
    over_all = amounts_of(there, kind, edges[[0, -1]], now=END)
    by_days = amounts_by_days(there, kind, edges[[0, -1]], now=END)
    assert parts.total() == over_all.total() == by_days.total()
    assert parts.spans_ms.sum(axis=1).tolist() == over_all.spans_ms.sum(axis=1).tolist()


def test_the_worlds_of_this_file_would_show_a_day_that_is_wrong(world: World) -> None:
    name = f"wrong-{next(_numbers)}"
    world.declare(meter(name, interval=STEP)).at(END).arrive(readings([]), name)
    world.derive()
    before = whole(world, name)
    state = world.operations.ledger.states([name])[name]
    wrong = world.operations.ledger.days(name)[10]._replace(pieces="1*1")
    world.operations.ledger.write([Derivation(state, dropped_days=[wrong.day], days=[wrong])])
    assert whole(world, name) != before
    assert world.rebuild(name).changed_days == 1
    assert whole(world, name) == before
