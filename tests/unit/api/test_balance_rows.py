"""The balance in the columns that a balance tool takes."""

from analysis.figures import Figure
from analysis.properties.balance import Balance, BalanceRow
from api.answers.balance_rows import BALANCE_COLUMNS, balance_rows
from api.answers.documents import csv_text
from tests.unit.api.district import portfolio


def row(group: str, energy_mwh: float | None) -> BalanceRow:
    """Return a row; None: not known."""
    return BalanceRow(group, "natural_gas", Figure(energy_mwh, "MWh", 0.5), Figure(12.5, "t", 0.5), "B", 0.5, 2)


FOUND = Balance(2025, "bisko", (row("Schulen", 50.6), row("Verwaltung, sonstige", None)), row("total", 50.6), 0.5)


def test_an_unknown_amount_is_an_empty_field() -> None:
    lines = csv_text(BALANCE_COLUMNS, balance_rows(FOUND, portfolio())).splitlines()
    assert lines[0].startswith("year,ars,sector,group,carrier,final_energy_mwh_hi,co2e_t,factor_set")
    assert lines[2].endswith(',KE,"Verwaltung, sonstige",natural_gas,,12.5,bisko,B,0.5,no,2')
