"""WebP without Exif and XMP. Source: WebP container specification (RIFF)."""

import struct
from collections.abc import Iterator

_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF"})
_SAYS_METADATA = 0b0000_1100  # the bits of VP8X that announce Exif and XMP


def bare_webp(content: bytes) -> bytes:
    """Return the picture alone; raises `ValueError` for a file that is cut off."""
    chunks = b"".join(_bare(kind, payload) for kind, payload in _chunks(content) if kind in _KEPT)
    if not chunks:
        raise ValueError("there is no picture in it")
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 12
    while position + 8 <= len(content):
        kind, length = struct.unpack_from("<4sI", content, position)
        if position + 8 + length > len(content):
            raise ValueError("it is cut off")
        yield kind, content[position + 8 : position + 8 + length]
        position += 8 + length + length % 2


def _bare(kind: bytes, payload: bytes) -> bytes:
    if kind == b"VP8X":
        payload = bytes([payload[0] & ~_SAYS_METADATA]) + payload[1:]
    return kind + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)
