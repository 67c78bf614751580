"""What arrives late is told in the same commit, and costs who polls nothing."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from config.errors import InvalidReading
from gateway.embedded import EmbeddedStore
from gateway.influx.line_protocol import encode, encode_late
from gateway.reading import Reading
from gateway.series import Series
from gateway.touched import SPAN_MS, Firsts, late_before, late_spans

QUANTITY = "active_energy_import"
NOW_S = datetime(2026, 3, 29, 12, tzinfo=UTC).timestamp()
NOW_MS = round(NOW_S * 1000)
HOUR_MS = 3_600_000


def store_in(folder: Path) -> EmbeddedStore:
    return EmbeddedStore(folder / "readings.sqlite", clock_s=lambda: NOW_S)


def reading(time_ms: int, meter: str = "a") -> Reading:
    return Reading(meter, QUANTITY, time_ms, 1.5)


def test_a_reading_is_late_an_hour_after_its_time() -> None:
    before_ms = late_before(NOW_S)
    on_time, late = reading(NOW_MS - HOUR_MS), reading(NOW_MS - HOUR_MS - 1)
    assert late_spans([on_time], before_ms) == {}
    assert list(late_spans([on_time, late], before_ms).values()) == [late.time_ms]


def test_years_of_an_import_are_a_dozen_spans_each_from_its_first_reading(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    times = NOW_MS - 900_000 * np.arange(96 * 110, dtype=np.int64)[::-1]
    store.append_series("a", QUANTITY, Series(times, np.ones(len(times))))
    spans = store.touched(0).spans
    assert len(spans) in {11, 12}
    assert min(one.start_ms for one in spans) == times[0]
    assert all(one.end_ms % SPAN_MS == 0 for one in spans)
    store.close()


def test_what_was_not_kept_is_not_told(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    bad = Series(np.array([1, 2], np.int64), np.array([1.0, np.nan]))
    with pytest.raises(InvalidReading):
        store.append_many([("a", QUANTITY, Series(bad.time_ms[:1], bad.value[:1])), ("b", QUANTITY, bad)])
    assert store.touched(0).spans == []
    store.close()


def test_a_file_of_the_first_version_learns_to_tell(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.append([reading(1)])
    store.close()
    with sqlite3.connect(tmp_path / "readings.sqlite") as file:
        file.executescript("DROP TABLE touched; PRAGMA user_version=1;")
    file.close()
    again = store_in(tmp_path)
    again.append([reading(2)])
    assert again.read("a", QUANTITY).time_ms.tolist() == [1, 2]
    assert [one.meter for one in again.touched(0).spans] == ["a"]
    again.close()


def test_a_file_that_was_put_back_from_a_backup_tells_everything(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.append([reading(1)])
    assert [one.meter for one in store.touched(17).spans] == ["a"]
    assert store.touched(1).spans == []
    store.close()


def test_a_late_span_is_a_line_at_its_first_time_so_that_it_is_kept_where_its_reading_is() -> None:
    late = Firsts()
    lines = encode([reading(NOW_MS), reading(7), reading(5)], before_ms=late_before(NOW_S), late=late)
    assert lines.count(b"\n") == 2
    assert encode_late(late, NOW_MS) == b"\ntouched,meter=a arrival=%d.0 5" % NOW_MS


def test_lines_of_polled_readings_are_followed_by_nothing() -> None:
    late = Firsts()
    encode([reading(NOW_MS)], before_ms=late_before(NOW_S), late=late)
    assert encode_late(late, NOW_MS) == b""
