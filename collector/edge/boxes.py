"""What the centre knows of the boxes that send to it: their batches, their states, their figures."""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from collector.edge.wire import Arrived, BoxStatus, decode_status, source_of
from collector.statistics import Counts, SourceStatistics
from config.errors import InvalidReading

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a box said last, and when it was heard."""

    edge: str
    status: BoxStatus
    at: datetime


@dataclass(slots=True)
class _Box:
    counts: Counts = field(default_factory=Counts)
    heard: Heard | None = None


class Boxes:
    """The boxes of one broker that were heard of since the start."""

    def __init__(self) -> None:
        self._boxes: dict[str, _Box] = {}

    def count(self, edge: str, arrived: Arrived) -> None:
        """Count what a batch brought."""
        counts = self._boxes.setdefault(edge, _Box()).counts
        counts.readings += len(arrived.readings)
        counts.refused.update(one.reason for one in arrived.refused)

    def note(self, edge: str, payload: bytes, now: datetime) -> BoxStatus | None:
        """Keep what a box says of itself, log a change of its problem, and return it; None if it is no state.

        `now` is when it was heard.
        """
        box = self._boxes.setdefault(edge, _Box())
        try:
            status = decode_status(payload)
        except InvalidReading as error:
            box.counts.faults[error.code] += 1
            return None
        before, box.heard = box.heard, Heard(edge, status, now)
        if status.problem != (before.status.problem if before else None):
            level = logging.ERROR if status.problem else logging.WARNING
            log.log(level, "box %s: %s", edge, _in_words(status))
        return status

    def heard(self) -> list[Heard]:
        """Return the last word of every box that said one."""
        return [box.heard for box in dict(self._boxes).values() if box.heard is not None]

    def statistics(self, *, connected: bool) -> list[SourceStatistics]:
        """Return a snapshot of every box; without a line to the broker none counts as connected."""
        return [_statistics(edge, box, connected) for edge, box in sorted(self._boxes.items())]


def _statistics(edge: str, box: _Box, connected: bool) -> SourceStatistics:
    status = None if box.heard is None else box.heard.status
    offline = {} if status is None or status.online else {edge: datetime.fromisoformat(status.since)}
    return SourceStatistics(
        source=source_of(edge),
        kind="edge",
        connected=connected and not offline,
        polls=0,
        readings=box.counts.readings,
        missed=0 if status is None else sum(status.left_out.values()),
        faults=dict(box.counts.faults),
        refused=dict(box.counts.refused),
        offline=offline,
    )


def _in_words(status: BoxStatus) -> str:
    if status.problem is None:
        return f"all is well again, {status.waiting} readings wait"
    if status.problem == "offline":
        return "its line is cut or it is off"
    left_out = f", left out so far: {status.left_out}" if status.left_out else ""
    return f"{status.problem}, full to {status.full_percent} %, {status.waiting} readings wait{left_out}"
