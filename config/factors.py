"""Emission factor sets, each with edition, source and how sure its numbers are; the tables stand in `factors/`.

Sets are never mixed: a figure takes all of its factors from one set and names it.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import PlainValidator

from config.errors import ConfigurationError
from config.parsing.schema import Model, Strict, Text, between, one_of, validated, whole
from config.parsing.yaml_places import read_document

DEFAULT_SET = "bisko"
FOLDER = Path(__file__).parent / "factors"
_VERIFIED = frozenset({"A", "A2"})


@dataclass(frozen=True, slots=True)
class Factor:
    """Emissions of a carrier [g CO2e per kWh final energy on `reference`, Hi or Hs].

    `year` is the year of the factor, None where one holds for all. `confidence`: A read in the named source, A2 read
    in a copy, B well known but not opened, C uncertain; only A and A2 are `verified`.
    """

    carrier: str
    g_co2e_per_kwh: Decimal
    reference: str
    source: str
    verified: bool
    year: int | None
    confidence: str = ""
    edition: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FactorSet:
    """Factors that belong together."""

    id: str
    title: str
    edition: str
    source: str
    factors: tuple[Factor, ...]

    def factor(self, carrier: str, year: int) -> Factor | None:
        """Return the carrier's factor for a year, None where the set has none.

        Where the year itself is not listed (yet), the last one before it is taken: its `year` says so, and it does
        not count as verified.
        """
        known = [factor for factor in self.factors if factor.carrier == carrier and (factor.year or year) <= year]
        if not known:
            return None
        latest = max(known, key=lambda factor: factor.year or year)
        if latest.year in {None, year}:
            return latest
        return replace(
            latest, verified=False, note=f"{latest.note}; factor of {latest.year} used for {year}".lstrip("; ")
        )


class _FactorEntry(Strict):
    carrier: Text
    g_co2e_per_kwh: Annotated[Decimal, PlainValidator(between("0", "2000"))]
    reference: Annotated[str, one_of(("Hi", "Hs"), "reference")]
    confidence: Annotated[str, one_of(("A", "A2", "B", "C"), "confidence")]
    year: Annotated[int, whole(1990, 2100)] | None = None
    note: Text = ""


class _FactorFile(Strict):
    id: Text
    title: Text
    edition: Text
    source: Text
    factors: list[_FactorEntry]


def load_factor_sets(folder: Path = FOLDER) -> dict[str, FactorSet]:
    """Load every factor set of a folder, by id. Raises `ConfigurationError`."""
    sets = [_factor_set(file) for file in sorted(folder.glob("*.yaml"))]
    return {entry.id: entry for entry in sets}


def _factor_set(file: Path) -> FactorSet:
    entry = _read(file, _FactorFile)
    factors = tuple(
        Factor(
            carrier=row.carrier,
            g_co2e_per_kwh=row.g_co2e_per_kwh,
            reference=row.reference,
            source=entry.source,
            verified=row.confidence in _VERIFIED,
            year=row.year,
            confidence=row.confidence,
            edition=entry.edition,
            note=row.note,
        )
        for row in entry.factors
    )
    return FactorSet(entry.id, entry.title, entry.edition, entry.source, factors)


def _read(file: Path, model: type[Model]) -> Model:
    entry, problems = validated(model, read_document(file))
    if entry is None:
        raise ConfigurationError(problems)
    return entry
