"""Readings and weather from files."""

import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from collector.files import ImportResult, import_readings, import_weather
from config.errors import InvalidReading, NotFound
from config.meters.meter import Meter, Stamps, Tank
from gateway.reading import milliseconds
from tests.unit.collector.portfolio import modbus_meter, portfolio
from tests.unit.collector.sinks import MemorySink

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLACE = portfolio([modbus_meter("strom", 1)])
KL = "STATIONS_ID;MESS_DATUM;QN_3;  FX;  FM;QN_4; RSK;RSKF; SDK;SHK_TAG;  NM; VPM;  PM; TMK; UPM; TXK; TNK; TGK;eor\n"


def imported(folder: Path, text: str, sink: MemorySink, **options: Any) -> ImportResult:
    file = folder / "readings.csv"
    file.write_text(text, encoding="utf-8")
    return import_readings(file, "strom", PLACE, sink, now=NOW, **options)


def test_a_plain_file_becomes_readings(tmp_path: Path) -> None:
    sink = MemorySink()
    result = imported(tmp_path, "time,value\n2026-01-01T00:00:00Z,1.5\n2026-01-01T02:00:00+01:00,2\n\n", sink)
    assert (result.accepted, result.known, result.refused) == (2, 0, 0)
    assert sink.of("strom") == [1.5, 2.0]
    assert (result.first, result.last) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 1, tzinfo=UTC))


def test_every_bad_line_is_named_with_its_number_and_the_others_are_taken(tmp_path: Path) -> None:
    sink = MemorySink()
    text = "time,value\nheute,1\n2026-01-01T00:00:00Z,viel\n2026-01-01T00:00:00Z,1,5\n2027-01-01T00:00:00Z,1\n"
    result = imported(tmp_path, text + "2026-01-02T00:00:00Z,7\n", sink)
    assert [(one.line, one.reason) for one in result.refused_lines] == [
        (2, "no_time"),
        (3, "not_a_number"),
        (4, "wrong_columns"),
        (5, "future_time"),
    ]
    assert [one.place for one in sink.refused] == [f"readings.csv:{line}" for line in (2, 3, 4, 5)]
    assert sink.of("strom") == [7.0]


def test_a_german_file_has_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    sink = MemorySink()
    text = "\ufefftime;value\n2026-01-01 00:00;1.234,5\n2026-01-01 00:15;1235,75\n2026-01-01 00:30;1.236\n"
    result = imported(tmp_path, text, sink)
    assert sink.of("strom") == [1234.5, 1235.75]
    assert [one.reason for one in result.refused_lines] == ["ambiguous_number"]
    assert result.first == datetime(2025, 12, 31, 23, tzinfo=UTC)


def test_the_hour_that_autumn_repeats_is_told_by_the_order_of_the_lines(tmp_path: Path) -> None:
    sink = MemorySink()
    stamps = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]
    lines = [f"2026-10-25 {stamp},{number}" for number, stamp in enumerate(stamps)]
    imported(tmp_path, "time,value\n" + "\n".join(lines), sink)
    assert sink.of("strom") == [0, 1, 2, 3, 4, 5]
    times = sorted(key[2] for key in sink.values)
    assert {later - earlier for earlier, later in pairwise(times)} == {30 * 60_000}


def test_a_dry_run_stores_nothing_and_says_what_it_would(tmp_path: Path) -> None:
    sink = MemorySink()
    result = imported(tmp_path, "time,value\n2026-01-01T00:00:00Z,1\nheute,1\n", sink, dry_run=True)
    assert (result.accepted, result.refused, sink.values, sink.refused) == (1, 1, {}, [])


def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    sink = MemorySink()
    lines = [
        f"{datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * number)},{number}" for number in range(12_000)
    ]
    first = imported(tmp_path, "time,value\n" + "\n".join(lines), sink)
    again = imported(tmp_path, "time,value\n" + "\n".join(lines), sink)
    assert (first.accepted, again.accepted, again.known) == (12_000, 0, 12_000)
    assert sink.commits == 6


def test_stamps_at_the_other_end_of_the_interval_are_moved_for_amounts_only(tmp_path: Path) -> None:
    sink = MemorySink()
    text = "time,value\n2026-01-01T00:00:00Z,1\n"
    imported(tmp_path, text, sink, stamps=Stamps.START)
    imported(tmp_path, text, sink, stamps=Stamps.START, quantity="interval_energy")
    start_ms = milliseconds(datetime(2026, 1, 1, tzinfo=UTC))
    assert list(sink.values) == [
        ("strom", "active_energy_import", start_ms),
        ("strom", "interval_energy", start_ms + 900_000),
    ]


