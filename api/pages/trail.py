"""Verlauf: who entered, decided and took back what at a meter, and when."""

import asyncio
from datetime import datetime
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.evidence import Evidence, Given
from api.presentation.rendering import templates_of
from api.presentation.trail_words import comment_of, step_text
from config.meters.meter import Meter

router = APIRouter(include_in_schema=False)
_AT_ONCE = 100
Before = Annotated[int | None, Query(ge=1, le=2**53)]


class ShownStep(NamedTuple):
    """One line: when, who, what, and what was said with it."""

    time: datetime
    author: str
    text: str
    comment: str


@router.get("/zaehler/{meter_id}/verlauf")
async def trail(request: Request, evidence: Given, meter_id: str, vor: Before = None) -> Response:
    """Return what was done at a meter, newest first; `vor` is the number of the entry before which it begins."""
    meter = evidence.portfolio.meter(meter_id)
    content = await asyncio.to_thread(_content, evidence, meter, vor)
    return templates_of(request).page(request, "trail.html", content)


def _content(evidence: Evidence, meter: Meter, before: int | None) -> dict[str, object]:
    operations, zone = evidence.operations, evidence.books.zone
    event_ids = [one.id for one in operations.events.of_meter(meter.id)]
    rows = operations.audit.of_meter(meter.id, event_ids, before=before, limit=_AT_ONCE + 1)
    shown = rows[:_AT_ONCE]
    return {
        "meter": meter,
        "title": evidence.portfolio.name_of(meter),
        "place": evidence.portfolio.property(meter.property_id),
        "steps": [ShownStep(row.time, row.author, step_text(row, meter, zone), comment_of(row)) for row in shown],
        "before": before,
        "earlier": shown[-1].id if len(rows) > len(shown) else None,
    }
