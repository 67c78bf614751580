"""What is free in the heap of a process is free in the system, seen in a process that is new."""

import platform
import subprocess
import sys

import pytest

BUFFERS, BUFFER_BYTES, KEPT_BYTES = 1_000, 60_000, 10_000  # glibc gives larger ones pages of their own
SCENE = f"""
import os
from pathlib import Path
from zaehlwerk.processes.free_memory import give_back

def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

buffers, kept = [], []
for _ in range({BUFFERS}):
    buffers.append(b"x" * {BUFFER_BYTES})
    kept.append(b"y" * {KEPT_BYTES})
del buffers
before = resident_bytes()
give_back()
print(before - resident_bytes())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has holes of its own")
def test_holes_between_things_that_stay_go_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", SCENE], stdout=subprocess.PIPE, text=True, check=True)
    assert int(done.stdout) > BUFFERS * BUFFER_BYTES / 2
