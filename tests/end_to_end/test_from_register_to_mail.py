"""The whole way on real parts: from a register over broker, bus and InfluxDB to the mail, the KPI and the balance.

The servers are those of the shipped docker-compose.yml; the meters answer from a container of their own, as they
would in a facility.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import docker
import httpx
import pytest
from docker.models.containers import Container

from config.meters.meter import Meter
from config.portfolio.files import load_portfolio
from config.portfolio.portfolio import Portfolio
from tests.portfolios import write_portfolio
from tests.servers.compose import ComposeProject, wait_until_healthy
from tests.servers.images import Images
from tests.servers.search import LOOPBACK
from tests.servers.smtp import ReceivedMail, SmtpServer
from tests.servers.waiting import wait_until
from zaehlwerk.processes.simulating import steady_value

PROJECT = "zaehlwerk-test-whole"
ZONE = ZoneInfo("Europe/Berlin")
HISTORY_SINCE = datetime(2024, 12, 31, 23, tzinfo=UTC)  # midnight of New Year in Berlin
LAST_YEAR = 2025
BUS = {"id": "bus", "kind": "modbus_tcp", "host": "meters", "port": 5020}
BROKER = {
    "id": "broker",
    "kind": "mqtt",
    "url": "mqtt://mosquitto:1883",
    "username": "zaehlwerk",
    "password_env": "BROKER_PASSWORD",
}
ELECTRICITY = {
    "id": "schule-strom",
    "medium": "electricity_import",
    "unit": "kWh",
    "factor": 40,
    "maximum_kw": 55,
    "interval": "PT1H",
    "source": {"from": "bus", "device": 3, "profile": "zaehlwerk_simulator_counter", "every": "PT1S"},
}
WATER = {
    "id": "schule-wasser",
    "medium": "water",
    "unit": "m3",
    "maximum_m3_h": 2,
    "interval": "PT1H",
    "source": {"from": "broker", "topic": "schule/wasser", "format": "json", "value": "total", "time": "ts"},
}

pytestmark = pytest.mark.real_server


@dataclass
class District:
    """The running containers, their pages' address and an administrator's token."""

    compose: ComposeProject
    engine: docker.DockerClient
    portfolio: Portfolio
    mail_server: SmtpServer
    token: str

    def get(self, path: str, **parameters: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.get(self.url + path, params=parameters, headers=headers, timeout=30)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.compose.pages_port}"

    def log(self, service: str) -> str:
        return str(self.compose.container(self.engine, service).logs(tail=40).decode())

    def mails(self, word: str) -> list[ReceivedMail]:
        return [mail for mail in self.mail_server.mails if word in mail.message["Subject"]]

    def newest(self, meter: str) -> tuple[datetime, float] | None:
        newest = self.get(f"/v1/meters/{meter}")["newest"]
        return (datetime.fromisoformat(newest["time"]), newest["value"]) if newest else None


@pytest.fixture(scope="module")
def district(
    tmp_path_factory: pytest.TempPathFactory,
    docker_engine: docker.DockerClient,
    server_images: Images,
    product_image: str,
) -> Iterator[District]:
    folder = tmp_path_factory.mktemp("whole")
    portfolio = write_portfolio(folder / "portfolio", sources=[BUS, BROKER], meters=[ELECTRICITY, WATER])
    declared = load_portfolio(portfolio)
    for meter in declared.meters.values():
        write_history(folder / "portfolio" / "history" / f"{meter.id}.csv", meter)
    environment = {
        "PROGRAM_IMAGE": product_image,
        "INFLUX_IMAGE": server_images.influx,
        "MOSQUITTO_IMAGE": server_images.mosquitto,
        "PORTFOLIO_FOLDER": str(portfolio),
        "SMTP_URL_FILE": "/run/secrets/smtp_url",
    }
    compose = ComposeProject(PROJECT, folder, environment)
    compose.run("down", "--volumes")  # what a cut-off run left behind
    compose.run("up", "--detach", "influxdb", "mosquitto")
    mail_server = SmtpServer(listen=gateway_of(docker_engine))
    mail_server.start()
    compose.set_secret("smtp_url", f"{mail_server.url}&starttls=never")
    meters = start_meters(docker_engine, product_image, portfolio, compose.secret("broker_password"))
    start(compose, docker_engine, "collect", "serve")
    token = run_in(compose.container(docker_engine, "serve"), "token", "create", "e2e", "--role", "administrator")
    yield District(compose, docker_engine, declared, mail_server, token)
    mail_server.stop()
    meters.remove(force=True)
    compose.run("down", "--volumes")


def test_from_a_register_to_the_mail_the_key_figure_and_the_balance(district: District) -> None:
    import_history(district)
    assert_registers_arrive(district)
    assert_key_figure_and_balance_of_last_year(district)
    assert_today_ends_at_the_register(district)
    assert_facility_manager_gets_the_mail(district)


def test_nobody_gets_in_without_a_token(district: District) -> None:
    for path in ("/", "/v1/properties", "/v1/kpis?year=2025", "/ready", "/docs"):
        assert httpx.get(district.url + path).status_code == httpx.codes.UNAUTHORIZED, path
    assert httpx.get(district.url + "/health").status_code == httpx.codes.OK


def assert_registers_arrive(district: District) -> None:
    """Over Modbus and over MQTT, what is stored is what the register shows at that moment."""
    for meter in district.portfolio.meters.values():
        begun = datetime.now(UTC)
        wait_until(lambda meter=meter, begun=begun: is_live(district.newest(meter.id), begun), seconds=60)  # type: ignore[misc]
        newest = district.newest(meter.id)
        assert newest is not None
        time, value = newest
        assert value == pytest.approx(steady_value(meter, time), abs=0.002)


def assert_key_figure_and_balance_of_last_year(district: District) -> None:
    electricity = district.portfolio.meter("schule-strom")
    expected_kwh = 40 * (shown(electricity, midnight(2026)) - shown(electricity, midnight(LAST_YEAR)))
    figure = district.get("/v1/properties/schule/kpis", year=LAST_YEAR)["figures"]["electricity_kwh"]
    assert (figure["unit"], figure["coverage"]) == ("kWh", 1.0)
    assert figure["value"] == pytest.approx(expected_kwh, abs=1e-6)
    balance = district.get(f"/v1/balance/{LAST_YEAR}")
    (row,) = [row for row in balance["rows"] if row["carrier"] == "electricity"]
    assert row["final_energy_mwh"]["value"] == pytest.approx(expected_kwh / 1000, abs=1e-9)
    assert row["data_grade"] == "A"


def assert_today_ends_at_the_register(district: District) -> None:
    """The newest slot of consumption reaches to the register's last value: no reading stands beside the figure."""
    electricity = district.portfolio.meter("schule-strom")
    newest = district.newest("schule-strom")
    assert newest is not None
    since = newest[0].astimezone(ZONE).date() - timedelta(days=1)
    path = "/v1/meters/schule-strom/consumption"
    until = since + timedelta(days=2)
    values = district.get(path, start=since, end=until, resolution="P1D")["values"]
    used_kwh = 40 * (newest[1] - shown(electricity, datetime(since.year, since.month, since.day, tzinfo=ZONE)))
    assert sum(value for value in values if value is not None) == pytest.approx(used_kwh, abs=1.0)


