"""Packets as they lie in what the broker sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.mqtt.connection.packet_stream import BufferedStream, Message


class FakeConnection:
    """Gives what is due piece by piece, and takes a few bytes at a time."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces
        self.sent = b""

    def recv(self, _size: int) -> bytes:
        if not self.pieces:
            raise BlockingIOError
        return self.pieces.pop(0)

    def send(self, data: bytes) -> int:
        self.sent += bytes(data[:3])
        return min(3, len(data))


def published(topic: str, payload: bytes, *, mid: int | None = 7, retain: bool = False) -> bytes:
    body = len(topic.encode()).to_bytes(2, "big") + topic.encode()
    body += b"" if mid is None else mid.to_bytes(2, "big")
    body += payload
    length, rest = b"", len(body)
    while True:
        rest, digit = rest >> 7, rest & 0x7F
        length += bytes((digit | (0x80 if rest else 0),))
        if not rest:
            return bytes((0x30 | (0 if mid is None else 2) | retain,)) + length + body


def messages(stream: BufferedStream) -> list[Message]:
    found = []
    while (message := stream.take_message()) is not None:
        found.append(message)
    return found


@given(st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=300)), max_size=8), st.data())
def test_messages_come_out_whole_however_the_bytes_arrive(sent: list[tuple[str, bytes]], data: st.DataObject) -> None:
    wire = b"".join(published(topic, payload) for topic, payload in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=6)))
    pieces = [wire[start:end] for start, end in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    connection = FakeConnection([])
    stream, found = BufferedStream(connection), []
    for piece in pieces:
        connection.pieces = [piece] if piece else []
        stream.fill()
        found += messages(stream)
    assert [(one.topic.decode(), one.payload) for one in found] == sent
    assert stream.pending() == 0


def test_quality_message_id_and_retained_flag_are_kept() -> None:
    stream = BufferedStream(
        FakeConnection([published("a/b", b"1", mid=513, retain=True), published("c", b"2", mid=None)])
    )
    stream.fill()
    stream.fill()
    assert messages(stream) == [Message(b"a/b", 513, 1, True, b"1"), Message(b"c", 0, 0, False, b"2")]


def test_a_packet_of_another_kind_is_left_for_paho_whole() -> None:
    connection = FakeConnection([b"\x20\x02\x00"])
    stream = BufferedStream(connection)
    stream.fill()
    assert not stream.has_packet()
    connection.pieces = [b"\x00" + published("a", b"1")]
    stream.fill()
    assert stream.take_message() is None
    assert stream.has_packet()
    assert stream.recv(1) + stream.recv(3) == b"\x20\x02\x00\x00"
    assert [one.payload for one in messages(stream)] == [b"1"]


def test_paho_is_never_given_the_head_of_a_packet_that_is_cut_off() -> None:
    connection = FakeConnection([b"\x40\x02\x00\x01" + b"\x40\x02\x81"])
    stream = BufferedStream(connection)
    stream.fill()
    assert stream.recv(1) + stream.recv(3) == b"\x40\x02\x00\x01"
    with pytest.raises(BlockingIOError):
        stream.recv(1)
    connection.pieces = [b"\x82"]
    stream.fill()
    assert stream.has_packet()
    assert stream.recv(4) == b"\x40\x02\x81\x82"


def test_acknowledgements_go_out_in_one_piece_as_far_as_the_socket_takes_them() -> None:
    connection = FakeConnection([])
    stream = BufferedStream(connection)
    stream.acknowledge([1, 513])
    stream.flush()
    assert connection.sent == bytes.fromhex("40020001 40020201")
    assert not stream.unsent


def test_a_closed_connection_is_an_error() -> None:
    stream = BufferedStream(FakeConnection([b""]))
    with pytest.raises(ConnectionError):
        stream.fill()


def test_a_length_that_no_packet_has_is_an_error() -> None:
    stream = BufferedStream(FakeConnection([b"\x30\xff\xff\xff\xff\x01"]))
    stream.fill()
    with pytest.raises(ConnectionError):
        stream.take_message()
