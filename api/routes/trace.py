"""Why a number is so: the readings behind an amount."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from analysis.meters.trace import MOST_ROWS
from analysis.property_meters import register_unit
from api.answers.documents import answer
from api.answers.event_shapes import trace_shape
from api.answers.problems import InvalidInput
from api.evidence import Given
from api.times import moment
from api.traces import traced

router = APIRouter(prefix="/v1", tags=["consumption"])


@router.get("/meters/{meter_id}/trace")
async def meter_trace(
    request: Request, evidence: Given, meter_id: str, start: str, end: str, first: int = 0, limit: int = MOST_ROWS
) -> Response:
    """Return the intervals between readings that make up the amount of `[start, end)`, with both readings of each.

    Their amounts add up to `total` to the last digit; exact numbers are texts. `next` is the `first` of the page
    after this one, null on the last. What was read and not taken stands in `left_out` with the reason.
    """
    meter = evidence.portfolio.meter(meter_id)
    zone = evidence.books.zone
    since, until = moment(start, zone, name="start"), moment(end, zone, name="end")
    if not 1 <= limit <= MOST_ROWS:
        raise InvalidInput("limit", f"{limit} is not between 1 and {MOST_ROWS}")
    found = await asyncio.to_thread(traced, evidence, meter, since, until, first=first, limit=limit)
    units = {"display_unit": meter.unit, "stored_unit": register_unit(meter)}
    return answer(request, trace_shape(found, **units, zone=zone))
