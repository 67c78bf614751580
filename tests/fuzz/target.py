"""What is fuzzed: a name, good inputs to damage, and what may come of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from config.errors import InvalidReading, ZaehlwerkError
from gateway.influx.line_protocol import demand_encodable
from gateway.reading import Reading

Take = Callable[[bytes], object]
"""Feeds one input to the product. Raises what the product raises, and `AssertionError` for a wrong result."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A good input and who takes it; what `take` needs beside the input stays as it is."""

    content: bytes
    take: Take


@dataclass(frozen=True, slots=True)
class Target:
    """One decoder or parser. `seeds` by name; `refusals` are the exceptions with which it may answer."""

    seeds: Mapping[str, Seed]
    refusals: tuple[type[Exception], ...] = (ZaehlwerkError,)


def one_take(take: Take, **contents: bytes | str) -> Target:
    """Return a target whose seeds all go the same way."""
    return Target({name: Seed(_bytes(content), take) for name, content in contents.items()})


def of_text(take: Callable[[str], object]) -> Take:
    """Return what takes bytes for a parser of text."""
    return lambda content: take(content.decode("utf-8", "replace"))


def _bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content


def demand_usable(readings: Iterable[Reading]) -> None:
    """Demand that the store can take every reading: what came through is finite and has a time."""
    for reading in readings:
        try:
            demand_encodable(reading)
        except InvalidReading as error:
            raise AssertionError(f"taken, and of no use: {error}") from error
