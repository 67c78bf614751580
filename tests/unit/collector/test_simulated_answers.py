"""What simulated devices answer, by whatever way and however the bytes are cut."""

import struct
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector.modbus.rtu_frames import mbap_frames, rtu_answer, rtu_frame
from collector.simulation.registers import SimulatedDevice
from collector.simulation.servers.answers import Answers
from collector.simulation.servers.conversations import Conversation, RtuConversation, TcpConversation
from collector.simulation.servers.rtu_requests import requests_in
from config.profiles.registers import GapReads
from tests.unit.collector.portfolio import METER, modbus_meter, profile, register

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SHOWN, DEAD, STRANGER = 1, 2, 99
STRICT = profile(register("active_energy_import", 0, function_code=3), gap_reads=GapReads.FORBIDDEN)
READ = struct.pack(">BBHH", SHOWN, 4, 0, 4)
VALUE = struct.pack(">d", 40482.8)
ANSWER = bytes((SHOWN, 4, 8)) + VALUE


def answers(*, is_gateway: bool) -> Answers:
    units = {
        SHOWN: SimulatedDevice(METER, (modbus_meter("strom", SHOWN),), lambda meter, now: 40482.8),
        DEAD: SimulatedDevice(METER, (modbus_meter("tot", DEAD),), lambda meter, now: None),
        3: SimulatedDevice(STRICT, (modbus_meter("streng", 3),), lambda meter, now: 1.0),
    }
    return Answers(units, lambda: NOW, is_gateway=is_gateway)


def mbap(body: bytes, transaction: int = 7) -> bytes:
    return struct.pack(">HHH", transaction, 0, len(body)) + body


def said(conversation: Conversation, pieces: Iterable[bytes]) -> bytes:
    return b"".join(conversation.hear(piece) or b"" for piece in pieces)


def on_a_line(*pieces: bytes) -> bytes:
    return said(RtuConversation(answers(is_gateway=False)), pieces)


def on_tcp(*pieces: bytes) -> bytes:
    return said(TcpConversation(answers(is_gateway=True)), pieces)


def cut(whole: bytes, places: Iterable[int]) -> list[bytes]:
    ends = sorted({place % (len(whole) + 1) for place in places})
    return [whole[start:end] for start, end in zip([0, *ends], [*ends, len(whole)], strict=True)]


def reading(unit: int, function_code: int = 4) -> bytes:
    return struct.pack(">BBHH", unit, function_code, 0, 4)


def test_the_same_question_has_the_same_answer_by_every_way() -> None:
    assert on_a_line(rtu_frame(READ)) == rtu_frame(ANSWER)
    assert on_tcp(mbap(READ)) == mbap(ANSWER)


@pytest.mark.parametrize("body", [reading(DEAD), reading(DEAD, 5), reading(DEAD, 16), bytes((DEAD, 3))])
def test_a_dead_unit_is_silent_by_every_way_whatever_it_is_asked(body: bytes) -> None:
    assert on_a_line(rtu_frame(body)) == b""
    assert on_tcp(mbap(body)) == b""


def test_a_unit_that_nobody_has_is_told_by_a_gateway_and_silent_on_a_line() -> None:
    assert on_tcp(mbap(reading(STRANGER))) == mbap(bytes((STRANGER, 0x84, 0x0B)))
    assert on_a_line(rtu_frame(reading(STRANGER))) == b""


def test_a_broadcast_is_nobodys_to_answer_on_a_line() -> None:
    assert on_a_line(rtu_frame(reading(0, 5))) == b""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (reading(SHOWN, 6), 1),  # a write
        (bytes((SHOWN, 16, 0, 0, 0, 2, 4, 1, 2, 3, 4)), 1),  # a write of several
        (bytes((SHOWN, 0x17, 0, 0, 0, 1, 0, 0, 0, 1, 2, 0, 0)), 1),  # both at once
        (bytes((SHOWN, 0x2B, 14, 1, 0)), 1),  # who are you
        (bytes((SHOWN, 17)), 1),
        (reading(SHOWN, 3), 1),
        (reading(3, 3), 2),
        (struct.pack(">BBHH", SHOWN, 4, 0, 126), 3),
    ],
)
def test_what_a_device_does_not_have_is_refused_by_every_way(body: bytes, code: int) -> None:
    refusal = bytes((body[0], body[1] | 0x80, code))
    assert on_a_line(rtu_frame(body)) == rtu_frame(refusal)
    assert on_tcp(mbap(body)) == mbap(refusal)


@given(
    st.lists(st.integers(0, 10_000), max_size=8), st.lists(st.sampled_from([READ, reading(STRANGER), reading(DEAD)]))
)
def test_however_a_stream_is_cut_every_whole_request_is_answered_in_its_order(
    places: list[int], asked: list[bytes]
) -> None:
    numbered = list(enumerate(asked))
    received = on_tcp(*cut(b"".join(mbap(body, number) for number, body in numbered), places))
    expected = [number for number, body in numbered if body[0] != DEAD]
    assert [transaction for transaction, _ in mbap_frames(received)] == expected


@given(st.binary(max_size=300), st.lists(st.integers(0, 10_000), max_size=8))
@example(b"\x01\x10\x00\x00\x00\x7b\xf6", [])  # the beginning of a long write that never goes on
@example(rtu_frame(READ)[:5], [5])  # a request that was broken off
@example(rtu_frame(ANSWER), [3, 9])  # what the device itself said, heard back
@example(rtu_frame(READ)[:-1] + b"\x00", [])  # a wrong checksum
def test_noise_in_front_of_a_request_and_cuts_inside_of_it_do_not_hide_it(noise: bytes, places: list[int]) -> None:
    assert on_a_line(*cut(noise + rtu_frame(READ), places)).endswith(rtu_frame(ANSWER))


@given(st.binary(max_size=600), st.lists(st.integers(0, 10_000), max_size=20))
def test_noise_alone_is_not_answered_and_not_hoarded(noise: bytes, places: list[int]) -> None:
    rest = b""
    for piece in cut(noise, places):
        found, rest = requests_in(rest + piece)
        assert all(rtu_frame(body) in noise for body in found)
    assert len(rest) <= 256


@given(st.integers(0, 63))
def test_a_request_with_a_flipped_bit_is_not_answered(bit: int) -> None:
    frame = rtu_frame(READ)
    broken = bytes(byte ^ (1 << bit % 8) * (place == bit // 8) for place, byte in enumerate(frame))
    assert on_a_line(broken) == b""
    assert rtu_answer(on_a_line(broken, frame)) is not None


@given(st.binary(min_size=8, max_size=300))
def test_who_does_not_speak_modbus_tcp_is_hung_up_on_or_waited_for(noise: bytes) -> None:
    conversation = TcpConversation(answers(is_gateway=True))
    heard = conversation.hear(noise)
    begins_well = noise[2:4] == b"\0\0" and 2 <= int.from_bytes(noise[4:6], "big") <= 254
    assert heard is None or begins_well
    assert heard is not None or not begins_well or len(noise) > 6 + int.from_bytes(noise[4:6], "big")


@pytest.mark.parametrize("length", [0, 1, 255, 65535])
def test_a_frame_that_cannot_be_one_ends_the_connection(length: int) -> None:
    conversation = TcpConversation(answers(is_gateway=True))
    assert conversation.hear(struct.pack(">HHHBB", 1, 0, length, SHOWN, 3)) is None
