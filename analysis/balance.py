"""The climate balance of a year: final energy and greenhouse gases by group and carrier."""

from dataclasses import dataclass
from datetime import datetime

from analysis.books import Books
from analysis.figures import Figure

TOTAL = "total"


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One group (schools, administration …) and one carrier.

    `final_energy_mwh` is raw (never weather-corrected) and on Hi. `data_grade` A, B, C or D; None where nothing is
    known. `properties` is how many went in, `incomplete` the ids of those whose year is not wholly known.
    """

    group: str
    carrier: str
    final_energy_mwh: Figure
    co2e_t: Figure
    data_grade: str | None
    coverage: float
    properties: int
    incomplete: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance; `total` is a row of group and carrier "total", `data_quality` the weighted grade 0..1.

    `without_meters` names the properties that are missing because nothing is metered there.
    """

    year: int
    factor_set: str
    rows: tuple[BalanceRow, ...]
    total: BalanceRow
    data_quality: float | None
    without_meters: tuple[str, ...] = ()


def balance(books: Books, year: int, factor_set_id: str, *, now: datetime) -> Balance:
    """Return the balance of a year under one factor set; raises `NotFound` for an unknown set."""
    raise NotImplementedError
