"""What the spool adds to the sink's contract: order, bound, deletion, parking, quarantine."""

import contextlib
import logging
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from config.errors import ConfigurationError, StorageFull
from gateway.reading import Reading, Refused
from gateway.spool import Spool, spool_depth

PARKED = Refused("influx", "gs-strom", "field_type_conflict", "…", b"{}", 5)


def reading(number: int, value: float = 1.5) -> Reading:
    return Reading("gs-strom", "volume", number, value)


def fill(spool: Spool) -> int:
    """Append until the spool refuses; return how many readings it took."""
    accepted = 0
    with contextlib.suppress(StorageFull):
        while accepted < 100_000:
            accepted += spool.append([reading(number) for number in range(100)]).accepted
    return accepted


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the spool's file lies."""
    return tmp_path / "spool.sqlite"


@pytest.fixture
def spool(path: Path) -> Iterator[Spool]:
    """An empty spool."""
    spool = Spool(path)
    yield spool
    spool.close()


def test_rows_leave_in_the_order_in_which_they_came(spool: Spool) -> None:
    spool.append([reading(3), reading(1)])
    spool.append([reading(2), reading(1)])

    rows = spool.oldest(3)

    assert [one for _, one in rows] == [reading(3), reading(1), reading(2)]
    spool.delete(row_id for row_id, _ in rows)
    assert [one for _, one in spool.oldest(10)] == [reading(1)]


def test_only_the_named_rows_are_deleted_and_deleting_twice_is_harmless(spool: Spool) -> None:
    spool.append([reading(number) for number in range(5)])
    ids = [row_id for row_id, _ in spool.oldest(5)]

    spool.delete([ids[1], ids[3]])
    spool.delete([ids[1], ids[3]])
    spool.delete([])

    assert [one.time_ms for _, one in spool.oldest(5)] == [0, 2, 4]
    assert spool.depth() == 3


def test_an_id_is_never_given_twice(path: Path, spool: Spool) -> None:
    spool.append([reading(0)])
    ((first, _),) = spool.oldest(1)
    spool.delete([first])
    spool.close()
    again = Spool(path)
    again.append([reading(1)])

    ((second, _),) = again.oldest(1)

    assert second > first
    again.close()


def test_settling_deletes_and_parks_at_once(spool: Spool) -> None:
    spool.append([reading(5), reading(6)])

    spool.settle([row_id for row_id, _ in spool.oldest(2)], [PARKED])

    assert (spool.depth(), spool.refused()) == (0, [PARKED])


def test_parking_keeps_the_reason(spool: Spool) -> None:
    spool.park([PARKED])

    assert spool.refused_counts() == {"field_type_conflict": 1}


def test_a_spool_at_its_bound_refuses_and_drops_nothing(path: Path) -> None:
    spool = Spool(path, max_bytes=100_000)

    accepted = fill(spool)

    assert accepted > 1_000
    assert spool.depth() == accepted == len(spool.oldest(100_000))
    with pytest.raises(StorageFull, match="bound is 100000 bytes"):
        spool.append([reading(number) for number in range(100)])
    spool.close()


def test_a_spool_at_its_bound_takes_readings_again_once_some_are_forwarded(path: Path) -> None:
    spool = Spool(path, max_bytes=100_000)
    fill(spool)

    spool.settle([row_id for row_id, _ in spool.oldest(1_000)], [PARKED])

    spool.ready()
    assert spool.append([reading(1)]).accepted == 1
    spool.close()


