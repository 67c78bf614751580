"""Where a server program may be, and what happens when it is nowhere."""

import os
import shutil
import socket
from pathlib import Path
from typing import NoReturn

import pytest

LOOPBACK = "127.0.0.1"


def cache_folder() -> Path:
    """Return the folder in which `make servers` keeps what took long to build."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zaehlwerk"


def program(*names: str) -> Path | None:
    """Return the first of these programs on PATH, among the system's daemons or in the cache; None if none is."""
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", str(cache_folder() / "bin")])
    found = (shutil.which(name, path=places) for name in names)
    return next((Path(path) for path in found if path), None)


def missing(server: str) -> NoReturn:
    """Skip the test that needs this server, or fail it where `CI=true`."""
    reason = f"no {server} to be found: `make servers` prepares one"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def required_program(*names: str) -> Path:
    """Return the first of these programs that is there; skip or fail the test otherwise."""
    return program(*names) or missing(names[0])


def free_port() -> int:
    """Return a loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port
