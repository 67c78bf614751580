"""A real InfluxDB 2: one for the session, or one of the test's own that it may take away."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.servers import containers
from tests.servers.local_process import LocalProcess
from tests.servers.search import LOOPBACK, free_port, missing, program, required_program

ORGANISATION = "zaehlwerk"
OFFICIAL_IMAGE = "influxdb:2.7"
STAND_IN_IMAGE = "zaehlwerk-stand-in/influxdb:2.7"


@dataclass(frozen=True, slots=True)
class InfluxServer:
    """An InfluxDB 2 that is set up, and the token of its operator."""

    url: str
    token: str = field(repr=False)
    org: str

    def fresh_bucket(self) -> str:
        """Create an empty bucket and return its name."""
        name = f"test-{uuid.uuid4().hex[:12]}"
        with self._client() as client:
            orgs = client.get("/api/v2/orgs", params={"org": self.org}).raise_for_status().json()["orgs"]
            bucket = {"name": name, "orgID": orgs[0]["id"], "retentionRules": []}
            client.post("/api/v2/buckets", json=bucket).raise_for_status()
        return name

    def _client(self) -> httpx.Client:
        headers = {"Authorization": f"Token {self.token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)


class InfluxProgram(LocalProcess):
    """An `influxd` of the test's own on a fixed port: stop or kill it, and start it again with its data."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        command = [str(path), "--bolt-path", f"{folder}/influxd.bolt", "--engine-path", f"{folder}/engine"]
        command += ["--sqlite-path", f"{folder}/influxd.sqlite", "--reporting-disabled"]
        command += ["--http-bind-address", f"{LOOPBACK}:{self.port}"]
        super().__init__(command, log=folder / "influxd.log", answers=lambda: is_healthy(self.url))
        self._server: InfluxServer | None = None

    @property
    def server(self) -> InfluxServer:
        """The server's address and token; set up on first use, the same after a restart."""
        if self._server is None:
            self._server = set_up(self.url)
        return self._server


def is_healthy(url: str) -> bool:
    """Say whether InfluxDB passes its own health check."""
    try:
        return httpx.get(f"{url}/health", timeout=2).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def set_up(url: str) -> InfluxServer:
    """Create operator, organisation and token where there are none yet, as the official image does as well."""
    token = uuid.uuid4().hex
    operator = {"username": "operator", "password": uuid.uuid4().hex, "org": ORGANISATION, "bucket": "first"}
    answer = httpx.post(f"{url}/api/v2/setup", json={**operator, "token": token}, timeout=30)
    answer.raise_for_status()
    return InfluxServer(url, token, ORGANISATION)


def influx_program(folder: Path) -> InfluxProgram:
    """Return an `influxd` that is not started yet; skips or fails the test where there is none."""
    return InfluxProgram(required_program("influxd"), folder)


def influx_image(path: Path | None) -> str | None:
    """Return the image to run where an engine answers; None if `path`, a program, is nearer."""
    return containers.image("ZAEHLWERK_TEST_INFLUX_IMAGE", STAND_IN_IMAGE, OFFICIAL_IMAGE, program=path)


@contextmanager
def influx_server(folder: Path) -> Iterator[InfluxServer]:
    """Yield an InfluxDB 2, found in the order that the package tells."""
    path = program("influxd")
    image = influx_image(path)
    if url := os.environ.get("ZAEHLWERK_TEST_INFLUX_URL"):
        yield _given(url)
    elif image:
        with containers.running(image, 8086, answers=lambda at: is_healthy(_url(at))) as address:
            yield set_up(_url(address))
    elif path:
        with InfluxProgram(path, folder) as influxd:
            yield influxd.server
    else:
        missing("InfluxDB 2")


def _url(address: containers.Address) -> str:
    return f"http://{address.host}:{address.port}"


def _given(url: str) -> InfluxServer:
    token = os.environ.get("ZAEHLWERK_TEST_INFLUX_TOKEN")
    if token is None:
        return set_up(url)
    return InfluxServer(url, token, os.environ.get("ZAEHLWERK_TEST_INFLUX_ORG", ORGANISATION))
