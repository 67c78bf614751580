"""How much one token may push: a bucket of requests and one of readings, both of this process alone."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.answers.problems import TooMuch, TooOften
from config.errors import ZaehlwerkError

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PushAllowance:
    """What one token may push; who was silent so long may push all of it at once."""

    requests_per_minute: int = 600
    readings_per_hour: int = 1_000_000


class Bucket:
    """Holds `amount` pieces at most, full at first, and fills evenly within `per`."""

    def __init__(self, amount: int, per: timedelta, now: datetime) -> None:
        self._amount = amount
        self._per = per
        self._left = float(amount)
        self._at = now

    def wait(self, pieces: int, now: datetime) -> timedelta:
        """Return how long until so many pieces are there, zero if they are; takes nothing out."""
        self._fill(now)
        return max(timedelta(), self._per * ((pieces - self._left) / self._amount))

    def take(self, pieces: int) -> None:
        """Take pieces out that `wait` has found to be there."""
        self._left -= pieces

    def give_back(self, pieces: int) -> None:
        """Put pieces back that were taken for nothing."""
        self._left += pieces

    def _fill(self, now: datetime) -> None:
        # A clock that was set back fills nothing, and goes on from there.
        passed = max(timedelta(), now - self._at)
        self._left = min(float(self._amount), self._left + self._amount * (passed / self._per))
        self._at = now


class PushLimits:
    """The buckets of every token that has pushed since the start. Belongs to one event loop."""

    def __init__(self, allowance: PushAllowance, clock: Callable[[], datetime]) -> None:
        self._allowance = allowance
        self._clock = clock
        self._requests: dict[int, Bucket] = {}
        self._readings: dict[int, Bucket] = {}

    def admit(self, token_id: int | None) -> None:
        """Count a request; raises `TooOften`. None (the demo needs no token) is not limited."""
        if token_id is not None:
            most = self._allowance.requests_per_minute
            now = self._clock()
            bucket = self._requests.setdefault(token_id, Bucket(most, _MINUTE, now))
            _take(bucket, 1, now, f"{most} requests a minute")

    @contextmanager
    def counting(self, token_id: int | None, readings: int) -> Iterator[None]:
        """Count readings that are stored within; what cannot be stored does not count.

        Raises `TooOften`, and `TooMuch` where no waiting would help.
        """
        if token_id is None:
            yield
            return
        bucket = self._taken(token_id, readings)
        try:
            yield
        except ZaehlwerkError:
            bucket.give_back(readings)
            raise

    def _taken(self, token_id: int, readings: int) -> Bucket:
        most = self._allowance.readings_per_hour
        if readings > most:
            raise TooMuch(f"{readings} readings at once; a token may bring {most} an hour")
        now = self._clock()
        bucket = self._readings.setdefault(token_id, Bucket(most, _HOUR, now))
        _take(bucket, readings, now, f"{most} readings an hour")
        return bucket


def _take(bucket: Bucket, pieces: int, now: datetime, limit: str) -> None:
    wait = bucket.wait(pieces, now)
    if wait:
        seconds = max(1, math.ceil(wait.total_seconds()))
        raise TooOften(f"this token may bring {limit}; come back in {seconds} s", retry_after_s=seconds)
    bucket.take(pieces)
