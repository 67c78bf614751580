"""A folder of photos, each under the hash of its content: the same photo twice is one file."""

import hashlib
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from config.errors import InvalidReading, NotFound, StorageFull
from gateway.photos.heif import without_exif
from gateway.photos.jpeg import bare_jpeg
from gateway.photos.png import bare_png
from gateway.photos.webp import bare_webp
from gateway.whole_file import write_whole

LARGEST_PHOTO_BYTES = 8 * 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A photo's content as it is kept, and what it is."""

    sha256: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PhotoFolder:
    """Photos below `folder`, which is made when the first one comes."""

    folder: Path

    def keep(self, content: bytes) -> KeptPhoto:
        """Keep a photo without its metadata, durable on return.

        Raises `InvalidReading`: `too_large`, or `no_photo` for what is neither JPEG, PNG, WebP nor HEIC, or is
        damaged; `StorageFull` where it cannot be written.
        """
        if len(content) > LARGEST_PHOTO_BYTES:
            raise InvalidReading("too_large", f"a photo may have {LARGEST_PHOTO_BYTES // 1024**2} MiB at most")
        photo = _bare(content)
        path = self._path(photo.sha256)
        try:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, photo.content)
        except OSError as error:
            raise StorageFull(f"the photo cannot be kept: {error.strerror}") from error
        return photo

    def read(self, sha256: str) -> KeptPhoto:
        """Return a photo; raises `NotFound`."""
        path = self._path(sha256) if _HASH.fullmatch(sha256) else None
        if path is None or not path.is_file():
            raise NotFound("photo", sha256)
        content = path.read_bytes()
        return KeptPhoto(sha256, media_type_of(content) or "application/octet-stream", content)

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256


def media_type_of(content: bytes) -> str | None:
    """Return what a content is by its first bytes; None for what is none of the photos that are taken."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "image/heic" if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS else None


def _bare(content: bytes) -> KeptPhoto:
    media_type = media_type_of(content)
    if media_type is None:
        raise InvalidReading("no_photo", "this is no JPEG, PNG, WebP or HEIC picture")
    strip = {"image/jpeg": bare_jpeg, "image/png": bare_png, "image/webp": bare_webp, "image/heic": without_exif}
    try:
        bare = strip[media_type](content)
    except (ValueError, IndexError, struct.error) as error:
        raise InvalidReading("no_photo", f"the picture is damaged: {error}") from error
    return KeptPhoto(hashlib.sha256(bare).hexdigest(), media_type, bare)
