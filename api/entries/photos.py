"""Photos that come with what people record: kept in the state folder, named in the operations database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from api.evidence import Evidence
from config.errors import InvalidReading
from gateway.operations import PhotoRow

Shows = Literal["old", "new", "reading"]


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as somebody sent it, and which display it shows."""

    shows: Shows
    content: bytes


def keep_photos(
    evidence: Evidence,
    meter_id: str,
    subject: str,
    photos: Sequence[Photo],
    *,
    author: str,
    connection: Connection | None = None,
) -> None:
    """Keep the photos of an event or a reading; raises `InvalidReading`: `no_photo`, `too_large`."""
    for photo in photos:
        folder = evidence.services.photos
        if folder is None:
            raise InvalidReading("no_photo", "photos are not kept here")
        kept = folder.keep(photo.content)
        row = PhotoRow(meter_id, subject, photo.shows, kept.sha256, kept.media_type, author, evidence.now())
        evidence.operations.photos.record(row, connection=connection)
