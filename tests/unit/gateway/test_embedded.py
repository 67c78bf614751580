"""What the embedded store adds to the contracts: long series, damage, other versions, a locked file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import ConfigurationError, InvalidReading, StorageFull, Unreachable
from gateway.embedded import EmbeddedStore
from gateway.reading import Reading, Receipt, Refused
from gateway.refused import refused_readings
from gateway.series import Series

QUANTITY = "active_energy_import"
VERSION_1 = """
CREATE TABLE series (id INTEGER PRIMARY KEY, meter TEXT NOT NULL, quantity TEXT NOT NULL, UNIQUE (meter, quantity));
CREATE TABLE reading (
    series INTEGER NOT NULL, time_ms INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY (series, time_ms)
) WITHOUT ROWID;
CREATE TABLE refused (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, source TEXT NOT NULL, place TEXT NOT NULL,
    reason TEXT NOT NULL, detail TEXT NOT NULL, content BLOB NOT NULL, time_ms INTEGER NOT NULL
);
CREATE TABLE refused_count (reason TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO series VALUES (1, 'a', 'active_energy_import');
INSERT INTO reading VALUES (1, 1, 1.0);
INSERT INTO refused VALUES (1, x'00', 'api', 'a', 'future_time', 'soon', x'7b', 5);
PRAGMA user_version = 1;
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store's file lies."""
    return tmp_path / "state" / "readings.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[EmbeddedStore]:
    """An empty store."""
    store = EmbeddedStore(path)
    yield store
    store.close()


def history(length: int) -> Series:
    times = 1_770_000_000_000 + 900_000 * np.arange(length, dtype=np.int64)
    return Series(times, np.cumsum(np.full(length, 0.1)))


def test_a_receipt_tells_new_changed_and_known_apart(store: EmbeddedStore) -> None:
    store.append([Reading("a", QUANTITY, 1, 1.0), Reading("a", QUANTITY, 2, 2.0)])

    receipt = store.append(
        [Reading("a", QUANTITY, 1, 1.0), Reading("a", QUANTITY, 2, 2.5), Reading("b", QUANTITY, 1, 1.0)]
    )

    assert receipt == Receipt(accepted=2, known=1, replaced=1)


def test_a_history_is_loaded_in_one_commit_and_comes_back_exactly(store: EmbeddedStore) -> None:
    series = history(5_000)

    first = store.append_many([("a", QUANTITY, series), ("b", QUANTITY, series)])
    again = store.append_series("a", QUANTITY, series)

    assert (first, again) == (Receipt(10_000, 0), Receipt(0, 5_000))
    read = store.read("b", QUANTITY)
    assert np.array_equal(read.time_ms, series.time_ms)
    assert np.array_equal(read.value, series.value)


def test_a_history_with_a_bad_value_is_kept_out_with_all_that_came_with_it(store: EmbeddedStore) -> None:
    bad = Series(np.array([1, 2], np.int64), np.array([1.0, np.nan]))

    with pytest.raises(InvalidReading, match="b active_energy_import"):
        store.append_many([("a", QUANTITY, history(10)), ("b", QUANTITY, bad)])

    assert len(store.read("a", QUANTITY)) == 0


def test_a_damaged_file_is_named_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database, but somebody's only copy" * 100)

    with pytest.raises(ConfigurationError, match=path.name):
        EmbeddedStore(path)

    assert path.read_bytes().startswith(b"this is no database")


def test_a_file_of_a_later_version_is_left_alone(path: Path, store: EmbeddedStore) -> None:
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()

    with pytest.raises(ConfigurationError, match="later version"):
        EmbeddedStore(path)


def test_a_file_of_version_1_goes_on_and_keeps_what_is_replaced_from_now_on(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as file:
        file.executescript(VERSION_1)
    refused = Refused("api", "a", "future_time", "soon", b"{", 5)
    assert refused_readings(path) == [refused]  # as another process sees it that was started first

    with closing(EmbeddedStore(path)) as store:
        receipt = store.append([Reading("a", QUANTITY, 1, 2.0)], [refused._replace(time_ms=6, meter="a")])

        assert receipt == Receipt(accepted=1, known=0, replaced=1)
        assert [one.former for _, one in store.beside.replaced()] == [1.0]
        assert store.refused() == [refused._replace(time_ms=6, meter="a"), refused]


def test_a_failed_append_has_replaced_nothing(store: EmbeddedStore) -> None:
    store.append([Reading("a", QUANTITY, 1, 1.0)])

    with pytest.raises(OverflowError):
        store.append([Reading("a", QUANTITY, 1, 2.0), Reading("a", QUANTITY, 2**70, 1.0)])

    assert store.beside.replaced() == store.beside.under_way() == []


def test_a_history_says_what_it_replaced_and_who_brought_it(store: EmbeddedStore) -> None:
    series = history(3)
    store.append_series("a", QUANTITY, series)

    receipt = store.append_many([("a", QUANTITY, Series(series.time_ms, series.value + 1))], source="logger.csv")

    assert receipt == Receipt(accepted=3, known=0, replaced=3)
    assert [(one.former, one.source) for _, one in store.beside.replaced()] == [
        (float(value), "logger.csv") for value in series.value
    ]


def test_a_place_that_cannot_be_written_is_storage_full(tmp_path: Path) -> None:
    with pytest.raises(StorageFull, match="cannot be opened"):
        EmbeddedStore(tmp_path)


def test_a_file_that_another_process_holds_takes_nothing_and_keeps_what_it_had(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.durable_file.BUSY_TIMEOUT_S", 0.01)
    store = EmbeddedStore(path)
    store.append([Reading("a", QUANTITY, 1, 1.0)])
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(StorageFull, match="locked"):
        store.append([Reading("a", QUANTITY, 2, 2.0)])
    with pytest.raises(StorageFull):
        store.ready()
    with pytest.raises(Unreachable):
        store.write([Reading("a", QUANTITY, 2, 2.0)])
    assert store.read("a", QUANTITY).time_ms.tolist() == [1]  # readers do not wait for writers

    holder.close()
    assert store.append([Reading("a", QUANTITY, 2, 2.0)]) == Receipt(1, 0)
    store.close()


def test_a_failed_append_forgets_the_series_that_it_began(store: EmbeddedStore) -> None:
    with pytest.raises(OverflowError):
        store.append([Reading("new", QUANTITY, 2**70, 1.0)])
    store.append([Reading("other", QUANTITY, 1, 2.0)])

    store.append([Reading("new", QUANTITY, 1, 1.0)])

    assert store.read("new", QUANTITY).value.tolist() == [1.0]
    assert store.read("other", QUANTITY).value.tolist() == [2.0]


def test_a_disk_with_little_room_left_is_not_ready(store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.durable_file.RESERVE_BYTES", 2**62)

    with pytest.raises(StorageFull, match="MiB left"):
        store.ready()


def test_two_stores_on_one_file_see_each_other(path: Path, store: EmbeddedStore) -> None:
    other = EmbeddedStore(path)
    store.append([Reading("a", QUANTITY, 1, 1.0)])
    other.append([Reading("b", QUANTITY, 1, 2.0)])

    assert set(store.newest()) == set(other.newest()) == {("a", QUANTITY), ("b", QUANTITY)}
    other.close()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=12),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=12),
)
def test_the_last_word_on_an_instant_stands_and_every_other_one_is_kept(
    tmp_path_factory: pytest.TempPathFactory, first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    said: dict[int, list[float]] = {}
    with closing(EmbeddedStore(tmp_path_factory.mktemp("store") / "readings.sqlite")) as store:
        counts = Receipt(0, 0, 0)
        for batch in (first, second):
            receipt = store.append([Reading("a", QUANTITY, time, float(value)) for time, value in batch])
            counts = Receipt(counts.accepted + receipt.accepted, 0, (counts.replaced or 0) + (receipt.replaced or 0))
            for time, value in batch:
                if said.setdefault(time, [float(value)])[-1] != value:
                    said[time].append(float(value))
        kept = [one for _, one in store.beside.replaced()]

        series = store.read("a", QUANTITY)
    assert dict(zip(series.time_ms.tolist(), series.value.tolist(), strict=True)) == {
        time: values[-1] for time, values in said.items()
    }
    for time, values in said.items():
        steps = [(one.former, one.value) for one in kept if one.time_ms == time]
        assert steps == list(pairwise(values))
    assert counts.accepted == sum(map(len, said.values()))
    assert counts.replaced == len(kept)
