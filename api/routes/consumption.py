"""What follows from the readings of a meter, in slots of the calendar."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from analysis.figures import Consumption, Resolution
from analysis.trust import Trust, trust_of
from api.answers.documents import answer, csv_answer, wants_csv
from api.answers.figures import number, trust_object
from api.answers.problems import InvalidInput, TooMuch
from api.answers.shapes import part_shape
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
    """Return consumption of `[start, end)` in columns; CSV by `Accept: text/csv`.

    `start` and `end` are local days or instants with offset; without them the last 30 days. `values` has null where
    nothing is known; `quality` says of each slot how its value came about.
    """
    evidence.portfolio.meter(meter_id)
    since, until = _span(evidence, start, end, resolution)
    found = await asyncio.to_thread(evidence.consumption, meter_id, since, until, resolution)
    if wants_csv(request):
        return csv_answer(request, *_table(found))
    trust = await asyncio.to_thread(_trust, evidence, found, since, until)
    return answer(request, _columns(found) | {"trust": trust_object(trust)})


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


def _table(found: Consumption) -> tuple[tuple[str, ...], Iterator[tuple[object, ...]]]:
    """Energy of a fuel has a column more, which says on every line what it is told on: Hs or Hi."""
    header = ("start", "end", f"value_{found.unit}", "quality", "coverage")
    more = () if found.reference is None else (found.reference,)
    rows = (
        (slot.start.isoformat(), slot.end.isoformat(), slot.value, slot.how, round(slot.coverage, 4), *more)
        for slot in found.slots
    )
    return (*header, *(["reference"] if more else [])), rows


def _columns(found: Consumption) -> dict[str, object]:
    return {
        "meter": found.meter,
        "unit": found.unit,
        "reference": found.reference,
        "time_zone": found.time_zone,
        "start": found.slots[0].start if found.slots else None,
        "step": found.resolution,
        "values": [number(slot.value) for slot in found.slots],
        "quality": [slot.how for slot in found.slots],
        "coverage": [round(slot.coverage, 4) for slot in found.slots],
        "total": number(found.total),
        "events": [
            {"id": event.id, "kind": event.kind, "time": event.time, "detail": event.detail, "state": event.state}
            for event in found.events
        ],
        "parts": [part_shape(part) for part in found.parts],
        "notes": list(found.notes),
    }
