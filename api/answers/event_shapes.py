"""Events and traces as the objects that the API gives out; the commands print the same."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from analysis.figures import MeterEvent, Substitute
from analysis.meters.raw_readings import LeftOut, RawReading
from analysis.meters.trace import Trace, TracedInterval
from api.answers.figures import number
from api.events.known_events import KnownEvent
from gateway.operations import MeterEventRow, ReadingNoteRow

Shape = dict[str, object]


def event_shape(event: MeterEvent, zone: ZoneInfo) -> Shape:
    """Return an event in short; to a virtual meter's consumption those of its parts belong."""
    return {
        "id": event.id,
        "meter": event.meter,
        "kind": event.kind,
        "time": _local(event.time, zone),
        "detail": event.detail,
        "state": event.state,
    }


def known_event_shape(known: KnownEvent, unit: str, zone: ZoneInfo) -> Shape:
    """Return an event with what is recorded of it; displays in `unit`, the meter's own."""
    photos = [{"shows": one.shows, "href": f"/v1/photos/{one.sha256}"} for one in known.photos]
    own = {"can_be_decided": known.is_open, "can_be_undone": known.can_be_undone}
    recorded: Shape = {} if known.row is None else recorded_shape(known.row, unit, zone)
    return event_shape(known.event, zone) | own | recorded | {"photos": photos, "reading": _note_shape(known.note)}


def _note_shape(note: ReadingNoteRow | None) -> Shape | None:
    return None if note is None else {"how": note.how, "author": note.author, "reason": note.reason or None}


def recorded_shape(row: MeterEventRow, unit: str, zone: ZoneInfo) -> Shape:
    """Return a recorded event."""
    return {
        "id": row.id,
        "kind": row.kind,
        "time": _local(row.time, zone),
        "detail": row.detail,
        "state": row.state,
        "meter": row.meter,
        "unit": unit,
        "old_end": number(row.old_end),
        "new_start": number(row.new_start),
        "serial": row.serial,
        "digits": row.digits,
        "factor": number(row.factor),
        "author": row.author,
        "recorded_at": _local(row.recorded_at, zone),
    }


def substitute_shape(one: Substitute, zone: ZoneInfo) -> Shape:
    """Return what stands in for readings."""
    return {
        "start": _local(one.start, zone),
        "end": _local(one.end, zone),
        "method": one.method,
        "author": one.author,
        "time": _local(one.time, zone),
        "known_sum": one.known_sum,
    }


def trace_shape(found: Trace, *, display_unit: str, stored_unit: str, zone: ZoneInfo) -> Shape:
    """Return a trace; exact numbers as texts, so that nothing is lost on the way."""
    following = found.first + len(found.intervals)
    return {
        "meter": found.meter,
        "unit": found.unit,
        "reference": found.reference,
        "display_unit": display_unit,
        "stored_unit": stored_unit,
        "start": _local(found.start, zone),
        "end": _local(found.end, zone),
        "total": _exact(found.total),
        "count": found.count,
        "first": found.first,
        "next": following if following < found.count else None,
        "intervals": [_interval(one, zone) for one in found.intervals],
        "left_out": [_left_out(one, zone) for one in found.left_out],
        "events": [event_shape(one, zone) for one in found.events],
    }


def _interval(one: TracedInterval, zone: ZoneInfo) -> Shape:
    return {
        "start": _local(one.start, zone),
        "end": _local(one.end, zone),
        "amount": _exact(one.amount),
        "whole": _exact(one.whole),
        "counted": _exact(one.counted),
        "factors": [_exact(factor) for factor in one.factors],
        "how": one.how,
        "earlier": None if one.earlier is None else _reading(one.earlier, zone),
        "later": None if one.later is None else _reading(one.later, zone),
        "deliveries": [_reading(delivery, zone) for delivery in one.deliveries],
        "substitute": None if one.substitute is None else substitute_shape(one.substitute, zone),
    }


def _reading(one: RawReading, zone: ZoneInfo) -> Shape:
    return {
        "time": _local(one.time, zone),
        "stamp": _local(one.stamp, zone),
        "value": _exact(one.value),
        "shown": _exact(one.shown),
        "how": one.how,
        "author": one.author,
        "reason": one.reason,
        "recorded_at": None if one.recorded_at is None else _local(one.recorded_at, zone),
        "event": one.event,
    }


def _left_out(one: LeftOut, zone: ZoneInfo) -> Shape:
    return {"reading": _reading(one.reading, zone), "reason": one.reason, "event": one.event}


def _exact(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat()
