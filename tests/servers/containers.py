"""Containers of a Docker engine that answers, through testcontainers."""

import gc
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import docker
from docker.errors import DockerException, ImageNotFound
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from tests.servers.search import LOOPBACK

STARTS_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where a container's port is reached from this machine."""

    host: str
    port: int


@cache
def engine_answers() -> bool:
    """Say whether a Docker engine answers; asked once per test run."""
    with warnings.catch_warnings():  # a client that meets no engine leaves its socket open
        warnings.simplefilter("ignore", ResourceWarning)
        answers = _pinged()
        gc.collect()
    return answers


def _pinged() -> bool:
    try:
        client = docker.from_env(timeout=10)
    except DockerException:
        return False
    try:
        return bool(client.ping())
    except DockerException:
        return False
    finally:
        client.close()


def has_image(name: str) -> bool:
    """Say whether the engine has this image already."""
    client = docker.from_env()
    try:
        client.images.get(name)
    except ImageNotFound:
        return False
    finally:
        client.close()
    return True


def image(variable: str, stand_in: str, official: str, *, program: Path | None) -> str | None:
    """Return the image to run: the environment's, else one that is here, else the official one by pulling it.

    None if no engine answers, and where nothing but a pull stands against a program on this machine.
    """
    if not engine_answers():
        return None
    here = [name for name in (stand_in, official) if has_image(name)]
    fallback = None if program else official
    return os.environ.get(variable) or next(iter(here), fallback)


def configure() -> None:
    """Make testcontainers work on an engine that pulls nothing.

    Its reaper is one more image to pull; containers end with the fixture that started them.
    """
    testcontainers_config.ryuk_disabled = True
    testcontainers_config.tc_host_override = LOOPBACK


@contextmanager
def running(
    name: str, port: int, *, answers: Callable[[Address], bool], files: Mapping[Path, str] | None = None
) -> Iterator[Address]:
    """Run a container until the block ends and yield where `port` is reached once the server answers there."""
    configure()
    container = DockerContainer(name).with_exposed_ports(port)
    for source, target in (files or {}).items():
        container = container.with_volume_mapping(source, target, "ro")
    with container:
        address = Address(LOOPBACK, container.get_exposed_port(port))
        _wait_until(lambda: answers(address), container)
        yield address


def _wait_until(ready: Callable[[], bool], container: DockerContainer) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while not ready():
        if time.monotonic() > deadline:
            output, errors = container.get_logs()
            raise RuntimeError(f"{container.image} does not answer:\n{(output + errors).decode()}")
        time.sleep(0.1)
