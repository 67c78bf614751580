"""What a process opens, and brings along, that only takes readings in."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.errors import ConfigurationError
from config.settings import Settings, load_settings
from config.starter import write_starter
from gateway.embedded import EmbeddedStore
from gateway.influx.writing import InfluxWriter
from tests.unit.zaehlwerk.test_composition import INFLUX
from zaehlwerk.intake import OperationsAtNeed, open_intake

HEAVY = ("numpy", "pandas", "sqlalchemy", "alembic", "influxdb_client", "openpyxl", "fastapi", "analysis", "api")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    write_starter(tmp_path / "portfolio")
    return {"ZAEHLWERK_STATE": str(tmp_path / "state"), "ZAEHLWERK_PORTFOLIO": str(tmp_path / "portfolio")}


def settings(environ: dict[str, str], **more: str) -> Settings:
    return load_settings({**environ, **more})


def test_a_collector_imports_neither_analysis_nor_what_it_needs_rarely() -> None:
    modules = "zaehlwerk.intake, zaehlwerk.processes.collecting, zaehlwerk.processes.parts, gateway.influx.writing"
    heavy = f"import {modules}, sys; print(*[name for name in {HEAVY} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_without_influxdb_the_embedded_store_takes_everything(environ: dict[str, str]) -> None:
    with open_intake(settings(environ)) as intake:
        assert isinstance(intake.writer, EmbeddedStore)
        assert (intake.sink, intake.spool) == (intake.writer, None)


def test_with_influxdb_readings_wait_in_a_spool(environ: dict[str, str]) -> None:
    with open_intake(settings(environ, **INFLUX)) as intake:
        assert isinstance(intake.writer, InfluxWriter)
        assert intake.sink is intake.spool


def test_half_an_influxdb_is_a_wrong_configuration(environ: dict[str, str]) -> None:
    half = {name: value for name, value in INFLUX.items() if not name.endswith("TOKEN")}
    with pytest.raises(ConfigurationError, match="_TOKEN"), open_intake(settings(environ, **half)):
        pytest.fail("opened")


def test_the_operations_database_is_opened_when_it_is_needed_and_once(tmp_path: Path) -> None:
    file = tmp_path / "operations.sqlite"
    records = OperationsAtNeed(f"sqlite:///{file}")
    assert not file.exists()
    assert records() is records()
    assert records().events.of_meter("strom") == []
    records.close()
