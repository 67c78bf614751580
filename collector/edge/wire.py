"""What boxes and centre write to each other: batches, confirmations, the state of a box.

A batch is a JSON list of `{meter, quantity, time, value}`. Its first element has one key more, `sequence`: the number
under which the centre confirms exactly this batch, and none before it. Whoever reads the list without knowing of
boxes finds readings and a key that it need not know.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from collector.pushing import reading_of
from config.errors import InvalidReading
from config.mqtt.box_topics import READINGS, box_topic
from config.portfolio.portfolio import Portfolio
from gateway.reading import Reading, Refused, instant
from gateway.refused import CONTENT_LIMIT_BYTES

LARGEST_BATCH = 500
AGAIN = b"again"  # in place of a confirmation: whoever heard what you sent before may be gone


def encode_batch(sequence: int, readings: Sequence[Reading]) -> bytes:
    """Return the payload of a batch; at most `LARGEST_BATCH` readings."""
    rows: list[dict[str, Any]] = [
        {"meter": meter, "quantity": quantity, "time": _written(time_ms), "value": value}
        for meter, quantity, time_ms, value in readings
    ]
    rows[0]["sequence"] = sequence
    return msgspec.json.encode(rows)


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a batch brought. `sequence` None: its sender wants no confirmation."""

    sequence: int | None
    readings: tuple[Reading, ...] = ()
    refused: tuple[Refused, ...] = ()


def decode_batch(edge: str, payload: bytes, portfolio: Portfolio, now_ms: int) -> Arrived:
    """Judge every reading of a batch as one that was pushed; what is no list is refused as a whole."""
    try:
        rows = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _refused_whole(edge, payload, InvalidReading("not_json", str(error)), now_ms)
    if not isinstance(rows, list):
        return _refused_whole(edge, payload, InvalidReading("not_a_list", "a batch is a list of readings"), now_ms)
    sequence = _sequence(rows)
    readings: list[Reading] = []
    refused: list[Refused] = []
    for row in rows:
        try:
            readings.append(reading_of(row, portfolio, now_ms))
        except InvalidReading as error:
            refused.append(_refused(edge, row, error, now_ms))
    return Arrived(sequence, tuple(readings), tuple(refused))


def encode_confirmation(sequence: int) -> bytes:
    """Return the payload that confirms a batch."""
    return str(sequence).encode()


def decode_confirmation(payload: bytes) -> int | None:
    """Return the number of the confirmed batch; None for what is no confirmation."""
    return int(payload) if payload.isdigit() and len(payload) < 20 else None


@dataclass(frozen=True, slots=True)
class BoxStatus:
    """How a box is: what waits in it and since when, how full it is, what it left out since its start, by reason.

    `problem` is a stable code: `spool_filling` (something is left out), `spool_full` (nothing is taken), `offline`
    (the broker lost it without a word); None while all is well.
    """

    online: bool
    since: str
    waiting: int = 0
    waiting_for_s: int = 0
    full_percent: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    problem: str | None = None


def encode_status(status: BoxStatus) -> bytes:
    """Return the retained payload of a box's state."""
    return msgspec.json.encode(asdict(status))


def decode_status(payload: bytes) -> BoxStatus:
    """Return the state of a box; raises `InvalidReading`."""
    try:
        status = msgspec.json.decode(payload, type=BoxStatus)
        if datetime.fromisoformat(status.since).tzinfo is None:
            raise InvalidReading("not_a_status", f"since {status.since[:60]!r} has no offset from UTC")
    except (ValueError, RecursionError) as error:  # what msgspec raises is a ValueError too
        raise InvalidReading("not_a_status", str(error)) from error
    return status


def written(moment: datetime) -> str:
    """Return an instant as it stands in a payload."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _written(time_ms: int) -> str:
    return instant(time_ms).isoformat(timespec="milliseconds")


def _sequence(rows: Sequence[Any]) -> int | None:
    sequence = rows[0].get("sequence") if rows and isinstance(rows[0], dict) else None
    return sequence if type(sequence) is int and sequence >= 0 else None


def _refused_whole(edge: str, payload: bytes, error: InvalidReading, now_ms: int) -> Arrived:
    place = box_topic(edge, READINGS)
    return Arrived(
        None,
        refused=(Refused(source_of(edge), place, error.code, error.detail, payload[:CONTENT_LIMIT_BYTES], now_ms),),
    )


def source_of(edge: str) -> str:
    """Return the name under which a box is listed among the sources."""
    return f"edge {edge}"


def _refused(edge: str, row: Any, error: InvalidReading, now_ms: int) -> Refused:
    place, kept = "", row
    if isinstance(row, dict):
        place, kept = str(row.get("meter", ""))[:200], {key: row[key] for key in row if key != "sequence"}
    content = msgspec.json.encode(kept)[:CONTENT_LIMIT_BYTES]
    own_ms = _own_time_ms(row, now_ms)
    source = source_of(edge)
    return Refused(source, place, error.code, error.detail, content, own_ms, error.meter, error.claimed_ms)


def _own_time_ms(row: Any, now_ms: int) -> int:
    # Its own time, if it has one: the same batch sent again is then refused as the same.
    try:
        moment = datetime.fromisoformat(row["time"])
        return round(moment.timestamp() * 1000) if moment.tzinfo else now_ms
    except (LookupError, TypeError, ValueError, OverflowError):
        return now_ms
