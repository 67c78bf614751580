"""The fuzzing works: targets take damaged inputs, a planted fault is found, what was found stays mended."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from config.errors import InvalidReading
from tests.fuzz.mutation import LARGEST_BYTES
from tests.fuzz.table import TARGETS
from tests.fuzz.target import Target, one_take
from tests.fuzz.trying import outcome, try_while

FOUND = sorted((Path(__file__).parents[1] / "fuzz" / "found").glob("*.json"))
TIMES = 200


def fewer_than(times: int) -> Callable[[int], bool]:
    return lambda tried: tried < times


@pytest.mark.parametrize("name", TARGETS)
def test_every_good_input_is_taken(name: str) -> None:
    for seed, good in TARGETS[name].seeds.items():
        assert outcome(name, TARGETS[name], seed, good.content) is None


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_inputs_are_taken_or_refused(name: str) -> None:
    tried, found = try_while(name, TARGETS[name], fewer_than(TIMES), seed="always the same")
    assert found is None, f"{found.trace}\n{found.fixture}"
    assert tried == TIMES


@pytest.mark.parametrize("file", FOUND, ids=[file.stem for file in FOUND])
def test_what_was_found_once_stays_mended(file: Path) -> None:
    written = json.loads(file.read_text(encoding="utf-8"))
    target = TARGETS[written["target"]]
    found = outcome(written["target"], target, written["seed"], base64.b64decode(written["content"]))
    assert found is None, found.trace


def faulty(content: bytes) -> None:
    if b"," not in content:
        raise InvalidReading("no_value", "a proper refusal")
    if b"9999" in content:
        raise KeyError("planted")


PLANTED = one_take(faulty, good="time,value 1 2 3")


def test_an_exception_that_nobody_expects_is_found_and_its_input_made_small() -> None:
    _, found = try_while("planted", PLANTED, fewer_than(5_000), seed="1")
    assert found is not None
    assert (found.error, sorted(found.content)) == ("KeyError", sorted(b",9999"))
    assert json.loads(found.fixture)["target"] == "planted"


def test_a_refusal_of_another_kind_than_the_target_names_is_found() -> None:
    assert outcome("strict", Target(PLANTED.seeds, (ConnectionError,)), "good", b"") is not None


def test_the_same_seed_tries_the_same_inputs() -> None:
    def inputs(seed: str) -> list[bytes]:
        seen: list[bytes] = []
        try_while("seen", one_take(seen.append, good="time;value\n1;2\n"), fewer_than(50), seed)
        return seen

    assert inputs("1") == inputs("1") != inputs("2")
    assert all(len(content) <= LARGEST_BYTES for content in inputs("1"))
