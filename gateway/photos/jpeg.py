"""JPEG without what it tells beside the picture. Source: ITU-T T.81 (markers), Exif 2.32 (orientation)."""

import struct
from collections.abc import Iterator

_START, _END, _SCAN, _COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
_KEPT_APPLICATION = frozenset({0xE0, 0xEE})  # JFIF, and Adobe's word on how the colours are kept
_IN_SCAN = frozenset({0x00, *range(0xD0, 0xD8)})  # stuffing, and restarts
_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112


def bare_jpeg(content: bytes) -> bytes:
    """Return the picture with its orientation, but without place, time, device, thumbnail and comments.

    Raises `ValueError` or `IndexError` for a file that is cut off or no JPEG.
    """
    parts = [b"\xff\xd8"]
    orientation = 1
    for marker, segment in _segments(content):
        if marker == 0xE1 and segment.startswith(_EXIF):
            orientation = _orientation(segment[len(_EXIF) :])
        if 0xE0 <= marker <= 0xEF and marker not in _KEPT_APPLICATION:
            continue
        if marker != _COMMENT:
            parts.append(segment if marker == _SCAN else _segment(marker, segment))
    if orientation != 1:
        parts.insert(1, _segment(0xE1, _EXIF + _upright(orientation)))
    return b"".join(parts)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and payload of every segment; the first scan with all that follows comes last, as it stands."""
    position = 2
    while True:
        if content[position] != 0xFF:
            raise ValueError("a marker is missing")
        marker = content[position + 1]
        if marker == 0xFF:  # filling
            position += 1
            continue
        if marker == _SCAN:
            yield marker, content[position : _end_of_scans(content, position)]
            return
        if marker in {_START, _END}:
            raise ValueError("there is no picture in it")
        (length,) = struct.unpack_from(">H", content, position + 2) if position + 4 <= len(content) else (0,)
        if length < 2 or position + 2 + length > len(content):
            raise ValueError("it is cut off")
        yield marker, content[position + 4 : position + 2 + length]
        position += 2 + length


def _end_of_scans(content: bytes, position: int) -> int:
    """Return where the picture ends: phones hang a second one behind it, with metadata of its own."""
    while True:
        (length,) = struct.unpack_from(">H", content, position + 2) if position + 4 <= len(content) else (0,)
        if length < 2:
            raise ValueError("it is cut off")
        position = content.index(0xFF, position + 2 + length)
        while content[position + 1] in _IN_SCAN:
            position = content.index(0xFF, position + 2)
        if content[position + 1] == _END:
            return position + 2


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def _orientation(tiff: bytes) -> int:
    """Return how the picture is to be turned; 1 where nothing legible is said."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 1
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    if first + 2 > len(tiff):
        return 1
    (count,) = struct.unpack_from(f"{order}H", tiff, first)
    for place in range(first + 2, min(first + 2 + 12 * count, len(tiff) - 11), 12):
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, place)
        if (tag, kind) == (_ORIENTATION, 3) and 1 <= value <= 8:
            return int(value)
    return 1


def _upright(orientation: int) -> bytes:
    """Return a TIFF header whose only entry is the orientation."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)
