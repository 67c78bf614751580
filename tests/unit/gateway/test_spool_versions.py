"""A spool's file as earlier versions wrote it: a row a reading, and parcels of whom nobody knew who brought them."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.reading import Reading
from gateway.replaced import Replaced
from gateway.spool import Spool, parcels

HOUR_S = 3600
NOW_S = 1_780_000_000
WAITING = """
CREATE TABLE waiting (
    id INTEGER PRIMARY KEY AUTOINCREMENT, meter TEXT NOT NULL, quantity TEXT NOT NULL,
    time_ms INTEGER NOT NULL, value REAL NOT NULL
);
"""
REFUSED = """
CREATE TABLE refused (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, source TEXT NOT NULL, place TEXT NOT NULL,
    reason TEXT NOT NULL, detail TEXT NOT NULL, content BLOB NOT NULL, time_ms INTEGER NOT NULL
);
CREATE TABLE refused_count (reason TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
"""
PARCELS = """
CREATE TABLE parcel (
    last_id INTEGER PRIMARY KEY AUTOINCREMENT, count INTEGER NOT NULL, checksum INTEGER NOT NULL,
    readings BLOB NOT NULL
);
"""
ARRIVAL = "CREATE TABLE arrival (hour INTEGER PRIMARY KEY, first_id INTEGER NOT NULL);"


def reading(number: int) -> Reading:
    return Reading("strom", "active_energy_import", number * 60_000, 4711.5)


def old_file(path: Path, numbers: list[int], *, version: int, ever: int) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.executescript(
            WAITING + REFUSED + (ARRIVAL if version == 2 else "") + f"PRAGMA user_version = {version};"
        )
        file.executemany("INSERT INTO waiting VALUES (?, ?, ?, ?, ?)", [(one, *reading(one)) for one in numbers])
        file.execute("UPDATE sqlite_sequence SET seq = ?", (ever,))
        file.commit()


@pytest.mark.parametrize("version", [1, 2])
def test_what_waits_is_taken_over_under_its_numbers_and_none_is_given_twice(tmp_path: Path, version: int) -> None:
    path = tmp_path / "spool.sqlite"
    numbers = [3, 4, *range(7, 260), 300]
    old_file(path, numbers, version=version, ever=400)

    with closing(Spool(path)) as spool:
        spool.append([reading(9_999)])

        assert spool.oldest(1_000) == [*((number, reading(number)) for number in numbers), (401, reading(9_999))]
        assert spool.depth() == len(numbers) + 1
    with closing(Spool(path)) as again:
        assert again.depth() == len(numbers) + 1


def test_parcels_of_version_3_wait_on_and_what_follows_has_its_origin(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    with closing(sqlite3.connect(path)) as file:
        file.executescript(PARCELS + REFUSED + ARRIVAL)
        parcels.put_numbered(file, [(number, reading(number)) for number in (7, 8)])
        file.execute("PRAGMA user_version = 3")
        file.commit()

    with closing(Spool(path)) as spool:
        spool.append([reading(9)], source="Frau Beispiel")

        assert spool.oldest(10) == [(number, reading(number)) for number in (7, 8, 9)]
        spool.beside.note([Replaced(*reading(number)[:3], 1.0, reading(number).value) for number in (8, 9)])
        assert [one.source for _, one in spool.beside.under_way()] == ["", "Frau Beispiel"]


def test_how_long_it_waits_is_known_still(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    old_file(path, [7, 8], version=2, ever=8)
    with closing(sqlite3.connect(path)) as file:
        file.executemany("INSERT INTO arrival VALUES (?, ?)", [(NOW_S // HOUR_S - 48, 1), (NOW_S // HOUR_S - 2, 8)])
        file.commit()

    with closing(Spool(path, clock_s=lambda: NOW_S)) as spool:
        assert spool.filling().waiting_for >= timedelta(hours=48)
        spool.delete([7])
        assert spool.filling().waiting_for < timedelta(hours=4)


def test_a_damaged_one_gives_what_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    numbers = list(range(1, 20_001))
    old_file(path, numbers, version=2, ever=20_000)
    with path.open("r+b") as raw:
        raw.seek(4096 * (path.stat().st_size // 4096 // 2))
        raw.write(b"\xff" * 4096)

    with closing(Spool(path)) as spool:
        saved = [one.time_ms // 60_000 for _, one in spool.oldest(20_000)]

    assert 19_700 < len(saved) < 20_000
    assert saved == sorted(set(saved))
    assert (saved[0], saved[-1]) == (1, 20_000)
