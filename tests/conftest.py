"""Fixtures that every folder of tests shares: the real servers and the reference data."""

import os
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from hypothesis import settings

from tests.servers import containers, images
from tests.servers.images import Images
from tests.servers.influx import InfluxProgram, InfluxServer, influx_program, influx_server
from tests.servers.mosquitto import Broker, MosquittoProgram, mosquitto_broker, mosquitto_program
from tests.servers.search import missing, required_program
from tests.servers.smtp import Certificate, Login, SmtpServer, self_made_certificate

ROOT = Path(__file__).parents[1]
# How long an example takes says something about the machine, not about the product.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InfluxServer]:
    """The session's InfluxDB 2; take `influx_bucket` for one that is empty."""
    with influx_server(tmp_path_factory.mktemp("influx")) as server:
        yield server


@pytest.fixture
def influx_bucket(influx: InfluxServer) -> str:
    """The name of an empty bucket in the session's InfluxDB."""
    return influx.fresh_bucket()


@pytest.fixture
def influxd(tmp_path: Path) -> Iterator[InfluxProgram]:
    """An InfluxDB of the test's own, running, that it may stop, kill and start again."""
    folder = tmp_path / "influxd"
    folder.mkdir()
    with influx_program(folder) as program:
        yield program


@pytest.fixture(scope="session")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The session's broker; take a topic and a client name of the test's own."""
    with mosquitto_broker(tmp_path_factory.mktemp("mosquitto")) as broker:
        yield broker


@pytest.fixture
def mosquitto_process(tmp_path: Path) -> Iterator[MosquittoProgram]:
    """A broker of the test's own, running, that it may stop, kill and start again."""
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    with mosquitto_program(folder) as program:
        yield program


@pytest.fixture(scope="session")
def docker_engine() -> Iterator[docker.DockerClient]:
    """A client of the engine that answers, with testcontainers made ready for it."""
    if not containers.engine_answers():
        missing("Docker engine")
    containers.configure()
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture(scope="session")
def server_images(docker_engine: docker.DockerClient) -> Images:
    """Names of the images of InfluxDB and mosquitto, for a test that puts containers together itself."""
    return images.server_images()


@pytest.fixture(scope="session")
def product_image(docker_engine: docker.DockerClient) -> str:
    """The name of the product's image, built from the working tree."""
    return images.built_product_image()


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """An SMTP server without TLS and login; stop it to be away, set `refusing` to put mails off."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A self-made certificate of localhost; a client trusts it through `SSL_CERT_FILE` or its own context."""
    return self_made_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def secure_smtp_server(certificate: Certificate) -> Iterator[SmtpServer]:
    """An SMTP server that takes mails only after STARTTLS and a login."""
    server = SmtpServer(certificate=certificate, login=Login("zaehlwerk", "geheim: 100 %/Woche@"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser for playwright's `executable_path`."""
    return required_program("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder with `domain`, `devices` and `data` that results are compared with; skips where it is missing."""
    folder = Path(os.environ.get("ZAEHLWERK_REFERENCE_DATA") or ROOT.parent / "shared")
    if not (folder / "domain").is_dir():
        pytest.skip(f"no reference data in {folder}: name its folder in ZAEHLWERK_REFERENCE_DATA")
    return folder
