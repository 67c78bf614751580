"""Field reports: what was configured, what the device answers, and what has to come out of it.

A folder in `cases` is a test: `config.yaml` (profile, quantity, quantities, channel), `input.yaml` (function code →
address → words in hexadecimal; everything else is refused) and `expected.yaml` (the requests of the first poll and
its readings; `refused`: what the polls before it were refused).
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from collector.modbus.reads import Reads, reads_of
from config.meters.meter import Meter, ModbusSource
from config.profiles.files import load_profiles
from gateway.reading import Reading

CASES = Path(__file__).parent / "cases"
PROFILES = load_profiles()
MOST_POLLS = 3

Asked = list[list[int]]


def case(name: str, part: str) -> Any:
    return yaml.safe_load((CASES / name / f"{part}.yaml").read_text(encoding="utf-8"))


def image(name: str) -> dict[tuple[int, int], str]:
    """The words that the device has, by function code and address."""
    return {
        (function_code, start + number): word
        for function_code, blocks in case(name, "input").items()
        for start, words in blocks.items()
        for number, word in enumerate(words.split())
    }


def reads(name: str) -> Reads:
    told = case(name, "config")
    further, every = tuple(told.get("quantities", ())), timedelta(minutes=1)
    source = ModbusSource("bus", 1, told["profile"], every, further, told.get("channel"))
    meter = Meter("meter", "schule", "electricity_import", "kWh", told["quantity"], source=source)
    return reads_of(1, PROFILES[told["profile"]], [(meter, source)])


def poll(asking: Reads, words: dict[tuple[int, int], str]) -> tuple[Asked, Asked, list[Reading]]:
    """Ask once; returns what was asked, what was refused, and the readings."""
    asked: Asked = []
    found: list[Reading] = []
    for read in asking:
        code, address, count = read.request.function_code, read.request.address, read.request.count
        places = [(code, place) for place in range(address, address + count)]
        if any(place not in words for place in places):
            asking.refused()
            return asked, [[code, address, count]], found
        asked.append([code, address, count])
        found += read.decoder.readings(bytes.fromhex("".join(words[place] for place in places)), 0)
    return asked, [], found


@pytest.mark.parametrize("name", sorted(folder.name for folder in CASES.iterdir()))
def test_a_field_report_comes_out_as_expected(name: str) -> None:
    asking, words, expected = reads(name), image(name), case(name, "expected")
    refused: Asked = []
    for _ in range(MOST_POLLS):
        asked, turned_away, found = poll(asking, words)
        refused += turned_away
        if not turned_away:
            break
    assert {
        "requests": asked,
        "refused": refused,
        "readings": {reading.quantity: reading.value for reading in found},
    } == {"refused": [], **expected}
