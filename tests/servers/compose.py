"""The shipped docker-compose.yml as a project of a test's own, with secrets, ports and images of its own."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import docker
from docker.models.containers import Container

from tests.servers.search import LOOPBACK, free_port, missing

ROOT = Path(__file__).parents[2]


def compose_command() -> list[str]:
    """Return `docker compose` or `docker-compose`, whichever is there; skips or fails the test otherwise."""
    plugin = ["docker", "compose"]
    if shutil.which("docker"):
        asked = subprocess.run([*plugin, "version"], capture_output=True, check=False)
        if asked.returncode == 0:
            return plugin
    return [shutil.which("docker-compose") or missing("docker compose or docker-compose")]


def make_secrets(folder: Path) -> None:
    """Write secrets as `make up` does."""
    subprocess.run([sys.executable, ROOT / "deploy" / "make_secrets.py", folder], check=True)


class ComposeProject:
    """One project: what it is told by the environment is fixed when it is made."""

    def __init__(self, name: str, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self._secrets = folder / "secrets"
        make_secrets(self._secrets)
        self.broker_port = free_port()
        self.pages_port = free_port()
        self._command = [*compose_command(), "--project-name", name, "--file", str(ROOT / "docker-compose.yml")]
        self._environment = {
            **os.environ,
            "SECRETS_FOLDER": str(self._secrets),
            "BROKER_ADDRESS": f"{LOOPBACK}:{self.broker_port}",
            "PAGES_ADDRESS": f"{LOOPBACK}:{self.pages_port}",
            **(environment or {}),
        }

    def secret(self, name: str) -> str:
        """Return what one of the secret files says."""
        return (self._secrets / name).read_text()

    def set_secret(self, name: str, content: str) -> None:
        """Replace a secret before its container starts, as an operator does with the mail server's address."""
        (self._secrets / name).chmod(0o644)
        (self._secrets / name).write_text(content)

    def run(self, *arguments: str) -> str:
        """Run one compose command and return what it printed; raises `RuntimeError` with what went wrong."""
        command = [*self._command, *arguments]
        ran = subprocess.run(command, env=self._environment, cwd=ROOT, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise RuntimeError(f"compose {' '.join(arguments)}:\n{ran.stdout}{ran.stderr}")
        return ran.stdout

    def container(self, engine: docker.DockerClient, service: str) -> Container:
        """Return the container of a service, whether it runs or has ended."""
        return engine.containers.get(self.run("ps", "--quiet", service).strip())


def wait_until_healthy(container: Container, *, timeout_s: float = 120.0) -> None:
    """Return when the container's own health check passes; raises `RuntimeError` with its last words."""
    deadline = time.monotonic() + timeout_s
    while container.attrs["State"].get("Health", {}).get("Status") != "healthy":
        if time.monotonic() > deadline or container.status == "exited":
            log = container.logs(tail=30).decode(errors="replace")
            raise RuntimeError(f"{container.name} is not healthy: {container.attrs['State']}\n{log}")
        time.sleep(0.5)
        container.reload()


def address_of(container: Container) -> str:
    """Return the address of a container in its project's network, which this machine reaches."""
    networks = container.attrs["NetworkSettings"]["Networks"]
    return str(next(iter(networks.values()))["IPAddress"])
