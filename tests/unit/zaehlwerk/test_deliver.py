"""`deliver` as a person calls it."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from config.errors import Unreachable
from gateway.operations import Operations
from tests.portfolios import write_portfolio
from zaehlwerk.command_line import app

PELLETS: dict[str, Any] = {
    "id": "pellets",
    "medium": "pellets",
    "unit": "kg",
    "tank": {"capacity": 8000, "kwh_per_unit": 4.9},
    "source": {"by_hand": "P1M"},
}
STROM = {"id": "strom", "medium": "electricity_import", "unit": "kWh", "source": {"push": True}}
AT = ("--at", "2024-03-12T11:00")


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of pellets, read on the first of March and of April."""
    portfolio = write_portfolio(tmp_path / "portfolio", sources=[], meters=[PELLETS, STROM])
    monkeypatch.setenv("ZAEHLWERK_PORTFOLIO", str(portfolio))
    monkeypatch.setenv("ZAEHLWERK_STATE", str(tmp_path / "state"))
    assert call("read", "pellets", "2000", "--at", "2024-03-01").exit_code == 0
    risen = ("read", "pellets", "5950", "--at", "2024-04-01")
    refused = call(*risen)
    assert (refused.exit_code, "delivery_missing" in refused.stderr) == (2, True)
    assert call(*risen, "--force", "Der Lieferschein folgt").exit_code == 0


def call(*arguments: str) -> Result:
    """Call `zaehlwerk`."""
    return CliRunner().invoke(app, arguments)


def test_what_was_delivered_is_no_consumption() -> None:
    delivered = call("deliver", "pellets", "5000", *AT)
    assert delivered.exit_code == 0
    assert "stored: 5000 kg delivered to pellets at 2024-03-12T11:00:00+01:00" in delivered.stderr
    span = ("--start", "2024-03-01", "--end", "2024-04-01", "--resolution", "P1M")
    found = json.loads(call("consumption", "pellets", *span, "--json").stdout)
    assert (found["total"], found["unit"], found["reference"]) == (1050 * 4.9, "kWh", "Hi")


def test_a_delivery_whose_note_found_no_room_gets_it_when_it_is_typed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise Unreachable("the disk is full")

    with monkeypatch.context() as full:
        full.setattr("api.entries.deliveries.keep_trail", no_room)
        assert call("deliver", "pellets", "5000", *AT).exit_code == 1
    for _ in range(2):
        assert call("deliver", "pellets", "5000", *AT).exit_code == 0

    with closing(Operations(f"sqlite:///{tmp_path}/state/operations.sqlite")) as operations:
        assert len(operations.notes.of_meter("pellets", "delivery")) == 1


def test_more_than_the_store_holds_needs_a_reason() -> None:
    refused = call("deliver", "pellets", "9000", *AT)
    assert refused.exit_code == 2
    assert "8000" in refused.stderr
    assert call("deliver", "pellets", "9000", *AT, "--force", "zweites Silo").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("pellets", "5.000", *AT), "write it without the point"),
        (("strom", "5", *AT), "no tank"),
        (("pelets", "5", *AT), "pellets"),
        (("pellets", "viel", *AT), "no number"),
    ],
)
def test_a_delivery_that_cannot_be_is_a_wrong_call(arguments: tuple[str, ...], words: str) -> None:
    refused = call("deliver", *arguments)
    assert refused.exit_code == 2
    assert words in refused.stderr
