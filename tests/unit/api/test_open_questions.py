"""What nobody has decided yet is found from the overview, the data page and the property, not on the meter alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analysis.days.daily_ledger import catch_up
from api.application import application
from tests.unit.analysis.evidence import event
from tests.unit.api.client import Client
from tests.unit.api.district import FELL, NOW, SmallDistrict

_DAY = timedelta(days=1)


@pytest.fixture
def asked(fallen: SmallDistrict) -> Client:
    """Somebody who decides, where the school's electricity meter fell in February and its days are derived."""
    services = fallen.services()
    catch_up(services.books, services.books.portfolio.meters.values(), now=NOW)
    return Client(application(services), fallen.operations.tokens.create("Test", "facility_manager"))


def test_a_question_of_the_ledger_is_named_on_every_way_to_it(asked: Client) -> None:
    assert '<a href="/daten#fragen">eine offene Frage</a>' in asked.page("/").text
    data = asked.page("/daten").text
    assert 'href="/zaehler/gs-strom#fragen"' in data
    assert "vermutlicher Zählerwechsel am 02.02.2026" in data
    place = asked.page("/liegenschaften/gs-test").text
    assert "eine Frage an Sie" in place


def test_a_question_that_is_answered_is_no_longer_listed(asked: Client) -> None:
    assert asked.post(f"/v1/events/{FELL}/reject", {}).status_code == 200
    assert "offene Frage" not in asked.page("/").text
    assert "Offene Fragen" not in asked.page("/daten").text
    assert "eine Frage an Sie" not in asked.page("/liegenschaften/gs-test").text


def test_a_recorded_proposal_is_listed_however_old_it_is(asked: Client, district: SmallDistrict) -> None:
    district.operations.events.record(
        event(
            "unit_change_suspected",
            datetime(2023, 5, 1, tzinfo=UTC),
            of="gs-wasser",
            state="proposed",
            detail="zehnmal so viel",
        )
    )
    assert "2 offene Fragen" in asked.page("/").text
    assert "zehnmal so viel" in asked.page("/daten").text


def test_a_silent_meter_with_a_question_does_not_count_as_one_that_speaks(district: SmallDistrict) -> None:
    district.operations.events.record(
        event("unit_change_suspected", NOW - 40 * _DAY, of="gs-wasser", state="proposed", detail="zehnmal so viel")
    )
    later = NOW + 60 * _DAY
    services = replace(district.services(), clock=lambda: later)
    client = Client(application(services), district.operations.tokens.create("Test", "reader"))
    page = client.page("/liegenschaften/gs-test").text
    assert "0 von 3 Zählern melden sich wie erwartet" in page
