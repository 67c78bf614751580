"""Brings the wall clock of a file into UTC: a column at a time, the doubled hour of October by mark or by order."""

from datetime import UTC, tzinfo

import numpy as np
from numpy.typing import NDArray

from collector.files.stamps import DAY_MS, HOUR_MS, Sort, wall_clock
from gateway.reading import milliseconds

_SLOT_MS = 1_800_000  # no zone changes its offset but at a half hour
_NEVER = np.iinfo(np.int64).min

Milliseconds = NDArray[np.int64]


class Offsets:
    """Looks up which instants a wall time of a zone may mean; shared by the series of one file."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._known: dict[int, tuple[int, int]] = {}

    def of(self, slots: list[int]) -> NDArray[np.int64]:
        """Return (first, second) offset from UTC [ms] of half hours since 1970; `_NEVER` for hours left out."""
        known = self._known
        for slot in slots:
            if slot not in known:
                known[slot] = self._offsets(slot)
        return np.array([known[slot] for slot in slots], np.int64).reshape(-1, 2)

    def _offsets(self, slot: int) -> tuple[int, int]:
        wall_ms = slot * _SLOT_MS
        try:
            wall = wall_clock(wall_ms)
            first, second = (wall.replace(tzinfo=self._zone, fold=fold).astimezone(UTC) for fold in (0, 1))
            if first.astimezone(self._zone).replace(tzinfo=None) != wall:
                return _NEVER, _NEVER
        except (OverflowError, ValueError):
            return _NEVER, _NEVER
        return wall_ms - milliseconds(first), wall_ms - milliseconds(second)


class WallClock:
    """Reads the stamps of one series in the order of its lines, rising or falling.

    In the doubled hour the order decides: a stamp that is not later than the one before it belongs to the second
    pass. Where every stamp stands twice in a row, the first of both is the first pass. The order also tells the 00:00
    that ends a day from the one that begins it, where both are written under the same date.
    """

    def __init__(self, offsets: Offsets) -> None:
        self._offsets = offsets
        self._last_wall = _NEVER
        self._last = _NEVER
        self._direction = 0
        self._in_pairs = False

    def instants(self, sorts: NDArray[np.int8], walls: Milliseconds) -> tuple[Milliseconds, NDArray[np.bool_]]:
        """Return UTC milliseconds and where the wall time does not exist."""
        if not self._direction:
            self._direction = _direction(walls, self._last_wall)
        walls = walls + DAY_MS * (self._ends_its_day(walls) & (sorts != Sort.INSTANT))
        slots, inverse = np.unique(walls // _SLOT_MS, return_inverse=True)
        offsets = self._offsets.of(slots.tolist())[inverse]
        is_instant = sorts == Sort.INSTANT
        never = (offsets[:, 0] == _NEVER) & ~is_instant
        offsets[offsets == _NEVER] = 0
        first, second = walls - offsets[:, 0], walls - offsets[:, 1]
        utc = np.where(is_instant, walls, np.where(sorts == Sort.SECOND, second, first))
        doubled = np.flatnonzero((first != second) & (sorts == Sort.WALL) & ~never)
        if len(doubled):
            self._by_order(doubled, walls, utc, first, second)
        if len(walls):
            self._last_wall, self._last = int(walls[-1]), int(utc[-1])
        return utc, never

    def _ends_its_day(self, walls: Milliseconds) -> NDArray[np.bool_]:
        """Return which stamps of 00:00 are the end of the day whose date they bear, and not its beginning."""
        days = walls // DAY_MS
        before, after = np.concatenate(([self._last_wall], walls[:-1])), np.concatenate((walls[1:], [_NEVER]))
        earlier, later = (before, after) if self._direction >= 0 else (after, before)
        is_behind_the_last = (earlier // DAY_MS == days) & (earlier % DAY_MS >= DAY_MS - HOUR_MS)
        ends: NDArray[np.bool_] = (walls % DAY_MS == 0) & is_behind_the_last & (later // DAY_MS != days)
        return ends

    def _by_order(
        self,
        doubled: NDArray[np.intp],
        walls: Milliseconds,
        utc: Milliseconds,
        first: Milliseconds,
        second: Milliseconds,
    ) -> None:
        before = np.concatenate(([self._last_wall], walls[:-1]))
        self._in_pairs = self._in_pairs or bool((walls[doubled] == before[doubled]).any())
        for index in self._pass_ends(doubled, walls).tolist():
            utc[index] = first[index + 1] + walls[index] - walls[index + 1]
        early, late = (first, second) if self._direction >= 0 else (second, first)
        for index in doubled.tolist():
            last = int(utc[index - 1]) if index else self._last
            utc[index] = (
                late[index] if self._is_second(index, walls, before, int(early[index]), last) else early[index]
            )

    def _pass_ends(self, doubled: NDArray[np.intp], walls: Milliseconds) -> NDArray[np.intp]:
        """Return the stamps that are 03:00 for the end of the first pass: the hour is told again behind them."""
        is_doubled = np.zeros(len(walls) + 2, np.bool_)
        is_doubled[doubled + 1] = True
        beside = np.flatnonzero(is_doubled[:-2] & is_doubled[2:] & ~is_doubled[1:-1])
        again = beside + (1 if self._direction >= 0 else -1)
        steps = walls[beside] - walls[again]
        return beside[(steps > 0) & (steps <= HOUR_MS)]

    def _is_second(self, index: int, walls: Milliseconds, before: Milliseconds, early: int, last: int) -> bool:
        if self._in_pairs:
            return bool(walls[index] == before[index])
        if last == _NEVER:
            return False
        return early <= last if self._direction >= 0 else early >= last


def _direction(walls: Milliseconds, last: int) -> int:
    steps = np.diff(walls if last == _NEVER else np.concatenate(([last], walls)))
    return int(np.sign(np.sign(steps).sum()))
