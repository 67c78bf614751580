"""The part of a process that answers people and programs."""

import contextlib
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


def serving(listener: socket.socket) -> Part:
    """Return the part that answers requests on a socket."""

    @asynccontextmanager
    async def part(house: House, live: Live) -> AsyncIterator[Mapping[str, Job]]:
        app = application(services_of(house, live))
        with contextlib.closing(listener):
            yield {"web": lambda: serve(app, listener)}

    return part
