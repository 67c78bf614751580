"""A file whose age tells a health check whether a process is stuck."""

import asyncio
from pathlib import Path

_ALIVE_EVERY_S = 15.0


async def show_life(sign: Path) -> None:
    """Touch a file now and then: a health check sees from its age whether the process is stuck."""
    while True:
        await asyncio.to_thread(sign.touch)
        await asyncio.sleep(_ALIVE_EVERY_S)
