"""A real mosquitto with the shipped configuration: one for the session, or one that a test may kill."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.servers import containers
from tests.servers.local_process import LocalProcess
from tests.servers.search import LOOPBACK, free_port, missing, program, required_program

OFFICIAL_IMAGE = "eclipse-mosquitto:2"
STAND_IN_IMAGE = "zaehlwerk-stand-in/mosquitto:2"
SHIPPED_CONFIGURATION = Path(__file__).parents[2] / "deploy" / "mosquitto.conf"
CONNECT = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x05\x00\x00"  # 3.1.1, clean session, the broker chooses the name
ACCEPTED = b"\x20\x02\x00\x00"
OF_THE_PLACE = {"listener", "persistence_location", "password_file", "allow_anonymous", "log_dest"}


@dataclass(frozen=True, slots=True)
class Broker:
    """Where a broker without accounts listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address as a portfolio's `sources` name it."""
        return f"mqtt://{self.host}:{self.port}"


class MosquittoProgram(LocalProcess):
    """A mosquitto of the test's own on a fixed port: stop or kill it, and start it again with its queues."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.broker = Broker(LOOPBACK, free_port())
        self.host, self.port, self.url = self.broker.host, self.broker.port, self.broker.url
        configuration = folder / "mosquitto.conf"
        configuration.write_text(shipped_configuration(f"{self.port} {LOOPBACK}", data=folder))
        command = [str(path), "-c", str(configuration)]
        super().__init__(command, log=folder / "mosquitto.log", answers=lambda: speaks_mqtt(self.broker))


def speaks_mqtt(broker: Broker) -> bool:
    """Say whether a connection is accepted with MQTT's own greeting: a port forwarder alone would take any."""
    try:
        with socket.create_connection((broker.host, broker.port), timeout=1) as connection:
            connection.sendall(CONNECT)
            return connection.recv(len(ACCEPTED)) == ACCEPTED
    except OSError:
        return False


def shipped_configuration(listener: str, *, data: Path) -> str:
    """Return the shipped configuration for another place, without accounts.

    What decides about losing messages stays as it is shipped, so that every test runs with it.
    """
    shipped = SHIPPED_CONFIGURATION.read_text().splitlines()
    kept = [line for line in shipped if line.split(maxsplit=1)[:1] and line.split()[0] not in OF_THE_PLACE]
    place = [f"listener {listener}", f"persistence_location {data}/", "allow_anonymous true", "log_dest stderr"]
    if os.geteuid() == 0:
        place.append("user root")  # else it changes to a user who cannot write into the test's folder
    return "\n".join([*kept, *place, ""])


def mosquitto_program(folder: Path) -> MosquittoProgram:
    """Return a mosquitto that is not started yet; skips or fails the test where there is none."""
    return MosquittoProgram(required_program("mosquitto"), folder)


def _answers(address: containers.Address) -> bool:
    return speaks_mqtt(Broker(address.host, address.port))


def mosquitto_image(path: Path | None) -> str | None:
    """Return the image to run where an engine answers; None if `path`, a program, is nearer."""
    return containers.image("ZAEHLWERK_TEST_MOSQUITTO_IMAGE", STAND_IN_IMAGE, OFFICIAL_IMAGE, program=path)


@contextmanager
def mosquitto_broker(folder: Path) -> Iterator[Broker]:
    """Yield a broker, found in the order that the package tells."""
    path = program("mosquitto")
    image = mosquitto_image(path)
    if url := os.environ.get("ZAEHLWERK_TEST_MQTT_URL"):
        address = urlsplit(url)
        yield Broker(address.hostname or LOOPBACK, address.port or 1883)
    elif image:
        configuration = folder / "mosquitto.conf"
        configuration.write_text(shipped_configuration("1883", data=Path("/mosquitto/data")))
        files = {configuration: "/mosquitto/config/mosquitto.conf"}
        with containers.running(image, 1883, answers=_answers, files=files) as at:
            yield Broker(at.host, at.port)
    elif path:
        with MosquittoProgram(path, folder) as mosquitto:
            yield mosquitto.broker
    else:
        missing("mosquitto")
