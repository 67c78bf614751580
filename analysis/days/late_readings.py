"""Takes over from the store which time of which meter was touched late, to be derived again."""

import logging
from datetime import timedelta
from typing import Final

from analysis.books import Books
from analysis.weather import weather_meter
from config.errors import Conflict
from config.meters.ledger_policy import Filling, Spreading
from gateway.operations.ledger.ledger import Ledger
from gateway.touched import Touched, TouchedSince

log = logging.getLogger(__name__)

# The days at either end of a gap are looked at whole.
_WEATHER_REACHES_MS: Final = timedelta(days=2) // timedelta(milliseconds=1)


def take_late(books: Books, ledger: Ledger) -> None:
    """Keep what the store tells since it was asked last; raises `Unreachable`.

    A meter that is not declared is derived from its beginning once it is. Weather touches the meters whose gaps it
    shapes.
    """
    since = ledger.late.cursor()
    told = books.store.touched(since)
    metered = {meter.id for meter in books.portfolio.meters.values() if not meter.is_virtual}
    spans = [one for one in told.spans if one.meter in metered]
    weathered, station = _with_weather(books), weather_meter(books)
    spans += [_widened(one, meter) for one in told.spans if one.meter == station for meter in weathered]
    if not spans and told.cursor == since:
        return
    try:
        ledger.late.take(TouchedSince(spans, told.cursor))
    except Conflict:
        log.debug("another process takes the late readings over")


def _with_weather(books: Books) -> list[str]:
    return [
        meter.id
        for meter in books.portfolio.meters.values()
        if not meter.is_virtual and (meter.policy.spread is Spreading.MODEL or meter.policy.fill is Filling.MODEL)
    ]


def _widened(span: Touched, meter_id: str) -> Touched:
    return Touched(meter_id, span.start_ms - _WEATHER_REACHES_MS, span.end_ms + _WEATHER_REACHES_MS, span.arrival)
