"""Finding the models of a SunSpec device."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from collector.modbus.sunspec import MOST_MODELS, Model, matching, models
from config.profiles.files import load_profiles

TABLES = load_profiles()


def device(base: int, *found: tuple[int, int]) -> dict[int, bytes]:
    """The places that a walk reads: marker, models, end."""
    places, address = {base: b"SunS"}, base + 2
    for model, length in found:
        places[address] = struct.pack(">HH", model, length)
        address += 2 + length
    return {**places, address: struct.pack(">HH", 0xFFFF, 0)}


def walked(places: dict[int, bytes]) -> tuple[Model, ...]:
    return models(lambda address, _count: places.get(address))


def test_the_models_are_found_one_behind_the_other_wherever_they_begin() -> None:
    for base in (40000, 0, 50000):
        found = walked(device(base, (1, 65), (103, 50), (203, 105)))
        assert found == (Model(1, base + 2, 65), Model(103, base + 69, 50), Model(203, base + 121, 105))


def test_a_device_without_the_marker_has_no_models() -> None:
    assert walked({40000: b"none"}) == ()


def test_a_walk_that_is_refused_half_way_keeps_what_it_found() -> None:
    places = device(40000, (1, 65), (203, 105))
    assert walked({place: words for place, words in places.items() if place < 40100})[-1].id == 203


def test_a_number_chooses_among_the_meters_and_an_inverter_is_none() -> None:
    found = walked(device(40000, (1, 65), (103, 50), (203, 105), (1, 65), (201, 105)))
    table = TABLES["solaredge_meter_via_inverter"]
    chosen = [matching(table, found, channel) for channel in (None, "1", "2", "3")]
    assert [None if model is None else model.id for model in chosen] == [203, 203, 201, None]


@given(st.binary(min_size=4, max_size=4))
def test_a_device_that_answers_anything_ends_the_walk(words: bytes) -> None:
    found = models(lambda address, _count: b"SunS" if address == 40000 else words)
    assert len(found) <= MOST_MODELS
