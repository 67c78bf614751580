"""A main meter against the sum of its sub-meters."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from analysis.meters.sub_meter_words import sub_meter_words
from analysis.meters.sub_meters import Agreement, SubMeterCheck, sub_meter_check, sub_meter_checks, sub_meters_of
from config.meters.ledger_policy import LedgerPolicy
from config.meters.meter import Dated, GasConversion, Meter
from tests.unit.analysis.evidence import books, counter, formula, meter, oil_tank, place, utc

HOUR = timedelta(hours=1)
START, END = date(2025, 1, 1), date(2025, 1, 11)
LATER = utc(2025, 6, 1)


WATER = {"medium": "water", "unit": "m3", "quantity": "volume"}


def sub(identifier: str, **more: Any) -> Meter:
    return meter(identifier, **({"sub_meter_of": "strom"} | more))


def checked(
    main: float, *subs: float, hours: int = 240, of: dict[str, Any] | None = None, **more: Any
) -> tuple[SubMeterCheck, str]:
    """Ten days, hour by hour the same; the last sub-meter speaks for `hours` only."""
    kind: dict[str, Any] = of or {"quantity": "active_energy_import"}
    names = [f"unter-{number}" for number in range(len(subs))]
    there, store = books(place(meter(**kind, **more), *(sub(name, **kind) for name in names)), zone="UTC")
    for name, amount in zip(("strom", *names), (main, *subs), strict=True):
        spoken = hours if name == names[-1] else 240
        store.put(name, kind["quantity"], counter(utc(2025, 1, 1), HOUR, [amount] * spoken))
    found = sub_meter_check(there, there.portfolio.meter("strom"), START, END, now=LATER)
    assert found is not None
    return found, sub_meter_words(found, there.portfolio)


def test_sub_meters_that_count_less_leave_a_rest_that_is_no_doubt() -> None:
    found, words = checked(10, 4, 3)
    assert [found.main_amount, found.sub_amount, found.difference, found.percent] == [2400, 1680, 720, 30]
    assert (found.verdict, found.coverage, found.subs) == (Agreement.WITHIN, 1, ("unter-0", "unter-1"))
    assert words == "30,0 % des Hauptzählers (720,0 kWh) gehen an Abnehmer ohne Unterzähler."


def test_sub_meters_that_count_more_than_the_tolerance_are_a_doubt_with_its_likely_causes() -> None:
    found, words = checked(10, 4, 7)
    assert [found.verdict, found.difference, found.percent] == [Agreement.OUTSIDE, -240, -10]
    assert words.startswith(
        "Die Unterzähler zählen zusammen 10,0 % mehr als der Hauptzähler (240,0 kWh; erlaubt 5 %). Wahrscheinlich: "
    )
    for cause in ("Wandlerfaktor", "vertauschte Zähler", "nicht hinter diesem Hauptzähler", "PV-Anlage"):
        assert cause in words


def test_within_the_tolerance_sub_meters_may_count_more() -> None:
    found, words = checked(10, 4, 6.4)
    assert (found.verdict, found.percent) == (Agreement.WITHIN, -4)
    assert words == "Haupt- und Unterzähler stimmen bis auf 4,0 % überein (96,0 kWh)."


@pytest.mark.parametrize(("percent", "verdict"), [("2.5", Agreement.OUTSIDE), ("3", Agreement.WITHIN)])
def test_the_tolerance_is_that_of_the_main_meter(percent: str, verdict: Agreement) -> None:
    policy = LedgerPolicy(tolerance_percent=Decimal(percent))
    assert checked(10, 4, 6.3, policy=policy)[0].verdict is verdict


def test_where_nothing_is_used_beside_the_sub_meters_a_rest_is_a_doubt_too() -> None:
    found, words = checked(10, 4, 3, has_all_sub_meters=True)
    assert found.verdict is Agreement.OUTSIDE
    assert "30,0 % weniger als der Hauptzähler" in words
    assert "ein Abnehmer ohne Unterzähler" in words


def test_only_days_that_all_of_them_know_are_compared() -> None:
    found, _ = checked(10, 4, 7, hours=24 * 6 + 5)
    assert [found.coverage, found.main_amount, found.sub_amount] == [0.6, 1440, 6 * 24 * 11]
    assert found.verdict is Agreement.OUTSIDE


def test_too_few_common_days_are_no_verdict_and_name_who_lacks_them() -> None:
    found, words = checked(10, 4, 7, hours=24 * 4)
    assert (found.verdict, found.coverage, found.incomplete) == (Agreement.UNKNOWN, 0.4, ("unter-1",))
    assert words == (
        "Nur 40 % der Tage sind bei allen Zählern bekannt (es fehlen Tage von unter-1): zu wenig für einen Vergleich."
    )


def test_registers_that_stand_still_agree() -> None:
    found, words = checked(0, 0, 0.004, of=WATER)
    assert (found.verdict, found.percent) == (Agreement.WITHIN, None)
    assert words == "Haupt- und Unterzähler stimmen überein (1,0 m³)."


def test_main_meter_without_consumption_before_sub_meters_that_count_is_a_doubt() -> None:
    found, words = checked(0, 2, of=WATER)
    assert (found.verdict, found.percent) == (Agreement.OUTSIDE, None)
    assert "zusammen mehr als der Hauptzähler (480,0 m³" in words


def test_before_a_day_is_over_nothing_can_be_said() -> None:
    there, _ = books(place(meter(), sub("mensa")))
    found = sub_meter_check(there, there.portfolio.meter("strom"), date(2025, 6, 1), date(2025, 7, 1), now=LATER)
    assert found is not None
    assert (found.verdict, found.difference, found.coverage) == (Agreement.UNKNOWN, None, 0)


def test_heat_behind_a_boiler_is_not_held_against_its_gas() -> None:
    gas = (Dated(None, GasConversion(Decimal("0.95"), Decimal(10))),)
    boiler = meter("gas", "natural_gas", unit="m3", quantity="volume", gas=gas)
    heat = meter("waerme", "heat_meter", quantity="heat_energy", sub_meter_of="gas")
    there, _ = books(place(boiler, heat))
    assert sub_meters_of(there.portfolio, boiler) == ()
    assert sub_meter_checks(there, START, END, now=LATER) == ()


def test_a_virtual_main_meter_that_is_the_sum_of_its_sub_meters_proves_nothing() -> None:
    main = meter(formula=formula("mensa + halle"))
    there, _ = books(place(main, sub("mensa"), sub("halle")))
    assert sub_meter_checks(there, START, END, now=LATER) == ()


def test_a_heat_pump_is_a_part_of_the_main_meter_and_what_the_sun_makes_is_not() -> None:
    pump = sub("wp", medium="heat_pump_electricity")
    sun = sub("pv", medium="pv_generation", quantity="active_energy_export")
    there, _ = books(place(meter(), pump, sun))
    assert sub_meters_of(there.portfolio, there.portfolio.meter("strom")) == (pump,)


def test_tanks_on_different_references_are_compared_on_hi() -> None:
    tanks = [
        oil_tank(name, on, capacity=5000, sub_meter_of=above)
        for name, on, above in (("strom", "Hs", None), ("hinten", "Hi", "strom"))
    ]
    there, store = books(place(*tanks), zone="UTC")
    for name, used in (("strom", 1.06), ("hinten", 1.0)):
        levels = {utc(2025, 1, 1) + number * HOUR: 4000 - number * used for number in range(241)}
        store.put(name, "tank_level", levels)
    found = sub_meter_check(there, there.portfolio.meter("strom"), START, END, now=LATER)
    assert found is not None
    assert (found.reference, found.verdict) == ("Hi", Agreement.WITHIN)
    assert found.difference == pytest.approx(0, abs=1e-6)
