"""Free memory goes back to the system: a process that runs for months stays as small as it was."""

import asyncio
import ctypes
from contextlib import suppress

_EVERY_S = 60.0


async def give_back_free_memory() -> None:
    """Give free memory back once a minute.

    The large buffers of a batch leave holes between small things that stay. glibc keeps the holes and puts behind
    them whatever fits into none: a collector into InfluxDB grew by some 12 MB an hour.
    """
    while True:
        await asyncio.sleep(_EVERY_S)
        give_back()


def give_back() -> None:
    """Give every free page of the C library's heap back to the system; does nothing where that is not glibc's."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
