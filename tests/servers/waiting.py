"""Waiting for what has to happen."""

import time
from collections.abc import Callable


def wait_until(reached: Callable[[], bool], *, seconds: float = 60.0, every_s: float = 0.2) -> None:
    """Return once `reached()` is true; fails the test when it is not in time."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, f"did not happen within {seconds:g} s"
        time.sleep(every_s)
