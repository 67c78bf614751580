"""PNG without texts, times and Exif. Source: PNG specification, third edition, section 11.3."""

import struct
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs"}
)


def bare_png(content: bytes) -> bytes:
    """Return the picture alone; raises `ValueError` for a file that is cut off."""
    return _SIGNATURE + b"".join(chunk for kind, chunk in _chunks(content) if kind in _KEPT)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(_SIGNATURE)
    while position + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, position)
        end = position + 12 + length
        if end > len(content):
            break
        kind = content[position + 4 : position + 8]
        yield kind, content[position:end]
        if kind == b"IEND":
            return
        position = end
    raise ValueError("it is cut off")
