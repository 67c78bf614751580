"""The demo's broker: mosquitto if it is on the machine, else a stand-in that says what it is."""

import asyncio
import contextlib
import logging
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from config.errors import Unreachable

logger = logging.getLogger(__name__)

STAND_IN = "Ersatz-Broker amqtt, weil kein mosquitto installiert ist: nur für die Vorführung"
_HOST = "127.0.0.1"
_START_S, _STOP_S = 10.0, 3.0


@asynccontextmanager
async def demo_broker(port: int, folder: Path, *, program: str | None = None) -> AsyncIterator[str]:
    """Run a broker on 127.0.0.1 as long as the context lasts; yields what to say about it, empty for mosquitto.

    `program` is the path of mosquitto; None: looked for on the PATH. Raises `Unreachable` if it does not start.
    """
    mosquitto = program or find_mosquitto()
    if mosquitto is None:
        logger.warning(
            "no mosquitto on the PATH: amqtt stands in for it, good enough for a demo and for nothing else"
        )
        async with _stand_in(port):
            yield STAND_IN
    else:
        async with _mosquitto(mosquitto, port, folder):
            yield ""


def find_mosquitto() -> str | None:
    """Return the path of mosquitto; Debian puts it where only root's PATH looks."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")


@asynccontextmanager
async def _mosquitto(program: str, port: int, folder: Path) -> AsyncIterator[None]:
    configuration = folder / "mosquitto.conf"
    configuration.write_text(_configuration(port), encoding="utf-8")
    with (folder / "mosquitto.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            program, "-c", str(configuration), stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,  # a Ctrl-C on the terminal is ours to hand on, after the collector has drained
        )  # fmt: skip
    try:
        await _answering(port, process)
        yield
    finally:
        await _end(process)


def _configuration(port: int) -> str:
    lines = [
        f"listener {port} {_HOST}",
        "allow_anonymous true",
        "persistence false",
        "max_queued_messages 0",
        "max_inflight_messages 2000",
        "log_dest stderr",
        "log_type error",
        "log_type warning",
    ]
    if os.geteuid() == 0:
        lines.append("user root")  # else it changes to a user who may not read the folder
    return "\n".join([*lines, ""])


async def _answering(port: int, process: asyncio.subprocess.Process | None = None) -> None:
    deadline = asyncio.get_running_loop().time() + _START_S
    while process is None or process.returncode is None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(_HOST, port)
            writer.close()
            return
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.02)
    raise Unreachable(f"the demo's broker did not start on port {port}; its last words are in mosquitto.log")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()


@asynccontextmanager
async def _stand_in(port: int) -> AsyncIterator[None]:
    from amqtt.broker import Broker  # noqa: PLC0415  slow to import, and needed on few machines

    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"{_HOST}:{port}"}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
    )
    await broker.start()
    try:
        yield
    finally:
        await broker.shutdown()
