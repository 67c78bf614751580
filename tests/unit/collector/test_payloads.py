"""What payloads say, and what is refused with which reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.mqtt.routing.routes import Route, routes_of
from config.errors import ConfigurationError, InvalidReading
from config.meters.meter import Meter
from gateway.reading import milliseconds
from tests.unit.collector.portfolio import mqtt_meter, portfolio

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOW_MS = milliseconds(NOW)


def route(meter: Meter) -> Route:
    ((only,),) = routes_of(portfolio([meter]), "broker").values()
    assert isinstance(only, Route)
    return only


def reading_of(payload: bytes, *, retained: bool = False, **meter: Any) -> tuple[int, float]:
    """Time and value of the reading that the payload becomes."""
    found = route(mqtt_meter("strom", "t", **meter)).reading(payload, retained=retained, now_ms=NOW_MS)
    return found.time_ms, found.value


def refusal_of(payload: bytes, *, retained: bool = False, **meter: Any) -> str:
    with pytest.raises(InvalidReading) as caught:
        reading_of(payload, retained=retained, **meter)
    return caught.value.code


def test_value_and_time_stand_at_dotted_paths() -> None:
    payload = b'{"Time": "2026-11-22T11:00:00Z", "SML": {"Total": [1.5, 34507.4761]}}'
    assert reading_of(payload, value="SML.Total.1", time="Time") == (
        milliseconds(NOW - timedelta(hours=1)),
        34507.4761,
    )


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"offline", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b'{"ts": "2026-11-22T11:00:00Z"}', "no_value"),
        (b"17", "no_value"),
        (b'{"kwh": 17}', "no_time"),
        (b'{"kwh": 17, "ts": null}', "no_time"),
        (b'{"kwh": 17, "ts": "gestern"}', "no_time"),
        (b'{"kwh": 17, "ts": -5}', "no_time"),
        (b'{"kwh": null, "ts": "2026-11-22T11:00:00Z"}', "not_a_number"),
        (b'{"kwh": true, "ts": "2026-11-22T11:00:00Z"}', "not_a_number"),
        (b'{"kwh": "nan", "ts": "2026-11-22T11:00:00Z"}', "not_a_number"),
        (b'{"kwh": "1_000", "ts": "2026-11-22T11:00:00Z"}', "not_a_number"),
        (b'{"kwh": [17], "ts": "2026-11-22T11:00:00Z"}', "not_a_number"),
        (b'{"kwh": 1' + 400 * b"0" + b', "ts": "2026-11-22T11:00:00Z"}', "not_a_number"),
        (b'{"kwh": 1' + 5000 * b"0" + b', "ts": "2026-11-22T11:00:00Z"}', "not_json"),
        (b'{"kwh": 17, "ts": "2026-11-22T13:05:01Z"}', "future_time"),
        (b'{"kwh": 17, "ts": 99999999999999}', "future_time"),
        (b'{"kwh": 17, "ts": "1970-01-01T00:00:31Z"}', "too_old"),
    ],
)
def test_what_is_no_reading_is_refused_with_its_reason(payload: bytes, reason: str) -> None:
    assert refusal_of(payload) == reason


@given(st.binary())
def test_no_payload_does_more_than_be_refused(payload: bytes) -> None:
    one = route(mqtt_meter("strom", "t"))
    with pytest.raises(InvalidReading):
        one.reading(payload, retained=False, now_ms=NOW_MS)


@pytest.mark.parametrize(
    "written", ['"2026-11-22T11:00:00+00:00"', '"2026-11-22T12:00:00"', "1795345200", "1795345200000"]
)
def test_times_are_iso_with_or_without_offset_or_since_1970(written: str) -> None:
    payload = f'{{"kwh": 17, "ts": {written}}}'.encode()
    assert reading_of(payload) == (1_795_345_200_000, 17.0)


def test_in_the_hour_that_autumn_repeats_the_latest_instant_that_is_past_counts() -> None:
    one, payload = route(mqtt_meter("strom", "t")), b'{"kwh": 17, "ts": "2026-10-25T02:30:00"}'
    for hour in (0, 1):
        arrival = datetime(2026, 10, 25, hour, 30, 5, tzinfo=UTC)
        found = one.reading(payload, retained=False, now_ms=milliseconds(arrival))
        assert found.time == arrival.replace(second=0)


def test_wall_time_that_spring_leaves_out_is_refused() -> None:
    assert refusal_of(b'{"kwh": 17, "ts": "2026-03-29T02:30:00"}') == "no_time"


def test_a_device_without_summer_time_has_a_fixed_offset() -> None:
    payload = b'{"kwh": 17, "ts": "2026-07-01T12:00:00"}'
    moment_ms, _ = reading_of(payload, fixed_offset=timedelta(hours=1))
    assert moment_ms == milliseconds(datetime(2026, 7, 1, 11, tzinfo=UTC))


def test_a_payload_without_a_time_by_design_has_the_time_of_arrival() -> None:
    assert reading_of(b" 17.5\n", form="plain", time=None) == (NOW_MS, 17.5)


def test_a_retained_payload_never_gets_the_time_of_arrival() -> None:
    assert refusal_of(b"17.5", form="plain", time=None, retained=True) == "retained_without_time"


def test_a_retained_payload_keeps_its_own_time() -> None:
    moment_ms, _ = reading_of(b'{"kwh": 17, "ts": "2026-11-01T00:00:00Z"}', retained=True)
    assert moment_ms == milliseconds(datetime(2026, 11, 1, tzinfo=UTC))


def test_a_payload_in_watt_hours_is_stored_in_kilowatt_hours_to_the_last_digit() -> None:
    assert reading_of(b'{"kwh": 40482812.7, "ts": "2026-11-22T11:00:00Z"}', unit="Wh")[1] == 40482.8127


def test_a_value_too_large_for_its_conversion_is_refused_and_stops_nothing() -> None:
    payload = b'{"kwh": 1e308, "ts": "2026-11-22T11:00:00Z"}'
    assert refusal_of(payload, unit="MWh") == "not_a_number"


def test_an_unknown_format_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match=r"format 'xml' \(allowed: .*tasmota.*\)"):
        route(mqtt_meter("strom", "t", form="xml"))
