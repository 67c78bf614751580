"""The processes as a service manager sees them: they start, do their work, and end with 0 on SIGTERM."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.portfolios import write_portfolio
from tests.servers.search import LOOPBACK, free_port

PATIENCE_S = 60.0


def environment(folder: Path) -> dict[str, str]:
    """Return an environment whose state is in the test's folder, free of this machine's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZAEHLWERK_")}
    return kept | {"ZAEHLWERK_PORTFOLIO": str(folder / "portfolio"), "ZAEHLWERK_STATE": str(folder / "state")}


def called(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call `zaehlwerk` and wait for its end."""
    command = [sys.executable, "-m", "zaehlwerk", *arguments]
    return subprocess.run(
        command, env=environment(folder), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `zaehlwerk` beside the test."""
    with (folder / f"{arguments[0]}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "zaehlwerk", *arguments], env=environment(folder), stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def ended(process: subprocess.Popen[bytes], number: signal.Signals) -> int:
    """Send a signal and return the exit code."""
    process.send_signal(number)
    return process.wait(PATIENCE_S)


def until(condition: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not become true"
        time.sleep(0.1)


def status(url: str, headers: dict[str, str] | None = None) -> int | None:
    """Return the status of a GET, None while nobody listens."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return None


def a_meter(bus: str) -> dict[str, Any]:
    """Return a meter that is asked every second."""
    source = {"from": bus, "device": 3, "profile": "eastron_sdm630_v2", "every": "PT1S"}
    return {"id": "strom", "medium": "electricity_import", "unit": "kWh", "maximum_kw": 100, "source": source}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a portfolio of one Modbus meter on a free port."""
    sources = [{"id": "bus", "kind": "modbus_tcp", "host": LOOPBACK, "port": free_port()}]
    write_portfolio(tmp_path / "portfolio", sources=sources, meters=[a_meter("bus")])
    return tmp_path


def test_what_simulated_meters_say_is_collected_and_both_processes_end_with_0(place: Path) -> None:
    def stored() -> list[dict[str, float]]:
        answer = called(place, "readings", "strom", "--json")
        found: list[dict[str, float]] = json.loads(answer.stdout)["readings"]
        return found

    with running(place, "simulate") as meters, running(place, "collect") as collect:
        until(lambda: len(stored()) >= 2)
        assert ended(collect, signal.SIGTERM) == 0
        assert ended(meters, signal.SIGTERM) == 0
    values = [reading["value"] for reading in stored()]
    assert values == sorted(values)
    assert (place / "state" / "alive-collect").exists()
    log = [json.loads(line) for line in (place / "collect.log").read_text().splitlines()]
    assert {line["level"] for line in log} <= {"info", "warning"}


def on_a_line(folder: Path, device: Path) -> None:
    sources = [{"id": "keller", "kind": "modbus_rtu", "device": str(device), "parity": "E"}]
    write_portfolio(folder / "portfolio", sources=sources, meters=[a_meter("keller")])


def test_a_line_that_no_machine_has_is_made_by_simulate_read_by_collect_and_taken_away(tmp_path: Path) -> None:
    def stored() -> int:
        return len(json.loads(called(tmp_path, "readings", "strom", "--json").stdout)["readings"])

    device = tmp_path / "ttyUSB0"
    on_a_line(tmp_path, device)
    with running(tmp_path, "simulate") as meters, running(tmp_path, "collect") as collect:
        until(lambda: stored() >= 2)
        assert ended(collect, signal.SIGTERM) == 0
        assert ended(meters, signal.SIGTERM) == 0
    assert not device.is_symlink()


def test_a_line_that_cannot_be_made_ends_simulate_with_its_path(tmp_path: Path) -> None:
    device = tmp_path / "nowhere" / "ttyUSB0"
    on_a_line(tmp_path, device)
    answer = called(tmp_path, "simulate")
    assert answer.returncode == 1
    assert str(device) in answer.stderr
    assert "Traceback" not in answer.stderr


def test_run_serves_only_to_those_who_bring_a_token(place: Path) -> None:
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    with running(place, "run", "--port", str(port)) as process:
        until(lambda: status(f"{url}/health") == 200)
        assert status(f"{url}/v1/meters") == 401
        token = called(place, "token", "create", "test", "--role", "reader").stdout.strip()
        assert status(f"{url}/v1/meters", {"Authorization": f"Bearer {token}"}) == 200
        assert ended(process, signal.SIGINT) == 0


def test_watch_shows_that_it_lives_and_ends_with_0(place: Path) -> None:
    with running(place, "watch") as process:
        until((place / "state" / "alive-watch").exists)
        assert ended(process, signal.SIGTERM) == 0


@pytest.mark.parametrize("command", [("serve",), ("run",), ("demo",)])
def test_a_taken_port_ends_with_2_and_tells_a_way_out(place: Path, command: tuple[str, ...]) -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        answer = called(place, *command, "--port", str(port))
    assert answer.returncode == 2
    assert f"port {port}" in answer.stderr
    assert "--port" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_wrong_portfolio_stops_every_process_before_it_starts(place: Path) -> None:
    school = place / "portfolio" / "properties" / "schule.yaml"
    school.write_text(school.read_text().replace("eastron_sdm630_v2", "eastron_sdm63"))
    for command in ("collect", "watch", "simulate"):
        answer = called(place, command)
        assert answer.returncode == 2, command
        assert "schule.yaml:" in answer.stderr
        assert "Traceback" not in answer.stderr
