"""Readings that are stored with a time to come: kept, not looked at until then, and said."""

from datetime import datetime, timedelta
from typing import Final

from analysis.bookkeeping.meter_records import event_id
from analysis.books import Books
from analysis.figures import MeterEvent
from config.clocks import CLOCK_SLACK
from config.meters.meter import Meter
from gateway.reading import instant, milliseconds

KIND: Final = "future_reading"
_LATELY = timedelta(days=1)


def stored_ahead(books: Books, meter: Meter, end_ms: int, *, now: datetime) -> tuple[MeterEvent, ...]:
    """Return the one event of a meter whose stored readings are ahead of `now` by more than a clock may be, if any.

    Its time is the earliest of them. They came while a clock was wrong, ours or the sender's: what comes today is
    refused at the door. It belongs to every span whose end [ms] reaches the present; a virtual meter has none.
    """
    if meter.is_virtual or end_ms < milliseconds(now - _LATELY):
        return ()
    ahead = books.store.read(meter.id, meter.quantity, now + CLOCK_SLACK, None)
    if not len(ahead):
        return ()
    first_ms = int(ahead.time_ms[0])
    count = "1 Wert" if len(ahead) == 1 else f"{len(ahead)} Werte"
    detail = (
        f"{count} ab {instant(first_ms).astimezone(books.zone):%d.%m.%Y %H:%M} gespeichert, bis dahin nicht verwendet"
    )
    return (MeterEvent(event_id(meter.id, KIND, first_ms), meter.id, KIND, instant(first_ms), detail, "noticed"),)
