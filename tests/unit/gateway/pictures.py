"""Tiny pictures with a place in their metadata, made by hand."""

import struct
import zlib

SECRET = b"49.4447 N 7.7690 E"


def jpeg(*, orientation: int = 1) -> bytes:
    """A JPEG with Exif (orientation, place), a comment, a table and a scan."""
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0) + SECRET
    parts = [(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"), (0xE1, b"Exif\0\0" + tiff), (0xFE, SECRET), (0xDB, bytes(65))]
    segments = b"".join(struct.pack(">BBH", 0xFF, kind, len(part) + 2) + part for kind, part in parts)
    return b"\xff\xd8" + segments + b"\xff\xda\0\2pic\xff\0ture\xff\xd9" + b"another \xff\xd8" + SECRET + b"\xff\xd9"


def png() -> bytes:
    """A grey PNG of one point, with a text chunk and Exif."""

    def chunk(kind: bytes, payload: bytes) -> bytes:
        return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = [
        (b"IHDR", header),
        (b"tEXt", b"Comment\0" + SECRET),
        (b"eXIf", SECRET),
        (b"IDAT", zlib.compress(b"\0\x80")),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts) + chunk(b"IEND", b"") + SECRET


def webp() -> bytes:
    """A WebP container with Exif and XMP announced."""

    def chunk(kind: bytes, payload: bytes) -> bytes:
        return kind + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)

    body = chunk(b"VP8X", b"\x0c" + bytes(9)) + chunk(b"VP8 ", b"picture") + chunk(b"EXIF", SECRET)
    body += chunk(b"XMP ", SECRET)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def heic() -> bytes:
    """A HEIC file of two items, the picture and its Exif, both behind the box `meta`."""

    def box(kind: bytes, payload: bytes) -> bytes:
        return struct.pack(">I4s", len(payload) + 8, kind) + payload

    def meta(first: int) -> bytes:
        infe = [
            box(b"infe", b"\2\0\0\0" + struct.pack(">HH4s", item, 0, kind) + b"\0")
            for item, kind in ((1, b"hvc1"), (2, b"Exif"))
        ]
        iinf = box(b"iinf", bytes(4) + struct.pack(">H", 2) + b"".join(infe))
        places = ((1, first, len(b"picture")), (2, first + len(b"picture"), len(SECRET)))
        rows = b"".join(struct.pack(">HHHII", item, 0, 1, place, length) for item, place, length in places)
        iloc = box(b"iloc", bytes(4) + b"\x44\0" + struct.pack(">H", 2) + rows)
        return box(b"meta", bytes(4) + iinf + iloc)

    start = box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    first = len(start) + len(meta(0)) + 8
    return start + meta(first) + box(b"mdat", b"picture" + SECRET)
