"""The servers of docker-compose.yml come up healthy, locked down as they are shipped, and closed to strangers."""

from collections.abc import Iterator
from queue import Queue

import docker
import httpx
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from tests.servers.compose import ComposeProject, address_of, wait_until_healthy
from tests.servers.images import Images
from tests.servers.search import LOOPBACK


@pytest.fixture(scope="module")
def compose(
    tmp_path_factory: pytest.TempPathFactory, docker_engine: docker.DockerClient, server_images: Images
) -> Iterator[ComposeProject]:
    images = {"INFLUX_IMAGE": server_images.influx, "MOSQUITTO_IMAGE": server_images.mosquitto}
    project = ComposeProject("zaehlwerk-test-servers", tmp_path_factory.mktemp("compose"), images)
    project.run("down", "--volumes")  # what a cut-off run left behind
    project.run("up", "--detach", "influxdb", "mosquitto")
    yield project
    project.run("down", "--volumes")


def influx_address(compose: ComposeProject, engine: docker.DockerClient) -> str:
    container = compose.container(engine, "influxdb")
    wait_until_healthy(container)
    return f"http://{address_of(container)}:8086"


def test_influxdb_has_the_bucket_and_takes_the_token_of_the_secret_file(
    compose: ComposeProject, docker_engine: docker.DockerClient
) -> None:
    url = influx_address(compose, docker_engine) + "/api/v2/buckets?name=zaehlwerk"
    answer = httpx.get(url, headers={"Authorization": f"Token {compose.secret('influx_token')}"})
    assert [bucket["name"] for bucket in answer.json()["buckets"]] == ["zaehlwerk"]


def test_influxdb_answers_nobody_without_a_token(compose: ComposeProject, docker_engine: docker.DockerClient) -> None:
    answer = httpx.get(influx_address(compose, docker_engine) + "/api/v2/buckets")
    assert answer.status_code == httpx.codes.UNAUTHORIZED


def connect(port: int, username: str | None, password: str | None) -> str:
    answers: Queue[ReasonCode] = Queue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_connect = lambda _client, _data, _flags, reason, _properties: answers.put(reason)
    if username:
        client.username_pw_set(username, password)
    client.connect(LOOPBACK, port)
    client.loop_start()
    try:
        return str(answers.get(timeout=10))
    finally:
        client.disconnect()
        client.loop_stop()


@pytest.mark.parametrize(("user", "secret"), [("zaehlwerk", "broker_password"), ("meters", "meters_password")])
def test_the_broker_knows_the_accounts_that_were_made(
    compose: ComposeProject, docker_engine: docker.DockerClient, user: str, secret: str
) -> None:
    wait_until_healthy(compose.container(docker_engine, "mosquitto"))
    assert connect(compose.broker_port, user, compose.secret(secret)) == "Success"


@pytest.mark.parametrize(("user", "password"), [(None, None), ("zaehlwerk", "zaehlwerk"), ("meters", "wrong")])
def test_the_broker_lets_no_stranger_in(
    compose: ComposeProject, docker_engine: docker.DockerClient, user: str | None, password: str | None
) -> None:
    wait_until_healthy(compose.container(docker_engine, "mosquitto"))
    assert connect(compose.broker_port, user, password) == "Not authorized"
