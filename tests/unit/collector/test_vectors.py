"""Every published vector: numbers, texts, frames, streams, images of devices, and what their bits mean."""

import json
import math
import struct
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from collector.modbus.decode import BlockDecoder, Series, decode, decode_text
from collector.modbus.plan import Block, spanning
from collector.modbus.rtu_frames import crc16, mbap_answer, mbap_frames, question_of, rtu_answer, rtu_question
from collector.modbus.sunspec import BASES, matching, models
from config.profiles.files import load_profiles
from config.profiles.registers import WORDS, ByteOrder, DeviceProfile, Register, WordOrder, series_name
from config.quantities import UNITS
from tests.unit.collector.portfolio import register

Vector = dict[str, Any]
PROFILES = load_profiles()
EXPECTED_VECTORS = 140


@pytest.fixture
def vectors(reference_data: Path) -> list[Vector]:
    return _all(reference_data / "devices" / "modbus_test_vectors.json")


@cache
def _all(file: Path) -> list[Vector]:
    if not file.is_file():
        pytest.skip(f"no vectors in {file.parent.name}: the file is missing")
    found: list[Vector] = json.loads(file.read_text(encoding="utf-8"))["vectors"]
    return found


def words(*registers: int) -> bytes:
    return struct.pack(f">{len(registers)}H", *registers)


def numbers(vector: Vector) -> list[int]:
    return [int(word, 16) for word in vector["registers"]]


def test_every_kind_of_vector_is_looked_at(vectors: list[Vector]) -> None:
    assert len(vectors) >= EXPECTED_VECTORS
    assert {vector["kind"] for vector in vectors} == CHECKS.keys()


@pytest.mark.parametrize(
    "kind",
    [
        "decode",
        "rtu_frame",
        "crc16",
        "mbap_frame",
        "tcp_stream",
        "device_image",
        "discovery",
        "bitfield",
        "composed",
    ],
)
def test_vectors_come_out_as_their_sources_say(kind: str, vectors: list[Vector]) -> None:
    chosen = [vector for vector in vectors if vector["kind"] == kind]
    wrong = {vector["id"]: mistake for vector in chosen if (mistake := CHECKS[kind](vector)) is not None}
    assert chosen
    assert wrong == {}


def _decode(vector: Vector) -> object:
    raw = numbers(vector)
    place = register(
        "active_energy_import",
        0,
        type=vector["type"],
        count=WORDS.get(vector["type"], len(raw)),
        scale=Decimal(repr(vector["scale"])),
        word_order=WordOrder(vector["word_order"]),
        byte_order=ByteOrder(vector["byte_order"]),
        not_available=_absent(vector, raw),
        bit=vector.get("bit"),
    )
    if place.type == "string":
        text = decode_text(place, words(*raw))
        return None if text == vector["expected"] else text
    value = decode(place, words(*raw[: place.count]))
    if "truncates" in vector.get("result_note", "") and value is not None:
        value = float(math.trunc(value))  # its source keeps the type of the register; here a scaled value is a number
    return None if _agrees(value, vector) else (value, vector["expected"])


def _absent(vector: Vector, raw: list[int]) -> tuple[int, ...]:
    # These vectors say of a pattern that it means "no value"; a device table lists it for the register.
    if vector["expected"] not in (None, "not_available") and "interpretation" not in vector:
        return ()
    return (int.from_bytes(words(*(raw[::-1] if vector["word_order"] == "lsw_first" else raw)), "big"),)


def _agrees(value: float | None, vector: Vector) -> bool:
    expected = vector["expected"]
    if "interpretation" in vector or not isinstance(expected, int | float):
        return value is None
    tolerance = vector.get("tolerance", 0.0)
    return value is not None and math.isclose(
        value, expected, rel_tol=vector.get("tolerance_relative", 1e-15), abs_tol=tolerance
    )


def _frame(vector: Vector) -> object:
    frame = bytes.fromhex(vector["hex"])
    if not vector["valid_crc"]:
        return rtu_answer(frame)
    if vector["direction"] == "request":
        return _mismatch(vars_of(rtu_question(frame)), vector, ("unit_id", "function", "address", "count"))
    answer = rtu_answer(frame)
    if answer is None and vector["function"] not in {3, 4} and "exception" not in vector:
        return "no answer"
    return _mismatch(vars_of(answer), vector, ("unit_id", "function", "exception", "registers", "float32"))


def vars_of(found: Any) -> dict[str, Any]:
    """What a frame says, under the vectors' names."""
    if found is None:
        return {}
    said = {name: getattr(found, name) for name in type(found).__slots__}
    payload = said.get("payload", b"")
    return {
        "unit_id": said["unit"],
        "function": said["function_code"],
        "registers": [f"0x{word:04X}" for word in struct.unpack(f">{len(payload) // 2}H", payload)],
        "float32": round(struct.unpack(">f", payload)[0], 4) if len(payload) == 4 else None,
        **said,
    }


def _mismatch(said: dict[str, Any], vector: Vector, keys: tuple[str, ...]) -> object:
    wrong = {key: said.get(key) for key in keys if key in vector and said.get(key) != vector[key]}
    return wrong or None


