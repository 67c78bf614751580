"""The two doors of the gateway: the sink that makes readings durable, the store that gives them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # who only writes does without numpy
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from gateway.reading import Identity, Reading, Receipt, Refused
    from gateway.series import Series
    from gateway.touched import TouchedSince


class Sink(Protocol):
    """Where a collector hands readings over. Synchronous on purpose: on return they survive a power cut."""

    def append(self, readings: Sequence[Reading], refused: Sequence[Refused] = ()) -> Receipt:
        """Make readings and refused things durable in one commit. All or nothing.

        Appending the same again changes nothing; the same identity with another value replaces the value, and what
        stood there is kept.
        Raises `StorageFull` when it cannot; nothing of the batch is kept then.
        """
        ...

    def ready(self) -> None:
        """Return if an append would work now; raises `StorageFull` otherwise."""
        ...


class Writer(Protocol):
    """The part of a store that takes readings."""

    def write(self, readings: Sequence[Reading]) -> Sequence[Refused]:
        """Write readings; on return they are confirmed durable, save those returned as refused with a reason.

        Idempotent by identity. Raises `Unreachable` when the store does not answer or asks to wait.
        """
        ...


class Askable(Writer, Protocol):
    """A writer that overwrites, and can be asked before what it would overwrite."""

    def standing(self, readings: Sequence[Reading]) -> Mapping[Identity, float]:
        """Return what is stored at the identities of readings; where nothing is, the identity is missing.

        Raises `Unreachable` when the store does not answer, `Forbidden` when it may not be asked.
        """
        ...


class Store(Writer, Protocol):
    """Where readings live. One contract suite runs over every adapter."""

    def read(self, meter: str, quantity: str, start: datetime | None = None, end: datetime | None = None) -> Series:
        """Return readings with start <= time < end in ascending time; None: unbounded. Empty if there are none."""
        ...

    def read_with_neighbours(self, meter: str, quantity: str, start: datetime, end: datetime) -> Series:
        """Like `read`, with the last reading before `start` and the first at or after `end`, where they exist."""
        ...

    def newest(self) -> dict[tuple[str, str], Reading]:
        """Return the newest reading of every (meter, quantity) in the store."""
        ...

    def touched(self, since: int) -> TouchedSince:
        """Return the spans in which readings arrived more than an hour after their time, since a cursor; 0: ever.

        A span that is told once may be told again, with the same or a later arrival; none is ever left out.
        """
        ...

    def ready(self) -> None:
        """Return if the store answers; raises `Unreachable` otherwise."""
        ...

    def close(self) -> None:
        """Release files and connections."""
        ...


class AskableStore(Store, Askable, Protocol):
    """A store that says what a write would overwrite."""
