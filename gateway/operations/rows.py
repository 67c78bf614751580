"""What the operations database gives out and takes: one frozen row type per table; those of alerts stand in
`alerts.rows`. Instants are aware, UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a token's bearer may do, from least to most."""

    DEVICE = "device"
    READER = "reader"
    FACILITY_MANAGER = "facility_manager"
    CLIMATE_MANAGER = "climate_manager"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class MeterEventRow:
    """An event of a meter that a person recorded or decided on, or that the service proposes.

    `kind` is one of the event kinds (exchange, factor_change …); `state` recorded, proposed, withdrawn, accepted or
    rejected; `factor` the transformer ratio from then on, of a `unit_change_suspected` what amounts are to be
    multiplied by; of a `clock_shift` `new_start` is by how many seconds stamps are to be moved. An empty `id` gets
    one when it is recorded.
    """

    id: str
    meter: str
    kind: str
    time: datetime
    old_end: Decimal | None
    new_start: Decimal | None
    serial: str | None
    digits: int | None
    factor: Decimal | None
    detail: str
    state: str
    author: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token without the token: `last_four` are its last characters, to recognise it by."""

    id: int
    name: str
    role: Role
    last_four: str
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReadingNoteRow:
    """How a reading came about that no device sent: `how` is a `How` value, with who and why."""

    meter: str
    quantity: str
    time_ms: int
    how: str
    author: str
    reason: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class FormerValueRow:
    """A value that stood at the identity of a reading until `value` took its place, both in the canonical unit.

    `source` says who brought the new one, `event` is the id of the meter's event that tells of it; None: nobody has
    to decide about it.
    """

    meter: str
    quantity: str
    time_ms: int
    former: float
    value: float
    source: str
    replaced_at: datetime
    event: str | None = None


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A photo of a display: `subject` is the id of the event it belongs to, or `reading_subject` of a reading.

    `shows` is what of it (old, new, reading), `sha256` that of its content, under which it is kept.
    """

    meter: str
    subject: str
    shows: str
    sha256: str
    media_type: str
    author: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class FrozenBalanceRow:
    """A balance as it was reported; `sha256` is that of its canonical JSON."""

    id: int
    year: int
    factor_set: str
    content: dict[str, Any]
    sha256: str
    author: str
    frozen_at: datetime


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what to what, and when."""

    id: int
    time: datetime
    author: str
    action: str
    subject: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BoxStateRow:
    """What a box in a building said last, and when the centre heard it.

    `problem` is a code of `BoxStatus`, None: all is well; `since` when the centre heard of it first. `left_out`
    counts by reason since the start of the box.
    """

    edge: str
    online: bool
    problem: str | None
    since: datetime
    heard_at: datetime
    waiting: int
    full_percent: int
    left_out: dict[str, int]
