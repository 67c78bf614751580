"""What Home Assistant's discovery announces: taken where the template leaves the number as it is."""

import json

import pytest

from collector.mqtt.formats.family import Selection
from collector.mqtt.formats.home_assistant import announced
from collector.mqtt.formats.table import FAMILIES
from config.errors import InvalidReading

TOPIC = "homeassistant/sensor/em24/config"


def path_of(template: str) -> str | None:
    told = {"stat_t": "keller/em24", "val_tpl": template, "unit_of_meas": "kWh"}
    found = announced(TOPIC, json.dumps(told).encode())
    return None if found is None else found.value_path


@pytest.mark.parametrize(
    "template",
    [
        "{{ value_json.energy }}",
        "{{ value_json['energy'] | float }}",
        "{{ value_json.energy | float(0) | round(1) }}",
    ],
)
def test_a_template_that_only_rounds_names_its_path(template: str) -> None:
    assert path_of(template) == "energy"


@pytest.mark.parametrize(
    "template",
    [
        "{{ value_json.energy | float / 1000 }}",
        "{{ value_json.energy | multiply(0.001) }}",
        "{{ value | float * 10 }}",
    ],
)
def test_a_template_that_scales_announces_nothing_for_its_unit_is_not_the_payloads(template: str) -> None:
    assert path_of(template) is None


@pytest.mark.parametrize(
    "payload", [b"[1, 2]", b"null", b"{}", b'{"StatusSNS": [1, 2]}', b'{"params": 5}', b"", b"\xff"]
)
@pytest.mark.parametrize("name", FAMILIES)
def test_any_payload_is_read_or_refused_whatever_its_family(name: str, payload: bytes) -> None:
    for path in ("0", "a.b", "ENERGY.Total"):
        try:
            found = FAMILIES[name].read(Selection("tele/keller/SENSOR", path))("tele/keller/SENSOR", payload)
        except InvalidReading:
            continue
        assert len(found) <= 1
