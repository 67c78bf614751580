"""Waiting for what has to happen."""

import time
from collections.abc import Callable


def wait_until(
    reached: Callable[[], bool], *, seconds: float = 60.0, every_s: float = 0.2, evidence: Callable[[], str] = str
) -> None:
    """Return once `reached()` is true; fails the test with `evidence()` when it is not in time."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, f"did not happen within {seconds:g} s\n{evidence()}"
        time.sleep(every_s)
