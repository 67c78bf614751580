"""Whether received bytes can be an answer."""

import pytest

from collector.modbus.frames import HoldingRegisters, in_step


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("0001 0000 0007 03 04 04 43663334", True),  # a whole answer
        ("0001 0000 0003 03 84 02", True),  # an exception
        ("0001 00", True),  # the rest is on its way
        ("0001 0000 0007 03 04 04 4366", True),
        ("0001 0001 0007 03 04 04 43663334", False),  # another protocol
        ("0001 0000 1234 03 04 04 43663334", False),  # no frame is that long
        ("0001 0000 0007 03 55 04 43663334", False),  # nobody asked for that function
        ("0001 0000 0003 03 84 02 0002 0000 0007 03 04 04 43663334", True),  # an answer behind a late one
        ("0001 0000 0007 03 04 04 4366 0002 0000 0007 03 04 04 43663334", False),  # cut off, the next one behind it
        ("485454502f312e3120343030", False),  # HTTP/1.1 400
    ],
)
def test_only_what_can_be_an_answer_is_in_step(received: str, expected: bool) -> None:
    assert in_step(bytes.fromhex(received)) is expected


@pytest.mark.parametrize(("data", "payload"), [("0400010002", "00010002"), ("0600010002", ""), ("", "")])
def test_an_answer_with_a_wrong_count_of_bytes_has_no_registers(data: str, payload: str) -> None:
    answer = HoldingRegisters()
    answer.decode(bytes.fromhex(data))
    assert answer.payload.hex() == payload
