"""Blocks of days: the thirds of a month, beginning at the 1st, the 11th and the 21st."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

_LENGTH = 10


class Block(NamedTuple):
    """The local days `[first, end)`: what is booked in one piece, from one window of readings.

    A block is long enough that its context costs little, and short enough that a day that is over is cheap to derive.
    """

    first: date
    end: date


def block_of(day: date) -> Block:
    """Return the block that a day lies in."""
    first = day.replace(day=1 + _LENGTH * min((day.day - 1) // _LENGTH, 2))
    return Block(first, _following(first))


def blocks(start: date, end: date) -> Iterator[Block]:
    """Yield the blocks that have a day of `[start, end)`, ascending."""
    block = block_of(start)
    while block.first < end:
        yield block
        block = Block(block.end, _following(block.end))


def _following(first: date) -> date:
    if first.day <= _LENGTH + 1:
        return first + timedelta(days=_LENGTH)
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)
