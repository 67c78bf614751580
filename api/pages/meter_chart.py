"""The chart of a meter's page with its table: every bar and every row leads to the readings behind it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from analysis.charts import EventMark, SlotMark, Tone, meter_chart
from analysis.figures import Consumption, Resolution, Slot
from analysis.german import labelled
from api.events.known_events import KnownEvent
from api.evidence import Evidence
from api.presentation import event_words, words
from api.presentation.charts import ShownChart, untitled
from api.presentation.meter_spans import MeterSpan
from api.presentation.slots import slot_how, slot_label, slot_light
from config.meters.meter import Meter
from config.minima import MINIMA
from gateway.series import Series

_COMPARABLE = MINIMA["year_comparison"].whole
_PLACES = {Resolution.QUARTER_HOUR: 3, Resolution.HOUR: 3, Resolution.DAY: 2, Resolution.MONTH: 0, Resolution.YEAR: 0}


def shown_meter(
    evidence: Evidence, meter: Meter, span: MeterSpan, found: Consumption, known: Sequence[KnownEvent]
) -> ShownChart:
    """Return the chart of a span, in front of the year before."""
    now = evidence.now()
    before = _year_before(evidence, meter, span, found)
    labels = [slot_label(slot.start, found.resolution) for slot in found.slots]
    links = [trace_link(meter.id, slot.start, slot.end) for slot in found.slots]
    marks = [
        SlotMark(label, slot_how(slot), link, last, is_to_come=slot.start > now)
        for slot, label, link, last in zip(found.slots, labels, links, before, strict=True)
    ]
    spec = meter_chart(
        found,
        marks,
        meter,
        evidence.books.zone,
        counter=_counter(evidence, meter, found),
        events=[_mark(one) for one in known if found.slots and _within(one, found)],
    )
    rows = [_row(*one, found.resolution) for one in zip(found.slots, labels, before, strict=True)]
    unit = words.unit_text(labelled(found.unit, found.reference))
    header = ("Zeit", unit, f"Vorjahr ({unit})", "Herkunft", "Güte", "Deckung")
    return ShownChart(untitled(spec), f"Verbrauch, Güte und Zählerstand, {span.title}", header, rows, links)


def trace_link(meter_id: str, start: datetime, end: datetime) -> str:
    """Return where the readings behind an amount stand."""
    return f"/zaehler/{meter_id}/herkunft?" + urlencode({"start": start.isoformat(), "end": end.isoformat()})


def _row(slot: Slot, label: str, last: float | None, resolution: Resolution) -> tuple[str, ...]:
    places = _PLACES[resolution]
    light = slot_light(slot)
    return (
        label,
        words.digits(slot.value, places),
        words.digits(last, places),
        slot_how(slot),
        f"{light.icon} {light.word}",
        words.percent(slot.coverage),
    )


def _year_before(evidence: Evidence, meter: Meter, span: MeterSpan, found: Consumption) -> list[float | None]:
    """The same slots of the year before: the same weekdays for days and hours, else the same dates.

    None where too little is known of one to compare anything with it.
    """
    shift = span.year_before
    start = span.start - shift if shift else span.start.replace(year=span.start.year - 1)
    end = span.end - shift if shift else span.end.replace(year=span.end.year - 1)
    slots = evidence.consumption(meter.id, start, end, span.resolution).slots
    known = {_key(slot.start, shift): _comparable(slot) for slot in slots}
    return [known.get((slot.start.replace(tzinfo=None), slot.start.fold)) for slot in found.slots]


def _comparable(slot: Slot) -> float | None:
    return None if slot.value is None or slot.coverage < _COMPARABLE else float(slot.value)


def _key(start: datetime, shift: timedelta | None) -> tuple[datetime, int]:
    local = start.replace(tzinfo=None)
    return (local + shift if shift else local.replace(year=local.year + 1)), start.fold


def _counter(evidence: Evidence, meter: Meter, found: Consumption) -> Series | None:
    if meter.is_virtual or not found.slots:
        return None
    return evidence.readings(meter.id, meter.quantity, found.slots[0].start, found.slots[-1].end)


def _within(known: KnownEvent, found: Consumption) -> bool:
    return found.slots[0].start <= known.event.time < found.slots[-1].end


def _mark(known: KnownEvent) -> EventMark:
    event = known.event
    word = event_words.EVENTS.get(event.kind, event.kind)
    title = f"{word} ({event_words.EVENT_STATES.get(event.state, event.state)})"
    settled = event.state in {"recorded", "accepted"}
    tone: Tone = "look" if known.is_open else "settled" if settled else "quiet"
    return EventMark(event.time, title, event.detail, tone, "#ereignisse")
