"""The climate balance as the file that a balance tool takes."""

import csv
import io

from analysis.balance import Balance
from config.portfolio import Portfolio

COLUMNS = (
    "year",
    "ars",
    "sector",
    "group",
    "carrier",
    "final_energy_mwh_hi",
    "co2e_t",
    "factor_set",
    "data_grade",
    "coverage",
    "weather_corrected",
    "properties",
)
_SECTOR = "KE"  # kommunale Einrichtungen


def balance_csv(found: Balance, portfolio: Portfolio) -> str:
    """Return one line per group and carrier; an empty field is a gap. The route gives the same."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in found.rows:
        energy_mwh, co2e_t = row.final_energy_mwh.value, row.co2e_t.value
        coverage = round(row.coverage, 4)
        carrier = (found.year, _ars(portfolio), _SECTOR, row.group, row.carrier)
        writer.writerow(
            (*carrier, energy_mwh, co2e_t, found.factor_set, row.data_grade, coverage, "no", row.properties)
        )
    return text.getvalue()


def _ars(portfolio: Portfolio) -> str:
    known = (one.ars for one in portfolio.municipalities if one.kind == "district" and one.ars)
    return next(known, portfolio.district.id)