def test_a_file_without_the_columns_and_a_meter_that_does_not_exist_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidReading, match="wrong_columns"):
        imported(tmp_path, "datum,zaehlerstand\n", MemorySink())
    with pytest.raises(NotFound):
        import_readings(tmp_path / "readings.csv", "gas", PLACE, MemorySink(), now=NOW)


def test_progress_reaches_the_end_of_the_file(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    imported(tmp_path, "time,value\n", MemorySink(), progress=lambda done, size: told.append((done, size)))
    assert told[-1] == (11, 11)


def test_hourly_station_files_bring_station_and_utc_along(tmp_path: Path) -> None:
    sink, file = MemorySink(), tmp_path / "produkt_tu_stunde_20260101_20260101_02486.txt"
    text = "STATIONS_ID;MESS_DATUM;QN_9;TT_TU;RF_TU;eor\n"
    text += "       2486;2026010100;    3;  -1.7;  92.0;eor\n       2486;2026010101;    3;-999;-999;eor\n"
    file.write_text(text, encoding="latin-1")
    result = import_weather(file, PLACE, sink, now=NOW)
    midnight_ms = milliseconds(datetime(2026, 1, 1, tzinfo=UTC))
    assert sink.values == {("weather-02486", "air_temperature", midnight_ms): -1.7}
    assert (result.accepted, result.missing, result.refused) == (1, 1, 0)


def test_a_days_mean_in_a_zip_is_kept_at_noon(tmp_path: Path) -> None:
    sink, file = MemorySink(), tmp_path / "tageswerte_KL_02486_akt.zip"
    line = "       2486;20260101;   10;  9.1;  3.1;    3;  0.0;   0;  1.2;   0;  7.1;  5.4;"
    line += "  993.1;  2.4; 78;  5.1; -0.2; -1.8;eor\n"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("Metadaten_Geographie_02486.txt", "Stations_id;…")
        archive.writestr("produkt_klima_tag_20260101_20260101_02486.txt", KL + line)
    import_weather(file, PLACE, sink, now=NOW)
    noon_ms = milliseconds(datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert sink.values == {("weather-02486", "air_temperature", noon_ms): 2.4}


def test_weather_as_csv_belongs_to_the_districts_station(tmp_path: Path) -> None:
    sink, file = MemorySink(), tmp_path / "weather.csv"
    file.write_text("time,temperature_c\n2026-01-01T00:00:00Z,3.5\n2026-01-01T01:00:00Z,99\n", encoding="utf-8")
    result = import_weather(file, PLACE, sink, now=NOW)
    assert sink.of("weather-02486", "air_temperature") == [3.5]
    assert [one.reason for one in result.refused_lines] == ["implausible"]


@pytest.mark.parametrize("is_newest_first", [False, True])
def test_the_hour_that_autumn_repeats_has_two_temperatures(tmp_path: Path, is_newest_first: bool) -> None:
    sink, file = MemorySink(), tmp_path / "weather.csv"
    rows = [f"2026-10-25T{hour:02d}:00,{value}\n" for hour, value in ((1, 8), (2, 7), (2, 6), (3, 5))]
    file.write_text("time,temperature_c\n" + "".join(reversed(rows) if is_newest_first else rows), encoding="utf-8")
    import_weather(file, PLACE, sink, now=NOW)
    assert sink.of("weather-02486", "air_temperature") == [8, 7, 6, 5]


@pytest.mark.parametrize(
    ("unit", "quantity", "stored"), [("kg", "stock", 4000.0), ("Srm", "tank_level", 4_000_000.0)]
)
def test_a_file_of_deliveries_counts_in_the_unit_of_the_level(
    tmp_path: Path, unit: str, quantity: str, stored: float
) -> None:
    store = Meter("store", "schule", "wood_chips", unit, quantity, tank=Tank(Decimal(9000), Decimal(4)))
    file, sink = tmp_path / "deliveries.csv", MemorySink()
    file.write_text("time,value\n2026-01-12T10:00:00Z,4000\n", encoding="utf-8")
    import_readings(file, "store", portfolio([store]), sink, now=NOW, quantity="delivery")
    assert sink.of("store", "delivery") == [stored]
