"""The climate balance in the rows that a balance tool takes; route and command write the same."""

from collections.abc import Iterator

from analysis.properties.balance import Balance
from config.portfolio.portfolio import Portfolio

BALANCE_COLUMNS = (
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


def balance_rows(found: Balance, portfolio: Portfolio) -> Iterator[tuple[object, ...]]:
    """Yield one row per group and carrier, raw and never weather-corrected; None is a gap."""
    district = (found.year, district_ars(portfolio), _SECTOR)
    for row in found.rows:
        yield (
            *district,
            row.group,
            row.carrier,
            row.final_energy_mwh.value,
            row.co2e_t.value,
            found.factor_set,
            row.data_grade,
            round(row.coverage, 4),
            "no",
            row.properties,
        )


def district_ars(portfolio: Portfolio) -> str | None:
    """Return the regional key of the district; None where no municipality of kind district declares one."""
    return next((one.ars for one in portfolio.municipalities if one.kind == "district" and one.ars), None)
