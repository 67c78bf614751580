"""What is known of properties and meters."""

import asyncio
from datetime import date, timedelta
from typing import NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from analysis.figures import Resolution
from api.answers.documents import answer, page
from api.answers.known_shapes import completeness_shapes
from api.answers.problems import InvalidInput, TooMuch
from api.answers.shapes import Shape
from api.evidence import Evidence, Given
from api.times import local_day
from config.portfolio.properties import Property

router = APIRouter(prefix="/v1", tags=["figures"])
_DAYS = 30
_LONGEST = timedelta(days=3660)
_LONGEST_BY_DAY = timedelta(days=400)
_PERIODS = (Resolution.DAY, Resolution.MONTH, Resolution.YEAR)


@router.get("/completeness")
async def all_completeness(
    request: Request,
    evidence: Given,
    start: str | None = None,
    end: str | None = None,
    resolution: Resolution = Resolution.DAY,
    municipality: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Response:
    """Return what is known of each property and its meters, over the local days `[start, end)` and by period.

    Without `start` the 30 days before `end`, without `end` those that are over. A property is complete where each of
    the meters that count in its sums is: `incomplete` names those that are not.
    """
    places = [
        place
        for place in evidence.portfolio.properties
        if municipality is None or place.municipality_id == municipality
    ]
    asked = _asked(evidence, start, end, resolution)
    content = await asyncio.to_thread(
        page, places, lambda one: one.id, lambda one: _shape(evidence, one, asked), limit=limit, cursor=cursor
    )
    return answer(request, content)


@router.get("/properties/{property_id}/completeness")
async def one_completeness(
    request: Request,
    evidence: Given,
    property_id: str,
    start: str | None = None,
    end: str | None = None,
    resolution: Resolution = Resolution.DAY,
) -> Response:
    """Return what is known of one property and its meters, over the local days `[start, end)` and by period."""
    place = evidence.portfolio.property(property_id)
    asked = _asked(evidence, start, end, resolution)
    return answer(request, await asyncio.to_thread(_shape, evidence, place, asked))


class _Asked(NamedTuple):
    start: date
    end: date
    by: Resolution


def _asked(evidence: Evidence, start: str | None, end: str | None, resolution: Resolution) -> _Asked:
    if resolution not in _PERIODS:
        raise InvalidInput("resolution", f"{resolution} is too fine (allowed: {', '.join(_PERIODS)})")
    until = local_day(end, name="end") if end else evidence.today()
    since = local_day(start, name="start") if start else until - timedelta(days=_DAYS)
    if since >= until:
        raise InvalidInput("end", "lies not after start")
    longest = _LONGEST_BY_DAY if resolution is Resolution.DAY else _LONGEST
    if until - since > longest:
        raise TooMuch(f"completeness by {resolution} is given for at most {longest.days} days at once")
    return _Asked(since, until, resolution)


def _shape(evidence: Evidence, place: Property, asked: _Asked) -> Shape:
    return completeness_shapes(evidence.completeness_of(place, asked.start, asked.end, by=asked.by))[0]
