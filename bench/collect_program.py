"""`zaehlwerk collect` as it runs in a district of a thousand meters: its portfolio, its process, what that uses."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.modbus_poll import QUANTITIES, _profile
from bench.simulated_fleet import HOST

ENDED_WITHIN_S = 30.0

Declared = dict[str, object]


@dataclass(frozen=True, slots=True)
class Program:
    """A running `collect`."""

    process: int

    def cpu_s(self) -> float:
        """User and system time of all its threads so far [s], to the nanosecond."""
        threads = Path(f"/proc/{self.process}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9

    def resident_mb(self) -> float:
        """Memory that it holds [MB]."""
        return int(_status(self.process)["VmRSS"].split()[0]) / 1024


@contextmanager
def collecting(portfolio: Path, state: Path, environ: Mapping[str, str]) -> Iterator[Program]:
    """Run `zaehlwerk collect`; on leaving it is asked to end, and has to."""
    command = [sys.executable, "-m", "zaehlwerk", "collect", "--portfolio", str(portfolio), "--state", str(state)]
    process = subprocess.Popen(command, env={**os.environ, **environ})
    try:
        yield Program(process.pid)
    finally:
        process.terminate()
        process.wait(ENDED_WITHIN_S)
    assert process.returncode == 0, f"collect ended with {process.returncode}"


def write_portfolio(
    folder: Path, *, port: int, meters: int, every: str, broker_url: str | None = None, heard: Sequence[Declared] = ()
) -> None:
    """Write a district of so many meters, each behind a connection of its own to one gateway, with their table.

    `heard` are further meters, behind the source `broker`.
    """
    (folder / "properties").mkdir(parents=True)
    (folder / "devices").mkdir()
    _write(folder / "district.yaml", _district(port, meters, broker_url))
    _write(folder / "properties" / "schule.yaml", _property([*(_meter(one, every) for one in range(meters)), *heard]))
    _write(folder / "devices" / "bench.yaml", _table())


def _district(port: int, meters: int, broker_url: str | None) -> Declared:
    district = {"id": "lk-bench", "name": "Landkreis Bench", "state": "RP", "weather_station": "02486"}
    sources: list[Declared] = [
        {"id": f"bus-{number}", "kind": "modbus_tcp", "host": HOST, "port": port} for number in range(meters)
    ]
    if broker_url is not None:
        sources.append({"id": "broker", "kind": "mqtt", "url": broker_url})
    return {
        "district": {**district, "time_zone": "Europe/Berlin"},
        "municipalities": [{"id": "kreis", "name": "Kreis", "kind": "district"}],
        "sources": sources,
    }


def _property(meters: Sequence[Declared]) -> Declared:
    return {
        "id": "schule",
        "name": "Schule",
        "municipality": "kreis",
        "category": "schulen",
        "meters": list(meters),
    }


def _meter(number: int, every: str) -> Declared:
    source = {
        "from": f"bus-{number}",
        "device": 1,
        "profile": "bench",
        "every": every,
        "quantities": list(QUANTITIES),
    }
    return {"id": f"strom-{number}", "medium": "electricity_import", "unit": "kWh", "source": source}


def _table() -> Declared:
    profile = _profile()
    registers = [
        {
            "quantity": one.quantity,
            # A meter of a portfolio has a total.
            "phase": "total" if (one.quantity, one.phase) == ("active_energy_import", "N") else one.phase,
            "address": one.address,
            "count": one.count,
            "type": one.type,
            "scale": 1,
            "unit": one.unit,
            "function_code": one.function_code,
        }
        for one in profile.registers
    ]
    return {
        "id": profile.id,
        "manufacturer": profile.manufacturer,
        "models": list(profile.models),
        "kind": profile.kind,
        "max_registers": profile.max_registers,
        "coalescing": {"gap_reads": "allowed"},
        "registers": registers,
        "sources": ["made up for the benchmark"],
    }


def _write(file: Path, content: object) -> None:
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _status(process: int) -> dict[str, str]:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
