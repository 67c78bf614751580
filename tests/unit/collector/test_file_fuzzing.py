"""Whatever a file holds: readings, refused lines or an error of the tree, never anything else."""

import contextlib
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.files import Asked, FileMapping, import_file, load_mapping
from collector.files.edifact import segments
from collector.files.mapping import FORMATS, TimeColumns, ValueColumn
from collector.files.numerals import NumberFormat, number_of, numbers
from collector.files.stamps import Sort, stamp_of
from collector.files.wall_clock import Offsets, WallClock
from config.errors import ConfigurationError, InvalidReading, ZaehlwerkError
from gateway.reading import milliseconds
from tests.unit.collector.sinks import MemorySink
from tests.unit.collector.test_file_fixtures import FOLDERS, NOW, PLACE

BERLIN = ZoneInfo("Europe/Berlin")
MAPPING = FileMapping(time=TimeColumns("Zeit"), decimal=",", values=(ValueColumn("kWh", "strom", "interval_energy"),))
INPUTS = [next(folder.glob("input.*")).read_bytes() for folder in FOLDERS]
cells = st.text(alphabet="0123456789.,-+eE '\"/:AB TZ€äNan\u00a0\t", max_size=20)
tables = st.lists(st.lists(cells, min_size=1, max_size=5).map(";".join), max_size=20).map("\n".join)


def survives(content: bytes, mapping: FileMapping | None = None, asked: Asked | None = None) -> None:
    """Import a file; an error of the tree is an answer too."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "input"
        file.write_bytes(content)
        sink = MemorySink()
        try:
            result = import_file(file, PLACE, sink, now=NOW, mapping=mapping, asked=asked).result
        except ZaehlwerkError:
            return
        assert result.accepted + (result.known or 0) >= len(sink.values)
        assert all(np.isfinite(value) for value in sink.values.values())


@given(st.binary(max_size=500))
def test_any_bytes_are_taken_or_refused(content: bytes) -> None:
    survives(content, asked=Asked(meter="strom"))
    survives(b"PK\x03\x04" + content, asked=Asked(meter="strom"))
    survives(b"UNA:+.? '" + content, asked=Asked(meter="strom"))


@given(tables)
def test_any_table_is_taken_or_refused(table: str) -> None:
    survives(table.encode(), asked=Asked(meter="strom"))
    survives(f"Zeit;kWh\n{table}".encode("utf-16"), mapping=MAPPING)


@given(st.sampled_from(INPUTS), st.integers(min_value=0), st.binary(max_size=4), st.integers(0, 8))
def test_any_damage_to_a_good_file_is_taken_or_refused(good: bytes, place: int, with_: bytes, cut: int) -> None:
    at = place % (len(good) + 1)
    survives(good[:at] + with_ + good[at + cut :], asked=Asked(meter="strom"))


@given(st.text(max_size=40) | cells)
def test_any_cell_is_a_number_a_gap_or_refused(text: str) -> None:
    for form in (NumberFormat(","), NumberFormat(".", ","), NumberFormat(",", ".")):
        try:
            value = number_of(text, form)
        except InvalidReading:
            continue
        assert value is None or np.isfinite(value)


@given(st.lists(cells, max_size=30))
def test_a_column_is_read_as_its_cells_are_one_by_one(column: list[str]) -> None:
    form = NumberFormat(",")
    values, gaps = numbers(column, form)
    for index, cell in enumerate(column):
        try:
            expected = number_of(cell, form)
        except InvalidReading:
            assert isinstance(gaps[index], InvalidReading)
            continue
        assert (gaps[index] is None and np.isnan(values[index])) if expected is None else values[index] == expected


@given(st.text(max_size=40) | cells, st.sampled_from([None, True, False]))
def test_any_stamp_is_a_time_or_refused(text: str, day_first: bool | None) -> None:
    try:
        sort, wall_ms = stamp_of(text, day_first=day_first)
    except InvalidReading:
        return
    WallClock(Offsets(BERLIN)).instants(np.array([sort], np.int8), np.array([wall_ms], np.int64))


@given(st.integers(0, 35_000), st.integers(2, 200), st.booleans())
def test_every_quarter_hour_of_a_year_comes_back_from_its_wall_time(
    first: int, count: int, newest_first: bool
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(minutes=15 * (first + index)) for index in range(count)]
    if newest_first:
        moments.reverse()
    walls = [milliseconds(moment.astimezone(BERLIN).replace(tzinfo=UTC)) for moment in moments]
    doubled_first = moments[0].astimezone(BERLIN).replace(fold=0) != moments[0].astimezone(BERLIN).replace(fold=1)
    begins_in_doubled_hour = moments[0].astimezone(BERLIN).utcoffset() != (
        moments[0].astimezone(BERLIN).replace(fold=int(not newest_first)).utcoffset()
    )
    if doubled_first or begins_in_doubled_hour:
        return  # which pass it is nobody can tell
    sorts = np.full(count, Sort.WALL, np.int8)
    utc, never = WallClock(Offsets(BERLIN)).instants(sorts, np.array(walls, np.int64))
    assert not never.any()
    assert utc.tolist() == [milliseconds(moment) for moment in moments]


@given(st.text(alphabet="UNABHQTYDTMLOCPIA+:?'. 0123456789\n", max_size=200))
def test_any_interchange_is_taken_apart_or_refused(text: str) -> None:
    try:
        for segment in segments(text):
            assert segment.component(0, 0) is not None
    except InvalidReading:
        return


@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=100) | st.sampled_from(["values: [", "time: 5", "x: 1"])
)
def test_any_mapping_is_taken_or_every_mistake_is_named(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "any.mapping.yaml"
        file.write_text(text, encoding="utf-8")
        with contextlib.suppress(ConfigurationError):
            assert load_mapping(file, PLACE).format in FORMATS


def test_an_interchange_that_was_cut_off_is_no_whole_one() -> None:
    whole = "UNB+UNOC:3'QTY+220:12345.6'UNZ+1+A'\r\n"
    assert [one.tag for one in segments(whole)] == ["UNB", "QTY", "UNZ"]
    with pytest.raises(InvalidReading, match=r"in the middle of segment 2: 'QTY\+220:12'"):
        list(segments(whole[: whole.index("345")]))
    for start in ("", "UNA:+.? '\r\n"):
        with pytest.raises(InvalidReading, match="no UNZ"):
            list(segments(start + whole[: whole.index("UNZ")]))
    with pytest.raises(InvalidReading, match="no UNZ"):
        list(segments(whole[: whole.index("UNZ")]))
