"""What a person typed a little wrong is answered with what is meant, allowed or to be done."""

from pathlib import Path
from typing import Any

import pytest

from tests.portfolios import write_portfolio
from tests.unit.zaehlwerk.commands.calls import call

METERS: list[dict[str, Any]] = [
    {"id": "strom", "medium": "electricity_import", "unit": "kWh", "source": {"by_hand": "P1M"}},
    {"id": "netto", "medium": "electricity_import", "unit": "kWh", "formula": "strom"},
]


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A meter that is read by hand, and one that is worked out."""
    portfolio = write_portfolio(tmp_path / "portfolio", sources=[], meters=METERS)
    monkeypatch.setenv("ZAEHLWERK_PORTFOLIO", str(portfolio))
    monkeypatch.setenv("ZAEHLWERK_STATE", str(tmp_path / "state"))
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("read", "strom", "130.500"),
        ("exchange", "strom", "--at", "2024-03-02", "--old-end", "1.204", "--new-start", "0"),
        ("exchange", "strom", "--at", "2024-03-02", "--old-end", "1204", "--new-start", "1.204"),
    ],
)
def test_a_point_that_may_group_or_begin_the_decimals_is_asked_about(arguments: tuple[str, ...]) -> None:
    answer = call(*arguments)
    assert answer.exit_code == 2
    assert "write it without the point" in answer.stderr


def test_a_display_with_a_comma_is_taken_as_it_is_typed() -> None:
    assert call("read", "strom", "130.500,5", "--at", "2024-03-02").exit_code == 0
    assert "130500.5" in call("readings", "strom", "--start", "2024-03-01", "--end", "2024-03-03").stdout


def test_nobody_reads_a_meter_that_is_worked_out() -> None:
    answer = call("read", "netto", "5")
    assert answer.exit_code == 2
    assert "netto is worked out from other meters" in answer.stderr
    assert "expected" not in answer.stdout + answer.stderr


def test_a_resolution_that_is_none_is_answered_with_all_that_are() -> None:
    answer = call("consumption", "strom", "--resolution", "P1W")
    assert answer.exit_code == 2
    assert "(allowed: PT15M, PT1H, P1D, P1M, P1Y)" in answer.stderr


def test_a_folder_that_is_not_there_is_answered_with_how_to_make_one(house: Path) -> None:
    answer = call("check", "--portfolio", str(house / "nowhere"))
    assert answer.exit_code == 2
    assert "`zaehlwerk init DIR` makes one" in answer.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("completeness", "--start", "2026W10T12"),
        ("submeters", "--end", "2026-03-01T12:00"),
        ("probe", "modbus", "/dev/null", "--unit", "1", "--find", "--baud", "-3"),
        ("read", "strom", "5", "--photo", "nowhere.jpg"),
        ("exchange", "strom", "--at", "2024-03-02", "--old-end", "5", "--new-start", "0", "--photo-old", "nowhere"),
        ("token", "create", " ", "--role", "reader"),
        ("token", "create", "x" * 121, "--role", "reader"),
        ("token", "create", "M\udce4x", "--role", "reader"),
        ("token", "revoke", "99999999999999999999"),
        ("event", "reject", "M\udce4x"),
    ],
)
def test_what_no_database_and_no_device_takes_is_a_wrong_call_and_no_mistake_of_ours(
    arguments: tuple[str, ...],
) -> None:
    answer = call(*arguments)
    assert answer.exit_code == 2
    assert isinstance(answer.exception, SystemExit)


def test_a_day_to_come_is_named_as_it_was_typed() -> None:
    assert "--at 2199-01-01 has not come yet" in call("evaluate", "--at", "2199-01-01").stderr


def test_the_inventory_counts_one_as_one() -> None:
    assert "1 property, 2 meters (1 by hand, 1 virtual)" in call("check").stdout
