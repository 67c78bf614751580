"""Frames of serial lines and of TCP, whole and broken."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from collector.modbus.rtu_frames import (
    Answer,
    Question,
    mbap_answer,
    mbap_frames,
    question_of,
    rtu_answer,
    rtu_frame,
    rtu_question,
)


@given(st.binary(max_size=300))
def test_noise_is_no_frame_and_no_error(noise: bytes) -> None:
    assert rtu_answer(noise) is None or noise[-2:] == rtu_frame(noise[:-2])[-2:]
    assert all(body for _, body in mbap_frames(noise))


@given(st.integers(0, 255), st.sampled_from([3, 4]), st.integers(0, 65535), st.integers(1, 125))
def test_a_question_comes_out_of_its_frame_again(unit: int, function_code: int, address: int, count: int) -> None:
    frame = rtu_frame(struct.pack(">BBHH", unit, function_code, address, count))
    assert rtu_question(frame) == Question(unit, function_code, address, count)


@given(st.binary(min_size=2, max_size=250).filter(lambda payload: len(payload) % 2 == 0), st.integers(0, 7))
def test_a_flipped_bit_is_noticed(payload: bytes, bit: int) -> None:
    frame = rtu_frame(bytes((1, 3, len(payload))) + payload)
    assert rtu_answer(frame) == Answer(1, 3, payload)
    flipped = bytes((*frame[:3], frame[3] ^ 1 << bit, *frame[4:]))
    assert rtu_answer(flipped) is None


def test_a_late_answer_to_another_question_is_passed_over() -> None:
    late, own = (struct.pack(">HHHBBBH", number, 0, 5, 1, 3, 2, number) for number in (6, 7))
    found = mbap_answer(late + own, 7)
    assert found == Answer(1, 3, struct.pack(">H", 7), None, 7)
    assert mbap_answer(late, 7) is None


def test_what_writes_is_no_question_of_ours() -> None:
    assert question_of(bytes((1, 16, 0, 0, 0, 1))) is None
