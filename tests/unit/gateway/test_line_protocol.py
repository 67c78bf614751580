"""The encoder, against a small parser of our own and against lines written by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import InvalidReading
from gateway.influx.line_protocol import encode
from gateway.reading import Reading

names = st.text(
    st.characters(exclude_characters="\\", exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=30
)
values = st.floats(allow_nan=False, allow_infinity=False)
times = st.integers(-9_223_372_036_854, 9_223_372_036_854)
readings = st.builds(Reading, names, names, times, values)


def parse(line: str) -> Reading:
    """Read a line by the published rules: a special character counts unless a backslash stands before it."""
    series, fields, time_ms = _split(line, " ")
    measurement, *tags = _split(series, ",")
    assert measurement == "reading"
    (meter_key, meter), (quantity_key, quantity) = (_split(tag, "=") for tag in tags)
    assert (meter_key, quantity_key) == ("meter", "quantity")
    field, value = fields.split("=")
    assert field == "value"
    return Reading(_plain(meter), _plain(quantity), int(time_ms), float(value))


def _split(text: str, separator: str) -> list[str]:
    parts = [""]
    escaped = False
    for character in text:
        if character == separator and not escaped:
            parts.append("")
        else:
            parts[-1] += character
        escaped = character == "\\" and not escaped
    return parts


def _plain(text: str) -> str:
    return text.replace("\\,", ",").replace("\\=", "=").replace("\\ ", " ")


@given(st.lists(readings, max_size=20))
def test_every_encoded_reading_comes_back_as_it_was(written: list[Reading]) -> None:
    lines = encode(written).decode().split("\n") if written else []

    assert [parse(line) for line in lines] == written


def test_a_line_looks_as_the_documentation_says() -> None:
    reading = Reading("gs musterdorf,strom", "active_power.L1", 1_770_000_000_000, 20.1)

    assert (
        encode([reading]) == rb"reading,meter=gs\ musterdorf\,strom,quantity=active_power.L1 value=20.1 1770000000000"
    )


def test_an_integer_is_written_as_a_float() -> None:
    assert b" value=20.0 " in encode([Reading("a", "b", 1, 20)])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_has_no_line(value: float) -> None:
    with pytest.raises(InvalidReading, match="gs-strom") as refusal:
        encode([Reading("gs-strom", "volume", 1, value)])

    assert refusal.value.code == "not_a_number"


@pytest.mark.parametrize("name", ["", "back\\slash", "line\nbreak", "carriage\rreturn", "nul\0"])
def test_a_name_without_a_form_has_no_line(name: str) -> None:
    with pytest.raises(InvalidReading) as refusal:
        encode([Reading(name, "volume", 1, 1.0)])

    assert refusal.value.code == "not_encodable"


@pytest.mark.parametrize("time_ms", [10**13, -(10**13)])
def test_a_time_that_influxdb_cannot_hold_has_no_line(time_ms: int) -> None:
    with pytest.raises(InvalidReading) as refusal:
        encode([Reading("gs-strom", "volume", time_ms, 1.0)])

    assert refusal.value.code == "time_out_of_range"
