"""What the web application is given: collaborators, never settings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from analysis.books import Books
from api.security.push_limits import PushAllowance
from config.errors import StorageFull
from gateway.operations import Operations
from gateway.photos import PhotoFolder
from gateway.reading import Reading, Refused


class Rejected(Protocol):
    """One pushed thing that is no usable reading: its place in the list, a stable code and words for a person."""

    @property
    def index(self) -> int: ...
    @property
    def reason(self) -> str: ...
    @property
    def detail(self) -> str: ...


class PushResult(Protocol):
    """What became of a push, after it is durable.

    `replaced` counts values that took the place of another one. It and `known` are None where the sink in front of
    the store cannot tell.
    """

    @property
    def accepted(self) -> int: ...
    @property
    def known(self) -> int | None: ...
    @property
    def replaced(self) -> int | None: ...
    @property
    def rejected(self) -> Sequence[Rejected]: ...


class Push(Protocol):
    """Makes pushed readings durable; `author` is who sends them, or `typed` them in.

    Raises `StorageFull` when it cannot.
    """

    def __call__(
        self, pushed: Sequence[object], now: datetime, *, author: str = "", typed: bool = False
    ) -> PushResult: ...


class Restore(Protocol):
    """Makes former values the standing ones again; raises `StorageFull` when it cannot."""

    def __call__(self, readings: Sequence[Reading]) -> object: ...


class SourceHealth(Protocol):
    """How a source fares: counts since the start, `refused` by reason, `offline` devices with since when."""

    @property
    def source(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def connected(self) -> bool: ...
    @property
    def polls(self) -> int: ...
    @property
    def readings(self) -> int: ...
    @property
    def missed(self) -> int: ...
    @property
    def refused(self) -> Mapping[str, int]: ...
    @property
    def offline(self) -> Mapping[str, datetime]: ...


class CollectorHealth(Protocol):
    """How the collector of this process fares; `dropped` readings found no room on the disk nor in memory."""

    @property
    def started_at(self) -> datetime: ...
    @property
    def sources(self) -> Sequence[SourceHealth]: ...
    @property
    def dropped(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the loading is: `share` 0..1, `step` in German."""

    share: float
    step: str


@dataclass(frozen=True, slots=True)
class UnassignedTopic:
    """A topic, or a device on one, that no meter listens to, with what it probably is.

    `format` is empty if nothing was recognised, `medium` None if no counter was; `last` is the newest value in
    `unit`, or what arrived; `since` when it was first heard; `command` takes it into the portfolio, empty where
    none can.
    """

    source: str
    topic: str
    device: str
    format: str
    value_path: str
    medium: str | None
    unit: str
    last: float | str
    since: datetime
    command: str


@dataclass(frozen=True, slots=True)
class UnassignedMeter:
    """A meter that somebody sends and nobody configured.

    `quantity` is empty where the sender names none, `medium` None where the quantity leaves it open; `values` are
    the newest with their times, oldest first, in `unit`, or as they arrived; `command` takes it into the portfolio,
    empty where none can.
    """

    source: str
    meter: str
    quantity: str
    medium: str | None
    unit: str
    values: Sequence[tuple[datetime, float | str]]
    command: str


def _no_unassigned_meters(_limit: int) -> Sequence[UnassignedMeter]:
    return ()


def _nothing_unassigned(_limit: int) -> Sequence[UnassignedTopic]:
    return ()


def _nothing_refused(_limit: int) -> Sequence[Refused]:
    return ()


def _nowhere(readings: Sequence[Reading]) -> None:
    raise StorageFull(f"{len(readings)} former values have no store to go to")


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the routes and pages lean on.

    `statistics` returns None where no collector runs in this process. `checks` are asked by `/ready`,
    by name (spool, scheduler; the store is asked anyway): each returns if its part works and raises a
    `ZaehlwerkError` otherwise. `loading` returns None once everything is loaded. `refused` returns the newest
    refused things, `unassigned` the newest topics that belong to no meter, `unassigned_meters` the meters that are
    sent and not configured. `push_allowance` is what one token may
    push. `restore` brings former values back, and nobody is asked about that again. `photos` is where pictures of
    displays lie, None: none are taken. `demo` opens every door and marks every page as sample data.
    """

    books: Books
    operations: Operations
    push: Push
    statistics: Callable[[], CollectorHealth | None]
    demo: bool
    public_url: str
    clock: Callable[[], datetime]
    loading: Callable[[], Progress | None] = lambda: None
    refused: Callable[[int], Sequence[Refused]] = _nothing_refused
    checks: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    unassigned: Callable[[int], Sequence[UnassignedTopic]] = _nothing_unassigned
    unassigned_meters: Callable[[int], Sequence[UnassignedMeter]] = _no_unassigned_meters
    push_allowance: PushAllowance = field(default_factory=PushAllowance)
    restore: Restore = _nowhere
    photos: PhotoFolder | None = None
