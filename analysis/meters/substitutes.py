"""What stands in for readings, with who says so: the meter's policy, a person, or the source of a file."""

from collections.abc import Iterable, Sequence
from typing import Final

from analysis.books import Books
from analysis.figures import How, Substitute
from analysis.ledger.bridging import Substitution
from config.meters.meter import Meter
from gateway.operations.rows import ReadingNoteRow
from gateway.reading import instant
from gateway.sourced import IMPORTED

LEDGER: Final = "zaehlwerk"
BY_PERSON: Final = "by_person"
BY_SOURCE: Final = "by_source"  # whoever sent a file says that a value in it is none that was measured


def substitutes_of(
    books: Books, meter: Meter, found: Sequence[Substitution], start_ms: int, end_ms: int
) -> tuple[Substitute, ...]:
    """Return what stands in for readings in `[start, end)` [ms]: what the ledger did, and what people noted."""
    notes = books.operations.notes.of_meter(meter.id, meter.quantity, instant(start_ms), instant(end_ms))
    both = [*_by_policy(found), *_by_notes(notes)]
    return tuple(sorted(both, key=lambda one: (one.start, one.end)))


def _by_policy(found: Sequence[Substitution]) -> Iterable[Substitute]:
    for one in found:
        start, end = instant(one.start_ms), instant(one.end_ms)
        yield Substitute(start, end, one.method, LEDGER, end, one.known_sum)


def _by_notes(notes: Sequence[ReadingNoteRow]) -> Iterable[Substitute]:
    for note in notes:
        if note.how == How.SUBSTITUTED:
            at, method = instant(note.time_ms), BY_SOURCE if note.author == IMPORTED else BY_PERSON
            yield Substitute(at, at, method, note.author, note.recorded_at, known_sum=True)