def assert_facility_manager_gets_the_mail(district: District) -> None:
    start(district.compose, district.engine, "watch")  # judges the newest night first thing
    wait_until(lambda: bool(district.mails("Wasser")), seconds=90, evidence=lambda: district.log("watch"))
    (mail,) = district.mails("Wasser")
    assert mail.recipients == ("hausmeister@example.org",)
    assert mail.message["Subject"].startswith("Grundschule Test: Wasser läuft nachts durch")
    text = mail.message.get_body(("plain",))
    assert text is not None
    content = text.get_content()
    assert "0,4 m³/h" in content.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
    assert "€" in content
    assert "/alarme/" in content
    kinds = [part.get_content_type() for part in mail.message.walk()]
    assert "text/html" in kinds
    assert "image/png" in kinds


def start(compose: ComposeProject, engine: docker.DockerClient, *services: str) -> None:
    compose.run("up", "--detach", "--no-build", *services)
    for service in services:
        wait_until_healthy(compose.container(engine, service))


def import_history(district: District) -> None:
    serve = district.compose.container(district.engine, "serve")
    for meter in district.portfolio.meters:
        run_in(serve, "import", "readings", f"/portfolio/history/{meter}.csv", "--meter", meter)


def write_history(file: Path, meter: Meter) -> None:
    """Write what the register showed every full hour until an hour ago."""
    file.parent.mkdir(exist_ok=True)
    until = datetime.now(UTC) - timedelta(minutes=30)
    with file.open("w", encoding="utf-8", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(["time", "value"])
        moment = HISTORY_SINCE
        while moment < until:
            rows.writerow([moment.isoformat(), shown(meter, moment)])
            moment += timedelta(hours=1)


def shown(meter: Meter, moment: datetime) -> float:
    """Return what the display shows: three decimals."""
    value = steady_value(meter, moment)
    assert value is not None
    return round(value, 3)


def midnight(year: int) -> datetime:
    return datetime.combine(date(year, 1, 1), datetime.min.time(), ZONE)


def is_live(newest: tuple[datetime, float] | None, begun: datetime) -> bool:
    return newest is not None and newest[0] > begun


def gateway_of(engine: docker.DockerClient) -> str:
    """Return this machine's address in the project's network, where containers reach the mail server."""
    network = engine.networks.get(f"{PROJECT}_default")
    return str(network.attrs["IPAM"]["Config"][0]["Gateway"])


def start_meters(engine: docker.DockerClient, image: str, portfolio: Path, password: str) -> Container:
    """Start the simulated meters as a container that the portfolio's bus address names."""
    container = engine.containers.create(
        image,
        ["simulate"],
        environment={"BROKER_PASSWORD": password},
        volumes={str(portfolio): {"bind": "/portfolio", "mode": "ro"}},
        read_only=True,
    )
    engine.networks.get(f"{PROJECT}_default").connect(container, aliases=["meters"])
    container.start()
    return container


def run_in(container: Container, *command: str) -> str:
    """Run a command of the product in a running container and return what it printed."""
    code, (output, messages) = container.exec_run(["zaehlwerk", *command], demux=True)
    assert code == 0, messages
    return (output or b"").decode().strip()
