"""Makes an input small that still does the same: pieces left out, large ones first, then bytes made plain."""

import time
from collections.abc import Callable, Iterator

_PLAIN = b"0"


def shrunk(content: bytes, is_same: Callable[[bytes], bool], *, until: float) -> bytes:
    """Return the smallest input that was found by `until` (monotonic clock [s])."""
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for candidate in _smaller(content):
            if time.monotonic() > until:
                return content
            if is_same(candidate):
                content, is_smaller = candidate, True
                break
    return content


def _smaller(content: bytes) -> Iterator[bytes]:
    width = len(content)
    while width:
        for start in range(0, len(content), width):
            yield content[:start] + content[start + width :]
        width //= 2
    for at, byte in enumerate(content):
        if byte not in _PLAIN:
            yield content[:at] + _PLAIN + content[at + 1 :]
