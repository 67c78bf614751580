"""The writer that keeps what it overwrites, while its process is killed at every step."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import Forbidden, StorageFull, Unreachable
from gateway.beside import BesideFile
from gateway.keeping_writer import KeepingWriter
from gateway.reading import Identity, Reading, Refused
from gateway.spool import Spool

NOW_MS = 1_780_000_000_000
DAY_MS = 86_400_000


class Values:
    """A store in memory that overwrites; it refuses what it was told, and may die before or after it has written."""

    def __init__(self) -> None:
        self.values: dict[Identity, float] = {}
        self.refuses: set[float] = set()
        self.dies = ""
        self.asked = 0

    def standing(self, readings: Sequence[Reading]) -> Mapping[Identity, float]:
        self.asked += 1
        if self.dies == "forbidden":
            raise Forbidden("the token may not read")
        return {one[:3]: self.values[one[:3]] for one in readings if one[:3] in self.values}

    def write(self, readings: Sequence[Reading]) -> Sequence[Refused]:
        if self.dies == "before":
            raise Unreachable("killed")
        taken = [one for one in readings if one.value not in self.refuses]
        self.values |= {one[:3]: one.value for one in taken}
        if self.dies == "after":
            raise Unreachable("killed")
        return [Refused("influx", one.meter, "no", "", b"", one.time_ms) for one in readings if one not in taken]


def reading(value: float, *, day: int = 1, meter: str = "gs-strom") -> Reading:
    return Reading(meter, "volume", NOW_MS - day * DAY_MS, value)


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[BesideFile]:
    """A file beside an empty store."""
    with closing(BesideFile(tmp_path / "beside.sqlite")) as beside:
        yield beside


def writer_of(store: Values, beside: BesideFile) -> KeepingWriter:
    return KeepingWriter(store, beside, now_ms=lambda: NOW_MS)


def kept(beside: BesideFile) -> list[tuple[float, float]]:
    return [(one.former, one.value) for _, one in beside.replaced()]


@pytest.mark.parametrize("dies", ["before", "after"])
def test_who_is_killed_around_the_write_has_lost_no_value_and_invents_none(beside: BesideFile, dies: str) -> None:
    store = Values()
    writer_of(store, beside).write([reading(1.0), reading(5.0, day=2)])
    store.dies = dies
    batch = [reading(2.0), reading(5.0, day=2)]
    with pytest.raises(Unreachable):
        writer_of(store, beside).write(batch)
    assert kept(beside) == []
    store.dies = ""

    for _ in range(2):
        writer_of(store, beside).write(batch)

    assert kept(beside) == [(1.0, 2.0)]
    assert beside.under_way() == []


def test_what_a_killed_command_replaced_is_settled_by_the_next_one_whatever_that_writes(beside: BesideFile) -> None:
    store = Values()
    writer_of(store, beside).write([reading(1.0, meter="written"), reading(1.0, meter="not written")])
    for meter, dies in (("written", "after"), ("not written", "before")):
        store.dies = dies
        with pytest.raises(Unreachable):
            writer_of(store, beside).write([reading(2.0, meter=meter)])
    store.dies = ""

    writer_of(store, beside).write([reading(5.0, meter="another")])

    assert [one.meter for _, one in beside.replaced()] == ["written"]
    assert [one.meter for _, one in beside.under_way()] == ["not written"]


def test_without_a_place_for_the_former_value_it_is_not_overwritten(
    beside: BesideFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Values()
    writer_of(store, beside).write([reading(1.0)])

    def full(_: object) -> None:
        raise StorageFull("no room")

    monkeypatch.setattr(beside, "note", full)
    with pytest.raises(StorageFull):
        writer_of(store, beside).write([reading(2.0)])
    assert store.values == {reading(1.0)[:3]: 1.0}


def test_what_the_store_refuses_has_replaced_nothing(beside: BesideFile) -> None:
    store = Values()
    writer = writer_of(store, beside)
    writer.write([reading(1.0), reading(1.0, meter="b")])
    store.refuses = {2.0}

    refused = writer.write([reading(2.0), reading(3.0, meter="b")])

    assert len(refused) == 1
    assert kept(beside) == [(1.0, 3.0)]
    assert beside.under_way() == []


def test_a_store_that_may_not_be_asked_is_written_all_the_same_and_said_once(
    beside: BesideFile, caplog: pytest.LogCaptureFixture
) -> None:
    store = Values()
    store.dies = "forbidden"
    writer = writer_of(store, beside)

    for value in (1.0, 2.0, 3.0):
        writer.write([reading(value)])

    assert store.values == {reading(3.0)[:3]: 3.0}
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_live_readings_cost_the_store_one_question_in_all(beside: BesideFile) -> None:
    store = Values()
    clock = count(NOW_MS, 1000)
    writer = KeepingWriter(store, beside, now_ms=lambda: next(clock))
    for second in range(100):
        writer.write([Reading(f"meter-{meter}", "volume", NOW_MS + 1000 * second, 1.0) for meter in range(5)])

    assert store.asked == 1


def test_who_pushed_a_value_is_said_of_it_although_it_waited_in_a_spool(tmp_path: Path) -> None:
    store = Values()
    store.values = {reading(1.0, day=day)[:3]: 1.0 for day in range(1, 4)}
    with closing(Spool(tmp_path / "spool.sqlite")) as spool:
        spool.append([reading(2.0, day=1)])
        spool.append([reading(2.0, day=2)], source="Frau Beispiel")
        spool.append([reading(2.0, day=3)] * 300, source="logger.csv")
        writer = KeepingWriter(store, spool.beside, now_ms=lambda: NOW_MS)
        while rows := spool.oldest(5_000):
            refused = writer.write([one for _, one in rows])
            spool.settle([number for number, _ in rows], refused)

        found = [(one.source, one.at_ms) for _, one in spool.beside.replaced()]

    assert found == [("", NOW_MS), ("Frau Beispiel", NOW_MS), ("logger.csv", NOW_MS)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(st.tuples(st.integers(1, 2), st.integers(0, 3)), min_size=1, max_size=4),
            st.sampled_from(["", "", "before", "after"]),
        ),
        max_size=6,
    )
)
def test_whatever_is_killed_in_between_every_former_value_is_kept(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[list[tuple[int, int]], str]]
) -> None:
    store, said = Values(), dict[int, list[float]]()
    with closing(BesideFile(tmp_path_factory.mktemp("beside") / "beside.sqlite")) as beside:
        for rows, dies in story:
            batch = [reading(float(value), day=day) for day, value in rows]
            for ending in (dies, ""):
                store.dies = ending
                try:
                    writer_of(store, beside).write(batch)
                except Unreachable:
                    continue
                break
            for day, value in rows:
                said.setdefault(day, []).append(float(value))
        found = [one for _, one in beside.replaced()]

        assert beside.under_way() == []
    for day, values in said.items():
        formers = {one.former for one in found if one.time_ms == reading(0.0, day=day).time_ms}
        assert set(values) == formers | {values[-1]}
        assert bool(formers) == (len(set(values)) > 1)
