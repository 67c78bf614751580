"""The events of a meter with what is recorded of them: values, author, photos, and what can be done about them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from analysis.doubts import first_reading
from analysis.figures import MeterEvent
from analysis.meters.meter_events import events_of
from api.events.event_trail import last_comments
from api.evidence import Evidence
from config.meters.meter import Meter
from gateway.operations import MeterEventRow, PhotoRow, ReadingNoteRow
from gateway.reading import milliseconds

STATES = ("recorded", "proposed", "accepted", "rejected", "withdrawn", "noticed")


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """An event; `row` is what is recorded of it, None where the ledger alone says so.

    `note` says who wrote down the reading at that very instant and why, None for readings of devices; `comment` what
    was said with the last decision.
    """

    event: MeterEvent
    row: MeterEventRow | None
    photos: tuple[PhotoRow, ...] = ()
    note: ReadingNoteRow | None = None
    comment: str = ""

    @property
    def is_open(self) -> bool:
        """Whether a person has to decide."""
        return self.event.state == "proposed"

    @property
    def can_be_undone(self) -> bool:
        """Whether a person decided or recorded it."""
        decided = self.event.state in {"accepted", "rejected"}
        return decided or (self.event.kind == "exchange" and self.event.state == "recorded")


def known_events(
    evidence: Evidence, meter: Meter, start: date | datetime, end: date | datetime
) -> tuple[KnownEvent, ...]:
    """Return the events of `[start, end)`, newest first."""
    found = events_of(evidence.books, meter, start, end, now=evidence.now())
    rows = {row.id: row for row in evidence.operations.events.of_meter(meter.id)}
    photos = evidence.operations.photos.of_meter(meter.id)
    notes = {note.time_ms: note for note in evidence.operations.notes.of_meter(meter.id, meter.quantity)}
    decided = [one.id for one in found if one.id in rows and one.state != "proposed"]
    comments = last_comments(evidence.operations, decided) if decided else {}
    return tuple(
        KnownEvent(
            one,
            rows.get(one.id),
            tuple(photo for photo in photos if photo.subject == one.id),
            notes.get(milliseconds(one.time)),
            comments.get(one.id, ""),
        )
        for one in found
    )


def every_event(evidence: Evidence, meter: Meter) -> tuple[KnownEvent, ...]:
    """Return the events of a meter's whole life, newest first."""
    return known_events(evidence, meter, first_day(evidence, meter), evidence.today() + timedelta(days=1))


def first_day(evidence: Evidence, meter: Meter) -> date:
    """Return the local day on which what is known of a meter begins; tomorrow where nothing is."""
    recorded = evidence.operations.events.of_meter(meter.id)
    times = (*(row.time for row in recorded[:1]), first_reading(evidence.books, meter))
    known = min((at for at in times if at is not None), default=evidence.now() + timedelta(days=1))
    return known.astimezone(evidence.books.zone).date()
