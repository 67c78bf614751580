"""What is free in the heap is free in the system."""

import os
import platform
from pathlib import Path

import pytest

from zaehlwerk.processes.free_memory import give_back

BUFFERS = 1_000
BUFFER_BYTES = 60_000  # glibc gives larger ones pages of their own


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has holes of its own")
def test_holes_between_things_that_stay_go_back_to_the_system() -> None:
    buffers, kept = [], []
    for _ in range(BUFFERS):
        buffers.append(b"x" * BUFFER_BYTES)
        kept.append(bytes(1_000))
    del buffers
    before = resident_bytes()
    give_back()
    assert before - resident_bytes() > BUFFERS * BUFFER_BYTES / 2
    assert len(kept) == BUFFERS
