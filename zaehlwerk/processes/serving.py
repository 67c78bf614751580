"""The part of a process that answers people and programs."""

import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from api.application import application
from zaehlwerk.composition import House
from zaehlwerk.processes.live import Live
from zaehlwerk.processes.parts import Part
from zaehlwerk.processes.running import Job
from zaehlwerk.processes.web import services_of
from zaehlwerk.processes.web_server import serve

logger = logging.getLogger(__name__)


def serving(listener: socket.socket) -> Part[House]:
    """Return the part that answers requests on a socket."""

    @asynccontextmanager
    async def part(house: House, live: Live) -> AsyncIterator[Mapping[str, Job]]:
        app = application(services_of(house, live))
        with contextlib.closing(listener):
            logger.info("pages on http://%s:%s", *_address(listener))
            yield {"web": lambda: serve(app, listener)}

    return part


def _address(listener: socket.socket) -> tuple[str, int]:
    host, port = listener.getsockname()[:2]
    return f"[{host}]" if ":" in host else host, port
