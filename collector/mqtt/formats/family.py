"""What every family of payloads has to tell: how to read a value, what it offers, who says that it is there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from collector.mqtt.payloads import ARRIVAL


@dataclass(frozen=True, slots=True)
class Selection:
    """What a meter wants out of a message: dotted paths, as the portfolio names them.

    `time` None: the family's own rule. `unit` is a path to a unit in the payload. `where` must hold for a message to
    be the meter's (path -> text). `winter_offset` is the legal offset of the district in winter (`+01:00`), for
    meters whose clock knows no summer.
    """

    topic: str
    value: str
    time: str | None = None
    unit: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    winter_offset: str = "+01:00"


class Relative(NamedTuple):
    """A time that is told as seconds from the message's arrival; negative: before it."""

    seconds: float


class Found(NamedTuple):
    """One value, as it was written.

    `time` ARRIVAL: the payload has none. `unit` None: the unit that the family or the portfolio knows. `remark` is a
    stable word that is counted beside the reading (`device_status`: the meter reports a fault of its own).
    """

    value: Any
    time: Any = ARRIVAL
    unit: str | None = None
    remark: str | None = None


class Offer(NamedTuple):
    """Something that a message could give, for a meter that nobody configured yet.

    `topic` is where the meter would listen; `device` tells devices apart that share it (a `where` of one entry).
    """

    value_path: str
    value: Any
    unit: str | None
    quantity: str | None
    time: Any = ARRIVAL
    topic: str | None = None
    device: tuple[str, str] | None = None


NOT_MINE: Final[Sequence["Found"]] = []  # known by identity: a message of another device on the same topic

Read = Callable[[str, bytes], Sequence[Found]]
"""Topic and payload to values; empty: a proper message without the value. Raises `InvalidReading`."""


@dataclass(frozen=True, slots=True)
class Presence:
    """A topic on which a device or its gateway says whether it is there."""

    topic: str
    here: tuple[str, ...] = ("online", "true")
    away: tuple[str, ...] = ("offline", "false")


@dataclass(frozen=True, slots=True)
class Family:
    """A family of payloads. Everything in it is pure.

    `unit` gives the unit that the sender's documentation fixes, None where the portfolio has to say it.
    `is_cached`: messages repeat values that were measured earlier; an unchanged counter is no new reading.
    `empty_means_away`: a message of no bytes says that the device has gone.
    """

    name: str
    read: Callable[[Selection], Read]
    offers: Callable[[str, bytes], Sequence[Offer]]
    unit: Callable[[Selection], str | None] = lambda _selection: None
    presence: Callable[[str], Iterable[Presence]] = lambda _topic: ()
    keep_alive: Callable[[str], str | None] = lambda _topic: None
    is_cached: bool = False
    empty_means_away: bool = False
