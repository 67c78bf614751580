"""Reads from and writes to the broker in large pieces, in front of paho.

paho reads a packet with at least four system calls (one byte of command, one or two of length, the rest) and writes
every acknowledgement with one. Behind this stream it takes its few bytes from memory: that is the whole difference
between 30,000 and 60,000 messages per second.
"""

import socket
import ssl
from typing import Any

from paho.mqtt import client as paho

PIECE_BYTES = 256 * 1024


class BufferedStream:
    """The socket that paho sees. It reads only in `fill` and writes only in `flush`; paho itself never waits."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._received = b""
        self._at = 0
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
        self._received, self._at = b"".join(pieces), 0

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

    # What paho calls on its socket:

    def recv(self, size: int) -> bytes:
        """Return up to `size` bytes that have arrived; raises `BlockingIOError` where there are none."""
        piece = self._received[self._at : self._at + size]
        if not piece:
            raise BlockingIOError
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
        """Close the connection; what was not flushed is gone."""
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
    """paho's client over a `BufferedStream`; whoever drives it calls `fill`, `loop_read` and `flush`."""

    stream: BufferedStream

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.stream = BufferedStream(socket.socket())  # replaced by every connection
        super().__init__(*arguments, **options)

    def _create_socket(self) -> Any:
        self.stream = BufferedStream(super()._create_socket())
        return self.stream
