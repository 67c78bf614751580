"""Calling the commands as a person does."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from zaehlwerk.command_line import app

METERS: list[dict[str, Any]] = [
    {"id": "strom", "medium": "electricity_import", "unit": "kWh", "interval": "PT1H", "source": {"push": True}},
    {"id": "wasser", "medium": "water", "unit": "m3", "maximum_m3_h": 5, "source": {"by_hand": "P1M"}},
]
CSV = "time,value\n2024-03-01T00:00+01:00,100\n2024-03-02T00:00+01:00,124.5\n2024-03-03T00:00+01:00,150\n"


def call(*arguments: str) -> Result:
    """Call `zaehlwerk`."""
    return CliRunner().invoke(app, arguments)


def imported(folder: Path, text: str = CSV, *, meter: str = "strom") -> Result:
    """Import a file of readings."""
    file = folder / "readings.csv"
    file.write_text(text, encoding="utf-8")
    return call("import", "readings", str(file), "--meter", meter)


def events(meter: str, kind: str) -> list[dict[str, Any]]:
    """Return a meter's events of one kind."""
    found = json.loads(call("events", meter, "--json").stdout)["events"]
    return [one for one in found if one["kind"] == kind]
