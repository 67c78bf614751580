"""Herkunft: the readings behind a number, down to the two that each difference comes from."""

import asyncio
from datetime import datetime, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from analysis.figures import Resolution
from analysis.german import amount_word
from analysis.meters.trace import MOST_ROWS, Trace
from analysis.property_meters import register_unit
from analysis.virtual.formula_parts import formulas_within, named_by
from api.evidence import Evidence, Given
from api.presentation.event_words import SUBSTITUTE_METHODS
from api.presentation.rendering import templates_of
from api.times import moment
from api.traces import traced
from config.meters.meter import Meter
from gateway.reading import instant, milliseconds

router = APIRouter(include_in_schema=False)


@router.get("/zaehler/{meter_id}/herkunft")
async def origin(
    request: Request, evidence: Given, meter_id: str, start: str = "", end: str = "", ab: int = 0
) -> Response:
    """Return where an amount comes from; `ab` is the number of the first interval that is shown.

    An address that was cut short leads to the meter, where every amount has its own.
    """
    meter = evidence.portfolio.meter(meter_id)
    if not start or not end:
        return RedirectResponse(f"/zaehler/{meter.id}#verbrauch", status_code=303)
    zone = evidence.books.zone
    since, until = (moment(text, zone, name=name).astimezone(zone) for name, text in (("start", start), ("end", end)))
    content = await asyncio.to_thread(_content, evidence, meter, since, until, ab)
    return templates_of(request).page(request, "trace.html", content)


def _content(evidence: Evidence, meter: Meter, since: datetime, until: datetime, first: int) -> dict[str, object]:
    found = None if meter.is_virtual else traced(evidence, meter, since, until, first=first)
    formulas = formulas_within(meter, since.date(), until.date() + timedelta(days=1))
    shared: dict[str, object] = {
        "meter": meter,
        "title": evidence.portfolio.name_of(meter),
        "place": evidence.portfolio.property(meter.property_id),
        "amount_word": amount_word(meter.medium_id),
        "start": since,
        "end": until,
        "trace": found,
        "methods": SUBSTITUTE_METHODS,
        "display_unit": meter.unit,
        "stored_unit": register_unit(meter),
        "query": urlencode({"start": since.isoformat(), "end": until.isoformat()}),
        "formulas": formulas,
    }
    if found is not None:
        return shared | _pages(found) | {"before_it": _last_before(evidence, meter, since)}
    parts = [evidence.portfolio.meter(name) for name in named_by(formulas)]
    whole, *amounts = (evidence.consumption(one.id, since, until, Resolution.YEAR) for one in (meter, *parts))
    return shared | {"virtual": whole, "terms": list(zip(parts, amounts, strict=True))}


def _last_before(evidence: Evidence, meter: Meter, moment: datetime) -> datetime | None:
    around = evidence.books.store.read_with_neighbours(meter.id, meter.quantity, moment, moment)
    earlier = around.time_ms[around.time_ms < milliseconds(moment)]
    return instant(int(earlier[-1])) if len(earlier) else None


def _pages(found: Trace) -> dict[str, object]:
    """The numbers of the first intervals of the pages before and after; None where there is none."""
    behind = found.first + len(found.intervals)
    return {
        "before": max(found.first - MOST_ROWS, 0) if found.first > 0 else None,
        "behind": behind if behind < found.count else None,
        "last": behind,
    }
