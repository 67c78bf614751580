"""What `make up` would start: a valid file, nothing open, nothing default."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.servers.compose import ComposeProject, make_secrets
from tests.servers.search import LOOPBACK

ROOT = Path(__file__).parents[2]
OURS = {"collect", "watch", "serve"}


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> ComposeProject:
    return ComposeProject("zaehlwerk-test-file", tmp_path_factory.mktemp("compose"))


@pytest.fixture(scope="module")
def services(compose: ComposeProject) -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(compose.run("config"))["services"]
    return services


def test_compose_has_the_servers_and_the_three_run_modes(services: dict[str, Any]) -> None:
    assert set(services) == {"influxdb", "mosquitto", *OURS}


def test_the_file_follows_the_compose_specification_without_a_version() -> None:
    assert "version" not in yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_every_service_has_a_health_check(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if not service.get("healthcheck", {}).get("test")] == []


def test_no_service_writes_outside_its_volumes(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if service.get("read_only") is not True] == []


def test_no_service_gains_privileges(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_the_run_modes_are_one_image(services: dict[str, Any]) -> None:
    assert {services[name]["image"] for name in OURS} == {"zaehlwerk"}


def test_ports_are_published_on_this_machine_alone_unless_told(services: dict[str, Any]) -> None:
    published = [str(port) for service in services.values() for port in service.get("ports", [])]
    assert published
    assert [port for port in published if LOOPBACK not in port] == []


def test_secrets_are_files_and_never_values(services: dict[str, Any]) -> None:
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|SECRET|SMTP", name):
                assert name.endswith("_FILE"), name
                assert not value or str(value).startswith("/run/secrets/"), name


def test_every_installation_has_secrets_of_its_own(compose: ComposeProject, tmp_path: Path) -> None:
    make_secrets(tmp_path / "another")
    token = (tmp_path / "another" / "influx_token").read_text()
    assert len(token) > 40
    assert token != compose.secret("influx_token")


def test_secrets_are_kept_once_they_are_made(tmp_path: Path) -> None:
    contents = []
    for _ in range(2):
        make_secrets(tmp_path / "secrets")
        contents.append({file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()})
    assert contents[0] == contents[1]


def test_nobody_else_on_the_machine_reaches_the_secrets(tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets")
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
