"""What follows from the readings of a meter, in slots of the calendar."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from analysis.figures import Consumption, Resolution
from analysis.properties.trust import Trust, trust_of
from api.answers.consumption_rows import consumption_columns, consumption_rows
from api.answers.documents import answer, csv_answer, wants_arrow, wants_csv
from api.answers.event_shapes import event_shape, substitute_shape
from api.answers.figures import number, trust_object
from api.answers.problems import InvalidInput, TooMuch
from api.answers.shapes import part_shape
from api.answers.slot_columns import slot_columns
from api.evidence import Evidence, Given
from api.times import moment
from api.trust import witness

router = APIRouter(prefix="/v1", tags=["consumption"])
_FINE = frozenset({Resolution.QUARTER_HOUR, Resolution.HOUR})
_LONGEST_FINE = timedelta(days=1100)


@router.get("/meters/{meter_id}/consumption")
async def meter_consumption(
    request: Request,
    evidence: Given,
    meter_id: str,
    start: str | None = None,
    end: str | None = None,
    resolution: Resolution = Resolution.DAY,
) -> Response:
    """Return consumption of `[start, end)` in columns; CSV or Arrow by `Accept`.

    `start` and `end` are local days or instants with offset; without them the last 30 days. `values` has null where
    nothing is known; `quality` says of each slot how its value came about.
    """
    evidence.portfolio.meter(meter_id)
    since, until = _span(evidence, start, end, resolution)
    found = await asyncio.to_thread(evidence.consumption, meter_id, since, until, resolution)
    if wants_arrow(request):
        from api.answers.arrow import consumption_arrow  # noqa: PLC0415  a library that few callers need

        return consumption_arrow(request, found)
    if wants_csv(request):
        return csv_answer(request, consumption_columns(found), consumption_rows(found))
    trust = await asyncio.to_thread(_trust, evidence, found, since, until)
    return answer(request, _columns(found, evidence.books.zone) | {"trust": trust_object(trust)})


def _span(
    evidence: Evidence, start: str | None, end: str | None, resolution: Resolution
) -> tuple[datetime, datetime]:
    zone = evidence.books.zone
    tomorrow = (evidence.today() + timedelta(days=1)).isoformat()
    until = moment(end or tomorrow, zone, name="end")
    month_before = (until.astimezone(zone).date() - timedelta(days=30)).isoformat()
    since = moment(start or month_before, zone, name="start")
    if since >= until:
        raise InvalidInput("end", "lies not after start")
    if resolution in _FINE and until - since > _LONGEST_FINE:
        raise TooMuch(f"{resolution} is given for at most {_LONGEST_FINE.days} days at once")
    return since, until


def _trust(evidence: Evidence, found: Consumption, since: datetime, until: datetime) -> Trust:
    zone, last = evidence.books.zone, until - timedelta(milliseconds=1)
    days = since.astimezone(zone).date(), last.astimezone(zone).date() + timedelta(days=1)
    return trust_of(found.quality, [found.meter], witness(evidence, *days))


def _columns(found: Consumption, zone: ZoneInfo) -> dict[str, object]:
    return {
        "meter": found.meter,
        "unit": found.unit,
        "reference": found.reference,
        "time_zone": found.time_zone,
        "start": found.slots[0].start if found.slots else None,
        "step": found.resolution,
        **slot_columns(found.slots),
        "total": number(found.total),
        "events": [event_shape(event, zone) for event in found.events],
        "substitutes": [substitute_shape(one, zone) for one in found.substitutes],
        "parts": [part_shape(part) for part in found.parts],
        "notes": list(found.notes),
    }