def _crc(vector: Vector) -> object:
    checksum = crc16(bytes.fromhex(vector["hex"]))
    said = (f"0x{checksum:04X}", checksum.to_bytes(2, "little").hex().upper())
    return None if said == (vector["crc_value"], vector["wire_bytes"]) else said


def _mbap(vector: Vector) -> object:
    received = bytes.fromhex(vector["hex"])
    keys = ("transaction", "unit_id", "function", "address", "count", "registers", "exception")
    if vector["direction"] == "request":
        ((transaction, body),) = mbap_frames(received, is_answer=False)
        return _mismatch(vars_of(question_of(body, transaction)), vector, keys)
    return _mismatch(vars_of(mbap_answer(received, vector["transaction"])), vector, keys)


def _stream(vector: Vector) -> object:
    if "expect_transaction" in vector:
        return mbap_answer(bytes.fromhex(vector["hex"]), vector["expect_transaction"])
    chunks = [bytes.fromhex(chunk) for chunk in vector.get("chunks", [vector.get("hex", "")])]
    found = list(mbap_frames(b"".join(chunks), is_answer=False))
    early = list(mbap_frames(chunks[0], is_answer=False)) if len(chunks) > 1 else []
    return None if (len(found), early) == (vector["frames"], []) else (found, early)


def _image(vector: Vector) -> object:
    image = {
        block["start"] + number: int(word, 16)
        for block in vector["blocks"]
        for number, word in enumerate(block["registers"])
    }
    profile = PROFILES[vector["profile"]]
    if "address_of_model_id" in vector:
        profile = profile.located(vector["model_id"], vector["address_of_model_id"])
    shown = _shown(profile, image)
    wrong: dict[str, object] = {}
    for expected in vector["expected"]:
        name = _series(expected)
        ratio = float(UNITS[expected["unit"]][1])
        wanted = expected["value"]
        said = _unlisted(expected, image) if expected["quantity"] in UNLISTED else shown.get(name)
        if not isinstance(wanted, int | float):
            if said is not None:
                wrong[name] = said
        elif said is None or not math.isclose(
            said, wanted * ratio, rel_tol=1e-6, abs_tol=expected["tolerance"] * ratio
        ):
            wrong[name] = (said, wanted)
    return wrong or None


def _unlisted(expected: Vector, image: dict[int, int]) -> float | None:
    # Averages that the table does not list, and a number before it is understood: all of them float32.
    place = register("active_power", expected["address"])
    return decode(place, words(image[place.address], image[place.address + 1]))


UNLISTED = {"voltage_ln_avg", "current_avg", "power_factor_raw"}


def _series(expected: Vector) -> str:
    return series_name(register(expected["quantity"], 0, phase=expected["phase"]))


def _shown(profile: DeviceProfile, image: dict[int, int]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, one in profile.series.items():
        block = _around(one, image)
        if block is not None:
            payload = words(*(image[address] for address in range(block.address, block.end)))
            readings = BlockDecoder(block, [Series("meter", name, one)]).readings(payload, 0)
            found |= {reading.quantity: reading.value for reading in readings}
    return found


def _around(one: Register, image: dict[int, int]) -> Block | None:
    span = spanning(one)
    start = min([span.address, *(need.address for need in one.needs)])
    end = max([span.end, *(need.end for need in one.needs)])
    inside = all(address in image for address in range(start, end))
    return Block(one.function_code, start, end - start, (one,)) if inside else None


def _discovery(vector: Vector) -> object:
    # A device whose marker stands at 50000.
    device = {50000: b"SunS", 50002: words(1, 2), 50006: words(203, 105), 50113: words(0xFFFF, 0)}
    found = models(lambda address, _count: device.get(address))
    model = matching(PROFILES["sunspec_201_204"], found)
    return None if model is not None and model.address == 50006 and 50000 in BASES else found


def _bitfield(vector: Vector) -> object:
    (raw,) = numbers(vector)
    expected = vector["expected"]
    if "bits_set" in expected:
        bits = [bit for bit in range(16) if decode(register("alarm", 0, type="bit", count=1, bit=bit), words(raw))]
        return None if bits == expected["bits_set"] else bits
    table = {one.quantity: one for one in PROFILES[vector["profile"]].registers}
    energy, volume = table["heat_energy"].unit_rule, table["volume"].unit_rule
    assert energy is not None
    assert volume is not None
    said = (energy.unit_of(raw), volume.unit_of(raw))
    return (
        None
        if said == ((expected["energy_unit"], expected["energy_exponent"]), ("l", expected["volume_exponent_litre"]))
        else said
    )


def _composed(vector: Vector) -> object:
    rest = register("active_energy_import", 2, type="int32", scale=Decimal("0.001"))
    place = register("active_energy_import", 0, type="int32", plus=(rest,))
    value = decode(place, words(0, 1234, 0, 567))
    return None if value == vector["expected"] else value


CHECKS: dict[str, Callable[[Vector], object]] = {
    "decode": _decode,
    "rtu_frame": _frame,
    "crc16": _crc,
    "mbap_frame": _mbap,
    "tcp_stream": _stream,
    "device_image": _image,
    "discovery": _discovery,
    "bitfield": _bitfield,
    "composed": _composed,
}
