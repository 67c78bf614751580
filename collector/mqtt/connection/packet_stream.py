"""Reads from and writes to the broker in large pieces, in front of paho.

paho reads a packet with at least three system calls (a byte of command, one or more of length, the rest), writes
every acknowledgement with one, and takes a message through some thirty Python calls. This stream knows where packets
begin and end: messages of MQTT 3.1.1 are handed over as they lie in memory, everything else (connecting, subscribing,
keeping alive, MQTT 5) is paho's, which sees whole packets only. That is the difference between 40,000 and 80,000
durable messages per second.
"""

import socket
import ssl
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from paho.mqtt import client as paho

PIECE_BYTES = 256 * 1024
CONNECT_WITHIN_S = 5.0
_PUBLISH = 0x30
_RETAIN = 0x01
_PUBACK = b"\x40\x02"


class Message(NamedTuple):
    """A message as it arrived; `topic` is UTF-8 that nobody has checked yet."""

    topic: bytes
    mid: int
    qos: int
    retained: bool
    payload: bytes


class BufferedStream:
    """The socket that paho sees. It reads only in `fill` and writes only in `flush`; paho itself never waits."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._received = b""
        self._at = 0
        self._whole = 0
        self._unsent = bytearray()

    def fill(self) -> None:
        """Take what has arrived; raises `ConnectionError` when the broker closed the connection."""
        pieces = [self._received[self._at :]]
        try:
            pieces.append(self._receive())
            while self._still_decrypted():
                pieces.append(self._receive())
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        self._received, self._at, self._whole = b"".join(pieces), 0, max(self._whole - self._at, 0)

    def flush(self) -> None:
        """Send what was written, as far as the socket takes it; `unsent` tells whether something is left."""
        try:
            while self._unsent:
                del self._unsent[: self._connection.send(self._unsent)]
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass

    @property
    def unsent(self) -> bool:
        """Whether the socket has to become writable before the rest can go."""
        return bool(self._unsent)

    def has_packet(self) -> bool:
        """Say whether a whole packet lies at the front."""
        if self._at >= len(self._received):
            return False
        end = self._packet_end()[1]
        self._whole = end if end <= len(self._received) else self._at
        return self._whole > self._at

    def take_message(self) -> Message | None:
        """Take the packet at the front if it is a whole MQTT 3.1.1 message of QoS 0 or 1; None otherwise."""
        received = self._received
        if self._at >= len(received):
            return None
        command = received[self._at]
        qos = command >> 1 & 3
        if command & 0xF0 != _PUBLISH or qos > 1:
            return None
        body, end = self._packet_end()
        if end > len(received):
            return None
        if end - body < 2:
            raise ConnectionError("the broker sent a message without a topic")
        topic_end = body + 2 + (received[body] << 8 | received[body + 1])
        payload_at = topic_end + 2 * qos
        if payload_at > end:
            raise ConnectionError("the broker sent a message that is shorter than its own topic")
        mid = received[topic_end] << 8 | received[topic_end + 1] if qos else 0
        self._at = end
        return Message(received[body + 2 : topic_end], mid, qos, bool(command & _RETAIN), received[payload_at:end])

    def acknowledge(self, mids: Sequence[int]) -> None:
        """Write the acknowledgements of QoS 1 messages, which look alike in MQTT 3.1.1 and 5."""
        self._unsent += b"".join([_PUBACK + mid.to_bytes(2, "big") for mid in mids])

    def _packet_end(self) -> tuple[int, int]:
        # (first byte behind the length, first byte behind the packet); a length that is cut off ends at infinity
        length, shift, at = 0, 0, self._at + 1
        while at < len(self._received) and shift <= 21:
            byte = self._received[at]
            length |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                return at, at + length
        if shift > 21:
            raise ConnectionError("the broker sent a length that MQTT does not have")
        return at, sys.maxsize

    # What paho calls on its socket:

    def recv(self, size: int) -> bytes:
        """Return up to `size` bytes of the packet at the front; raises `BlockingIOError` before all of it is there.

        paho reads on as long as it waits for answers. It would keep the head of a packet that is cut off to itself,
        and nobody here would know any more where the next one begins.
        """
        if self._at >= self._whole and not self.has_packet():
            raise BlockingIOError
        piece = self._received[self._at : self._at + size]  # paho never asks for more than the packet has
        self._at += len(piece)
        return piece

    def send(self, data: bytes | bytearray) -> int:
        """Keep for the next `flush`."""
        self._unsent += data
        return len(data)

    def pending(self) -> int:
        """Return the number of bytes that `recv` gives without another `fill`."""
        return len(self._received) - self._at

    def close(self) -> None:
        """Close the connection, after what was written has gone as far as it goes without waiting."""
        with suppress(OSError):
            self.flush()
        self._unsent.clear()
        self._connection.close()

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        descriptor: int = self._connection.fileno()
        return descriptor

    def setblocking(self, flag: bool) -> None:
        """Pass on to the socket."""
        self._connection.setblocking(flag)

    def _receive(self) -> bytes:
        piece: bytes = self._connection.recv(PIECE_BYTES)
        if not piece:
            raise ConnectionError("the broker closed the connection")
        return piece

    def _still_decrypted(self) -> bool:
        return isinstance(self._connection, ssl.SSLSocket) and self._connection.pending() > 0


class BufferedClient(paho.Client):
    """paho's client over a `BufferedStream`; whoever drives it calls `fill`, `loop_read` per packet, and `flush`."""

    tls: ssl.SSLContext | None = None
    _stream: BufferedStream | None = None

    @property
    def stream(self) -> BufferedStream:
        """The stream of the present connection; raises `ConnectionError` before the first one."""
        if self._stream is None:
            raise ConnectionError("not connected yet")
        return self._stream

    def close_stream(self) -> None:
        """Close the connection, if there is one, without a word to the broker: it keeps the session."""
        if self._stream is not None:
            self._stream.close()

    def _create_socket(self) -> Any:
        # paho would leave the socket of a handshake that failed to the garbage collector.
        connection = socket.create_connection((self.host, self.port), CONNECT_WITHIN_S)
        if self.tls is not None:
            connection = self.tls.wrap_socket(connection, server_hostname=self.host)
        self._stream = BufferedStream(connection)
        return self._stream
