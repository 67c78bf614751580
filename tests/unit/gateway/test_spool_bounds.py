"""A spool's bounds in days and bytes, what it leaves out first, and what is saved from a damaged one."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from config.errors import StorageFull
from gateway.rationing import QUARTER_HOUR_MS, RationedSpool
from gateway.reading import Reading
from gateway.spool import Spool

HOUR_S = 3600.0
NOW_S = 1_780_000_000.0
DAYS = timedelta(days=10)


class Clock:
    """A clock that a test sets, in seconds since 1970."""

    def __init__(self, now_s: float = NOW_S) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s

    def pass_days(self, days: float) -> None:
        self.now_s += days * 24 * HOUR_S


def gauge(minute: int) -> Reading:
    return Reading("strom", "active_power.L1", minute * 60_000, 230.0)


def counter(minute: int) -> Reading:
    return Reading("strom", "active_energy_import", minute * 60_000, 4711.0)


def amount(minute: int) -> Reading:
    return Reading("strom", "interval_energy", minute * 60_000, 1.25)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def spool(tmp_path: Path, clock: Clock) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool.sqlite", max_wait=DAYS, clock_s=clock)
    yield spool
    spool.close()


def waiting(spool: Spool) -> list[Reading]:
    return [reading for _, reading in spool.oldest(10_000)]


def test_rows_between_two_ids_are_given_in_the_order_in_which_they_came(spool: Spool) -> None:
    spool.append([counter(minute) for minute in range(5)])
    ids = [row_id for row_id, _ in spool.oldest(5)]

    assert [reading.time_ms for _, reading in spool.after(ids[0], 2)] == [60_000, 120_000]
    assert [row_id for row_id, _ in spool.after(ids[0], 9, up_to=ids[3])] == ids[1:4]
    assert spool.newest_id() == ids[4]


def test_a_spool_without_rows_is_empty_and_nothing_waits(spool: Spool, clock: Clock) -> None:
    clock.pass_days(100)
    assert (spool.filling().depth, spool.filling().waiting_for, spool.newest_id()) == (0, timedelta(0), 0)


def test_how_long_rows_wait_is_no_matter_of_their_own_times(spool: Spool, clock: Clock) -> None:
    spool.append([Reading("strom", "volume", 0, 1.0)])
    clock.pass_days(2)
    filling = spool.filling()
    assert timedelta(days=2) <= filling.waiting_for <= timedelta(days=2, hours=1)
    assert 0.2 <= filling.share <= 0.21


def test_the_wait_goes_on_after_a_restart_and_ends_with_the_oldest_row(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "again.sqlite"
    with closing(Spool(path, clock_s=clock)) as first:
        first.append([counter(0)])
    clock.pass_days(3)
    with closing(Spool(path, clock_s=clock)) as again:
        again.append([counter(1)])
        assert again.filling().waiting_for >= timedelta(days=3)
        again.delete([row_id for row_id, _ in again.oldest(1)])
        assert again.filling().waiting_for <= timedelta(hours=1)


def test_beyond_its_bound_in_days_a_spool_refuses_and_keeps_what_it_has(spool: Spool, clock: Clock) -> None:
    spool.append([counter(0)])
    clock.pass_days(10.1)
    with pytest.raises(StorageFull, match="holds 1 readings, the oldest for 10 days"):
        spool.append([counter(1)])
    with pytest.raises(StorageFull):
        spool.ready()
    assert waiting(spool) == [counter(0)]


def test_a_clock_that_starts_in_1970_makes_no_spool_full(tmp_path: Path) -> None:
    clock = Clock(0.0)
    with closing(Spool(tmp_path / "early.sqlite", max_wait=DAYS, clock_s=clock)) as spool:
        spool.append([counter(0)])
        clock.now_s = NOW_S
        assert spool.append([counter(1)]).accepted == 1


def test_while_there_is_room_everything_is_taken(spool: Spool) -> None:
    rationed = RationedSpool(spool)
    everything = [gauge(0), gauge(1), counter(1), amount(1)]
    rationed.append(everything)
    assert (waiting(spool), rationed.ration, rationed.left_out) == (everything, 0, {})


def test_gauges_are_thinned_first(spool: Spool, clock: Clock) -> None:
    rationed = RationedSpool(spool)
    rationed.append([amount(0)])
    clock.pass_days(7.5)

    receipt = rationed.append([gauge(0), gauge(1), counter(0), counter(1)])
    rationed.append([gauge(14), gauge(15)])

    assert receipt.accepted == 3
    assert waiting(spool) == [amount(0), gauge(0), counter(0), counter(1), gauge(15)]
    assert rationed.left_out == {"spool_full_gauge": 2}


def test_then_gauges_go_and_counters_are_thinned_and_amounts_are_taken_to_the_end(spool: Spool, clock: Clock) -> None:
    rationed = RationedSpool(spool)
    rationed.append([amount(0)])
    clock.pass_days(9)

    rationed.append([gauge(15), *(counter(minute) for minute in range(30)), *(amount(m) for m in range(1, 4))])

    assert waiting(spool) == [amount(0), counter(0), counter(15), amount(1), amount(2), amount(3)]
    assert spool.refused_counts() == {"spool_full_gauge": 1, "spool_full_counter": 28}


def test_what_is_left_out_is_said_once_and_the_end_of_it_too(
    spool: Spool, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "gateway.rationing")
    rationed = RationedSpool(spool)
    rationed.append([amount(0)])
    clock.pass_days(9)
    rationed.append([gauge(0)])
    rationed.append([gauge(1)])
    spool.delete([row_id for row_id, _ in spool.oldest(9)])
    rationed.append([gauge(2)])

    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "gauges are not taken" in caplog.text
    assert "everything is taken again; so far left out: {'spool_full_gauge': 2}" in caplog.text


def test_a_reading_that_found_no_room_takes_no_others_place(tmp_path: Path, clock: Clock) -> None:
    with closing(Spool(tmp_path / "small.sqlite", max_wait=DAYS, clock_s=clock)) as spool:
        rationed = RationedSpool(spool)
        rationed.append([amount(0)])
        clock.pass_days(10.1)
        with pytest.raises(StorageFull):
            rationed.append([counter(0)])
        clock.pass_days(-1)
        rationed.append([counter(0)])
        assert waiting(spool) == [amount(0), counter(0)]


def test_a_full_box_says_that_nothing_is_taken_until_it_takes_again(
    spool: Spool, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "gateway.rationing")
    rationed = RationedSpool(spool)
    rationed.append([amount(0)])
    clock.pass_days(10.1)
    for _ in range(2):
        with pytest.raises(StorageFull):
            rationed.append([counter(0)])
    assert rationed.is_full
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "nothing is taken any more" in caplog.text
    assert "once a quarter of an hour" not in caplog.text

    clock.pass_days(-9)
    rationed.ready()
    assert rationed.is_full
    rationed.append([counter(0)])
    assert not rationed.is_full


def test_the_first_reading_of_a_quarter_of_an_hour_is_the_one_that_is_kept(spool: Spool, clock: Clock) -> None:
    rationed = RationedSpool(spool)
    rationed.append([amount(0)])
    clock.pass_days(9)
    rationed.append([counter(minute) for minute in range(3, 40)])
    kept = [reading.time_ms for reading in waiting(spool)[1:]]
    assert kept == [3 * 60_000, QUARTER_HOUR_MS, 2 * QUARTER_HOUR_MS]


def test_what_can_be_read_of_a_damaged_spool_waits_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "spool.sqlite"
    rows = 40_000
    with closing(Spool(path)) as spool:
        for start in range(0, rows, 2000):
            spool.append([counter(minute) for minute in range(start, start + 2000)])
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as raw:
        raw.seek(4096 * (path.stat().st_size // 4096 // 2))
        raw.write(b"\xff" * 4096)

    with closing(Spool(path)) as spool:
        minutes = [reading.time_ms // 60_000 for reading in waiting_all(spool, rows)]

    assert rows - 300 < len(minutes) < rows
    assert (minutes[0], minutes[-1]) == (0, rows - 1)
    assert minutes == sorted(set(minutes))
    assert f"{len(minutes)} readings of the damaged spool could be read and wait again" in caplog.text


def waiting_all(spool: Spool, limit: int) -> list[Reading]:
    return [reading for _, reading in spool.oldest(limit)]


def test_of_a_file_that_is_no_database_any_more_nothing_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    path.write_bytes(b"no database" * 1000)
    with closing(Spool(path)) as spool:
        assert spool.depth() == 0
        assert spool.append([counter(0)]).accepted == 1
    assert len(list(tmp_path.glob("spool.sqlite.damaged-*"))) == 1
