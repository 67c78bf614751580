"""A reading of the future at every door: within the slack it is one, beyond it is refused with whose it was."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.edge.wire import decode_batch
from collector.files import import_file, import_weather, load_mapping
from collector.mqtt.routing.routes import refused, routes_of
from collector.pushing import take
from config.clocks import ANY_SLACK_MS, CLOCK_SLACK
from config.errors import InvalidReading
from config.meters.meter import MqttSource, Stamps
from gateway.reading import milliseconds
from tests.unit.collector.portfolio import modbus_meter, mqtt_meter, portfolio
from tests.unit.collector.sinks import MemorySink

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOW_MS = milliseconds(NOW)
PLAIN = mqtt_meter("strom", "t")
THINNED = replace(PLAIN, source=MqttSource("broker", "t", "kwh", "ts", every=timedelta(minutes=1)))
Door = Callable[[datetime, Path], MemorySink]


def pushed(moment: datetime, _: Path) -> MemorySink:
    sink = MemorySink()
    take([{"meter": "strom", "time": moment, "value": 1}], portfolio([PLAIN]), sink, NOW)
    return sink


def published(moment: datetime, _: Path) -> MemorySink:
    return _published(moment, portfolio([PLAIN]))


def published_in_a_format(moment: datetime, _: Path) -> MemorySink:
    return _published(moment, portfolio([THINNED]))


def _published(moment: datetime, place: object) -> MemorySink:
    sink = MemorySink()
    ((route,),) = routes_of(place, "broker").values()  # type: ignore[arg-type]
    payload = json.dumps({"kwh": 1, "ts": moment.isoformat()}).encode()
    try:
        sink.append(route.readings(b"t", payload, retained=False, now_ms=NOW_MS))
    except InvalidReading as error:
        sink.append([], [refused("broker", "t", error, payload, NOW_MS)])
    return sink


def sent_by_a_box(moment: datetime, _: Path) -> MemorySink:
    rows = [{"meter": "strom", "quantity": "active_energy_import", "time": moment.isoformat(), "value": 1}]
    arrived = decode_batch("schule", json.dumps(rows).encode(), portfolio([PLAIN]), NOW_MS)
    sink = MemorySink()
    sink.append(arrived.readings, arrived.refused)
    return sink


def in_a_table(moment: datetime, folder: Path) -> MemorySink:
    file = folder / "table.csv"
    file.write_text(f"time,value\n{moment.isoformat()},1\n", encoding="utf-8")
    sink = MemorySink()
    mapping = folder / "mapping.yaml"
    mapping.write_text("time: {column: time}\nvalues: [{column: value, meter: strom}]\n", encoding="utf-8")
    import_file(file, portfolio([PLAIN]), sink, now=NOW, mapping=load_mapping(mapping, portfolio([PLAIN])))
    return sink


def in_a_load_profile(moment: datetime, folder: Path) -> MemorySink:
    stamp = f"{moment:%Y%m%d%H%M}?+00"
    file = folder / "profile.edi"
    file.write_text(
        "UNB+UNOC:3+1:500+2:500+261122:1200+A'UNH+1+MSCONS:D:04B:UN:2.4a'LOC+172+DE1'LIN+1'PIA+5+1-1?:1.8.0:SRW'"
        f"QTY+220:1:KWH'DTM+164:{stamp}:303'UNT+7+1'UNZ+1+A'",
        encoding="utf-8",
    )
    mapping = folder / "mapping.yaml"
    mapping.write_text("format: mscons\nmeters:\n  DE1: strom\n", encoding="utf-8")
    sink = MemorySink()
    import_file(file, portfolio([PLAIN]), sink, now=NOW, mapping=load_mapping(mapping, portfolio([PLAIN])))
    return sink


DOORS: list[Door] = [
    pushed,
    published,
    published_in_a_format,
    sent_by_a_box,
    in_a_table,
    in_a_load_profile,
]


@pytest.mark.parametrize("door", DOORS)
def test_a_clock_within_the_slack_is_taken(door: Door, tmp_path: Path) -> None:
    sink = door(NOW + CLOCK_SLACK, tmp_path)

    assert sink.of("strom") == [1.0]
    assert sink.refused == []


@pytest.mark.parametrize("door", DOORS)
def test_a_reading_beyond_it_is_kept_with_its_meter_and_the_time_that_it_claims(door: Door, tmp_path: Path) -> None:
    claimed = NOW + CLOCK_SLACK + timedelta(minutes=1)

    sink = door(claimed, tmp_path)

    assert sink.values == {}
    (one,) = sink.refused
    assert (one.reason, one.meter, one.claimed_ms) == ("future_time", "strom", milliseconds(claimed))


def test_a_line_that_has_not_come_yet_names_every_meter_of_its_columns(tmp_path: Path) -> None:
    meters = [modbus_meter("strom", 1), modbus_meter("mensa", 2)]
    file, mapping = tmp_path / "table.csv", tmp_path / "mapping.yaml"
    file.write_text("time,a,b\n2027-01-01T00:00:00Z,1,2\n", encoding="utf-8")
    columns = "{column: a, meter: strom}, {column: b, meter: mensa}"
    mapping.write_text(f"time: {{column: time}}\nvalues: [{columns}]\n", encoding="utf-8")
    sink = MemorySink()

    import_file(file, portfolio(meters), sink, now=NOW, mapping=load_mapping(mapping, portfolio(meters)))

    assert [(one.reason, one.meter) for one in sink.refused] == [("future_time", "strom,mensa")]


def test_an_interval_that_has_begun_and_not_ended_has_not_come_yet(tmp_path: Path) -> None:
    amounts = replace(PLAIN, quantity="interval_energy", stamps=Stamps.END)
    file, mapping = tmp_path / "table.csv", tmp_path / "mapping.yaml"
    file.write_text("from,kwh\n2026-11-21T00:00:00Z,1\n2026-11-22T00:00:00Z,2\n", encoding="utf-8")
    columns = "values: [{column: kwh, meter: strom}]"
    mapping.write_text(f"time: {{column: from}}\nstamps: start\ninterval: P1D\n{columns}\n", encoding="utf-8")
    sink = MemorySink()

    import_file(file, portfolio([amounts]), sink, now=NOW, mapping=load_mapping(mapping, portfolio([amounts])))

    assert sink.of("strom", "interval_energy") == [1.0]
    claimed_ms = milliseconds(datetime(2026, 11, 23, tzinfo=UTC))
    assert [(one.reason, one.claimed_ms) for one in sink.refused] == [("future_time", claimed_ms)]


def test_weather_of_the_future_is_refused_too(tmp_path: Path) -> None:
    csv, station = tmp_path / "weather.csv", tmp_path / "produkt_tu_stunde.txt"
    csv.write_text("time,temperature_c\n2026-11-22T13:05:00Z,3\n2026-11-22T13:06:00Z,3\n", encoding="utf-8")
    rows = "2486;2026112213;3;4.1;90;eor\n2486;2026112214;3;4.1;90;eor\n"
    station.write_text(f"STATIONS_ID;MESS_DATUM;QN_9;TT_TU;RF_TU;eor\n{rows}", encoding="utf-8")
    sink = MemorySink()

    results = [import_weather(file, portfolio([]), sink, now=NOW) for file in (csv, station)]

    assert [(one.accepted, [line.reason for line in one.refused_lines]) for one in results] == [
        (1, ["future_time"]),
        (1, ["future_time"]),
    ]


def test_a_box_leaves_the_judgement_to_the_centre() -> None:
    ((route,),) = routes_of(portfolio([PLAIN]), "broker", slack_ms=ANY_SLACK_MS).values()
    payload = b'{"kwh": 1, "ts": "2030-01-01T00:00:00Z"}'

    (reading,) = route.readings(b"t", payload, retained=False, now_ms=NOW_MS)

    assert reading.time == datetime(2030, 1, 1, tzinfo=UTC)
