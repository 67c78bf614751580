"""The exported balance is the same file whichever way it leaves the house."""

from pathlib import Path

from starlette.requests import Request

from analysis.balance import Balance, BalanceRow
from analysis.figures import Figure
from api.routes import balance as route
from config.portfolio import Portfolio
from config.settings import load_settings
from zaehlwerk.balance_file import balance_csv
from zaehlwerk.composition import open_house
from zaehlwerk.web import evidence_of


def row(group: str, energy_mwh: float | None) -> BalanceRow:
    """Return a row; None: not known."""
    return BalanceRow(group, "natural_gas", Figure(energy_mwh, "MWh", 0.5), Figure(12.5, "t", 0.5), "B", 0.5, 2)


FOUND = Balance(2025, "bisko", (row("Schulen", 50.6), row("Verwaltung, sonstige", None)), row("total", 50.6), 0.5)


def test_the_command_and_the_route_give_the_same_file(district: Portfolio, tmp_path: Path) -> None:
    request = Request({"type": "http", "headers": [], "query_string": b""})
    with open_house(load_settings({"ZAEHLWERK_STATE": str(tmp_path)}), portfolio=district) as house:
        answered = route.balance_csv(request, FOUND, evidence_of(house))
    assert balance_csv(FOUND, district) == bytes(answered.body).decode()


def test_an_unknown_amount_is_an_empty_field(district: Portfolio) -> None:
    lines = balance_csv(FOUND, district).splitlines()
    assert lines[2].startswith('2025,073350000000,KE,"Verwaltung, sonstige",natural_gas,,12.5,bisko,B')
