"""A sink that says of everything who brought it, for doors that are not a meter's own source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from gateway.legible import legible
from gateway.ports import Sink

if TYPE_CHECKING:  # who has no histories does without numpy
    from collections.abc import Sequence

    from gateway.reading import Reading, Receipt, Refused
    from gateway.series import Series


IMPORTED: Final = "import"  # the source of what the watched folder brought, and the author of what files say


class AsksSource(Sink, Protocol):
    """A sink that keeps who brought readings, for the case that they replace others."""

    def append(self, readings: Sequence[Reading], refused: Sequence[Refused] = (), *, source: str = "") -> Receipt:
        """Make readings and refused things durable; `source` empty: the source that each meter has."""
        ...


@runtime_checkable
class TakesHistories(Protocol):
    """A sink that takes whole series in one commit."""

    def append_many(self, histories: Sequence[tuple[str, str, Series]], *, source: str = "") -> Receipt:
        """Make the series of many meters durable in one commit."""
        ...


class Sourced:
    """Hands everything on with one source."""

    def __init__(self, sink: AsksSource, source: str) -> None:
        self._sink, self._source = sink, source

    def append(self, readings: Sequence[Reading], refused: Sequence[Refused] = ()) -> Receipt:
        """Make readings and refused things durable; see `Sink.append`."""
        return self._sink.append(readings, refused, source=self._source)

    def ready(self) -> None:
        """Return if an append would work now; raises `StorageFull` otherwise."""
        self._sink.ready()


class SourcedHistories(Sourced):
    """The same in front of a sink that takes whole series."""

    def __init__(self, sink: AsksSource, histories: TakesHistories, source: str) -> None:
        super().__init__(sink, source)
        self._histories = histories

    def append_many(self, histories: Sequence[tuple[str, str, Series]], *, source: str = "") -> Receipt:
        """Make the series of many meters durable in one commit."""
        return self._histories.append_many(histories, source=source or self._source)


def sourced(sink: AsksSource, source: str) -> Sink:
    """Return a sink that says of everything that `source` brought it."""
    name = legible(source)
    return SourcedHistories(sink, sink, name) if isinstance(sink, TakesHistories) else Sourced(sink, name)
