"""A question's form says what was proposed as a person would type it: sent back untouched, it means just that."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from gateway.operations import MeterEventRow
from gateway.reading import milliseconds
from tests.unit.analysis.evidence import event
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict

PAGE = "/zaehler/gs-strom"


def proposed(kind: str, *, at: datetime = NOW, **values: Decimal) -> MeterEventRow:
    return event(
        kind,
        at,
        of="gs-strom",
        id=f"gs-strom:{kind}:{milliseconds(at)}",
        state="proposed",
        author="zaehlwerk",
        **values,
    )


def accepted(client: Client, event: MeterEventRow, name: str, typed: str | None = None) -> int:
    """Accept an event by its form, one field as it was found there or as somebody typed it; return the status."""
    (found,) = re.findall(rf'id="{name}-\d+"[^>]* value="([^"]*)"', client.page(PAGE).text)
    form = {"csrf": client.csrf(PAGE), "ereignis": event.id, "antwort": "accept"}
    return client.form(f"{PAGE}/ereignisse", form | {name: found if typed is None else typed}).status_code


@pytest.mark.parametrize("factor", ["1000", "277.8", "0.001", "0.090090090"])
def test_a_factor_is_accepted_as_it_was_proposed(manager: Client, district: SmallDistrict, factor: str) -> None:
    asked = district.operations.events.record(proposed("unit_change_suspected", factor=Decimal(factor)))
    assert accepted(manager, asked, "faktor") == 303
    assert district.operations.events.get(asked.id).factor == Decimal(factor)


@pytest.mark.parametrize("shift_s", ["3600", "-3600", "-7200"])
def test_a_clock_is_put_right_as_it_was_proposed(manager: Client, district: SmallDistrict, shift_s: str) -> None:
    asked = district.operations.events.record(proposed("clock_shift", new_start=Decimal(shift_s)))
    assert accepted(manager, asked, "sekunden") == 303
    assert district.operations.events.get(asked.id).new_start == Decimal(shift_s)


@pytest.mark.parametrize("typed", ["1.000", "0", "-10", "0," + "3" * 30])
def test_a_factor_that_may_mean_two_things_or_none_is_refused(
    manager: Client, district: SmallDistrict, typed: str
) -> None:
    asked = district.operations.events.record(proposed("unit_change_suspected", factor=Decimal(10)))
    assert accepted(manager, asked, "faktor", typed) == 422
    assert district.operations.events.get(asked.id).state == "proposed"


@pytest.mark.parametrize("digits", ["0", "-3", "19"])
def test_digits_that_no_display_has_are_refused(manager: Client, district: SmallDistrict, digits: str) -> None:
    form = {"csrf": manager.csrf(PAGE), "zeit": "2026-03-05T11:00", "alt": "48730,5", "neu": "0"}
    assert manager.form(f"{PAGE}/wechsel", form | {"stellen": digits}).status_code == 422
    assert district.operations.events.of_meter("gs-strom") == []
    suspected = district.operations.events.record(proposed("exchange_suspected", at=NOW - timedelta(days=7)))
    answer = {"csrf": form["csrf"], "ereignis": suspected.id, "antwort": "accept", "stellen": digits}
    assert manager.form(f"{PAGE}/ereignisse", answer).status_code == 422
    assert district.operations.events.get(suspected.id).state == "proposed"


def test_a_clock_that_is_asked_about_may_be_that_of_the_plant(manager: Client, district: SmallDistrict) -> None:
    asked = district.operations.events.record(proposed("clock_shift", new_start=Decimal(0)))
    text = manager.page(PAGE).text
    assert "oder die Schaltuhr der Anlage" in text
    assert "bei der Schaltuhr einer Anlage um null" in text
    assert accepted(manager, asked, "sekunden") == 303
    assert district.operations.events.get(asked.id).new_start == 0
