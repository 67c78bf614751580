"""Photos of displays, for people who are signed in."""

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from api.evidence import Evidence, Given
from config.errors import NotFound
from gateway.photos import KeptPhoto

router = APIRouter(prefix="/v1", tags=["events"])


@router.get("/photos/{sha256}")
async def photo(evidence: Given, sha256: str) -> Response:
    """Return a photo that came with an exchange or a hand reading; its type is fixed by its content."""
    found = await asyncio.to_thread(_photo, evidence, sha256)
    headers = {
        "Cache-Control": "private, max-age=86400, immutable",
        "Content-Disposition": f'inline; filename="{sha256[:12]}.{found.media_type.partition("/")[2]}"',
    }
    return Response(found.content, media_type=found.media_type, headers=headers)


def _photo(evidence: Evidence, sha256: str) -> KeptPhoto:
    folder = evidence.services.photos
    if folder is None or not evidence.operations.photos.is_known(sha256):
        raise NotFound("photo", sha256)
    return folder.read(sha256)
