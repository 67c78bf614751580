"""Answers that cost seconds to work out and hold for minutes: worked out once, kept for a while."""

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar, cast

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class _Kept:
    thing: object
    until: datetime


@dataclass(slots=True)
class _Turn:
    lock: threading.Lock = field(default_factory=threading.Lock)
    callers: int = 0


class Remembered:
    """Keeps what was worked out, by key, for `lasting`; two callers of the same key wait for one working out.

    Callers choose keys (the days that they ask about), so nothing is held for a key but `most` answers, and a turn
    while somebody waits for it.
    """

    def __init__(
        self, clock: Callable[[], datetime], *, lasting: timedelta = timedelta(minutes=5), most: int = 500
    ) -> None:
        self._clock = clock
        self._lasting = lasting
        self._most = most
        self._kept: dict[Hashable, _Kept] = {}
        self._turns: dict[Hashable, _Turn] = {}
        self._guard = threading.Lock()
        self._forgotten = 0

    def get(self, key: Hashable, work_out: Callable[[], Thing], *, lasting: timedelta | None = None) -> Thing:
        """Return what is kept under the key, or work it out and keep it; an error is not kept."""
        with self._turn(key):
            kept = self._kept.get(key)
            if kept is None or kept.until <= self._clock():
                forgotten = self._forgotten
                kept = _Kept(work_out(), self._clock() + (lasting or self._lasting))
                self._keep(key, kept, forgotten)
            return cast(Thing, kept.thing)

    @property
    def busy(self) -> int:
        """How many keys somebody works out, or waits for, just now."""
        return len(self._turns)

    def forget(self) -> None:
        """Forget everything, because something was recorded that changes figures."""
        with self._guard:
            self._kept.clear()
            self._forgotten += 1

    @contextmanager
    def _turn(self, key: Hashable) -> Iterator[None]:
        with self._guard:
            turn = self._turns.setdefault(key, _Turn())
            turn.callers += 1
        try:
            with turn.lock:
                yield
        finally:
            with self._guard:
                turn.callers -= 1
                if not turn.callers:
                    del self._turns[key]

    def _keep(self, key: Hashable, kept: _Kept, forgotten: int) -> None:
        with self._guard:
            if forgotten != self._forgotten:
                return  # what was recorded while this was worked out may be missing from it
            if key not in self._kept and len(self._kept) >= self._most:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = kept
