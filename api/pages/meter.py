"""Zähler: what it counts, what follows from it, what happened to it, with forms for what people know of it."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from analysis.german import amount_word
from analysis.properties.trust import trust_of
from api.clocks_ahead import clock_ahead
from api.entries.deliveries import last_deliveries
from api.evidence import Evidence, Given
from api.pages.meter_chart import shown_meter, trace_link
from api.pages.meter_events import event_list, events_between
from api.pages.meter_forms import empty_forms
from api.pages.property import meter_row
from api.pages.sub_meters import shown_checks
from api.presentation.meter_spans import span_of
from api.presentation.rendering import templates_of
from api.trust import witness
from config.meters.meter import Meter, counts_otherwise
from gateway.operations import PhotoRow
from gateway.operations.meters.photos import reading_subject
from gateway.reading import Reading, instant

router = APIRouter(include_in_schema=False)
_SHOWN_READINGS = 12
_LONGER_SPANS = (timedelta(days=14), timedelta(days=400))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link to a meter's page asks for; empty texts and None: what is usual.

    `spanne`, `schritt` and `ab` choose what the chart shows; `berichtigen` is the id of an exchange that somebody
    wants to correct, `ereignisse_bis` the day before which the events are listed; `gespeichert` and `beantwortet`
    say what was just done.
    """

    spanne: str = ""
    schritt: str = ""
    ab: str = ""
    ereignisse_bis: date | None = None
    berichtigen: str = ""
    gespeichert: bool = False
    beantwortet: bool = False
    gewechselt: bool = False
    geliefert: bool = False


Link = Annotated[Asked, Depends()]


@router.get("/zaehler/{meter_id}")
async def one_meter(request: Request, evidence: Given, meter_id: str, asked: Link) -> Response:
    """Return a meter's page."""
    meter = evidence.portfolio.meter(meter_id)
    content = await asyncio.to_thread(meter_content, evidence, meter, asked)
    return templates_of(request).page(request, "meter.html", content)


def meter_content(
    evidence: Evidence,
    meter: Meter,
    asked: Asked,
    *,
    read_at: datetime | None = None,
    changed_at: datetime | None = None,
) -> dict[str, object]:
    """Return what the page shows, the forms as nobody filled them.

    `read_at` is when somebody read the display, `changed_at` when the device was exchanged; None: nobody said.
    """
    content = _head(evidence, meter) | _shown(evidence, meter, asked) | {"asked": asked}
    if meter.is_virtual:
        return content
    forms = empty_forms(evidence, meter, read_at=read_at, changed_at=changed_at, corrects=asked.berichtigen)
    deliveries = last_deliveries(evidence, meter, _SHOWN_READINGS) if meter.is_filled else []
    return content | forms | {"deliveries": deliveries}


def _head(evidence: Evidence, meter: Meter) -> dict[str, object]:
    """What the page says of the meter whatever time it shows."""
    place = evidence.portfolio.property(meter.property_id)
    return {
        "meter": meter,
        "refused": None,
        "title": evidence.portfolio.name_of(meter),
        "place": place,
        "row": meter_row(evidence, meter),
        "ahead": clock_ahead(evidence, meter.id),
        "beside": _beside(evidence, meter),
        "silence": None if meter.is_virtual else evidence.silence(meter.id),
        "amount_word": amount_word(meter.medium_id),
        "main": None if meter.sub_meter_of is None else evidence.portfolio.meter(meter.sub_meter_of),
        "checks": shown_checks(evidence, place, of=meter),
        "places": 1 if meter.decimals is None else meter.decimals,
        "readings": _last_readings(evidence, meter),
    }


def _beside(evidence: Evidence, meter: Meter) -> list[Reading]:
    """The newest of what tells the meter's consumption in another way than it is counted by."""
    return [
        reading
        for (meter_id, quantity), reading in evidence.newest().items()
        if meter_id == meter.id and counts_otherwise(meter, quantity)
    ]


def _shown(evidence: Evidence, meter: Meter, asked: Asked) -> dict[str, object]:
    """What it says of the time that a link asks for."""
    span = span_of(asked.spanne, asked.schritt, asked.ab, evidence.today())
    found = evidence.consumption(meter.id, span.start, span.end, span.resolution)
    events = event_list(evidence, meter, asked.ereignisse_bis)
    known = events_between(evidence, meter, span.start, span.end, events)
    return {
        "span": span,
        "chart": shown_meter(evidence, meter, span, found, known),
        "total": found.total,
        "whole": trace_link(meter.id, found.slots[0].start, found.slots[-1].end),
        "reference": found.reference,
        "parts_known": [(evidence.portfolio.meter(one.meter), one) for one in found.parts],
        "notes": found.notes,
        "trust": trust_of(found.quality, [meter.id], witness(evidence, span.start, span.end)),
        "events": events,
    }


def _last_readings(evidence: Evidence, meter: Meter) -> list[tuple[datetime, float, tuple[PhotoRow, ...]]]:
    newest = evidence.newest_of(meter.id)
    if newest is None:
        return []
    until = instant(newest.time_ms + 1)
    usual = max(meter.interval * (_SHOWN_READINGS + 1), timedelta(hours=3))
    for span in (usual, *(span for span in _LONGER_SPANS if span > usual)):  # a meter may speak seldom
        series = evidence.readings(meter.id, meter.quantity, until - span, until)
        if len(series) >= _SHOWN_READINGS:
            break
    photos = evidence.operations.photos.of_meter(meter.id)
    rows = list(zip(series.time_ms.tolist(), series.value.tolist(), strict=True))[: -_SHOWN_READINGS - 1 : -1]
    return [(instant(time_ms), value, _photos_of(photos, meter.id, time_ms)) for time_ms, value in rows]


def _photos_of(photos: list[PhotoRow], meter_id: str, time_ms: int) -> tuple[PhotoRow, ...]:
    return tuple(one for one in photos if one.subject == reading_subject(meter_id, time_ms))