@pytest.mark.parametrize("damage", ["start", "middle"])
def test_a_damaged_spool_is_set_aside_loudly_and_a_new_one_begins(
    path: Path, spool: Spool, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    spool.append([reading(number) for number in range(5_000)])
    spool.close()
    content = bytearray(path.read_bytes())
    first = 0 if damage == "start" else 16 * 4096
    content[first : first + 4096] = b"\xa5" * 4096
    path.write_bytes(content)

    with caplog.at_level(logging.ERROR, logger="gateway.spool"):
        again = Spool(path)

    assert again.depth() == 0 if damage == "start" else 4_000 < again.depth() < 5_000
    assert again.append([reading(1)]).accepted == 1
    (aside,) = path.parent.glob("spool.sqlite.damaged-*")
    assert aside.read_bytes() == bytes(content)
    assert str(aside) in caplog.text
    again.close()


def test_a_parcel_that_is_damaged_later_is_parked_and_the_others_go_on(
    spool: Spool, caplog: pytest.LogCaptureFixture
) -> None:
    spool.append([reading(number) for number in range(3)])
    spool.append([reading(number) for number in range(3, 5)])
    with spool._file.writing() as connection:
        connection.execute("UPDATE parcel SET readings = zeroblob(length(readings)) WHERE last_id = 3")

    assert [one for _, one in spool.oldest(10)] == [reading(3), reading(4)]
    assert spool.depth() == 2
    (parked,) = spool.refused()
    assert (parked.source, parked.reason) == ("spool", "damaged")
    assert "3 readings up to number 3 cannot be read" in caplog.text


def test_a_parcel_that_is_damaged_before_a_part_of_it_is_deleted_is_parked_too(spool: Spool) -> None:
    spool.append([reading(number) for number in range(3)])
    ids = [row_id for row_id, _ in spool.oldest(3)]
    with spool._file.writing() as connection:
        connection.execute("UPDATE parcel SET checksum = checksum + 1")

    spool.settle(ids[:1], [PARKED])

    assert spool.depth() == len(spool.oldest(3)) == 0
    assert spool.refused_counts() == {"damaged": 1, "field_type_conflict": 1}


def test_a_spool_of_a_later_version_is_not_set_aside(path: Path, spool: Spool) -> None:
    with spool._file.writing() as connection:
        connection.execute("PRAGMA user_version=99")
    spool.close()

    with pytest.raises(ConfigurationError, match="later version"):
        Spool(path)

    assert path.exists()


def test_another_process_reads_how_many_wait(path: Path, spool: Spool, tmp_path: Path) -> None:
    spool.append([reading(1), reading(2)])

    assert spool_depth(path) == 2
    assert spool_depth(tmp_path / "not-there.sqlite") == 0


class SpoolModel(RuleBasedStateMachine):
    """Any mix of appends, deletions, parkings and restarts against a plain list."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "spool.sqlite"
        self.spool = Spool(self.path)
        self.waiting: list[Reading] = []
        self.parked: set[Refused] = set()

    @rule(
        values=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=5), more=st.sampled_from([0, 250])
    )
    def append(self, values: list[float], more: int) -> None:
        readings = [reading(index, value) for index, value in enumerate([*values, *([1.5] * more)])]
        self.spool.append(readings)
        self.waiting += readings

    @rule(limit=st.integers(0, 7) | st.integers(90, 310))
    def forward(self, limit: int) -> None:
        rows = self.spool.oldest(limit)
        assert [one for _, one in rows] == self.waiting[:limit]
        self.spool.delete(row_id for row_id, _ in rows)
        del self.waiting[:limit]

    @precondition(lambda self: self.waiting)
    @rule(picked=st.sets(st.integers(0, 320)), number=st.integers(0, 3))
    def settle_some(self, picked: set[int], number: int) -> None:
        rows = self.spool.oldest(len(self.waiting))
        refused = PARKED._replace(time_ms=number)
        self.spool.settle([row_id for index, (row_id, _) in enumerate(rows) if index in picked], [refused])
        self.waiting = [one for index, one in enumerate(self.waiting) if index not in picked]
        self.parked.add(refused)

    @rule()
    def restart(self) -> None:
        self.spool.close()
        self.spool = Spool(self.path)

    @rule()
    def go_on_from_what_a_killed_process_left(self) -> None:
        self.path = self.path.with_name(f"after-{self.path.name}")
        for suffix in ("", "-wal"):  # the shared memory beside them is gone with the process
            shutil.copyfile(f"{self.spool.path}{suffix}", f"{self.path}{suffix}")
        self.spool.close()
        self.spool = Spool(self.path)

    @rule(count=st.integers(1, 5))
    def append_beyond_the_bound(self, count: int) -> None:
        self.spool.close()
        full = Spool(self.path, max_bytes=0)
        with pytest.raises(StorageFull):
            full.append([reading(number) for number in range(count)], [PARKED._replace(time_ms=99)])
        full.close()
        self.spool = Spool(self.path)

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        assert self.spool.depth() == len(self.waiting)
        assert [one for _, one in self.spool.oldest(100_000)] == self.waiting
        assert set(self.spool.refused()) == self.parked

    def teardown(self) -> None:
        self.spool.close()
        self.folder.cleanup()


TestSpoolModel = SpoolModel.TestCase
TestSpoolModel.settings = settings(max_examples=25, stateful_step_count=20)
