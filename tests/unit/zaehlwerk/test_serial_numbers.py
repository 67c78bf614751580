"""Serial numbers survive a restart, and one that changed becomes a question to people."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.modbus.identity import compare
from config.errors import Unreachable
from gateway.operations import Operations
from zaehlwerk.intake import OperationsAtNeed
from zaehlwerk.processes.serial_numbers import SerialNumbers

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def operations(tmp_path: Path) -> Iterator[Operations]:
    opened = Operations(f"sqlite:///{tmp_path / 'operations.sqlite'}")
    opened.upgrade()
    yield opened
    opened.close()


def hear(operations: Operations, serial: str, *, days: int) -> int:
    """A device tells its serial number in a process of its own; return how many changes that was."""
    book = SerialNumbers(lambda: operations, lambda: NOW)
    return len(asyncio.run(compare(book, ["strom"], serial, NOW + timedelta(days=days))))


def test_an_exchange_during_a_restart_is_noticed(operations: Operations) -> None:
    assert [hear(operations, "111", days=0), hear(operations, "111", days=1), hear(operations, "222", days=2)] == [
        0,
        0,
        1,
    ]
    first, change = operations.events.of_meter("strom")
    assert (first.kind, first.serial, first.state) == ("serial_seen", "111", "recorded")
    assert (change.kind, change.serial, change.state) == ("serial_changed", "222", "proposed")
    assert change.detail == "Gerät getauscht? 111 → 222"
    assert hear(operations, "222", days=3) == 0


@pytest.mark.parametrize("url", ["sqlite:///{}/damaged.sqlite", "sqlite:////dev/null/x.sqlite", "nonsense"])
def test_a_database_that_is_damaged_or_wrongly_set_is_no_end_of_the_polling_either(tmp_path: Path, url: str) -> None:
    (tmp_path / "damaged.sqlite").write_bytes(b"no database " * 500)
    records = OperationsAtNeed(url.format(tmp_path))
    with pytest.raises(Unreachable):
        asyncio.run(SerialNumbers(records, lambda: NOW).known("strom"))
    records.close()


def test_an_exchange_that_a_person_recorded_with_its_serial_number_is_not_asked_about(operations: Operations) -> None:
    hear(operations, "111", days=0)
    (seen,) = operations.events.of_meter("strom")
    operations.events.record(replace(seen, id="", kind="exchange", serial="222", time=NOW + timedelta(days=1)))
    hear(operations, "222", days=2)
    newest = operations.events.of_meter("strom")[-1]
    assert (newest.kind, newest.serial, newest.state) == ("serial_seen", "222", "recorded")


def test_a_database_that_is_away_is_no_end_of_the_polling(tmp_path: Path) -> None:
    never_upgraded = Operations(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    with pytest.raises(Unreachable):
        hear(never_upgraded, "111", days=0)
    never_upgraded.close()
