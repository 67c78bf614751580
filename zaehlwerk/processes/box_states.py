"""Keeps what boxes say where the other processes see it: on a change, and at most once a minute otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from collector.edge.boxes import Heard
from zaehlwerk.processes.running import Job, repeat_in_thread

if TYPE_CHECKING:  # a collector to which no box sends does without the operations database
    from gateway.operations import BoxStateRow, Operations

LOOK_EVERY_S = 5.0
AT_MOST_EVERY = timedelta(minutes=1)


class Hears(Protocol):
    """What boxes are heard through."""

    def heard(self) -> list[Heard]: ...


class BoxStateKeeper:
    """What is kept already, by box; what could not be kept is tried again."""

    def __init__(self, receivers: Sequence[Hears], records: Callable[[], Operations]) -> None:
        self._receivers, self._records = receivers, records
        self._kept: dict[str, Heard] = {}

    def keep(self) -> None:
        """Keep what is due; raises what the database raises."""
        due = [one for one in self._heard() if _is_due(one, self._kept.get(one.edge))]
        if due:
            self._records().boxes.record([_row(one) for one in due])
            self._kept |= {one.edge: one for one in due}

    async def run(self) -> None:
        """Keep for ever, in a thread beside the loop."""
        await repeat_in_thread(self.keep, every_s=LOOK_EVERY_S, later="what boxes say is kept later")

    def _heard(self) -> Iterable[Heard]:
        return (one for receiver in self._receivers for one in receiver.heard())


def keeping_states(receivers: Sequence[Hears], records: Callable[[], Operations]) -> dict[str, Job]:
    """Return the job; none where no box sends."""
    return {"box states": BoxStateKeeper(receivers, records).run} if receivers else {}


def _is_due(heard: Heard, kept: Heard | None) -> bool:
    if kept is None:
        return True
    now, before = heard.status, kept.status
    return (now.online, now.problem) != (before.online, before.problem) or heard.at - kept.at >= AT_MOST_EVERY


def _row(heard: Heard) -> BoxStateRow:
    from gateway.operations import BoxStateRow  # noqa: PLC0415

    status = heard.status
    return BoxStateRow(
        edge=heard.edge[:200],
        online=status.online,
        problem=None if status.problem is None else status.problem[:60],
        since=heard.at,
        heard_at=heard.at,
        waiting=_within(status.waiting, 2**53),
        full_percent=_within(status.full_percent, 1000),
        left_out=status.left_out,
    )


def _within(number: int, limit: int) -> int:
    # Whoever may publish can claim anything; what no column holds would keep the other boxes from being kept.
    return max(0, min(number, limit))
