from decimal import Decimal

import pytest

from config.factors import DEFAULT_SET, Factor, FactorSet, load_factor_sets
from config.quantities import MEDIA

SETS = load_factor_sets()


def test_all_five_sets_are_shipped_and_bisko_is_the_default() -> None:
    assert SETS.keys() == {"bisko", "uba", "gmodg", "bafa", "kea_bw"}
    assert DEFAULT_SET in SETS


@pytest.mark.parametrize("factor_set", SETS.values(), ids=SETS)
def test_every_factor_names_source_edition_and_reference(factor_set: FactorSet) -> None:
    assert factor_set.factors
    assert all(factor.source and factor.edition and factor.reference in {"Hi", "Hs"} for factor in factor_set.factors)
    assert all(factor.verified == (factor.confidence in {"A", "A2"}) for factor in factor_set.factors)


@pytest.mark.parametrize("factor_set", SETS.values(), ids=SETS)
def test_no_factor_stands_twice(factor_set: FactorSet) -> None:
    keys = [(factor.carrier, factor.year) for factor in factor_set.factors]
    assert len(keys) == len(set(keys))


def test_natural_gas_has_247_grams_in_bisko_and_240_in_the_law() -> None:
    gas = SETS["bisko"].factor("natural_gas", 2024)
    assert gas is not None
    assert (gas.g_co2e_per_kwh, gas.verified) == (Decimal(247), True)
    law = SETS["gmodg"].factor("natural_gas", 2024)
    assert law is not None
    assert law.g_co2e_per_kwh == 240


def test_electricity_takes_the_mix_of_its_year() -> None:
    factors = {year: SETS["bisko"].factor("electricity", year) for year in (2021, 2022)}
    assert {year: factor and factor.g_co2e_per_kwh for year, factor in factors.items()} == {2021: 472, 2022: 505}


def test_a_year_that_is_not_listed_takes_the_last_one_before_and_says_so() -> None:
    factor = SETS["uba"].factor("electricity", 2026)
    assert factor is not None
    assert (factor.year, factor.g_co2e_per_kwh, factor.verified) == (2024, Decimal(363), False)
    assert "factor of 2024 used for 2026" in factor.note


def test_no_factor_reaches_back_before_its_first_year() -> None:
    assert SETS["bisko"].factor("electricity", 1989) is None


def test_a_set_without_a_carrier_borrows_from_no_other_set() -> None:
    assert SETS["uba"].factor("natural_gas", 2024) is None


def test_numbers_from_memory_do_not_count_as_verified() -> None:
    lpg = SETS["bisko"].factor("lpg", 2024)
    assert lpg is not None
    assert not lpg.verified


def test_bisko_knows_every_carrier_of_the_vocabulary() -> None:
    carriers = {medium.carrier for medium in MEDIA.values() if medium.carrier}
    assert {carrier for carrier in carriers if SETS["bisko"].factor(carrier, 2024) is None} == set()


def test_a_factor_for_all_years_is_taken_as_it_is() -> None:
    factor = Factor("waste", Decimal(27), "Hi", "somewhere", verified=True, year=None)
    assert FactorSet("s", "S", "1", "somewhere", (factor,)).factor("waste", 1950) is factor
